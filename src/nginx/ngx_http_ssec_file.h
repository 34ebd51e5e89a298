/* The file of a zone. */

#ifndef _NGX_HTTP_SSEC_FILE_H_INCLUDED_
#define _NGX_HTTP_SSEC_FILE_H_INCLUDED_

#include "ngx_http_ssec_zone.h"

/* follows the path of a zone's file: one that is being made */
#define NGX_HTTP_SSEC_NEW  ".new"


/*
 * Finds or makes the zone's file.  Gives NGX_ERROR, with a message, if the zone
 * cannot have its file: then the running zone and the file at its path are as
 * before.  The old zone is the running one, or NULL.
 */
ngx_int_t ngx_http_ssec_init_file(ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_zone_t *old, ngx_log_t *log);

/* The new configuration is valid: a new file gets the zone's path. */
void ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log);

/* Runs when the configuration is freed; another one may still use the file. */
void ngx_http_ssec_cleanup_file(void *data);

#endif /* _NGX_HTTP_SSEC_FILE_H_INCLUDED_ */

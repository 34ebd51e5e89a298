/* The file of a zone. */

#ifndef _NGX_HTTP_SSEC_FILE_H_INCLUDED_
#define _NGX_HTTP_SSEC_FILE_H_INCLUDED_

#include "ngx_http_ssec_zone.h"

#pragma GCC visibility push(hidden)

/* follows the path of a zone's file: one that is being made */
#define NGX_HTTP_SSEC_NEW  ".new"


/* Finds or makes the zone's file; old is the zone as it runs, or NULL. */
ngx_int_t ngx_http_ssec_init_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
/* The new configuration holds: so does a file that was made for it. */
void ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log);
void ngx_http_ssec_cleanup_file(void *data);

#pragma GCC visibility pop

#endif /* _NGX_HTTP_SSEC_FILE_H_INCLUDED_ */

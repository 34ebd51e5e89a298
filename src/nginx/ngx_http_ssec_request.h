/* The phases in which a request is judged, and counted. */

#ifndef _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_
#define _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_

#include "ngx_http_ssec.h"

/* Before access is checked, so that no dead session takes part in that. */
ngx_int_t ngx_http_ssec_handler(ngx_http_request_t *r);
/*
 * After it.  Runs before try_files and mirror: of the modules that have
 * handlers in the precontent phase the last one goes first.
 */
ngx_int_t ngx_http_ssec_precontent_handler(ngx_http_request_t *r);

#endif /* _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_ */

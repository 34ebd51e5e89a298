/* Serves the script. */

#ifndef _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_
#define _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_

#include "ngx_http_ssec.h"

/* Answers with the script, compressed if the client accepts that. */
ngx_int_t ngx_http_ssec_script_handler(ngx_http_request_t *r);
/*
 * Gives the location's URL with the version of the script as its argument:
 * browsers may cache the response for a year.  NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_script_url(ngx_pool_t *pool, ngx_str_t *location,
    ngx_str_t *url);

#endif /* _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_ */

/* The script, made of js/. */

#ifndef _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_
#define _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_


#include "ngx_http_ssec.h"


#pragma GCC visibility push(hidden)


ngx_int_t ngx_http_ssec_script_handler(ngx_http_request_t *r);
/* The URL of this very version, which may be cached for good. */
ngx_int_t ngx_http_ssec_script_url(ngx_pool_t *pool, ngx_str_t *location,
    ngx_str_t *url);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_SCRIPT_H_INCLUDED_ */

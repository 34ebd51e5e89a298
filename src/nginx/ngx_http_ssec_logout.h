/* The logout URL or login page: which requests are for it. */

#ifndef _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_
#define _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

#pragma GCC visibility push(hidden)

/*
 * NGX_OK if the request is for the evaluated URL, and no backend can take it
 * for another one: see docs/directives.md, "Requests for the logout URL".
 * NGX_DECLINED if not; NGX_ERROR if the local address cannot be read.
 *
 * Sets *elsewhere if no request for the URL comes to this server: the URL is on
 * another host, or is not http: or https:.
 */
ngx_int_t ngx_http_ssec_is_logout(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url, ngx_uint_t *elsewhere);

#pragma GCC visibility pop

#endif /* _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_ */

/* Whether a request is for the logout URL. */

#ifndef _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_
#define _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/*
 * NGX_OK if the request is for it, and for nothing else to the backend;
 * NGX_DECLINED if not.  elsewhere: that URL is on another host.
 */
ngx_int_t ngx_http_ssec_is_logout(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url, ngx_uint_t *elsewhere);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_ */

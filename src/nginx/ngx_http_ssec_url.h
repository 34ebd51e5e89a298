/* URLs that the module sends people to. */

#ifndef _NGX_HTTP_SSEC_URL_H_INCLUDED_
#define _NGX_HTTP_SSEC_URL_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/* On this host: "//host" and "/\host" are others to a browser. */
ngx_uint_t ngx_http_ssec_is_path(ngx_str_t *url);
/* Percent-encodes what no header, and no page, can have in a URL. */
ngx_int_t ngx_http_ssec_escape(ngx_pool_t *pool, ngx_str_t *url);
/* The logout or login URL of the request; empty if there is none. */
ngx_int_t ngx_http_ssec_logout_url(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url);
/* The way back to the page: escaped for an argument, and on this site. */
ngx_int_t ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url);
/* 302, or 303 after a POST; gives the status to return. */
ngx_int_t ngx_http_ssec_redirect(ngx_http_request_t *r, ngx_str_t *url);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_URL_H_INCLUDED_ */

/* URLs that the module sends people to. */

#ifndef _NGX_HTTP_SSEC_URL_H_INCLUDED_
#define _NGX_HTTP_SSEC_URL_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

/*
 * Tells whether the URL is a path on this host.  Browsers read "//host" and
 * "/\host" as URLs of another host.
 */
ngx_uint_t ngx_http_ssec_is_path(ngx_str_t *url);
/*
 * Percent-encodes blanks, control characters and bytes beyond ASCII: variables
 * may hold a line break, which would end the header.  NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_escape(ngx_pool_t *pool, ngx_str_t *url);
/*
 * Evaluates the logout or login URL for a request; empty if there is none.
 * NGX_ERROR if a variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_logout_url(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url);
/*
 * Gives the URI of the main request, escaped for an argument.  It is always on
 * this site, and "/" for methods other than GET and HEAD.  NGX_ERROR without
 * memory.
 */
ngx_int_t ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url);
/*
 * Prepares a redirect, and gives the status to return: 302; 303 for methods
 * other than GET and HEAD; 500 without memory.
 */
ngx_int_t ngx_http_ssec_redirect(ngx_http_request_t *r, ngx_str_t *url);

#endif /* _NGX_HTTP_SSEC_URL_H_INCLUDED_ */

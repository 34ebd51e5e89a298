/* Deletes a session's cookie in the browser. */

#ifndef _NGX_HTTP_SSEC_DELETE_H_INCLUDED_
#define _NGX_HTTP_SSEC_DELETE_H_INCLUDED_

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_ctx.h"

#include "ssec_response.h"

#pragma GCC visibility push(hidden)

/*
 * Adds headers to the response that delete the cookies of ended sessions, in
 * each scope that they were set in; see ssec_response_deletes() for "ended".
 * NGX_ERROR without memory, or if a variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_delete_cookies(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    const ssec_response_t *response, ngx_uint_t ended);
/* Remembers the scope in which the backend has just set the cookie. */
void ngx_http_ssec_learn(ngx_http_ssec_zone_t *zone,
    const ssec_scope_t *scope);

#pragma GCC visibility pop

#endif /* _NGX_HTTP_SSEC_DELETE_H_INCLUDED_ */

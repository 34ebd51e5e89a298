/* Deleting a session's cookie in the browser. */

#ifndef _NGX_HTTP_SSEC_DELETE_H_INCLUDED_
#define _NGX_HTTP_SSEC_DELETE_H_INCLUDED_


#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_ctx.h"

#include "ssec_response.h"


#pragma GCC visibility push(hidden)


/*
 * Has the response delete the cookies of sessions that have ended, wherever
 * they were set; ended: those of the request were said to end.
 */
ngx_int_t ngx_http_ssec_delete_cookies(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    const ssec_response_t *response, ngx_uint_t ended);
/* Remembers where the backend has just set the cookie. */
void ngx_http_ssec_learn(ngx_http_ssec_zone_t *zone,
    const ssec_scope_t *scope);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_DELETE_H_INCLUDED_ */

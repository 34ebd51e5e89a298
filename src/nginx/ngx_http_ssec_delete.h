/* Deletes a session's cookie in the browser. */

#ifndef _NGX_HTTP_SSEC_DELETE_H_INCLUDED_
#define _NGX_HTTP_SSEC_DELETE_H_INCLUDED_

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_scope.h"

/*
 * Adds headers to the response that delete a cookie, in each scope that it was
 * set in.  NGX_ERROR without memory, or if a variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_delete_cookie(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_zone_t *zone,
    const ssec_str_t *name);
/* Remembers the scope in which the backend has just set the cookie. */
void ngx_http_ssec_learn(ngx_http_ssec_zone_t *zone,
    const ssec_scope_t *scope);

#endif /* _NGX_HTTP_SSEC_DELETE_H_INCLUDED_ */

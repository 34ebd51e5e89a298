/* The ping and the script where no location is written for them. */

#ifndef _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_
#define _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_


#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_request.h"


#pragma GCC visibility push(hidden)


#define NGX_HTTP_SSEC_PING_PATH     "/session_security/ping/"
#define NGX_HTTP_SSEC_SCRIPT_PATH   "/session_security/script.js"

/* what a request asks of the module itself */
#define NGX_HTTP_SSEC_ASKED_PING    1
#define NGX_HTTP_SSEC_ASKED_SCRIPT  2


/* A request that was admitted: the built-in ping answers here. */
ngx_int_t ngx_http_ssec_content_handler(ngx_http_request_t *r);
/* Before access is checked: the built-in script, some pings; or declines. */
ngx_int_t ngx_http_ssec_answer_early(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t asked);
/* The limits of a ping: the longest of the pages that it is for. */
ngx_int_t ngx_http_ssec_ping_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/* How a ping is judged; NULL without memory. */
ngx_http_ssec_loc_conf_t *ngx_http_ssec_ping_conf(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf);
/*
 * The path below which the built-in ping gets the cookies of this page: empty
 * for the root.  Not escaped.
 */
ngx_int_t ngx_http_ssec_builtin_prefix(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *prefix, ngx_uint_t *learned);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_ */

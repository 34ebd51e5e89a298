/* The ping and the script where no location is written for them. */

#ifndef _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_
#define _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_


#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_server.h"


#pragma GCC visibility push(hidden)


#define NGX_HTTP_SSEC_PING_PATH     "/session_security/ping/"
#define NGX_HTTP_SSEC_SCRIPT_PATH   "/session_security/script.js"

/* what a request asks of the module itself */
#define NGX_HTTP_SSEC_ASKED_PING    1
#define NGX_HTTP_SSEC_ASKED_SCRIPT  2


/* By the end of its path: the built-in ping, or script, or 0. */
ngx_uint_t ngx_http_ssec_builtin(ngx_http_request_t *r);
/* Whether the location is in the zone of its server's built-in ping. */
ngx_uint_t ngx_http_ssec_is_builtin_zone(ngx_http_ssec_loc_conf_t *slcf);
/* How a ping is judged; NULL without memory. */
ngx_http_ssec_loc_conf_t *ngx_http_ssec_ping_conf(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf);
/* The limits of a ping: the longest of the pages that it is for. */
ngx_int_t ngx_http_ssec_ping_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/*
 * The path below which the built-in ping gets the cookies of this page: empty
 * for the root.  Not escaped.
 */
ngx_int_t ngx_http_ssec_builtin_prefix(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *prefix, ngx_uint_t *learned);


static ngx_inline ngx_uint_t
ngx_http_ssec_is_builtin(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    return slcf->server->builtin ? ngx_http_ssec_builtin(r) : 0;
}


/* Whether it is a ping, or for the script, also in a location of its own. */

static ngx_inline ngx_uint_t
ngx_http_ssec_asked(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    if (slcf->ping) {
        return NGX_HTTP_SSEC_ASKED_PING;
    }

    if (slcf->script) {
        return NGX_HTTP_SSEC_ASKED_SCRIPT;
    }

    /* an error page in place of the answer is judged as any other request */

    return r->error_page ? 0 : ngx_http_ssec_is_builtin(r, slcf);
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_ */

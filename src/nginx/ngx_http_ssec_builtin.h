/* The built-in ping and script, which need no location. */

#ifndef _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_
#define _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_

#include "ngx_http_ssec_server.h"

#define NGX_HTTP_SSEC_PING_PATH     "/session_security/ping/"
#define NGX_HTTP_SSEC_SCRIPT_PATH   "/session_security/script.js"

/* answers that a request asks the module for; 0 for none */
#define NGX_HTTP_SSEC_TARGET_PING    1
#define NGX_HTTP_SSEC_TARGET_SCRIPT  2


/* Gives NGX_HTTP_SSEC_TARGET_... by the end of the request's path. */
ngx_uint_t ngx_http_ssec_builtin(ngx_http_request_t *r);
/* Tells whether the location is in the zone of its server's built-in ping. */
ngx_uint_t ngx_http_ssec_is_builtin_zone(ngx_http_ssec_loc_conf_t *slcf);
/*
 * Gives the configuration to judge a ping by: that of the location that nginx
 * has found.  If this is not in the zone of the built-in ping, that of the
 * ping's pages.  NULL without memory.
 */
ngx_http_ssec_loc_conf_t *ngx_http_ssec_ping_conf(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf);
/*
 * Gives the paths that come before the URLs of the page's ping and script:
 * percent-encoded, without a slash at the end, empty for the root.  The ping's
 * URL must be below the cookies' Path; the script needs no cookie.  NGX_ERROR
 * without memory, or if a variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_builtin_prefixes(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *ping, ngx_str_t *script);


/* As ngx_http_ssec_builtin(), but 0 in a server without a built-in ping. */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_builtin(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    return slcf->server->builtin ? ngx_http_ssec_builtin(r) : 0;
}


/* Gives NGX_HTTP_SSEC_TARGET_...: by the location, or by the request's path. */

static ngx_inline ngx_uint_t
ngx_http_ssec_target(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    if (slcf->ping) {
        return NGX_HTTP_SSEC_TARGET_PING;
    }

    if (slcf->script) {
        return NGX_HTTP_SSEC_TARGET_SCRIPT;
    }

    /* the URI is still the ping's if an error page replaces the answer */

    return r->error_page ? 0 : ngx_http_ssec_is_builtin(r, slcf);
}

#endif /* _NGX_HTTP_SSEC_BUILTIN_H_INCLUDED_ */

/* The ping: how long the session has been idle, in all tabs together. */

#include "ngx_http_session_security.h"


ngx_int_t
ngx_http_session_security_ping_handler(ngx_http_request_t *r)
{
    u_char                           *p;
    ngx_http_complex_value_t          cv;
    ngx_http_session_security_ctx_t  *ctx;

    static ngx_str_t  methods = ngx_string("GET, HEAD, POST");
    static ngx_str_t  json = ngx_string("application/json");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_POST))) {
        return ngx_http_session_security_not_allowed(r, &methods);
    }

    if (ngx_http_session_security_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));

    ctx = ngx_http_session_security_ctx(r);

    if (ctx && ctx->outcome.state != SSEC_UNKNOWN
        && ctx->outcome.verdict < SSEC_LOGOUT)
    {

        p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
        if (p == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        cv.value.data = p;
        cv.value.len = ngx_sprintf(p, "%uL", ctx->idle / 1000) - p;

    } else {
        ngx_str_set(&cv.value, "\"logout\"");
    }

    return ngx_http_send_response(r, NGX_HTTP_OK, &json, &cv);
}

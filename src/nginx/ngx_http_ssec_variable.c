/* The variables: see docs/directives.md, "Variables". */

#include "ngx_http_ssec_variable.h"

#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_url.h"


static ngx_int_t
ngx_http_ssec_set_variable(ngx_http_variable_value_t *v, ngx_str_t *value)
{
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = value->len;
    v->data = value->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_state_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_uint_t            state;
    ngx_http_ssec_ctx_t  *ctx;

    static ngx_str_t  created = ngx_string("new");
    static ngx_str_t  states[] = {
        ngx_string("none"),
        ngx_string("live"),
        ngx_string("expired"),
        ngx_string("closed"),
        ngx_string("anonymous")
    };

    ctx = ngx_http_ssec_ctx(r);
    state = ctx ? ctx->outcome.state : SSEC_UNKNOWN;

    return ngx_http_ssec_set_variable(v,
                              (state == SSEC_LIVE && ctx->outcome.created)
                              ? &created : &states[state]);
}


/* The session may have ended before the request, or by its response. */

static ngx_int_t
ngx_http_ssec_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_uint_t            reason;
    ngx_http_ssec_ctx_t  *ctx;

    static ngx_str_t  reasons[] = {
        ngx_null_string,
        ngx_string("idle"),
        ngx_string("lifetime"),
        ngx_string("logout"),
        ngx_string("said"),
        ngx_string("unknown")
    };

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL) {
        reason = SSEC_REASON_NONE;

    } else if (ctx->outcome.state == SSEC_EXPIRED
               || ctx->outcome.state == SSEC_CLOSED)
    {
        reason = ctx->outcome.reason;

    } else {
        reason = ctx->reply.closed;
    }

    if (reason == SSEC_REASON_NONE) {
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_http_ssec_set_variable(v, &reasons[reason]);
}


/* Gives a uint64_t of the context, in whole seconds; data is its offset. */

static ngx_int_t
ngx_http_ssec_seconds_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    uint64_t              ms;
    ngx_str_t             value;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL || ctx->outcome.state == SSEC_UNKNOWN) {
        v->not_found = 1;
        return NGX_OK;
    }

    value.data = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    ms = *(uint64_t *) ((u_char *) ctx + data);

    value.len = ngx_sprintf(value.data, "%uL", ms / 1000) - value.data;

    return ngx_http_ssec_set_variable(v, &value);
}


static ngx_int_t
ngx_http_ssec_return_url_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  url;

    if (ngx_http_ssec_return_url(r, &url) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_ssec_set_variable(v, &url);
}


/*
 * Before the preaccess phase, which judges the request, the variables have no
 * final value: so they are not cacheable.
 */

static ngx_http_variable_t  ngx_http_ssec_vars[] = {

    { ngx_string("session_security_state"), NULL,
      ngx_http_ssec_state_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_reason"), NULL,
      ngx_http_ssec_reason_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_idle"), NULL,
      ngx_http_ssec_seconds_variable,
      offsetof(ngx_http_ssec_ctx_t, outcome.idle),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_remaining"), NULL,
      ngx_http_ssec_seconds_variable,
      offsetof(ngx_http_ssec_ctx_t, outcome.remaining),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_return_url"), NULL,
      ngx_http_ssec_return_url_variable, 0, 0, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_http_ssec_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_ssec_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}

/* How long sessions may live in a location. */

#include "ngx_http_ssec_limits.h"

#include "ngx_http_ssec_ctx.h"

#include "ssec_time.h"


ngx_int_t
ngx_http_ssec_limits(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ssec_limits_t *limits)
{
    if (ngx_http_ssec_time(r, &slcf->expire_after, 1,
                           NGX_HTTP_SSEC_EXPIRE_AFTER,
                           "session_security_expire_after",
                           &limits->expire_after)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ssec_time(r, &slcf->max_lifetime, 0,
                              NGX_HTTP_SSEC_MAX_LIFETIME,
                                       "session_security_max_lifetime",
                                       &limits->max_lifetime);
}


ngx_int_t
ngx_http_ssec_time_value(ngx_http_request_t *r, ngx_http_complex_value_t *cv,
    uint64_t min, uint64_t fallback, const char *name, uint64_t *ms)
{
    ngx_str_t             value;
    ngx_http_ssec_ctx_t  *ctx;

    if (ngx_http_complex_value(r, cv, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ssec_time(value.data, value.len, ms)
        && *ms >= min && *ms <= NGX_HTTP_SSEC_MAX_TIME)
    {
        return NGX_OK;
    }

    *ms = fallback;

    ctx = ngx_http_ssec_ctx(r);

    /* a client may have sent the value: log one error for each request */

    if (!ctx->bad_time) {
        ctx->bad_time = 1;

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "invalid time \"%V\" in \"%s\", %uLms is used",
                      &value, name, fallback);
    }

    return NGX_OK;
}

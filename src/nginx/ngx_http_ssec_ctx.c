/* The life of a request's context. */

#include "ngx_http_ssec_ctx.h"


static ngx_inline void ngx_http_ssec_init_ctx(ngx_http_ssec_ctx_t *ctx,
    ngx_http_ssec_zone_t *zone);
static void ngx_http_ssec_cleanup(void *data);


ngx_int_t
ngx_http_ssec_create_ctx(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ngx_uint_t keyless, ngx_http_ssec_ctx_t **created)
{
    ngx_pool_cleanup_t   *cln;
    ngx_http_ssec_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_ssec_ctx_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ctx = cln->data;

    if (ngx_http_ssec_keys(r, zone, &ctx->keys) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!keyless && ngx_http_ssec_is_keyless(ctx)) {
        return NGX_DECLINED;
    }

    ngx_http_ssec_init_ctx(ctx, zone);

    cln->handler = ngx_http_ssec_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_session_security_module);

    *created = ctx;

    return NGX_OK;
}


static ngx_inline void
ngx_http_ssec_init_ctx(ngx_http_ssec_ctx_t *ctx, ngx_http_ssec_zone_t *zone)
{
    ctx->zone = zone;

    ctx->stage = NGX_HTTP_SSEC_FAILED;
    ctx->refused = 0;
    ctx->outcome.verdict = SSEC_PASS;
    ctx->outcome.state = SSEC_UNKNOWN;
    ctx->outcome.own = NULL;
    ctx->bad_time = 0;

    ngx_memzero(&ctx->ping, sizeof(ngx_http_ssec_ping_t));
    ngx_memzero(&ctx->reply, sizeof(ngx_http_ssec_reply_t));

    ctx->watch.queued = 0;
    ctx->watch.watched = 0;
    ctx->watch.upload = 0;

    ctx->page = NULL;
    ctx->accept_encoding.value.data = NULL;
}


/* An internal redirect wipes r->ctx; the pool's cleanups outlive it. */

ngx_http_ssec_ctx_t *
ngx_http_ssec_find_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler == ngx_http_ssec_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_http_session_security_module);
            return cln->data;
        }
    }

    return NULL;
}


/* It also marks the context: see ngx_http_ssec_find_ctx(). */

static void
ngx_http_ssec_cleanup(void *data)
{
    ngx_http_ssec_ctx_t  *ctx = data;

    if (ctx->watch.queued) {
        ctx->watch.unwatch(ctx);
    }
}


uint64_t
ngx_http_ssec_idle(ngx_http_ssec_ctx_t *ctx)
{
    if (ctx->stage == NGX_HTTP_SSEC_ADMITTED
        && !ctx->refused
        && ngx_http_ssec_is_live(ctx)
        && ctx->outcome.active)
    {
        return ngx_min(ctx->outcome.idle, ctx->asked.now - ctx->outcome.active);
    }

    return ctx->outcome.idle;
}

/* The life of a request's context. */

#include "ngx_http_ssec_ctx.h"


/*
 * Contexts of requests that have ended, for those to come.  In a request's pool
 * they take the place of what nginx has there: a browser's request that goes to
 * a backend takes 160 instructions more then.
 */

static ngx_http_ssec_ctx_t  *ngx_http_ssec_free;


static ngx_inline ngx_http_ssec_ctx_t *
ngx_http_ssec_alloc_ctx(ngx_http_request_t *r)
{
#if (NGX_DEBUG_PALLOC)

    /* none is used again where each is watched */

    return ngx_palloc(r->pool, sizeof(ngx_http_ssec_ctx_t));

#else

    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_free;

    if (ctx == NULL) {
        return ngx_alloc(sizeof(ngx_http_ssec_ctx_t), r->connection->log);
    }

    ngx_http_ssec_free = ctx->cleanup.data;

    return ctx;

#endif
}


/* ngx_destroy_pool() reads cleanup.next afterwards, so link through data. */

void
ngx_http_ssec_free_ctx(ngx_http_ssec_ctx_t *ctx)
{
#if !(NGX_DEBUG_PALLOC)
    ctx->cleanup.data = ngx_http_ssec_free;
    ngx_http_ssec_free = ctx;
#endif
}


ngx_http_ssec_ctx_t *
ngx_http_ssec_create_ctx(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_alloc_ctx(r);
    if (ctx == NULL) {
        return NULL;
    }

    if (ngx_http_ssec_keys(r, zone, &ctx->keys) != NGX_OK) {
        ngx_http_ssec_free_ctx(ctx);
        return NULL;
    }

    ctx->zone = zone;

    return ctx;
}


/* It also marks the context: see ngx_http_ssec_find_ctx(). */

static void
ngx_http_ssec_cleanup(void *data)
{
    ngx_http_ssec_ctx_t  *ctx = data;

    ngx_http_ssec_unwatch(ctx);
    ngx_http_ssec_free_ctx(ctx);
}


void
ngx_http_ssec_set_ctx(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ctx->stage = NGX_HTTP_SSEC_FAILED;
    ctx->outcome.verdict = SSEC_PASS;
    ctx->outcome.state = SSEC_UNKNOWN;
    ctx->outcome.own = NULL;
    ctx->bad_time = 0;

    ngx_memzero(&ctx->ping, sizeof(ngx_http_ssec_ping_t));
    ngx_memzero(&ctx->reply, sizeof(ngx_http_ssec_reply_t));

    ctx->watch.queued = 0;

    ctx->page = NULL;
    ctx->accept_encoding.value.data = NULL;

    /* as ngx_pool_cleanup_add() does */

    ctx->cleanup.handler = ngx_http_ssec_cleanup;
    ctx->cleanup.data = ctx;
    ctx->cleanup.next = r->pool->cleanup;
    r->pool->cleanup = &ctx->cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_session_security_module);
}


void
ngx_http_ssec_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_ssec_ctx_t  *ctx;

    while (ngx_http_ssec_free) {
        ctx = ngx_http_ssec_free;
        ngx_http_ssec_free = ctx->cleanup.data;

        ngx_free(ctx);
    }
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

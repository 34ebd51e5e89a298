/*
 * A request: judged once, then let through, redirected or refused; and counted
 * once it has passed nginx's own access checks.
 */

#include "ngx_http_ssec_request.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_logout.h"
#include "ngx_http_ssec_response.h"
#include "ngx_http_ssec_server.h"
#include "ngx_http_ssec_url.h"

#include "ssec_seldom.h"


/* unknown keys of one name that a request may begin sessions with */
#define NGX_HTTP_SSEC_MAX_NEW  2


static inline ngx_int_t ngx_http_ssec_check(ngx_http_request_t *r,
    ngx_uint_t asked);
static inline ngx_int_t ngx_http_ssec_go_on(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
static inline ngx_int_t ngx_http_ssec_create_ctx(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t **created);
static ngx_int_t ngx_http_ssec_look_again(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx) ssec_seldom;
static ngx_uint_t ngx_http_ssec_is_refused(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx) ssec_seldom;
static void ngx_http_ssec_come_back(ngx_http_request_t *r)
    ssec_seldom;
static void ngx_http_ssec_refused_before(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx) ssec_seldom;
static ngx_int_t ngx_http_ssec_keyless(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf) ssec_seldom;
static inline ngx_http_ssec_ctx_t *
    ngx_http_ssec_alloc_ctx(ngx_http_request_t *r);
static inline void ngx_http_ssec_free_ctx(ngx_http_ssec_ctx_t *ctx);
static inline void ngx_http_ssec_init_ctx(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx, ngx_http_ssec_zone_t *zone);
static void ngx_http_ssec_cleanup(void *data);

static ngx_int_t ngx_http_ssec_complete(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *url) ssec_seldom;
static void ngx_http_ssec_want_whole(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx) ssec_seldom;
static void ngx_http_ssec_hide(ngx_http_request_t *r, ngx_table_elt_t **known);

static ngx_int_t ngx_http_ssec_init_asked(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_judge(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx, ngx_str_t *url);
static ngx_int_t ngx_http_ssec_judge_keys(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *url);
static ngx_uint_t ngx_http_ssec_is_split(ngx_http_ssec_ctx_t *ctx);
static ngx_uint_t ngx_http_ssec_may_begin(ngx_http_ssec_ctx_t *ctx,
    ngx_uint_t which, ssec_outcome_t *judged);
static ngx_uint_t ngx_http_ssec_has_clean_piece(ngx_http_ssec_ctx_t *ctx,
    ngx_uint_t which);
static ngx_uint_t ngx_http_ssec_choose_passed(ngx_http_ssec_ctx_t *ctx,
    ngx_uint_t split);
static void ngx_http_ssec_choose_outcome(ngx_http_ssec_ctx_t *ctx,
    ssec_outcome_t *judged);
static ngx_uint_t ngx_http_ssec_counts_more(const ssec_outcome_t *one,
    const ssec_outcome_t *other);
static void ngx_http_ssec_log_withheld(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_judge_key(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_key_t *key, ngx_uint_t record,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url, ssec_outcome_t *outcome);
static ngx_int_t ngx_http_ssec_count(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_judge_again(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx) ssec_seldom;
static ngx_int_t ngx_http_ssec_act(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *url) ssec_seldom;
static ngx_int_t ngx_http_ssec_refuse(ngx_http_request_t *r,
    ngx_uint_t status);


/* Whether a request is for the built-in ping or script: by its path's end. */

static ngx_inline ngx_uint_t
ngx_http_ssec_builtin(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    size_t   len;
    u_char  *end;

    static const size_t  ping =
        sizeof(NGX_HTTP_SSEC_PING_PATH) - 1;
    static const size_t  script =
        sizeof(NGX_HTTP_SSEC_SCRIPT_PATH) - 1;

    if (slcf->server->builtin == NULL || r->unparsed_uri.len < ping) {
        return 0;
    }

    len = r->unparsed_uri.len;
    end = memchr(r->unparsed_uri.data, '?', len);

    if (end) {
        len = end - r->unparsed_uri.data;
    }

    end = r->unparsed_uri.data + len;

    if (len >= ping
        && ngx_memcmp(end - ping, NGX_HTTP_SSEC_PING_PATH, ping)
           == 0)
    {
        return NGX_HTTP_SSEC_ASKED_PING;
    }

    if (len >= script
        && ngx_memcmp(end - script, NGX_HTTP_SSEC_SCRIPT_PATH,
                      script)
           == 0)
    {
        return NGX_HTTP_SSEC_ASKED_SCRIPT;
    }

    return 0;
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

    return r->error_page ? 0 : ngx_http_ssec_builtin(r, slcf);
}


/* What a request is judged by; NULL without memory. */

static ngx_inline ngx_http_ssec_loc_conf_t *
ngx_http_ssec_conf(ngx_http_request_t *r, ngx_uint_t asked)
{
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    return (asked == NGX_HTTP_SSEC_ASKED_PING)
           ? ngx_http_ssec_ping_conf(r, slcf) : slcf;
}


/* contexts of requests that have ended, for those to come */

static ngx_http_ssec_ctx_t  *ngx_http_ssec_free;


/* Before access is checked, so that no dead session takes part in that. */

ngx_int_t
ngx_http_ssec_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_uint_t                 asked;
    ngx_http_ssec_loc_conf_t  *slcf;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    asked = ngx_http_ssec_asked(r, slcf);

    rc = (asked == NGX_HTTP_SSEC_ASKED_SCRIPT)
         ? NGX_DECLINED : ngx_http_ssec_check(r, asked);

    if (rc != NGX_DECLINED || asked == 0 || slcf->ping) {
        return rc;
    }

    return ngx_http_ssec_answer_early(r, slcf, asked);
}


static inline ngx_int_t
ngx_http_ssec_check(ngx_http_request_t *r, ngx_uint_t asked)
{
    ngx_int_t                  rc;
    ngx_str_t                  url;
    ngx_uint_t                 refused;
    ngx_http_ssec_ctx_t       *ctx;
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_ssec_conf(r, asked);
    if (slcf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->internal) {
        ngx_http_ssec_come_back(r);
    }

    if (slcf->shm_zone == NULL) {
        return NGX_DECLINED;
    }

    /* an error page in place of a ping is judged for itself, but no activity */

    refused = (r->error_page && !asked
               && ngx_http_ssec_builtin(r, slcf));

    ctx = ngx_http_ssec_ctx(r);

    if (ctx && ctx->ping && !slcf->ping) {

        refused |= ctx->refused;

        if (ctx->queued) {
            ngx_http_ssec_unwatch(ctx);
        }

        ctx = NULL;
    }

    if (ctx && ctx->keyless) {

        /* without a key in one location, it may have one in another */

        rc = ngx_http_ssec_look_again(r, slcf, ctx);

        if (rc != NGX_OK) {
            return rc;
        }

    } else if (ctx) {
        /* an error page of a failure here is no way around it */

        if (!ctx->judged) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_http_ssec_is_refused(r, ctx)
               ? ngx_http_ssec_refuse(r, slcf->expired_status)
               : ngx_http_ssec_go_on(r, slcf, ctx);

    } else {
        rc = ngx_http_ssec_create_ctx(r, slcf, &ctx);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    ctx->refused |= refused;

    if (ngx_http_ssec_judge(r, slcf, ctx, &url) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "session security: verdict:%d state:%d idle:%uL keys:%ui",
                   ctx->outcome.verdict, ctx->outcome.state,
                   ctx->outcome.idle, ctx->keys.nelts);

    if (ctx->outcome.verdict == SSEC_PASS) {
        ctx->judged = 1;
        return ngx_http_ssec_go_on(r, slcf, ctx);
    }

    return ngx_http_ssec_act(r, slcf, ctx, &url);
}


/* A request with a key of the zone's; NGX_DECLINED if it has none. */

static inline ngx_int_t
ngx_http_ssec_create_ctx(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t **created)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_alloc_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_ssec_keys(r, slcf->shm_zone->data, &ctx->keys)
        != NGX_OK)
    {
        ngx_http_ssec_free_ctx(ctx);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->keys.nelts == 0 && ctx->keys.unread == NULL) {
        ngx_http_ssec_free_ctx(ctx);

        return (r->internal || slcf->inject)
               ? ngx_http_ssec_keyless(r, slcf) : NGX_DECLINED;
    }

    ngx_http_ssec_init_ctx(r, ctx, slcf->shm_zone->data);

    if (r->internal) {
        ngx_http_ssec_refused_before(r, ctx);
    }

    *created = ctx;

    return NGX_OK;
}


/*
 * A request that had no key has come to another location, which may be of
 * another zone, or set the variable that is the zone's key.  Gives NGX_DECLINED
 * if it has no key there, either.
 */

static ngx_int_t
ngx_http_ssec_look_again(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ctx->zone = slcf->shm_zone->data;
    ctx->judged = 0;

    if (ngx_http_ssec_keys(r, ctx->zone, &ctx->keys) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->keys.nelts == 0 && ctx->keys.unread == NULL) {
        ctx->judged = 1;
        return ngx_http_ssec_go_on(r, slcf, ctx);
    }

    ctx->keyless = 0;
    ctx->admitted = 0;

    ngx_http_ssec_refused_before(r, ctx);

    return NGX_OK;
}


/* After an internal redirect: whether it is shown for what was refused. */

static void
ngx_http_ssec_refused_before(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_http_ssec_come_back(r);

    ctx->refused = r->error_page
                   && (r->err_status == NGX_HTTP_UNAUTHORIZED
                       || r->err_status == NGX_HTTP_FORBIDDEN);
}


/*
 * A key that is no cookie cannot be withheld.  So a request that was refused
 * for it may come back to be shown a page, but is not handed on with the key.
 */

static ngx_uint_t
ngx_http_ssec_is_refused(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    return ctx->zone->value
           && ctx->outcome.verdict >= SSEC_REFUSE
           && r->content_handler;
}


/*
 * After an internal redirect.  What was judged and not let through was refused;
 * and what a backend said is kept, for the next one takes its place.
 */

static void
ngx_http_ssec_come_back(ngx_http_request_t *r)
{
    ngx_table_elt_t      *said;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL) {
        return;
    }

    if (!ctx->admitted) {
        ctx->refused = 1;
    }

    said = ngx_http_ssec_redirected_said(r);

    if (said) {
        ctx->said = said->value;
    }
}


/*
 * A request without a key, whose response may begin a session.  If a backend
 * has redirected it, what that one said counts for the session; and a page gets
 * its tag.
 */

static ngx_int_t
ngx_http_ssec_keyless(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_table_elt_t      *said;
    ngx_http_ssec_ctx_t  *ctx;

    said = ngx_http_ssec_redirected_said(r);

    if (said == NULL
        && !(slcf->inject && ngx_http_ssec_is_page(r)))
    {
        return NGX_DECLINED;
    }

    ctx = ngx_http_ssec_alloc_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->keys.nelts = 0;
    ctx->keys.unread = NULL;

    ngx_http_ssec_init_ctx(r, ctx, slcf->shm_zone->data);

    ctx->keyless = 1;
    ctx->judged = 1;
    ctx->admitted = 1;

    if (said) {
        ctx->said = said->value;
    }

    ngx_memzero(&ctx->outcome, sizeof(ssec_outcome_t));

    return ngx_http_ssec_go_on(r, slcf, ctx);
}


/* After it: what was refused begins no session, and is no activity. */

ngx_int_t
ngx_http_ssec_admit_handler(ngx_http_request_t *r)
{
    ngx_int_t             rc;
    ngx_http_ssec_ctx_t  *ctx;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL || ctx->admitted) {
        return NGX_DECLINED;
    }

    ctx->admitted = 1;

    if (ctx->refused) {
        return NGX_DECLINED;
    }

    if (ngx_http_ssec_count(r, ctx) != NGX_OK) {
        rc = ngx_http_ssec_judge_again(r, ctx);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    if (ctx->outcome.state == SSEC_LIVE
        && ctx->outcome.verdict == SSEC_PASS
        && ctx->connections != NGX_HTTP_SSEC_OFF)
    {
        ngx_http_ssec_watch(r, ctx);
    }

    return NGX_DECLINED;
}


uint64_t
ngx_http_ssec_idle(ngx_http_ssec_ctx_t *ctx)
{
    if (ctx->admitted
        && !ctx->refused
        && ctx->outcome.state == SSEC_LIVE
        && ctx->outcome.verdict == SSEC_PASS
        && ctx->outcome.active)
    {
        return ngx_min(ctx->outcome.idle, ctx->now - ctx->outcome.active);
    }

    return ctx->outcome.idle;
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


/* On to the backend. */

static inline ngx_int_t
ngx_http_ssec_go_on(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    if (slcf->inject
        && (r->headers_in.if_none_match || r->headers_in.if_modified_since
#if (NGX_HTTP_GZIP)
            || r->headers_in.accept_encoding
#endif
           ))
    {
        ngx_http_ssec_want_whole(r, ctx);
    }

    return NGX_DECLINED;
}


/*
 * Nothing can be put into a page that comes compressed, be it that its response
 * begins the session; nor into one that the browser has from before the session
 * began.  What the client accepts is known again to nginx's own filters.
 */

static void
ngx_http_ssec_want_whole(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    if (!ngx_http_ssec_is_page(r)) {
        return;
    }

    if (ctx->outcome.state == SSEC_LIVE) {
        ngx_http_ssec_hide(r, &r->headers_in.if_none_match);
        ngx_http_ssec_hide(r, &r->headers_in.if_modified_since);
    }

#if (NGX_HTTP_GZIP)

    if (r->headers_in.accept_encoding) {
        ctx->accept_encoding = *r->headers_in.accept_encoding;
        ctx->hidden = 1;

        ngx_http_ssec_hide(r, &r->headers_in.accept_encoding);
    }

#endif
}


/* A header of which there is one at most, or one that counts. */

static void
ngx_http_ssec_hide(ngx_http_request_t *r, ngx_table_elt_t **known)
{
    ngx_str_t         name;
    ngx_table_elt_t  *h;

    if (*known == NULL) {
        return;
    }

    name = (*known)->key;
    *known = NULL;

    for ( ;; ) {
        h = ngx_http_ssec_find_header(&r->headers_in.headers, &name);
        if (h == NULL) {
            return;
        }

        h->hash = 0;
        ngx_http_ssec_remove_header(&r->headers_in.headers, h);
    }
}


static inline ngx_http_ssec_ctx_t *
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


/* The pool that destroys it still goes by its cleanup.next. */

static inline void
ngx_http_ssec_free_ctx(ngx_http_ssec_ctx_t *ctx)
{
#if !(NGX_DEBUG_PALLOC)
    ctx->cleanup.data = ngx_http_ssec_free;
    ngx_http_ssec_free = ctx;
#endif
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


/* With its keys, or their number, it is the request's. */

static inline void
ngx_http_ssec_init_ctx(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx,
    ngx_http_ssec_zone_t *zone)
{
    ngx_memzero(&ctx->page, sizeof(ngx_http_ssec_ctx_t)
                            - offsetof(ngx_http_ssec_ctx_t, page));

    ctx->zone = zone;
    ctx->outcome.verdict = SSEC_PASS;
    ctx->outcome.state = SSEC_UNKNOWN;

    /* as ngx_pool_cleanup_add() does */

    ctx->cleanup.handler = ngx_http_ssec_cleanup;
    ctx->cleanup.data = ctx;
    ctx->cleanup.next = r->pool->cleanup;
    r->pool->cleanup = &ctx->cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_session_security_module);
}


/* It also marks the context. */

static void
ngx_http_ssec_cleanup(void *data)
{
    ngx_http_ssec_ctx_t  *ctx = data;

    if (ctx->watched) {
        ngx_http_ssec_unwatch(ctx);

    } else if (ctx->queued) {
        ngx_queue_remove(&ctx->queue);
    }

    ngx_http_ssec_free_ctx(ctx);
}


/* Asks what counts only for a session that has ended, which variables tell. */

static ngx_int_t
ngx_http_ssec_complete(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ngx_int_t      rc;
    ngx_uint_t     elsewhere;
    ssec_ended_t  *ended;

    ended = ngx_pcalloc(r->pool, sizeof(ssec_ended_t));
    if (ended == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_ssec_logout_url(r, slcf->logout_url, url) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_ssec_ended(r, ended);

    if (url->len) {
        rc = ngx_http_ssec_is_logout(r, slcf->logout_url, url, &elsewhere);
        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        ended->logout_url = 1;
        ended->logout = (rc == NGX_OK);
        ended->elsewhere = elsewhere;
        ended->login = slcf->logout_url->login;
    }

    ctx->asked.ended = ended;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_init_asked(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ngx_int_t        rc;
    ssec_request_t  *asked;

    asked = &ctx->asked;

    asked->kind = SSEC_ACTIVE;
    asked->admitted = 0;
    asked->strict = slcf->strict;
    asked->cookie = (ctx->zone->value == NULL);
    asked->former = 0;
    asked->idle_for_set = 0;
    asked->idle_for = 0;
    asked->ended = NULL;

    if (slcf->usual && !ngx_http_ssec_has_fetch(r)) {
        return NGX_OK;
    }

    ctx->ping = (slcf->ping != 0);

    rc = ngx_http_ssec_activity(r, slcf, asked);

    if (rc == NGX_DECLINED
        && ctx->connections == NGX_HTTP_SSEC_ACTIVE)
    {
        ctx->connections = NGX_HTTP_SSEC_PASSIVE;
    }

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ssec_judge(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ctx->connections = slcf->connections;

    if (ngx_http_ssec_init_asked(r, slcf, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->limits = slcf->limits;

    if (slcf->varying
        && (slcf->ping
            ? ngx_http_ssec_ping_limits(r, slcf, &ctx->limits)
            : ngx_http_ssec_limits(r, slcf, &ctx->limits))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->now = ngx_http_ssec_now(ctx->zone);

    return ngx_http_ssec_judge_keys(r, slcf, ctx, url);
}


/*
 * Each key is judged for itself.  If any is alive, the request goes on with
 * those that are, and without the dead: what a backend does not get, it cannot
 * take for the session's.
 */

static ngx_int_t
ngx_http_ssec_judge_keys(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ngx_uint_t       i, split;
    ssec_key_t      *key;
    ssec_outcome_t   judged[SSEC_COOKIES_MAX];

    key = ctx->keys.elts;
    split = ngx_http_ssec_is_split(ctx);

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (!(key[i].short_part && split)
            && ngx_http_ssec_judge_key(r, slcf, &key[i], 0, ctx,
                                       url, &judged[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* most requests have one key, of a session that lives */

    if (ctx->keys.nelts == 1 && ctx->keys.unread == NULL
        && key->state == SSEC_LIVE)
    {
        key->passed = 1;
        ctx->outcome = judged[0];
        ctx->own = judged[0].own;

        return NGX_OK;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].unknown
            && ngx_http_ssec_may_begin(ctx, i, judged)
            && ngx_http_ssec_judge_key(r, slcf, &key[i], 1, ctx,
                                       url, &judged[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (!ngx_http_ssec_choose_passed(ctx, split)) {

        if (ngx_http_ssec_withhold(r, ctx->zone, &ctx->keys)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ctx->withheld = 1;
        ngx_http_ssec_log_withheld(r, ctx);
    }

    ngx_http_ssec_choose_outcome(ctx, judged);

    return NGX_OK;
}


/*
 * Of a split cookie the last part may be short, and alike in many sessions.  It
 * is not judged beside longer parts, but shares their fate.
 */

static ngx_uint_t
ngx_http_ssec_is_split(ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t  i, nshort;

    nshort = 0;

    for (i = 0; i < ctx->keys.nelts; i++) {
        nshort += ctx->keys.elts[i].short_part;
    }

    return ctx->zone->cookie.prefix && nshort == 1 && ctx->keys.nelts > 1;
}


/* Whoever invents keys fills the zone with few of them a request. */

static ngx_uint_t
ngx_http_ssec_may_begin(ngx_http_ssec_ctx_t *ctx, ngx_uint_t which,
    ssec_outcome_t *judged)
{
    ngx_uint_t   i, begun;
    ssec_key_t  *key;

    key = ctx->keys.elts;
    begun = 0;

    for (i = 0; i < which; i++) {

        if (key[i].judged && judged[i].created
            && (!ctx->zone->cookie.prefix
                || ssec_str_equal(&key[i].name, &key[which].name)))
        {
            begun++;
        }
    }

    return key[which].whole
           && begun < NGX_HTTP_SSEC_MAX_NEW
           && ngx_http_ssec_has_clean_piece(ctx, which);
}


/* Whether a piece that holds this key holds no dead one: it may be passed. */

static ngx_uint_t
ngx_http_ssec_has_clean_piece(ngx_http_ssec_ctx_t *ctx, ngx_uint_t which)
{
    ngx_uint_t              i, dead;
    ssec_key_t    *key;
    ngx_http_ssec_piece_t  *piece;

    if (ctx->zone->value) {
        return 1;
    }

    key = ctx->keys.elts;
    piece = ctx->keys.pieces;
    dead = 0;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].judged && key[i].verdict != SSEC_PASS) {
            dead |= (ngx_uint_t) 1 << i;
        }
    }

    for (i = 0; i < ctx->keys.npieces; i++) {

        if ((piece[i].keys >> which) & 1 && !(piece[i].keys & dead)) {
            return 1;
        }
    }

    return 0;
}


/*
 * Which keys the backend is to get: those that are alive; if none is, those
 * with which the backend ends its session.  Gives whether these are all.
 */

static ngx_uint_t
ngx_http_ssec_choose_passed(ngx_http_ssec_ctx_t *ctx, ngx_uint_t split)
{
    ngx_uint_t            i, all, wanted, has[SSEC_LEAVE + 1];
    ssec_key_t  *key;

    ngx_memzero(has, sizeof(has));

    key = ctx->keys.elts;

    for (i = 0; i < ctx->keys.nelts; i++) {
        has[key[i].verdict] |= key[i].judged;
    }

    wanted = has[SSEC_PASS] ? SSEC_PASS : SSEC_LOGOUT;

    all = (ctx->keys.unread == NULL);

    for (i = 0; i < ctx->keys.nelts; i++) {
        key[i].passed = ctx->keys.unread == NULL
                        && (key[i].judged ? key[i].verdict == wanted
                                          : has[wanted] && split
                                            && key[i].short_part);
        all &= key[i].passed;
    }

    return all;
}


/* What the request is judged as: by the keys that are passed, if any is. */

static void
ngx_http_ssec_choose_outcome(ngx_http_ssec_ctx_t *ctx,
    ssec_outcome_t *judged)
{
    ngx_uint_t            i, passed;
    ssec_outcome_t       *outcome;
    ssec_key_t  *key;

    key = ctx->keys.elts;
    outcome = &ctx->outcome;

    passed = 0;

    for (i = 0; i < ctx->keys.nelts; i++) {
        passed |= key[i].passed;
    }

    ngx_memzero(outcome, sizeof(ssec_outcome_t));

    outcome->verdict = passed ? SSEC_PASS : SSEC_ANONYMOUS;
    outcome->remaining = UINT64_MAX;
    outcome->lifetime = UINT64_MAX;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].judged
            && (passed ? key[i].passed : key[i].verdict != SSEC_PASS)
            && ngx_http_ssec_counts_more(&judged[i], outcome))
        {
            *outcome = judged[i];
        }
    }

    ctx->own = outcome->own;

    /* its cookie does not get there */

    if (!passed && outcome->verdict == SSEC_LOGOUT) {
        outcome->verdict = SSEC_FORGET;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (!key[i].judged && key[i].short_part) {
            key[i].verdict = outcome->verdict;
        }
    }
}


/*
 * The worse verdict, and the least time left.  A visitor's key beside that of a
 * session says nothing of it.
 */

static ngx_uint_t
ngx_http_ssec_counts_more(const ssec_outcome_t *one,
    const ssec_outcome_t *other)
{
    if (other->state == SSEC_UNKNOWN || one->verdict != other->verdict) {
        return other->state == SSEC_UNKNOWN || one->verdict > other->verdict;
    }

    return one->state != SSEC_VISITOR
           && (other->state == SSEC_VISITOR
               || one->remaining < other->remaining);
}


/* Once a minute: such a cookie may come with every request. */

static void
ngx_http_ssec_log_withheld(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t            i;
    ssec_key_t  *key;

    static time_t  logged;

    key = ctx->keys.elts;

    if (logged + 60 > ngx_time() && logged) {
        return;
    }

    if (ctx->keys.unread) {
        logged = ngx_time();

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent too many session cookies, "
                      "they are withheld");
        return;
    }

    for (i = 0; i < ctx->keys.nelts && !key[i].passed; i++) { /* void */ }

    if (i == ctx->keys.nelts) {
        return;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (!key[i].passed) {
            logged = ngx_time();

            ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                          "cookie \"%*s\" of a session that has ended is "
                          "withheld beside that of another one",
                          key[i].name.len, key[i].name.data);
            return;
        }
    }
}


/*
 * Evaluating the logout URL may evaluate variables: they tell of this session
 * then.
 */

static ngx_int_t
ngx_http_ssec_judge_key(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ssec_key_t *key, ngx_uint_t record, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *url, ssec_outcome_t *outcome)
{
    ssec_done_e  rc;

    for ( ;; ) {
        rc = ssec_session_judge(&ctx->zone->table, key, &ctx->asked, record,
                                ctx->now, &ctx->limits, outcome);

        if (rc != SSEC_ENDED) {
            break;
        }

        ctx->outcome = *outcome;

        if (ngx_http_ssec_complete(r, slcf, ctx, url) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (rc == SSEC_DONE_LOST) {
        ngx_http_ssec_report(r, ctx->zone, ctx->now);
    }

    return NGX_OK;
}


/* NGX_DECLINED if a session that the backend would get has ended meanwhile. */

static ngx_int_t
ngx_http_ssec_count(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_int_t    rc;
    ngx_uint_t   i;

    ctx->asked.admitted = 1;

    rc = NGX_OK;

    for (i = 0; i < ctx->keys.nelts; i++) {

        switch (ssec_session_count(&ctx->zone->table, &ctx->keys.elts[i],
                                   &ctx->asked, ctx->now, &ctx->limits))
        {
        case SSEC_ENDED:
            rc = NGX_DECLINED;
            break;

        case SSEC_DONE_LOST:
            ngx_http_ssec_report(r, ctx->zone, ctx->now);
            break;

        default: /* SSEC_DONE */
            break;
        }
    }

    return rc;
}


/* A session has ended while its request waited: in auth_request, say. */

static ngx_int_t
ngx_http_ssec_judge_again(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_str_t                  url;
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_ssec_conf(r, ctx->ping
                                  ? NGX_HTTP_SSEC_ASKED_PING : 0);

    ctx->judged = 0;

    if (slcf == NULL
        || ngx_http_ssec_keys(r, ctx->zone, &ctx->keys) != NGX_OK
        || ngx_http_ssec_judge(r, slcf, ctx, &url) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_ssec_act(r, slcf, ctx, &url);
}


static ngx_int_t
ngx_http_ssec_act(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ctx->judged = 1;

    switch (ctx->outcome.verdict) {

    case SSEC_REFUSE:
        return ngx_http_ssec_refuse(r, slcf->expired_status);

    case SSEC_REDIRECT:
    case SSEC_LEAVE:
        return ngx_http_ssec_redirect(r, url);

    default:
        return ngx_http_ssec_go_on(r, slcf, ctx);
    }
}


static ngx_int_t
ngx_http_ssec_refuse(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_uint_t                 i;
    ngx_http_err_page_t       *page;
    ngx_http_complex_value_t   cv;
    ngx_http_core_loc_conf_t  *clcf;

    static ngx_str_t  json = ngx_string("application/json");

    if (status == NGX_HTTP_CLOSE) {
        return status;
    }

    if (ngx_http_ssec_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->error_pages) {
        page = clcf->error_pages->elts;

        for (i = 0; i < clcf->error_pages->nelts; i++) {
            if (page[i].status == (ngx_int_t) status) {
                return status;
            }
        }
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    ngx_str_set(&cv.value, "{\"error\":\"session_expired\"}\n");

    ngx_http_finalize_request(r, ngx_http_send_response(r, status, &json,
                                                        &cv));
    return NGX_DONE;
}

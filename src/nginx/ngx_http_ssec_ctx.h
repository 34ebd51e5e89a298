/* The context of a request, and its life. */

#ifndef _NGX_HTTP_SSEC_CTX_H_INCLUDED_
#define _NGX_HTTP_SSEC_CTX_H_INCLUDED_

#include "ngx_http_ssec_key.h"

#include "ssec_session.h"

/* a page that waits for its tag: see ngx_http_ssec_page.c */
typedef struct ngx_http_ssec_page_s  ngx_http_ssec_page_t;


typedef enum {
    NGX_HTTP_SSEC_FAILED = 0,    /* or not judged yet */
    NGX_HTTP_SSEC_JUDGED,
    NGX_HTTP_SSEC_ADMITTED       /* it has passed nginx's access checks */
} ngx_http_ssec_stage_e;


/* A request that is a ping. */

typedef struct {
    u_char                     judged;       /* as one */
    u_char                     other;        /* from another session's page */
    u_char                     answered;     /* by the ping's handler */
} ngx_http_ssec_ping_t;


/* The effects of the response on the session of the request. */

typedef struct {
    ngx_str_t                  said;         /* by a backend before it */
    uint64_t                   begun;        /* when the session began that
                                                lives by it; 0: none */
    u_char                     closed;       /* ssec_reason_e: it ended it */
    u_char                     forgotten;    /* it leaves no user's cookie */
} ngx_http_ssec_reply_t;


/* A connection that may outlive its session. */

typedef struct {
    ngx_http_request_t        *request;
    ngx_uint_t                 mode;         /* NGX_HTTP_SSEC_ACTIVE, ... */
    ngx_queue_t                queue;
    uint64_t                   deadline;     /* when it is to be checked */
    uint64_t                   deaths;       /* in the zone, when checked */
    off_t                      sent;         /* to the backend so far */
    u_char                     queued;
    u_char                     checked;      /* once at least */
    u_char                     upload;       /* its session has ended */
} ngx_http_ssec_watch_t;


struct ngx_http_ssec_ctx_s {
    ngx_pool_cleanup_t         cleanup;
    ngx_http_ssec_zone_t      *zone;
    ssec_keys_t                keys;         /* none: see is_keyless() */

    /* how the request was judged */

    ngx_http_ssec_stage_e      stage;
    ngx_uint_t                 refused;      /* by nginx: it does not count */
    ssec_request_t             asked;
    ssec_outcome_t             outcome;
    ngx_uint_t                 bad_time;     /* one was logged */
    ngx_http_ssec_ping_t       ping;

    /* the response */

    ngx_http_ssec_reply_t      reply;
    ngx_http_ssec_watch_t      watch;
    ngx_http_ssec_page_t      *page;
    ngx_table_elt_t            accept_encoding;   /* hidden from the backend;
                                                no value: it is not */
};


/*
 * Reads the request's keys of the zone into a new context, which is then
 * attached to the request or freed.  NULL without memory.
 */
ngx_http_ssec_ctx_t *ngx_http_ssec_create_ctx(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone);
void ngx_http_ssec_free_ctx(ngx_http_ssec_ctx_t *ctx);
/* Attaches the context to the request, whose pool frees it. */
void ngx_http_ssec_set_ctx(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);
/* After an internal redirect; NULL if the request had no context. */
ngx_http_ssec_ctx_t *ngx_http_ssec_find_ctx(ngx_http_request_t *r);
/* The session's idle time, in milliseconds: after the request, if it counts. */
uint64_t ngx_http_ssec_idle(ngx_http_ssec_ctx_t *ctx);
void ngx_http_ssec_exit_process(ngx_cycle_t *cycle);


/* The main request's context, after any internal redirect; or NULL. */

static ngx_inline ngx_http_ssec_ctx_t *
ngx_http_ssec_ctx(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t  *ctx;

    r = r->main;
    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL && (r->internal || r->filter_finalize)) {
        ctx = ngx_http_ssec_find_ctx(r);
    }

    return ctx;
}


/* Takes the request out of the queue of those that are watched. */

static ngx_inline void
ngx_http_ssec_unwatch(ngx_http_ssec_ctx_t *ctx)
{
    if (ctx->watch.queued) {
        ngx_queue_remove(&ctx->watch.queue);
        ctx->watch.queued = 0;
    }
}


/* Whether the request has no key in its zone. */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_keyless(ngx_http_ssec_ctx_t *ctx)
{
    return ctx->keys.nelts == 0 && ctx->keys.unread == NULL;
}


/* Whether it is a request of a session that lives. */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_live(ngx_http_ssec_ctx_t *ctx)
{
    return ctx->outcome.state == SSEC_LIVE && ctx->outcome.verdict == SSEC_PASS;
}

#endif /* _NGX_HTTP_SSEC_CTX_H_INCLUDED_ */

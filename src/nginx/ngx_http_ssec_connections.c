/*
 * Connections that outlive their session are ended with it: WebSockets, event
 * streams, long downloads.  Uploads come to their end.
 *
 * Each worker has its requests of live sessions in a queue, in the order in
 * which they came.  Those that last are watched: they are in a tree, by the
 * time at which their session would end if nothing happened until then.  Twice
 * a second the worker looks at those whose time has come; and at all of them if
 * the table says that some session has ended, which may have been anywhere.
 */

#include "ngx_http_ssec_connections.h"

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_zone.h"


#define NGX_HTTP_SSEC_TICK  500                /* milliseconds */

/* ticks, which fit into 32 bits; what is to come lies beyond what is now */
#define ngx_http_ssec_ticks(time)                                             \
    ((ngx_rbtree_key_t) ngx_min((time) / NGX_HTTP_SSEC_TICK,                  \
                                NGX_MAX_INT32_VALUE - 1))

/* whether what its client sends is activity */
#define ngx_http_ssec_counts(ctx)                                             \
    ((ctx)->watch.mode == NGX_HTTP_SSEC_ACTIVE)


static void ngx_http_ssec_tick(ngx_event_t *ev);
static void ngx_http_ssec_look_at_all(uint64_t now, ngx_queue_t *ended);
static void ngx_http_ssec_look_at_due(uint64_t now, ngx_queue_t *ended);
static void ngx_http_ssec_look_at_young(uint64_t now, ngx_queue_t *ended);
static ngx_uint_t ngx_http_ssec_deaths(void);
static void ngx_http_ssec_traffic(uint64_t now);
static void ngx_http_ssec_touch(ngx_http_ssec_ctx_t *ctx, uint64_t now);
static void ngx_http_ssec_look(ngx_http_ssec_ctx_t *ctx, uint64_t now,
    ngx_queue_t *ended);
static ngx_uint_t ngx_http_ssec_is_upload(ngx_http_request_t *r);
static ngx_uint_t ngx_http_ssec_is_being_sent(ngx_http_request_t *r);
static void ngx_http_ssec_watch_until(ngx_http_ssec_ctx_t *ctx,
    uint64_t deadline);
static ngx_uint_t ngx_http_ssec_has_ended(ngx_http_ssec_ctx_t *ctx,
    uint64_t now, uint64_t *deadline);
static void ngx_http_ssec_close(ngx_http_ssec_ctx_t *ctx);


static ngx_queue_t        ngx_http_ssec_young;
static ngx_queue_t        ngx_http_ssec_watched;
static ngx_rbtree_t       ngx_http_ssec_deadlines;
static ngx_rbtree_node_t  ngx_http_ssec_sentinel;
static ngx_uint_t         ngx_http_ssec_nactive;
static ngx_event_t        ngx_http_ssec_timer;
static ngx_connection_t   ngx_http_ssec_dummy;


void
ngx_http_ssec_init_connections(void)
{
    ngx_event_t  *ev;

    ngx_queue_init(&ngx_http_ssec_young);
    ngx_queue_init(&ngx_http_ssec_watched);
    ngx_rbtree_init(&ngx_http_ssec_deadlines,
                    &ngx_http_ssec_sentinel,
                    ngx_rbtree_insert_value);

    ngx_http_ssec_dummy.fd = (ngx_socket_t) -1;

    ev = &ngx_http_ssec_timer;

    ev->handler = ngx_http_ssec_tick;
    ev->data = &ngx_http_ssec_dummy;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;
}


void
ngx_http_ssec_watch(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ctx->watch.request = r;
    ctx->watch.queued = 1;
    ctx->watch.unwatch = ngx_http_ssec_unwatch;

    ngx_queue_insert_tail(&ngx_http_ssec_young, &ctx->watch.queue);

    if (!ngx_http_ssec_timer.timer_set) {
        ngx_add_timer(&ngx_http_ssec_timer, NGX_HTTP_SSEC_TICK);
    }
}


void
ngx_http_ssec_unwatch(ngx_http_ssec_ctx_t *ctx)
{
    ngx_queue_remove(&ctx->watch.queue);
    ctx->watch.queued = 0;

    if (ctx->watch.watched) {
        ngx_rbtree_delete(&ngx_http_ssec_deadlines, &ctx->watch.node);
        ctx->watch.watched = 0;

        ngx_http_ssec_nactive -=
                                       ngx_http_ssec_counts(ctx);
    }
}


static void
ngx_http_ssec_tick(ngx_event_t *ev)
{
    uint64_t              now;                 /* the host's uptime */
    ngx_queue_t          *q, ended;
    ngx_http_ssec_ctx_t  *ctx;

    ngx_queue_init(&ended);

    now = ngx_http_ssec_uptime();

    if (ngx_http_ssec_nactive) {
        ngx_http_ssec_traffic(now);
    }

    if (ngx_http_ssec_deaths()) {
        ngx_http_ssec_look_at_all(now, &ended);
    }

    ngx_http_ssec_look_at_due(now, &ended);
    ngx_http_ssec_look_at_young(now, &ended);

    /* ending one may end others, of the same HTTP/2 connection */

    while (!ngx_queue_empty(&ended)) {

        q = ngx_queue_head(&ended);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);

        ngx_http_ssec_unwatch(ctx);
        ngx_http_ssec_close(ctx);
    }

    if (!ngx_queue_empty(&ngx_http_ssec_young)
        || !ngx_queue_empty(&ngx_http_ssec_watched))
    {
        ngx_add_timer(ev, NGX_HTTP_SSEC_TICK);
    }
}


static void
ngx_http_ssec_look_at_all(uint64_t now, ngx_queue_t *ended)
{
    ngx_queue_t          *q, *next;
    ngx_http_ssec_ctx_t  *ctx;

    for (q = ngx_queue_head(&ngx_http_ssec_watched);
         q != ngx_queue_sentinel(&ngx_http_ssec_watched);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);
        ngx_http_ssec_look(ctx, now, ended);
    }
}


static void
ngx_http_ssec_look_at_due(uint64_t now, ngx_queue_t *ended)
{
    ngx_rbtree_t         *deadlines;
    ngx_rbtree_node_t    *node;
    ngx_http_ssec_ctx_t  *ctx;

    deadlines = &ngx_http_ssec_deadlines;

    while (deadlines->root != deadlines->sentinel) {

        node = ngx_rbtree_min(deadlines->root, deadlines->sentinel);

        if (node->key > ngx_http_ssec_ticks(now)) {
            break;
        }

        ctx = (ngx_http_ssec_ctx_t *)
                  ((u_char *) node
                   - offsetof(ngx_http_ssec_ctx_t, watch.node));
        ngx_http_ssec_look(ctx, now, ended);
    }
}


/* Most requests have ended before they get here. */

static void
ngx_http_ssec_look_at_young(uint64_t now, ngx_queue_t *ended)
{
    ngx_queue_t          *q;
    ngx_http_ssec_ctx_t  *ctx;

    while (!ngx_queue_empty(&ngx_http_ssec_young)) {

        q = ngx_queue_head(&ngx_http_ssec_young);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);

        if (ctx->asked.now + NGX_HTTP_SSEC_TICK > ctx->zone->epoch + now) {
            break;
        }

        ngx_http_ssec_look(ctx, now, ended);
    }
}


/* Whether a session has ended anywhere since this was last asked. */

static ngx_uint_t
ngx_http_ssec_deaths(void)
{
    uint64_t               deaths;
    ngx_uint_t             i, changed;
    ngx_http_ssec_zone_t  *zone;

    changed = 0;
    i = 0;

    while ((zone = ngx_http_ssec_next_zone((ngx_cycle_t *) ngx_cycle, &i))) {

        deaths = ssec_table_deaths(&zone->table);

        changed |= (deaths != zone->deaths);
        zone->deaths = deaths;
    }

    return changed;
}


/* What a client sends to the backend, where that is to be activity. */

static void
ngx_http_ssec_traffic(uint64_t now)
{
    off_t                 sent;
    ngx_queue_t          *q, *watched;
    ngx_http_upstream_t  *u;
    ngx_http_ssec_ctx_t  *ctx;

    watched = &ngx_http_ssec_watched;

    for (q = ngx_queue_head(watched);
         q != ngx_queue_sentinel(watched);
         q = ngx_queue_next(q))
    {
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);
        u = ctx->watch.request->upstream;

        if (!ngx_http_ssec_counts(ctx) || u == NULL || !u->upgrade
            || u->peer.connection == NULL)
        {
            continue;
        }

        sent = u->peer.connection->sent;

        if (sent == ctx->watch.sent) {
            continue;
        }

        ctx->watch.sent = sent;

        ngx_http_ssec_touch(ctx, now);
    }
}


/* The sessions of the connection's request are active. */

static void
ngx_http_ssec_touch(ngx_http_ssec_ctx_t *ctx, uint64_t now)
{
    ngx_uint_t      i;
    ssec_key_t      key;
    ssec_table_t   *table;
    ssec_record_t   record;
    ssec_request_t  active;

    table = &ctx->zone->table;

    active = (ssec_request_t) { .kind = SSEC_ACTIVE, .admitted = true,
                                .now = ctx->zone->epoch + now,
                                .limits = ctx->asked.limits };

    if (ssec_table_is_retired(table)) {
        return;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        key = ctx->keys.elts[i];
        key.digest = key.root;
        key.seen.bucket = NULL;

        if (key.state == SSEC_LIVE
            && ssec_session_look(table, &key.root, &record, &key.root)
            && record.state == SSEC_LIVE)
        {
            (void) ssec_session_count(table, &key, &active);
        }
    }
}


/* Puts it where it belongs now. */

static void
ngx_http_ssec_look(ngx_http_ssec_ctx_t *ctx, uint64_t now, ngx_queue_t *ended)
{
    uint64_t             deadline;
    ngx_http_request_t  *r;

    if (!ngx_http_ssec_has_ended(ctx, now, &deadline)) {
        ngx_http_ssec_watch_until(ctx, deadline);
        return;
    }

    r = ctx->watch.request;

    if (ngx_http_ssec_is_upload(r)) {
        ctx->watch.upload = 1;
        ngx_http_ssec_watch_until(ctx, now);
        return;
    }

    ngx_http_ssec_unwatch(ctx);

    /* an upload that is there as a whole gets its response as a whole */

    if (!ctx->watch.upload || ngx_http_ssec_is_being_sent(r)) {
        ngx_queue_insert_tail(ended, &ctx->watch.queue);
        ctx->watch.queued = 1;
    }
}


/*
 * A request whose body is on its way, and whose response is not: it comes to
 * its end.  An Upgrade is none, since it opens a connection.
 */

static ngx_uint_t
ngx_http_ssec_is_upload(ngx_http_request_t *r)
{
    return ngx_http_ssec_is_being_sent(r)
           && !r->header_sent
           && r->headers_in.upgrade == NULL;
}


/* Whether the client has yet to send some of the body. */

static ngx_uint_t
ngx_http_ssec_is_being_sent(ngx_http_request_t *r)
{
    return r->request_body && r->request_body->rest > 0;
}


static void
ngx_http_ssec_watch_until(ngx_http_ssec_ctx_t *ctx, uint64_t deadline)
{
    ngx_http_upstream_t  *u;

    if (ctx->watch.watched) {
        ngx_rbtree_delete(&ngx_http_ssec_deadlines, &ctx->watch.node);

    } else {
        u = ctx->watch.request->upstream;

        ctx->watch.watched = 1;
        ctx->watch.sent = (u && u->peer.connection)
                          ? u->peer.connection->sent : 0;
        ngx_http_ssec_nactive +=
                                       ngx_http_ssec_counts(ctx);

        ngx_queue_remove(&ctx->watch.queue);
        ngx_queue_insert_tail(&ngx_http_ssec_watched, &ctx->watch.queue);
    }

    ctx->watch.deadline = deadline;
    ctx->watch.node.key = ngx_http_ssec_ticks(deadline) + 1;
    ngx_rbtree_insert(&ngx_http_ssec_deadlines, &ctx->watch.node);
}


/*
 * Only looks: a session expires by a request.  If it was evicted, the deadline
 * stays as it was.  One that began since is another session, of the same key.
 */

static ngx_uint_t
ngx_http_ssec_has_ended(ngx_http_ssec_ctx_t *ctx, uint64_t now,
    uint64_t *deadline)
{
    bool             known;
    uint64_t         ends;
    ngx_uint_t       i;
    ssec_key_t      *key;
    ssec_record_t    record;
    ssec_digest_t    place;
    ssec_outcome_t   outcome;
    ssec_request_t   passive;

    key = ctx->keys.elts;

    passive = (ssec_request_t) { .kind = SSEC_PASSIVE,
                                 .now = ctx->zone->epoch + now,
                                 .limits = ctx->asked.limits };

    *deadline = UINT64_MAX;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].state != SSEC_LIVE) {
            continue;
        }

        known = ssec_session_look(&ctx->zone->table, &key[i].root, &record,
                                  &place);

        (void) ssec_decide(&record, &passive, &outcome);

        if (!known) {

            if (ctx->watch.watched && now >= ctx->watch.deadline) {
                return 1;
            }

            ends = ctx->watch.watched ? ctx->watch.deadline
                                      : now + outcome.remaining;

            *deadline = ngx_min(*deadline, ends);
            continue;
        }

        if (outcome.state != SSEC_LIVE
            || (ctx->watch.watched && record.created > key[i].created))
        {
            return 1;
        }

        /* it may have moved since, and its key been replaced */

        key[i].root = place;
        key[i].created = record.created;

        *deadline = ngx_min(*deadline, now + outcome.remaining);
    }

    return 0;
}


static void
ngx_http_ssec_close(ngx_http_ssec_ctx_t *ctx)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->watch.request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_log_error(NGX_LOG_INFO, c->log, 0,
                  "session has ended, its connection is closed");

    /* as ngx_http_request_handler() does: cleanups may finalize it as well */

    r->count++;

    /* nothing is to be done after it */

    r->post_action = 1;
    r->uri_changes = 0;

    ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
    ngx_http_run_posted_requests(c);
}

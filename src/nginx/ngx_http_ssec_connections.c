/*
 * Ends connections whose session has ended: WebSockets, event streams, long
 * downloads.  An upload may finish first.  See docs/how-it-works.md,
 * "Connections that last".
 *
 * Each worker has its requests of live sessions in a queue, in the order in
 * which they came.  A request that lasts longer than a tick is watched: it is
 * in a tree, sorted by the time at which its session would expire.  Each tick
 * the worker checks the watched requests whose time has come.  It checks all of
 * them if a session has ended in any worker.
 */

#include "ngx_http_ssec_connections.h"

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_zone.h"


/* the time between two checks, in milliseconds */
#define NGX_HTTP_SSEC_TICK  500

/* a time in ticks; a key of the tree is 1 more, and fits in 32 bits */
#define ngx_http_ssec_ticks(time)                                             \
    ((ngx_rbtree_key_t) ngx_min((time) / NGX_HTTP_SSEC_TICK,                  \
                                NGX_MAX_INT32_VALUE - 1))

/* true if data that the client sends to the backend is activity */
#define ngx_http_ssec_is_active(ctx)                                          \
    ((ctx)->watch.mode == NGX_HTTP_SSEC_ACTIVE)


static void ngx_http_ssec_tick(ngx_event_t *ev);
static void ngx_http_ssec_check_all(uint64_t now, ngx_queue_t *ended);
static void ngx_http_ssec_check_due(uint64_t now, ngx_queue_t *ended);
static void ngx_http_ssec_check_young(uint64_t now, ngx_queue_t *ended);
static ngx_uint_t ngx_http_ssec_any_ended(void);
static void ngx_http_ssec_count_traffic(uint64_t now);
static void ngx_http_ssec_touch(ngx_http_ssec_ctx_t *ctx, uint64_t now);
static void ngx_http_ssec_check_request(ngx_http_ssec_ctx_t *ctx, uint64_t now,
    ngx_queue_t *ended);
static ngx_uint_t ngx_http_ssec_is_upload(ngx_http_request_t *r);
static ngx_uint_t ngx_http_ssec_is_being_sent(ngx_http_request_t *r);
static void ngx_http_ssec_watch_until(ngx_http_ssec_ctx_t *ctx,
    uint64_t deadline);
static ngx_uint_t ngx_http_ssec_has_ended(ngx_http_ssec_ctx_t *ctx,
    uint64_t now, uint64_t *deadline);
static void ngx_http_ssec_close(ngx_http_ssec_ctx_t *ctx);


static ngx_queue_t        ngx_http_ssec_young;       /* not watched yet */
static ngx_queue_t        ngx_http_ssec_watched;
static ngx_rbtree_t       ngx_http_ssec_deadlines;   /* watched, by time */
static ngx_rbtree_node_t  ngx_http_ssec_sentinel;
static ngx_uint_t         ngx_http_ssec_nactive;     /* watched and active */
static ngx_event_t        ngx_http_ssec_timer;
static ngx_connection_t   ngx_http_ssec_dummy;       /* data of the timer */


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

        ngx_http_ssec_nactive -= ngx_http_ssec_is_active(ctx);
    }
}


static void
ngx_http_ssec_tick(ngx_event_t *ev)
{
    uint64_t              now;                 /* the host's uptime, in ms */
    ngx_queue_t          *q, ended;
    ngx_http_ssec_ctx_t  *ctx;

    ngx_queue_init(&ended);

    now = ngx_http_ssec_uptime();

    if (ngx_http_ssec_nactive) {
        ngx_http_ssec_count_traffic(now);
    }

    if (ngx_http_ssec_any_ended()) {
        ngx_http_ssec_check_all(now, &ended);
    }

    ngx_http_ssec_check_due(now, &ended);
    ngx_http_ssec_check_young(now, &ended);

    /* to end a request may end others of its HTTP/2 connection: no iterator */

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


/* Checks all watched requests. */

static void
ngx_http_ssec_check_all(uint64_t now, ngx_queue_t *ended)
{
    ngx_queue_t          *q, *next;
    ngx_http_ssec_ctx_t  *ctx;

    for (q = ngx_queue_head(&ngx_http_ssec_watched);
         q != ngx_queue_sentinel(&ngx_http_ssec_watched);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);
        ngx_http_ssec_check_request(ctx, now, ended);
    }
}


/* Checks the watched requests whose time has come. */

static void
ngx_http_ssec_check_due(uint64_t now, ngx_queue_t *ended)
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
        ngx_http_ssec_check_request(ctx, now, ended);
    }
}


/*
 * Checks the unwatched requests that have lasted for a tick.  Most requests are
 * over before.
 */

static void
ngx_http_ssec_check_young(uint64_t now, ngx_queue_t *ended)
{
    ngx_queue_t          *q;
    ngx_http_ssec_ctx_t  *ctx;

    while (!ngx_queue_empty(&ngx_http_ssec_young)) {

        q = ngx_queue_head(&ngx_http_ssec_young);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);

        if (ctx->asked.now + NGX_HTTP_SSEC_TICK > ctx->zone->epoch + now) {
            break;
        }

        ngx_http_ssec_check_request(ctx, now, ended);
    }
}


/* Tells whether a session has ended in any zone since the last call. */

static ngx_uint_t
ngx_http_ssec_any_ended(void)
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


/*
 * Counts data that clients have sent to the backend since the last tick, over
 * upgraded connections with session_security_connections active.
 */

static void
ngx_http_ssec_count_traffic(uint64_t now)
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

        if (!ngx_http_ssec_is_active(ctx) || u == NULL || !u->upgrade
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


/* Counts activity for the live sessions of the connection's request. */

static void
ngx_http_ssec_touch(ngx_http_ssec_ctx_t *ctx, uint64_t now)
{
    ngx_uint_t      i;
    ssec_key_t      key;
    ssec_keys_t     keys;
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

    keys.elts = &key;
    keys.nelts = 1;

    for (i = 0; i < ctx->keys.nelts; i++) {

        key = ctx->keys.elts[i];
        key.digest = key.root;
        key.seen.bucket = NULL;

        if (key.state == SSEC_LIVE
            && ssec_session_look(table, &key.root, &record, &key.root)
            && record.state == SSEC_LIVE)
        {
            (void) ssec_session_count(table, &keys, &active);
        }
    }
}


/*
 * Checks a request whose time has come.  Moves it to the queue "ended" if its
 * session has ended.  If the session is live, or the request is an upload,
 * keeps it watched.
 */

static void
ngx_http_ssec_check_request(ngx_http_ssec_ctx_t *ctx, uint64_t now,
    ngx_queue_t *ended)
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

    /* an upload that has become complete may get its whole response */

    if (!ctx->watch.upload || ngx_http_ssec_is_being_sent(r)) {
        ngx_queue_insert_tail(ended, &ctx->watch.queue);
        ctx->watch.queued = 1;
    }
}


/*
 * Tells whether the request's body is being received and its response has not
 * begun.  A request with Upgrade is no upload: it opens a connection.
 */

static ngx_uint_t
ngx_http_ssec_is_upload(ngx_http_request_t *r)
{
    return ngx_http_ssec_is_being_sent(r)
           && !r->header_sent
           && r->headers_in.upgrade == NULL;
}


/* Tells whether part of the request's body has not been received yet. */

static ngx_uint_t
ngx_http_ssec_is_being_sent(ngx_http_request_t *r)
{
    return r->request_body && r->request_body->rest > 0;
}


/* Watches the request until this uptime, in milliseconds. */

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
        ngx_http_ssec_nactive += ngx_http_ssec_is_active(ctx);

        ngx_queue_remove(&ctx->watch.queue);
        ngx_queue_insert_tail(&ngx_http_ssec_watched, &ctx->watch.queue);
    }

    ctx->watch.deadline = deadline;
    ctx->watch.node.key = ngx_http_ssec_ticks(deadline) + 1;
    ngx_rbtree_insert(&ngx_http_ssec_deadlines, &ctx->watch.node);
}


/*
 * Tells whether a session of the request has ended.  If not, sets *deadline to
 * the uptime, in milliseconds, at which the first of them would expire.
 *
 * Read-only.  If a session was evicted, the last known deadline holds.  If a
 * session has begun since, it is another session with the same key.
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

        /* the session moves in the table when it gets its second key */

        key[i].root = place;
        key[i].created = record.created;

        *deadline = ngx_min(*deadline, now + outcome.remaining);
    }

    return 0;
}


/* Ends the request as a timeout does, without a response. */

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

    /* as in ngx_http_request_handler(): a cleanup may finalize the request */

    r->count++;

    /* with these values ngx_http_post_action() starts no post_action */

    r->post_action = 1;
    r->uri_changes = 0;

    ngx_http_finalize_request(r, NGX_HTTP_REQUEST_TIME_OUT);
    ngx_http_run_posted_requests(c);
}

/*
 * Ends connections whose session has ended: WebSockets, event streams, long
 * downloads.  An upload may finish first.  See docs/how-it-works.md,
 * "Connections that last".
 *
 * Each worker has its requests of live sessions in a queue.  Each tick it
 * checks those whose session may have expired by now.  It checks all those of a
 * zone in which a session has ended.  A request that is over within a tick, as
 * most are, is never checked.
 */

#include "ngx_http_ssec_connections.h"

#include "ngx_http_ssec_conf.h"


/* the time between two checks, in milliseconds */
#define NGX_HTTP_SSEC_TICK  500


static ngx_queue_t       ngx_http_ssec_watched;
static ngx_event_t       ngx_http_ssec_timer;
static ngx_connection_t  ngx_http_ssec_dummy;        /* data of the timer */


/*
 * Tells whether the client has sent data to the backend since the last tick,
 * over an upgraded connection.
 */

static ngx_uint_t
ngx_http_ssec_has_traffic(ngx_http_ssec_watch_t *watch)
{
    off_t                 before;
    ngx_http_upstream_t  *u;

    u = watch->request->upstream;

    if (u == NULL || u->peer.connection == NULL) {
        watch->sent = 0;
        return 0;
    }

    before = watch->sent;
    watch->sent = u->peer.connection->sent;

    return u->upgrade && watch->checked && watch->sent != before;
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

    if (ssec_table_is_retired(table)) {
        return;
    }

    active = (ssec_request_t) { .kind = SSEC_ACTIVE, .admitted = true,
                                .now = now, .limits = ctx->asked.limits };

    keys.elts = &key;
    keys.nelts = 1;

    for (i = 0; i < ctx->keys.nelts; i++) {

        key = ctx->keys.elts[i];
        key.digest = key.root;
        key.seen.word = 0;

        if (key.state == SSEC_LIVE
            && ssec_session_look(table, &key.root, &record, &key.root)
            && record.state == SSEC_LIVE)
        {
            (void) ssec_session_count(table, &keys, &active);
        }
    }
}


/*
 * Tells whether a session of the request has ended.  If not, sets the request's
 * deadline to the time at which the first of them would expire.
 *
 * Read-only.  If a session was evicted, the last known deadline holds.  If a
 * session has begun since, it is another session with the same key.
 */

static ngx_uint_t
ngx_http_ssec_has_ended(ngx_http_ssec_ctx_t *ctx, uint64_t now)
{
    bool             known;
    uint64_t         ends, deadline;
    ngx_uint_t       i;
    ssec_key_t      *key;
    ssec_record_t    record;
    ssec_digest_t    place;
    ssec_outcome_t   outcome;
    ssec_request_t   passive;

    key = ctx->keys.elts;

    passive = (ssec_request_t) { .kind = SSEC_PASSIVE, .now = now,
                                 .limits = ctx->asked.limits };

    deadline = UINT64_MAX;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].state != SSEC_LIVE) {
            continue;
        }

        known = ssec_session_look(&ctx->zone->table, &key[i].root, &record,
                                  &place);

        (void) ssec_decide(&record, &passive, &outcome);

        ends = now + outcome.remaining;

        if (!ctx->watch.checked) {
            key[i].created = known ? record.created : now;
        }

        if (known) {

            if (outcome.state != SSEC_LIVE || record.created > key[i].created)
            {
                return 1;
            }

            /* the session moves in the table when it gets its second key */

            key[i].root = place;

        } else if (ctx->watch.checked) {

            if (now >= ctx->watch.deadline) {
                return 1;
            }

            ends = ctx->watch.deadline;
        }

        deadline = ngx_min(deadline, ends);
    }

    ctx->watch.deadline = deadline;

    return 0;
}


/* Tells whether part of the request's body has not been received yet. */

static ngx_uint_t
ngx_http_ssec_is_being_sent(ngx_http_request_t *r)
{
    return r->request_body && r->request_body->rest > 0;
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


/*
 * Checks a request, if its time has come or if a session has ended.  Tells
 * whether the request is to be ended.
 */

static ngx_uint_t
ngx_http_ssec_check_request(ngx_http_ssec_ctx_t *ctx)
{
    uint64_t                now, deaths;
    ngx_uint_t              has_ended;
    ngx_http_ssec_watch_t  *watch;

    watch = &ctx->watch;

    now = ngx_http_ssec_now(ctx->zone);
    deaths = ssec_table_deaths(&ctx->zone->table);

    if (watch->mode == NGX_HTTP_SSEC_ACTIVE
        && ngx_http_ssec_has_traffic(watch))
    {
        ngx_http_ssec_touch(ctx, now);
    }

    if (now < watch->deadline
        && (!watch->checked || watch->deaths == deaths))
    {
        return 0;
    }

    watch->deaths = deaths;

    has_ended = ngx_http_ssec_has_ended(ctx, now);
    watch->checked = 1;

    if (!has_ended) {
        return 0;
    }

    if (ngx_http_ssec_is_upload(watch->request)) {
        watch->upload = 1;
        watch->deadline = now;
        return 0;
    }

    /* an upload that has become complete may get its whole response */

    if (watch->upload && !ngx_http_ssec_is_being_sent(watch->request)) {
        ngx_http_ssec_unwatch(ctx);
        return 0;
    }

    return 1;
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


static void
ngx_http_ssec_tick(ngx_event_t *ev)
{
    ngx_queue_t          *q, *next, ended;
    ngx_http_ssec_ctx_t  *ctx;

    ngx_queue_init(&ended);

    for (q = ngx_queue_head(&ngx_http_ssec_watched);
         q != ngx_queue_sentinel(&ngx_http_ssec_watched);
         q = next)
    {
        next = ngx_queue_next(q);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);

        if (ngx_http_ssec_check_request(ctx)) {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&ended, q);
        }
    }

    /* to end a request may end others of its HTTP/2 connection: no iterator */

    while (!ngx_queue_empty(&ended)) {

        q = ngx_queue_head(&ended);
        ctx = ngx_queue_data(q, ngx_http_ssec_ctx_t, watch.queue);

        ngx_http_ssec_unwatch(ctx);
        ngx_http_ssec_close(ctx);
    }

    if (!ngx_queue_empty(&ngx_http_ssec_watched)) {
        ngx_add_timer(ev, NGX_HTTP_SSEC_TICK);
    }
}


void
ngx_http_ssec_init_connections(void)
{
    ngx_event_t  *ev;

    ngx_queue_init(&ngx_http_ssec_watched);

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
    ctx->watch.deadline = ctx->asked.now + NGX_HTTP_SSEC_TICK;
    ctx->watch.queued = 1;
    ctx->watch.checked = 0;
    ctx->watch.upload = 0;

    ngx_queue_insert_tail(&ngx_http_ssec_watched, &ctx->watch.queue);

    if (!ngx_http_ssec_timer.timer_set) {
        ngx_add_timer(&ngx_http_ssec_timer, NGX_HTTP_SSEC_TICK);
    }
}

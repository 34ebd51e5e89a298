/*
 * A response: its headers are read once, into a list; the steps that follow
 * from the list are taken one after the other.
 */

#include "ngx_http_ssec_response.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_delete.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_key.h"
#include "ngx_http_ssec_request.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_response.h"
#include "ssec_said.h"
#include "ssec_seldom.h"


/* how old a verdict may be for a cookie to be deleted by it, in milliseconds */
#define NGX_HTTP_SSEC_PROMPT  1000

/* Set-Cookie headers for the session's cookie that need no memory */
#define NGX_HTTP_SSEC_SENT    8


/* A response while it is read and its steps are taken. */

typedef struct {
    ngx_http_request_t    *request;
    ngx_http_ssec_ctx_t   *ctx;                /* NULL: no key */
    ngx_http_ssec_zone_t  *zone;
    ngx_str_t              said;               /* X-Accel-Session */
    const ssec_own_t      *own;                /* in the table */
    ngx_uint_t             anonymous;          /* no key was passed */
    ssec_response_t        response;
    ngx_uint_t             nalloc;             /* room for cookies */
    ssec_sent_t            first[NGX_HTTP_SSEC_SENT];
} ngx_http_ssec_answer_t;


/* Which session of the request a new key is given to. */

typedef struct {
    ssec_entry_t           entry;
    ssec_key_t            *key;                /* by which it was found */
    ngx_uint_t             apart;              /* the new key is not its */
} ngx_http_ssec_from_t;


static ngx_int_t ngx_http_ssec_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_ssec_filter(ngx_http_request_t *r)
    ssec_apart;
static inline ngx_int_t ngx_http_ssec_headers(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_read_headers(ngx_http_ssec_answer_t *answer);
static ngx_int_t ngx_http_ssec_read_header(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header);
static ngx_int_t ngx_http_ssec_read_cookie(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header) ssec_seldom;
static ssec_sent_t *ngx_http_ssec_next_sent(ngx_http_ssec_answer_t *answer);
static void ngx_http_ssec_said_before(ngx_http_ssec_answer_t *answer);
static ngx_uint_t ngx_http_ssec_is_cached(ngx_http_request_t *r,
    ngx_table_elt_t *header);
static ngx_uint_t ngx_http_ssec_has_dead(ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_answer(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t dead) ssec_seldom;
static ngx_int_t ngx_http_ssec_init_response(ngx_http_ssec_answer_t *answer);
static void ngx_http_ssec_take_steps(ngx_http_ssec_answer_t *answer);
static ngx_uint_t ngx_http_ssec_may_delete(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx);
static void ngx_http_ssec_issue(ngx_http_ssec_answer_t *answer,
    ssec_step_t *step);
static bool ngx_http_ssec_store(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_digest_t *key, const ssec_outcome_t *outcome);
static void ngx_http_ssec_begun(ngx_http_ssec_answer_t *answer,
    const ssec_record_t *rec);
static ngx_uint_t ngx_http_ssec_comes_from(ngx_http_ssec_answer_t *answer,
    ssec_step_t *step, ngx_http_ssec_from_t *from);
static void ngx_http_ssec_tell(ngx_http_ssec_answer_t *answer,
    ssec_step_t *step);
static void ngx_http_ssec_said(ngx_http_ssec_answer_t *answer);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;

static ngx_str_t  ngx_http_ssec_said_name =
    ngx_string("X-Accel-Session");


void
ngx_http_ssec_init_header_filter(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_ssec_header_filter;
}


/* Nothing is to be done for most responses, and that quickly. */

static ngx_int_t
ngx_http_ssec_header_filter(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (r == r->main
        && (r->headers_out.headers.part.nelts
            || r->internal
            || r->filter_finalize
            || (ctx && (ctx->outcome.verdict != SSEC_PASS || ctx->withheld))))
    {
        return ngx_http_ssec_filter(r);
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_ssec_filter(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t       *ctx;
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    ctx = ngx_http_ssec_ctx(r);

    if ((ctx || slcf->shm_zone)
        && ngx_http_ssec_headers(r, slcf, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static inline ngx_int_t
ngx_http_ssec_headers(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t              dead;
    ngx_http_ssec_answer_t  answer;

    answer.request = r;
    answer.ctx = ctx;
    answer.zone = ctx ? ctx->zone : slcf->shm_zone->data;

    answer.response.lost = (ngx_http_ssec_read_headers(&answer) != NGX_OK);

    dead = (ctx && ngx_http_ssec_has_dead(ctx));

    if (answer.response.ncookies == 0 && answer.said.data == NULL && !dead) {
        return NGX_OK;
    }

    return ngx_http_ssec_answer(&answer, slcf, dead);
}


static ngx_uint_t
ngx_http_ssec_has_dead(ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t  i;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (ctx->keys.elts[i].verdict != SSEC_PASS) {
            return 1;
        }
    }

    return 0;
}


/*
 * Collects the Set-Cookie headers of the session, and takes X-Accel-Session
 * out, which is not for the client.  Gives NGX_ERROR if there is not the memory
 * for all that the cookies mean.
 */

static ngx_int_t
ngx_http_ssec_read_headers(ngx_http_ssec_answer_t *answer)
{
    ngx_int_t         rc;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    ngx_str_null(&answer->said);

    answer->response.cookies = answer->first;
    answer->response.ncookies = 0;
    answer->nalloc = NGX_HTTP_SSEC_SENT;

    rc = NGX_OK;

    for (part = &answer->request->headers_out.headers.part;
         part;
         part = part->next)
    {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].hash
                && ngx_http_ssec_read_header(answer, &header[i]) != NGX_OK)
            {
                rc = NGX_ERROR;
            }
        }
    }

    if (answer->said.data == NULL) {
        ngx_http_ssec_said_before(answer);
    }

    return rc;
}


static ngx_int_t
ngx_http_ssec_read_header(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header)
{
    if (header->key.len == sizeof("Set-Cookie") - 1) {

        return (answer->zone->value == NULL
                && ngx_strncasecmp(header->key.data, (u_char *) "Set-Cookie",
                                   sizeof("Set-Cookie") - 1)
                   == 0)
               ? ngx_http_ssec_read_cookie(answer, header) : NGX_OK;
    }

    if (header->key.len == ngx_http_ssec_said_name.len
        && ngx_strncasecmp(header->key.data, ngx_http_ssec_said_name.data,
                           ngx_http_ssec_said_name.len)
           == 0)
    {
        header->hash = 0;

        if (!ngx_http_ssec_is_cached(answer->request, header)) {
            answer->said = header->value;
        }
    }

    return NGX_OK;
}


/* Adds it to the list, if it is for the session's cookie. */

static ngx_int_t
ngx_http_ssec_read_cookie(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header)
{
    ssec_sent_t        *sent;
    ssec_set_cookie_t   cookie;

    if (!ssec_set_cookie(header->value.data, header->value.len, ngx_time(),
                         &cookie)
        || !ssec_cookie_match(&answer->zone->cookie, cookie.name.data,
                              cookie.name.len)
        || ngx_http_ssec_is_cached(answer->request, header))
    {
        return NGX_OK;
    }

    sent = ngx_http_ssec_next_sent(answer);
    if (sent == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(sent, sizeof(ssec_sent_t));

    sent->header = header;
    sent->cookie = cookie;

    return cookie.deletes ? NGX_OK
           : ngx_http_ssec_canonical(answer->request, answer->zone,
                                     &sent->cookie.value, &sent->digest,
                                     &sent->len);
}


/* Room for one more: the first ones need no memory, so that they always count. */

static ssec_sent_t *
ngx_http_ssec_next_sent(ngx_http_ssec_answer_t *answer)
{
    ssec_sent_t      *sent;
    ssec_response_t  *response;

    response = &answer->response;

    if (response->ncookies == answer->nalloc) {

        sent = ngx_palloc(answer->request->pool,
                          2 * answer->nalloc * sizeof(ssec_sent_t));
        if (sent == NULL) {
            return NULL;
        }

        ngx_memcpy(sent, response->cookies,
                   answer->nalloc * sizeof(ssec_sent_t));

        response->cookies = sent;
        answer->nalloc *= 2;
    }

    return &response->cookies[response->ncookies++];
}


/* What a backend said that has redirected the request to another one. */

static void
ngx_http_ssec_said_before(ngx_http_ssec_answer_t *answer)
{
    ngx_table_elt_t  *header;

    header = ngx_http_ssec_redirected_said(answer->request);

    if (header && !ngx_http_ssec_is_cached(answer->request, header)) {
        answer->said = header->value;

    } else if (answer->ctx && answer->request->internal) {
        answer->said = answer->ctx->said;
    }
}


/*
 * What a cache has was said, or set, for somebody else.  nginx copies a header
 * from there with its name, though it may rewrite the value.
 */

static ngx_uint_t
ngx_http_ssec_is_cached(ngx_http_request_t *r, ngx_table_elt_t *header)
{
#if (NGX_HTTP_CACHE)

    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    if (!r->cached) {
        return 0;
    }

    for (part = &r->upstream->headers_in.headers.part;
         part;
         part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.data == header->key.data) {
                return 1;
            }
        }
    }

#endif

    return 0;
}


/* NGX_ERROR if the response cannot be sent: it takes its steps all the same. */

static ngx_int_t
ngx_http_ssec_answer(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t dead)
{
    ngx_uint_t            ended;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;

    if (ngx_http_ssec_init_response(answer) != NGX_OK) {
        return NGX_ERROR;
    }

    /* one that failed here was not judged: its error page means nothing */

    if (ctx == NULL || ctx->judged) {

        if (answer->said.data) {
            ngx_http_ssec_said(answer);
        }

        ngx_http_ssec_take_steps(answer);

        if (ctx) {
            ctx->forgotten = ssec_response_forgets(&answer->response);
        }
    }

    if (answer->response.lost) {
        return NGX_ERROR;
    }

    ended = (answer->response.said == SSEC_END
             && ssec_response_reaches(&answer->response));

    return ((dead || ended)
            && answer->zone->value == NULL
            && ngx_http_ssec_may_delete(answer->request, ctx))
           ? ngx_http_ssec_delete_cookies(answer->request, slcf, ctx,
                                          &answer->response, ended)
           : NGX_OK;
}


/* A request without a context was not judged; its keys tell if it had any. */

static ngx_int_t
ngx_http_ssec_init_response(ngx_http_ssec_answer_t *answer)
{
    ngx_http_request_t    *r;
    ngx_http_ssec_ctx_t   *ctx;
    ngx_http_ssec_keys_t   keys;
    ssec_response_t       *response;

    r = answer->request;
    ctx = answer->ctx;
    response = &answer->response;

    response->host.data = r->headers_in.server.data;
    response->host.len = r->headers_in.server.len;
    response->uri.data = r->unparsed_uri.data;
    response->uri.len = r->unparsed_uri.len;
    response->split = answer->zone->cookie.prefix;
    response->said = SSEC_ACTIVE;

    answer->own = NULL;

    if (ctx) {
        response->keys = ctx->keys.elts;
        response->nkeys = ctx->keys.nelts;
        response->verdict = ctx->outcome.verdict;

        /* neither a redirect nor a refusal is a login */

        answer->anonymous = (ctx->keys.nelts == 0
                             || ctx->outcome.verdict == SSEC_ANONYMOUS
                             || ctx->outcome.verdict == SSEC_FORGET);

    } else {
        response->keys = NULL;
        response->nkeys = 0;
        response->verdict = SSEC_PASS;

        answer->anonymous = 1;

        if (response->ncookies) {

            if (ngx_http_ssec_keys(r, answer->zone, &keys) != NGX_OK) {
                return NGX_ERROR;
            }

            answer->anonymous = (keys.nelts == 0);
        }
    }

    ssec_response(response);

    return NGX_OK;
}


static void
ngx_http_ssec_take_steps(ngx_http_ssec_answer_t *answer)
{
    unsigned      i;
    ssec_step_t   step;

    i = 0;

    while (ssec_response_next(&answer->response, &i, &step)) {

        switch (step.kind) {

        case SSEC_STEP_LEARN:
            ngx_http_ssec_learn(answer->zone, &step.cookie->scope);
            break;

        case SSEC_STEP_ISSUE:
            ngx_http_ssec_issue(answer, &step);
            break;

        case SSEC_STEP_DROP:
            ((ngx_table_elt_t *) step.cookie->header)->hash = 0;
            break;

        default: /* SSEC_STEP_TELL */
            ngx_http_ssec_tell(answer, &step);
        }
    }
}


/*
 * Whether the response may delete cookies.  While a slow one is under way, a
 * login elsewhere may have set the cookie anew; and so may what a page does in
 * the background.
 */

static ngx_uint_t
ngx_http_ssec_may_delete(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    return ctx->judged
           && ngx_http_ssec_now(ctx->zone) - ctx->now <= NGX_HTTP_SSEC_PROMPT
           && ngx_http_ssec_is_page(r);
}


/* Rows 14 to 16. */

static void
ngx_http_ssec_issue(ngx_http_ssec_answer_t *answer, ssec_step_t *step)
{
    bool                  kept;
    uint64_t              now, replaced;
    ngx_uint_t            overridden;
    ssec_entry_t          entry;
    ssec_event_t          ev;
    ssec_table_t         *table;
    ssec_digest_t        *digest;
    ssec_limits_t         limits;
    ssec_outcome_t        outcome;
    ngx_http_ssec_from_t  from;

    table = &answer->zone->table;
    digest = &step->cookie->digest;
    overridden = step->cookie->overridden;

    ngx_memzero(&ev, sizeof(ssec_event_t));

    ev.kind = SSEC_ISSUE;
    ev.said = answer->response.said;
    ev.own = answer->own;

    now = ngx_http_ssec_now(answer->zone);

    ev.anonymous = ngx_http_ssec_comes_from(answer, step, &from)
                   || answer->anonymous;

    if (from.key) {
        ev.from = &from.entry.record;
        ev.apart = from.apart;
    }

    /*
     * No browser has it, but who reads the response does: it begins nothing,
     * and dies with the request's session.
     */

    if (overridden
        && (from.key == NULL || ev.said == SSEC_OFF || ev.said == SSEC_END))
    {
        return;
    }

    /* no limit matters here: a response is not judged */

    limits.expire_after = 1;
    limits.max_lifetime = 0;

    ssec_table_acquire(table, digest, &entry);

    ev.former = entry.former;
    ev.lives = ev.from && from.entry.live && entry.name
               && !ssec_digest_equal(&from.entry.digest, &entry.digest);

    ssec_decide(&entry.record, &ev, now, &limits, &outcome);

    kept = ngx_http_ssec_store(table, &entry, digest, &outcome);

    if (!overridden && outcome.state == SSEC_LIVE) {
        ngx_http_ssec_begun(answer, &entry.record);
    }

    if (outcome.carried) {

        /* after a login nobody is let in with the key from before */

        replaced = (ev.said == SSEC_ON) ? now - NGX_HTTP_SSEC_NO_GRACE : now;

        kept = ssec_table_rename(table, &from.key->digest, digest, replaced);

    } else if (step->key && entry.former && !outcome.begun) {

        /* it is in use again */

        kept = ssec_table_rename(table, digest, digest, now);
    }

    if (!kept) {
        ngx_http_ssec_report(answer->request, answer->zone, now);
    }
}


/*
 * Lets the session go, as was decided for this key.  If a session begins with a
 * key that was a name of another, it is stored under that key alone.  Gives
 * false if a live session was lost.
 */

static bool
ngx_http_ssec_store(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_digest_t *key, const ssec_outcome_t *outcome)
{
    if (outcome->changed && !(outcome->begun && entry->name)) {
        return ssec_table_release(table, entry);
    }

    ssec_table_leave(table, entry);

    return !outcome->begun || ssec_table_replace(table, key, &entry->record);
}


/*
 * A session lives by this response.  If the request was none of a session that
 * lives, this is the first page of it.
 */

static void
ngx_http_ssec_begun(ngx_http_ssec_answer_t *answer, const ssec_record_t *rec)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;

    if (ctx == NULL
        || answer->response.said == SSEC_END
        || (ctx->outcome.verdict == SSEC_PASS
            && ctx->outcome.state == SSEC_LIVE))
    {
        return;
    }

    ctx->begun = rec->created;

    if (rec->own) {
        ctx->own = *rec->own;

    } else {
        ngx_memzero(&ctx->own, sizeof(ssec_own_t));
    }
}


/*
 * The session of the request that a new cookie belongs to: from->key is NULL if
 * there is none.  If there are several, the new key is not a key of any, but is
 * as old as the oldest.  Gives whether the request had a visitor's key, and no
 * session's.
 */

static ngx_uint_t
ngx_http_ssec_comes_from(ngx_http_ssec_answer_t *answer, ssec_step_t *step,
    ngx_http_ssec_from_t *from)
{
    uint64_t       last;
    ngx_uint_t     i, visitor;
    ssec_key_t    *key;
    ssec_str_t     name;
    ssec_entry_t   entry;
    ssec_table_t  *table;

    ngx_memzero(from, sizeof(ngx_http_ssec_from_t));

    table = &answer->zone->table;
    name = step->cookie->cookie.name;
    visitor = 0;

    for (i = 0; i < answer->response.nkeys; i++) {

        if (!(step->from >> i & 1)) {
            continue;
        }

        key = &answer->response.keys[i];

        ssec_table_acquire(table, &key->digest, &entry);
        ssec_table_leave(table, &entry);

        if (entry.record.state == SSEC_VISITOR) {
            visitor = 1;
            continue;
        }

        if (entry.record.state == SSEC_UNKNOWN) {
            continue;
        }

        /* it gets nothing of the session but its age */

        if (key->replaced) {
            entry.record.last = ngx_http_ssec_now(answer->zone);
        }

        if (from->key == NULL) {
            from->entry = entry;
            from->key = key;
            from->apart = key->replaced;
            name = key->name;
            continue;
        }

        if (ssec_digest_equal(&from->entry.digest, &entry.digest)) {
            continue;
        }

        /* the parts of a split cookie are one session: the strictest counts */

        if (answer->response.split && !ssec_str_equal(&key->name, &name)) {

            if (entry.record.last < from->entry.record.last) {
                from->entry = entry;
                from->key = key;
            }

            continue;
        }

        from->apart = 1;

        last = ngx_max(entry.record.last, from->entry.record.last);

        if (entry.record.created < from->entry.record.created) {
            from->entry = entry;
        }

        from->entry.record.last = last;
    }

    return visitor && from->key == NULL;
}


/* Rows 17 to 21: what the response means for a session of the request. */

static void
ngx_http_ssec_tell(ngx_http_ssec_answer_t *answer, ssec_step_t *step)
{
    uint64_t              now;
    ssec_event_t          ev;
    ssec_entry_t          entry;
    ssec_table_t         *table;
    ssec_outcome_t        outcome;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;
    table = &answer->zone->table;

    ngx_memzero(&ev, sizeof(ssec_event_t));

    ev.kind = step->told;
    ev.own = answer->own;
    ev.replaced = step->replaced;
    ev.former = step->key->replaced;

    now = ngx_http_ssec_now(answer->zone);

    ssec_table_acquire(table, &step->key->digest, &entry);

    ssec_decide(&entry.record, &ev, now, &ctx->limits, &outcome);

    if (outcome.changed && outcome.state == SSEC_CLOSED) {
        ctx->closed = outcome.reason;
    }

    if (!ngx_http_ssec_store(table, &entry, &step->key->digest, &outcome)) {
        ngx_http_ssec_report(answer->request, answer->zone, now);
    }

    if (outcome.state != SSEC_LIVE) {

        /* this very response is what the user gets to see of it */

        if (ctx->queued) {
            ngx_http_ssec_unwatch(ctx);
        }

        return;
    }

    if (ctx->outcome.state != SSEC_LIVE) {
        ngx_http_ssec_begun(answer, &entry.record);

    } else if (answer->own) {
        ctx->own = *answer->own;
    }
}


/* What it says is not for the client, and is not believed from a client. */

static void
ngx_http_ssec_said(ngx_http_ssec_answer_t *answer)
{
    ngx_str_t     bad, *value;
    ssec_said_t   said;

    static time_t  logged;

    value = &answer->said;

    if (ssec_said(value->data, value->len, &said)) {
        answer->response.said = said.kind;

        /* mostly those that the session has: nothing to remember, then */

        if (said.limited
            && (answer->ctx == NULL
                || answer->ctx->outcome.state != SSEC_LIVE
                || ngx_memcmp(&answer->ctx->own, &said.own,
                              sizeof(ssec_own_t))
                   != 0))
        {
            answer->own = ssec_table_own(&answer->zone->table, &said.own);

            if (ngx_memcmp(answer->own, &said.own, sizeof(ssec_own_t)) != 0
                && logged != ngx_time())
            {
                logged = ngx_time();

                ngx_log_error(NGX_LOG_ERR, answer->request->connection->log, 0,
                              "session_security_zone \"%V\" has no room for "
                              "more different limits, the nearest are used "
                              "for \"X-Accel-Session: %V\"",
                              &answer->zone->name, value);
            }
        }
    }

    if (said.bad.len && logged != ngx_time()) {

        logged = ngx_time();

        bad.data = (u_char *) said.bad.data;
        bad.len = said.bad.len;

        ngx_log_error(NGX_LOG_ERR, answer->request->connection->log, 0,
                      "invalid \"%V\" in the backend's \"X-Accel-Session: "
                      "%V\"; write on, off or end, and after on "
                      "warn_after=TIME, expire_after=TIME and "
                      "max_lifetime=TIME", &bad, value);
    }
}


/*
 * X-Accel-Redirect carries over few of the backend's headers, and the page of
 * an error that it answers with has none: that may be elsewhere.
 */

ngx_table_elt_t *
ngx_http_ssec_redirected_said(ngx_http_request_t *r)
{
    if ((!r->internal && !r->err_status)
        || r->upstream == NULL
        || r->upstream->headers_in.headers.part.elts == NULL)
    {
        return NULL;
    }

    return ngx_http_ssec_find_header(&r->upstream->headers_in.headers,
               &ngx_http_ssec_said_name);
}

/* A response: what it says, and sets the session's cookie to. */

#include "ngx_http_ssec_response.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_delete.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_key.h"
#include "ngx_http_ssec_request.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_said.h"
#include "ssec_scope.h"
#include "ssec_seldom.h"
#include "ssec_set_cookie.h"


/* how old a verdict may be for a cookie to be deleted by it, in milliseconds */
#define NGX_HTTP_SSEC_PROMPT  1000


typedef struct {
    ngx_http_request_t    *request;
    ngx_http_ssec_ctx_t   *ctx;                /* NULL: no key */
    ngx_http_ssec_zone_t  *zone;
    ngx_uint_t             anonymous;          /* no key was passed */
    ngx_uint_t             lost;               /* the client will not get it */
    ssec_kind_e            said;               /* SSEC_ACTIVE: nothing */
    const ssec_own_t      *own;                /* in the table */
} ngx_http_ssec_answer_t;


/* A Set-Cookie header, and where in the response's headers it is. */

typedef struct {
    ngx_list_part_t    *part;
    ngx_uint_t          i;                     /* of the next header */
    ngx_table_elt_t    *header;
    ssec_set_cookie_t   cookie;
} ngx_http_ssec_set_t;


/* Which session of the request a new key is given to. */

typedef struct {
    ssec_entry_t          entry;
    ngx_http_ssec_key_t  *key;                 /* by which it was found */
    ngx_uint_t            apart;               /* the new key is not its */
} ngx_http_ssec_from_t;


static ngx_int_t ngx_http_ssec_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_ssec_filter(ngx_http_request_t *r)
    ssec_apart;
static inline ngx_int_t ngx_http_ssec_headers(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
static ngx_int_t ngx_http_ssec_answer(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *said) ssec_seldom;
static void ngx_http_ssec_said_before(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *said);
static ngx_uint_t ngx_http_ssec_may_delete(ngx_http_request_t *r,
    ngx_http_ssec_ctx_t *ctx);
static ngx_uint_t ngx_http_ssec_is_cached(ngx_http_request_t *r,
    ngx_table_elt_t *header);
static ngx_int_t ngx_http_ssec_set_cookies(ngx_http_ssec_answer_t *answer,
    ngx_uint_t mark);
static ngx_uint_t ngx_http_ssec_next_set(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set);
static ngx_int_t ngx_http_ssec_set_cookie(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set, ngx_uint_t mark);
static ngx_uint_t ngx_http_ssec_is_overridden(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set);
static ngx_uint_t ngx_http_ssec_is_same(const ssec_str_t *one,
    const ssec_str_t *other);
static ngx_int_t ngx_http_ssec_issue_cookie(ngx_http_ssec_answer_t *answer,
    ssec_set_cookie_t *cookie, ngx_uint_t overridden);
static void ngx_http_ssec_mark(ngx_http_ssec_answer_t *answer,
    ssec_set_cookie_t *cookie);
static void ngx_http_ssec_issue(ngx_http_ssec_answer_t *answer,
    ssec_digest_t *digest, ssec_str_t *name, ngx_uint_t overridden);
static bool ngx_http_ssec_store(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_digest_t *key, const ssec_outcome_t *outcome);
static void ngx_http_ssec_begun(ngx_http_ssec_answer_t *answer,
    const ssec_record_t *rec);
static ngx_uint_t ngx_http_ssec_comes_from(ngx_http_ssec_answer_t *answer,
    ssec_str_t *name, ngx_http_ssec_from_t *from);
static ngx_uint_t ngx_http_ssec_is_replaced_by(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_key_t *key, ssec_str_t *name);
static ngx_uint_t ngx_http_ssec_is_named(ngx_http_ssec_key_t *key,
    ssec_str_t *name);
static void ngx_http_ssec_end(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_key_t *key);
static void ngx_http_ssec_said(ngx_http_ssec_answer_t *answer,
    ngx_str_t *value);


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
    ngx_str_t              said;
    ngx_uint_t             i, set;
    ngx_list_part_t       *part;
    ngx_table_elt_t       *header;
    ngx_http_ssec_zone_t  *zone;

    zone = ctx ? ctx->zone : slcf->shm_zone->data;

    set = 0;
    ngx_str_null(&said);

    part = &r->headers_out.headers.part;
    header = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (header[i].hash == 0) {
            continue;
        }

        if (header[i].key.len == sizeof("Set-Cookie") - 1) {
            set |= (ngx_strncasecmp(header[i].key.data,
                                    (u_char *) "Set-Cookie",
                                    sizeof("Set-Cookie") - 1)
                    == 0);

        } else if (header[i].key.len == sizeof("X-Accel-Session") - 1
                   && ngx_strncasecmp(header[i].key.data,
                                    ngx_http_ssec_said_name.data,
                                    sizeof("X-Accel-Session") - 1)
                      == 0)
        {
            header[i].hash = 0;

            if (!ngx_http_ssec_is_cached(r, &header[i])) {
                said = header[i].value;
            }
        }
    }

    /* one that failed here was not judged: its error page means nothing */

    if ((set || said.data
         || (r->upstream && (r->internal || r->err_status))
         || (r->internal && ctx && ctx->said.data))
        && (ctx == NULL || ctx->judged)
        && ngx_http_ssec_answer(r, zone, ctx, &said) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx && zone->value == NULL
        && ngx_http_ssec_may_delete(r, ctx))
    {
        return ngx_http_ssec_delete_cookies(r, slcf, ctx);
    }

    return NGX_OK;
}


/*
 * Whether the response may delete cookies of sessions that have ended.  While a
 * slow one is under way, a login elsewhere may have set the cookie anew; and so
 * may what a page does in the background.
 */

static ngx_uint_t
ngx_http_ssec_may_delete(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t            i, dead;
    ngx_http_ssec_key_t  *key;

    key = ctx->keys.elts;
    dead = ctx->ended;

    for (i = 0; i < ctx->keys.nelts; i++) {
        dead |= (key[i].verdict != SSEC_PASS);
    }

    return dead
           && ctx->judged
           && ngx_http_ssec_now(ctx->zone) - ctx->now
              <= NGX_HTTP_SSEC_PROMPT
           && ngx_http_ssec_is_page(r);
}


static ngx_int_t
ngx_http_ssec_answer(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *said)
{
    ngx_int_t               rc;
    ngx_uint_t              i;
    ngx_http_ssec_keys_t    keys;
    ngx_http_ssec_answer_t  answer;

    answer.request = r;
    answer.ctx = ctx;
    answer.zone = zone;
    answer.said = SSEC_ACTIVE;
    answer.own = NULL;

    /* neither a redirect nor a refusal is a login */

    if (ctx) {
        answer.anonymous = (ctx->keys.nelts == 0
                            || ctx->outcome.verdict == SSEC_ANONYMOUS
                            || ctx->outcome.verdict == SSEC_FORGET);

    } else {
        if (ngx_http_ssec_keys(r, zone, &keys) != NGX_OK) {
            return NGX_ERROR;
        }

        answer.anonymous = (keys.nelts == 0);
    }

    if (said->data == NULL) {
        ngx_http_ssec_said_before(r, ctx, said);
    }

    if (said->data) {
        ngx_http_ssec_said(&answer, said);
    }

    rc = NGX_OK;

    if (zone->value == NULL) {

        if (ctx) {
            (void) ngx_http_ssec_set_cookies(&answer, 1);
        }

        rc = ngx_http_ssec_set_cookies(&answer, 0);
    }

    /* what it ends has ended at the backend, whoever gets to know of it */

    answer.lost = (rc != NGX_OK);

    if (ctx == NULL || ctx->keys.nelts == 0
        || ctx->outcome.verdict != SSEC_PASS)
    {
        return rc;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (ctx->keys.elts[i].passed) {
            ngx_http_ssec_end(&answer, &ctx->keys.elts[i]);
        }
    }

    ctx->ended = (answer.said == SSEC_END);

    if (answer.said == SSEC_OFF || ctx->ended) {

        /* no script for what is no longer a user's page */

        ctx->deleted = 1;
        ctx->issued = 0;
    }

    return rc;
}


/* What a backend said that has redirected the request to another one. */

static void
ngx_http_ssec_said_before(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *said)
{
    ngx_table_elt_t  *header;

    header = ngx_http_ssec_redirected_said(r);

    if (header && !ngx_http_ssec_is_cached(r, header)) {
        *said = header->value;

    } else if (ctx) {
        *said = ctx->said;
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


/* First which of the request's cookies they mean, then what that means. */

static ngx_int_t
ngx_http_ssec_set_cookies(ngx_http_ssec_answer_t *answer, ngx_uint_t mark)
{
    ngx_http_ssec_set_t  set;

    set.part = &answer->request->headers_out.headers.part;
    set.i = 0;

    while (ngx_http_ssec_next_set(answer, &set)) {

        if (ngx_http_ssec_set_cookie(answer, &set, mark)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The next Set-Cookie for the session's cookie, but what comes from a cache. */

static ngx_uint_t
ngx_http_ssec_next_set(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set)
{
    ngx_table_elt_t  *header;

    for ( ;; ) {

        while (set->i >= set->part->nelts) {

            if (set->part->next == NULL) {
                return 0;
            }

            set->part = set->part->next;
            set->i = 0;
        }

        header = (ngx_table_elt_t *) set->part->elts + set->i++;

        if (header->hash
            && header->key.len == sizeof("Set-Cookie") - 1
            && ngx_strncasecmp(header->key.data, (u_char *) "Set-Cookie",
                               sizeof("Set-Cookie") - 1)
               == 0
            && !ngx_http_ssec_is_cached(answer->request, header)
            && ssec_set_cookie(header->value.data, header->value.len,
                               ngx_time(), &set->cookie)
            && ssec_cookie_match(&answer->zone->cookie,
                                 set->cookie.name.data, set->cookie.name.len))
        {
            set->header = header;
            return 1;
        }
    }
}


static ngx_int_t
ngx_http_ssec_set_cookie(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set, ngx_uint_t mark)
{
    ngx_int_t   rc;
    ngx_uint_t  logout, overridden;

    logout = (answer->ctx && answer->ctx->outcome.verdict == SSEC_LOGOUT);
    overridden = ngx_http_ssec_is_overridden(answer, set);

    if (mark) {

        if (!overridden && answer->ctx) {
            ngx_http_ssec_mark(answer, &set->cookie);
        }

        return NGX_OK;
    }

    if (set->cookie.deletes) {
        return NGX_OK;
    }

    if (!overridden && !logout) {
        ngx_http_ssec_learn(answer->request, answer->zone, &set->cookie);
    }

    rc = ngx_http_ssec_issue_cookie(answer, &set->cookie, overridden);

    if (logout && rc == NGX_OK) {

        /* row 11: whatever the backend says of the session that it ended */

        set->header->hash = 0;
    }

    return rc;
}


/*
 * Whether a later Set-Cookie takes the place of this one in the browser (RFC
 * 6265, section 5.3): it has the same name, Path and Domain.
 */

static ngx_uint_t
ngx_http_ssec_is_overridden(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_set_t *set)
{
    ssec_str_t           uri;
    ssec_scope_t         scope, other;
    ngx_http_ssec_set_t  later;

    uri.data = answer->request->unparsed_uri.data;
    uri.len = answer->request->unparsed_uri.len;

    ssec_scope(&set->cookie, &uri, &scope);

    later = *set;

    while (ngx_http_ssec_next_set(answer, &later)) {

        ssec_scope(&later.cookie, &uri, &other);

        if (ngx_http_ssec_is_same(&later.cookie.name, &set->cookie.name)
            && ngx_http_ssec_is_same(&other.path, &scope.path)
            && ngx_http_ssec_is_same(&other.domain, &scope.domain)
            && other.partitioned == scope.partitioned)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_ssec_is_same(const ssec_str_t *one, const ssec_str_t *other)
{
    return one->len == other->len
           && (one->len == 0
               || ngx_memcmp(one->data, other->data, one->len) == 0);
}


/* A short part of a split cookie is no key, unless the request has it. */

static ngx_int_t
ngx_http_ssec_issue_cookie(ngx_http_ssec_answer_t *answer,
    ssec_set_cookie_t *cookie, ngx_uint_t overridden)
{
    size_t                len;
    ssec_digest_t         digest;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;

    if (ngx_http_ssec_canonical(answer->request, answer->zone,
                                &cookie->value, &digest, &len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (len
        && (!answer->zone->cookie.prefix
            || len >= NGX_HTTP_SSEC_MIN_PART
            || (ctx && ngx_http_ssec_find_key(ctx->keys.elts,
                                              ctx->keys.nelts,
                                              &digest))))
    {
        ngx_http_ssec_issue(answer, &digest, &cookie->name, overridden);
    }

    return NGX_OK;
}


/* Which of the request's cookies it deletes, and which it keeps. */

static void
ngx_http_ssec_mark(ngx_http_ssec_answer_t *answer, ssec_set_cookie_t *cookie)
{
    ssec_str_t            host, uri;
    ngx_uint_t            i, same;
    ssec_scope_t          scope;
    ngx_http_request_t   *r;
    ngx_http_ssec_ctx_t  *ctx;
    ngx_http_ssec_key_t  *key;

    r = answer->request;
    ctx = answer->ctx;
    key = ctx->keys.elts;

    if (cookie->deletes) {

        /* one for another path, or domain, is not what the request had */

        host.data = r->headers_in.server.data;
        host.len = r->headers_in.server.len;
        uri.data = r->unparsed_uri.data;
        uri.len = r->unparsed_uri.len;

        ssec_scope(cookie, &uri, &scope);

        if (!ssec_scope_covers(&scope, &host, &uri)) {
            return;
        }

        ctx->deleted = 1;

    } else {
        ctx->issued = 1;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {

        same = ngx_http_ssec_is_named(&key[i], &cookie->name);

        if (!same && answer->zone->cookie.prefix) {
            continue;
        }

        if (cookie->deletes) {
            key[i].gone = 1;

        } else {
            key[i].kept = 1;
            key[i].set |= same;
        }
    }
}


/* Rows 14 to 16. */

static void
ngx_http_ssec_issue(ngx_http_ssec_answer_t *answer, ssec_digest_t *digest,
    ssec_str_t *name, ngx_uint_t overridden)
{
    bool                  kept;
    uint64_t              now, replaced;
    ssec_entry_t          entry;
    ssec_event_t          ev;
    ssec_table_t         *table;
    ssec_limits_t         limits;
    ssec_outcome_t        outcome;
    ngx_http_ssec_ctx_t  *ctx;
    ngx_http_ssec_key_t  *ours;
    ngx_http_ssec_from_t  from;

    ctx = answer->ctx;
    table = &answer->zone->table;

    ours = ctx ? ngx_http_ssec_find_key(ctx->keys.elts,
                                        ctx->keys.nelts, digest)
               : NULL;

    if (ours && !overridden) {
        ours->same = 1;
    }

    ngx_memzero(&ev, sizeof(ssec_event_t));

    ev.kind = SSEC_ISSUE;
    ev.said = answer->said;
    ev.own = answer->own;
    ev.anonymous = answer->anonymous;

    now = ngx_http_ssec_now(answer->zone);

    ngx_memzero(&from, sizeof(ngx_http_ssec_from_t));

    if (ours == NULL || !ours->passed || ours->replaced) {
        ev.anonymous |= ngx_http_ssec_comes_from(answer, name, &from);
    }

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
               && (from.entry.digest.body != entry.digest.body
                   || from.entry.digest.place != entry.digest.place);

    ssec_decide(&entry.record, &ev, now, &limits, &outcome);

    kept = ngx_http_ssec_store(table, &entry, digest, &outcome);

    if (!overridden && outcome.state == SSEC_LIVE) {
        ngx_http_ssec_begun(answer, &entry.record);
    }

    if (outcome.carried) {

        /* after a login nobody is let in with the key from before */

        replaced = (answer->said == SSEC_ON)
                   ? now - NGX_HTTP_SSEC_NO_GRACE : now;

        kept = ssec_table_rename(table, &from.key->digest, digest, replaced);

    } else if (ours && entry.former && !outcome.begun) {

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
        || answer->said == SSEC_END
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
 * The session of the request that a new cookie of this name belongs to:
 * from->key is NULL if there is none.  If there are several, the new key is not
 * a key of any, but is as old as the oldest.  Gives whether the request had a
 * visitor's key, and no session's.
 */

static ngx_uint_t
ngx_http_ssec_comes_from(ngx_http_ssec_answer_t *answer, ssec_str_t *name,
    ngx_http_ssec_from_t *from)
{
    uint64_t              last;
    ssec_str_t            named;
    ngx_uint_t            i, visitor;
    ssec_entry_t          entry;
    ssec_table_t         *table;
    ngx_http_ssec_key_t  *key;

    if (answer->ctx == NULL) {
        return 0;
    }

    table = &answer->zone->table;
    key = answer->ctx->keys.elts;
    visitor = 0;
    named = *name;

    for (i = 0; i < answer->ctx->keys.nelts; i++) {

        if (!ngx_http_ssec_is_replaced_by(answer, &key[i], name)) {
            continue;
        }

        ssec_table_acquire(table, &key[i].digest, &entry);
        ssec_table_leave(table, &entry);

        if (entry.record.state == SSEC_VISITOR) {
            visitor = 1;
            continue;
        }

        if (entry.record.state == SSEC_UNKNOWN) {
            continue;
        }

        /* it gets nothing of the session but its age */

        if (key[i].replaced) {
            entry.record.last = ngx_http_ssec_now(answer->zone);
        }

        if (from->key == NULL) {
            from->entry = entry;
            from->key = &key[i];
            from->apart = key[i].replaced;
            named.data = key[i].name.data;
            named.len = key[i].name.len;
            continue;
        }

        if (from->entry.digest.body == entry.digest.body
            && from->entry.digest.place == entry.digest.place)
        {
            continue;
        }

        /* the parts of a split cookie are one session: the strictest counts */

        if (answer->zone->cookie.prefix
            && !ngx_http_ssec_is_named(&key[i], &named))
        {
            if (entry.record.last < from->entry.record.last) {
                from->entry = entry;
                from->key = &key[i];
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


/*
 * Whether the new cookie may take the place of this key of the request.  Of a
 * split cookie each part is a key, and there may be others that begin so; a
 * part of another name takes the place of a part that is deleted.
 */

static ngx_uint_t
ngx_http_ssec_is_replaced_by(ngx_http_ssec_answer_t *answer,
    ngx_http_ssec_key_t *key, ssec_str_t *name)
{
    if (!key->passed || key->unknown || key->state == SSEC_UNKNOWN) {
        return 0;
    }

    return !answer->zone->cookie.prefix
           || ngx_http_ssec_is_named(key, name)
           || (key->gone && !key->kept);
}


static ngx_uint_t
ngx_http_ssec_is_named(ngx_http_ssec_key_t *key, ssec_str_t *name)
{
    return key->name.len == name->len
           && ngx_strncmp(key->name.data, name->data, name->len) == 0;
}


/* Rows 17 to 21: what the response means for the session of the request. */

static void
ngx_http_ssec_end(ngx_http_ssec_answer_t *answer, ngx_http_ssec_key_t *key)
{
    uint64_t         now;
    ngx_uint_t       gone;
    ssec_entry_t     entry;
    ssec_event_t     ev;
    ssec_table_t    *table;
    ssec_outcome_t   outcome;

    ngx_memzero(&ev, sizeof(ssec_event_t));

    /*
     * A split cookie is deleted with any of its parts, unless it is set anew:
     * it may have fewer parts than before.
     */

    gone = answer->zone->cookie.prefix
           ? answer->ctx->deleted && !answer->ctx->issued
           : key->gone && !key->kept;

    if (gone && answer->said != SSEC_END) {
        ev.kind = SSEC_DELETE;

    } else if (answer->said) {
        ev.kind = answer->said;
        ev.own = answer->own;
        ev.replaced = key->kept && !key->same && !answer->lost;

    } else {
        return;
    }

    table = &answer->zone->table;
    now = ngx_http_ssec_now(answer->zone);

    ssec_table_acquire(table, &key->digest, &entry);

    ev.former = key->replaced;

    ssec_decide(&entry.record, &ev, now, &answer->ctx->limits, &outcome);

    if (outcome.changed && outcome.state == SSEC_CLOSED) {
        answer->ctx->closed = outcome.reason;
    }

    if (!ngx_http_ssec_store(table, &entry, &key->digest, &outcome))
    {
        ngx_http_ssec_report(answer->request, answer->zone, now);
    }

    /* this very response is what the user gets to see of it */

    if (outcome.state != SSEC_LIVE && answer->ctx->queued) {
        ngx_http_ssec_unwatch(answer->ctx);
    }

    if (outcome.state != SSEC_LIVE) {
        return;
    }

    if (answer->ctx->outcome.state != SSEC_LIVE) {
        ngx_http_ssec_begun(answer, &entry.record);

    } else if (answer->own) {
        answer->ctx->own = *answer->own;
    }
}


/* What it says is not for the client, and is not believed from a client. */

static void
ngx_http_ssec_said(ngx_http_ssec_answer_t *answer, ngx_str_t *value)
{
    ssec_said_t  said;
    ngx_str_t    bad;

    static time_t  logged;

    if (ssec_said(value->data, value->len, &said)) {
        answer->said = said.kind;

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

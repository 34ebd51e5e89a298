/* A response: what it says, and sets the session's cookie to. */

#include "ngx_http_session_security.h"

#include "ssec_said.h"
#include "ssec_seldom.h"
#include "ssec_set_cookie.h"


typedef struct {
    ngx_http_request_t                *request;
    ngx_http_session_security_ctx_t   *ctx;    /* NULL: no key */
    ngx_http_session_security_zone_t  *zone;
    ngx_uint_t                         passed; /* the keys were, as they are */
    ngx_uint_t                         anonymous;  /* there was none */
    ngx_uint_t                         lost;   /* the client will not get it */
    ssec_kind_e                        said;   /* SSEC_ACTIVE: nothing */
    const ssec_own_t                  *own;    /* in the table */
} ngx_http_session_security_answer_t;


static ngx_int_t ngx_http_session_security_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_session_security_filter(ngx_http_request_t *r)
    ssec_apart;
static inline ngx_int_t ngx_http_session_security_headers(
    ngx_http_request_t *r, ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx);
static ngx_int_t ngx_http_session_security_answer(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *said) ssec_seldom;
static ngx_uint_t ngx_http_session_security_is_cached(ngx_http_request_t *r,
    ngx_str_t *said);
static ngx_int_t ngx_http_session_security_set_cookies(
    ngx_http_session_security_answer_t *answer, ngx_uint_t mark);
static ngx_int_t ngx_http_session_security_set_cookie(
    ngx_http_session_security_answer_t *answer, ngx_table_elt_t *header,
    ngx_uint_t mark);
static void ngx_http_session_security_mark(
    ngx_http_session_security_answer_t *answer, ssec_set_cookie_t *cookie);
static void ngx_http_session_security_issue(
    ngx_http_session_security_answer_t *answer, ssec_digest_t *digest,
    ssec_str_t *name);
static ngx_http_session_security_key_t *ngx_http_session_security_replaced(
    ngx_http_session_security_answer_t *answer, ssec_str_t *name);
static void ngx_http_session_security_end(
    ngx_http_session_security_answer_t *answer,
    ngx_http_session_security_key_t *key);
static void ngx_http_session_security_said(
    ngx_http_session_security_answer_t *answer, ngx_str_t *value);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;

static ngx_str_t  ngx_http_session_security_said_name =
    ngx_string("X-Accel-Session");


void
ngx_http_session_security_init_header_filter(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_session_security_header_filter;
}


/* Nothing is to be done for most responses, and that quickly. */

static ngx_int_t
ngx_http_session_security_header_filter(ngx_http_request_t *r)
{
    ngx_http_session_security_ctx_t       *ctx;
    ngx_http_session_security_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (r == r->main
        && (r->headers_out.headers.part.nelts
            || r->internal
            || r->filter_finalize
            || (ctx && (ctx->outcome.verdict != SSEC_PASS
                        || ctx->hidden || slcf->inject || slcf->keep_out))))
    {
        return ngx_http_session_security_filter(r);
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_session_security_filter(ngx_http_request_t *r)
{
    ngx_http_session_security_ctx_t       *ctx;
    ngx_http_session_security_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    ctx = ngx_http_session_security_ctx(r);

    if ((ctx || slcf->shm_zone)
        && ngx_http_session_security_headers(r, slcf, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx && ngx_http_session_security_page(r, slcf, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static inline ngx_int_t
ngx_http_session_security_headers(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx)
{
    ngx_str_t                          said;
    ngx_uint_t                         i, set;
    ngx_list_part_t                   *part;
    ngx_table_elt_t                   *header;
    ngx_http_session_security_zone_t  *zone;

    zone = ctx ? ctx->zone : slcf->shm_zone->data;

    set = 0;
    said.data = NULL;

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
                                    ngx_http_session_security_said_name.data,
                                    sizeof("X-Accel-Session") - 1)
                      == 0)
        {
            header[i].hash = 0;
            said = header[i].value;
        }
    }

    /* one that failed here was not judged: its error page means nothing */

    if ((set || said.data
         || (r->upstream && (r->internal || r->err_status))
         || (r->internal && ctx && ctx->said.data))
        && (ctx == NULL || ctx->judged)
        && ngx_http_session_security_answer(r, zone, ctx, &said) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx && zone->value == NULL
        && (ctx->ended
            || ctx->outcome.verdict == SSEC_LOGOUT
            || ctx->outcome.verdict == SSEC_FORGET
            || ctx->outcome.verdict == SSEC_LEAVE))
    {
        return ngx_http_session_security_delete_cookies(r, slcf, ctx);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_answer(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *said)
{
    ngx_int_t                            rc;
    ngx_uint_t                           i;
    ngx_table_elt_t                     *header;
    ngx_http_session_security_keys_t     keys;
    ngx_http_session_security_answer_t   answer;

    answer.request = r;
    answer.ctx = ctx;
    answer.zone = zone;
    answer.passed = (ctx && ctx->keys.nelts
                     && ctx->outcome.verdict <= SSEC_LOGOUT);
    answer.said = SSEC_ACTIVE;
    answer.own = NULL;

    /* neither a redirect nor a refusal is a login */

    if (ctx) {
        answer.anonymous = (ctx->keys.nelts == 0
                            || ctx->outcome.verdict == SSEC_ANONYMOUS
                            || ctx->outcome.verdict == SSEC_FORGET);

    } else {
        if (ngx_http_session_security_keys(r, zone, &keys) != NGX_OK) {
            return NGX_ERROR;
        }

        answer.anonymous = (keys.nelts == 0);
    }

    if (said->data == NULL) {
        header = ngx_http_session_security_redirected_said(r);

        if (header) {
            *said = header->value;

        } else if (ctx) {
            *said = ctx->said;
        }
    }

    if (said->data && !ngx_http_session_security_is_cached(r, said)) {
        ngx_http_session_security_said(&answer, said);
    }

    rc = NGX_OK;

    if (zone->value == NULL) {

        if (ctx) {
            (void) ngx_http_session_security_set_cookies(&answer, 1);
        }

        rc = ngx_http_session_security_set_cookies(&answer, 0);
    }

    /* what it ends has ended at the backend, whoever gets to know of it */

    answer.lost = (rc != NGX_OK);

    if (!answer.passed || ctx->outcome.verdict == SSEC_LOGOUT) {
        return rc;
    }

    for (i = 0; i < ctx->keys.nelts; i++) {
        ngx_http_session_security_end(&answer, &ctx->keys.elts[i]);
    }

    ctx->ended = (answer.said == SSEC_END);

    if (answer.said == SSEC_OFF || ctx->ended) {

        /* no script for what is no longer a user's page */

        ctx->deleted = 1;
        ctx->issued = 0;
    }

    return rc;
}


/* What a cache has was said of somebody else, unless nginx says it itself. */

static ngx_uint_t
ngx_http_session_security_is_cached(ngx_http_request_t *r, ngx_str_t *said)
{
#if (NGX_HTTP_CACHE)

    ngx_table_elt_t  *h;

    if (r->cached) {
        h = ngx_http_session_security_find_header(
                                      &r->upstream->headers_in.headers,
                                      &ngx_http_session_security_said_name);

        return h && h->value.data == said->data;
    }

#endif

    return 0;
}


/* First which of the request's cookies they mean, then what that means. */

static ngx_int_t
ngx_http_session_security_set_cookies(
    ngx_http_session_security_answer_t *answer, ngx_uint_t mark)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    part = &answer->request->headers_out.headers.part;
    header = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NGX_OK;
            }

            part = part->next;
            header = part->elts;
            i = 0;
        }

        if (header[i].key.len == sizeof("Set-Cookie") - 1
            && header[i].hash
            && ngx_strncasecmp(header[i].key.data, (u_char *) "Set-Cookie",
                               sizeof("Set-Cookie") - 1)
               == 0
            && ngx_http_session_security_set_cookie(answer, &header[i], mark)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }
}


static ngx_int_t
ngx_http_session_security_set_cookie(
    ngx_http_session_security_answer_t *answer, ngx_table_elt_t *header,
    ngx_uint_t mark)
{
    size_t                             len;
    ssec_digest_t                      digest;
    ssec_set_cookie_t                  cookie;
    ngx_http_session_security_ctx_t   *ctx;
    ngx_http_session_security_zone_t  *zone;

    ctx = answer->ctx;
    zone = answer->zone;

    if (!ssec_set_cookie(header->value.data, header->value.len, ngx_time(),
                         &cookie)
        || !ssec_cookie_match(&zone->cookie, cookie.name.data,
                              cookie.name.len))
    {
        return NGX_OK;
    }

    if (mark) {
        ngx_http_session_security_mark(answer, &cookie);
        return NGX_OK;
    }

    if (cookie.deletes) {
        return NGX_OK;
    }

    if (ctx == NULL || ctx->outcome.verdict != SSEC_LOGOUT) {
        ngx_http_session_security_learn(answer->request, zone, &cookie);
    }

    if (ngx_http_session_security_canonical(answer->request, zone,
                                            &cookie.value, &digest, &len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (len
        && (!zone->cookie.prefix
            || len >= NGX_HTTP_SESSION_SECURITY_MIN_PART
            || (ctx && ngx_http_session_security_find_key(ctx->keys.elts,
                                                          ctx->keys.nelts,
                                                          &digest))))
    {
        ngx_http_session_security_issue(answer, &digest, &cookie.name);
    }

    if (ctx && ctx->outcome.verdict == SSEC_LOGOUT) {

        /* row 11: whatever the backend says of the session that it ended */

        header->hash = 0;
    }

    return NGX_OK;
}


/* Which of the request's cookies it deletes, and which it keeps. */

static void
ngx_http_session_security_mark(ngx_http_session_security_answer_t *answer,
    ssec_set_cookie_t *cookie)
{
    ssec_str_t                        host, uri;
    ngx_uint_t                        i, same;
    ssec_scope_t                      scope;
    ngx_http_request_t               *r;
    ngx_http_session_security_ctx_t  *ctx;
    ngx_http_session_security_key_t  *key;

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

        same = (key[i].name.len == cookie->name.len
                && ngx_strncmp(key[i].name.data, cookie->name.data,
                               cookie->name.len)
                   == 0);

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
ngx_http_session_security_issue(ngx_http_session_security_answer_t *answer,
    ssec_digest_t *digest, ssec_str_t *name)
{
    bool                               kept;
    uint64_t                           now;
    ssec_entry_t                       entry, had;
    ssec_event_t                       ev;
    ssec_table_t                      *table;
    ssec_limits_t                      limits;
    ssec_outcome_t                     outcome;
    ngx_http_session_security_ctx_t   *ctx;
    ngx_http_session_security_key_t   *ours, *replaced;

    ctx = answer->ctx;
    table = &answer->zone->table;

    ours = ctx ? ngx_http_session_security_find_key(ctx->keys.elts,
                                                    ctx->keys.nelts, digest)
               : NULL;
    replaced = ours ? NULL : ngx_http_session_security_replaced(answer, name);

    if (ours) {
        ours->same = 1;
    }

    ngx_memzero(&ev, sizeof(ssec_event_t));

    ev.kind = SSEC_ISSUE;
    ev.said = answer->said;
    ev.own = answer->own;
    ev.anonymous = answer->anonymous;

    now = ngx_http_session_security_now(answer->zone);

    ngx_memzero(&had, sizeof(ssec_entry_t));

    if (replaced) {
        ssec_table_acquire(table, &replaced->digest, &had);
        ssec_table_leave(table, &had);

        if (had.record.state == SSEC_VISITOR) {
            ev.anonymous = 1;

        } else if (had.record.state != SSEC_UNKNOWN) {
            ev.from = &had.record;
            ev.apart = ngx_http_session_security_is_former(&had, now);
        }
    }

    /* no limit matters here: a response is not judged */

    limits.expire_after = 1;
    limits.max_lifetime = 0;

    kept = true;

    ssec_table_acquire(table, digest, &entry);

    ev.former = entry.former;
    ev.lives = ev.from && had.live && entry.name
               && (had.digest.body != entry.digest.body
                   || had.digest.place != entry.digest.place);

    ssec_decide(&entry.record, &ev, now, &limits, &outcome);

    if (outcome.changed && !(outcome.begun && entry.name)) {
        kept = ssec_table_release(table, &entry);

    } else {
        ssec_table_leave(table, &entry);
    }

    if (outcome.begun && entry.name) {
        kept = ssec_table_replace(table, digest, &entry.record);
    }

    if (outcome.carried) {
        kept = ssec_table_rename(table, &replaced->digest, digest, now);

    } else if (ours && entry.former && !outcome.begun) {

        /* it is in use again */

        kept = ssec_table_rename(table, digest, digest, now);
    }

    if (!kept) {
        ngx_http_session_security_report(answer->request, answer->zone, now);
    }
}


/*
 * Which of the request's keys this cookie takes the place of.  Of a split
 * cookie each part is a key, and there may be others that begin so; a part of
 * another name takes the place of one that is deleted.
 */

static ngx_http_session_security_key_t *
ngx_http_session_security_replaced(ngx_http_session_security_answer_t *answer,
    ssec_str_t *name)
{
    ngx_uint_t                        i, same, same_best;
    ngx_http_session_security_key_t  *key, *best;

    if (answer->ctx == NULL || !answer->passed) {
        return NULL;
    }

    key = answer->ctx->keys.elts;
    best = NULL;
    same_best = 0;

    for (i = 0; i < answer->ctx->keys.nelts; i++) {

        if (key[i].unknown
            || key[i].state == SSEC_UNKNOWN
            || (key[i].state != SSEC_LIVE && key[i].state != SSEC_VISITOR
                && answer->ctx->outcome.verdict != SSEC_LOGOUT))
        {
            continue;
        }

        same = (key[i].name.len == name->len
                && ngx_strncmp(key[i].name.data, name->data, name->len) == 0);

        if (!same && answer->zone->cookie.prefix
            && (!key[i].gone || key[i].kept))
        {
            continue;
        }

        if (best == NULL || same > same_best
            || (same == same_best && key[i].remaining < best->remaining))
        {
            best = &key[i];
            same_best = same;
        }
    }

    return best;
}


/* Rows 17 to 21: what the response means for the session of the request. */

static void
ngx_http_session_security_end(ngx_http_session_security_answer_t *answer,
    ngx_http_session_security_key_t *key)
{
    bool             kept;
    uint64_t         now;
    ssec_entry_t     entry;
    ssec_event_t     ev;
    ssec_table_t    *table;
    ssec_outcome_t   outcome;

    ngx_memzero(&ev, sizeof(ssec_event_t));

    /* a split cookie that is set anew may have fewer parts than before */

    if (key->gone && !key->kept && answer->said != SSEC_END
        && !(answer->zone->cookie.prefix && answer->ctx->issued))
    {
        ev.kind = SSEC_DELETE;

    } else if (answer->said) {
        ev.kind = answer->said;
        ev.own = answer->own;
        ev.replaced = key->kept && !key->same && !answer->lost;

    } else {
        return;
    }

    table = &answer->zone->table;
    now = ngx_http_session_security_now(answer->zone);
    kept = true;

    ssec_table_acquire(table, &key->digest, &entry);

    ev.former = ngx_http_session_security_is_former(&entry, now);

    ssec_decide(&entry.record, &ev, now, &answer->ctx->limits, &outcome);

    if (!outcome.changed || outcome.begun) {
        ssec_table_leave(table, &entry);

    } else {
        kept = ssec_table_release(table, &entry);
    }

    if (outcome.begun) {
        kept = ssec_table_replace(table, &key->digest, &entry.record);
    }

    if (!kept) {
        ngx_http_session_security_report(answer->request, answer->zone, now);
    }

    /* this very response is what the user gets to see of it */

    if (outcome.state != SSEC_LIVE && answer->ctx->queued) {
        ngx_http_session_security_unwatch(answer->ctx);
    }

    if (answer->ctx->outcome.state == SSEC_LIVE && outcome.state == SSEC_LIVE
        && answer->own)
    {
        answer->ctx->own = *answer->own;
    }
}


/* What it says is not for the client, and is not believed from a client. */

static void
ngx_http_session_security_said(ngx_http_session_security_answer_t *answer,
    ngx_str_t *value)
{
    ssec_said_t  said;
    ngx_str_t    bad;

    static time_t  logged;

    if (ssec_said(value->data, value->len, &said)) {
        answer->said = said.kind;

        /* mostly those that the session has: nothing to remember, then */

        if (said.limited
            && (!answer->passed
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
ngx_http_session_security_redirected_said(ngx_http_request_t *r)
{
    if ((!r->internal && !r->err_status)
        || r->upstream == NULL
        || r->upstream->headers_in.headers.part.elts == NULL)
    {
        return NULL;
    }

    return ngx_http_session_security_find_header(
               &r->upstream->headers_in.headers,
               &ngx_http_session_security_said_name);
}

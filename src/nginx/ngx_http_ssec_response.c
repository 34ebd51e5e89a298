/*
 * A response: its headers are read once, into a list; the steps that follow
 * from the list are taken one after the other.
 */

#include "ngx_http_ssec_response.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_delete.h"
#include "ngx_http_ssec_header.h"

#include "ssec_said.h"


/* how old a verdict may be for a cookie to be deleted by it, in milliseconds */
#define NGX_HTTP_SSEC_PROMPT  1000

/* Set-Cookie headers for the session's cookie that need no memory */
#define NGX_HTTP_SSEC_SENT    8


/* A response while it is read and its steps are taken. */

typedef struct {
    ngx_http_request_t        *request;
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_ssec_ctx_t       *ctx;            /* NULL: no key */
    ngx_http_ssec_zone_t      *zone;
    ngx_str_t                  said;           /* X-Accel-Session */
    ngx_array_t                cookies;        /* ssec_sent_t */
    ngx_uint_t                 lost;           /* no memory for them all */
    ssec_response_t            response;
    ssec_sent_t                first[NGX_HTTP_SSEC_SENT];
} ngx_http_ssec_answer_t;


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;

static ngx_str_t  ngx_http_ssec_said_name =
    ngx_string("X-Accel-Session");


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


/*
 * Whether the header comes from a cache, and so was meant for somebody else.
 * nginx copies a header from there with its name, though it may rewrite the
 * value.
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


/* Adds it to the list, if it is for the session's cookie. */

static void
ngx_http_ssec_read_cookie(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header)
{
    ssec_sent_t        *sent;
    ngx_array_t        *cookies;
    ssec_set_cookie_t   cookie;

    if (!ssec_set_cookie(header->value.data, header->value.len, ngx_time(),
                         &cookie)
        || !ssec_cookie_match(&answer->zone->cookie, cookie.name.data,
                              cookie.name.len)
        || ngx_http_ssec_is_cached(answer->request, header))
    {
        return;
    }

    cookies = &answer->cookies;

    /* the first ones need no memory: they always count */

    sent = (cookies->nelts < NGX_HTTP_SSEC_SENT)
           ? &answer->first[cookies->nelts++] : ngx_array_push(cookies);

    if (sent == NULL) {
        answer->lost = 1;
        return;
    }

    ngx_memzero(sent, sizeof(ssec_sent_t));

    sent->header = header;
    sent->cookie = cookie;

    if (!cookie.deletes
        && ngx_http_ssec_canonical(answer->request, answer->zone,
                                   &cookie.value, &sent->digest, &sent->len)
           != NGX_OK)
    {
        answer->lost = 1;
    }
}


static void
ngx_http_ssec_read_header(ngx_http_ssec_answer_t *answer,
    ngx_table_elt_t *header)
{
    if (header->key.len == sizeof("Set-Cookie") - 1
        && ngx_strncasecmp(header->key.data, (u_char *) "Set-Cookie",
                           sizeof("Set-Cookie") - 1)
           == 0)
    {
        if (answer->zone->value == NULL) {
            ngx_http_ssec_read_cookie(answer, header);
        }

    } else if (header->key.len == ngx_http_ssec_said_name.len
               && ngx_strncasecmp(header->key.data,
                                  ngx_http_ssec_said_name.data,
                                  ngx_http_ssec_said_name.len)
                  == 0)
    {
        header->hash = 0;

        if (!ngx_http_ssec_is_cached(answer->request, header)) {
            answer->said = header->value;
        }
    }
}


/*
 * Collects the Set-Cookie headers of the session, and takes X-Accel-Session
 * out, which is not for the client.
 */

static void
ngx_http_ssec_read_headers(ngx_http_request_t *r,
    ngx_http_ssec_answer_t *answer)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (header[i].hash) {
                ngx_http_ssec_read_header(answer, &header[i]);
            }
        }
    }

    if (answer->said.data) {
        return;
    }

    /* said by a backend that redirected the request to another one */

    header = ngx_http_ssec_redirected_said(r);

    if (header && !ngx_http_ssec_is_cached(r, header)) {
        answer->said = header->value;

    } else if (answer->ctx && r->internal) {
        answer->said = answer->ctx->reply.said;
    }
}


/* The session's own limits, unless it has just these. */

static void
ngx_http_ssec_said_limits(ngx_http_ssec_answer_t *answer,
    const ssec_own_t *limits)
{
    const ssec_own_t     *own;
    ngx_http_ssec_ctx_t  *ctx;

    static time_t  logged;

    ctx = answer->ctx;

    if (ctx
        && ctx->outcome.state == SSEC_LIVE
        && ctx->outcome.own
        && ngx_memcmp(ctx->outcome.own, limits, sizeof(ssec_own_t)) == 0)
    {
        return;
    }

    own = ssec_table_own(&answer->zone->table, limits);
    answer->response.own = own;

    if (ngx_memcmp(own, limits, sizeof(ssec_own_t)) != 0
        && logged != ngx_time())
    {
        logged = ngx_time();

        ngx_log_error(NGX_LOG_ERR, answer->request->connection->log, 0,
                      "session_security_zone \"%V\" has no room for "
                      "more different limits, the nearest are used "
                      "for \"X-Accel-Session: %V\"",
                      &answer->zone->name, &answer->said);
    }
}


/* Only a backend says so: from a client the header means nothing. */

static void
ngx_http_ssec_said(ngx_http_ssec_answer_t *answer)
{
    ssec_said_t  said;

    static time_t  logged;

    if (ssec_said(answer->said.data, answer->said.len, &said)) {
        answer->response.said = said.word;

        if (said.limited) {
            ngx_http_ssec_said_limits(answer, &said.own);
        }
    }

    if (said.bad.len && logged != ngx_time()) {
        logged = ngx_time();

        ngx_log_error(NGX_LOG_ERR, answer->request->connection->log, 0,
                      "invalid \"%*s\" in the backend's \"X-Accel-Session: "
                      "%V\"; write on, off or end, and after on "
                      "warn_after=TIME, expire_after=TIME and "
                      "max_lifetime=TIME",
                      said.bad.len, said.bad.data, &answer->said);
    }
}


/* A request without a context was not judged; its keys tell if it had any. */

static ngx_int_t
ngx_http_ssec_init_response(ngx_http_ssec_answer_t *answer)
{
    ngx_http_request_t   *r;
    ngx_http_ssec_ctx_t  *ctx;
    ssec_keys_t           keys;
    ssec_response_t      *response;

    r = answer->request;
    ctx = answer->ctx;
    response = &answer->response;

    ngx_memzero(response, sizeof(ssec_response_t));

    response->host.data = r->headers_in.server.data;
    response->host.len = r->headers_in.server.len;
    response->uri.data = r->unparsed_uri.data;
    response->uri.len = r->unparsed_uri.len;
    response->split = answer->zone->cookie.prefix;
    response->cookies = answer->cookies.elts;
    response->ncookies = answer->cookies.nelts;
    response->lost = answer->lost;
    response->anonymous = 1;

    if (ctx) {
        response->keys = ctx->keys.elts;
        response->nkeys = ctx->keys.nelts;
        response->verdict = ctx->outcome.verdict;

        /* neither a redirect nor a refusal is a login */

        response->anonymous = (ctx->keys.nelts == 0
                               || ctx->outcome.verdict == SSEC_ANONYMOUS
                               || ctx->outcome.verdict == SSEC_FORGET);

    } else if (response->ncookies) {

        if (ngx_http_ssec_keys(r, answer->zone, &keys) != NGX_OK) {
            return NGX_ERROR;
        }

        response->anonymous = (keys.nelts == 0);
    }

    ssec_response(response);

    return NGX_OK;
}


/* If a session lives by the response, this is its first page. */

static void
ngx_http_ssec_begins(ngx_http_ssec_answer_t *answer, const ssec_record_t *after)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;

    if (after->state == SSEC_LIVE
        && answer->response.said != SSEC_END
        && ctx && !ngx_http_ssec_is_live(ctx))
    {
        ctx->reply.begun = after->created;
        ctx->outcome.own = after->own;
    }
}


/* A session of the request, after what the response says. */

static void
ngx_http_ssec_changes(ngx_http_ssec_answer_t *answer,
    const ssec_record_t *after)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;

    if (after->reason) {
        ctx->reply.closed = after->reason;
    }

    if (after->state != SSEC_LIVE) {

        /* this very response is what the user gets to see of it */

        ngx_http_ssec_unwatch(ctx);

    } else if (ngx_http_ssec_is_live(ctx) && answer->response.own) {
        ctx->outcome.own = answer->response.own;
    }

    ngx_http_ssec_begins(answer, after);
}


static void
ngx_http_ssec_take_steps(ngx_http_ssec_answer_t *answer)
{
    uint64_t               now;
    ngx_uint_t             i, evicted;
    ssec_sent_t           *sent;
    ssec_step_t            step;
    ssec_record_t          after;
    ssec_response_t       *response;
    ngx_http_ssec_zone_t  *zone;

    zone = answer->zone;
    response = &answer->response;

    now = ngx_http_ssec_now(zone);
    evicted = 0;

    for (i = 0; i < response->ncookies && !response->lost; i++) {
        sent = &response->cookies[i];

        if (sent->learned) {
            ngx_http_ssec_learn(zone, &sent->scope);
        }

        if (sent->dropped) {
            ((ngx_table_elt_t *) sent->header)->hash = 0;
        }

        if (ssec_response_issues(response, sent, &step)) {
            evicted |= (ssec_session_issue(&zone->table, response, &step, now,
                                           &after)
                        == SSEC_DONE_LOST);
            ngx_http_ssec_begins(answer, &after);
        }
    }

    for (i = 0; i < response->nkeys; i++) {

        if (ssec_response_says(response, &response->keys[i], &step)) {
            evicted |= (ssec_session_say(&zone->table, response, &step, now,
                                         &answer->ctx->asked.limits, &after)
                        == SSEC_DONE_LOST);
            ngx_http_ssec_changes(answer, &after);
        }
    }

    if (evicted) {
        ngx_http_ssec_report(answer->request, zone, now);
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
    return ctx->stage != NGX_HTTP_SSEC_FAILED
           && ngx_http_ssec_now(ctx->zone) - ctx->asked.now
              <= NGX_HTTP_SSEC_PROMPT
           && ngx_http_ssec_is_page(r);
}


/* NGX_ERROR if the response cannot be sent: it takes its steps all the same. */

static ngx_int_t
ngx_http_ssec_answer(ngx_http_ssec_answer_t *answer)
{
    ngx_uint_t            i;
    ssec_response_t      *response;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = answer->ctx;
    response = &answer->response;

    if (ngx_http_ssec_init_response(answer) != NGX_OK) {
        return NGX_ERROR;
    }

    /* one that failed here was not judged: its error page means nothing */

    if (ctx == NULL || ctx->stage != NGX_HTTP_SSEC_FAILED) {

        if (answer->said.data) {
            ngx_http_ssec_said(answer);
        }

        ngx_http_ssec_take_steps(answer);

        if (ctx) {
            ctx->reply.forgotten = ssec_response_forgets(response);
        }
    }

    if (answer->lost) {
        return NGX_ERROR;
    }

    for (i = 0; i < response->nkeys; i++) {

        if (ssec_response_deletes(response, i)
            && ngx_http_ssec_may_delete(answer->request, ctx)
            && ngx_http_ssec_delete_cookie(answer->request, answer->slcf,
                                           answer->zone,
                                           &response->keys[i].name)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Whether the request may have the key of a session that has ended. */

static ngx_inline ngx_uint_t
ngx_http_ssec_may_have_dead(ngx_http_ssec_ctx_t *ctx)
{
    return ctx && (ctx->outcome.verdict != SSEC_PASS || ctx->keys.nelts > 1);
}


static ngx_int_t
ngx_http_ssec_filter(ngx_http_request_t *r)
{
    ngx_http_ssec_answer_t  answer;

    answer.request = r;
    answer.slcf = ngx_http_get_module_loc_conf(r,
                                            ngx_http_session_security_module);
    answer.ctx = ngx_http_ssec_ctx(r);

    if (answer.ctx == NULL && answer.slcf->shm_zone == NULL) {
        return ngx_http_next_header_filter(r);
    }

    answer.zone = answer.ctx ? answer.ctx->zone : answer.slcf->shm_zone->data;
    answer.lost = 0;
    ngx_str_null(&answer.said);

    answer.cookies.elts = answer.first;
    answer.cookies.nelts = 0;
    answer.cookies.size = sizeof(ssec_sent_t);
    answer.cookies.nalloc = NGX_HTTP_SSEC_SENT;
    answer.cookies.pool = r->pool;

    ngx_http_ssec_read_headers(r, &answer);

    if ((answer.cookies.nelts || answer.said.data
         || ngx_http_ssec_may_have_dead(answer.ctx))
        && ngx_http_ssec_answer(&answer) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
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
            || ngx_http_ssec_may_have_dead(ctx)))
    {
        return ngx_http_ssec_filter(r);
    }

    return ngx_http_next_header_filter(r);
}


void
ngx_http_ssec_init_header_filter(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_ssec_header_filter;
}

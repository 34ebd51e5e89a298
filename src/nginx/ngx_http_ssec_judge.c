/* Judging a request for each of its keys: see ssec_session.h. */

#include "ngx_http_ssec_judge.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_logout.h"
#include "ngx_http_ssec_url.h"


/* Describes the rest, which counts only for a session that has ended. */

static ngx_int_t
ngx_http_ssec_ask_more(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ssec_ended_t  *ended;

    ended = ngx_pcalloc(r->pool, sizeof(ssec_ended_t));
    if (ended == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_ssec_logout_url(r, slcf->logout_url, url) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_ssec_ended(r, ended);

    if (url->len
        && ngx_http_ssec_read_logout(r, slcf->logout_url, url, ended)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->asked.ended = ended;

    return NGX_OK;
}


static ngx_inline ngx_int_t
ngx_http_ssec_judge_key(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ssec_key_t *key, ngx_uint_t record,
    ngx_str_t *url, ssec_outcome_t *outcome)
{
    ssec_done_e  rc;

    while ((rc = ssec_session_judge(&ctx->zone->table, key, &ctx->asked,
                                    record, outcome))
           == SSEC_ENDED)
    {
        /* variables that the logout URL has tell of this session */

        ctx->outcome = *outcome;

        if (ngx_http_ssec_ask_more(r, slcf, ctx, url) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (rc == SSEC_DONE_LOST) {
        ngx_http_ssec_report(r, ctx->zone, ctx->asked.now);
    }

    return NGX_OK;
}


/* Once a minute: the cookie may come with every request. */

static void
ngx_http_ssec_log_withheld(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_uint_t   i, passed;
    ssec_key_t  *key, *withheld;

    static time_t  logged;

    if (logged && logged + 60 > ngx_time()) {
        return;
    }

    key = ctx->keys.elts;
    withheld = NULL;
    passed = 0;

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (key[i].passed) {
            passed = 1;

        } else if (withheld == NULL) {
            withheld = &key[i];
        }
    }

    if (ctx->keys.unread) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent too many session cookies, "
                      "they are withheld");

    } else if (passed && withheld) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "cookie \"%*s\" of a session that is not live is "
                      "withheld beside that of a live one",
                      withheld->name.len, withheld->name.data);

    } else {
        return;
    }

    logged = ngx_time();
}


/* A key may be unknown, or to be withheld. */

static ngx_int_t
ngx_http_ssec_judge_rest(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx, ngx_str_t *url,
    bool tail, ssec_outcome_t *outcomes)
{
    ngx_uint_t    i;
    ssec_key_t   *key;
    ssec_keys_t  *keys;

    keys = &ctx->keys;
    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {

        if (key[i].unknown
            && ssec_keys_may_begin(keys, i, outcomes)
            && ngx_http_ssec_judge_key(r, slcf, ctx, &key[i], 1, url,
                                       &outcomes[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (!ssec_keys_pass(keys, tail)) {

        if (ngx_http_ssec_withhold(r, ctx->zone, keys) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_ssec_log_withheld(r, ctx);
    }

    ssec_keys_outcome(keys, outcomes, &ctx->outcome);

    return NGX_OK;
}


/*
 * Each key is judged for itself.  If any session lives, the request goes on
 * with the keys of those that do, and without the others: a backend cannot
 * take a cookie for the session's if it does not get the cookie.
 */

static ngx_int_t
ngx_http_ssec_judge_several(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    bool             tail;
    ngx_uint_t       i;
    ssec_key_t      *key;
    ssec_outcome_t   outcomes[SSEC_COOKIES_MAX];

    key = ctx->keys.elts;
    tail = ssec_keys_have_tail(&ctx->keys);

    for (i = 0; i < ctx->keys.nelts; i++) {

        if (!(tail && key[i].short_part)
            && ngx_http_ssec_judge_key(r, slcf, ctx, &key[i], 0, url,
                                       &outcomes[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_ssec_judge_rest(r, slcf, ctx, url, tail, outcomes);
}


/* Describes the request, as far as that counts for a session that lives. */

static ngx_inline ngx_int_t
ngx_http_ssec_ask(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ngx_int_t        rc;
    ssec_request_t  *asked;

    asked = &ctx->asked;

    asked->admitted = false;
    asked->strict = slcf->strict;
    asked->cookie = ctx->keys.cookie;
    asked->is_former = false;
    asked->idle_for_set = false;
    asked->ended = NULL;

    ctx->watch.mode = slcf->connections;
    ctx->ping.judged = (slcf->ping != 0);

    rc = ngx_http_ssec_activity(r, slcf, asked);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED && ctx->watch.mode == NGX_HTTP_SSEC_ACTIVE) {
        ctx->watch.mode = NGX_HTTP_SSEC_PASSIVE;
    }

    asked->limits = slcf->limits;

    if (slcf->varying
        && (slcf->ping
            ? ngx_http_ssec_ping_limits(r, slcf, &asked->limits)
            : ngx_http_ssec_limits(r, slcf, &asked->limits))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    asked->now = ngx_http_ssec_now(ctx->zone);

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_judge(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_str_t *url)
{
    ssec_key_t      *key;
    ssec_outcome_t   outcome;

    if (ngx_http_ssec_ask(r, slcf, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->keys.nelts != 1 || ctx->keys.unread) {
        return ngx_http_ssec_judge_several(r, slcf, ctx, url);
    }

    /* most requests have one key, of a session that lives */

    key = ctx->keys.elts;

    if (ngx_http_ssec_judge_key(r, slcf, ctx, key, 0, url, &ctx->outcome)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (key->state == SSEC_LIVE) {
        key->passed = true;
        return NGX_OK;
    }

    outcome = ctx->outcome;

    /* nothing is withheld yet, nor ever without memory */

    ctx->outcome.verdict = SSEC_PASS;

    return ngx_http_ssec_judge_rest(r, slcf, ctx, url, false, &outcome);
}

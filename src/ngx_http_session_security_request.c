/* A request: judged once, then let through, redirected or refused. */

#include "ngx_http_session_security.h"

#include "ssec_idle_for.h"


static ngx_http_session_security_ctx_t *ngx_http_session_security_create_ctx(
    ngx_http_request_t *r);
static void ngx_http_session_security_cleanup(void *data);

static void ngx_http_session_security_event(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ssec_event_t *ev);
static ngx_uint_t ngx_http_session_security_is_passive(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf);
static void ngx_http_session_security_event_if_dead(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ngx_str_t *url,
    ssec_event_t *ev);
static ngx_uint_t ngx_http_session_security_is_page(ngx_http_request_t *r);
static uint64_t ngx_http_session_security_time(ngx_http_request_t *r,
    ngx_http_session_security_time_t *time, uint64_t least,
    uint64_t otherwise, const char *name);

static ngx_int_t ngx_http_session_security_judge(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_keys_t *keys,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *url);
static ngx_int_t ngx_http_session_security_act(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *url);
static ngx_int_t ngx_http_session_security_redirect(ngx_http_request_t *r,
    ngx_str_t *url);
static ngx_int_t ngx_http_session_security_refuse(ngx_http_request_t *r,
    ngx_uint_t status);


ngx_int_t
ngx_http_session_security_handler(ngx_http_request_t *r)
{
    ngx_str_t                              url;
    ngx_http_session_security_ctx_t       *ctx;
    ngx_http_session_security_keys_t       keys;
    ngx_http_session_security_zone_t      *zone;
    ngx_http_session_security_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    if (slcf->shm_zone == NULL
        || r != r->main
        || ngx_http_session_security_ctx(r))
    {
        return NGX_DECLINED;
    }

    zone = slcf->shm_zone->data;

    if (ngx_http_session_security_keys(r, zone, &keys) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (keys.nelts == 0) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_session_security_create_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->zone = zone;

    if (ngx_http_session_security_judge(r, slcf, &keys, ctx, &url) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "session security: verdict:%d state:%d idle:%uL keys:%ui",
                   ctx->outcome.verdict, ctx->outcome.state,
                   ctx->outcome.idle, keys.nelts);

    if (ctx->outcome.verdict == SSEC_PASS) {
        return NGX_DECLINED;
    }

    ctx->keys = ngx_palloc(r->pool, sizeof(ngx_http_session_security_keys_t));
    if (ctx->keys == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    *ctx->keys = keys;

    return ngx_http_session_security_act(r, slcf, ctx, &url);
}


/* An internal redirect wipes r->ctx; the pool's cleanups outlive it. */

ngx_http_session_security_ctx_t *
ngx_http_session_security_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t               *cln;
    ngx_http_session_security_ctx_t  *ctx;

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL && (r->internal || r->filter_finalize)) {

        for (cln = r->pool->cleanup; cln; cln = cln->next) {

            if (cln->handler == ngx_http_session_security_cleanup) {
                ctx = cln->data;
                ngx_http_set_ctx(r, ctx, ngx_http_session_security_module);
                break;
            }
        }
    }

    return ctx;
}


static ngx_http_session_security_ctx_t *
ngx_http_session_security_create_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t               *cln;
    ngx_http_session_security_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_session_security_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_session_security_ctx_t));

    cln->handler = ngx_http_session_security_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_session_security_module);

    return ctx;
}


static void
ngx_http_session_security_cleanup(void *data)
{
    /* only marks the context */
}


static void
ngx_http_session_security_event(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ssec_event_t *ev)
{
    ngx_memzero(ev, sizeof(ssec_event_t));

    if (slcf->ping) {
        ev->kind = SSEC_PING;
        ev->idle_for_set = ssec_idle_for(r->args.data, r->args.len,
                                         &ev->idle_for);

    } else if (ngx_http_session_security_is_passive(r, slcf)) {
        ev->kind = SSEC_PASSIVE;

    } else {
        ev->kind = SSEC_ACTIVE;
    }
}


static ngx_uint_t
ngx_http_session_security_is_passive(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf)
{
    ngx_uint_t                            i;
    ngx_http_session_security_pattern_t  *pattern;

    if (slcf->passive_urls) {
        pattern = slcf->passive_urls->elts;

        for (i = 0; i < slcf->passive_urls->nelts; i++) {

#if (NGX_PCRE)
            if (pattern[i].regex) {
                if (ngx_regex_exec(pattern[i].regex, &r->uri, NULL, 0) >= 0) {
                    return 1;
                }

                continue;
            }
#endif

            if ((r->uri.len == pattern[i].path.len
                 || (pattern[i].prefix && r->uri.len > pattern[i].path.len))
                && ngx_strncmp(r->uri.data, pattern[i].path.data,
                               pattern[i].path.len)
                   == 0)
            {
                return 1;
            }
        }
    }

    return slcf->passive
           && ngx_http_test_predicates(r, slcf->passive) == NGX_DECLINED;
}


/* What counts only for a session that is no longer live. */

static void
ngx_http_session_security_event_if_dead(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ngx_str_t *url,
    ssec_event_t *ev)
{
    ev->page = ngx_http_session_security_is_page(r);
    ev->safe = (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) ? 1 : 0;
    ev->logout_url = (url->len != 0);

    if (ev->logout_url) {
        ev->logout = ngx_http_session_security_is_logout(r, slcf->logout_url,
                                                         url);
    }
}


/* A navigation, by Fetch Metadata or, in browsers without, by its headers. */

static ngx_uint_t
ngx_http_session_security_is_page(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  mode = ngx_string("Sec-Fetch-Mode");
    static ngx_str_t  accept = ngx_string("Accept");
    static ngx_str_t  requested = ngx_string("X-Requested-With");

    h = ngx_http_session_security_find_header(r, &mode);

    if (h) {
        return h->value.len == 8
               && ngx_strncmp(h->value.data, "navigate", 8) == 0;
    }

    h = ngx_http_session_security_find_header(r, &accept);

    return h
           && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                               (u_char *) "text/html", 9 - 1)
           && ngx_http_session_security_find_header(r, &requested) == NULL;
}


static uint64_t
ngx_http_session_security_time(ngx_http_request_t *r,
    ngx_http_session_security_time_t *time, uint64_t least,
    uint64_t otherwise, const char *name)
{
    ngx_int_t  ms;
    ngx_str_t  value;

    if (time == NULL) {
        return otherwise;
    }

    if (time->value == NULL) {
        return time->ms;
    }

    if (ngx_http_complex_value(r, time->value, &value) != NGX_OK) {
        return otherwise;
    }

    ms = ngx_parse_time(&value, 0);

    if (ms == NGX_ERROR || (uint64_t) ms < least
        || (uint64_t) ms > NGX_HTTP_SESSION_SECURITY_MAX_TIME)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "invalid time \"%V\" in \"%s\", %uLms is used",
                      &value, name, otherwise);
        return otherwise;
    }

    return (uint64_t) ms;
}


/*
 * Each key is judged, and the worst verdict counts.  Keys that are not known
 * come last, and only if no other is dead: a dead session is not to be
 * escaped, and the zone not to be filled, by adding cookies to a request.
 */

static ngx_int_t
ngx_http_session_security_judge(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_keys_t *keys,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *url)
{
    uint64_t                          now;
    ngx_uint_t                        i, unknown, asked, judged;
    ssec_entry_t                      entry;
    ssec_event_t                      ev;
    ssec_limits_t                     limits;
    ssec_outcome_t                    outcome;
    ngx_http_session_security_key_t  *key;

    limits.expire_after = ngx_http_session_security_time(r,
                                slcf->expire_after, 1,
                                NGX_HTTP_SESSION_SECURITY_EXPIRE_AFTER,
                                "session_security_expire_after");
    limits.max_lifetime = ngx_http_session_security_time(r,
                                slcf->max_lifetime, 0, 0,
                                "session_security_max_lifetime");

    ngx_http_session_security_event(r, slcf, &ev);
    ev.cookie = (ctx->zone->value == NULL);

    now = ngx_http_session_security_now();

    asked = 0;
    judged = 0;
    key = keys->elts;

    for (unknown = 0; unknown < 2; unknown++) {

        for (i = 0; i < keys->nelts; i++) {

            if (key[i].unknown != unknown
                || (unknown && (ctx->outcome.verdict >= SSEC_ANONYMOUS
                                || !key[i].standard)))
            {
                continue;
            }

        again:

            ssec_table_acquire(&ctx->zone->table, &key[i].digest, &entry);

            if (entry.record.state == SSEC_UNKNOWN && !unknown
                && (keys->nelts > 1 || !key[i].standard))
            {
                (void) ssec_table_release(&ctx->zone->table, &entry);
                key[i].unknown = 1;
                continue;
            }

            if (!asked && ssec_is_dead(&entry.record, &ev, now, &limits)) {

                (void) ssec_table_release(&ctx->zone->table, &entry);

                if (ngx_http_session_security_logout_url(r, slcf->logout_url,
                                                         url)
                    != NGX_OK)
                {
                    return NGX_ERROR;
                }

                ngx_http_session_security_event_if_dead(r, slcf, url, &ev);
                asked = 1;

                goto again;
            }

            ssec_decide(&entry.record, &ev, now, &limits, &outcome);

            if (!judged
                || outcome.verdict > ctx->outcome.verdict
                || (outcome.verdict == ctx->outcome.verdict
                    && outcome.remaining < ctx->outcome.remaining))
            {
                judged = 1;
                ctx->outcome = outcome;
                ctx->idle = ssec_idle(&entry.record, now);
            }

            ngx_http_session_security_release(r, ctx->zone, &entry, now);
        }
    }

    if (keys->too_many && ctx->outcome.verdict < SSEC_ANONYMOUS) {

        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client sent too many session cookies, "
                      "they are withheld");

        ctx->outcome.verdict = SSEC_ANONYMOUS;
        ctx->outcome.state = SSEC_UNKNOWN;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_act(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *url)
{
    if (ctx->outcome.verdict >= SSEC_ANONYMOUS
        && ngx_http_session_security_withhold(r, ctx->zone) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    switch (ctx->outcome.verdict) {

    case SSEC_REFUSE:
        return ngx_http_session_security_refuse(r, slcf->expired_status);

    case SSEC_REDIRECT:
        return ngx_http_session_security_redirect(r, url);

    default:
        return NGX_DECLINED;
    }
}


static ngx_int_t
ngx_http_session_security_redirect(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_table_elt_t  *location;

    if (ngx_http_session_security_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_clear_location(r);

    location = ngx_list_push(&r->headers_out.headers);
    if (location == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    location->hash = 1;
    ngx_str_set(&location->key, "Location");
    location->value = *url;
#if (nginx_version >= 1023000)
    location->next = NULL;
#endif

    r->headers_out.location = location;

    return (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
           ? NGX_HTTP_MOVED_TEMPORARILY : NGX_HTTP_SEE_OTHER;
}


static ngx_int_t
ngx_http_session_security_refuse(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_uint_t                 i;
    ngx_http_err_page_t       *page;
    ngx_http_complex_value_t   cv;
    ngx_http_core_loc_conf_t  *clcf;

    static ngx_str_t  json = ngx_string("application/json");

    if (ngx_http_session_security_no_store(r) != NGX_OK) {
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

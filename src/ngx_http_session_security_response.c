/* A response: what it sets the session's cookie to, and deleting the cookie. */

#include "ngx_http_session_security.h"

#include "ssec_seldom.h"
#include "ssec_set_cookie.h"


static ngx_int_t ngx_http_session_security_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_session_security_set_cookies(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx);
static ngx_int_t ngx_http_session_security_set_cookie(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx, ngx_table_elt_t *header)
    ssec_seldom;
static void ngx_http_session_security_issue(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ssec_digest_t *digest,
    ngx_uint_t withheld);
static void ngx_http_session_security_keep_cookie(
    ngx_http_session_security_keys_t *keys, ssec_str_t *name);
static ngx_int_t ngx_http_session_security_delete_cookies(
    ngx_http_request_t *r, ngx_http_session_security_keys_t *keys)
    ssec_seldom;
static ngx_int_t ngx_http_session_security_delete_cookie(
    ngx_http_request_t *r, ngx_str_t *name);
static ngx_uint_t ngx_http_session_security_is_secure(ngx_http_request_t *r,
    ngx_str_t *name);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


void
ngx_http_session_security_init_header_filter(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_session_security_header_filter;
}


static ngx_int_t
ngx_http_session_security_header_filter(ngx_http_request_t *r)
{
    ngx_http_session_security_ctx_t       *ctx;
    ngx_http_session_security_zone_t      *zone;
    ngx_http_session_security_loc_conf_t  *slcf;

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    ctx = ngx_http_session_security_ctx(r);

    if (ctx) {
        zone = ctx->zone;

    } else {
        if (slcf->shm_zone == NULL) {
            return ngx_http_next_header_filter(r);
        }

        zone = slcf->shm_zone->data;
    }

    if (zone->value == NULL
        && ngx_http_session_security_set_cookies(r, zone, ctx) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx && ngx_http_session_security_page(r, slcf, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_session_security_set_cookies(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

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

        if (header[i].key.len == sizeof("Set-Cookie") - 1
            && header[i].hash
            && ngx_strncasecmp(header[i].key.data, (u_char *) "Set-Cookie",
                               sizeof("Set-Cookie") - 1)
               == 0
            && ngx_http_session_security_set_cookie(r, zone, ctx, &header[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* there are no keys if memory ran out: the response is then a 500 */

    if (ctx && ctx->keys
        && (ctx->outcome.verdict == SSEC_LOGOUT
            || ctx->outcome.verdict == SSEC_FORGET
            || ctx->outcome.verdict == SSEC_LEAVE)
        && ngx_http_session_security_delete_cookies(r, ctx->keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_set_cookie(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_ctx_t *ctx, ngx_table_elt_t *header)
{
    size_t             len;
    ngx_uint_t         ours;
    ssec_digest_t      digest;
    ssec_set_cookie_t  cookie;

    if (!ssec_set_cookie(header->value.data, header->value.len, ngx_time(),
                         &cookie)
        || !ssec_cookie_match(&zone->cookie, cookie.name.data,
                              cookie.name.len))
    {
        return NGX_OK;
    }

    if (ctx) {
        if (cookie.deletes || cookie.value.len == 0) {
            ctx->deleted = 1;

        } else {
            ctx->issued = 1;
        }
    }

    if (cookie.deletes) {
        return NGX_OK;
    }

    if (ngx_http_session_security_canonical(r, zone, &cookie.value, &digest,
                                            &len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ours = ctx && ctx->keys
           && ngx_http_session_security_find_key(ctx->keys, &digest);

    if (ours && ctx->outcome.verdict == SSEC_LOGOUT) {

        /* row 11: whatever the backend says of the value that it ended */

        header->hash = 0;
        return NGX_OK;
    }

    if (ctx && ctx->keys) {
        ngx_http_session_security_keep_cookie(ctx->keys, &cookie.name);
    }

    if (len && (!zone->cookie.prefix || ours
                || len >= NGX_HTTP_SESSION_SECURITY_MIN_PART))
    {
        /* row 14: neither a redirect nor a refusal is a login */

        ngx_http_session_security_issue(r, zone, &digest,
                                 ours && ctx->outcome.verdict < SSEC_REFUSE);
    }

    return NGX_OK;
}


static void
ngx_http_session_security_issue(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ssec_digest_t *digest,
    ngx_uint_t withheld)
{
    uint64_t        now;
    ssec_entry_t    entry;
    ssec_event_t    ev;
    ssec_limits_t   limits;
    ssec_outcome_t  outcome;

    ngx_memzero(&ev, sizeof(ssec_event_t));
    ev.kind = SSEC_ISSUE;
    ev.withheld = withheld;

    /* no limit matters here: a response is not judged */

    limits.expire_after = 1;
    limits.max_lifetime = 0;

    now = ngx_http_session_security_now();

    ssec_table_acquire(&zone->table, digest, &entry);
    ssec_decide(&entry.record, &ev, now, &limits, &outcome);

    if (!ssec_table_release(&zone->table, &entry)) {
        ngx_http_session_security_report(r, zone, now);
    }
}


/* The response sets this one anew: to delete it would end the new session. */

static void
ngx_http_session_security_keep_cookie(ngx_http_session_security_keys_t *keys,
    ssec_str_t *name)
{
    ngx_uint_t                        i;
    ngx_http_session_security_key_t  *key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {

        if (key[i].name.len == name->len
            && ngx_strncmp(key[i].name.data, name->data, name->len) == 0)
        {
            ngx_str_null(&key[i].name);
        }
    }
}


static ngx_int_t
ngx_http_session_security_delete_cookies(ngx_http_request_t *r,
    ngx_http_session_security_keys_t *keys)
{
    ngx_str_t                         name;
    ngx_uint_t                        i;
    ngx_http_session_security_key_t  *key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {
        name = key[i].name;

        if (name.len == 0) {
            continue;
        }

        if (ngx_http_session_security_delete_cookie(r, &name) != NGX_OK) {
            return NGX_ERROR;
        }

        /* once each */

        ngx_http_session_security_keep_cookie(keys,
                          &(ssec_str_t) { .data = name.data,
                                          .len = name.len });
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_delete_cookie(ngx_http_request_t *r,
    ngx_str_t *name)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   value;

    static ngx_str_t  key = ngx_string("Set-Cookie");
    static ngx_str_t  rest = ngx_string("=; Path=/; Max-Age=0; "
                                        "Expires=Thu, 01 Jan 1970 00:00:00 "
                                        "GMT; HttpOnly");
    static ngx_str_t  secure = ngx_string("; Secure");

    len = name->len + rest.len + secure.len;

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_cpymem(p, name->data, name->len);
    p = ngx_cpymem(p, rest.data, rest.len);

    if (ngx_http_session_security_is_secure(r, name)) {
        p = ngx_cpymem(p, secure.data, secure.len);
    }

    value.len = p - value.data;

    return ngx_http_session_security_add_header(r, &key, &value)
           ? NGX_OK : NGX_ERROR;
}


/* Browsers take these two prefixes with the attribute only. */

static ngx_uint_t
ngx_http_session_security_is_secure(ngx_http_request_t *r, ngx_str_t *name)
{
#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        return 1;
    }
#endif

    return (name->len >= 7
            && ngx_strncasecmp(name->data, (u_char *) "__Host-", 7) == 0)
           || (name->len >= 9
               && ngx_strncasecmp(name->data, (u_char *) "__Secure-", 9)
                  == 0);
}

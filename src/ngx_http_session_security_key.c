/* Whose session a request is: its keys, and how to withhold them. */

#include "ngx_http_session_security.h"

#include "ssec_seldom.h"


static ngx_int_t ngx_http_session_security_value_key(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_keys_t *keys) ssec_seldom;
static ngx_int_t ngx_http_session_security_join_cookies(
    ngx_http_request_t *r, ngx_table_elt_t *header) ssec_seldom;
static ngx_int_t ngx_http_session_security_special_key(
    ngx_http_request_t *r, ngx_http_session_security_zone_t *zone,
    ssec_cookie_t *cookie, ssec_digest_t *digest, ssec_digest_t *whole,
    size_t *len) ssec_apart;
static ngx_uint_t ngx_http_session_security_is_cut(
    ngx_http_session_security_zone_t *zone, ssec_digest_t *digest,
    ssec_digest_t *whole);
static ngx_http_session_security_key_t *ngx_http_session_security_next_key(
    ngx_http_request_t *r, ngx_http_session_security_keys_t *keys) ssec_seldom;
static inline void ngx_http_session_security_push_key(
    ngx_http_session_security_keys_t *keys,
    ngx_http_session_security_key_t *key, ssec_cookie_t *cookie, size_t len);
static ngx_int_t ngx_http_session_security_cut(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ngx_str_t *header);
static void ngx_http_session_security_flush_variables(ngx_http_request_t *r);


ngx_int_t
ngx_http_session_security_keys(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_keys_t *keys)
{
    size_t                            len;
    ssec_cookie_t                     cookie;
    ssec_digest_t                     whole;
    ssec_cookies_t                    cookies;
    ngx_table_elt_t                  *header;
    ngx_http_session_security_key_t  *key;

    keys->elts = &keys->first;
    keys->nelts = 0;
    keys->too_many = 0;

    if (zone->value) {
        return ngx_http_session_security_value_key(r, zone, keys);
    }

#if (nginx_version >= 1023000)

    header = r->headers_in.cookie;

    if (header == NULL) {
        return NGX_OK;
    }

    if (header->next)

#else

    if (r->headers_in.cookies.nelts == 0) {
        return NGX_OK;
    }

    header = *(ngx_table_elt_t **) r->headers_in.cookies.elts;

    if (r->headers_in.cookies.nelts > 1)

#endif
    {
        if (ngx_http_session_security_join_cookies(r, header) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ssec_cookies(&cookies, header->value.data, header->value.len);

    while (ssec_cookies_next(&cookies, &zone->cookie, &cookie)) {

        key = (keys->nelts == 0)
              ? &keys->first : ngx_http_session_security_next_key(r, keys);

        if (key == NULL) {
            return NGX_ERROR;
        }

        if (cookie.plain) {
            len = cookie.value.len;
            ssec_digest(&zone->table.key, cookie.value.data, len,
                        &key->digest);

        } else if (ngx_http_session_security_special_key(r, zone, &cookie,
                                                         &key->digest, &whole,
                                                         &len)
                   != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (len) {
            ngx_http_session_security_push_key(keys, key, &cookie, len);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_value_key(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone,
    ngx_http_session_security_keys_t *keys)
{
    ngx_str_t      value;
    ssec_cookie_t  cookie;

    if (ngx_http_complex_value(r, zone->value, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (value.len) {
        ssec_digest(&zone->table.key, value.data, value.len,
                    &keys->first.digest);

        ngx_memzero(&cookie, sizeof(ssec_cookie_t));
        ngx_http_session_security_push_key(keys, &keys->first, &cookie,
                                           value.len);
    }

    return NGX_OK;
}


/*
 * No browser sends two Cookie headers (RFC 6265, section 5.4), and backends
 * join them in different ways.  They are joined here as HTTP/2 joins them, so
 * that what is judged is what a backend reads.
 */

static ngx_int_t
ngx_http_session_security_join_cookies(ngx_http_request_t *r,
    ngx_table_elt_t *header)
{
    u_char           *p;
    size_t            len;
    ngx_uint_t        i;
    ngx_array_t      *cookies;
    ngx_table_elt_t **h;

#if (nginx_version >= 1023000)

    ngx_table_elt_t  *next;

    cookies = ngx_array_create(r->pool, 4, sizeof(ngx_table_elt_t *));
    if (cookies == NULL) {
        return NGX_ERROR;
    }

    for (next = header; next; next = next->next) {
        h = ngx_array_push(cookies);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = next;
    }

#else

    cookies = &r->headers_in.cookies;

#endif

    h = cookies->elts;
    len = 0;

    for (i = 0; i < cookies->nelts; i++) {
        len += h[i]->value.len + 2;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len = 0;

    for (i = 0; i < cookies->nelts; i++) {

        if (i) {
            p[len++] = ';';
            p[len++] = ' ';
        }

        ngx_memcpy(&p[len], h[i]->value.data, h[i]->value.len);
        len += h[i]->value.len;

        /* one that cannot be taken out is left empty */

        if (i) {
            ngx_http_session_security_remove_header(&r->headers_in.headers,
                                                    h[i]);
        }
    }

    cookies->nelts = 1;
#if (nginx_version >= 1023000)
    header->next = NULL;
#endif

    header->value.data = p;
    header->value.len = len;

    return NGX_OK;
}


/* One reading of several; of no length if it is none that counts. */

static ngx_int_t
ngx_http_session_security_special_key(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ssec_cookie_t *cookie,
    ssec_digest_t *digest, ssec_digest_t *whole, size_t *len)
{
    if (cookie->canonical) {
        *len = cookie->value.len;
        ssec_digest(&zone->table.key, cookie->value.data, *len, digest);

    } else if (ngx_http_session_security_canonical(r, zone, &cookie->value,
                                                   digest, len)
               != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!cookie->cut) {
        *whole = *digest;

    } else if (!ngx_http_session_security_is_cut(zone, digest, whole)) {
        *len = 0;
    }

    return NGX_OK;
}


/*
 * Whether what is cut short of a value may be a key.  Such as is not known is
 * none, and does not count.  Nor is it where the backend was seen to issue the
 * whole one: who did that does not cut there; and as "s" in front of "s:KEY"
 * it would be one that anybody can begin, and let die, for all sessions.
 */

static ngx_uint_t
ngx_http_session_security_is_cut(ngx_http_session_security_zone_t *zone,
    ssec_digest_t *digest, ssec_digest_t *whole)
{
    ssec_entry_t  entry;

    ssec_table_acquire(&zone->table, digest, &entry);
    ssec_table_leave(&zone->table, &entry);

    if (entry.record.state == SSEC_UNKNOWN) {
        return 0;
    }

    ssec_table_acquire(&zone->table, whole, &entry);
    ssec_table_leave(&zone->table, &entry);

    return !entry.record.issued;
}


/* Room for one more, be it one too many; or NULL. */

static ngx_http_session_security_key_t *
ngx_http_session_security_next_key(ngx_http_request_t *r,
    ngx_http_session_security_keys_t *keys)
{
    if (keys->elts == &keys->first) {

        keys->elts = ngx_palloc(r->pool,
                                (NGX_HTTP_SESSION_SECURITY_MAX_KEYS + 1)
                                * sizeof(ngx_http_session_security_key_t));
        if (keys->elts == NULL) {
            return NULL;
        }

        keys->elts[0] = keys->first;
    }

    return &keys->elts[keys->nelts];
}


/* One that has its digest: unless it is there, or there are too many. */

static inline void
ngx_http_session_security_push_key(ngx_http_session_security_keys_t *keys,
    ngx_http_session_security_key_t *key, ssec_cookie_t *cookie, size_t len)
{
    ngx_http_session_security_key_t  *same;

    same = ngx_http_session_security_find_key(keys->elts, keys->nelts,
                                              &key->digest);

    if (same) {
        same->whole |= !cookie->cut;
        return;
    }

    if (keys->nelts == NGX_HTTP_SESSION_SECURITY_MAX_KEYS) {
        keys->too_many = 1;
        return;
    }

    keys->nelts++;

    key->name.len = cookie->name.len;
    key->name.data = (u_char *) cookie->name.data;

    ngx_memzero(&key->judged, offsetof(ngx_http_session_security_key_t, rest)
                              - offsetof(ngx_http_session_security_key_t,
                                         judged));

    key->whole = !cookie->cut;
    key->rest = (len < NGX_HTTP_SESSION_SECURITY_MIN_PART);
}


/* The digest of a value's canonical form, and how long that is. */

ngx_int_t
ngx_http_session_security_canonical(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ssec_str_t *value,
    ssec_digest_t *digest, size_t *len)
{
    u_char  *buf;

    buf = ngx_pnalloc(r->pool, value->len);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    *len = ssec_cookie_canonical(buf, value->data, value->len);
    ssec_digest(&zone->table.key, buf, *len, digest);

    ngx_explicit_memzero(buf, value->len);

    return NGX_OK;
}


/*
 * The backend's request is made from the list of headers, variables from the
 * shortcuts: the cookie goes from both.
 */

ngx_int_t
ngx_http_session_security_withhold(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone)
{
    ngx_table_elt_t  *header;

    if (zone->value) {
        return NGX_OK;
    }

    /* there is one header: a key was found in it, and it was joined */

#if (nginx_version >= 1023000)
    header = r->headers_in.cookie;
#else
    header = *(ngx_table_elt_t **) r->headers_in.cookies.elts;
#endif

    if (ngx_http_session_security_cut(r, zone, &header->value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (header->value.len == 0) {

#if (nginx_version >= 1023000)
        r->headers_in.cookie = NULL;
#else
        r->headers_in.cookies.nelts = 0;
#endif

        ngx_http_session_security_remove_header(&r->headers_in.headers,
                                                header);
    }

    ngx_http_session_security_flush_variables(r);

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_cut(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, ngx_str_t *header)
{
    u_char          *p, *buf, *last, *part;
    ssec_cookie_t    cookie;
    ssec_cookies_t   cookies;

    buf = NULL;
    last = NULL;
    p = header->data;

    ssec_cookies(&cookies, header->data, header->len);

    while (ssec_cookies_next(&cookies, &zone->cookie, &cookie)) {

        if (buf == NULL) {
            buf = ngx_pnalloc(r->pool, header->len);
            if (buf == NULL) {
                return NGX_ERROR;
            }

            last = buf;
        }

        part = (u_char *) cookie.part.data;

        if (part > p) {
            last = ngx_cpymem(last, p, part - p);
        }

        part += cookie.part.len;

        if (part < header->data + header->len) {
            part++;
        }

        p = ngx_max(p, part);
    }

    if (buf == NULL) {
        return NGX_OK;
    }

    last = ngx_cpymem(last, p, header->data + header->len - p);

    /*
     * What was the first cookie leaves a blank behind it, the last one a ";"
     * before it; bytes above 0x7e belong to the other cookies.
     */

    p = buf;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (last > p
           && (last[-1] == ';' || last[-1] == ' ' || last[-1] == '\t'))
    {
        last--;
    }

    header->data = p;
    header->len = last - p;

    return NGX_OK;
}


/* $http_cookie or $cookie_NAME may have been asked for already. */

static void
ngx_http_session_security_flush_variables(ngx_http_request_t *r)
{
    ngx_str_t                  *name;
    ngx_uint_t                  i;
    ngx_http_variable_t        *v;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    v = cmcf->variables.elts;

    for (i = 0; i < cmcf->variables.nelts; i++) {
        name = &v[i].name;

        if ((name->len > 7 && ngx_strncmp(name->data, "cookie_", 7) == 0)
            || (name->len == 11
                && ngx_strncmp(name->data, "http_cookie", 11) == 0))
        {
            r->variables[i].valid = 0;
            r->variables[i].not_found = 0;
        }
    }
}

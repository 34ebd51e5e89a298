/* Whose session a request is: its keys, and how to withhold them. */

#include "ngx_http_ssec_key.h"

#include "ngx_http_ssec_header.h"

#include "ssec_session.h"


/*
 * The Cookie header behind this one, or the first if that is NULL; NULL: there
 * are no more.  From 1.23.0 on nginx links them.  Before, *i counts them, from
 * 0; other modules may leave NULL for one.
 */

static ngx_inline ngx_table_elt_t *
ngx_http_ssec_next_header(ngx_http_request_t *r, ngx_table_elt_t *header,
    ngx_uint_t *i)
{
#if (nginx_version >= 1023000)

    return header ? header->next : r->headers_in.cookie;

#else

    ngx_table_elt_t  **h;

    h = r->headers_in.cookies.elts;

    while (*i < r->headers_in.cookies.nelts) {

        header = h[(*i)++];

        if (header) {
            return header;
        }
    }

    return NULL;

#endif
}


/* The readings of a piece come one after the other. */

static inline void
ngx_http_ssec_push_piece(ssec_keys_t *keys, ngx_uint_t key,
    ssec_cookie_t *cookie)
{
    ssec_piece_t  *piece;

    piece = &keys->pieces[keys->npieces];

    if (keys->npieces && piece[-1].data == cookie->part.data) {
        piece--;

    } else {
        keys->npieces++;
        piece->data = cookie->part.data;
        piece->len = 0;
        piece->keys = 0;
    }

    piece->len = ngx_max(piece->len, cookie->part.len);
    piece->keys |= (uint32_t) 1 << key;
}


/* Adds a key that has its digest, unless it is there; or gives 0: too many. */

static inline ngx_uint_t
ngx_http_ssec_push_key(ssec_keys_t *keys, ssec_key_t *key,
    ssec_cookie_t *cookie, size_t len)
{
    ssec_key_t  *known;

    known = ssec_find_key(keys->elts, keys->nelts, &key->digest);

    if (known) {
        known->whole |= !cookie->cut;
        ngx_http_ssec_push_piece(keys, known - keys->elts, cookie);

        return 1;
    }

    if (keys->nelts == SSEC_COOKIES_MAX) {
        return 0;
    }

    key->name = cookie->name;
    key->whole = !cookie->cut;
    key->short_part = (len < SSEC_MIN_PART);
    key->judged = false;
    key->unknown = false;
    key->is_former = false;
    key->passed = false;
    key->state = SSEC_UNKNOWN;
    key->verdict = SSEC_PASS;
    key->seen.word = 0;

    ngx_http_ssec_push_piece(keys, keys->nelts++, cookie);

    return 1;
}


static ngx_int_t
ngx_http_ssec_value_key(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_keys_t *keys)
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
        (void) ngx_http_ssec_push_key(keys, &keys->first, &cookie, value.len);
    }

    return NGX_OK;
}


/*
 * No browser sends two Cookie headers (RFC 6265, section 5.4), and backends
 * join them in different ways.  They are joined here as HTTP/2 joins them, so
 * that what is judged is what a backend reads.
 */

static ngx_int_t
ngx_http_ssec_join_cookies(ngx_http_request_t *r, ngx_table_elt_t *first)
{
    u_char           *p, *last;
    size_t            len;
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    len = 0;
    i = 0;
    h = NULL;

    while ((h = ngx_http_ssec_next_header(r, h, &i)) != NULL) {
        len += h->value.len + 2;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = p;
    i = 0;
    h = NULL;

    while ((h = ngx_http_ssec_next_header(r, h, &i)) != NULL) {

        if (last != p) {
            *last++ = ';';
            *last++ = ' ';
        }

        last = ngx_cpymem(last, h->value.data, h->value.len);

        /* a header that cannot be taken out is left empty */

        if (h != first) {
            ngx_http_ssec_remove_header(&r->headers_in.headers, h);
        }
    }

#if (nginx_version >= 1023000)
    first->next = NULL;
#else
    *(ngx_table_elt_t **) r->headers_in.cookies.elts = first;
    r->headers_in.cookies.nelts = 1;
#endif

    first->value.data = p;
    first->value.len = last - p;

    return NGX_OK;
}


/*
 * Whether a truncated value may be a key.  It counts only if that session is
 * known; otherwise anybody could start a session "s" and kill every "s:KEY".
 * It does not count if the backend was seen to issue the whole value, since
 * that backend does not truncate there.
 */

static ngx_uint_t
ngx_http_ssec_is_cut(ngx_http_ssec_zone_t *zone, ssec_digest_t *digest,
    ssec_digest_t *whole)
{
    ssec_digest_t  place;
    ssec_record_t  record;

    if (!ssec_session_look(&zone->table, digest, &record, &place)) {
        return 0;
    }

    return !ssec_session_look(&zone->table, whole, &record, &place)
           || !record.issued;
}


/* Room for one more key, even one too many; or NULL. */

static ngx_inline ssec_key_t *
ngx_http_ssec_next_key(ngx_http_request_t *r, ssec_keys_t *keys)
{
    if (keys->nelts && keys->elts == &keys->first) {

        keys->elts = ngx_palloc(r->pool,
                                (SSEC_COOKIES_MAX + 1)
                                * sizeof(ssec_key_t));
        if (keys->elts == NULL) {
            return NULL;
        }

        keys->elts[0] = keys->first;
    }

    return &keys->elts[keys->nelts];
}


/* How much of a canonical value is the key. */

static inline size_t
ngx_http_ssec_until(ngx_http_ssec_zone_t *zone, const uint8_t *data,
    size_t len)
{
    const uint8_t  *end;

    end = zone->until ? memchr(data, zone->until, len) : NULL;

    return end ? (size_t) (end - data) : len;
}


ngx_int_t
ngx_http_ssec_canonical(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_str_t *value, ssec_digest_t *digest, size_t *len)
{
    u_char  *buf;

    buf = ngx_pnalloc(r->pool, value->len);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    *len = ssec_cookie_canonical(buf, value->data, value->len);
    *len = ngx_http_ssec_until(zone, buf, *len);
    ssec_digest(&zone->table.key, buf, *len, digest);

    ngx_explicit_memzero(buf, value->len);

    return NGX_OK;
}


/* The digest of a cookie's key, and how long the key is. */

static ngx_inline ngx_int_t
ngx_http_ssec_digest(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_cookie_t *cookie, ssec_digest_t *digest, size_t *len)
{
    if (!cookie->canonical) {
        return ngx_http_ssec_canonical(r, zone, &cookie->value, digest, len);
    }

    *len = ngx_http_ssec_until(zone, cookie->value.data, cookie->value.len);
    ssec_digest(&zone->table.key, cookie->value.data, *len, digest);

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_keys(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_keys_t *keys)
{
    size_t            len;
    ngx_uint_t        i;
    ssec_key_t       *key;
    ssec_digest_t     whole;
    ssec_cookie_t     cookie;
    ssec_cookies_t    cookies;
    ngx_table_elt_t  *header;

    keys->elts = &keys->first;
    keys->nelts = 0;
    keys->cookie = (zone->value == NULL);
    keys->split = zone->cookie.prefix;
    keys->npieces = 0;
    keys->unread = NULL;

    if (zone->value) {
        return ngx_http_ssec_value_key(r, zone, keys);
    }

    i = 0;
    header = ngx_http_ssec_next_header(r, NULL, &i);

    if (header == NULL) {
        return NGX_OK;
    }

    if (ngx_http_ssec_next_header(r, header, &i)
        && ngx_http_ssec_join_cookies(r, header) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ssec_cookies(&cookies, header->value.data, header->value.len);

    while (ssec_cookies_next(&cookies, &zone->cookie, &cookie)) {

        key = ngx_http_ssec_next_key(r, keys);

        if (key == NULL
            || ngx_http_ssec_digest(r, zone, &cookie, &key->digest, &len)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* the whole value is given before the truncated ones */

        if (!cookie.cut) {
            whole = key->digest;

        } else if (!ngx_http_ssec_is_cut(zone, &key->digest, &whole)) {
            continue;
        }

        if (len && !ngx_http_ssec_push_key(keys, key, &cookie, len)) {
            keys->unread = cookie.part.data;
            return NGX_OK;
        }
    }

    if (cookies.too_many) {
        keys->unread = cookies.part;
    }

    return NGX_OK;
}


/* A bit for each key that is passed. */

static ngx_uint_t
ngx_http_ssec_passed(ssec_keys_t *keys)
{
    ngx_uint_t  i, passed;

    passed = 0;

    for (i = 0; i < keys->nelts; i++) {
        passed |= (ngx_uint_t) keys->elts[i].passed << i;
    }

    return passed;
}


/*
 * The backend's request is made from the list of headers, variables from the
 * shortcuts: both get the new value, or lose the header.
 */

static void
ngx_http_ssec_set_cookie_header(ngx_http_request_t *r, ngx_table_elt_t *header,
    u_char *start, u_char *end)
{
    /*
     * The first cookie leaves a blank behind it, the last one a ";" before it.
     * Bytes above 0x7e belong to the other cookies.
     */

    while (start < end && (*start == ' ' || *start == '\t')) {
        start++;
    }

    while (end > start
           && (end[-1] == ';' || end[-1] == ' ' || end[-1] == '\t'))
    {
        end--;
    }

    header->value.data = start;
    header->value.len = end - start;

    if (header->value.len) {
        return;
    }

#if (nginx_version >= 1023000)
    r->headers_in.cookie = NULL;
#else
    r->headers_in.cookies.nelts = 0;
#endif

    ngx_http_ssec_remove_header(&r->headers_in.headers, header);
}


/* Cuts from the header what holds a key that is not passed, or was not read. */

static ngx_int_t
ngx_http_ssec_cut(ngx_http_request_t *r, ssec_keys_t *keys)
{
    u_char              *buf, *last;
    ngx_uint_t           i, passed;
    const uint8_t       *p, *end;
    ngx_table_elt_t     *header;
    const ssec_piece_t  *piece;

    /* there is one header: its cookies were read, and joined before */

    i = 0;
    header = ngx_http_ssec_next_header(r, NULL, &i);

    buf = ngx_pnalloc(r->pool, header->value.len);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    last = buf;
    p = header->value.data;
    end = p + header->value.len;

    passed = ngx_http_ssec_passed(keys);

    for (i = 0; i < keys->npieces; i++) {
        piece = &keys->pieces[i];

        if (!(piece->keys & ~passed)) {
            continue;
        }

        if (piece->data > p) {
            last = ngx_cpymem(last, p, piece->data - p);
        }

        /* with the ";" behind it */

        p = ngx_max(p, ngx_min(piece->data + piece->len + 1, end));
    }

    if (keys->unread) {
        end = ngx_max(p, keys->unread);
    }

    last = ngx_cpymem(last, p, end - p);

    ngx_http_ssec_set_cookie_header(r, header, buf, last);

    return NGX_OK;
}


/*
 * Reads the header again, since the neighbours of what was cut may be joined.
 * Keys stay passed only if the header has no other key.
 */

static ngx_int_t
ngx_http_ssec_read_again(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_keys_t *keys)
{
    ngx_uint_t    i, all;
    ssec_key_t   *key;
    ssec_keys_t   now;

    if (ngx_http_ssec_keys(r, zone, &now) != NGX_OK) {
        return NGX_ERROR;
    }

    all = (now.unread == NULL);

    for (i = 0; i < now.nelts; i++) {
        key = ssec_find_key(keys->elts, keys->nelts, &now.elts[i].digest);
        all &= (key && key->passed);
    }

    for (i = 0; i < keys->nelts; i++) {
        key = &keys->elts[i];
        key->passed &= all
                       && ssec_find_key(now.elts, now.nelts, &key->digest);
    }

    return all ? NGX_OK : ngx_http_ssec_cut(r, &now);
}


/* $http_cookie or $cookie_NAME may have been asked for already. */

static void
ngx_http_ssec_flush_variables(ngx_http_request_t *r)
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


ngx_int_t
ngx_http_ssec_withhold(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_keys_t *keys)
{
    if (zone->value) {
        return NGX_OK;
    }

    if (ngx_http_ssec_cut(r, keys) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_ssec_passed(keys)
        && ngx_http_ssec_read_again(r, zone, keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_ssec_flush_variables(r);

    return NGX_OK;
}

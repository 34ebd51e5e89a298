/* Deletes the session's cookie in the browser, in each scope it was set in. */

#include "ngx_http_ssec_delete.h"

#include "ngx_http_ssec_header.h"

#include "ssec_key.h"


/* Path=/ on the host alone */
static const ssec_scope_t  ngx_http_ssec_default_scope = {
    .path = { (const uint8_t *) "/", 1 },
    .domain = { (const uint8_t *) "", 0 }
};


void
ngx_http_ssec_learn(ngx_http_ssec_zone_t *zone, const ssec_scope_t *scope)
{
    uint32_t  hash;

    /* most scopes repeat the last one: skip the lock */

    hash = ngx_murmur_hash2((u_char *) scope->path.data, scope->path.len)
           ^ 31 * ngx_murmur_hash2((u_char *) scope->domain.data,
                                   scope->domain.len)
           ^ (scope->secure | scope->cross_site << 1
              | scope->partitioned << 2);

    if (hash == zone->learned) {
        return;
    }

    ssec_scope_learn(ssec_table_lock_notes(&zone->table), scope);
    ssec_table_unlock_notes(&zone->table);

    zone->learned = hash;
}


/* Browsers accept the prefix "__Host-" in one scope only (RFC 6265bis). */

static ngx_uint_t
ngx_http_ssec_host_scope(ngx_http_ssec_cookie_t *cookie, const void *notes,
    ssec_scope_t *scopes)
{
    unsigned      i;
    ssec_scope_t  learned;

    scopes[0] = ngx_http_ssec_default_scope;
    scopes[0].partitioned = (cookie && cookie->partitioned);

    i = 0;

    while (ssec_scope_next(notes, &i, &learned)) {
        scopes[0].cross_site |= learned.cross_site;
        scopes[0].partitioned |= learned.partitioned;
    }

    return 1;
}


/*
 * Tells whether a deletion in one of the first n scopes also deletes the cookie
 * of scopes[n]: path, domain and partition are the same.
 */

static ngx_uint_t
ngx_http_ssec_has_scope(ssec_scope_t *scopes, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ssec_str_equal(&scopes[i].path, &scopes[n].path)
            && ssec_str_equals(&scopes[i].domain, scopes[n].domain.data,
                               scopes[n].domain.len)
            && scopes[i].partitioned == scopes[n].partitioned)
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Evaluates the value of path= or domain=.  An empty value changes nothing.
 * NGX_DECLINED if no cookie can have the value; NGX_ERROR if a variable cannot
 * be evaluated.
 */

static ngx_int_t
ngx_http_ssec_cookie_value(ngx_http_request_t *r, ngx_http_complex_value_t *cv,
    const char *parameter, ssec_str_t *s)
{
    size_t      i;
    ngx_str_t   value;
    ngx_uint_t  is_path;

    if (cv == NULL) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, cv, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    is_path = (*parameter == 'p');

    for (i = 0; i < value.len; i++) {

        if (value.data[i] <= 0x20 || value.data[i] >= 0x7f
            || value.data[i] == ';' || (is_path && value.data[0] != '/'))
        {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "invalid %s \"%V\" in \"session_security_cookie\", "
                          "it is not used", parameter, &value);
            return NGX_DECLINED;
        }
    }

    if (value.len) {
        s->data = value.data;
        s->len = value.len;
    }

    return NGX_OK;
}


/*
 * Gives the scope of session_security_cookie.  NGX_DECLINED without the
 * directive or with an invalid value; NGX_ERROR if a variable cannot be
 * evaluated.
 */

static ngx_int_t
ngx_http_ssec_configured_scope(ngx_http_request_t *r,
    ngx_http_ssec_cookie_t *cookie, ssec_scope_t *scope)
{
    ngx_int_t  rc;

    if (cookie == NULL) {
        return NGX_DECLINED;
    }

    *scope = ngx_http_ssec_default_scope;
    scope->secure = cookie->secure;
    scope->partitioned = cookie->partitioned;

    rc = ngx_http_ssec_cookie_value(r, cookie->path, "path", &scope->path);

    return (rc == NGX_OK)
           ? ngx_http_ssec_cookie_value(r, cookie->domain, "domain",
                                        &scope->domain)
           : rc;
}


/*
 * Gives the number of scopes: each learned one that covers the request, and
 * that of session_security_cookie; if there is neither, the default.  NGX_ERROR
 * if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_scopes(ngx_http_request_t *r, ngx_http_ssec_cookie_t *cookie,
    const void *notes, ssec_scope_t *scopes)
{
    unsigned    i;
    ngx_int_t   rc, n;
    ssec_str_t  host, uri;

    host.data = r->headers_in.server.data;
    host.len = r->headers_in.server.len;
    uri.data = r->unparsed_uri.data;
    uri.len = r->unparsed_uri.len;

    n = 0;
    i = 0;

    while (ssec_scope_next(notes, &i, &scopes[n])) {
        n += ssec_scope_covers(&scopes[n], &host, &uri);
    }

    rc = ngx_http_ssec_configured_scope(r, cookie, &scopes[n]);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK) {
        n += !ngx_http_ssec_has_scope(scopes, n);

    } else if (n == 0) {
        scopes[n++] = ngx_http_ssec_default_scope;
    }

    return n;
}


static ngx_uint_t
ngx_http_ssec_has_prefix(const ssec_str_t *name, const char *prefix)
{
    size_t  len;

    len = ngx_strlen(prefix);

    return name->len >= len
           && ngx_strncasecmp((u_char *) name->data, (u_char *) prefix, len)
              == 0;
}


/*
 * Tells whether the deletion needs the attribute Secure: for the prefixes
 * "__Host-" and "__Secure-" browsers demand it (RFC 6265bis).
 */

static ngx_uint_t
ngx_http_ssec_is_secure(ngx_http_request_t *r, const ssec_str_t *name,
    ssec_scope_t *scope)
{
#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        return 1;
    }
#endif

    return scope->secure || scope->cross_site || scope->partitioned
           || ngx_http_ssec_has_prefix(name, "__Host-")
           || ngx_http_ssec_has_prefix(name, "__Secure-");
}


/*
 * Adds a Set-Cookie that deletes the cookie in this scope: browsers need the
 * same Path and Domain (RFC 6265, section 5.3).  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_delete_in_scope(ngx_http_request_t *r, const ssec_str_t *name,
    ssec_scope_t *scope)
{
    u_char     *p;
    ngx_str_t   value;

    p = ngx_pnalloc(r->pool,
                    name->len + scope->path.len + scope->domain.len
                    + sizeof("=; Path=; Domain=; Max-Age=0; Expires=Thu, "
                             "01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; "
                             "SameSite=None; Partitioned"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_sprintf(p, "%*s=; Path=%*s%s%*s; Max-Age=0; "
                       "Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                       "HttpOnly%s%s%s",
                    name->len, name->data,
                    scope->path.len, scope->path.data,
                    scope->domain.len ? "; Domain=" : "",
                    scope->domain.len, scope->domain.data,
                    ngx_http_ssec_is_secure(r, name, scope) ? "; Secure" : "",
                    scope->cross_site ? "; SameSite=None" : "",
                    scope->partitioned ? "; Partitioned" : "");

    value.len = p - value.data;

    return ngx_http_ssec_add_header(r, "Set-Cookie", &value)
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_ssec_delete_cookie(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_zone_t *zone,
    const ssec_str_t *name)
{
    u_char        notes[SSEC_TABLE_NOTES];
    ngx_int_t     i, n;
    ssec_scope_t  scopes[SSEC_SCOPES + 1];

    ngx_memcpy(notes, ssec_table_lock_notes(&zone->table), SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(&zone->table);

    n = ngx_http_ssec_has_prefix(name, "__Host-")
        ? (ngx_int_t) ngx_http_ssec_host_scope(slcf->cookie, notes, scopes)
        : ngx_http_ssec_scopes(r, slcf->cookie, notes, scopes);

    if (n == NGX_ERROR) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (ngx_http_ssec_delete_in_scope(r, name, &scopes[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

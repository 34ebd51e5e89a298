/* Deletes the session's cookie in the browser, in each scope it was set in. */

#include "ngx_http_ssec_delete.h"

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_key.h"
#include "ngx_http_ssec_zone.h"


static ngx_int_t ngx_http_ssec_delete_cookie(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, const void *notes, ngx_str_t *name);
static ngx_uint_t ngx_http_ssec_has_scope(ssec_scope_t *scopes, ngx_uint_t n);
static void ngx_http_ssec_default_scope(ssec_scope_t *scope);
static ngx_int_t ngx_http_ssec_configured_scope(ngx_http_request_t *r,
    ngx_http_ssec_cookie_t *cookie, ssec_scope_t *scope);
static ngx_int_t ngx_http_ssec_cookie_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, const char *parameter, ssec_str_t *s);
static ngx_int_t ngx_http_ssec_delete_in_scope(ngx_http_request_t *r,
    ngx_str_t *name, ssec_scope_t *scope);
static ngx_uint_t ngx_http_ssec_is_secure(ngx_http_request_t *r,
    ngx_str_t *name, ssec_scope_t *scope);
static ngx_uint_t ngx_http_ssec_has_prefix(ngx_str_t *name, const char *prefix,
    size_t len);


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


ngx_int_t
ngx_http_ssec_delete_cookies(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    const ssec_response_t *response, ngx_uint_t ended)
{
    u_char      notes[SSEC_TABLE_NOTES];
    ngx_str_t   name;
    ngx_uint_t  i;

    ngx_memcpy(notes, ssec_table_lock_notes(&ctx->zone->table),
               SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(&ctx->zone->table);

    for (i = 0; i < response->nkeys; i++) {

        if (!ssec_response_deletes(response, i, ended)) {
            continue;
        }

        name.len = response->keys[i].name.len;
        name.data = (u_char *) response->keys[i].name.data;

        if (ngx_http_ssec_delete_cookie(r, slcf, notes, &name) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * Deletes a cookie in each learned scope that covers the request, and in the
 * scope of session_security_cookie.  If there is neither, deletes the cookie
 * with Path=/ on the host alone.
 */

static ngx_int_t
ngx_http_ssec_delete_cookie(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, const void *notes, ngx_str_t *name)
{
    unsigned      i;
    ngx_int_t     rc;
    ssec_str_t    host, uri;
    ngx_uint_t    n;
    ssec_scope_t  scopes[SSEC_SCOPES + 1];

    /* browsers accept this prefix in one scope only (RFC 6265bis) */

    if (ngx_http_ssec_has_prefix(name, "__Host-", 7)) {
        ngx_http_ssec_default_scope(&scopes[0]);

        scopes[0].partitioned = slcf->cookie && slcf->cookie->partitioned;
        i = 0;

        while (ssec_scope_next(notes, &i, &scopes[1])) {
            scopes[0].cross_site |= scopes[1].cross_site;
            scopes[0].partitioned |= scopes[1].partitioned;
        }

        return ngx_http_ssec_delete_in_scope(r, name, &scopes[0]);
    }

    host.data = r->headers_in.server.data;
    host.len = r->headers_in.server.len;
    uri.data = r->unparsed_uri.data;
    uri.len = r->unparsed_uri.len;

    n = 0;
    i = 0;

    while (ssec_scope_next(notes, &i, &scopes[n])) {
        n += ssec_scope_covers(&scopes[n], &host, &uri);
    }

    rc = ngx_http_ssec_configured_scope(r, slcf->cookie, &scopes[n]);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK) {
        n += !ngx_http_ssec_has_scope(scopes, n);

    } else if (n == 0) {
        ngx_http_ssec_default_scope(&scopes[n++]);
    }

    for (i = 0; i < n; i++) {
        if (ngx_http_ssec_delete_in_scope(r, name, &scopes[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
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
        if (scopes[i].path.len == scopes[n].path.len
            && scopes[i].domain.len == scopes[n].domain.len
            && scopes[i].partitioned == scopes[n].partitioned
            && ngx_memcmp(scopes[i].path.data, scopes[n].path.data,
                          scopes[n].path.len)
               == 0
            && (scopes[n].domain.len == 0
                || ngx_strncasecmp((u_char *) scopes[i].domain.data,
                                   (u_char *) scopes[n].domain.data,
                                   scopes[n].domain.len)
                   == 0))
        {
            return 1;
        }
    }

    return 0;
}


static void
ngx_http_ssec_default_scope(ssec_scope_t *scope)
{
    ngx_memzero(scope, sizeof(ssec_scope_t));

    scope->path.data = (u_char *) "/";
    scope->path.len = 1;
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

    ngx_http_ssec_default_scope(scope);

    scope->secure = cookie->secure;
    scope->partitioned = cookie->partitioned;

    rc = ngx_http_ssec_cookie_value(r, cookie->path, "path",
                                    &scope->path);
    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_http_ssec_cookie_value(r, cookie->domain, "domain",
                                      &scope->domain);
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
 * Adds a Set-Cookie that deletes the cookie in this scope: browsers need the
 * same Path and Domain (RFC 6265, section 5.3).  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_delete_in_scope(ngx_http_request_t *r, ngx_str_t *name,
    ssec_scope_t *scope)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   value;

    static ngx_str_t  key = ngx_string("Set-Cookie");

    len = name->len + scope->path.len + scope->domain.len
          + sizeof("=; Path=; Domain=; Max-Age=0; Expires=Thu, 01 Jan 1970 "
                   "00:00:00 GMT; HttpOnly; Secure; SameSite=None; "
                   "Partitioned");

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_sprintf(p, "%V=; Path=%*s", name, scope->path.len,
                    scope->path.data);

    if (scope->domain.len) {
        p = ngx_sprintf(p, "; Domain=%*s", scope->domain.len,
                        scope->domain.data);
    }

    p = ngx_sprintf(p, "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                       "HttpOnly%s%s%s",
                    ngx_http_ssec_is_secure(r, name, scope) ? "; Secure" : "",
                    scope->cross_site ? "; SameSite=None" : "",
                    scope->partitioned ? "; Partitioned" : "");

    value.len = p - value.data;

    return ngx_http_ssec_add_header(r, &key, &value) ? NGX_OK : NGX_ERROR;
}


/*
 * Tells whether the deletion needs the attribute Secure: for the prefixes
 * "__Host-" and "__Secure-" browsers demand it (RFC 6265bis).
 */

static ngx_uint_t
ngx_http_ssec_is_secure(ngx_http_request_t *r, ngx_str_t *name,
    ssec_scope_t *scope)
{
#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        return 1;
    }
#endif

    return scope->secure || scope->cross_site || scope->partitioned
           || ngx_http_ssec_has_prefix(name, "__Host-", 7)
           || ngx_http_ssec_has_prefix(name, "__Secure-", 9);
}


static ngx_uint_t
ngx_http_ssec_has_prefix(ngx_str_t *name, const char *prefix, size_t len)
{
    return name->len >= len
           && ngx_strncasecmp(name->data, (u_char *) prefix, len) == 0;
}

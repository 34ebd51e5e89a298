/*
 * The built-in ping and script, which need no location: which requests are for
 * them, how a ping is judged, and which URL a page uses for it.
 */

#include "ngx_http_ssec_builtin.h"

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_url.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_scope.h"


static ngx_int_t ngx_http_ssec_longest_path(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_zone_t *zone, size_t *len);
static ngx_int_t ngx_http_ssec_configured_path(ngx_http_request_t *r,
    ngx_http_ssec_cookie_t *cookie, ssec_scope_t *scope);


ngx_uint_t
ngx_http_ssec_builtin(ngx_http_request_t *r)
{
    size_t   len;
    u_char  *end;

    static const size_t  ping = sizeof(NGX_HTTP_SSEC_PING_PATH) - 1;
    static const size_t  script = sizeof(NGX_HTTP_SSEC_SCRIPT_PATH) - 1;

    len = r->unparsed_uri.len;
    end = memchr(r->unparsed_uri.data, '?', len);

    if (end) {
        len = end - r->unparsed_uri.data;
    }

    end = r->unparsed_uri.data + len;

    if (len >= ping
        && ngx_memcmp(end - ping, NGX_HTTP_SSEC_PING_PATH, ping) == 0)
    {
        return NGX_HTTP_SSEC_ASKED_PING;
    }

    if (len >= script
        && ngx_memcmp(end - script, NGX_HTTP_SSEC_SCRIPT_PATH, script) == 0)
    {
        return NGX_HTTP_SSEC_ASKED_SCRIPT;
    }

    return 0;
}


ngx_uint_t
ngx_http_ssec_is_builtin_zone(ngx_http_ssec_loc_conf_t *slcf)
{
    return slcf->shm_zone == slcf->server->builtin->first->shm_zone;
}


ngx_http_ssec_loc_conf_t *
ngx_http_ssec_ping_conf(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_uint_t                 pages;
    ngx_http_ssec_loc_conf_t  *ping, *first;

    pages = 0;

    if (!slcf->ping) {
        first = slcf->server->builtin->first;
        pages = 1;

        if (slcf->shm_zone != first->shm_zone) {
            slcf = first;
        }
    }

    ping = ngx_palloc(r->pool, sizeof(ngx_http_ssec_loc_conf_t));
    if (ping == NULL) {
        return NULL;
    }

    *ping = *slcf;

    ping->ping = 1;
    ping->pages = pages;
    ping->inject = 0;
    ping->varying = 1;

    return ping;
}


/*
 * The deepest Path that covers the page is right for all of its cookies: all
 * Paths that cover the page begin its URI.  If no Path is known, as after a
 * start of nginx, only the page's own path is surely below each of them.
 */

ngx_int_t
ngx_http_ssec_builtin_prefix(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *prefix, ngx_uint_t *learned)
{
    ngx_http_ssec_zone_t  *zone;

    ngx_str_null(prefix);
    *learned = 1;

    zone = slcf->shm_zone->data;

    if (zone->value || !ngx_http_ssec_is_builtin_zone(slcf)) {
        return NGX_OK;
    }

    /* a Path that covers the URI is the beginning of the URI */

    prefix->data = r->unparsed_uri.data;

    if (ngx_http_ssec_longest_path(r, slcf, zone, &prefix->len) != NGX_OK) {
        return NGX_ERROR;
    }

    if (prefix->len == 0) {
        *learned = 0;

        while (prefix->len < r->unparsed_uri.len
               && prefix->data[prefix->len] != '?'
               && prefix->data[prefix->len] != '#')
        {
            prefix->len++;
        }
    }

    /* "//host" would lead to the ping and the script of another site */

    if (!ngx_http_ssec_is_path(prefix)) {
        prefix->len = 0;

    } else if (prefix->data[prefix->len - 1] == '/') {
        prefix->len--;
    }

    return NGX_OK;
}


/*
 * Gives the length of the longest known Path that covers the URI; 0 if there is
 * none.  NGX_ERROR if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_longest_path(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_zone_t *zone, size_t *len)
{
    void          *notes;
    unsigned       i;
    ngx_int_t      rc;
    ssec_str_t     host, uri;
    ssec_scope_t   scope;

    *len = 0;

    host.data = r->headers_in.server.data;
    host.len = r->headers_in.server.len;
    uri.data = r->unparsed_uri.data;
    uri.len = r->unparsed_uri.len;

    rc = ngx_http_ssec_configured_path(r, slcf->cookie, &scope);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK && ssec_scope_covers(&scope, &host, &uri)) {
        *len = scope.path.len;
    }

    i = 0;
    notes = ssec_table_lock_notes(&zone->table);

    while (ssec_scope_next(notes, &i, &scope)) {

        if (scope.path.len > *len && ssec_scope_covers(&scope, &host, &uri)) {
            *len = scope.path.len;
        }
    }

    ssec_table_unlock_notes(&zone->table);

    return NGX_OK;
}


/*
 * Gives the Path of session_security_cookie.  NGX_DECLINED without a Path;
 * NGX_ERROR if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_configured_path(ngx_http_request_t *r,
    ngx_http_ssec_cookie_t *cookie, ssec_scope_t *scope)
{
    ngx_str_t  path;

    if (cookie == NULL || cookie->path == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_http_complex_value(r, cookie->path, &path) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(scope, sizeof(ssec_scope_t));

    scope->path.data = path.data;
    scope->path.len = path.len;

    return path.len ? NGX_OK : NGX_DECLINED;
}

/*
 * The built-in ping and script, which need no location: which requests are for
 * them, how a ping is judged, and which URL a page uses for it.
 */

#include "ngx_http_ssec_builtin.h"

#include "ngx_http_ssec_url.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_scope.h"


static ngx_inline ngx_uint_t
ngx_http_ssec_ends_with(ngx_str_t *path, const char *end, size_t len)
{
    return path->len >= len
           && ngx_memcmp(path->data + path->len - len, end, len) == 0;
}


ngx_uint_t
ngx_http_ssec_builtin(ngx_http_request_t *r)
{
    u_char     *args;
    ngx_str_t   path;

    path = r->unparsed_uri;
    args = memchr(path.data, '?', path.len);

    if (args) {
        path.len = args - path.data;
    }

    if (ngx_http_ssec_ends_with(&path, NGX_HTTP_SSEC_PING_PATH,
                                sizeof(NGX_HTTP_SSEC_PING_PATH) - 1))
    {
        return NGX_HTTP_SSEC_TARGET_PING;
    }

    return ngx_http_ssec_ends_with(&path, NGX_HTTP_SSEC_SCRIPT_PATH,
                                   sizeof(NGX_HTTP_SSEC_SCRIPT_PATH) - 1)
           ? NGX_HTTP_SSEC_TARGET_SCRIPT : 0;
}


ngx_uint_t
ngx_http_ssec_is_builtin_zone(ngx_http_ssec_loc_conf_t *slcf)
{
    return slcf->shm_zone == slcf->server->builtin->first->shm_zone;
}


ngx_http_ssec_loc_conf_t *
ngx_http_ssec_ping_conf(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_http_ssec_loc_conf_t  *ping;

    ping = ngx_palloc(r->pool, sizeof(ngx_http_ssec_loc_conf_t));
    if (ping == NULL) {
        return NULL;
    }

    *ping = (slcf->ping || ngx_http_ssec_is_builtin_zone(slcf))
            ? *slcf : *slcf->server->builtin->first;

    ping->pages = !slcf->ping;
    ping->ping = 1;
    ping->inject = 0;
    ping->varying = 1;

    return ping;
}


/*
 * Gives the length of the longest known Path that covers the URI; 0 if there is
 * none.  NGX_ERROR if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_longest_path(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_str_t *uri, size_t *len)
{
    void                    *notes;
    unsigned                 i;
    ngx_str_t                path;
    ssec_str_t               host;
    ssec_scope_t             scope;
    ngx_http_ssec_zone_t    *zone;
    ngx_http_ssec_cookie_t  *cookie;

    *len = 0;

    host.data = r->headers_in.server.data;
    host.len = r->headers_in.server.len;

    cookie = slcf->cookie;

    if (cookie && cookie->path) {

        if (ngx_http_complex_value(r, cookie->path, &path) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_memzero(&scope, sizeof(ssec_scope_t));

        scope.path.data = path.data;
        scope.path.len = path.len;

        if (path.len && ssec_scope_covers(&scope, &host, uri)) {
            *len = path.len;
        }
    }

    i = 0;
    zone = slcf->shm_zone->data;
    notes = ssec_table_lock_notes(&zone->table);

    while (ssec_scope_next(notes, &i, &scope)) {

        if (scope.path.len > *len && ssec_scope_covers(&scope, &host, uri)) {
            *len = scope.path.len;
        }
    }

    ssec_table_unlock_notes(&zone->table);

    return NGX_OK;
}


/*
 * The deepest Path that covers the page is right for all of its cookies: all
 * Paths that cover the page begin its URI.  If no Path is known, as after a
 * start of nginx, only the page's own path is surely below each of them.
 */

ngx_int_t
ngx_http_ssec_builtin_prefixes(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *ping, ngx_str_t *script)
{
    size_t                 known;
    ngx_str_t              prefix;
    ssec_str_t             uri;
    ngx_http_ssec_zone_t  *zone;

    ngx_str_null(ping);
    ngx_str_null(script);

    zone = slcf->shm_zone->data;

    if ((!slcf->builtin_ping && !slcf->builtin_script)
        || zone->value || !ngx_http_ssec_is_builtin_zone(slcf))
    {
        return NGX_OK;
    }

    uri.data = r->unparsed_uri.data;
    uri.len = r->unparsed_uri.len;

    if (ngx_http_ssec_longest_path(r, slcf, &uri, &known) != NGX_OK) {
        return NGX_ERROR;
    }

    if (known == 0 && slcf->builtin_ping != NGX_HTTP_SSEC_BUILTIN) {
        return NGX_OK;
    }

    prefix = r->unparsed_uri;
    prefix.len = known ? known : ssec_scope_path(&uri).len;

    /* "//host" would lead to the ping and the script of another site */

    if (!ngx_http_ssec_is_path(&prefix)) {
        return NGX_OK;
    }

    if (prefix.data[prefix.len - 1] == '/') {
        prefix.len--;
    }

    if (ngx_http_ssec_escape(r->pool, &prefix) != NGX_OK) {
        return NGX_ERROR;
    }

    if (slcf->builtin_ping) {
        *ping = prefix;
    }

    /* browsers cache the script by its URL: it must not differ by page */

    if (slcf->builtin_script && known) {
        *script = prefix;
    }

    return NGX_OK;
}

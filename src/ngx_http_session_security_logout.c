/* The logout URL: where it is, and whether a request is for it. */

#include "ngx_http_session_security.h"


static ngx_uint_t ngx_http_session_security_url_path(ngx_http_request_t *r,
    ngx_str_t *url, ngx_str_t *path);
static ngx_int_t ngx_http_session_security_same_path(ngx_http_request_t *r,
    ngx_str_t *path, ngx_str_t *request);
static ngx_uint_t ngx_http_session_security_has_args(ngx_str_t *text,
    ngx_str_t *args);
static size_t ngx_http_session_security_span(ngx_str_t *s, const char *ends);


ngx_int_t
ngx_http_session_security_logout_url(ngx_http_request_t *r,
    ngx_http_session_security_url_t *logout_url, ngx_str_t *url)
{
    if (logout_url == NULL) {
        ngx_str_null(url);
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, logout_url->value, url) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_session_security_escape(r->pool, url);
}


ngx_uint_t
ngx_http_session_security_is_path(ngx_str_t *url)
{
    return url->len && url->data[0] == '/'
           && (url->len == 1
               || (url->data[1] != '/' && url->data[1] != '\\'));
}


/* Variables may hold what would end the header's line. */

ngx_int_t
ngx_http_session_security_escape(ngx_pool_t *pool, ngx_str_t *url)
{
    u_char      *p;
    size_t       i, n;
    static u_char  hex[] = "0123456789ABCDEF";

    n = 0;

    for (i = 0; i < url->len; i++) {
        n += (url->data[i] <= 0x20 || url->data[i] >= 0x7f);
    }

    if (n == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, url->len + 2 * n);
    if (p == NULL) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < url->len; i++) {

        if (url->data[i] <= 0x20 || url->data[i] >= 0x7f) {
            p[n++] = '%';
            p[n++] = hex[url->data[i] >> 4];
            p[n++] = hex[url->data[i] & 0xf];

        } else {
            p[n++] = url->data[i];
        }
    }

    url->data = p;
    url->len = n;

    return NGX_OK;
}


/*
 * A request is for the logout URL if it has its path, and each argument that
 * is written out in the directive: "/login?action=logout" is not "/login".
 * Arguments with variables may differ from one request to the next.
 */

ngx_int_t
ngx_http_session_security_is_logout(ngx_http_request_t *r,
    ngx_http_session_security_url_t *logout_url, ngx_str_t *url,
    ngx_uint_t *elsewhere)
{
    ngx_int_t  rc;
    ngx_str_t  path, raw;

    *elsewhere = !ngx_http_session_security_url_path(r, url, &path);

    if (*elsewhere
        || !ngx_http_session_security_has_args(&logout_url->text, &r->args))
    {
        return NGX_DECLINED;
    }

    rc = ngx_http_session_security_same_path(r, &path, &r->uri);

    if (rc == NGX_DECLINED) {
        raw = r->unparsed_uri;
        raw.len = ngx_http_session_security_span(&raw, "?#");

        rc = ngx_http_session_security_same_path(r, &path, &raw);
    }

    return rc;
}


/* The path of a URL on the request's own host. */

static ngx_uint_t
ngx_http_session_security_url_path(ngx_http_request_t *r, ngx_str_t *url,
    ngx_str_t *path)
{
    size_t     scheme;
    ngx_str_t  host;

    *path = *url;

    if (path->len > 7 && ngx_strncasecmp(path->data, (u_char *) "http://", 7)
                         == 0)
    {
        scheme = 7;

    } else if (path->len > 8
               && ngx_strncasecmp(path->data, (u_char *) "https://", 8) == 0)
    {
        scheme = 8;

    } else if (path->len > 2 && ngx_strncmp(path->data, "//", 2) == 0) {
        scheme = 2;

    } else {
        scheme = 0;
    }

    if (scheme) {
        path->data += scheme;
        path->len -= scheme;

        host = *path;
        host.len = ngx_http_session_security_span(path, "/?#");

        path->data += host.len;
        path->len -= host.len;

        host.len = ngx_http_session_security_span(&host, ":");

        if (host.len != r->headers_in.server.len
            || ngx_strncasecmp(host.data, r->headers_in.server.data, host.len)
               != 0)
        {
            return 0;
        }
    }

    path->len = ngx_http_session_security_span(path, "?#");

    if (path->len == 0 && scheme) {
        ngx_str_set(path, "/");
    }

    return path->len && path->data[0] == '/';
}


/* Both may be percent-encoded, or not. */

static ngx_int_t
ngx_http_session_security_same_path(ngx_http_request_t *r, ngx_str_t *path,
    ngx_str_t *request)
{
    size_t   len[2];
    u_char  *buf[2], *src, *dst;

    if (path->len == request->len
        && ngx_strncmp(path->data, request->data, path->len) == 0)
    {
        return NGX_OK;
    }

    dst = ngx_pnalloc(r->pool, path->len + request->len);
    if (dst == NULL) {
        return NGX_ERROR;
    }

    buf[0] = dst;
    src = path->data;
    ngx_unescape_uri(&dst, &src, path->len, 0);
    len[0] = dst - buf[0];

    buf[1] = dst;
    src = request->data;
    ngx_unescape_uri(&dst, &src, request->len, 0);
    len[1] = dst - buf[1];

    return (len[0] == len[1] && ngx_memcmp(buf[0], buf[1], len[0]) == 0)
           ? NGX_OK : NGX_DECLINED;
}


static ngx_uint_t
ngx_http_session_security_has_args(ngx_str_t *text, ngx_str_t *args)
{
    size_t     n;
    ngx_str_t  left, arg, sent, one;

    left = *text;
    left.len = ngx_http_session_security_span(text, "#");

    n = ngx_http_session_security_span(&left, "?");

    while (n < left.len) {
        left.data += n + 1;
        left.len -= n + 1;

        arg = left;
        n = ngx_http_session_security_span(&left, "&");
        arg.len = n;

        if (arg.len == 0
            || ngx_http_session_security_span(&arg, "$") < arg.len)
        {
            continue;
        }

        sent = *args;

        for ( ;; ) {
            one = sent;
            one.len = ngx_http_session_security_span(&sent, "&");

            if (one.len == arg.len
                && ngx_strncmp(one.data, arg.data, arg.len) == 0)
            {
                break;
            }

            if (one.len == sent.len) {
                return 0;
            }

            sent.data += one.len + 1;
            sent.len -= one.len + 1;
        }
    }

    return 1;
}


/* How far it is to the first of these characters, or to the end. */

static size_t
ngx_http_session_security_span(ngx_str_t *s, const char *ends)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (ngx_strchr(ends, s->data[i])) {
            break;
        }
    }

    return i;
}

/* The logout URL: where it is, and whether a request is for it. */

#include "ngx_http_session_security.h"


/* beside a character: it was percent-encoded */
#define NGX_HTTP_SESSION_SECURITY_ENCODED  0x100


static ngx_uint_t ngx_http_session_security_url_path(ngx_http_request_t *r,
    ngx_str_t *url, ngx_str_t *path);
static ngx_uint_t ngx_http_session_security_same(ngx_str_t *one,
    ngx_str_t *other, const char *apart);
static ngx_uint_t ngx_http_session_security_char(ngx_str_t *s);
static ngx_uint_t ngx_http_session_security_has_args(ngx_http_request_t *r,
    ngx_http_session_security_url_t *logout_url);
static ngx_uint_t ngx_http_session_security_has_arg(ngx_str_t *args,
    ngx_str_t *arg);
static ngx_uint_t ngx_http_session_security_named(ngx_str_t *args,
    ngx_str_t *arg);
static ngx_uint_t ngx_http_session_security_name_char(ngx_str_t *arg,
    ngx_uint_t first);
static ngx_uint_t ngx_http_session_security_next_arg(ngx_str_t *left,
    ngx_str_t *arg, const char *ends);
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
 *
 * It gets the cookie of a session that has expired, so that it has to be for
 * that URL to the backend, too.  What the backend has is the URI as the client
 * wrote it, where nginx has merged slashes and resolved "..", or has rewritten
 * it; and a connection that is upgraded would outlive the logout.
 */

ngx_uint_t
ngx_http_session_security_is_logout(ngx_http_request_t *r,
    ngx_http_session_security_url_t *logout_url, ngx_str_t *url,
    ngx_uint_t *elsewhere)
{
    ngx_str_t  path, raw;

    *elsewhere = !ngx_http_session_security_url_path(r, url, &path);

    if (*elsewhere
        || !ngx_http_session_security_has_args(r, logout_url))
    {
        return 0;
    }

    raw = r->unparsed_uri;
    raw.len = ngx_http_session_security_span(&raw, "?");

    if (ngx_http_session_security_same(&path, &raw, "/;")) {
        return logout_url->login || r->headers_in.upgrade == NULL;
    }

    /* the cookie is withheld from a login page, wherever that is */

    return logout_url->login
           && ngx_http_session_security_same(&path, &r->uri, "");
}


/* The path of a URL on the request's own host. */

static ngx_uint_t
ngx_http_session_security_url_path(ngx_http_request_t *r, ngx_str_t *url,
    ngx_str_t *path)
{
    size_t     n, scheme;
    ngx_str_t  host, port;

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

        /* in brackets it has colons of its own */

        n = (host.len && host.data[0] == '[')
            ? ngx_http_session_security_span(&host, "]") : 0;

        port = host;
        port.data += n;
        port.len -= n;

        host.len = n + ngx_http_session_security_span(&port, ":");

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


/*
 * Both may be percent-encoded, or not: browsers encode what the configuration
 * has as it is.  These characters are others once they are encoded.
 */

static ngx_uint_t
ngx_http_session_security_same(ngx_str_t *one, ngx_str_t *other,
    const char *apart)
{
    ngx_str_t   a, b;
    ngx_uint_t  ch, with;

    a = *one;
    b = *other;

    while (a.len && b.len) {
        ch = ngx_http_session_security_char(&a);
        with = ngx_http_session_security_char(&b);

        if (ch != with
            && ((u_char) ch != (u_char) with
                || ngx_strchr(apart, (u_char) ch)))
        {
            return 0;
        }
    }

    return a.len == b.len;
}


/* The next one, and whether it was encoded. */

static ngx_uint_t
ngx_http_session_security_char(ngx_str_t *s)
{
    u_char     ch;
    ngx_int_t  n;

    ch = *s->data++;
    s->len--;

    if (ch != '%' || s->len < 2) {
        return ch;
    }

    n = ngx_hextoi(s->data, 2);

    if (n == NGX_ERROR) {
        return ch;
    }

    s->data += 2;
    s->len -= 2;

    return n | NGX_HTTP_SESSION_SECURITY_ENCODED;
}


static ngx_uint_t
ngx_http_session_security_has_args(ngx_http_request_t *r,
    ngx_http_session_security_url_t *logout_url)
{
    size_t     n;
    ngx_str_t  args, arg, left;

    args = logout_url->text;
    args.len = ngx_http_session_security_span(&args, "#");

    n = ngx_http_session_security_span(&args, "?");

    args.data += n;
    args.len -= n;

    if (args.len == 0) {
        return 1;
    }

    args.data++;
    args.len--;

    left = args;

    while (ngx_http_session_security_next_arg(&left, &arg, "&")) {

        if (ngx_http_session_security_span(&arg, "$") < arg.len) {
            continue;
        }

        /* PHP's $_REQUEST prefers what is in the body */

        if (!logout_url->login
            && !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)))
        {
            return 0;
        }

        if (!ngx_http_session_security_has_arg(&r->args, &arg)
            || ngx_http_session_security_named(&r->args, &arg)
               != ngx_http_session_security_named(&args, &arg))
        {
            return 0;
        }
    }

    return 1;
}


static ngx_uint_t
ngx_http_session_security_has_arg(ngx_str_t *args, ngx_str_t *arg)
{
    ngx_str_t  left, sent;

    left = *args;

    while (ngx_http_session_security_next_arg(&left, &sent, "&")) {

        if (ngx_http_session_security_same(arg, &sent, "=&;+")) {
            return 1;
        }
    }

    return 0;
}


/*
 * How many arguments have the name of this one, to some backend: of two that
 * have it one takes the first, and another the last.
 */

static ngx_uint_t
ngx_http_session_security_named(ngx_str_t *args, ngx_str_t *arg)
{
    ngx_str_t   left, sent, name;
    ngx_uint_t  n, ch, with, first;

    n = 0;
    left = *args;

    /* formerly they were separated by ";", too */

    while (ngx_http_session_security_next_arg(&left, &sent, "&;")) {

        name = *arg;
        first = 1;

        do {
            ch = ngx_http_session_security_name_char(&name, first);
            with = ngx_http_session_security_name_char(&sent, first);
            first = 0;
        } while (ch == with && ch);

        n += (ch == with);
    }

    return n;
}


/*
 * The next character of an argument's name, or 0 at its end: "a" is "a[]" and
 * "[a]" to some, "a.b" is "a_b" to PHP, and ASP.NET ignores case.
 */

static ngx_uint_t
ngx_http_session_security_name_char(ngx_str_t *arg, ngx_uint_t first)
{
    ngx_uint_t  ch;

    while (arg->len) {
        ch = ngx_http_session_security_char(arg);

        if (ch == '=') {
            break;
        }

        ch = (ch == '+') ? ' ' : (u_char) ch;

        if (first && (ch == ' ' || ch == '[' || ch == ']')) {
            continue;
        }

        if (ch == '\0' || ch == '[' || ch == ']') {
            break;
        }

        return (ch == ' ' || ch == '.') ? '_' : ngx_tolower(ch);
    }

    arg->len = 0;

    return 0;
}


static ngx_uint_t
ngx_http_session_security_next_arg(ngx_str_t *left, ngx_str_t *arg,
    const char *ends)
{
    while (left->len) {
        *arg = *left;
        arg->len = ngx_http_session_security_span(left, ends);

        left->data += arg->len;
        left->len -= arg->len;

        if (left->len) {
            left->data++;
            left->len--;
        }

        if (arg->len) {
            return 1;
        }
    }

    return 0;
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

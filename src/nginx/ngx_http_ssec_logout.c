/* The logout URL or login page: which requests are for it. */

#include "ngx_http_ssec_logout.h"

#include "ngx_http_ssec_server.h"
#include "ngx_http_ssec_url.h"


/* a bit beside a character that was percent-encoded */
#define NGX_HTTP_SSEC_ENCODED  0x100


/* A header that overrides the request line in some backends. */

typedef struct {
    ngx_str_t   name;
    ngx_uint_t  is_method;       /* the method; otherwise the URL */
} ngx_http_ssec_override_t;


static ngx_http_ssec_override_t  ngx_http_ssec_overrides[] = {
    { ngx_string("x-forwarded-path"), 0 },
    { ngx_string("x-forwarded-uri"), 0 },
    { ngx_string("x-forwarded-url"), 0 },
    { ngx_string("x-original-path"), 0 },
    { ngx_string("x-original-uri"), 0 },
    { ngx_string("x-original-url"), 0 },
    { ngx_string("x-override-uri"), 0 },
    { ngx_string("x-override-url"), 0 },
    { ngx_string("x-rewrite-uri"), 0 },
    { ngx_string("x-rewrite-url"), 0 },
    { ngx_string("x-forwarded-method"), 1 },
    { ngx_string("x-http-method"), 1 },
    { ngx_string("x-http-method-override"), 1 },
    { ngx_string("x-method-override"), 1 },
    { ngx_string("x-original-method"), 1 },
    { ngx_null_string, 0 }
};


/* Gives the length of the text before the first of these characters. */

static size_t
ngx_http_ssec_span(ngx_str_t *s, const char *ends)
{
    size_t  i;

    for (i = 0; i < s->len; i++) {
        if (ngx_strchr(ends, s->data[i])) {
            break;
        }
    }

    return i;
}


/*
 * Takes the next character, decoded, from a text that is not empty.  If it was
 * encoded, sets the bit NGX_HTTP_SSEC_ENCODED.
 */

static ngx_uint_t
ngx_http_ssec_next_char(ngx_str_t *s)
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

    return n | NGX_HTTP_SSEC_ENCODED;
}


/*
 * Compares two texts by their percent-decoded characters: browsers encode
 * characters that the configuration has unencoded.  A reserved character equals
 * itself only if both are encoded or both are not (RFC 3986, section 2.2).
 */

static ngx_uint_t
ngx_http_ssec_is_equal(ngx_str_t *one, ngx_str_t *other, const char *reserved)
{
    ngx_str_t   a, b;
    ngx_uint_t  ch, ch2;

    a = *one;
    b = *other;

    while (a.len && b.len) {
        ch = ngx_http_ssec_next_char(&a);
        ch2 = ngx_http_ssec_next_char(&b);

        if (ch != ch2
            && ((u_char) ch != (u_char) ch2
                || ngx_strchr(reserved, (u_char) ch)))
        {
            return 0;
        }
    }

    return a.len == b.len;
}


/* Takes the next argument that is not empty; 0 if none is left. */

static ngx_uint_t
ngx_http_ssec_next_arg(ngx_str_t *tail, ngx_str_t *arg, const char *ends)
{
    size_t  n;

    do {
        if (tail->len == 0) {
            return 0;
        }

        *arg = *tail;
        arg->len = ngx_http_ssec_span(tail, ends);

        n = ngx_min(arg->len + 1, tail->len);
        tail->data += n;
        tail->len -= n;

    } while (arg->len == 0);

    return 1;
}


/*
 * Takes the next character of an argument's name; 0 at the end of the name.
 * Some backends read these names as equal: "a", "a[]" and "[a]"; "a.b" and
 * "a_b" (PHP); "a" and "A" (ASP.NET).
 */

static ngx_uint_t
ngx_http_ssec_next_name_char(ngx_str_t *arg, ngx_uint_t first)
{
    ngx_uint_t  ch;

    while (arg->len) {
        ch = ngx_http_ssec_next_char(arg);

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


/*
 * Counts the arguments that some backend reads under the name of "arg".  If
 * there are two, some backends take the first, others the last.
 */

static ngx_uint_t
ngx_http_ssec_count_args(ngx_str_t *args, ngx_str_t *arg)
{
    ngx_str_t   tail, sent, name;
    ngx_uint_t  n, ch, ch2, first;

    n = 0;
    tail = *args;

    /* HTML 4.01, appendix B.2.2: some backends also separate them by ";" */

    while (ngx_http_ssec_next_arg(&tail, &sent, "&;")) {

        name = *arg;
        first = 1;

        do {
            ch = ngx_http_ssec_next_name_char(&name, first);
            ch2 = ngx_http_ssec_next_name_char(&sent, first);
            first = 0;
        } while (ch == ch2 && ch);

        n += (ch == ch2);
    }

    return n;
}


static ngx_uint_t
ngx_http_ssec_has_arg(ngx_str_t *args, ngx_str_t *arg)
{
    ngx_str_t  tail, sent;

    tail = *args;

    while (ngx_http_ssec_next_arg(&tail, &sent, "&")) {

        if (ngx_http_ssec_is_equal(arg, &sent, "=&;+")) {
            return 1;
        }
    }

    return 0;
}


/*
 * Tells whether the request has each of the URL's arguments that is without
 * variables, and as often as the URL.
 */

static ngx_uint_t
ngx_http_ssec_has_args(ngx_http_request_t *r, ngx_str_t *args,
    ngx_uint_t login)
{
    ngx_str_t  arg, tail;

    tail = *args;

    while (ngx_http_ssec_next_arg(&tail, &arg, "&")) {

        if (ngx_http_ssec_span(&arg, "$") < arg.len) {
            continue;
        }

        /* PHP's $_REQUEST prefers an argument in the body */

        if ((!login && !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)))
            || !ngx_http_ssec_has_arg(&r->args, &arg)
            || ngx_http_ssec_count_args(&r->args, &arg)
               != ngx_http_ssec_count_args(args, &arg))
        {
            return 0;
        }
    }

    return 1;
}


/*
 * Tells whether some backend reads the header's key as this name.  In names of
 * CGI variables "-" becomes "_" (RFC 3875, section 4.1.18).  With some servers
 * so does every character that is no letter or digit.
 */

static ngx_uint_t
ngx_http_ssec_is_named(ngx_str_t *key, ngx_str_t *name)
{
    u_char  ch;
    size_t  i;

    if (key->len != name->len) {
        return 0;
    }

    for (i = 0; i < name->len; i++) {
        ch = ngx_tolower(key->data[i]);

        if (ch != name->data[i]
            && (name->data[i] != '-' || ssec_is_letter(ch)
                || ssec_is_digit(ch)))
        {
            return 0;
        }
    }

    return 1;
}


/* A header that repeats the request line overrides nothing. */

static ngx_uint_t
ngx_http_ssec_is_override(ngx_http_request_t *r, ngx_table_elt_t *header)
{
    ngx_str_t                 *value;
    ngx_http_ssec_override_t  *override;

    for (override = ngx_http_ssec_overrides; override->name.len; override++) {

        if (ngx_http_ssec_is_named(&header->key, &override->name)) {
            value = override->is_method ? &r->method_name : &r->unparsed_uri;

            return header->value.len != value->len
                   || ngx_memcmp(header->value.data, value->data, value->len)
                      != 0;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_ssec_has_override(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        header = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_http_ssec_is_override(r, &header[i])) {
                return 1;
            }
        }
    }

    return 0;
}


/*
 * Tells whether nginx redirects requests for a path to the path with a slash.
 * nginx does so if the path with a slash is a location that proxies, and the
 * path without it is no location.
 */

static ngx_uint_t
ngx_http_ssec_adds_slash(ngx_http_request_t *r, ngx_str_t *path,
    ngx_str_t *with_slash)
{
    ngx_uint_t                 i, found;
    ngx_http_ssec_name_t      *name;
    ngx_http_ssec_srv_conf_t  *sscf;

    sscf = ngx_http_get_module_srv_conf(r, ngx_http_session_security_module);

    found = 0;
    name = sscf->names.elts;

    for (i = 0; i < sscf->names.nelts; i++) {

        if (ngx_http_ssec_is_equal(&name[i].name, path, "/")) {
            return 0;
        }

        found |= (name[i].adds_slash
                  && ngx_http_ssec_is_equal(&name[i].name, with_slash, "/"));
    }

    return found;
}


/*
 * Tells whether the requested path is the logout URL's, or is that path with
 * the slash that nginx adds to it.
 */

static ngx_uint_t
ngx_http_ssec_matches_path(ngx_http_request_t *r, ngx_str_t *path,
    ngx_str_t *requested, const char *reserved)
{
    ngx_str_t  stripped;

    if (ngx_http_ssec_is_equal(path, requested, reserved)) {
        return 1;
    }

    if (requested->len < 2 || requested->data[requested->len - 1] != '/') {
        return 0;
    }

    stripped.data = requested->data;
    stripped.len = requested->len - 1;

    return ngx_http_ssec_is_equal(path, &stripped, reserved)
           && ngx_http_ssec_adds_slash(r, &stripped, requested);
}


/*
 * The request must have the path of the URL, and each argument that the
 * directive names without variables: "/login?action=logout" is not "/login".
 *
 * With a request for the logout URL the backend gets an expired session's
 * cookie, so it must not take the request for a different one.  So the path
 * counts as the client wrote it: nginx may have normalized or rewritten r->uri.
 * No header or argument may name another URL or method; Rails and Laravel read
 * the argument "_method" so.  No Upgrade is accepted: the new connection would
 * outlive the logout.
 *
 * A login page never gets the cookie: any path that leads there will do.
 */

static ngx_uint_t
ngx_http_ssec_is_for_url(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *path)
{
    ngx_str_t  text, args, raw;

    static ngx_str_t  method = ngx_string("_method");

    text = logout_url->text;
    text.len = ngx_http_ssec_span(&text, "#");

    ngx_http_split_args(r, &text, &args);

    if (!ngx_http_ssec_has_args(r, &args, logout_url->login)) {
        return 0;
    }

    raw = r->unparsed_uri;
    raw.len = ngx_http_ssec_span(&raw, "?");

    if (!ngx_http_ssec_matches_path(r, path, &raw, "/;")) {
        return logout_url->login
               && ngx_http_ssec_matches_path(r, path, &r->uri, "");
    }

    return logout_url->login
           || (r->headers_in.upgrade == NULL
               && !ngx_http_ssec_has_override(r)
               && (ngx_http_ssec_count_args(&args, &method)
                   || !ngx_http_ssec_count_args(&r->args, &method)));
}


/*
 * NGX_OK if the host is the address that the connection came to; NGX_DECLINED
 * if not; NGX_ERROR without memory, or if that address cannot be read.
 */

static ngx_int_t
ngx_http_ssec_is_local_addr(ngx_http_request_t *r, ssec_str_t *host)
{
    ngx_int_t             rc;
    ngx_uint_t            n;
    ngx_addr_t            addr;
    struct sockaddr      *local;
#if (NGX_HAVE_INET6)
    struct sockaddr_in   *sin;
    struct sockaddr_in6  *sin6;
#endif

    n = (host->data[0] == '[');                    /* brackets of IPv6 */

    rc = ngx_parse_addr(r->pool, &addr, (u_char *) host->data + n,
                        host->len - 2 * n);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_connection_local_sockaddr(r->connection, NULL, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    local = r->connection->local_sockaddr;

#if (NGX_HAVE_INET6)

    if (addr.sockaddr->sa_family == AF_INET && local->sa_family == AF_INET6) {
        sin = (struct sockaddr_in *) addr.sockaddr;
        sin6 = (struct sockaddr_in6 *) local;

        return (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)
                && ngx_memcmp(&sin6->sin6_addr.s6_addr[12], &sin->sin_addr, 4)
                   == 0)
               ? NGX_OK : NGX_DECLINED;
    }

#endif

    return ngx_cmp_sockaddr(addr.sockaddr, addr.socklen, local,
                            r->connection->local_socklen, 0);
}


/*
 * NGX_OK if requests for the origin come to this server; NGX_DECLINED if not;
 * NGX_ERROR without memory, or if the connection's local address cannot be
 * read.
 *
 * A client can send any host.  So the origin's host must be the request's, and
 * also a server_name of this server or the address that the connection came to.
 *
 * The scheme's default port matches any port: a proxy in front of nginx may
 * listen there and end TLS.
 */

static ngx_int_t
ngx_http_ssec_is_this_server(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ssec_origin_t *origin)
{
    ngx_str_t                 *host;
    ngx_uint_t                 i;
    ngx_http_ssec_srv_conf_t  *sscf;

    if (logout_url->host == NGX_HTTP_SSEC_HTTP_HOST) {
        return NGX_OK;
    }

    if (!ssec_origin_has_default_port(origin)
        && origin->port != ngx_inet_get_port(r->connection->local_sockaddr))
    {
        return NGX_DECLINED;
    }

    if (logout_url->host == NGX_HTTP_SSEC_HOST) {
        return NGX_OK;
    }

    if (!ssec_str_equals(&origin->host, r->headers_in.server.data,
                         r->headers_in.server.len))
    {
        return NGX_DECLINED;
    }

    sscf = ngx_http_get_module_srv_conf(r, ngx_http_session_security_module);

    host = sscf->hosts.elts;

    for (i = 0; i < sscf->hosts.nelts; i++) {
        if (ssec_str_equals(&origin->host, host[i].data, host[i].len)) {
            return NGX_OK;
        }
    }

    return ngx_http_ssec_is_local_addr(r, &origin->host);
}


/*
 * Gives the path of a URL, without arguments.  NGX_DECLINED if the URL is on
 * another host or is not http: or https:; NGX_ERROR without memory, or if the
 * connection's local address cannot be read.
 */

static ngx_int_t
ngx_http_ssec_url_path(ngx_http_request_t *r, ngx_http_ssec_url_t *logout_url,
    ngx_str_t *url, ngx_str_t *path)
{
    size_t         n;
    ngx_int_t      rc;
    ssec_origin_t  origin;

    *path = *url;

    if (!ngx_http_ssec_is_path(url)) {

        n = ssec_origin(&origin, url->data, url->len);

        if (n == 0 || !ssec_origin_is_http(&origin)) {
            return NGX_DECLINED;
        }

        rc = ngx_http_ssec_is_this_server(r, logout_url, &origin);

        if (rc != NGX_OK) {
            return rc;
        }

        path->data += n;
        path->len -= n;
    }

    path->len = ngx_http_ssec_span(path, "?#");

    if (path->len == 0) {
        ngx_str_set(path, "/");
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_read_logout(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url, ssec_ended_t *ended)
{
    ngx_int_t  rc;
    ngx_str_t  path;

    rc = ngx_http_ssec_url_path(r, logout_url, url, &path);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    ended->logout_url = true;
    ended->login = logout_url->login;
    ended->elsewhere = (rc == NGX_DECLINED);
    ended->logout = (rc == NGX_OK
                     && ngx_http_ssec_is_for_url(r, logout_url, &path));

    return NGX_OK;
}

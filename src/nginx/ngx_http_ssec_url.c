/* URLs that the module sends people to. */

#include "ngx_http_ssec_url.h"

#include "ngx_http_ssec_header.h"


/* true for characters that browsers read as "/", or strip from a URL */
#define ngx_http_ssec_slash(c)                                                \
    ((c) == '/' || (c) == '\\' || (c) <= ' ' || (c) == 0x7f)

/* true for blanks, control characters and bytes beyond ASCII */
#define ngx_http_ssec_escapes(c)  ((c) <= ' ' || (c) >= 0x7f)


ngx_uint_t
ngx_http_ssec_is_path(ngx_str_t *url)
{
    return url->len && url->data[0] == '/'
           && (url->len == 1
               || (url->data[1] != '/' && url->data[1] != '\\'));
}


ngx_int_t
ngx_http_ssec_escape(ngx_pool_t *pool, ngx_str_t *url)
{
    u_char  *p, *src;
    size_t   i, n;

    src = url->data;
    n = 0;

    for (i = 0; i < url->len; i++) {
        n += ngx_http_ssec_escapes(src[i]);
    }

    if (n == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, url->len + 2 * n);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    for (i = 0; i < url->len; i++) {

        if (ngx_http_ssec_escapes(src[i])) {
            p = ngx_sprintf(p, "%%%02XD", (uint32_t) src[i]);

        } else {
            *p++ = src[i];
        }
    }

    url->len = p - url->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_logout_url(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url)
{
    if (logout_url == NULL) {
        ngx_str_null(url);
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, logout_url->value, url) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_ssec_escape(r->pool, url);
}


/*
 * Skips leading slashes, and characters that browsers read as "/" or strip:
 * "//host" is another site.  Skips them however often they are percent-encoded,
 * since a backend may decode the value more than once.  NGX_ERROR without
 * memory.
 */

static ngx_int_t
ngx_http_ssec_skip_slashes(ngx_pool_t *pool, ngx_str_t *uri)
{
    u_char     *text;
    size_t      i, n, skipped;
    ngx_int_t   c;

    /* the text so far, decoded again and again: "%25" "2f" is "%2f" is "/" */

    text = ngx_pnalloc(pool, uri->len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    n = 0;
    skipped = 0;

    for (i = 0; i < uri->len; i++) {

        text[n++] = uri->data[i];

        while (n > 2 && text[n - 3] == '%') {

            c = ngx_hextoi(&text[n - 2], 2);
            if (c == NGX_ERROR) {
                break;
            }

            n -= 2;
            text[n - 1] = (u_char) c;
        }

        if (n == 1 && ngx_http_ssec_slash(text[0])) {
            skipped = i + 1;
            n = 0;

        } else if (text[0] != '%') {
            break;
        }
    }

    uri->data += skipped;
    uri->len -= skipped;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url)
{
    u_char     *p;
    ngx_str_t   uri;

    uri = r->main->unparsed_uri;

    if (!(r->main->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        uri.len = 0;                       /* the browser comes back by GET */

    } else if (ngx_http_ssec_skip_slashes(r->pool, &uri) != NGX_OK) {
        return NGX_ERROR;
    }

    /* each byte may become three */

    p = ngx_pnalloc(r->pool, 3 + 3 * uri.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;

    p = ngx_cpymem(p, "%2F", 3);
    p = (u_char *) ngx_escape_uri(p, uri.data, uri.len,
                                  NGX_ESCAPE_URI_COMPONENT);

    url->len = p - url->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_redirect(ngx_http_request_t *r, ngx_str_t *url)
{
    if (ngx_http_ssec_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_clear_location(r);

    r->headers_out.location = ngx_http_ssec_add_header(r, "Location", url);

    if (r->headers_out.location == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
           ? NGX_HTTP_MOVED_TEMPORARILY : NGX_HTTP_SEE_OTHER;
}

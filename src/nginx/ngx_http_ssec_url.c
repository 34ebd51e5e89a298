/* URLs that the module sends people to. */

#include "ngx_http_ssec_url.h"

#include "ngx_http_ssec_header.h"


/* true for characters that browsers read as "/", or strip from a URL */
#define ngx_http_ssec_slash(c)                                                \
    ((c) == '/' || (c) == '\\' || (c) <= ' ' || (c) == 0x7f)


static ngx_int_t ngx_http_ssec_skip_slashes(ngx_pool_t *pool, ngx_str_t *uri);


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


ngx_int_t
ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   uri;

    uri = r->main->unparsed_uri;

    /* the browser comes back by GET */

    if (!(r->main->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        uri.len = 0;
    }

    if (ngx_http_ssec_skip_slashes(r->pool, &uri) != NGX_OK) {
        return NGX_ERROR;
    }

    len = 3 + uri.len + 2 * ngx_escape_uri(NULL, uri.data, uri.len,
                                           NGX_ESCAPE_URI_COMPONENT);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_escape_uri(ngx_cpymem(p, "%2F", 3), uri.data, uri.len,
                   NGX_ESCAPE_URI_COMPONENT);

    url->len = len;
    url->data = p;

    return NGX_OK;
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
    size_t      i, n;
    ngx_int_t   c;
    ngx_str_t   tail;

    while (uri->len && ngx_http_ssec_slash(uri->data[0])) {
        uri->data++;
        uri->len--;
    }

    if (uri->len == 0 || uri->data[0] != '%') {
        return NGX_OK;
    }

    /* the text so far, decoded again and again: "%25" "2f" is "%2f" is "/" */

    text = ngx_pnalloc(pool, uri->len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    tail = *uri;
    n = 0;

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
            tail.data = uri->data + i + 1;
            tail.len = uri->len - i - 1;
            n = 0;

        } else if (text[0] != '%') {
            break;
        }
    }

    *uri = tail;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_redirect(ngx_http_request_t *r, ngx_str_t *url)
{
    ngx_table_elt_t  *location;

    if (ngx_http_ssec_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_clear_location(r);

    location = ngx_list_push(&r->headers_out.headers);
    if (location == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    location->hash = 1;
    ngx_str_set(&location->key, "Location");
    location->value = *url;
#if (nginx_version >= 1023000)
    location->next = NULL;
#endif

    r->headers_out.location = location;

    return (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
           ? NGX_HTTP_MOVED_TEMPORARILY : NGX_HTTP_SEE_OTHER;
}

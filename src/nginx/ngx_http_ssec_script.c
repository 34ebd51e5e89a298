/* Serves the script, which is the same for everybody. */

#include "ngx_http_ssec_script.h"

#include "ngx_http_ssec_header.h"

#include "ssec_script.h"


ngx_int_t
ngx_http_ssec_script_url(ngx_pool_t *pool, ngx_str_t *location, ngx_str_t *url)
{
    url->len = location->len + 3 + sizeof(ssec_script_version) - 1;

    url->data = ngx_pnalloc(pool, url->len);
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(url->data, "%V?v=%s", location, ssec_script_version);

    return NGX_OK;
}


/* Tells whether the URL names this version, whose content never changes. */

static ngx_uint_t
ngx_http_ssec_is_script_version(ngx_str_t *args)
{
    static const size_t  len = sizeof(ssec_script_version) - 1;

    return args->len == 2 + len
           && ngx_strncmp(args->data, "v=", 2) == 0
           && ngx_strncmp(args->data + 2, ssec_script_version, len) == 0;
}


/*
 * Adds the response's headers.  The ETag differs for gzip (RFC 9110, section
 * 8.8.3.3).  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_script_headers(ngx_http_request_t *r, ngx_uint_t gzip)
{
    u_char     *p;
    ngx_str_t   etag, *cache;

    static ngx_str_t  nosniff = ngx_string("nosniff");
    static ngx_str_t  encoding = ngx_string("Accept-Encoding");
    static ngx_str_t  gzip_value = ngx_string("gzip");
    static ngx_str_t  no_cache = ngx_string("no-cache");
    static ngx_str_t  immutable = ngx_string("public, max-age=31536000, "
                                             "immutable");

    p = ngx_pnalloc(r->pool, sizeof(ssec_script_version) + 4);
    if (p == NULL) {
        return NGX_ERROR;
    }

    etag.data = p;
    etag.len = ngx_sprintf(p, "\"%s%s\"", ssec_script_version, gzip ? "-z" : "")
               - p;

    cache = ngx_http_ssec_is_script_version(&r->args) ? &immutable : &no_cache;

    r->headers_out.etag = ngx_http_ssec_add_header(r, "ETag", &etag);

    if (r->headers_out.etag == NULL
        || ngx_http_ssec_add_header(r, "X-Content-Type-Options", &nosniff)
           == NULL
        || ngx_http_ssec_add_header(r, "Vary", &encoding) == NULL
        || ngx_http_ssec_add_header(r, "Cache-Control", cache) == NULL)
    {
        return NGX_ERROR;
    }

    if (gzip) {
        r->headers_out.content_encoding = ngx_http_ssec_add_header(r,
                                              "Content-Encoding", &gzip_value);

        if (r->headers_out.content_encoding == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_script_handler(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_uint_t                gzip;
    ngx_http_complex_value_t  cv;

    static ngx_str_t  type = ngx_string("text/javascript");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_http_ssec_not_allowed(r, "GET, HEAD");
    }

    /* before the headers: the page of an error here must not have them */

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

#if (NGX_HTTP_GZIP)
    gzip = (ngx_http_gzip_ok(r) == NGX_OK);
#else
    gzip = 0;
#endif

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));

    cv.value.data = (u_char *) (gzip ? ssec_script_gzip : ssec_script);
    cv.value.len = gzip ? ssec_script_gzip_len : ssec_script_len;

    ngx_str_set(&r->headers_out.charset, "utf-8");

    rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (ngx_http_ssec_script_headers(r, gzip) == NGX_OK) {
        rc = ngx_http_send_response(r, NGX_HTTP_OK, &type, &cv);
    }

    if (rc == NGX_HTTP_INTERNAL_SERVER_ERROR) {

        /* no encoding, and nothing to be cached */

        ngx_http_clean_header(r);
    }

    return rc;
}

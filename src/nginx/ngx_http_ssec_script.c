/* Serves the script, which is the same for everybody. */

#include "ngx_http_ssec_script.h"

#include "ngx_http_ssec_header.h"

#include "ssec_script.h"


static ngx_int_t ngx_http_ssec_script_headers(ngx_http_request_t *r,
    ngx_uint_t gzip);
static ngx_int_t ngx_http_ssec_script_etag(ngx_http_request_t *r,
    ngx_uint_t gzip);
static ngx_uint_t ngx_http_ssec_is_script_version(ngx_str_t *args);


ngx_int_t
ngx_http_ssec_script_url(ngx_pool_t *pool, ngx_str_t *location, ngx_str_t *url)
{
    url->len = location->len + 3 + sizeof(ssec_script_version) - 1;

    url->data = ngx_pnalloc(pool, url->len + 1);
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(url->data, "%V?v=%s%Z", location, ssec_script_version);

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_script_handler(ngx_http_request_t *r)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_uint_t    gzip;
    ngx_chain_t   out;

    static ngx_str_t  methods = ngx_string("GET, HEAD");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_http_ssec_not_allowed(r, &methods);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

#if (NGX_HTTP_GZIP)
    gzip = (ngx_http_gzip_ok(r) == NGX_OK);
#else
    gzip = 0;
#endif

    if (ngx_http_ssec_script_headers(r, gzip) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = (u_char *) (gzip ? ssec_script_gzip : ssec_script);
    b->last = b->pos + r->headers_out.content_length_n;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/* Makes the response's headers; NGX_ERROR without memory. */

static ngx_int_t
ngx_http_ssec_script_headers(ngx_http_request_t *r, ngx_uint_t gzip)
{
    ngx_str_t        *value;
    ngx_table_elt_t  *h;

    static ngx_str_t  cache_control = ngx_string("Cache-Control");
    static ngx_str_t  immutable = ngx_string("public, max-age=31536000, "
                                             "immutable");
    static ngx_str_t  no_cache = ngx_string("no-cache");
    static ngx_str_t  options = ngx_string("X-Content-Type-Options");
    static ngx_str_t  nosniff = ngx_string("nosniff");
    static ngx_str_t  vary = ngx_string("Vary");
    static ngx_str_t  encoding = ngx_string("Accept-Encoding");
    static ngx_str_t  content_encoding = ngx_string("Content-Encoding");
    static ngx_str_t  gzip_value = ngx_string("gzip");

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = gzip ? ssec_script_gzip_len
                                           : ssec_script_len;

    ngx_str_set(&r->headers_out.content_type, "text/javascript");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    ngx_str_set(&r->headers_out.charset, "utf-8");

    if (ngx_http_ssec_script_etag(r, gzip) != NGX_OK
        || ngx_http_ssec_add_header(r, &options, &nosniff) == NULL
        || ngx_http_ssec_add_header(r, &vary, &encoding) == NULL)
    {
        return NGX_ERROR;
    }

    /*
     * After an error nginx sends a 500 with the headers that were added.  So
     * Content-Encoding and Cache-Control come last: a 500 must not have them.
     */

    h = NULL;

    if (gzip) {
        h = ngx_http_ssec_add_header(r, &content_encoding, &gzip_value);
        if (h == NULL) {
            return NGX_ERROR;
        }
    }

    value = ngx_http_ssec_is_script_version(&r->args) ? &immutable : &no_cache;

    if (ngx_http_ssec_add_header(r, &cache_control, value) == NULL) {

        if (h) {
            h->hash = 0;
        }

        return NGX_ERROR;
    }

    r->headers_out.content_encoding = h;

    return NGX_OK;
}


/*
 * Adds an ETag, which differs for gzip (RFC 9110, section 8.8.3.3).  NGX_ERROR
 * without memory.
 */

static ngx_int_t
ngx_http_ssec_script_etag(ngx_http_request_t *r, ngx_uint_t gzip)
{
    u_char           *p;
    ngx_str_t         value;
    ngx_table_elt_t  *h;

    static ngx_str_t  etag = ngx_string("ETag");

    p = ngx_pnalloc(r->pool, sizeof(ssec_script_version) + 4);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;
    value.len = ngx_sprintf(p, "\"%s%s\"", ssec_script_version,
                            gzip ? "-z" : "")
                - p;

    h = ngx_http_ssec_add_header(r, &etag, &value);
    if (h == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.etag = h;

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

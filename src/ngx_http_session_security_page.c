/* A page of a live session: the script's tag is put into it. */

#include "ngx_http_session_security.h"

#include "ssec_html.h"
#include "ssec_seldom.h"


struct ngx_http_session_security_page_s {
    ssec_html_t  html;
    ngx_str_t    tag;
};


/* What the tag says, gathered before there is memory for it. */

typedef struct {
    ngx_str_t    name;
    ngx_str_t    value;
} ngx_http_session_security_attr_t;

#define NGX_HTTP_SESSION_SECURITY_MAX_ATTRS  16


static ngx_uint_t ngx_http_session_security_has_place(ngx_http_request_t *r);
static ngx_int_t ngx_http_session_security_keep_out(ngx_http_request_t *r);
static ngx_int_t ngx_http_session_security_create_tag(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *tag);
static ngx_int_t ngx_http_session_security_attrs(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_array_t *attrs, ngx_str_t *next,
    uint64_t *after);
static ngx_int_t ngx_http_session_security_attr(ngx_array_t *attrs,
    const char *name, ngx_str_t *value);
static ngx_int_t ngx_http_session_security_seconds(ngx_array_t *attrs,
    const char *name, uint64_t ms);
static size_t ngx_http_session_security_html_len(ngx_str_t *s);
static u_char *ngx_http_session_security_html(u_char *p, ngx_str_t *s);

static ngx_int_t ngx_http_session_security_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_session_security_put(ngx_http_request_t *r,
    ngx_http_session_security_page_t *page, ngx_chain_t *in,
    ngx_chain_t **out) ssec_seldom;
static ngx_chain_t **ngx_http_session_security_pass(ngx_http_request_t *r,
    ngx_http_session_security_page_t *page, ssec_html_t *prev, ngx_buf_t *b,
    size_t len, ngx_chain_t **last);
static ngx_chain_t **ngx_http_session_security_append(ngx_http_request_t *r,
    ngx_chain_t **last, u_char *data, size_t len, ngx_uint_t copy);
static ngx_chain_t **ngx_http_session_security_link(ngx_http_request_t *r,
    ngx_chain_t **last, ngx_buf_t *b);


static ngx_http_output_body_filter_pt  ngx_http_next_body_filter;


void
ngx_http_session_security_init_body_filter(void)
{
    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_session_security_body_filter;
}


ngx_int_t
ngx_http_session_security_html_page(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx)
{
    ngx_str_t  tag;

    if (slcf->no_store && ngx_http_session_security_keep_out(r) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!slcf->inject
        || slcf->shm_zone == NULL || slcf->shm_zone->data != ctx->zone
        || !ngx_http_session_security_is_page(r)
        || !ngx_http_session_security_has_place(r))
    {
        return NGX_OK;
    }

    if (ngx_http_session_security_create_tag(r, slcf, ctx, &tag) != NGX_OK) {
        return NGX_ERROR;
    }

    /*
     * The page is not the backend's any more, and not the same twice: what
     * would let a browser take it for an older one, or in parts, goes.
     */

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    if (r->header_only || r->method == NGX_HTTP_HEAD) {
        return NGX_OK;
    }

    ctx->page = ngx_pcalloc(r->pool, sizeof(ngx_http_session_security_page_t));
    if (ctx->page == NULL) {
        return NGX_ERROR;
    }

    ctx->page->tag = tag;

    r->filter_need_in_memory = 1;

    return NGX_OK;
}


/*
 * A page that has a place for the tag: in a charset that has ASCII in it,
 * whole, to be looked at and not saved, and not an error that nginx tells of.
 */

static ngx_uint_t
ngx_http_session_security_has_place(ngx_http_request_t *r)
{
    ngx_uint_t        status;
    ngx_str_t        *charset;
    ngx_table_elt_t  *h;

    static ngx_str_t  disposition = ngx_string("Content-Disposition");

    status = r->headers_out.status;

    if (status == NGX_HTTP_NO_CONTENT || status == 205
        || status == NGX_HTTP_PARTIAL_CONTENT
        || (status >= NGX_HTTP_SPECIAL_RESPONSE
            && (status < NGX_HTTP_BAD_REQUEST || r->err_status))
        || r->headers_out.content_length_n == 0)
    {
        return 0;
    }

    h = r->headers_out.content_encoding;

    if (h && h->hash && h->value.len) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "no script is put into a page that is sent with "
                      "\"Content-Encoding: %V\" though nobody asked for it",
                      &h->value);
        return 0;
    }

    charset = &r->headers_out.charset;

    if (charset->len >= 3
        && (ngx_strncasecmp(charset->data, (u_char *) "utf-16", 6) == 0
            || ngx_strncasecmp(charset->data, (u_char *) "utf-32", 6) == 0))
    {
        return 0;
    }

    h = ngx_http_session_security_find_header(&r->headers_out.headers,
                                              &disposition);

    return h == NULL
           || ngx_strncasecmp(h->value.data, (u_char *) "attachment", 10) != 0;
}


/* Nothing of it is to be shown again, by Back or from a cache. */

static ngx_int_t
ngx_http_session_security_keep_out(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  name = ngx_string("Cache-Control");

    h = ngx_http_session_security_find_header(&r->headers_out.headers, &name);

    if (h && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                              (u_char *) "no-store", 8 - 1))
    {
        return NGX_OK;
    }

    return ngx_http_session_security_no_store(r);
}


/*
 * <script defer src=... data-...></script><noscript><meta ...></noscript>
 *
 * The noscript part leads to the logout URL, or asks for the page again and
 * leaves the rest to the decision.
 */

static ngx_int_t
ngx_http_session_security_create_tag(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_str_t *tag)
{
    u_char                            *p;
    size_t                             len;
    uint64_t                           after;
    ngx_str_t                          next;
    ngx_uint_t                         i;
    ngx_array_t                        attrs;
    ngx_http_session_security_attr_t  *attr;

    static ngx_str_t  script = ngx_string("<script defer");
    static ngx_str_t  noscript = ngx_string("></script><noscript>"
                                            "<meta http-equiv=\"refresh\" "
                                            "content=\"");
    static ngx_str_t  url = ngx_string(";url=");
    static ngx_str_t  end = ngx_string("\"></noscript>");

    if (ngx_array_init(&attrs, r->pool, NGX_HTTP_SESSION_SECURITY_MAX_ATTRS,
                       sizeof(ngx_http_session_security_attr_t))
        != NGX_OK
        || ngx_http_session_security_attrs(r, slcf, ctx, &attrs, &next, &after)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    len = script.len + noscript.len + NGX_INT64_LEN + url.len
          + ngx_http_session_security_html_len(&next) + end.len;

    attr = attrs.elts;

    for (i = 0; i < attrs.nelts; i++) {
        len += 1 + attr[i].name.len + 2
               + ngx_http_session_security_html_len(&attr[i].value) + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    tag->data = p;

    p = ngx_cpymem(p, script.data, script.len);

    for (i = 0; i < attrs.nelts; i++) {
        *p++ = ' ';
        p = ngx_cpymem(p, attr[i].name.data, attr[i].name.len);
        *p++ = '=';
        *p++ = '"';
        p = ngx_http_session_security_html(p, &attr[i].value);
        *p++ = '"';
    }

    p = ngx_cpymem(p, noscript.data, noscript.len);
    p = ngx_sprintf(p, "%uL", (after + 999) / 1000);

    if (next.len) {
        p = ngx_cpymem(p, url.data, url.len);
        p = ngx_http_session_security_html(p, &next);
    }

    p = ngx_cpymem(p, end.data, end.len);

    tag->len = p - tag->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_attrs(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf,
    ngx_http_session_security_ctx_t *ctx, ngx_array_t *attrs, ngx_str_t *next,
    uint64_t *after)
{
    uint64_t                             expire_after, warn_after;
    ngx_str_t                            logout, value;
    ngx_uint_t                           i, elsewhere;
    ngx_http_session_security_option_t  *option;

    expire_after = ngx_http_session_security_time(r, &slcf->expire_after, 1,
                               NGX_HTTP_SESSION_SECURITY_EXPIRE_AFTER,
                               "session_security_expire_after");

    warn_after = expire_after - expire_after / 10;

    if (slcf->warn_after.set) {
        warn_after = ngx_http_session_security_time(r, &slcf->warn_after, 1,
                               warn_after, "session_security_warn_after");
    }

    if (warn_after >= expire_after) {
        warn_after = expire_after - expire_after / 10;
    }

    if (ngx_http_session_security_logout_url(r, slcf->logout_url, &logout)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a variable may hold what no browser is to run */

    if (logout.len && logout.data[0] != '/'
        && ngx_strncasecmp(logout.data, (u_char *) "http://",
                           ngx_min(logout.len, 7)) != 0
        && ngx_strncasecmp(logout.data, (u_char *) "https://",
                           ngx_min(logout.len, 8)) != 0)
    {
        logout.len = 0;
    }

    *next = logout;
    *after = expire_after - ngx_min(ctx->idle, expire_after);

    if (logout.len) {
        (void) ngx_http_session_security_is_logout(r, slcf->logout_url,
                                                   &logout, &elsewhere);
        if (elsewhere) {
            next->len = 0;
        }
    }

    if (ngx_http_session_security_attr(attrs, "src", &slcf->script_url)
        != NGX_OK
        || ngx_http_session_security_attr(attrs, "data-ping", &slcf->ping_url)
           != NGX_OK
        || ngx_http_session_security_attr(attrs, "data-logout", &logout)
           != NGX_OK
        || ngx_http_session_security_seconds(attrs, "data-warn-after",
                                             warn_after)
           != NGX_OK
        || ngx_http_session_security_seconds(attrs, "data-expire-after",
                                             expire_after)
           != NGX_OK
        || ngx_http_session_security_seconds(attrs, "data-idle", ctx->idle)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->outcome.lifetime != UINT64_MAX) {

        *after = ngx_min(*after, ctx->outcome.lifetime);

        if (ngx_http_session_security_seconds(attrs, "data-ends-in",
                                              ctx->outcome.lifetime)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (slcf->inject_options == NULL) {
        return NGX_OK;
    }

    option = slcf->inject_options->elts;

    for (i = 0; i < slcf->inject_options->nelts; i++) {

        if (ngx_http_complex_value(r, option[i].value, &value) != NGX_OK
            || ngx_http_session_security_attr(attrs, option[i].attribute,
                                              &value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* An empty value is none. */

static ngx_int_t
ngx_http_session_security_attr(ngx_array_t *attrs, const char *name,
    ngx_str_t *value)
{
    ngx_http_session_security_attr_t  *attr;

    if (value->len == 0) {
        return NGX_OK;
    }

    attr = ngx_array_push(attrs);
    if (attr == NULL) {
        return NGX_ERROR;
    }

    attr->name.data = (u_char *) name;
    attr->name.len = ngx_strlen(name);
    attr->value = *value;

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_seconds(ngx_array_t *attrs, const char *name,
    uint64_t ms)
{
    u_char     *p;
    ngx_str_t   value;

    p = ngx_pnalloc(attrs->pool, NGX_INT64_LEN + 4);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    p = ngx_sprintf(p, "%uL", ms / 1000);

    if (ms % 1000) {
        p = ngx_sprintf(p, ".%03uL", ms % 1000);
    }

    value.len = p - value.data;

    return ngx_http_session_security_attr(attrs, name, &value);
}


/* In an attribute's double quotes. */

static size_t
ngx_http_session_security_html_len(ngx_str_t *s)
{
    return s->len + ngx_escape_html(NULL, s->data, s->len);
}


static u_char *
ngx_http_session_security_html(u_char *p, ngx_str_t *s)
{
    return (u_char *) ngx_escape_html(p, s->data, s->len);
}


static ngx_int_t
ngx_http_session_security_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t                      *out;
    ngx_http_session_security_ctx_t  *ctx;

    if (r != r->main || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL || ctx->page == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    switch (ngx_http_session_security_put(r, ctx->page, in, &out)) {

    case NGX_OK:
        ctx->page = NULL;
        break;

    case NGX_AGAIN:
        break;

    default:
        return NGX_ERROR;
    }

    return ngx_http_next_body_filter(r, out);
}


/*
 * Nothing waits but the beginning of a tag.  What is sent on are the buffers
 * that came, with the tag between: their memory stays until they are sent.
 */

static ngx_int_t
ngx_http_session_security_put(ngx_http_request_t *r,
    ngx_http_session_security_page_t *page, ngx_chain_t *in, ngx_chain_t **out)
{
    size_t         len, at;
    ngx_buf_t     *b;
    ssec_html_t    prev;
    ssec_html_e    found;
    ngx_chain_t  **last;

    last = out;

    for ( /* void */ ; in; in = in->next) {

        b = in->buf;
        prev = page->html;
        len = 0;

        if (ngx_buf_in_memory(b)) {
            len = b->last - b->pos;
            found = ssec_html_scan(&page->html, b->pos, len, &at);

        } else {
            found = b->in_file ? SSEC_HTML_NEVER : SSEC_HTML_MORE;
        }

        if (found == SSEC_HTML_MORE) {
            last = ngx_http_session_security_pass(r, page, &prev, b, len,
                                                  last);
            if (last == NULL) {
                return NGX_ERROR;
            }

            continue;
        }

        if (found == SSEC_HTML_HERE && page->html.nheld == 0) {
            last = ngx_http_session_security_append(r, last, prev.held,
                                                    prev.nheld, 1);
            last = ngx_http_session_security_append(r, last, b->pos, at, 0);

            b->pos += at;
            b->in_file = 0;

            prev.nheld = 0;
        }

        if (found == SSEC_HTML_HERE) {
            last = ngx_http_session_security_append(r, last, page->tag.data,
                                                    page->tag.len, 0);
        }

        last = ngx_http_session_security_append(r, last, prev.held,
                                                prev.nheld, 1);
        if (last == NULL) {
            return NGX_ERROR;
        }

        *last = in;

        return NGX_OK;
    }

    *last = NULL;

    return NGX_AGAIN;
}


/* A buffer before the place, without what waits; or the last of the page. */

static ngx_chain_t **
ngx_http_session_security_pass(ngx_http_request_t *r,
    ngx_http_session_security_page_t *page, ssec_html_t *prev, ngx_buf_t *b,
    size_t len, ngx_chain_t **last)
{
    size_t        wait;
    ngx_buf_t    *special;
    ssec_html_t  *html;

    html = &page->html;

    if (html->nheld > len) {

        /* what waits already goes on waiting */

        wait = len;

    } else {
        wait = html->nheld;
        last = ngx_http_session_security_append(r, last, prev->held,
                                                prev->nheld, 1);
    }

    if (wait < len && !b->last_buf) {
        b->last -= wait;

        if (wait) {
            b->in_file = 0;
        }

        return ngx_http_session_security_link(r, last, b);
    }

    special = b;

    if (ngx_buf_in_memory(b)) {

        last = ngx_http_session_security_append(r, last, b->pos, len - wait,
                                                1);

        special = ngx_calloc_buf(r->pool);
        if (special == NULL) {
            return NULL;
        }

        special->flush = b->flush;
        special->sync = b->sync;
        special->last_buf = b->last_buf;
        special->last_in_chain = b->last_in_chain;

        b->pos = b->last;
    }

    if (b->last_buf) {

        if (ssec_html_end(html)) {
            last = ngx_http_session_security_append(r, last, page->tag.data,
                                                    page->tag.len, 0);
        }

        last = ngx_http_session_security_append(r, last, html->held,
                                                html->nheld, 1);
    }

    return ngx_buf_special(special)
           ? ngx_http_session_security_link(r, last, special) : last;
}


/* Both take NULL, for what has failed before. */

static ngx_chain_t **
ngx_http_session_security_append(ngx_http_request_t *r, ngx_chain_t **last,
    u_char *data, size_t len, ngx_uint_t copy)
{
    ngx_buf_t  *b;

    if (last == NULL || len == 0) {
        return last;
    }

    if (copy) {
        b = ngx_create_temp_buf(r->pool, len);
        if (b == NULL) {
            return NULL;
        }

        b->last = ngx_cpymem(b->pos, data, len);

    } else {
        b = ngx_calloc_buf(r->pool);
        if (b == NULL) {
            return NULL;
        }

        b->pos = data;
        b->last = data + len;
        b->memory = 1;
    }

    return ngx_http_session_security_link(r, last, b);
}


static ngx_chain_t **
ngx_http_session_security_link(ngx_http_request_t *r, ngx_chain_t **last,
    ngx_buf_t *b)
{
    ngx_chain_t  *cl;

    if (last == NULL) {
        return NULL;
    }

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NULL;
    }

    cl->buf = b;
    *last = cl;

    return &cl->next;
}

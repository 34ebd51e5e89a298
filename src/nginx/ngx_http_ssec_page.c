/*
 * Puts the script's tag into pages: of sessions that are live, that begin with
 * the response, or that it has just closed.
 */

#include "ngx_http_ssec_page.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_script.h"
#include "ngx_http_ssec_url.h"

#include "ssec_html.h"


struct ngx_http_ssec_page_s {
    ssec_html_t  html;
    ngx_buf_t    tag;
    ngx_buf_t   *held;           /* bytes that may follow the tag, or NULL */
    ngx_uint_t   has_length;     /* Content-Length includes the tag */
};


/* The texts and times of a tag, escaped for HTML. */

typedef struct {
    ngx_str_t    ping;           /* path before the ping's URL */
    ngx_str_t    script;         /* path before the script's URL */
    ngx_str_t    logout;         /* attribute, or empty */
    ngx_str_t    options;        /* attributes, or empty */
    ngx_str_t    back;           /* URL of the page, for an argument */
    ngx_str_t    times;          /* attributes; empty: write the two times */
    uint64_t     warn_after;
    uint64_t     expire_after;
    uint64_t     idle;
    uint64_t     lifetime;       /* UINT64_MAX: without end */
} ngx_http_ssec_tag_t;


#define NGX_HTTP_SSEC_TIME_LEN                                                \
    (sizeof(" data-expire-after=\"\"") - 1 + NGX_INT64_LEN + 4)


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


ngx_int_t
ngx_http_ssec_html(ngx_pool_t *pool, ngx_str_t *s)
{
    u_char  *p;
    size_t   len;

    len = ngx_escape_html(NULL, s->data, s->len);

    if (len == 0) {
        return NGX_OK;
    }

    p = ngx_pnalloc(pool, s->len + len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    len += s->len;
    ngx_escape_html(p, s->data, s->len);

    s->data = p;
    s->len = len;

    return NGX_OK;
}


/*
 * Adds an attribute to the text, escaped for HTML, or nothing if the value is
 * empty.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_add_attribute(ngx_pool_t *pool, ngx_str_t *text,
    const char *name, ngx_str_t *value)
{
    u_char  *p, *data;
    size_t   len;

    if (value->len == 0) {
        return NGX_OK;
    }

    len = text->len + ngx_strlen(name) + sizeof(" =\"\"") - 1 + value->len
          + ngx_escape_html(NULL, value->data, value->len);

    data = ngx_pnalloc(pool, len);
    if (data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(data, "%V %s=\"", text, name);
    p = (u_char *) ngx_escape_html(p, value->data, value->len);
    *p = '"';

    text->data = data;
    text->len = len;

    return NGX_OK;
}


/*
 * Gives the attribute with the logout URL, or an empty string.  A login page
 * does not count: it would not end a live session.
 *
 * Without a request gives an empty string if the URL has variables.  NGX_ERROR
 * without memory, or if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_tag_logout(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *attribute)
{
    ngx_str_t             value;
    ngx_http_ssec_url_t  *url;

    url = slcf->logout_url;

    ngx_str_set(attribute, "");

    if (url == NULL || url->login || (r == NULL && url->value->lengths)) {
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, url->value, &value) != NGX_OK
        || ngx_http_ssec_escape(pool, &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a variable may hold a "javascript:" URL */

    if (value.len && value.data[0] != '/'
        && (value.len < 8
            || (ngx_strncasecmp(value.data, (u_char *) "http://", 7) != 0
                && ngx_strncasecmp(value.data, (u_char *) "https://", 8) != 0)))
    {
        return NGX_OK;
    }

    return ngx_http_ssec_add_attribute(pool, attribute, "data-logout", &value);
}


/* Gives the attributes of the options, as ngx_http_ssec_tag_logout() does. */

static ngx_int_t
ngx_http_ssec_tag_options(ngx_http_request_t *r, ngx_pool_t *pool,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *attributes)
{
    ngx_str_t                value;
    ngx_uint_t               i;
    ngx_http_ssec_option_t  *option;

    ngx_str_set(attributes, "");

    if (slcf->inject_options == NULL) {
        return NGX_OK;
    }

    option = slcf->inject_options->elts;

    for (i = 0; i < slcf->inject_options->nelts; i++) {

        if (r == NULL && option[i].value->lengths) {
            attributes->len = 0;
            return NGX_OK;
        }

        if (ngx_http_complex_value(r, option[i].value, &value) != NGX_OK
            || ngx_http_ssec_add_attribute(pool, attributes,
                                           option[i].attribute, &value)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* A text that the compiler knows is copied without a call. */

static ngx_inline u_char *
ngx_http_ssec_write(u_char *p, const char *text)
{
    return ngx_cpymem(p, text, ngx_strlen(text));
}


static ngx_inline u_char *
ngx_http_ssec_write_str(u_char *p, ngx_str_t *text)
{
    return text->len ? ngx_cpymem(p, text->data, text->len) : p;
}


/* Writes an attribute in seconds, with three decimals unless they are zero. */

static u_char *
ngx_http_ssec_write_seconds(u_char *p, const char *attribute, uint64_t ms)
{
    p = ngx_http_ssec_write(p, attribute);

    if (ms < 1000) {
        *p++ = '0';

    } else {
        p = ngx_sprintf(p, "%uL", ms / 1000);
    }

    if (ms % 1000) {
        p = ngx_sprintf(p, ".%03uL", ms % 1000);
    }

    *p++ = '"';

    return p;
}


/*
 * Writes the attributes of the two times.  If warn_after is 0 or not below
 * expire_after, nine tenths of expire_after apply.
 */

static u_char *
ngx_http_ssec_write_times(u_char *p, uint64_t warn_after, uint64_t expire_after)
{
    if (warn_after == 0 || warn_after >= expire_after) {
        warn_after = expire_after - expire_after / 10;
    }

    p = ngx_http_ssec_write_seconds(p, " data-warn-after=\"", warn_after);

    return ngx_http_ssec_write_seconds(p, " data-expire-after=\"",
                                       expire_after);
}


ngx_int_t
ngx_http_ssec_init_tag(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    u_char     *p;
    ngx_str_t   location;

    location = slcf->script_url;

    if (ngx_http_ssec_script_url(cf->pool, &location, &slcf->script_url)
        != NGX_OK
        || ngx_http_ssec_html(cf->pool, &slcf->script_url) != NGX_OK
        || ngx_http_ssec_html(cf->pool, &slcf->ping_url) != NGX_OK
        || ngx_http_ssec_tag_logout(NULL, cf->pool, slcf, &slcf->logout)
           != NGX_OK
        || ngx_http_ssec_tag_options(NULL, cf->pool, slcf, &slcf->options)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (slcf->warn_after.value || slcf->expire_after.value) {
        return NGX_OK;
    }

    p = ngx_pnalloc(cf->pool, 2 * NGX_HTTP_SSEC_TIME_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    slcf->times.data = p;
    slcf->times.len = ngx_http_ssec_write_times(p, slcf->warn_after.ms,
                                                slcf->expire_after.ms)
                      - p;

    return NGX_OK;
}


/*
 * Gives the times of a live session: its own, or else those of the location.
 * NGX_ERROR if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_tag_times(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_http_ssec_tag_t *tag)
{
    uint64_t           age;
    ssec_limits_t      limits;
    const ssec_own_t  *own;

    if (ngx_http_ssec_limits(r, slcf, &limits) != NGX_OK
        || ngx_http_ssec_time(r, &slcf->warn_after, &tag->warn_after)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    own = ctx->outcome.own;

    if (own == NULL) {
        tag->times = slcf->times;

    } else {
        ngx_str_null(&tag->times);
        ssec_limits(own, &limits);

        if (own->warn_after) {
            tag->warn_after = own->warn_after;
        }
    }

    tag->expire_after = limits.expire_after;

    if (ctx->reply.begun) {
        age = ssec_before(ngx_http_ssec_now(ctx->zone), ctx->reply.begun);

        tag->idle = 0;
        tag->lifetime = limits.max_lifetime
                        ? ssec_before(limits.max_lifetime, age) : UINT64_MAX;

    } else {
        tag->idle = ngx_http_ssec_idle(ctx);
        tag->lifetime = ctx->outcome.lifetime;
    }

    return NGX_OK;
}


static u_char *
ngx_http_ssec_write_tag(u_char *p, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_tag_t *tag, ngx_uint_t closed)
{
    uint64_t  ends;

    p = ngx_http_ssec_write(p, "<script defer src=\"");
    p = ngx_http_ssec_write_str(p, &tag->script);
    p = ngx_http_ssec_write_str(p, &slcf->script_url);
    p = ngx_http_ssec_write(p, "\" data-ping=\"");
    p = ngx_http_ssec_write_str(p, &tag->ping);
    p = ngx_http_ssec_write_str(p, &slcf->ping_url);
    p = ngx_http_ssec_write(p, "\"");

    if (closed) {
        p = ngx_http_ssec_write(p, " data-ended=\"1\"");
        p = ngx_http_ssec_write_str(p, &tag->options);

        return ngx_http_ssec_write(p, " async></script>");
    }

    p = ngx_http_ssec_write_str(p, &tag->logout);
    p = tag->times.len
        ? ngx_http_ssec_write_str(p, &tag->times)
        : ngx_http_ssec_write_times(p, tag->warn_after, tag->expire_after);
    p = ngx_http_ssec_write_seconds(p, " data-idle=\"", tag->idle);

    if (tag->lifetime != UINT64_MAX) {
        p = ngx_http_ssec_write_seconds(p, " data-ends-in=\"", tag->lifetime);
    }

    ends = ngx_min(ssec_before(tag->expire_after, tag->idle), tag->lifetime);

    p = ngx_http_ssec_write_str(p, &tag->options);
    p = ngx_http_ssec_write(p, " async></script><noscript><meta "
                               "http-equiv=\"refresh\" content=\"");
    p = ngx_sprintf(p, "%uL", ngx_max(1, (ends + 999) / 1000));
    p = ngx_http_ssec_write(p, ";url=");
    p = ngx_http_ssec_write_str(p, &tag->ping);
    p = ngx_http_ssec_write_str(p, &slcf->ping_url);
    p = ngx_http_ssec_write(p, "?back=");
    p = ngx_http_ssec_write_str(p, &tag->back);

    return ngx_http_ssec_write(p, "\"></noscript>");
}


/*
 * Makes the tag: <script defer src=... data-... async></script><noscript>...
 * </noscript>.  NGX_ERROR without memory, or if a variable cannot be evaluated.
 *
 * The script is async, since some pages never end.  Browsers that do not know
 * "async" use "defer".
 *
 * Without scripts, <noscript> leads to the ping when the session expires.  The
 * ping is no activity, and sends the user on: see ngx_http_ssec_ping.c.
 *
 * The page of a closed session only tells the other tabs of it.
 */

static ngx_int_t
ngx_http_ssec_create_tag(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_uint_t closed, ngx_buf_t *b)
{
    size_t               len;
    ngx_http_ssec_tag_t  tag;

    tag.options = slcf->options;
    tag.logout = slcf->logout;
    ngx_str_null(&tag.back);

    if (ngx_http_ssec_builtin_prefixes(r, slcf, &tag.ping, &tag.script)
        != NGX_OK
        || ngx_http_ssec_html(r->pool, &tag.ping) != NGX_OK
        || ngx_http_ssec_html(r->pool, &tag.script) != NGX_OK
        || (tag.options.len == 0
            && ngx_http_ssec_tag_options(r, r->pool, slcf, &tag.options)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (!closed
        && ((tag.logout.len == 0
             && ngx_http_ssec_tag_logout(r, r->pool, slcf, &tag.logout)
                != NGX_OK)
            || ngx_http_ssec_tag_times(r, slcf, ctx, &tag) != NGX_OK
            || ngx_http_ssec_return_url(r, &tag.back) != NGX_OK))
    {
        return NGX_ERROR;
    }

    len = sizeof("<script defer src=\"\" data-ping=\"\" async></script>"
                 "<noscript><meta http-equiv=\"refresh\" content=\";url="
                 "?back=\"></noscript>")
          + 5 * NGX_HTTP_SSEC_TIME_LEN
          + tag.script.len + slcf->script_url.len
          + 2 * (tag.ping.len + slcf->ping_url.len)
          + tag.logout.len + tag.options.len + tag.back.len;

    b->pos = ngx_pnalloc(r->pool, len);
    if (b->pos == NULL) {
        return NGX_ERROR;
    }

    b->last = ngx_http_ssec_write_tag(b->pos, slcf, &tag, closed);
    b->memory = 1;

    return NGX_OK;
}


/* Logs at most once a minute, since every page has the same problem. */

static void
ngx_http_ssec_warn_encoding(ngx_http_request_t *r, ngx_str_t *encoding)
{
    static time_t  warned;

    if (warned + 60 > ngx_time()) {
        return;
    }

    warned = ngx_time();

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "no script is put into a page with \"Content-Encoding: "
                  "%V\", which the request did not ask for; remove "
                  "\"proxy_set_header Accept-Encoding\", or turn compression "
                  "off in the backend", encoding);
}


/*
 * Tells whether the response may have a place for the tag: a complete page in
 * an ASCII-compatible charset, not compressed, not a download, not empty.
 * Redirects and errors that nginx or error_page answers get no tag.
 */

static ngx_uint_t
ngx_http_ssec_has_place(ngx_http_request_t *r)
{
    ngx_uint_t        status;
    ngx_str_t        *charset;
    ngx_table_elt_t  *h;

    static ngx_str_t  disposition = ngx_string("Content-Disposition");

    status = r->headers_out.status;

    /* with subrequest_ranges the slice module sends the page in parts */

    if (status == NGX_HTTP_NO_CONTENT || status == 205
        || status == NGX_HTTP_PARTIAL_CONTENT || r->subrequest_ranges
        || (status >= NGX_HTTP_SPECIAL_RESPONSE
            && (status < NGX_HTTP_BAD_REQUEST || r->err_status))
        || r->headers_out.content_length_n == 0)
    {
        return 0;
    }

    h = r->headers_out.content_encoding;

    if (h && h->hash && h->value.len
        && (h->value.len != 8
            || ngx_strncasecmp(h->value.data, (u_char *) "identity", 8) != 0))
    {
        ngx_http_ssec_warn_encoding(r, &h->value);
        return 0;
    }

    charset = &r->headers_out.charset;

    if (charset->len >= 6
        && (ngx_strncasecmp(charset->data, (u_char *) "utf-16", 6) == 0
            || ngx_strncasecmp(charset->data, (u_char *) "utf-32", 6) == 0))
    {
        return 0;
    }

    h = ngx_http_ssec_find_header(&r->headers_out.headers, &disposition);

    return h == NULL || h->value.len < 10
           || ngx_strncasecmp(h->value.data, (u_char *) "attachment", 10) != 0;
}


/*
 * Adds no-store to HTML where the configuration wants that, and prepares the
 * tag where it can be inserted.  NGX_ERROR without memory, or if a variable
 * cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_prepare(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_uint_t closed)
{
    off_t                  len;
    ngx_uint_t             tagged;
    ngx_http_ssec_page_t  *page;

    tagged = slcf->inject
             && slcf->shm_zone && slcf->shm_zone->data == ctx->zone
             && ngx_http_ssec_is_page(r)
             && ngx_http_ssec_has_place(r);

    /* a stored copy would tell the other tabs later that the session ended */

    if ((closed ? tagged : (ngx_uint_t) slcf->keep_out)
        && ngx_http_ssec_no_store(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!tagged) {
        return NGX_OK;
    }

    page = ngx_pcalloc(r->pool, sizeof(ngx_http_ssec_page_t));

    if (page == NULL
        || ngx_http_ssec_create_tag(r, slcf, ctx, closed, &page->tag) != NGX_OK)
    {
        return NGX_ERROR;
    }

    len = r->headers_out.content_length_n;

    if (len != -1) {
        ngx_http_clear_content_length(r);
        r->headers_out.content_length_n = len + ngx_buf_size(&page->tag);
    }

    /* no revalidation and no ranges: the tag differs in each response */

    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    if (!r->header_only && r->method != NGX_HTTP_HEAD) {
        page->has_length = (len != -1);
        ctx->page = page;

        r->filter_need_in_memory = 1;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ssec_is_html(ngx_str_t *type)
{
    return type->len >= 9
           && (ngx_memcmp(type->data, "text/html", 9) == 0
               || ngx_strncasecmp(type->data, (u_char *) "text/html", 9) == 0)
           && (type->len == 9 || ngx_strchr("; \t,", type->data[9]));
}


/*
 * Gives nginx the Accept-Encoding that was hidden from the backend.  Prepares
 * the response if it is HTML for a session that is live, begins or has ended.
 */

static ngx_int_t
ngx_http_ssec_page_header_filter(ngx_http_request_t *r)
{
    ngx_uint_t                 closed;
    ngx_http_ssec_ctx_t       *ctx;
    ngx_http_ssec_loc_conf_t  *slcf;

    ctx = (r == r->main) ? ngx_http_ssec_ctx(r) : NULL;

    if (ctx == NULL) {
        return ngx_http_next_header_filter(r);
    }

    ctx->page = NULL;

#if (NGX_HTTP_GZIP)
    if (ctx->accept_encoding.value.data) {
        r->headers_in.accept_encoding = &ctx->accept_encoding;
        r->gzip_tested = 0;
    }
#endif

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    if ((!slcf->inject && !slcf->keep_out) || ctx->ping.answered) {
        return ngx_http_next_header_filter(r);
    }

    closed = ctx->reply.closed || ctx->outcome.verdict == SSEC_LOGOUT;

    if ((closed || ctx->reply.begun
         || (ngx_http_ssec_is_live(ctx) && !ctx->reply.forgotten))
        && ngx_http_ssec_is_html(&r->headers_out.content_type)
        && ngx_http_ssec_prepare(r, slcf, ctx, closed) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


/* Appends a buffer to the chain.  NULL without memory, or if "last" is NULL. */

static ngx_chain_t **
ngx_http_ssec_link(ngx_http_request_t *r, ngx_chain_t **last, ngx_buf_t *b)
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


/* Appends the bytes that were held, if any, as ngx_http_ssec_link() does. */

static ngx_chain_t **
ngx_http_ssec_link_held(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_chain_t **last)
{
    ngx_buf_t  *held;

    held = page->held;
    page->held = NULL;

    return held ? ngx_http_ssec_link(r, last, held) : last;
}


/*
 * Passes on a buffer in which the place was not found, but for the bytes behind
 * "at", which it holds.  NULL without memory.
 *
 * The held bytes are copied: the module that made a buffer reuses its memory
 * once the buffer is sent, and may wait for that.
 */

static ngx_chain_t **
ngx_http_ssec_pass_buf(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_buf_t *b, size_t len, ptrdiff_t at, ngx_chain_t **last)
{
    ngx_buf_t  *special;

    if (at >= 0) {
        last = ngx_http_ssec_link_held(r, page, last);

    } else {
        at = 0;
    }

    if ((size_t) at == len) {
        return ngx_http_ssec_link(r, last, b);
    }

    if (page->held == NULL) {
        page->held = ngx_create_temp_buf(r->pool, SSEC_HTML_HELD);
        if (page->held == NULL) {
            return NULL;
        }
    }

    page->held->last = ngx_cpymem(page->held->last, b->pos + at, len - at);

    b->last = b->pos + at;
    b->in_file = 0;

    if (at) {
        return ngx_http_ssec_link(r, last, b);
    }

    /* nginx accepts no empty buffer without a flag */

    special = ngx_calloc_buf(r->pool);
    if (special == NULL) {
        return NULL;
    }

    special->flush = b->flush;
    special->sync = 1;

    return ngx_http_ssec_link(r, last, special);
}


/*
 * Ends a page in which the place was not found: with the tag if its place is at
 * the end, or with invisible padding if Content-Length includes the tag.
 * Appends the buffers that follow.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_end_page(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_chain_t *next, ngx_chain_t **last)
{
    ngx_buf_t  *b;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->last_buf = 1;
    b->last_in_chain = 1;

    if (ssec_html_end(page->html)) {
        last = ngx_http_ssec_link(r, last, &page->tag);
        last = ngx_http_ssec_link_held(r, page, last);

    } else if (page->has_length) {

        /* in UTF-16 two blanks are U+2020, a dagger */

        ngx_memset(page->tag.pos, ssec_html_never(page->html) ? 0 : ' ',
                   ngx_buf_size(&page->tag));

        last = ngx_http_ssec_link(r, last, &page->tag);
    }

    last = ngx_http_ssec_link(r, last, b);
    if (last == NULL) {
        return NGX_ERROR;
    }

    *last = next;

    return NGX_OK;
}


/*
 * Appends the tag, before byte "at" of the buffer, and the buffers that follow.
 * NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_insert_here(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_chain_t *in, ptrdiff_t at, ngx_chain_t **last)
{
    ngx_buf_t  *b, *before;

    if (at >= 0) {
        last = ngx_http_ssec_link_held(r, page, last);
    }

    if (at > 0) {
        before = ngx_calloc_buf(r->pool);
        if (before == NULL) {
            return NGX_ERROR;
        }

        b = in->buf;

        before->pos = b->pos;
        before->last = b->pos + at;
        before->memory = 1;

        last = ngx_http_ssec_link(r, last, before);

        b->pos += at;
        b->in_file = 0;
    }

    last = ngx_http_ssec_link(r, last, &page->tag);
    last = ngx_http_ssec_link_held(r, page, last);
    if (last == NULL) {
        return NGX_ERROR;
    }

    *last = in;

    return NGX_OK;
}


/*
 * Gives the buffers to send, with the tag if its place is found.  Ends the
 * search when it is over.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_insert_tag(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx,
    ngx_chain_t *in, ngx_chain_t **last)
{
    size_t                 len;
    ngx_buf_t             *b;
    ptrdiff_t              at;
    ngx_uint_t             ends;
    ngx_http_ssec_page_t  *page;

    page = ctx->page;

    for ( /* void */ ; in; in = in->next) {

        b = in->buf;
        len = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        if (ssec_html_scan(&page->html, b->pos, len, &at)) {
            ctx->page = NULL;
            return ngx_http_ssec_insert_here(r, page, in, at, last);
        }

        ends = b->last_buf;

        if (ends) {

            /* as ngx_http_addition_filter_module does: more will follow */

            b->last_buf = 0;
            b->last_in_chain = 0;
            b->sync = 1;
        }

        last = ngx_http_ssec_pass_buf(r, page, b, len, at, last);
        if (last == NULL) {
            return NGX_ERROR;
        }

        if (ends) {

            /* other modules may send buffers after the last: pass them on */

            ctx->page = NULL;
            return ngx_http_ssec_end_page(r, page, in->next, last);
        }
    }

    *last = NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_page_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t          *out;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL || ctx->page == NULL || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    return (ngx_http_ssec_insert_tag(r, ctx, in, &out) == NGX_OK)
           ? ngx_http_next_body_filter(r, out) : NGX_ERROR;
}


void
ngx_http_ssec_init_page_filters(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_ssec_page_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_ssec_page_body_filter;
}

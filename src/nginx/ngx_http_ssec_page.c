/*
 * Puts the script's tag into pages: of sessions that are live, that begin with
 * the response, or that it has just closed.
 */

#include "ngx_http_ssec_page.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_script.h"
#include "ngx_http_ssec_url.h"
#include "ngx_http_ssec_zone.h"

#include "ssec_html.h"


struct ngx_http_ssec_page_s {
    ssec_html_t  html;
    ngx_str_t    tag;
    ngx_uint_t   has_length;         /* Content-Length includes the tag */
    ngx_uint_t   has_no_place;       /* no place for the tag in the page */
};


#define NGX_HTTP_SSEC_TIME_LEN                                                \
    (sizeof(" data-expire-after=\"\"") - 1 + NGX_INT64_LEN + 4)
#define NGX_HTTP_SSEC_TIMES_LEN                                               \
    (2 * NGX_HTTP_SSEC_TIME_LEN)


static ngx_int_t ngx_http_ssec_init_options(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);
static ngx_int_t ngx_http_ssec_page_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_http_ssec_prepare_html(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
static void ngx_http_ssec_change_headers(ngx_http_request_t *r, size_t added);
static ngx_uint_t ngx_http_ssec_has_place(ngx_http_request_t *r);
static void ngx_http_ssec_warn_encoding(ngx_http_request_t *r,
    ngx_str_t *encoding);
static ngx_int_t ngx_http_ssec_add_no_store(ngx_http_request_t *r);
static ngx_int_t ngx_http_ssec_create_tag(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_uint_t closed, ngx_str_t *tag);
static ngx_int_t ngx_http_ssec_tag_urls(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *ping, ngx_str_t *script);
static ngx_int_t ngx_http_ssec_tag_session(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *session, uint64_t *ends);
static ngx_int_t ngx_http_ssec_tag_begun(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    uint64_t *lifetime);
static ngx_int_t ngx_http_ssec_tag_times(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    uint64_t *warn_after, uint64_t *expire_after);
static ngx_int_t ngx_http_ssec_tag_options(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *options);
static ngx_int_t ngx_http_ssec_tag_noscript(ngx_http_request_t *r,
    ngx_str_t *ping, uint64_t ends, ngx_str_t *noscript);
static ngx_int_t ngx_http_ssec_attr(ngx_pool_t *pool, const char *name,
    ngx_str_t *value, ngx_str_t *attribute);
static ngx_int_t ngx_http_ssec_join(ngx_pool_t *pool, ngx_str_t *parts,
    ngx_uint_t n, ngx_str_t *joined);
static ngx_int_t ngx_http_ssec_tag_logout(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *attribute);
static u_char *ngx_http_ssec_write_times(u_char *p, uint64_t warn_after,
    uint64_t expire_after);
static u_char *ngx_http_ssec_write_seconds(u_char *p, const char *attribute,
    uint64_t ms);

static ngx_int_t ngx_http_ssec_page_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_http_ssec_insert_tag(ngx_http_request_t *r,
    ngx_http_ssec_page_t *page, ngx_chain_t *in,
    ngx_chain_t **out);
static ssec_html_e ngx_http_ssec_find_place(ngx_http_ssec_page_t *page,
    ngx_buf_t *b, size_t len, size_t *at);
static ngx_int_t ngx_http_ssec_insert_here(ngx_http_request_t *r,
    ngx_http_ssec_page_t *page, ssec_html_t *prev, ngx_chain_t *in,
    ngx_uint_t here, size_t at, ngx_chain_t **last);
static ngx_chain_t **ngx_http_ssec_insert_at_end(ngx_http_request_t *r,
    ngx_http_ssec_page_t *page, ngx_chain_t **last);
static ngx_chain_t **ngx_http_ssec_pass_buf(ngx_http_request_t *r,
    ngx_http_ssec_page_t *page, ssec_html_t *prev, ngx_buf_t *b, size_t len,
    ngx_chain_t **last);
static ngx_chain_t **ngx_http_ssec_append(ngx_http_request_t *r,
    ngx_chain_t **last, u_char *data, size_t len, ngx_uint_t copy);
static ngx_chain_t **ngx_http_ssec_link(ngx_http_request_t *r,
    ngx_chain_t **last, ngx_buf_t *b);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


void
ngx_http_ssec_init_page_filters(void)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_ssec_page_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_ssec_page_body_filter;
}


/*
 * Gives nginx the Accept-Encoding that was hidden from the backend.  Prepares
 * the response if it is HTML for a session that is live, begins or has ended.
 *
 * The first check is inline, since it is all that most responses need.
 */

static inline ngx_int_t
ngx_http_ssec_prepare(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ctx->page = NULL;

#if (NGX_HTTP_GZIP)
    if (ctx->accept_encoding.value.data) {
        r->headers_in.accept_encoding = &ctx->accept_encoding;
        r->gzip_tested = 0;
    }
#endif

    if (r->headers_out.content_type_len < sizeof("text/html") - 1
        || (!slcf->inject && !slcf->keep_out)
        || ctx->ping.answered
        || (ctx->outcome.verdict != SSEC_LOGOUT
            && !ctx->reply.closed
            && !ctx->reply.begun
            && (ctx->outcome.verdict != SSEC_PASS
                || ctx->outcome.state != SSEC_LIVE
                || ctx->reply.forgotten))
        || (ngx_memcmp(r->headers_out.content_type.data, "text/html",
                       sizeof("text/html") - 1)
            != 0
            && ngx_strncasecmp(r->headers_out.content_type.data,
                               (u_char *) "text/html",
                               sizeof("text/html") - 1)
               != 0))
    {
        return NGX_OK;
    }

    return ngx_http_ssec_prepare_html(r, slcf, ctx);
}


static ngx_int_t
ngx_http_ssec_page_header_filter(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t       *ctx;
    ngx_http_ssec_loc_conf_t  *slcf;

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);
    ctx = ngx_http_ssec_ctx(r);

    if (ctx && ngx_http_ssec_prepare(r, slcf, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


/*
 * Adds no-store to HTML where the configuration wants that, and prepares the
 * tag where it can be inserted.  NGX_ERROR without memory, or if a variable
 * cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_prepare_html(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx)
{
    ngx_str_t   tag;
    ngx_uint_t  closed;

    if (r->headers_out.content_type.len > sizeof("text/html") - 1
        && ngx_strchr("; \t,", r->headers_out.content_type.data[
                                                 sizeof("text/html") - 1])
           == NULL)
    {
        return NGX_OK;
    }

    closed = (ctx->reply.closed || ctx->outcome.verdict == SSEC_LOGOUT);

    if (!closed && slcf->keep_out
        && ngx_http_ssec_add_no_store(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!slcf->inject
        || slcf->shm_zone == NULL || slcf->shm_zone->data != ctx->zone
        || !ngx_http_ssec_is_page(r)
        || !ngx_http_ssec_has_place(r))
    {
        return NGX_OK;
    }

    /* a stored copy would tell the other tabs later that the session ended */

    if (closed && ngx_http_ssec_add_no_store(r) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_ssec_create_tag(r, slcf, ctx, closed, &tag)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_ssec_change_headers(r, tag.len);

    if (r->header_only || r->method == NGX_HTTP_HEAD) {
        return NGX_OK;
    }

    ctx->page = ngx_pcalloc(r->pool, sizeof(ngx_http_ssec_page_t));
    if (ctx->page == NULL) {
        return NGX_ERROR;
    }

    ctx->page->tag = tag;
    ctx->page->has_length = (r->headers_out.content_length_n != -1);

    r->filter_need_in_memory = 1;

    return NGX_OK;
}


/*
 * Adds the tag's length, in bytes, to Content-Length.  Removes the headers for
 * revalidation and ranges, since the tag differs in each response.
 */

static void
ngx_http_ssec_change_headers(ngx_http_request_t *r, size_t added)
{
    off_t  len;

    if (r->headers_out.content_length_n != -1) {
        len = r->headers_out.content_length_n + added;
        ngx_http_clear_content_length(r);
        r->headers_out.content_length_n = len;
    }

    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);
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
 * Adds no-store unless the response has it, so that neither Back nor a cache
 * shows the page again.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_add_no_store(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  name = ngx_string("Cache-Control");

    h = ngx_http_ssec_find_header(&r->headers_out.headers, &name);

    if (h && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                              (u_char *) "no-store", 8 - 1))
    {
        return NGX_OK;
    }

    return ngx_http_ssec_no_store(r);
}


ngx_int_t
ngx_http_ssec_init_tag(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    u_char     *p;
    ngx_str_t   value;

    value = slcf->script_url;

    if (ngx_http_ssec_script_url(cf->pool, &value, &slcf->script_url)
        != NGX_OK
        || ngx_http_ssec_html(cf->pool, &slcf->script_url)
           != NGX_OK
        || ngx_http_ssec_html(cf->pool, &slcf->ping_url) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (slcf->warn_after.value == NULL && slcf->expire_after.value == NULL) {

        p = ngx_pnalloc(cf->pool, NGX_HTTP_SSEC_TIMES_LEN);
        if (p == NULL) {
            return NGX_ERROR;
        }

        slcf->times.data = p;
        slcf->times.len = ngx_http_ssec_write_times(p,
                                                    slcf->warn_after.ms,
                                                    slcf->expire_after.ms)
                          - p;
    }

    if (slcf->logout_url && !slcf->logout_url->login
        && slcf->logout_url->value->lengths == NULL
        && ngx_http_ssec_is_path(&slcf->logout_url->text))
    {
        value = slcf->logout_url->text;

        if (ngx_http_ssec_escape(cf->pool, &value) != NGX_OK
            || ngx_http_ssec_attr(cf->pool, "data-logout", &value,
                                  &slcf->logout)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_ssec_init_options(cf, slcf);
}


/* Makes the attributes of the options that have no variables. */

static ngx_int_t
ngx_http_ssec_init_options(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_str_t                value;
    ngx_uint_t               i;
    ngx_http_ssec_option_t  *option;

    if (slcf->inject_options == NULL) {
        return NGX_OK;
    }

    option = slcf->inject_options->elts;

    for (i = 0; i < slcf->inject_options->nelts; i++) {

        if (option[i].value->lengths || option[i].text.len) {
            continue;
        }

        value = option[i].value->value;

        if (ngx_http_ssec_attr(cf->pool, option[i].attribute,
                               &value, &option[i].text)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
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
    ngx_http_ssec_ctx_t *ctx, ngx_uint_t closed, ngx_str_t *tag)
{
    uint64_t   ends;
    ngx_str_t  ping, script, logout, session, options, noscript;

    static ngx_str_t  ended = ngx_string(" data-ended=\"1\"");

    ngx_str_null(&logout);
    ngx_str_null(&noscript);

    if (ngx_http_ssec_tag_urls(r, slcf, &ping, &script) != NGX_OK
        || ngx_http_ssec_tag_options(r, slcf, &options) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (closed) {
        session = ended;

    } else if (ngx_http_ssec_tag_logout(r, slcf, &logout) != NGX_OK
               || ngx_http_ssec_tag_session(r, slcf, ctx, &session, &ends)
                  != NGX_OK
               || ngx_http_ssec_tag_noscript(r, &ping, ends, &noscript)
                  != NGX_OK)
    {
        return NGX_ERROR;
    }

    {
        ngx_str_t  parts[] = {
            ngx_string("<script defer src=\""), script,
            ngx_string("\" data-ping=\""), ping, ngx_string("\""),
            logout, session, options, ngx_string(" async></script>"), noscript
        };

        return ngx_http_ssec_join(r->pool, parts,
                                      sizeof(parts) / sizeof(parts[0]), tag);
    }
}


/*
 * Gives the URLs of the ping and the script, escaped for HTML.  The ping's must
 * be below the cookie's Path; the script needs no cookie.  NGX_ERROR without
 * memory, or if a variable cannot be evaluated.
 */

static ngx_int_t
ngx_http_ssec_tag_urls(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_str_t *ping, ngx_str_t *script)
{
    ngx_str_t   parts[2];
    ngx_uint_t  learned;

    *ping = slcf->ping_url;
    *script = slcf->script_url;

    if (!slcf->builtin_ping && !slcf->builtin_script) {
        return NGX_OK;
    }

    if (ngx_http_ssec_builtin_prefix(r, slcf, &parts[0], &learned)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (parts[0].len == 0
        || (!learned
            && slcf->builtin_ping != NGX_HTTP_SSEC_BUILTIN))
    {
        return NGX_OK;
    }

    if (ngx_http_ssec_escape(r->pool, &parts[0]) != NGX_OK
        || ngx_http_ssec_html(r->pool, &parts[0]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (slcf->builtin_ping) {
        parts[1] = *ping;

        if (ngx_http_ssec_join(r->pool, parts, 2, ping) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    /* browsers cache the script by its URL: it must not differ by page */

    if (slcf->builtin_script && learned) {
        parts[1] = *script;

        return ngx_http_ssec_join(r->pool, parts, 2, script);
    }

    return NGX_OK;
}


/*
 * Gives the attributes that describe the session; *ends is the time until the
 * session ends, in milliseconds.
 */

static ngx_int_t
ngx_http_ssec_tag_session(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx,
    ngx_str_t *session, uint64_t *ends)
{
    u_char   *p;
    uint64_t  warn_after, expire_after, idle, lifetime;

    if (ctx->reply.begun) {
        idle = 0;

        if (ngx_http_ssec_tag_begun(r, slcf, ctx, &lifetime)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else {
        idle = ngx_http_ssec_idle(ctx);
        lifetime = ctx->outcome.lifetime;
    }

    if (ngx_http_ssec_tag_times(r, slcf, ctx, &warn_after, &expire_after)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, NGX_HTTP_SSEC_TIMES_LEN
                             + 2 * NGX_HTTP_SSEC_TIME_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    session->data = p;

    *ends = expire_after - ngx_min(idle, expire_after);

    p = (slcf->times.len && ctx->outcome.own == NULL)
        ? ngx_cpymem(p, slcf->times.data, slcf->times.len)
        : ngx_http_ssec_write_times(p, warn_after, expire_after);
    p = ngx_http_ssec_write_seconds(p, " data-idle=\"", idle);

    if (lifetime != UINT64_MAX) {
        p = ngx_http_ssec_write_seconds(p, " data-ends-in=\"", lifetime);
        *ends = ngx_min(*ends, lifetime);
    }

    session->len = p - session->data;

    return NGX_OK;
}


/*
 * Gives the time until a session that begins with this response reaches its
 * max_lifetime, in milliseconds; UINT64_MAX without this limit.
 */

static ngx_int_t
ngx_http_ssec_tag_begun(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, uint64_t *lifetime)
{
    uint64_t       age;
    ssec_limits_t  limits;

    if (ngx_http_ssec_limits(r, slcf, &limits) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->outcome.own) {
        ssec_limits(ctx->outcome.own, &limits);
    }

    age = ssec_before(ngx_http_ssec_now(ctx->zone), ctx->reply.begun);

    *lifetime = limits.max_lifetime ? ssec_before(limits.max_lifetime, age)
                                    : UINT64_MAX;
    return NGX_OK;
}


/*
 * Gives the times in milliseconds, of the session or else of the location.
 * *warn_after is 0 if neither has one.
 */

static ngx_int_t
ngx_http_ssec_tag_times(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, uint64_t *warn_after, uint64_t *expire_after)
{
    if (ngx_http_ssec_time(r, &slcf->expire_after, expire_after) != NGX_OK
        || ngx_http_ssec_time(r, &slcf->warn_after, warn_after) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx->outcome.own && ctx->outcome.own->expire_after) {
        *expire_after = ctx->outcome.own->expire_after;
    }

    if (ctx->outcome.own && ctx->outcome.own->warn_after) {
        *warn_after = ctx->outcome.own->warn_after;
    }

    return NGX_OK;
}


/*
 * Gives the attribute with the logout URL, or an empty string.  A login page
 * does not count: it would not end a live session.
 */

static ngx_int_t
ngx_http_ssec_tag_logout(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_str_t *attribute)
{
    ngx_str_t  logout;

    *attribute = slcf->logout;

    if (attribute->len || slcf->logout_url == NULL || slcf->logout_url->login) {
        return NGX_OK;
    }

    if (ngx_http_ssec_logout_url(r, slcf->logout_url, &logout)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a variable may hold a "javascript:" URL */

    if (logout.len && logout.data[0] != '/'
        && (logout.len < 8
            || (ngx_strncasecmp(logout.data, (u_char *) "http://", 7) != 0
                && ngx_strncasecmp(logout.data, (u_char *) "https://", 8)
                   != 0)))
    {
        logout.len = 0;
    }

    return ngx_http_ssec_attr(r->pool, "data-logout", &logout,
                              attribute);
}


static ngx_int_t
ngx_http_ssec_tag_options(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *options)
{
    ngx_str_t               *parts, value;
    ngx_uint_t               i, n;
    ngx_http_ssec_option_t  *option;

    ngx_str_null(options);

    if (slcf->inject_options == NULL || slcf->inject_options->nelts == 0) {
        return NGX_OK;
    }

    option = slcf->inject_options->elts;
    n = slcf->inject_options->nelts;

    parts = ngx_palloc(r->pool, n * sizeof(ngx_str_t));
    if (parts == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        parts[i] = option[i].text;

        if (parts[i].len) {
            continue;
        }

        if (ngx_http_complex_value(r, option[i].value, &value) != NGX_OK
            || ngx_http_ssec_attr(r->pool, option[i].attribute,
                                  &value, &parts[i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_ssec_join(r->pool, parts, n, options);
}


static ngx_int_t
ngx_http_ssec_tag_noscript(ngx_http_request_t *r, ngx_str_t *ping,
    uint64_t ends, ngx_str_t *noscript)
{
    u_char  after[NGX_INT64_LEN];
    ngx_str_t  parts[] = {
        ngx_string("<noscript><meta http-equiv=\"refresh\" content=\""),
        ngx_null_string, ngx_string(";url="), *ping, ngx_string("?back="),
        ngx_null_string, ngx_string("\"></noscript>")
    };

    parts[1].data = after;
    parts[1].len = ngx_sprintf(after, "%uL", ngx_max(1, (ends + 999) / 1000))
                   - after;

    if (ngx_http_ssec_return_url(r, &parts[5]) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_ssec_join(r->pool, parts,
                              sizeof(parts) / sizeof(parts[0]),
                              noscript);
}


/*
 * Gives the attribute after a blank, escaped for HTML, or an empty string if
 * the value is empty.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_attr(ngx_pool_t *pool, const char *name, ngx_str_t *value,
    ngx_str_t *attribute)
{
    ngx_str_t  parts[] = {
        ngx_string(" "), { ngx_strlen(name), (u_char *) name },
        ngx_string("=\""), *value, ngx_string("\"")
    };

    ngx_str_null(attribute);

    if (value->len == 0) {
        return NGX_OK;
    }

    return (ngx_http_ssec_html(pool, &parts[3]) == NGX_OK)
           ? ngx_http_ssec_join(pool, parts, 5, attribute)
           : NGX_ERROR;
}


static ngx_int_t
ngx_http_ssec_join(ngx_pool_t *pool, ngx_str_t *parts, ngx_uint_t n,
    ngx_str_t *joined)
{
    u_char      *p;
    ngx_uint_t   i;

    joined->len = 0;

    for (i = 0; i < n; i++) {
        joined->len += parts[i].len;
    }

    p = ngx_pnalloc(pool, joined->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    joined->data = p;

    for (i = 0; i < n; i++) {
        if (parts[i].len) {
            p = ngx_cpymem(p, parts[i].data, parts[i].len);
        }
    }

    return NGX_OK;
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


/* Writes an attribute in seconds, with three decimals unless they are zero. */

static u_char *
ngx_http_ssec_write_seconds(u_char *p, const char *attribute, uint64_t ms)
{
    p = ngx_cpymem(p, attribute, ngx_strlen(attribute));

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


static ngx_int_t
ngx_http_ssec_page_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_chain_t          *out;
    ngx_http_ssec_ctx_t  *ctx;

    if (r != r->main || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL || ctx->page == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    switch (ngx_http_ssec_insert_tag(r, ctx->page, in, &out)) {

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
 * Looks for the place of the tag, and gives the buffers to send.  NGX_OK if the
 * search is over, NGX_AGAIN if it goes on, NGX_ERROR without memory.
 *
 * Keeps back at most SSEC_HTML_HELD bytes.  Sends the same buffers on, since
 * the module that made a buffer reuses its memory once the buffer is sent.
 *
 * If a page has no place for the tag, but a Content-Length that includes it,
 * the page is padded at its end.
 */

static ngx_int_t
ngx_http_ssec_insert_tag(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_chain_t *in, ngx_chain_t **out)
{
    size_t         len, at;
    ngx_buf_t     *b;
    ngx_uint_t     ended;
    ssec_html_t    prev;
    ssec_html_e    found;
    ngx_chain_t  **last;

    last = out;

    ended = 0;

    for ( /* void */ ; in; in = in->next) {

        b = in->buf;
        ended |= b->last_buf;
        prev = page->html;
        len = ngx_buf_in_memory(b) ? b->last - b->pos : 0;

        found = ngx_http_ssec_find_place(page, b, len, &at);

        if (found != SSEC_HTML_MORE) {
            return ngx_http_ssec_insert_here(r, page, &prev, in,
                                             found == SSEC_HTML_HERE, at, last);
        }

        last = ngx_http_ssec_pass_buf(r, page, &prev, b, len, last);
        if (last == NULL) {
            return NGX_ERROR;
        }
    }

    *last = NULL;

    /* other modules may send buffers after the last: leave these alone */

    return ended ? NGX_OK : NGX_AGAIN;
}


/*
 * Looks for the place in a buffer: see ssec_html_scan().  Never gives
 * SSEC_HTML_NEVER if Content-Length includes the tag: the page is then padded.
 */

static ssec_html_e
ngx_http_ssec_find_place(ngx_http_ssec_page_t *page, ngx_buf_t *b, size_t len,
    size_t *at)
{
    ssec_html_e  found;

    *at = 0;

    if (page->has_no_place || !ngx_buf_in_memory(b)) {
        return SSEC_HTML_MORE;
    }

    found = ssec_html_scan(&page->html, b->pos, len, at);

    if (found == SSEC_HTML_NEVER && page->has_length) {
        page->has_no_place = 1;
        page->html.nheld = 0;
        found = SSEC_HTML_MORE;
    }

    return found;
}


/*
 * Ends the search: appends the tag if its place was found ("here"), then the
 * held bytes and the other buffers.  NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_insert_here(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ssec_html_t *prev, ngx_chain_t *in, ngx_uint_t here, size_t at,
    ngx_chain_t **last)
{
    ngx_buf_t  *b;

    b = in->buf;

    if (here && page->html.nheld == 0) {
        last = ngx_http_ssec_append(r, last, prev->held, prev->nheld, 1);
        last = ngx_http_ssec_append(r, last, b->pos, at, 0);

        b->pos += at;
        b->in_file = 0;

        prev->nheld = 0;
    }

    if (here) {
        last = ngx_http_ssec_append(r, last, page->tag.data, page->tag.len, 0);
    }

    last = ngx_http_ssec_append(r, last, prev->held, prev->nheld, 1);
    if (last == NULL) {
        return NGX_ERROR;
    }

    *last = in;

    return NGX_OK;
}


/*
 * Passes on a buffer in which the place was not found, but for the bytes to
 * hold; and ends the page after its last buffer.  NULL without memory.
 */

static ngx_chain_t **
ngx_http_ssec_pass_buf(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ssec_html_t *prev, ngx_buf_t *b, size_t len, ngx_chain_t **last)
{
    size_t        wait;
    ngx_buf_t    *special;
    ssec_html_t  *html;

    html = &page->html;

    if (html->nheld > len) {

        /* all of the buffer is held, and so are bytes from before it */

        wait = len;

    } else {
        wait = html->nheld;
        last = ngx_http_ssec_append(r, last, prev->held, prev->nheld, 1);
    }

    if (wait < len && !b->last_buf) {
        b->last -= wait;

        if (wait) {
            b->in_file = 0;
        }

        return ngx_http_ssec_link(r, last, b);
    }

    special = b;

    if (ngx_buf_in_memory(b)) {

        last = ngx_http_ssec_append(r, last, b->pos, len - wait, 1);

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
        last = ngx_http_ssec_insert_at_end(r, page, last);
    }

    if (special != b && !ngx_buf_special(special)) {
        return last;
    }

    return ngx_http_ssec_link(r, last, special);
}


/*
 * Ends a page in which the place was not found: with the tag if its place is at
 * the end, or with invisible padding if Content-Length includes the tag.  NULL
 * as in ngx_http_ssec_append().
 */

static ngx_chain_t **
ngx_http_ssec_insert_at_end(ngx_http_request_t *r, ngx_http_ssec_page_t *page,
    ngx_chain_t **last)
{
    ngx_str_t     pad;
    ssec_html_t  *html;

    html = &page->html;
    ngx_str_null(&pad);

    if (!page->has_no_place && ssec_html_end(html)) {
        last = ngx_http_ssec_append(r, last, page->tag.data, page->tag.len, 0);

    } else if (page->has_length) {

        /* in UTF-16 two blanks are U+2020, a dagger */

        ngx_memset(page->tag.data, page->has_no_place ? 0 : ' ', page->tag.len);

        pad = page->tag;
    }

    last = ngx_http_ssec_append(r, last, html->held, html->nheld, 1);

    return ngx_http_ssec_append(r, last, pad.data, pad.len, 0);
}


/*
 * Appends bytes to the chain, copied if they may change before they are sent.
 * NULL without memory, or if "last" is NULL: so calls need no check in between.
 */

static ngx_chain_t **
ngx_http_ssec_append(ngx_http_request_t *r, ngx_chain_t **last, u_char *data,
    size_t len, ngx_uint_t copy)
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

    return ngx_http_ssec_link(r, last, b);
}


/* Appends a buffer to the chain.  NULL as in ngx_http_ssec_append(). */

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

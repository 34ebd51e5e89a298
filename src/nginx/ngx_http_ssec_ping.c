/*
 * Answers pings: how long the session has been idle, in all tabs together.  The
 * script asks for that.  A page without scripts comes here by <noscript> when
 * its session should have expired.
 */

#include "ngx_http_ssec_ping.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_page.h"
#include "ngx_http_ssec_url.h"

#include "ssec_idle_for.h"


/* how much later than its page a session may begin, in milliseconds */
#define NGX_HTTP_SSEC_PING_SPARE  1000

/*
 * A format with the host, the seconds until the page reloads, and the URL of
 * the way back.  The page looks like the script's cover (js/src/style.css).  It
 * is plain if a Content-Security-Policy forbids its style.
 */
#define NGX_HTTP_SSEC_PING_PAGE                                               \
    "<!DOCTYPE html><html lang=\"en\"><head>"                                 \
    "<meta name=\"viewport\" content=\"width=device-width\">"                 \
    "<meta name=\"color-scheme\" content=\"light dark\">"                     \
    "<title>%V</title><meta http-equiv=\"refresh\" content=\"%uL\">"          \
    "<style>body{display:grid;place-content:center;min-height:100vh;"         \
    "margin:0;padding:0 5vw;box-sizing:border-box;"                           \
    "background:Canvas;color:CanvasText;"                                     \
    "font:max(1rem,16px)/1.5 system-ui,sans-serif}"                           \
    "h1{margin:0 0 .5em;font-size:1.25em;font-weight:600}p{margin:0}"         \
    "a{display:block;margin:.5em 0;padding:.55em 1.2em;border:1px solid;"     \
    "border-radius:8px;background:CanvasText;color:Canvas;font-weight:600;"   \
    "text-align:center;text-decoration:none}"                                 \
    "a:focus-visible{outline:3px solid CanvasText;outline-offset:2px}"        \
    "@media(forced-colors:active){a{background:ButtonFace;color:ButtonText}}" \
    "</style></head><body><main><h1>You are still signed in</h1>"             \
    "<p>You were away from this page.</p>"                                    \
    "<a href=\"%V\">Continue</a></main></body></html>\n"


/*
 * Answers a page without scripts whose session should have expired.
 *
 * If the session has ended, redirects to the page, which is then treated by
 * rows 10 and 13.  If the session is live, since its user is active in another
 * tab, a request for the page would be activity.  So shows a page with a link
 * to it, and reloads after the remaining time, in milliseconds.
 *
 * Gives a status, as a content handler does.
 */

static ngx_int_t
ngx_http_ssec_ping_page(ngx_http_request_t *r, ngx_str_t *back,
    uint64_t remaining)
{
    u_char                    *p, *src;
    ngx_str_t                  url;
    ngx_http_complex_value_t   cv;

    static ngx_str_t  html = ngx_string("text/html; charset=utf-8");

    p = ngx_pnalloc(r->pool, back->len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    url.data = p;
    src = back->data;
    ngx_unescape_uri(&p, &src, back->len, 0);
    url.len = p - url.data;

    if (!ngx_http_ssec_is_path(&url)) {
        ngx_str_set(&url, "/");
    }

    if (ngx_http_ssec_escape(r->pool, &url) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (remaining == 0) {
        return ngx_http_ssec_redirect(r, &url);
    }

    if (ngx_http_ssec_no_store(r) != NGX_OK
        || ngx_http_ssec_html(r->pool, &url) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));

    p = ngx_pnalloc(r->pool, sizeof(NGX_HTTP_SSEC_PING_PAGE)
                             + r->headers_in.server.len + NGX_INT64_LEN
                             + url.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cv.value.data = p;
    cv.value.len = ngx_sprintf(p, NGX_HTTP_SSEC_PING_PAGE,
                               &r->headers_in.server,
                               (remaining + 999) / 1000, &url)
                   - p;

    return ngx_http_send_response(r, NGX_HTTP_OK, &html, &cv);
}


ngx_int_t
ngx_http_ssec_ping_handler(ngx_http_request_t *r)
{
    u_char                   *p;
    ngx_str_t                 back;
    ngx_uint_t                live;
    ngx_http_complex_value_t  cv;
    ngx_http_ssec_ctx_t      *ctx;

    static ngx_str_t  json = ngx_string("application/json");

    ctx = ngx_http_ssec_ctx(r);

    if (ctx) {
        ctx->ping.answered = 1;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_POST))) {
        return ngx_http_ssec_not_allowed(r, "GET, HEAD, POST");
    }

    live = (ctx && ctx->outcome.state == SSEC_LIVE
            && ctx->outcome.verdict < SSEC_LOGOUT);

    if (r->method == NGX_HTTP_GET
        && ngx_http_arg(r, (u_char *) "back", 4, &back) == NGX_OK
        && ngx_http_ssec_is_page(r))
    {
        return ngx_http_ssec_ping_page(r, &back,
                                       live ? ctx->outcome.remaining : 0);
    }

    if (ngx_http_ssec_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));

    if (live && ctx->ping.other) {
        ngx_str_set(&cv.value, "\"other\"");

    } else if (live) {

        p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
        if (p == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        cv.value.data = p;
        cv.value.len = ngx_sprintf(p, "%uL", ngx_http_ssec_idle(ctx) / 1000)
                       - p;

    } else {
        ngx_str_set(&cv.value, "\"logout\"");
    }

    return ngx_http_send_response(r, NGX_HTTP_OK, &json, &cv);
}


void
ngx_http_ssec_ping_age(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    uint64_t  age;

    if (ctx->outcome.state != SSEC_LIVE
        || ctx->outcome.began == 0
        || !ssec_ping_argument(r->args.data, r->args.len, "age=", &age)
        || ctx->outcome.began <= ssec_before(ctx->asked.now, age)
                                 + NGX_HTTP_SSEC_PING_SPARE)
    {
        return;
    }

    ctx->ping.other = 1;
    ctx->outcome.active = 0;
    ctx->asked.idle_for_set = 0;
}

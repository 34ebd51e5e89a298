/* Activity: whether a request proves that somebody is there. */

#include "ngx_http_ssec_activity.h"

#include "ngx_http_ssec_conf.h"

#include "ssec_idle_for.h"


/* Fetch Metadata, and the headers that stand in for it; NULL: not sent. */

typedef struct {
    ngx_str_t   *mode;           /* Sec-Fetch-Mode, and so on */
    ngx_str_t   *site;
    ngx_str_t   *dest;
    ngx_str_t   *user;
    ngx_str_t   *origin;
    ngx_str_t   *early;          /* Early-Data */
    ngx_uint_t   prefetch;       /* Sec-Purpose, or an older name, says so */
} ngx_http_ssec_fetch_t;


#define ngx_http_ssec_is(s, literal)                                          \
    ((s) != NULL && (s)->len == sizeof(literal) - 1                           \
     && ngx_memcmp((s)->data, literal, sizeof(literal) - 1) == 0)

#define ngx_http_ssec_is_sent(s)  ((s) != NULL && (s)->len)

#define ngx_http_ssec_named(h, literal)                                       \
    ((h)->key.len == sizeof(literal) - 1                                      \
     && ngx_memcmp((h)->lowcase_key, literal, sizeof(literal) - 1) == 0)


static ngx_uint_t ngx_http_ssec_is_active(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t *foreign);
static ngx_inline void ngx_http_ssec_fetch(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch);
static ngx_inline void ngx_http_ssec_fetch_header(ngx_table_elt_t *h,
    ngx_http_ssec_fetch_t *fetch);
static ngx_inline void ngx_http_ssec_fetch_metadata(ngx_table_elt_t *h,
    ngx_http_ssec_fetch_t *fetch);
static ngx_uint_t ngx_http_ssec_is_purpose(ngx_table_elt_t *h);
static ngx_uint_t ngx_http_ssec_is_prefetch(ngx_str_t *purpose);
static ngx_inline ngx_uint_t ngx_http_ssec_is_early(ngx_http_request_t *r);
static ngx_inline ngx_uint_t ngx_http_ssec_is_cross_site(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch);
static ngx_uint_t ngx_http_ssec_is_trusted(ngx_array_t *origins,
    ngx_str_t *value);
static ngx_uint_t ngx_http_ssec_asks_for_page(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch);
static ngx_str_t *ngx_http_ssec_sent(ngx_http_request_t *r, ngx_str_t *name);
static ngx_uint_t ngx_http_ssec_navigates(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch);
static ngx_int_t ngx_http_ssec_test_passive(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf);
static ngx_uint_t ngx_http_ssec_is_passive(ngx_array_t *urls, ngx_str_t *path);
static ngx_int_t ngx_http_ssec_asked_path(ngx_http_request_t *r,
    ngx_str_t *path);


ngx_int_t
ngx_http_ssec_activity(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ssec_request_t *request)
{
    ngx_int_t   rc;
    ngx_uint_t  active, foreign;

    foreign = 0;
    active = ngx_http_ssec_is_active(r, slcf, &foreign);

    if (slcf->ping) {
        request->kind = SSEC_PING;

        if (active) {
            request->idle_for_set = ssec_idle_for(r->args.data, r->args.len,
                                                  &request->idle_for);
        }

        return foreign ? NGX_DECLINED : NGX_OK;
    }

    request->kind = SSEC_PASSIVE;

    if (foreign) {
        return NGX_DECLINED;
    }

    rc = ngx_http_ssec_test_passive(r, slcf);

    if (rc == NGX_OK && active) {
        request->kind = SSEC_ACTIVE;
    }

    return rc;
}


static ngx_uint_t
ngx_http_ssec_is_active(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_uint_t *foreign)
{
    ngx_http_ssec_fetch_t  fetch;

    ngx_http_ssec_fetch(r, &fetch);

    /*
     * Nobody has seen the page, and perhaps nobody ever will; or anybody who
     * has recorded the request may be sending it again.
     */

    if (fetch.prefetch
        || ngx_http_ssec_is(fetch.early, "1")
        || ngx_http_ssec_is_early(r))
    {
        return 0;
    }

    /*
     * Another site's page could keep the session alive: by an image, by a frame
     * at a click that was meant for something else, or by a window that its
     * script sends here again and again.
     */

    if (ngx_http_ssec_is_cross_site(r, &fetch)
        && (slcf->ping
            || !ngx_http_ssec_is(fetch.mode, "navigate")
            || !ngx_http_ssec_is(fetch.user, "?1")
            || (ngx_http_ssec_is_sent(fetch.dest)
                && !ngx_http_ssec_is(fetch.dest, "document")))
        && !ngx_http_ssec_is_trusted(slcf->origins, fetch.origin))
    {
        *foreign = 1;
        return 0;
    }

    if (slcf->ping) {
        return 1;
    }

    switch (slcf->activity) {

    case NGX_HTTP_SSEC_NAVIGATIONS:
        return ngx_http_ssec_navigates(r, &fetch);

    case NGX_HTTP_SSEC_USER:
        return ngx_http_ssec_is(fetch.user, "?1");

    default: /* NGX_HTTP_SSEC_REQUESTS */
        return 1;
    }
}


/* Each request passes here with each of its headers: by their first letter. */

static ngx_inline void
ngx_http_ssec_fetch(ngx_http_request_t *r, ngx_http_ssec_fetch_t *fetch)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(fetch, sizeof(ngx_http_ssec_fetch_t));

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            switch (h[i].key.data[0] | 0x20) {

            case 'e':
            case 'o':
            case 'p':
            case 's':
            case 'x':
                ngx_http_ssec_fetch_header(&h[i], fetch);
                break;

            default:
                break;
            }
        }
    }
}


static ngx_inline void
ngx_http_ssec_fetch_header(ngx_table_elt_t *h, ngx_http_ssec_fetch_t *fetch)
{
    /* other modules may have left out the name in lower case */

    if (h->lowcase_key == NULL) {
        return;
    }

    if (h->key.len == sizeof("Sec-Fetch-Site") - 1) {
        ngx_http_ssec_fetch_metadata(h, fetch);

    } else if (ngx_http_ssec_named(h, "origin")) {
        fetch->origin = &h->value;

    } else if (ngx_http_ssec_named(h, "early-data")) {
        fetch->early = &h->value;

    } else if (ngx_http_ssec_is_purpose(h)) {
        fetch->prefetch |= ngx_http_ssec_is_prefetch(&h->value);
    }
}


static ngx_inline void
ngx_http_ssec_fetch_metadata(ngx_table_elt_t *h, ngx_http_ssec_fetch_t *fetch)
{
    u_char  *rest;

    if (ngx_memcmp(h->lowcase_key, "sec-fetch-", 10) != 0) {
        return;
    }

    rest = h->lowcase_key + 10;

    if (ngx_memcmp(rest, "site", 4) == 0) {
        fetch->site = &h->value;

    } else if (ngx_memcmp(rest, "mode", 4) == 0) {
        fetch->mode = &h->value;

    } else if (ngx_memcmp(rest, "dest", 4) == 0) {
        fetch->dest = &h->value;

    } else if (ngx_memcmp(rest, "user", 4) == 0) {
        fetch->user = &h->value;
    }
}


static ngx_uint_t
ngx_http_ssec_is_purpose(ngx_table_elt_t *h)
{
    return ngx_http_ssec_named(h, "purpose")
           || ngx_http_ssec_named(h, "sec-purpose")
           || ngx_http_ssec_named(h, "x-purpose")
           || ngx_http_ssec_named(h, "x-sec-purpose")
           || ngx_http_ssec_named(h, "x-moz");
}


static ngx_uint_t
ngx_http_ssec_is_prefetch(ngx_str_t *purpose)
{
    return ngx_strlcasestrn(purpose->data, purpose->data + purpose->len,
                            (u_char *) "prefetch", 8 - 1) != NULL
           || ngx_strlcasestrn(purpose->data, purpose->data + purpose->len,
                               (u_char *) "preview", 7 - 1) != NULL;
}


/*
 * Whether the request came ahead of the end of the TLS handshake (0-RTT): one
 * that anybody has recorded can be sent so again.  As $ssl_early_data.
 */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_early(ngx_http_request_t *r)
{
#if (NGX_HTTP_SSL)
    return r->connection->ssl
           && !SSL_is_init_finished(r->connection->ssl->connection);
#else
    return 0;
#endif
}


/*
 * Whether another site's page asks.  Chromium sends no Fetch Metadata with
 * WebSockets, and no browser does without TLS; then the page's host counts.
 * Scheme and port do not: those that nginx has differ behind a balancer.
 */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_cross_site(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch)
{
    ssec_origin_t  origin;

    if (ngx_http_ssec_is_sent(fetch->site)) {
        return ngx_http_ssec_is(fetch->site, "cross-site");
    }

    if (!ngx_http_ssec_is_sent(fetch->origin)) {
        return 0;
    }

    return !ssec_origin_whole(&origin, fetch->origin->data, fetch->origin->len)
           || !ssec_origin_has_host(&origin, r->headers_in.server.data,
                                    r->headers_in.server.len);
}


/* Whether it is an origin of session_security_origins. */

static ngx_uint_t
ngx_http_ssec_is_trusted(ngx_array_t *origins, ngx_str_t *value)
{
    ngx_uint_t      i;
    ssec_origin_t   origin, *trusted;

    if (origins == NULL || value == NULL
        || !ssec_origin_whole(&origin, value->data, value->len))
    {
        return 0;
    }

    trusted = origins->elts;

    for (i = 0; i < origins->nelts; i++) {
        if (ssec_origin_same(&trusted[i], &origin)) {
            return 1;
        }
    }

    return 0;
}


/*
 * A navigation, by Fetch Metadata or, in browsers without, by its headers.  A
 * service worker that asks in place of the browser makes another mode of it,
 * but copies the headers: "Upgrade-Insecure-Requests" is sent with navigations
 * only.
 */

static ngx_uint_t
ngx_http_ssec_asks_for_page(ngx_http_request_t *r,
    ngx_http_ssec_fetch_t *fetch)
{
    ngx_str_t  *accept;

    static ngx_str_t  names[] = {
        ngx_string("upgrade-insecure-requests"),
        ngx_string("x-requested-with"),
        ngx_string("accept")
    };

    if (ngx_http_ssec_is(fetch->mode, "navigate")) {
        return 1;
    }

    if (ngx_http_ssec_is_sent(fetch->mode)
        && ((!ngx_http_ssec_is(fetch->mode, "same-origin")
             && !ngx_http_ssec_is(fetch->mode, "cors"))
            || !ngx_http_ssec_is(ngx_http_ssec_sent(r, &names[0]), "1")))
    {
        return 0;
    }

    if (ngx_http_ssec_sent(r, &names[1])) {
        return 0;
    }

    accept = ngx_http_ssec_sent(r, &names[2]);

    return accept
           && ngx_strlcasestrn(accept->data, accept->data + accept->len,
                               (u_char *) "text/html", 9 - 1);
}


/* The value of the last header of this name; NULL: there is none. */

static ngx_str_t *
ngx_http_ssec_sent(ngx_http_request_t *r, ngx_str_t *name)
{
    ngx_str_t        *value;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    value = NULL;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len == name->len && h[i].lowcase_key
                && ngx_memcmp(h[i].lowcase_key, name->data, name->len) == 0)
            {
                value = &h[i].value;
            }
        }
    }

    return value;
}


/*
 * To a page of its own, or at somebody's click: a frame can be on any site's
 * page, and out of sight.  A service worker's request has no destination, so
 * that its frames cannot be told from its pages.
 */

static ngx_uint_t
ngx_http_ssec_navigates(ngx_http_request_t *r, ngx_http_ssec_fetch_t *fetch)
{
    return ngx_http_ssec_asks_for_page(r, fetch)
           && (!ngx_http_ssec_is(fetch->mode, "navigate")
               || !ngx_http_ssec_is_sent(fetch->dest)
               || ngx_http_ssec_is(fetch->dest, "document")
               || ngx_http_ssec_is(fetch->dest, "empty")
               || ngx_http_ssec_is(fetch->user, "?1"));
}


ngx_uint_t
ngx_http_ssec_is_page(ngx_http_request_t *r)
{
    ngx_http_ssec_fetch_t  fetch;

    ngx_http_ssec_fetch(r, &fetch);

    return ngx_http_ssec_asks_for_page(r, &fetch);
}


void
ngx_http_ssec_ended(ngx_http_request_t *r, ssec_ended_t *ended)
{
    ngx_http_ssec_fetch_t  fetch;

    ngx_http_ssec_fetch(r, &fetch);

    ended->page = ngx_http_ssec_asks_for_page(r, &fetch);
    ended->safe = (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) ? 1 : 0;
    ended->cross_site = ngx_http_ssec_is_cross_site(r, &fetch);
}


/* As ngx_http_test_predicates(): NGX_DECLINED if it is said to be passive. */

static ngx_int_t
ngx_http_ssec_test_passive(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_str_t  path;

    if (slcf->passive_urls) {

        if (ngx_http_ssec_is_passive(slcf->passive_urls, &r->uri)) {
            return NGX_DECLINED;
        }

        /* it may have been rewritten, or redirected to where it is watched */

        if (r->internal) {

            if (ngx_http_ssec_asked_path(r, &path) != NGX_OK) {
                return NGX_ERROR;
            }

            if (ngx_http_ssec_is_passive(slcf->passive_urls, &path))
            {
                return NGX_DECLINED;
            }
        }
    }

    return slcf->passive ? ngx_http_test_predicates(r, slcf->passive) : NGX_OK;
}


/*
 * Whether one of the patterns matches the path.  A path on which a regular
 * expression gives up counts as matched.
 */

static ngx_uint_t
ngx_http_ssec_is_passive(ngx_array_t *urls, ngx_str_t *path)
{
    ngx_uint_t                i;
    ngx_http_ssec_pattern_t  *pattern;

    pattern = urls->elts;

    for (i = 0; i < urls->nelts; i++) {

#if (NGX_PCRE)
        if (pattern[i].regex) {
            if (ngx_regex_exec(pattern[i].regex, path, NULL, 0)
                != NGX_REGEX_NO_MATCHED)
            {
                return 1;
            }

            continue;
        }
#endif

        if ((path->len == pattern[i].path.len
             || (pattern[i].prefix && path->len > pattern[i].path.len))
            && ngx_strncmp(path->data, pattern[i].path.data,
                           pattern[i].path.len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* The path as the client asked for it: nginx keeps only its text. */

static ngx_int_t
ngx_http_ssec_asked_path(ngx_http_request_t *r, ngx_str_t *path)
{
    u_char                    *args;
    ngx_http_request_t         asked;
    ngx_http_core_srv_conf_t  *cscf;

    *path = r->unparsed_uri;

    if (!r->complex_uri && !r->quoted_uri && !r->empty_path_in_uri) {
        args = ngx_strlchr(path->data, path->data + path->len, '?');

        if (args) {
            path->len = args - path->data;
        }

        return NGX_OK;
    }

    asked = *r;

    asked.uri_start = path->data;
    asked.uri_end = path->data + path->len;

    asked.uri.len = path->len + 1;
    asked.uri.data = ngx_pnalloc(r->pool, asked.uri.len);
    if (asked.uri.data == NULL) {
        return NGX_ERROR;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (ngx_http_parse_complex_uri(&asked, cscf->merge_slashes) != NGX_OK) {
        return NGX_ERROR;
    }

    *path = asked.uri;

    return NGX_OK;
}

/* Activity: whether a request proves that somebody is there. */

#include "ngx_http_ssec_activity.h"

#include "ssec_idle_for.h"


/* The headers that each request is searched for; NULL: not sent. */

typedef struct {
    ngx_str_t   *site;           /* Sec-Fetch-Site */
    ngx_str_t   *origin;
    ngx_str_t   *early;          /* Early-Data */
    ngx_uint_t   prefetch;       /* Sec-Purpose, or an older name, says so */
} ngx_http_ssec_sought_t;


#define ngx_http_ssec_is_sent(s)  ((s) != NULL && (s)->len)


static const ngx_str_t  ngx_http_ssec_mode = ngx_string("sec-fetch-mode");
static const ngx_str_t  ngx_http_ssec_dest = ngx_string("sec-fetch-dest");
static const ngx_str_t  ngx_http_ssec_user = ngx_string("sec-fetch-user");

#define NGX_HTTP_SSEC_SITE     0
#define NGX_HTTP_SSEC_ORIGIN   1
#define NGX_HTTP_SSEC_EARLY    2
#define NGX_HTTP_SSEC_PURPOSE  3                 /* the first of these */
#define NGX_HTTP_SSEC_SOUGHT   8

static const ngx_str_t  ngx_http_ssec_names[NGX_HTTP_SSEC_SOUGHT] = {
    ngx_string("sec-fetch-site"),
    ngx_string("origin"),
    ngx_string("early-data"),
    ngx_string("purpose"),
    ngx_string("sec-purpose"),
    ngx_string("x-purpose"),
    ngx_string("x-sec-purpose"),
    ngx_string("x-moz")
};

/* whether a name with this hash, modulo 256, is sought */
static u_char  ngx_http_ssec_hashes[256];


void
ngx_http_ssec_init_activity(void)
{
    ngx_uint_t        i;
    const ngx_str_t  *name;

    for (i = 0; i < NGX_HTTP_SSEC_SOUGHT; i++) {
        name = &ngx_http_ssec_names[i];
        ngx_http_ssec_hashes[ngx_hash_key(name->data, name->len) % 256] = 1;
    }
}


static ngx_inline ngx_uint_t
ngx_http_ssec_is(const ngx_str_t *s, const char *value)
{
    return s && s->len == ngx_strlen(value)
           && ngx_memcmp(s->data, value, ngx_strlen(value)) == 0;
}


/* Other modules may have left out the name in lower case. */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_named(ngx_table_elt_t *h, const ngx_str_t *name)
{
    return h->key.len == name->len
           && h->lowcase_key
           && ngx_memcmp(h->lowcase_key, name->data, name->len) == 0;
}


static ngx_uint_t
ngx_http_ssec_is_prefetch(ngx_str_t *purpose)
{
    return ngx_strlcasestrn(purpose->data, purpose->data + purpose->len,
                            (u_char *) "prefetch", 8 - 1) != NULL
           || ngx_strlcasestrn(purpose->data, purpose->data + purpose->len,
                               (u_char *) "preview", 7 - 1) != NULL;
}


static void
ngx_http_ssec_seek_in(ngx_table_elt_t *h, ngx_http_ssec_sought_t *sought)
{
    ngx_uint_t  i;

    if (ngx_http_ssec_is_named(h, &ngx_http_ssec_names[NGX_HTTP_SSEC_SITE])) {
        sought->site = &h->value;
        return;
    }

    if (ngx_http_ssec_is_named(h, &ngx_http_ssec_names[NGX_HTTP_SSEC_ORIGIN])) {
        sought->origin = &h->value;
        return;
    }

    if (ngx_http_ssec_is_named(h, &ngx_http_ssec_names[NGX_HTTP_SSEC_EARLY])) {
        sought->early = &h->value;
        return;
    }

    for (i = NGX_HTTP_SSEC_PURPOSE; i < NGX_HTTP_SSEC_SOUGHT; i++) {

        if (ngx_http_ssec_is_named(h, &ngx_http_ssec_names[i])) {
            sought->prefetch |= ngx_http_ssec_is_prefetch(&h->value);
        }
    }
}


/*
 * nginx has hashed each header's name as it read the request: most headers are
 * passed over by their hash.  A module that adds one of these headers to a
 * request has to hash its name, too.
 */

static void
ngx_http_ssec_seek(ngx_http_request_t *r, ngx_http_ssec_sought_t *sought)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(sought, sizeof(ngx_http_ssec_sought_t));

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_ssec_hashes[h[i].hash % 256]) {
                ngx_http_ssec_seek_in(&h[i], sought);
            }
        }
    }
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
ngx_http_ssec_is_cross_site(ngx_http_request_t *r, ngx_str_t *site,
    ngx_str_t *value)
{
    ssec_origin_t  origin;

    if (ngx_http_ssec_is_sent(site)) {
        return ngx_http_ssec_is(site, "cross-site");
    }

    if (!ngx_http_ssec_is_sent(value)) {
        return 0;
    }

    return !ssec_origin_whole(&origin, value->data, value->len)
           || !ssec_str_equals(&origin.host, r->headers_in.server.data,
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


/* The value of the last header of this name; NULL: there is none. */

static ngx_str_t *
ngx_http_ssec_sent(ngx_http_request_t *r, const ngx_str_t *name)
{
    ngx_str_t        *value;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    value = NULL;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_ssec_is_named(&h[i], name)) {
                value = &h[i].value;
            }
        }
    }

    return value;
}


static ngx_uint_t
ngx_http_ssec_has(ngx_http_request_t *r, const ngx_str_t *name,
    const char *value)
{
    return ngx_http_ssec_is(ngx_http_ssec_sent(r, name), value);
}


/* A navigation in a page of its own, at somebody's click. */

static ngx_uint_t
ngx_http_ssec_is_click(ngx_http_request_t *r)
{
    ngx_str_t  *dest;

    dest = ngx_http_ssec_sent(r, &ngx_http_ssec_dest);

    return ngx_http_ssec_has(r, &ngx_http_ssec_mode, "navigate")
           && ngx_http_ssec_has(r, &ngx_http_ssec_user, "?1")
           && (!ngx_http_ssec_is_sent(dest)
               || ngx_http_ssec_is(dest, "document"));
}


/*
 * A navigation, by Fetch Metadata or, in browsers without, by its headers.  A
 * service worker that asks in place of the browser makes another mode of it,
 * but copies the headers: "Upgrade-Insecure-Requests" is sent with navigations
 * only.
 */

ngx_uint_t
ngx_http_ssec_is_page(ngx_http_request_t *r)
{
    ngx_str_t  *mode, *accept;

    static const ngx_str_t  names[] = {
        ngx_string("upgrade-insecure-requests"),
        ngx_string("x-requested-with"),
        ngx_string("accept")
    };

    mode = ngx_http_ssec_sent(r, &ngx_http_ssec_mode);

    if (ngx_http_ssec_is(mode, "navigate")) {
        return 1;
    }

    if (ngx_http_ssec_is_sent(mode)
        && ((!ngx_http_ssec_is(mode, "same-origin")
             && !ngx_http_ssec_is(mode, "cors"))
            || !ngx_http_ssec_has(r, &names[0], "1")))
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


/*
 * To a page of its own, or at somebody's click: a frame can be on any site's
 * page, and out of sight.  A service worker's request has no destination, so
 * that its frames cannot be told from its pages.
 */

static ngx_uint_t
ngx_http_ssec_navigates(ngx_http_request_t *r)
{
    ngx_str_t  *dest;

    if (!ngx_http_ssec_is_page(r)) {
        return 0;
    }

    dest = ngx_http_ssec_sent(r, &ngx_http_ssec_dest);

    return !ngx_http_ssec_has(r, &ngx_http_ssec_mode, "navigate")
           || !ngx_http_ssec_is_sent(dest)
           || ngx_http_ssec_is(dest, "document")
           || ngx_http_ssec_is(dest, "empty")
           || ngx_http_ssec_has(r, &ngx_http_ssec_user, "?1");
}


static ngx_uint_t
ngx_http_ssec_is_active(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_uint_t *foreign)
{
    ngx_http_ssec_sought_t  sought;

    ngx_http_ssec_seek(r, &sought);

    /*
     * Nobody has seen the page, and perhaps nobody ever will; or anybody who
     * has recorded the request may be sending it again.
     */

    if (sought.prefetch
        || ngx_http_ssec_is(sought.early, "1")
        || ngx_http_ssec_is_early(r))
    {
        return 0;
    }

    /*
     * Another site's page could keep the session alive: by an image, by a frame
     * at a click that was meant for something else, or by a window that its
     * script sends here again and again.
     */

    if (ngx_http_ssec_is_cross_site(r, sought.site, sought.origin)
        && (slcf->ping || !ngx_http_ssec_is_click(r))
        && !ngx_http_ssec_is_trusted(slcf->origins, sought.origin))
    {
        *foreign = 1;
        return 0;
    }

    if (slcf->ping) {
        return 1;
    }

    switch (slcf->activity) {

    case NGX_HTTP_SSEC_NAVIGATIONS:
        return ngx_http_ssec_navigates(r);

    case NGX_HTTP_SSEC_USER:
        return ngx_http_ssec_has(r, &ngx_http_ssec_user, "?1");

    default: /* NGX_HTTP_SSEC_REQUESTS */
        return 1;
    }
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
ngx_http_ssec_requested_path(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_http_request_t         requested;
    ngx_http_core_srv_conf_t  *cscf;

    requested = *r;

    requested.uri_start = r->unparsed_uri.data;
    requested.uri_end = r->unparsed_uri.data + r->unparsed_uri.len;

    requested.uri.len = r->unparsed_uri.len + 1;
    requested.uri.data = ngx_pnalloc(r->pool, requested.uri.len);
    if (requested.uri.data == NULL) {
        return NGX_ERROR;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    if (ngx_http_parse_complex_uri(&requested, cscf->merge_slashes) != NGX_OK) {
        return NGX_ERROR;
    }

    *path = requested.uri;

    return NGX_OK;
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

            if (ngx_http_ssec_requested_path(r, &path) != NGX_OK) {
                return NGX_ERROR;
            }

            if (ngx_http_ssec_is_passive(slcf->passive_urls, &path)) {
                return NGX_DECLINED;
            }
        }
    }

    return slcf->passive ? ngx_http_test_predicates(r, slcf->passive) : NGX_OK;
}


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
            request->idle_for_set = ssec_ping_argument(r->args.data,
                                                       r->args.len, "idleFor=",
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


void
ngx_http_ssec_ended(ngx_http_request_t *r, ssec_ended_t *ended)
{
    ngx_str_t  *site, *origin;

    ended->page = ngx_http_ssec_is_page(r);
    ended->safe = (r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD)) ? 1 : 0;
    site = ngx_http_ssec_sent(r, &ngx_http_ssec_names[NGX_HTTP_SSEC_SITE]);
    origin = ngx_http_ssec_sent(r, &ngx_http_ssec_names[NGX_HTTP_SSEC_ORIGIN]);

    ended->cross_site = ngx_http_ssec_is_cross_site(r, site, origin);
}

/* Activity: whether a request proves that somebody is there. */

#include "ngx_http_session_security.h"

#include "ssec_idle_for.h"


/* What a browser says of a request: Fetch Metadata, and that it is early. */

typedef struct {
    ngx_str_t    mode;
    ngx_str_t    site;
    ngx_str_t    dest;
    ngx_str_t    user;
    ngx_uint_t   prefetch;
} ngx_http_session_security_fetch_t;


#define ngx_http_session_security_is(s, literal)                              \
    ((s)->len == sizeof(literal) - 1                                          \
     && ngx_strncmp((s)->data, literal, sizeof(literal) - 1) == 0)

/*
 * In lower case, which other modules may have left out.  Most headers differ in
 * length.
 */
#define ngx_http_session_security_is_named(h, literal)                        \
    ((h)->key.len == sizeof(literal) - 1                                      \
     && (h)->lowcase_key                                                      \
     && ngx_memcmp((h)->lowcase_key, literal, sizeof(literal) - 1) == 0)


static ngx_uint_t ngx_http_session_security_is_active(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ngx_uint_t *foreign);
static ngx_uint_t ngx_http_session_security_fetch(ngx_http_request_t *r,
    ngx_http_session_security_fetch_t *fetch);
static ngx_uint_t ngx_http_session_security_navigates(ngx_http_request_t *r,
    ngx_http_session_security_fetch_t *fetch);
static ngx_int_t ngx_http_session_security_test_passive(
    ngx_http_request_t *r, ngx_http_session_security_loc_conf_t *slcf);
static ngx_uint_t ngx_http_session_security_is_passive(ngx_array_t *urls,
    ngx_str_t *path);
static ngx_int_t ngx_http_session_security_asked_path(ngx_http_request_t *r,
    ngx_str_t *path);
static ngx_uint_t ngx_http_session_security_accepts_page(
    ngx_http_request_t *r);


ngx_int_t
ngx_http_session_security_event(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ssec_event_t *ev)
{
    ngx_int_t   rc;
    ngx_uint_t  active, foreign;

    foreign = 0;
    active = ngx_http_session_security_is_active(r, slcf, &foreign);

    if (slcf->ping) {
        ev->kind = SSEC_PING;

        if (active) {
            ev->idle_for_set = ssec_idle_for(r->args.data, r->args.len,
                                             &ev->idle_for);
        }

        return foreign ? NGX_DECLINED : NGX_OK;
    }

    ev->kind = SSEC_PASSIVE;

    if (foreign) {
        return NGX_DECLINED;
    }

    rc = ngx_http_session_security_test_passive(r, slcf);

    if (rc == NGX_OK && active) {
        ev->kind = SSEC_ACTIVE;
    }

    return rc;
}


static ngx_uint_t
ngx_http_session_security_is_active(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf, ngx_uint_t *foreign)
{
    ngx_uint_t                         ping, navigates;
    ngx_http_session_security_fetch_t  fetch;

    ping = slcf->ping;

    if (!ngx_http_session_security_fetch(r, &fetch)) {

        /* a client that tells nothing */

        return ping
               || slcf->activity == NGX_HTTP_SESSION_SECURITY_REQUESTS
               || (slcf->activity == NGX_HTTP_SESSION_SECURITY_NAVIGATIONS
                   && ngx_http_session_security_accepts_page(r));
    }

    /* nobody has seen the page, and perhaps nobody ever will */

    if (fetch.prefetch) {
        return 0;
    }

    navigates = ngx_http_session_security_navigates(r, &fetch);

    /*
     * Another site's page could keep the session alive, by an image, or by a
     * frame, at a click that was meant for something else.
     */

    if (ngx_http_session_security_is(&fetch.site, "cross-site")
        && (ping || !navigates
            || (fetch.dest.len
                && !ngx_http_session_security_is(&fetch.dest, "document"))))
    {
        *foreign = 1;
        return 0;
    }

    switch (slcf->activity) {

    case NGX_HTTP_SESSION_SECURITY_NAVIGATIONS:
        return ping || navigates;

    case NGX_HTTP_SESSION_SECURITY_USER:
        return ping || ngx_http_session_security_is(&fetch.user, "?1");

    default: /* NGX_HTTP_SESSION_SECURITY_REQUESTS */
        return 1;
    }
}


/* Whether there is any. */

static ngx_uint_t
ngx_http_session_security_fetch(ngx_http_request_t *r,
    ngx_http_session_security_fetch_t *fetch)
{
    ngx_uint_t        i, found;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    ngx_memzero(fetch, sizeof(ngx_http_session_security_fetch_t));

    found = 0;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return found;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (!ngx_http_session_security_may_be_fetch(&h[i])) {
            continue;
        }

        found++;

        if (ngx_http_session_security_is_named(&h[i], "sec-fetch-mode")) {
            fetch->mode = h[i].value;

        } else if (ngx_http_session_security_is_named(&h[i],
                                                      "sec-fetch-site"))
        {
            fetch->site = h[i].value;

        } else if (ngx_http_session_security_is_named(&h[i],
                                                      "sec-fetch-dest"))
        {
            fetch->dest = h[i].value;

        } else if (ngx_http_session_security_is_named(&h[i],
                                                      "sec-fetch-user"))
        {
            fetch->user = h[i].value;

        } else if (ngx_http_session_security_is_named(&h[i], "sec-purpose")

                   /* what scripts can send, and browsers sent formerly */

                   || ngx_http_session_security_is_named(&h[i],
                                                         "x-sec-purpose")
                   || ngx_http_session_security_is_named(&h[i], "purpose")
                   || ngx_http_session_security_is_named(&h[i], "x-purpose")
                   || ngx_http_session_security_is_named(&h[i], "x-moz"))
        {
            fetch->prefetch |=
                ngx_strlcasestrn(h[i].value.data,
                                 h[i].value.data + h[i].value.len,
                                 (u_char *) "prefetch", 8 - 1) != NULL
                || ngx_strlcasestrn(h[i].value.data,
                                    h[i].value.data + h[i].value.len,
                                    (u_char *) "preview", 7 - 1) != NULL;

        } else {
            found--;
        }
    }
}


/*
 * To a page of its own, or at somebody's click: a frame can be on any site's
 * page, and out of sight.
 */

static ngx_uint_t
ngx_http_session_security_navigates(ngx_http_request_t *r,
    ngx_http_session_security_fetch_t *fetch)
{
    if (fetch->mode.len == 0) {
        return ngx_http_session_security_accepts_page(r);
    }

    return ngx_http_session_security_is(&fetch->mode, "navigate")
           && (fetch->dest.len == 0
               || ngx_http_session_security_is(&fetch->dest, "document")
               || ngx_http_session_security_is(&fetch->user, "?1"));
}


/* As ngx_http_test_predicates(): NGX_DECLINED if it is said to be passive. */

static ngx_int_t
ngx_http_session_security_test_passive(ngx_http_request_t *r,
    ngx_http_session_security_loc_conf_t *slcf)
{
    ngx_str_t  path;

    if (slcf->passive_urls) {

        if (ngx_http_session_security_is_passive(slcf->passive_urls, &r->uri)) {
            return NGX_DECLINED;
        }

        /* it may have been rewritten, or redirected to where it is watched */

        if (r->internal) {

            if (ngx_http_session_security_asked_path(r, &path) != NGX_OK) {
                return NGX_ERROR;
            }

            if (ngx_http_session_security_is_passive(slcf->passive_urls,
                                                     &path))
            {
                return NGX_DECLINED;
            }
        }
    }

    return ngx_http_test_predicates(r, slcf->passive);
}


/*
 * So is what a regular expression cannot be matched against: it gives up on
 * some.
 */

static ngx_uint_t
ngx_http_session_security_is_passive(ngx_array_t *urls, ngx_str_t *path)
{
    ngx_uint_t                            i;
    ngx_http_session_security_pattern_t  *pattern;

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


/* What r->uri was at first, of which nginx keeps no more than the text. */

static ngx_int_t
ngx_http_session_security_asked_path(ngx_http_request_t *r, ngx_str_t *path)
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


/* A navigation, by Fetch Metadata or, in browsers without, by its headers. */

ngx_uint_t
ngx_http_session_security_is_page(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  mode = ngx_string("sec-fetch-mode");

    h = ngx_http_session_security_find_header(&r->headers_in.headers, &mode);

    return h ? ngx_http_session_security_is(&h->value, "navigate")
             : ngx_http_session_security_accepts_page(r);
}


static ngx_uint_t
ngx_http_session_security_accepts_page(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  accept = ngx_string("Accept");
    static ngx_str_t  requested = ngx_string("X-Requested-With");

    h = ngx_http_session_security_find_header(&r->headers_in.headers, &accept);

    return h
           && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                               (u_char *) "text/html", 9 - 1)
           && ngx_http_session_security_find_header(&r->headers_in.headers,
                                                    &requested)
              == NULL;
}

/* What the module's files in nginx C share. */

#ifndef _NGX_HTTP_SSEC_H_INCLUDED_
#define _NGX_HTTP_SSEC_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ssec_cookie.h"
#include "ssec_decision.h"
#include "ssec_origin.h"
#include "ssec_scope.h"
#include "ssec_table.h"
#include "ssec_table_file.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/* which release this is: each start and reload logs it */
#define NGX_HTTP_SSEC_VERSION   "0.1.0"

#define NGX_HTTP_SSEC_MAX_KEYS  SSEC_COOKIES_MAX

/* unknown keys of one name that a request may begin sessions with */
#define NGX_HTTP_SSEC_MAX_NEW   2

/* the longest time that a directive takes: a year, in milliseconds */
#define NGX_HTTP_SSEC_MAX_TIME  (365ULL * 24 * 60 * 60 * 1000)

/* the table's smallest size, nginx's own page table, and some room */
#define NGX_HTTP_SSEC_MIN_ZONE  ((ssize_t) 128 * 1024)

#define NGX_HTTP_SSEC_EXPIRE_AFTER  600000               /* milliseconds */

/* where a variable yields no time: no limit would be worse than a wrong one */
#define NGX_HTTP_SSEC_MAX_LIFETIME  (12ULL * 60 * 60 * 1000)

/*
 * Of a split cookie the last part may be a few bytes long, and alike in many
 * sessions; a part below this length counts only if there is no longer one.
 */
#define NGX_HTTP_SSEC_MIN_PART  16


/*
 * How long requests may come with a key after it was replaced, in milliseconds:
 * the browser had sent them, or was about to, before it got the new key.
 */
#ifndef NGX_HTTP_SSEC_GRACE
#define NGX_HTTP_SSEC_GRACE     5000
#endif

/* a key replaced so much earlier is beyond that, in the table's units, too */
#define NGX_HTTP_SSEC_NO_GRACE                                                \
    (NGX_HTTP_SSEC_GRACE + (2 << SSEC_NAME_TIME))

/* how old a verdict may be for a cookie to be deleted by it, in milliseconds */
#define NGX_HTTP_SSEC_PROMPT    1000


/* which requests are activity */
#define NGX_HTTP_SSEC_REQUESTS     0
#define NGX_HTTP_SSEC_NAVIGATIONS  1
#define NGX_HTTP_SSEC_USER         2

/* where a page's ping is: written by hand, or else */
#define NGX_HTTP_SSEC_BUILTIN      1
/* by hand at the root, where the cookie's Path is not known or is the root */
#define NGX_HTTP_SSEC_BELOW_PATH   2

/* what becomes of connections that outlive their session */
#define NGX_HTTP_SSEC_PASSIVE      0
#define NGX_HTTP_SSEC_ACTIVE       1
#define NGX_HTTP_SSEC_OFF          2


/* whose host a logout URL has */
#define NGX_HTTP_SSEC_ANY_HOST     0
#define NGX_HTTP_SSEC_HOST         1                  /* $host */
#define NGX_HTTP_SSEC_HTTP_HOST    2                  /* $http_host */


/* what is asked of the module itself */
#define NGX_HTTP_SSEC_ASKED_PING    1
#define NGX_HTTP_SSEC_ASKED_SCRIPT  2

/* where, in a server without locations for them */
#define NGX_HTTP_SSEC_PING_PATH    "/session_security/ping/"
#define NGX_HTTP_SSEC_SCRIPT_PATH  "/session_security/script.js"


/* behind the path of a zone's file: one that is being made */
#define NGX_HTTP_SSEC_NEW          ".new"


/* the one that a zone lies in; cycles share it */

typedef struct {
    ngx_fd_t                    fd;
    void                       *memory;
    size_t                      size;
    ngx_uint_t                  holes;       /* it has less room than that */
    char                       *name;        /* until it has the zone's path */
    ngx_uint_t                  refs;
} ngx_http_ssec_file_t;


typedef struct {
    ngx_str_t                  name;
    size_t                     size;
    char                      *path;         /* NULL: it lies in no file */
    char                      *new;          /* where a new one is made */
    ngx_http_ssec_file_t      *file;
    ngx_str_t                  key;          /* as configured */
    ngx_http_complex_value_t  *value;        /* NULL if it is a cookie */
    ssec_cookie_name_t         cookie;
    u_char                     until;        /* ends the key; or 0 */
    ssec_table_t               table;
    uint64_t                   epoch;        /* its time less the uptime */
    ngx_uint_t                 used;         /* by a location */
    ngx_uint_t                 refused;      /* an error was logged */
    uint32_t                   learned;      /* the scope last learned */
    uint64_t                   deaths;       /* as last seen */
    uint64_t                   lost;         /* sessions, as last reported */
} ngx_http_ssec_zone_t;


typedef struct {
    ngx_http_complex_value_t   *value;       /* NULL if it is a constant */
    uint64_t                    ms;
    ngx_uint_t                  set;
} ngx_http_ssec_time_t;


typedef struct {
    ngx_str_t                   path;
    ngx_uint_t                  prefix;
#if (NGX_PCRE)
    ngx_regex_t                *regex;
#endif
} ngx_http_ssec_pattern_t;


typedef struct {
    ngx_http_complex_value_t   *value;
    ngx_str_t                   text;        /* as configured */
    ngx_uint_t                  login;       /* a login page */
    ngx_uint_t                  host;        /* that of the request, or any */
} ngx_http_ssec_url_t;


/* A location that a URL without variables can name. */

typedef struct {
    ngx_str_t                   name;
    ngx_uint_t                  adds_slash;  /* to its name without one */
} ngx_http_ssec_name_t;


typedef struct ngx_http_ssec_loc_conf_s ngx_http_ssec_loc_conf_t;


/* Of a server the locations of one zone that a script is put into. */

typedef struct {
    ngx_http_ssec_loc_conf_t  *first;
    ssec_limits_t              limits;       /* the longest constant ones */
    ngx_array_t                expire_after;  /* values with variables */
    ngx_array_t                max_lifetime;
} ngx_http_ssec_pages_t;


typedef struct {
    ngx_array_t             pings;
    ngx_array_t             scripts;
    ngx_array_t             names;           /* of its locations */
    ngx_array_t             hosts;           /* its own names, but patterns */
    ngx_array_t             pages;           /* an element a zone */
    ngx_http_ssec_pages_t  *builtin;         /* those that the built-in
                                         ping serves, or NULL */
} ngx_http_ssec_srv_conf_t;


typedef struct {
    ngx_http_complex_value_t   *path;        /* NULL: "/" */
    ngx_http_complex_value_t   *domain;      /* NULL: the host alone */
    ngx_uint_t                  secure;
    ngx_uint_t                  partitioned;
} ngx_http_ssec_cookie_t;


typedef struct {
    const char                 *attribute;   /* of the script's tag */
    ngx_http_complex_value_t   *value;
    ngx_str_t                   text;        /* if it has no variables */
} ngx_http_ssec_option_t;


typedef struct ngx_http_ssec_page_s ngx_http_ssec_page_t;


struct ngx_http_ssec_loc_conf_s {
    ngx_http_ssec_srv_conf_t  *server;
    ngx_shm_zone_t            *shm_zone;
    ngx_http_ssec_time_t       warn_after;
    ngx_http_ssec_time_t       expire_after;
    ngx_http_ssec_time_t       max_lifetime;
    ngx_array_t               *passive_urls;
    ngx_array_t               *passive;
    ngx_array_t               *origins;
    ngx_http_ssec_url_t       *logout_url;
    ngx_uint_t                 expired_status;
    ngx_uint_t                 activity;
    ngx_uint_t                 connections;
    ngx_uint_t                 strict;               /* unknown: expired */
    ngx_http_ssec_cookie_t    *cookie;
    ngx_uint_t                 usual;                /* all is activity */
    ngx_uint_t                 varying;              /* the limits are */
    ssec_limits_t              limits;               /* unless they vary */
    ngx_uint_t                 ping;
    ngx_uint_t                 pages;                /* a ping: it may be one
                                                of the pages', too */
    ngx_uint_t                 script;
    ngx_flag_t                 inject;
    ngx_array_t               *inject_options;
    ngx_flag_t                 no_store;             /* unset: as inject */
    ngx_flag_t                 keep_out;             /* likewise, but set */
    ngx_str_t                  ping_url;             /* for the tag, in HTML */
    ngx_str_t                  script_url;
    ngx_uint_t                 builtin_ping;         /* see above; the */
    ngx_uint_t                 builtin_script;       /* URL is built in */
    ngx_str_t                  times;                /* its attributes, if */
    ngx_str_t                  logout;               /* they are constant */
};


typedef struct {
    ssec_digest_t               digest;
    ngx_str_t                   name;        /* of the cookie, as spelled */

    /* the request */

    u_char                      whole;       /* it may be recorded */
    u_char                      short_part;  /* too short to tell sessions */
    u_char                      judged;
    u_char                      unknown;     /* to the zone, so far */
    u_char                      replaced;    /* before it was judged */
    u_char                      state;       /* as it was judged */
    u_char                      verdict;     /* likewise */
    u_char                      passed;      /* the backend gets it */

    /* the response */

    u_char                      gone;        /* it deletes the cookie, */
    u_char                      kept;        /* or sets it; under this name, */
    u_char                      set;         /* spelled so, */
    u_char                      same;        /* to what it was */

    /* its session, once it was judged */

    ssec_digest_t               root;        /* the key that it began with */
    uint64_t                    created;
} ngx_http_ssec_key_t;


/* A stretch of the Cookie header that goes to the backend whole, or not. */

typedef struct {
    u_char                     *data;
    size_t                      len;
    ngx_uint_t                  keys;        /* a bit for each that it holds */
} ngx_http_ssec_piece_t;


typedef struct {
    ngx_http_ssec_key_t   *elts;
    ngx_uint_t             nelts;
    ngx_uint_t             npieces;
    u_char                *unread;               /* too much from here on */
    ngx_http_ssec_key_t    first;                /* if there is but one */
    ngx_http_ssec_piece_t  pieces[SSEC_COOKIES_MAX];
} ngx_http_ssec_keys_t;


typedef struct {
    ngx_pool_cleanup_t     cleanup;                /* see the function below */
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_keys_t   keys;                    /* of the request */
    ssec_event_t           event;
    ssec_outcome_t         outcome;
    ssec_limits_t          limits;
    ssec_glimpse_t         glimpse;                 /* if it is plain */
    uint64_t               now;                     /* as it was judged */
    ngx_table_elt_t        accept_encoding;

    /* a connection that may outlive its session */

    ngx_http_request_t    *request;
    ngx_queue_t            queue;
    ngx_rbtree_node_t      node;
    uint64_t               deadline;
    off_t                  sent;                    /* to the backend so far */
    ngx_uint_t             connections;

    /* zero at first, from here on */

    ngx_http_ssec_page_t  *page;                   /* until the tag is in it */
    ngx_str_t              said;                   /* by the backend, so far */
    ssec_own_t             own;                     /* the session's, if any */
    uint64_t               begun;                  /* when a session began that
                                        lives by the response */

    /* flags; bytes, which take less to be set and asked for than bits */

    u_char                 judged;
    u_char                 keyless;                 /* no key in its zone */
    u_char                 admitted;
    u_char                 refused;                 /* by nginx */
    u_char                 plain;                   /* glimpsed */
    u_char                 withheld;                /* a cookie was */
    u_char                 deleted;                 /* by the response */
    u_char                 issued;                  /* likewise */
    u_char                 ended;                   /* it says so */
    u_char                 hidden;                  /* accept_encoding is */
    u_char                 queued;
    u_char                 watched;                 /* is in the tree, too */
    u_char                 bad_time;                /* one was logged */
    u_char                 upload;                  /* its session has ended */
    u_char                 closed;                  /* for this reason, by
                                           the response */
    u_char                 ping;                    /* judged as a ping */
    u_char                 pinged;                  /* the ping answers */
    u_char                 other;                   /* it says "other" */
} ngx_http_ssec_ctx_t;


ngx_http_ssec_ctx_t *ngx_http_ssec_find_ctx(ngx_http_request_t *r);
void ngx_http_ssec_exit_process(ngx_cycle_t *cycle);
ngx_int_t ngx_http_ssec_handler(ngx_http_request_t *r);
/* The request has passed nginx's own access checks: it counts. */
ngx_int_t ngx_http_ssec_admit_handler(ngx_http_request_t *r);
/* The session's idle time, in milliseconds: after the request, if it counts. */
uint64_t ngx_http_ssec_idle(ngx_http_ssec_ctx_t *ctx);

/*
 * What the request is, and whether it proves a human.  Gives NGX_DECLINED if
 * nothing that comes of it ever does: another site asks for it, or it is said
 * so; NGX_ERROR if what is said cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_event(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_event_t *ev);
/* A navigation, which can follow a redirect. */
ngx_uint_t ngx_http_ssec_is_page(ngx_http_request_t *r);
/* Of the event, what counts only for a session that is no longer live. */
void ngx_http_ssec_complete_event(ngx_http_request_t *r, ssec_event_t *ev);

void ngx_http_ssec_init_connections(void);
/* Ends the request's connection once its session has ended. */
void ngx_http_ssec_watch(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);
void ngx_http_ssec_unwatch(ngx_http_ssec_ctx_t *ctx);

/*
 * X-Accel-Session of the backend that has redirected the request, or whose
 * response an error page takes the place of; or NULL.
 */
ngx_table_elt_t *ngx_http_ssec_redirected_said(ngx_http_request_t *r);

/* Has the response delete the session's cookie, wherever it was set. */
ngx_int_t ngx_http_ssec_delete_cookies(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
/* Where the backend has just set the cookie. */
void ngx_http_ssec_learn(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_set_cookie_t *cookie);

ngx_int_t ngx_http_ssec_ping_handler(ngx_http_request_t *r);
/* A ping is about to count: not if its page is another session's. */
void ngx_http_ssec_ping_age(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);

ngx_int_t ngx_http_ssec_script_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_ssec_script_url(ngx_pool_t *pool, ngx_str_t *location,
    ngx_str_t *url);

/* The pages of the location's server that are in its zone, or NULL. */
ngx_http_ssec_pages_t *ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf);
/* A request that was admitted: the built-in ping answers here. */
ngx_int_t ngx_http_ssec_content_handler(ngx_http_request_t *r);
/* Before access is checked: the built-in script, some pings; or declines. */
ngx_int_t ngx_http_ssec_answer_early(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t asked);
/* The limits that hold in a location; and those that hold for a ping there. */
ngx_int_t ngx_http_ssec_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
ngx_int_t ngx_http_ssec_ping_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/* How a ping is judged; NULL without memory. */
ngx_http_ssec_loc_conf_t *ngx_http_ssec_ping_conf(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf);
/*
 * Below which path the built-in ping gets the cookies of this page: empty for
 * the root.  Not escaped.
 */
ngx_int_t ngx_http_ssec_builtin_prefix(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_str_t *prefix, ngx_uint_t *learned);

/* Escapes for an attribute in double quotes. */
ngx_int_t ngx_http_ssec_html(ngx_pool_t *pool, ngx_str_t *s);
/* What is the same in all tags of a location. */
ngx_int_t ngx_http_ssec_init_tag(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);

void ngx_http_ssec_init_header_filter(void);
void ngx_http_ssec_init_page_filters(void);
void ngx_http_ssec_init_trailers_filters(void);

ngx_int_t ngx_http_ssec_redirect(ngx_http_request_t *r, ngx_str_t *url);
/* The way back to the page: escaped for an argument, and on this site. */
ngx_int_t ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url);

ngx_int_t ngx_http_ssec_html_page(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx);
ngx_int_t ngx_http_ssec_time_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, uint64_t least, uint64_t otherwise,
    const char *name, uint64_t *ms);

/* The session keys of a request: none is no error. */
ngx_int_t ngx_http_ssec_keys(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_keys_t *keys);
ngx_int_t ngx_http_ssec_canonical(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone, ssec_str_t *value, ssec_digest_t *digest,
    size_t *len);
/*
 * Takes out of the request each piece that holds a key which is not passed.
 * What is left is read again, for its neighbours have changed: if any other key
 * is in it now, every cookie of the session goes, and no key is passed.
 */
ngx_int_t ngx_http_ssec_withhold(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone, ngx_http_ssec_keys_t *keys);

/* On this host: "//host" and "/\\host" are others to a browser. */
ngx_uint_t ngx_http_ssec_is_path(ngx_str_t *url);
/* Percent-encodes what no header, and no page, can have in a URL. */
ngx_int_t ngx_http_ssec_escape(ngx_pool_t *pool, ngx_str_t *url);
/* An empty URL is none. */
ngx_int_t ngx_http_ssec_logout_url(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url);
/*
 * NGX_OK if the request is for it, and for nothing else to the backend;
 * NGX_DECLINED if not.  elsewhere: that URL is on another host.
 */
ngx_int_t ngx_http_ssec_is_logout(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url, ngx_uint_t *elsewhere);

ngx_table_elt_t *ngx_http_ssec_find_header(ngx_list_t *headers,
    ngx_str_t *name);
ngx_table_elt_t *ngx_http_ssec_add_header(ngx_http_request_t *r,
    ngx_str_t *name, ngx_str_t *value);
ngx_int_t ngx_http_ssec_not_allowed(ngx_http_request_t *r, ngx_str_t *methods);
ngx_int_t ngx_http_ssec_no_store(ngx_http_request_t *r);
void ngx_http_ssec_remove_header(ngx_list_t *headers, ngx_table_elt_t *header);

ngx_int_t ngx_http_ssec_init_zone(ngx_shm_zone_t *shm_zone, void *data);
ngx_int_t ngx_http_ssec_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_ssec_init_process(ngx_cycle_t *cycle);
/* A new table for the zone, with the sessions of another one, if any. */
ngx_int_t ngx_http_ssec_create_table(ngx_shm_zone_t *shm_zone, void *memory,
    size_t size, ssec_table_t *from, uint64_t back);
/* Has the kernel use them for the zone, if it is set to. */
void ngx_http_ssec_huge_pages(void *memory, size_t size);
/* The module's zones of a cycle: the next one, or NULL; *i is 0 at first. */
ngx_http_ssec_zone_t *ngx_http_ssec_next_zone(ngx_cycle_t *cycle,
    ngx_uint_t *i);
void ngx_http_ssec_host(ssec_host_t *host);
/* The host's uptime in milliseconds, suspended time included. */
uint64_t ngx_http_ssec_uptime(void);
void ngx_http_ssec_update_time(void);

extern uint64_t    ngx_http_ssec_cached_uptime;
extern ngx_msec_t  ngx_http_ssec_time_at;

/* Finds or makes the zone's file; old is the zone as it runs, or NULL. */
ngx_int_t ngx_http_ssec_init_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
/* The new configuration holds: so does a file that was made for it. */
void ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log);
void ngx_http_ssec_cleanup_file(void *data);

/*
 * A live session was pushed out: says so, at most once a second; or, if it was
 * seen in one request only and not issued, once an hour.
 */
void ngx_http_ssec_report(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    uint64_t now);


#pragma GCC visibility pop


extern ngx_module_t  ngx_http_session_security_module;
extern ngx_module_t  ngx_http_session_security_page_module;


/* The zone's time, in milliseconds, as of when nginx last updated its own. */

static ngx_inline uint64_t
ngx_http_ssec_now(ngx_http_ssec_zone_t *zone)
{
    if (ngx_http_ssec_time_at != ngx_current_msec) {
        ngx_http_ssec_update_time();
    }

    return zone->epoch + ngx_http_ssec_cached_uptime;
}


/* The main request's context, after whatever internal redirect; or NULL. */

static ngx_inline ngx_http_ssec_ctx_t *
ngx_http_ssec_ctx(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t  *ctx;

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL && (r->internal || r->filter_finalize)) {
        ctx = ngx_http_ssec_find_ctx(r);
    }

    return ctx;
}


/* Of n keys the one with this digest; or NULL. */

static ngx_inline ngx_http_ssec_key_t *
ngx_http_ssec_find_key(ngx_http_ssec_key_t *keys, ngx_uint_t n,
    ssec_digest_t *digest)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (keys[i].digest.body == digest->body
            && keys[i].digest.place == digest->place)
        {
            return &keys[i];
        }
    }

    return NULL;
}


/*
 * Found by a key that was replaced so long ago that a browser would have sent
 * the new one.
 */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_replaced(ssec_entry_t *entry, uint64_t now)
{
    return entry->former
           && ssec_name_age(entry, now) > NGX_HTTP_SSEC_GRACE;
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


/* Whether a header may tell of activity: by the length of its name. */

static ngx_inline ngx_uint_t
ngx_http_ssec_may_be_fetch(ngx_table_elt_t *h)
{
    switch (h->key.len) {

    case sizeof("Sec-Fetch-Mode") - 1:
    case sizeof("Sec-Purpose") - 1:
    case sizeof("X-Sec-Purpose") - 1:
    case sizeof("Purpose") - 1:
    case sizeof("X-Purpose") - 1:
    case sizeof("X-Moz") - 1:
        return 1;

    case sizeof("Origin") - 1:                       /* "Accept", "Cookie" */
        return (h->key.data[0] | 0x20) == 'o';

    case sizeof("Early-Data") - 1:                   /* "Connection" */
        return (h->key.data[0] | 0x20) == 'e';

    default:
        return 0;
    }
}


/* Whether anything may tell of activity; if not, the request is active. */

static ngx_inline ngx_uint_t
ngx_http_ssec_has_fetch(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_ssec_may_be_fetch(&h[i])) {
                return 1;
            }
        }
    }

    return ngx_http_ssec_is_early(r);
}


static ngx_inline ngx_int_t
ngx_http_ssec_time(ngx_http_request_t *r, ngx_http_ssec_time_t *time,
    uint64_t least, uint64_t otherwise, const char *name, uint64_t *ms)
{
    if (time->value) {
        return ngx_http_ssec_time_value(r, time->value, least,
                                        otherwise, name, ms);
    }

    *ms = time->ms;

    return NGX_OK;
}


/* Of two times the longer one: 0 is no limit. */

static ngx_inline uint64_t
ngx_http_ssec_longer(uint64_t a, uint64_t b)
{
    return (a == 0 || b == 0) ? 0 : ngx_max(a, b);
}


/* Whether a request is for the built-in ping or script: by its path's end. */

static ngx_inline ngx_uint_t
ngx_http_ssec_builtin(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    size_t   len;
    u_char  *end;

    static const size_t  ping =
        sizeof(NGX_HTTP_SSEC_PING_PATH) - 1;
    static const size_t  script =
        sizeof(NGX_HTTP_SSEC_SCRIPT_PATH) - 1;

    if (slcf->server->builtin == NULL || r->unparsed_uri.len < ping) {
        return 0;
    }

    len = r->unparsed_uri.len;
    end = memchr(r->unparsed_uri.data, '?', len);

    if (end) {
        len = end - r->unparsed_uri.data;
    }

    end = r->unparsed_uri.data + len;

    if (len >= ping
        && ngx_memcmp(end - ping, NGX_HTTP_SSEC_PING_PATH, ping)
           == 0)
    {
        return NGX_HTTP_SSEC_ASKED_PING;
    }

    if (len >= script
        && ngx_memcmp(end - script, NGX_HTTP_SSEC_SCRIPT_PATH,
                      script)
           == 0)
    {
        return NGX_HTTP_SSEC_ASKED_SCRIPT;
    }

    return 0;
}


/* Whether it is a ping, or for the script, also in a location of its own. */

static ngx_inline ngx_uint_t
ngx_http_ssec_asked(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf)
{
    if (slcf->ping) {
        return NGX_HTTP_SSEC_ASKED_PING;
    }

    if (slcf->script) {
        return NGX_HTTP_SSEC_ASKED_SCRIPT;
    }

    /* an error page in place of the answer is judged as any other request */

    return r->error_page ? 0 : ngx_http_ssec_builtin(r, slcf);
}


/* What a request is judged by; NULL without memory. */

static ngx_inline ngx_http_ssec_loc_conf_t *
ngx_http_ssec_conf(ngx_http_request_t *r, ngx_uint_t asked)
{
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    return (asked == NGX_HTTP_SSEC_ASKED_PING)
           ? ngx_http_ssec_ping_conf(r, slcf) : slcf;
}


/* Quickly past what is no HTML page of a session that lives, or did so. */

static ngx_inline ngx_int_t
ngx_http_ssec_page(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    ctx->page = NULL;

#if (NGX_HTTP_GZIP)
    if (ctx->hidden) {
        r->headers_in.accept_encoding = &ctx->accept_encoding;
        r->gzip_tested = 0;
    }
#endif

    if (r->headers_out.content_type_len < sizeof("text/html") - 1
        || (!slcf->inject && !slcf->keep_out)
        || ctx->pinged
        || (ctx->outcome.verdict != SSEC_LOGOUT
            && !ctx->closed
            && !ctx->begun
            && (ctx->outcome.verdict != SSEC_PASS
                || ctx->outcome.state != SSEC_LIVE
                || (ctx->deleted && !ctx->issued)))
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

    return ngx_http_ssec_html_page(r, slcf, ctx);
}

#endif /* _NGX_HTTP_SSEC_H_INCLUDED_ */

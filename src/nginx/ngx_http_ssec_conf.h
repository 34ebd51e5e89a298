/* The configuration of a location. */

#ifndef _NGX_HTTP_SSEC_CONF_H_INCLUDED_
#define _NGX_HTTP_SSEC_CONF_H_INCLUDED_

#include "ngx_http_ssec.h"

#include "ssec_decision.h"
#include "ssec_origin.h"

/* values of session_security_activity: the requests that are activity */
#define NGX_HTTP_SSEC_REQUESTS      0
#define NGX_HTTP_SSEC_NAVIGATIONS   1
#define NGX_HTTP_SSEC_USER          2

/* values of session_security_connections */
#define NGX_HTTP_SSEC_PASSIVE       0
#define NGX_HTTP_SSEC_ACTIVE        1
#define NGX_HTTP_SSEC_OFF           2

/* the host of a logout URL: any host, or a variable with the request's host */
#define NGX_HTTP_SSEC_ANY_HOST      0
#define NGX_HTTP_SSEC_HOST          1    /* $host */
#define NGX_HTTP_SSEC_HTTP_HOST     2    /* $http_host */

/*
 * The ping of a page: 0 for a location with session_security_ping, BUILTIN for
 * the built-in ping.  BELOW_PATH is a location with the built-in ping's URL at
 * the root: pages below a cookie's Path use the built-in ping all the same.
 */
#define NGX_HTTP_SSEC_BUILTIN       1
#define NGX_HTTP_SSEC_BELOW_PATH    2


/* The valid values of a directive with a time, in milliseconds. */

typedef struct {
    uint64_t                   min;
    uint64_t                   fallback;     /* for invalid variables */
} ngx_http_ssec_time_rule_t;


typedef struct {
    ngx_http_complex_value_t  *value;        /* NULL without variables */
    uint64_t                   ms;           /* time without variables */
    ngx_command_t             *directive;    /* NULL by default; its post is
                                                ngx_http_ssec_time_rule_t */
} ngx_http_ssec_time_t;


/* A pattern of session_security_passive_urls. */

typedef struct {
    ngx_str_t                  path;
    ngx_uint_t                 prefix;       /* path* */
#if (NGX_PCRE)
    ngx_regex_t               *regex;        /* NULL for a path */
#endif
} ngx_http_ssec_pattern_t;


/* session_security_logout_url, session_security_login_url */

typedef struct {
    ngx_http_complex_value_t  *value;
    ngx_str_t                  text;         /* as configured */
    ngx_uint_t                 login;        /* session_security_login_url */
    ngx_uint_t                 host;         /* NGX_HTTP_SSEC_HOST, ... */
} ngx_http_ssec_url_t;


/* session_security_cookie */

typedef struct {
    ngx_http_complex_value_t  *path;         /* NULL for "/" */
    ngx_http_complex_value_t  *domain;       /* NULL for the host only */
    ngx_uint_t                 secure;
    ngx_uint_t                 partitioned;
} ngx_http_ssec_cookie_t;


/* An option of session_security_inject. */

typedef struct {
    const char                *attribute;    /* name in the script's tag */
    ngx_http_complex_value_t  *value;
} ngx_http_ssec_option_t;


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
    ngx_uint_t                 strict;       /* session_security_unknown */
    ngx_http_ssec_cookie_t    *cookie;

    ngx_uint_t                 varying;      /* limits that each request has
                                                to evaluate */
    ssec_limits_t              limits;       /* limits unless varying */

    ngx_uint_t                 ping;         /* session_security_ping */
    ngx_uint_t                 pages;        /* built-in ping: the location's
                                                own limits count, too */
    ngx_uint_t                 script;       /* session_security_script */

    ngx_flag_t                 inject;
    ngx_array_t               *inject_options;
    ngx_flag_t                 no_store;     /* as configured */
    ngx_flag_t                 keep_out;     /* no_store, by default inject */

    /* the script's tag, its texts in HTML */

    ngx_str_t                  ping_url;     /* without a cookie's Path */
    ngx_str_t                  script_url;   /* without a cookie's Path */
    ngx_uint_t                 builtin_ping; /* NGX_HTTP_SSEC_BUILTIN, ... */
    ngx_uint_t                 builtin_script;
    ngx_str_t                  times;        /* attributes, or empty */
    ngx_str_t                  logout;       /* attribute, or empty */
    ngx_str_t                  options;      /* attributes, or empty */
};

#endif /* _NGX_HTTP_SSEC_CONF_H_INCLUDED_ */

/* The configuration: its structures, the directives, and the merging. */

#ifndef _NGX_HTTP_SSEC_CONF_H_INCLUDED_
#define _NGX_HTTP_SSEC_CONF_H_INCLUDED_


#include "ngx_http_ssec.h"

#include "ssec_decision.h"
#include "ssec_origin.h"


/* session_security_activity: which requests are activity */
#define NGX_HTTP_SSEC_REQUESTS      0
#define NGX_HTTP_SSEC_NAVIGATIONS   1
#define NGX_HTTP_SSEC_USER          2

/* session_security_connections: which connections end with their session */
#define NGX_HTTP_SSEC_PASSIVE       0
#define NGX_HTTP_SSEC_ACTIVE        1
#define NGX_HTTP_SSEC_OFF           2

/* the host of a logout URL: any, or that of the request by this variable */
#define NGX_HTTP_SSEC_ANY_HOST      0
#define NGX_HTTP_SSEC_HOST          1    /* $host */
#define NGX_HTTP_SSEC_HTTP_HOST     2    /* $http_host */

/*
 * The ping of a page: 0 for a location of its own, BUILTIN for the module's.
 * BELOW_PATH is a location where the built-in ping would be: below the cookie's
 * Path the module answers, at the root the location.
 */
#define NGX_HTTP_SSEC_BUILTIN       1
#define NGX_HTTP_SSEC_BELOW_PATH    2


typedef struct {
    ngx_http_complex_value_t  *value;        /* NULL if it is a constant */
    uint64_t                   ms;
    ngx_uint_t                 set;
} ngx_http_ssec_time_t;


/* Of session_security_passive_urls one. */

typedef struct {
    ngx_str_t                  path;
    ngx_uint_t                 prefix;
#if (NGX_PCRE)
    ngx_regex_t               *regex;
#endif
} ngx_http_ssec_pattern_t;


/* session_security_logout_url, session_security_login_url */

typedef struct {
    ngx_http_complex_value_t  *value;
    ngx_str_t                  text;         /* as configured */
    ngx_uint_t                 login;        /* a login page */
    ngx_uint_t                 host;
} ngx_http_ssec_url_t;


/* session_security_cookie */

typedef struct {
    ngx_http_complex_value_t  *path;         /* NULL: "/" */
    ngx_http_complex_value_t  *domain;       /* NULL: the host alone */
    ngx_uint_t                 secure;
    ngx_uint_t                 partitioned;
} ngx_http_ssec_cookie_t;


/* An option of session_security_inject. */

typedef struct {
    const char                *attribute;    /* of the script's tag */
    ngx_http_complex_value_t  *value;
    ngx_str_t                  text;         /* if it has no variables */
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
    ngx_uint_t                 strict;       /* unknown keys are expired */
    ngx_http_ssec_cookie_t    *cookie;

    ngx_uint_t                 varying;      /* the limits have variables */
    ssec_limits_t              limits;       /* if they have none */

    ngx_uint_t                 ping;
    ngx_uint_t                 pages;        /* judge a ping as a page, too */
    ngx_uint_t                 script;

    ngx_flag_t                 inject;
    ngx_array_t               *inject_options;
    ngx_flag_t                 no_store;     /* unset: as inject */
    ngx_flag_t                 keep_out;     /* no_store, or else inject */
    ngx_str_t                  ping_url;     /* for the tag, in HTML */
    ngx_str_t                  script_url;
    ngx_uint_t                 builtin_ping;
    ngx_uint_t                 builtin_script;
    ngx_str_t                  times;        /* the tag's constant parts */
    ngx_str_t                  logout;
};


/* The longer of two times: 0 is no limit. */

static ngx_inline uint64_t
ngx_http_ssec_longer(uint64_t a, uint64_t b)
{
    return (a == 0 || b == 0) ? 0 : ngx_max(a, b);
}


#endif /* _NGX_HTTP_SSEC_CONF_H_INCLUDED_ */

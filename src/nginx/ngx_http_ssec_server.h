/* A server's knowledge of its locations. */

#ifndef _NGX_HTTP_SSEC_SERVER_H_INCLUDED_
#define _NGX_HTTP_SSEC_SERVER_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/* A location that is given by a path. */

typedef struct {
    ngx_str_t                  name;
    ngx_uint_t                 adds_slash;   /* redirects "/a" to "/a/" */
} ngx_http_ssec_name_t;


/* A location with session_security_ping or session_security_script. */

typedef struct {
    ngx_str_t                  name;         /* percent-encoded */
    ngx_http_ssec_loc_conf_t  *slcf;
} ngx_http_ssec_location_t;


/*
 * The locations of a server that are in one zone and have
 * session_security_inject on.
 */

typedef struct {
    ngx_http_ssec_loc_conf_t  *first;
    ssec_limits_t              limits;       /* the longest constant limits */
    ngx_array_t                expire_after; /* values with variables */
    ngx_array_t                max_lifetime; /* values with variables */
} ngx_http_ssec_pages_t;


/* A location with session_security_inject on, and its server. */

typedef struct {
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_core_srv_conf_t  *cscf;
} ngx_http_ssec_injected_t;


typedef struct {
    ngx_array_t                injected;     /* ngx_http_ssec_injected_t */
    ngx_uint_t                 inject;       /* a location has inject on */
    ngx_uint_t                 pages;        /* a location has inject or
                                                no_store on */
} ngx_http_ssec_main_conf_t;


struct ngx_http_ssec_srv_conf_s {
    ngx_array_t                pings;        /* ngx_http_ssec_location_t */
    ngx_array_t                scripts;      /* ngx_http_ssec_location_t */
    ngx_array_t                names;        /* ngx_http_ssec_name_t */
    ngx_array_t                hosts;        /* ngx_str_t, server names that
                                                are no regular expressions */
    ngx_array_t                pages;        /* ngx_http_ssec_pages_t */
    ngx_http_ssec_pages_t     *builtin;      /* pages of the built-in ping */
};


/* Gives the pages of the location's server and zone; NULL if there are none. */
ngx_http_ssec_pages_t *ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf);
/*
 * Adds the location to the names if it is given by a path: it is no "if" or
 * "limit_except", no "@name", no regular expression.  NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_add_name(ngx_array_t *names,
    ngx_http_core_loc_conf_t *clcf);
/*
 * Adds the location's limits to the pages of its server and zone, by which
 * pings are judged.  NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_add_page(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_SERVER_H_INCLUDED_ */

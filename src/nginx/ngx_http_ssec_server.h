/* A server's knowledge of its locations. */

#ifndef _NGX_HTTP_SSEC_SERVER_H_INCLUDED_
#define _NGX_HTTP_SSEC_SERVER_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

/* A location that is given by a path. */

typedef struct {
    ngx_str_t                  name;
    ngx_uint_t                 adds_slash;   /* redirects "/a" to "/a/" */
    ngx_http_ssec_loc_conf_t  *slcf;
} ngx_http_ssec_name_t;


/*
 * The locations of a server that are in one zone and have
 * session_security_inject on.
 */

typedef struct {
    ngx_http_ssec_loc_conf_t  *first;
    ssec_limits_t              limits;       /* the longest constant limits */
    ngx_array_t                varying;      /* ngx_http_ssec_loc_conf_t *,
                                                limits with variables */
} ngx_http_ssec_pages_t;


typedef struct {
    ngx_array_t                injected;     /* ngx_http_ssec_loc_conf_t *, with
                                                inject on and a zone */
    ngx_uint_t                 inject;       /* a location has inject on */
    ngx_uint_t                 pages;        /* a location has inject or
                                                no_store on */
} ngx_http_ssec_main_conf_t;


struct ngx_http_ssec_srv_conf_s {
    ngx_http_core_srv_conf_t  *core;
    ngx_array_t                names;        /* ngx_http_ssec_name_t */
    ngx_array_t                hosts;        /* ngx_str_t, server names that
                                                are no regular expressions */
    ngx_array_t                pages;        /* ngx_http_ssec_pages_t */
    ngx_http_ssec_pages_t     *builtin;      /* pages of the built-in ping */
};

#endif /* _NGX_HTTP_SSEC_SERVER_H_INCLUDED_ */

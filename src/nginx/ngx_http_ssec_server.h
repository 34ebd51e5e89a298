/* What a server knows of its locations. */

#ifndef _NGX_HTTP_SSEC_SERVER_H_INCLUDED_
#define _NGX_HTTP_SSEC_SERVER_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/* A location that a URL without variables can name. */

typedef struct {
    ngx_str_t                  name;
    ngx_uint_t                 adds_slash;   /* to its name without one */
} ngx_http_ssec_name_t;


/* A location of a ping or a script, by its URL. */

typedef struct {
    ngx_str_t                  name;
    ngx_http_ssec_loc_conf_t  *slcf;
} ngx_http_ssec_location_t;


/* The locations of a server and a zone whose pages get the script's tag. */

typedef struct {
    ngx_http_ssec_loc_conf_t  *first;
    ssec_limits_t              limits;       /* the longest constant ones */
    ngx_array_t                expire_after;  /* values with variables */
    ngx_array_t                max_lifetime;
} ngx_http_ssec_pages_t;


/* One of these locations. */

typedef struct {
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_core_srv_conf_t  *cscf;
} ngx_http_ssec_injected_t;


typedef struct {
    ngx_array_t                injected;
    ngx_uint_t                 inject;       /* is on in some location */
    ngx_uint_t                 pages;        /* some location changes pages */
} ngx_http_ssec_main_conf_t;


struct ngx_http_ssec_srv_conf_s {
    ngx_array_t                pings;        /* ngx_http_ssec_location_t */
    ngx_array_t                scripts;      /* ngx_http_ssec_location_t */
    ngx_array_t                names;        /* ngx_http_ssec_name_t */
    ngx_array_t                hosts;        /* its names, without patterns */
    ngx_array_t                pages;        /* ngx_http_ssec_pages_t */
    ngx_http_ssec_pages_t     *builtin;      /* those of the built-in ping */
};


/* The pages of the location's server that are in its zone, or NULL. */
ngx_http_ssec_pages_t *ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf);
/* Remembers the location, if a URL can name it: no "if", no regular one. */
ngx_int_t ngx_http_ssec_add_name(ngx_array_t *names,
    ngx_http_core_loc_conf_t *clcf);
/* Has the pings of its zone know of this location's pages. */
ngx_int_t ngx_http_ssec_add_page(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_SERVER_H_INCLUDED_ */

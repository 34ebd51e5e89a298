/* The session keys of a request, and withholding those of dead sessions. */

#ifndef _NGX_HTTP_SSEC_KEY_H_INCLUDED_
#define _NGX_HTTP_SSEC_KEY_H_INCLUDED_


#include "ngx_http_ssec_zone.h"

#include "ssec_key.h"


#pragma GCC visibility push(hidden)


/* A stretch of the Cookie header that goes to the backend whole, or not. */

typedef struct {
    u_char                *data;
    size_t                 len;
    ngx_uint_t             keys;             /* a bit for each key in it */
} ngx_http_ssec_piece_t;


typedef struct {
    ssec_key_t   *elts;
    ngx_uint_t             nelts;
    ngx_uint_t             npieces;
    u_char                *unread;           /* too much from here on */
    ssec_key_t    first;            /* if there is but one */
    ngx_http_ssec_piece_t  pieces[SSEC_COOKIES_MAX];
} ngx_http_ssec_keys_t;


/* The session keys of a request: none is no error. */
ngx_int_t ngx_http_ssec_keys(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_keys_t *keys);
/* The digest of a cookie's value; a key of length 0 is none. */
ngx_int_t ngx_http_ssec_canonical(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone, ssec_str_t *value, ssec_digest_t *digest,
    size_t *len);
/*
 * Takes out of the request each piece that holds a key which is not passed.
 * The rest is read again, for its neighbours have changed: if any other key
 * is in it now, every cookie of the session goes, and no key is passed.
 */
ngx_int_t ngx_http_ssec_withhold(ngx_http_request_t *r,
    ngx_http_ssec_zone_t *zone, ngx_http_ssec_keys_t *keys);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_KEY_H_INCLUDED_ */

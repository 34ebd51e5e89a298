/* The session keys of a request, and withholding those of dead sessions. */

#ifndef _NGX_HTTP_SSEC_KEY_H_INCLUDED_
#define _NGX_HTTP_SSEC_KEY_H_INCLUDED_


#include "ngx_http_ssec_zone.h"

#include "ssec_cookie.h"
#include "ssec_digest.h"


#pragma GCC visibility push(hidden)


/*
 * A split cookie's last part may be a few bytes long, and alike in many
 * sessions; a part below this length counts only if there is no longer one.
 */
#define NGX_HTTP_SSEC_MIN_PART  16


typedef struct {
    ssec_digest_t          digest;
    ngx_str_t              name;             /* of the cookie, as spelled */

    /* the request */

    u_char                 whole;            /* it may be recorded */
    u_char                 short_part;       /* too short to tell sessions */
    u_char                 judged;
    u_char                 unknown;          /* to the zone, so far */
    u_char                 replaced;         /* before it was judged */
    u_char                 state;            /* as it was judged */
    u_char                 verdict;          /* likewise */
    u_char                 passed;           /* the backend gets it */

    /* the response */

    u_char                 gone;             /* it deletes the cookie, */
    u_char                 kept;             /* or sets it; under this name, */
    u_char                 set;              /* spelled so, */
    u_char                 same;             /* to what it was */

    /* its session, once it was judged */

    ssec_digest_t          root;             /* the key that it began with */
    uint64_t               created;
} ngx_http_ssec_key_t;


/* A stretch of the Cookie header that goes to the backend whole, or not. */

typedef struct {
    u_char                *data;
    size_t                 len;
    ngx_uint_t             keys;             /* a bit for each key in it */
} ngx_http_ssec_piece_t;


typedef struct {
    ngx_http_ssec_key_t   *elts;
    ngx_uint_t             nelts;
    ngx_uint_t             npieces;
    u_char                *unread;           /* too much from here on */
    ngx_http_ssec_key_t    first;            /* if there is but one */
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


/* The one of n keys with this digest; or NULL. */

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


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_KEY_H_INCLUDED_ */

/* The session keys of a request, and withholding those of dead sessions. */

#ifndef _NGX_HTTP_SSEC_KEY_H_INCLUDED_
#define _NGX_HTTP_SSEC_KEY_H_INCLUDED_

#include "ngx_http_ssec_zone.h"

#include "ssec_key.h"

/* The session keys of a request: none is no error. */
ngx_int_t ngx_http_ssec_keys(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    ssec_keys_t *keys);
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
    ngx_http_ssec_zone_t *zone, ssec_keys_t *keys);

#endif /* _NGX_HTTP_SSEC_KEY_H_INCLUDED_ */

/* Reads a Set-Cookie header. */

#ifndef SSEC_SET_COOKIE_H
#define SSEC_SET_COOKIE_H

#include "ssec_cookie.h"

typedef struct {
    ssec_str_t  name;
    ssec_str_t  value;
    bool        deletes;         /* no value, Max-Age <= 0 or past Expires */
    ssec_str_t  path;            /* empty: the default (section 5.1.4) */
    ssec_str_t  domain;          /* empty: the host alone */
    bool        secure;
    bool        cross_site;      /* SameSite=None */
    bool        partitioned;
} ssec_set_cookie_t;


/*
 * Reads the value of a Set-Cookie header as user agents do, RFC 6265, section
 * 5.2.  now is the wall clock in seconds since 1970.  Gives false if the header
 * sets no cookie.
 */

bool ssec_set_cookie(const uint8_t *data, size_t len, int64_t now,
    ssec_set_cookie_t *cookie);

#endif /* SSEC_SET_COOKIE_H */

/* Where a URL, or the page that asks, is: scheme, host and port. */

#ifndef SSEC_ORIGIN_H
#define SSEC_ORIGIN_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ssec_cookie.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


typedef struct {
    ssec_str_t  scheme;          /* empty in "//host" */
    ssec_str_t  host;            /* brackets included, no dot at its end */
    uint32_t    port;            /* 0 for none */
} ssec_origin_t;


/*
 * Reads the beginning of a URL, "scheme://host:port" or "//host:port", and
 * gives its length; 0 if the text is not of this form.  The parts point into
 * the text.  Takes time in proportion to the length of the text.
 */

size_t ssec_origin(ssec_origin_t *origin, const uint8_t *data, size_t len);

/* Whether the text is an origin as browsers send it: no "null", no path. */

bool ssec_origin_whole(ssec_origin_t *origin, const uint8_t *data, size_t len);

/* Whether the host can be one: no user's name, star or variable in it. */

bool ssec_origin_is_plain(const ssec_origin_t *origin);

/* Whether the scheme is http: or https:, or there is none. */

bool ssec_origin_is_http(const ssec_origin_t *origin);

/* Whether the host's name is this one, in any case. */

bool ssec_origin_has_host(const ssec_origin_t *origin, const uint8_t *data,
    size_t len);

/* Whether the port is the one that http: or https: have without one. */

bool ssec_origin_has_default_port(const ssec_origin_t *origin);

bool ssec_origin_same(const ssec_origin_t *one, const ssec_origin_t *other);


#pragma GCC visibility pop

#endif /* SSEC_ORIGIN_H */

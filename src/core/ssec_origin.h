/* Reads the origin of a URL or of a page: scheme, host and port. */

#ifndef SSEC_ORIGIN_H
#define SSEC_ORIGIN_H

#include "ssec_str.h"

typedef struct {
    ssec_str_t  scheme;          /* empty in "//host" */
    ssec_str_t  host;            /* with brackets, without a dot at the end */
    uint32_t    port;            /* 0 if there is none */
} ssec_origin_t;


/*
 * Reads the beginning of a URL, "scheme://host:port" or "//host:port".  Gives
 * its length, or 0 if the text has not this form.  The origin points into the
 * text.
 */

size_t ssec_origin(ssec_origin_t *origin, const uint8_t *data, size_t len);

/* Whether the text is an origin that a browser sends: no "null", no path. */

bool ssec_origin_whole(ssec_origin_t *origin, const uint8_t *data, size_t len);

/* Whether the host has only letters, digits and "-._[]:". */

bool ssec_origin_is_plain(const ssec_origin_t *origin);

/* Whether the scheme is http: or https:, or there is none. */

bool ssec_origin_is_http(const ssec_origin_t *origin);

/* Whether the port is the default of the scheme, or of http: or https:. */

bool ssec_origin_has_default_port(const ssec_origin_t *origin);

/* Whether two origins are the same: RFC 6454, section 5. */

bool ssec_origin_same(const ssec_origin_t *one, const ssec_origin_t *other);

#endif /* SSEC_ORIGIN_H */

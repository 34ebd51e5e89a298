/* Reads scheme, host and port: RFC 3986, 3.1 and 3.2, and RFC 6454, 6.2. */

#include "ssec_origin.h"


#define SSEC_HTTP_PORT   80
#define SSEC_HTTPS_PORT  443
#define SSEC_MAX_PORT    65535


static bool
ssec_is_in(uint8_t c, const char *set)
{
    return c && strchr(set, c);
}


/* How many bytes of the text come before the first of ends. */

static size_t
ssec_until(ssec_str_t text, const char *ends)
{
    size_t  i;

    for (i = 0; i < text.len && !ssec_is_in(text.data[i], ends); i++) {
        /* void */
    }

    return i;
}


/* The length of the scheme and its colon, or 0 if there is none. */

static size_t
ssec_scheme(ssec_str_t *scheme, const uint8_t *data, size_t len)
{
    size_t  i;

    scheme->data = data;
    scheme->len = 0;

    for (i = 0; i < len; i++) {

        if (data[i] == ':') {
            scheme->len = i;
            return i ? i + 1 : 0;
        }

        if (!ssec_is_letter(data[i])
            && (i == 0 || !ssec_is_in(data[i], "0123456789+-.")))
        {
            return 0;
        }
    }

    return 0;
}


/* Reads ":80"; an empty text and ":" are no port, which is 0. */

static bool
ssec_port(uint32_t *port, const uint8_t *p, const uint8_t *end)
{
    uint64_t  n;

    *port = 0;

    if (end - p < 2) {
        return true;
    }

    p++;
    n = ssec_str_number(&p, end);

    if (p < end || n == 0 || n > SSEC_MAX_PORT) {
        return false;
    }

    *port = (uint32_t) n;

    return true;
}


/* Reads "host" or "host:port".  Gives false if the text is neither. */

static bool
ssec_host_and_port(ssec_origin_t *origin, ssec_str_t text)
{
    size_t  n;

    /* an IPv6 address has colons in it, and brackets around it */

    if (text.len && text.data[0] == '[') {
        n = ssec_until(text, "]") + 1;

        if (n > text.len || (n < text.len && text.data[n] != ':')) {
            return false;
        }

    } else {
        n = ssec_until(text, ":");
    }

    origin->host.data = text.data;
    origin->host.len = n;

    if (n && text.data[n - 1] == '.') {
        origin->host.len--;
    }

    return origin->host.len
           && ssec_port(&origin->port, text.data + n, text.data + text.len);
}


size_t
ssec_origin(ssec_origin_t *origin, const uint8_t *data, size_t len)
{
    size_t      n;
    ssec_str_t  text;

    n = ssec_scheme(&origin->scheme, data, len);

    if (len - n < 2 || data[n] != '/' || data[n + 1] != '/') {
        return 0;
    }

    n += 2;

    text.data = data + n;
    text.len = len - n;
    text.len = ssec_until(text, "/?#");

    return ssec_host_and_port(origin, text) ? n + text.len : 0;
}


bool
ssec_origin_whole(ssec_origin_t *origin, const uint8_t *data, size_t len)
{
    size_t  n;

    n = ssec_origin(origin, data, len);

    return n && n == len && origin->scheme.len;
}


bool
ssec_origin_is_plain(const ssec_origin_t *origin)
{
    size_t   i;
    uint8_t  c;

    for (i = 0; i < origin->host.len; i++) {
        c = origin->host.data[i];

        if (!ssec_is_letter(c) && !ssec_is_in(c, "0123456789-._[]:")) {
            return false;
        }
    }

    return true;
}


bool
ssec_origin_is_http(const ssec_origin_t *origin)
{
    return origin->scheme.len == 0
           || ssec_str_is(&origin->scheme, "http")
           || ssec_str_is(&origin->scheme, "https");
}


/* The default port of the scheme; 0 if it is neither http: nor https:. */

static uint32_t
ssec_default_port(const ssec_origin_t *origin)
{
    if (ssec_str_is(&origin->scheme, "https")) {
        return SSEC_HTTPS_PORT;
    }

    return ssec_str_is(&origin->scheme, "http") ? SSEC_HTTP_PORT : 0;
}


bool
ssec_origin_has_default_port(const ssec_origin_t *origin)
{
    return origin->port == 0
           || origin->port == ssec_default_port(origin)
           || (origin->scheme.len == 0 && (origin->port == SSEC_HTTP_PORT
                                           || origin->port == SSEC_HTTPS_PORT));
}


bool
ssec_origin_same(const ssec_origin_t *one, const ssec_origin_t *other)
{
    uint32_t  port, other_port;

    port = one->port ? one->port : ssec_default_port(one);
    other_port = other->port ? other->port : ssec_default_port(other);

    return port == other_port
           && ssec_str_equals(&one->scheme, other->scheme.data,
                              other->scheme.len)
           && ssec_str_equals(&one->host, other->host.data, other->host.len);
}

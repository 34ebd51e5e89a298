/* Scheme, host and port: RFC 3986, 3.1 and 3.2, and RFC 6454, 6.2. */

#include <string.h>
#include <strings.h>

#include "ssec_origin.h"


#define SSEC_HTTP_PORT   80
#define SSEC_HTTPS_PORT  443
#define SSEC_MAX_PORT    65535


static size_t ssec_scheme(ssec_str_t *scheme, const uint8_t *data, size_t len);
static bool ssec_is_letter(uint8_t c);
static bool ssec_host_and_port(ssec_origin_t *origin, ssec_str_t text);
static bool ssec_port(uint32_t *port, ssec_str_t digits);
static size_t ssec_until(ssec_str_t text, const char *ends);
static bool ssec_is(const ssec_str_t *text, const char *word);
static uint32_t ssec_effective_port(const ssec_origin_t *origin);


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

        if (!ssec_is_letter(c)
            && (c == 0 || strchr("0123456789-._[]:", c) == NULL))
        {
            return false;
        }
    }

    return true;
}


bool
ssec_origin_is_http(const ssec_origin_t *origin)
{
    return origin->scheme.len == 0
           || ssec_is(&origin->scheme, "http")
           || ssec_is(&origin->scheme, "https");
}


bool
ssec_origin_has_host(const ssec_origin_t *origin, const uint8_t *data,
    size_t len)
{
    return origin->host.len == len
           && strncasecmp((const char *) origin->host.data,
                          (const char *) data, len)
              == 0;
}


bool
ssec_origin_has_default_port(const ssec_origin_t *origin)
{
    if (origin->port == 0) {
        return true;
    }

    if (origin->scheme.len == 0) {
        return origin->port == SSEC_HTTP_PORT
               || origin->port == SSEC_HTTPS_PORT;
    }

    return origin->port == (ssec_is(&origin->scheme, "https")
                            ? SSEC_HTTPS_PORT : SSEC_HTTP_PORT);
}


bool
ssec_origin_same(const ssec_origin_t *one, const ssec_origin_t *other)
{
    return one->scheme.len == other->scheme.len
           && strncasecmp((const char *) one->scheme.data,
                          (const char *) other->scheme.data, one->scheme.len)
              == 0
           && ssec_origin_has_host(one, other->host.data, other->host.len)
           && ssec_effective_port(one) == ssec_effective_port(other);
}


/* The length of the scheme and its colon; 0 if there is none. */

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
            && (i == 0 || data[i] == 0
                || strchr("0123456789+-.", data[i]) == NULL))
        {
            return 0;
        }
    }

    return 0;
}


static bool
ssec_is_letter(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}


static bool
ssec_host_and_port(ssec_origin_t *origin, ssec_str_t text)
{
    size_t      n;
    ssec_str_t  port;

    /* an IPv6 address has colons of its own, and brackets around */

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

    port.data = text.data + n;
    port.len = text.len - n;

    if (n && text.data[n - 1] == '.') {
        origin->host.len--;
    }

    return origin->host.len && ssec_port(&origin->port, port);
}


/* Of ":80"; an empty one is none. */

static bool
ssec_port(uint32_t *port, ssec_str_t digits)
{
    size_t  i;

    *port = 0;

    for (i = 1; i < digits.len; i++) {

        if (digits.data[i] < '0' || digits.data[i] > '9') {
            return false;
        }

        *port = *port * 10 + (uint32_t) (digits.data[i] - '0');

        if (*port > SSEC_MAX_PORT) {
            return false;
        }
    }

    return digits.len < 2 || *port != 0;
}


static size_t
ssec_until(ssec_str_t text, const char *ends)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] && strchr(ends, text.data[i])) {
            break;
        }
    }

    return i;
}


static bool
ssec_is(const ssec_str_t *text, const char *word)
{
    return text->len == strlen(word)
           && strncasecmp((const char *) text->data, word, text->len) == 0;
}


static uint32_t
ssec_effective_port(const ssec_origin_t *origin)
{
    if (origin->port) {
        return origin->port;
    }

    return ssec_is(&origin->scheme, "https") ? SSEC_HTTPS_PORT
           : ssec_is(&origin->scheme, "http") ? SSEC_HTTP_PORT : 0;
}

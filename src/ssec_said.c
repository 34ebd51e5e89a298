/* What the backend says of a session: the X-Accel-Session response header. */

#include <string.h>
#include <strings.h>

#include "ssec_said.h"


#define ssec_str_is(s, literal)                                               \
    ((s)->len == sizeof(literal) - 1                                          \
     && strncasecmp((const char *) (s)->data, literal,                        \
                    sizeof(literal) - 1) == 0)


static ssec_str_t ssec_said_part(const uint8_t **p, const uint8_t *end);
static bool ssec_said_limit(const ssec_str_t *part, ssec_own_t *own);
static uint32_t ssec_said_round(uint32_t time);
static bool ssec_said_time(const uint8_t *p, const uint8_t *end,
    uint32_t *time);
static uint64_t ssec_said_unit(const uint8_t **p, const uint8_t *end);


bool
ssec_said(const uint8_t *data, size_t len, ssec_said_t *said)
{
    ssec_str_t      part;
    const uint8_t  *p, *end;

    p = data;
    end = data + len;

    memset(said, 0, sizeof(ssec_said_t));

    part = ssec_said_part(&p, end);

    if (ssec_str_is(&part, "on")) {
        said->kind = SSEC_ON;

    } else if (ssec_str_is(&part, "off")) {
        said->kind = SSEC_OFF;

    } else if (ssec_str_is(&part, "end")) {
        said->kind = SSEC_END;

    } else {
        said->bad.data = data;
        said->bad.len = len;
        return false;
    }

    while (p < end) {
        part = ssec_said_part(&p, end);

        if (part.len == 0) {
            continue;
        }

        if (said->kind == SSEC_ON && ssec_said_limit(&part, &said->own)) {
            said->limited = true;

        } else if (said->bad.len == 0) {
            said->bad = part;
        }
    }

    return true;
}


static ssec_str_t
ssec_said_part(const uint8_t **p, const uint8_t *end)
{
    ssec_str_t      part;
    const uint8_t  *semicolon;

    semicolon = memchr(*p, ';', (size_t) (end - *p));

    part = ssec_cookie_trim(*p, semicolon ? semicolon : end);

    *p = semicolon ? semicolon + 1 : end;

    return part;
}


static bool
ssec_said_limit(const ssec_str_t *part, ssec_own_t *own)
{
    uint32_t        time;
    ssec_str_t      name, value;
    const uint8_t  *equals, *end;

    end = part->data + part->len;

    equals = memchr(part->data, '=', part->len);
    if (equals == NULL) {
        return false;
    }

    name = ssec_cookie_trim(part->data, equals);
    value = ssec_cookie_trim(equals + 1, end);

    if (!ssec_said_time(value.data, value.data + value.len, &time)) {
        return false;
    }

    time = ssec_said_round(time);

    if (ssec_str_is(&name, "max_lifetime")) {
        own->max_lifetime = time ? time : SSEC_OWN_NONE;
        return true;
    }

    if (time == 0) {
        return false;
    }

    if (ssec_str_is(&name, "expire_after")) {
        own->expire_after = time;
        return true;
    }

    if (ssec_str_is(&name, "warn_after")) {
        own->warn_after = time;
        return true;
    }

    return false;
}


/*
 * Down to a step that is no more than a 32nd of it: a backend that counts down
 * does not have as many different ones as there are seconds.
 */

static uint32_t
ssec_said_round(uint32_t time)
{
    size_t  i;

    static const uint32_t  steps[] = {
        86400000, 21600000, 3600000, 1800000, 600000, 300000, 60000, 30000,
        10000, 5000, 1000, 500, 100, 50, 10, 5, 1
    };

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]) - 1; i++) {

        if (steps[i] <= time / 32) {
            break;
        }
    }

    return time - time % steps[i];
}


/* One or more numbers with units, and blanks between; in milliseconds. */

static bool
ssec_said_time(const uint8_t *p, const uint8_t *end, uint32_t *time)
{
    uint64_t  n, sum, unit;

    if (p == end) {
        return false;
    }

    sum = 0;

    while (p < end) {

        if (*p < '0' || *p > '9') {
            return false;
        }

        for (n = 0; p < end && *p >= '0' && *p <= '9'; p++) {

            /* far above what is kept, and far below what overflows */

            if (n < SSEC_OWN_NONE) {
                n = n * 10 + (uint64_t) (*p - '0');
            }
        }

        unit = ssec_said_unit(&p, end);

        if (unit == 0) {
            return false;
        }

        n = (n > SSEC_OWN_NONE / unit) ? SSEC_OWN_NONE : n * unit;
        sum = (n > SSEC_OWN_NONE - sum) ? SSEC_OWN_NONE : sum + n;

        while (p < end && *p == ' ') {
            p++;
        }
    }

    *time = (uint32_t) ((sum < SSEC_OWN_NONE) ? sum : SSEC_OWN_NONE - 1);

    return true;
}


/* In milliseconds; 0 if there is no such unit. */

static uint64_t
ssec_said_unit(const uint8_t **p, const uint8_t *end)
{
    size_t  left;

    left = (size_t) (end - *p);

    if (left == 0 || **p == ' ') {
        return 1000;
    }

    if (left > 1 && (*p)[0] == 'm' && (*p)[1] == 's') {
        *p += 2;
        return 1;
    }

    switch (*(*p)++) {

    case 's':
        return 1000;

    case 'm':
        return (uint64_t) 60 * 1000;

    case 'h':
        return (uint64_t) 60 * 60 * 1000;

    case 'd':
        return (uint64_t) 24 * 60 * 60 * 1000;

    case 'w':
        return (uint64_t) 7 * 24 * 60 * 60 * 1000;

    default:
        return 0;
    }
}

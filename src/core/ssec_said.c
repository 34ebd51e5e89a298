/* Reads the X-Accel-Session response header. */

#include "ssec_said.h"
#include "ssec_time.h"


/* The part at *p, without the blanks around it; *p is moved to the next. */

static ssec_str_t
ssec_said_part(const uint8_t **p, const uint8_t *end)
{
    ssec_str_t  part;

    part = ssec_str_until(p, end, ';');

    return ssec_cookie_trim(part.data, part.data + part.len);
}


/*
 * The time that is stored, in milliseconds: at most 49 days, and rounded down
 * to a multiple of a step that is at most a 32nd of it.  A backend that counts
 * a lifetime down would otherwise use as many limits as there are seconds.
 */

static uint32_t
ssec_said_round(uint64_t ms)
{
    size_t    i;
    uint32_t  time;

    static const uint32_t  steps[] = {
        86400000, 21600000, 3600000, 1800000, 600000, 300000, 60000, 30000,
        10000, 5000, 1000, 500, 100, 50, 10, 5, 1
    };

    time = (uint32_t) ((ms < SSEC_OWN_NONE) ? ms : SSEC_OWN_NONE - 1);

    for (i = 0; i < sizeof(steps) / sizeof(steps[0]) - 1; i++) {

        if (steps[i] <= time / 32) {
            break;
        }
    }

    return time - time % steps[i];
}


/* Sets one limit.  Gives false if the part is no "LIMIT=TIME". */

static bool
ssec_said_limit(const ssec_str_t *part, ssec_own_t *own)
{
    uint32_t    time;
    uint64_t    ms;
    ssec_str_t  name, value;

    if (!ssec_cookie_pair(part, &name, &value)
        || !ssec_time(value.data, value.len, &ms))
    {
        return false;
    }

    time = ssec_said_round(ms);

    if (ssec_str_is(&name, "max_lifetime")) {
        own->max_lifetime = time ? time : SSEC_OWN_NONE;

    } else if (time && ssec_str_is(&name, "expire_after")) {
        own->expire_after = time;

    } else if (time && ssec_str_is(&name, "warn_after")) {
        own->warn_after = time;

    } else {
        return false;
    }

    return true;
}


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
        said->word = SSEC_ON;

    } else if (ssec_str_is(&part, "off")) {
        said->word = SSEC_OFF;

    } else if (ssec_str_is(&part, "end")) {
        said->word = SSEC_END;

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

        if (said->word == SSEC_ON && ssec_said_limit(&part, &said->own)) {
            said->limited = true;

        } else if (said->bad.len == 0) {
            said->bad = part;
        }
    }

    return true;
}

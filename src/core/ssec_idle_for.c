/* Reads the arguments of a ping. */

#include "ssec_idle_for.h"
#include "ssec_str.h"


bool
ssec_ping_argument(const void *args, size_t len, const char *name,
    uint64_t *ms)
{
    bool            is_negative;
    size_t          n;
    uint64_t        seconds;
    unsigned        found;
    ssec_str_t      arg, value;
    const uint8_t  *p, *end;

    if (len == 0) {
        return false;                          /* args may be NULL */
    }

    n = strlen(name);
    found = 0;
    p = args;
    end = p + len;

    while (p < end) {
        arg = ssec_str_until(&p, end, '&');

        if (arg.len >= n && memcmp(arg.data, name, n) == 0) {
            value.data = arg.data + n;
            value.len = arg.len - n;
            found++;
        }
    }

    if (found != 1) {
        return false;
    }

    p = value.data;
    end = p + value.len;

    is_negative = (p < end && *p == '-');
    p += is_negative;

    if (p == end) {
        return false;
    }

    seconds = ssec_str_number(&p, end);

    if (p < end) {
        return false;
    }

    *ms = is_negative ? 0
          : (seconds > UINT64_MAX / 1000) ? UINT64_MAX : seconds * 1000;

    return true;
}

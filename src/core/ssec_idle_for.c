/* The arguments of a ping. */

#include <string.h>

#include "ssec_idle_for.h"


#define SSEC_IDLE_FOR  "idleFor="
#define SSEC_AGE       "age="


static bool ssec_argument(const void *args, size_t len, const char *name,
    uint64_t *ms);
static bool ssec_integer(const char *p, const char *end, uint64_t *ms);


bool
ssec_idle_for(const void *args, size_t len, uint64_t *ms)
{
    return ssec_argument(args, len, SSEC_IDLE_FOR, ms);
}


bool
ssec_age(const void *args, size_t len, uint64_t *ms)
{
    return ssec_argument(args, len, SSEC_AGE, ms);
}


/* The name ends with its "=". */

static bool
ssec_argument(const void *args, size_t len, const char *name, uint64_t *ms)
{
    size_t       n;
    unsigned     found;
    const char  *p, *last, *end, *value, *value_end;

    n = strlen(name);
    found = 0;
    value = NULL;
    value_end = NULL;

    if (len == 0) {
        return false;                          /* args may be NULL */
    }

    p = args;
    last = p + len;

    for ( ;; ) {

        end = memchr(p, '&', (size_t) (last - p));
        if (end == NULL) {
            end = last;
        }

        if ((size_t) (end - p) >= n && memcmp(p, name, n) == 0) {
            value = p + n;
            value_end = end;
            found++;
        }

        if (end == last) {
            break;
        }

        p = end + 1;
    }

    return found == 1 && ssec_integer(value, value_end, ms);
}


static bool
ssec_integer(const char *p, const char *end, uint64_t *ms)
{
    bool      negative;
    unsigned  digit;
    uint64_t  n;

    negative = (p < end && *p == '-');
    p += negative;

    if (p == end) {
        return false;
    }

    n = 0;

    for ( /* void */ ; p < end; p++) {

        if (*p < '0' || *p > '9') {
            return false;
        }

        digit = (unsigned) (*p - '0') * 1000;

        n = (n > (UINT64_MAX - digit) / 10) ? UINT64_MAX : n * 10 + digit;
    }

    *ms = negative ? 0 : n;

    return true;
}

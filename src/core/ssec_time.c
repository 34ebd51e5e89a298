/* Reads times that are written as in nginx's configuration. */

#include "ssec_str.h"
#include "ssec_time.h"


#define SSEC_DAY  ((uint64_t) 24 * 60 * 60 * 1000)


typedef struct {
    const char  *name;
    uint64_t     ms;
} ssec_unit_t;


/* "ms" is before "m", which it begins with; the last one begins any text */

static const ssec_unit_t  ssec_units[] = {
    { "y", 365 * SSEC_DAY },
    { "M", 30 * SSEC_DAY },
    { "w", 7 * SSEC_DAY },
    { "d", SSEC_DAY },
    { "h", (uint64_t) 60 * 60 * 1000 },
    { "ms", 1 },
    { "m", (uint64_t) 60 * 1000 },
    { "s", 1000 },
    { "", 1000 }
};


bool
ssec_time(const uint8_t *data, size_t len, uint64_t *ms)
{
    size_t              name_len;
    uint64_t            n, sum, least;
    const uint8_t      *p, *end;
    const ssec_unit_t  *unit;

    p = data;
    end = data + len;

    sum = 0;
    least = UINT64_MAX;

    do {
        if (p == end || !ssec_is_digit(*p)) {
            return false;
        }

        n = ssec_str_number(&p, end);

        for (unit = ssec_units; /* void */ ; unit++) {
            name_len = strlen(unit->name);

            if (name_len <= (size_t) (end - p)
                && memcmp(p, unit->name, name_len) == 0)
            {
                break;
            }
        }

        if (unit->ms >= least) {
            return false;
        }

        p += name_len;
        least = unit->ms;

        n = (n > UINT64_MAX / unit->ms) ? UINT64_MAX : n * unit->ms;
        sum += ssec_min(n, UINT64_MAX - sum);

        while (p < end && *p == ' ') {
            p++;
        }

    } while (p < end);

    *ms = sum;

    return true;
}

/* Reads times that are written as in nginx's configuration. */

#include "ssec_str.h"
#include "ssec_time.h"


#define SSEC_DAY  ((uint64_t) 24 * 60 * 60 * 1000)


typedef struct {
    const char  *name;
    uint64_t     ms;
} ssec_unit_t;


/* "ms" is before "m", which it begins with */

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

#define SSEC_UNITS  (sizeof(ssec_units) / sizeof(ssec_units[0]))


static const ssec_unit_t *ssec_unit(const uint8_t **p, const uint8_t *end);


bool
ssec_time(const uint8_t *data, size_t len, uint64_t *ms)
{
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
        unit = ssec_unit(&p, end);

        if (unit == NULL || unit->ms >= least) {
            return false;
        }

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


/*
 * The unit at *p, which is moved behind its name; the one without a name before
 * a blank or the end; or NULL.
 */

static const ssec_unit_t *
ssec_unit(const uint8_t **p, const uint8_t *end)
{
    size_t              i, len;
    const ssec_unit_t  *unit;

    for (i = 0; i < SSEC_UNITS - 1; i++) {

        unit = &ssec_units[i];
        len = strlen(unit->name);

        if (len <= (size_t) (end - *p)
            && memcmp(*p, unit->name, len) == 0)
        {
            *p += len;
            return unit;
        }
    }

    return (*p == end || **p == ' ') ? &ssec_units[SSEC_UNITS - 1] : NULL;
}

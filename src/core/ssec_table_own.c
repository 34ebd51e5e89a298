/* The limits of single sessions.  Equal limits are stored once. */

#include <string.h>

#include "ssec_table_slots.h"


/*
 * True if a's expire_after or max_lifetime is longer than b's.  A limit that is
 * not set (0) counts as the longest: 0 - 1 is the greatest number.
 */

static bool
ssec_is_longer(const ssec_own_t *a, const ssec_own_t *b)
{
    return a->expire_after - 1 > b->expire_after - 1
           || a->max_lifetime - 1 > b->max_lifetime - 1;
}


/*
 * True if a is a better substitute for the limits than b.  The best one is the
 * longest of those that are not longer than the limits, or else the shortest.
 */

static bool
ssec_is_better(const ssec_own_t *a, const ssec_own_t *b,
    const ssec_own_t *limits)
{
    bool  is_longer;

    is_longer = ssec_is_longer(a, limits);

    if (is_longer != ssec_is_longer(b, limits)) {
        return !is_longer;
    }

    return is_longer ? a->expire_after - 1 < b->expire_after - 1
                     : a->expire_after - 1 > b->expire_after - 1;
}


const ssec_own_t *
ssec_table_own(ssec_table_t *table, const ssec_own_t *limits)
{
    uint32_t     i, n, best;
    ssec_own_t  *own;

    own = table->header->own;
    best = 1;

    (void) ssec_table_lock_notes(table);

    n = atomic_load(&table->header->nown);

    for (i = 1; i <= n; i++) {

        if (memcmp(&own[i], limits, sizeof(ssec_own_t)) == 0) {
            break;
        }

        if (ssec_is_better(&own[i], &own[best], limits)) {
            best = i;
        }
    }

    if (i > n && n < SSEC_TABLE_OWN) {
        own[i] = *limits;
        atomic_store(&table->header->nown, i);
    }

    ssec_table_unlock_notes(table);

    return &own[i <= SSEC_TABLE_OWN ? i : best];
}

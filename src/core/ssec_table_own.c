/* The limits of single sessions.  Equal limits are stored once. */

#include "ssec_table_slots.h"


static bool ssec_same_own(const ssec_own_t *a, const ssec_own_t *b);
static bool ssec_is_longer(const ssec_own_t *a, const ssec_own_t *b);


const ssec_own_t *
ssec_table_own(ssec_table_t *table, const ssec_own_t *limits)
{
    uint32_t           i, n;
    ssec_own_t        *own;
    const ssec_own_t  *best;

    own = table->header->own;
    best = NULL;

    (void) ssec_table_lock_notes(table);

    n = atomic_load(&table->header->nown);

    for (i = 1; i <= n; i++) {

        if (ssec_same_own(&own[i], limits)) {
            best = &own[i];
            break;
        }
    }

    if (best == NULL && n < SSEC_TABLE_OWN) {
        own[n + 1] = *limits;
        atomic_store(&table->header->nown, n + 1);
        best = &own[n + 1];
    }

    ssec_table_unlock_notes(table);

    if (best) {
        return best;
    }

    for (i = 1; i <= n; i++) {

        if (!ssec_is_longer(&own[i], limits)
            && (best == NULL
                || own[i].expire_after - 1 > best->expire_after - 1))
        {
            best = &own[i];
        }
    }

    if (best) {
        return best;
    }

    best = &own[1];

    for (i = 2; i <= n; i++) {

        if (own[i].expire_after - 1 < best->expire_after - 1) {
            best = &own[i];
        }
    }

    return best;
}


static bool
ssec_same_own(const ssec_own_t *a, const ssec_own_t *b)
{
    return a->warn_after == b->warn_after
           && a->expire_after == b->expire_after
           && a->max_lifetime == b->max_lifetime;
}


/*
 * Whether a's expire_after or max_lifetime is longer than b's.  A limit that is
 * not set (0) counts as the longest: 0 - 1 is the greatest number.
 */

static bool
ssec_is_longer(const ssec_own_t *a, const ssec_own_t *b)
{
    return a->expire_after - 1 > b->expire_after - 1
           || a->max_lifetime - 1 > b->max_lifetime - 1;
}

/* Copies a table into another: of another size, or with a clock moved back. */

#include <string.h>

#include "ssec_table_slots.h"


#define SSEC_PASSES       9      /* number of passes of a copy */
#define SSEC_PASSES_LIVE  6      /* the first pass without live sessions */


/* In which pass a record is copied: see ssec_copy_record(). */

static const unsigned  ssec_passes[SSEC_SLOT_STATES] = {
    [SSEC_SLOT_INVENTED] = 0,
    [SSEC_SLOT_LIVE] = 0,
    [SSEC_SLOT_VISITOR] = 0,
    [SSEC_SLOT_LEFT] = 0,
    [SSEC_SLOT_FRESH] = 1,
    [SSEC_SLOT_PRESENTED] = 2,
    [SSEC_SLOT_USED] = 3,
    [SSEC_SLOT_FRESH_NAME] = 4,
    [SSEC_SLOT_NAME] = 5,
    [SSEC_SLOT_OLD_NAME] = 6,
    [SSEC_SLOT_GUEST] = 6,
    [SSEC_SLOT_HEARSAY] = 6,
    [SSEC_SLOT_CLOSED] = 6,
    [SSEC_SLOT_EXPIRED] = 7,
    [SSEC_SLOT_TOLD] = 7
};


/*
 * Moves both times back by so many milliseconds.  The last activity does not
 * fall below 0: a session that is so old has expired anyway.
 */

static void
ssec_move_back(ssec_stored_t *stored, uint64_t back)
{
    uint64_t  last;

    last = stored->word & SSEC_TIME_MAX;
    back = ssec_min(back, last) & ~SSEC_REASON_MASK;

    stored->word -= back;
    stored->created = (stored->created & ~SSEC_CREATED_MASK)
                      | ((stored->created - (uint32_t) (back >> SSEC_CREATED))
                         & SSEC_CREATED_MASK);
}


/*
 * Copies a record, with its times moved back by so many milliseconds, if the
 * record is of this pass.  Live sessions in use are copied after the others,
 * which they may evict.  A name follows its session, which its rank depends on.
 * Dead sessions evict no live one, so they come late.
 *
 * The last pass takes every record.  Another process may have moved a record
 * from a bucket that a pass had still to visit to a bucket that the pass had
 * visited.  A live session may also be missing because it was evicted.  So the
 * last pass inserts no live session once the new table has lost any.
 */

static void
ssec_copy_record(ssec_table_t *to, ssec_table_t *from, uint32_t bucket,
    unsigned slot, unsigned pass, uint64_t back)
{
    bool           last;
    unsigned       state;
    uint16_t       given;
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    ssec_lock(from, bucket);

    stored = ssec_stored(from, bucket, slot);
    entry.digest = ssec_stored_digest(from, bucket, slot);
    given = from->own[(size_t) bucket * SSEC_OWN_SLOTS + slot];

    ssec_unlock(from, bucket);

    last = (pass == SSEC_PASSES - 1);
    state = ssec_slot_state(stored.word);

    if (state == SSEC_SLOT_FREE || (!last && ssec_passes[state] != pass)) {
        return;
    }

    stored.word &= ~SSEC_PLACE_MASK;
    stored.created &= ~SSEC_IN_SECOND;

    if (ssec_slot_is_name(state)) {
        stored.own = given;

    } else {

        if (stored.own) {
            stored.own = (uint16_t) (ssec_table_own(to,
                                           &from->header->own[stored.own])
                                     - to->header->own);
        }

        ssec_move_back(&stored, back);
    }

    ssec_seek(to, &entry);

    if (entry.found) {
        ssec_publish(to, &entry, &stored);

    } else if (!last
               || ssec_passes[state] >= SSEC_PASSES_LIVE
               || atomic_load(&to->header->evicted)
                  + atomic_load(&to->header->refused) == 0)
    {
        (void) ssec_insert(to, &entry, &stored);
    }

    ssec_table_leave(to, &entry);
}


void
ssec_table_copy(ssec_table_t *to, ssec_table_t *from, uint64_t back)
{
    unsigned       pass, slot;
    uint32_t       i;
    ssec_clock_t  *clock;

    for (pass = 0; pass < SSEC_PASSES; pass++) {

        for (i = 0; i < from->nbuckets; i++) {
            for (slot = 0; slot < SSEC_SLOTS; slot++) {
                ssec_copy_record(to, from, i, slot, pass, back);
            }
        }
    }

    memcpy(to->header->notes, ssec_table_lock_notes(from), SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(from);

    clock = &to->header->clock;

    memcpy(clock, &from->header->clock, sizeof(ssec_clock_t));

    clock->epoch -= back;
    clock->began += back;
    clock->ticked -= back;
}


void
ssec_table_retire(ssec_table_t *table, bool retired)
{
    atomic_store(&table->header->retired, retired);
}


bool
ssec_table_is_retired(ssec_table_t *table)
{
    return atomic_load_explicit(&table->header->retired, memory_order_relaxed);
}

/* Names: the keys of sessions whose key has changed. */

#include <sched.h>

#include "ssec_table_slots.h"


#define SSEC_TRIES        16     /* tries to find room at a random place */


static void
ssec_set_name_state(ssec_table_t *table, const ssec_entry_t *entry,
    unsigned state)
{
    ssec_set_word(table, entry->bucket, entry->slot,
                  (ssec_word(table, entry->bucket, entry->slot)
                   & ~SSEC_STATE_MASK)
                  | (uint64_t) state << SSEC_STATE);
}


/*
 * Moves the session that is held to a random place, and makes a name of its
 * record.  Gives false if a lock of that place is busy, if another session has
 * the same link, or if there is no room.  A process that is killed in between
 * leaves a copy that no name leads to.
 *
 * A name keeps some bits of the place's digest in the word `created`.  These
 * bits are set to the session's own `created`, so that one store of the state
 * word makes the name (invariant 2).
 */

static bool
ssec_move_to_random_place(ssec_table_t *table, const ssec_entry_t *entry)
{
    uint64_t       seed[3];
    ssec_entry_t   to;
    ssec_stored_t  stored;

    stored = ssec_stored(table, entry->bucket, entry->slot);

    seed[0] = entry->digest.body;
    seed[1] = entry->digest.place;
    seed[2] = atomic_fetch_add(&table->header->serial, 1);

    ssec_digest(&table->key, seed, sizeof(seed), &to.digest);

    to.digest.body &= ~((uint64_t) SSEC_BEGAN_MASK << SSEC_LINK_BODY);
    to.digest.body |= (uint64_t) (stored.created & SSEC_BEGAN_MASK)
                      << SSEC_LINK_BODY;

    ssec_set_buckets(table, &to);

    if (!ssec_trylock(table, to.first)) {
        return false;
    }

    if (!ssec_trylock(table, to.second)) {
        ssec_unlock(table, to.first);
        return false;
    }

    to.both = true;
    to.found = false;

    if (!ssec_find_linked(table, &to)) {
        (void) ssec_insert(table, &to, &stored);
    }

    ssec_crash_point(6);

    if (to.found) {
        ssec_set_word(table, entry->bucket, entry->slot,
                      (ssec_word(table, entry->bucket, entry->slot)
                       & SSEC_PLACE_MASK)
                      | (uint64_t) SSEC_SLOT_OLD_NAME << SSEC_STATE
                      | to.digest.body >> (64 - SSEC_LINK_WORD) << 32
                      | to.digest.place);
    }

    ssec_table_leave(table, &to);

    return to.found;
}


/* Stores a fresh name under this digest.  Gives false if there is no room. */

static bool
ssec_add_name(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_stored_t *name)
{
    bool          kept;
    uint64_t      last;
    unsigned      state;
    ssec_entry_t  entry;

    name->own = ssec_given(ssec_root(table, name));

    kept = true;
    entry.digest = *digest;
    ssec_seek(table, &entry);

    if (!entry.found) {
        kept = ssec_insert(table, &entry, name);

    } else {
        state = ssec_slot_state(ssec_word(table, entry.bucket, entry.slot));

        if (state == SSEC_SLOT_OLD_NAME
            || (!ssec_slot_is_live(state)
                && ssec_rank(table, entry.bucket, entry.slot, &last)
                   < SSEC_RANK_LIVE))
        {
            ssec_publish(table, &entry, name);
        }
    }

    ssec_table_leave(table, &entry);

    return kept;
}


/*
 * With its second key a session moves to a random place, which only names lead
 * to.  So no key can begin it anew.
 */

bool
ssec_table_rename(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_digest_t *name, uint64_t now)
{
    unsigned       tries, state;
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    for (tries = 0; ; tries++) {

        if (tries == SSEC_TRIES) {
            return false;
        }

        entry.digest = *key;
        ssec_seek(table, &entry);

        if (!entry.found) {
            ssec_table_leave(table, &entry);
            return true;
        }

        state = ssec_slot_state(ssec_word(table, entry.bucket, entry.slot));

        if (entry.name || ssec_move_to_random_place(table, &entry)) {
            break;
        }

        ssec_table_leave(table, &entry);
        sched_yield();
    }

    if (state != SSEC_SLOT_OLD_NAME) {
        ssec_set_name_state(table, &entry, SSEC_SLOT_OLD_NAME);
        *ssec_own_at(table, entry.bucket, entry.slot) =
            (uint16_t) (now >> SSEC_NAME_TIME);
    }

    stored = ssec_stored(table, entry.bucket, entry.slot);
    stored.word = (stored.word & SSEC_TIME_MAX)
                  | (uint64_t) SSEC_SLOT_FRESH_NAME << SSEC_STATE;

    ssec_table_leave(table, &entry);

    return ssec_add_name(table, name, &stored);
}


/*
 * Goes from the name that is held to its session, and marks a fresh name as
 * presented.  If the session was evicted, the name counts as an unknown key.
 */

void
ssec_follow(ssec_table_t *table, ssec_entry_t *entry)
{
    unsigned       state;
    ssec_digest_t  name;
    ssec_stored_t  stored;

    name = entry->digest;

    stored = ssec_stored(table, entry->bucket, entry->slot);
    state = ssec_slot_state(stored.word);

    if (state == SSEC_SLOT_OLD_NAME) {
        entry->is_replaced = true;
        entry->replaced_at = stored.own;

    } else if (state != SSEC_SLOT_NAME) {
        ssec_set_name_state(table, entry, SSEC_SLOT_NAME);
    }

    ssec_table_leave(table, entry);

    entry->digest = ssec_link(&stored);
    ssec_set_buckets(table, entry);

    ssec_lock_both(table, entry->first, entry->second);

    entry->both = true;
    entry->found = ssec_find_linked(table, entry);

    if (entry->found) {
        entry->name = true;
        entry->digest = ssec_stored_digest(table, entry->bucket, entry->slot);
        return;
    }

    ssec_table_leave(table, entry);

    entry->digest = name;

    ssec_seek(table, entry);
}

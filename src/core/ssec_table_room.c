/* Room for a new record: which records are moved, and which are evicted. */

#include "ssec_table_slots.h"


#define SSEC_MOVES        3      /* moves that may make room for a record */

#define SSEC_IN_USE       11     /* in units of 2^SSEC_NAME_TIME ms */
#define SSEC_STALE        8      /* in units of 2^SSEC_GIVEN ms */


/*
 * The state word of a name's session, or 0 if the session was evicted.  The
 * buckets are not locked, and the session may move from the second to the first
 * meanwhile.  So the first bucket is searched once more after the second.
 */

uint64_t
ssec_root(ssec_table_t *table, const ssec_stored_t *name)
{
    unsigned        i, slot;
    uint64_t        word;
    ssec_entry_t    root;
    ssec_bucket_t  *b;

    root.digest = ssec_link(name);
    ssec_set_buckets(table, &root);

    for (i = 0; i < 3 * SSEC_SLOTS; i++) {
        b = &table->buckets[i / SSEC_SLOTS == 1 ? root.second : root.first];
        slot = i % SSEC_SLOTS;

        word = atomic_load_explicit(&b->word[slot], memory_order_acquire);
        if (!ssec_slot_is_name(ssec_slot_state(word))
            && ssec_matches(word,
                            __atomic_load_n(&b->body[slot], __ATOMIC_RELAXED),
                            &root.digest, SSEC_LINK_BODY))
        {
            return word;
        }
    }

    return 0;
}


/*
 * Whether a name was replaced shortly before its session's last activity.  Then
 * requests of the same page may still be under way with that key.
 */

static bool
ssec_is_in_use(uint64_t last, uint16_t replaced)
{
    /* plus 1: the last activity may be shortly before the replacement */

    return (uint16_t) ((last >> SSEC_NAME_TIME) + 1 - replaced) <= SSEC_IN_USE;
}


/* Whether a session has long been active without a fresh name. */

static bool
ssec_is_stale(uint64_t last, uint16_t given)
{
    uint16_t  age;

    age = ssec_given(last) - given;

    /* the age is modulo 12 days, and its upper half means the future */

    return age > SSEC_STALE && age <= UINT16_MAX / 2;
}


/*
 * A record's rank, and its last activity in milliseconds.  A name has the last
 * activity of its session, and no higher rank than its session.  Then names are
 * evicted no later than their session.
 */

unsigned
ssec_rank(ssec_table_t *table, uint32_t bucket, unsigned slot, uint64_t *last)
{
    uint64_t       root;
    unsigned       rank, state;
    ssec_stored_t  stored;

    stored = ssec_stored(table, bucket, slot);

    state = ssec_slot_state(stored.word);
    rank = ssec_slots[state].rank;
    *last = stored.word & SSEC_TIME_MAX;

    if (!ssec_slot_is_name(state)) {
        return rank;
    }

    root = ssec_root(table, &stored);
    *last = root & SSEC_TIME_MAX;

    if (state == SSEC_SLOT_OLD_NAME && ssec_is_in_use(*last, stored.own)) {
        rank = SSEC_RANK_FRESH_NAME;
    }

    if (root == 0
        || (state == SSEC_SLOT_FRESH_NAME && ssec_is_stale(*last, stored.own)))
    {
        return SSEC_RANK_OLD_NAME;
    }

    return ssec_min(rank, ssec_slots[ssec_slot_state(root)].rank);
}


/*
 * Chooses the record of a bucket that is evicted first: of the lowest rank, and
 * of these the longest idle.  Sets the entry to it if its rank, shifted by
 * SSEC_STATE, plus its last activity is below `least`.  Gives the lesser one.
 */

static uint64_t
ssec_choose_victim(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket,
    uint64_t least)
{
    unsigned  slot, rank;
    uint64_t  last, key;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        rank = ssec_rank(table, bucket, slot, &last);
        key = (uint64_t) rank << SSEC_STATE | last;
        if (key < least) {
            least = key;
            entry->bucket = bucket;
            entry->slot = slot;
        }
    }

    return least;
}


/* Whether the record is a live session, or a key of one, not yet replaced. */

static bool
ssec_is_loss(unsigned state, unsigned rank)
{
    return state == SSEC_SLOT_INVENTED
           || (rank >= SSEC_RANK_LIVE && rank != SSEC_RANK_VISITOR
               && state != SSEC_SLOT_OLD_NAME);
}


/*
 * Counts a record that is about to be evicted, if it is a loss.  Gives whether
 * it is one.
 */

static bool
ssec_count_eviction(ssec_table_t *table, const ssec_entry_t *entry)
{
    uint64_t  last;
    unsigned  rank, state;

    rank = ssec_rank(table, entry->bucket, entry->slot, &last);
    state = ssec_slot_state(ssec_word(table, entry->bucket, entry->slot));

    if (!ssec_is_loss(state, rank)) {
        return false;
    }

    atomic_fetch_add(&table->header->evicted, 1);
    atomic_fetch_add(&table->header->evicted_issued, rank > SSEC_RANK_LIVE);
    atomic_fetch_add(&table->header->evicted_invented,
                     state == SSEC_SLOT_INVENTED);

    return true;
}


/*
 * Moves a record to a slot of its other bucket.  Both buckets are locked.  The
 * mark is on the record's first bucket, in either direction (invariant 4).
 */

static void
ssec_move(ssec_table_t *table, uint32_t from, unsigned slot, uint32_t to,
    unsigned free)
{
    uint64_t        word;
    unsigned        marked;
    ssec_bucket_t  *a, *b, *first;

    a = &table->buckets[from];
    b = &table->buckets[to];
    word = ssec_word(table, from, slot);

    first = (a->created[slot] & SSEC_IN_SECOND) ? b : a;
    marked = (first == a) ? slot : free;

    ssec_set_word(table, to, free, 0);

    atomic_store_explicit(&first->lock,
                          (uint32_t) (marked + 1) << SSEC_MOVING
                          | table->owner,
                          memory_order_release);
    ssec_crash_point(3);

    ssec_set_body(b, free, a->body[slot]);
    b->created[free] = a->created[slot] ^ SSEC_IN_SECOND;
    *ssec_own_at(table, to, free) = *ssec_own_at(table, from, slot);
    ssec_set_word(table, to, free, word);
    ssec_crash_point(4);

    ssec_set_word(table, from, slot, 0);
    ssec_crash_point(5);

    atomic_store_explicit(&first->lock, table->owner, memory_order_release);
}


/*
 * Moves a record of this bucket to its other bucket, and sets the entry to the
 * slot.  The other bucket needs a free slot, or a record whose rank is below
 * the limit, which is evicted.  Otherwise room is made there in the same way,
 * by the given number of moves in all.  Gives false if nothing could be moved.
 */

static bool
ssec_make_room(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket,
    unsigned limit, unsigned moves, bool *lost)
{
    bool            is_moved;
    unsigned        slot;
    uint32_t        other;
    uint64_t        above;
    ssec_entry_t    to;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];
    above = (uint64_t) limit << SSEC_STATE;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {

        other = (b->created[slot] & SSEC_IN_SECOND)
                ? ssec_first_bucket(table, ssec_stored_digest(table, bucket,
                                                              slot).place)
                : ssec_second_bucket(table, bucket, b->body[slot]);

        /* this fails for buckets that this process has locked, too */

        if (!ssec_trylock(table, other)) {
            continue;
        }

        is_moved = ssec_choose_victim(table, &to, other, above) < above
                   || (moves > 1
                       && ssec_make_room(table, &to, other, limit, moves - 1,
                                         lost));
        if (is_moved) {
            *lost |= ssec_count_eviction(table, &to);
            ssec_move(table, bucket, slot, other, to.slot);

            entry->bucket = bucket;
            entry->slot = slot;
        }

        ssec_unlock(table, other);

        if (is_moved) {
            return true;
        }
    }

    return false;
}


/* As ssec_make_room(), in one of the entry's two buckets. */

static bool
ssec_make_room_for(ssec_table_t *table, ssec_entry_t *entry, unsigned limit,
    bool *lost)
{
    return ssec_make_room(table, entry, entry->first, limit, SSEC_MOVES, lost)
           || ssec_make_room(table, entry, entry->second, limit, SSEC_MOVES,
                             lost);
}


/*
 * Whether more than 1/32 of all slots is free.  In a fuller table three moves
 * seldom lead to a free slot, so the search is not worth its time.
 */

static bool
ssec_has_free(const ssec_table_t *table)
{
    uint64_t  room;

    room = (uint64_t) table->nbuckets * SSEC_SLOTS;

    return atomic_load_explicit(&table->header->used, memory_order_relaxed)
           < room - room / 32;
}


/* The highest rank of a record that a new record of this state may evict. */

static unsigned
ssec_evictable_rank(unsigned state)
{
    const ssec_slot_t  *slot;

    slot = &ssec_slots[state];
    if (slot->state == SSEC_LIVE) {
        return slot->issued ? SSEC_RANK_USED : SSEC_RANK_LIVE;
    }

    return (ssec_slot_is_dead(state) || state == SSEC_SLOT_GUEST)
           ? SSEC_RANK_EXPIRED : slot->rank;
}


/*
 * Chooses a slot in the entry's buckets, which are full: moves its record, or
 * counts it as evicted.  Gives false if a new record of this state may evict
 * none of those near.  Sets *lost if a live session was lost.
 */

static bool
ssec_take_occupied(ssec_table_t *table, ssec_entry_t *entry, unsigned state,
    bool *lost)
{
    unsigned  rank, max_rank, limit;
    uint64_t  least;

    atomic_fetch_add_explicit(&table->header->collisions, 1,
                              memory_order_relaxed);

    if (ssec_has_free(table)
        && ssec_make_room_for(table, entry, SSEC_RANK_OLD_NAME, lost))
    {
        atomic_fetch_add(&table->header->used, 1);
        return true;
    }

    least = ssec_choose_victim(table, entry, entry->first, UINT64_MAX);
    least = ssec_choose_victim(table, entry, entry->second, least);

    rank = (unsigned) (least >> SSEC_STATE);
    max_rank = ssec_evictable_rank(state);

    /*
     * After a move a record of a lower rank may be evicted elsewhere.  A
     * session that the backend did not issue should evict its like there,
     * before it evicts a closed or expired one here.  Any other session should
     * evict a dead one there, before it evicts a live one here.
     */

    if (max_rank <= SSEC_RANK_LIVE) {

        if (rank >= SSEC_RANK_CLOSED && rank <= max_rank
            && ssec_make_room_for(table, entry, SSEC_RANK_CLOSED, lost))
        {
            return true;
        }

    } else if (rank >= SSEC_RANK_LIVE) {
        limit = ssec_min(rank, max_rank + 1);

        if (ssec_make_room_for(table, entry, SSEC_RANK_LIVE, lost)
            || ssec_make_room_for(table, entry, limit, lost))
        {
            return true;
        }
    }

    if (rank > max_rank) {
        return false;
    }

    *lost = ssec_count_eviction(table, entry);

    return true;
}


/*
 * Chooses a free slot in the entry's bucket that has more of them.  Gives
 * false if both buckets are full.
 */

static bool
ssec_take_free(ssec_table_t *table, ssec_entry_t *entry)
{
    unsigned  slot, first, second;

    first = 0;
    second = 0;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        first += (ssec_word(table, entry->first, slot) == 0);
        second += (ssec_word(table, entry->second, slot) == 0);
    }

    if (first + second == 0) {
        return false;
    }

    entry->bucket = (first >= second) ? entry->first : entry->second;
    entry->slot = 0;

    while (ssec_word(table, entry->bucket, entry->slot)) {
        entry->slot++;
    }

    atomic_fetch_add(&table->header->used, 1);

    return true;
}


bool
ssec_insert(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored)
{
    bool      lost;
    unsigned  state;

    lost = false;
    state = ssec_slot_state(stored->word);

    if (!ssec_take_free(table, entry)
        && !ssec_take_occupied(table, entry, state, &lost))
    {
        lost = ssec_is_loss(state, ssec_slots[state].rank);
        atomic_fetch_add(&table->header->refused, lost);

        return !lost;
    }

    /* a new body beside an old word would be a false record (invariant 2) */

    ssec_set_word(table, entry->bucket, entry->slot, 0);
    ssec_crash_point(1);
    ssec_set_body(&table->buckets[entry->bucket], entry->slot,
                  entry->digest.body);
    ssec_crash_point(2);
    ssec_publish(table, entry, stored);

    entry->found = true;

    return !lost;
}

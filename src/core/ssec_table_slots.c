/* Records of the table: finding, packing, unpacking, storing. */

#include "ssec_table_slots.h"


const ssec_slot_t  ssec_slots[SSEC_SLOT_STATES] = {
    [SSEC_SLOT_FREE] = { SSEC_UNKNOWN, SSEC_RANK_FREE, false },
    [SSEC_SLOT_CLOSED] = { SSEC_CLOSED, SSEC_RANK_CLOSED, true },
    [SSEC_SLOT_EXPIRED] = { SSEC_EXPIRED, SSEC_RANK_EXPIRED, true },
    [SSEC_SLOT_TOLD] = { SSEC_EXPIRED, SSEC_RANK_EXPIRED, true },
    [SSEC_SLOT_HEARSAY] = { SSEC_EXPIRED, SSEC_RANK_HEARSAY, false },
    [SSEC_SLOT_VISITOR] = { SSEC_VISITOR, SSEC_RANK_VISITOR, true },
    [SSEC_SLOT_GUEST] = { SSEC_VISITOR, SSEC_RANK_HEARSAY, false },
    [SSEC_SLOT_LEFT] = { SSEC_VISITOR, SSEC_RANK_VISITOR, true },
    [SSEC_SLOT_INVENTED] = { SSEC_LIVE, SSEC_RANK_INVENTED, false },
    [SSEC_SLOT_FRESH] = { SSEC_LIVE, SSEC_RANK_FRESH, true },
    [SSEC_SLOT_LIVE] = { SSEC_LIVE, SSEC_RANK_LIVE, false },
    [SSEC_SLOT_USED] = { SSEC_LIVE, SSEC_RANK_USED, true },
    [SSEC_SLOT_PRESENTED] = { SSEC_LIVE, SSEC_RANK_PRESENTED, true },
    [SSEC_SLOT_OLD_NAME] = { SSEC_UNKNOWN, SSEC_RANK_OLD_NAME, false },
    [SSEC_SLOT_FRESH_NAME] = { SSEC_UNKNOWN, SSEC_RANK_FRESH_NAME, false },
    [SSEC_SLOT_NAME] = { SSEC_UNKNOWN, SSEC_RANK_USED, false }
};


ssec_state_e
ssec_state(uint64_t word, uint32_t created)
{
    unsigned  state;

    state = ssec_slot_state(word);

    return (state == SSEC_SLOT_HEARSAY && created & SSEC_LOGIN)
           ? SSEC_CLOSED : ssec_slots[state].state;
}


static void
ssec_unpack(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket,
    unsigned slot)
{
    bool            login, was_user;
    unsigned        state, reason;
    ssec_record_t  *rec;
    ssec_stored_t   stored;

    stored = ssec_stored(table, bucket, slot);
    state = ssec_slot_state(stored.word);

    entry->bucket = bucket;
    entry->slot = slot;

    rec = &entry->record;
    *rec = (ssec_record_t) { .state = ssec_state(stored.word, stored.created) };
    if (rec->state == SSEC_UNKNOWN) {                       /* a name */
        return;
    }

    /* in HEARSAY and GUEST, SSEC_LOGIN has another meaning than a login */

    login = (stored.created & SSEC_LOGIN) != 0;
    was_user = state == SSEC_SLOT_GUEST && login;

    rec->issued = ssec_slots[state].issued;
    rec->presented = state != SSEC_SLOT_FRESH;
    rec->used = state == SSEC_SLOT_USED || state == SSEC_SLOT_LIVE || was_user;
    rec->told = state == SSEC_SLOT_TOLD;
    rec->left = state == SSEC_SLOT_LEFT || was_user;
    rec->login = login && state != SSEC_SLOT_HEARSAY;
    rec->last = stored.word & SSEC_TIME_MAX;

    if (ssec_slot_is_dead(state)) {
        reason = (unsigned) (rec->last & SSEC_REASON_MASK);
        rec->last -= reason;

        /* a damaged file may hold an undefined number */

        if (reason <= SSEC_REASON_UNKNOWN) {
            rec->reason = (ssec_reason_e) reason;
        }
    }

    rec->created = ssec_created(rec->last, stored.created);
    rec->own = stored.own ? &table->header->own[stored.own] : NULL;
}


/* A link, of which some bits of the body are ignored, leads to no name. */

static bool
ssec_find_in(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket,
    unsigned ignored)
{
    uint64_t        word;
    unsigned        slot;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        word = ssec_word(table, bucket, slot);
        entry->name = ssec_slot_is_name(ssec_slot_state(word));

        if (ssec_matches(word, b->body[slot], &entry->digest, ignored)
            && !(ignored && entry->name))
        {
            ssec_unpack(table, entry, bucket, slot);
            return true;
        }
    }

    return false;
}


bool
ssec_find(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket)
{
    return ssec_find_in(table, entry, bucket, 0);
}


bool
ssec_find_linked(ssec_table_t *table, ssec_entry_t *entry)
{
    return ssec_find_in(table, entry, entry->first, SSEC_LINK_BODY)
           || ssec_find_in(table, entry, entry->second, SSEC_LINK_BODY);
}


void
ssec_publish(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored)
{
    uint32_t        created;
    uint64_t        word;
    unsigned        slot;
    ssec_bucket_t  *b;

    b = &table->buckets[entry->bucket];
    slot = entry->slot;

    created = stored->created
              | (entry->bucket == entry->first ? 0 : SSEC_IN_SECOND);

    if (stored->own) {

        if (!ssec_slot_is_name(ssec_slot_state(stored->word))) {
            created |= SSEC_HAS_OWN;
        }

        *ssec_own_at(table, entry->bucket, slot) = stored->own;

        /* keep the compiler from moving the flag's store before this one */

        atomic_signal_fence(memory_order_seq_cst);
    }

    if (b->created[slot] != created) {
        word = ssec_word(table, entry->bucket, slot);

        /*
         * In a name this word is a part of the link.  A killed process must
         * not leave a name with half of a link (invariant 2).
         */

        if (ssec_slot_is_name(ssec_slot_state(word))) {
            ssec_set_word(table, entry->bucket, slot,
                          (word & SSEC_PLACE_MASK)
                          | (uint64_t) SSEC_SLOT_CLOSED << SSEC_STATE);
        }

        b->created[slot] = created;
    }

    ssec_set_word(table, entry->bucket, slot,
                  stored->word
                  | (uint64_t) entry->digest.place << SSEC_PLACE);
}


/*
 * The digest of a stored record.  22 bits of the place are stored.  The other
 * ten follow from the first bucket: with at least 1,024 buckets, at most 2^22
 * places share one.
 */

ssec_digest_t
ssec_stored_digest(const ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    uint64_t              n, low, word, first, distance;
    ssec_digest_t         digest;
    const ssec_bucket_t  *b;

    b = &table->buckets[bucket];
    n = table->nbuckets;

    word = atomic_load_explicit(&b->word[slot], memory_order_relaxed);
    digest.body = b->body[slot];
    first = bucket;

    if (b->created[slot] & SSEC_IN_SECOND) {
        distance = 1 + (((digest.body >> 32) * (n - 1)) >> 32);
        first = (bucket >= distance) ? bucket - distance
                                     : bucket + n - distance;
    }

    low = ((first << 32) + n - 1) / n;

    digest.place = (uint32_t) (low + (((word >> SSEC_PLACE) - low)
                                      & ((1ULL << SSEC_PLACE_BITS) - 1)));
    return digest;
}


/*
 * The digest of a name's session, with zeros for the lowest SSEC_LINK_BODY bits
 * of the body, which a name does not hold.
 */

ssec_digest_t
ssec_link(const ssec_stored_t *name)
{
    ssec_digest_t  digest;

    digest.place = (uint32_t) name->word;
    digest.body = (((name->word & SSEC_TIME_MAX) >> 32) << 30
                   | (name->created & SSEC_BEGAN_MASK))
                  << SSEC_LINK_BODY;

    return digest;
}


static unsigned
ssec_pack_state(const ssec_record_t *rec)
{
    bool  is_hearsay;

    is_hearsay = !rec->issued && !rec->used;

    switch (rec->state) {

    case SSEC_LIVE:
        if (rec->used) {
            return rec->issued ? SSEC_SLOT_USED : SSEC_SLOT_LIVE;
        }

        if (!rec->issued) {
            return SSEC_SLOT_INVENTED;
        }

        return rec->presented ? SSEC_SLOT_PRESENTED : SSEC_SLOT_FRESH;

    case SSEC_EXPIRED:
        if (rec->told) {
            return SSEC_SLOT_TOLD;
        }

        return is_hearsay ? SSEC_SLOT_HEARSAY : SSEC_SLOT_EXPIRED;

    case SSEC_VISITOR:
        if (!rec->issued) {
            return SSEC_SLOT_GUEST;
        }

        return rec->left ? SSEC_SLOT_LEFT : SSEC_SLOT_VISITOR;

    default:
        return is_hearsay ? SSEC_SLOT_HEARSAY : SSEC_SLOT_CLOSED;
    }
}


ssec_stored_t
ssec_pack(ssec_table_t *table, const ssec_record_t *rec)
{
    unsigned       state;
    ssec_stored_t  stored;

    state = ssec_pack_state(rec);

    stored.word = (uint64_t) state << SSEC_STATE | (rec->last & SSEC_TIME_MAX);
    stored.created = (uint32_t) (rec->created >> SSEC_CREATED)
                     & SSEC_CREATED_MASK;
    stored.own = rec->own ? (uint16_t) (rec->own - table->header->own) : 0;

    if (ssec_slot_is_dead(state)) {
        stored.word = (stored.word & ~SSEC_REASON_MASK) | rec->reason;
    }

    if ((state == SSEC_SLOT_HEARSAY && rec->state == SSEC_CLOSED)
        || (state == SSEC_SLOT_GUEST && rec->left)
        || (state != SSEC_SLOT_HEARSAY && state != SSEC_SLOT_GUEST
            && rec->login))
    {
        stored.created |= SSEC_LOGIN;
    }

    return stored;
}

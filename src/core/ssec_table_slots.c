/* Records of the table: finding, packing, unpacking, storing. */

#include "ssec_table_slots.h"


static inline void ssec_unpack(ssec_table_t *table, ssec_record_t *rec,
    const ssec_stored_t *stored);
static ssec_reason_e ssec_unpack_reason(uint64_t word);


bool
ssec_find(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket)
{
    uint64_t        word;
    unsigned        slot;
    ssec_stored_t   stored;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    for (slot = 0; slot < SSEC_SLOTS; slot++) {

        if (b->body[slot] != entry->digest.body) {
            continue;
        }

        word = ssec_word(table, bucket, slot);

        if (word == 0
            || (word ^ (uint64_t) entry->digest.place << SSEC_PLACE)
               & SSEC_PLACE_MASK)
        {
            continue;
        }

        entry->bucket = bucket;
        entry->slot = slot;
        entry->name = ssec_slot_is_name(ssec_slot_state(word));

        stored = ssec_stored(table, bucket, slot);
        ssec_unpack(table, &entry->record, &stored);

        return true;
    }

    return false;
}


bool
ssec_find_linked(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket)
{
    uint64_t       word;
    unsigned       slot;
    ssec_digest_t  digest;
    ssec_stored_t  stored;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        word = ssec_word(table, bucket, slot);

        if (word == 0 || ssec_slot_is_name(ssec_slot_state(word))) {
            continue;
        }

        digest = ssec_stored_digest(table, bucket, slot);

        if (digest.place == entry->digest.place
            && digest.body >> SSEC_LINK_BODY
               == entry->digest.body >> SSEC_LINK_BODY)
        {
            entry->bucket = bucket;
            entry->slot = slot;

            stored = ssec_stored(table, bucket, slot);
            ssec_unpack(table, &entry->record, &stored);

            return true;
        }
    }

    return false;
}


void
ssec_publish(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored)
{
    uint32_t        created;
    ssec_bucket_t  *b;

    b = &table->buckets[entry->bucket];

    created = stored->created
              | (entry->bucket == entry->first ? 0 : SSEC_IN_SECOND);

    if (stored->own) {
        table->own[(size_t) entry->bucket * SSEC_OWN_SLOTS + entry->slot] =
            stored->own;

        /* keep the compiler from moving the flag's store before this one */

        atomic_signal_fence(memory_order_seq_cst);
    }

    if (b->created[entry->slot] != created) {

        /*
         * In a name this word is a part of the link.  A killed process must
         * not leave a name with half of a link (invariant 2).
         */

        if (ssec_slot_is_name(ssec_slot_state(ssec_word(table, entry->bucket,
                                                        entry->slot))))
        {
            ssec_set_word(table, entry->bucket, entry->slot,
                          (ssec_word(table, entry->bucket, entry->slot)
                           & SSEC_PLACE_MASK)
                          | (uint64_t) SSEC_SLOT_CLOSED << SSEC_STATE);
        }

        b->created[entry->slot] = created;
    }

    ssec_set_word(table, entry->bucket, entry->slot,
                  stored->word
                  | ((uint64_t) entry->digest.place << SSEC_PLACE
                     & SSEC_PLACE_MASK));
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


static inline void
ssec_unpack(ssec_table_t *table, ssec_record_t *rec,
    const ssec_stored_t *stored)
{
    unsigned  state;

    static const uint8_t  states[SSEC_SLOT_STATES] = {
        [SSEC_SLOT_CLOSED] = SSEC_CLOSED,
        [SSEC_SLOT_EXPIRED] = SSEC_EXPIRED,
        [SSEC_SLOT_TOLD] = SSEC_EXPIRED,
        [SSEC_SLOT_HEARSAY] = SSEC_EXPIRED,
        [SSEC_SLOT_VISITOR] = SSEC_VISITOR,
        [SSEC_SLOT_GUEST] = SSEC_VISITOR,
        [SSEC_SLOT_LEFT] = SSEC_VISITOR,
        [SSEC_SLOT_INVENTED] = SSEC_LIVE,
        [SSEC_SLOT_FRESH] = SSEC_LIVE,
        [SSEC_SLOT_LIVE] = SSEC_LIVE,
        [SSEC_SLOT_USED] = SSEC_LIVE,
        [SSEC_SLOT_PRESENTED] = SSEC_LIVE
    };

    static const bool  not_issued[SSEC_SLOT_STATES] = {
        [SSEC_SLOT_HEARSAY] = true,
        [SSEC_SLOT_GUEST] = true,
        [SSEC_SLOT_INVENTED] = true,
        [SSEC_SLOT_LIVE] = true
    };

    state = ssec_slot_state(stored->word);

    rec->state = states[state];
    rec->issued = !not_issued[state];
    rec->presented = (state != SSEC_SLOT_FRESH);
    rec->used = (state == SSEC_SLOT_USED || state == SSEC_SLOT_LIVE);
    rec->told = (state == SSEC_SLOT_TOLD);
    rec->login = (stored->created & SSEC_LOGIN) != 0;
    rec->left = (state == SSEC_SLOT_LEFT);

    if (state == SSEC_SLOT_GUEST && rec->login) {
        rec->left = true;
        rec->used = true;
    }

    if (state == SSEC_SLOT_HEARSAY && rec->login) {
        rec->state = SSEC_CLOSED;
        rec->login = false;
    }

    rec->last = stored->word & SSEC_TIME_MAX;
    rec->reason = SSEC_REASON_NONE;

    if (ssec_slot_is_dead(state)) {
        rec->last &= ~SSEC_REASON_MASK;
        rec->reason = ssec_unpack_reason(stored->word);
    }

    rec->created = ssec_created(rec->last, stored->created);

    rec->own = stored->own ? &table->header->own[stored->own] : NULL;
}


/* A damaged file may hold any number: an undefined one gives no reason. */

static ssec_reason_e
ssec_unpack_reason(uint64_t word)
{
    unsigned  reason;

    reason = (unsigned) (word & SSEC_REASON_MASK);

    return (reason <= SSEC_REASON_UNKNOWN) ? (ssec_reason_e) reason
                                           : SSEC_REASON_NONE;
}


ssec_stored_t
ssec_pack(ssec_table_t *table, const ssec_record_t *rec)
{
    bool           login;
    unsigned       state;
    ssec_stored_t  stored;

    switch (rec->state) {

    case SSEC_LIVE:
        if (rec->used) {
            state = rec->issued ? SSEC_SLOT_USED : SSEC_SLOT_LIVE;

        } else {
            state = !rec->issued ? SSEC_SLOT_INVENTED
                                 : rec->presented ? SSEC_SLOT_PRESENTED
                                                  : SSEC_SLOT_FRESH;
        }

        break;

    case SSEC_EXPIRED:
        state = rec->told ? SSEC_SLOT_TOLD
                          : (rec->issued || rec->used) ? SSEC_SLOT_EXPIRED
                                                       : SSEC_SLOT_HEARSAY;
        break;

    case SSEC_VISITOR:
        state = !rec->issued ? SSEC_SLOT_GUEST
                             : rec->left ? SSEC_SLOT_LEFT
                                         : SSEC_SLOT_VISITOR;
        break;

    default:
        state = (rec->issued || rec->used) ? SSEC_SLOT_CLOSED
                                           : SSEC_SLOT_HEARSAY;
        break;
    }

    /* in HEARSAY and GUEST, SSEC_LOGIN has another meaning than a login */

    login = (state == SSEC_SLOT_HEARSAY) ? rec->state == SSEC_CLOSED
            : (state == SSEC_SLOT_GUEST) ? rec->left
                                         : rec->login;

    stored.word = (uint64_t) state << SSEC_STATE | (rec->last & SSEC_TIME_MAX);
    stored.created = (uint32_t) (rec->created >> SSEC_CREATED)
                     & SSEC_CREATED_MASK;
    stored.own = 0;

    if (ssec_slot_is_dead(state)) {
        stored.word = (stored.word & ~SSEC_REASON_MASK) | rec->reason;
    }

    if (login) {
        stored.created |= SSEC_LOGIN;
    }

    if (rec->own) {
        stored.own = (uint16_t) (rec->own - table->header->own);
        stored.created |= SSEC_HAS_OWN;
    }

    return stored;
}

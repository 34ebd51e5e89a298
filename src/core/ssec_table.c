/* The session table.  The invariants are in ssec_table.h. */

#include <string.h>

#include "ssec_table_slots.h"


bool
ssec_table_create(void *memory, size_t size,
    const uint8_t key[SSEC_DIGEST_KEY])
{
    ssec_header_t  *header;

    header = memory;

    if (size < SSEC_TABLE_MIN_SIZE) {
        return false;
    }

    header->seal.nbuckets = ssec_table_buckets(size);
    memcpy(header->seal.key, key, SSEC_DIGEST_KEY);

    return true;
}


uint64_t
ssec_table_buckets(uint64_t size)
{
    uint64_t  n;

    if (size < SSEC_TABLE_MIN_SIZE) {
        return 0;
    }

    n = (size - SSEC_TABLE_HEADER)
        / (sizeof(ssec_bucket_t) + SSEC_OWN_SLOTS * sizeof(uint16_t));

    return (n < UINT32_MAX) ? n : UINT32_MAX;
}


void
ssec_table_open(ssec_table_t *table, void *memory, uint32_t owner)
{
    table->header = memory;
    table->buckets = (ssec_bucket_t *) ((uint8_t *) memory
                                        + SSEC_TABLE_HEADER);
    table->nbuckets = (uint32_t) table->header->seal.nbuckets;
    table->own = (uint16_t *) (table->buckets + table->nbuckets);
    table->owner = owner;
    table->secret = table->header->seal.key;
    ssec_digest_key(&table->key, table->secret);
}


void
ssec_table_acquire(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_entry_t *entry)
{
    entry->digest = *digest;
    entry->is_replaced = false;

    ssec_seek(table, entry);

    if (entry->found && entry->name) {
        ssec_follow(table, entry);
    }

    entry->live = (entry->record.state == SSEC_LIVE);
}


bool
ssec_table_glimpse(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_glimpse_t *glimpse)
{
    uint32_t        began, first;
    uint64_t        word, seen;
    unsigned        slot;
    ssec_bucket_t  *b;

    first = ssec_first_bucket(table, digest->place);
    b = &table->buckets[first];

    if (!ssec_trylock(table, first)) {
        return false;
    }

    for (slot = 0; b->body[slot] != digest->body; /* void */ ) {

        if (++slot == SSEC_SLOTS) {
            ssec_unlock(table, first);
            return false;
        }
    }

    word = ssec_word(table, first, slot);
    began = b->created[slot];

    ssec_unlock(table, first);

    /* one comparison for the place and for both states, LIVE and USED */

    seen = word ^ (uint64_t) digest->place << SSEC_PLACE;

    if ((seen >> SSEC_STATE | 1) != SSEC_SLOT_USED || began & SSEC_HAS_OWN) {
        return false;
    }

    glimpse->word = word;
    glimpse->began = began;
    glimpse->slot = slot;
    glimpse->bucket = first;

    return true;
}


bool
ssec_table_touch(ssec_table_t *table, const ssec_digest_t *digest,
    const ssec_glimpse_t *glimpse, uint64_t active)
{
    bool      is_unchanged;
    uint32_t  bucket;
    uint64_t  word;

    bucket = glimpse->bucket;

    if (!ssec_trylock(table, bucket)) {
        return false;
    }

    word = ssec_word(table, bucket, glimpse->slot);

    /* the time may differ: others may have touched the session since */

    is_unchanged = table->buckets[bucket].body[glimpse->slot] == digest->body
                   && ((word ^ glimpse->word) & ~SSEC_TIME_MAX) == 0;

    if (is_unchanged && active > (word & SSEC_TIME_MAX)) {
        ssec_set_word(table, bucket, glimpse->slot,
                      (word & ~SSEC_TIME_MAX) | (active & SSEC_TIME_MAX));
    }

    ssec_unlock(table, bucket);

    return is_unchanged;
}


void
ssec_seek(ssec_table_t *table, ssec_entry_t *entry)
{
    ssec_set_buckets(table, entry);
    ssec_lock(table, entry->first);

    entry->both = false;
    entry->found = ssec_find(table, entry, entry->first);

    if (entry->found) {
        return;
    }

    if (!ssec_trylock(table, entry->second)) {
        ssec_unlock(table, entry->first);
        ssec_lock_both(table, entry->first, entry->second);
    }

    entry->both = true;
    entry->found = ssec_find(table, entry, entry->first)
                   || ssec_find(table, entry, entry->second);

    if (!entry->found) {
        entry->name = false;
        entry->record = (ssec_record_t) { .state = SSEC_UNKNOWN };
    }
}


bool
ssec_table_release(ssec_table_t *table, ssec_entry_t *entry)
{
    bool           kept;
    ssec_stored_t  stored;

    kept = true;

    if (entry->record.state != SSEC_UNKNOWN) {
        stored = ssec_pack(table, &entry->record);

        if (entry->found) {
            ssec_publish(table, entry, &stored);

        } else {
            kept = ssec_insert(table, entry, &stored);
        }
    }

    ssec_table_leave(table, entry);

    if (entry->live && entry->record.state != SSEC_LIVE) {
        atomic_fetch_add(&table->header->deaths, 1);
    }

    return kept;
}


bool
ssec_table_replace(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_record_t *record)
{
    ssec_entry_t  entry;

    entry.digest = *key;
    ssec_seek(table, &entry);

    entry.record = *record;
    entry.live = false;

    return ssec_table_release(table, &entry);
}


void
ssec_table_leave(ssec_table_t *table, const ssec_entry_t *entry)
{
    if (entry->both) {
        ssec_unlock(table, entry->second);
    }

    ssec_unlock(table, entry->first);
}


uint64_t
ssec_table_deaths(ssec_table_t *table)
{
    return atomic_load_explicit(&table->header->deaths, memory_order_relaxed);
}


void
ssec_table_count(ssec_table_t *table, ssec_counts_t *counts)
{
    uint64_t  word;
    unsigned  slot;
    uint32_t  i;
    uint64_t *of_state[] = {
        [SSEC_UNKNOWN] = &counts->names, [SSEC_LIVE] = &counts->live,
        [SSEC_VISITOR] = &counts->visitors, [SSEC_EXPIRED] = &counts->expired,
        [SSEC_CLOSED] = &counts->closed
    };

    memset(counts, 0, sizeof(ssec_counts_t));

    for (i = 0; i < table->nbuckets; i++) {
        for (slot = 0; slot < SSEC_SLOTS; slot++) {
            word = ssec_word(table, i, slot);
            if (word) {
                ++*of_state[ssec_state(word, table->buckets[i].created[slot])];
            }
        }
    }

    counts->room = (uint64_t) table->nbuckets * SSEC_SLOTS;

    ssec_table_losses(table, counts);
}


void
ssec_table_losses(ssec_table_t *table, ssec_counts_t *counts)
{
    counts->evicted = atomic_load(&table->header->evicted);
    counts->issued = atomic_load(&table->header->evicted_issued);
    counts->invented = atomic_load(&table->header->evicted_invented);
    counts->refused = atomic_load(&table->header->refused);
    counts->collisions = atomic_load(&table->header->collisions);
}


bool
ssec_table_report(ssec_table_t *table, uint64_t now, uint64_t period)
{
    uint64_t  reported;

    reported = atomic_load(&table->header->reported);
    if (reported && now < reported + period) {
        return false;
    }

    return atomic_compare_exchange_strong(&table->header->reported,
                                          &reported, now);
}

/*
 * The session table with its inside laid open: a test that includes this is
 * built without the sources that are included here.
 */

#ifndef SSEC_TEST_TABLE_H
#define SSEC_TEST_TABLE_H


#include <stdio.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "../src/core/ssec_table.c"
#include "../src/core/ssec_table_copy.c"
#include "../src/core/ssec_table_file.c"
#include "../src/core/ssec_table_lock.c"
#include "../src/core/ssec_table_names.c"
#include "../src/core/ssec_table_own.c"
#include "../src/core/ssec_table_room.c"
#include "../src/core/ssec_table_slots.c"

#include "ssec_test.h"


/* seconds after which a test is stuck, on the busiest machine */
#define TEST_TIMEOUT  1800


static const uint8_t  test_key[SSEC_DIGEST_KEY] = "sixteen octets.";


static inline size_t
test_table_size(uint64_t nbuckets)
{
    return SSEC_TABLE_HEADER
           + nbuckets * (sizeof(ssec_bucket_t)
                         + SSEC_OWN_SLOTS * sizeof(uint16_t));
}


/* An empty table that children share. */

static inline void
test_table_map(ssec_table_t *table, uint64_t nbuckets)
{
    void  *memory;

    memory = mmap(NULL, test_table_size(nbuckets), PROT_READ|PROT_WRITE,
                  MAP_SHARED|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED
        || !ssec_table_create(memory, test_table_size(nbuckets), test_key))
    {
        perror("mmap");
        exit(2);
    }

    ssec_table_open(table, memory, ssec_table_owner());
}


static inline void
test_table_unmap(ssec_table_t *table)
{
    (void) munmap(table->header, test_table_size(table->nbuckets));
}


/* A digest whose two buckets are these; there are 2^20 of them, by number. */

static inline ssec_digest_t
test_digest_at(const ssec_table_t *table, uint32_t first, uint32_t second,
    uint32_t number)
{
    uint64_t       n, distance;
    ssec_digest_t  digest;

    n = table->nbuckets;
    distance = (second + n - first) % n;

    digest.place = (uint32_t) ((((uint64_t) first << 32) + n - 1) / n
                               + number % (((1ULL << 32) - n) / n));
    digest.body = (((distance - 1) << 32) + n - 2) / (n - 1) << 32
                  | (number + 1);

    return digest;
}


/* A record put where the test wants it, without a look at what is there. */

static inline void
test_place(ssec_table_t *table, uint32_t bucket, unsigned slot,
    ssec_digest_t digest, ssec_record_t rec)
{
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    entry.digest = digest;
    entry.first = ssec_first_bucket(table, digest.place);
    entry.bucket = bucket;
    entry.slot = slot;

    stored = ssec_pack(table, &rec);

    table->buckets[bucket].body[slot] = digest.body;
    ssec_publish(table, &entry, &stored);
}


/* Likewise a name, in this state, of the session in that place. */

static inline void
test_place_name(ssec_table_t *table, uint32_t bucket, unsigned slot,
    ssec_digest_t digest, ssec_digest_t root, unsigned state)
{
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    entry.digest = digest;
    entry.first = ssec_first_bucket(table, digest.place);
    entry.bucket = bucket;
    entry.slot = slot;

    stored.word = (uint64_t) state << SSEC_STATE
                  | root.body >> (64 - SSEC_LINK_WORD) << 32 | root.place;
    stored.created = (uint32_t) (root.body >> SSEC_LINK_BODY)
                     & SSEC_BEGAN_MASK;
    stored.own = 0;

    table->buckets[bucket].body[slot] = digest.body;
    ssec_publish(table, &entry, &stored);
}


static inline bool
test_put(ssec_table_t *table, ssec_digest_t digest, ssec_record_t rec)
{
    ssec_entry_t  entry;

    ssec_table_acquire(table, &digest, &entry);
    entry.record = rec;

    return ssec_table_release(table, &entry);
}


static inline ssec_record_t
test_get(ssec_table_t *table, ssec_digest_t digest)
{
    ssec_entry_t  entry;

    ssec_table_acquire(table, &digest, &entry);
    ssec_table_leave(table, &entry);

    return entry.record;
}


/* How many records of this digest there are, wherever they are. */

static inline unsigned
test_records_of(ssec_table_t *table, ssec_digest_t digest)
{
    unsigned       n, slot;
    uint32_t       i;
    ssec_digest_t  d;

    n = 0;

    for (i = 0; i < table->nbuckets; i++) {
        for (slot = 0; slot < SSEC_SLOTS; slot++) {

            if (ssec_word(table, i, slot) == 0) {
                continue;
            }

            d = ssec_stored_digest(table, i, slot);
            n += (d.body == digest.body && d.place == digest.place);
        }
    }

    return n;
}


static inline unsigned
test_locks(const ssec_table_t *table)
{
    unsigned  n;
    uint32_t  i;

    n = 0;

    for (i = 0; i < table->nbuckets; i++) {
        n += (atomic_load(&table->buckets[i].lock) != 0);
    }

    return n;
}


/* A record as a table gives it back: of a dead one the time is coarse. */

static inline ssec_record_t
test_kept(ssec_record_t rec)
{
    if (rec.state == SSEC_EXPIRED || rec.state == SSEC_CLOSED) {
        rec.last &= ~SSEC_REASON_MASK;
    }

    return rec;
}


static inline bool
test_same_own(const ssec_own_t *a, const ssec_own_t *b)
{
    return memcmp(a, b, sizeof(ssec_own_t)) == 0;
}


/* What a table gave back, and what it was given. */

static inline bool
test_same(const ssec_record_t *a, const ssec_record_t *b)
{
    return a->state == b->state && a->reason == b->reason
           && a->issued == b->issued && a->presented == b->presented
           && a->used == b->used
           && a->told == b->told
           && a->left == b->left && a->login == b->login
           && a->created == b->created && a->last == test_kept(*b).last
           && (a->own == b->own
               || (a->own && b->own && test_same_own(a->own, b->own)));
}


#endif /* SSEC_TEST_TABLE_H */

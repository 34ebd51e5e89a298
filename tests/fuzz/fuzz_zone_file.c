/*
 * A zone's file that is not what it was: what is not refused can be worked
 * with.  The input is patches to a sound one: three bytes of place, and eight
 * that are written there.  Its first byte says whether it is sealed anew, so
 * that what lies behind the seal is reached, too, and whether it moves, which
 * takes longer.
 */

#include <stdlib.h>
#include <string.h>

#include "ssec_scope.h"
#include "ssec_table_file.h"
#include "ssec_table_slots.h"


#define BUCKETS  1024
#define SIZE     (SSEC_TABLE_HEADER + BUCKETS * (64 + 8))
#define SUBJECT  "cookie=sid"
#define NOW      (SSEC_CLOCK_NEW + 100000)

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static const uint8_t      key[SSEC_DIGEST_KEY] = "sixteen octets.";
static const ssec_host_t  host = { .uptime = 100000, .wall = 1700000000000,
                                   .boot = 77 };


static ssec_digest_t
digest_of(unsigned number)
{
    ssec_digest_t      digest;
    ssec_digest_key_t  digest_key;

    ssec_digest_key(&digest_key, key);
    ssec_digest(&digest_key, &number, sizeof(number), &digest);

    return digest;
}


static void
learn(ssec_table_t *table)
{
    unsigned      i;
    ssec_scope_t  scope;

    static const uint8_t  path[] = "/app", domain[] = "example.com";

    memset(&scope, 0, sizeof(scope));

    scope.path.data = path;
    scope.path.len = sizeof(path) - 1;
    scope.domain.data = domain;
    scope.domain.len = sizeof(domain) - 1;

    ssec_scope_learn(ssec_table_lock_notes(table), &scope);

    for (i = 0; ssec_scope_next(table->header->notes, &i, &scope); ) {
        check(scope.path.data + scope.path.len
              <= (uint8_t *) table->header->notes + SSEC_TABLE_NOTES);
        check(ssec_scope_covers(&scope, &scope.domain, &scope.path)
              || scope.path.len);
    }

    ssec_table_unlock_notes(table);
}


/* Everything that a request or a response does, with sessions of all kinds. */

static void
work(ssec_table_t *table, unsigned from, unsigned to, uint64_t now)
{
    unsigned        i;
    ssec_own_t      own;
    ssec_entry_t    entry;
    ssec_digest_t   digest, name;
    ssec_glimpse_t  glimpse;

    memset(&own, 0, sizeof(own));

    for (i = from; i < to; i++) {
        digest = digest_of(i);

        if (ssec_table_glimpse(table, &digest, &glimpse)) {
            (void) ssec_table_touch(table, &digest, &glimpse, now);
        }

        ssec_table_acquire(table, &digest, &entry);

        if (entry.record.own) {
            check(entry.record.own >= table->header->own
                  && entry.record.own
                     <= table->header->own + SSEC_TABLE_OWN);
        }

        if (entry.record.state == SSEC_UNKNOWN) {
            entry.record = (ssec_record_t) {
                .state = (ssec_state_e) (1 + i % 4), .issued = i & 4,
                .presented = i & 8, .used = i & 16, .created = now - 64 * i, .last = now
            };

            if (i % 3 == 0) {
                ssec_table_leave(table, &entry);
                own.expire_after = 1 + i % 8;
                entry.record.own = ssec_table_own(table, &own);
                (void) ssec_table_replace(table, &digest, &entry.record);
                continue;
            }
        }

        (void) ssec_table_release(table, &entry);

        if (i % 5 == 0) {
            name = digest_of(100000 + i);
            (void) ssec_table_rename(table, &digest, &name, now);
        }
    }
}


static void
no_locks(ssec_table_t *table)
{
    uint32_t  i;

    for (i = 0; i < table->nbuckets; i++) {
        check(atomic_load(&table->buckets[i].lock) == 0);
    }

    check(atomic_load(&table->header->lock) == 0);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool           anew, moves;
    size_t         at;
    uint8_t       *memory, *more;
    uint64_t       now, back;
    ssec_table_t   table, other;
    ssec_counts_t  counts;

    static uint8_t  *sound;

    if (sound == NULL) {
        sound = aligned_alloc(64, SIZE);
        memset(sound, 0, SIZE);

        check(ssec_table_create(sound, SIZE, key));
        ssec_table_open(&table, sound, ssec_table_owner());
        check(ssec_table_start_clock(&table, &host) + host.uptime
              == SSEC_CLOCK_NEW);
        work(&table, 0, 1000, NOW);
        learn(&table);
        ssec_table_seal(&table, SIZE, SUBJECT, strlen(SUBJECT));
    }

    if (size == 0) {
        return 0;
    }

    memory = aligned_alloc(64, SIZE);
    memcpy(memory, sound, SIZE);

    anew = data[0] & 1;
    moves = data[0] & 2;
    data++;
    size--;

    while (size >= 11) {
        at = (data[0] | data[1] << 8 | data[2] << 16) % (SIZE - 7);
        memcpy(memory + at, data + 3, 8);

        data += 11;
        size -= 11;
    }

    ssec_table_open(&table, memory, ssec_table_owner());

    if (anew) {
        memset(table.header->seal.magic, 0, sizeof(table.header->seal.magic));
        ssec_table_seal(&table, SIZE, SUBJECT, strlen(SUBJECT));
    }

    if (ssec_table_check(memory, SIZE, SUBJECT, strlen(SUBJECT))
        != SSEC_SEAL_WHOLE)
    {
        free(memory);
        return 0;
    }

    check(table.nbuckets == BUCKETS);

    now = ssec_table_start_clock(&table, &host) + host.uptime;
    (void) ssec_table_recover(&table, now);
    no_locks(&table);

    /* nothing is left to be dropped */

    check(ssec_table_recover(&table, now) == 0);

    work(&table, 980, 1000, now);
    work(&table, 5000, 5020, now);
    learn(&table);
    no_locks(&table);

    ssec_table_count(&table, &counts);
    check(counts.live + counts.visitors + counts.expired + counts.closed
          + counts.names <= counts.room);

    if (moves) {
        back = ssec_clock_back(now);

        more = aligned_alloc(64, SIZE);
        memset(more, 0, SIZE);
        check(ssec_table_create(more, SIZE, table.secret));
        ssec_table_open(&other, more, ssec_table_owner());
        ssec_table_copy(&other, &table, back);

        work(&other, 980, 1000, now - back);
        learn(&other);
        no_locks(&other);

        free(more);
    }

    free(memory);

    return 0;
}

/* The session table: see the invariants in ssec_table.h. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "ssec_seldom.h"
#include "ssec_table.h"


#define SSEC_SLOTS        3      /* of a bucket */

/* the lock word: owner, and one more than the slot that is being moved */
#define SSEC_OWNER        0x3fffffffU
#define SSEC_OWNER_PID    22     /* bits; the other 8 tag the start time */
#define SSEC_TAG_DEAD     255
#define SSEC_MOVING       30

/* the state word, from the low bits on: time, second bucket, state, digest */
#define SSEC_SECOND       (1ULL << 38)
#define SSEC_STATE        39
#define SSEC_STATE_MASK   (7ULL << SSEC_STATE)
#define SSEC_PLACE        42
#define SSEC_PLACE_BITS   22
#define SSEC_PLACE_MASK   (((1ULL << SSEC_PLACE_BITS) - 1) << SSEC_PLACE)

/* the creation time is kept in units of 64 ms, rounded down */
#define SSEC_CREATED      6

#define SSEC_PASSES       5      /* of a copy */

#define SSEC_SPINS        64     /* before giving the processor away */
#define SSEC_DOUBTS       16     /* as often before doubting the owner */


/* states as stored, in the order in which sessions are pushed out */

enum {
    SSEC_SLOT_FREE = 0,
    SSEC_SLOT_CLOSED,
    SSEC_SLOT_EXPIRED,
    SSEC_SLOT_TOLD,
    SSEC_SLOT_LIVE,
    SSEC_SLOT_ISSUED
};


struct ssec_header_s {
    uint64_t              nbuckets;
    uint8_t               key[SSEC_DIGEST_KEY];

    _Alignas(64)
    _Atomic uint64_t      evicted;
    _Atomic uint64_t      collisions;
    _Atomic uint64_t      reported;
};


struct ssec_bucket_s {
    _Atomic uint32_t      lock;
    uint32_t              created[SSEC_SLOTS];
    _Atomic uint64_t      word[SSEC_SLOTS];
    uint64_t              body[SSEC_SLOTS];
};

_Static_assert(sizeof(ssec_bucket_t) == 64, "a bucket is one cache line");
_Static_assert(sizeof(ssec_header_t) <= 256, "the header's room");


/* the unit tests stop a process here */
#ifndef ssec_crash_point
#define ssec_crash_point(n)
#endif


static inline void ssec_lock(ssec_table_t *table, uint32_t bucket);
static void ssec_wait(ssec_table_t *table, uint32_t bucket) ssec_seldom;
static inline bool ssec_trylock(ssec_table_t *table, uint32_t bucket);
static void ssec_unlock(ssec_table_t *table, uint32_t bucket);
static void ssec_lock_both(ssec_table_t *table, uint32_t a, uint32_t b);
static bool ssec_settle(ssec_table_t *table, uint32_t bucket);
static bool ssec_owner_gone(uint32_t owner);
static uint32_t ssec_owner_tag(pid_t pid);

static inline bool ssec_find(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket);
static void ssec_acquire_both(ssec_table_t *table, ssec_entry_t *entry)
    ssec_seldom;
static bool ssec_insert(ssec_table_t *table, ssec_entry_t *entry)
    ssec_seldom;
static bool ssec_make_room(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket);
static void ssec_move(ssec_table_t *table, uint32_t from, unsigned slot,
    uint32_t to, unsigned free);
static bool ssec_choose(ssec_table_t *table, ssec_entry_t *entry);
static inline void ssec_publish(ssec_table_t *table, ssec_entry_t *entry);

static uint32_t ssec_first_bucket(const ssec_table_t *table, uint32_t place);
static uint32_t ssec_second_bucket(const ssec_table_t *table,
    uint32_t first, uint64_t body);
static void ssec_copy_record(ssec_table_t *to, ssec_table_t *from,
    uint32_t bucket, unsigned slot, unsigned pass);
static void ssec_unpack(ssec_record_t *rec, uint64_t word, uint32_t created);
static uint64_t ssec_pack(const ssec_record_t *rec);
static ssec_digest_t ssec_stored_digest(const ssec_table_t *table,
    uint32_t bucket, unsigned slot);


static inline uint64_t
ssec_word(ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    return atomic_load_explicit(&table->buckets[bucket].word[slot],
                                memory_order_relaxed);
}


static inline void
ssec_set_word(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t word)
{
    /* release: what was stored before is there when this is (invariant 2) */

    atomic_store_explicit(&table->buckets[bucket].word[slot], word,
                          memory_order_release);

    /* and the compiler brings forward nothing that is to be stored after */

    atomic_signal_fence(memory_order_seq_cst);
}


static inline unsigned
ssec_slot_state(uint64_t word)
{
    return (unsigned) ((word & SSEC_STATE_MASK) >> SSEC_STATE);
}


bool
ssec_table_create(void *memory, size_t size,
    const uint8_t key[SSEC_DIGEST_KEY])
{
    uint64_t        n;
    ssec_header_t  *header;

    if (size < SSEC_TABLE_MIN_SIZE) {
        return false;
    }

    n = (size - 256) / sizeof(ssec_bucket_t);

    header = memory;
    header->nbuckets = (n < UINT32_MAX) ? n : UINT32_MAX;
    memcpy(header->key, key, SSEC_DIGEST_KEY);

    return true;
}


void
ssec_table_open(ssec_table_t *table, void *memory, uint32_t owner)
{
    table->header = memory;
    table->buckets = (ssec_bucket_t *) ((uint8_t *) memory + 256);
    table->nbuckets = (uint32_t) table->header->nbuckets;
    table->owner = owner;
    memcpy(table->key, table->header->key, SSEC_DIGEST_KEY);
}


uint32_t
ssec_table_owner(void)
{
    pid_t  pid;

    pid = getpid();

    return ssec_owner_tag(pid) << SSEC_OWNER_PID
           | ((uint32_t) pid & ((1U << SSEC_OWNER_PID) - 1));
}


void
ssec_table_acquire(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_entry_t *entry)
{
    entry->digest = *digest;
    entry->first = ssec_first_bucket(table, digest->place);
    entry->both = false;

    ssec_lock(table, entry->first);

    entry->found = ssec_find(table, entry, entry->first);

    if (!entry->found) {
        ssec_acquire_both(table, entry);
    }
}


static void
ssec_acquire_both(ssec_table_t *table, ssec_entry_t *entry)
{
    entry->second = ssec_second_bucket(table, entry->first,
                                       entry->digest.body);

    if (!ssec_trylock(table, entry->second)) {
        ssec_unlock(table, entry->first);
        ssec_lock_both(table, entry->first, entry->second);
    }

    entry->both = true;
    entry->found = ssec_find(table, entry, entry->first)
                   || ssec_find(table, entry, entry->second);

    if (!entry->found) {
        entry->record = (ssec_record_t) { .state = SSEC_UNKNOWN };
    }
}


bool
ssec_table_release(ssec_table_t *table, ssec_entry_t *entry)
{
    bool  evicted_live;

    evicted_live = false;

    if (entry->found) {
        ssec_publish(table, entry);

    } else if (entry->record.state != SSEC_UNKNOWN) {
        evicted_live = ssec_insert(table, entry);
    }

    if (entry->both) {
        ssec_unlock(table, entry->second);
    }

    ssec_unlock(table, entry->first);

    return !evicted_live;
}


void
ssec_table_copy(ssec_table_t *to, ssec_table_t *from)
{
    unsigned  pass, slot;
    uint32_t  i;

    for (pass = 0; pass < SSEC_PASSES; pass++) {

        for (i = 0; i < from->nbuckets; i++) {

            for (slot = 0; slot < SSEC_SLOTS; slot++) {
                ssec_copy_record(to, from, i, slot, pass);
            }
        }
    }
}


/*
 * What is copied last pushes out what was copied first, but no dead session
 * pushes out a live one.  The last pass finds what was moved meanwhile, from
 * where the others had not been yet to where they had; a live one may also be
 * missing because it was pushed out.
 */

static void
ssec_copy_record(ssec_table_t *to, ssec_table_t *from, uint32_t bucket,
    unsigned slot, unsigned pass)
{
    bool           last;
    uint32_t       created;
    uint64_t       word;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    static const unsigned  passes[] = { SSEC_PASSES, 2, 3, 3, 0, 1 };

    ssec_lock(from, bucket);

    word = ssec_word(from, bucket, slot);
    created = from->buckets[bucket].created[slot];
    digest = ssec_stored_digest(from, bucket, slot);

    ssec_unlock(from, bucket);

    last = (pass == SSEC_PASSES - 1);

    if (word == 0 || (!last && passes[ssec_slot_state(word)] != pass)) {
        return;
    }

    ssec_table_acquire(to, &digest, &entry);

    if (!last
        || entry.found
        || ssec_slot_state(word) < SSEC_SLOT_LIVE
        || ssec_table_evicted(to) == 0)
    {
        ssec_unpack(&entry.record, word, created);
    }

    (void) ssec_table_release(to, &entry);
}


void
ssec_table_count(ssec_table_t *table, ssec_counts_t *counts)
{
    unsigned  slot;
    uint32_t  i;

    memset(counts, 0, sizeof(ssec_counts_t));

    for (i = 0; i < table->nbuckets; i++) {

        for (slot = 0; slot < SSEC_SLOTS; slot++) {

            switch (ssec_slot_state(ssec_word(table, i, slot))) {

            case SSEC_SLOT_FREE:
                break;

            case SSEC_SLOT_CLOSED:
                counts->closed++;
                break;

            case SSEC_SLOT_EXPIRED:
            case SSEC_SLOT_TOLD:
                counts->expired++;
                break;

            default:
                counts->live++;
                break;
            }
        }
    }

    counts->room = (uint64_t) table->nbuckets * SSEC_SLOTS;
    counts->evicted = ssec_table_evicted(table);
    counts->collisions = atomic_load(&table->header->collisions);
}


uint64_t
ssec_table_evicted(ssec_table_t *table)
{
    return atomic_load(&table->header->evicted);
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


/* Locks */

static inline void
ssec_lock(ssec_table_t *table, uint32_t bucket)
{
    if (!ssec_trylock(table, bucket)) {
        ssec_wait(table, bucket);
    }
}


static void
ssec_wait(ssec_table_t *table, uint32_t bucket)
{
    uint32_t           word, owner;
    unsigned           n;
    _Atomic uint32_t  *lock;

    lock = &table->buckets[bucket].lock;

    for (n = 1; /* void */ ; n++) {

        word = atomic_load_explicit(lock, memory_order_relaxed);
        owner = word & SSEC_OWNER;

        if ((owner == 0
             || (n % (SSEC_SPINS * SSEC_DOUBTS) == 0
                 && ssec_owner_gone(owner)))
            && atomic_compare_exchange_strong_explicit(lock, &word,
                                         (word & ~SSEC_OWNER) | table->owner,
                                         memory_order_acquire,
                                         memory_order_relaxed)
            && (word <= SSEC_OWNER || ssec_settle(table, bucket)))
        {
            return;
        }

        if (n % SSEC_SPINS == 0) {
            sched_yield();
        }
    }
}


/* Only a lock that is free and has nothing to settle. */

static inline bool
ssec_trylock(ssec_table_t *table, uint32_t bucket)
{
    uint32_t  word;

    word = 0;

    return atomic_compare_exchange_strong_explicit(
               &table->buckets[bucket].lock, &word, table->owner,
               memory_order_acquire, memory_order_relaxed);
}


static void
ssec_unlock(ssec_table_t *table, uint32_t bucket)
{
    atomic_store_explicit(&table->buckets[bucket].lock, 0,
                          memory_order_release);
}


static void
ssec_lock_both(ssec_table_t *table, uint32_t a, uint32_t b)
{
    uint32_t  c;

    for ( ;; ) {
        ssec_lock(table, a);

        if (ssec_trylock(table, b)) {
            return;
        }

        ssec_unlock(table, a);

        c = a;
        a = b;
        b = c;
    }
}


/*
 * The last owner was killed while it moved a record to its second bucket.  If
 * the copy got there, the record here goes; nobody has changed either since,
 * because a search begins here (invariant 4).  If that bucket is busy, the
 * lock is given back with its mark, and this one is false.
 */

static bool
ssec_settle(ssec_table_t *table, uint32_t bucket)
{
    bool           settled;
    uint32_t       word;
    unsigned       slot;
    ssec_entry_t   entry;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    word = atomic_load_explicit(&b->lock, memory_order_relaxed);
    slot = (word >> SSEC_MOVING) - 1;
    settled = true;

    if (ssec_word(table, bucket, slot)) {

        entry.digest = ssec_stored_digest(table, bucket, slot);
        entry.second = ssec_second_bucket(table, bucket, entry.digest.body);

        word = atomic_load_explicit(&table->buckets[entry.second].lock,
                                    memory_order_relaxed);

        /* the dead process had that one as well */

        if (((word & SSEC_OWNER) == 0 || ssec_owner_gone(word & SSEC_OWNER))
            && atomic_compare_exchange_strong_explicit(
                   &table->buckets[entry.second].lock, &word,
                   (word & ~SSEC_OWNER) | table->owner,
                   memory_order_acquire, memory_order_relaxed))
        {
            if (ssec_find(table, &entry, entry.second)) {
                ssec_set_word(table, bucket, slot, 0);
            }

            /* its own mark, if it has one, stays for who comes next */

            atomic_store_explicit(&table->buckets[entry.second].lock,
                                  word & ~SSEC_OWNER, memory_order_release);
        } else {
            settled = false;
        }
    }

    atomic_store_explicit(&b->lock,
                          settled ? table->owner
                                  : (uint32_t) (slot + 1) << SSEC_MOVING,
                          memory_order_release);

    return settled;
}


/*
 * A process is known by its id and, since ids are used again, by a tag made
 * of the time it was started at.  Where /proc does not tell, it is taken to be
 * there as long as its id is.
 */

static bool
ssec_owner_gone(uint32_t owner)
{
    pid_t     pid;
    uint32_t  tag, now;

    pid = (pid_t) (owner & ((1U << SSEC_OWNER_PID) - 1));
    tag = owner >> SSEC_OWNER_PID;

    if (kill(pid, 0) == -1 && errno == ESRCH) {
        return true;
    }

    now = ssec_owner_tag(pid);

    return now == SSEC_TAG_DEAD || (tag && now && now != tag);
}


/* From 1 to 251; 0 if that is unknown; SSEC_TAG_DEAD for one not yet reaped. */

static uint32_t
ssec_owner_tag(pid_t pid)
{
    int                 field;
    FILE               *f;
    char                path[32], stat[512], *p;
    size_t              n;
    unsigned long long  start;

    snprintf(path, sizeof(path), "/proc/%ld/stat", (long) pid);

    f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }

    n = fread(stat, 1, sizeof(stat) - 1, f);
    stat[n] = '\0';

    fclose(f);

    /* field 2, the name, may hold anything; 3 is the state, 22 the start */

    p = strrchr(stat, ')');

    if (p && p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X')) {
        return SSEC_TAG_DEAD;
    }

    for (field = 2; p && field < 22; field++) {
        p = strchr(p + 1, ' ');
    }

    if (p == NULL) {
        return 0;
    }

    start = strtoull(p, NULL, 10);

    return (uint32_t) (start % 251) + 1;
}


/* Records */

static inline bool
ssec_find(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket)
{
    uint64_t        word;
    unsigned        slot;
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
        ssec_unpack(&entry->record, word, b->created[slot]);

        return true;
    }

    return false;
}


static bool
ssec_insert(ssec_table_t *table, ssec_entry_t *entry)
{
    bool      evicted_live;
    unsigned  slot, first, second;

    evicted_live = false;
    first = 0;
    second = 0;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        first += (ssec_word(table, entry->first, slot) == 0);
        second += (ssec_word(table, entry->second, slot) == 0);
    }

    if (first || second) {
        entry->bucket = (first >= second) ? entry->first : entry->second;
        entry->slot = 0;

        while (ssec_word(table, entry->bucket, entry->slot)) {
            entry->slot++;
        }

    } else {
        atomic_fetch_add_explicit(&table->header->collisions, 1,
                                  memory_order_relaxed);

        if (!ssec_make_room(table, entry, entry->first)
            && !ssec_make_room(table, entry, entry->second))
        {
            evicted_live = ssec_choose(table, entry);

            if (evicted_live && entry->record.state != SSEC_LIVE) {
                return false;
            }
        }
    }

    if (evicted_live) {
        atomic_fetch_add_explicit(&table->header->evicted, 1,
                                  memory_order_relaxed);
    }

    /* a body over a record that still exists would be another's record */

    ssec_set_word(table, entry->bucket, entry->slot, 0);
    ssec_crash_point(1);
    table->buckets[entry->bucket].body[entry->slot] = entry->digest.body;
    ssec_crash_point(2);
    ssec_publish(table, entry);

    return evicted_live;
}


/* Moves a record from its first bucket to its second, if that has room. */

static bool
ssec_make_room(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket)
{
    unsigned  slot, free;
    uint32_t  to;
    uint64_t  word;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        word = ssec_word(table, bucket, slot);

        if (word & SSEC_SECOND) {
            continue;
        }

        to = ssec_second_bucket(table, bucket,
                                table->buckets[bucket].body[slot]);

        /* this also fails for the buckets that are held already */

        if (!ssec_trylock(table, to)) {
            continue;
        }

        for (free = 0; free < SSEC_SLOTS; free++) {

            if (ssec_word(table, to, free) == 0) {
                ssec_move(table, bucket, slot, to, free);
                ssec_unlock(table, to);

                entry->bucket = bucket;
                entry->slot = slot;

                return true;
            }
        }

        ssec_unlock(table, to);
    }

    return false;
}


static void
ssec_move(ssec_table_t *table, uint32_t from, unsigned slot, uint32_t to,
    unsigned free)
{
    uint64_t        word;
    ssec_bucket_t  *a, *b;

    a = &table->buckets[from];
    b = &table->buckets[to];
    word = ssec_word(table, from, slot);

    atomic_store_explicit(&a->lock,
                          (uint32_t) (slot + 1) << SSEC_MOVING | table->owner,
                          memory_order_release);
    ssec_crash_point(3);

    b->body[free] = a->body[slot];
    b->created[free] = a->created[slot];
    ssec_set_word(table, to, free, word | SSEC_SECOND);
    ssec_crash_point(4);

    ssec_set_word(table, from, slot, 0);
    ssec_crash_point(5);

    atomic_store_explicit(&a->lock, table->owner, memory_order_release);
}


/* Of the six records in both buckets, the one missed the least: is it live? */

static bool
ssec_choose(ssec_table_t *table, ssec_entry_t *entry)
{
    unsigned  i, slot, rank;
    uint32_t  bucket;
    uint64_t  word, key, least;

    least = UINT64_MAX;

    for (i = 0; i < 2 * SSEC_SLOTS; i++) {
        bucket = (i < SSEC_SLOTS) ? entry->first : entry->second;
        slot = i % SSEC_SLOTS;
        word = ssec_word(table, bucket, slot);

        rank = ssec_slot_state(word);

        if (rank == SSEC_SLOT_TOLD) {
            rank = SSEC_SLOT_EXPIRED;
        }

        key = (uint64_t) rank << SSEC_STATE | (word & SSEC_TIME_MAX);

        if (key < least) {
            least = key;
            entry->bucket = bucket;
            entry->slot = slot;
        }
    }

    return ssec_slot_state(least) >= SSEC_SLOT_LIVE;
}


static inline void
ssec_publish(ssec_table_t *table, ssec_entry_t *entry)
{
    uint32_t        created;
    uint64_t        word;
    ssec_bucket_t  *b;

    b = &table->buckets[entry->bucket];

    created = (uint32_t) (entry->record.created >> SSEC_CREATED);

    if (b->created[entry->slot] != created) {
        b->created[entry->slot] = created;
    }

    word = ssec_pack(&entry->record)
           | ((uint64_t) entry->digest.place << SSEC_PLACE & SSEC_PLACE_MASK)
           | (entry->bucket == entry->first ? 0 : SSEC_SECOND);

    ssec_set_word(table, entry->bucket, entry->slot, word);
}


static uint32_t
ssec_first_bucket(const ssec_table_t *table, uint32_t place)
{
    return (uint32_t) (((uint64_t) place * table->nbuckets) >> 32);
}


/* Any bucket but the first, and the first again from the second: never. */

static uint32_t
ssec_second_bucket(const ssec_table_t *table, uint32_t first, uint64_t body)
{
    uint64_t  second;

    second = first + 1 + (((body >> 32) * (table->nbuckets - 1)) >> 32);

    return (uint32_t) (second < table->nbuckets ? second
                                                : second - table->nbuckets);
}


/*
 * The digest of a stored record.  The bucket tells between which two numbers
 * its place is: fewer than 2^22 of them, as there are at least 1,024 buckets;
 * so the stored bits single it out.
 */

static ssec_digest_t
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

    if (word & SSEC_SECOND) {
        distance = 1 + (((digest.body >> 32) * (n - 1)) >> 32);
        first = (bucket >= distance) ? bucket - distance
                                     : bucket + n - distance;
    }

    low = ((first << 32) + n - 1) / n;

    digest.place = (uint32_t) (low + (((word >> SSEC_PLACE) - low)
                                      & ((1ULL << SSEC_PLACE_BITS) - 1)));
    return digest;
}


static void
ssec_unpack(ssec_record_t *rec, uint64_t word, uint32_t created)
{
    unsigned  state;

    static const ssec_state_e  states[] = {
        SSEC_UNKNOWN, SSEC_CLOSED, SSEC_EXPIRED, SSEC_EXPIRED, SSEC_LIVE,
        SSEC_LIVE, SSEC_UNKNOWN, SSEC_UNKNOWN
    };

    state = ssec_slot_state(word);

    rec->state = states[state];
    rec->issued = (state == SSEC_SLOT_ISSUED);
    rec->told = (state == SSEC_SLOT_TOLD);
    rec->created = (uint64_t) created << SSEC_CREATED;
    rec->last = word & SSEC_TIME_MAX;
}


static uint64_t
ssec_pack(const ssec_record_t *rec)
{
    unsigned  state;

    switch (rec->state) {

    case SSEC_LIVE:
        state = rec->issued ? SSEC_SLOT_ISSUED : SSEC_SLOT_LIVE;
        break;

    case SSEC_EXPIRED:
        state = rec->told ? SSEC_SLOT_TOLD : SSEC_SLOT_EXPIRED;
        break;

    default:
        state = SSEC_SLOT_CLOSED;
        break;
    }

    return (uint64_t) state << SSEC_STATE | (rec->last & SSEC_TIME_MAX);
}

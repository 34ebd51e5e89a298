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
#define SSEC_OWN_SLOTS    4      /* the numbers of its sessions' limits */

/* the lock word: owner, and one more than the slot that is being moved */
#define SSEC_OWNER        0x3fffffffU
#define SSEC_OWNER_PID    22     /* bits; the other 8 tag the start time */
#define SSEC_TAG_DEAD     255
#define SSEC_MOVING       30

/* the state word, from the low bits on: time, state, digest */
#define SSEC_STATE        38
#define SSEC_STATE_MASK   (15ULL << SSEC_STATE)
#define SSEC_PLACE        42
#define SSEC_PLACE_BITS   22
#define SSEC_PLACE_MASK   (((1ULL << SSEC_PLACE_BITS) - 1) << SSEC_PLACE)

/*
 * The creation time is kept in units of 64 ms, rounded down, modulo 2.2 years
 * before the last activity, below two flags.
 */
#define SSEC_CREATED      6
#define SSEC_CREATED_MASK 0x3fffffffU
#define SSEC_HAS_OWN      0x40000000U
#define SSEC_IN_SECOND    0x80000000U

/*
 * A name holds its session's digest there: the place and the six highest bits
 * of the body where the time is, the 30 bits that follow where the creation
 * time is, and no more.
 */
#define SSEC_LINK_BODY    28     /* the lowest bits are not kept */
#define SSEC_LINK_WORD    6

/*
 * And when it was given, as the session's last activity then, in units of 16
 * seconds, in place of the number of the limits.  One that was not presented
 * for so many of them, while its session went on, never will be.
 */
#define SSEC_GIVEN        14
#define SSEC_STALE        8

/* One that was replaced goes last for so many units of SSEC_NAME_TIME. */
#define SSEC_IN_USE       11

#define SSEC_TRIES        16     /* to find room for a session's own place */

#define SSEC_PASSES       6      /* of a copy */

#define SSEC_MOVES        3      /* to make room for one */

#define SSEC_SPINS        64     /* before giving the processor away */
#define SSEC_DOUBTS       16     /* as often before doubting the owner */


/* states as stored */

enum {
    SSEC_SLOT_FREE = 0,
    SSEC_SLOT_CLOSED,
    SSEC_SLOT_EXPIRED,
    SSEC_SLOT_TOLD,
    SSEC_SLOT_VISITOR,
    SSEC_SLOT_LIVE,
    SSEC_SLOT_FRESH,             /* live: issued, but not presented yet */
    SSEC_SLOT_ISSUED,            /* live: both */
    SSEC_SLOT_OLD_NAME,          /* replaced */
    SSEC_SLOT_FRESH_NAME,        /* not presented yet */
    SSEC_SLOT_NAME,
    SSEC_SLOT_GUEST = 12,        /* visitor: was logged in, not issued */
    SSEC_SLOT_LEFT,              /* visitor: was logged in */
    SSEC_SLOT_STATES = 16
};

#define ssec_min(a, b)  ((a) < (b) ? (a) : (b))

#define ssec_slot_is_live(state)                                              \
    ((state) >= SSEC_SLOT_LIVE && (state) <= SSEC_SLOT_ISSUED)
#define ssec_slot_is_name(state)                                              \
    (((state) & ~3U) == SSEC_SLOT_OLD_NAME)


/*
 * In which order records are pushed out, and up to which rank each may push
 * others out.  What a client made up is below all that the backend issued, and
 * a key that was never presented below those that were.
 */

enum {
    SSEC_RANK_FREE = 0,
    SSEC_RANK_OLD_NAME,
    SSEC_RANK_CLOSED,
    SSEC_RANK_EXPIRED,
    SSEC_RANK_LIVE,
    SSEC_RANK_VISITOR,
    SSEC_RANK_FRESH_NAME,
    SSEC_RANK_FRESH,
    SSEC_RANK_ISSUED
};

static const uint8_t  ssec_ranks[SSEC_SLOT_STATES] = {
    [SSEC_SLOT_FREE] = SSEC_RANK_FREE,
    [SSEC_SLOT_CLOSED] = SSEC_RANK_CLOSED,
    [SSEC_SLOT_EXPIRED] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_TOLD] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_VISITOR] = SSEC_RANK_VISITOR,
    [SSEC_SLOT_LIVE] = SSEC_RANK_LIVE,
    [SSEC_SLOT_FRESH] = SSEC_RANK_FRESH,
    [SSEC_SLOT_ISSUED] = SSEC_RANK_ISSUED,
    [SSEC_SLOT_OLD_NAME] = SSEC_RANK_OLD_NAME,
    [SSEC_SLOT_FRESH_NAME] = SSEC_RANK_FRESH_NAME,
    [SSEC_SLOT_NAME] = SSEC_RANK_ISSUED,
    [SSEC_SLOT_GUEST] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_LEFT] = SSEC_RANK_VISITOR
};

static const uint8_t  ssec_powers[SSEC_SLOT_STATES] = {
    [SSEC_SLOT_CLOSED] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_EXPIRED] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_TOLD] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_VISITOR] = SSEC_RANK_VISITOR,
    [SSEC_SLOT_LIVE] = SSEC_RANK_LIVE,
    [SSEC_SLOT_FRESH] = SSEC_RANK_ISSUED,
    [SSEC_SLOT_ISSUED] = SSEC_RANK_ISSUED,
    [SSEC_SLOT_OLD_NAME] = SSEC_RANK_OLD_NAME,
    [SSEC_SLOT_FRESH_NAME] = SSEC_RANK_FRESH_NAME,
    [SSEC_SLOT_NAME] = SSEC_RANK_ISSUED,
    [SSEC_SLOT_GUEST] = SSEC_RANK_EXPIRED,
    [SSEC_SLOT_LEFT] = SSEC_RANK_VISITOR
};


/* A record as it lies in the table, but for the digest and its flags. */

typedef struct {
    uint64_t              word;
    uint32_t              created;
    uint16_t              own;
} ssec_stored_t;


struct ssec_header_s {
    uint64_t              nbuckets;
    uint8_t               key[SSEC_DIGEST_KEY];

    _Alignas(64)
    _Atomic uint64_t      evicted;
    _Atomic uint64_t      evicted_issued;
    _Atomic uint64_t      refused;
    _Atomic uint64_t      collisions;
    _Atomic uint64_t      used;    /* records, about */
    _Atomic uint64_t      reported;

    _Alignas(64)
    _Atomic uint64_t      deaths;
    _Atomic uint64_t      serial;  /* of sessions that have several names */

    /* under this lock; limits, once counted, do not change */

    _Alignas(64)
    _Atomic uint32_t      lock;
    _Atomic uint32_t      nown;
    ssec_own_t            own[SSEC_TABLE_OWN + 1];

    _Alignas(64)
    uint8_t               notes[SSEC_TABLE_NOTES];
};


struct ssec_bucket_s {
    _Atomic uint32_t      lock;
    uint32_t              created[SSEC_SLOTS];
    _Atomic uint64_t      word[SSEC_SLOTS];
    uint64_t              body[SSEC_SLOTS];
};

_Static_assert(sizeof(ssec_bucket_t) == 64, "a bucket is one cache line");
_Static_assert((SSEC_SLOT_OLD_NAME & 3) == 0, "names are four in a row");
_Static_assert((SSEC_SLOT_LIVE | 2) == SSEC_SLOT_ISSUED, "one test for both");
_Static_assert(sizeof(ssec_header_t) <= SSEC_TABLE_HEADER, "its room");


/* the unit tests stop a process here */
#ifndef ssec_crash_point
#define ssec_crash_point(n)
#endif


static inline void ssec_lock(ssec_table_t *table, uint32_t bucket);
static void ssec_wait(ssec_table_t *table, _Atomic uint32_t *lock,
    uint32_t bucket) ssec_seldom;
static inline bool ssec_trylock(ssec_table_t *table, uint32_t bucket);
static inline void ssec_unlock(ssec_table_t *table, uint32_t bucket);
static void ssec_lock_both(ssec_table_t *table, uint32_t a, uint32_t b);
static bool ssec_settle(ssec_table_t *table, uint32_t bucket);
static bool ssec_owner_gone(uint32_t owner);
static uint32_t ssec_owner_tag(pid_t pid);

static void ssec_acquire_waiting(ssec_table_t *table, ssec_entry_t *entry)
    ssec_seldom;
static void ssec_acquire_further(ssec_table_t *table, ssec_entry_t *entry)
    ssec_seldom;
static void ssec_seek(ssec_table_t *table, ssec_entry_t *entry) ssec_seldom;
static inline bool ssec_find(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket);
static void ssec_seek_both(ssec_table_t *table, ssec_entry_t *entry)
    ssec_seldom;
static void ssec_follow(ssec_table_t *table, ssec_entry_t *entry) ssec_seldom;
static bool ssec_find_linked(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket);
static void ssec_mark(ssec_table_t *table, const ssec_entry_t *entry,
    unsigned state);
static bool ssec_new_name(ssec_table_t *table, const ssec_digest_t *key,
    uint64_t now, ssec_stored_t *name) ssec_seldom;
static bool ssec_settle_down(ssec_table_t *table, ssec_entry_t *entry);
static ssec_digest_t ssec_link(const ssec_stored_t *stored);

static bool ssec_touch_waiting(ssec_table_t *table,
    const ssec_digest_t *digest, uint32_t bucket, unsigned slot,
    uint64_t active) ssec_seldom;
static inline bool ssec_touch_held(ssec_table_t *table,
    const ssec_digest_t *digest, uint32_t bucket, unsigned slot,
    uint64_t active);
static bool ssec_insert(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored) ssec_seldom;
static bool ssec_push_out(ssec_table_t *table, const ssec_entry_t *entry);
static bool ssec_has_free(const ssec_table_t *table);
static bool ssec_make_room_for(ssec_table_t *table, ssec_entry_t *entry,
    unsigned limit, bool *lost);
static bool ssec_make_room(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket, unsigned limit, unsigned moves, bool *lost);
static void ssec_move(ssec_table_t *table, uint32_t from, unsigned slot,
    uint32_t to, unsigned free);
static unsigned ssec_choose(ssec_table_t *table, ssec_entry_t *entry);
static unsigned ssec_rank(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t *last);
static uint64_t ssec_root(ssec_table_t *table, const ssec_stored_t *stored);
static bool ssec_is_in_use(uint64_t last, uint16_t replaced);
static uint16_t ssec_given(uint64_t last);
static bool ssec_is_stale(uint64_t last, uint16_t given);
static inline void ssec_publish(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored);

static uint32_t ssec_first_bucket(const ssec_table_t *table, uint32_t place);
static uint32_t ssec_second_bucket(const ssec_table_t *table,
    uint32_t first, uint64_t body);
static void ssec_copy_record(ssec_table_t *to, ssec_table_t *from,
    uint32_t bucket, unsigned slot, unsigned pass);
static inline void ssec_unpack(ssec_table_t *table, ssec_record_t *rec,
    const ssec_stored_t *stored);
static ssec_stored_t ssec_pack(ssec_table_t *table, const ssec_record_t *rec);
static inline ssec_stored_t ssec_stored(ssec_table_t *table, uint32_t bucket,
    unsigned slot);
static ssec_digest_t ssec_stored_digest(const ssec_table_t *table,
    uint32_t bucket, unsigned slot);
static bool ssec_same_own(const ssec_own_t *a, const ssec_own_t *b);
static bool ssec_is_longer(const ssec_own_t *a, const ssec_own_t *b);


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


/* When it began, from what is kept of that. */

static inline uint64_t
ssec_created(uint64_t last, uint32_t created)
{
    uint32_t  age;

    age = ((uint32_t) (last >> SSEC_CREATED) - created) & SSEC_CREATED_MASK;

    return ((last >> SSEC_CREATED) - age) << SSEC_CREATED;
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

    n = (size - SSEC_TABLE_HEADER)
        / (sizeof(ssec_bucket_t) + SSEC_OWN_SLOTS * sizeof(uint16_t));

    header = memory;
    header->nbuckets = (n < UINT32_MAX) ? n : UINT32_MAX;
    memcpy(header->key, key, SSEC_DIGEST_KEY);

    return true;
}


void
ssec_table_open(ssec_table_t *table, void *memory, uint32_t owner)
{
    table->header = memory;
    table->buckets = (ssec_bucket_t *) ((uint8_t *) memory
                                        + SSEC_TABLE_HEADER);
    table->nbuckets = (uint32_t) table->header->nbuckets;
    table->own = (uint16_t *) (table->buckets + table->nbuckets);
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
    entry->name = false;
    entry->former = false;

    if (!ssec_trylock(table, entry->first)) {
        ssec_acquire_waiting(table, entry);
        return;
    }

    entry->found = ssec_find(table, entry, entry->first);

    if (!entry->found || entry->name) {
        ssec_acquire_further(table, entry);
        return;
    }

    entry->live = (entry->record.state == SSEC_LIVE);
}


bool
ssec_table_glimpse(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_glimpse_t *glimpse)
{
    bool            found;
    uint32_t        bucket, created;
    uint64_t        word;
    unsigned        slot, state;
    ssec_bucket_t  *b;

    bucket = ssec_first_bucket(table, digest->place);

    if (!ssec_trylock(table, bucket)) {
        return false;
    }

    b = &table->buckets[bucket];

    slot = (b->body[0] == digest->body) ? 0
           : (b->body[1] == digest->body) ? 1 : 2;

    word = ssec_word(table, bucket, slot);
    created = b->created[slot];
    found = (b->body[slot] == digest->body);

    ssec_unlock(table, bucket);

    state = ssec_slot_state(word);

    if (!found
        || (word ^ (uint64_t) digest->place << SSEC_PLACE) & SSEC_PLACE_MASK
        || (state | 2) != SSEC_SLOT_ISSUED
        || created & SSEC_HAS_OWN)
    {
        return false;
    }

    glimpse->last = word & SSEC_TIME_MAX;
    glimpse->created = ssec_created(glimpse->last, created);
    glimpse->bucket = bucket;
    glimpse->slot = slot;

    return true;
}


static void
ssec_acquire_waiting(ssec_table_t *table, ssec_entry_t *entry)
{
    ssec_seek(table, entry);

    ssec_acquire_further(table, entry);
}


/* With the first bucket held: what is not a session in it. */

static void
ssec_acquire_further(ssec_table_t *table, ssec_entry_t *entry)
{
    if (!entry->found && !entry->both) {
        ssec_seek_both(table, entry);
    }

    if (entry->found && entry->name) {
        ssec_follow(table, entry);
    }

    entry->live = (entry->record.state == SSEC_LIVE);
}


/* Finds what has this digest, be it a name, and holds it. */

static void
ssec_seek(ssec_table_t *table, ssec_entry_t *entry)
{
    entry->first = ssec_first_bucket(table, entry->digest.place);
    entry->both = false;

    ssec_lock(table, entry->first);

    entry->found = ssec_find(table, entry, entry->first);

    if (!entry->found) {
        ssec_seek_both(table, entry);
    }
}


static void
ssec_seek_both(ssec_table_t *table, ssec_entry_t *entry)
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


/*
 * From a name to its session.  A client has presented it: it is in use.  Where
 * the session is gone, the name is that of none.
 */

static void
ssec_follow(ssec_table_t *table, ssec_entry_t *entry)
{
    unsigned       state;
    ssec_digest_t  name;
    ssec_stored_t  stored;

    name = entry->digest;

    stored = ssec_stored(table, entry->bucket, entry->slot);
    state = ssec_slot_state(stored.word);

    if (state == SSEC_SLOT_OLD_NAME) {
        entry->former = true;
        entry->replaced = table->own[(size_t) entry->bucket * SSEC_OWN_SLOTS
                                     + entry->slot];

    } else if (state != SSEC_SLOT_NAME) {
        ssec_mark(table, entry, SSEC_SLOT_NAME);
    }

    ssec_table_leave(table, entry);

    entry->digest = ssec_link(&stored);

    entry->first = ssec_first_bucket(table, entry->digest.place);
    entry->second = ssec_second_bucket(table, entry->first,
                                       entry->digest.body);

    ssec_lock_both(table, entry->first, entry->second);

    entry->both = true;
    entry->found = ssec_find_linked(table, entry, entry->first)
                   || ssec_find_linked(table, entry, entry->second);

    if (entry->found) {
        entry->digest = ssec_stored_digest(table, entry->bucket, entry->slot);
        return;
    }

    ssec_table_leave(table, entry);

    entry->digest = name;

    ssec_seek(table, entry);

    if (entry->found && entry->name) {
        entry->record = (ssec_record_t) { .state = SSEC_UNKNOWN };
    }
}


/* Changes the state of the name that is held: one store. */

static void
ssec_mark(ssec_table_t *table, const ssec_entry_t *entry, unsigned state)
{
    ssec_set_word(table, entry->bucket, entry->slot,
                  (ssec_word(table, entry->bucket, entry->slot)
                   & ~SSEC_STATE_MASK)
                  | (uint64_t) state << SSEC_STATE);
}


static bool
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


/* What a name holds of its session's digest. */

static ssec_digest_t
ssec_link(const ssec_stored_t *stored)
{
    ssec_digest_t  digest;

    digest.place = (uint32_t) stored->word;
    digest.body = (((stored->word & SSEC_TIME_MAX) >> 32) << 30
                   | (stored->created & SSEC_CREATED_MASK))
                  << SSEC_LINK_BODY;

    return digest;
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


bool
ssec_table_touch(ssec_table_t *table, const ssec_digest_t *digest,
    uint32_t bucket, unsigned slot, uint64_t active)
{
    if (!ssec_trylock(table, bucket)) {
        return ssec_touch_waiting(table, digest, bucket, slot, active);
    }

    return ssec_touch_held(table, digest, bucket, slot, active);
}


static bool
ssec_touch_waiting(ssec_table_t *table, const ssec_digest_t *digest,
    uint32_t bucket, unsigned slot, uint64_t active)
{
    ssec_lock(table, bucket);

    return ssec_touch_held(table, digest, bucket, slot, active);
}


static inline bool
ssec_touch_held(ssec_table_t *table, const ssec_digest_t *digest,
    uint32_t bucket, unsigned slot, uint64_t active)
{
    bool            found;
    uint64_t        word;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];
    word = ssec_word(table, bucket, slot);

    found = b->body[slot] == digest->body
            && ((word ^ (uint64_t) digest->place << SSEC_PLACE)
                & SSEC_PLACE_MASK) == 0
            && ssec_slot_is_live(ssec_slot_state(word));

    if (found && active > (word & SSEC_TIME_MAX)) {
        ssec_set_word(table, bucket, slot, (word & ~SSEC_TIME_MAX)
                                           | (active & SSEC_TIME_MAX));
    }

    ssec_unlock(table, bucket);

    return found;
}


bool
ssec_table_rename(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_digest_t *name, uint64_t now)
{
    bool           kept;
    uint64_t       last;
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    if (!ssec_new_name(table, key, now, &stored)) {
        return true;
    }

    kept = true;

    stored.own = ssec_given(ssec_root(table, &stored));

    entry.digest = *name;
    ssec_seek(table, &entry);

    if (!entry.found) {
        kept = ssec_insert(table, &entry, &stored);

    } else if (ssec_slot_state(ssec_word(table, entry.bucket, entry.slot))
               == SSEC_SLOT_OLD_NAME
               || ssec_rank(table, entry.bucket, entry.slot, &last)
                  < SSEC_RANK_LIVE)
    {
        ssec_publish(table, &entry, &stored);
    }

    ssec_table_leave(table, &entry);

    return kept;
}


/*
 * A name of the session that has this key.  When a session gets its second
 * key, it moves to a place of its own, which no key leads to but by a name:
 * so none of its keys can begin it anew.  The lowest bits of that place are
 * those of its creation time: then one store makes a name of the record.
 */

static bool
ssec_new_name(ssec_table_t *table, const ssec_digest_t *key, uint64_t now,
    ssec_stored_t *name)
{
    unsigned      tries, state;
    ssec_entry_t  entry;

    for (tries = 0; tries < SSEC_TRIES; tries++) {

        entry.digest = *key;
        ssec_seek(table, &entry);

        if (!entry.found) {
            ssec_table_leave(table, &entry);
            return false;
        }

        state = ssec_slot_state(ssec_word(table, entry.bucket, entry.slot));

        if (entry.name || ssec_settle_down(table, &entry)) {

            ssec_mark(table, &entry, SSEC_SLOT_OLD_NAME);

            if (state != SSEC_SLOT_OLD_NAME) {
                table->own[(size_t) entry.bucket * SSEC_OWN_SLOTS
                           + entry.slot] = (uint16_t) (now >> SSEC_NAME_TIME);
            }

            *name = ssec_stored(table, entry.bucket, entry.slot);
            ssec_table_leave(table, &entry);

            name->word = (name->word & SSEC_TIME_MAX)
                         | (uint64_t) SSEC_SLOT_FRESH_NAME << SSEC_STATE;
            name->created &= SSEC_CREATED_MASK;

            return true;
        }

        ssec_table_leave(table, &entry);
        sched_yield();
    }

    return false;
}


/*
 * Moves the session that is held to a place that is chosen at random, without
 * waiting for it, and leaves a name.  A process that is killed in between
 * leaves a copy that nothing leads to.
 */

static bool
ssec_settle_down(ssec_table_t *table, ssec_entry_t *entry)
{
    bool           settled;
    uint64_t       seed[3];
    ssec_entry_t   to;
    ssec_stored_t  stored;

    stored = ssec_stored(table, entry->bucket, entry->slot);
    stored.word &= ~SSEC_PLACE_MASK;
    stored.created &= ~SSEC_IN_SECOND;

    seed[0] = entry->digest.body;
    seed[1] = entry->digest.place;
    seed[2] = atomic_fetch_add(&table->header->serial, 1);

    ssec_digest(table->key, seed, sizeof(seed), &to.digest);

    to.digest.body &= ~((uint64_t) SSEC_CREATED_MASK << SSEC_LINK_BODY);
    to.digest.body |= (uint64_t) (stored.created & SSEC_CREATED_MASK)
                      << SSEC_LINK_BODY;

    to.first = ssec_first_bucket(table, to.digest.place);
    to.second = ssec_second_bucket(table, to.first, to.digest.body);

    if (!ssec_trylock(table, to.first)) {
        return false;
    }

    if (!ssec_trylock(table, to.second)) {
        ssec_unlock(table, to.first);
        return false;
    }

    to.found = ssec_find_linked(table, &to, to.first)
               || ssec_find_linked(table, &to, to.second);

    settled = !to.found;

    if (settled) {
        (void) ssec_insert(table, &to, &stored);
        settled = to.found;
    }

    ssec_crash_point(6);

    if (settled) {
        ssec_set_word(table, entry->bucket, entry->slot,
                      (ssec_word(table, entry->bucket, entry->slot)
                       & SSEC_PLACE_MASK)
                      | (uint64_t) SSEC_SLOT_OLD_NAME << SSEC_STATE
                      | to.digest.body >> (64 - SSEC_LINK_WORD) << 32
                      | to.digest.place);
    }

    ssec_unlock(table, to.second);
    ssec_unlock(table, to.first);

    return settled;
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

    memcpy(to->header->notes, ssec_table_lock_notes(from), SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(from);
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
    unsigned       state;
    uint16_t       given;
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    static const unsigned  passes[SSEC_SLOT_STATES] = {
        [SSEC_SLOT_FREE] = SSEC_PASSES,
        [SSEC_SLOT_LIVE] = 0,
        [SSEC_SLOT_VISITOR] = 0,
        [SSEC_SLOT_FRESH] = 1,
        [SSEC_SLOT_FRESH_NAME] = 1,
        [SSEC_SLOT_ISSUED] = 2,
        [SSEC_SLOT_NAME] = 2,
        [SSEC_SLOT_LEFT] = 0,
        [SSEC_SLOT_OLD_NAME] = 3,
        [SSEC_SLOT_GUEST] = 3,
        [SSEC_SLOT_CLOSED] = 3,
        [SSEC_SLOT_EXPIRED] = 4,
        [SSEC_SLOT_TOLD] = 4
    };

    ssec_lock(from, bucket);

    stored = ssec_stored(from, bucket, slot);
    entry.digest = ssec_stored_digest(from, bucket, slot);
    given = from->own[(size_t) bucket * SSEC_OWN_SLOTS + slot];

    ssec_unlock(from, bucket);

    last = (pass == SSEC_PASSES - 1);
    state = ssec_slot_state(stored.word);

    if (stored.word == 0 || (!last && passes[state] != pass)) {
        return;
    }

    stored.word &= ~SSEC_PLACE_MASK;
    stored.created &= ~SSEC_IN_SECOND;

    if (ssec_slot_is_name(state)) {
        stored.own = given;

    } else if (stored.own) {
        stored.own = (uint16_t) (ssec_table_own(to,
                                           &from->header->own[stored.own])
                                 - to->header->own);
    }

    ssec_seek(to, &entry);

    if (entry.found) {
        ssec_publish(to, &entry, &stored);

    } else if (!last
               || ssec_ranks[state] < SSEC_RANK_LIVE
               || ssec_table_evicted(to) + ssec_table_refused(to) == 0)
    {
        (void) ssec_insert(to, &entry, &stored);
    }

    ssec_table_leave(to, &entry);
}


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


/* In any respect; one that is not set (0) is taken for the longest there is. */

static bool
ssec_is_longer(const ssec_own_t *a, const ssec_own_t *b)
{
    return a->expire_after - 1 > b->expire_after - 1
           || a->max_lifetime - 1 > b->max_lifetime - 1;
}


void *
ssec_table_lock_notes(ssec_table_t *table)
{
    ssec_wait(table, &table->header->lock, 0);

    return table->header->notes;
}


void
ssec_table_unlock_notes(ssec_table_t *table)
{
    atomic_store_explicit(&table->header->lock, 0, memory_order_release);
}


uint64_t
ssec_table_deaths(ssec_table_t *table)
{
    return atomic_load_explicit(&table->header->deaths, memory_order_relaxed);
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

            case SSEC_SLOT_VISITOR:
            case SSEC_SLOT_GUEST:
            case SSEC_SLOT_LEFT:
                counts->visitors++;
                break;

            case SSEC_SLOT_LIVE:
            case SSEC_SLOT_FRESH:
            case SSEC_SLOT_ISSUED:
                counts->live++;
                break;

            default:
                counts->names++;
                break;
            }
        }
    }

    counts->room = (uint64_t) table->nbuckets * SSEC_SLOTS;
    counts->evicted = ssec_table_evicted(table);
    counts->issued = ssec_table_evicted_issued(table);
    counts->refused = ssec_table_refused(table);
    counts->collisions = atomic_load(&table->header->collisions);
}


uint64_t
ssec_table_evicted(ssec_table_t *table)
{
    return atomic_load(&table->header->evicted);
}


uint64_t
ssec_table_evicted_issued(ssec_table_t *table)
{
    return atomic_load(&table->header->evicted_issued);
}


uint64_t
ssec_table_refused(ssec_table_t *table)
{
    return atomic_load(&table->header->refused);
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
        ssec_wait(table, &table->buckets[bucket].lock, bucket);
    }
}


/* Only a bucket's lock can have something to settle. */

static void
ssec_wait(ssec_table_t *table, _Atomic uint32_t *lock, uint32_t bucket)
{
    uint32_t  word, owner;
    unsigned  n;

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


static inline void
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
 * The last owner was killed while it moved a record to its second bucket, or
 * back from there.  If it is there, the one here goes; nobody has changed
 * either since, because a search begins here (invariant 4).  If that bucket is
 * busy, the lock is given back with its mark, and this one is false.
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


/* Gives false if a live one was lost: another one, or this one itself. */

static bool
ssec_insert(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored)
{
    bool      lost;
    unsigned  slot, first, second, rank, power, limit;

    lost = false;
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

        atomic_fetch_add(&table->header->used, 1);

    } else {
        atomic_fetch_add_explicit(&table->header->collisions, 1,
                                  memory_order_relaxed);

        if (!ssec_has_free(table)
            || !ssec_make_room_for(table, entry, SSEC_RANK_OLD_NAME, &lost))
        {

            power = ssec_powers[ssec_slot_state(stored->word)];
            rank = ssec_choose(table, entry);
            limit = (rank <= power) ? rank : power + 1;

            /*
             * Before a live one goes: is there less to lose elsewhere?  That
             * is not asked for what a client made up.
             */

            if (rank < SSEC_RANK_LIVE
                || power <= SSEC_RANK_LIVE
                || (!ssec_make_room_for(table, entry,
                                        ssec_min(limit, SSEC_RANK_LIVE), &lost)
                    && !ssec_make_room_for(table, entry, limit, &lost)))
            {
                if (rank > power) {
                    power = ssec_ranks[ssec_slot_state(stored->word)];
                    lost = (power >= SSEC_RANK_LIVE
                            && power != SSEC_RANK_VISITOR);
                    atomic_fetch_add(&table->header->refused, lost);
                    return !lost;
                }

                lost = ssec_push_out(table, entry);
            }

        } else {
            atomic_fetch_add(&table->header->used, 1);
        }
    }

    /* a body over a record that still exists would be another's record */

    ssec_set_word(table, entry->bucket, entry->slot, 0);
    ssec_crash_point(1);
    table->buckets[entry->bucket].body[entry->slot] = entry->digest.body;
    ssec_crash_point(2);
    ssec_publish(table, entry, stored);

    entry->found = true;

    return !lost;
}


/* Counts the record that is about to go: is it a live one? */

static bool
ssec_push_out(ssec_table_t *table, const ssec_entry_t *entry)
{
    uint64_t  last;
    unsigned  rank;

    rank = ssec_rank(table, entry->bucket, entry->slot, &last);

    if (rank < SSEC_RANK_LIVE
        || rank == SSEC_RANK_VISITOR
        || ssec_slot_state(ssec_word(table, entry->bucket, entry->slot))
           == SSEC_SLOT_OLD_NAME)
    {
        return false;
    }

    atomic_fetch_add(&table->header->evicted, 1);
    atomic_fetch_add(&table->header->evicted_issued, rank > SSEC_RANK_LIVE);

    return true;
}


/* Where next to none is free, it is not worth looking for one. */

static bool
ssec_has_free(const ssec_table_t *table)
{
    uint64_t  room;

    room = (uint64_t) table->nbuckets * SSEC_SLOTS;

    return atomic_load_explicit(&table->header->used, memory_order_relaxed)
           < room - room / 32;
}


/* In one of the entry's buckets. */

static bool
ssec_make_room_for(ssec_table_t *table, ssec_entry_t *entry, unsigned limit,
    bool *lost)
{
    return ssec_make_room(table, entry, entry->first, limit, SSEC_MOVES, lost)
           || ssec_make_room(table, entry, entry->second, limit, SSEC_MOVES,
                             lost);
}


/*
 * Moves a record to its other bucket, if that has one whose rank is below the
 * limit: a free one, or one to be pushed out; or if room can be made there in
 * the same way, by so many moves in all.
 */

static bool
ssec_make_room(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket,
    unsigned limit, unsigned moves, bool *lost)
{
    uint64_t        last, oldest;
    unsigned        slot, i, rank, least;
    ssec_entry_t    to;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    for (slot = 0; slot < SSEC_SLOTS; slot++) {

        to.bucket = (b->created[slot] & SSEC_IN_SECOND)
            ? ssec_first_bucket(table, ssec_stored_digest(table, bucket,
                                                          slot).place)
            : ssec_second_bucket(table, bucket, b->body[slot]);

        /* this also fails for the buckets that are held already */

        if (!ssec_trylock(table, to.bucket)) {
            continue;
        }

        least = limit;
        oldest = 0;
        to.slot = 0;

        for (i = 0; i < SSEC_SLOTS; i++) {
            rank = ssec_rank(table, to.bucket, i, &last);

            if (rank < least || (rank == least && rank < limit
                                 && last < oldest))
            {
                least = rank;
                oldest = last;
                to.slot = i;
            }
        }

        if (least == limit && moves > 1
            && ssec_make_room(table, &to, to.bucket, limit, moves - 1, lost))
        {
            least = SSEC_RANK_FREE;
        }

        if (least < limit) {
            *lost |= ssec_push_out(table, &to);
            ssec_move(table, bucket, slot, to.bucket, to.slot);
            ssec_unlock(table, to.bucket);

            entry->bucket = bucket;
            entry->slot = slot;

            return true;
        }

        ssec_unlock(table, to.bucket);
    }

    return false;
}


/* Both are locked.  The mark is on the first one, whichever way it goes. */

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

    b->body[free] = a->body[slot];
    b->created[free] = a->created[slot] ^ SSEC_IN_SECOND;
    table->own[(size_t) to * SSEC_OWN_SLOTS + free] =
        table->own[(size_t) from * SSEC_OWN_SLOTS + slot];
    ssec_set_word(table, to, free, word);
    ssec_crash_point(4);

    ssec_set_word(table, from, slot, 0);
    ssec_crash_point(5);

    atomic_store_explicit(&first->lock, table->owner, memory_order_release);
}


/* Of the six records in both buckets, the one missed the least: its rank. */

static unsigned
ssec_choose(ssec_table_t *table, ssec_entry_t *entry)
{
    unsigned  i, slot, rank;
    uint32_t  bucket;
    uint64_t  last, key, least;

    least = UINT64_MAX;

    for (i = 0; i < 2 * SSEC_SLOTS; i++) {
        bucket = (i < SSEC_SLOTS) ? entry->first : entry->second;
        slot = i % SSEC_SLOTS;

        rank = ssec_rank(table, bucket, slot, &last);
        key = (uint64_t) rank << SSEC_STATE | last;

        if (key < least) {
            least = key;
            entry->bucket = bucket;
            entry->slot = slot;
        }
    }

    return (unsigned) (least >> SSEC_STATE);
}


/*
 * A record's rank, and its last activity.  A name is worth no more than its
 * session, and as long idle: it goes with it.
 */

static unsigned
ssec_rank(ssec_table_t *table, uint32_t bucket, unsigned slot, uint64_t *last)
{
    uint64_t       root;
    uint16_t       own;
    unsigned       rank, state;
    ssec_stored_t  stored;

    stored = ssec_stored(table, bucket, slot);

    state = ssec_slot_state(stored.word);
    rank = ssec_ranks[state];
    *last = stored.word & SSEC_TIME_MAX;

    if (!ssec_slot_is_name(state)) {
        return rank;
    }

    root = ssec_root(table, &stored);
    *last = root & SSEC_TIME_MAX;
    own = table->own[(size_t) bucket * SSEC_OWN_SLOTS + slot];

    if (state == SSEC_SLOT_OLD_NAME && ssec_is_in_use(*last, own)) {
        rank = SSEC_RANK_FRESH_NAME;
    }

    if (root == 0
        || rank == SSEC_RANK_OLD_NAME
        || (state == SSEC_SLOT_FRESH_NAME && ssec_is_stale(*last, own)))
    {
        return SSEC_RANK_OLD_NAME;
    }

    return ssec_min(rank, ssec_ranks[ssec_slot_state(root)]);
}


/* Requests of the same page may be under way with one that was replaced. */

static bool
ssec_is_in_use(uint64_t last, uint16_t replaced)
{
    /* the session may have been active shortly before that, too */

    return (uint16_t) ((last >> SSEC_NAME_TIME) + 1 - replaced) <= SSEC_IN_USE;
}


/* Never 0, as a number of limits. */

static uint16_t
ssec_given(uint64_t last)
{
    return (uint16_t) ((last & SSEC_TIME_MAX) >> SSEC_GIVEN) | 1;
}


static bool
ssec_is_stale(uint64_t last, uint16_t given)
{
    uint16_t  age;

    age = ssec_given(last) - given;

    /* modulo twelve days; half of those are in the future */

    return age > SSEC_STALE && age <= UINT16_MAX / 2;
}


/*
 * The word of a name's session, or 0.  The buckets are not locked, and the
 * bodies not looked at: what the name is worth may be wrong for once.
 */

static uint64_t
ssec_root(ssec_table_t *table, const ssec_stored_t *stored)
{
    unsigned       i;
    uint32_t       first, second;
    uint64_t       word;
    ssec_digest_t  digest;

    digest = ssec_link(stored);
    first = ssec_first_bucket(table, digest.place);
    second = ssec_second_bucket(table, first, digest.body);

    for (i = 0; i < 2 * SSEC_SLOTS; i++) {
        word = ssec_word(table, i < SSEC_SLOTS ? first : second,
                         i % SSEC_SLOTS);

        if (word && !ssec_slot_is_name(ssec_slot_state(word))
            && ((word ^ (uint64_t) digest.place << SSEC_PLACE)
                & SSEC_PLACE_MASK) == 0)
        {
            return word;
        }
    }

    return 0;
}


static inline void
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

        /* before the flag that tells of it: as in ssec_set_word() */

        atomic_signal_fence(memory_order_seq_cst);
    }

    if (b->created[entry->slot] != created) {
        b->created[entry->slot] = created;
    }

    ssec_set_word(table, entry->bucket, entry->slot,
                  stored->word
                  | ((uint64_t) entry->digest.place << SSEC_PLACE
                     & SSEC_PLACE_MASK));
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


static inline ssec_stored_t
ssec_stored(ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    ssec_stored_t  stored;

    stored.word = ssec_word(table, bucket, slot);
    stored.created = table->buckets[bucket].created[slot];
    stored.own = 0;

    if (stored.created & SSEC_HAS_OWN
        && !ssec_slot_is_name(ssec_slot_state(stored.word)))
    {
        stored.own = table->own[(size_t) bucket * SSEC_OWN_SLOTS + slot];

        if (stored.own > SSEC_TABLE_OWN) {
            stored.own = 0;
        }
    }

    return stored;
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
        [SSEC_SLOT_VISITOR] = SSEC_VISITOR,
        [SSEC_SLOT_GUEST] = SSEC_VISITOR,
        [SSEC_SLOT_LEFT] = SSEC_VISITOR,
        [SSEC_SLOT_LIVE] = SSEC_LIVE,
        [SSEC_SLOT_FRESH] = SSEC_LIVE,
        [SSEC_SLOT_ISSUED] = SSEC_LIVE
    };

    state = ssec_slot_state(stored->word);

    rec->state = states[state];
    rec->issued = (state != SSEC_SLOT_LIVE && state != SSEC_SLOT_GUEST);
    rec->presented = (state != SSEC_SLOT_FRESH);
    rec->told = (state == SSEC_SLOT_TOLD);
    rec->left = (state == SSEC_SLOT_LEFT || state == SSEC_SLOT_GUEST);
    rec->last = stored->word & SSEC_TIME_MAX;

    rec->created = ssec_created(rec->last, stored->created);

    rec->own = stored->own ? &table->header->own[stored->own] : NULL;
}


static ssec_stored_t
ssec_pack(ssec_table_t *table, const ssec_record_t *rec)
{
    unsigned       state;
    ssec_stored_t  stored;

    switch (rec->state) {

    case SSEC_LIVE:
        state = !rec->issued ? SSEC_SLOT_LIVE
                             : rec->presented ? SSEC_SLOT_ISSUED
                                              : SSEC_SLOT_FRESH;
        break;

    case SSEC_EXPIRED:
        state = rec->told ? SSEC_SLOT_TOLD : SSEC_SLOT_EXPIRED;
        break;

    case SSEC_VISITOR:
        state = !rec->issued ? SSEC_SLOT_GUEST
                             : rec->left ? SSEC_SLOT_LEFT
                                         : SSEC_SLOT_VISITOR;
        break;

    default:
        state = SSEC_SLOT_CLOSED;
        break;
    }

    stored.word = (uint64_t) state << SSEC_STATE | (rec->last & SSEC_TIME_MAX);
    stored.created = (uint32_t) (rec->created >> SSEC_CREATED)
                     & SSEC_CREATED_MASK;
    stored.own = 0;

    if (rec->own) {
        stored.own = (uint16_t) (rec->own - table->header->own);
        stored.created |= SSEC_HAS_OWN;
    }

    return stored;
}

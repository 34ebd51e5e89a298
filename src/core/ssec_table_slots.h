/*
 * The inside of a table, for the parts of it: what lies in memory, and what
 * they share.  See the invariants in ssec_table.h.
 */

#ifndef SSEC_TABLE_SLOTS_H
#define SSEC_TABLE_SLOTS_H


#include <stdatomic.h>

#include "ssec_seldom.h"
#include "ssec_table.h"

#pragma GCC visibility push(hidden)


#define SSEC_SLOTS        3      /* of a bucket */
#define SSEC_OWN_SLOTS    4      /* the numbers of its sessions' limits */

/* the lock word: owner, and one more than the slot that is being moved */
#define SSEC_OWNER        0x3fffffffU
#define SSEC_MOVING       30

/* the state word, from the low bits on: time, state, digest */
#define SSEC_STATE        38
#define SSEC_STATE_MASK   (15ULL << SSEC_STATE)
#define SSEC_PLACE        42
#define SSEC_PLACE_BITS   22
#define SSEC_PLACE_MASK   (((1ULL << SSEC_PLACE_BITS) - 1) << SSEC_PLACE)

/*
 * Of a session that has ended, the lowest bits of its time are why: its last
 * activity is kept in steps of 8 ms.
 */
#define SSEC_REASON_MASK  7ULL

/* how and when a session began, and the flags above that */
#define SSEC_BEGAN_MASK   (SSEC_LOGIN | SSEC_CREATED_MASK)
#define SSEC_HAS_OWN      0x40000000U
#define SSEC_IN_SECOND    0x80000000U

/*
 * A name holds its session's digest there: the place and the six highest bits
 * of the body where the time is, the 30 bits that follow where a session has
 * how and when it began, and no more.
 */
#define SSEC_LINK_BODY    28     /* the lowest bits are not kept */
#define SSEC_LINK_WORD    6

/*
 * In place of the number of the limits is when it was given, as the session's
 * last activity then, in units of 16 seconds; or when it was replaced, in
 * units of SSEC_NAME_TIME.
 */
#define SSEC_GIVEN        14


/* states as stored */

enum {
    SSEC_SLOT_FREE = 0,
    SSEC_SLOT_CLOSED,
    SSEC_SLOT_EXPIRED,
    SSEC_SLOT_TOLD,
    SSEC_SLOT_HEARSAY,           /* dead: not issued, presented once; with
                                    SSEC_LOGIN: closed */
    SSEC_SLOT_VISITOR,
    SSEC_SLOT_GUEST,             /* visitor: not issued; with SSEC_LOGIN: was
                                    logged in and used; without it: was not */
    SSEC_SLOT_LEFT,              /* visitor: was logged in */
    SSEC_SLOT_INVENTED,          /* live: not issued, presented once */
    SSEC_SLOT_FRESH,             /* live: issued, not presented yet */
    SSEC_SLOT_LIVE,              /* live: not issued, used */
    SSEC_SLOT_USED,              /* live: issued, used */
    SSEC_SLOT_PRESENTED,         /* live: issued, presented once */
    SSEC_SLOT_OLD_NAME,          /* replaced */
    SSEC_SLOT_FRESH_NAME,        /* not presented yet */
    SSEC_SLOT_NAME,
    SSEC_SLOT_STATES
};

#define ssec_min(a, b)  ((a) < (b) ? (a) : (b))

#define ssec_slot_is_dead(state)                                              \
    ((state) >= SSEC_SLOT_CLOSED && (state) <= SSEC_SLOT_HEARSAY)
#define ssec_slot_is_live(state)                                              \
    ((state) >= SSEC_SLOT_INVENTED && (state) <= SSEC_SLOT_PRESENTED)
#define ssec_slot_is_name(state)                                              \
    ((state) >= SSEC_SLOT_OLD_NAME)


/*
 * In which order records are pushed out.  First goes what a client alone says,
 * and said once: a flood of invented keys makes these, and is not to push out
 * the dead.  A key that was never presented is below those that were, and one
 * that was presented once, as any visitor's is, below those in use.
 */

enum {
    SSEC_RANK_FREE = 0,
    SSEC_RANK_OLD_NAME,
    SSEC_RANK_HEARSAY,
    SSEC_RANK_INVENTED,
    SSEC_RANK_CLOSED,
    SSEC_RANK_EXPIRED,
    SSEC_RANK_LIVE,
    SSEC_RANK_VISITOR,
    SSEC_RANK_FRESH_NAME,
    SSEC_RANK_FRESH,
    SSEC_RANK_PRESENTED,
    SSEC_RANK_USED
};


/* A record as it lies in the table, but for the digest and its flags. */

typedef struct {
    uint64_t              word;
    uint32_t              created;
    uint16_t              own;
} ssec_stored_t;


/* what a file that holds a table begins with, and what never changes in it */

typedef struct {
    char                  magic[8];    /* not in memory alone */
    uint32_t              version;
    uint32_t              order;
    uint32_t              header;      /* its size */
    uint32_t              unused;
    uint64_t              size;
    uint64_t              nbuckets;
    uint8_t               key[SSEC_DIGEST_KEY];
    uint64_t              subject;
    uint64_t              check;       /* of all before it */
} ssec_seal_t;


/* see ssec_table_file.h */

typedef struct {
    _Atomic uint64_t      boot;
    _Atomic uint64_t      epoch;       /* the table's time less the uptime */
    _Atomic uint64_t      began;       /* the wall clock less that time */
    _Atomic uint64_t      ticked;      /* that time, lately; 0: never */
    _Atomic uint64_t      pids;        /* see ssec_pids() */
} ssec_clock_t;


struct ssec_header_s {
    ssec_seal_t           seal;

    _Alignas(64)
    ssec_clock_t          clock;

    _Alignas(64)
    _Atomic uint64_t      evicted;
    _Atomic uint64_t      evicted_issued;
    _Atomic uint64_t      evicted_invented;
    _Atomic uint64_t      refused;
    _Atomic uint64_t      collisions;
    _Atomic uint64_t      used;    /* records, about */
    _Atomic uint64_t      reported;

    _Alignas(64)
    _Atomic uint64_t      deaths;
    _Atomic uint64_t      serial;  /* of sessions that have several names */
    _Atomic uint32_t      retired; /* another table has its sessions now */

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
_Static_assert(SSEC_SLOT_STATES <= 16, "a state is four bits");
_Static_assert((SSEC_SLOT_LIVE | 1) == SSEC_SLOT_USED, "one test for both");
_Static_assert(SSEC_BEGAN_MASK == (1U << 30) - 1, "as much as a link needs");
_Static_assert(sizeof(ssec_header_t) <= SSEC_TABLE_HEADER, "its room");


/* the unit tests stop a process here */
#ifndef ssec_crash_point
#define ssec_crash_point(n)
#endif


/* ssec_table.c: how many such a table has, or 0 if it is too small */

uint64_t ssec_table_buckets(uint64_t size);


/* it also finds what has this digest, be it a name, and holds it */

void ssec_seek(ssec_table_t *table, ssec_entry_t *entry) ssec_seldom;


/* ssec_table_slots.c: the bucket is held, but for the last two */

bool ssec_find(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket);
bool ssec_find_linked(ssec_table_t *table, ssec_entry_t *entry,
    uint32_t bucket);
void ssec_publish(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored);
ssec_digest_t ssec_stored_digest(const ssec_table_t *table, uint32_t bucket,
    unsigned slot);
ssec_stored_t ssec_pack(ssec_table_t *table, const ssec_record_t *rec);
ssec_digest_t ssec_link(const ssec_stored_t *name);


/* ssec_table_lock.c: for the lock of the header the bucket is 0 */

void ssec_wait(ssec_table_t *table, _Atomic uint32_t *lock, uint32_t bucket)
    ssec_seldom;
void ssec_lock_both(ssec_table_t *table, uint32_t a, uint32_t b);


/* ssec_table_names.c: from the name that is held to its session */

void ssec_follow(ssec_table_t *table, ssec_entry_t *entry) ssec_seldom;


/* ssec_table_room.c: ssec_insert() gives false if a live one was lost */

bool ssec_insert(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored) ssec_seldom;
unsigned ssec_rank(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t *last);
uint64_t ssec_root(ssec_table_t *table, const ssec_stored_t *name);


static inline uint64_t
ssec_word_of(const ssec_bucket_t *b, unsigned slot)
{
    return atomic_load_explicit(&b->word[slot], memory_order_relaxed);
}


static inline uint64_t
ssec_word(ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    return ssec_word_of(&table->buckets[bucket], slot);
}


static inline void
ssec_set_word_of(ssec_bucket_t *b, unsigned slot, uint64_t word)
{
    /* release: what was stored before is there when this is (invariant 2) */

    atomic_store_explicit(&b->word[slot], word, memory_order_release);

    /* and the compiler brings forward nothing that is to be stored after */

    atomic_signal_fence(memory_order_seq_cst);
}


static inline void
ssec_set_word(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t word)
{
    ssec_set_word_of(&table->buckets[bucket], slot, word);
}


/* ssec_root() reads it without the lock. */

static inline void
ssec_set_body(ssec_bucket_t *b, unsigned slot, uint64_t body)
{
    __atomic_store_n(&b->body[slot], body, __ATOMIC_RELAXED);
}


static inline unsigned
ssec_slot_state(uint64_t word)
{
    return (unsigned) ((word & SSEC_STATE_MASK) >> SSEC_STATE);
}


static inline uint32_t
ssec_first_bucket(const ssec_table_t *table, uint32_t place)
{
    return (uint32_t) (((uint64_t) place * table->nbuckets) >> 32);
}


/* Any bucket but the first, and the first again from the second: never. */

static inline uint32_t
ssec_second_bucket(const ssec_table_t *table, uint32_t first, uint64_t body)
{
    uint64_t  second;

    second = first + 1 + (((body >> 32) * (table->nbuckets - 1)) >> 32);

    return (uint32_t) (second < table->nbuckets ? second
                                                : second - table->nbuckets);
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
    }

    if (stored.own == 0 || stored.own > SSEC_TABLE_OWN) {

        /* with the flag, a copy would have the number left in its new slot */

        stored.own = 0;
        stored.created &= ~SSEC_HAS_OWN;
    }

    return stored;
}


/* When a name is given; never 0, as a number of limits. */

static inline uint16_t
ssec_given(uint64_t last)
{
    return (uint16_t) ((last & SSEC_TIME_MAX) >> SSEC_GIVEN) | 1;
}


/* Only a lock that is free and has nothing to settle. */

static inline bool
ssec_trylock_bucket(ssec_table_t *table, ssec_bucket_t *b)
{
    uint32_t  word;

    word = 0;

    return atomic_compare_exchange_strong_explicit(&b->lock, &word,
                                                   table->owner,
                                                   memory_order_acquire,
                                                   memory_order_relaxed);
}


static inline bool
ssec_trylock(ssec_table_t *table, uint32_t bucket)
{
    return ssec_trylock_bucket(table, &table->buckets[bucket]);
}


static inline void
ssec_unlock_bucket(ssec_bucket_t *b)
{
    atomic_store_explicit(&b->lock, 0, memory_order_release);
}


static inline void
ssec_unlock(ssec_table_t *table, uint32_t bucket)
{
    ssec_unlock_bucket(&table->buckets[bucket]);
}


static inline void
ssec_lock(ssec_table_t *table, uint32_t bucket)
{
    if (!ssec_trylock(table, bucket)) {
        ssec_wait(table, &table->buckets[bucket].lock, bucket);
    }
}


#pragma GCC visibility pop

#endif /* SSEC_TABLE_SLOTS_H */

/*
 * The layout of a table in memory, and the functions that the ssec_table*.c
 * files share.  The invariants are in ssec_table.h.
 */

#ifndef SSEC_TABLE_SLOTS_H
#define SSEC_TABLE_SLOTS_H

#include <stdatomic.h>

#include "ssec_table.h"

#define SSEC_SLOTS        3      /* records a bucket */
#define SSEC_OWN_SLOTS    4      /* elements of table->own a bucket */

/* The lock word: the owner, then the number of the moving slot plus 1. */
#define SSEC_OWNER        0x3fffffffU
#define SSEC_MOVING       30

/* The state word, from the lowest bit: time, state, part of the digest. */
#define SSEC_STATE        38
#define SSEC_STATE_MASK   (15ULL << SSEC_STATE)
#define SSEC_PLACE        42
#define SSEC_PLACE_BITS   22
#define SSEC_PLACE_MASK   (((1ULL << SSEC_PLACE_BITS) - 1) << SSEC_PLACE)

/*
 * The reason why a session has ended, in the lowest bits of its time.  So the
 * last activity of such a session is kept in steps of 8 ms.
 */
#define SSEC_REASON_MASK  7ULL

/* The word `created`: when and how a session began, then two flags. */
#define SSEC_BEGAN_MASK   (SSEC_LOGIN | SSEC_CREATED_MASK)
#define SSEC_HAS_OWN      0x40000000U
#define SSEC_IN_SECOND    0x80000000U

/*
 * A name holds 68 bits of its session's digest instead of times.  The state
 * word has, in place of the time, the digest's place and the six highest bits
 * of the body.  The word `created` has the next 30 bits of the body.
 */
#define SSEC_LINK_BODY    28     /* the lowest bits of a body, not kept */
#define SSEC_LINK_WORD    6

/*
 * A name has a time instead of the number of the limits.  For a name that was
 * replaced, this is the time of the replacement, in units of 2^SSEC_NAME_TIME
 * milliseconds.  For any other name it is the session's last activity when the
 * name was given, in units of 2^SSEC_GIVEN milliseconds (16 seconds).
 */
#define SSEC_GIVEN        14


/* The states of a record as stored. */

enum {
    SSEC_SLOT_FREE = 0,
    SSEC_SLOT_CLOSED,
    SSEC_SLOT_EXPIRED,
    SSEC_SLOT_TOLD,              /* expired: a client got expired_status */
    SSEC_SLOT_HEARSAY,           /* dead: not issued, presented once; closed
                                    with SSEC_LOGIN, else expired */
    SSEC_SLOT_VISITOR,           /* visitor: issued, was never a user's */
    SSEC_SLOT_GUEST,             /* visitor: not issued; was a user's and used
                                    with SSEC_LOGIN, else never a user's */
    SSEC_SLOT_LEFT,              /* visitor: issued, was a user's */
    SSEC_SLOT_INVENTED,          /* live: not issued, presented once */
    SSEC_SLOT_FRESH,             /* live: issued, not presented yet */
    SSEC_SLOT_LIVE,              /* live: not issued, used */
    SSEC_SLOT_USED,              /* live: issued, used */
    SSEC_SLOT_PRESENTED,         /* live: issued, presented once */
    SSEC_SLOT_OLD_NAME,          /* name: replaced */
    SSEC_SLOT_FRESH_NAME,        /* name: not presented yet */
    SSEC_SLOT_NAME,              /* name: presented */
    SSEC_SLOT_STATES
};

#define ssec_min(a, b)  ((a) < (b) ? (a) : (b))

#define ssec_slot_is_dead(s)                                                  \
    ((s) >= SSEC_SLOT_CLOSED && (s) <= SSEC_SLOT_HEARSAY)
#define ssec_slot_is_live(s)  (ssec_slots[s].state == SSEC_LIVE)
#define ssec_slot_is_name(s)  ((s) >= SSEC_SLOT_OLD_NAME)


/*
 * The ranks of records: a record of a lower rank is evicted first.  The order
 * is that of docs/how-it-works.md, "The session table".  A flood of invented
 * keys makes HEARSAY and INVENTED records; these rank below the dead sessions,
 * which the flood must not evict.
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


/* The meaning of a record's state. */

typedef struct {
    uint8_t               state;       /* ssec_state_e; SSEC_UNKNOWN: a name */
    uint8_t               rank;        /* a name's session may lower it */
    bool                  issued;
} ssec_slot_t;

extern const ssec_slot_t  ssec_slots[SSEC_SLOT_STATES];


/* A record as it lies in the table, without its digest and bucket. */

typedef struct {
    uint64_t              word;
    uint32_t              created;
    uint16_t              own;         /* number of limits; a name's time */
} ssec_stored_t;


/* The beginning of a table.  The members do not change once it is sealed. */

typedef struct {
    char                  magic[8];    /* zeros if there is no file */
    uint32_t              version;
    uint32_t              order;
    uint32_t              header;      /* sizeof(ssec_header_t) */
    uint32_t              unused;
    uint64_t              size;
    uint64_t              nbuckets;
    uint8_t               key[SSEC_DIGEST_KEY];
    uint64_t              subject;
    uint64_t              check;       /* digest of the members above */
} ssec_seal_t;


/* The table's clock, in milliseconds: see ssec_table_file.h. */

typedef struct {
    _Atomic uint64_t      boot;        /* see ssec_boot(); 0: unknown */
    _Atomic uint64_t      epoch;       /* table's time minus host's uptime */
    _Atomic uint64_t      began;       /* wall clock minus table's time */
    _Atomic uint64_t      ticked;      /* table's time at the last tick, or 0 */
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
    _Atomic uint64_t      used;    /* approximate number of records */
    _Atomic uint64_t      reported;  /* time of the last report */

    _Alignas(64)
    _Atomic uint64_t      deaths;
    _Atomic uint64_t      serial;  /* count of places chosen at random */
    _Atomic uint32_t      retired; /* see ssec_table_retire() */

    /* the lock guards what follows; limits in own[1..nown] never change */

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


/* The unit tests kill a process at these points. */
#ifndef ssec_crash_point
#define ssec_crash_point(n)
#endif


/*
 * ssec_table.c: the number of buckets of a table of this size in bytes.  Gives
 * 0 if the size is below SSEC_TABLE_MIN_SIZE.
 */

uint64_t ssec_table_buckets(uint64_t size);

/*
 * Finds the record that has entry->digest, a session or a name.  Leaves the
 * first bucket locked, and the second too unless the first has the record.
 */

void ssec_seek(ssec_table_t *table, ssec_entry_t *entry);

/*
 * ssec_table_slots.c.  The caller holds the bucket's lock, except for
 * ssec_pack() and ssec_link().
 *
 * ssec_find() gives false if the bucket has no record of entry->digest.
 * ssec_find_linked() gives false if neither bucket of the entry has a session
 * with the 68 bits of the digest that a name holds.  ssec_publish() writes the
 * state at entry->bucket and entry->slot, whose body must be entry->digest's.
 * ssec_state() gives SSEC_UNKNOWN for a name, and for no record.
 */

ssec_state_e ssec_state(uint64_t word, uint32_t created);

bool ssec_find(ssec_table_t *table, ssec_entry_t *entry, uint32_t bucket);
bool ssec_find_linked(ssec_table_t *table, ssec_entry_t *entry);
void ssec_publish(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored);
ssec_digest_t ssec_stored_digest(const ssec_table_t *table, uint32_t bucket,
    unsigned slot);
ssec_stored_t ssec_pack(ssec_table_t *table, const ssec_record_t *rec);
ssec_digest_t ssec_link(const ssec_stored_t *name);

/*
 * ssec_table_lock.c.  ssec_wait() waits for a lock and takes it; the bucket is
 * 0 for the header's lock.  ssec_lock_both() locks two buckets, without waiting
 * for one while it holds the other (invariant 5).
 */

void ssec_wait(ssec_table_t *table, _Atomic uint32_t *lock, uint32_t bucket);
void ssec_lock_both(ssec_table_t *table, uint32_t a, uint32_t b);

/*
 * ssec_table_names.c: releases the name that is held, and holds its session.
 * If the name has no session, holds the name, with the state SSEC_UNKNOWN.
 */

void ssec_follow(ssec_table_t *table, ssec_entry_t *entry);

/*
 * ssec_table_room.c.  ssec_insert() needs both buckets of the entry locked.
 * Sets entry->found if the record was stored.  Gives false if a live session,
 * or a key of one, was lost: this one or an evicted one.
 */

bool ssec_insert(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_stored_t *stored);
unsigned ssec_rank(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t *last);
uint64_t ssec_root(ssec_table_t *table, const ssec_stored_t *name);


static inline uint64_t
ssec_word(const ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    return atomic_load_explicit(&table->buckets[bucket].word[slot],
                                memory_order_relaxed);
}


static inline void
ssec_set_word(ssec_table_t *table, uint32_t bucket, unsigned slot,
    uint64_t word)
{
    /* after all earlier stores, and before all later ones (invariant 2) */

    atomic_store_explicit(&table->buckets[bucket].word[slot], word,
                          memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
}


/* Atomic, because ssec_root() reads the body without the lock. */

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


/*
 * The second bucket of a digest, always another than the first.  The distance
 * follows from the body alone, so ssec_stored_digest() can undo the step.
 */

static inline uint32_t
ssec_second_bucket(const ssec_table_t *table, uint32_t first, uint64_t body)
{
    uint64_t  second;

    second = first + 1 + (((body >> 32) * (table->nbuckets - 1)) >> 32);

    return (uint32_t) (second < table->nbuckets ? second
                                                : second - table->nbuckets);
}


static inline void
ssec_set_buckets(const ssec_table_t *table, ssec_entry_t *entry)
{
    entry->first = ssec_first_bucket(table, entry->digest.place);
    entry->second = ssec_second_bucket(table, entry->first,
                                       entry->digest.body);
}


/* The number of a record's own limits, or the time of a name. */

static inline uint16_t *
ssec_own_at(const ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    return &table->own[(size_t) bucket * SSEC_OWN_SLOTS + slot];
}


/*
 * Whether a record with this word and body is one of the digest.  So many of
 * the lowest bits of the bodies may differ: 0, or SSEC_LINK_BODY for a link.
 */

static inline bool
ssec_matches(uint64_t word, uint64_t body, const ssec_digest_t *digest,
    unsigned ignored)
{
    return word != 0
           && (word ^ (uint64_t) digest->place << SSEC_PLACE) >> SSEC_PLACE == 0
           && (body ^ digest->body) >> ignored == 0;
}


static inline ssec_stored_t
ssec_stored(ssec_table_t *table, uint32_t bucket, unsigned slot)
{
    bool           is_name;
    uint32_t       created;
    ssec_stored_t  stored;

    created = table->buckets[bucket].created[slot];

    stored.word = ssec_word(table, bucket, slot) & ~SSEC_PLACE_MASK;
    stored.created = created & SSEC_BEGAN_MASK;

    is_name = ssec_slot_is_name(ssec_slot_state(stored.word));

    stored.own = (is_name || created & SSEC_HAS_OWN)
                 ? *ssec_own_at(table, bucket, slot) : 0;

    if (!is_name && stored.own > SSEC_TABLE_OWN) {
        stored.own = 0;                             /* of a damaged file */
    }

    return stored;
}


/*
 * The time at which a name is given, in units of 2^SSEC_GIVEN milliseconds,
 * modulo 12 days.  Never 0: ssec_publish() does not store a 0.
 */

static inline uint16_t
ssec_given(uint64_t last)
{
    return (uint16_t) ((last & SSEC_TIME_MAX) >> SSEC_GIVEN) | 1;
}


/*
 * Gives false if somebody holds the lock, or if its last owner was killed while
 * it moved a record: ssec_wait() finishes that move.
 */

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


static inline void
ssec_lock(ssec_table_t *table, uint32_t bucket)
{
    ssec_wait(table, &table->buckets[bucket].lock, bucket);
}

#endif /* SSEC_TABLE_SLOTS_H */

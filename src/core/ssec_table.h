/*
 * The session table: records in one block of shared memory of fixed size.
 *
 * Layout
 *     A header, then buckets of one cache line (64 bytes) with a lock and
 *     three records each, then for each record the number of the session's
 *     own limits, which few have.  There are no pointers.  A session's digest
 *     gives its first and its second bucket.  It lies in one of them, so that
 *     to find it costs at most two cache misses at any size.
 *
 * Identity
 *     96 bits of keyed digest.  86 are stored with the record; the other ten
 *     follow from the bucket it is in, which is why a table has at least
 *     1,024 buckets.  No session key is stored.
 *
 * Names
 *     A session is found by its key until the backend replaces the key.  Then
 *     it moves to a place that is chosen at random, and its keys become names:
 *     records that hold 68 bits of that place's digest instead of times.  So a
 *     session has one state however often its key changes, and none of its keys
 *     can begin it anew.  A name whose session was evicted is an unknown key.
 *
 * Invariants
 *     1. A bucket's words are read and written under its lock only.  (To
 *        count sessions, and to see whether there is one, reading will do.)
 *     2. A record exists if and only if its state word is not 0, and every
 *        change of a record is one store of that word: a process that is
 *        killed between any two instructions leaves the old record or the new
 *        one.  (The creation time and the number of the limits are stored
 *        first: they change only when the session begins anew, or alone.  In
 *        between, a name that is written over is a closed session; a session
 *        that becomes a visitor's without an issued key is one of a login.)
 *     3. A lock word names its owner.  A process that has waited long takes the
 *        lock over if the owner has exited.
 *     4. A digest has one record.  Only a move between its two buckets makes
 *        two for a moment, and marks the first bucket's lock word.  Whoever
 *        takes that lock next leaves only the one in the second.  Each search
 *        begins at the first bucket, so it meets the mark before either.
 *     5. Nobody waits for a lock while holding one.
 */

#ifndef SSEC_TABLE_H
#define SSEC_TABLE_H

#include <stddef.h>

#include "ssec_decision.h"
#include "ssec_digest.h"

#define SSEC_TABLE_HEADER    16384               /* bytes, as all sizes */
#define SSEC_TABLE_MIN_SIZE  (SSEC_TABLE_HEADER + 1024 * (64 + 8))

#define SSEC_TABLE_NOTES     2048                /* see ssec_table_notes() */
#define SSEC_TABLE_OWN       1023                /* different own limits */

/* when a name was replaced is kept in units of 2^10 milliseconds */
#define SSEC_NAME_TIME       10
#define SSEC_NAME_AHEAD      60      /* of these: what clocks may differ by */

/* times are kept modulo this many milliseconds: 8.7 years */
#define SSEC_TIME_MAX        ((1ULL << 38) - 1)

/* where a clock begins: a record may be older than it is, by table's row 3 */
#define SSEC_CLOCK_NEW       (1ULL << 36)

/*
 * When a session began is kept in units of 64 ms, rounded down, modulo 1.09
 * years before its last activity: more than max_lifetime may be.  With it goes
 * whether a login began the session, and above both are two flags.
 */
#define SSEC_CREATED         6
#define SSEC_CREATED_MASK    0x1fffffffU
#define SSEC_LOGIN           0x20000000U


typedef struct ssec_header_s  ssec_header_t;
typedef struct ssec_bucket_s  ssec_bucket_t;


typedef struct {                 /* a process's own view of a table */
    ssec_header_t   *header;
    ssec_bucket_t   *buckets;
    uint16_t        *own;        /* four a bucket, of which three are used */
    uint32_t         nbuckets;
    uint32_t         owner;
    const uint8_t   *secret;     /* the digest key's bytes */
    ssec_digest_key_t  key;
} ssec_table_t;


typedef struct {                 /* a session that is held */
    ssec_record_t    record;

    ssec_digest_t    digest;     /* of its key, or of its place */
    uint32_t         first;      /* buckets */
    uint32_t         second;
    bool             both;       /* both buckets are locked */
    bool             found;
    bool             name;       /* the key is a name of the session */
    bool             is_replaced;  /* the name was replaced, */
    uint16_t         replaced_at;  /* at this time: see ssec_name_age() */
    bool             live;       /* the session was live when it was found */
    uint32_t         bucket;
    unsigned         slot;
} ssec_entry_t;


typedef struct {                 /* a session that was seen */
    uint64_t         word;       /* its record, */
    uint32_t         began;      /* as it was, and how it began */
    unsigned         slot;
    uint32_t         bucket;
} ssec_glimpse_t;


typedef struct {
    uint64_t         live;
    uint64_t         visitors;
    uint64_t         expired;
    uint64_t         closed;
    uint64_t         names;      /* further keys of sessions */
    uint64_t         room;       /* records that the table can hold */

    /* since the table was made */

    uint64_t         evicted;    /* live sessions evicted by others */
    uint64_t         issued;     /* evicted ones that the backend had issued */
    uint64_t         invented;   /* evicted ones: not issued, presented once */
    uint64_t         refused;    /* new live sessions that found no room */
    uint64_t         collisions; /* new sessions that found no free record */
} ssec_counts_t;


/* When a session began, from what is kept of that. */

static inline uint64_t
ssec_created(uint64_t last, uint32_t created)
{
    uint32_t  age;

    age = ((uint32_t) (last >> SSEC_CREATED) - created) & SSEC_CREATED_MASK;

    return ((last >> SSEC_CREATED) - age) << SSEC_CREATED;
}


/*
 * Makes an empty table in size bytes of zeroed memory that is aligned to 64
 * bytes, with the given digest key, which is random and secret.  Gives false
 * if the size is below SSEC_TABLE_MIN_SIZE.
 */

bool ssec_table_create(void *memory, size_t size,
    const uint8_t key[SSEC_DIGEST_KEY]);

/*
 * A process's view of a table that ssec_table_create() made.  The owner names
 * the process in locks: see ssec_table_owner().
 */

void ssec_table_open(ssec_table_t *table, void *memory, uint32_t owner);

/* The calling process's name in locks; a child needs one of its own. */

uint32_t ssec_table_owner(void);

/*
 * Finds the session that has this key and holds it until it is let go: its
 * record is in entry->record, with the state SSEC_UNKNOWN if there is none.  A
 * process holds one session at a time, and shortly: others wait.
 */

void ssec_table_acquire(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_entry_t *entry);

/*
 * As much of a session as most requests need, and where it is.  Gives false
 * unless the session is live, in use, has no limits of its own, and lies in its
 * first bucket, which nobody else holds.
 */

bool ssec_table_glimpse(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_glimpse_t *glimpse);

/* The last activity of a session that was seen, and when and how it began. */

static inline uint64_t
ssec_glimpse_last(const ssec_glimpse_t *glimpse)
{
    return glimpse->word & SSEC_TIME_MAX;
}


static inline uint64_t
ssec_glimpse_created(const ssec_glimpse_t *glimpse)
{
    return ssec_created(ssec_glimpse_last(glimpse), glimpse->began);
}


static inline bool
ssec_glimpse_login(const ssec_glimpse_t *glimpse)
{
    return (glimpse->began & SSEC_LOGIN) != 0;
}


/*
 * The last activity of a session that was seen is not before this.  Gives
 * false, and does nothing, if anything but its last activity has changed, or if
 * somebody else holds its bucket.
 */

bool ssec_table_touch(ssec_table_t *table, const ssec_digest_t *digest,
    const ssec_glimpse_t *glimpse, uint64_t active);

/*
 * Puts entry->record into the table and lets the session go.  A record that
 * was unknown is inserted.  If there is no room, it evicts another one or is
 * refused: see ssec_table_room.c.  Gives false if a live session was lost in
 * either way.
 */

bool ssec_table_release(ssec_table_t *table, ssec_entry_t *entry);

/* Lets the session go as it was. */

void ssec_table_leave(ssec_table_t *table, const ssec_entry_t *entry);

/*
 * Gives the session that has this key one more.  The key counts as replaced
 * from now on (in milliseconds), or since an earlier replacement, and is
 * evicted first.  A name that is known already becomes one of this session if
 * it was replaced or its session has ended, and stays otherwise.  Gives false
 * if there was no room for the name, or for the session in a place of its own.
 */

bool ssec_table_rename(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_digest_t *name, uint64_t now);

/*
 * How long ago a key was replaced: in milliseconds, modulo 18 hours; 0 if that
 * was up to a minute later, by another process's time.
 */

static inline uint64_t
ssec_name_age(const ssec_entry_t *entry, uint64_t now)
{
    uint16_t  age;

    age = (uint16_t) ((now >> SSEC_NAME_TIME) - entry->replaced_at);

    return (age < UINT16_MAX - SSEC_NAME_AHEAD)
           ? (uint64_t) age << SSEC_NAME_TIME : 0;
}

/*
 * The key is that of a session of its own from now on, whatever it was.  Gives
 * false as ssec_table_release() does.
 */

bool ssec_table_replace(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_record_t *record);

/*
 * The table's own copy of such limits, for records.  If it has no room for
 * more different ones: the longest that are not longer, or the shortest.
 */

const ssec_own_t *ssec_table_own(ssec_table_t *table,
    const ssec_own_t *limits);

/*
 * SSEC_TABLE_NOTES bytes of the table for other uses, zero at first.  They are
 * locked until ssec_table_unlock_notes().
 */

void *ssec_table_lock_notes(ssec_table_t *table);
void ssec_table_unlock_notes(ssec_table_t *table);

/* Changes whenever a session ceases to be live. */

uint64_t ssec_table_deaths(ssec_table_t *table);

/*
 * Puts every session of one table into another, which has the same key and is
 * not in use yet, with all times moved back by so much: 0, or a multiple of
 * SSEC_CLOCK_BACK.  Others may use the first one meanwhile: what they change
 * after its record was copied is not carried over.  If the other table is too
 * small, sessions are lost in the order of ssec_table_release().
 */

void ssec_table_copy(ssec_table_t *to, ssec_table_t *from, uint64_t back);

/* Marks a table that is still in use, but whose sessions another one has. */

void ssec_table_retire(ssec_table_t *table, bool retired);
bool ssec_table_is_retired(ssec_table_t *table);

/* Counts the sessions by state, in time proportional to the table's size. */

void ssec_table_count(ssec_table_t *table, ssec_counts_t *counts);

/* Sets `evicted` and the counts after it, in constant time. */

void ssec_table_losses(ssec_table_t *table, ssec_counts_t *counts);

/*
 * Whether it is time to report: true once in any period of so many
 * milliseconds, for one of the processes that ask.
 */

bool ssec_table_report(ssec_table_t *table, uint64_t now, uint64_t period);

#endif /* SSEC_TABLE_H */

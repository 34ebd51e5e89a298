/*
 * The session table: records in one block of shared memory of fixed size.
 *
 * Layout
 *     A header, then buckets of one cache line (64 bytes) with a lock and
 *     three records each.  There are no pointers in it.  A session has two
 *     buckets, its first and its second, by its digest; it lies in one of
 *     them, so that to find it costs at most two cache misses at any size.
 *
 * Identity
 *     96 bits of keyed digest.  86 are stored with the record; the other ten
 *     follow from the bucket it is in, which is why a table has at least
 *     1,024 buckets.  No session key is stored.
 *
 * Invariants
 *     1. A bucket's words are read and written under its lock only.  (To
 *        count sessions, and to see whether there is one, reading will do.)
 *     2. A record exists if and only if its state word is not 0, and every
 *        change of a record is one store of that word: a process that is
 *        killed between any two instructions leaves a record as it was or as
 *        it was to be.  (The creation time is stored first; it alone changes
 *        nothing for a session that is not live.)
 *     3. A lock word names its owner.  Who waits long looks whether the owner
 *        is still there, and takes the lock over if not.
 *     4. A digest has one record.  Only a move from the first bucket to the
 *        second makes two for a moment; the first bucket's lock word marks
 *        it, and who next takes that lock completes the move or forgets it.
 *        A search begins at the first bucket, so it never meets the copy
 *        before the mark.
 *     5. Nobody waits for a lock while holding one.
 */

#ifndef SSEC_TABLE_H
#define SSEC_TABLE_H


#include <stddef.h>

#include "ssec_decision.h"
#include "ssec_digest.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


#define SSEC_TABLE_MIN_SIZE  (256 + 1024 * 64)   /* bytes */

/* times are kept modulo this many milliseconds: 8.7 years */
#define SSEC_TIME_MAX        ((1ULL << 38) - 1)


typedef struct ssec_header_s  ssec_header_t;
typedef struct ssec_bucket_s  ssec_bucket_t;


typedef struct {                 /* a process's own view of a table */
    ssec_header_t   *header;
    ssec_bucket_t   *buckets;
    uint32_t         nbuckets;
    uint32_t         owner;
    uint8_t          key[SSEC_DIGEST_KEY];
} ssec_table_t;


typedef struct {                 /* a session that is held */
    ssec_record_t    record;

    ssec_digest_t    digest;
    uint32_t         first;      /* buckets */
    uint32_t         second;
    bool             both;       /* both of them are locked */
    bool             found;
    uint32_t         bucket;
    unsigned         slot;
} ssec_entry_t;


typedef struct {
    uint64_t         live;
    uint64_t         expired;
    uint64_t         closed;
    uint64_t         room;       /* records that the table can hold */
    uint64_t         evicted;    /* live sessions pushed out */
    uint64_t         collisions; /* new sessions that found no free record */
} ssec_counts_t;


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
 * Finds the session and holds it until ssec_table_release(): its record is in
 * entry->record, with the state SSEC_UNKNOWN if there is none.  A process
 * holds one session at a time, and shortly: others wait.
 */

void ssec_table_acquire(ssec_table_t *table, const ssec_digest_t *digest,
    ssec_entry_t *entry);

/*
 * Puts entry->record into the table and lets the session go.  A record that
 * was unknown and is so no longer is inserted; where there is no room another
 * is pushed out: closed ones first, then expired, then live ones that the
 * backend was not seen to issue, then live ones, of each the longest idle.  A
 * record that is not live pushes out none that is, and then is not kept.
 * Gives false if the one pushed out was live.
 */

bool ssec_table_release(ssec_table_t *table, ssec_entry_t *entry);

/*
 * Puts every session of one table into another, which has the same key and is
 * not in use yet.  Others may go on with the first one meanwhile: what they
 * change after its record was copied is not carried over.  If the other table
 * is too small, sessions are lost in the order of ssec_table_release().
 */

void ssec_table_copy(ssec_table_t *to, ssec_table_t *from);

/* Counts the sessions by state, in time proportional to the table's size. */

void ssec_table_count(ssec_table_t *table, ssec_counts_t *counts);

/* How many live sessions were pushed out since the table was made. */

uint64_t ssec_table_evicted(ssec_table_t *table);

/*
 * Whether it is time to report: true once in any period of so many
 * milliseconds, for one of the processes that ask.
 */

bool ssec_table_report(ssec_table_t *table, uint64_t now, uint64_t period);


#pragma GCC visibility pop

#endif /* SSEC_TABLE_H */

/*
 * A table that lies in a file: whether one may be trusted, what has to be done
 * before it is used again, and its clock, which goes on while the host is down.
 */

#ifndef SSEC_TABLE_FILE_H
#define SSEC_TABLE_FILE_H


#include "ssec_table.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


#define SSEC_TABLE_SEAL    128   /* bytes that ssec_table_check() looks at */
#define SSEC_TABLE_CLOCK   192   /* that ssec_clock_elsewhere() looks at */
#define SSEC_TABLE_MARK    8

/* a clock that has come so far should be moved back: half of SSEC_TIME_MAX */
#define SSEC_CLOCK_FAR     (1ULL << 37)

/* it is moved back by multiples of this many milliseconds: 12 days */
#define SSEC_CLOCK_BACK    (1ULL << 30)

#define SSEC_BOOT_ID       "/proc/sys/kernel/random/boot_id"
#define SSEC_PIDS          "/proc/self/ns/pid"


typedef enum {
    SSEC_SEAL_WHOLE = 0,
    SSEC_SEAL_NONE,              /* it is no table at all */
    SSEC_SEAL_UNFINISHED,
    SSEC_SEAL_VERSION,           /* of another version, or another machine */
    SSEC_SEAL_BROKEN,            /* damaged, or not of the size it had */
    SSEC_SEAL_SUBJECT            /* made for other session keys */
} ssec_seal_e;


typedef struct {                 /* the host's clocks, in milliseconds */
    uint64_t  uptime;            /* that counts suspended time */
    uint64_t  wall;              /* since 1970 */
    uint64_t  boot;              /* see ssec_boot() */
    uint64_t  pids;              /* see ssec_pids() */
} ssec_host_t;


/*
 * A number that differs each time that the host is started, made of the text in
 * this file: on Linux SSEC_BOOT_ID.  0 if there is none.
 */

uint64_t ssec_boot(const char *path);

/*
 * A number that differs where process ids mean other processes, as in another
 * container, made of what this link says: on Linux SSEC_PIDS.  0 if there is
 * none.
 */

uint64_t ssec_pids(const char *path);

/*
 * What a file begins with until ssec_table_seal(), so that it is known for one
 * that was not finished: SSEC_TABLE_MARK bytes.
 */

extern const char  ssec_table_mark[SSEC_TABLE_MARK];

/*
 * Makes a new table, of this size, one that can be found again.  The subject
 * is what its session keys are: any text.  Written last is what tells that it
 * is whole.
 */

void ssec_table_seal(ssec_table_t *table, size_t size, const void *subject,
    size_t len);

/*
 * What a file of this size is, by its first SSEC_TABLE_SEAL bytes, or zeros
 * where it has fewer.
 */

ssec_seal_e ssec_table_check(const void *seal, uint64_t size,
    const void *subject, size_t len);

/*
 * What processes that were killed, and a host that went down, left behind: no
 * lock is held and no record moves, none is there twice (the stricter one is
 * kept), and none is impossible: in no known state, or, if it is not dead, of a
 * time more than a minute after now.  Gives how many were dropped for that.
 * Nobody else may use the table meanwhile.  If it is interrupted it can begin
 * anew.
 */

uint64_t ssec_table_recover(ssec_table_t *table, uint64_t now);

/*
 * Sets the table's clock going, and gives what to add to the host's uptime to
 * have its time.  A new table's clock begins at SSEC_CLOCK_NEW.  If the host
 * was started anew since the last ssec_table_tick(), the wall clock tells how
 * long it was down; one that went back meanwhile makes that no time at all.
 * Nobody else may use the table meanwhile.
 */

uint64_t ssec_table_start_clock(ssec_table_t *table, const ssec_host_t *host);

/*
 * The same where others use the table: what they go by, if they can be on this
 * host: their last tick was in this boot or, where that is not known, within
 * a minute of now.  And their process ids have to be what they are here, or
 * the locks of the living would be taken for those of the dead.
 */

bool ssec_table_join_clock(ssec_table_t *table, const ssec_host_t *host,
    uint64_t *epoch);

/* The same in a copy: its clock goes on as that of the original. */

uint64_t ssec_table_keep_clock(ssec_table_t *table, const ssec_host_t *host);

/*
 * Whether a table was in use in the last three seconds where process ids mean
 * other processes, by its file's first SSEC_TABLE_CLOCK bytes.  A start would
 * be refused as long as that goes on.
 */

bool ssec_clock_elsewhere(const void *head, const ssec_host_t *host);

/* Notes how late it is: once a second, or the time since is not known. */

void ssec_table_tick(ssec_table_t *table, const ssec_host_t *host);

/* When that was, in the table's time; 0 if it never was. */

uint64_t ssec_table_ticked(ssec_table_t *table);

/* By how much ssec_table_copy() should move back times that are so late. */

static inline uint64_t
ssec_clock_back(uint64_t now)
{
    return now < SSEC_CLOCK_FAR ? 0
                                : (now - SSEC_CLOCK_NEW)
                                  & ~(SSEC_CLOCK_BACK - 1);
}


#pragma GCC visibility pop

#endif /* SSEC_TABLE_FILE_H */

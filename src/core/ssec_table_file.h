/*
 * A table that lies in a file: the check whether the file can be trusted, the
 * recovery after a crash, and the clock.  The clock also counts the time for
 * which the host is down.
 */

#ifndef SSEC_TABLE_FILE_H
#define SSEC_TABLE_FILE_H

#include "ssec_table.h"

#define SSEC_TABLE_SEAL    128   /* bytes that ssec_table_check() reads */
#define SSEC_TABLE_CLOCK   192   /* bytes that ssec_clock_elsewhere() reads */
#define SSEC_TABLE_MARK    8     /* bytes of ssec_table_mark */

/* A clock beyond this time should be moved back: half of SSEC_TIME_MAX. */
#define SSEC_CLOCK_FAR     (1ULL << 37)

/* A clock is moved back by a multiple of so many milliseconds: 12 days. */
#define SSEC_CLOCK_BACK    (1ULL << 30)

#define SSEC_BOOT_ID       "/proc/sys/kernel/random/boot_id"
#define SSEC_PIDS          "/proc/self/ns/pid"


typedef enum {
    SSEC_SEAL_WHOLE = 0,
    SSEC_SEAL_NONE,              /* not a table */
    SSEC_SEAL_UNFINISHED,        /* ssec_table_seal() was not reached */
    SSEC_SEAL_VERSION,           /* another version, or machine architecture */
    SSEC_SEAL_BROKEN,            /* damaged, or of another size than noted */
    SSEC_SEAL_SUBJECT            /* made for another kind of session key */
} ssec_seal_e;


typedef struct {                 /* the host's clocks, in milliseconds */
    uint64_t  uptime;            /* with suspended time */
    uint64_t  wall;              /* time since 1970 */
    uint64_t  boot;              /* see ssec_boot() */
    uint64_t  pids;              /* see ssec_pids() */
} ssec_host_t;


/*
 * Numbers of the host's start, and of the namespace of process ids, which is
 * another one in another container: digests of this file's text, and of this
 * link's target.  Both give 0 if it cannot be read.
 */

uint64_t ssec_boot(const char *path);
uint64_t ssec_pids(const char *path);

/* The first SSEC_TABLE_MARK bytes of a file that is not sealed yet. */

extern const char  ssec_table_mark[SSEC_TABLE_MARK];

/*
 * Seals a new table of this size in bytes, so that ssec_table_check() trusts
 * its file.  The subject is a text that says which session keys the zone has.
 * The file is unfinished until the last store of this function.
 */

void ssec_table_seal(ssec_table_t *table, size_t size, const void *subject,
    size_t len);

/*
 * Tells if a file of this size in bytes is a sealed table for this subject, by
 * its first SSEC_TABLE_SEAL bytes.  If it has fewer, zeros stand for the rest.
 */

ssec_seal_e ssec_table_check(const void *seal, uint64_t size,
    const void *subject, size_t len);

/*
 * Repairs a table after processes were killed or the host went down.  Releases
 * all locks, and finishes the moves of records.  If a digest has two records,
 * keeps the stricter one.  Drops impossible records, and gives their number.
 * A record is impossible if it has no state, or if it is a live session's or a
 * visitor's and its time is more than a minute after now (in milliseconds).
 *
 * Nobody else may use the table meanwhile.  A call that was interrupted can be
 * repeated.
 */

uint64_t ssec_table_recover(ssec_table_t *table, uint64_t now);

/*
 * Starts the table's clock.  Gives its epoch in milliseconds: the table's time
 * is the epoch plus the host's uptime.  A new table's clock begins at
 * SSEC_CLOCK_NEW.  If the host was restarted after the last ssec_table_tick(),
 * the wall clock tells how long the host was down.  A wall clock that went back
 * counts as no time.  Nobody else may use the table meanwhile.
 */

uint64_t ssec_table_start_clock(ssec_table_t *table, const ssec_host_t *host);

/*
 * Sets *epoch to the clock's epoch, for a table that others use.  Gives false
 * if the others cannot be on this host: then the last tick is neither of this
 * boot nor, by this host's uptime, within a minute of now.  Also gives false if
 * their process ids are of another namespace, because locks name their owners
 * by process ids.
 */

bool ssec_table_join_clock(ssec_table_t *table, const ssec_host_t *host,
    uint64_t *epoch);

/*
 * True if a process in another container used the table in the last three
 * seconds, by the file's first SSEC_TABLE_CLOCK bytes.
 */

bool ssec_clock_elsewhere(const void *head, const ssec_host_t *host);

/*
 * Notes the table's time and the wall clock; gives the clock's epoch.  To be
 * called once a second: after a crash the time since the last call is lost.
 */

uint64_t ssec_table_tick(ssec_table_t *table, const ssec_host_t *host);

/* The table's time at the last tick, in milliseconds; 0 if there was none. */

uint64_t ssec_table_ticked(ssec_table_t *table);

/*
 * The milliseconds by which ssec_table_copy() should move times back, if the
 * table's time is now.  Gives 0 before SSEC_CLOCK_FAR.
 */

static inline uint64_t
ssec_clock_back(uint64_t now)
{
    return now < SSEC_CLOCK_FAR ? 0
                                : (now - SSEC_CLOCK_NEW)
                                  & ~(SSEC_CLOCK_BACK - 1);
}

#endif /* SSEC_TABLE_FILE_H */

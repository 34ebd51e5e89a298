/* The table's locks, and how those of killed processes are taken over. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ssec_table_slots.h"


/* An owner: the process id, and above it a tag of the process's start time. */
#define SSEC_OWNER_PID    22     /* bits of the process id */
#define SSEC_OWNER_IDS    ((1U << SSEC_OWNER_PID) - 1)
#define SSEC_TAG_DEAD     255    /* the tag of a zombie */

#define SSEC_SPINS        64     /* tries before the processor is yielded */
#define SSEC_DOUBTS       16     /* yields before the owner is looked for */


/*
 * A tag of a process's start time: 1 to 251, 0 if the time is unknown, or
 * SSEC_TAG_DEAD for a zombie.  Reads the stat file of the first thread, because
 * an emulator (qemu-user) invents /proc/PID/stat for the process itself, while
 * other processes see the true one.
 */

static uint32_t
ssec_owner_tag(pid_t pid)
{
    int      field;
    FILE    *f;
    char     path[64], stat[512], *p;
    size_t   n;

    snprintf(path, sizeof(path), "/proc/%ld/task/%ld/stat", (long) pid,
             (long) pid);

    f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }

    n = fread(stat, 1, sizeof(stat) - 1, f);
    stat[n] = '\0';

    fclose(f);

    /*
     * Field 2, the process's name in parentheses, may contain any character.
     * Field 3 is the state, field 22 the start time: see proc(5).
     */

    p = strrchr(stat, ')');

    if (p && p[1] == ' ' && (p[2] == 'Z' || p[2] == 'X')) {
        return SSEC_TAG_DEAD;
    }

    for (field = 2; p && field < 22; field++) {
        p = strchr(p + 1, ' ');
    }

    return p ? (uint32_t) (strtoull(p, NULL, 10) % 251) + 1 : 0;
}


uint32_t
ssec_table_owner(void)
{
    pid_t  pid;

    pid = getpid();

    return ssec_owner_tag(pid) << SSEC_OWNER_PID
           | ((uint32_t) pid & SSEC_OWNER_IDS);
}


/*
 * True if an owner's process has exited or is a zombie.  Process ids are
 * reused, so the tag of the start time is compared, too.  If /proc does not
 * tell the start time, any process with the same id counts as the owner.
 */

static bool
ssec_owner_gone(uint32_t owner)
{
    pid_t     pid;
    uint32_t  tag, now;

    pid = (pid_t) (owner & SSEC_OWNER_IDS);
    tag = owner >> SSEC_OWNER_PID;

    if (kill(pid, 0) == -1 && errno == ESRCH) {
        return true;
    }

    now = ssec_owner_tag(pid);

    return now == SSEC_TAG_DEAD || (tag && now && now != tag);
}


/*
 * Takes the lock if nobody holds it or, with checks_owner, if a killed process
 * does.  Keeps the mark of an unfinished move.  Sets *word to the lock word as
 * it was.
 */

static bool
ssec_take(ssec_table_t *table, _Atomic uint32_t *lock, bool checks_owner,
    uint32_t *word)
{
    uint32_t  owner;

    *word = atomic_load_explicit(lock, memory_order_relaxed);
    owner = *word & SSEC_OWNER;

    if (owner && !(checks_owner && ssec_owner_gone(owner))) {
        return false;
    }

    return atomic_compare_exchange_strong_explicit(lock, word,
                                         (*word & ~SSEC_OWNER) | table->owner,
                                         memory_order_acquire,
                                         memory_order_relaxed);
}


/*
 * Finishes a move whose process was killed.  The bucket, which the caller has
 * locked, is the record's first one.  If the second bucket has the record,
 * clears the slot here.  The two records are still equal, because every search
 * begins at the first bucket (invariant 4).  If the second bucket is busy,
 * releases the lock, keeps its mark, and gives false.
 */

static bool
ssec_finish_move(ssec_table_t *table, uint32_t bucket)
{
    uint32_t           mark, word;
    unsigned           slot;
    ssec_entry_t       entry;
    _Atomic uint32_t  *lock, *second;

    lock = &table->buckets[bucket].lock;
    mark = atomic_load_explicit(lock, memory_order_relaxed) & ~SSEC_OWNER;
    slot = (mark >> SSEC_MOVING) - 1;

    if (ssec_word(table, bucket, slot)) {
        entry.digest = ssec_stored_digest(table, bucket, slot);
        entry.second = ssec_second_bucket(table, bucket, entry.digest.body);
        second = &table->buckets[entry.second].lock;

        /* the killed process may have held the second bucket's lock, too */

        if (!ssec_take(table, second, true, &word)) {
            atomic_store_explicit(lock, mark, memory_order_release);
            return false;
        }

        if (ssec_find(table, &entry, entry.second)) {
            ssec_set_word(table, bucket, slot, 0);
        }

        /* the second bucket may have a mark of its own: keep that */

        atomic_store_explicit(second, word & ~SSEC_OWNER, memory_order_release);
    }

    atomic_store_explicit(lock, table->owner, memory_order_release);

    return true;
}


/*
 * Only a bucket's lock can have the mark of an unfinished move, so the bucket
 * does not matter for the header's lock.
 */

void
ssec_wait(ssec_table_t *table, _Atomic uint32_t *lock, uint32_t bucket)
{
    bool      checks_owner;
    uint32_t  word;
    unsigned  n;

    for (n = 1; /* void */ ; n++) {
        checks_owner = (n % (SSEC_SPINS * SSEC_DOUBTS) == 0);

        if (ssec_take(table, lock, checks_owner, &word)
            && (word <= SSEC_OWNER || ssec_finish_move(table, bucket)))
        {
            return;
        }

        if (n % SSEC_SPINS == 0) {
            sched_yield();
        }
    }
}


void
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

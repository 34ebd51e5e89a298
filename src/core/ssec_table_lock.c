/* The table's locks, and how those of killed processes are taken over. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "ssec_table_slots.h"


/* An owner: the process id, and above it a tag of the process's start time. */
#define SSEC_OWNER_PID    22     /* bits of the process id */
#define SSEC_TAG_DEAD     255    /* the tag of a zombie */

#define SSEC_SPINS        64     /* tries before the processor is yielded */
#define SSEC_DOUBTS       16     /* yields before the owner is looked for */


static bool ssec_finish_move(ssec_table_t *table, uint32_t bucket);
static bool ssec_owner_gone(uint32_t owner);
static uint32_t ssec_owner_tag(pid_t pid);


uint32_t
ssec_table_owner(void)
{
    pid_t  pid;

    pid = getpid();

    return ssec_owner_tag(pid) << SSEC_OWNER_PID
           | ((uint32_t) pid & ((1U << SSEC_OWNER_PID) - 1));
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


/*
 * Waits for the lock and takes it, from a killed process if need be.  Only a
 * bucket's lock can have the mark of an unfinished move, so the bucket does not
 * matter for the header's lock.
 */

void
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
    bool           is_finished;
    uint32_t       word;
    unsigned       slot;
    ssec_entry_t   entry;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    word = atomic_load_explicit(&b->lock, memory_order_relaxed);
    slot = (word >> SSEC_MOVING) - 1;
    is_finished = true;

    if (ssec_word(table, bucket, slot)) {

        entry.digest = ssec_stored_digest(table, bucket, slot);
        entry.second = ssec_second_bucket(table, bucket, entry.digest.body);

        word = atomic_load_explicit(&table->buckets[entry.second].lock,
                                    memory_order_relaxed);

        /* the killed process may have held the second bucket's lock, too */

        if (((word & SSEC_OWNER) == 0 || ssec_owner_gone(word & SSEC_OWNER))
            && atomic_compare_exchange_strong_explicit(
                   &table->buckets[entry.second].lock, &word,
                   (word & ~SSEC_OWNER) | table->owner,
                   memory_order_acquire, memory_order_relaxed))
        {
            if (ssec_find(table, &entry, entry.second)) {
                ssec_set_word(table, bucket, slot, 0);
            }

            /* the second bucket may have a mark of its own: keep that */

            atomic_store_explicit(&table->buckets[entry.second].lock,
                                  word & ~SSEC_OWNER, memory_order_release);
        } else {
            is_finished = false;
        }
    }

    atomic_store_explicit(&b->lock,
                          is_finished ? table->owner
                                  : (uint32_t) (slot + 1) << SSEC_MOVING,
                          memory_order_release);

    return is_finished;
}


/*
 * Whether an owner's process has exited or is a zombie.  Process ids are
 * reused, so the tag of the start time is compared, too.  If /proc does not
 * tell the start time, any process with the same id counts as the owner.
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


/*
 * A tag of a process's start time: 1 to 251, 0 if the time is unknown, or
 * SSEC_TAG_DEAD for a zombie.  Reads the stat file of the first thread, because
 * an emulator (qemu-user) invents /proc/PID/stat for the process itself, while
 * other processes see the true one.
 */

static uint32_t
ssec_owner_tag(pid_t pid)
{
    int                 field;
    FILE               *f;
    char                path[64], stat[512], *p;
    size_t              n;
    unsigned long long  start;

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

    if (p == NULL) {
        return 0;
    }

    start = strtoull(p, NULL, 10);

    return (uint32_t) (start % 251) + 1;
}

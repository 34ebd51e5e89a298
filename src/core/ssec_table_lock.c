/* The table's locks, and what becomes of those of a process that is gone. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "ssec_table_slots.h"


/* an owner: a process id, below a tag of its start time */
#define SSEC_OWNER_PID    22     /* bits */
#define SSEC_TAG_DEAD     255

#define SSEC_SPINS        64     /* before giving the processor away */
#define SSEC_DOUBTS       16     /* as often before doubting the owner */


static bool ssec_settle(ssec_table_t *table, uint32_t bucket);
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


/* Only a bucket's lock can have something to settle. */

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
            && (word <= SSEC_OWNER || ssec_settle(table, bucket)))
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


/*
 * From 1 to 251; 0 if that is unknown; SSEC_TAG_DEAD for one not yet reaped.
 * An emulator (qemu-user) invents the /proc/PID/stat that a process reads of
 * itself, other processes see the true one; of its first thread all see that.
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

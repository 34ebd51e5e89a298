/* The seal, the recovery and the clock of a table that lies in a file. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ssec_table_file.h"
#include "ssec_table_slots.h"


/* Raise this number with each change of a table's layout. */
#define SSEC_TABLE_VERSION  3

/* Shows the byte order of the machine that made the table. */
#define SSEC_TABLE_ORDER    0x01020304

/* Milliseconds by which a tick or a record may lie in the future. */
#define SSEC_CLOCK_SLACK    60000ULL

/* A table is in use if its last tick is at most so many milliseconds old. */
#define SSEC_CLOCK_IN_USE   3000ULL

/* First buckets are prefetched so many buckets before they are read. */
#define SSEC_AHEAD          32


_Static_assert(sizeof(ssec_seal_t) <= SSEC_TABLE_SEAL, "room of the seal");
_Static_assert(offsetof(ssec_header_t, clock) + sizeof(ssec_clock_t)
               <= SSEC_TABLE_CLOCK, "room of the clock");

static const char  ssec_magic[8] = "SSECZONE";
const char         ssec_table_mark[SSEC_TABLE_MARK] = "SSECMAKE";

static const uint8_t  ssec_no_key[SSEC_DIGEST_KEY];


/* A number for some data: half of their keyed digest. */

static uint64_t
ssec_number(const uint8_t *secret, const void *data, size_t len)
{
    ssec_digest_t      digest;
    ssec_digest_key_t  key;

    ssec_digest_key(&key, secret);
    ssec_digest(&key, data, len, &digest);

    return digest.body;
}


void
ssec_table_seal(ssec_table_t *table, size_t size, const void *subject,
    size_t len)
{
    ssec_seal_t  seal;

    seal = table->header->seal;

    memset(seal.magic, 0, sizeof(ssec_magic));

    seal.version = SSEC_TABLE_VERSION;
    seal.order = SSEC_TABLE_ORDER;
    seal.header = sizeof(ssec_header_t);
    seal.size = size;
    seal.subject = ssec_number(seal.key, subject, len);
    seal.check = ssec_number(seal.key, &seal, offsetof(ssec_seal_t, check));

    memcpy(seal.magic, ssec_table_mark, sizeof(ssec_magic));
    table->header->seal = seal;

    atomic_signal_fence(memory_order_seq_cst);

    memcpy(table->header->seal.magic, ssec_magic, sizeof(ssec_magic));
}


ssec_seal_e
ssec_table_check(const void *data, uint64_t size, const void *subject,
    size_t len)
{
    char         magic[sizeof(ssec_magic)];
    ssec_seal_t  seal;

    memcpy(&seal, data, sizeof(ssec_seal_t));
    memcpy(magic, seal.magic, sizeof(ssec_magic));
    memset(seal.magic, 0, sizeof(ssec_magic));

    if (memcmp(magic, ssec_table_mark, sizeof(ssec_magic)) == 0) {
        return SSEC_SEAL_UNFINISHED;
    }

    if (memcmp(magic, ssec_magic, sizeof(ssec_magic)) != 0) {
        return SSEC_SEAL_NONE;
    }

    if (seal.version != SSEC_TABLE_VERSION
        || seal.order != SSEC_TABLE_ORDER
        || seal.header != sizeof(ssec_header_t))
    {
        return SSEC_SEAL_VERSION;
    }

    if (seal.check != ssec_number(seal.key, &seal,
                                  offsetof(ssec_seal_t, check))
        || seal.size != size
        || seal.nbuckets != ssec_table_buckets(size))
    {
        return SSEC_SEAL_BROKEN;
    }

    if (seal.subject != ssec_number(seal.key, subject, len)) {
        return SSEC_SEAL_SUBJECT;
    }

    return SSEC_SEAL_WHOLE;
}


/* A dead session has 3, a name 2, a live session 1, a visitor's session 0. */

static unsigned
ssec_strictness(uint64_t word)
{
    unsigned  state;

    state = ssec_slot_state(word);

    return 3 * ssec_slot_is_dead(state) + 2 * ssec_slot_is_name(state)
           + ssec_slot_is_live(state);
}


/* Names have no time, and the time of a dead session does not matter. */

static bool
ssec_is_sound(uint64_t word, uint64_t now)
{
    return ssec_slot_state(word) != SSEC_SLOT_FREE
           && (ssec_strictness(word) > 1
               || (word & SSEC_TIME_MAX) <= now + SSEC_CLOCK_SLACK);
}


/* Releases the bucket's lock, and drops impossible records. */

static void
ssec_recover_bucket(ssec_table_t *table, uint32_t bucket, uint64_t now,
    uint64_t *used, uint64_t *dropped)
{
    uint64_t        word;
    unsigned        slot;
    ssec_digest_t   digest;
    ssec_bucket_t  *b;

    b = &table->buckets[bucket];

    if (atomic_load_explicit(&b->lock, memory_order_relaxed)) {
        ssec_unlock(table, bucket);
    }

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        word = ssec_word(table, bucket, slot);

        if (word == 0) {
            continue;
        }

        if (!ssec_is_sound(word, now)) {
            ssec_set_word(table, bucket, slot, 0);
            (*dropped)++;
            continue;
        }

        (*used)++;

        if (b->created[slot] & SSEC_IN_SECOND) {
            digest = ssec_stored_digest(table, bucket, slot);

            __builtin_prefetch(&table->buckets[ssec_first_bucket(table,
                                                               digest.place)]);
        }
    }
}


/*
 * For each record in its second bucket here: if the first bucket has a record
 * of the same digest, drops one of the two: the less strict one or, of equally
 * strict ones, the later one.  If a process was killed during a move, the two
 * are equal.  After a power failure one of them may be out of date.
 */

static void
ssec_drop_duplicates(ssec_table_t *table, uint32_t bucket)
{
    uint64_t      word, other;
    unsigned      slot;
    ssec_entry_t  entry;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        word = ssec_word(table, bucket, slot);

        if (word == 0
            || !(table->buckets[bucket].created[slot] & SSEC_IN_SECOND))
        {
            continue;
        }

        entry.digest = ssec_stored_digest(table, bucket, slot);
        entry.first = ssec_first_bucket(table, entry.digest.place);

        /* in a damaged file, the first bucket may be the record's own */

        if (entry.first == bucket || !ssec_find(table, &entry, entry.first)) {
            continue;
        }

        other = ssec_word(table, entry.bucket, entry.slot);

        if (ssec_strictness(other) > ssec_strictness(word)
            || (ssec_strictness(other) == ssec_strictness(word)
                && (other & SSEC_TIME_MAX) < (word & SSEC_TIME_MAX)))
        {
            ssec_set_word(table, bucket, slot, 0);

        } else {
            ssec_set_word(table, entry.bucket, entry.slot, 0);
        }
    }
}


uint64_t
ssec_table_recover(ssec_table_t *table, uint64_t now)
{
    uint64_t  i, used, dropped;

    used = 0;
    dropped = 0;

    atomic_store(&table->header->lock, 0);

    if (atomic_load(&table->header->nown) > SSEC_TABLE_OWN) {
        atomic_store(&table->header->nown, SSEC_TABLE_OWN);
    }

    for (i = 0; i < (uint64_t) table->nbuckets + SSEC_AHEAD; i++) {

        if (i < table->nbuckets) {
            ssec_recover_bucket(table, (uint32_t) i, now, &used, &dropped);
        }

        if (i >= SSEC_AHEAD) {
            ssec_drop_duplicates(table, (uint32_t) (i - SSEC_AHEAD));
        }
    }

    atomic_store(&table->header->used, used);

    return dropped;
}


/*
 * All containers of a host have its boot, but their uptimes may differ.  The
 * slack is for ticks of other processes since the uptime was read.
 */

static bool
ssec_same_boot(ssec_clock_t *clock, const ssec_host_t *host)
{
    uint64_t  now;

    now = atomic_load(&clock->epoch) + host->uptime;

    return host->boot
           && host->boot == atomic_load(&clock->boot)
           && now + SSEC_CLOCK_SLACK >= atomic_load(&clock->ticked);
}


bool
ssec_table_join_clock(ssec_table_t *table, const ssec_host_t *host,
    uint64_t *epoch)
{
    uint64_t       now;
    ssec_clock_t  *clock;

    clock = &table->header->clock;

    *epoch = atomic_load(&clock->epoch);
    now = *epoch + host->uptime;

    return host->pids == atomic_load(&clock->pids)
           && (ssec_same_boot(clock, host)
               || now - atomic_load(&clock->ticked) + SSEC_CLOCK_SLACK
                  <= 2 * SSEC_CLOCK_SLACK);
}


bool
ssec_clock_elsewhere(const void *head, const ssec_host_t *host)
{
    uint64_t      now;
    ssec_clock_t  clock;

    memcpy(&clock, (const uint8_t *) head + offsetof(ssec_header_t, clock),
           sizeof(ssec_clock_t));

    now = clock.epoch + host->uptime;

    return clock.pids != host->pids
           && now - clock.ticked + SSEC_CLOCK_IN_USE <= 2 * SSEC_CLOCK_IN_USE;
}


uint64_t
ssec_table_tick(ssec_table_t *table, const ssec_host_t *host)
{
    uint64_t       now, epoch, ticked;
    ssec_clock_t  *clock;

    clock = &table->header->clock;
    epoch = atomic_load(&clock->epoch);
    now = epoch + host->uptime;

    atomic_store(&clock->began, host->wall - now);

    /* processes race here, and the time must not go back */

    ticked = atomic_load(&clock->ticked);

    while (ticked < now
           && !atomic_compare_exchange_weak(&clock->ticked, &ticked, now))
    {
        /* void */
    }

    return epoch;
}


uint64_t
ssec_table_start_clock(ssec_table_t *table, const ssec_host_t *host)
{
    uint64_t       now, ticked;
    ssec_clock_t  *clock;

    clock = &table->header->clock;
    ticked = atomic_load(&clock->ticked);

    atomic_store(&clock->pids, host->pids);

    if (!ssec_same_boot(clock, host)) {
        now = ticked ? host->wall - atomic_load(&clock->began) : SSEC_CLOCK_NEW;

        /* signed, because the wall clock may have been set to any time */

        if ((int64_t) (now - ticked) < 0) {
            now = ticked;
        }

        /* no boot must have the epoch of another one, even after a kill */

        atomic_store(&clock->boot, 0);
        atomic_store(&clock->epoch, now - host->uptime);
        ssec_crash_point(7);
        atomic_store(&clock->boot, host->boot);
    }

    return ssec_table_tick(table, host);
}


uint64_t
ssec_boot(const char *path)
{
    int      fd;
    char     text[64];
    ssize_t  n;

    fd = open(path, O_RDONLY|O_CLOEXEC);
    if (fd == -1) {
        return 0;
    }

    n = read(fd, text, sizeof(text));

    close(fd);

    return n > 0 ? ssec_number(ssec_no_key, text, (size_t) n) : 0;
}


uint64_t
ssec_pids(const char *path)
{
    char     text[64];
    ssize_t  n;

    n = readlink(path, text, sizeof(text));

    return n > 0 ? ssec_number(ssec_no_key, text, (size_t) n) : 0;
}


uint64_t
ssec_table_ticked(ssec_table_t *table)
{
    return atomic_load(&table->header->clock.ticked);
}

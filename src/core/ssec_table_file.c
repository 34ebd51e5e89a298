/* A table that lies in a file: its seal, its recovery and its clock. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ssec_table_file.h"
#include "ssec_table_slots.h"


/* changes with what lies in a table */
#define SSEC_TABLE_VERSION  3

/* a number of which each byte differs, as this machine stores it */
#define SSEC_TABLE_ORDER    0x01020304

/* a tick, or a record, may be this much later than what is compared to it */
#define SSEC_CLOCK_SLACK    60000ULL

/* who uses a table ticks once a second: not longer ago than this */
#define SSEC_CLOCK_IN_USE   3000ULL


/* records to look at together: enough for memory to come in time */
#define SSEC_SECONDS        64


typedef struct {                 /* a record in its second bucket */
    ssec_digest_t  digest;
    uint32_t       first;
    uint32_t       bucket;
    unsigned       slot;
} ssec_second_t;


_Static_assert(sizeof(ssec_seal_t) <= SSEC_TABLE_SEAL, "its room");
_Static_assert(offsetof(ssec_header_t, clock) + sizeof(ssec_clock_t)
               <= SSEC_TABLE_CLOCK, "its room");

static const char  ssec_magic[8] = "SSECZONE";
const char         ssec_table_mark[SSEC_TABLE_MARK] = "SSECMAKE";


static uint64_t ssec_seal_digest(const ssec_seal_t *seal, const void *data,
    size_t len);
static bool ssec_is_sound(uint64_t word, uint64_t now);
static void ssec_second(ssec_table_t *table, uint32_t bucket, unsigned slot,
    ssec_second_t *second);
static void ssec_merge(ssec_table_t *table, const ssec_second_t *second);
static unsigned ssec_strictness(uint64_t word);
static bool ssec_same_boot(ssec_clock_t *clock, const ssec_host_t *host);
static uint64_t ssec_number(const char *text, size_t len);


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
    seal.subject = ssec_seal_digest(&seal, subject, len);
    seal.check = ssec_seal_digest(&seal, &seal, offsetof(ssec_seal_t, check));

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

    if (seal.check != ssec_seal_digest(&seal, &seal,
                                       offsetof(ssec_seal_t, check))
        || seal.size != size
        || seal.nbuckets != ssec_table_buckets(size))
    {
        return SSEC_SEAL_BROKEN;
    }

    if (seal.subject != ssec_seal_digest(&seal, subject, len)) {
        return SSEC_SEAL_SUBJECT;
    }

    return SSEC_SEAL_WHOLE;
}


static uint64_t
ssec_seal_digest(const ssec_seal_t *seal, const void *data, size_t len)
{
    ssec_digest_t      digest;
    ssec_digest_key_t  key;

    ssec_digest_key(&key, seal->key);
    ssec_digest(&key, data, len, &digest);

    return digest.body;
}


uint64_t
ssec_table_recover(ssec_table_t *table, uint64_t now)
{
    uint32_t        i;
    uint64_t        word, used, dropped;
    unsigned        slot, n;
    ssec_bucket_t  *b;
    ssec_second_t   seconds[SSEC_SECONDS];

    n = 0;
    used = 0;
    dropped = 0;

    atomic_store(&table->header->lock, 0);

    if (atomic_load(&table->header->nown) > SSEC_TABLE_OWN) {
        atomic_store(&table->header->nown, SSEC_TABLE_OWN);
    }

    for (i = 0; i < table->nbuckets; i++) {
        b = &table->buckets[i];

        if (atomic_load_explicit(&b->lock, memory_order_relaxed)) {
            atomic_store_explicit(&b->lock, 0, memory_order_relaxed);
        }

        for (slot = 0; slot < SSEC_SLOTS; slot++) {
            word = ssec_word(table, i, slot);

            if (word == 0) {
                continue;
            }

            if (!ssec_is_sound(word, now)) {
                ssec_set_word(table, i, slot, 0);
                dropped++;
                continue;
            }

            used++;

            if (b->created[slot] & SSEC_IN_SECOND) {
                ssec_second(table, i, slot, &seconds[n++]);
            }
        }

        if (n > SSEC_SECONDS - SSEC_SLOTS || i == table->nbuckets - 1) {
            while (n) {
                ssec_merge(table, &seconds[--n]);
            }
        }
    }

    atomic_store(&table->header->used, used);

    return dropped;
}


static bool
ssec_is_sound(uint64_t word, uint64_t now)
{
    /* a name has no time, and that of the dead does not matter */

    return ssec_slot_state(word) != SSEC_SLOT_FREE
           && (ssec_strictness(word) > 1
               || (word & SSEC_TIME_MAX) <= now + SSEC_CLOCK_SLACK);
}


/*
 * The first bucket lies anywhere, and what lies there comes slowly: many are
 * asked for before they are looked at.
 */

static void
ssec_second(ssec_table_t *table, uint32_t bucket, unsigned slot,
    ssec_second_t *second)
{
    second->digest = ssec_stored_digest(table, bucket, slot);
    second->first = ssec_first_bucket(table, second->digest.place);
    second->bucket = bucket;
    second->slot = slot;

    __builtin_prefetch(&table->buckets[second->first]);
}


/*
 * Of a record in its second bucket and one of the same digest in its first, one
 * goes.  A process that was killed while it moved one leaves them equal; after
 * a loss of power one of them may be old.
 */

static void
ssec_merge(ssec_table_t *table, const ssec_second_t *second)
{
    uint64_t       word, other;
    unsigned       i, slot;
    uint32_t       first, bucket;
    ssec_bucket_t  *b;
    ssec_digest_t  digest;

    digest = second->digest;
    bucket = second->bucket;
    slot = second->slot;
    first = second->first;

    b = &table->buckets[first];

    for (i = 0; i < SSEC_SLOTS; i++) {

        other = ssec_word(table, first, i);

        if (other == 0
            || b->body[i] != digest.body
            || (other ^ (uint64_t) digest.place << SSEC_PLACE)
               & SSEC_PLACE_MASK
            || (first == bucket && i == slot))
        {
            continue;
        }

        word = ssec_word(table, bucket, slot);

        if (ssec_strictness(other) > ssec_strictness(word)
            || (ssec_strictness(other) == ssec_strictness(word)
                && (other & SSEC_TIME_MAX) < (word & SSEC_TIME_MAX)))
        {
            ssec_set_word(table, bucket, slot, 0);
            return;
        }

        ssec_set_word(table, first, i, 0);
    }
}


static unsigned
ssec_strictness(uint64_t word)
{
    unsigned  state;

    state = ssec_slot_state(word);

    if (ssec_slot_is_dead(state)) {
        return 3;
    }

    if (ssec_slot_is_name(state)) {
        return 2;
    }

    /* what is in no known state is worth the least */

    return ssec_slot_is_live(state);
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
ssec_table_keep_clock(ssec_table_t *table, const ssec_host_t *host)
{
    ssec_table_tick(table, host);

    return atomic_load(&table->header->clock.epoch);
}


static bool
ssec_same_boot(ssec_clock_t *clock, const ssec_host_t *host)
{
    uint64_t  now;

    now = atomic_load(&clock->epoch) + host->uptime;

    /*
     * The uptime may be another container's, whose boot is the same; and
     * another process may have ticked since it was read.
     */

    return host->boot
           && host->boot == atomic_load(&clock->boot)
           && now + SSEC_CLOCK_SLACK >= atomic_load(&clock->ticked);
}


uint64_t
ssec_table_start_clock(ssec_table_t *table, const ssec_host_t *host)
{
    uint64_t       now, epoch, ticked;
    ssec_clock_t  *clock;

    clock = &table->header->clock;
    ticked = atomic_load(&clock->ticked);

    atomic_store(&clock->pids, host->pids);

    if (ssec_same_boot(clock, host)) {
        return ssec_table_keep_clock(table, host);
    }

    if (ticked) {
        now = host->wall - atomic_load(&clock->began);

        /* as signed numbers: the wall clock may say anything */

        if ((int64_t) (now - ticked) < 0) {
            now = ticked;
        }

    } else {
        now = SSEC_CLOCK_NEW;
    }

    epoch = now - host->uptime;

    /* who is killed in between leaves a boot that is unknown */

    atomic_store(&clock->boot, 0);

    atomic_store(&clock->epoch, epoch);
    ssec_table_tick(table, host);

    atomic_store(&clock->boot, host->boot);

    return epoch;
}


void
ssec_table_tick(ssec_table_t *table, const ssec_host_t *host)
{
    uint64_t       now, ticked;
    ssec_clock_t  *clock;

    clock = &table->header->clock;
    now = atomic_load(&clock->epoch) + host->uptime;

    atomic_store(&clock->began, host->wall - now);

    /* never back, whichever process is the last */

    ticked = atomic_load(&clock->ticked);

    while (ticked < now
           && !atomic_compare_exchange_weak(&clock->ticked, &ticked, now))
    {
        /* void */
    }
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

    return n > 0 ? ssec_number(text, (size_t) n) : 0;
}


uint64_t
ssec_pids(const char *path)
{
    char     text[64];
    ssize_t  n;

    n = readlink(path, text, sizeof(text));

    return n > 0 ? ssec_number(text, (size_t) n) : 0;
}


static uint64_t
ssec_number(const char *text, size_t len)
{
    ssec_digest_t      digest;
    ssec_digest_key_t  key;

    static const uint8_t  secret[SSEC_DIGEST_KEY];

    ssec_digest_key(&key, secret);
    ssec_digest(&key, text, len, &digest);

    return digest.body;
}


uint64_t
ssec_table_ticked(ssec_table_t *table)
{
    return atomic_load(&table->header->clock.ticked);
}

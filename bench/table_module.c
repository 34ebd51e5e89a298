/* The module's table, used as its request handlers use it. */

#include <stdlib.h>
#include <sys/mman.h>

#include "ssec_decision.h"
#include "ssec_table.h"

#include "table.h"


/* a bucket of three records, with their limits: see ssec_table.h */
#define BUCKET   (64 + 8)
#define RECORDS  3

#define NOW      (1ULL << 36)


static void              *memory;
static uint64_t           size;
static uint64_t           now = NOW;
static ssec_table_t       table;

/* a millisecond passes with each operation, so that each has to be stored */
static const ssec_limits_t  limits = { .expire_after = 86400000 };
static const ssec_event_t   active = { .kind = SSEC_ACTIVE };


static void
bench_module_create(uint64_t n, unsigned percent)
{
    static const uint8_t  key[SSEC_DIGEST_KEY] = "no secret at all";

    size = SSEC_TABLE_HEADER + (n * 100 / percent / RECORDS + 1) * BUCKET;

    if (size < SSEC_TABLE_MIN_SIZE) {
        size = SSEC_TABLE_MIN_SIZE;
    }

    memory = bench_map(size);

    /* as the module does */

    (void) madvise(memory, size, MADV_HUGEPAGE);

    if (!ssec_table_create(memory, size, key)) {
        abort();
    }

    ssec_table_open(&table, memory, ssec_table_owner());
}


static void
bench_module_destroy(void)
{
    bench_unmap(memory, size);
}


/* A request is judged by a glimpse, and counted by a touch. */

static void
bench_module_touch(const char *key)
{
    ssec_digest_t   digest;
    ssec_entry_t    entry;
    ssec_event_t    ev;
    ssec_glimpse_t  glimpse;
    ssec_outcome_t  outcome;

    now++;

    ssec_digest(&table.key, key, BENCH_KEY, &digest);

    if (ssec_table_glimpse(&table, &digest, &glimpse)
        && ssec_decide_live(ssec_glimpse_created(&glimpse),
                            ssec_glimpse_last(&glimpse), &active, now, &limits,
                            &outcome)
        && ssec_table_touch(&table, &digest, &glimpse, outcome.active))
    {
        return;
    }

    /* the few that lie in their second bucket */

    ev = (ssec_event_t) { .kind = SSEC_ACTIVE, .brief = true, .cookie = true };

    ssec_table_acquire(&table, &digest, &entry);
    (void) ssec_decide(&entry.record, &ev, now, &limits, &outcome);
    ssec_table_leave(&table, &entry);

    if (outcome.state != SSEC_LIVE) {
        abort();
    }

    ev.admitted = true;

    ssec_table_acquire(&table, &digest, &entry);
    (void) ssec_decide(&entry.record, &ev, now, &limits, &outcome);
    (void) ssec_table_release(&table, &entry);
}


/* Judged as unknown, and recorded once it has passed nginx's access checks. */

static void
bench_module_insert(const char *key)
{
    ssec_digest_t   digest;
    ssec_entry_t    entry;
    ssec_event_t    ev;
    ssec_glimpse_t  glimpse;
    ssec_outcome_t  outcome;

    now++;

    ssec_digest(&table.key, key, BENCH_KEY, &digest);

    if (ssec_table_glimpse(&table, &digest, &glimpse)) {
        abort();
    }

    ev = (ssec_event_t) { .kind = SSEC_ACTIVE, .brief = true, .cookie = true };

    ssec_table_acquire(&table, &digest, &entry);
    (void) ssec_decide(&entry.record, &ev, now, &limits, &outcome);
    ssec_table_leave(&table, &entry);

    ev.admitted = true;

    ssec_table_acquire(&table, &digest, &entry);
    (void) ssec_decide(&entry.record, &ev, now, &limits, &outcome);

    if (!ssec_table_release(&table, &entry)) {
        abort();
    }
}


static void
bench_module_unknown(const char *key)
{
    ssec_digest_t   digest;
    ssec_entry_t    entry;
    ssec_glimpse_t  glimpse;

    ssec_digest(&table.key, key, BENCH_KEY, &digest);

    if (ssec_table_glimpse(&table, &digest, &glimpse)) {
        abort();
    }

    ssec_table_acquire(&table, &digest, &entry);
    ssec_table_leave(&table, &entry);

    if (entry.found) {
        abort();
    }
}


const bench_table_t  bench_module = {
    "this module",
    bench_module_create,
    bench_module_destroy,
    bench_module_touch,
    bench_module_insert,
    bench_module_unknown
};

/* The module's table, used as its request handlers use it. */

#include <stdlib.h>
#include <sys/mman.h>

#include "ssec_session.h"

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
static ssec_request_t     request = { .kind = SSEC_ACTIVE, .cookie = true,
                                      .limits = { .expire_after = 86400000 } };


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


/* Judged, and counted once it has passed nginx's access checks. */

static void
bench_module_request(const char *key, ssec_state_e state)
{
    ssec_key_t      k;
    ssec_keys_t     keys;
    ssec_outcome_t  outcome;

    request.now = ++now;
    request.admitted = false;

    k = (ssec_key_t) { .whole = true };
    ssec_digest(&table.key, key, BENCH_KEY, &k.digest);

    if (ssec_session_judge(&table, &k, &request, false, &outcome) != SSEC_DONE
        || k.state != state)
    {
        abort();
    }

    if (state == SSEC_UNKNOWN) {
        (void) ssec_session_judge(&table, &k, &request, true, &outcome);
    }

    k.passed = true;
    request.admitted = true;

    keys.elts = &k;
    keys.nelts = 1;

    if (ssec_session_count(&table, &keys, &request) != SSEC_DONE) {
        abort();
    }
}


static void
bench_module_touch(const char *key)
{
    bench_module_request(key, SSEC_LIVE);
}


static void
bench_module_insert(const char *key)
{
    bench_module_request(key, SSEC_UNKNOWN);
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

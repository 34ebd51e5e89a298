/*
 * Many threads at a small table, to be built with -fsanitize=thread.
 *
 * Beside the table lies what each session's record must be.  It is plain
 * memory, which the table's own locks protect: whoever holds a session may
 * read and write it.  So a lock that does not exclude shows as a data race,
 * and a record that is not the one last written as wrong.
 *
 * usage: stress_threads [threads [operations]]
 */

#include <pthread.h>
#include <stdatomic.h>

#include "ssec_test.h"

#include "../src/ssec_table.h"


#define BUCKETS      1024
#define SESSIONS     2900        /* of 3072 records: collisions, evictions */
#define MAX_THREADS  64

#define START        1000000000ULL
#define EXPIRE       400


typedef struct {
    bool            known;       /* it was put, and not seen to be gone */
    ssec_record_t   record;
} expected_t;


typedef struct {
    pthread_t       id;
    unsigned        number;
    uint64_t        operations;
    uint64_t        wrong;
    uint64_t        lost;        /* live sessions found to be gone */
    uint64_t        evicted;     /* what ssec_table_release() said of them */
} thread_t;


static void                *memory;
static uint32_t             owner;
static expected_t           expected[SESSIONS];
static _Atomic uint64_t     clock_ms = START;

static const ssec_limits_t  limits = { .expire_after = EXPIRE };


/* What the table keeps of a record. */

static ssec_record_t
kept(ssec_record_t rec)
{
    rec.issued = rec.issued && rec.state == SSEC_LIVE;
    rec.told = rec.told && rec.state == SSEC_EXPIRED;
    rec.created &= ~63ULL;

    return rec;
}


static bool
same(const ssec_record_t *a, const ssec_record_t *b)
{
    return a->state == b->state && a->issued == b->issued
           && a->told == b->told && a->created == b->created
           && a->last == b->last;
}


/* A session's record is what was written last, or it was pushed out. */

static void
look(thread_t *t, unsigned session, const ssec_record_t *rec)
{
    expected_t  *e;

    e = &expected[session];

    if (rec->state == SSEC_UNKNOWN) {
        t->lost += (e->known && e->record.state == SSEC_LIVE);
        e->known = false;

    } else if (!e->known || !same(rec, &e->record)) {
        t->wrong++;
    }
}


static ssec_event_t
event(uint64_t *seed)
{
    uint64_t  r;

    r = test_random(seed);

    return (ssec_event_t) {
        .kind = (r & 15) < 8 ? SSEC_ACTIVE
                             : (r & 15) < 12 ? SSEC_PING
                                             : (r & 15) < 14 ? SSEC_PASSIVE
                                                             : SSEC_ISSUE,
        .cookie = true,
        .page = r >> 4 & 1,
        .safe = r >> 5 & 1,
        .logout_url = true,
        .logout = (r >> 6 & 15) == 0,
        .idle_for_set = r >> 10 & 1,
        .idle_for = (r >> 11) % (2 * EXPIRE),
        .withheld = r >> 40 & 1
    };
}


static void *
work(void *data)
{
    bool            live;
    unsigned        session;
    uint64_t        n, seed, now;
    thread_t       *t;
    ssec_event_t    ev;
    ssec_entry_t    entry;
    ssec_table_t    table;
    ssec_digest_t   digest;
    ssec_record_t   before;
    ssec_outcome_t  out;

    t = data;
    seed = t->number;

    ssec_table_open(&table, memory, owner);

    for (n = 0; n < t->operations; n++) {

        /* a few sessions are everybody's, the others now and then */

        session = (unsigned) test_below(&seed, test_below(&seed, 8) ? SESSIONS
                                                                    : 16);
        digest = test_digest(session);
        ev = event(&seed);
        now = atomic_fetch_add_explicit(&clock_ms, n % 16 == 0,
                                        memory_order_relaxed);

        ssec_table_acquire(&table, &digest, &entry);

        before = entry.record;
        look(t, session, &before);

        (void) ssec_decide(&entry.record, &ev, now, &limits, &out);

        live = (entry.record.state == SSEC_LIVE);

        /* last never goes back, and the dead stay dead but for row 14 */

        if (before.state == SSEC_LIVE && entry.record.last < before.last) {
            t->wrong++;
        }

        if (before.state > SSEC_LIVE && live
            && !(ev.kind == SSEC_ISSUE && ev.withheld))
        {
            t->wrong++;
        }

        expected[session].known = (entry.record.state != SSEC_UNKNOWN);
        expected[session].record = kept(entry.record);

        t->evicted += !ssec_table_release(&table, &entry);
    }

    return NULL;
}


int
main(int argc, char **argv)
{
    size_t           size;
    unsigned         i, n;
    uint64_t         operations, wrong, known;
    thread_t         threads[MAX_THREADS], all;
    ssec_table_t     table;
    ssec_entry_t     entry;
    ssec_counts_t    counts;
    ssec_digest_t    digest;
    static uint8_t   key[SSEC_DIGEST_KEY];

    n = (argc > 1) ? (unsigned) atoi(argv[1]) : 8;
    operations = (argc > 2) ? strtoull(argv[2], NULL, 10) : 10000000;

    if (n == 0 || n > MAX_THREADS) {
        fprintf(stderr, "from 1 to %d threads\n", MAX_THREADS);
        return 2;
    }

    size = 256 + BUCKETS * 64;
    memory = aligned_alloc(64, size);

    if (memory == NULL) {
        return 2;
    }

    memset(memory, 0, size);

    if (!ssec_table_create(memory, size, key)) {
        return 2;
    }

    owner = ssec_table_owner();
    memset(threads, 0, sizeof(threads));

    for (i = 0; i < n; i++) {
        threads[i].number = i;
        threads[i].operations = operations / n + (i < operations % n);

        if (pthread_create(&threads[i].id, NULL, work, &threads[i]) != 0) {
            return 2;
        }
    }

    memset(&all, 0, sizeof(all));

    for (i = 0; i < n; i++) {
        (void) pthread_join(threads[i].id, NULL);

        all.wrong += threads[i].wrong;
        all.lost += threads[i].lost;
        all.evicted += threads[i].evicted;
    }

    /* what is there at the end */

    ssec_table_open(&table, memory, owner);
    known = 0;

    for (i = 0; i < SESSIONS; i++) {
        digest = test_digest(i);
        ssec_table_acquire(&table, &digest, &entry);
        look(&all, i, &entry.record);
        (void) ssec_table_release(&table, &entry);

        known += (entry.record.state != SSEC_UNKNOWN);
    }

    ssec_table_count(&table, &counts);

    wrong = all.wrong;

    if (counts.live + counts.expired + counts.closed != known) {
        fprintf(stderr, "records that no session has\n");
        wrong++;
    }

    if (all.lost != counts.evicted || all.evicted != counts.evicted) {
        fprintf(stderr, "%llu live sessions are gone, %llu were reported,"
                " %llu counted\n", (unsigned long long) all.lost,
                (unsigned long long) all.evicted,
                (unsigned long long) counts.evicted);
        wrong++;
    }

    printf("stress_threads: %llu live, %llu expired, %llu closed, %llu live"
           " ones pushed out\n", (unsigned long long) counts.live,
           (unsigned long long) counts.expired,
           (unsigned long long) counts.closed,
           (unsigned long long) counts.evicted);
    printf("stress_threads: %u threads, %llu operations, %llu wrong\n", n,
           (unsigned long long) operations, (unsigned long long) wrong);

    free(memory);

    return wrong ? 1 : 0;
}

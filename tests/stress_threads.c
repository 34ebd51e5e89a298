/*
 * Many threads at a small table, to be built with -fsanitize=thread.
 *
 * Beside the table lies what each session's record must be.  It is plain
 * memory, which the table's own locks protect: whoever holds a session may
 * read and write it.  So a lock that does not exclude shows as a data race,
 * and a record that is not the one last written as wrong.
 *
 * The first half of the operations is on sessions that have one key each, so
 * that every one that is lost can be counted.  In the other half they get more,
 * and a session that was forgotten under one of them may live on under another;
 * there each life has a number of its own, which its creation time tells.
 *
 * usage: stress_threads [threads [operations]]
 */

#include <pthread.h>
#include <stdatomic.h>

#include "ssec_test.h"
#include "ssec_test_event.h"

#include "../src/core/ssec_table_slots.h"


#define BUCKETS      1024
#define SESSIONS     3600        /* for 3072 records: collisions, evictions */
#define RENAMED      500         /* sessions that get more keys */
#define KEYS         4           /* each */
#define LIMITS       1500        /* more than a table keeps */
#define MAX_THREADS  64

#define START        1000000000ULL
#define EXPIRE       400


typedef struct {
    bool              known;     /* it was put, and not seen to be gone */
    ssec_record_t     record;
    _Atomic uint64_t  touched;   /* no touch was later than this */
} expected_t;


typedef struct {
    pthread_t       id;
    unsigned        number;
    uint64_t        operations;
    uint64_t        wrong;
    uint64_t        lost;        /* live sessions found to be gone */
    uint64_t        reported;    /* what the table's functions said of them */
    uint64_t        deaths;
    uint64_t        touches;
    uint64_t        renames;
} thread_t;


typedef struct {                 /* what the record of a life must be */
    unsigned          session;
    ssec_record_t     record;
    _Atomic uint64_t  touched;
} life_t;


static void                *memory;
static uint32_t             owner;
static expected_t           expected[SESSIONS];
static _Atomic uint64_t     clock_ms;

static life_t              *lives;
static _Atomic uint64_t     nlives;

static const ssec_limits_t  limits = { .expire_after = EXPIRE };


static ssec_digest_t
key(unsigned session, unsigned k)
{
    return test_digest(k * SESSIONS + session);
}


/* What the table keeps of a record. */

static ssec_record_t
kept(ssec_record_t rec)
{
    rec.told = rec.told && rec.state == SSEC_EXPIRED;
    rec.issued = rec.issued || rec.told
                 || (rec.used && (rec.state == SSEC_EXPIRED
                                  || rec.state == SSEC_CLOSED));
    rec.used = rec.state == SSEC_VISITOR ? rec.left && !rec.issued
                                         : rec.used && rec.state == SSEC_LIVE;
    rec.presented = rec.presented || rec.state != SSEC_LIVE || !rec.issued
                    || rec.used;
    rec.left = rec.left && rec.state == SSEC_VISITOR;
    rec.created &= ~63ULL;

    if (rec.state == SSEC_EXPIRED || rec.state == SSEC_CLOSED) {
        rec.last &= ~SSEC_REASON_MASK;

    } else {
        rec.reason = SSEC_REASON_NONE;
    }

    return rec;
}


static bool
same(const ssec_record_t *a, const ssec_record_t *b)
{
    return a->state == b->state && a->reason == b->reason
           && a->issued == b->issued && a->presented == b->presented
           && a->used == b->used && a->told == b->told
           && a->left == b->left
           && a->created == b->created && a->own == b->own;
}


static void
raise_to(_Atomic uint64_t *value, uint64_t to)
{
    uint64_t  old;

    old = atomic_load(value);

    while (old < to && !atomic_compare_exchange_weak(value, &old, to)) {
        /* void */
    }
}


/*
 * A session's record is what was written last, but for its last activity if
 * it was touched since; or it was pushed out.
 */

static void
look(thread_t *t, unsigned session, const ssec_record_t *rec)
{
    expected_t  *e;

    e = &expected[session];

    if (rec->state == SSEC_UNKNOWN) {
        t->lost += (e->known && e->record.state == SSEC_LIVE);
        e->known = false;

    } else if (!e->known || !same(rec, &e->record)
               || rec->last < e->record.last
               || (rec->last > e->record.last
                   && (rec->last > atomic_load(&e->touched)
                       || e->record.state == SSEC_UNKNOWN)))
    {
        t->wrong++;
    }
}


/* One of 64 is not logged in, one of 32 is over. */

static test_kind_e
kind(uint64_t r)
{
    static const test_kind_e  usual[] = {
        EV_ACTIVE, EV_ACTIVE, EV_ACTIVE, EV_ACTIVE, EV_PING,
        EV_PASSIVE, EV_ISSUE, EV_ISSUE
    };

    static const test_kind_e  rare[] = {
        EV_ON, EV_ON, EV_ON, EV_OFF, EV_PING, EV_PING, EV_END,
        EV_DELETE
    };

    return (r >> 3 & 7) ? usual[r & 7] : rare[r & 7];
}


static test_event_t
event(uint64_t *seed)
{
    uint64_t  r, s;

    static const ssec_record_t  had[] = {
        { .state = SSEC_LIVE, .created = START - EXPIRE, .last = START },
        { .state = SSEC_EXPIRED, .issued = true, .created = START,
          .last = START }
    };

    r = test_random(seed);
    s = test_random(seed);

    return (test_event_t) {
        .kind = kind(r >> 50),
        .cookie = true,
        .page = r >> 4 & 1,
        .safe = r >> 5 & 1,
        .logout_url = true,
        .logout = (r >> 6 & 15) == 0,
        .idle_for_set = r >> 10 & 1,
        .idle_for = (r >> 11) % (2 * EXPIRE),
        .anonymous = r >> 40 & 1,
        .admitted = (r >> 41 & 3) != 0,
        .strict = (r >> 43 & 7) == 0,
        .said = (r >> 46 & 7) == 0 ? EV_OFF : EV_ACTIVE,
        .former = (s & 15) == 0,
        .from = (s >> 4 & 7) == 0 ? &had[s >> 7 & 1] : NULL,
        .apart = s >> 8 & 1,
        .lives = s >> 9 & 1
    };
}


/* More than the table keeps, some of them longer. */

static const ssec_own_t *
own(ssec_table_t *table, uint64_t random)
{
    ssec_own_t  o;

    if (random % 16) {
        return NULL;
    }

    o = (ssec_own_t) { 1, EXPIRE / 2 + (uint32_t) (random >> 8) % LIMITS, 0 };

    return ssec_table_own(table, &o);
}


/* Without holding it: what most requests do. */

static void
touch(thread_t *t, ssec_table_t *table, unsigned session, uint64_t now)
{
    ssec_digest_t   digest;
    ssec_glimpse_t  glimpse;

    digest = key(session, 0);

    if (!ssec_table_glimpse(table, &digest, &glimpse)) {
        return;
    }

    t->wrong += (ssec_glimpse_created(&glimpse) > ssec_glimpse_last(&glimpse)
                 || ssec_glimpse_last(&glimpse) > atomic_load(&clock_ms));

    raise_to(&expected[session].touched, now);
    t->touches += ssec_table_touch(table, &digest, &glimpse, now);
}


/* The session is held. */

static void
decide(thread_t *t, ssec_table_t *table, ssec_entry_t *entry,
    unsigned session, const test_event_t *ev, uint64_t now)
{
    bool            live, anew;
    ssec_record_t   before;
    test_outcome_t  out;

    before = entry->record;
    look(t, session, &before);

    (void) test_decide(&entry->record, ev, now, &limits, &out);

    if (!out.changed) {
        ssec_table_leave(table, entry);
        return;
    }

    live = (entry->record.state == SSEC_LIVE);
    anew = (ev->kind == EV_ISSUE && out.begun);

    /* last never goes back, and the dead stay dead but for row 14 */

    if (before.state == SSEC_LIVE && entry->record.last < before.last && !anew)
    {
        t->wrong++;
    }

    if ((before.state == SSEC_EXPIRED || before.state == SSEC_CLOSED)
        && (live || entry->record.state == SSEC_VISITOR) && !anew)
    {
        t->wrong++;
    }

    t->deaths += (before.state == SSEC_LIVE && !live);

    expected[session].known = (entry->record.state != SSEC_UNKNOWN);
    expected[session].record = kept(entry->record);

    t->reported += !ssec_table_release(table, entry);
}


static void *
work(void *data)
{
    unsigned       session;
    uint64_t       n, seed, now;
    thread_t      *t;
    test_event_t   ev;
    ssec_entry_t   entry;
    ssec_table_t   table;
    ssec_digest_t  digest;

    t = data;
    seed = t->number;

    ssec_table_open(&table, memory, owner);

    for (n = 0; n < t->operations; n++) {

        /* a few sessions are everybody's, the others now and then */

        session = (unsigned) test_below(&seed, test_below(&seed, 8) ? SESSIONS
                                                                    : 16);
        digest = key(session, 0);

        now = atomic_fetch_add_explicit(&clock_ms, n % 16 == 0,
                                        memory_order_relaxed);

        if (test_below(&seed, 4) == 0) {
            touch(t, &table, session, now);
            continue;
        }

        ev = event(&seed);
        ev.own = own(&table, test_random(&seed));

        ssec_table_acquire(&table, &digest, &entry);
        decide(t, &table, &entry, session, &ev, now);
    }

    return NULL;
}


/* Sessions with several keys. */

/* A life that nobody else knows of yet. */

static ssec_record_t
begin(ssec_table_t *table, unsigned session, uint64_t random)
{
    life_t        *life;
    uint64_t       id;
    ssec_own_t     o;
    ssec_record_t  rec;

    id = atomic_fetch_add(&nlives, 1) + 1;
    life = &lives[id];

    rec = (ssec_record_t) { .state = SSEC_LIVE, .issued = random & 1,
                            .presented = random & 2,
                            .used = random & 64, .created = id << 6,
                            .last = id << 6 };

    if ((random >> 2 & 7) == 0) {
        o = (ssec_own_t) { 1, 1 + session % LIMITS, 0 };
        rec.own = ssec_table_own(table, &o);
    }

    life->session = session;
    life->record = kept(rec);

    return rec;
}


/* Its record is held. */

static life_t *
look_at_life(thread_t *t, unsigned session, const ssec_record_t *rec)
{
    life_t    *life;
    uint64_t   id;

    id = rec->created >> 6;

    if (id == 0 || id > atomic_load(&nlives)) {
        t->wrong++;
        return &lives[0];
    }

    life = &lives[id];

    t->wrong += (life->session != session
                 || !same(rec, &life->record)
                 || rec->last < life->record.last
                 || (rec->last > life->record.last
                     && rec->last > atomic_load(&life->touched)));

    return life;
}


static void
touch_life(thread_t *t, ssec_table_t *table, const ssec_digest_t *root)
{
    uint64_t        last;
    ssec_glimpse_t  glimpse;

    if (!ssec_table_glimpse(table, root, &glimpse)) {
        return;
    }

    last = ssec_glimpse_last(&glimpse) + 1;

    raise_to(&lives[ssec_glimpse_created(&glimpse) >> 6].touched, last);

    t->touches += ssec_table_touch(table, root, &glimpse, last);
}


static void
change(thread_t *t, ssec_table_t *table, ssec_entry_t *entry, life_t *life,
    uint64_t random)
{
    static const ssec_state_e  ends[] = { SSEC_EXPIRED, SSEC_CLOSED,
                                          SSEC_VISITOR, SSEC_LIVE };

    if (random % 32 == 0) {
        t->deaths += (entry->record.state == SSEC_LIVE
                      && ends[random >> 5 & 3] != SSEC_LIVE);
        entry->record.state = ends[random >> 5 & 3];

    } else {
        entry->record.last++;
        entry->record.used |= entry->record.presented;
        entry->record.presented = true;
    }

    life->record = kept(entry->record);

    t->reported += !ssec_table_release(table, entry);
}


static void *
work_with_names(void *data)
{
    life_t         *life;
    unsigned        session;
    uint64_t        n, seed, random;
    thread_t       *t;
    ssec_entry_t    entry;
    ssec_table_t    table;
    ssec_digest_t   digest, name;
    ssec_record_t   anew;

    t = data;
    seed = t->number;

    ssec_table_open(&table, memory, owner);

    for (n = 0; n < t->operations; n++) {

        session = (unsigned) test_below(&seed, test_below(&seed, 8) ? RENAMED
                                                                    : 16);
        digest = key(session, (unsigned) test_below(&seed, KEYS));
        random = test_random(&seed);
        anew = begin(&table, session, random >> 32);

        ssec_table_acquire(&table, &digest, &entry);

        if (entry.record.state == SSEC_UNKNOWN) {
            entry.record = anew;
            t->reported += !ssec_table_release(&table, &entry);

        } else {
            life = look_at_life(t, session, &entry.record);

            if ((random >> 12 & 1023) == 0) {
                ssec_table_leave(&table, &entry);
                t->reported += !ssec_table_replace(&table, &digest, &anew);

            } else if (entry.record.state == SSEC_LIVE && random >> 22 & 1) {
                ssec_table_leave(&table, &entry);
                touch_life(t, &table, &entry.digest);

            } else {
                change(t, &table, &entry, life, random);
            }
        }

        if ((random >> 23 & 15) == 0) {
            name = key(session, (unsigned) (random >> 27) % KEYS);
            (void) ssec_table_rename(&table, &digest, &name, n << 10);
            t->renames++;
        }
    }

    return NULL;
}


/* What is there at the end. */

static uint64_t
check(thread_t *all, ssec_table_t *table, const ssec_counts_t *counts)
{
    unsigned       i;
    uint64_t       wrong, known;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    known = 0;
    wrong = 0;

    for (i = 0; i < SESSIONS; i++) {
        digest = key(i, 0);
        ssec_table_acquire(table, &digest, &entry);
        look(all, i, &entry.record);
        known += (entry.record.state != SSEC_UNKNOWN);
        ssec_table_leave(table, &entry);
    }

    if (counts->live + counts->expired + counts->closed + counts->visitors
        != known || counts->names)
    {
        fprintf(stderr, "records that no session has\n");
        wrong++;
    }

    if (all->reported != counts->evicted + counts->refused
        || all->lost != all->reported)
    {
        fprintf(stderr, "%llu live sessions are gone, %llu were reported,"
                " %llu counted\n", (unsigned long long) all->lost,
                (unsigned long long) all->reported,
                (unsigned long long) (counts->evicted + counts->refused));
        wrong++;
    }

    return wrong;
}


static uint64_t
check_names(thread_t *all, ssec_table_t *table, const ssec_counts_t *counts)
{
    unsigned       i, k;
    uint64_t       wrong, known, names;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    known = 0;
    names = 0;
    wrong = 0;

    for (i = 0; i < RENAMED; i++) {
        for (k = 0; k < KEYS; k++) {
            digest = key(i, k);
            ssec_table_acquire(table, &digest, &entry);

            if (entry.found && entry.name) {
                names++;

            } else {
                known += entry.found;
            }

            if (entry.record.state != SSEC_UNKNOWN) {
                (void) look_at_life(all, i, &entry.record);
            }

            ssec_table_leave(table, &entry);
        }
    }

    /* the others have a place that is no key's */

    if (counts->names != names
        || counts->live + counts->expired + counts->closed + counts->visitors
           < known)
    {
        fprintf(stderr, "names that no session has\n");
        wrong++;
    }

    return wrong;
}


static uint64_t
run(unsigned n, uint64_t operations, bool with_names)
{
    size_t           size;
    unsigned         i;
    uint64_t         wrong;
    thread_t         threads[MAX_THREADS], all;
    ssec_table_t     table;
    ssec_counts_t    counts;
    static uint8_t   digest_key[SSEC_DIGEST_KEY];

    size = SSEC_TABLE_HEADER + BUCKETS * (64 + 8);
    memory = aligned_alloc(64, size);
    lives = calloc(with_names ? operations + 1 : 1, sizeof(life_t));

    if (memory == NULL || lives == NULL) {
        exit(2);
    }

    memset(memory, 0, size);
    memset(expected, 0, sizeof(expected));
    atomic_store(&clock_ms, START);

    if (!ssec_table_create(memory, size, digest_key)) {
        exit(2);
    }

    owner = ssec_table_owner();
    memset(threads, 0, sizeof(threads));

    for (i = 0; i < n; i++) {
        threads[i].number = i;
        threads[i].operations = operations / n + (i < operations % n);

        if (pthread_create(&threads[i].id, NULL,
                           with_names ? work_with_names : work, &threads[i])
            != 0)
        {
            exit(2);
        }
    }

    memset(&all, 0, sizeof(all));

    for (i = 0; i < n; i++) {
        (void) pthread_join(threads[i].id, NULL);

        all.wrong += threads[i].wrong;
        all.lost += threads[i].lost;
        all.reported += threads[i].reported;
        all.deaths += threads[i].deaths;
        all.touches += threads[i].touches;
        all.renames += threads[i].renames;
    }

    ssec_table_open(&table, memory, owner);
    ssec_table_count(&table, &counts);

    wrong = with_names ? check_names(&all, &table, &counts)
                       : check(&all, &table, &counts);
    wrong += all.wrong;

    if (all.deaths != ssec_table_deaths(&table)) {
        fprintf(stderr, "%llu sessions ended, %llu counted\n",
                (unsigned long long) all.deaths,
                (unsigned long long) ssec_table_deaths(&table));
        wrong++;
    }

    printf("stress_threads: %llu live, %llu visitors, %llu expired, %llu"
           " closed, %llu names; %llu live ones pushed out, %llu refused, %llu"
           " ended, %llu touched, %llu renamed\n",
           (unsigned long long) counts.live,
           (unsigned long long) counts.visitors,
           (unsigned long long) counts.expired,
           (unsigned long long) counts.closed,
           (unsigned long long) counts.names,
           (unsigned long long) counts.evicted,
           (unsigned long long) counts.refused,
           (unsigned long long) all.deaths,
           (unsigned long long) all.touches,
           (unsigned long long) all.renames);
    printf("stress_threads: %u threads, %llu operations, %llu wrong\n", n,
           (unsigned long long) operations, (unsigned long long) wrong);

    free(memory);
    free(lives);

    return wrong;
}


int
main(int argc, char **argv)
{
    unsigned  n;
    uint64_t  operations, wrong;

    n = (argc > 1) ? (unsigned) atoi(argv[1]) : 8;
    operations = (argc > 2) ? strtoull(argv[2], NULL, 10) : 10000000;

    if (n == 0 || n > MAX_THREADS) {
        fprintf(stderr, "from 1 to %d threads\n", MAX_THREADS);
        return 2;
    }

    wrong = run(n, operations / 2, false);
    wrong += run(n, operations - operations / 2, true);

    return wrong ? 1 : 0;
}

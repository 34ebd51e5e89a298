/* A table that lies in a file: its seal, its recovery and its clock. */

#include "ssec_test_hooks.h"
#include "ssec_test_table.h"
#include "ssec_test_scene.h"


#define SUBJECT  "cookie=sid"


/* The seal */

static ssec_seal_e
check(uint64_t size, const char *subject)
{
    return ssec_table_check(table.header, size, subject, strlen(subject));
}


static void
seal(size_t size)
{
    ssec_table_seal(&table, size, SUBJECT, strlen(SUBJECT));
}


TEST(sealed)
{
    size_t  i, size;

    static const struct {
        int          larger;     /* than it was, or a size of 100 */
        const char  *subject;
        ssec_seal_e  seal;
    }  rows[] = {
        { 0, SUBJECT, SSEC_SEAL_WHOLE }, { -1, SUBJECT, SSEC_SEAL_BROKEN },
        { 72, SUBJECT, SSEC_SEAL_BROKEN }, { 100, SUBJECT, SSEC_SEAL_BROKEN },
        { 0, "cookie=other", SSEC_SEAL_SUBJECT }, { 0, "", SSEC_SEAL_SUBJECT }
    };

    size = test_table_size(1024);

    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_NONE);

    memcpy(table.header, ssec_table_mark, SSEC_TABLE_MARK);
    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_UNFINISHED);

    seal(size);

    /* it needs no new seal for its sessions */

    assert_true(put(test_digest(1), LIVE, NOW));

    for (i = 0; i < SIZE(rows); i++) {
        assert_int_equal(check(rows[i].larger == 100
                               ? 100 : size + (size_t) rows[i].larger,
                               rows[i].subject),
                         rows[i].seal);
    }
}


TEST(broken_seals)
{
    size_t    size;
    unsigned  i, n;
    uint8_t  *p;

    size = test_table_size(1024);
    seal(size);
    p = (uint8_t *) table.header;

    for (i = 0; i < sizeof(ssec_seal_t) * 8; i++) {
        p[i / 8] ^= (uint8_t) (1 << i % 8);

        assert_int_equal(check(size, SUBJECT),
                         i / 8 < offsetof(ssec_seal_t, version)
                         ? SSEC_SEAL_NONE
                         : i / 8 < offsetof(ssec_seal_t, unused)
                           ? SSEC_SEAL_VERSION : SSEC_SEAL_BROKEN);

        p[i / 8] ^= (uint8_t) (1 << i % 8);
    }

    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_WHOLE);

    /* rightly sealed, but of a size that no table has */

    for (n = 0; n <= 1; n++) {
        table.header->seal.nbuckets = n;
        memset(table.header->seal.magic, 0, 8);
        seal(100);
        assert_int_equal(check(100, SUBJECT), n ? SSEC_SEAL_BROKEN
                                                : SSEC_SEAL_WHOLE);
    }
}


/* Recovery */

static kind_e
nth_kind(unsigned n)
{
    static const kind_e  kinds[] = { ISSUED, EXPIRED, CLOSED, VISITOR };

    return kinds[n % 4];
}


TEST(recovered_as_it_was)
{
    unsigned  i;
    uint32_t  b;

    for (i = 0; i < 1500; i++) {
        assert_true(put(test_digest(i), nth_kind(i), NOW - i));
    }

    for (i = 0; i < 100; i++) {
        assert_true(rename_at(test_digest(i), test_digest(5000 + i), NOW));
    }

    table.header->used = 1;

    /* all locks are held, by one that lives */

    for (b = 0; b < table.nbuckets; b++) {
        atomic_store(lock_of(b), ssec_table_owner());
    }

    atomic_store(&table.header->lock, ssec_table_owner());

    assert_int_equal(ssec_table_recover(&table, NOW), 0);
    assert_free();
    assert_int_equal(table.header->used, 1500 + 2 * 100);

    for (i = 0; i < 1500; i++) {
        assert_record(test_get(&table, test_digest(i)),
                      record(nth_kind(i), NOW - i));
    }

    for (i = 0; i < 100; i++) {
        assert_record(test_get(&table, test_digest(5000 + i)),
                      record(nth_kind(i), NOW - i));
    }

    assert_non_null(ssec_table_lock_notes(&table));
    ssec_table_unlock_notes(&table);
}


/* A process was killed in a move, or power was lost: one is there twice. */

TEST(one_of_two_is_kept)
{
    size_t         i;
    ssec_digest_t  digest, other, root;

    static const struct {
        kind_e    first;
        unsigned  first_plus;
        kind_e    second;
        unsigned  second_plus;
        bool      keeps_first;
    }  rows[] = {
        { INVENTED, 1, INVENTED, 1, false },
        { INVENTED, 0, INVENTED, 1, true },
        { INVENTED, 1, INVENTED, 0, false },
        { HEARSAY, 1, INVENTED, 0, true },
        { INVENTED, 0, CLOSED_HEARSAY, 1, false },
        { TOLD, 1, INVENTED, 0, true },
        { VISITOR, 1, PRESENTED, 1, false },
        { INVENTED, 1, VISITOR, 0, true }
    };

    digest = at(A, B, 1);
    other = at(A, B, 2);

    for (i = 0; i < SIZE(rows); i++) {
        place(A, 1, digest, record(rows[i].first, NOW + rows[i].first_plus));
        place(B, 2, digest, record(rows[i].second, NOW + rows[i].second_plus));
        place(A, 0, other, record(LIVE, NOW));
        atomic_store(lock_of(A), 2U << SSEC_MOVING);

        assert_int_equal(ssec_table_recover(&table, NOW), 0);

        assert_int_equal(ssec_word(&table, A, 1) != 0, rows[i].keeps_first);
        assert_known(digest, rows[i].keeps_first
                             ? record(rows[i].first, NOW + rows[i].first_plus)
                             : record(rows[i].second,
                                      NOW + rows[i].second_plus));
        assert_known(other, record(LIVE, NOW));
    }

    /* a name and a session of its own: the name leads to what holds for both */

    root = at(C, B, 7);
    place(C, 0, root, record(CLOSED, NOW - 5));
    place(A, 1, digest, record(LIVE, NOW));
    test_place_name(&table, B, 2, digest, root, SSEC_SLOT_NAME);

    (void) ssec_table_recover(&table, NOW);
    assert_known(digest, record(CLOSED, NOW - 5));
}


/* In each bucket, up to the last one, one whose first bucket is the next. */

TEST(many_doubles)
{
    uint32_t       first, i, n;
    ssec_digest_t  digest;

    n = table.nbuckets;

    for (i = 0; i < n; i++) {
        first = (i + 1) % n;
        digest = at(first, i, 1);
        place(first, 0, digest, record(CLOSED, NOW));
        place(i, 1, digest, record(LIVE, NOW));
    }

    assert_int_equal(ssec_table_recover(&table, NOW), 0);

    for (i = 0; i < n; i++) {
        assert_int_equal(state_in(i, 1), SSEC_SLOT_FREE);
        assert_int_equal(state_in(i, 0), SSEC_SLOT_CLOSED);
    }
}


/* It takes itself for in its second bucket, which is its first. */

TEST(not_its_own_double)
{
    place(B, 0, at(A, B, 1), record(LIVE, NOW));

    /* its place now says that B is its first */

    table.buckets[B].created[0] |= SSEC_IN_SECOND;

    assert_int_equal(ssec_table_recover(&table, NOW), 0);
    assert_int_equal(state_in(B, 0), SSEC_SLOT_LIVE);
}


/* No state, or alive more than a minute after now. */

TEST(what_cannot_be_is_dropped)
{
    size_t    i;
    unsigned  n;

    static const struct {
        kind_e    kind;          /* NAME: it has no time */
        unsigned  plus;
        bool      stays;
    }  rows[] = {
        { LIVE, 60000, true }, { LIVE, 60001, false },
        { NAME, 0, true }, { CLOSED, 60001, true },
        { EXPIRED, 60001, true }, { VISITOR, 60001, false }
    };

    for (n = 0; n < 16; n++) {
        ssec_set_word(&table, n, 0, (uint64_t) n << SSEC_STATE | NOW);
    }

    /* 0 is no state; a word that is not 0 is there */

    assert_int_equal(ssec_table_recover(&table, NOW), 1);
    assert_int_equal(table.header->used, 15);

    for (n = 0; n < 16; n++) {
        assert_int_equal(ssec_word(&table, n, 0) != 0, n != 0);
    }

    for (i = 0; i < SIZE(rows); i++) {
        memset(table.buckets, 0, 1024 * sizeof(ssec_bucket_t));

        if (rows[i].kind == NAME) {
            test_place_name(&table, A, 0, test_digest(3),
                            (ssec_digest_t) { UINT64_MAX, UINT32_MAX },
                            SSEC_SLOT_NAME);
        } else {
            place(A, 0, test_digest(1), record(rows[i].kind,
                                               NOW + rows[i].plus));
        }

        assert_int_equal(ssec_table_recover(&table, NOW), !rows[i].stays);
        assert_int_equal(ssec_word(&table, A, 0) != 0, rows[i].stays);
    }

    /* more limits than there is room for */

    table.header->nown = SSEC_TABLE_OWN + 1;
    (void) ssec_table_recover(&table, NOW);
    assert_int_equal(table.header->nown, SSEC_TABLE_OWN);
}


/* Whatever lies in a table, it can be worked with afterwards. */

TEST(garbage)
{
    uint64_t       seed, *p, *end;
    unsigned       i, round;
    ssec_digest_t  a, b;
    ssec_counts_t  c;

    seed = 1;

    for (round = 0; round < 20; round++) {
        p = (uint64_t *) table.buckets;
        end = (uint64_t *) (table.own + table.nbuckets * SSEC_OWN_SLOTS);

        while (p < end) {
            *p++ = test_random(&seed) & test_random(&seed);
        }

        p = (uint64_t *) table.header->own;
        end = (uint64_t *) (table.header + 1);

        while (p < end) {
            *p++ = test_random(&seed);
        }

        table.header->nown = (uint32_t) test_random(&seed);
        table.header->lock = (uint32_t) test_random(&seed);

        (void) ssec_table_recover(&table, NOW);

        for (i = 0; i < 2000; i++) {
            a = test_digest(test_below(&seed, 1000));
            b = test_digest(test_below(&seed, 1000));

            (void) test_get(&table, a);
            (void) put(a, nth_kind(i), NOW + i);
            (void) rename_at(a, b, NOW + i);
            assert_non_null(own(limits(1, i, 1)));
        }

        assert_int_equal(test_locks(&table), 0);

        c = counts();
        assert_true(c.live + c.expired + c.closed + c.visitors + c.names
                    <= c.room);
    }
}


/* The clock: rows from one fresh table to the next belong together */

#define UPTIME  500000
#define WALL    1700000000000

typedef enum {
    FRESH_TABLE = 0,
    START,
    JOIN,
    TICK,
    ELSEWHERE                    /* is it in use where ids mean others? */
} clock_e;

typedef struct {
    clock_e   what;
    int64_t   uptime;            /* after UPTIME */
    int64_t   wall;              /* after WALL */
    uint64_t  boot;
    uint64_t  pids;
    int64_t   gives;             /* START: its time; TICK: of the last tick,
                                    both after SSEC_CLOCK_NEW; else 1 or 0 */
} clock_row_t;

/* a host that is started anew, after its wall clock has come so far */

#define DOWN(wall, elapsed)                                                   \
    { FRESH_TABLE }, { START, 0, 0, 77, 0, 0 },                               \
    { TICK, 9000, 60009000, 77, 0, 9000 },                                    \
    { START, 100 - UPTIME, 60009000 + (wall), 78, 0, 9000 + (elapsed) },      \
    { TICK, 100 - UPTIME, 60009000 + (wall), 78, 0, 9000 + (elapsed) }

static const clock_row_t  clock_rows[] = {

    /* while the host goes on the wall clock does not matter */

    { FRESH_TABLE }, { JOIN, 0, 0, 77, 0, 0 }, { START, 0, 0, 77, 0, 0 },
    { TICK, 0, 0, 77, 0, 0 }, { START, 1000, 5 - WALL, 77, 0, 1000 },
    { JOIN, 1000, 5 - WALL, 77, 0, 1 },

    /* never back */

    { TICK, 0, 5 - WALL, 77, 0, 1000 },

    DOWN(3600000, 3600000), DOWN(0, 0), DOWN(-1, 0), DOWN(-3600000, 0),
    DOWN(-WALL, 0), DOWN(WALL, WALL),

    /* it is joined in one boot, however long ago it ticked */

    { FRESH_TABLE }, { START, 0, 0, 77, 0, 0 }, { JOIN, 10000000, 0, 77, 0, 1 },
    { JOIN, 10000000, 0, 78, 0, 0 }, { JOIN, 10000000, 0, 0, 0, 0 },

    /* where that is not known, within a minute of its last tick */

    { JOIN, 60000, 0, 0, 0, 1 }, { JOIN, 60001, 0, 0, 0, 0 },
    { JOIN, -60000, 0, 0, 0, 1 }, { JOIN, -60001, 0, 0, 0, 0 },

    /* and only where process ids are the same */

    { JOIN, 0, 0, 77, 5, 0 }, { START, 0, 0, 77, 5, 0 },
    { JOIN, 0, 0, 77, 5, 1 }, { JOIN, 0, 0, 77, 0, 0 },

    /* in use elsewhere, in the last three seconds */

    { ELSEWHERE, 0, 0, 77, 5, 0 }, { ELSEWHERE, 0, 0, 77, 0, 1 },
    { ELSEWHERE, 3000, 0, 77, 0, 1 }, { ELSEWHERE, 3001, 0, 77, 0, 0 },
    { ELSEWHERE, -3000, 0, 77, 0, 1 }, { ELSEWHERE, -3001, 0, 77, 0, 0 },

    /* a host that does not tell its starts apart */

    { FRESH_TABLE }, { START, 0, 0, 0, 0, 0 },
    { START, 4000, 5000, 0, 0, 5000 },

    /* another process may have ticked a minute later at most, in one boot */

    { START, 4000, 5000, 77, 0, 5000 },
    { START, -56000, 6000, 77, 0, 5000 - 60000 },
    { TICK, -56000, -54000, 77, 0, 5000 },
    { START, -56001, 6000, 77, 0, 5000 }
};


static ssec_host_t
host_of(const clock_row_t *row)
{
    return (ssec_host_t) {
        .uptime = (uint64_t) (UPTIME + row->uptime),
        .wall = (uint64_t) (WALL + row->wall),
        .boot = row->boot, .pids = row->pids
    };
}


TEST(clocks)
{
    size_t              i;
    int64_t             gives;
    uint64_t            epoch, known;
    ssec_host_t         host;
    const clock_row_t  *row;

    known = 0;

    for (i = 0; i < SIZE(clock_rows); i++) {
        row = &clock_rows[i];
        host = host_of(row);
        gives = 0;

        switch (row->what) {

        case FRESH_TABLE:
            memset(&table.header->clock, 0, sizeof(ssec_clock_t));
            assert_int_equal(ssec_table_ticked(&table), 0);
            break;

        case START:
            known = ssec_table_start_clock(&table, &host);
            gives = (int64_t) (known + host.uptime - SSEC_CLOCK_NEW);
            break;

        case JOIN:
            gives = ssec_table_join_clock(&table, &host, &epoch);
            assert_true(gives == 0 || epoch == known);
            break;

        case TICK:
            (void) ssec_table_tick(&table, &host);
            gives = (int64_t) (ssec_table_ticked(&table) - SSEC_CLOCK_NEW);
            break;

        case ELSEWHERE:
            gives = ssec_clock_elsewhere(table.header, &host);
            break;
        }

        if (gives != row->gives) {
            fail_msg("clock row %zu: %lld, not %lld", i, (long long) gives,
                     (long long) row->gives);
        }

        /* each start ticks */

        if (row->what == START) {
            assert_true(ssec_table_ticked(&table) - SSEC_CLOCK_NEW
                        >= (uint64_t) (gives < 0 ? 0 : gives));
        }
    }
}


/* Two hosts have one disk: the second is killed as it starts the clock. */

TEST(clock_of_a_start_that_was_killed)
{
    pid_t        pid;
    int          status;
    uint64_t     time;
    ssec_host_t  first, second;

    first = host_of(&(clock_row_t) { .boot = 77 });
    time = ssec_table_start_clock(&table, &first) + first.uptime;

    second = host_of(&(clock_row_t) { .uptime = 60000 - UPTIME,
                                      .wall = 10000, .boot = 78 });
    pid = fork();

    if (pid == 0) {
        crash_at = 7;
        (void) ssec_table_start_clock(&table, &second);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));

    first.uptime += 20000;
    first.wall += 20000;

    assert_int_equal(ssec_table_start_clock(&table, &first) + first.uptime,
                     time + 20000);
}


/* A copy in a process that runs, on a host that does not tell its starts. */

TEST(clock_of_a_copy)
{
    uint64_t      began;
    ssec_host_t   host;
    ssec_table_t  to;

    host = host_of(&(clock_row_t) { .wall = 0 });
    began = ssec_table_start_clock(&table, &host);

    host.uptime += 864000000;
    host.wall += 864000000 - 3600000;

    test_table_map(&to, 2048);
    ssec_table_copy(&to, &table, 0);

    assert_int_equal(ssec_table_tick(&to, &host), began);
    assert_int_equal(ssec_table_ticked(&to), began + host.uptime);

    assert_false(ssec_table_is_retired(&table));
    ssec_table_retire(&table, true);
    assert_true(ssec_table_is_retired(&table));
    assert_false(ssec_table_is_retired(&to));
    ssec_table_retire(&table, false);
    assert_false(ssec_table_is_retired(&table));

    test_table_unmap(&to);
}


TEST(boot_and_process_ids)
{
    assert_true(ssec_boot(SSEC_BOOT_ID) != 0);
    assert_int_equal(ssec_boot(SSEC_BOOT_ID), ssec_boot(SSEC_BOOT_ID));
    assert_int_equal(ssec_boot("/proc/self/no-such-file"), 0);
    assert_int_equal(ssec_boot("/"), 0);

    assert_int_equal(ssec_pids("/nowhere"), 0);
    assert_true(ssec_pids(SSEC_PIDS) == ssec_pids(SSEC_PIDS));
    assert_true(ssec_pids("/proc/self/exe") != ssec_pids("/proc/self/cwd"));
}


TEST(clock_that_came_far)
{
    uint64_t       back, now, epoch;
    unsigned       i;
    ssec_host_t    host;
    ssec_record_t  rec;
    ssec_table_t   from;

    assert_int_equal(ssec_clock_back(SSEC_CLOCK_FAR - 1), 0);

    host = host_of(&(clock_row_t) { .boot = 77 });
    (void) ssec_table_start_clock(&table, &host);

    host.uptime += 2 * (SSEC_CLOCK_FAR - SSEC_CLOCK_NEW);
    now = ssec_table_start_clock(&table, &host) + host.uptime;

    back = ssec_clock_back(now);

    assert_true(back > 0 && back % SSEC_CLOCK_BACK == 0);
    assert_true(now - back >= SSEC_CLOCK_NEW
                && now - back < SSEC_CLOCK_NEW + SSEC_CLOCK_BACK);

    for (i = 0; i < 500; i++) {
        assert_true(put(test_digest(i), nth_kind(i), (now - i * 64) & ~63ULL));
        assert_true(rename_at(test_digest(i), test_digest(5000 + i), now));
    }

    /* so old that it has no time left to be moved back by */

    assert_true(put(test_digest(9000), CLOSED, 6400));

    from = table;
    test_table_map(&table, 2048);
    ssec_table_copy(&table, &from, back);
    test_table_unmap(&from);

    for (i = 0; i < 500; i++) {
        rec = record(nth_kind(i), (now - back - i * 64) & ~63ULL);
        assert_record(test_get(&table, test_digest(i)), rec);
        assert_record(test_get(&table, test_digest(5000 + i)), rec);
    }

    rec = test_get(&table, test_digest(9000));
    assert_int_equal(rec.state, SSEC_CLOSED);
    assert_int_equal(rec.last, 0);
    assert_int_equal(rec.last - rec.created, 640);

    /* and the clock goes on from there, over a start of the host as well */

    assert_true(ssec_table_join_clock(&table, &host, &epoch));
    assert_int_equal(epoch + host.uptime, now - back);
    assert_int_equal(ssec_table_ticked(&table), now - back);

    host = (ssec_host_t) { .uptime = 1, .wall = WALL + 7000, .boot = 78 };
    epoch = ssec_table_start_clock(&table, &host);
    assert_int_equal(epoch + host.uptime, now - back + 7000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        table_test(sealed), table_test(broken_seals),
        table_test(recovered_as_it_was), table_test(one_of_two_is_kept),
        table_test(many_doubles), table_test(not_its_own_double),
        table_test(what_cannot_be_is_dropped), table_test(garbage),
        table_test(clocks), table_test(clock_of_a_start_that_was_killed),
        table_test(clock_of_a_copy),
        table_test(boot_and_process_ids), table_test(clock_that_came_far)
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(TEST_TIMEOUT);

    return cmocka_run_group_tests_name("table, file", tests, NULL, NULL);
}

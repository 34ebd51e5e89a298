/* A table that lies in a file: its seal, its recovery and its clock. */

#include "ssec_test_table.h"

#include <cmocka.h>


#define NOW      (SSEC_CLOCK_NEW + 1000000)

#define A        100
#define B        200
#define C        300

#define SUBJECT  "cookie=sid"


static ssec_table_t  table;


static ssec_record_t
record(ssec_state_e state, uint64_t last)
{
    return (ssec_record_t) { .state = state, .issued = true,
                             .reason = (state == SSEC_CLOSED)
                                       ? SSEC_REASON_SAID : SSEC_REASON_NONE,
                             .presented = true, .used = state == SSEC_LIVE,
                             .created = (last - 640) & ~63ULL, .last = last };
}


static void
assert_record(ssec_record_t got, ssec_record_t wanted)
{
    wanted = test_kept(wanted);

    assert_int_equal(got.state, wanted.state);
    assert_int_equal(got.reason, wanted.reason);
    assert_int_equal(got.last, wanted.last);
    assert_int_equal(got.created, wanted.created);
}


static int
set_up(void **state)
{
    (void) state;

    test_table_map(&table, 1024);

    return 0;
}


static int
tear_down(void **state)
{
    (void) state;

    test_table_unmap(&table);

    return 0;
}


/* The seal */


static ssec_seal_e
check(uint64_t size, const char *subject)
{
    return ssec_table_check(table.header, size, subject, strlen(subject));
}


static void
sealed(void **state)
{
    size_t  size;

    (void) state;

    size = test_table_size(1024);

    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_NONE);

    memcpy(table.header, ssec_table_mark, SSEC_TABLE_MARK);
    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_UNFINISHED);

    ssec_table_seal(&table, size, SUBJECT, strlen(SUBJECT));

    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_WHOLE);
    assert_int_equal(check(size - 1, SUBJECT), SSEC_SEAL_BROKEN);
    assert_int_equal(check(size + 72, SUBJECT), SSEC_SEAL_BROKEN);
    assert_int_equal(check(100, SUBJECT), SSEC_SEAL_BROKEN);
    assert_int_equal(check(size, "cookie=other"), SSEC_SEAL_SUBJECT);
    assert_int_equal(check(size, ""), SSEC_SEAL_SUBJECT);

    /* what may change without a new seal */

    assert_true(test_put(&table, test_digest(1), record(SSEC_LIVE, NOW)));
    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_WHOLE);
}


static void
broken_seals(void **state)
{
    size_t       size;
    ssec_seal_e  seal;
    unsigned     i;
    uint8_t     *p;

    (void) state;

    size = test_table_size(1024);

    ssec_table_seal(&table, size, SUBJECT, strlen(SUBJECT));

    p = (uint8_t *) table.header;

    for (i = 0; i < sizeof(ssec_seal_t) * 8; i++) {

        p[i / 8] ^= (uint8_t) (1 << i % 8);

        seal = check(size, SUBJECT);

        if (i / 8 < offsetof(ssec_seal_t, version)) {
            assert_int_equal(seal, SSEC_SEAL_NONE);

        } else if (i / 8 < offsetof(ssec_seal_t, unused)) {
            assert_int_equal(seal, SSEC_SEAL_VERSION);

        } else {
            assert_int_equal(seal, SSEC_SEAL_BROKEN);
        }

        p[i / 8] ^= (uint8_t) (1 << i % 8);
    }

    assert_int_equal(check(size, SUBJECT), SSEC_SEAL_WHOLE);

    /* rightly sealed, but of a size that no table has */

    table.header->seal.nbuckets = 0;
    memset(table.header->seal.magic, 0, 8);
    ssec_table_seal(&table, 100, SUBJECT, strlen(SUBJECT));
    assert_int_equal(check(100, SUBJECT), SSEC_SEAL_WHOLE);

    table.header->seal.nbuckets = 1;
    memset(table.header->seal.magic, 0, 8);
    ssec_table_seal(&table, 100, SUBJECT, strlen(SUBJECT));
    assert_int_equal(check(100, SUBJECT), SSEC_SEAL_BROKEN);
}


/* Recovery */


static void
recovered_as_it_was(void **state)
{
    unsigned       i;
    ssec_record_t  rec;

    (void) state;

    for (i = 0; i < 1500; i++) {
        rec = record(1 + i % 4, NOW - i);
        assert_true(test_put(&table, test_digest(i), rec));
    }

    for (i = 0; i < 100; i++) {
        assert_true(ssec_table_rename(&table, &(ssec_digest_t) {
                                          test_digest(i).body,
                                          test_digest(i).place },
                                      &(ssec_digest_t) {
                                          test_digest(5000 + i).body,
                                          test_digest(5000 + i).place }, NOW));
    }

    table.header->used = 1;

    assert_int_equal(ssec_table_recover(&table, NOW), 0);

    for (i = 0; i < 1500; i++) {
        assert_record(test_get(&table, test_digest(i)),
                      record(1 + i % 4, NOW - i));
    }

    for (i = 0; i < 100; i++) {
        assert_record(test_get(&table, test_digest(5000 + i)),
                      record(1 + i % 4, NOW - i));
    }

    assert_int_equal(table.header->used, 1500 + 2 * 100);
    assert_int_equal(test_locks(&table), 0);
}


static void
locks_are_given_back(void **state)
{
    uint32_t  i;

    (void) state;

    assert_true(test_put(&table, test_digest(1), record(SSEC_LIVE, NOW)));

    for (i = 0; i < table.nbuckets; i++) {
        atomic_store(&table.buckets[i].lock, ssec_table_owner());
    }

    atomic_store(&table.header->lock, ssec_table_owner());

    (void) ssec_table_recover(&table, NOW);

    assert_int_equal(test_locks(&table), 0);
    assert_record(test_get(&table, test_digest(1)), record(SSEC_LIVE, NOW));
    assert_non_null(ssec_table_lock_notes(&table));
    ssec_table_unlock_notes(&table);
}


/* A process was killed in a move, or power was lost. */

static void
one_of_two_is_kept(void **state)
{
    unsigned       i;
    ssec_digest_t  digest, root;

    static const struct {
        ssec_record_t  first, second;
        bool           keeps_first;
    } cases[] = {
        { { .state = SSEC_LIVE, .last = NOW },
          { .state = SSEC_LIVE, .last = NOW }, false },
        { { .state = SSEC_LIVE, .last = NOW - 1 },
          { .state = SSEC_LIVE, .last = NOW }, true },
        { { .state = SSEC_LIVE, .last = NOW },
          { .state = SSEC_LIVE, .last = NOW - 1 }, false },
        { { .state = SSEC_EXPIRED, .last = NOW },
          { .state = SSEC_LIVE, .last = NOW - 1 }, true },
        { { .state = SSEC_LIVE, .last = NOW - 1 },
          { .state = SSEC_CLOSED, .last = NOW }, false },
        { { .state = SSEC_EXPIRED, .told = true, .last = NOW },
          { .state = SSEC_LIVE, .last = NOW - 1 }, true },
        { { .state = SSEC_VISITOR, .issued = true, .last = NOW },
          { .state = SSEC_LIVE, .issued = true, .last = NOW }, false },
        { { .state = SSEC_LIVE, .last = NOW },
          { .state = SSEC_VISITOR, .issued = true, .last = NOW - 1 }, true }
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 1);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        test_place(&table, A, 1, digest, cases[i].first);
        test_place(&table, B, 2, digest, cases[i].second);
        test_place(&table, A, 0, test_digest_at(&table, A, B, 2),
                   record(SSEC_LIVE, NOW));

        atomic_store(&table.buckets[A].lock, 2U << SSEC_MOVING);

        assert_int_equal(ssec_table_recover(&table, NOW), 0);

        assert_int_equal(test_records_of(&table, digest), 1);
        assert_int_equal(ssec_word(&table, A, 1) != 0, cases[i].keeps_first);
        assert_int_equal(test_get(&table, digest).state,
                         cases[i].keeps_first ? cases[i].first.state
                                              : cases[i].second.state);
        assert_record(test_get(&table, test_digest_at(&table, A, B, 2)),
                      record(SSEC_LIVE, NOW));
    }

    /* a name and a session of its own: the name leads to what holds for both */

    root = test_digest_at(&table, C, B, 7);
    test_place(&table, C, 0, root, record(SSEC_CLOSED, NOW - 5));
    test_place(&table, A, 1, digest, record(SSEC_LIVE, NOW));
    test_place_name(&table, B, 2, digest, root, SSEC_SLOT_NAME);

    (void) ssec_table_recover(&table, NOW);

    assert_int_equal(test_records_of(&table, digest), 1);
    assert_int_equal(test_get(&table, digest).state, SSEC_CLOSED);
}


/* In each bucket, up to the last one, one whose first bucket is the next. */

static void
many_doubles(void **state)
{
    uint32_t       first;
    uint32_t       i, n;
    ssec_digest_t  digest;

    (void) state;

    n = table.nbuckets;

    for (i = 0; i < n; i++) {
        first = (i + 1) % n;
        digest = test_digest_at(&table, first, i, 1);

        test_place(&table, first, 0, digest, record(SSEC_CLOSED, NOW));
        test_place(&table, i, 1, digest, record(SSEC_LIVE, NOW));
    }

    assert_int_equal(ssec_table_recover(&table, NOW), 0);

    for (i = 0; i < n; i++) {
        assert_int_equal(ssec_word(&table, i, 1), 0);
        assert_int_not_equal(ssec_word(&table, i, 0), 0);
    }
}


/* It takes itself for in its second bucket, which is its first. */

static void
not_its_own_double(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 1);
    test_place(&table, B, 0, digest, record(SSEC_LIVE, NOW));

    /* its place now says that B is its first */

    table.buckets[B].created[0] |= SSEC_IN_SECOND;

    assert_int_equal(ssec_table_recover(&table, NOW), 0);
    assert_true(ssec_word(&table, B, 0) != 0);
}


static void
what_cannot_be_is_dropped(void **state)
{
    unsigned  i, known;
    uint64_t  word;

    (void) state;

    word = 0;
    known = 0;

    for (i = 0; i < 16; i++) {
        word = (uint64_t) i << SSEC_STATE | NOW;
        ssec_set_word(&table, i, 0, word);
    }

    /* 0 is no state; a word that is not 0 is there */

    assert_int_equal(ssec_table_recover(&table, NOW), 1);

    for (i = 0; i < 16; i++) {
        known += (ssec_word(&table, i, 0) != 0);
    }

    assert_int_equal(known, 15);
    assert_int_equal(table.header->used, 15);

    /* a minute late is possible, what is later is not; a name has no time */

    memset(table.buckets, 0, 1024 * sizeof(ssec_bucket_t));

    test_place(&table, A, 0, test_digest(1), record(SSEC_LIVE, NOW + 60000));
    test_place(&table, A, 1, test_digest(2), record(SSEC_LIVE, NOW + 60001));
    test_place_name(&table, A, 2, test_digest(3),
                    (ssec_digest_t) { UINT64_MAX, UINT32_MAX },
                    SSEC_SLOT_NAME);

    assert_int_equal(ssec_table_recover(&table, NOW), 1);
    assert_true(ssec_word(&table, A, 0) != 0);
    assert_true(ssec_word(&table, A, 1) == 0);
    assert_true(ssec_word(&table, A, 2) != 0);

    /* but who is dead stays so */

    test_place(&table, B, 0, test_digest(4), record(SSEC_CLOSED, NOW + 60001));
    test_place(&table, B, 1, test_digest(5), record(SSEC_EXPIRED, NOW + 60001));
    test_place(&table, B, 2, test_digest(6), record(SSEC_VISITOR, NOW + 60001));

    assert_int_equal(ssec_table_recover(&table, NOW), 1);
    assert_true(ssec_word(&table, B, 0) != 0);
    assert_true(ssec_word(&table, B, 1) != 0);
    assert_true(ssec_word(&table, B, 2) == 0);

    /* more limits than there is room for */

    table.header->nown = SSEC_TABLE_OWN + 1;
    (void) ssec_table_recover(&table, NOW);
    assert_int_equal(table.header->nown, SSEC_TABLE_OWN);
}


/* Whatever lies in a table, it can be worked with afterwards. */

static void
garbage(void **state)
{
    uint64_t       seed, *p, *end;
    unsigned       i, round;
    ssec_digest_t  a, b;
    ssec_counts_t  counts;

    (void) state;

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
            (void) test_put(&table, a, record(1 + i % 4, NOW + i));
            (void) ssec_table_rename(&table, &a, &b, NOW + i);
            assert_non_null(ssec_table_own(&table, &(ssec_own_t) { 1, i, 1 }));
        }

        assert_int_equal(test_locks(&table), 0);

        ssec_table_count(&table, &counts);
        assert_true(counts.live + counts.expired + counts.closed
                    + counts.visitors + counts.names <= counts.room);
    }
}


/* The clock */


static void
clock_begins(void **state)
{
    uint64_t     epoch;
    ssec_host_t  host;

    (void) state;

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000,
                           .boot = 77 };

    assert_false(ssec_table_join_clock(&table, &host, &epoch));
    assert_int_equal(ssec_table_ticked(&table), 0);

    epoch = ssec_table_start_clock(&table, &host);

    assert_int_equal(epoch + host.uptime, SSEC_CLOCK_NEW);
    assert_int_equal(ssec_table_ticked(&table), SSEC_CLOCK_NEW);

    /* the host goes on: the wall clock does not matter */

    host.uptime += 1000;
    host.wall = 5;

    assert_int_equal(ssec_table_start_clock(&table, &host), epoch);
    assert_int_equal(ssec_table_ticked(&table), SSEC_CLOCK_NEW + 1000);
    assert_true(ssec_table_join_clock(&table, &host, &epoch));

    /* never back */

    host.uptime -= 1000;
    ssec_table_tick(&table, &host);
    assert_int_equal(ssec_table_ticked(&table), SSEC_CLOCK_NEW + 1000);
}


static void
clock_over_a_start_of_the_host(void **state)
{
    uint64_t     now, epoch;
    unsigned     i;
    ssec_host_t  host;

    /* the wall clock's step while it was down, and what the table's does */

    static const struct {
        int64_t  wall, elapsed;
    } cases[] = {
        { 3600000, 3600000 },
        { 0, 0 },
        { -1, 0 },
        { -3600000, 0 },
        { -1700000000000, 0 },
        { 1700000000000, 1700000000000 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        memset(&table.header->clock, 0, sizeof(ssec_clock_t));

        host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000,
                               .boot = 77 };
        (void) ssec_table_start_clock(&table, &host);

        /* a step while it is up is none */

        host.uptime += 9000;
        host.wall += 60009000;
        ssec_table_tick(&table, &host);

        now = ssec_table_ticked(&table);
        assert_int_equal(now, SSEC_CLOCK_NEW + 9000);

        host.uptime = 100;
        host.wall += (uint64_t) cases[i].wall;
        host.boot = 78;

        epoch = ssec_table_start_clock(&table, &host);

        assert_int_equal(epoch + host.uptime,
                         now + (uint64_t) cases[i].elapsed);
        assert_int_equal(ssec_table_ticked(&table), epoch + host.uptime);
    }
}


static void
clock_that_is_joined(void **state)
{
    uint64_t     epoch, began;
    ssec_host_t  host;

    (void) state;

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000,
                           .boot = 77 };
    began = ssec_table_start_clock(&table, &host);

    /* in one boot however long ago it ticked */

    host.uptime += 10000000;
    assert_true(ssec_table_join_clock(&table, &host, &epoch));
    assert_int_equal(epoch, began);

    host.boot = 78;
    assert_false(ssec_table_join_clock(&table, &host, &epoch));

    /* and else if it ticks there as it does here */

    host.boot = 0;
    assert_false(ssec_table_join_clock(&table, &host, &epoch));

    host.uptime = 500000 + 60000;
    assert_true(ssec_table_join_clock(&table, &host, &epoch));
    assert_int_equal(epoch, began);

    host.uptime++;
    assert_false(ssec_table_join_clock(&table, &host, &epoch));

    host.uptime = 500000 - 60000;
    assert_true(ssec_table_join_clock(&table, &host, &epoch));

    host.uptime--;
    assert_false(ssec_table_join_clock(&table, &host, &epoch));

    /* and not where process ids are others */

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000,
                           .boot = 77, .pids = 5 };
    assert_false(ssec_table_join_clock(&table, &host, &epoch));
    assert_int_equal(ssec_table_start_clock(&table, &host), began);
    assert_true(ssec_table_join_clock(&table, &host, &epoch));

    assert_false(ssec_clock_elsewhere(table.header, &host));

    host.pids = 0;
    assert_false(ssec_table_join_clock(&table, &host, &epoch));

    /* which a test of the configuration can tell while those are ticking */

    assert_true(ssec_clock_elsewhere(table.header, &host));

    host.uptime = 500000 + 3000;
    assert_true(ssec_clock_elsewhere(table.header, &host));

    host.uptime++;
    assert_false(ssec_clock_elsewhere(table.header, &host));

    host.uptime = 500000 - 3000;
    assert_true(ssec_clock_elsewhere(table.header, &host));

    host.uptime--;
    assert_false(ssec_clock_elsewhere(table.header, &host));
}


/* A copy in a process that runs, on a host that does not tell its starts. */

static void
clock_of_a_copy(void **state)
{
    uint64_t      epoch, began;
    ssec_host_t   host;
    ssec_table_t  to;

    (void) state;

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000 };
    began = ssec_table_start_clock(&table, &host);

    host.uptime += 864000000;
    host.wall += 864000000 - 3600000;

    test_table_map(&to, 2048);
    ssec_table_copy(&to, &table, 0);

    epoch = ssec_table_keep_clock(&to, &host);
    assert_int_equal(epoch, began);
    assert_int_equal(ssec_table_ticked(&to), began + host.uptime);

    assert_false(ssec_table_is_retired(&table));
    ssec_table_retire(&table, true);
    assert_true(ssec_table_is_retired(&table));
    assert_false(ssec_table_is_retired(&to));
    ssec_table_retire(&table, false);
    assert_false(ssec_table_is_retired(&table));

    test_table_unmap(&to);
}


static void
process_ids_of_this_host(void **state)
{
    (void) state;

    assert_int_equal(ssec_pids("/nowhere"), 0);
    assert_true(ssec_pids(SSEC_PIDS) == ssec_pids(SSEC_PIDS));
    assert_true(ssec_pids("/proc/self/exe") != ssec_pids("/proc/self/cwd"));
}


/* A host that does not tell its starts apart; and one of other uptimes. */

static void
clock_of_an_unknown_start(void **state)
{
    uint64_t     epoch;
    ssec_host_t  host;

    (void) state;

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000 };

    (void) ssec_table_start_clock(&table, &host);

    host.uptime += 4000;
    host.wall += 5000;

    epoch = ssec_table_start_clock(&table, &host);
    assert_int_equal(epoch + host.uptime, SSEC_CLOCK_NEW + 5000);

    /* another process may have ticked a moment ago, but not long ago */

    host.boot = 77;
    epoch = ssec_table_start_clock(&table, &host);

    host.uptime -= SSEC_CLOCK_SLACK;
    host.wall += 1000;
    assert_int_equal(ssec_table_start_clock(&table, &host), epoch);

    host.wall -= SSEC_CLOCK_SLACK;
    ssec_table_tick(&table, &host);
    host.wall += SSEC_CLOCK_SLACK;

    host.uptime--;
    assert_true(ssec_table_start_clock(&table, &host) != epoch);
}


static void
boot_of_this_host(void **state)
{
    (void) state;

    assert_true(ssec_boot(SSEC_BOOT_ID) != 0);
    assert_int_equal(ssec_boot(SSEC_BOOT_ID), ssec_boot(SSEC_BOOT_ID));
    assert_int_equal(ssec_boot("/proc/self/no-such-file"), 0);
    assert_int_equal(ssec_boot("/"), 0);
}


static void
clock_that_came_far(void **state)
{
    uint64_t       back, now, epoch;
    unsigned       i;
    ssec_host_t    host;
    ssec_table_t   to;
    ssec_record_t  rec;

    (void) state;

    assert_int_equal(ssec_clock_back(SSEC_CLOCK_FAR - 1), 0);

    host = (ssec_host_t) { .uptime = 500000, .wall = 1700000000000,
                           .boot = 77 };
    (void) ssec_table_start_clock(&table, &host);

    host.uptime += 2 * (SSEC_CLOCK_FAR - SSEC_CLOCK_NEW);
    epoch = ssec_table_start_clock(&table, &host);
    now = epoch + host.uptime;

    back = ssec_clock_back(now);

    assert_true(back > 0 && back % SSEC_CLOCK_BACK == 0);
    assert_true(now - back >= SSEC_CLOCK_NEW
                && now - back < SSEC_CLOCK_NEW + SSEC_CLOCK_BACK);

    for (i = 0; i < 500; i++) {
        assert_true(test_put(&table, test_digest(i),
                             record(1 + i % 4, (now - i * 64) & ~63ULL)));
        assert_true(ssec_table_rename(&table, &(ssec_digest_t) {
                                          test_digest(i).body,
                                          test_digest(i).place },
                                      &(ssec_digest_t) {
                                          test_digest(5000 + i).body,
                                          test_digest(5000 + i).place }, now));
    }

    /* so old that it has no time left to be moved back by */

    rec = record(SSEC_CLOSED, 6400);
    assert_true(test_put(&table, test_digest(9000), rec));

    test_table_map(&to, 2048);
    ssec_table_copy(&to, &table, back);

    for (i = 0; i < 500; i++) {
        rec = record(1 + i % 4, (now - back - i * 64) & ~63ULL);
        assert_record(test_get(&to, test_digest(i)), rec);
        assert_record(test_get(&to, test_digest(5000 + i)), rec);
    }

    rec = test_get(&to, test_digest(9000));
    assert_int_equal(rec.state, SSEC_CLOSED);
    assert_int_equal(rec.last, 0);
    assert_int_equal(rec.last - rec.created, 640);

    /* and the clock goes on from there, over a start of the host as well */

    assert_true(ssec_table_join_clock(&to, &host, &epoch));
    assert_int_equal(epoch + host.uptime, now - back);
    assert_int_equal(ssec_table_ticked(&to), now - back);

    host = (ssec_host_t) { .uptime = 1, .wall = 1700000000000 + 7000,
                           .boot = 78 };
    epoch = ssec_table_start_clock(&to, &host);
    assert_int_equal(epoch + host.uptime, now - back + 7000);

    test_table_unmap(&to);
}


#define table_test(name)  cmocka_unit_test_setup_teardown(name, set_up, \
                                                          tear_down)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        table_test(sealed),
        table_test(broken_seals),
        table_test(recovered_as_it_was),
        table_test(locks_are_given_back),
        table_test(one_of_two_is_kept),
        table_test(many_doubles),
        table_test(not_its_own_double),
        table_test(what_cannot_be_is_dropped),
        table_test(garbage),
        table_test(clock_begins),
        table_test(clock_over_a_start_of_the_host),
        table_test(clock_that_is_joined),
        table_test(clock_of_an_unknown_start),
        table_test(clock_of_a_copy),
        table_test(boot_of_this_host),
        table_test(process_ids_of_this_host),
        table_test(clock_that_came_far),
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(120);

    return cmocka_run_group_tests_name("table, file", tests, NULL, NULL);
}

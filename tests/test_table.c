/* The session table, from inside and outside. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/types.h>


/* Hooks: where the table calls these, a test may step in. */

static void  (*on_yield)(void);  /* called instead of sched_yield() */
static void  (*on_kill)(void);   /* called before kill() */
static int   kill_errno;         /* kill() fails so; 0: as it is */
static char  *proc_stat;         /* what /proc says; "" for nothing */
static char  *own_stat;          /* what it says of this process to itself */
static int   crash_at;           /* the crash point to stop at */


static int
test_yield(void)
{
    if (on_yield) {
        on_yield();
    }

    return sched_yield();
}


static int
test_kill(pid_t pid, int sig)
{
    if (on_kill) {
        on_kill();
    }

    if (kill_errno) {
        errno = kill_errno;
        return -1;
    }

    return kill(pid, sig);
}


static FILE *
test_fopen(const char *path, const char *mode)
{
    char  own[32];

    snprintf(own, sizeof(own), "/proc/%ld/stat", (long) getpid());

    if (own_stat && strcmp(path, own) == 0) {
        return fmemopen(own_stat, strlen(own_stat), mode);
    }

    if (proc_stat == NULL) {
        return fopen(path, mode);
    }

    return *proc_stat ? fmemopen(proc_stat, __builtin_strlen(proc_stat), mode)
                      : NULL;
}


static void
test_crash_point(int n)
{
    if (n == crash_at) {
        (void) raise(SIGKILL);
    }
}


#define sched_yield()          test_yield()
#define kill(pid, sig)         test_kill(pid, sig)
#define fopen(path, mode)      test_fopen(path, mode)
#define ssec_crash_point(n)    test_crash_point(n)

#include "ssec_test_table.h"

#include <cmocka.h>

#undef kill


#define NOW  1000000000ULL

/* the buckets that most tests play in, and one beside them */
#define A    100
#define B    200
#define C    300
#define D    400


static ssec_table_t  table;


static ssec_record_t
record(ssec_state_e state, bool flag, uint64_t last)
{
    return (ssec_record_t) {
        .state = state,
        .reason = (state == SSEC_EXPIRED || state == SSEC_CLOSED)
                  ? SSEC_REASON_LIFETIME : SSEC_REASON_NONE,
        .issued = flag || state != SSEC_LIVE,
        .presented = true,
        .used = state == SSEC_LIVE,
        .told = flag && state == SSEC_EXPIRED,
        .login = last & 1,
        .created = (last - 640) & ~63ULL,
        .last = last
    };
}


static ssec_record_t
live(uint64_t last)
{
    return record(SSEC_LIVE, false, last);
}


static ssec_record_t
issued(uint64_t last)
{
    return record(SSEC_LIVE, true, last);
}


/* Issued, and not presented yet. */

static ssec_record_t
fresh(uint64_t last)
{
    ssec_record_t  rec;

    rec = issued(last);
    rec.presented = false;
    rec.used = false;

    return rec;
}


/* Presented once, and issued or not; a dead one that a client alone knows. */

static ssec_record_t
presented(uint64_t last)
{
    ssec_record_t  rec;

    rec = issued(last);
    rec.used = false;

    return rec;
}


static ssec_record_t
invented(uint64_t last)
{
    ssec_record_t  rec;

    rec = live(last);
    rec.used = false;

    return rec;
}


static ssec_record_t
hearsay(uint64_t last)
{
    ssec_record_t  rec;

    rec = record(SSEC_EXPIRED, 0, last);
    rec.issued = false;
    rec.login = false;

    return rec;
}


static ssec_record_t
closed_hearsay(uint64_t last)
{
    ssec_record_t  rec;

    rec = hearsay(last);
    rec.state = SSEC_CLOSED;

    return rec;
}


/* A visitor who was logged in before; and likewise with a key not issued. */

static ssec_record_t
left(uint64_t last)
{
    ssec_record_t  rec;

    rec = record(SSEC_VISITOR, 0, last);
    rec.left = true;

    return rec;
}


static ssec_record_t
guest(uint64_t last)
{
    ssec_record_t  rec;

    rec = left(last);
    rec.issued = false;
    rec.used = true;
    rec.login = true;

    return rec;
}


/* A visitor's from the first request on, with a key that was not issued. */

static ssec_record_t
first_off(uint64_t last)
{
    ssec_record_t  rec;

    rec = guest(last);
    rec.left = false;
    rec.used = false;
    rec.login = false;

    return rec;
}


static void
assert_record(ssec_record_t rec, ssec_record_t expected)
{
    expected = test_kept(expected);

    assert_int_equal(rec.state, expected.state);
    assert_int_equal(rec.issued, expected.issued);
    assert_int_equal(rec.presented, expected.presented);
    assert_int_equal(rec.told, expected.told);
    assert_int_equal(rec.left, expected.left);
    assert_int_equal(rec.created, expected.created);
    assert_int_equal(rec.last, expected.last);
    assert_true(test_same(&rec, &expected));
}


static void
assert_known(ssec_digest_t digest, ssec_record_t expected)
{
    assert_record(test_get(&table, digest), expected);
    assert_int_equal(test_records_of(&table, digest), 1);
}


static void
assert_unknown(ssec_digest_t digest)
{
    assert_int_equal(test_get(&table, digest).state, SSEC_UNKNOWN);
    assert_int_equal(test_records_of(&table, digest), 0);
}


static _Atomic uint32_t *
lock_of(uint32_t bucket)
{
    return &table.buckets[bucket].lock;
}


static void
let_go_of_a(void)
{
    on_yield = NULL;
    atomic_store(lock_of(A), 0);
}


static void
place(uint32_t bucket, unsigned slot, ssec_digest_t digest, ssec_record_t rec)
{
    test_place(&table, bucket, slot, digest, rec);
}


/* A process that was here, and is no more. */

static uint32_t
dead_owner(void)
{
    pid_t             pid;
    static uint32_t   owner;
    static uint32_t  *shared;

    if (owner) {
        return owner;
    }

    shared = mmap(NULL, sizeof(uint32_t), PROT_READ|PROT_WRITE,
                  MAP_SHARED|MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);

    pid = fork();

    if (pid == 0) {
        *shared = ssec_table_owner();
        _exit(0);
    }

    assert_int_equal(waitpid(pid, NULL, 0), pid);
    owner = *shared;

    return owner;
}


static bool
rename_to(ssec_digest_t key, ssec_digest_t name)
{
    return ssec_table_rename(&table, &key, &name, NOW);
}


static int
set_up(void **state)
{
    (void) state;

    on_yield = NULL;
    on_kill = NULL;
    kill_errno = 0;
    proc_stat = NULL;
    own_stat = NULL;
    crash_at = 0;

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


/* Making and opening */

static void
create_refuses_too_small(void **state)
{
    size_t         i;
    ssec_table_t   t;

    static const struct {
        size_t     size;
        uint32_t   nbuckets;
    } sizes[] = {
        { SSEC_TABLE_MIN_SIZE, 1024 },
        { SSEC_TABLE_MIN_SIZE + 71, 1024 },
        { SSEC_TABLE_MIN_SIZE + 72, 1025 },
        { 1024 * 1024, 14336 },
        { SIZE_MAX, sizeof(size_t) > 4 ? UINT32_MAX : (uint32_t) (1024
                        + (SIZE_MAX - SSEC_TABLE_MIN_SIZE) / 72) }
    };

    (void) state;

    test_table_map(&t, 1024);
    t.header->seal.nbuckets = 0;

    assert_false(ssec_table_create(t.header, 0, test_key));
    assert_false(ssec_table_create(t.header, SSEC_TABLE_MIN_SIZE - 1,
                                   test_key));
    assert_int_equal(t.header->seal.nbuckets, 0);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_true(ssec_table_create(t.header, sizes[i].size, test_key));
        ssec_table_open(&t, t.header, 7);

        assert_int_equal(t.nbuckets, sizes[i].nbuckets);
        assert_int_equal(t.owner, 7);
        assert_memory_equal(t.secret, test_key, SSEC_DIGEST_KEY);
        assert_int_equal((uintptr_t) t.buckets % 64, 0);
        assert_ptr_equal(t.own, t.buckets + t.nbuckets);
    }

    t.nbuckets = 1024;
    test_table_unmap(&t);
}


static void
unknown_leaves_no_trace(void **state)
{
    size_t          i;
    ssec_counts_t   counts;
    const uint8_t  *p;

    (void) state;

    assert_unknown(test_digest_at(&table, A, B, 0));
    assert_unknown(test_digest(1));

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.live + counts.expired + counts.closed
                     + counts.visitors + counts.names, 0);
    assert_int_equal(counts.room, 3072);

    p = (const uint8_t *) table.buckets;

    for (i = 0; i < 1024 * (64 + 8); i++) {
        assert_int_equal(p[i], 0);
    }
}


/* Records */

static void
every_state_and_flag(void **state)
{
    int            flag, where;
    ssec_state_e   s, then;
    ssec_digest_t  digest;

    (void) state;

    /* new in the first and in the second bucket, then from each to each */

    for (where = 0; where < 2; where++) {
        for (s = SSEC_LIVE; s <= SSEC_VISITOR; s++) {
            for (flag = 0; flag <= 1; flag++) {

                test_table_unmap(&table);
                test_table_map(&table, 1024);

                if (where) {
                    place(A, 0, test_digest_at(&table, A, C, 9), live(NOW));
                }

                digest = test_digest_at(&table, A, B, 0);
                assert_true(test_put(&table, digest, record(s, flag, NOW)));
                assert_known(digest, record(s, flag, NOW));

                for (then = SSEC_LIVE; then <= SSEC_VISITOR; then++) {
                    assert_true(test_put(&table, digest,
                                         record(then, !flag, NOW + 1)));
                    assert_known(digest, record(then, !flag, NOW + 1));
                }

                assert_true((ssec_word(&table, where ? B : A, 0)
                             & SSEC_STATE_MASK) != 0);
                assert_int_equal(test_locks(&table), 0);
            }
        }
    }
}


/* Why a session has ended goes with it, whatever its time. */

static void
reasons_are_kept(void **state)
{
    int            why;
    unsigned       i, ms;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    const ssec_record_t  dead[] = {
        record(SSEC_CLOSED, 0, NOW), record(SSEC_EXPIRED, 0, NOW),
        record(SSEC_EXPIRED, 1, NOW), hearsay(NOW), closed_hearsay(NOW)
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    for (i = 0; i < sizeof(dead) / sizeof(dead[0]); i++) {
        for (why = SSEC_REASON_NONE; why <= SSEC_REASON_UNKNOWN; why++) {
            for (ms = 0; ms < 20; ms++) {
                rec = dead[i];
                rec.reason = why;
                rec.last += ms;

                assert_true(test_put(&table, digest, rec));
                assert_known(digest, rec);
            }
        }

        /* what no version has written */

        for (why = SSEC_REASON_UNKNOWN + 1; why <= 7; why++) {
            ssec_set_word(&table, A, 0,
                          (ssec_word(&table, A, 0) & ~SSEC_REASON_MASK)
                          | (unsigned) why);
            assert_int_equal(test_get(&table, digest).reason,
                             SSEC_REASON_NONE);
        }

        assert_true(test_put(&table, digest, live(NOW + 7)));
        assert_known(digest, live(NOW + 7));
    }
}


/* Of a key that was not issued a flag tells whether it was a user's. */

static void
visitors_are_told_apart(void **state)
{
    unsigned       i, k;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    const ssec_record_t  visitors[] = {
        record(SSEC_VISITOR, 0, NOW), left(NOW), guest(NOW),
        first_off(NOW)
    };

    static const unsigned  slots[] = {
        SSEC_SLOT_VISITOR, SSEC_SLOT_LEFT, SSEC_SLOT_GUEST, SSEC_SLOT_GUEST
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    for (i = 0; i < 4; i++) {
        for (k = 0; k < 4; k++) {
            assert_true(test_put(&table, digest, visitors[i]));
            assert_known(digest, visitors[i]);
            assert_int_equal(ssec_slot_state(ssec_word(&table, A, 0)),
                             slots[i]);
            assert_true(test_put(&table, digest, visitors[k]));
            assert_known(digest, visitors[k]);
        }

        /* neither a name nor a live one is taken for any of them */

        assert_false(ssec_slot_is_name(slots[i]));
        assert_false(ssec_slot_is_live(slots[i]));
    }

    /* that flag is the one of a login, which is not told from it */

    rec = guest(NOW);
    rec.login = false;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, guest(NOW));

    /* so who is closed then is not taken for one that came once */

    rec = guest(NOW);
    rec.state = SSEC_CLOSED;
    assert_true(test_put(&table, digest, rec));
    assert_int_equal(ssec_slot_state(ssec_word(&table, A, 0)),
                     SSEC_SLOT_CLOSED);

    /* who is no visitor has not left */

    rec = issued(NOW);
    rec.left = true;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, issued(NOW));
}


static void
times_are_packed(void **state)
{
    size_t         i;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    static const uint64_t  times[] = {
        0, 1, 63, 64, 65, 127, 86400000, (1ULL << 32) - 1, 1ULL << 32,
        (1ULL << 32) + 1, (1ULL << 37) + 12345, SSEC_TIME_MAX - 1,
        SSEC_TIME_MAX
    };

    (void) state;

    digest = test_digest(5);

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        rec = issued(times[i]);
        rec.created = times[i];
        (void) test_put(&table, digest, rec);
        rec = test_get(&table, digest);

        assert_int_equal(rec.last, times[i]);
        assert_int_equal(rec.created, times[i] / 64 * 64);
        assert_int_equal(rec.state, SSEC_LIVE);
    }

    /* beyond, the time wraps, and nothing but the time */

    rec = issued(SSEC_TIME_MAX + 6);
    rec.created = SSEC_TIME_MAX + 1;
    (void) test_put(&table, digest, rec);
    rec.created = 0;
    rec.last = 5;
    assert_known(digest, rec);
}


/*
 * A session may be 1.09 years old, and none looks older than it is, whether a
 * login began it or not.
 */

static void
ages_are_packed(void **state)
{
    size_t         i;
    unsigned       login;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    static const uint64_t  ages[] = {
        0, 64, 128, 86400000ULL / 64 * 64, (1ULL << 32),
        ((1ULL << 29) - 1) << 6
    };

    (void) state;

    digest = test_digest(5);

    for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        rec = issued(1ULL << 37);
        rec.created = rec.last - ages[i];

        for (login = 0; login <= 1; login++) {
            rec.login = login;
            (void) test_put(&table, digest, rec);
            assert_known(digest, rec);
        }
    }

    rec.created = rec.last - (1ULL << 35) - 64;
    (void) test_put(&table, digest, rec);
    rec.created = rec.last - 64;
    assert_known(digest, rec);
}


/* A held session keeps its first bucket's lock, and its second's if needed. */

static void
locks_while_held(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    ssec_table_acquire(&table, &digest, &entry);
    assert_false(entry.found);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
    assert_int_equal(atomic_load(lock_of(B)), table.owner);
    entry.record = live(NOW);
    assert_true(ssec_table_release(&table, &entry));
    assert_int_equal(test_locks(&table), 0);

    ssec_table_acquire(&table, &digest, &entry);
    assert_true(entry.found);
    assert_int_equal(entry.bucket, A);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
    assert_int_equal(test_locks(&table), 1);
    assert_true(ssec_table_release(&table, &entry));
    assert_int_equal(test_locks(&table), 0);
}


/* Neither the body alone nor the place alone makes a session. */

static void
identity_is_body_and_place(void **state)
{
    ssec_digest_t  one, two;

    (void) state;

    one = test_digest_at(&table, A, B, 0);
    two = one;
    two.place++;

    assert_true(test_put(&table, one, live(NOW)));
    assert_unknown(two);
    assert_true(test_put(&table, two, live(NOW + 1)));
    assert_known(one, live(NOW));
    assert_known(two, live(NOW + 1));

    /* what is left of a body is no record */

    two = one;
    two.body++;
    place(A, 2, two, live(NOW));
    ssec_set_word(&table, A, 2, 0);
    assert_unknown(two);
}


static bool
is_in_second(uint32_t bucket, unsigned slot)
{
    return ssec_word(&table, bucket, slot) != 0
           && (table.buckets[bucket].created[slot] & SSEC_IN_SECOND) != 0;
}


static void
new_ones_go_where_there_is_more_room(void **state)
{
    unsigned       i;
    ssec_digest_t  digest;

    /* of six that have the same buckets */

    static const uint32_t  expected[] = { A, B, A, B, A, B };

    (void) state;

    for (i = 0; i < 6; i++) {
        digest = test_digest_at(&table, A, B, i);
        assert_true(test_put(&table, digest, live(NOW + i)));

        assert_true(ssec_word(&table, expected[i], i / 2) != 0);
        assert_int_equal(is_in_second(expected[i], i / 2),
                         expected[i] == B);
    }

    for (i = 0; i < 6; i++) {
        assert_known(test_digest_at(&table, A, B, i), live(NOW + i));
    }

    assert_int_equal(atomic_load(&table.header->collisions), 0);
}


/* Pushing out */

static void
eviction_order(void **state)
{
    bool           was_live;
    unsigned       i, n, out;
    uint64_t       seed;
    ssec_record_t  six[6], swap;
    ssec_counts_t  counts;

    /* in the order in which they go */

    const ssec_record_t  order[] = {
        guest(NOW + 8 * 82), hearsay(NOW + 8 * 83), guest(NOW + 8 * 84),
        closed_hearsay(NOW + 8 * 85),
        invented(NOW + 8 * 80), invented(NOW + 8 * 81),
        record(SSEC_CLOSED, 0, NOW + 8 * 70),
        record(SSEC_CLOSED, 0, NOW + 8 * 71),
        record(SSEC_EXPIRED, 1, NOW + 8 * 60),
        record(SSEC_EXPIRED, 0, NOW + 8 * 61),
        record(SSEC_EXPIRED, 1, NOW + 8 * 62),
        live(NOW + 8 * 50), live(NOW + 8 * 51),
        record(SSEC_VISITOR, 0, NOW + 8 * 45), left(NOW + 8 * 46),
        record(SSEC_VISITOR, 0, NOW + 8 * 47),
        fresh(NOW + 8 * 43), fresh(NOW + 8 * 44),
        presented(NOW + 8 * 48), presented(NOW + 8 * 49),
        issued(NOW + 8 * 40), issued(NOW + 8 * 41), issued(NOW + 8 * 42)
    };

    (void) state;

    seed = 3;

    for (n = 0; n + 6 <= sizeof(order) / sizeof(order[0]); n++) {

        test_table_unmap(&table);
        test_table_map(&table, 1024);

        memcpy(six, order + n, sizeof(six));

        for (i = 5; i > 0; i--) {
            out = (unsigned) test_below(&seed, i + 1);
            swap = six[i];
            six[i] = six[out];
            six[out] = swap;
        }

        for (i = 0; i < 6; i++) {
            assert_true(test_put(&table, test_digest_at(&table, A, B, i),
                                 six[i]));
        }

        /* newcomers that are missed more than any of them */

        for (out = 0; out < 6; out++) {
            was_live = (order[n + out].state == SSEC_LIVE);

            ssec_table_count(&table, &counts);
            assert_int_equal(test_put(&table,
                                      test_digest_at(&table, A, B, 10 + out),
                                      record(SSEC_LIVE, 1, NOW + 1000)),
                             !was_live);
            assert_int_equal(atomic_load(&table.header->evicted),
                             counts.evicted + was_live);
            assert_int_equal(ssec_table_evicted_issued(&table),
                             counts.issued
                             + (was_live && order[n + out].issued));
            assert_int_equal(ssec_table_evicted_invented(&table),
                             counts.invented
                             + (was_live && !order[n + out].issued
                                && !order[n + out].used));
            assert_int_equal(ssec_table_refused(&table), 0);
            assert_int_equal(atomic_load(&table.header->collisions),
                             counts.collisions + 1);

            for (i = 0; i < 6; i++) {
                if (test_same(&six[i], &order[n + out])) {
                    assert_unknown(test_digest_at(&table, A, B, i));
                    six[i].state = SSEC_UNKNOWN;

                } else if (six[i].state != SSEC_UNKNOWN) {
                    assert_known(test_digest_at(&table, A, B, i), six[i]);
                }
            }

            assert_known(test_digest_at(&table, A, B, 10 + out),
                         record(SSEC_LIVE, 1, NOW + 1000));
        }
    }
}


/* Fills both buckets; in either, the others' second bucket is C or D. */

static void
fill(uint32_t second_of_a, uint32_t second_of_b)
{
    unsigned  i;

    for (i = 0; i < 3; i++) {
        place(A, i, test_digest_at(&table, A, second_of_a, i), live(NOW + i));
        place(B, i, test_digest_at(&table, B, second_of_b, i),
              live(NOW + 10 + i));
    }
}


static void
assert_filled(uint32_t second_of_a, uint32_t second_of_b)
{
    unsigned  i;

    for (i = 0; i < 3; i++) {
        assert_known(test_digest_at(&table, A, second_of_a, i),
                     live(NOW + i));
        assert_known(test_digest_at(&table, B, second_of_b, i),
                     live(NOW + 10 + i));
    }
}


static void
moves_make_room_in_the_first_bucket(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    fill(C, D);
    digest = test_digest_at(&table, A, B, 50);

    assert_true(test_put(&table, digest, live(NOW + 99)));

    assert_known(digest, live(NOW + 99));
    assert_filled(C, D);
    assert_true(is_in_second(C, 0));
    assert_int_equal(atomic_load(&table.header->collisions), 1);
    assert_int_equal(atomic_load(&table.header->evicted), 0);
    assert_int_equal(test_locks(&table), 0);
}


static void
moves_make_room_in_the_second_bucket(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    /* A's cannot move, since B is where they would go */

    fill(B, D);
    digest = test_digest_at(&table, A, B, 50);

    assert_true(test_put(&table, digest, live(NOW + 99)));

    assert_known(digest, live(NOW + 99));
    assert_filled(B, D);
    assert_true(is_in_second(D, 0));
    assert_true(is_in_second(B, 0));
    assert_int_equal(test_locks(&table), 0);
}


/* A record in its second bucket moves to the first. */

static void
moves_back(void **state)
{
    unsigned       i, n;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    /* one of A's, or, where those cannot move, of B's */

    for (n = 0; n <= 1; n++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 3; i++) {
            place(A, i, test_digest_at(&table, n ? B : C, A, i),
                  issued(NOW + i));
            place(B, i, test_digest_at(&table, D, B, i), issued(NOW + i));
        }

        assert_true(test_put(&table, digest, issued(NOW + 99)));
        assert_known(digest, issued(NOW + 99));
        assert_true(ssec_word(&table, n ? D : C, 0) != 0);
        assert_false(is_in_second(n ? D : C, 0));
        assert_int_equal(test_locks(&table), 0);

        for (i = 0; i < 3; i++) {
            assert_known(test_digest_at(&table, n ? B : C, A, i),
                         issued(NOW + i));
            assert_known(test_digest_at(&table, D, B, i), issued(NOW + i));
        }
    }
}


/* No move into a bucket that is busy, marked or full. */

static void
moves_that_cannot_be(void **state)
{
    unsigned       i, n;
    ssec_digest_t  digest;

    (void) state;

    for (n = 0; n < 4; n++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        fill(C, D);

        if (n == 0) {
            atomic_store(lock_of(C), ssec_table_owner());
            atomic_store(lock_of(D), ssec_table_owner());

        } else if (n == 1) {
            atomic_store(lock_of(C), 1U << SSEC_MOVING);
            atomic_store(lock_of(D), 3U << SSEC_MOVING);

        } else {
            for (i = 0; i < 3; i++) {
                place(C, i, test_digest_at(&table, C, D, i), live(NOW));
                place(D, i, test_digest_at(&table, D, C, i), live(NOW));
            }
        }

        /* nor back */

        for (i = 0; n == 3 && i < 3; i++) {
            place(A, i, test_digest_at(&table, C, A, 9 + i), live(NOW + i));
            place(B, i, test_digest_at(&table, D, B, 9 + i), live(NOW + 9));
        }

        digest = test_digest_at(&table, A, B, 50);
        assert_false(test_put(&table, digest, live(NOW + 99)));
        assert_int_equal(atomic_load(&table.header->evicted), 1);
        assert_int_equal(atomic_load(&table.header->collisions), 1);
        assert_known(digest, live(NOW + 99));

        /* the longest idle was A's first */

        assert_int_equal(test_records_of(&table,
                                         (n == 3)
                                         ? test_digest_at(&table, C, A, 9)
                                         : test_digest_at(&table, A, C, 0)),
                         0);
    }
}


/* Where the other bucket is full a record of that moves, too, and so on. */

static void
moves_in_a_chain(void **state)
{
    unsigned       i, n, k;
    ssec_digest_t  digest;

    /* each one's second bucket is the next */

    static const uint32_t  chain[] = { A, C, D, 500, 600 };

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (n = 1; n <= SSEC_MOVES + 1; n++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 3; i++) {
            place(B, i, test_digest_at(&table, B, A, i), issued(NOW + 90));

            for (k = 0; k < n; k++) {
                place(chain[k], i,
                      test_digest_at(&table, chain[k], chain[k + 1],
                                     10 * k + i),
                      issued(NOW + k));
            }
        }

        assert_int_equal(test_put(&table, digest, issued(NOW + 99)),
                         n <= SSEC_MOVES);
        assert_known(digest, issued(NOW + 99));
        assert_int_equal(ssec_table_evicted(&table), n > SSEC_MOVES);
        assert_int_equal(test_locks(&table), 0);

        for (k = 0; k < n; k++) {
            if (n <= SSEC_MOVES) {
                assert_true(is_in_second(chain[k + 1], 0));
            }

            for (i = (n > SSEC_MOVES); i < 3; i++) {
                assert_known(test_digest_at(&table, chain[k], chain[k + 1],
                                            10 * k + i), issued(NOW + k));
            }
        }
    }
}


/* At its end, too, what is worth less goes. */

static void
moves_in_a_chain_over_weaker_ones(void **state)
{
    unsigned       i;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (i = 0; i < 3; i++) {
        place(B, i, test_digest_at(&table, B, A, i), issued(NOW + i));
        place(A, i, test_digest_at(&table, A, C, i), issued(NOW + i));
        place(C, i, test_digest_at(&table, C, D, i), issued(NOW + i));
        place(D, i, test_digest_at(&table, D, A, i), live(NOW + i));
    }

    assert_false(test_put(&table, digest, issued(NOW + 99)));
    assert_known(digest, issued(NOW + 99));
    assert_int_equal(ssec_table_evicted(&table), 1);
    assert_int_equal(ssec_table_evicted_issued(&table), 0);
    assert_unknown(test_digest_at(&table, D, A, 0));

    for (i = 0; i < 3; i++) {
        assert_known(test_digest_at(&table, B, A, i), issued(NOW + i));
        assert_known(test_digest_at(&table, A, C, i), issued(NOW + i));
        assert_known(test_digest_at(&table, C, D, i), issued(NOW + i));
    }
}


/* What pushes out what: six of one kind, and a newcomer of another. */

static void
powers(void **state)
{
    bool           may, kept, is_live, was_live;
    unsigned       i, k, n;
    ssec_digest_t  digest;

    enum { CLOSED = 0, EXPIRED, GUEST, LIVE, VISITOR, LEFT, FRESH, ISSUED,
           KINDS };

    const ssec_record_t  kinds[] = {
        [CLOSED] = record(SSEC_CLOSED, 0, NOW),
        [EXPIRED] = record(SSEC_EXPIRED, 1, NOW),
        [GUEST] = guest(NOW),
        [LIVE] = live(NOW),
        [VISITOR] = record(SSEC_VISITOR, 0, NOW),
        [LEFT] = left(NOW),
        [FRESH] = fresh(NOW),
        [ISSUED] = issued(NOW)
    };

    static const bool  pushes_out[KINDS][KINDS] = {
        [CLOSED] = { 1, 1, 1, 0, 0, 0, 0, 0 },
        [EXPIRED] = { 1, 1, 1, 0, 0, 0, 0, 0 },
        [GUEST] = { 1, 1, 1, 0, 0, 0, 0, 0 },
        [LIVE] = { 1, 1, 1, 1, 0, 0, 0, 0 },
        [VISITOR] = { 1, 1, 1, 1, 1, 1, 0, 0 },
        [LEFT] = { 1, 1, 1, 1, 1, 1, 0, 0 },
        [FRESH] = { 1, 1, 1, 1, 1, 1, 1, 1 },
        [ISSUED] = { 1, 1, 1, 1, 1, 1, 1, 1 }
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (n = 0; n < KINDS; n++) {
        for (k = 0; k < KINDS; k++) {
            test_table_unmap(&table);
            test_table_map(&table, 1024);

            for (i = 0; i < 6; i++) {
                assert_true(test_put(&table, test_digest_at(&table, A, B, i),
                                     kinds[k]));
            }

            may = pushes_out[n][k];
            is_live = (kinds[n].state == SSEC_LIVE);
            was_live = (kinds[k].state == SSEC_LIVE);

            kept = test_put(&table, digest, kinds[n]);

            assert_int_equal(kept, may ? !was_live : !is_live);
            assert_int_equal(test_records_of(&table, digest), may);
            assert_int_equal(ssec_table_evicted(&table), may && was_live);
            assert_int_equal(ssec_table_evicted_issued(&table),
                             may && k >= FRESH);
            assert_int_equal(ssec_table_refused(&table), !may && is_live);
            assert_int_equal(test_locks(&table), 0);

            for (i = 0; i < 6; i++) {
                if (i || !may) {
                    assert_known(test_digest_at(&table, A, B, i), kinds[k]);
                }
            }
        }
    }
}


/* Before a live one goes, what is worth less goes from another bucket. */

static void
room_is_made_over_weaker_ones(void **state)
{
    unsigned       i, k, n;
    ssec_digest_t  digest;

    const ssec_record_t  weaker[] = {
        record(SSEC_CLOSED, 0, NOW), record(SSEC_EXPIRED, 0, NOW), live(NOW),
        record(SSEC_VISITOR, 0, NOW), fresh(NOW), guest(NOW), left(NOW)
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    /* the weaker one lies in C, or in D */

    for (n = 0; n <= 1; n++) {
        for (k = 0; k < sizeof(weaker) / sizeof(weaker[0]); k++) {
            test_table_unmap(&table);
            test_table_map(&table, 1024);

            for (i = 0; i < 3; i++) {
                place(A, i, test_digest_at(&table, A, C, i), issued(NOW + i));
                place(B, i, test_digest_at(&table, B, D, i), issued(NOW + i));
                place(C, i, test_digest_at(&table, C, A, i), issued(NOW + i));
                place(D, i, test_digest_at(&table, D, B, i), issued(NOW + i));
            }

            place(n ? D : C, 1, test_digest_at(&table, n ? D : C, A, 9),
                  weaker[k]);

            assert_int_equal(test_put(&table, digest, issued(NOW + 50)),
                             weaker[k].state != SSEC_LIVE);
            assert_known(digest, issued(NOW + 50));

            assert_unknown(test_digest_at(&table, n ? D : C, A, 9));
            assert_int_equal(ssec_table_evicted(&table),
                             weaker[k].state == SSEC_LIVE);
            assert_int_equal(ssec_table_evicted_issued(&table), k == 4);
            assert_true(is_in_second(n ? D : C, 1));

            for (i = 0; i < 3; i++) {
                assert_known(test_digest_at(&table, A, C, i),
                             issued(NOW + i));
                assert_known(test_digest_at(&table, B, D, i),
                             issued(NOW + i));
            }

            assert_int_equal(test_locks(&table), 0);
        }
    }
}


/* Of several that are worth the same the longest idle goes. */

static void
room_is_made_over_the_longest_idle(void **state)
{
    unsigned       i, n, oldest;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (oldest = 0; oldest < 3; oldest++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 3; i++) {
            n = (i + 3 - oldest) % 3;

            place(A, i, test_digest_at(&table, A, C, i), issued(NOW + i));
            place(B, i, test_digest_at(&table, B, A, i), issued(NOW + i));
            place(C, i, test_digest_at(&table, C, A, i), live(NOW + n));
        }

        assert_false(test_put(&table, digest, issued(NOW + 50)));
        assert_known(digest, issued(NOW + 50));

        for (i = 0; i < 3; i++) {
            assert_int_equal(test_records_of(&table,
                                             test_digest_at(&table, C, A, i)),
                             i != oldest);
            assert_known(test_digest_at(&table, A, C, i), issued(NOW + i));
        }

        /* but what is worth less goes before, however short it is idle */

        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 3; i++) {
            place(A, i, test_digest_at(&table, A, C, i), issued(NOW + i));
            place(B, i, test_digest_at(&table, B, A, i), issued(NOW + i));
            place(C, i, test_digest_at(&table, C, A, i),
                  i == oldest ? guest(NOW + 90) : live(NOW));
        }

        assert_true(test_put(&table, digest, issued(NOW + 50)));
        assert_unknown(test_digest_at(&table, C, A, oldest));
    }
}


/* For a made-up session nothing is pushed out but in its own buckets. */

static void
made_up_ones_are_refused(void **state)
{
    unsigned       i;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (i = 0; i < 3; i++) {
        place(A, i, test_digest_at(&table, A, C, i), issued(NOW + i));
        place(B, i, test_digest_at(&table, B, D, i), issued(NOW + i));
        place(C, i, test_digest_at(&table, C, A, i), live(NOW));
        place(D, i, test_digest_at(&table, D, B, i),
              record(SSEC_CLOSED, 0, NOW));
    }

    assert_false(test_put(&table, digest, live(NOW + 50)));
    assert_unknown(digest);
    assert_int_equal(ssec_table_refused(&table), 1);
    assert_int_equal(ssec_table_evicted(&table), 0);

    /* what is free there it takes, by a move, and its like here */

    ssec_set_word(&table, D, 1, 0);
    assert_true(test_put(&table, digest, live(NOW + 50)));
    assert_known(digest, live(NOW + 50));

    assert_false(test_put(&table, test_digest_at(&table, A, B, 51),
                          live(NOW + 51)));
    assert_unknown(digest);
    assert_known(test_digest_at(&table, A, B, 51), live(NOW + 51));
    assert_int_equal(ssec_table_refused(&table), 1);
    assert_int_equal(ssec_table_evicted(&table), 1);
    assert_int_equal(ssec_table_evicted_issued(&table), 0);
}


/* Limits of a session's own */

static ssec_own_t
limits(uint32_t warn_after, uint32_t expire_after, uint32_t max_lifetime)
{
    return (ssec_own_t) { warn_after, expire_after, max_lifetime };
}


static const ssec_own_t *
own(ssec_own_t o)
{
    return ssec_table_own(&table, &o);
}


static void
own_limits_are_kept_once(void **state)
{
    unsigned           i;
    ssec_own_t         o;
    const ssec_own_t  *first;

    (void) state;

    first = own(limits(1, 2, 3));
    assert_ptr_equal(first, &table.header->own[1]);
    assert_ptr_equal(own(limits(1, 2, 3)), first);

    /* any of the three makes the difference */

    assert_ptr_equal(own(limits(9, 2, 3)), first + 1);
    assert_ptr_equal(own(limits(1, 9, 3)), first + 2);
    assert_ptr_equal(own(limits(1, 2, 9)), first + 3);
    assert_ptr_equal(own(limits(0, 0, SSEC_OWN_NONE)), first + 4);
    assert_ptr_equal(own(limits(9, 2, 3)), first + 1);

    for (i = 1; i <= 5; i++) {
        o = table.header->own[i];
        assert_true(o.warn_after == 9 || o.warn_after <= 1);
    }

    assert_int_equal(atomic_load(&table.header->nown), 5);
    assert_int_equal(test_locks(&table), 0);
    assert_int_equal(atomic_load(&table.header->lock), 0);
}


static void
own_limits_when_there_are_too_many(void **state)
{
    unsigned           i;
    const ssec_own_t  *first;

    (void) state;

    /* of 10, 20, ... 10,230 seconds, a tenth of them for an hour at most */

    for (i = 1; i <= SSEC_TABLE_OWN; i++) {
        assert_ptr_equal(own(limits(0, i * 10000, i % 10 ? 0 : 3600000)),
                         &table.header->own[i]);
    }

    first = &table.header->own[1];

    /* what is there is found */

    assert_ptr_equal(own(limits(0, 10000, 0)), first);
    assert_ptr_equal(own(limits(0, SSEC_TABLE_OWN * 10000, 0)),
                     first + SSEC_TABLE_OWN - 1);

    /* the longest that are not longer, in either respect */

    assert_ptr_equal(own(limits(7, 50001, 0)), first + 4);
    assert_ptr_equal(own(limits(7, 59999, 0)), first + 4);
    assert_ptr_equal(own(limits(7, 60000, 0)), first + 5);
    assert_ptr_equal(own(limits(0, 159999, 3600000)), first + 9);
    assert_ptr_equal(own(limits(0, 159999, 3600001)), first + 9);

    /* none is the configured one, which may be the longest there is */

    assert_ptr_equal(own(limits(7, 0, 0)), first + SSEC_TABLE_OWN - 1);
    assert_ptr_equal(own(limits(7, 0, SSEC_OWN_NONE)),
                     first + SSEC_TABLE_OWN - 4);

    /* or the shortest */

    assert_ptr_equal(own(limits(0, 9999, 0)), first);
    assert_ptr_equal(own(limits(0, 50000, 3599999)), first);

    assert_int_equal(atomic_load(&table.header->nown), SSEC_TABLE_OWN);
    assert_int_equal(atomic_load(&table.header->lock), 0);
}


static void
own_limits_shortest_is_not_the_first(void **state)
{
    unsigned  i;

    (void) state;

    for (i = 1; i <= SSEC_TABLE_OWN; i++) {
        (void) own(limits(0, 0, 5000 + i));
    }

    table.header->own[700].expire_after = 40000;
    table.header->own[701].expire_after = 30000;
    table.header->own[702].expire_after = 50000;

    assert_ptr_equal(own(limits(0, 1000, 1000)), &table.header->own[701]);
}


static void
own_limits_stay_with_the_record(void **state)
{
    unsigned       slot;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    rec = issued(NOW);
    rec.own = own(limits(1, 2, 3));
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, rec);
    assert_ptr_equal(test_get(&table, digest).own, rec.own);

    /* others, and none, whatever the state */

    rec.own = own(limits(4, 5, 6));
    rec.state = SSEC_VISITOR;
    rec.used = false;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, rec);

    rec.own = NULL;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, rec);
    assert_null(test_get(&table, digest).own);

    /* what is left in the place of another is not this one's */

    rec = issued(NOW);
    rec.own = own(limits(7, 8, 9));
    assert_true(test_put(&table, digest, rec));
    ssec_set_word(&table, A, 0, 0);
    assert_true(test_put(&table, digest, issued(NOW)));
    assert_null(test_get(&table, digest).own);
    ssec_set_word(&table, A, 0, 0);

    /* in the second bucket, and by a move to it */

    place(B, 2, digest, rec);
    assert_known(digest, rec);
    ssec_set_word(&table, B, 2, 0);

    for (slot = 0; slot < 3; slot++) {
        place(A, slot, test_digest_at(&table, A, C, slot), rec);
        place(B, slot, test_digest_at(&table, B, A, slot), live(NOW));
    }

    rec.own = own(limits(1, 2, 3));
    place(A, 0, test_digest_at(&table, A, C, 0), rec);

    assert_true(test_put(&table, digest, issued(NOW)));
    assert_known(digest, issued(NOW));
    assert_known(test_digest_at(&table, A, C, 0), rec);
    assert_true(is_in_second(C, 0));

    rec.own = own(limits(7, 8, 9));
    assert_known(test_digest_at(&table, A, C, 1), rec);
}


/* A glimpse is what acquiring gives, or nothing. */

static void
glimpse(void **state)
{
    size_t          i;
    unsigned        slot;
    ssec_entry_t    entry;
    ssec_record_t   rec;
    ssec_digest_t   digest, other;
    ssec_glimpse_t  g;

    const ssec_record_t  live_ones[] = {
        live(NOW), issued(NOW), live(0), issued(SSEC_TIME_MAX)
    };

    const ssec_record_t  others[] = {
        fresh(NOW), presented(NOW), invented(NOW), hearsay(NOW),
        closed_hearsay(NOW),
        record(SSEC_EXPIRED, 0, NOW), record(SSEC_EXPIRED, 1, NOW),
        record(SSEC_CLOSED, 0, NOW), record(SSEC_VISITOR, 0, NOW)
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    assert_false(ssec_table_glimpse(&table, &digest, &g));

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        for (i = 0; i < sizeof(live_ones) / sizeof(live_ones[0]); i++) {
            rec = live_ones[i];
            rec.login = i & 1;
            rec.created = rec.last & ~63ULL;
            place(A, slot, digest, rec);

            assert_true(ssec_table_glimpse(&table, &digest, &g));
            ssec_table_acquire(&table, &digest, &entry);
            ssec_table_leave(&table, &entry);

            assert_int_equal(ssec_glimpse_last(&g), entry.record.last);
            assert_int_equal(ssec_glimpse_created(&g), entry.record.created);
            assert_int_equal(ssec_glimpse_login(&g), i & 1);
            assert_ptr_equal(g.bucket, &table.buckets[entry.bucket]);
            assert_int_equal(g.slot, entry.slot);
            assert_int_equal(test_locks(&table), 0);
        }

        for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
            place(A, slot, digest, others[i]);
            assert_false(ssec_table_glimpse(&table, &digest, &g));
        }

        rec = issued(NOW);
        rec.own = own(limits(1, 2, 3));
        place(A, slot, digest, rec);
        assert_false(ssec_table_glimpse(&table, &digest, &g));

        /* one of which half the digest is another's */

        place(A, slot, digest, issued(NOW));
        other = digest;
        other.place++;
        assert_false(ssec_table_glimpse(&table, &other, &g));
        other = digest;
        other.body++;
        assert_false(ssec_table_glimpse(&table, &other, &g));

        ssec_set_word(&table, A, slot, 0);
        assert_false(ssec_table_glimpse(&table, &digest, &g));
        table.buckets[A].body[slot] = 0;
    }

    /* what others hold, or what lies elsewhere, takes longer */

    place(A, 1, digest, issued(NOW));
    atomic_store(lock_of(A), table.owner);
    assert_false(ssec_table_glimpse(&table, &digest, &g));
    atomic_store(lock_of(A), 0);
    assert_true(ssec_table_glimpse(&table, &digest, &g));

    ssec_set_word(&table, A, 1, 0);
    place(B, 1, digest, issued(NOW));
    assert_false(ssec_table_glimpse(&table, &digest, &g));
    assert_int_equal(test_locks(&table), 0);
}


/* Touching */

/* What a glimpse gives of a record, wherever that lies. */

static ssec_glimpse_t
seen(uint32_t bucket, unsigned slot)
{
    return (ssec_glimpse_t) { .word = ssec_word(&table, bucket, slot),
                              .bucket = &table.buckets[bucket], .slot = slot };
}


static void
touch(void **state)
{
    uint32_t        bucket;
    unsigned        n;
    ssec_digest_t   digest;
    ssec_record_t   rec;
    ssec_glimpse_t  g;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    /* in the first and in the second bucket */

    for (n = 0; n <= 1; n++) {
        bucket = n ? B : A;
        rec = n ? fresh(NOW) : issued(NOW);
        rec.own = own(limits(1, 2, 3));
        place(bucket, 1, digest, rec);

        g = seen(bucket, 1);

        assert_true(ssec_table_touch(&table, &digest, &g, NOW + 5));
        rec.last = NOW + 5;
        assert_known(digest, rec);

        /* it never goes back, be it another that has touched it */

        assert_true(ssec_table_touch(&table, &digest, &g, NOW + 4));
        assert_true(ssec_table_touch(&table, &digest, &g, 0));
        assert_known(digest, rec);

        assert_true(ssec_table_touch(&table, &digest, &g, NOW + 6));
        rec.last = NOW + 6;
        assert_known(digest, rec);
        assert_int_equal(test_locks(&table), 0);

        ssec_set_word(&table, bucket, 1, 0);
    }
}


static void
touch_of_a_glimpse(void **state)
{
    unsigned        slot;
    ssec_digest_t   digest;
    ssec_glimpse_t  g;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        place(A, slot, digest, issued(NOW));

        assert_true(ssec_table_glimpse(&table, &digest, &g));
        assert_true(ssec_table_touch(&table, &digest, &g, NOW + 5));
        assert_known(digest, (ssec_record_t) {
            .state = SSEC_LIVE, .issued = true, .presented = true,
            .used = true,
            .created = issued(NOW).created, .last = NOW + 5
        });

        ssec_set_word(&table, A, slot, 0);
        table.buckets[A].body[slot] = 0;
    }
}


static void
touch_of_what_is_not_there(void **state)
{
    size_t          i;
    ssec_digest_t   digest, other;
    ssec_glimpse_t  g;

    const ssec_record_t  changed[] = {
        record(SSEC_EXPIRED, 0, NOW), record(SSEC_EXPIRED, 1, NOW),
        record(SSEC_CLOSED, 0, NOW), record(SSEC_VISITOR, 0, NOW),
        issued(NOW), fresh(NOW)
    };

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    /* what was, what was changed, and others */

    place(A, 1, digest, live(NOW));
    g = seen(A, 1);

    ssec_set_word(&table, A, 1, 0);
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    assert_unknown(digest);

    for (i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
        place(A, 1, digest, changed[i]);
        assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
        assert_known(digest, changed[i]);
    }

    other = digest;
    other.body++;
    place(A, 1, other, live(NOW));
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    assert_known(other, live(NOW));

    other = digest;
    other.place++;
    place(A, 1, other, live(NOW));
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    assert_known(other, live(NOW));

    place(A, 1, digest, live(NOW));

    g.slot = 2;
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    g.slot = 1;
    g.bucket = &table.buckets[B];
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));

    assert_known(digest, live(NOW));
    assert_int_equal(test_locks(&table), 0);
}


/* Who holds the bucket is not waited for. */

static void
touch_of_what_is_held(void **state)
{
    ssec_digest_t   digest;
    ssec_glimpse_t  g;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    place(A, 1, digest, live(NOW));
    g = seen(A, 1);

    atomic_store(lock_of(A), table.owner);
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    assert_int_equal(atomic_load(lock_of(A)), table.owner);

    atomic_store(lock_of(A), dead_owner());
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));

    assert_int_equal(test_get(&table, digest).last, NOW);
    assert_int_equal(test_locks(&table), 0);
}


/* Notes, and deaths */

static void
notes(void **state)
{
    unsigned   i;
    uint8_t   *p;

    (void) state;

    p = ssec_table_lock_notes(&table);
    assert_int_equal(atomic_load(&table.header->lock), table.owner);

    for (i = 0; i < SSEC_TABLE_NOTES; i++) {
        assert_int_equal(p[i], 0);
    }

    memset(p, 0xa5, SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(&table);
    assert_int_equal(atomic_load(&table.header->lock), 0);

    /* they are nobody else's memory */

    assert_unknown(test_digest(1));
    assert_ptr_equal(own(limits(1, 2, 3)), &table.header->own[1]);
    assert_true(p + SSEC_TABLE_NOTES
                <= (uint8_t *) table.header + SSEC_TABLE_HEADER);

    p = ssec_table_lock_notes(&table);
    assert_int_equal(p[0], 0xa5);
    assert_int_equal(p[SSEC_TABLE_NOTES - 1], 0xa5);
    ssec_table_unlock_notes(&table);
}


static void
notes_of_a_killed_process(void **state)
{
    uint8_t  *p;

    (void) state;

    atomic_store(&table.header->lock, dead_owner());

    p = ssec_table_lock_notes(&table);
    assert_ptr_equal(p, table.header->notes);
    assert_int_equal(atomic_load(&table.header->lock), table.owner);
    ssec_table_unlock_notes(&table);

    /* one that stopped while it added limits: they are not there yet */

    table.header->own[1] = limits(7, 7, 7);
    atomic_store(&table.header->lock, dead_owner());
    assert_int_equal(own(limits(1, 2, 3))->expire_after, 2);
    assert_int_equal(atomic_load(&table.header->nown), 1);
}


static void
deaths(void **state)
{
    uint64_t       n;
    ssec_state_e   was, then;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    n = ssec_table_deaths(&table);
    assert_int_equal(n, 0);

    for (was = SSEC_UNKNOWN; was <= SSEC_VISITOR; was++) {
        for (then = SSEC_LIVE; then <= SSEC_VISITOR; then++) {

            ssec_set_word(&table, A, 0, 0);

            if (was != SSEC_UNKNOWN) {
                place(A, 0, digest, record(was, 1, NOW));
            }

            ssec_table_acquire(&table, &digest, &entry);
            entry.record = record(then, 0, NOW + 1);
            assert_true(ssec_table_release(&table, &entry));

            n += (was == SSEC_LIVE && then != SSEC_LIVE);
            assert_int_equal(ssec_table_deaths(&table), n);
        }
    }

    assert_int_equal(n, 3);

    /* what is let go as it was has not died */

    place(A, 0, digest, live(NOW));
    ssec_table_acquire(&table, &digest, &entry);
    entry.record.state = SSEC_CLOSED;
    ssec_table_leave(&table, &entry);
    assert_int_equal(ssec_table_deaths(&table), n);
    assert_known(digest, live(NOW));
}


/* Counting and reporting */

static void
count_by_state(void **state)
{
    unsigned       i;
    ssec_counts_t  counts;

    (void) state;

    for (i = 0; i < 15; i++) {
        (void) test_put(&table, test_digest(i),
                        record(i < 8 ? SSEC_LIVE
                                     : i < 13 ? SSEC_EXPIRED : SSEC_CLOSED,
                               i % 2, NOW));
    }

    for (i = 15; i < 22; i++) {
        (void) test_put(&table, test_digest(i),
                        i < 17 ? record(SSEC_VISITOR, 0, NOW)
                               : i == 17 ? left(NOW)
                                         : i == 18 ? guest(NOW) : fresh(NOW));
    }

    for (i = 0; i < 6; i++) {
        assert_true(rename_to(i ? test_digest(99 + i) : test_digest(0),
                              test_digest(100 + i)));
    }

    ssec_table_count(&table, &counts);

    assert_int_equal(counts.live, 11);
    assert_int_equal(counts.visitors, 4);
    assert_int_equal(counts.expired, 5);
    assert_int_equal(counts.closed, 2);
    assert_int_equal(counts.names, 7);
    assert_int_equal(counts.room, 3072);
    assert_int_equal(counts.evicted, 0);
    assert_int_equal(counts.issued, 0);
    assert_int_equal(counts.refused, 0);
    assert_int_equal(counts.collisions, 0);
}


static void
report_once_a_period(void **state)
{
    ssec_table_t  other;

    (void) state;

    ssec_table_open(&other, table.header, table.owner);

    assert_true(ssec_table_report(&table, NOW, 1000));
    assert_false(ssec_table_report(&table, NOW, 1000));
    assert_false(ssec_table_report(&other, NOW + 1, 1000));
    assert_false(ssec_table_report(&other, NOW + 999, 1000));
    assert_true(ssec_table_report(&other, NOW + 1000, 1000));
    assert_false(ssec_table_report(&table, NOW + 1000, 1000));
    assert_true(ssec_table_report(&table, NOW + 5000, 1000));
}


/* Copies */

static ssec_record_t
record_of(unsigned i)
{
    return record(SSEC_LIVE + i % 4, i / 4 % 2, NOW + i * 1009ULL);
}


/*
 * That every record is found in a table with another number of buckets shows
 * that the whole digest can be told from what is stored.
 */

static void
copy_to_another_size(void **state)
{
    size_t         k;
    unsigned       i;
    ssec_table_t   from;
    ssec_counts_t  counts;

    static const struct {
        uint32_t   from;
        uint32_t   to;
    } sizes[] = {
        { 1024, 1024 }, { 1024, 4099 }, { 1024, 1025 }, { 1025, 1024 },
        { 1031, 2048 }, { 4099, 1024 }, { 16380, 1024 }, { 65536, 1031 },
        { 1048573, 1024 }
    };

    (void) state;

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {

        test_table_unmap(&table);
        test_table_map(&from, sizes[k].from);
        test_table_map(&table, sizes[k].to);

        for (i = 0; i < 1200; i++) {
            assert_true(test_put(&from, test_digest(i), record_of(i)));
        }

        ssec_table_copy(&table, &from, 0);

        ssec_table_count(&table, &counts);
        assert_int_equal(counts.live, 300);
        assert_int_equal(counts.expired, 300);
        assert_int_equal(counts.closed, 300);
        assert_int_equal(counts.visitors, 300);
        assert_int_equal(counts.evicted, 0);

        for (i = 0; i < 1200; i++) {
            assert_record(test_get(&table, test_digest(i)), record_of(i));
            assert_record(test_get(&from, test_digest(i)), record_of(i));
        }

        assert_int_equal(test_locks(&table), 0);
        assert_int_equal(test_locks(&from), 0);
        test_table_unmap(&from);
    }
}


static void
copy_to_a_table_too_small(void **state)
{
    unsigned       i, known;
    ssec_table_t   from;
    ssec_counts_t  counts;
    ssec_record_t  rec;

    (void) state;

    test_table_map(&from, 8192);

    for (i = 0; i < 8000; i++) {
        assert_true(test_put(&from, test_digest(i), live(NOW + i)));
    }

    ssec_table_copy(&table, &from, 0);

    known = 0;

    for (i = 0; i < 8000; i++) {
        rec = test_get(&table, test_digest(i));

        if (rec.state != SSEC_UNKNOWN) {
            assert_record(rec, live(NOW + i));
            known++;
        }
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.live, known);
    assert_int_equal(counts.evicted, 8000 - known);
    assert_true(known > 3000);

    test_table_unmap(&from);
}


/* The dead are not kept at the cost of the living. */

static void
copy_prefers_the_living(void **state)
{
    unsigned       i;
    ssec_table_t   from;
    ssec_counts_t  counts;
    ssec_record_t  rec;

    (void) state;

    test_table_map(&from, 8192);

    for (i = 0; i < 4500; i++) {
        rec = live(NOW + i);

        if (i % 3) {
            rec = record((i % 3 == 1) ? SSEC_CLOSED : SSEC_EXPIRED, 0,
                         NOW + i);
        }

        assert_true(test_put(&from, test_digest(i), rec));
    }

    ssec_table_copy(&table, &from, 0);

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.live, 1500);
    assert_int_equal(counts.evicted, 0);
    assert_true(counts.closed + counts.expired > 500);

    test_table_unmap(&from);
}


/* No order of copying lets a weaker one take a stronger one's place. */

static void
copy_prefers_the_issued(void **state)
{
    unsigned       i, n;
    ssec_table_t   from;
    ssec_record_t  rec;
    ssec_counts_t  counts;

    (void) state;

    test_table_map(&from, 8192);

    for (i = 0; i < 7200; i++) {
        n = i % 9;
        rec = (n < 2) ? issued(NOW + i)
                      : (n < 4) ? live(NOW + i)
                                : (n == 4) ? fresh(NOW + i)
                                           : record(SSEC_EXPIRED + (i & 1), 0,
                                                    NOW + i);
        assert_true(test_put(&from, test_digest(i), rec));
    }

    ssec_table_copy(&table, &from, 0);

    for (i = 0; i < 7200; i++) {
        if (i % 9 < 2) {
            assert_record(test_get(&table, test_digest(i)), issued(NOW + i));
        }
    }

    ssec_table_count(&table, &counts);
    assert_true(counts.evicted + counts.refused > 0);
    assert_int_equal(counts.live + counts.evicted + counts.refused, 4000);

    test_table_unmap(&from);
}


static void
copy_with_own_limits_and_notes(void **state)
{
    unsigned           i;
    ssec_table_t       from;
    ssec_record_t      rec;
    ssec_own_t         o;
    uint8_t           *p;

    (void) state;

    test_table_map(&from, 2048);

    /* so that the numbers are others */

    (void) own(limits(9, 9, 9));

    for (i = 0; i < 600; i++) {
        o = limits(1, 2 + i % 300, 3);
        rec = issued(NOW + i);
        rec.own = (i % 5) ? ssec_table_own(&from, &o) : NULL;
        assert_true(test_put(&from, test_digest(i), rec));
    }

    p = ssec_table_lock_notes(&from);
    p[0] = 1;
    p[SSEC_TABLE_NOTES - 1] = 2;
    ssec_table_unlock_notes(&from);

    ssec_table_copy(&table, &from, 0);

    for (i = 0; i < 600; i++) {
        rec = test_get(&table, test_digest(i));

        if (i % 5) {
            assert_int_equal(rec.own->expire_after, 2 + i % 300);
            assert_true(rec.own > table.header->own
                        && rec.own < table.header->own + 1024);

        } else {
            assert_null(rec.own);
        }
    }

    p = ssec_table_lock_notes(&table);
    assert_int_equal(p[0], 1);
    assert_int_equal(p[SSEC_TABLE_NOTES - 1], 2);
    ssec_table_unlock_notes(&table);

    assert_int_equal(atomic_load(&from.header->lock), 0);
    test_table_unmap(&from);
}


/* Neither is what may be other than a number of limits taken for one. */

static void
own_limits_that_are_none(void **state)
{
    ssec_digest_t  digest;
    ssec_record_t  rec;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    rec = record(SSEC_CLOSED, 0, NOW);
    rec.own = own(limits(1, 2, 3));

    place(A, 0, digest, rec);
    assert_non_null(test_get(&table, digest).own);

    table.own[(size_t) A * SSEC_OWN_SLOTS] = SSEC_TABLE_OWN + 1;
    assert_null(test_get(&table, digest).own);

    table.own[(size_t) A * SSEC_OWN_SLOTS] = UINT16_MAX;
    assert_null(test_get(&table, digest).own);
    assert_int_equal(test_get(&table, digest).state, SSEC_CLOSED);

    /* one that nobody has given yet is without any */

    table.own[(size_t) A * SSEC_OWN_SLOTS] = SSEC_TABLE_OWN;
    assert_int_equal(test_get(&table, digest).own->expire_after, 0);
}


/* Visitors stay what they are. */

static void
copy_visitors(void **state)
{
    unsigned       i;
    ssec_table_t   from;
    ssec_counts_t  counts;

    (void) state;

    test_table_map(&from, 1031);

    for (i = 0; i < 300; i++) {
        assert_true(test_put(&from, test_digest(i),
                             i % 3 == 0 ? guest(NOW + i)
                                        : i % 3 == 1
                                          ? left(NOW + i)
                                          : record(SSEC_VISITOR, 0, NOW + i)));
    }

    /* they are not left to the pass for what was missed */

    atomic_store(&table.header->evicted, 1);
    ssec_table_copy(&table, &from, 0);

    for (i = 0; i < 300; i++) {
        assert_known(test_digest(i),
                     i % 3 == 0 ? guest(NOW + i)
                                : i % 3 == 1
                                  ? left(NOW + i)
                                  : record(SSEC_VISITOR, 0, NOW + i));
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.visitors, 300);

    test_table_unmap(&from);
}


/* A record moves, between two scans, to where the copying had been before. */

static void
copy_finds_what_was_moved(void **state)
{
    unsigned       i;
    ssec_table_t   from;
    ssec_record_t  rec;

    (void) state;

    test_table_map(&from, 1024);

    for (i = 0; i < 100; i++) {
        assert_true(test_put(&from, test_digest(i), record_of(i)));
    }

    /* as if the passes before had missed them all */

    for (i = 0; i < from.nbuckets * SSEC_SLOTS; i++) {
        ssec_copy_record(&table, &from, i / SSEC_SLOTS, i % SSEC_SLOTS,
                         SSEC_PASSES - 1, 0);
    }

    for (i = 0; i < 100; i++) {
        assert_record(test_get(&table, test_digest(i)), record_of(i));
    }

    /* but not a live one that may have been pushed out */

    atomic_store(&table.header->evicted, 1);
    rec = record(SSEC_CLOSED, 0, NOW);
    assert_true(test_put(&from, test_digest(100), rec));
    assert_true(test_put(&from, test_digest(101), live(NOW)));

    for (i = 0; i < from.nbuckets * SSEC_SLOTS; i++) {
        ssec_copy_record(&table, &from, i / SSEC_SLOTS, i % SSEC_SLOTS,
                         SSEC_PASSES - 1, 0);
    }

    assert_record(test_get(&table, test_digest(100)), rec);
    assert_int_equal(test_get(&table, test_digest(101)).state, SSEC_UNKNOWN);

    test_table_unmap(&from);
}


/* The digest of every stored record, at the ends of every bucket's places. */

static void
stored_digests(void **state)
{
    int            second;
    size_t         k;
    uint32_t       i, b, other;
    ssec_digest_t  digest, d;

    static const uint32_t  sizes[] = {
        1024, 1025, 1031, 2047, 4096, 16380, 1048573, 4194304
    };

    (void) state;

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {

        test_table_unmap(&table);
        test_table_map(&table, sizes[k]);

        for (i = 0; i < 3000; i++) {
            digest = test_digest(i);

            /* the first and the last bucket, and the places that meet */

            if (i % 3 == 0) {
                b = (i % 2) ? sizes[k] - 1 : i % sizes[k];
                other = (b + 1 + i % (sizes[k] - 1)) % sizes[k];
                digest = test_digest_at(&table, b, other, 0);
                digest.place -= (i % 4 == 1 && b);
                digest.body |= 0xffffffff;
            }

            b = ssec_first_bucket(&table, digest.place);
            other = ssec_second_bucket(&table, b, digest.body);
            assert_true(b < sizes[k]);
            assert_true(other < sizes[k]);
            assert_int_not_equal(b, other);

            for (second = 0; second <= 1; second++) {
                place(second ? other : b, 1, digest, live(NOW));
                d = ssec_stored_digest(&table, second ? other : b, 1);

                assert_int_equal(d.body, digest.body);
                assert_int_equal(d.place, digest.place);
            }
        }

        digest.place = UINT32_MAX;
        assert_int_equal(ssec_first_bucket(&table, UINT32_MAX), sizes[k] - 1);
        place(sizes[k] - 1, 0, digest, live(NOW));
        d = ssec_stored_digest(&table, sizes[k] - 1, 0);
        assert_int_equal(d.place, UINT32_MAX);
    }
}


/* Owners */

static void
owners(void **state)
{
    uint32_t  me;

    (void) state;

    me = ssec_table_owner();

    assert_int_equal(me & ((1U << SSEC_OWNER_PID) - 1), getpid());
    assert_in_range(me >> SSEC_OWNER_PID, 1, 251);
    assert_int_equal(me, me & SSEC_OWNER);

    assert_false(ssec_owner_gone(me));
    assert_true(ssec_owner_gone(dead_owner()));

    /* an id that was used again: the tag is another */

    assert_true(ssec_owner_gone((uint32_t) getpid()
                                | ((me >> SSEC_OWNER_PID) % 251 + 1)
                                  << SSEC_OWNER_PID));

    /* without a tag the id alone counts */

    assert_false(ssec_owner_gone((uint32_t) getpid()));

    /* another user's process is one, too */

    kill_errno = EPERM;
    assert_false(ssec_owner_gone(me));
}


static void
owners_that_proc_does_not_know(void **state)
{
    size_t    i;
    uint32_t  me;

    static char  *useless[] = {
        "", "nothing of the kind", "7 (nginx)", "7 (nginx) ",
        "7 (nginx) S 1 2 3 4"
    };

    (void) state;

    me = ssec_table_owner();

    for (i = 0; i < sizeof(useless) / sizeof(useless[0]); i++) {
        proc_stat = useless[i];

        assert_int_equal(ssec_owner_tag(getpid()), 0);
        assert_int_equal(ssec_table_owner(), getpid());
        assert_false(ssec_owner_gone(me));
        assert_true(ssec_owner_gone(dead_owner()));
    }
}


static void
owners_that_are_emulated(void **state)
{
    uint32_t  me;

    (void) state;

    me = ssec_table_owner();

    /* what qemu-user tells a process of itself, and nobody else */

    own_stat = "7 (nginx) 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12 0 0";

    assert_int_equal(ssec_table_owner(), me);
    assert_false(ssec_owner_gone(me));
}


static void
owners_as_proc_tells(void **state)
{
    (void) state;

    /* a name may hold blanks and brackets, and be as long as it likes */

    proc_stat = "7 (a) Z (b c)) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"
                " 20 21 252 23 24";
    assert_int_equal(ssec_owner_tag(7), 2);

    proc_stat = "7 (nginx) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"
                " 20 21 18446744073709551615 23";
    assert_int_equal(ssec_owner_tag(7), 18446744073709551615ULL % 251 + 1);

    proc_stat = "7 (nginx) Z 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"
                " 20 21 250 23 24";
    assert_int_equal(ssec_owner_tag(7), SSEC_TAG_DEAD);
    assert_true(ssec_owner_gone(table.owner));

    /* and one of which no more than the id was known */

    assert_true(ssec_owner_gone((uint32_t) getpid()));

    proc_stat = "7 (nginx) X 4";
    assert_int_equal(ssec_owner_tag(7), SSEC_TAG_DEAD);
}


/* A child that stops, by its own hand, while it holds the session. */

static pid_t
die_holding(ssec_digest_t digest)
{
    pid_t         pid;
    siginfo_t     info;
    ssec_entry_t  entry;

    pid = fork();

    if (pid == 0) {
        table.owner = ssec_table_owner();
        ssec_table_acquire(&table, &digest, &entry);
        entry.record.last = 1;
        (void) raise(SIGKILL);
        _exit(0);
    }

    assert_true(pid > 0);
    assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED|WNOWAIT), 0);
    assert_int_equal(info.si_code, CLD_KILLED);

    return pid;
}


static void
lock_of_a_killed_process(void **state)
{
    int            zombie;
    pid_t          pid;
    ssec_digest_t  digest, other;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    other = test_digest_at(&table, B, A, 1);

    for (zombie = 0; zombie <= 1; zombie++) {

        /* it holds both, and then, known, the first alone */

        assert_int_equal(test_put(&table, other, live(NOW + zombie)), true);
        pid = die_holding(digest);

        if (!zombie) {
            assert_int_equal(waitpid(pid, NULL, 0), pid);
        }

        assert_int_not_equal(atomic_load(lock_of(A)), 0);
        assert_record(test_get(&table, other), live(NOW + zombie));

        assert_int_equal(test_get(&table, digest).state, zombie ? SSEC_LIVE
                                                                : 0);
        (void) test_put(&table, digest, live(NOW));
        assert_int_equal(test_locks(&table), 0);

        if (zombie) {
            assert_int_equal(waitpid(pid, NULL, 0), pid);
        }
    }

    pid = die_holding(digest);
    assert_int_equal(test_locks(&table), 1);
    assert_record(test_get(&table, digest), live(NOW));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(test_locks(&table), 0);
}


static void
lock_of_a_reused_id(void **state)
{
    uint32_t       tag;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    (void) test_put(&table, digest, live(NOW));

    tag = (table.owner >> SSEC_OWNER_PID) % 251 + 1;
    atomic_store(lock_of(A), tag << SSEC_OWNER_PID | (uint32_t) getpid());

    assert_record(test_get(&table, digest), live(NOW));
    assert_int_equal(test_locks(&table), 0);
}


static void
lock_of_the_living_is_waited_for(void **state)
{
    int              fds[2];
    char             c;
    pid_t            pid;
    ssec_entry_t     entry;
    ssec_digest_t    digest;
    struct timespec  start, end, pause;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    (void) test_put(&table, digest, live(NOW));
    assert_int_equal(pipe(fds), 0);

    pid = fork();

    if (pid == 0) {
        table.owner = ssec_table_owner();
        ssec_table_acquire(&table, &digest, &entry);
        (void) !write(fds[1], "x", 1);

        pause = (struct timespec) { .tv_nsec = 100 * 1000 * 1000 };
        (void) nanosleep(&pause, NULL);

        entry.record = live(NOW + 77);
        (void) ssec_table_release(&table, &entry);
        _exit(0);
    }

    assert_int_equal(read(fds[0], &c, 1), 1);
    (void) clock_gettime(CLOCK_MONOTONIC, &start);

    ssec_table_acquire(&table, &digest, &entry);
    (void) clock_gettime(CLOCK_MONOTONIC, &end);
    assert_record(entry.record, live(NOW + 77));
    (void) ssec_table_release(&table, &entry);

    assert_true((end.tv_sec - start.tv_sec) * 1000
                + (end.tv_nsec - start.tv_nsec) / 1000000 >= 80);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void) close(fds[0]);
    (void) close(fds[1]);
}


/* Another is quicker to take the dead one's lock over, and lets it go. */

static void
take_a_over(void)
{
    on_kill = NULL;
    on_yield = let_go_of_a;
    atomic_store(lock_of(A), table.owner);
}


static void
takeover_that_comes_second(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    place(A, 0, digest, live(NOW));

    atomic_store(lock_of(A), dead_owner());
    on_kill = take_a_over;

    assert_record(test_get(&table, digest), live(NOW));
    assert_null(on_kill);
    assert_null(on_yield);
    assert_int_equal(test_locks(&table), 0);
}


/* Both are wanted, and now the one is busy, now the other. */

static void
a_instead_of_b(void)
{
    on_yield = let_go_of_a;
    atomic_store(lock_of(A), table.owner);
    atomic_store(lock_of(B), 0);
}


static void
both_buckets_by_turns(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    atomic_store(lock_of(B), table.owner);
    on_yield = a_instead_of_b;

    ssec_table_acquire(&table, &digest, &entry);

    assert_null(on_yield);
    assert_true(entry.both);
    assert_int_equal(test_locks(&table), 2);
    entry.record = live(NOW);
    assert_true(ssec_table_release(&table, &entry));
    assert_int_equal(test_locks(&table), 0);
    assert_known(digest, live(NOW));
}


/* It came while the first bucket was let go. */

static void
insert_into_a(void)
{
    on_yield = NULL;
    place(A, 1, test_digest_at(&table, A, B, 0), live(NOW));
    atomic_store(lock_of(B), 0);
}


static void
found_at_the_second_look(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    atomic_store(lock_of(B), table.owner);
    on_yield = insert_into_a;

    ssec_table_acquire(&table, &digest, &entry);
    assert_true(entry.found);
    assert_int_equal(entry.bucket, A);
    assert_int_equal(entry.slot, 1);
    (void) ssec_table_release(&table, &entry);
    assert_int_equal(test_locks(&table), 0);
}


/* Moves that a killed process left unfinished */

static uint32_t
mark(unsigned slot)
{
    return (uint32_t) (slot + 1) << SSEC_MOVING;
}


static void
settle_copy_arrived(void **state)
{
    int            given_back;
    unsigned       slot;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    for (given_back = 0; given_back <= 1; given_back++) {
        for (slot = 0; slot < SSEC_SLOTS; slot++) {
            place(A, slot, digest, live(NOW));
            place(B, 2 - slot, digest, live(NOW));
            atomic_store(lock_of(A),
                         mark(slot) | (given_back ? 0 : dead_owner()));
            atomic_store(lock_of(B), given_back ? 0 : dead_owner());

            assert_known(digest, live(NOW));
            assert_int_equal(ssec_word(&table, A, slot), 0);
            assert_int_equal(test_locks(&table), 0);

            ssec_set_word(&table, B, 2 - slot, 0);
        }
    }
}


static void
settle_copy_not_arrived(void **state)
{
    unsigned       slot;
    ssec_digest_t  digest, other;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    /* a body that was copied, without its record */

    table.buckets[B].body[0] = digest.body;

    other = digest;
    other.place++;
    place(B, 1, other, live(NOW + 5));

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        place(A, slot, digest, live(NOW));
        atomic_store(lock_of(A), mark(slot) | dead_owner());
        atomic_store(lock_of(B), dead_owner());

        assert_known(digest, live(NOW));
        assert_true(ssec_word(&table, A, slot) != 0);
        assert_known(other, live(NOW + 5));
        assert_int_equal(test_locks(&table), 0);

        ssec_set_word(&table, A, slot, 0);
    }
}


static void
settle_slot_empty_already(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);

    table.buckets[A].body[1] = digest.body;
    place(B, 0, digest, live(NOW));
    atomic_store(lock_of(A), mark(1) | dead_owner());

    /* that the second bucket is busy is then of no account */

    atomic_store(lock_of(B), table.owner);
    ssec_lock(&table, A);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
    ssec_unlock(&table, A);
    atomic_store(lock_of(B), 0);

    assert_known(digest, live(NOW));
    assert_int_equal(test_locks(&table), 0);
}


static void
see_it_given_back(void)
{
    on_yield = NULL;
    assert_int_equal(atomic_load(lock_of(A)), mark(2));
    atomic_store(lock_of(B), 0);
}


static void
settle_second_bucket_busy(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    place(A, 2, digest, live(NOW));
    place(B, 0, digest, live(NOW));
    atomic_store(lock_of(A), mark(2) | dead_owner());
    atomic_store(lock_of(B), table.owner);
    on_yield = see_it_given_back;

    /* the first time is after the dead owner's name is taken off */

    atomic_store(lock_of(A), mark(2));

    assert_known(digest, live(NOW));
    assert_null(on_yield);
    assert_int_equal(ssec_word(&table, A, 2), 0);
    assert_int_equal(test_locks(&table), 0);
}


static void
settle_second_bucket_taken_meanwhile_hook(void)
{
    on_kill = NULL;
    on_yield = see_it_given_back;
    atomic_store(lock_of(B), table.owner);
}


static void
settle_second_bucket_taken_meanwhile(void **state)
{
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    place(A, 2, digest, live(NOW));
    place(B, 0, digest, live(NOW));
    atomic_store(lock_of(A), mark(2));
    atomic_store(lock_of(B), dead_owner());
    on_kill = settle_second_bucket_taken_meanwhile_hook;

    assert_known(digest, live(NOW));
    assert_null(on_kill);
    assert_null(on_yield);
    assert_int_equal(ssec_word(&table, A, 2), 0);
    assert_int_equal(test_locks(&table), 0);
}


/* The second bucket's own mark stays, whoever left it. */

static void
settle_second_bucket_marked(void **state)
{
    int            dead;
    ssec_digest_t  digest, other;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    other = test_digest_at(&table, B, C, 1);

    for (dead = 0; dead <= 1; dead++) {
        place(A, 0, digest, live(NOW));
        place(B, 0, digest, live(NOW));
        place(B, 1, other, live(NOW + 5));
        place(C, 0, other, live(NOW + 5));

        atomic_store(lock_of(A), mark(0) | dead_owner());
        atomic_store(lock_of(B), mark(1) | (dead ? dead_owner() : 0));

        ssec_lock(&table, A);
        assert_int_equal(ssec_word(&table, A, 0), 0);
        assert_int_equal(atomic_load(lock_of(B)), mark(1));
        assert_true(ssec_word(&table, B, 1) != 0);
        ssec_unlock(&table, A);

        assert_known(digest, live(NOW));
        assert_known(other, live(NOW + 5));
        assert_int_equal(ssec_word(&table, B, 1), 0);
        assert_int_equal(test_locks(&table), 0);

        ssec_set_word(&table, B, 0, 0);
        ssec_set_word(&table, C, 0, 0);
    }
}


/* Each is the other's second bucket. */

static void
settle_two_that_cross(void **state)
{
    ssec_digest_t  digest, other;

    (void) state;

    digest = test_digest_at(&table, A, B, 0);
    other = test_digest_at(&table, B, A, 1);

    place(A, 0, digest, live(NOW));
    place(B, 1, digest, live(NOW));
    place(B, 0, other, live(NOW + 5));
    place(A, 1, other, live(NOW + 5));
    atomic_store(lock_of(A), mark(0) | dead_owner());
    atomic_store(lock_of(B), mark(0) | dead_owner());

    assert_known(digest, live(NOW));
    assert_known(other, live(NOW + 5));
    assert_int_equal(test_locks(&table), 0);
}


/*
 * A child that is killed at a crash point of an insertion into two full
 * buckets, of which a record is moved to C, or to D, or pushed out.
 */

typedef enum {
    FREE_SLOT = 0,
    MOVE_TO_C,
    MOVE_TO_D,
    MOVE_BACK,
    PUSH_OUT
} insertion_e;


/* What A has: those of C are in their second bucket. */

static ssec_digest_t
in_a(insertion_e how, unsigned i)
{
    switch (how) {
    case MOVE_BACK:
        return test_digest_at(&table, C, A, i);
    case MOVE_TO_C:
    case FREE_SLOT:
        return test_digest_at(&table, A, C, i);
    default:
        return test_digest_at(&table, A, B, i);
    }
}


static void
insertion_set_up(insertion_e how)
{
    unsigned  i;

    switch (how) {
    case MOVE_TO_C:
        fill(C, D);
        break;
    case MOVE_TO_D:
        fill(B, D);
        break;
    case MOVE_BACK:
        fill(B, D);
        for (i = 0; i < 3; i++) {
            place(A, i, in_a(how, i), live(NOW + i));
        }
        break;
    case PUSH_OUT:
        fill(B, A);
        break;
    default:
        fill(C, D);
        ssec_set_word(&table, A, 1, 0);
    }
}


static bool
insertion_has_point(insertion_e how, int point)
{
    return point <= 2 || (how >= MOVE_TO_C && how <= MOVE_BACK);
}


static void
insertion_check(insertion_e how, ssec_digest_t digest)
{
    unsigned       i;
    uint32_t       b;
    ssec_record_t  rec;
    ssec_digest_t  d;

    rec = test_get(&table, digest);

    if (rec.state != SSEC_UNKNOWN) {
        assert_record(rec, live(NOW + 99));
    }

    assert_int_equal(test_records_of(&table, digest),
                     rec.state != SSEC_UNKNOWN);

    for (i = 0; i < 3; i++) {
        d = in_a(how, i);

        if (how == FREE_SLOT && i == 1) {
            assert_unknown(d);

        } else if (how != PUSH_OUT || i) {
            assert_known(d, live(NOW + i));
        }

        d = test_digest_at(&table, B, how == PUSH_OUT ? A : D, i);
        assert_known(d, live(NOW + 10 + i));
    }

    /* no lock is stuck, and what is free can be used */

    for (b = 0; b < table.nbuckets; b++) {
        ssec_lock(&table, b);
        ssec_unlock(&table, b);
    }

    assert_int_equal(test_locks(&table), 0);

    (void) test_put(&table, digest, live(NOW + 100));
    assert_known(digest, live(NOW + 100));
}


static void
killed_at_every_crash_point(void **state)
{
    int            status, point;
    pid_t          pid;
    unsigned       zombie;
    siginfo_t      info;
    insertion_e    how;
    ssec_digest_t  digest;

    (void) state;

    digest = test_digest_at(&table, A, B, 50);

    for (how = FREE_SLOT; how <= PUSH_OUT; how++) {
        for (point = 1; point <= 5; point++) {

            if (!insertion_has_point(how, point)) {
                continue;
            }

            for (zombie = 0; zombie <= 1; zombie++) {

                test_table_unmap(&table);
                test_table_map(&table, 1024);
                insertion_set_up(how);

                pid = fork();

                if (pid == 0) {
                    crash_at = point;
                    table.owner = ssec_table_owner();
                    (void) test_put(&table, digest, live(NOW + 99));
                    _exit(0);
                }

                assert_int_equal(waitid(P_PID, (id_t) pid, &info,
                                        WEXITED|WNOWAIT), 0);

                if (!zombie) {
                    assert_int_equal(waitpid(pid, NULL, 0), pid);
                }

                assert_int_equal(info.si_code, CLD_KILLED);
                assert_int_not_equal(test_locks(&table), 0);

                insertion_check(how, digest);

                if (zombie) {
                    assert_int_equal(waitpid(pid, &status, 0), pid);
                }
            }
        }
    }
}


/* Room */

static void
capacity(void **state)
{
    size_t    size;
    unsigned  mib;
    uint64_t  n;

    (void) state;

    for (mib = 1; mib <= 10; mib += 9) {
        test_table_unmap(&table);

        size = (size_t) mib << 20;
        test_table_map(&table, (size - SSEC_TABLE_HEADER) / (64 + 8));

        for (n = 0; test_put(&table, test_digest(n), live(NOW + n)); n++) {
            /* void */
        }

        printf("capacity: %u MiB: %llu live sessions before one was pushed"
               " out, %llu a MiB, %.1f %% full\n", mib,
               (unsigned long long) n, (unsigned long long) n / mib,
               100.0 * (double) n / (table.nbuckets * 3.0));

        assert_true(n >= 16000ULL * mib);
    }
}


static void
one_mebibyte(void)
{
    test_table_unmap(&table);
    test_table_map(&table, ((1 << 20) - SSEC_TABLE_HEADER) / (64 + 8));
}


static unsigned
count_in(ssec_state_e state, uint64_t from, uint64_t to)
{
    unsigned  n;

    for (n = 0; from < to; from++) {
        n += (test_get(&table, test_digest(from)).state == state);
    }

    return n;
}


/* What comes and never comes back pushes out nobody who does. */

static void
visitors_push_out_none_in_use(void **state)
{
    uint64_t  n;

    (void) state;

    one_mebibyte();

    for (n = 0; n < 64200; n++) {

        /* those in use are the longest idle, all told */

        (void) test_put(&table, test_digest(n), fresh(NOW + n));
        (void) test_put(&table, test_digest(n),
                        n < 200 ? issued(NOW + n) : presented(NOW + n));
    }

    assert_int_equal(count_in(SSEC_LIVE, 0, 200), 200);
}


/* A login finds room where all others are in use, and so do the next ones. */

static void
a_login_finds_room(void **state)
{
    uint64_t  n;

    (void) state;

    one_mebibyte();

    for (n = 0; n < 60000; n++) {
        (void) test_put(&table, test_digest(n), issued(NOW + n));
    }

    for (n = 60000; n < 61000; n++) {
        (void) test_put(&table, test_digest(n), fresh(NOW + n));
        assert_int_equal(count_in(SSEC_LIVE, n, n + 1), 1);
        assert_true(test_put(&table, test_digest(n), presented(NOW + n)));
        assert_true(test_put(&table, test_digest(n), issued(NOW + n)));
    }

    assert_int_equal(count_in(SSEC_LIVE, 60000, 61000), 1000);
}


/*
 * Keys that nobody but a client vouches for, however many there are, and
 * whatever becomes of them at once: live, expired, or a visitor's.
 */

static void
a_flood_forgets_no_dead(void **state)
{
    size_t    i;
    uint64_t  n;
    unsigned  before, left_over;

    ssec_record_t  (*const kinds[])(uint64_t) = { invented, hearsay, guest };

    static const unsigned  dead[] = { 1, 60000 };

    (void) state;

    for (i = 0; i < 6; i++) {
        one_mebibyte();

        for (n = 0; n < dead[i / 3]; n++) {
            (void) test_put(&table, test_digest(n),
                            record(SSEC_CLOSED, 0, NOW + n));
        }

        before = count_in(SSEC_CLOSED, 0, dead[i / 3]);

        for (n = 0; n < 80000; n++) {
            (void) test_put(&table, test_digest(100000 + n),
                            kinds[i % 3](NOW + n));
        }

        left_over = count_in(SSEC_CLOSED, 0, dead[i / 3]);

        printf("flood: 80,000 made-up keys at %u dead sessions in 1 MiB: %u"
               " of them forgotten\n", before, before - left_over);

        /* of a table full of the dead the flood takes a few */

        assert_true(left_over >= before - (i / 3 ? before / 20 : 0));
    }
}


/*
 * One that is real is kept where there are but the dead, or others of which
 * nobody knows whether they are still in use; and once it is used it stays.
 */

static void
a_key_that_nobody_vouches_for_finds_room(void **state)
{
    unsigned  i;
    uint64_t  n;

    (void) state;

    for (i = 0; i <= 1; i++) {
        one_mebibyte();

        for (n = 0; n < 60000; n++) {
            (void) test_put(&table, test_digest(n),
                            i ? live(NOW + n)
                              : record(SSEC_CLOSED, 0, NOW + n));
        }

        for (n = 60000; n < 61000; n++) {
            (void) test_put(&table, test_digest(n), invented(NOW + n));
            assert_int_equal(count_in(SSEC_LIVE, n, n + 1), 1);
            assert_true(test_put(&table, test_digest(n), live(NOW + n)));
        }

        for (n = 100000; n < 140000; n++) {
            (void) test_put(&table, test_digest(n), invented(NOW + n));
        }

        assert_int_equal(count_in(SSEC_LIVE, 60000, 61000), 1000);
    }
}


/* Made-up keys, as many as one likes, push out nothing that was issued. */

static void
flood_of_made_up_keys(void **state)
{
    uint64_t       n;
    unsigned       lost;
    ssec_counts_t  counts;

    (void) state;

    one_mebibyte();

    for (n = 0; n < 10000; n++) {
        assert_true(test_put(&table, test_digest(n), issued(NOW)));
    }

    for (n = 0; n < 2000000; n++) {
        (void) test_put(&table, test_digest(10000 + n),
                        invented(NOW + 1 + n));
    }

    lost = 0;

    for (n = 0; n < 10000; n++) {
        lost += (test_get(&table, test_digest(n)).state != SSEC_LIVE);
    }

    ssec_table_count(&table, &counts);

    printf("flood: 2,000,000 made-up keys at 10,000 sessions in 1 MiB: %u of"
           " them lost, %llu made-up ones pushed out, %llu refused\n", lost,
           (unsigned long long) counts.evicted,
           (unsigned long long) counts.refused);

    assert_int_equal(lost, 0);
    assert_int_equal(counts.issued, 0);
    assert_true(counts.evicted > 1900000);
    assert_int_equal(counts.live + counts.evicted + counts.refused, 2010000);
}


/* At twice as many sessions as there is room for, the counters agree. */

static void
counters_when_full(void **state)
{
    unsigned       i, known, lost;
    ssec_counts_t  counts;

    (void) state;

    lost = 0;

    for (i = 0; i < 6144; i++) {
        lost += !test_put(&table, test_digest(i), live(NOW + i));
    }

    known = 0;

    for (i = 0; i < 6144; i++) {
        known += (test_get(&table, test_digest(i)).state == SSEC_LIVE);
        assert_true(test_records_of(&table, test_digest(i)) <= 1);
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.evicted, lost);
    assert_int_equal(counts.live, known);
    assert_int_equal(known + lost, 6144);
    assert_true(counts.collisions >= counts.evicted);
    assert_true(known > 3060);
}


/* Against an array. */

static void
random_operations(void **state)
{
    unsigned        i, n;
    uint64_t        seed;
    ssec_entry_t    entry;
    ssec_digest_t   digest;
    ssec_counts_t   counts;
    ssec_record_t  *model;

    (void) state;

    seed = 11;
    model = calloc(1500, sizeof(ssec_record_t));
    assert_non_null(model);

    for (n = 0; n < 300000; n++) {
        i = (unsigned) test_below(&seed, 1500);
        digest = test_digest(i);

        ssec_table_acquire(&table, &digest, &entry);
        assert_int_equal(entry.found, model[i].state != SSEC_UNKNOWN);
        assert_record(entry.record, model[i]);

        if (test_below(&seed, 4)) {
            model[i] = record(SSEC_LIVE + (int) test_below(&seed, 4),
                              test_below(&seed, 2),
                              NOW + test_below(&seed, SSEC_TIME_MAX - NOW));
            entry.record = model[i];
        }

        assert_true(ssec_table_release(&table, &entry));
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.live + counts.expired + counts.closed
                     + counts.visitors, 1500);
    assert_int_equal(counts.evicted, 0);
    assert_int_equal(test_locks(&table), 0);
    free(model);
}


#define table_test(name)  cmocka_unit_test_setup_teardown(name, set_up, \
                                                          tear_down)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        table_test(create_refuses_too_small),
        table_test(unknown_leaves_no_trace),
        table_test(every_state_and_flag),
        table_test(reasons_are_kept),
        table_test(visitors_are_told_apart),
        table_test(times_are_packed),
        table_test(ages_are_packed),
        table_test(locks_while_held),
        table_test(identity_is_body_and_place),
        table_test(new_ones_go_where_there_is_more_room),
        table_test(eviction_order),
        table_test(moves_make_room_in_the_first_bucket),
        table_test(moves_make_room_in_the_second_bucket),
        table_test(moves_back),
        table_test(moves_that_cannot_be),
        table_test(moves_in_a_chain),
        table_test(moves_in_a_chain_over_weaker_ones),
        table_test(powers),
        table_test(room_is_made_over_weaker_ones),
        table_test(room_is_made_over_the_longest_idle),
        table_test(made_up_ones_are_refused),
        table_test(own_limits_are_kept_once),
        table_test(own_limits_when_there_are_too_many),
        table_test(own_limits_shortest_is_not_the_first),
        table_test(own_limits_stay_with_the_record),
        table_test(own_limits_that_are_none),
        table_test(glimpse),
        table_test(touch),
        table_test(touch_of_a_glimpse),
        table_test(touch_of_what_is_not_there),
        table_test(touch_of_what_is_held),
        table_test(notes),
        table_test(notes_of_a_killed_process),
        table_test(deaths),
        table_test(count_by_state),
        table_test(report_once_a_period),
        table_test(copy_to_another_size),
        table_test(copy_to_a_table_too_small),
        table_test(copy_prefers_the_living),
        table_test(copy_prefers_the_issued),
        table_test(copy_with_own_limits_and_notes),
        table_test(copy_visitors),
        table_test(copy_finds_what_was_moved),
        table_test(stored_digests),
        table_test(owners),
        table_test(owners_that_proc_does_not_know),
        table_test(owners_that_are_emulated),
        table_test(owners_as_proc_tells),
        table_test(lock_of_a_killed_process),
        table_test(lock_of_a_reused_id),
        table_test(lock_of_the_living_is_waited_for),
        table_test(takeover_that_comes_second),
        table_test(both_buckets_by_turns),
        table_test(found_at_the_second_look),
        table_test(settle_copy_arrived),
        table_test(settle_copy_not_arrived),
        table_test(settle_slot_empty_already),
        table_test(settle_second_bucket_busy),
        table_test(settle_second_bucket_taken_meanwhile),
        table_test(settle_second_bucket_marked),
        table_test(settle_two_that_cross),
        table_test(killed_at_every_crash_point),
        table_test(capacity),
        table_test(visitors_push_out_none_in_use),
        table_test(a_login_finds_room),
        table_test(a_flood_forgets_no_dead),
        table_test(a_key_that_nobody_vouches_for_finds_room),
        table_test(flood_of_made_up_keys),
        table_test(counters_when_full),
        table_test(random_operations),
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(120);

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}

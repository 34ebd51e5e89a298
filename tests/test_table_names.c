/* The session table: sessions that change their keys. */

#include <sched.h>
#include <signal.h>


/* Hooks: where the table calls these, a test may step in. */

static void  (*on_yield)(void);  /* called instead of sched_yield() */
static int   crash_at;           /* the crash point to stop at */


static int
test_yield(void)
{
    if (on_yield) {
        on_yield();
    }

    return sched_yield();
}


static void
test_crash_point(int n)
{
    if (n == crash_at) {
        (void) raise(SIGKILL);
    }
}


#define sched_yield()          test_yield()
#define ssec_crash_point(n)    test_crash_point(n)

#include "../src/ssec_table.c"

#include "ssec_test_table.h"

#include <cmocka.h>


#define NOW  1000000000ULL

/* the buckets that most tests play in */
#define A    100
#define B    200
#define C    300
#define D    400

#define MIB  (((1 << 20) - SSEC_TABLE_HEADER) / (64 + 8))


static ssec_table_t  table;


static ssec_record_t
record(ssec_state_e state, uint64_t last)
{
    return (ssec_record_t) { .state = state, .issued = true,
                             .presented = true,
                             .created = (last - 640) & ~63ULL, .last = last };
}


static ssec_record_t
issued(uint64_t last)
{
    return record(SSEC_LIVE, last);
}


static ssec_record_t
made_up(uint64_t last)
{
    ssec_record_t  rec;

    rec = issued(last);
    rec.issued = false;

    return rec;
}


static ssec_record_t
fresh(uint64_t last)
{
    ssec_record_t  rec;

    rec = issued(last);
    rec.presented = false;

    return rec;
}


static void
assert_known(ssec_digest_t digest, ssec_record_t expected)
{
    ssec_record_t  rec;

    rec = test_get(&table, digest);

    assert_int_equal(rec.state, expected.state);
    assert_int_equal(rec.last, expected.last);
    assert_true(test_same(&rec, &expected));
    assert_int_equal(test_records_of(&table, digest), 1);
}


static void
assert_unknown(ssec_digest_t digest)
{
    ssec_record_t  rec;

    rec = test_get(&table, digest);

    assert_int_equal(rec.state, SSEC_UNKNOWN);
    assert_false(rec.issued);
    assert_int_equal(test_records_of(&table, digest), 0);
}


/* A name is there, and its session is not. */

static void
assert_orphan(ssec_digest_t digest)
{
    ssec_record_t  rec;

    rec = test_get(&table, digest);

    assert_int_equal(rec.state, SSEC_UNKNOWN);
    assert_true(rec.issued);
    assert_false(rec.presented);
    assert_int_equal(rec.created + rec.last, 0);
    assert_null(rec.own);
    assert_int_equal(test_records_of(&table, digest), 1);
}


static bool
rename_to(ssec_digest_t root, ssec_digest_t old, ssec_digest_t name)
{
    return ssec_table_rename(&table, &root, &old, &name);
}


static _Atomic uint32_t *
lock_of(uint32_t bucket)
{
    return &table.buckets[bucket].lock;
}


/* What is stored of this digest, without following it. */

static unsigned
slot_state(ssec_digest_t digest)
{
    unsigned      state;
    ssec_entry_t  entry;

    entry.digest = digest;
    ssec_seek(&table, &entry);

    state = entry.found ? ssec_slot_state(ssec_word(&table, entry.bucket,
                                                    entry.slot))
                        : SSEC_SLOT_FREE;

    ssec_table_leave(&table, &entry);

    return state;
}


static void
forget(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    entry.digest = digest;
    ssec_seek(&table, &entry);
    assert_true(entry.found);
    ssec_set_word(&table, entry.bucket, entry.slot, 0);
    ssec_table_leave(&table, &entry);
}


/* A name put where the test wants it. */

static void
place_name(uint32_t bucket, unsigned slot, ssec_digest_t digest,
    ssec_digest_t root, unsigned state)
{
    ssec_entry_t   entry;
    ssec_stored_t  stored;

    entry.digest = digest;
    entry.first = ssec_first_bucket(&table, digest.place);
    entry.bucket = bucket;
    entry.slot = slot;

    stored.word = (uint64_t) state << SSEC_STATE
                  | root.body >> (64 - SSEC_LINK_WORD) << 32 | root.place;
    stored.created = (uint32_t) (root.body >> SSEC_LINK_BODY)
                     & SSEC_CREATED_MASK;
    stored.own = 0;

    table.buckets[bucket].body[slot] = digest.body;
    ssec_publish(&table, &entry, &stored);
}


static int
set_up(void **state)
{
    (void) state;

    on_yield = NULL;
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


static void
one_session_under_many_keys(void **state)
{
    unsigned       i;
    ssec_entry_t   entry;
    ssec_digest_t  root, name;

    (void) state;

    root = test_digest(0);
    assert_true(test_put(&table, root, issued(NOW)));

    for (i = 1; i <= 100; i++) {
        assert_true(rename_to(root, test_digest(i - 1), test_digest(i)));
    }

    /* each is the session, which is known by its first key */

    for (i = 0; i <= 100; i++) {
        name = test_digest(i);
        assert_known(name, issued(NOW + i));

        ssec_table_acquire(&table, &name, &entry);
        assert_true(entry.found);
        assert_true(entry.live);
        assert_int_equal(entry.digest.body, root.body);
        assert_int_equal(entry.digest.place, root.place);

        entry.record.last++;
        entry.record.created = (entry.record.last - 640) & ~63ULL;
        assert_true(ssec_table_release(&table, &entry));
        assert_int_equal(test_locks(&table), 0);
    }

    /* closed under one of them it is closed under all */

    assert_true(test_put(&table, test_digest(50),
                         record(SSEC_CLOSED, NOW + 500)));
    assert_int_equal(ssec_table_deaths(&table), 1);

    for (i = 0; i <= 100; i++) {
        assert_known(test_digest(i), record(SSEC_CLOSED, NOW + 500));
    }
}


/* Links hold wherever the session lies, and whatever its digest is. */

static void
links(void **state)
{
    size_t          k;
    unsigned        i;
    uint32_t        second;
    ssec_digest_t   root, name;
    ssec_stored_t   stored;

    static const uint32_t  sizes[] = { 1024, 1025, 4099, 16380, 1048573 };

    (void) state;

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        test_table_unmap(&table);
        test_table_map(&table, sizes[k]);

        for (i = 0; i < 300; i++) {
            root = test_digest(2 * i);
            name = test_digest(2 * i + 1);

            if (i % 2) {
                assert_true(test_put(&table, root, issued(NOW + i)));

            } else {
                second = ssec_second_bucket(&table,
                                            ssec_first_bucket(&table,
                                                              root.place),
                                            root.body);
                test_place(&table, second, i / 2 % 3, root, issued(NOW + i));
            }

            assert_true(rename_to(root, root, name));
            assert_int_equal(test_get(&table, name).last, NOW + i);
            assert_int_equal(test_get(&table, root).last, NOW + i);
        }
    }

    /* 68 bits of the digest are kept */

    for (i = 0; i < 100000; i++) {
        root = test_digest(i);

        stored.word = UINT64_MAX << SSEC_STATE
                      | root.body >> (64 - SSEC_LINK_WORD) << 32 | root.place;
        stored.created = SSEC_HAS_OWN | SSEC_IN_SECOND
                         | ((root.body >> SSEC_LINK_BODY)
                            & SSEC_CREATED_MASK);
        name = ssec_link(&stored);

        assert_int_equal(name.place, root.place);
        assert_int_equal(name.body, root.body >> SSEC_LINK_BODY
                                    << SSEC_LINK_BODY);
    }
}


/* Others in the session's buckets are not taken for it. */

static void
links_lead_to_no_other(void **state)
{
    ssec_digest_t  root, name, like;

    (void) state;

    root = test_digest_at(&table, A, B, 0);
    name = test_digest_at(&table, C, D, 1);

    place_name(C, 0, name, root, SSEC_SLOT_NAME);

    /* the lowest of the bits that are kept, and the highest */

    like = root;
    like.body ^= 1ULL << SSEC_LINK_BODY;
    test_place(&table, A, 0, like, issued(NOW));
    like.body = root.body ^ 1ULL << 63;
    test_place(&table, A, 1, like, issued(NOW));
    like = root;
    like.place++;
    test_place(&table, B, 0, like, issued(NOW));

    /* a name, and what is left of the session */

    place_name(A, 2, root, root, SSEC_SLOT_NAME);
    test_place(&table, B, 1, root, issued(NOW));
    ssec_set_word(&table, B, 1, 0);

    assert_orphan(name);
    assert_orphan(root);

    test_place(&table, B, 2, root, issued(NOW + 7));
    assert_int_equal(test_get(&table, name).last, NOW + 7);
}


static void
presented_names(void **state)
{
    ssec_digest_t  root, name;

    (void) state;

    root = test_digest_at(&table, A, B, 0);
    name = test_digest_at(&table, C, D, 1);

    assert_true(test_put(&table, root, issued(NOW)));
    assert_true(rename_to(root, root, name));
    assert_int_equal(slot_state(name), SSEC_SLOT_FRESH_NAME);

    assert_known(root, issued(NOW));
    assert_int_equal(slot_state(name), SSEC_SLOT_FRESH_NAME);

    assert_known(name, issued(NOW));
    assert_int_equal(slot_state(name), SSEC_SLOT_NAME);

    assert_known(name, issued(NOW));
    assert_int_equal(slot_state(name), SSEC_SLOT_NAME);
}


/* The key that was replaced still works; the first one is the session. */

static void
old_names(void **state)
{
    unsigned  i;

    (void) state;

    assert_true(test_put(&table, test_digest(0), issued(NOW)));
    assert_true(rename_to(test_digest(0), test_digest(0), test_digest(1)));
    assert_int_equal(slot_state(test_digest(0)), SSEC_SLOT_ISSUED);

    assert_known(test_digest(1), issued(NOW));
    assert_true(rename_to(test_digest(0), test_digest(1), test_digest(2)));
    assert_true(rename_to(test_digest(0), test_digest(2), test_digest(3)));

    for (i = 0; i < 2; i++) {
        assert_int_equal(slot_state(test_digest(0)), SSEC_SLOT_ISSUED);
        assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_OLD_NAME);
        assert_int_equal(slot_state(test_digest(2)), SSEC_SLOT_OLD_NAME);

        /* to be used again makes it no younger */

        assert_known(test_digest(1), issued(NOW));
        assert_known(test_digest(2), issued(NOW));
        assert_known(test_digest(3), issued(NOW));
    }

    /* unless the backend comes back to it */

    assert_true(rename_to(test_digest(0), test_digest(3), test_digest(1)));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_FRESH_NAME);
    assert_int_equal(slot_state(test_digest(3)), SSEC_SLOT_OLD_NAME);
    assert_known(test_digest(1), issued(NOW));

    /* an old one that is not there is nobody's */

    assert_true(rename_to(test_digest(0), test_digest(99), test_digest(4)));
    assert_known(test_digest(4), issued(NOW));
    assert_unknown(test_digest(99));
    assert_int_equal(test_locks(&table), 0);
}


/* A session is no name, and what is nobody's name can become one. */

static void
renamed_to_what_is_known(void **state)
{
    ssec_digest_t  root, other, name;

    (void) state;

    root = test_digest(0);
    other = test_digest(1);
    name = test_digest(2);

    assert_true(test_put(&table, root, issued(NOW)));
    assert_true(test_put(&table, other, record(SSEC_CLOSED, NOW + 5)));

    assert_true(rename_to(root, root, other));
    assert_known(other, record(SSEC_CLOSED, NOW + 5));
    assert_true(rename_to(root, root, root));
    assert_known(root, issued(NOW));

    assert_true(rename_to(test_digest(77), other, name));
    assert_orphan(name);
    assert_int_equal(slot_state(name), SSEC_SLOT_NAME);

    assert_true(rename_to(root, root, name));
    assert_int_equal(slot_state(name), SSEC_SLOT_FRESH_NAME);
    assert_known(name, issued(NOW));
}


/* The session was pushed out: its name is an issued key that is unknown. */

static void
name_of_no_session(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  root, name, next;

    (void) state;

    root = test_digest(0);
    name = test_digest(1);
    next = test_digest(2);

    assert_true(test_put(&table, root, issued(NOW)));
    assert_true(rename_to(root, root, name));
    forget(root);

    assert_orphan(name);
    assert_unknown(root);
    assert_int_equal(test_locks(&table), 0);

    /* let go as it was, nothing changes */

    ssec_table_acquire(&table, &name, &entry);
    assert_false(entry.live);
    assert_true(ssec_table_release(&table, &entry));
    assert_orphan(name);

    /* what begins then is a session of its own, in the name's place */

    ssec_table_acquire(&table, &name, &entry);
    assert_int_equal(entry.digest.body, name.body);
    entry.record = issued(NOW + 5);
    entry.record.own = ssec_table_own(&table, &(ssec_own_t) { 1, 2, 3 });
    assert_true(ssec_table_release(&table, &entry));

    assert_known(name, entry.record);
    assert_int_equal(slot_state(name), SSEC_SLOT_ISSUED);
    assert_int_equal(atomic_load(&table.header->collisions), 0);

    assert_true(rename_to(name, name, next));
    assert_known(next, entry.record);
    assert_unknown(root);
}


/* While the session is looked for, the name goes too, or begins anew. */

static void
forget_name(void)
{
    on_yield = NULL;
    ssec_set_word(&table, C, 0, 0);
    atomic_store(lock_of(A), 0);
}


static void
begin_anew(void)
{
    on_yield = NULL;
    test_place(&table, C, 0, test_digest_at(&table, C, D, 1), issued(NOW + 9));
    atomic_store(lock_of(A), 0);
}


static void
name_that_changes_meanwhile(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  root, name;

    (void) state;

    root = test_digest_at(&table, A, B, 0);
    name = test_digest_at(&table, C, D, 1);

    place_name(C, 0, name, root, SSEC_SLOT_NAME);
    atomic_store(lock_of(A), table.owner);
    on_yield = forget_name;

    ssec_table_acquire(&table, &name, &entry);
    assert_null(on_yield);
    assert_false(entry.found);
    assert_int_equal(entry.record.state, SSEC_UNKNOWN);
    assert_false(entry.record.issued);
    ssec_table_leave(&table, &entry);
    assert_int_equal(test_locks(&table), 0);

    place_name(C, 0, name, root, SSEC_SLOT_NAME);
    atomic_store(lock_of(A), table.owner);
    on_yield = begin_anew;

    ssec_table_acquire(&table, &name, &entry);
    assert_null(on_yield);
    assert_true(entry.found);
    assert_int_equal(entry.record.state, SSEC_LIVE);
    assert_int_equal(entry.record.last, NOW + 9);
    assert_int_equal(entry.digest.body, name.body);
    ssec_table_leave(&table, &entry);
    assert_int_equal(test_locks(&table), 0);
}


static void
touched_by_name(void **state)
{
    ssec_entry_t    entry;
    ssec_digest_t   root, name;
    ssec_glimpse_t  glimpse;

    (void) state;

    root = test_digest_at(&table, A, B, 0);
    name = test_digest_at(&table, C, D, 1);

    assert_true(test_put(&table, root, issued(NOW)));
    assert_true(rename_to(root, root, name));

    ssec_table_acquire(&table, &name, &entry);
    ssec_table_leave(&table, &entry);

    assert_true(ssec_table_touch(&table, &entry.digest, entry.bucket,
                                 entry.slot, NOW + 30));
    assert_int_equal(test_get(&table, name).last, NOW + 30);
    assert_int_equal(test_get(&table, root).last, NOW + 30);

    /* a name's own place is no session's */

    assert_false(ssec_table_glimpse(&table, &name, &glimpse));
    assert_false(ssec_table_touch(&table, &name, C, 0, NOW + 60));
    assert_int_equal(test_get(&table, name).last, NOW + 30);
}


/* Pushing out */

/*
 * Names are worth no more than their sessions, which all lie in D and C: six
 * records, in the order in which an issued session pushes them out.
 */

static void
names_go_with_their_sessions(void **state)
{
    bool           lost;
    unsigned       i, k, n, live;
    ssec_digest_t  names[6], root, digest;

    static const struct {
        ssec_state_e  root;
        bool          issued;
        unsigned      name;
        bool          live;
    } order[] = {

        /* of none, replaced, closed, expired, made up, a visitor's */

        { SSEC_UNKNOWN, true, SSEC_SLOT_NAME, false },
        { SSEC_LIVE, true, SSEC_SLOT_OLD_NAME, false },
        { SSEC_CLOSED, true, SSEC_SLOT_NAME, false },
        { SSEC_EXPIRED, true, SSEC_SLOT_FRESH_NAME, false },
        { SSEC_LIVE, false, SSEC_SLOT_NAME, true },
        { SSEC_VISITOR, true, SSEC_SLOT_NAME, false },
        { SSEC_LIVE, true, SSEC_SLOT_FRESH_NAME, true },
        { SSEC_LIVE, true, SSEC_SLOT_NAME, true }
    };

    (void) state;

    /* two that follow each other, and the order is that of their ranks */

    for (n = 0; n + 1 < sizeof(order) / sizeof(order[0]); n++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 6; i++) {
            k = n + (i != n % 6);
            names[i] = test_digest_at(&table, A, B, i);
            root = test_digest_at(&table, i < 3 ? C : D, A, 10 + i);

            place_name(i < 3 ? A : B, i % 3, names[i], root, order[k].name);

            if (order[k].root != SSEC_UNKNOWN) {
                test_place(&table, i < 3 ? C : D, i % 3, root,
                           order[k].issued ? record(order[k].root, NOW + i)
                                           : made_up(NOW + i));
            }
        }

        /* the order in which an unowned and an old name go is open */

        k = n % 6;
        live = order[n].live;
        digest = test_digest_at(&table, A, B, 50);

        lost = !test_put(&table, digest, issued(NOW + 99));
        assert_known(digest, issued(NOW + 99));
        assert_int_equal(lost, live);
        assert_int_equal(ssec_table_evicted(&table), live);
        assert_int_equal(ssec_table_evicted_issued(&table),
                         live && order[n].issued);

        if (n) {
            assert_int_equal(test_records_of(&table, names[k]), 0);
        }
    }
}


/* Of two alike that goes whose session has been idle for longer. */

static void
names_are_as_idle_as_their_sessions(void **state)
{
    unsigned       i, n, oldest;
    ssec_digest_t  root, names[6];

    (void) state;

    for (oldest = 0; oldest < 6; oldest++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        for (i = 0; i < 6; i++) {
            n = (i + 6 - oldest) % 6;
            names[i] = test_digest_at(&table, A, B, i);

            if (i % 2) {
                test_place(&table, i < 3 ? A : B, i % 3, names[i],
                           issued(NOW + n));
                continue;
            }

            root = test_digest_at(&table, i < 3 ? C : D, A, 10 + i);
            test_place(&table, i < 3 ? C : D, i % 3, root, issued(NOW + n));
            place_name(i < 3 ? A : B, i % 3, names[i], root, SSEC_SLOT_NAME);
        }

        assert_false(test_put(&table, test_digest_at(&table, A, B, 50),
                              issued(NOW + 99)));

        for (i = 0; i < 6; i++) {
            assert_int_equal(test_records_of(&table, names[i]), i != oldest);
        }
    }
}


/* A new name takes no presented session's place, nor such a name's. */

static void
names_push_out_no_session(void **state)
{
    unsigned       i;
    ssec_digest_t  root, name;

    (void) state;

    root = test_digest_at(&table, D, C, 9);
    name = test_digest_at(&table, A, B, 50);

    test_place(&table, D, 0, root, issued(NOW));

    for (i = 0; i < 6; i++) {
        if (i % 2) {
            place_name(i < 3 ? A : B, i % 3, test_digest_at(&table, A, B, i),
                       root, SSEC_SLOT_NAME);
        } else {
            test_place(&table, i < 3 ? A : B, i % 3,
                       test_digest_at(&table, A, B, i), issued(NOW + i));
        }
    }

    assert_false(rename_to(root, root, name));
    assert_unknown(name);
    assert_int_equal(ssec_table_refused(&table), 1);
    assert_int_equal(ssec_table_evicted(&table), 0);

    for (i = 0; i < 6; i++) {
        assert_int_equal(test_records_of(&table,
                                         test_digest_at(&table, A, B, i)), 1);
    }

    /* that of a session that was not presented yet it takes */

    test_place(&table, B, 2, test_digest_at(&table, A, B, 7), fresh(NOW));

    assert_false(rename_to(root, root, name));
    assert_known(name, issued(NOW));
    assert_unknown(test_digest_at(&table, A, B, 7));
    assert_int_equal(ssec_table_refused(&table), 1);
    assert_int_equal(ssec_table_evicted_issued(&table), 1);

    /* and the old ones of its own */

    place_name(A, 1, test_digest_at(&table, A, B, 8), root,
               SSEC_SLOT_OLD_NAME);
    assert_true(rename_to(root, name, test_digest_at(&table, A, B, 51)));
    assert_known(test_digest_at(&table, A, B, 51), issued(NOW));
    assert_unknown(test_digest_at(&table, A, B, 8));
    assert_int_equal(test_locks(&table), 0);
}


/* An old name that is copied is no reason to push out anything else. */

static void
old_names_are_copied_last(void **state)
{
    unsigned       i;
    ssec_table_t   from, to;
    ssec_digest_t  name;

    (void) state;

    test_table_map(&from, 1024);
    name = test_digest_at(&table, A, B, 50);

    for (i = 0; i < 6; i++) {
        test_place(&table, i < 3 ? A : B, i % 3,
                   test_digest_at(&table, A, B, i),
                   record(SSEC_CLOSED, NOW + i));
    }

    to = table;
    table = from;
    place_name(C, 0, test_digest_at(&table, C, D, 1),
               test_digest_at(&table, D, C, 2), SSEC_SLOT_OLD_NAME);
    place_name(A, 0, name, test_digest_at(&table, D, C, 2),
               SSEC_SLOT_OLD_NAME);
    from = table;
    table = to;

    ssec_table_copy(&table, &from);

    assert_int_equal(test_records_of(&table, name), 0);
    assert_int_equal(slot_state(test_digest_at(&table, C, D, 1)),
                     SSEC_SLOT_OLD_NAME);
    assert_int_equal(ssec_table_refused(&table), 0);
    assert_int_equal(ssec_table_evicted(&table), 0);

    for (i = 0; i < 6; i++) {
        assert_known(test_digest_at(&table, A, B, i),
                     record(SSEC_CLOSED, NOW + i));
    }

    test_table_unmap(&from);
}


static void
names_are_copied(void **state)
{
    size_t         k;
    unsigned       i, n;
    ssec_table_t   from;
    ssec_counts_t  counts;

    static const uint32_t  sizes[] = { 1024, 1031, 4099, 65536 };

    (void) state;

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        test_table_unmap(&table);
        test_table_map(&table, 2048);

        /* a session, an old name, one in use, and one that is new */

        for (i = 0; i < 300; i++) {
            n = 4 * i;
            assert_true(test_put(&table, test_digest(n),
                                 record(SSEC_LIVE + i % 4, NOW + i)));
            assert_true(rename_to(test_digest(n), test_digest(n),
                                  test_digest(n + 1)));
            assert_true(rename_to(test_digest(n), test_digest(n + 1),
                                  test_digest(n + 2)));
            assert_known(test_digest(n + 2),
                         record(SSEC_LIVE + i % 4, NOW + i));
            assert_true(rename_to(test_digest(n), test_digest(n),
                                  test_digest(n + 3)));
        }

        from = table;
        test_table_map(&table, sizes[k]);
        ssec_table_copy(&table, &from);
        test_table_unmap(&from);

        ssec_table_count(&table, &counts);
        assert_int_equal(counts.names, 900);
        assert_int_equal(counts.live, 300 / 4);
        assert_int_equal(counts.evicted + counts.refused, 0);

        for (i = 0; i < 1200; i++) {
            n = slot_state(test_digest(i));
            assert_true(i % 4 != 1 || n == SSEC_SLOT_OLD_NAME);
            assert_true(i % 4 != 2 || n == SSEC_SLOT_NAME);
            assert_true(i % 4 != 3 || n == SSEC_SLOT_FRESH_NAME);

            assert_known(test_digest(i),
                         record(SSEC_LIVE + i / 4 % 4, NOW + i / 4));
        }
    }
}


/* A child that is killed while it gives a session one more key. */

static void
killed_while_renaming(void **state)
{
    int            point, way;
    unsigned       i;
    pid_t          pid;
    ssec_record_t  rec;
    ssec_digest_t  root, old, name;

    (void) state;

    for (way = 0; way <= 1; way++) {
        for (point = 1; point <= (way ? 5 : 2); point++) {
            test_table_unmap(&table);
            test_table_map(&table, 1024);

            root = test_digest_at(&table, D, C, 9);
            old = test_digest_at(&table, D, C, 8);
            name = test_digest_at(&table, A, B, 50);

            test_place(&table, D, 0, root, issued(NOW));
            place_name(D, 1, old, root, SSEC_SLOT_NAME);

            /* with room for it, or where another name has to move */

            for (i = 0; way && i < 3; i++) {
                place_name(A, i, test_digest_at(&table, A, C, i), root,
                           SSEC_SLOT_NAME);
                test_place(&table, B, i, test_digest_at(&table, B, A, i),
                           issued(NOW));
            }

            pid = fork();

            if (pid == 0) {
                crash_at = point;
                table.owner = ssec_table_owner();
                (void) rename_to(root, old, name);
                _exit(0);
            }

            assert_int_equal(waitpid(pid, NULL, 0), pid);
            assert_int_not_equal(test_locks(&table), 0);

            rec = test_get(&table, name);

            if (rec.state != SSEC_UNKNOWN) {
                assert_known(name, issued(NOW));

            } else {
                assert_unknown(name);
            }

            assert_known(root, issued(NOW));
            assert_known(old, issued(NOW));

            for (i = 0; way && i < 3; i++) {
                assert_known(test_digest_at(&table, A, C, i), issued(NOW));
                assert_known(test_digest_at(&table, B, A, i), issued(NOW));
            }

            assert_true(rename_to(root, old, name));
            assert_known(name, issued(NOW));
            assert_int_equal(test_locks(&table), 0);
        }
    }
}


/* Room */

static void
rotate(unsigned session, unsigned renames, uint64_t keys, bool *kept)
{
    unsigned       i;
    ssec_record_t  rec;
    ssec_digest_t  root, old, name;

    root = test_digest(session);
    old = root;

    for (i = 1; i <= renames; i++) {
        name = test_digest(keys + i);
        (void) rename_to(root, old, name);

        rec = test_get(&table, name);
        *kept = (rec.state == SSEC_LIVE && rec.last == NOW + session) && *kept;

        rec = test_get(&table, old);
        *kept = (rec.state == SSEC_LIVE && rec.last == NOW + session) && *kept;

        old = name;
    }
}


static void
rotation_pushes_out_no_session(void **state)
{
    bool           kept;
    uint64_t       n, lost;
    ssec_counts_t  counts;

    (void) state;

    test_table_unmap(&table);
    test_table_map(&table, MIB);

    for (n = 0; n < 10000; n++) {
        assert_true(test_put(&table, test_digest(n), issued(NOW + n)));
    }

    /* one in an empty table, one in a table that is full of made-up keys */

    kept = true;
    rotate(7, 10000, 1000000, &kept);
    assert_true(kept);

    for (n = 0; n < 100000; n++) {
        (void) test_put(&table, test_digest(10000000 + n),
                        made_up(NOW + 20000 + n));
    }

    rotate(8, 10000, 2000000, &kept);
    assert_true(kept);

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.issued, 0);

    /* one more that never uses its new keys: they push out each other */

    for (n = 0; n < 40000; n++) {
        (void) rename_to(test_digest(9), test_digest(9),
                         test_digest(3000000 + n));
    }

    assert_int_equal(test_get(&table, test_digest(3000000 + n - 1)).last,
                     NOW + 9);

    lost = 0;

    for (n = 0; n < 10000; n++) {
        lost += (test_get(&table, test_digest(n)).last != NOW + n);
    }

    printf("rotation: 60,000 new keys of 3 sessions among 10,000 in 1 MiB:"
           " %llu sessions lost\n", (unsigned long long) lost);

    assert_int_equal(lost, 0);
}


/* Even where all the others are sessions that may not be pushed out. */

static void
rotation_in_a_full_table(void **state)
{
    uint64_t       n, before, after;
    ssec_counts_t  counts;

    (void) state;

    for (n = 0; n < 6000; n++) {
        (void) test_put(&table, test_digest(n), issued(NOW + n));
    }

    ssec_table_count(&table, &counts);
    before = counts.live;
    assert_true(before > 3060);

    for (n = 0; n < 10000; n++) {
        (void) rename_to(test_digest(5999), test_digest(100000 + n - 1),
                         test_digest(100000 + n));
        (void) test_get(&table, test_digest(100000 + n));
    }

    ssec_table_count(&table, &counts);
    after = counts.live;
    assert_int_equal(after, before);
    assert_int_equal(test_get(&table, test_digest(5999)).last, NOW + 5999);
}


/* Sessions that have ended take their names with them. */

static void
names_do_not_fill_the_table(void **state)
{
    uint64_t       n, lost;
    unsigned       i;
    ssec_digest_t  root;
    ssec_counts_t  counts;

    (void) state;

    test_table_unmap(&table);
    test_table_map(&table, MIB);

    lost = 0;

    /* 1,000 at a time, of which each has three more keys in its life */

    for (n = 0; n < 100000; n++) {
        root = test_digest(10 * n);
        lost += !test_put(&table, root, fresh(NOW + n));
        lost += !test_put(&table, root, issued(NOW + n));

        for (i = 1; i <= 3; i++) {
            lost += !rename_to(root, test_digest(10 * n + i - 1),
                               test_digest(10 * n + i));
            lost += (test_get(&table, test_digest(10 * n + i)).state
                     != SSEC_LIVE);
        }

        if (n >= 1000) {
            root = test_digest(10 * (n - 1000) + 3);
            lost += (test_get(&table, root).state != SSEC_LIVE);
            (void) test_put(&table, root,
                            record(n % 2 ? SSEC_CLOSED : SSEC_EXPIRED,
                                   NOW + n));
        }
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(lost, 0);
    assert_int_equal(counts.live, 1000);
    assert_int_equal(counts.evicted + counts.refused, 0);
}


/* Against an array. */

static void
random_operations(void **state)
{
    unsigned        i, k, n, names, nkeys[300];
    uint64_t        seed;
    ssec_own_t      o;
    ssec_entry_t    entry;
    ssec_digest_t   digest;
    ssec_counts_t   counts;
    ssec_record_t   model[300];

    (void) state;

    seed = 12;
    names = 0;
    memset(model, 0, sizeof(model));
    memset(nkeys, 0, sizeof(nkeys));

    for (n = 0; n < 200000; n++) {
        i = (unsigned) test_below(&seed, 300);
        k = nkeys[i] ? (unsigned) test_below(&seed, nkeys[i]) : 0;
        digest = test_digest(10 * i + k);

        ssec_table_acquire(&table, &digest, &entry);
        assert_true(test_same(&entry.record, &model[i]));

        if (nkeys[i] && test_below(&seed, 100) == 0 && nkeys[i] < 6) {
            ssec_table_leave(&table, &entry);
            assert_true(rename_to(entry.digest, digest,
                                  test_digest(10 * i + nkeys[i])));
            nkeys[i]++;
            names++;
            continue;
        }

        if (test_below(&seed, 4)) {
            model[i] = record(SSEC_LIVE + (int) test_below(&seed, 4),
                              NOW + test_below(&seed, SSEC_TIME_MAX - NOW));
            nkeys[i] += (nkeys[i] == 0);

            if (test_below(&seed, 3) == 0) {
                o = (ssec_own_t) { 1, 2, (uint32_t) test_below(&seed, 50) };

                /* nobody waits for a lock while holding one */

                ssec_table_leave(&table, &entry);
                model[i].own = ssec_table_own(&table, &o);
                ssec_table_acquire(&table, &digest, &entry);
            }

            entry.record = model[i];
        }

        assert_true(ssec_table_release(&table, &entry));
    }

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.live + counts.expired + counts.closed
                     + counts.visitors, 300);
    assert_int_equal(counts.names, names);
    assert_true(names > 1000);
    assert_int_equal(counts.evicted, 0);
    assert_int_equal(test_locks(&table), 0);
}


#define table_test(name)  cmocka_unit_test_setup_teardown(name, set_up, \
                                                          tear_down)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        table_test(one_session_under_many_keys),
        table_test(links),
        table_test(links_lead_to_no_other),
        table_test(presented_names),
        table_test(old_names),
        table_test(renamed_to_what_is_known),
        table_test(name_of_no_session),
        table_test(name_that_changes_meanwhile),
        table_test(touched_by_name),
        table_test(names_go_with_their_sessions),
        table_test(names_are_as_idle_as_their_sessions),
        table_test(names_push_out_no_session),
        table_test(old_names_are_copied_last),
        table_test(names_are_copied),
        table_test(killed_while_renaming),
        table_test(rotation_pushes_out_no_session),
        table_test(rotation_in_a_full_table),
        table_test(names_do_not_fill_the_table),
        table_test(random_operations),
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(120);

    return cmocka_run_group_tests_name("table, names", tests, NULL, NULL);
}

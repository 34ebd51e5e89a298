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

#include "ssec_test_table.h"

#include <cmocka.h>


#define NOW       1000000000ULL
#define LONG_AGO  (NOW - 3600000)

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
                             .reason = (state == SSEC_EXPIRED
                                        || state == SSEC_CLOSED)
                                       ? SSEC_REASON_SAID : SSEC_REASON_NONE,
                             .presented = true, .used = state == SSEC_LIVE,
                             .login = true,
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
    rec.used = false;

    return rec;
}


static void
assert_known(ssec_digest_t digest, ssec_record_t expected)
{
    ssec_record_t  rec;

    rec = test_get(&table, digest);
    expected = test_kept(expected);

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
    assert_int_equal(test_records_of(&table, digest), 0);
}


/* A name is there, and its session is not. */

static void
assert_orphan(ssec_digest_t digest)
{
    ssec_record_t  rec;

    rec = test_get(&table, digest);

    assert_int_equal(rec.state, SSEC_UNKNOWN);
    assert_false(rec.issued);
    assert_false(rec.presented);
    assert_int_equal(rec.created + rec.last, 0);
    assert_null(rec.own);
    assert_int_equal(test_records_of(&table, digest), 1);
}


/* What is replaced at this time was so long before the sessions' activity. */

static bool
rename_to(ssec_digest_t key, ssec_digest_t name)
{
    return ssec_table_rename(&table, &key, &name, LONG_AGO);
}


static bool
rename_at(ssec_digest_t key, ssec_digest_t name, uint64_t now)
{
    return ssec_table_rename(&table, &key, &name, now);
}


/* Whether a key was replaced, and when. */

static bool
is_former(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    ssec_table_acquire(&table, &digest, &entry);
    ssec_table_leave(&table, &entry);

    return entry.former;
}


static uint64_t
name_age(ssec_digest_t digest, uint64_t now)
{
    ssec_entry_t  entry;

    ssec_table_acquire(&table, &digest, &entry);
    ssec_table_leave(&table, &entry);
    assert_true(entry.former);

    return ssec_name_age(&entry, now);
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


/* Takes out the session that has this key, and leaves its names. */

static void
forget(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    ssec_table_acquire(&table, &digest, &entry);
    assert_true(entry.found);
    ssec_set_word(&table, entry.bucket, entry.slot, 0);
    ssec_table_leave(&table, &entry);
}


static void
place_name(uint32_t bucket, unsigned slot, ssec_digest_t digest,
    ssec_digest_t root, unsigned state)
{
    test_place_name(&table, bucket, slot, digest, root, state);
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
    ssec_digest_t  name, place;

    (void) state;

    assert_true(test_put(&table, test_digest(0), issued(NOW)));

    for (i = 1; i <= 100; i++) {
        assert_true(rename_to(test_digest(i - 1), test_digest(i)));
    }

    /* each is the session, which is in a place that is no key's */

    for (i = 0; i <= 100; i++) {
        name = test_digest(i);
        assert_known(name, issued(NOW + i));

        ssec_table_acquire(&table, &name, &entry);
        assert_true(entry.found);
        assert_true(entry.live);
        assert_true(entry.name);
        assert_int_equal(entry.former, i < 100);

        if (i == 0) {
            place = entry.digest;
            assert_int_not_equal(place.body, name.body);
        }

        assert_int_equal(entry.digest.body, place.body);
        assert_int_equal(entry.digest.place, place.place);

        entry.record.last++;
        entry.record.created = (entry.record.last - 640) & ~63ULL;
        assert_true(ssec_table_release(&table, &entry));
        assert_int_equal(test_locks(&table), 0);
    }

    assert_int_equal(test_records_of(&table, place), 1);

    /* closed under one of them it is closed under all */

    assert_true(test_put(&table, test_digest(50),
                         record(SSEC_CLOSED, NOW + 500)));
    assert_int_equal(ssec_table_deaths(&table), 1);

    for (i = 0; i <= 100; i++) {
        assert_known(test_digest(i), record(SSEC_CLOSED, NOW + 500));
    }
}


/* What was found without a name says so, whatever was found before. */

static void
keys_that_are_no_names(void **state)
{
    unsigned       i;
    ssec_entry_t   entry;
    ssec_digest_t  key;

    (void) state;

    assert_true(test_put(&table, test_digest(0), issued(NOW)));

    /* a session, and none */

    for (i = 0; i <= 1; i++) {
        key = test_digest(i);

        memset(&entry, 0x01, sizeof(entry));
        ssec_table_acquire(&table, &key, &entry);
        ssec_table_leave(&table, &entry);
        assert_false(entry.name);
        assert_false(entry.former);
    }
}


/* The session keeps all that it has when it gets its second key. */

static void
settled_with_all_it_has(void **state)
{
    size_t         k;
    unsigned       i;
    ssec_record_t  rec, got;

    static const uint32_t  sizes[] = { 1024, 1025, 4099, 16380, 1048573 };

    (void) state;

    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
        test_table_unmap(&table);
        test_table_map(&table, sizes[k]);

        for (i = 0; i < 200; i++) {
            rec = record(SSEC_LIVE + i % 4, NOW + i * 1009);
            rec.presented = (rec.state != SSEC_LIVE || i % 8);
            rec.used = rec.used && rec.presented;
            rec.told = (rec.state == SSEC_EXPIRED && i % 8);

            if (i % 3 == 0) {
                rec.own = ssec_table_own(&table,
                                         &(ssec_own_t) { 1, i, 3 });
            }

            assert_true(test_put(&table, test_digest(2 * i), rec));
            assert_true(rename_to(test_digest(2 * i), test_digest(2 * i + 1)));

            got = test_get(&table, test_digest(2 * i + 1));
            assert_true(test_same(&got, &rec));
            got = test_get(&table, test_digest(2 * i));
            assert_true(test_same(&got, &rec));
        }

        assert_int_equal(ssec_table_deaths(&table), 0);
    }
}


/* A damaged file may hold any number: it gives no session another's limits. */

static void
settled_with_a_number_of_no_limits(void **state)
{
    size_t         i, k;
    ssec_digest_t  key;
    ssec_record_t  rec;

    static const uint16_t  numbers[] = { 0, SSEC_TABLE_OWN + 1, UINT16_MAX };

    (void) state;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        rec = issued(NOW);
        rec.own = ssec_table_own(&table, &(ssec_own_t) { 1, 2, 3 });

        key = test_digest_at(&table, A, B, 2 * (uint32_t) i);
        test_place(&table, A, 0, key, rec);

        /* what the session has, and what others left wherever it may go */

        for (k = 0; k < (size_t) table.nbuckets * SSEC_OWN_SLOTS; k++) {
            table.own[k] = 1;
        }

        table.own[(size_t) A * SSEC_OWN_SLOTS] = numbers[i];
        rec.own = NULL;
        assert_known(key, rec);

        assert_true(rename_to(key, test_digest(1000 + (unsigned) i)));
        assert_known(test_digest(1000 + (unsigned) i), rec);
    }
}


/* A session settles where nobody has to be waited for. */

static void
lock_others(unsigned of)
{
    uint32_t  b;

    for (b = 0; b < table.nbuckets; b++) {
        if (b != A && b != B) {
            atomic_store(lock_of(b), b % of ? 0 : table.owner);
        }
    }
}


static void
unlock_others(void)
{
    on_yield = NULL;
    lock_others(UINT32_MAX);
    atomic_store(lock_of(0), 0);
}


static void
settled_without_waiting(void **state)
{
    unsigned       i;
    ssec_digest_t  key;

    (void) state;

    key = test_digest_at(&table, A, B, 0);
    assert_true(test_put(&table, key, issued(NOW)));

    /* nowhere; then, as before, elsewhere */

    lock_others(1);
    (void) rename_to(key, test_digest_at(&table, A, B, 1));
    unlock_others();
    assert_known(key, issued(NOW));
    assert_unknown(test_digest_at(&table, A, B, 1));
    assert_int_equal(slot_state(key), SSEC_SLOT_USED);

    lock_others(1);
    on_yield = unlock_others;
    assert_true(rename_to(key, test_digest_at(&table, A, B, 1)));
    assert_null(on_yield);
    assert_known(test_digest_at(&table, A, B, 1), issued(NOW));

    /* also where one of the two buckets is busy, whichever it is */

    for (i = 0; i < 10; i++) {
        test_table_unmap(&table);
        test_table_map(&table, 1024);

        key = test_digest_at(&table, A, B, i);
        assert_true(test_put(&table, key, issued(NOW)));

        lock_others(2);

        do {
            assert_true(rename_to(key, test_digest_at(&table, A, B, 50)));
            assert_known(key, issued(NOW));

        } while (slot_state(key) != SSEC_SLOT_OLD_NAME);

        unlock_others();
        assert_known(test_digest_at(&table, A, B, 50), issued(NOW));
        assert_int_equal(test_locks(&table), 0);
    }
}


/* Nor where another has the same place, as far as names can tell. */

static void
settled_beside_another(void **state)
{
    uint64_t       seed[3];
    unsigned       n;
    uint32_t       first;
    ssec_digest_t  key, other;

    (void) state;

    key = test_digest_at(&table, A, B, 0);
    assert_true(test_put(&table, key, issued(NOW)));

    for (n = 0; n <= 1; n++) {
        seed[0] = key.body;
        seed[1] = key.place;
        seed[2] = n;

        ssec_digest(&table.key, seed, sizeof(seed), &other);

        other.body &= ~((uint64_t) SSEC_BEGAN_MASK << SSEC_LINK_BODY);
        other.body |= (uint64_t) (table.buckets[A].created[0]
                                  & SSEC_BEGAN_MASK) << SSEC_LINK_BODY;
        other.body ^= 1;

        first = ssec_first_bucket(&table, other.place);
        test_place(&table,
                   n ? ssec_second_bucket(&table, first, other.body) : first,
                   1, other, issued(NOW + 7));
    }

    assert_true(rename_to(key, test_digest(1)));
    assert_known(test_digest(1), issued(NOW));
    assert_int_equal(atomic_load(&table.header->serial), 3);
}


/* 68 bits of the place are kept. */

static void
links(void **state)
{
    unsigned       i;
    ssec_digest_t  root, name;
    ssec_stored_t  stored;

    (void) state;

    for (i = 0; i < 100000; i++) {
        root = test_digest(i);

        stored.word = UINT64_MAX << SSEC_STATE
                      | root.body >> (64 - SSEC_LINK_WORD) << 32 | root.place;
        stored.created = SSEC_HAS_OWN | SSEC_IN_SECOND
                         | ((root.body >> SSEC_LINK_BODY)
                            & SSEC_BEGAN_MASK);
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
    (void) state;

    assert_true(test_put(&table, test_digest(0), issued(NOW)));
    assert_true(rename_to(test_digest(0), test_digest(1)));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_FRESH_NAME);

    assert_known(test_digest(0), issued(NOW));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_FRESH_NAME);

    assert_known(test_digest(1), issued(NOW));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_NAME);

    assert_known(test_digest(1), issued(NOW));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_NAME);
}


/* The key that was replaced still works. */

static void
old_names(void **state)
{
    unsigned  i, k;

    (void) state;

    assert_true(test_put(&table, test_digest(0), issued(NOW)));
    assert_true(rename_to(test_digest(0), test_digest(1)));
    assert_int_equal(slot_state(test_digest(0)), SSEC_SLOT_OLD_NAME);

    assert_known(test_digest(1), issued(NOW));
    assert_true(rename_to(test_digest(1), test_digest(2)));
    assert_true(rename_to(test_digest(2), test_digest(3)));

    /* to be used again makes it no younger */

    for (i = 0; i < 2; i++) {
        for (k = 0; k < 3; k++) {
            assert_int_equal(slot_state(test_digest(k)), SSEC_SLOT_OLD_NAME);
            assert_known(test_digest(k), issued(NOW));
        }

        assert_known(test_digest(3), issued(NOW));
    }

    /* unless the backend comes back to it */

    assert_true(rename_to(test_digest(3), test_digest(1)));
    assert_int_equal(slot_state(test_digest(1)), SSEC_SLOT_FRESH_NAME);
    assert_int_equal(slot_state(test_digest(3)), SSEC_SLOT_OLD_NAME);
    assert_known(test_digest(1), issued(NOW));

    /* that of nobody gets none, for which no room was missing */

    assert_true(rename_to(test_digest(99), test_digest(4)));
    assert_unknown(test_digest(4));
    assert_unknown(test_digest(99));
    assert_int_equal(test_locks(&table), 0);
}


/* Which keys become those of another session. */

static void
renamed_to_what_is_known(void **state)
{
    size_t         i;
    ssec_entry_t   entry;
    ssec_record_t  rec;
    ssec_digest_t  key, other, name;

    static const struct {
        ssec_state_e  state;
        bool          taken;
    } rows[] = {
        { SSEC_LIVE, false },
        { SSEC_VISITOR, false },
        { SSEC_EXPIRED, true },
        { SSEC_CLOSED, true }
    };

    (void) state;

    key = test_digest(0);
    assert_true(test_put(&table, key, issued(NOW)));

    /* a session's own, in use or replaced, and one of no session */

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        other = test_digest(10 * i + 10);
        rec = record(rows[i].state, NOW + 5);

        assert_true(test_put(&table, other, rec));
        (void) rename_to(key, other);
        assert_known(other, rows[i].taken ? issued(NOW) : rec);

        other = test_digest(10 * i + 11);
        name = test_digest(10 * i + 12);
        assert_true(test_put(&table, other, rec));
        assert_true(rename_to(other, name));
        assert_known(name, rec);

        (void) rename_to(key, name);
        assert_known(name, rows[i].taken ? issued(NOW) : rec);
        (void) rename_to(key, other);
        assert_int_equal(slot_state(other), SSEC_SLOT_FRESH_NAME);
        assert_known(other, issued(NOW));

        name = test_digest(10 * i + 13);
        assert_true(rename_to(other, name));
        assert_int_equal(slot_state(other), SSEC_SLOT_OLD_NAME);
    }

    name = test_digest(2);
    place_name(C, 0, name, test_digest(3), SSEC_SLOT_NAME);
    forget(key);
    assert_orphan(key);

    /* of none to none: the key is no session's */

    (void) rename_to(key, test_digest(4));
    assert_orphan(test_digest(4));

    /* its own key is no other's */

    assert_true(test_put(&table, test_digest(5), issued(NOW)));
    (void) rename_to(test_digest(5), test_digest(5));
    assert_known(test_digest(5), issued(NOW));

    name = test_digest(5);
    ssec_table_acquire(&table, &name, &entry);
    ssec_table_leave(&table, &entry);
    assert_false(entry.former);
}


/* A key that was replaced, and is set again, is in use again. */

static void
renamed_to_itself(void **state)
{
    unsigned       i;
    uint64_t       when;
    ssec_digest_t  key, next;

    static const uint64_t  times[] = { LONG_AGO, NOW - 1, NOW, NOW + 5000 };

    (void) state;

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        when = times[i];
        key = test_digest(10 * i);
        next = test_digest(10 * i + 1);

        assert_true(test_put(&table, key, issued(NOW)));
        assert_true(rename_at(key, next, when));
        assert_true(is_former(key));

        /* be it within the time in which others go on with it, or after */

        assert_true(rename_at(key, key, when + 1000));
        assert_int_equal(slot_state(key), SSEC_SLOT_FRESH_NAME);
        assert_false(is_former(key));
        assert_int_equal(slot_state(key), SSEC_SLOT_NAME);
        assert_known(key, issued(NOW));
        assert_known(next, issued(NOW));
        assert_false(is_former(next));

        /* from one to the other, and back */

        assert_true(rename_at(key, next, when + 2000));
        assert_true(is_former(key));
        assert_true(rename_at(next, key, when + 3000));
        assert_false(is_former(key));
        assert_true(is_former(next));
        assert_int_equal(name_age(next, when + 3000) >> SSEC_NAME_TIME, 0);
        assert_known(key, issued(NOW));
    }
}


/* What was replaced is free for others at once: the decision is not here. */

static void
renamed_to_a_former_key_of_another(void **state)
{
    unsigned       i;
    ssec_digest_t  name;

    (void) state;

    name = test_digest(1);

    for (i = 0; i <= 1; i++) {
        assert_true(test_put(&table, name, issued(NOW + i)));
        assert_true(rename_at(name, test_digest(20 + i), i ? NOW : LONG_AGO));
        assert_true(is_former(name));

        assert_true(test_put(&table, test_digest(10 + i), issued(NOW + 7)));
        assert_true(rename_at(test_digest(10 + i), name, NOW));
        assert_known(name, issued(NOW + 7));
        assert_false(is_former(name));
        assert_known(test_digest(20 + i), issued(NOW + i));
    }
}


/* In units of a second, about, and modulo 18 hours. */

static void
name_ages(void **state)
{
    unsigned       i;
    uint64_t       age;
    ssec_digest_t  key;

    static const uint64_t  ages[] = {
        0, 1, 1023, 1024, 10000, 11264, 3600000, (1 << 26) - 64000
    };

    (void) state;

    key = test_digest(0);

    assert_true(test_put(&table, key, issued(NOW)));
    assert_true(rename_at(key, test_digest(1), NOW));

    for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        age = name_age(key, NOW + ages[i]);
        assert_in_range(age, ages[i] < 1024 ? 0 : ages[i] - 1024,
                        ages[i] + 1023);
        assert_int_equal(age % 1024, 0);
        assert_int_equal(name_age(key, NOW + ages[i] + (1 << 26)), age);
    }

    /* by a clock that is behind */

    assert_int_equal(name_age(key, NOW - 1), 0);
    assert_int_equal(name_age(key, NOW - 60000), 0);
    assert_in_range(name_age(key, NOW - 70000), 1 << 25, 1 << 26);

    /* further keys instead of it make it no younger */

    assert_true(rename_at(key, test_digest(2), NOW + 60000));
    assert_in_range(name_age(key, NOW + 60000), 59000, 61000);

    /* it is replaced anew when it has been in use again */

    assert_true(rename_at(test_digest(2), key, NOW + 70000));
    assert_false(is_former(key));
    assert_true(rename_at(key, test_digest(3), NOW + 80000));
    assert_in_range(name_age(key, NOW + 80000), 0, 1023);
    assert_in_range(name_age(test_digest(2), NOW + 80000), 9000, 11000);
}


static void
names_in_use(void **state)
{
    unsigned  i;
    uint64_t  unit, replaced;

    (void) state;

    /* the session was active in the second before, or in the ten after */

    unit = 1 << SSEC_NAME_TIME;

    for (i = 0; i < 100; i++) {
        replaced = (NOW + i * 777777) / unit * unit;

        assert_false(ssec_is_in_use(replaced - unit - 1,
                                    (uint16_t) (replaced >> SSEC_NAME_TIME)));
        assert_true(ssec_is_in_use(replaced - unit,
                                   (uint16_t) (replaced >> SSEC_NAME_TIME)));
        assert_true(ssec_is_in_use(replaced,
                                   (uint16_t) (replaced >> SSEC_NAME_TIME)));
        assert_true(ssec_is_in_use(replaced + 11 * unit - 1,
                                   (uint16_t) (replaced >> SSEC_NAME_TIME)));
        assert_false(ssec_is_in_use(replaced + 11 * unit,
                                    (uint16_t) (replaced >> SSEC_NAME_TIME)));
        assert_false(ssec_is_in_use(replaced + 3600000,
                                    (uint16_t) (replaced >> SSEC_NAME_TIME)));
    }
}


/* Given, and not presented within two minutes of the session's activity. */

static void
stale_names(void **state)
{
    unsigned  i;
    uint64_t  given;

    (void) state;

    for (i = 0; i < 100; i++) {
        given = NOW + i * 7777777;

        assert_int_not_equal(ssec_given(given), 0);
        assert_false(ssec_is_stale(given, ssec_given(given)));
        assert_false(ssec_is_stale(given + 120000, ssec_given(given)));
        assert_true(ssec_is_stale(given + 180000, ssec_given(given)));
        assert_true(ssec_is_stale(given + 6 * 86400000, ssec_given(given)));

        /* half of twelve days are in the future */

        assert_false(ssec_is_stale(given - 60000, ssec_given(given)));
        assert_false(ssec_is_stale(given + 7 * 86400000, ssec_given(given)));
    }

    assert_int_not_equal(ssec_given(0), 0);
    assert_int_not_equal(ssec_given(SSEC_TIME_MAX + 1), 0);
}


/*
 * In a large table most records of a bucket have the same place, as far as that
 * is kept: a name is worth what its own session is.
 */

static void
rank_beside_others_of_its_place(void **state)
{
    uint64_t       last;
    unsigned       slot;
    ssec_digest_t  root, name, other;

    (void) state;

    root = test_digest_at(&table, C, D, 0);
    name = test_digest_at(&table, A, B, 1);
    other = root;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        other.body = root.body ^ 1ULL << (SSEC_LINK_BODY + slot);

        test_place(&table, C, slot, other,
                   slot ? record(SSEC_LIVE, NOW) : record(SSEC_CLOSED, NOW));
    }

    place_name(A, 1, name, root, SSEC_SLOT_NAME);
    assert_int_equal(ssec_rank(&table, A, 1, &last), SSEC_RANK_OLD_NAME);

    test_place(&table, D, 2, root, issued(NOW - 7));
    assert_int_equal(ssec_rank(&table, A, 1, &last), SSEC_RANK_USED);
    assert_int_equal(last, NOW - 7);
}


/* What a name is worth: less than the others of its session, and than that. */

static void
ranks_of_names(void **state)
{
    unsigned       i;
    uint64_t       last;
    ssec_digest_t  root, name;
    ssec_record_t  rec;

    enum { NEVER = 0, LATELY, BEFORE };

    static const struct {
        ssec_state_e  root;
        bool          issued;
        unsigned      name;
        int           when;      /* it was given, or replaced */
        unsigned      rank;
    } rows[] = {
        { SSEC_LIVE, true, SSEC_SLOT_NAME, BEFORE, SSEC_RANK_USED },
        { SSEC_LIVE, true, SSEC_SLOT_NAME, LATELY, SSEC_RANK_USED },
        { SSEC_LIVE, true, SSEC_SLOT_FRESH_NAME, LATELY,
          SSEC_RANK_FRESH_NAME },
        { SSEC_LIVE, true, SSEC_SLOT_FRESH_NAME, BEFORE, SSEC_RANK_OLD_NAME },
        { SSEC_LIVE, true, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_FRESH_NAME },
        { SSEC_LIVE, true, SSEC_SLOT_OLD_NAME, BEFORE, SSEC_RANK_OLD_NAME },

        { SSEC_LIVE, false, SSEC_SLOT_NAME, LATELY, SSEC_RANK_LIVE },
        { SSEC_LIVE, false, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_LIVE },
        { SSEC_LIVE, false, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_LIVE },
        { SSEC_VISITOR, true, SSEC_SLOT_NAME, LATELY, SSEC_RANK_VISITOR },
        { SSEC_VISITOR, true, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_VISITOR },
        { SSEC_VISITOR, false, SSEC_SLOT_NAME, LATELY, SSEC_RANK_HEARSAY },
        { SSEC_EXPIRED, true, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_EXPIRED },
        { SSEC_CLOSED, true, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_CLOSED },
        { SSEC_CLOSED, true, SSEC_SLOT_FRESH_NAME, BEFORE,
          SSEC_RANK_OLD_NAME },

        /* that of none */

        { SSEC_UNKNOWN, true, SSEC_SLOT_NAME, LATELY, SSEC_RANK_OLD_NAME },
        { SSEC_UNKNOWN, true, SSEC_SLOT_FRESH_NAME, LATELY,
          SSEC_RANK_OLD_NAME },
        { SSEC_UNKNOWN, true, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_OLD_NAME }
    };

    (void) state;

    root = test_digest_at(&table, C, D, 0);
    name = test_digest_at(&table, A, B, 1);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ssec_set_word(&table, C, 0, 0);

        if (rows[i].root != SSEC_UNKNOWN) {
            rec = record(rows[i].root, NOW);
            rec.issued = rows[i].issued;
            test_place(&table, C, 0, root, rec);
        }

        place_name(A, 1, name, root, rows[i].name);

        last = (rows[i].when == LATELY) ? NOW - 900 : LONG_AGO;
        table.own[(size_t) A * SSEC_OWN_SLOTS + 1] =
            (rows[i].name == SSEC_SLOT_OLD_NAME)
            ? (uint16_t) (last >> SSEC_NAME_TIME) : ssec_given(last);

        assert_int_equal(ssec_rank(&table, A, 1, &last), rows[i].rank);
        assert_int_equal(last & ~SSEC_REASON_MASK,
                         rows[i].root == SSEC_UNKNOWN ? 0 : NOW);
    }

    /* a session that was presented once keeps its names as long as itself */

    rec = record(SSEC_LIVE, NOW);
    rec.used = false;
    test_place(&table, C, 0, root, rec);
    place_name(A, 1, name, root, SSEC_SLOT_NAME);
    assert_int_equal(ssec_rank(&table, A, 1, &last), SSEC_RANK_PRESENTED);
}


/* The session was pushed out: its keys are nobody's. */

static void
name_of_no_session(void **state)
{
    ssec_entry_t   entry;
    ssec_digest_t  name, next;

    (void) state;

    name = test_digest(1);
    next = test_digest(2);

    assert_true(test_put(&table, test_digest(0), issued(NOW)));
    assert_true(rename_to(test_digest(0), name));
    forget(name);

    assert_orphan(name);
    assert_orphan(test_digest(0));
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
    assert_int_equal(slot_state(name), SSEC_SLOT_USED);
    assert_int_equal(atomic_load(&table.header->collisions), 0);

    assert_true(rename_to(name, next));
    assert_known(next, entry.record);
    assert_orphan(test_digest(0));
}


/* A key that becomes that of a session of its own, whatever it was. */

static void
replace(void **state)
{
    uint64_t       deaths;
    ssec_digest_t  key, name;
    ssec_record_t  rec;

    (void) state;

    rec = fresh(NOW + 50);
    rec.own = ssec_table_own(&table, &(ssec_own_t) { 1, 2, 3 });

    /* nothing, a session, and a name */

    key = test_digest(0);
    assert_true(ssec_table_replace(&table, &key, &rec));
    assert_known(key, rec);

    assert_true(test_put(&table, key, record(SSEC_CLOSED, NOW)));
    assert_true(ssec_table_replace(&table, &key, &rec));
    assert_known(key, rec);

    name = test_digest(1);
    assert_true(test_put(&table, key, issued(NOW)));
    assert_true(rename_to(key, name));
    assert_true(ssec_table_replace(&table, &key, &rec));
    assert_known(key, rec);
    assert_known(name, issued(NOW));

    assert_true(ssec_table_replace(&table, &name, &rec));
    assert_known(name, rec);

    assert_true(test_put(&table, key, record(SSEC_CLOSED, NOW)));
    assert_known(name, rec);

    /* whose key it was lives on, under another one */

    deaths = ssec_table_deaths(&table);
    rec = record(SSEC_VISITOR, NOW);
    assert_true(ssec_table_replace(&table, &name, &rec));
    assert_int_equal(ssec_table_deaths(&table), deaths);
    assert_int_equal(test_locks(&table), 0);
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
touched_once_it_is_a_name(void **state)
{
    ssec_digest_t   key, next;
    ssec_glimpse_t  glimpse;

    (void) state;

    key = test_digest_at(&table, C, D, 0);
    next = test_digest_at(&table, C, D, 1);

    test_place(&table, C, 0, key, issued(NOW));
    assert_true(ssec_table_glimpse(&table, &key, &glimpse));

    /* the session has gone elsewhere, and what is there is no session */

    assert_true(ssec_table_rename(&table, &key, &next, NOW));
    assert_false(ssec_table_glimpse(&table, &key, &(ssec_glimpse_t) {0}));
    assert_false(ssec_table_touch(&table, &key, &glimpse, NOW + 30));
    assert_int_equal(test_get(&table, key).last, NOW);
    assert_int_equal(test_get(&table, next).last, NOW);
    assert_int_equal(test_locks(&table), 0);
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
    ssec_digest_t  root, key, name;

    (void) state;

    root = test_digest_at(&table, D, C, 9);
    key = test_digest_at(&table, C, D, 8);
    name = test_digest_at(&table, A, B, 50);

    test_place(&table, D, 0, root, issued(NOW));
    place_name(C, 0, key, root, SSEC_SLOT_NAME);

    for (i = 0; i < 6; i++) {
        if (i % 2) {
            place_name(i < 3 ? A : B, i % 3, test_digest_at(&table, A, B, i),
                       root, SSEC_SLOT_NAME);
        } else {
            test_place(&table, i < 3 ? A : B, i % 3,
                       test_digest_at(&table, A, B, i), issued(NOW + i));
        }
    }

    assert_false(rename_to(key, name));
    assert_unknown(name);
    assert_known(key, issued(NOW));
    assert_int_equal(ssec_table_refused(&table), 1);
    assert_int_equal(ssec_table_evicted(&table), 0);

    for (i = 0; i < 6; i++) {
        assert_int_equal(test_records_of(&table,
                                         test_digest_at(&table, A, B, i)), 1);
    }

    /* nor that of a session that was not presented yet */

    test_place(&table, B, 2, test_digest_at(&table, A, B, 7), fresh(NOW));

    assert_false(rename_to(key, name));
    assert_unknown(name);
    assert_known(test_digest_at(&table, A, B, 7), fresh(NOW));
    assert_int_equal(ssec_table_refused(&table), 2);

    /* a visitor's, or a made-up session's, it does */

    test_place(&table, B, 2, test_digest_at(&table, A, B, 7),
               record(SSEC_VISITOR, NOW));

    assert_true(rename_to(key, name));
    assert_known(name, issued(NOW));
    assert_unknown(test_digest_at(&table, A, B, 7));
    assert_int_equal(ssec_table_refused(&table), 2);
    assert_int_equal(ssec_table_evicted(&table), 0);

    /* and the old ones of its own */

    place_name(A, 1, test_digest_at(&table, A, B, 8), root,
               SSEC_SLOT_OLD_NAME);
    assert_true(rename_to(name, test_digest_at(&table, A, B, 51)));
    assert_known(test_digest_at(&table, A, B, 51), issued(NOW));
    assert_unknown(test_digest_at(&table, A, B, 8));
    assert_int_equal(test_locks(&table), 0);
}


/* Its session lives under another key: it is none lost, though it goes late. */

static void
replaced_keys_in_use(void **state)
{
    unsigned       i;
    ssec_digest_t  root, old;

    (void) state;

    root = test_digest_at(&table, D, C, 9);
    old = test_digest_at(&table, A, B, 0);
    test_place(&table, D, 0, root, issued(NOW));

    for (i = 0; i < 6; i++) {
        test_place(&table, i < 3 ? A : B, i % 3,
                   test_digest_at(&table, A, B, i), made_up(NOW - i));
    }

    place_name(A, 0, old, root, SSEC_SLOT_OLD_NAME);
    table.own[(size_t) A * SSEC_OWN_SLOTS] = (uint16_t) (NOW >> SSEC_NAME_TIME);

    /* five live ones go before it, and count */

    for (i = 0; i < 5; i++) {
        assert_int_equal(test_records_of(&table, old), 1);
        assert_false(test_put(&table, test_digest_at(&table, A, B, 50 + i),
                              issued(NOW + i)));
    }

    assert_int_equal(ssec_table_evicted(&table), 5);
    assert_known(old, issued(NOW));
    assert_true(test_put(&table, test_digest_at(&table, A, B, 60),
                         issued(NOW + 9)));
    assert_unknown(old);
    assert_int_equal(ssec_table_evicted(&table), 5);
    assert_int_equal(ssec_table_evicted_issued(&table), 0);

    /* one that is new counts: it may be the only one that a client has */

    place_name(A, 0, old, root, SSEC_SLOT_FRESH_NAME);
    table.own[(size_t) A * SSEC_OWN_SLOTS] = ssec_given(NOW);
    assert_false(test_put(&table, test_digest_at(&table, A, B, 61),
                          issued(NOW + 9)));
    assert_int_equal(ssec_table_evicted_issued(&table), 1);
}


/* A made-up session that finds no place keeps the key it has. */

static void
settled_nowhere(void **state)
{
    unsigned       i;
    ssec_digest_t  key;

    (void) state;

    for (i = 0; i < 10000; i++) {
        (void) test_put(&table, test_digest(i), issued(NOW + i));
    }

    key = test_digest_at(&table, A, B, 0);
    test_place(&table, A, 0, key, made_up(NOW));

    assert_false(rename_to(key, test_digest_at(&table, A, B, 1)));
    assert_known(key, made_up(NOW));
    assert_unknown(test_digest_at(&table, A, B, 1));
    assert_int_equal(slot_state(key), SSEC_SLOT_LIVE);
    assert_int_equal(test_locks(&table), 0);
}


/* A visitor's that logs in, where all others are in use. */

static void
settled_among_those_in_use(void **state)
{
    unsigned       i;
    ssec_digest_t  key;
    ssec_record_t  once;

    (void) state;

    for (i = 0; i < 10000; i++) {
        (void) test_put(&table, test_digest(i), issued(NOW + i));
    }

    once = issued(NOW + 10000);
    once.used = false;

    /* the new key's place */

    key = test_digest_at(&table, A, B, 0);
    test_place(&table, A, 0, key, once);
    ssec_set_word(&table, A, 1, 0);

    assert_true(rename_to(key, test_digest_at(&table, A, B, 1)));
    assert_known(test_digest_at(&table, A, B, 1), once);
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

    ssec_table_copy(&table, &from, 0);

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

        /* two old names, one in use, and one that is new */

        for (i = 0; i < 300; i++) {
            n = 4 * i;
            assert_true(test_put(&table, test_digest(n),
                                 record(SSEC_LIVE + i % 4, NOW + i)));
            assert_true(rename_to(test_digest(n), test_digest(n + 1)));
            assert_true(rename_to(test_digest(n + 1), test_digest(n + 2)));
            assert_known(test_digest(n + 2),
                         record(SSEC_LIVE + i % 4, NOW + i));
            assert_true(rename_to(test_digest(n), test_digest(n + 3)));
        }

        from = table;
        test_table_map(&table, sizes[k]);
        ssec_table_copy(&table, &from, 0);
        test_table_unmap(&from);

        ssec_table_count(&table, &counts);
        assert_int_equal(counts.names, 1200);
        assert_int_equal(counts.live, 300 / 4);
        assert_int_equal(counts.evicted + counts.refused, 0);

        for (i = 0; i < 1200; i++) {
            n = slot_state(test_digest(i));
            assert_true(i % 4 > 1 || n == SSEC_SLOT_OLD_NAME);
            assert_true(i % 4 != 2 || n == SSEC_SLOT_NAME);
            assert_true(i % 4 != 3 || n == SSEC_SLOT_FRESH_NAME);

            assert_known(test_digest(i),
                         record(SSEC_LIVE + i / 4 % 4, NOW + i / 4));
        }
    }
}


/* None goes before its session is there: what is lost is counted. */

static void
names_are_copied_to_a_table_too_small(void **state)
{
    unsigned       i, k, lost;
    ssec_table_t   from;
    ssec_entry_t   entry;
    ssec_digest_t  name;
    ssec_counts_t  counts;

    (void) state;

    for (k = 0; k < 2; k++) {
        test_table_unmap(&table);
        test_table_map(&table, 4096);

        for (i = 0; i < 3000; i++) {
            assert_true(test_put(&table, test_digest(2 * i),
                                 issued(NOW + 10 * i)));
            assert_true(rename_to(test_digest(2 * i),
                                  test_digest(2 * i + 1)));

            if (k) {
                assert_known(test_digest(2 * i + 1), issued(NOW + 10 * i));
            }
        }

        from = table;
        test_table_map(&table, 2100);
        ssec_table_copy(&table, &from, 0);
        test_table_unmap(&from);

        lost = 0;

        for (i = 0; i < 3000; i++) {
            name = test_digest(2 * i + 1);
            ssec_table_acquire(&table, &name, &entry);
            lost += (entry.record.state != SSEC_LIVE);
            ssec_table_leave(&table, &entry);
        }

        ssec_table_count(&table, &counts);
        assert_in_range(lost, 1, counts.evicted + counts.refused);
    }
}


/* When they were replaced, or given, is kept. */

static void
times_of_names_are_copied(void **state)
{
    unsigned       i;
    ssec_table_t   from;
    ssec_entry_t   entry;
    ssec_digest_t  name;

    (void) state;

    for (i = 0; i < 300; i++) {
        assert_true(test_put(&table, test_digest(2 * i), issued(NOW)));
        assert_true(rename_at(test_digest(2 * i), test_digest(2 * i + 1),
                              NOW + 5000 * i));
    }

    from = table;
    test_table_map(&table, 1031);
    ssec_table_copy(&table, &from, 0);
    test_table_unmap(&from);

    for (i = 0; i < 300; i++) {
        assert_in_range(name_age(test_digest(2 * i), NOW + 5000 * i), 0, 1023);

        entry.digest = test_digest(2 * i + 1);
        ssec_seek(&table, &entry);
        assert_true(entry.found);
        assert_int_equal(table.own[(size_t) entry.bucket * SSEC_OWN_SLOTS
                                   + entry.slot], ssec_given(NOW));
        ssec_table_leave(&table, &entry);

        name = test_digest(2 * i + 1);
        ssec_table_acquire(&table, &name, &entry);
        assert_null(entry.record.own);
        ssec_table_leave(&table, &entry);
    }
}


/*
 * A child that is killed while it gives a session one more key, where the name
 * finds room, where another name has to move for it, and where the session has
 * to settle before.
 */

typedef enum {
    FREE_SLOT = 0,
    MOVE,
    SETTLE
} renaming_e;


static void
killed_while_renaming(void **state)
{
    int            point;
    unsigned       i;
    pid_t          pid;
    siginfo_t      info;
    renaming_e     how;
    ssec_record_t  rec;
    ssec_digest_t  root, key, name;

    (void) state;

    for (how = FREE_SLOT; how <= SETTLE; how++) {
        for (point = 1; point <= 6; point++) {

            if ((how != MOVE && point >= 3 && point <= 5)
                || (how != SETTLE && point == 6))
            {
                continue;
            }

            test_table_unmap(&table);
            test_table_map(&table, 1024);

            root = test_digest_at(&table, D, C, 9);
            key = test_digest_at(&table, D, C, 8);
            name = test_digest_at(&table, A, B, 50);

            if (how == SETTLE) {
                test_place(&table, D, 1, key, issued(NOW));

            } else {
                test_place(&table, D, 0, root, issued(NOW));
                place_name(D, 1, key, root, SSEC_SLOT_NAME);
            }

            for (i = 0; how == MOVE && i < 3; i++) {
                place_name(A, i, test_digest_at(&table, A, C, i), root,
                           SSEC_SLOT_NAME);
                test_place(&table, B, i, test_digest_at(&table, B, A, i),
                           issued(NOW));
            }

            pid = fork();

            if (pid == 0) {
                crash_at = point;
                table.owner = ssec_table_owner();
                (void) rename_to(key, name);
                _exit(0);
            }

            assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED), 0);
            assert_int_equal(info.si_code, CLD_KILLED);
            assert_int_not_equal(test_locks(&table), 0);

            rec = test_get(&table, name);

            if (rec.state != SSEC_UNKNOWN) {
                assert_known(name, issued(NOW));

            } else {
                assert_unknown(name);
            }

            assert_known(key, issued(NOW));

            for (i = 0; how == MOVE && i < 3; i++) {
                assert_known(test_digest_at(&table, A, C, i), issued(NOW));
                assert_known(test_digest_at(&table, B, A, i), issued(NOW));
            }

            assert_true(rename_to(key, name));
            assert_known(name, issued(NOW));
            assert_known(key, issued(NOW));

            for (i = 0; i < table.nbuckets; i++) {
                ssec_lock(&table, i);
                ssec_unlock(&table, i);
            }

            assert_int_equal(test_locks(&table), 0);
        }
    }
}


/* Room */

/*
 * Gives a session one new key after the other, of which it uses each; how
 * often the one before was gone too soon.
 */

static unsigned
rotate(unsigned session, unsigned renames, uint64_t keys)
{
    unsigned       i, missed;
    ssec_digest_t  old, name;

    old = test_digest(session);
    missed = 0;

    for (i = 1; i <= renames; i++) {
        name = test_digest(keys + i);

        (void) rename_to(old, name);
        assert_int_equal(test_get(&table, name).last, NOW + session);

        missed += (test_get(&table, old).last != NOW + session);
        old = name;
    }

    return missed;
}


static void
rotation_pushes_out_no_session(void **state)
{
    uint64_t       n, lost;
    ssec_counts_t  counts;
    ssec_digest_t  old;

    (void) state;

    test_table_unmap(&table);
    test_table_map(&table, MIB);

    for (n = 0; n < 10000; n++) {
        assert_true(test_put(&table, test_digest(n), issued(NOW + n)));
    }

    /* one in an empty table, one in a table that is full of made-up keys */

    assert_int_equal(rotate(7, 10000, 1000000), 0);

    for (n = 0; n < 100000; n++) {
        (void) test_put(&table, test_digest(10000000 + n),
                        made_up(NOW + 20000 + n));
    }

    /* a new key may take the place of the old one: both have two buckets */

    assert_in_range(rotate(8, 10000, 2000000), 0, 100);

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.issued, 0);

    /* one more that goes on with an old key as long as that is there */

    old = test_digest(9);

    for (n = 0; n < 40000; n++) {
        (void) rename_to(old, test_digest(3000000 + n));

        if (test_get(&table, old).state == SSEC_UNKNOWN) {
            old = test_digest(3000000 + n);
            assert_int_equal(test_get(&table, old).last, NOW + 9);
        }
    }

    /* what those had before is long gone */

    lost = 0;

    for (n = 0; n < 10000; n++) {
        lost += (n != 7 && n != 8 && n != 9
                 && test_get(&table, test_digest(n)).last != NOW + n);
    }

    lost += (test_get(&table, test_digest(1010000)).last != NOW + 7);
    lost += (test_get(&table, test_digest(2010000)).last != NOW + 8);
    lost += (test_get(&table, old).last != NOW + 9);

    printf("rotation: 60,000 new keys of 3 sessions among 10,000 in 1 MiB:"
           " %llu sessions lost\n", (unsigned long long) lost);

    assert_int_equal(lost, 0);
}


/*
 * A key in every response, ten a second: the requests that are under way go
 * on with those that were replaced.
 */

static void
rotation_in_use(void **state)
{
    unsigned       i, missed;
    uint64_t       n, now;
    ssec_counts_t  counts;
    ssec_digest_t  key, name;

    (void) state;

    test_table_unmap(&table);
    test_table_map(&table, MIB);

    for (n = 0; n < 10000; n++) {
        assert_true(test_put(&table, test_digest(n), issued(NOW + n)));
    }

    for (n = 0; n < 100000; n++) {
        (void) test_put(&table, test_digest(10000000 + n),
                        made_up(NOW + 20000 + n));
    }

    key = test_digest(7);
    missed = 0;

    for (i = 1; i <= 10000; i++) {
        now = NOW + 100 * i;
        name = test_digest(1000000 + i);

        (void) test_put(&table, key, issued(now));
        (void) rename_at(key, name, now);
        assert_int_equal(test_get(&table, name).last, now);
        missed += (test_get(&table, key).last != now);

        /* the tenth before it, a second ago */

        if (i > 10) {
            missed += (test_get(&table, test_digest(1000000 + i - 10)).last
                       != now);
        }

        key = name;
    }

    printf("rotation: 10,000 new keys, ten a second, in a full table: %u of"
           " those in use lost\n", missed);

    assert_in_range(missed, 0, 100);

    ssec_table_count(&table, &counts);
    assert_int_equal(counts.issued, 0);

    for (n = 0; n < 10000; n++) {
        assert_true(n == 7 || test_get(&table, test_digest(n)).last == NOW + n);
    }
}


/* Even where all the others are sessions that may not be pushed out. */

static void
rotation_in_a_full_table(void **state)
{
    uint64_t       n, before, after;
    ssec_counts_t  counts;
    ssec_digest_t  key;

    (void) state;

    key = test_digest(5999);

    for (n = 0; n < 6000; n++) {
        (void) test_put(&table, test_digest(n), issued(NOW + n));
    }

    ssec_table_count(&table, &counts);
    before = counts.live;
    assert_true(before > 3060);

    for (n = 0; n < 10000; n++) {
        if (rename_to(key, test_digest(100000 + n))) {
            key = test_digest(100000 + n);
            assert_int_equal(test_get(&table, key).last, NOW + 5999);
        }
    }

    /* but for the one whose place it took when it got its second key */

    ssec_table_count(&table, &counts);
    after = counts.live;
    assert_in_range(after, before - 1, before);
    assert_int_equal(test_get(&table, key).last, NOW + 5999);
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
            lost += !rename_to(test_digest(10 * n + i - 1),
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
            assert_true(rename_to(digest, test_digest(10 * i + nkeys[i])));
            names += 1 + (nkeys[i] == 1);
            nkeys[i]++;
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
        table_test(keys_that_are_no_names),
        table_test(settled_with_all_it_has),
        table_test(settled_with_a_number_of_no_limits),
        table_test(settled_without_waiting),
        table_test(settled_beside_another),
        table_test(links),
        table_test(links_lead_to_no_other),
        table_test(presented_names),
        table_test(old_names),
        table_test(renamed_to_what_is_known),
        table_test(renamed_to_itself),
        table_test(renamed_to_a_former_key_of_another),
        table_test(name_ages),
        table_test(names_in_use),
        table_test(stale_names),
        table_test(ranks_of_names),
        table_test(rank_beside_others_of_its_place),
        table_test(name_of_no_session),
        table_test(replace),
        table_test(name_that_changes_meanwhile),
        table_test(touched_once_it_is_a_name),
        table_test(names_go_with_their_sessions),
        table_test(names_are_as_idle_as_their_sessions),
        table_test(names_push_out_no_session),
        table_test(replaced_keys_in_use),
        table_test(settled_nowhere),
        table_test(settled_among_those_in_use),
        table_test(old_names_are_copied_last),
        table_test(names_are_copied),
        table_test(names_are_copied_to_a_table_too_small),
        table_test(times_of_names_are_copied),
        table_test(killed_while_renaming),
        table_test(rotation_pushes_out_no_session),
        table_test(rotation_in_use),
        table_test(rotation_in_a_full_table),
        table_test(names_do_not_fill_the_table),
        table_test(random_operations),
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(120);

    return cmocka_run_group_tests_name("table, names", tests, NULL, NULL);
}

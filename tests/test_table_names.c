/*
 * The session table: sessions that change their keys.
 *
 * Each row of scripts[] is a test: words say what happens to keys, which are
 * numbers, and what is expected; see test_script().  Rows that make room for
 * names are in test_table.c.
 */

#include "ssec_test_hooks.h"
#include "ssec_test_table.h"
#include "ssec_test_scene.h"


/* A name is there, and its session is not. */

static void
assert_orphan(ssec_digest_t digest)
{
    assert_record(test_get(&table, digest), record(NONE, 0));
    assert_int_equal(test_records_of(&table, digest), 1);
}


/* A key that is replaced then was so long before the sessions' activity. */

static bool
rename_to(ssec_digest_t key, ssec_digest_t name)
{
    return rename_at(key, name, LONG_AGO);
}


static ssec_entry_t
entry_of(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    ssec_table_acquire(&table, &digest, &entry);
    ssec_table_leave(&table, &entry);

    return entry;
}


static uint64_t
name_age(ssec_digest_t digest, uint64_t now)
{
    ssec_entry_t  entry;

    entry = entry_of(digest);
    assert_true(entry.is_replaced);

    return ssec_name_age(&entry, now);
}


/* Takes out the session that has this key, and leaves its names. */

static void
forget(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    entry = entry_of(digest);
    assert_true(entry.found);
    clear(entry.bucket, entry.slot);
}


/* Scripts */

typedef struct {
    const char  *text;
    const char  *script;
} script_t;


static const script_t  scripts[] = {

    { "a name is new until it is presented; a replaced one is not in use",
      "0=issued 0>1 0~old 1~fresh 0:issued 1~fresh 1:issued 1~name 1:issued"
      " 1~name 0~old" },
    { "to use replaced ones makes them no younger",
      "0=issued 0>1 1:issued 1>2 2>3 0~old 1~old 2~old 0:issued 1:issued"
      " 2:issued 3:issued 0~old 1~old 2~old 0:issued 1:issued 2:issued"
      " 3:issued" },
    { "a replaced one that the backend sets again is in use",
      "0=issued 0>1 1:issued 1>2 2>1 1~fresh 2~old 1:issued 0:issued" },
    { "a key of nobody gets no name, for which no room was missing",
      "0=issued 9>4 4:none 9:none" },

    /* keys that are known already, as other sessions' */

    { "a live session's key stays", "0=issued 1=issued+5 0>1 1:issued+5" },
    { "a live session's name stays",
      "0=issued 1=issued+5 1>2 2:issued+5 0>2 2:issued+5" },
    { "a live session's replaced one becomes a name of this one",
      "0=issued 1=issued+5 1>2 0>1 1~fresh 1:issued 1>3 1~old 2:issued+5" },
    { "a visitor's key stays", "0=issued 1=visitor+5 0>1 1:visitor+5" },
    { "a visitor's name stays",
      "0=issued 1=visitor+5 1>2 2:visitor+5 0>2 2:visitor+5" },
    { "a visitor's replaced one becomes a name of this one",
      "0=issued 1=visitor+5 1>2 0>1 1~fresh 1:issued 1>3 1~old" },
    { "an expired session's key becomes one",
      "0=issued 1=told+5 0>1 1:issued" },
    { "an expired session's names become names of this one",
      "0=issued 1=told+5 1>2 2:told+5 0>2 2:issued 0>1 1~fresh 1:issued 1>3"
      " 1~old" },
    { "a closed session's key becomes one",
      "0=issued 1=closed+5 0>1 1:issued" },
    { "a closed session's names become names of this one",
      "0=issued 1=closed+5 1>2 2:closed+5 0>2 2:issued 0>1 1~fresh 1:issued"
      " 1>3 1~old" },
    { "its own key is no other's", "5=issued 5>5 5:issued 5?new" },
    { "a key of no session gets one that is of no session",
      "0=issued 0>1 1- 1:orphan 0:orphan 0>4 4:orphan" },

    /* to and fro; a minute after that is ... */

    { "set again long after it was replaced",
      "0=issued 0>1@-3600 0?old 0>0@-3599 0~fresh 0?new 0~name 0:issued"
      " 1:issued 1?new 0>1@-3598 0?old 1>0@-3597 0?new 1?old 0:issued" },
    { "set again just after it was replaced",
      "0=issued 0>1@0 0?old 0>0@1 0~fresh 0?new 0~name 0:issued 1:issued"
      " 1?new 0>1@2 0?old 1>0@3 0?new 1?old 0:issued" },
    { "set again, by a clock that is ahead",
      "0=issued 0>1@5 0?old 0>0@6 0~fresh 0?new 0~name 0:issued 1:issued"
      " 1?new 0>1@7 0?old 1>0@8 0?new 1?old 0:issued" },
    { "another session takes a key that was replaced long ago",
      "1=issued 1>20 1?old 10=issued+7 10>1@0 1:issued+7 1?new 20:issued" },
    { "another session takes a key that was replaced just now",
      "1=issued 1>20@0 1?old 10=issued+7 10>1@0 1:issued+7 1?new 20:issued" },

    /* keys of sessions of their own */

    { "what begins with a key of no session is one of its own",
      "0=issued 0>1 1- 1:orphan 0:orphan 1=issued+5 1:issued+5 1~used 1>2"
      " 2:issued+5 0:orphan" },
    { "a session of its own for an unknown key", "0!fresh+50 0:fresh+50" },
    { "a session of its own for a known key",
      "0=closed 0!fresh+50 0:fresh+50" },
    { "a session of its own for a replaced one",
      "0=issued 0>1 0!fresh+50 0:fresh+50 1:issued" },
    { "a session of its own for both of its keys",
      "0=issued 0>1 0!fresh+50 1!fresh+51 1:fresh+51 0=closed 1:fresh+51" },
    { "a visitor's for a key whose session goes on under another",
      "0=issued 0>1 1!visitor 1:visitor 0:issued" }
};


static const char *const  kind_words[] = {
    [NONE] = "none", [CLOSED] = "closed", [TOLD] = "told",
    [VISITOR] = "visitor", [FRESH] = "fresh", [ISSUED] = "issued",
    [ORPHAN] = "orphan"
};

static const char *const  slot_words[] = {
    [SSEC_SLOT_USED] = "used", [SSEC_SLOT_OLD_NAME] = "old",
    [SSEC_SLOT_FRESH_NAME] = "fresh", [SSEC_SLOT_NAME] = "name"
};


static unsigned
find_word(const char *const *words, size_t n, const char *word, size_t len)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (words[i] && strlen(words[i]) == len
            && memcmp(words[i], word, len) == 0)
        {
            return (unsigned) i;
        }
    }

    fail_msg("there is no word %.*s", (int) len, word);

    return 0;
}


/*
 * One word of a script: a key and
 *     =KIND+MS  it is put      !KIND+MS  a session of its own replaces it
 *     >KEY@S    it is replaced, S seconds after NOW, or long ago
 *     :KIND+MS  it is known as this, 0 after NOW if nothing is said
 *     ~STATE    it is stored as this     ?old, ?new: it was replaced, or not
 *     -         its session is forgotten
 */

static void
run_word(const char *word)
{
    int              n;
    char             op;
    kind_e           kind;
    unsigned         key, other, plus;
    long             seconds;
    uint64_t         deaths;
    const char      *arg;
    ssec_digest_t    digest;
    ssec_record_t    rec;

    assert_true(sscanf(word, "%u%c%n", &key, &op, &n) >= 2);

    arg = word + n;
    digest = test_digest(key);
    deaths = ssec_table_deaths(&table);
    kind = NONE;
    plus = 0;

    if (strchr("=!:", op)) {
        n = (int) strcspn(arg, "+");
        kind = find_word(kind_words, SIZE(kind_words), arg, (size_t) n);
        (void) sscanf(arg + n, "+%u", &plus);
    }

    rec = record(kind == ORPHAN ? NONE : kind, NOW + plus);

    switch (op) {

    case '=':
        assert_true(test_put(&table, digest, rec));
        break;

    case '!':
        rec.own = own(limits(1, 2, 3));
        assert_true(ssec_table_replace(&table, &digest, &rec));
        assert_known(digest, rec);
        rec.own = NULL;
        assert_true(ssec_table_replace(&table, &digest, &rec));
        assert_int_equal(ssec_table_deaths(&table), deaths);
        break;

    case '>':
        n = sscanf(arg, "%u@%ld", &other, &seconds);
        assert_true(rename_at(digest, test_digest(other),
                              n == 2 ? NOW + (uint64_t) (seconds * 1000)
                                     : LONG_AGO));
        break;

    case ':':
        assert_record(test_get(&table, digest), rec);
        assert_at("records", test_records_of(&table, digest), kind != NONE);
        break;

    case '~':
        assert_at("state in the table", slot_state(digest),
                  find_word(slot_words, SIZE(slot_words), arg, strlen(arg)));
        break;

    case '?':
        assert_at("is_replaced", entry_of(digest).is_replaced,
                  strcmp(arg, "old") == 0);
        break;

    default:
        forget(digest);
    }

    assert_free();
}


static void
test_script(void **state)
{
    int          n;
    char         word[32];
    const char  *p;

    p = ((const script_t *) *state)->script;

    while (sscanf(p, " %31s%n", word, &n) == 1) {
        test_at = word;
        run_word(word);
        p += n;
    }
}


TEST(one_session_under_many_keys)
{
    unsigned       i;
    ssec_entry_t   entry;
    ssec_digest_t  name, place;

    assert_true(put(test_digest(0), ISSUED, NOW));

    for (i = 1; i <= 100; i++) {
        assert_true(rename_to(test_digest(i - 1), test_digest(i)));
    }

    /* each is the session, which is in a place that is no key's */

    place = entry_of(test_digest(0)).digest;
    assert_int_not_equal(place.body, test_digest(0).body);

    for (i = 0; i <= 100; i++) {
        name = test_digest(i);
        assert_known(name, record(ISSUED, NOW + i));

        ssec_table_acquire(&table, &name, &entry);
        assert_true(entry.found && entry.live && entry.name);
        assert_int_equal(entry.is_replaced, i < 100);
        assert_int_equal(entry.digest.body, place.body);
        assert_int_equal(entry.digest.place, place.place);

        entry.record = record(ISSUED, NOW + i + 1);
        assert_true(ssec_table_release(&table, &entry));
        assert_free();
    }

    assert_int_equal(test_records_of(&table, place), 1);

    /* closed under one of them it is closed under all */

    assert_true(put(test_digest(50), CLOSED, NOW + 500));
    assert_int_equal(ssec_table_deaths(&table), 1);

    for (i = 0; i <= 100; i++) {
        assert_known(test_digest(i), record(CLOSED, NOW + 500));
    }
}


/* A session, and none: whatever was found before. */

TEST(keys_that_are_no_names)
{
    unsigned       i;
    ssec_entry_t   entry;
    ssec_digest_t  key;

    assert_true(put(test_digest(0), ISSUED, NOW));

    for (i = 0; i <= 1; i++) {
        key = test_digest(i);

        memset(&entry, 0x01, sizeof(entry));
        ssec_table_acquire(&table, &key, &entry);
        ssec_table_leave(&table, &entry);
        assert_false(entry.name || entry.is_replaced);
    }
}


/* Settling: a session moves to a place of its own with its second key. */

TEST(settled_with_all_it_has)
{
    size_t         k;
    unsigned       i;
    ssec_record_t  rec;

    static const uint32_t  sizes[] = { 1024, 1025, 4099, 16380, 1048573 };

    for (k = 0; k < SIZE(sizes); k++) {
        new_table(sizes[k]);

        for (i = 0; i < 200; i++) {
            rec = record(CLOSED + i % (KINDS - 1), NOW + i * 1009);
            rec.own = (i % 3) ? NULL : own(limits(1, i, 3));

            assert_true(test_put(&table, test_digest(2 * i), rec));
            assert_true(rename_to(test_digest(2 * i), test_digest(2 * i + 1)));
            assert_record(test_get(&table, test_digest(2 * i + 1)), rec);
            assert_record(test_get(&table, test_digest(2 * i)), rec);
        }

        assert_int_equal(ssec_table_deaths(&table), 0);
    }
}


/* A damaged file may hold any number: it gives no session another's limits. */

TEST(settled_with_a_number_of_no_limits)
{
    size_t         i, k;
    ssec_digest_t  key, name;

    static const uint16_t  numbers[] = { 0, SSEC_TABLE_OWN + 1, UINT16_MAX };

    for (i = 0; i < SIZE(numbers); i++) {
        key = at(A, B, 2 * (uint32_t) i);
        name = test_digest(1000 + (unsigned) i);
        place(A, 0, key, with_own(record(ISSUED, NOW), own(limits(1, 2, 3))));

        /* what the session has, and what others left wherever it may go */

        for (k = 0; k < (size_t) table.nbuckets * SSEC_OWN_SLOTS; k++) {
            table.own[k] = 1;
        }

        table.own[(size_t) A * SSEC_OWN_SLOTS] = numbers[i];
        assert_known(key, record(ISSUED, NOW));

        assert_true(rename_to(key, name));
        assert_known(name, record(ISSUED, NOW));
    }
}


/* Locks one in so many buckets beside A and B. */

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


TEST(settled_without_waiting)
{
    unsigned       i;
    ssec_digest_t  key, name;

    key = at(A, B, 0);
    name = at(A, B, 99);
    assert_true(put(key, ISSUED, NOW));

    /* nowhere; then, as before, elsewhere */

    lock_others(1);
    (void) rename_to(key, name);
    unlock_others();
    assert_known(key, record(ISSUED, NOW));
    assert_unknown(name);
    assert_int_equal(slot_state(key), SSEC_SLOT_USED);

    lock_others(1);
    on_yield = unlock_others;
    assert_true(rename_to(key, name));
    assert_null(on_yield);
    assert_known(name, record(ISSUED, NOW));

    /* also where one of the two buckets is busy, whichever it is */

    for (i = 0; i < 10; i++) {
        new_table(1024);
        key = at(A, B, i);
        assert_true(put(key, ISSUED, NOW));

        lock_others(2);

        do {
            assert_true(rename_to(key, name));
            assert_known(key, record(ISSUED, NOW));

        } while (slot_state(key) != SSEC_SLOT_OLD_NAME);

        unlock_others();
        assert_known(name, record(ISSUED, NOW));
        assert_free();
    }
}


/* Nor where another has the same place, as far as names can tell. */

TEST(settled_beside_another)
{
    uint64_t       seed[3];
    uint32_t       first;
    ssec_digest_t  key, other;

    key = at(A, B, 0);
    assert_true(put(key, ISSUED, NOW));

    for (seed[2] = 0; seed[2] <= 1; seed[2]++) {
        seed[0] = key.body;
        seed[1] = key.place;

        ssec_digest(&table.key, seed, sizeof(seed), &other);

        other.body &= ~((uint64_t) SSEC_BEGAN_MASK << SSEC_LINK_BODY);
        other.body |= (uint64_t) (table.buckets[A].created[0]
                                  & SSEC_BEGAN_MASK) << SSEC_LINK_BODY;
        other.body ^= 1;

        first = ssec_first_bucket(&table, other.place);
        place(seed[2] ? ssec_second_bucket(&table, first, other.body) : first,
              1, other, record(ISSUED, NOW + 7));
    }

    assert_true(rename_to(key, test_digest(1)));
    assert_known(test_digest(1), record(ISSUED, NOW));
    assert_int_equal(atomic_load(&table.header->serial), 3);
}


/* A full table: one that was not issued finds none, a visitor that logs in. */

TEST(settled_in_a_full_table)
{
    unsigned       i;
    ssec_digest_t  key, name;

    for (i = 0; i < 10000; i++) {
        (void) put(test_digest(i), ISSUED, NOW + i);
    }

    key = at(A, B, 0);
    name = at(A, B, 1);
    place(A, 0, key, record(LIVE, NOW));

    assert_false(rename_to(key, name));
    assert_known(key, record(LIVE, NOW));
    assert_unknown(name);
    assert_int_equal(slot_state(key), SSEC_SLOT_LIVE);
    assert_free();

    place(A, 0, key, record(PRESENTED, NOW + 10000));
    clear(A, 1);
    assert_true(rename_to(key, name));
    assert_known(name, record(PRESENTED, NOW + 10000));
}


/* Links: 68 bits of the session's digest, and no other is taken for it. */

TEST(links)
{
    size_t         k;
    unsigned       i;
    ssec_digest_t  root, name, like;
    ssec_stored_t  stored;

    static const struct {
        uint64_t  body;          /* these bits differ */
        unsigned  place;
        uint32_t  bucket;
        unsigned  slot;
    }  others[] = {
        { 1ULL << SSEC_LINK_BODY, 0, A, 0 }, { 1ULL << 63, 0, A, 1 },
        { 0, 1, B, 0 }
    };

    for (i = 0; i < 100000; i++) {
        root = test_digest(i);

        stored.word = UINT64_MAX << SSEC_STATE
                      | root.body >> (64 - SSEC_LINK_WORD) << 32 | root.place;
        stored.created = SSEC_HAS_OWN | SSEC_IN_SECOND
                         | ((root.body >> SSEC_LINK_BODY) & SSEC_BEGAN_MASK);
        name = ssec_link(&stored);

        assert_int_equal(name.place, root.place);
        assert_int_equal(name.body, root.body >> SSEC_LINK_BODY
                                    << SSEC_LINK_BODY);
    }

    root = at(A, B, 0);
    name = at(C, D, 1);
    test_place_name(&table, C, 0, name, root, SSEC_SLOT_NAME);

    for (k = 0; k < SIZE(others); k++) {
        like = root;
        like.body ^= others[k].body;
        like.place += others[k].place;
        place(others[k].bucket, others[k].slot, like, record(ISSUED, NOW));
    }

    /* nor a name, nor a body without its record */

    test_place_name(&table, A, 2, root, root, SSEC_SLOT_NAME);
    place(B, 1, root, record(ISSUED, NOW));
    clear(B, 1);
    assert_orphan(name);
    assert_orphan(root);

    place(B, 2, root, record(ISSUED, NOW + 7));
    assert_int_equal(last_of(name), NOW + 7);
}


/* Ages, in units of about a second and modulo 18 hours */

TEST(name_ages)
{
    unsigned       i;
    uint64_t       age;
    ssec_digest_t  key;

    static const uint64_t  ages[] = {
        0, 1, 1023, 1024, 10000, 11264, 3600000, (1 << 26) - 64000
    };

    key = test_digest(0);

    assert_true(put(key, ISSUED, NOW));
    assert_true(rename_at(key, test_digest(1), NOW));

    for (i = 0; i < SIZE(ages); i++) {
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
    assert_false(entry_of(key).is_replaced);
    assert_true(rename_at(key, test_digest(3), NOW + 80000));
    assert_in_range(name_age(key, NOW + 80000), 0, 1023);
    assert_in_range(name_age(test_digest(2), NOW + 80000), 9000, 11000);
}


/*
 * A replaced one is in use if its session was active in the second before, or
 * in the ten after; a new one is stale if that was two minutes after it was
 * given.
 */

TEST(in_use_and_stale)
{
    size_t    k;
    unsigned  i;
    uint64_t  when, last;

    static const int64_t  unit = 1 << SSEC_NAME_TIME;

    const struct {
        bool     stale;          /* is asked for, or whether it is in use */
        int64_t  after;          /* the session was active */
        bool     yes;
    }  rows[] = {
        { false, -unit - 1, false }, { false, -unit, true }, { false, 0, true },
        { false, 11 * unit - 1, true }, { false, 11 * unit, false },
        { false, 3600000, false },

        { true, 0, false }, { true, 120000, false }, { true, 180000, true },
        { true, 6 * 86400000, true },

        /* half of twelve days are in the future */

        { true, -60000, false }, { true, 7 * 86400000, false }
    };

    for (i = 0; i < 100; i++) {
        for (k = 0; k < SIZE(rows); k++) {
            when = (NOW + i * 7777777) >> SSEC_NAME_TIME << SSEC_NAME_TIME;
            last = when + (uint64_t) rows[k].after;

            assert_int_equal(rows[k].stale
                             ? ssec_is_stale(last, ssec_given(when))
                             : ssec_is_in_use(last, (uint16_t)
                                              (when >> SSEC_NAME_TIME)),
                             rows[k].yes);
        }

        assert_int_not_equal(ssec_given(NOW + i * 7777777), 0);
    }

    assert_int_not_equal(ssec_given(0), 0);
    assert_int_not_equal(ssec_given(SSEC_TIME_MAX + 1), 0);
}


/* Ranks: less than the other names of its session, and than that */

TEST(ranks_of_names)
{
    size_t         i;
    uint64_t       when, last;
    ssec_digest_t  root;

    enum { LATELY, BEFORE };

    static const struct {
        kind_e    root;
        unsigned  name;
        int       when;          /* it was given, or replaced */
        unsigned  rank;
    }  rows[] = {
        { ISSUED, SSEC_SLOT_NAME, BEFORE, SSEC_RANK_USED },
        { ISSUED, SSEC_SLOT_NAME, LATELY, SSEC_RANK_USED },
        { ISSUED, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_FRESH_NAME },
        { ISSUED, SSEC_SLOT_FRESH_NAME, BEFORE, SSEC_RANK_OLD_NAME },
        { ISSUED, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_FRESH_NAME },
        { ISSUED, SSEC_SLOT_OLD_NAME, BEFORE, SSEC_RANK_OLD_NAME },
        { PRESENTED, SSEC_SLOT_NAME, LATELY, SSEC_RANK_PRESENTED },
        { LIVE, SSEC_SLOT_NAME, LATELY, SSEC_RANK_LIVE },
        { LIVE, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_LIVE },
        { LIVE, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_LIVE },
        { VISITOR, SSEC_SLOT_NAME, LATELY, SSEC_RANK_VISITOR },
        { VISITOR, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_VISITOR },
        { GUEST, SSEC_SLOT_NAME, LATELY, SSEC_RANK_HEARSAY },
        { EXPIRED, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_EXPIRED },
        { CLOSED, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_CLOSED },
        { CLOSED, SSEC_SLOT_FRESH_NAME, BEFORE, SSEC_RANK_OLD_NAME },
        { NONE, SSEC_SLOT_NAME, LATELY, SSEC_RANK_OLD_NAME },
        { NONE, SSEC_SLOT_FRESH_NAME, LATELY, SSEC_RANK_OLD_NAME },
        { NONE, SSEC_SLOT_OLD_NAME, LATELY, SSEC_RANK_OLD_NAME }
    };

    root = at(C, D, 0);

    for (i = 0; i < SIZE(rows); i++) {
        clear(C, 0);

        if (rows[i].root != NONE) {
            place(C, 0, root, record(rows[i].root, NOW));
        }

        test_place_name(&table, A, 1, at(A, B, 1), root, rows[i].name);

        when = (rows[i].when == LATELY) ? NOW - 900 : LONG_AGO;
        table.own[(size_t) A * SSEC_OWN_SLOTS + 1] =
            (rows[i].name == SSEC_SLOT_OLD_NAME)
            ? (uint16_t) (when >> SSEC_NAME_TIME) : ssec_given(when);

        if (ssec_rank(&table, A, 1, &last) != rows[i].rank) {
            fail_msg("row %zu: %u, not %u", i, ssec_rank(&table, A, 1, &last),
                     rows[i].rank);
        }

        assert_int_equal(last & ~SSEC_REASON_MASK,
                         rows[i].root == NONE ? 0 : NOW);
    }
}


/*
 * In a large table most records of a bucket have the same place, as far as that
 * is kept: a name is worth what its own session is.
 */

TEST(rank_beside_others_of_its_place)
{
    uint64_t       last;
    unsigned       slot;
    ssec_digest_t  root, other;

    root = at(C, D, 0);
    other = root;

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        other.body = root.body ^ 1ULL << (SSEC_LINK_BODY + slot);
        place(C, slot, other, record(slot ? ISSUED : CLOSED, NOW));
    }

    test_place_name(&table, A, 1, at(A, B, 1), root, SSEC_SLOT_NAME);
    assert_int_equal(ssec_rank(&table, A, 1, &last), SSEC_RANK_OLD_NAME);

    place(D, 2, root, record(ISSUED, NOW - 7));
    assert_int_equal(ssec_rank(&table, A, 1, &last), SSEC_RANK_USED);
    assert_int_equal(last, NOW - 7);
}


/* A name whose session is not there */

TEST(name_of_no_session)
{
    ssec_entry_t   entry;
    ssec_digest_t  name;
    ssec_record_t  rec;

    name = test_digest(1);

    assert_true(put(test_digest(0), ISSUED, NOW));
    assert_true(rename_to(test_digest(0), name));
    forget(name);

    /* let go as it was, nothing changes */

    ssec_table_acquire(&table, &name, &entry);
    assert_false(entry.live);
    assert_true(ssec_table_release(&table, &entry));
    assert_orphan(name);

    /* what begins then is a session of its own, in the name's place */

    ssec_table_acquire(&table, &name, &entry);
    assert_int_equal(entry.digest.body, name.body);
    ssec_table_leave(&table, &entry);

    rec = with_own(record(ISSUED, NOW + 5), own(limits(1, 2, 3)));
    assert_true(test_put(&table, name, rec));
    assert_known(name, rec);
    assert_int_equal(counts().collisions, 0);

    assert_true(rename_to(name, test_digest(2)));
    assert_known(test_digest(2), rec);
    assert_orphan(test_digest(0));
}


/* While the session is looked for, the name goes too, or begins anew. */

static void
forget_name(void)
{
    on_yield = NULL;
    clear(C, 0);
    atomic_store(lock_of(A), 0);
}


static void
begin_anew(void)
{
    on_yield = NULL;
    place(C, 0, at(C, D, 1), record(ISSUED, NOW + 9));
    atomic_store(lock_of(A), 0);
}


TEST(name_that_changes_meanwhile)
{
    size_t         i;
    ssec_entry_t   entry;
    ssec_digest_t  name;

    static const struct {
        void   (*yield)(void);
        kind_e   kind;
    }  rows[] = { { forget_name, NONE }, { begin_anew, ISSUED } };

    name = at(C, D, 1);

    for (i = 0; i < SIZE(rows); i++) {
        test_place_name(&table, C, 0, name, at(A, B, 0), SSEC_SLOT_NAME);
        atomic_store(lock_of(A), table.owner);
        on_yield = rows[i].yield;

        entry = entry_of(name);
        assert_null(on_yield);
        assert_int_equal(entry.found, rows[i].kind != NONE);
        assert_record(entry.record, record(rows[i].kind, NOW + 9));
        assert_int_equal(entry.digest.body, name.body);
        assert_free();
    }
}


TEST(touched_once_it_is_a_name)
{
    ssec_digest_t   key, next;
    ssec_glimpse_t  glimpse;

    key = at(C, D, 0);
    next = at(C, D, 1);

    place(C, 0, key, record(ISSUED, NOW));
    assert_true(ssec_table_glimpse(&table, &key, &glimpse));

    /* the session has gone elsewhere, and what is there is no session */

    assert_true(rename_at(key, next, NOW));
    assert_false(ssec_table_glimpse(&table, &key, &(ssec_glimpse_t) { 0 }));
    assert_false(ssec_table_touch(&table, &key, &glimpse, NOW + 30));
    assert_int_equal(last_of(key), NOW);
    assert_int_equal(last_of(next), NOW);
    assert_free();
}


/* An old name that is copied is no reason to push out anything else. */

TEST(old_names_are_copied_last)
{
    ssec_table_t  from;

    static const there_t  there[] = {
        THREE(A, A, B, CLOSED, 0), THREE(B, A, B, CLOSED, 3), { 0 }
    };

    test_place_name(&table, A, 0, at(A, B, 50), at(D, C, 2),
                    SSEC_SLOT_OLD_NAME);
    test_place_name(&table, C, 0, at(C, D, 1), at(D, C, 2), SSEC_SLOT_OLD_NAME);

    from = table;
    test_table_map(&table, 1024);
    set_scene(there);
    ssec_table_copy(&table, &from, 0);
    test_table_unmap(&from);

    assert_scene(there, -1);
    assert_int_equal(slot_state(at(A, B, 50)), SSEC_SLOT_FREE);
    assert_int_equal(slot_state(at(C, D, 1)), SSEC_SLOT_OLD_NAME);
    assert_int_equal(counts().refused, 0);
    assert_int_equal(counts().evicted, 0);
}


/* Each session has two that were replaced, one in use, and one that is new. */

TEST(names_are_copied)
{
    size_t         k;
    unsigned       i;
    ssec_counts_t  c;

    static const uint32_t  sizes[] = { 1024, 1031, 4099, 65536 };
    static const unsigned  states[] = {
        SSEC_SLOT_OLD_NAME, SSEC_SLOT_OLD_NAME, SSEC_SLOT_NAME,
        SSEC_SLOT_FRESH_NAME
    };

    static const kind_e  kinds[] = { ISSUED, EXPIRED, CLOSED, VISITOR };

    for (k = 0; k < SIZE(sizes); k++) {
        new_table(2048);

        for (i = 0; i < 1200; i += 4) {
            assert_true(put(test_digest(i), kinds[i / 4 % 4], NOW + i));
            assert_true(rename_at(test_digest(i), test_digest(i + 1), NOW + i));
            assert_true(rename_to(test_digest(i + 1), test_digest(i + 2)));
            assert_known(test_digest(i + 2),
                         record(kinds[i / 4 % 4], NOW + i));
            assert_true(rename_to(test_digest(i), test_digest(i + 3)));
        }

        copy_to(sizes[k]);

        c = counts();
        assert_int_equal(c.names, 1200);
        assert_int_equal(c.live, 300 / 4);
        assert_int_equal(c.evicted + c.refused, 0);

        for (i = 0; i < 1200; i++) {
            assert_int_equal(slot_state(test_digest(i)), states[i % 4]);
            assert_known(test_digest(i),
                         record(kinds[i / 4 % 4], NOW + i / 4 * 4));

            if (i % 4 == 0) {
                assert_in_range(name_age(test_digest(i), NOW + i), 0, 1023);
            }
        }
    }
}


/* When a name was given is kept, and is no number of limits. */

TEST(times_of_names_are_copied)
{
    unsigned      i;
    ssec_entry_t  entry;

    for (i = 0; i < 300; i++) {
        assert_true(put(test_digest(2 * i), ISSUED, NOW));
        assert_true(rename_to(test_digest(2 * i), test_digest(2 * i + 1)));
    }

    copy_to(1031);

    for (i = 0; i < 300; i++) {
        entry.digest = test_digest(2 * i + 1);
        ssec_seek(&table, &entry);
        ssec_table_leave(&table, &entry);
        assert_true(entry.found);
        assert_int_equal(table.own[(size_t) entry.bucket * SSEC_OWN_SLOTS
                                   + entry.slot], ssec_given(NOW));
        assert_known(test_digest(2 * i + 1), record(ISSUED, NOW));
    }
}


/* None goes before its session is there: what is lost is counted. */

TEST(names_are_copied_to_a_table_too_small)
{
    unsigned       i, presented, lost;
    ssec_counts_t  c;

    for (presented = 0; presented <= 1; presented++) {
        new_table(4096);

        for (i = 0; i < 3000; i++) {
            assert_true(put(test_digest(2 * i), ISSUED, NOW + 10 * i));
            assert_true(rename_to(test_digest(2 * i), test_digest(2 * i + 1)));

            if (presented) {
                assert_known(test_digest(2 * i + 1),
                             record(ISSUED, NOW + 10 * i));
            }
        }

        copy_to(2100);
        lost = 0;

        for (i = 0; i < 3000; i++) {
            lost += (test_get(&table, test_digest(2 * i + 1)).state
                     != SSEC_LIVE);
        }

        c = counts();
        assert_in_range(lost, 1, c.evicted + c.refused);
    }
}


/* Room */

/* 10,000 sessions, and made-up ones in the rest of a mebibyte. */

static void
fill_up(unsigned made_up)
{
    uint64_t  n;

    for (n = 0; n < 10000; n++) {
        (void) put(test_digest(n), ISSUED, NOW + n);
    }

    for (n = 0; n < made_up; n++) {
        (void) put(test_digest(10000000 + n), LIVE, NOW + 20000 + n);
    }
}


static unsigned
lost_but(uint64_t from, uint64_t to)
{
    uint64_t  n;
    unsigned  lost;

    for (n = 0, lost = 0; n < 10000; n++) {
        lost += ((n < from || n > to)
                 && last_of(test_digest(n)) != NOW + n);
    }

    return lost;
}


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
        assert_int_equal(last_of(name), NOW + session);
        missed += (last_of(old) != NOW + session);
        old = name;
    }

    return missed;
}


TEST(rotation_pushes_out_no_session)
{
    uint64_t       n, lost;
    ssec_digest_t  old;

    /* one in an empty table, one in a table that is full of made-up keys */

    new_table(MIB);
    fill_up(0);
    assert_int_equal(rotate(7, 10000, 1000000), 0);
    fill_up(100000);

    /* a new key may take the place of the old one: both have two buckets */

    assert_in_range(rotate(8, 10000, 2000000), 0, 100);
    assert_int_equal(counts().issued, 0);

    /* one more that goes on with an old key as long as that is there */

    old = test_digest(9);

    for (n = 0; n < 40000; n++) {
        (void) rename_to(old, test_digest(3000000 + n));

        if (test_get(&table, old).state == SSEC_UNKNOWN) {
            old = test_digest(3000000 + n);
            assert_int_equal(last_of(old), NOW + 9);
        }
    }

    lost = lost_but(7, 9) + (last_of(test_digest(1010000)) != NOW + 7)
           + (last_of(test_digest(2010000)) != NOW + 8)
           + (last_of(old) != NOW + 9);

    printf("rotation: 60,000 new keys of 3 sessions among 10,000 in 1 MiB:"
           " %llu sessions lost\n", (unsigned long long) lost);

    assert_int_equal(lost, 0);
}


/*
 * A key in every response, ten a second: the requests that are under way go
 * on with those that were replaced.
 */

TEST(rotation_in_use)
{
    unsigned       i, missed;
    uint64_t       now;
    ssec_digest_t  key, name;

    new_table(MIB);
    fill_up(100000);

    key = test_digest(7);
    missed = 0;

    for (i = 1; i <= 10000; i++) {
        now = NOW + 100 * i;
        name = test_digest(1000000 + i);

        (void) put(key, ISSUED, now);
        (void) rename_at(key, name, now);
        assert_int_equal(last_of(name), now);
        missed += (last_of(key) != now);

        /* the tenth before it, a second ago */

        missed += (i > 10 && last_of(test_digest(1000000 + i - 10)) != now);
        key = name;
    }

    printf("rotation: 10,000 new keys, ten a second, in a full table: %u of"
           " those in use lost\n", missed);

    assert_in_range(missed, 0, 100);
    assert_int_equal(counts().issued, 0);
    assert_int_equal(lost_but(7, 7), 0);
}


/* Even where all the others are sessions that may not be pushed out. */

TEST(rotation_in_a_full_table)
{
    uint64_t       n, before;
    ssec_digest_t  key;

    fill_up(0);
    before = counts().live;
    assert_true(before > 3060);
    key = test_digest(9999);

    for (n = 0; n < 10000; n++) {
        if (rename_to(key, test_digest(100000 + n))) {
            key = test_digest(100000 + n);
            assert_int_equal(last_of(key), NOW + 9999);
        }
    }

    /* but for the one whose place it took when it got its second key */

    assert_in_range(counts().live, before - 1, before);
    assert_int_equal(last_of(key), NOW + 9999);
}


/* 1,000 sessions at a time, each with three more keys, that end then. */

TEST(names_do_not_fill_the_table)
{
    uint64_t       n, lost;
    unsigned       i;
    ssec_digest_t  root;
    ssec_counts_t  c;

    new_table(MIB);
    lost = 0;

    for (n = 0; n < 100000; n++) {
        root = test_digest(10 * n);
        lost += !put(root, FRESH, NOW + n);
        lost += !put(root, ISSUED, NOW + n);

        for (i = 1; i <= 3; i++) {
            lost += !rename_to(test_digest(10 * n + i - 1),
                               test_digest(10 * n + i));
            lost += (last_of(test_digest(10 * n + i)) != NOW + n);
        }

        if (n >= 1000) {
            root = test_digest(10 * (n - 1000) + 3);
            lost += (test_get(&table, root).state != SSEC_LIVE);
            (void) put(root, n % 2 ? CLOSED : EXPIRED, NOW + n);
        }
    }

    c = counts();
    assert_int_equal(lost, 0);
    assert_int_equal(c.live, 1000);
    assert_int_equal(c.evicted + c.refused, 0);
}


/* Against an array. */

TEST(random_operations)
{
    unsigned       i, k, n, names, nkeys[300];
    uint64_t       seed;
    ssec_digest_t  digest;
    ssec_counts_t  c;
    ssec_record_t  model[300];

    seed = 12;
    names = 0;
    memset(model, 0, sizeof(model));
    memset(nkeys, 0, sizeof(nkeys));

    for (n = 0; n < 200000; n++) {
        i = (unsigned) test_below(&seed, 300);
        k = nkeys[i] ? (unsigned) test_below(&seed, nkeys[i]) : 0;
        digest = test_digest(10 * i + k);

        assert_record(test_get(&table, digest), model[i]);

        if (nkeys[i] && nkeys[i] < 6 && test_below(&seed, 100) == 0) {
            assert_true(rename_to(digest, test_digest(10 * i + nkeys[i])));
            names += 1 + (nkeys[i] == 1);
            nkeys[i]++;

        } else if (test_below(&seed, 4)) {
            model[i] = record(CLOSED
                              + (unsigned) test_below(&seed, KINDS - CLOSED),
                              NOW + test_below(&seed, SSEC_TIME_MAX - NOW));
            model[i].own = test_below(&seed, 3)
                ? NULL : own(limits(1, 2, (unsigned) test_below(&seed, 50)));
            nkeys[i] += (nkeys[i] == 0);
            assert_true(test_put(&table, digest, model[i]));
        }
    }

    c = counts();
    assert_int_equal(c.live + c.expired + c.closed + c.visitors, 300);
    assert_int_equal(c.names, names);
    assert_true(names > 1000);
    assert_int_equal(c.evicted, 0);
    assert_free();
}


int
main(void)
{
    size_t             i;
    struct CMUnitTest  tests[SIZE(scripts) + 24] = {
        [SIZE(scripts)] = table_test(one_session_under_many_keys),
        table_test(keys_that_are_no_names),
        table_test(settled_with_all_it_has),
        table_test(settled_with_a_number_of_no_limits),
        table_test(settled_without_waiting),
        table_test(settled_beside_another),
        table_test(settled_in_a_full_table), table_test(links),
        table_test(name_ages), table_test(in_use_and_stale),
        table_test(ranks_of_names),
        table_test(rank_beside_others_of_its_place),
        table_test(name_of_no_session),
        table_test(name_that_changes_meanwhile),
        table_test(touched_once_it_is_a_name),
        table_test(old_names_are_copied_last), table_test(names_are_copied),
        table_test(names_are_copied_to_a_table_too_small),
        table_test(times_of_names_are_copied),
        table_test(rotation_pushes_out_no_session),
        table_test(rotation_in_use), table_test(rotation_in_a_full_table),
        table_test(names_do_not_fill_the_table),
        table_test(random_operations)
    };

    for (i = 0; i < SIZE(scripts); i++) {
        tests[i] = (struct CMUnitTest) {
            scripts[i].text, test_script, set_up, tear_down,
            (void *) &scripts[i]
        };
    }

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(TEST_TIMEOUT);

    return cmocka_run_group_tests_name("table, names", tests, NULL, NULL);
}

/*
 * The session table, from inside and outside.
 *
 * Each row of rooms[] is a test: what lies in the table, what comes, what goes
 * for it, and what is moved.  Others go through lists of the same kind.
 */

#include "ssec_test_hooks.h"
#include "ssec_test_table.h"
#include "ssec_test_scene.h"

#include <time.h>

#undef kill


static void
let_go_of_a(void)
{
    on_yield = NULL;
    atomic_store(lock_of(A), 0);
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


/* Making and opening */

TEST(sizes)
{
    size_t        i;
    ssec_table_t  t;

    static const struct {
        size_t    size;
        uint32_t  nbuckets;      /* 0: too small */
    }  rows[] = {
        { 0, 0 },
        { SSEC_TABLE_MIN_SIZE - 1, 0 },
        { SSEC_TABLE_MIN_SIZE, 1024 },
        { SSEC_TABLE_MIN_SIZE + 71, 1024 },
        { SSEC_TABLE_MIN_SIZE + 72, 1025 },
        { 1024 * 1024, 14336 },
        { SIZE_MAX, sizeof(size_t) > 4 ? UINT32_MAX : (uint32_t) (1024
                        + (SIZE_MAX - SSEC_TABLE_MIN_SIZE) / 72) }
    };

    test_table_map(&t, 1024);

    for (i = 0; i < SIZE(rows); i++) {
        t.header->seal.nbuckets = 0;

        assert_int_equal(ssec_table_create(t.header, rows[i].size, test_key),
                         rows[i].nbuckets != 0);
        assert_int_equal((uint32_t) t.header->seal.nbuckets, rows[i].nbuckets);

        if (rows[i].nbuckets) {
            ssec_table_open(&t, t.header, 7);
            assert_int_equal(t.nbuckets, rows[i].nbuckets);
            assert_int_equal(t.owner, 7);
            assert_memory_equal(t.secret, test_key, SSEC_DIGEST_KEY);
            assert_int_equal((uintptr_t) t.buckets % 64, 0);
            assert_ptr_equal(t.own, t.buckets + t.nbuckets);
        }
    }

    t.nbuckets = 1024;
    test_table_unmap(&t);
}


TEST(unknown_leaves_no_trace)
{
    size_t          i;
    ssec_counts_t   c;
    const uint8_t  *p;

    assert_unknown(at(A, B, 0));
    assert_unknown(test_digest(1));

    c = counts();
    assert_int_equal(c.live + c.expired + c.closed + c.visitors + c.names, 0);
    assert_int_equal(c.room, 3072);

    p = (const uint8_t *) table.buckets;

    for (i = 0; i < 1024 * (64 + 8); i++) {
        assert_int_equal(p[i], 0);
    }
}


/* Records */

static const unsigned  stored_as[KINDS] = {
    [CLOSED] = SSEC_SLOT_CLOSED, [EXPIRED] = SSEC_SLOT_EXPIRED,
    [TOLD] = SSEC_SLOT_TOLD, [HEARSAY] = SSEC_SLOT_HEARSAY,
    [CLOSED_HEARSAY] = SSEC_SLOT_HEARSAY, [VISITOR] = SSEC_SLOT_VISITOR,
    [WAS_USER] = SSEC_SLOT_LEFT, [GUEST] = SSEC_SLOT_GUEST,
    [FIRST_OFF] = SSEC_SLOT_GUEST, [INVENTED] = SSEC_SLOT_INVENTED,
    [LIVE] = SSEC_SLOT_LIVE, [FRESH] = SSEC_SLOT_FRESH,
    [PRESENTED] = SSEC_SLOT_PRESENTED, [ISSUED] = SSEC_SLOT_USED
};


/* New in the first or second bucket, and from each kind to each. */

TEST(every_kind)
{
    kind_e         kind, then;
    uint32_t       where;
    ssec_digest_t  digest;

    digest = at(A, B, 0);

    for (where = A; where <= B; where += B - A) {
        for (kind = CLOSED; kind < KINDS; kind++) {
            new_table(1024);

            if (where == B) {
                place(A, 0, at(A, C, 9), record(LIVE, NOW));
            }

            for (then = CLOSED; then < KINDS; then++) {
                assert_true(put(digest, kind, NOW));
                assert_known(digest, record(kind, NOW));
                assert_int_equal(state_in(where, 0), stored_as[kind]);

                assert_true(put(digest, then, NOW + 1));
                assert_known(digest, record(then, NOW + 1));
                assert_int_equal(state_in(where, 0), stored_as[then]);
            }

            assert_int_equal(ssec_slot_is_live(stored_as[kind]), is_live(kind));
            assert_false(ssec_slot_is_name(stored_as[kind]));
            assert_free();
        }
    }
}


/* What a record cannot say in the table. */

TEST(what_is_not_kept)
{
    ssec_digest_t  digest;
    ssec_record_t  rec;

    digest = at(A, B, 0);

    /* of a key that was not issued a user is not told from a login */

    rec = record(GUEST, NOW);
    rec.login = false;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, record(GUEST, NOW));

    /* so if it is closed then, it is not taken for one that came once */

    rec = record(GUEST, NOW);
    rec.state = SSEC_CLOSED;
    assert_true(test_put(&table, digest, rec));
    assert_int_equal(state_in(A, 0), SSEC_SLOT_CLOSED);

    /* only a visitor was a user */

    rec = record(ISSUED, NOW);
    rec.left = true;
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, record(ISSUED, NOW));
}


/* Why a session has ended goes with it, whatever its time. */

TEST(reasons)
{
    kind_e         kind;
    unsigned       why, ms;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    digest = at(A, B, 0);

    for (kind = CLOSED; kind <= CLOSED_HEARSAY; kind++) {
        for (why = SSEC_REASON_NONE; why <= SSEC_REASON_UNKNOWN; why++) {
            for (ms = 0; ms < 20; ms++) {
                rec = record(kind, NOW);
                rec.reason = why;
                rec.last += ms;

                assert_true(test_put(&table, digest, rec));
                assert_known(digest, rec);
            }
        }

        /* those that no version has written */

        for (why = SSEC_REASON_UNKNOWN + 1; why <= 7; why++) {
            ssec_set_word(&table, A, 0,
                          (ssec_word(&table, A, 0) & ~SSEC_REASON_MASK) | why);
            assert_int_equal(test_get(&table, digest).reason,
                             SSEC_REASON_NONE);
        }

        assert_true(put(digest, LIVE, NOW + 7));
        assert_known(digest, record(LIVE, NOW + 7));
    }
}


/*
 * Times are kept to the millisecond modulo 2^38, ages in steps of 64 up to 1.09
 * years: none looks older than it is, whether a login began it or not.
 */

TEST(times)
{
    size_t         i;
    unsigned       login;
    ssec_digest_t  digest;
    ssec_record_t  rec;

    static const uint64_t  year = 1ULL << 35;
    static const uint64_t  far = 1ULL << 37;

    const struct {
        uint64_t  last, created, then_last, then_created;
    }  rows[] = {
        { 0, 0, 0, 0 }, { 1, 1, 1, 0 }, { 63, 63, 63, 0 }, { 64, 64, 64, 64 },
        { 65, 65, 65, 64 }, { 127, 127, 127, 64 },
        { 86400000, 86400000, 86400000, 86400000 },
        { (1ULL << 32) - 1, (1ULL << 32) - 1, (1ULL << 32) - 1,
          (1ULL << 32) - 64 },
        { 1ULL << 32, 1ULL << 32, 1ULL << 32, 1ULL << 32 },
        { (1ULL << 32) + 1, (1ULL << 32) + 1, (1ULL << 32) + 1, 1ULL << 32 },
        { far + 12345, far + 12345, far + 12345, far + 12288 },
        { SSEC_TIME_MAX - 1, SSEC_TIME_MAX - 1, SSEC_TIME_MAX - 1,
          SSEC_TIME_MAX - 63 },
        { SSEC_TIME_MAX, SSEC_TIME_MAX, SSEC_TIME_MAX, SSEC_TIME_MAX - 63 },
        { SSEC_TIME_MAX + 6, SSEC_TIME_MAX + 1, 5, 0 },
        { far, far, far, far }, { far, far - 64, far, far - 64 },
        { far, far - 128, far, far - 128 },
        { far, far - 86400000, far, far - 86400000 },
        { far, far - (1ULL << 32), far, far - (1ULL << 32) },
        { far, far - year + 64, far, far - year + 64 },
        { far, far - year - 64, far, far - 64 }
    };

    digest = test_digest(5);

    for (i = 0; i < SIZE(rows); i++) {
        for (login = 0; login <= 1; login++) {
            rec = record(ISSUED, rows[i].last);
            rec.login = login;
            rec.created = rows[i].created;
            (void) test_put(&table, digest, rec);

            rec.last = rows[i].then_last;
            rec.created = rows[i].then_created;
            assert_known(digest, rec);
        }
    }
}


/* A held session keeps its first bucket's lock, and its second's if needed. */

TEST(locks_while_held)
{
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    digest = at(A, B, 0);

    ssec_table_acquire(&table, &digest, &entry);
    assert_false(entry.found);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
    assert_int_equal(atomic_load(lock_of(B)), table.owner);
    entry.record = record(LIVE, NOW);
    assert_true(ssec_table_release(&table, &entry));
    assert_free();

    ssec_table_acquire(&table, &digest, &entry);
    assert_true(entry.found);
    assert_int_equal(entry.bucket, A);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
    assert_int_equal(test_locks(&table), 1);
    assert_true(ssec_table_release(&table, &entry));
    assert_free();
}


/* Neither the body alone nor the place alone makes a session. */

TEST(identity_is_body_and_place)
{
    ssec_digest_t  one, two;

    one = at(A, B, 0);
    two = one;
    two.place++;

    assert_true(put(one, LIVE, NOW));
    assert_unknown(two);
    assert_true(put(two, LIVE, NOW + 1));
    assert_known(one, record(LIVE, NOW));
    assert_known(two, record(LIVE, NOW + 1));

    /* a body without its record */

    two = one;
    two.body++;
    place(A, 2, two, record(LIVE, NOW));
    clear(A, 2);
    assert_unknown(two);
}


static bool
is_in_second(uint32_t bucket, unsigned slot)
{
    return (table.buckets[bucket].created[slot] & SSEC_IN_SECOND) != 0;
}


/* Room: each row is a test */

typedef struct {
    const char  *text;
    there_t      there[THERE];
    kind_e       comes;          /* the newcomer, whose buckets are A and B */
    bool         refused;
    int          gone;           /* the one that goes, or STAYS */

    struct {
        uint32_t  bucket;
        unsigned  slot;
    }            moved[3];       /* where records lie that were moved */

    bool         back;           /* these are in their first buckets */
    uint32_t     busy;           /* the locks of C and D; 1: the test's own */
    unsigned     points;         /* crash points on the way, as bits */
    unsigned     key;            /* the key that a FRESH_NAME replaces */
} room_t;

#define STAYS    -1
#define INSERTS  (1 << 1 | 1 << 2)
#define MOVES    (INSERTS | 1 << 3 | 1 << 4 | 1 << 5)
#define MOVED(...)  .moved = { __VA_ARGS__ }

/* a weaker one in C's slot, or D's, goes, and one of A, or B, moves there */

#define WEAKER(kind)                                                          \
    { "room: before an issued one goes " #kind " of C",                       \
      { THREE(A, A, C, ISSUED, 0), THREE(B, B, D, ISSUED, 0),                 \
        THREE(D, D, B, ISSUED, 0), ONE(C, 0, C, A, ISSUED, 0),                \
        ONE(C, 1, C, A, kind, 0), ONE(C, 2, C, A, ISSUED, 2) },               \
      ISSUED, false, 10, MOVED({ C, 1 }) },                                   \
    { "room: before an issued one goes " #kind " of D",                       \
      { THREE(A, A, C, ISSUED, 0), THREE(B, B, D, ISSUED, 0),                 \
        THREE(C, C, A, ISSUED, 0), ONE(D, 0, D, B, ISSUED, 0),                \
        ONE(D, 1, D, A, kind, 0), ONE(D, 2, D, B, ISSUED, 2) },               \
      ISSUED, false, 10, MOVED({ D, 1 }) }

/* of three in C goes the one that is named */

#define ONE_OF_C(text, kind_0, plus_0, kind_1, plus_1, kind_2, plus_2, gone)  \
    { text,                                                                   \
      { THREE(A, A, C, ISSUED, 0), THREE(B, B, A, ISSUED, 0),                 \
        ONE(C, 0, C, A, kind_0, plus_0), ONE(C, 1, C, A, kind_1, plus_1),     \
        ONE(C, 2, C, A, kind_2, plus_2) },                                    \
      ISSUED, false, 6 + gone, MOVED({ C, gone }) }

/* names in A and B of sessions in C and D; one of them is the weaker one's */

#define NAMES(text, root, name, weak_root, weak)                              \
    { text,                                                                   \
      { THREE(C, C, A, root, 0), ONE(D, 0, D, A, root, 3),                    \
        ONE(D, 1, D, A, weak_root, 4), ONE(D, 2, D, A, root, 5),              \
        ONE(A, 0, A, B, name, 0), ONE(A, 1, A, B, weak, 4),                   \
        ONE(A, 2, A, B, name, 2), ONE(B, 0, A, B, name, 3),                   \
        ONE(B, 1, A, B, name, 1), ONE(B, 2, A, B, name, 5) },                 \
      ISSUED, false, 7 }

/* names and sessions by turns: whose session is the longest idle goes */

#define AS_IDLE(p0, p1, p2, p3, p4, p5, gone)                                 \
    { "room: a name is as idle as its session, " #p0,                         \
      { ONE(C, 0, C, A, ISSUED, p0), ONE(C, 1, C, A, ISSUED, p2),             \
        ONE(D, 2, D, A, ISSUED, p4), ONE(A, 0, A, B, NAME, 0),                \
        ONE(A, 1, A, B, ISSUED, p1), ONE(A, 2, A, B, NAME, 1),                \
        ONE(B, 0, A, B, ISSUED, p3), ONE(B, 1, A, B, NAME, 2),                \
        ONE(B, 2, A, B, ISSUED, p5) },                                        \
      ISSUED, false, gone }

/* a session gets one more name, where one other may have to go for it */

#define NEW_NAME(text, other, plus, refused, gone)                            \
    { text,                                                                   \
      { ONE(D, 0, D, C, ISSUED, 0), ONE(C, 0, C, D, NAME, 0),                 \
        ONE(A, 0, A, B, ISSUED, 0), ONE(A, 1, A, B, NAME, 0),                 \
        ONE(A, 2, A, B, ISSUED, 2), ONE(B, 0, A, B, NAME, 0),                 \
        ONE(B, 1, A, B, ISSUED, 4), ONE(B, 2, A, B, other, plus) },           \
      FRESH_NAME, refused, gone, .key = 1 }

#define REPLACED(text, others, name, when, gone)                              \
    { text,                                                                   \
      { ONE(D, 0, D, C, ISSUED, 9), ONE(A, 0, A, B, name, 0, when),           \
        ONE(A, 1, A, B, others, 10), ONE(A, 2, A, B, others, 11),             \
        THREE(B, A, B, others, 12) },                                         \
      ISSUED, false, gone }

#define FILL(second_of_a, second_of_b)                                        \
    THREE(A, A, second_of_a, LIVE, 0), THREE(B, B, second_of_b, LIVE, 10)


static const room_t  rooms[] = {

    /* moves */

    { "room: a free slot",
      { ONE(A, 0, A, C, LIVE, 0), ONE(A, 2, A, C, LIVE, 2),
        THREE(B, B, D, LIVE, 10) },
      LIVE, false, STAYS, .points = INSERTS },
    { "room: one of the first bucket moves", { FILL(C, D) },
      LIVE, false, STAYS, MOVED({ C, 0 }), .points = MOVES },
    { "room: one of the second bucket moves, where the first's cannot",
      { FILL(B, D) }, LIVE, false, STAYS, MOVED({ D, 0 }), .points = MOVES },
    { "room: one of the first bucket moves back",
      { THREE(A, C, A, ISSUED, 0), THREE(B, D, B, ISSUED, 0) },
      ISSUED, false, STAYS, MOVED({ C, 0 }), .back = true, .points = MOVES },
    { "room: one of the second bucket moves back, where the first's cannot",
      { THREE(A, B, A, ISSUED, 0), THREE(B, D, B, ISSUED, 0) },
      ISSUED, false, STAYS, MOVED({ D, 0 }), .back = true, .points = MOVES },
    { "room: none moves to buckets that are busy", { FILL(C, D) },
      LIVE, false, 0, .busy = 1 },
    { "room: none moves to buckets that have a mark", { FILL(C, D) },
      LIVE, false, 0, .busy = 3U << SSEC_MOVING },
    { "room: none moves to buckets that are full",
      { FILL(C, D), THREE(C, C, D, LIVE, 0), THREE(D, D, C, LIVE, 0) },
      LIVE, false, 0 },
    { "room: none moves back to buckets that are full",
      { THREE(A, C, A, LIVE, 0), THREE(B, D, B, LIVE, 9),
        THREE(C, C, D, LIVE, 0), THREE(D, D, C, LIVE, 0) },
      LIVE, false, 0 },
    { "room: no other bucket: the longest idle goes", { FILL(B, A) },
      LIVE, false, 0, .points = INSERTS },
    { "room: limits of its own move with a record",
      { ONE(A, 0, A, C, ISSUED, 0, 1), ONE(A, 1, A, C, ISSUED, 1, 7),
        ONE(A, 2, A, C, ISSUED, 2, 7), THREE(B, B, A, LIVE, 0) },
      ISSUED, false, STAYS, MOVED({ C, 0 }), .points = MOVES },

    /* chains: where the other bucket is full one of that moves, too */

    { "room: two move",
      { THREE(B, B, A, ISSUED, 90), THREE(A, A, C, ISSUED, 0),
        THREE(C, C, D, ISSUED, 1) },
      ISSUED, false, STAYS, MOVED({ C, 0 }, { D, 0 }), .points = MOVES },
    { "room: three move",
      { THREE(B, B, A, ISSUED, 90), THREE(A, A, C, ISSUED, 0),
        THREE(C, C, D, ISSUED, 1), THREE(D, D, 500, ISSUED, 2) },
      ISSUED, false, STAYS, MOVED({ C, 0 }, { D, 0 }, { 500, 0 }) },
    { "room: four do not",
      { THREE(B, B, A, ISSUED, 90), THREE(A, A, C, ISSUED, 0),
        THREE(C, C, D, ISSUED, 1), THREE(D, D, 500, ISSUED, 2),
        THREE(500, 500, 600, ISSUED, 3) },
      ISSUED, false, 3 },
    { "room: two move, and a weaker one goes at the end",
      { THREE(B, B, A, ISSUED, 0), THREE(A, A, C, ISSUED, 0),
        THREE(C, C, D, ISSUED, 0), THREE(D, D, A, LIVE, 0) },
      ISSUED, false, 9, MOVED({ C, 0 }, { D, 0 }) },

    /* over weaker ones */

    WEAKER(CLOSED), WEAKER(EXPIRED), WEAKER(LIVE), WEAKER(VISITOR),
    WEAKER(FRESH), WEAKER(GUEST), WEAKER(WAS_USER),

    ONE_OF_C("room: the longest idle of the weaker goes, the first",
             LIVE, 0, LIVE, 1, LIVE, 2, 0),
    ONE_OF_C("room: the longest idle of the weaker goes, the second",
             LIVE, 2, LIVE, 0, LIVE, 1, 1),
    ONE_OF_C("room: the longest idle of the weaker goes, the third",
             LIVE, 1, LIVE, 2, LIVE, 0, 2),
    ONE_OF_C("room: the weakest goes, however short it is idle, the first",
             GUEST, 90, LIVE, 0, LIVE, 0, 0),
    ONE_OF_C("room: the weakest goes, however short it is idle, the second",
             LIVE, 0, GUEST, 90, LIVE, 0, 1),
    ONE_OF_C("room: the weakest goes, however short it is idle, the third",
             LIVE, 0, LIVE, 0, GUEST, 90, 2),

    /* for one that was not issued nothing goes but in its own buckets */

    { "room: one that was not issued is refused",
      { THREE(A, A, C, ISSUED, 0), THREE(B, B, D, ISSUED, 0),
        THREE(C, C, A, LIVE, 0), THREE(D, D, B, CLOSED, 0) },
      LIVE, true, STAYS },
    { "room: one that was not issued takes what is free, by a move",
      { THREE(A, A, C, ISSUED, 0), THREE(B, B, D, ISSUED, 0),
        THREE(C, C, A, LIVE, 0), ONE(D, 0, D, B, CLOSED, 0),
        ONE(D, 2, D, B, CLOSED, 0) },
      LIVE, false, STAYS, MOVED({ D, 1 }) },
    { "room: one that was not issued takes the place of its like",
      { THREE(A, A, C, ISSUED, 0), ONE(B, 0, A, B, LIVE, 50),
        ONE(B, 1, B, D, ISSUED, 1), ONE(B, 2, B, D, ISSUED, 2),
        THREE(C, C, A, LIVE, 0), THREE(D, D, B, CLOSED, 0) },
      LIVE, false, 3 },

    /* names: worth no more than their sessions, and than their own state */

    NAMES("room: a name of none goes before a closed session's",
          CLOSED, NAME, CLOSED, ORPHAN),
    NAMES("room: a replaced key goes before a closed session's name",
          CLOSED, NAME, ISSUED, OLD_NAME),
    NAMES("room: a closed session's name goes before an expired one's",
          EXPIRED, FRESH_NAME, CLOSED, NAME),
    NAMES("room: an expired one's name before one of one not issued",
          LIVE, NAME, EXPIRED, FRESH_NAME),
    NAMES("room: the name of one not issued before a visitor's",
          VISITOR, NAME, LIVE, NAME),
    NAMES("room: a visitor's name before one not presented yet",
          ISSUED, FRESH_NAME, VISITOR, NAME),
    NAMES("room: a name not presented yet before one that was",
          ISSUED, NAME, ISSUED, FRESH_NAME),

    AS_IDLE(0, 1, 2, 3, 4, 5, 3), AS_IDLE(5, 0, 1, 2, 3, 4, 4),
    AS_IDLE(4, 5, 0, 1, 2, 3, 5), AS_IDLE(3, 4, 5, 0, 1, 2, 6),
    AS_IDLE(2, 3, 4, 5, 0, 1, 7), AS_IDLE(1, 2, 3, 4, 5, 0, 8),

    NEW_NAME("room: a new name takes no presented session's place",
             ISSUED, 0, true, STAYS),
    NEW_NAME("room: a new name takes no place of one not presented yet",
             FRESH, 0, true, STAYS),
    NEW_NAME("room: a new name takes a visitor's place", VISITOR, 0, false, 7),
    NEW_NAME("room: a new name takes that of one that was not issued",
             LIVE, 0, false, 7),
    NEW_NAME("room: a new name takes that of a replaced one",
             OLD_NAME, 0, false, 7),

    { "room: a new name, a free slot",
      { ONE(D, 0, D, C, ISSUED, 0), ONE(D, 1, D, C, NAME, 0) },
      FRESH_NAME, false, STAYS, .key = 1, .points = INSERTS },
    { "room: a new name, and another one moves",
      { ONE(D, 0, D, C, ISSUED, 0), ONE(D, 1, D, C, NAME, 0),
        ONE(A, 0, A, C, NAME, 0), ONE(A, 1, A, C, NAME, 0),
        ONE(A, 2, A, C, NAME, 0), THREE(B, B, A, ISSUED, 0) },
      FRESH_NAME, false, STAYS, MOVED({ C, 0 }), .key = 1, .points = MOVES },
    { "room: a session's first name: it settles in a place of its own",
      { ONE(D, 1, D, C, ISSUED, 0) },
      FRESH_NAME, false, STAYS, .points = INSERTS | 1 << 6 },

    REPLACED("room: a key replaced lately goes after live ones",
             LIVE, OLD_NAME, NOW >> SSEC_NAME_TIME & 0xffff, 2),
    REPLACED("room: a key replaced lately goes before those in use",
             ISSUED, OLD_NAME, NOW >> SSEC_NAME_TIME & 0xffff, 1),
    REPLACED("room: a new name that goes is a live one lost",
             ISSUED, FRESH_NAME, (NOW >> SSEC_GIVEN) | 1, 1)
};


static void
set_room(const room_t *room)
{
    new_table(1024);
    set_scene(room->there);

    if (room->busy) {
        atomic_store(lock_of(C), room->busy == 1 ? table.owner : room->busy);
        atomic_store(lock_of(D), room->busy == 1 ? table.owner : room->busy);
    }
}


/* What comes, comes; gives false if a live one was lost. */

static bool
come(const room_t *room, uint64_t last)
{
    if (room->comes != FRESH_NAME) {
        return put(at(A, B, 50), room->comes, last);
    }

    return rename_at(digest_of(room->there, room->key), at(A, B, 50),
                     LONG_AGO);
}


static ssec_record_t
what_came(const room_t *room, uint64_t last)
{
    return (room->comes == FRESH_NAME) ? record_of(room->there, room->key)
                                       : record(room->comes, last);
}


static void
test_room(void **state)
{
    bool            was_live, is_lost;
    size_t          i;
    kind_e          gone, root;
    uint32_t        b;
    const room_t   *room;

    room = *state;
    set_room(room);

    gone = (room->gone == STAYS) ? NONE : room->there[room->gone].kind;
    root = is_name(gone) ? room->there[room->there[room->gone].plus].kind
                         : gone;

    /* a key that was replaced is none of which the session depends */

    was_live = is_live(root) && gone != OLD_NAME && gone != ORPHAN;
    is_lost = room->refused && (is_live(room->comes) || is_name(room->comes));

    assert_int_equal(come(room, NOW + 99), !(was_live || is_lost));

    if (room->busy) {
        atomic_store(lock_of(C), 0);
        atomic_store(lock_of(D), 0);
    }

    assert_free();
    assert_known(at(A, B, 50), room->refused ? record(NONE, 0)
                                             : what_came(room, NOW + 99));
    assert_scene(room->there, room->gone);

    assert_int_equal(counts().evicted, was_live);
    assert_int_equal(counts().issued, was_live && record(root, NOW).issued);
    assert_int_equal(counts().invented, gone == INVENTED);
    assert_int_equal(counts().refused, room->refused);

    for (i = 0; i < SIZE(room->moved) && room->moved[i].bucket; i++) {
        b = room->moved[i].bucket;

        assert_true(ssec_word(&table, b, room->moved[i].slot) != 0);
        assert_int_equal(is_in_second(b, room->moved[i].slot), !room->back);
    }
}


/*
 * A child that is killed at a crash point: another process finds its way, be
 * the child reaped already or not.
 */

static void
killed_while_making_room(const room_t *room, int point, bool zombie)
{
    pid_t          pid;
    unsigned       n;
    siginfo_t      info;
    ssec_digest_t  digest;

    set_room(room);
    digest = at(A, B, 50);

    pid = fork();

    if (pid == 0) {
        crash_at = point;
        table.owner = ssec_table_owner();
        (void) come(room, NOW + 99);
        _exit(0);
    }

    assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED|WNOWAIT), 0);

    if (!zombie) {
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }

    assert_int_equal(info.si_code, CLD_KILLED);
    assert_int_not_equal(test_locks(&table), 0);

    /* all there is, and what came, is there as it was or not at all */

    if (test_get(&table, digest).state != SSEC_UNKNOWN) {
        assert_known(digest, what_came(room, NOW + 99));

    } else {
        assert_unknown(digest);
    }

    for (n = 0; room->there[n].kind != NONE; n++) {
        if ((int) n != room->gone) {
            assert_known(digest_of(room->there, n), record_of(room->there, n));
        }
    }

    assert_unlockable();

    (void) come(room, NOW + 100);
    assert_known(digest, what_came(room, NOW + 100));

    if (zombie) {
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
}


TEST(killed_at_every_crash_point)
{
    int     point;
    size_t  i;

    for (i = 0; i < SIZE(rooms); i++) {
        for (point = 1; point <= 6; point++) {
            if (rooms[i].points & (1U << point)) {
                killed_while_making_room(&rooms[i], point, false);
                killed_while_making_room(&rooms[i], point, true);
            }
        }
    }
}


/* Six that have the same buckets. */

TEST(new_ones_go_where_there_is_more_room)
{
    unsigned  i;
    uint32_t  b;

    for (i = 0; i < 6; i++) {
        b = (i % 2) ? B : A;
        assert_true(put(at(A, B, i), LIVE, NOW + i));
        assert_true(ssec_word(&table, b, i / 2) != 0);
        assert_int_equal(is_in_second(b, i / 2), b == B);
    }

    for (i = 0; i < 6; i++) {
        assert_known(at(A, B, i), record(LIVE, NOW + i));
    }

    assert_int_equal(counts().collisions, 0);
}


/* Any six in a row, shuffled, go in this order for six that are issued. */

TEST(order_of_eviction)
{
    bool           was_live;
    size_t         n;
    unsigned       i, k, out, which[6];
    uint64_t       seed;
    ssec_counts_t  before, after;
    ssec_record_t  rec;

    static const struct {
        kind_e    kind;
        unsigned  plus;
    }  order[] = {
        { GUEST, 82 }, { HEARSAY, 83 }, { GUEST, 84 }, { CLOSED_HEARSAY, 85 },
        { INVENTED, 80 }, { INVENTED, 81 }, { CLOSED, 70 }, { CLOSED, 71 },
        { TOLD, 60 }, { EXPIRED, 61 }, { TOLD, 62 }, { LIVE, 50 },
        { LIVE, 51 }, { VISITOR, 45 }, { WAS_USER, 46 }, { VISITOR, 47 },
        { FRESH, 43 }, { FRESH, 44 }, { PRESENTED, 48 }, { PRESENTED, 49 },
        { ISSUED, 40 }, { ISSUED, 41 }, { ISSUED, 42 }
    };

    seed = 3;

    for (n = 0; n + 6 <= SIZE(order); n++) {
        new_table(1024);

        for (i = 0; i < 6; i++) {
            which[i] = i;
            k = (unsigned) test_below(&seed, i + 1);
            which[i] = which[k];
            which[k] = i;
        }

        for (i = 0; i < 6; i++) {
            k = which[i];
            assert_true(put(at(A, B, k), order[n + k].kind,
                            NOW + 8 * order[n + k].plus));
        }

        for (out = 0; out < 6; out++) {
            rec = record(order[n + out].kind, NOW);
            was_live = is_live(order[n + out].kind);

            before = counts();
            assert_int_equal(put(at(A, B, 10 + out), ISSUED, NOW + 1000),
                             !was_live);
            after = counts();

            assert_int_equal(after.evicted, before.evicted + was_live);
            assert_int_equal(after.issued,
                             before.issued + (was_live && rec.issued));
            assert_int_equal(after.invented, before.invented
                             + (order[n + out].kind == INVENTED));
            assert_int_equal(after.refused, 0);
            assert_int_equal(after.collisions, before.collisions + 1);
            assert_known(at(A, B, 10 + out), record(ISSUED, NOW + 1000));

            for (i = 0; i < 6; i++) {
                assert_known(at(A, B, i),
                             record(i <= out ? NONE : order[n + i].kind,
                                    NOW + 8 * order[n + i].plus));
            }
        }
    }
}


/* Which kind takes the place of which: six of one, and one that comes. */

TEST(powers)
{
    bool           may, lost;
    size_t         n, k;
    unsigned       i;
    ssec_digest_t  digest;

    static const kind_e  kinds[] = {
        CLOSED, TOLD, GUEST, LIVE, VISITOR, WAS_USER, FRESH, ISSUED
    };

    static const uint8_t  pushes_out[SIZE(kinds)][SIZE(kinds)] = {
        { 1, 1, 1, 0, 0, 0, 0, 0 },
        { 1, 1, 1, 0, 0, 0, 0, 0 },
        { 1, 1, 1, 0, 0, 0, 0, 0 },
        { 1, 1, 1, 1, 0, 0, 0, 0 },
        { 1, 1, 1, 1, 1, 1, 0, 0 },
        { 1, 1, 1, 1, 1, 1, 0, 0 },
        { 1, 1, 1, 1, 1, 1, 1, 1 },
        { 1, 1, 1, 1, 1, 1, 1, 1 }
    };

    digest = at(A, B, 50);

    for (n = 0; n < SIZE(kinds); n++) {
        for (k = 0; k < SIZE(kinds); k++) {
            new_table(1024);

            for (i = 0; i < 6; i++) {
                assert_true(put(at(A, B, i), kinds[k], NOW));
            }

            may = pushes_out[n][k];
            lost = is_live(may ? kinds[k] : kinds[n]);

            assert_int_equal(put(digest, kinds[n], NOW), !lost);
            assert_known(digest, record(may ? kinds[n] : NONE, NOW));
            assert_int_equal(counts().evicted, may && lost);
            assert_int_equal(counts().issued, may && lost && kinds[k] != LIVE);
            assert_int_equal(counts().refused, !may && lost);
            assert_free();

            for (i = 0; i < 6; i++) {
                assert_known(at(A, B, i),
                             record(i || !may ? kinds[k] : NONE, NOW));
            }
        }
    }
}


/* Limits of a session's own */

TEST(own_limits_are_kept_once)
{
    size_t  i;

    static const struct {
        ssec_own_t  limits;
        unsigned    number;
    }  rows[] = {
        { { 1, 2, 3 }, 1 }, { { 1, 2, 3 }, 1 }, { { 9, 2, 3 }, 2 },
        { { 1, 9, 3 }, 3 }, { { 1, 2, 9 }, 4 }, { { 0, 0, SSEC_OWN_NONE }, 5 },
        { { 9, 2, 3 }, 2 }
    };

    for (i = 0; i < SIZE(rows); i++) {
        assert_ptr_equal(own(rows[i].limits),
                         &table.header->own[rows[i].number]);
        assert_memory_equal(own(rows[i].limits), &rows[i].limits,
                            sizeof(ssec_own_t));
    }

    assert_int_equal(atomic_load(&table.header->nown), 5);
    assert_free();
}


TEST(own_limits_when_there_are_too_many)
{
    size_t    i;
    unsigned  n;

    static const struct {
        const char  *what;
        ssec_own_t   limits;
        unsigned     number;
    }  rows[] = {
        { "the first", { 0, 10000, 0 }, 1 },
        { "the last", { 0, SSEC_TABLE_OWN * 10000, 0 }, SSEC_TABLE_OWN },
        { "the longest that is not longer", { 7, 50001, 0 }, 5 },
        { "the longest that is not longer", { 7, 59999, 0 }, 5 },
        { "the longest that is not longer", { 7, 60000, 0 }, 6 },
        { "nor in its lifetime", { 0, 159999, 3600000 }, 10 },
        { "nor in its lifetime", { 0, 159999, 3600001 }, 10 },
        { "none is the longest", { 7, 0, 0 }, SSEC_TABLE_OWN },
        { "none is the longest", { 7, 0, SSEC_OWN_NONE }, SSEC_TABLE_OWN - 3 },
        { "the shortest", { 0, 9999, 0 }, 1 },
        { "the shortest", { 0, 50000, 3599999 }, 1 }
    };

    /* of 10, 20, ... 10,230 seconds, a tenth of them for an hour at most */

    for (n = 1; n <= SSEC_TABLE_OWN; n++) {
        assert_ptr_equal(own(limits(0, n * 10000, n % 10 ? 0 : 3600000)),
                         &table.header->own[n]);
    }

    for (i = 0; i < SIZE(rows); i++) {
        n = (unsigned) (own(rows[i].limits) - table.header->own);

        if (n != rows[i].number) {
            fail_msg("%s: { %u, %u, %u } are %u, not %u", rows[i].what,
                     rows[i].limits.warn_after, rows[i].limits.expire_after,
                     rows[i].limits.max_lifetime, n, rows[i].number);
        }
    }

    assert_int_equal(atomic_load(&table.header->nown), SSEC_TABLE_OWN);
    assert_free();

    /* the shortest need not be the first */

    for (n = 1; n <= SSEC_TABLE_OWN; n++) {
        table.header->own[n] = limits(0, 0, 5000 + n);
    }

    table.header->own[700].expire_after = 40000;
    table.header->own[701].expire_after = 30000;
    table.header->own[702].expire_after = 50000;

    assert_ptr_equal(own(limits(0, 1000, 1000)), &table.header->own[701]);
}


TEST(own_limits_stay_with_the_record)
{
    ssec_digest_t  digest;
    ssec_record_t  rec;

    digest = at(A, B, 0);

    /* some, others, and none, whatever the state */

    rec = with_own(record(ISSUED, NOW), own(limits(1, 2, 3)));
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, rec);
    assert_ptr_equal(test_get(&table, digest).own, rec.own);

    rec = with_own(record(VISITOR, NOW), own(limits(4, 5, 6)));
    assert_true(test_put(&table, digest, rec));
    assert_known(digest, rec);

    assert_true(put(digest, VISITOR, NOW));
    assert_known(digest, record(VISITOR, NOW));

    /* those of one that was here before are not this one's */

    rec = with_own(record(ISSUED, NOW), own(limits(7, 8, 9)));
    assert_true(test_put(&table, digest, rec));
    clear(A, 0);
    assert_true(put(digest, ISSUED, NOW));
    assert_null(test_get(&table, digest).own);
    clear(A, 0);

    place(B, 2, digest, rec);
    assert_known(digest, rec);
}


/* Whatever number lies in a table, it is not taken for one of limits. */

TEST(own_limits_that_are_none)
{
    size_t         i;
    ssec_digest_t  digest;

    static const struct {
        uint16_t  number;
        bool      is_none;
    }  rows[] = {
        { 1, false }, { SSEC_TABLE_OWN, false }, { 0, true },
        { SSEC_TABLE_OWN + 1, true }, { UINT16_MAX, true }
    };

    digest = at(A, B, 0);
    place(A, 0, digest, with_own(record(CLOSED, NOW), own(limits(1, 2, 3))));

    for (i = 0; i < SIZE(rows); i++) {
        table.own[(size_t) A * SSEC_OWN_SLOTS] = rows[i].number;
        assert_int_equal(test_get(&table, digest).own == NULL,
                         rows[i].is_none);
        assert_int_equal(test_get(&table, digest).state, SSEC_CLOSED);
    }
}


/* A glimpse is what acquiring gives, or nothing. */

static void
assert_glimpse(ssec_digest_t digest, bool seen)
{
    ssec_entry_t    entry;
    ssec_glimpse_t  g;

    assert_int_equal(ssec_table_glimpse(&table, &digest, &g), seen);

    if (seen) {
        ssec_table_acquire(&table, &digest, &entry);
        ssec_table_leave(&table, &entry);

        assert_int_equal(ssec_glimpse_last(&g), entry.record.last);
        assert_int_equal(ssec_glimpse_created(&g), entry.record.created);
        assert_int_equal(ssec_glimpse_login(&g), entry.record.login);
        assert_int_equal(g.bucket, entry.bucket);
        assert_int_equal(g.slot, entry.slot);
        assert_free();
    }
}


TEST(glimpse)
{
    kind_e         kind;
    unsigned       slot;
    ssec_digest_t  digest, body, place_;
    ssec_record_t  rec;

    digest = at(A, B, 0);
    body = digest;
    body.body++;
    place_ = digest;
    place_.place++;

    assert_glimpse(digest, false);

    for (slot = 0; slot < SSEC_SLOTS; slot++) {
        for (kind = CLOSED; kind < KINDS; kind++) {
            place(A, slot, digest, record(kind, NOW));
            assert_glimpse(digest, kind == LIVE || kind == ISSUED);
            place(A, slot, digest, record(kind, NOW + 1));
            assert_glimpse(digest, kind == LIVE || kind == ISSUED);
        }

        assert_glimpse(body, false);
        assert_glimpse(place_, false);

        rec = record(LIVE, 0);
        rec.created = 0;
        place(A, slot, digest, rec);
        assert_glimpse(digest, true);

        place(A, slot, digest, record(ISSUED, SSEC_TIME_MAX));
        assert_glimpse(digest, true);

        place(A, slot, digest,
              with_own(record(ISSUED, NOW), own(limits(1, 2, 3))));
        assert_glimpse(digest, false);

        clear(A, slot);
        assert_glimpse(digest, false);
        table.buckets[A].body[slot] = 0;
    }

    /* what others hold, or what lies elsewhere, takes longer */

    place(A, 1, digest, record(ISSUED, NOW));
    atomic_store(lock_of(A), table.owner);
    assert_glimpse(digest, false);
    atomic_store(lock_of(A), 0);
    assert_glimpse(digest, true);

    clear(A, 1);
    place(B, 1, digest, record(ISSUED, NOW));
    assert_glimpse(digest, false);
    assert_free();
}


/* Touching: a session that was seen, in whichever bucket, goes on. */

static ssec_glimpse_t
seen(uint32_t bucket, unsigned slot)
{
    return (ssec_glimpse_t) { .word = ssec_word(&table, bucket, slot),
                              .bucket = bucket, .slot = slot };
}


TEST(touch)
{
    size_t          i;
    uint32_t        bucket;
    ssec_digest_t   digest;
    ssec_record_t   rec;
    ssec_glimpse_t  g;

    static const struct {
        int  active, last;       /* after NOW: never back */
    }  rows[] = { { 5, 5 }, { 4, 5 }, { -1000, 5 }, { 6, 6 } };

    digest = at(A, B, 0);

    for (bucket = A; bucket <= B; bucket += B - A) {
        rec = with_own(record(bucket == A ? ISSUED : FRESH, NOW),
                       own(limits(1, 2, 3)));
        place(bucket, 1, digest, rec);
        g = seen(bucket, 1);

        for (i = 0; i < SIZE(rows); i++) {
            assert_true(ssec_table_touch(&table, &digest, &g,
                                         NOW + rows[i].active));
            rec.last = NOW + rows[i].last;
            assert_known(digest, rec);
            assert_free();
        }

        clear(bucket, 1);
    }

    /* by what a glimpse gave */

    rec = record(ISSUED, NOW);
    place(A, 1, digest, rec);
    assert_true(ssec_table_glimpse(&table, &digest, &g));
    assert_true(ssec_table_touch(&table, &digest, &g, NOW + 5));
    rec.last = NOW + 5;
    assert_known(digest, rec);
}


/* What was seen was LIVE in A's slot 1. */

TEST(touch_of_what_is_not_there)
{
    size_t          i;
    ssec_digest_t   digest, there;
    ssec_glimpse_t  g;

    static const struct {
        kind_e    kind;          /* there now */
        unsigned  body;          /* in the place of ... */
        unsigned  place;         /* another */
        uint32_t  bucket;        /* looked for in this bucket */
        unsigned  slot;
        uint32_t  lock;
    }  rows[] = {
        { NONE, 0, 0, A, 1, 0 }, { EXPIRED, 0, 0, A, 1, 0 },
        { TOLD, 0, 0, A, 1, 0 }, { CLOSED, 0, 0, A, 1, 0 },
        { VISITOR, 0, 0, A, 1, 0 }, { ISSUED, 0, 0, A, 1, 0 },
        { FRESH, 0, 0, A, 1, 0 }, { LIVE, 1, 0, A, 1, 0 },
        { LIVE, 0, 1, A, 1, 0 }, { LIVE, 0, 0, A, 2, 0 },
        { LIVE, 0, 0, B, 1, 0 }, { LIVE, 0, 0, A, 1, 7 }
    };

    digest = at(A, B, 0);

    for (i = 0; i < SIZE(rows); i++) {
        place(A, 1, digest, record(LIVE, NOW));
        g = seen(A, 1);
        clear(A, 1);

        there = digest;
        there.body += rows[i].body;
        there.place += rows[i].place;

        if (rows[i].kind != NONE) {
            place(A, 1, there, record(rows[i].kind, NOW));
        }

        g.bucket = rows[i].bucket;
        g.slot = rows[i].slot;

        /* whoever holds the bucket is not waited for */

        atomic_store(lock_of(A), rows[i].lock);
        assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
        assert_int_equal(atomic_load(lock_of(A)), rows[i].lock);
        atomic_store(lock_of(A), 0);

        assert_known(there, record(rows[i].kind, NOW));
        assert_free();
    }

    g = seen(A, 1);
    atomic_store(lock_of(A), dead_owner());
    assert_false(ssec_table_touch(&table, &digest, &g, NOW + 5));
    assert_known(digest, record(LIVE, NOW));
}


/* Notes, and deaths */

TEST(notes)
{
    unsigned   i;
    uint8_t   *p;

    p = ssec_table_lock_notes(&table);
    assert_ptr_equal(p, table.header->notes);
    assert_int_equal(atomic_load(&table.header->lock), table.owner);

    for (i = 0; i < SSEC_TABLE_NOTES; i++) {
        assert_int_equal(p[i], 0);
    }

    memset(p, 0xa5, SSEC_TABLE_NOTES);
    ssec_table_unlock_notes(&table);
    assert_free();

    /* they are nobody else's memory */

    assert_unknown(test_digest(1));
    assert_ptr_equal(own(limits(1, 2, 3)), &table.header->own[1]);
    assert_true(p + SSEC_TABLE_NOTES
                <= (uint8_t *) table.header + SSEC_TABLE_HEADER);

    /* a killed process's lock is taken over */

    atomic_store(&table.header->lock, dead_owner());
    p = ssec_table_lock_notes(&table);
    assert_int_equal(atomic_load(&table.header->lock), table.owner);
    assert_int_equal(p[0], 0xa5);
    assert_int_equal(p[SSEC_TABLE_NOTES - 1], 0xa5);
    ssec_table_unlock_notes(&table);

    /* limits that it was about to add are not there */

    table.header->own[2] = limits(7, 7, 7);
    atomic_store(&table.header->lock, dead_owner());
    assert_int_equal(own(limits(4, 5, 6))->expire_after, 5);
    assert_int_equal(atomic_load(&table.header->nown), 2);
}


TEST(deaths)
{
    kind_e         was, then;
    uint64_t       n;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    digest = at(A, B, 0);
    n = ssec_table_deaths(&table);
    assert_int_equal(n, 0);

    for (was = NONE; was < KINDS; was++) {
        for (then = CLOSED; then < KINDS; then++) {
            clear(A, 0);

            if (was != NONE) {
                place(A, 0, digest, record(was, NOW));
            }

            ssec_table_acquire(&table, &digest, &entry);
            entry.record = record(then, NOW + 1);
            assert_true(ssec_table_release(&table, &entry));

            n += (is_live(was) && !is_live(then));
            assert_int_equal(ssec_table_deaths(&table), n);
        }
    }

    /* what is let go as it was has not died */

    place(A, 0, digest, record(LIVE, NOW));
    ssec_table_acquire(&table, &digest, &entry);
    entry.record.state = SSEC_CLOSED;
    ssec_table_leave(&table, &entry);
    assert_int_equal(ssec_table_deaths(&table), n);
    assert_known(digest, record(LIVE, NOW));
}


/* Counting and reporting */

TEST(count_by_state)
{
    kind_e         kind;
    unsigned       i, n;
    ssec_counts_t  c;

    /* one of the first kind, two of the second, and so on */

    n = 0;

    for (kind = CLOSED; kind < KINDS; kind++) {
        for (i = 0; i < kind; i++) {
            assert_true(put(test_digest(n++), kind, NOW));
        }
    }

    for (i = 0; i < 6; i++) {
        assert_true(rename_at(test_digest(i ? 199 + i : 0),
                              test_digest(200 + i), NOW));
    }

    c = counts();

    assert_int_equal(c.closed, CLOSED + CLOSED_HEARSAY);
    assert_int_equal(c.expired, EXPIRED + TOLD + HEARSAY);
    assert_int_equal(c.visitors, VISITOR + WAS_USER + GUEST + FIRST_OFF);
    assert_int_equal(c.live, INVENTED + LIVE + FRESH + PRESENTED + ISSUED);
    assert_int_equal(c.names, 7);
    assert_int_equal(c.room, 3072);
    assert_int_equal(c.evicted + c.issued + c.invented + c.refused
                     + c.collisions, 0);
}


TEST(report_once_a_period)
{
    size_t        i;
    ssec_table_t  other;

    static const struct {
        bool      other;         /* another process asks */
        unsigned  plus;
        bool      time;
    }  rows[] = {
        { false, 0, true }, { false, 0, false }, { true, 1, false },
        { true, 999, false }, { true, 1000, true }, { false, 1000, false },
        { false, 5000, true }
    };

    ssec_table_open(&other, table.header, table.owner);

    /* the first time is at once, however early */

    assert_true(ssec_table_report(&table, 1, 1000));
    atomic_store(&table.header->reported, 0);

    for (i = 0; i < SIZE(rows); i++) {
        assert_int_equal(ssec_table_report(rows[i].other ? &other : &table,
                                           NOW + rows[i].plus, 1000),
                         rows[i].time);
    }
}


static kind_e
nth_kind(unsigned n)
{
    return CLOSED + n % (KINDS - CLOSED);
}


/*
 * That every record is found in a table with another number of buckets shows
 * that the whole digest can be told from what is stored.
 */

TEST(copy_to_another_size)
{
    size_t         k;
    unsigned       i;
    ssec_record_t  rec;
    ssec_counts_t  before, after;

    static const struct {
        uint32_t  from, to;
    }  rows[] = {
        { 1024, 1024 }, { 1024, 4099 }, { 1024, 1025 }, { 1025, 1024 },
        { 1031, 2048 }, { 4099, 1024 }, { 16380, 1024 }, { 65536, 1031 },
        { 1048573, 1024 }
    };

    for (k = 0; k < SIZE(rows); k++) {
        new_table(rows[k].from);

        /* so that the numbers of limits are others */

        for (i = 0; i < 100; i++) {
            (void) own(limits(9, 9, i));
        }

        for (i = 0; i < 1200; i++) {
            rec = record(nth_kind(i), NOW + i * 1009ULL);
            rec.own = (i % 5) ? own(limits(1, 2 + i % 300, 3)) : NULL;
            assert_true(test_put(&table, test_digest(i), rec));
        }

        memset(ssec_table_lock_notes(&table), 7, SSEC_TABLE_NOTES);
        ssec_table_unlock_notes(&table);

        before = counts();
        copy_to(rows[k].to);
        after = counts();

        before.room = after.room;
        before.collisions = after.collisions;
        assert_memory_equal(&after, &before, sizeof(ssec_counts_t));
        assert_int_equal(after.evicted, 0);
        assert_int_equal(table.header->notes[0], 7);
        assert_int_equal(table.header->notes[SSEC_TABLE_NOTES - 1], 7);
        assert_true(atomic_load(&table.header->nown) <= 240);

        for (i = 0; i < 1200; i++) {
            rec = record(nth_kind(i), NOW + i * 1009ULL);
            rec.own = (i % 5) ? own(limits(1, 2 + i % 300, 3)) : NULL;
            assert_record(test_get(&table, test_digest(i)), rec);
        }
    }
}


/* What a table that is too small keeps of so many, of kinds by turns. */

TEST(copy_to_a_table_too_small)
{
    size_t         k;
    unsigned       i, n, known[KINDS], all[KINDS];
    ssec_counts_t  c;
    ssec_record_t  rec;

    static const struct {
        const char  *what;
        unsigned     n;
        kind_e       kinds[9];
        unsigned     nkinds;
        kind_e       whole;      /* of this kind and ... */
        kind_e       whole_too;  /* of this one none is lost */
        bool         evicts;     /* live ones of others are */
        unsigned     min;        /* that are kept */
    }  rows[] = {
        { "live ones alone", 8000, { LIVE }, 1, NONE, NONE, true, 3000 },
        { "the living before the dead", 4500, { LIVE, CLOSED, EXPIRED }, 3,
          LIVE, LIVE, false, 2000 },
        { "the issued before those that were not", 7200,
          { ISSUED, ISSUED, LIVE, LIVE, FRESH, CLOSED, EXPIRED, CLOSED,
            EXPIRED }, 9, ISSUED, ISSUED, true, 3000 }
    };

    for (k = 0; k < SIZE(rows); k++) {
        memset(known, 0, sizeof(known));
        memset(all, 0, sizeof(all));
        new_table(8192);

        for (i = 0; i < rows[k].n; i++) {
            assert_true(put(test_digest(i),
                            rows[k].kinds[i % rows[k].nkinds], NOW + i));
        }

        copy_to(1024);
        n = 0;

        for (i = 0; i < rows[k].n; i++) {
            rec = test_get(&table, test_digest(i));
            all[rows[k].kinds[i % rows[k].nkinds]]++;

            if (rec.state != SSEC_UNKNOWN) {
                assert_record(rec, record(rows[k].kinds[i % rows[k].nkinds],
                                          NOW + i));
                known[rows[k].kinds[i % rows[k].nkinds]]++;
                n++;
            }
        }

        c = counts();
        assert_int_equal(known[rows[k].whole], all[rows[k].whole]);
        assert_int_equal(c.live, known[LIVE] + known[ISSUED] + known[FRESH]);
        assert_int_equal(c.live + c.evicted + c.refused,
                         all[LIVE] + all[ISSUED] + all[FRESH]);
        assert_int_equal(c.evicted + c.refused != 0, rows[k].evicts);
        assert_true(n > rows[k].min);
    }
}


/* The last pass looks for what moved to where the others had been before. */

static void
last_pass(const ssec_table_t *from)
{
    unsigned      i;
    ssec_table_t  f;

    f = *from;

    for (i = 0; i < f.nbuckets * SSEC_SLOTS; i++) {
        ssec_copy_record(&table, &f, i / SSEC_SLOTS, i % SSEC_SLOTS,
                         SSEC_PASSES - 1, 0);
    }
}


TEST(copy_finds_what_was_moved)
{
    unsigned      i;
    ssec_table_t  from;

    for (i = 0; i < 100; i++) {
        assert_true(put(test_digest(i), nth_kind(i), NOW + i));
    }

    from = table;
    test_table_map(&table, 1024);
    last_pass(&from);

    for (i = 0; i < 100; i++) {
        assert_record(test_get(&table, test_digest(i)),
                      record(nth_kind(i), NOW + i));
    }

    /* but not for live ones and visitors, which may have been pushed out */

    new_table(1024);
    atomic_store(&table.header->evicted, 1);
    last_pass(&from);

    for (i = 0; i < 100; i++) {
        assert_record(test_get(&table, test_digest(i)),
                      record(nth_kind(i) <= CLOSED_HEARSAY
                             || nth_kind(i) == GUEST
                             || nth_kind(i) == FIRST_OFF ? nth_kind(i) : NONE,
                             NOW + i));
    }

    /* they have a pass of their own, before */

    new_table(1024);
    atomic_store(&table.header->evicted, 1);
    ssec_table_copy(&table, &from, 0);

    for (i = 0; i < 100; i++) {
        assert_known(test_digest(i), record(nth_kind(i), NOW + i));
    }

    test_table_unmap(&from);
}


/* The digest of every stored record, at the ends of every bucket's places. */

TEST(stored_digests)
{
    int            second;
    size_t         k;
    uint32_t       i, n, b, other;
    ssec_digest_t  digest, d;

    static const uint32_t  sizes[] = {
        1024, 1025, 1031, 2047, 4096, 16380, 1048573, 4194304
    };

    for (k = 0; k < SIZE(sizes); k++) {
        n = sizes[k];
        new_table(n);

        for (i = 0; i <= 3000; i++) {
            digest = test_digest(i);

            /* the first and the last bucket, and the places that meet */

            if (i % 3 == 0) {
                b = (i % 2) ? n - 1 : i % n;
                digest = at(b, (b + 1 + i % (n - 1)) % n, 0);
                digest.place -= (i % 4 == 1 && b);
                digest.body |= 0xffffffff;
            }

            if (i == 3000) {
                digest.place = UINT32_MAX;
                assert_int_equal(ssec_first_bucket(&table, UINT32_MAX), n - 1);
            }

            b = ssec_first_bucket(&table, digest.place);
            other = ssec_second_bucket(&table, b, digest.body);
            assert_true(b < n && other < n && b != other);

            for (second = 0; second <= 1; second++) {
                place(second ? other : b, 1, digest, record(LIVE, NOW));
                d = ssec_stored_digest(&table, second ? other : b, 1);

                assert_int_equal(d.body, digest.body);
                assert_int_equal(d.place, digest.place);
            }
        }
    }
}


/* Owners: a process id, and a tag of when the process started */

TEST(owners)
{
    uint32_t  me, tag;

    me = ssec_table_owner();
    tag = me >> SSEC_OWNER_PID;

    assert_int_equal(me & ((1U << SSEC_OWNER_PID) - 1), getpid());
    assert_in_range(tag, 1, 251);
    assert_int_equal(me, me & SSEC_OWNER);

    assert_false(ssec_owner_gone(me));
    assert_true(ssec_owner_gone(dead_owner()));

    /* an id that was used again; one without a tag; another user's process */

    assert_true(ssec_owner_gone((uint32_t) getpid()
                                | (tag % 251 + 1) << SSEC_OWNER_PID));
    assert_false(ssec_owner_gone((uint32_t) getpid()));
    kill_errno = EPERM;
    assert_false(ssec_owner_gone(me));
    kill_errno = 0;

    /* what qemu-user tells a process of itself, and nobody else */

    own_stat = "7 (nginx) 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12 0 0";
    assert_int_equal(ssec_table_owner(), me);
    assert_false(ssec_owner_gone(me));
}


TEST(owners_as_proc_tells)
{
    size_t    i;
    uint32_t  me;

    static const struct {
        char      *stat;
        uint32_t   tag;
    }  rows[] = {

        /* no use */

        { "", 0 }, { "nothing of the kind", 0 }, { "7 (nginx)", 0 },
        { "7 (nginx) ", 0 }, { "7 (nginx) S 1 2 3 4", 0 },

        /* a name may hold blanks and brackets */

        { "7 (a) Z (b c)) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"
          " 252 23 24", 2 },
        { "7 (nginx) S 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"
          " 18446744073709551615 23", 18446744073709551615ULL % 251 + 1 },

        /* not reaped yet */

        { "7 (nginx) Z 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 250 23",
          SSEC_TAG_DEAD },
        { "7 (nginx) X 4", SSEC_TAG_DEAD }
    };

    me = ssec_table_owner();

    for (i = 0; i < SIZE(rows); i++) {
        proc_stat = rows[i].stat;

        if (ssec_owner_tag(7) != rows[i].tag) {
            fail_msg("\"%s\": tag %u, not %u", rows[i].stat, ssec_owner_tag(7),
                     rows[i].tag);
        }

        assert_int_equal(ssec_table_owner(),
                         rows[i].tag << SSEC_OWNER_PID | (uint32_t) getpid());
        assert_true(ssec_owner_gone(dead_owner()));
        assert_int_equal(ssec_owner_gone(me), rows[i].tag
                         && rows[i].tag != me >> SSEC_OWNER_PID);
        assert_int_equal(ssec_owner_gone((uint32_t) getpid()),
                         rows[i].tag == SSEC_TAG_DEAD);
    }
}


/* Locks of processes that are gone, and of those that are not */

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


TEST(lock_of_a_killed_process)
{
    int            zombie, known;
    pid_t          pid;
    ssec_digest_t  digest, other;

    digest = at(A, B, 0);
    other = at(B, A, 1);

    /* an unknown session's, which are both; a known one's first bucket */

    for (known = 0; known <= 1; known++) {
        for (zombie = 0; zombie <= 1; zombie++) {
            new_table(1024);
            assert_true(put(other, LIVE, NOW));

            if (known) {
                assert_true(put(digest, LIVE, NOW));
            }

            pid = die_holding(digest);

            if (!zombie) {
                assert_int_equal(waitpid(pid, NULL, 0), pid);
            }

            assert_int_equal(test_locks(&table), known ? 1 : 2);
            assert_known(other, record(LIVE, NOW));
            assert_known(digest, record(known ? LIVE : NONE, NOW));
            assert_free();

            if (zombie) {
                assert_int_equal(waitpid(pid, NULL, 0), pid);
            }
        }
    }

    /* its id was used again */

    atomic_store(lock_of(A),
                 ((table.owner >> SSEC_OWNER_PID) % 251 + 1) << SSEC_OWNER_PID
                 | (uint32_t) getpid());
    assert_known(digest, record(LIVE, NOW));
    assert_free();
}


TEST(lock_of_the_living_is_waited_for)
{
    int              fds[2];
    char             c;
    pid_t            pid;
    ssec_entry_t     entry;
    ssec_digest_t    digest;
    struct timespec  pause;

    digest = at(A, B, 0);
    (void) put(digest, LIVE, NOW);
    assert_int_equal(pipe(fds), 0);

    pid = fork();

    if (pid == 0) {
        table.owner = ssec_table_owner();
        ssec_table_acquire(&table, &digest, &entry);
        (void) !write(fds[1], "x", 1);

        pause = (struct timespec) { .tv_nsec = 100 * 1000 * 1000 };
        (void) nanosleep(&pause, NULL);

        entry.record = record(LIVE, NOW + 77);
        (void) ssec_table_release(&table, &entry);
        _exit(0);
    }

    assert_int_equal(read(fds[0], &c, 1), 1);

    /* it has the session: what is there is what it leaves */

    assert_known(digest, record(LIVE, NOW + 77));

    assert_int_equal(waitpid(pid, NULL, 0), pid);
    (void) close(fds[0]);
    (void) close(fds[1]);
}


/* While it waits: another takes the dead one's lock over, and lets it go; */

static void
take_a_over(void)
{
    on_kill = NULL;
    on_yield = let_go_of_a;
    atomic_store(lock_of(A), table.owner);
}


/* now the one bucket is busy, now the other; */

static void
a_instead_of_b(void)
{
    on_yield = let_go_of_a;
    atomic_store(lock_of(A), table.owner);
    atomic_store(lock_of(B), 0);
}


/* the session comes while the first bucket is let go. */

static void
insert_into_a(void)
{
    on_yield = NULL;
    place(A, 1, at(A, B, 0), record(LIVE, NOW));
    atomic_store(lock_of(B), 0);
}


TEST(what_happens_while_one_waits)
{
    size_t         i;
    ssec_entry_t   entry;
    ssec_digest_t  digest;

    const struct {
        const char  *what;
        bool         known;      /* in A's slot 1 */
        uint32_t     a, b;       /* locks */
        void       (*kill)(void);
        void       (*yield)(void);
        bool         found;
        unsigned     locks;      /* then */
    }  rows[] = {
        { "another is quicker to take a lock over", true, dead_owner(), 0,
          take_a_over, NULL, true, 1 },
        { "both buckets are busy by turns", false, 0, table.owner,
          NULL, a_instead_of_b, false, 2 },
        { "the session comes to the first bucket", false, 0, table.owner,
          NULL, insert_into_a, true, 2 }
    };

    digest = at(A, B, 0);

    for (i = 0; i < SIZE(rows); i++) {
        clear(A, 1);

        if (rows[i].known) {
            place(A, 1, digest, record(LIVE, NOW));
        }

        atomic_store(lock_of(A), rows[i].a);
        atomic_store(lock_of(B), rows[i].b);
        on_kill = rows[i].kill;
        on_yield = rows[i].yield;

        ssec_table_acquire(&table, &digest, &entry);

        if (on_kill || on_yield || entry.found != rows[i].found
            || test_locks(&table) != rows[i].locks)
        {
            fail_msg("%s: found %d, %u locks; not %d, %u", rows[i].what,
                     entry.found, test_locks(&table), rows[i].found,
                     rows[i].locks);
        }

        if (entry.found) {
            assert_int_equal(entry.bucket, A);
            assert_int_equal(entry.slot, 1);
        }

        entry.record = record(LIVE, NOW + 1);
        assert_true(ssec_table_release(&table, &entry));
        assert_known(digest, record(LIVE, NOW + 1));
        assert_free();
        new_table(1024);
    }
}


/* Moves that a killed process left unfinished */

static uint32_t
mark(unsigned slot)
{
    return (uint32_t) (slot + 1) << SSEC_MOVING;
}


static void
see_it_given_back(void)
{
    on_yield = NULL;
    assert_int_equal(atomic_load(lock_of(A)), mark(2));
    atomic_store(lock_of(B), 0);
}


static void
take_b_over(void)
{
    on_kill = NULL;
    on_yield = see_it_given_back;
    atomic_store(lock_of(B), table.owner);
}


/* A session lies in A, in B, or in both, and A's lock has a mark. */

TEST(settled)
{
    size_t         i;
    ssec_digest_t  digest, like;

    enum { EMPTY = SSEC_SLOTS };

    const struct {
        const char  *what;
        unsigned     a, b;       /* slots of the session */
        unsigned     marked;
        uint32_t     lock_a, lock_b;
        void       (*kill)(void);
        void       (*yield)(void);
    }  rows[] = {
        { "the copy arrived", 0, 2, 0, dead_owner(), dead_owner() },
        { "the copy arrived", 1, 1, 1, dead_owner(), dead_owner() },
        { "the copy arrived", 2, 0, 2, dead_owner(), dead_owner() },
        { "the copy arrived, the mark was given back", 0, 2, 0, 0, 0 },
        { "the copy arrived, the mark was given back", 1, 1, 1, 0, 0 },
        { "the copy arrived, the mark was given back", 2, 0, 2, 0, 0 },
        { "no copy arrived", 0, EMPTY, 0, dead_owner(), dead_owner() },
        { "no copy arrived", 1, EMPTY, 1, dead_owner(), dead_owner() },
        { "no copy arrived", 2, EMPTY, 2, dead_owner(), dead_owner() },
        { "the slot is empty already", EMPTY, 0, 1, dead_owner(), 0 },
        { "the second bucket is busy", 2, 0, 2, 0, table.owner, NULL,
          see_it_given_back },
        { "the second bucket was taken meanwhile", 2, 0, 2, 0, dead_owner(),
          take_b_over }
    };

    digest = at(A, B, 0);
    like = digest;
    like.place++;

    for (i = 0; i < SIZE(rows); i++) {
        new_table(1024);

        /* bodies without a record, and a record that differs in its place */

        table.buckets[A].body[rows[i].marked] = digest.body;
        table.buckets[B].body[0] = digest.body;
        place(B, rows[i].b == 1 ? 2 : 1, like, record(LIVE, NOW + 5));

        if (rows[i].a != EMPTY) {
            place(A, rows[i].a, digest, record(LIVE, NOW));
        }

        if (rows[i].b != EMPTY) {
            place(B, rows[i].b, digest, record(LIVE, NOW));
        }

        atomic_store(lock_of(A), mark(rows[i].marked) | rows[i].lock_a);
        atomic_store(lock_of(B), rows[i].lock_b);
        on_kill = rows[i].kill;
        on_yield = rows[i].yield;

        assert_known(digest, record(LIVE, NOW));
        assert_known(like, record(LIVE, NOW + 5));
        assert_null(on_kill);
        assert_null(on_yield);
        assert_free();

        if ((ssec_word(&table, A, rows[i].marked) != 0)
            != (rows[i].b == EMPTY))
        {
            fail_msg("%s: slot %u", rows[i].what, rows[i].marked);
        }
    }

    /* where the slot is empty it does not matter that B is busy */

    new_table(1024);
    table.buckets[A].body[1] = digest.body;
    atomic_store(lock_of(A), mark(1) | dead_owner());
    atomic_store(lock_of(B), table.owner);
    ssec_lock(&table, A);
    assert_int_equal(atomic_load(lock_of(A)), table.owner);
}


/* The second bucket's own mark stays, whoever left it. */

TEST(settled_where_both_have_marks)
{
    size_t         i;
    ssec_digest_t  digest, other;

    const struct {
        uint32_t  lock_b;
        uint32_t  second;        /* of the other one: C, or A, they cross */
    }  rows[] = { { 0, C }, { dead_owner(), C }, { dead_owner(), A } };

    digest = at(A, B, 0);

    for (i = 0; i < SIZE(rows); i++) {
        new_table(1024);
        other = at(B, rows[i].second, 1);

        place(A, 0, digest, record(LIVE, NOW));
        place(B, 0, digest, record(LIVE, NOW));
        place(B, 1, other, record(LIVE, NOW + 5));
        place(rows[i].second, 1, other, record(LIVE, NOW + 5));

        atomic_store(lock_of(A), mark(0) | dead_owner());
        atomic_store(lock_of(B), mark(1) | rows[i].lock_b);

        ssec_lock(&table, A);
        assert_int_equal(ssec_word(&table, A, 0), 0);
        assert_int_equal(atomic_load(lock_of(B)), mark(1));
        assert_true(ssec_word(&table, B, 1) != 0);
        ssec_unlock(&table, A);

        assert_known(digest, record(LIVE, NOW));
        assert_known(other, record(LIVE, NOW + 5));
        assert_int_equal(ssec_word(&table, B, 1), 0);
        assert_free();
    }
}


/* Room, in tables of a mebibyte */

TEST(capacity)
{
    uint32_t  mib;
    uint64_t  n;

    for (mib = 1; mib <= 10; mib += 9) {
        new_table(((mib << 20) - SSEC_TABLE_HEADER) / (64 + 8));

        for (n = 0; put(test_digest(n), LIVE, NOW + n); n++) {
            /* void */
        }

        printf("capacity: %u MiB: %llu live sessions before one was pushed"
               " out, %llu a MiB, %.1f %% full\n", mib,
               (unsigned long long) n, (unsigned long long) n / mib,
               100.0 * (double) n / (table.nbuckets * 3.0));

        assert_true(n >= 16000ULL * mib);
    }
}


/* Gives how many live ones were lost for them. */

static unsigned
put_many(uint64_t from, uint64_t to, kind_e kind, uint64_t last)
{
    unsigned  lost;

    for (lost = 0; from < to; from++) {
        lost += !put(test_digest(from), kind, last + from);
    }

    return lost;
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

TEST(visitors_push_out_none_in_use)
{
    uint64_t  n;

    new_table(MIB);

    for (n = 0; n < 64200; n++) {

        /* those in use are the longest idle, all told */

        (void) put(test_digest(n), FRESH, NOW + n);
        (void) put(test_digest(n), n < 200 ? ISSUED : PRESENTED, NOW + n);
    }

    assert_int_equal(count_in(SSEC_LIVE, 0, 200), 200);
}


/*
 * A session finds room in a full table, and is kept once it is used, while a
 * flood of made-up keys goes on.
 */

TEST(a_session_finds_room)
{
    size_t    i;
    uint64_t  n;

    static const struct {
        kind_e  full_of;
        kind_e  comes[3];        /* as it does one after the other */
    }  rows[] = {
        { ISSUED, { FRESH, PRESENTED, ISSUED } },
        { CLOSED, { INVENTED, LIVE, LIVE } },
        { LIVE, { INVENTED, LIVE, LIVE } }
    };

    for (i = 0; i < SIZE(rows); i++) {
        new_table(MIB);
        (void) put_many(0, 60000, rows[i].full_of, NOW);

        for (n = 60000; n < 61000; n++) {
            (void) put(test_digest(n), rows[i].comes[0], NOW + n);
            assert_int_equal(count_in(SSEC_LIVE, n, n + 1), 1);
            assert_true(put(test_digest(n), rows[i].comes[1], NOW + n));
            assert_true(put(test_digest(n), rows[i].comes[2], NOW + n));
        }

        (void) put_many(100000, 140000, INVENTED, NOW);
        assert_int_equal(count_in(SSEC_LIVE, 60000, 61000), 1000);
    }
}


/*
 * Keys that nobody but a client vouches for, however many there are and
 * whatever becomes of them at once, push out none of these.
 */

TEST(floods)
{
    size_t         i;
    unsigned       before, lost, lost_live;
    ssec_state_e   s;
    ssec_counts_t  c;

    static const struct {
        kind_e    kind;          /* of those that are there, */
        unsigned  n;             /* so many, at */
        uint64_t  idle;          /* NOW less that */
        kind_e    flood;
        unsigned  nflood;
        unsigned  may_go;        /* one in so many of them; 0: none */
    }  rows[] = {
        { CLOSED, 1, 0, INVENTED, 80000, 0 },
        { CLOSED, 1, 0, HEARSAY, 80000, 0 },
        { CLOSED, 1, 0, GUEST, 80000, 0 },
        { CLOSED, 60000, 0, INVENTED, 80000, 20 },
        { CLOSED, 60000, 0, HEARSAY, 80000, 20 },
        { CLOSED, 60000, 0, GUEST, 80000, 20 },
        { ISSUED, 10000, 100000, INVENTED, 2000000, 0 }
    };

    for (i = 0; i < SIZE(rows); i++) {
        new_table(MIB);
        (void) put_many(0, rows[i].n, rows[i].kind, NOW - rows[i].idle);
        s = record(rows[i].kind, NOW).state;
        before = count_in(s, 0, rows[i].n);
        lost_live = put_many(100000, 100000 + rows[i].nflood, rows[i].flood,
                             NOW);
        lost = before - count_in(s, 0, rows[i].n);
        c = counts();

        printf("flood: %u made-up keys at %u %s sessions in 1 MiB: %u of them"
               " lost, %llu made-up ones pushed out, %llu refused\n",
               rows[i].nflood, before, rows[i].kind == CLOSED ? "dead" : "live",
               lost, (unsigned long long) c.evicted,
               (unsigned long long) c.refused);

        assert_true(lost <= (rows[i].may_go ? before / rows[i].may_go : 0));
        assert_int_equal(c.issued, 0);
        assert_int_equal(c.evicted + c.refused, lost_live);
        assert_true(c.collisions >= c.evicted);
    }

    assert_true(c.evicted > 1900000);
    assert_int_equal(c.live + c.evicted + c.refused, 2010000);
}


#define FUNCTIONS  38            /* the first tests; rooms follow */


int
main(void)
{
    size_t             i;
    struct CMUnitTest  tests[] = {
        table_test(sizes), table_test(unknown_leaves_no_trace),
        table_test(every_kind), table_test(what_is_not_kept),
        table_test(reasons), table_test(times), table_test(locks_while_held),
        table_test(identity_is_body_and_place),
        table_test(new_ones_go_where_there_is_more_room),
        table_test(order_of_eviction), table_test(powers),
        table_test(killed_at_every_crash_point),
        table_test(own_limits_are_kept_once),
        table_test(own_limits_when_there_are_too_many),
        table_test(own_limits_stay_with_the_record),
        table_test(own_limits_that_are_none), table_test(glimpse),
        table_test(touch), table_test(touch_of_what_is_not_there),
        table_test(notes), table_test(deaths), table_test(count_by_state),
        table_test(report_once_a_period), table_test(copy_to_another_size),
        table_test(copy_to_a_table_too_small),
        table_test(copy_finds_what_was_moved), table_test(stored_digests),
        table_test(owners), table_test(owners_as_proc_tells),
        table_test(lock_of_a_killed_process),
        table_test(lock_of_the_living_is_waited_for),
        table_test(what_happens_while_one_waits), table_test(settled),
        table_test(settled_where_both_have_marks), table_test(capacity),
        table_test(visitors_push_out_none_in_use),
        table_test(a_session_finds_room), table_test(floods),
        [FUNCTIONS + SIZE(rooms) - 1] = { 0 }
    };

    for (i = 0; i < SIZE(rooms); i++) {
        tests[FUNCTIONS + i] = (struct CMUnitTest) {
            rooms[i].text, test_room, set_up, tear_down, (void *) &rooms[i]
        };
    }

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(TEST_TIMEOUT);

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}

/*
 * What tests of the session table are written in: kinds of records, and what
 * lies where.  To be included after ssec_test_table.h.
 */

#ifndef SSEC_TEST_SCENE_H
#define SSEC_TEST_SCENE_H


#include <cmocka.h>

/* rows override the macros' defaults, and end with what they name last */
#pragma GCC diagnostic ignored "-Woverride-init"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"


#define NOW       1000000000ULL
#define LONG_AGO  (NOW - 3600000)

/* the buckets that most tests play in */
#define A         100
#define B         200
#define C         300
#define D         400

#define MIB       (((1 << 20) - SSEC_TABLE_HEADER) / (64 + 8))
#define SIZE(a)   (sizeof(a) / sizeof((a)[0]))


typedef enum {
    NONE = 0,
    CLOSED,
    EXPIRED,
    TOLD,                        /* expired, and a client was told so */
    HEARSAY,                     /* expired: not issued, presented once */
    CLOSED_HEARSAY,
    VISITOR,
    WAS_USER,                    /* a visitor's that was a user's */
    GUEST,                       /* likewise, with a key that was not issued */
    FIRST_OFF,                   /* a visitor's from its first request on */
    INVENTED,                    /* live: not issued, presented once */
    LIVE,                        /* not issued, used */
    FRESH,                       /* issued, not presented */
    PRESENTED,                   /* issued, presented once */
    ISSUED,                      /* issued, used */
    KINDS,

    OLD_NAME,                    /* names of sessions: a replaced one, */
    FRESH_NAME,                  /* one that was not presented, */
    NAME,                        /* one that was, */
    ORPHAN                       /* and one whose session is not there */
} kind_e;


/* A record of a kind: one in two of most kinds was begun by a login. */

static inline ssec_record_t
record(kind_e kind, uint64_t last)
{
    ssec_record_t  rec;

    static const ssec_record_t  kinds[KINDS] = {
        [CLOSED] = { .state = SSEC_CLOSED, .issued = 1, .presented = 1 },
        [EXPIRED] = { .state = SSEC_EXPIRED, .issued = 1, .presented = 1 },
        [TOLD] = { .state = SSEC_EXPIRED, .issued = 1, .presented = 1,
                   .told = 1 },
        [HEARSAY] = { .state = SSEC_EXPIRED, .presented = 1 },
        [CLOSED_HEARSAY] = { .state = SSEC_CLOSED, .presented = 1 },
        [VISITOR] = { .state = SSEC_VISITOR, .issued = 1, .presented = 1 },
        [WAS_USER] = { .state = SSEC_VISITOR, .issued = 1, .presented = 1,
                       .left = 1 },
        [GUEST] = { .state = SSEC_VISITOR, .presented = 1, .used = 1,
                    .left = 1, .login = 1 },
        [FIRST_OFF] = { .state = SSEC_VISITOR, .presented = 1 },
        [INVENTED] = { .state = SSEC_LIVE, .presented = 1 },
        [LIVE] = { .state = SSEC_LIVE, .presented = 1, .used = 1 },
        [FRESH] = { .state = SSEC_LIVE, .issued = 1 },
        [PRESENTED] = { .state = SSEC_LIVE, .issued = 1, .presented = 1 },
        [ISSUED] = { .state = SSEC_LIVE, .issued = 1, .presented = 1,
                     .used = 1 }
    };

    rec = kinds[kind];

    if (kind == NONE) {
        return rec;
    }

    if (rec.state == SSEC_EXPIRED || rec.state == SSEC_CLOSED) {
        rec.reason = SSEC_REASON_LIFETIME;
    }

    if (kind != HEARSAY && kind != CLOSED_HEARSAY && kind != FIRST_OFF) {
        rec.login |= last & 1;
    }

    rec.created = (last - 640) & ~63ULL;
    rec.last = last;

    return rec;
}


static ssec_table_t  table;
static const char   *test_at = "";     /* a failure begins with this */


#define is_live(kind)  ((kind) >= INVENTED && (kind) < KINDS)
#define is_name(kind)  ((kind) > KINDS)

#define at(first, second, number)                                             \
    test_digest_at(&table, first, second, number)
#define place(bucket, slot, digest, rec)                                      \
    test_place(&table, bucket, slot, digest, rec)
#define put(digest, kind, last)                                               \
    test_put(&table, digest, record(kind, last))
#define last_of(digest)  (test_get(&table, digest).last)
#define own(limits)  ssec_table_own(&table, (ssec_own_t[]) { limits })
#define clear(bucket, slot)  ssec_set_word(&table, bucket, slot, 0)
#define lock_of(bucket)  (&table.buckets[bucket].lock)
#define state_in(bucket, slot)                                                \
    ssec_slot_state(ssec_word(&table, bucket, slot))
#define rename_at(key, name, now)                                             \
    ssec_table_rename(&table, (ssec_digest_t[]) { key },                      \
                      (ssec_digest_t[]) { name }, now)
#define new_table(nbuckets)                                                   \
    (test_table_unmap(&table), test_table_map(&table, nbuckets))


static inline ssec_own_t
limits(uint32_t warn_after, uint32_t expire_after, uint32_t max_lifetime)
{
    return (ssec_own_t) { warn_after, expire_after, max_lifetime };
}


static inline ssec_record_t
with_own(ssec_record_t rec, const ssec_own_t *limits)
{
    rec.own = limits;

    return rec;
}


static inline ssec_counts_t
counts(void)
{
    ssec_counts_t  c;

    ssec_table_count(&table, &c);

    return c;
}


static inline void
assert_at(const char *what, uint64_t got, uint64_t expected)
{
    if (got != expected) {
        fail_msg("%s: %s is %llu, not %llu", test_at, what,
                 (unsigned long long) got, (unsigned long long) expected);
    }
}


static inline void
assert_record(ssec_record_t rec, ssec_record_t expected)
{
    expected = test_kept(expected);

    assert_at("state", rec.state, expected.state);
    assert_at("reason", rec.reason, expected.reason);
    assert_at("issued", rec.issued, expected.issued);
    assert_at("presented", rec.presented, expected.presented);
    assert_at("used", rec.used, expected.used);
    assert_at("told", rec.told, expected.told);
    assert_at("left", rec.left, expected.left);
    assert_at("login", rec.login, expected.login);
    assert_at("created", rec.created, expected.created);
    assert_at("last", rec.last, expected.last);
    assert_at("its limits", test_same(&rec, &expected), true);
}


static inline void
assert_known(ssec_digest_t digest, ssec_record_t expected)
{
    assert_record(test_get(&table, digest), expected);
    assert_at("records", test_records_of(&table, digest),
              expected.state != SSEC_UNKNOWN);
}


static inline void
assert_unknown(ssec_digest_t digest)
{
    assert_known(digest, record(NONE, 0));
}


static inline void
assert_free(void)
{
    assert_int_equal(test_locks(&table), 0);
    assert_int_equal(atomic_load(&table.header->lock), 0);
}


/* No lock is stuck, whoever left it. */

static inline void
assert_unlockable(void)
{
    uint32_t  b;

    for (b = 0; b < table.nbuckets; b++) {
        ssec_lock(&table, b);
        ssec_unlock(&table, b);
    }

    (void) ssec_table_lock_notes(&table);
    ssec_table_unlock_notes(&table);
    assert_free();
}


static inline int
set_up(void **state)
{
    (void) state;

    test_at = "a record";

#ifdef SSEC_TEST_HOOKS_H
    test_reset_hooks();
#endif

    test_table_map(&table, 1024);

    return 0;
}


static inline int
tear_down(void **state)
{
    (void) state;

    test_table_unmap(&table);

    return 0;
}

#define TEST(name)        static void name(void **state __attribute__((unused)))
#define table_test(name)  cmocka_unit_test_setup_teardown(name, set_up,       \
                                                          tear_down)


/* What is stored under this digest, be it a name. */

static inline unsigned
slot_state(ssec_digest_t digest)
{
    ssec_entry_t  entry;

    entry.digest = digest;
    ssec_seek(&table, &entry);
    ssec_table_leave(&table, &entry);

    return entry.found ? state_in(entry.bucket, entry.slot) : SSEC_SLOT_FREE;
}


/* The table goes on in one of this size. */

static inline void
copy_to(uint32_t nbuckets)
{
    ssec_table_t  from;

    from = table;
    test_table_map(&table, nbuckets);
    ssec_table_copy(&table, &from, 0);

    assert_int_equal(test_locks(&from), 0);
    assert_int_equal(atomic_load(&from.header->lock), 0);
    test_table_unmap(&from);
}


/* What lies in the table: each one's digest has its index as its number. */

typedef struct {
    uint32_t  bucket;
    unsigned  slot;
    uint32_t  first;
    uint32_t  second;
    kind_e    kind;
    unsigned  plus;              /* last, after NOW; of a name its session */
    uint16_t  when;              /* a name was given, or replaced; of a
                                    session the number of its limits */
} there_t;

#define THERE  16

#define ONE(in, slot, first, second, ...)                                     \
    { in, slot, first, second, __VA_ARGS__ }

#define THREE(in, first, second, kind, plus)                                  \
    { in, 0, first, second, kind, plus },                                     \
    { in, 1, first, second, kind, (plus) + 1 },                               \
    { in, 2, first, second, kind, (plus) + 2 }


static inline ssec_digest_t
digest_of(const there_t *there, unsigned n)
{
    return at(there[n].first, there[n].second, n);
}


/* Of a name that is its session's. */

static inline ssec_record_t
record_of(const there_t *there, unsigned n)
{
    ssec_record_t  rec;

    if (there[n].kind == ORPHAN) {
        return record(NONE, 0);
    }

    if (is_name(there[n].kind)) {
        n = there[n].plus;
    }

    rec = record(there[n].kind, NOW + there[n].plus);
    rec.own = there[n].when ? own(limits(there[n].when, 2, 3)) : NULL;

    return rec;
}


static inline void
set_scene(const there_t *there)
{
    unsigned        n;
    const there_t  *t;

    static const unsigned  names[] = {
        SSEC_SLOT_OLD_NAME, SSEC_SLOT_FRESH_NAME, SSEC_SLOT_NAME,
        SSEC_SLOT_NAME
    };

    for (n = 0; there[n].kind != NONE; n++) {
        t = &there[n];

        if (!is_name(t->kind)) {
            place(t->bucket, t->slot, digest_of(there, n),
                  record_of(there, n));
            continue;
        }

        test_place_name(&table, t->bucket, t->slot, digest_of(there, n),
                        t->kind == ORPHAN ? test_digest(n)
                                          : digest_of(there, t->plus),
                        names[t->kind - OLD_NAME]);
        table.own[(size_t) t->bucket * SSEC_OWN_SLOTS + t->slot] = t->when;
    }
}


/* All is as it was, but for the one that is gone. */

static inline void
assert_scene(const there_t *there, int gone)
{
    unsigned  n;

    for (n = 0; there[n].kind != NONE; n++) {
        assert_record(test_get(&table, digest_of(there, n)),
                      (int) n == gone ? record(NONE, 0) : record_of(there, n));
        assert_at("records", test_records_of(&table, digest_of(there, n)),
                  (int) n != gone);
    }
}


#endif /* SSEC_TEST_SCENE_H */

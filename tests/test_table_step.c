/*
 * Killed at any instruction: a child goes through an operation on the table
 * one instruction at a time.  Whenever that changes the shared memory, what is
 * there is what a SIGKILL would have left, and another process must find its
 * way in a copy of it.  Build it with optimization, as the module is.
 */

#include <errno.h>
#include <signal.h>
#include <sys/types.h>


/* an owner that is dead before the child is, whoever else has this id */
#define LONG_GONE  ((1 << 22) - 1)


static pid_t  gone;              /* counts as dead, too */


static int
test_kill(pid_t pid, int sig)
{
    if (pid == gone || pid == LONG_GONE) {
        errno = ESRCH;
        return -1;
    }

    return kill(pid, sig);
}


#define kill(pid, sig)  test_kill(pid, sig)

#include "ssec_test_table.h"

#undef kill

#include <sys/ptrace.h>

#include <cmocka.h>


#define NOW  1000000000ULL

#define A    100
#define B    200
#define C    300
#define D    400

#define MAX_RECORDS  12
#define MAX_STEPS    100000


typedef struct {
    ssec_digest_t  digest;
    ssec_record_t  record;
    bool           may_go;       /* to be pushed out */
} known_t;


typedef struct {                 /* of known[0], or of none */
    ssec_digest_t  digest;
    bool           lost;         /* it leads nowhere, at first */
} name_t;


typedef enum {
    PUT = 0,
    TOUCH,
    PRESENT,                     /* a name */
    RENAME,
    REPLACE,
    LIMIT                        /* new limits are added */
} operation_e;


typedef struct {
    const char    *name;
    unsigned       nknown;
    known_t        known[MAX_RECORDS];
    unsigned       nnames;
    name_t         names[MAX_RECORDS];

    operation_e    operation;    /* what the child does */
    ssec_digest_t  digest;
    ssec_record_t  before;
    ssec_record_t  after;
    bool           orphan;       /* it is the name of none, at least once */
    bool           dead;         /* it is the name of a session that ended */
    bool           overwritten;  /* it is a name, which is closed in between */
} scene_t;


static ssec_table_t  table;      /* the child's, and a copy of it */
static ssec_table_t  copy;
static scene_t       scene;

static ssec_own_t    limits = { 1, 2, 3 };
static ssec_own_t    others = { 4, 5, 6 };


static ssec_record_t
record(ssec_state_e state, uint64_t last)
{
    return (ssec_record_t) { .state = state, .issued = true,
                             .presented = true, .used = state == SSEC_LIVE,
                             .login = true,
                             .created = (last - 640) & ~63ULL, .last = last };
}


static void
place(uint32_t bucket, unsigned slot, ssec_digest_t digest, ssec_record_t rec)
{
    test_place(&table, bucket, slot, digest, rec);
}


static void
add(uint32_t first, uint32_t second, uint32_t in, unsigned slot)
{
    known_t  *k;

    k = &scene.known[scene.nknown];

    k->digest = test_digest_at(&table, first, second, scene.nknown);
    k->record = record(SSEC_LIVE, NOW + scene.nknown);
    place(in, slot, k->digest, k->record);

    scene.nknown++;
}


/* A name of the first that is known; of none, if there is none yet. */

static void
add_name(uint32_t first, uint32_t second, unsigned slot, unsigned state)
{
    name_t         *name;
    ssec_digest_t   root;

    name = &scene.names[scene.nnames];
    root = scene.nknown ? scene.known[0].digest
                        : test_digest_at(&table, D, A, 99);

    name->digest = test_digest_at(&table, first, second, 20 + scene.nnames);
    name->lost = (scene.nknown == 0);

    test_place_name(&table, first, slot, name->digest, root, state);

    scene.nnames++;
}


static void
fill(uint32_t second_of_a, uint32_t second_of_b)
{
    unsigned  i;

    for (i = 0; i < 3; i++) {
        add(A, second_of_a, A, i);
        add(B, second_of_b, B, i);
    }
}


/* What the child does; false when there are no more. */

static bool
set_scene(unsigned n)
{
    ssec_digest_t  d;

    memset(&scene, 0, sizeof(scene));
    test_table_map(&table, 1024);

    d = test_digest_at(&table, A, B, 50);
    scene.digest = d;
    scene.after = record(SSEC_LIVE, NOW + 100000);

    switch (n) {

    case 0:
        scene.name = "new, into an empty table";
        return true;

    case 1:
        scene.name = "new, beside others";
        add(A, C, A, 0);
        add(B, D, B, 1);
        table.buckets[A].body[1] = 77;
        return true;

    case 2:
        scene.name = "new, a record of the first bucket is moved";
        fill(C, D);
        return true;

    case 3:
        scene.name = "new, a record of the second bucket is moved";
        fill(B, D);
        return true;

    case 4:
        scene.name = "new, another is pushed out";
        fill(B, A);
        scene.known[0].may_go = true;
        return true;

    case 5:
        scene.name = "touched in the first bucket";
        scene.before = record(SSEC_LIVE, NOW + 100000 - 5);
        scene.after.created = scene.before.created;
        add(A, B, A, 0);
        place(A, 1, d, scene.before);
        return true;

    case 6:
        scene.name = "touched in the second bucket";
        scene.before = record(SSEC_LIVE, NOW + 100000 - 5);
        scene.after.created = scene.before.created;
        add(A, B, A, 0);
        place(B, 2, d, scene.before);
        return true;

    case 7:
        scene.name = "expired";
        scene.before = record(SSEC_LIVE, NOW);
        scene.after = record(SSEC_EXPIRED, NOW);
        place(A, 1, d, scene.before);
        return true;

    case 8:
        scene.name = "brought back to life";
        scene.before = record(SSEC_CLOSED, NOW);
        place(A, 1, d, scene.before);
        return true;

    case 9:
        scene.name = "settled, and there is a copy";
        scene.before = record(SSEC_LIVE, NOW);
        scene.after.created = scene.before.created;
        place(A, 1, d, scene.before);
        place(B, 2, d, scene.before);
        atomic_store(&table.buckets[A].lock, 2U << SSEC_MOVING);
        return true;

    case 10:
        scene.name = "settled, and there is no copy";
        scene.before = record(SSEC_LIVE, NOW);
        scene.after.created = scene.before.created;
        place(A, 1, d, scene.before);
        table.buckets[B].body[2] = d.body;
        atomic_store(&table.buckets[A].lock, 2U << SSEC_MOVING);
        atomic_store(&table.buckets[B].lock, LONG_GONE);
        return true;

    case 11:
        scene.name = "settled, where the second bucket is marked too";
        scene.before = record(SSEC_LIVE, NOW);
        scene.after.created = scene.before.created;
        place(A, 1, d, scene.before);
        place(B, 2, d, scene.before);
        add(B, C, B, 0);
        place(C, 1, scene.known[0].digest, scene.known[0].record);
        atomic_store(&table.buckets[A].lock, 2U << SSEC_MOVING);
        atomic_store(&table.buckets[B].lock, 1U << SSEC_MOVING | LONG_GONE);
        return true;

    case 12:
        scene.name = "new, after a move of another was settled";
        fill(C, D);
        place(C, 0, scene.known[4].digest, scene.known[4].record);
        atomic_store(&table.buckets[A].lock, 3U << SSEC_MOVING);
        return true;

    case 13:
        scene.name = "new, a record with limits of its own is moved";
        fill(C, D);
        scene.known[0].record.own = ssec_table_own(&table, &limits);
        place(A, 0, scene.known[0].digest, scene.known[0].record);
        return true;

    case 14:
        scene.name = "other limits of its own";
        scene.before = record(SSEC_LIVE, NOW + 100000);
        scene.before.own = ssec_table_own(&table, &limits);
        scene.after.own = ssec_table_own(&table, &others);
        place(A, 1, d, scene.before);
        return true;

    case 15:
        scene.name = "brought back to life, with limits of its own";
        scene.before = record(SSEC_EXPIRED, NOW);
        scene.after.own = ssec_table_own(&table, &others);
        place(B, 1, d, scene.before);
        return true;

    case 16:
        scene.name = "a visitor that logs in";
        scene.before = record(SSEC_VISITOR, NOW);
        scene.before.own = ssec_table_own(&table, &limits);
        place(A, 1, d, scene.before);
        return true;

    case 17:
        scene.name = "touched without being held";
        scene.operation = TOUCH;
        scene.before = record(SSEC_LIVE, NOW + 100000 - 5);
        scene.after.created = scene.before.created;
        place(A, 1, d, scene.before);
        return true;

    case 18:
        scene.name = "a new name is presented";
        scene.operation = PRESENT;
        add(A, B, A, 0);
        add_name(C, D, 0, SSEC_SLOT_FRESH_NAME);
        return true;

    case 19:
        scene.name = "renamed for the first time";
        scene.operation = RENAME;
        add(C, D, C, 0);
        return true;

    case 20:
        scene.name = "renamed for the first time, with limits of its own";
        scene.operation = RENAME;
        add(C, D, D, 1);
        scene.known[0].record.own = ssec_table_own(&table, &limits);
        place(D, 1, scene.known[0].digest, scene.known[0].record);
        return true;

    case 21:
        scene.name = "renamed again";
        scene.operation = RENAME;
        add(A, C, A, 0);
        add_name(D, B, 0, SSEC_SLOT_NAME);
        return true;

    case 22:
        scene.name = "renamed again, a record of the first bucket is moved";
        scene.operation = RENAME;
        fill(C, D);
        add_name(D, C, 0, SSEC_SLOT_NAME);
        return true;

    case 23:
        scene.name = "renamed again, an old name is pushed out";
        scene.operation = RENAME;
        fill(B, A);
        scene.nknown = 5;
        add_name(C, D, 0, SSEC_SLOT_NAME);
        add_name(B, A, 2, SSEC_SLOT_OLD_NAME);
        scene.nnames = 1;
        return true;

    case 24:
        scene.name = "renamed to a name of no session";
        scene.operation = RENAME;
        add_name(A, B, 0, SSEC_SLOT_NAME);
        scene.digest = scene.names[0].digest;
        scene.nnames = 0;
        scene.overwritten = true;
        add(C, D, C, 0);
        add_name(D, C, 1, SSEC_SLOT_NAME);
        return true;

    case 25:
        scene.name = "renamed to the key of a session that has ended";
        scene.operation = RENAME;
        scene.before = record(SSEC_CLOSED, NOW);
        place(A, 1, d, scene.before);
        add(C, D, C, 0);
        add_name(D, C, 1, SSEC_SLOT_NAME);
        return true;

    case 26:
        scene.name = "begun in the place of a name of no session";
        add_name(A, B, 0, SSEC_SLOT_NAME);
        scene.digest = scene.names[0].digest;
        scene.nnames = 0;
        scene.orphan = true;
        return true;

    case 27:
        scene.name = "a session of its own in the place of a name";
        scene.operation = REPLACE;
        add(C, D, C, 0);
        add_name(A, B, 0, SSEC_SLOT_OLD_NAME);
        scene.digest = scene.names[0].digest;
        scene.nnames = 0;
        scene.orphan = true;
        scene.before = scene.known[0].record;
        return true;

    case 28:
        scene.name = "new, two records are moved";
        fill(C, A);
        scene.nknown--;
        add(C, D, C, 0);
        add(C, D, C, 1);
        add(C, D, C, 2);
        ssec_set_word(&table, B, 2, 0);
        add(B, A, B, 2);
        return true;

    case 29:
        scene.name = "new, a record is moved back to its first bucket";
        fill(B, A);
        scene.nknown = 0;
        add(C, A, A, 0);
        add(C, A, A, 1);
        add(C, A, A, 2);
        add(B, A, B, 0);
        add(B, A, B, 1);
        add(B, A, B, 2);
        return true;

    case 30:
        scene.name = "settled, where a record was moved back";
        scene.before = record(SSEC_LIVE, NOW);
        scene.after.created = scene.before.created;
        place(A, 1, d, scene.before);
        place(B, 2, d, scene.before);
        atomic_store(&table.buckets[A].lock, 2U << SSEC_MOVING | LONG_GONE);
        atomic_store(&table.buckets[B].lock, LONG_GONE);
        return true;

    case 31:
        scene.name = "new limits";
        scene.operation = LIMIT;
        (void) ssec_table_own(&table, &limits);
        add(A, B, A, 0);
        scene.known[0].record.own = ssec_table_own(&table, &limits);
        place(A, 0, scene.known[0].digest, scene.known[0].record);
        return true;

    case 32:
        scene.name = "renamed to a key that was replaced";
        scene.operation = RENAME;
        add(C, D, C, 0);
        add_name(A, B, 0, SSEC_SLOT_OLD_NAME);
        table.own[(size_t) A * SSEC_OWN_SLOTS] =
            (uint16_t) (NOW >> SSEC_NAME_TIME);
        scene.digest = scene.names[0].digest;
        scene.nnames = 0;
        scene.overwritten = true;
        add_name(D, C, 1, SSEC_SLOT_NAME);
        return true;

    case 33:
        scene.name = "renamed to a closed session's key, with limits";
        scene.operation = RENAME;
        scene.before = record(SSEC_CLOSED, NOW);
        scene.before.own = ssec_table_own(&table, &limits);
        place(A, 1, d, scene.before);
        add(C, D, C, 0);
        add_name(D, C, 1, SSEC_SLOT_NAME);
        return true;

    case 34:
        scene.name = "a visitor's that has left";
        scene.before = record(SSEC_LIVE, NOW + 100000);
        scene.after = record(SSEC_VISITOR, NOW + 100000);
        scene.after.left = true;
        place(A, 1, d, scene.before);
        return true;

    case 35:
        scene.name = "renamed to the name of a session that has ended";
        scene.operation = RENAME;
        scene.dead = true;
        scene.before = record(SSEC_CLOSED, NOW);
        place(D, 2, test_digest_at(&table, D, B, 98), scene.before);
        test_place_name(&table, A, 1, d, test_digest_at(&table, D, B, 98),
                        SSEC_SLOT_OLD_NAME);
        add(C, D, C, 0);
        add_name(D, C, 1, SSEC_SLOT_NAME);
        return true;

    default:
        test_table_unmap(&table);
        return false;
    }
}


static ssec_record_t
checked(ssec_digest_t digest, bool orphan, unsigned *found)
{
    unsigned       n;
    ssec_record_t  rec;

    rec = test_get(&copy, digest);
    n = test_records_of(&copy, digest);

    /* only a name of no session is a record without one */

    assert_int_equal(n, rec.state != SSEC_UNKNOWN || orphan);
    *found += n;

    return rec;
}


static void
check_known(const known_t *k, unsigned *found)
{
    ssec_record_t  rec;

    rec = checked(k->digest, false, found);

    if (rec.state != SSEC_UNKNOWN || !k->may_go) {
        assert_true(test_same(&rec, &k->record));
    }
}


static void
check_name(const name_t *name, unsigned *found)
{
    ssec_record_t  rec;

    rec = checked(name->digest, name->lost, found);

    if (name->lost) {
        assert_int_equal(rec.state, SSEC_UNKNOWN);

    } else {
        assert_true(test_same(&rec, &scene.known[0].record));
    }
}


static void
check_put(unsigned *found)
{
    ssec_record_t  rec;

    rec = checked(scene.digest, scene.orphan, found);

    /* a name that is written over is closed in between */

    if (test_same(&rec, &scene.after)
        || (scene.orphan && (rec.state == SSEC_UNKNOWN
                             || rec.state == SSEC_CLOSED)))
    {
        return;
    }

    /* the creation time and the limits count of the living only */

    if (scene.before.state != SSEC_LIVE) {
        rec.created = scene.before.created;
        rec.own = scene.before.own;
    }

    /* or are all that has changed */

    if (rec.own && ssec_same_own(rec.own, &others)) {
        rec.own = scene.before.own;
    }

    assert_true(test_same(&rec, &scene.before));
}


/* It is the session's key, or that of none, or of what has ended. */

static void
check_renamed(unsigned *found)
{
    ssec_record_t  rec;

    rec = test_get(&copy, scene.digest);
    *found += test_records_of(&copy, scene.digest);

    assert_false(scene.dead && rec.state == SSEC_UNKNOWN);

    if (rec.state == SSEC_CLOSED) {
        assert_true(scene.before.state == SSEC_CLOSED || scene.overwritten);

    } else if (rec.state != SSEC_UNKNOWN) {
        assert_true(test_same(&rec, &scene.known[0].record));
    }
}


static void
check_operation(unsigned *found)
{
    const ssec_own_t  *own;

    switch (scene.operation) {

    case PUT:
    case TOUCH:
    case REPLACE:
        check_put(found);
        break;

    case RENAME:
        check_renamed(found);
        break;

    case PRESENT:
        break;

    case LIMIT:
        own = ssec_table_own(&copy, &limits);
        assert_ptr_equal(own, &copy.header->own[1]);
        own = ssec_table_own(&copy, &others);
        assert_ptr_equal(own, &copy.header->own[2]);
        assert_true(ssec_same_own(own, &others));
        break;
    }
}


/* The key of a session that gets one more. */

static ssec_digest_t
renamed(void)
{
    return scene.nnames ? scene.names[0].digest : scene.known[0].digest;
}


/* And it goes on. */

static void
check_again(void)
{
    unsigned       found;
    ssec_record_t  rec;
    ssec_digest_t  key;

    found = 0;
    rec = scene.after;

    if (rec.own) {
        rec.own = ssec_table_own(&copy, rec.own);
    }

    switch (scene.operation) {

    case PUT:
    case TOUCH:
        (void) test_put(&copy, scene.digest, rec);
        check_put(&found);
        break;

    case REPLACE:
        (void) ssec_table_replace(&copy, &scene.digest, &rec);
        rec = checked(scene.digest, false, &found);
        assert_true(test_same(&rec, &scene.after));
        break;

    case RENAME:
        key = renamed();
        (void) ssec_table_rename(&copy, &key, &scene.digest, NOW);
        rec = checked(scene.digest, false, &found);
        assert_true(test_same(&rec, &scene.known[0].record));
        rec = test_get(&copy, key);
        assert_true(test_same(&rec, &scene.known[0].record));
        break;

    default:
        found = 1;
        break;
    }

    assert_int_equal(found, 1);
}


/* What is there now, as another process finds it, in this order or that. */

static void
check(pid_t child, bool backwards)
{
    unsigned       i, n, found;
    uint32_t       b;
    ssec_counts_t  counts;

    memcpy(copy.header, table.header, test_table_size(1024));
    gone = child;
    found = 0;

    if (backwards) {
        check_operation(&found);
    }

    n = scene.nknown;

    for (i = 0; i < n; i++) {
        check_known(&scene.known[backwards ? n - 1 - i : i], &found);
    }

    n = scene.nnames;

    for (i = 0; i < n; i++) {
        check_name(&scene.names[backwards ? n - 1 - i : i], &found);
    }

    if (!backwards) {
        check_operation(&found);
    }

    for (b = 0; b < copy.nbuckets; b++) {
        ssec_lock(&copy, b);
        ssec_unlock(&copy, b);
    }

    (void) ssec_table_lock_notes(&copy);
    ssec_table_unlock_notes(&copy);

    assert_int_equal(test_locks(&copy), 0);
    assert_int_equal(atomic_load(&copy.header->lock), 0);

    ssec_table_count(&copy, &counts);
    n = (unsigned) (counts.live + counts.expired + counts.closed
                    + counts.visitors + counts.names);

    /* old names, and places of sessions, are what nobody asked for */

    assert_in_range(n, found, found + 2 * (scene.operation == RENAME));

    check_again();

    gone = 0;
}


static bool
step(pid_t child)
{
    int  status;

    assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSTOPPED(status));

    return WSTOPSIG(status) == SIGTRAP;
}


static void
operate(void)
{
    ssec_digest_t   key;
    ssec_glimpse_t  glimpse;

    switch (scene.operation) {

    case PUT:
        (void) test_put(&table, scene.digest, scene.after);
        break;

    case TOUCH:
        (void) (ssec_table_glimpse(&table, &scene.digest, &glimpse)
                && ssec_table_touch(&table, &scene.digest, &glimpse,
                                    scene.after.last));
        break;

    case PRESENT:
        (void) test_get(&table, scene.names[0].digest);
        break;

    case RENAME:
        key = renamed();
        (void) ssec_table_rename(&table, &key, &scene.digest, NOW);
        break;

    case REPLACE:
        (void) ssec_table_replace(&table, &scene.digest, &scene.after);
        break;

    case LIMIT:
        (void) ssec_table_own(&table, &others);
        break;
    }
}


static pid_t
start(void)
{
    int    status;
    pid_t  pid;

    pid = fork();

    if (pid == 0) {
        table.owner = ssec_table_owner();

        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1) {
            _exit(1);
        }

        (void) raise(SIGSTOP);
        operate();
        (void) raise(SIGSTOP);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);

    return WIFSTOPPED(status) ? pid : 0;
}


static void
killed_at_any_instruction(void **state)
{
    pid_t     pid;
    unsigned  n, steps, changes;
    uint8_t  *seen;

    (void) state;

    test_table_map(&copy, 1024);
    seen = malloc(test_table_size(1024));
    assert_non_null(seen);

    for (n = 0; set_scene(n); n++) {
        pid = start();

        if (pid == 0) {
            print_message("no process may trace another here\n");
            skip();
        }

        memcpy(seen, table.header, test_table_size(1024));
        changes = 0;

        for (steps = 1; step(pid); steps++) {
            assert_true(steps < MAX_STEPS);

            if (memcmp(seen, table.header, test_table_size(1024)) == 0) {
                continue;
            }

            memcpy(seen, table.header, test_table_size(1024));
            changes++;

            check(pid, false);
            check(pid, true);
        }

        assert_true(changes >= 3);
        assert_int_equal(test_locks(&table), 0);

        printf("killed after each of %u instructions, %u different tables:"
               " %s\n", steps, changes, scene.name);

        (void) kill(pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
        test_table_unmap(&table);
    }

    free(seen);
    test_table_unmap(&copy);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(killed_at_any_instruction),
    };

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(120);

    return cmocka_run_group_tests_name("table, step by step", tests, NULL,
                                       NULL);
}

/*
 * Killed at any instruction: a child goes through an operation on the table
 * one instruction at a time.  Whenever that changes the shared memory, it is
 * as a SIGKILL would have left it, and another process must find its way in a
 * copy of it.  Build it with optimization, as the module is.
 *
 * Each row of scenes[] is a test: what lies in the table, and what the child
 * does.
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
#include "ssec_test_scene.h"

#undef kill

#include <sys/ptrace.h>


#define MAX_STEPS  100000

#define MARK(slot)  ((slot) + 1U) << SSEC_MOVING

/* the last activity of what the child puts, and a little before */
#define PUT_AT     (NOW + 100001)
#define BEFORE     (NOW + 99995)


typedef enum {
    PUT = 0,
    TOUCH,
    PRESENT,                     /* a name */
    RENAME,
    REPLACE,
    LIMIT                        /* new limits are added */
} operation_e;


typedef struct {
    const char   *text;
    there_t       there[THERE];
    operation_e   operation;
    kind_e        after;         /* the kind that is put; NONE: ISSUED */

    /* the key that the operation is on: at(A, B, 50), or of there[target] */

    unsigned      target;
    kind_e        before;        /* its session: it lies ... */
    uint64_t      last;
    uint32_t      bucket;        /* here, */
    unsigned      slot;
    bool          copied;        /* and in B's slot 2, too */

    unsigned      key;           /* RENAME: of there, that is replaced */
    int           may_go;        /* one of there that may be pushed out */

    struct {
        unsigned  of;            /* one of there lies in two places */
        uint32_t  bucket;
        unsigned  slot;
    }             twice;

    uint32_t      lock_a;
    uint32_t      lock_b;

    bool          own_before;    /* it has limits of its own */
    bool          own_after;

    bool          orphan;        /* the target is a name of none, at least
                                    once */
    bool          dead;          /* it is the name of one that has ended */
    bool          overwritten;   /* it is a name, which is closed in between */
} scene_t;

#define FILL(second_of_a, second_of_b)                                        \
    THREE(A, A, second_of_a, ISSUED, 1), THREE(B, B, second_of_b, ISSUED, 4)

#define SESSION(kind, when, b, s)                                             \
    .before = kind, .last = when, .bucket = b, .slot = s

/* a session that gets one more key, and a name of it */

#define NAMED  ONE(C, 0, C, D, ISSUED, 1), ONE(D, 1, D, C, NAME, 0)


static const scene_t  scenes[] = {
    { "new, into an empty table" },
    { "new, beside others",
      { ONE(A, 0, A, C, ISSUED, 1), ONE(B, 1, B, D, ISSUED, 2) } },
    { "new, a record of the first bucket is moved", { FILL(C, D) } },
    { "new, a record of the second bucket is moved", { FILL(B, D) } },
    { "new, another is pushed out", { FILL(B, A) }, .may_go = 1 },
    { "touched in the first bucket", { ONE(A, 0, A, B, ISSUED, 1) },
      SESSION(ISSUED, BEFORE, A, 1) },
    { "touched in the second bucket", { ONE(A, 0, A, B, ISSUED, 1) },
      SESSION(ISSUED, BEFORE, B, 2) },
    { "expired", .after = EXPIRED, SESSION(ISSUED, PUT_AT, A, 1) },
    { "brought back to life", SESSION(CLOSED, NOW + 1, A, 1) },
    { "settled, and there is a copy", SESSION(ISSUED, NOW + 1, A, 1),
      .copied = true, .lock_a = MARK(1) },
    { "settled, and there is no copy", SESSION(ISSUED, NOW + 1, A, 1),
      .lock_a = MARK(1), .lock_b = LONG_GONE },
    { "settled, where the second bucket is marked too",
      { ONE(B, 0, B, C, ISSUED, 1) }, SESSION(ISSUED, NOW + 1, A, 1),
      .copied = true, .twice = { 0, C, 1 }, .lock_a = MARK(1),
      .lock_b = MARK(0) | LONG_GONE },
    { "new, after a move of another was settled", { FILL(C, D) },
      .twice = { 2, C, 0 }, .lock_a = MARK(2) },
    { "new, a record with limits of its own is moved",
      { ONE(A, 0, A, C, ISSUED, 1, 1), ONE(A, 1, A, C, ISSUED, 2),
        ONE(A, 2, A, C, ISSUED, 3), THREE(B, B, D, ISSUED, 4) } },
    { "other limits of its own", SESSION(ISSUED, PUT_AT, A, 1),
      .own_before = true, .own_after = true },
    { "brought back to life, with limits of its own",
      SESSION(EXPIRED, NOW + 1, B, 1), .own_after = true },
    { "a visitor that logs in", SESSION(VISITOR, NOW + 1, A, 1),
      .own_before = true },
    { "touched without being held", .operation = TOUCH,
      SESSION(ISSUED, BEFORE, A, 1) },
    { "a new name is presented",
      { ONE(A, 0, A, B, ISSUED, 1), ONE(C, 0, C, D, FRESH_NAME, 0) },
      PRESENT, .key = 1 },
    { "renamed for the first time", { ONE(C, 0, C, D, ISSUED, 1) }, RENAME },
    { "renamed for the first time, with limits of its own",
      { ONE(D, 1, C, D, ISSUED, 1, 1) }, RENAME },
    { "renamed again",
      { ONE(A, 0, A, C, ISSUED, 1), ONE(D, 0, D, B, NAME, 0) },
      RENAME, .key = 1 },
    { "renamed again, a record of the first bucket is moved",
      { FILL(C, D), ONE(D, 0, D, C, NAME, 0) }, RENAME, .key = 6 },
    { "renamed again, an old name is pushed out",
      { THREE(A, A, B, ISSUED, 1), ONE(B, 0, B, A, ISSUED, 4),
        ONE(B, 1, B, A, ISSUED, 5), ONE(C, 0, C, D, NAME, 0),
        ONE(B, 2, B, A, OLD_NAME, 0) },
      RENAME, .key = 5, .may_go = 7 },
    { "renamed to a name of no session",
      { NAMED, ONE(A, 0, A, B, ORPHAN, 0) },
      RENAME, .key = 1, .target = 2, .overwritten = true },
    { "renamed to the key of a session that has ended", { NAMED },
      RENAME, .key = 1, SESSION(CLOSED, NOW + 1, A, 1) },
    { "begun in the place of a name of no session",
      { ONE(C, 0, C, D, ISSUED, 1), ONE(A, 0, A, B, ORPHAN, 0) },
      .target = 1, .orphan = true },
    { "a session of its own in the place of a name",
      { ONE(C, 0, C, D, ISSUED, 1), ONE(A, 0, A, B, OLD_NAME, 0) },
      REPLACE, .target = 1, SESSION(ISSUED, NOW + 1, 0, 0), .orphan = true },
    { "new, two records are moved",
      { FILL(C, A), THREE(C, C, D, ISSUED, 7) } },
    { "new, a record is moved back to its first bucket",
      { THREE(A, C, A, ISSUED, 1), THREE(B, B, A, ISSUED, 4) } },
    { "settled, where a record was moved back", SESSION(ISSUED, NOW + 1, A, 1),
      .copied = true, .lock_a = MARK(1) | LONG_GONE, .lock_b = LONG_GONE },
    { "new limits", { ONE(A, 0, A, B, ISSUED, 1, 1) }, LIMIT },
    { "renamed to a key that was replaced",
      { NAMED, ONE(A, 0, A, B, OLD_NAME, 0, NOW >> SSEC_NAME_TIME & 0xffff) },
      RENAME, .key = 1, .target = 2, .overwritten = true },
    { "renamed to a closed session's key, with limits", { NAMED },
      RENAME, .key = 1, SESSION(CLOSED, NOW + 1, A, 1), .own_before = true },
    { "a visitor's that was a user's", .after = WAS_USER,
      SESSION(ISSUED, PUT_AT, A, 1) },
    { "renamed to the name of a session that has ended",
      { NAMED, ONE(D, 2, D, B, CLOSED, 1), ONE(A, 1, A, B, OLD_NAME, 2) },
      RENAME, .key = 1, .target = 3, .dead = true }
};


static ssec_table_t    copy;     /* of the child's table */
static const scene_t  *scene;
static ssec_digest_t   target;
static ssec_record_t   before;
static ssec_record_t   after;

static ssec_record_t   known[THERE];

static ssec_own_t      first_limits = { 1, 2, 3 };
static ssec_own_t      other_limits = { 4, 5, 6 };


static void
set(void)
{
    unsigned  n;

    test_table_map(&table, 1024);

    target = scene->target ? digest_of(scene->there, scene->target)
                           : at(A, B, 50);

    /* bodies without a record */

    table.buckets[A].body[1] = 77;
    table.buckets[B].body[2] = target.body;

    set_scene(scene->there);

    for (n = 0; scene->there[n].kind != NONE; n++) {
        known[n] = record_of(scene->there, n);
    }

    before = record(scene->before, scene->last);
    after = record(scene->after ? scene->after : ISSUED, PUT_AT);

    if (is_live(scene->before)) {
        after.created = before.created;
    }

    if (scene->own_before) {
        before.own = ssec_table_own(&table, &first_limits);
    }

    if (scene->own_after) {
        after.own = ssec_table_own(&table, &other_limits);
    }

    if (scene->bucket) {
        place(scene->bucket, scene->slot, target, before);
    }

    if (scene->copied) {
        place(B, 2, target, before);
    }

    if (scene->twice.bucket) {
        place(scene->twice.bucket, scene->twice.slot,
              digest_of(scene->there, scene->twice.of), known[scene->twice.of]);
    }

    atomic_store(lock_of(A), scene->lock_a);
    atomic_store(lock_of(B), scene->lock_b);
}


static void
operate(ssec_table_t *t)
{
    ssec_digest_t   key;
    ssec_record_t   rec;
    ssec_glimpse_t  glimpse;

    key = digest_of(scene->there, scene->key);
    rec = after;

    if (rec.own && t == &copy) {
        rec.own = ssec_table_own(t, rec.own);
    }

    switch (scene->operation) {

    case PUT:
        (void) test_put(t, target, rec);
        break;

    case TOUCH:
        (void) (ssec_table_glimpse(t, &target, &glimpse)
                && ssec_table_touch(t, &target, &glimpse, rec.last));
        break;

    case PRESENT:
        (void) test_get(t, key);
        break;

    case RENAME:
        (void) ssec_table_rename(t, &key, &target, NOW);
        break;

    case REPLACE:
        (void) ssec_table_replace(t, &target, &rec);
        break;

    case LIMIT:
        (void) ssec_table_own(t, &other_limits);
        break;
    }
}


/* Only a name of no session is a record without one. */

static ssec_record_t
checked(ssec_digest_t digest, bool orphan, unsigned *found)
{
    unsigned       n;
    ssec_record_t  rec;

    rec = test_get(&copy, digest);
    n = test_records_of(&copy, digest);

    assert_at("records", n, rec.state != SSEC_UNKNOWN || orphan);
    *found += n;

    return rec;
}


static void
check_known(unsigned n, unsigned *found)
{
    bool           orphan;
    ssec_record_t  rec;

    if (scene->target && n == scene->target) {
        return;
    }

    orphan = (scene->there[n].kind == ORPHAN);
    rec = checked(digest_of(scene->there, n), orphan, found);

    if (rec.state != SSEC_UNKNOWN || (int) n + 1 != scene->may_go) {
        assert_record(rec, known[n]);
    }
}


static void
check_put(unsigned *found)
{
    ssec_record_t  rec;

    rec = checked(target, scene->orphan, found);

    /* a name that is written over is closed in between */

    if (test_same(&rec, &after)
        || (scene->orphan && (rec.state == SSEC_UNKNOWN
                              || rec.state == SSEC_CLOSED)))
    {
        return;
    }

    /* the creation time and the limits count of the living only */

    if (!is_live(scene->before)) {
        rec.created = before.created;
        rec.own = before.own;
    }

    /* or are all that has changed */

    if (rec.own && test_same_own(rec.own, &other_limits)) {
        rec.own = before.own;
    }

    assert_record(rec, before);
}


/* It is the session's key, or that of none, or of one that has ended. */

static void
check_renamed(unsigned *found)
{
    ssec_record_t  rec;

    rec = test_get(&copy, target);
    *found += test_records_of(&copy, target);

    assert_false(scene->dead && rec.state == SSEC_UNKNOWN);

    if (rec.state == SSEC_CLOSED) {
        assert_true(scene->before == CLOSED || scene->dead
                    || scene->overwritten);

    } else if (rec.state != SSEC_UNKNOWN) {
        assert_record(rec, known[0]);
    }
}


static void
check_operation(unsigned *found)
{
    if (scene->operation == RENAME) {
        check_renamed(found);

    } else if (scene->operation == LIMIT) {
        assert_ptr_equal(ssec_table_own(&copy, &first_limits),
                         &copy.header->own[1]);
        assert_ptr_equal(ssec_table_own(&copy, &other_limits),
                         &copy.header->own[2]);
        assert_true(test_same_own(&copy.header->own[2], &other_limits));

    } else if (scene->operation != PRESENT) {
        check_put(found);
    }
}


/* And it goes on. */

static void
check_again(void)
{
    unsigned  found;

    found = 0;
    operate(&copy);

    switch (scene->operation) {

    case PUT:
    case TOUCH:
        check_put(&found);
        break;

    case REPLACE:
        assert_record(checked(target, false, &found), after);
        break;

    case RENAME:
        assert_record(checked(target, false, &found), known[0]);
        assert_record(test_get(&copy, digest_of(scene->there, scene->key)),
                      known[0]);
        break;

    default:
        found = 1;
    }

    assert_int_equal(found, 1);
}


/* What is there now, as another process finds it, in this order or that. */

static void
check(pid_t child, bool backwards)
{
    unsigned       i, n, found;
    uint32_t       b;
    ssec_counts_t  c;

    memcpy(copy.header, table.header, test_table_size(1024));
    gone = child;
    found = 0;

    for (n = 0; scene->there[n].kind != NONE; n++) {
        /* void */
    }

    if (backwards) {
        check_operation(&found);
    }

    for (i = 0; i < n; i++) {
        check_known(backwards ? n - 1 - i : i, &found);
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

    ssec_table_count(&copy, &c);
    n = (unsigned) (c.live + c.expired + c.closed + c.visitors + c.names);

    /* old names, and places of sessions, are what nobody asked for */

    assert_in_range(n, found, found + 2 * (scene->operation == RENAME));

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
        operate(&table);
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
    size_t    size;
    unsigned  steps, changes;
    uint8_t  *seen;

    scene = *state;
    test_at = scene->text;
    size = test_table_size(1024);

    /* a lock that is stuck must not be a test that never ends */

    (void) alarm(TEST_TIMEOUT);

    set();
    test_table_map(&copy, 1024);
    seen = malloc(size);
    assert_non_null(seen);

    pid = start();

    if (pid == 0) {
        print_message("no process may trace another here\n");
        skip();
    }

    memcpy(seen, table.header, size);
    changes = 0;

    for (steps = 1; step(pid); steps++) {
        assert_true(steps < MAX_STEPS);

        if (memcmp(seen, table.header, size) != 0) {
            memcpy(seen, table.header, size);
            changes++;

            check(pid, false);
            check(pid, true);
        }
    }

    assert_true(changes >= 3);
    assert_free();

    printf("killed after each of %u instructions, %u different tables\n",
           steps, changes);

    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, NULL, 0);
    free(seen);
    test_table_unmap(&table);
    test_table_unmap(&copy);
}


int
main(void)
{
    size_t             i;
    struct CMUnitTest  tests[SIZE(scenes)];

    for (i = 0; i < SIZE(scenes); i++) {
        tests[i] = (struct CMUnitTest) {
            scenes[i].text, killed_at_any_instruction, NULL, NULL,
            (void *) &scenes[i]
        };
    }

    return cmocka_run_group_tests_name("table, step by step", tests, NULL,
                                       NULL);
}

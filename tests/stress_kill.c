/*
 * Writers that are killed at random moments, at a small table that is full.
 *
 * Every record can be checked for itself.  Each time a session comes to life
 * it gets a generation of its own, which its creation time tells; its last
 * activity is so many steps later, by a remainder that only this session has,
 * and so are the limits that it may have.  What a writer has done it notes only
 * after it let the session go, so that what is noted did happen.
 *
 * Every other session gets further keys.  Forgotten under one of them it may
 * live on under another, so that of these each life has its own notes.
 *
 * usage: stress_kill [kills [writers]]
 */

#include <sched.h>
#include <signal.h>
#include <time.h>
#include <sys/prctl.h>


/* Some moves and insertions take long enough to be killed in their midst. */

static unsigned  points;

#define ssec_crash_point(n)  if (++points % 32 == 0) { (void) sched_yield(); }

#include "ssec_test_table.h"


#define BUCKETS      1024
#define SESSIONS     1500        /* in 3072 records, with their names */
#define KEYS         3           /* each */
#define LIMITS       500         /* different ones */
#define MAX_LIVES    (1 << 24)   /* as many generations as there can be */
#define MAX_WRITERS  64

#define STEP         97          /* milliseconds; prime */
#define GENERATION   14          /* 2^14 milliseconds, far more than a life */
#define STUCK        10          /* seconds without an operation */
#define TIMEOUT      1800


typedef struct {
    _Atomic uint64_t  seen;      /* put and let go: generation, steps */
    _Atomic uint64_t  dying;     /* this generation may be dead, or gone */
    _Atomic uint64_t  dead;      /* this generation is dead */
    _Atomic uint64_t  lost;      /* this generation was found to be gone */
    _Atomic uint64_t  session;   /* of a life: whose it is, and one */
} note_t;


typedef struct {
    _Atomic uint64_t  operations;
    _Atomic uint32_t  owner;
} writer_t;


typedef struct {
    note_t            notes[SESSIONS];
    note_t            lives[MAX_LIVES];
    writer_t          writers[MAX_WRITERS];
    _Atomic uint64_t  generation;
    _Atomic uint64_t  lost;
    _Atomic uint64_t  wrong;
} shared_t;


typedef struct {
    pid_t             pid;
    pid_t             zombie;
    uint64_t          operations;
    time_t            when;
} child_t;


static ssec_table_t  table;
static shared_t     *shared;


static void
raise_to(_Atomic uint64_t *value, uint64_t to)
{
    uint64_t  old;

    old = atomic_load(value);

    while (old < to && !atomic_compare_exchange_weak(value, &old, to)) {
        /* void */
    }
}


static void
wrong(unsigned session, const ssec_record_t *rec, const char *what)
{
    if (atomic_fetch_add(&shared->wrong, 1) < 10) {
        fprintf(stderr, "session %u, state %d, created %llu, last %llu: %s\n",
                session, rec->state, (unsigned long long) rec->created,
                (unsigned long long) rec->last, what);
    }
}


static ssec_digest_t
key(unsigned session, unsigned k)
{
    return test_digest(k * SESSIONS + session);
}


static uint64_t
generation(const ssec_record_t *rec)
{
    return rec->created >> GENERATION;
}


static bool
is_renamed(unsigned session)
{
    return session % 2;
}


/* What is noted of the life that this record has. */

static note_t *
note_of(unsigned session, const ssec_record_t *rec)
{
    return is_renamed(session) ? &shared->lives[generation(rec) % MAX_LIVES]
                               : &shared->notes[session];
}


static uint64_t
version(const ssec_record_t *rec)
{
    return generation(rec) << 32 | (rec->last - rec->created) / STEP;
}


/* A session that is held is as the notes allow. */

static void
look(unsigned session, const ssec_record_t *rec)
{
    note_t    *note;
    uint64_t   seen;

    if (rec->state == SSEC_UNKNOWN && is_renamed(session)) {
        return;
    }

    note = note_of(session, rec);
    seen = atomic_load(&note->seen);

    if (rec->state == SSEC_UNKNOWN) {

        if (seen >> 32 > atomic_load(&note->dying)
            && seen >> 32 > atomic_load(&note->lost))
        {
            raise_to(&note->lost, seen >> 32);
            atomic_fetch_add(&shared->lost, 1);
        }

        return;
    }

    if (rec->state != SSEC_LIVE) {

        /* its creation time may be that of a life that did not begin */

        return;
    }

    if (rec->last < rec->created
        || (rec->last - rec->created) % STEP != session % STEP)
    {
        wrong(session, rec, "another's times");
        return;
    }

    if (atomic_load(&shared->lives[generation(rec) % MAX_LIVES].session)
        != session + 1)
    {
        wrong(session, rec, "another's life");
    }

    if (rec->own && rec->own->expire_after != 1 + session % LIMITS) {
        wrong(session, rec, "another's limits");
    }

    if (generation(rec) == 0
        || generation(rec) > atomic_load(&shared->generation))
    {
        wrong(session, rec, "a life that never was");
    }

    if (generation(rec) <= atomic_load(&note->dead)) {
        wrong(session, rec, "live again");
    }

    if (version(rec) < seen) {
        wrong(session, rec, "as it was before");
    }
}


/* The limits, which may be none, were asked for before it was held. */

static void
bring_to_life(unsigned session, ssec_record_t *rec, const ssec_own_t *own,
    uint64_t random)
{
    *rec = (ssec_record_t) {
        .state = SSEC_LIVE,
        .issued = random & 1,
        .presented = random & 2,
        .used = random & 4,
        .login = random & 8,
        .created = (atomic_fetch_add(&shared->generation, 1) + 1)
                   << GENERATION,
        .own = own
    };
    rec->last = rec->created + session % STEP;

    atomic_store(&shared->lives[generation(rec) % MAX_LIVES].session,
                 session + 1);
}


/* A session that is held: gives false if it is to be forgotten. */

static bool
change(unsigned session, ssec_entry_t *entry, const ssec_own_t *own,
    uint64_t random)
{
    ssec_record_t  *rec;

    rec = &entry->record;

    if (rec->state == SSEC_UNKNOWN) {
        bring_to_life(session, rec, own, random);

    } else if (random % 8 == 0) {

        /* this makes room: without it there would be nothing to move to */

        if (rec->state == SSEC_LIVE) {
            raise_to(&note_of(session, rec)->dying, generation(rec));
        }

        return false;

    } else if (rec->state == SSEC_LIVE) {

        if (random % 32 == 1) {
            raise_to(&note_of(session, rec)->dying, generation(rec));
            rec->state = (random & 32) ? SSEC_EXPIRED : SSEC_VISITOR;

        } else {
            rec->issued |= (random % 16 == 2);
            rec->used |= rec->presented;
            rec->presented = true;
            rec->last += STEP;
        }

    } else if (random % 4 == 1) {
        bring_to_life(session, rec, own, random);

    } else {
        rec->told |= (rec->state == SSEC_EXPIRED);
        rec->state = (random % 4 == 2) ? SSEC_CLOSED : rec->state;
    }

    return true;
}


/* One step more, if it lives still; if it lives again that is in its past. */

static void
touch(unsigned session, const ssec_digest_t *root)
{
    ssec_record_t   rec;
    ssec_glimpse_t  glimpse;

    if (!ssec_table_glimpse(&table, root, &glimpse)) {
        return;
    }

    rec.created = ssec_glimpse_created(&glimpse);
    rec.last = ssec_glimpse_last(&glimpse) + STEP;

    if (ssec_table_touch(&table, root, &glimpse, rec.last)) {
        raise_to(&note_of(session, &rec)->seen, version(&rec));
    }
}


/* The session is held. */

static void
operate_held(unsigned session, ssec_entry_t *entry, const ssec_own_t *own,
    uint64_t random)
{
    bool            keep;
    note_t         *note;
    uint64_t        was;
    ssec_record_t  *rec;

    rec = &entry->record;

    look(session, rec);

    if (rec->state == SSEC_LIVE && random >> 33 & 1) {
        ssec_table_leave(&table, entry);
        touch(session, &entry->digest);
        return;
    }

    note = note_of(session, rec);
    was = (rec->state == SSEC_LIVE) ? generation(rec) : 0;
    keep = change(session, entry, own, random);

    if (!keep) {
        ssec_set_word(&table, entry->bucket, entry->slot, 0);
        entry->found = false;
        rec->state = SSEC_UNKNOWN;
    }

    (void) ssec_table_release(&table, entry);

    if (rec->state == SSEC_LIVE) {
        raise_to(&note_of(session, rec)->seen, version(rec));

    } else if (keep) {
        raise_to(&note->dead, was);
    }
}


/* One more key, or a life of its own for one that there is. */

static void
rename_or_replace(unsigned session, const ssec_digest_t *digest,
    const ssec_own_t *own, uint64_t random)
{
    ssec_digest_t  name;
    ssec_record_t  rec;

    if (random & 15) {
        name = key(session, (unsigned) (random >> 8) % KEYS);
        (void) ssec_table_rename(&table, digest, &name, random << 10);
        return;
    }

    bring_to_life(session, &rec, own, random >> 4);
    (void) ssec_table_replace(&table, digest, &rec);
}


static void
operate(unsigned session, unsigned k, uint64_t random)
{
    ssec_own_t         limits;
    ssec_entry_t       entry;
    ssec_digest_t      digest;
    const ssec_own_t  *own;

    own = NULL;

    if (random >> 32 & 1) {
        limits = (ssec_own_t) { .expire_after = 1 + session % LIMITS };
        own = ssec_table_own(&table, &limits);
    }

    digest = key(session, is_renamed(session) ? k : 0);

    ssec_table_acquire(&table, &digest, &entry);
    operate_held(session, &entry, own, random);

    if (is_renamed(session) && (random >> 34 & 7) == 0) {
        rename_or_replace(session, &digest, own, random >> 40);
    }
}


static void
write_forever(unsigned number, uint64_t seed)
{
    writer_t  *w;

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void) alarm(0);

    w = &shared->writers[number];
    table.owner = ssec_table_owner();
    atomic_store(&w->owner, table.owner);

    for ( ;; ) {
        operate((unsigned) test_below(&seed, SESSIONS),
                (unsigned) test_below(&seed, KEYS), test_random(&seed));
        atomic_fetch_add(&w->operations, 1);
    }
}


/* The parent's look, at both buckets at once: there is one record at most. */

static void
look_at_both(unsigned session)
{
    unsigned      n;
    ssec_entry_t  entry, second;

    entry.digest = key(session, 0);
    entry.first = ssec_first_bucket(&table, entry.digest.place);
    entry.second = ssec_second_bucket(&table, entry.first, entry.digest.body);
    entry.record.state = SSEC_UNKNOWN;
    second = entry;

    ssec_lock_both(&table, entry.first, entry.second);

    n = ssec_find(&table, &entry, entry.first)
        + ssec_find(&table, &second, second.second);

    if (n == 2) {
        wrong(session, &entry.record, "twice");
    }

    look(session, entry.record.state != SSEC_UNKNOWN ? &entry.record
                                                     : &second.record);

    ssec_unlock(&table, entry.first);
    ssec_unlock(&table, entry.second);
}


static void
start(child_t *child, unsigned number, uint64_t seed)
{
    pid_t  pid;

    (void) fflush(NULL);
    atomic_store(&shared->writers[number].owner, 0);

    pid = fork();

    if (pid == -1) {
        perror("fork");
        exit(2);
    }

    if (pid == 0) {
        write_forever(number, seed);
    }

    child->pid = pid;
    child->operations = atomic_load(&shared->writers[number].operations);
    child->when = time(NULL);
}


/* Kills a writer, and leaves it to be reaped.  None may die by itself. */

static void
kill_writer(pid_t pid)
{
    siginfo_t  info;

    (void) kill(pid, SIGKILL);
    (void) waitid(P_PID, (id_t) pid, &info, WEXITED|WNOWAIT);

    if (info.si_code != CLD_KILLED || info.si_status != SIGKILL) {
        fprintf(stderr, "a writer died by itself: %s %d\n",
                info.si_code == CLD_EXITED ? "exit code" : "signal",
                info.si_status);
        atomic_fetch_add(&shared->wrong, 1);
    }
}


/* What the dead one held: not exact, the others may be quick to take it. */

static void
held(unsigned number, unsigned *holding, unsigned *moving)
{
    uint32_t  i, word, owner;
    unsigned  locks, marks;

    owner = atomic_load(&shared->writers[number].owner);
    locks = 0;
    marks = 0;

    for (i = 0; owner && i < table.nbuckets; i++) {
        word = atomic_load(&table.buckets[i].lock);

        if ((word & SSEC_OWNER) == owner) {
            locks++;
            marks += (word > SSEC_OWNER);
        }
    }

    *holding += (locks != 0);
    *moving += (marks != 0);
}


static unsigned
stuck(child_t *children, unsigned n)
{
    time_t    now;
    unsigned  i, count;
    uint64_t  operations;

    now = time(NULL);
    count = 0;

    for (i = 0; i < n; i++) {
        operations = atomic_load(&shared->writers[i].operations);

        if (operations != children[i].operations) {
            children[i].operations = operations;
            children[i].when = now;
        }

        count += (now - children[i].when > STUCK);
    }

    return count;
}


/* A record that has the place of no key: of a session that has several. */

static bool
has_its_own_place(uint32_t bucket, unsigned slot)
{
    uint64_t      session;
    ssec_entry_t  entry;

    ssec_unpack(&table, &entry, bucket, slot);

    if (entry.record.state == SSEC_UNKNOWN) {
        return false;
    }

    session = atomic_load(&shared->lives[generation(&entry.record)
                                         % MAX_LIVES].session);

    return session && is_renamed((unsigned) session - 1);
}


static int
compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(uint64_t));
}


/* At the end, when all are dead: every record is a session's, and its only. */

static void
look_at_all(void)
{
    unsigned         i, k, n, slot;
    uint32_t         b;
    ssec_digest_t    digest;
    ssec_record_t    none;
    static uint64_t  bodies[SESSIONS * KEYS], found[BUCKETS * SSEC_SLOTS];

    none = (ssec_record_t) { .state = SSEC_UNKNOWN };

    for (b = 0; b < table.nbuckets; b++) {
        ssec_lock(&table, b);
        ssec_unlock(&table, b);
    }

    (void) ssec_table_lock_notes(&table);
    ssec_table_unlock_notes(&table);

    if (test_locks(&table)) {
        wrong(0, &none, "a lock that nobody has");
    }

    for (i = 0; i < SESSIONS; i++) {
        look_at_both(i);

        for (k = 0; k < KEYS; k++) {
            bodies[k * SESSIONS + i] = key(i, k).body;
        }
    }

    qsort(bodies, SESSIONS * KEYS, sizeof(uint64_t), compare);
    n = 0;

    for (b = 0; b < table.nbuckets; b++) {
        for (slot = 0; slot < SSEC_SLOTS; slot++) {

            if (ssec_word(&table, b, slot) == 0) {
                continue;
            }

            digest = ssec_stored_digest(&table, b, slot);
            found[n++] = digest.body;

            if (!bsearch(&digest.body, bodies, SESSIONS * KEYS,
                         sizeof(uint64_t), compare)
                && !has_its_own_place(b, slot))
            {
                wrong(0, &none, "no session's record");
            }
        }
    }

    qsort(found, n, sizeof(uint64_t), compare);

    for (i = 1; i < n; i++) {
        if (found[i] == found[i - 1]) {
            wrong(0, &none, "two records of one session");
        }
    }
}


static void
timed_out(int sig)
{
    static const char  text[] = "stress_kill: the parent is stuck\n";

    (void) sig;
    (void) !write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(1);
}


int
main(int argc, char **argv)
{
    unsigned         i, k, n, kills, hung, holding, moving;
    uint64_t         seed, operations, result;
    child_t          children[MAX_WRITERS], *child;
    ssec_counts_t    counts;
    struct timespec  pause;

    kills = (argc > 1) ? (unsigned) atoi(argv[1]) : 500;
    n = (argc > 2) ? (unsigned) atoi(argv[2]) : 4;

    if (n == 0 || n > MAX_WRITERS) {
        fprintf(stderr, "from 1 to %d writers\n", MAX_WRITERS);
        return 2;
    }

    test_table_map(&table, BUCKETS);

    shared = mmap(NULL, sizeof(shared_t), PROT_READ|PROT_WRITE,
                  MAP_SHARED|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);

    if (shared == MAP_FAILED) {
        return 2;
    }

    (void) signal(SIGALRM, timed_out);
    (void) alarm(TIMEOUT);

    seed = (uint64_t) getpid();
    memset(children, 0, sizeof(children));

    for (i = 0; i < n; i++) {
        start(&children[i], i, test_random(&seed));
    }

    hung = 0;
    holding = 0;
    moving = 0;

    for (k = 0; k < kills && hung == 0; k++) {

        /* from microseconds to milliseconds, all alike */

        pause = (struct timespec) {
            .tv_nsec = (long) test_below(&seed,
                                         4096ULL << test_below(&seed, 12))
        };
        (void) nanosleep(&pause, NULL);

        i = (unsigned) test_below(&seed, n);
        child = &children[i];

        if (child->zombie) {
            (void) waitpid(child->zombie, NULL, 0);
            child->zombie = 0;
        }

        kill_writer(child->pid);
        held(i, &holding, &moving);

        /* one that is not reaped is dead, too */

        if (test_below(&seed, 2)) {
            child->zombie = child->pid;

        } else {
            (void) waitpid(child->pid, NULL, 0);
        }

        start(child, i, test_random(&seed));

        for (i = 0; i < 20; i++) {
            look_at_both((unsigned) test_below(&seed, SESSIONS));
        }

        hung = stuck(children, n);
    }

    operations = 0;

    for (i = 0; i < n; i++) {
        kill_writer(children[i].pid);
        (void) waitpid(children[i].pid, NULL, 0);

        if (children[i].zombie) {
            (void) waitpid(children[i].zombie, NULL, 0);
        }

        operations += atomic_load(&shared->writers[i].operations);
    }

    look_at_all();

    ssec_table_count(&table, &counts);

    if (atomic_load(&shared->lost) > counts.evicted + counts.refused) {
        fprintf(stderr, "%llu live sessions are gone, %llu were pushed out"
                " or refused\n",
                (unsigned long long) atomic_load(&shared->lost),
                (unsigned long long) (counts.evicted + counts.refused));
        atomic_fetch_add(&shared->wrong, 1);
    }

    result = atomic_load(&shared->wrong);

    printf("stress_kill: %u seen to hold a lock when killed, %u in a move;"
           " %llu names; %llu collisions, %llu live ones pushed out, %llu"
           " refused, %llu missed\n", holding, moving,
           (unsigned long long) counts.names,
           (unsigned long long) counts.collisions,
           (unsigned long long) counts.evicted,
           (unsigned long long) counts.refused,
           (unsigned long long) atomic_load(&shared->lost));
    printf("stress_kill: %u kills, %llu operations, %u stuck, %llu wrong\n",
           k, (unsigned long long) operations, hung,
           (unsigned long long) result);

    return (hung || result) ? 1 : 0;
}

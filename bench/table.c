/*
 * What an operation on a table of sessions costs: table N PERCENT [module]
 *
 * N sessions lie in the module's table, which is PERCENT full, and as many in
 * limit_req's tree, unless only the module is wanted.  Of both is measured:
 *     insert   how the last tenth of N comes in
 *     touch    a session that is known, chosen at random
 *     unknown  a key that is not
 * Prints a line for each: the table, the operation, how many of them, and the
 * nanoseconds that one took.
 *
 * Under valgrind --tool=callgrind --instr-atstart=no --collect-atstart=no
 * --cache-sim=yes the times mean nothing; it dumps what it counted for each
 * line, in the same order.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/mman.h>
#include <valgrind/callgrind.h>

#include "table.h"


#define BATCH  64                /* keys that are made before they are used */


static const bench_table_t  *tables[] = {
    &bench_module,
#ifdef BENCH_LIMIT_REQ
    &bench_limit_req,
#endif
};

#define TABLES  (sizeof(tables) / sizeof(tables[0]))


/* how many operations warm the caches, and how many are measured */
static uint64_t  warming = 500000;
static uint64_t  measured = 1000000;
static uint64_t  inserted = 100000;

static uint64_t  chance;


void *
bench_map(uint64_t size)
{
    void  *memory;

    memory = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_ANON|MAP_SHARED, -1,
                  0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }

    return memory;
}


void
bench_unmap(void *memory, uint64_t size)
{
    munmap(memory, size);
}


static uint64_t
mix(uint64_t n)
{
    n = (n ^ n >> 30) * 0xbf58476d1ce4e5b9;
    n = (n ^ n >> 27) * 0x94d049bb133111eb;

    return n ^ n >> 31;
}


/* The key of session n: 32 hexadecimal digits. */

static void
make_key(char *key, uint64_t n)
{
    unsigned  i;
    uint64_t  half[2];

    half[0] = mix(2 * n + 1);
    half[1] = mix(2 * n + 2);

    for (i = 0; i < BENCH_KEY; i++) {
        key[i] = "0123456789abcdef"[half[i / 16] >> i % 16 * 4 & 15];
    }
}


static uint64_t
nanoseconds(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


/*
 * So many operations, on the sessions from first on or, if below is not 0, on
 * random ones below that; gives the nanoseconds that they took.  The keys are
 * made beforehand and lie near, as those of requests do.
 */

static uint64_t
operate(void (*operation)(const char *key), uint64_t count, uint64_t first,
    uint64_t below, int counted)
{
    char      keys[BATCH][BENCH_KEY];
    uint64_t  i, n, began, took;

    for (took = 0; count; count -= n) {
        n = (count < BATCH) ? count : BATCH;

        for (i = 0; i < n; i++) {
            make_key(keys[i], below ? mix(++chance) % below : first++);
        }

        if (counted) {
            CALLGRIND_TOGGLE_COLLECT;
        }

        began = nanoseconds();

        for (i = 0; i < n; i++) {
            operation(keys[i]);
        }

        took += nanoseconds() - began;

        if (counted) {
            CALLGRIND_TOGGLE_COLLECT;
        }
    }

    return took;
}


static void
report(const bench_table_t *table, const char *operation, uint64_t count,
    uint64_t took)
{
    CALLGRIND_DUMP_STATS;

    printf("%s, %s, %lu, %.2f\n", table->name, operation,
           (unsigned long) count, (double) took / (double) count);
}


/* A small one is filled often, for there is little to measure each time. */

static void
fill(const bench_table_t *table, uint64_t n, unsigned percent)
{
    uint64_t  last, warm, took, done;

    last = (n / 10 < inserted) ? n / 10 : inserted;
    warm = (n - last < warming) ? n - last : warming;

    took = 0;
    done = 0;

    for ( ;; ) {
        table->create(n, percent);

        operate(table->insert, n - last - warm, 0, 0, 0);

        CALLGRIND_START_INSTRUMENTATION;

        operate(table->insert, warm, n - last - warm, 0, 0);
        took += operate(table->insert, last, n - last, 0, 1);
        done += last;

        if (done >= inserted) {
            break;
        }

        table->destroy();
    }

    report(table, "insert", done, took);

    CALLGRIND_STOP_INSTRUMENTATION;
}


static void
measure(const bench_table_t *table, const char *name,
    void (*operation)(const char *key), uint64_t first, uint64_t below)
{
    uint64_t  took;

    CALLGRIND_START_INSTRUMENTATION;

    operate(operation, warming, first, below, 0);
    took = operate(operation, measured, first + warming, below, 1);

    report(table, name, measured, took);

    CALLGRIND_STOP_INSTRUMENTATION;
}


int
main(int argc, char **argv)
{
    uint64_t  n;
    unsigned  i, percent, ntables;

    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: table N PERCENT [module]\n");
        return 2;
    }

    n = strtoull(argv[1], NULL, 10);
    percent = (unsigned) strtoul(argv[2], NULL, 10);
    ntables = (argc == 4) ? 1 : TABLES;

    if (n < 1000 || percent < 1 || percent > 100) {
        fprintf(stderr, "table: N is at least 1000, PERCENT at most 100\n");
        return 2;
    }

    if (RUNNING_ON_VALGRIND) {
        warming = 200000;
        measured = 50000;
        inserted = 10000;
    }

    for (i = 0; i < ntables; i++) {
        fill(tables[i], n, percent);
    }

    for (i = 0; i < ntables; i++) {
        measure(tables[i], "touch", tables[i]->touch, 0, n);
    }

    for (i = 0; i < ntables; i++) {
        if (tables[i]->unknown) {
            measure(tables[i], "unknown", tables[i]->unknown, n, 0);
        }
    }

    return 0;
}

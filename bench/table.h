/* What bench/table.c measures: the same operations on two tables. */

#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H


#include <stdint.h>


#define BENCH_KEY  32            /* characters of a session key */


typedef struct {
    const char  *name;

    /* makes an empty one, in memory as nginx maps it, with room for n */

    void       (*create)(uint64_t n, unsigned percent);
    void       (*destroy)(void);

    /* what a request does with a session that it knows, or does not know */

    void       (*touch)(const char *key);
    void       (*insert)(const char *key);

    /* NULL where there is no such thing */

    void       (*unknown)(const char *key);
} bench_table_t;


extern const bench_table_t  bench_module;
extern const bench_table_t  bench_limit_req;

/* Zeroed shared memory; where there is none the program ends. */

void *bench_map(uint64_t size);
void bench_unmap(void *memory, uint64_t size);


#endif /* BENCH_TABLE_H */

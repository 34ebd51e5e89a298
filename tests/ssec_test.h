/* What the unit tests share: random numbers from a fixed seed. */

#ifndef SSEC_TEST_H
#define SSEC_TEST_H


#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/core/ssec_digest.h"


/* SplitMix64 (Steele, Lea, Flood, 2014). */

static inline uint64_t
test_random(uint64_t *seed)
{
    uint64_t  z;

    z = *seed += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;

    return z ^ z >> 31;
}


static inline uint64_t
test_below(uint64_t *seed, uint64_t n)
{
    return test_random(seed) % n;
}


/* The digest of the session with this number: as good as a keyed one. */

static inline ssec_digest_t
test_digest(uint64_t number)
{
    uint64_t       seed;
    ssec_digest_t  digest;

    seed = number * 0x2545f4914f6cdd1dULL + 1;

    digest.body = test_random(&seed);
    digest.place = (uint32_t) test_random(&seed);

    return digest;
}


#endif /* SSEC_TEST_H */

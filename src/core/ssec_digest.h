/*
 * Keyed digests of session keys, which the table stores instead of the keys.
 *
 * SipHash-1-3 with 128 bits of output (Aumasson, Bernstein, 2012), of which
 * 96 are kept.  Without the digest's key nobody can guess a session key from
 * its digest, or choose session keys that share a bucket.
 *
 * SipHash-2-4 would cost a request some 150 instructions more.  No digest is
 * ever shown to anybody, so 1-3 is enough, as in the tables of Rust and Python.
 */

#ifndef SSEC_DIGEST_H
#define SSEC_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define SSEC_DIGEST_KEY  16      /* bytes of a digest's key */


typedef struct {                 /* the initial state of each digest */
    uint64_t  v[4];
} ssec_digest_key_t;


typedef struct {
    uint64_t  body;
    uint32_t  place;             /* determines the first bucket */
} ssec_digest_t;


/* Prepares a key from its secret bytes, once for many digests. */

void ssec_digest_key(ssec_digest_key_t *key,
    const uint8_t secret[SSEC_DIGEST_KEY]);

/* Gives the keyed digest of len bytes of data. */

void ssec_digest(const ssec_digest_key_t *key, const void *data, size_t len,
    ssec_digest_t *digest);

#endif /* SSEC_DIGEST_H */

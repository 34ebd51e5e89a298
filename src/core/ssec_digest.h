/*
 * Keyed digests of session keys: what the table stores in their place.
 *
 * SipHash-1-3 with 128 bits of output (Aumasson, Bernstein, 2012), of which
 * 96 are kept.  Without the digest's key neither can a session key be told
 * from its digest nor can keys be chosen to meet in one bucket.  It is the
 * variant that Rust and Python use for their tables: no digest is ever shown
 * to anybody, and 2-4 would cost a request some 150 instructions more.
 */

#ifndef SSEC_DIGEST_H
#define SSEC_DIGEST_H


#include <stddef.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


#define SSEC_DIGEST_KEY  16      /* bytes of a digest's key */


typedef struct {                 /* a key, as a digest begins with it */
    uint64_t  v[4];
} ssec_digest_key_t;


typedef struct {
    uint64_t  body;
    uint32_t  place;             /* spreads the sessions over the buckets */
} ssec_digest_t;


void ssec_digest_key(ssec_digest_key_t *key,
    const uint8_t secret[SSEC_DIGEST_KEY]);
void ssec_digest(const ssec_digest_key_t *key, const void *data, size_t len,
    ssec_digest_t *digest);


#pragma GCC visibility pop

#endif /* SSEC_DIGEST_H */

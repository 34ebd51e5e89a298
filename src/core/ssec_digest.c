/* SipHash-1-3 with 128 bits of output, written from the paper. */

#include <string.h>

#include "ssec_digest.h"


#define ssec_rotl(x, b)  (((x) << (b)) | ((x) >> (64 - (b))))


static inline uint64_t
ssec_sip_word(const uint8_t *p)
{
    uint64_t  word;

    memcpy(&word, p, 8);

#if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
    word = __builtin_bswap64(word);
#endif

    return word;
}


void
ssec_digest_key(ssec_digest_key_t *key, const uint8_t secret[SSEC_DIGEST_KEY])
{
    uint64_t  k0, k1;

    k0 = ssec_sip_word(secret);
    k1 = ssec_sip_word(secret + 8);

    key->v[0] = k0 ^ 0x736f6d6570736575ULL;
    key->v[1] = k1 ^ 0x646f72616e646f6dULL ^ 0xee;
    key->v[2] = k0 ^ 0x6c7967656e657261ULL;
    key->v[3] = k1 ^ 0x7465646279746573ULL;
}


static inline void
ssec_sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = ssec_rotl(v[1], 13) ^ v[0];
    v[3] = ssec_rotl(v[3], 16) ^ v[2];
    v[0] = ssec_rotl(v[0], 32);

    v[2] += v[1];
    v[0] += v[3];
    v[1] = ssec_rotl(v[1], 17) ^ v[2];
    v[3] = ssec_rotl(v[3], 21) ^ v[0];
    v[2] = ssec_rotl(v[2], 32);
}


void
ssec_digest(const ssec_digest_key_t *key, const void *data, size_t len,
    ssec_digest_t *digest)
{
    size_t          remaining;
    uint64_t        v[4], word;
    const uint8_t  *p;

    v[0] = key->v[0];
    v[1] = key->v[1];
    v[2] = key->v[2];
    v[3] = key->v[3];

    p = data;

    for (remaining = len; remaining >= 8; remaining -= 8) {
        word = ssec_sip_word(p);
        p += 8;

        v[3] ^= word;
        ssec_sip_round(v);
        v[0] ^= word;
    }

    word = (uint64_t) len << 56;

    while (remaining) {
        remaining--;
        word |= (uint64_t) p[remaining] << (8 * remaining);
    }

    v[3] ^= word;
    ssec_sip_round(v);
    v[0] ^= word;

    v[2] ^= 0xee;
    ssec_sip_round(v);
    ssec_sip_round(v);
    ssec_sip_round(v);
    digest->body = v[0] ^ v[1] ^ v[2] ^ v[3];

    v[1] ^= 0xdd;
    ssec_sip_round(v);
    ssec_sip_round(v);
    ssec_sip_round(v);
    digest->place = (uint32_t) (v[0] ^ v[1] ^ v[2] ^ v[3]);
}

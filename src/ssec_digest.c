/* SipHash-1-3 with 128 bits of output, from the paper's description. */

#include <string.h>

#include "ssec_digest.h"


#define ssec_rotl(x, b)  (((x) << (b)) | ((x) >> (64 - (b))))

#define ssec_sip_round(v0, v1, v2, v3)                                        \
    v0 += v1;  v2 += v3;                                                      \
    v1 = ssec_rotl(v1, 13) ^ v0;  v3 = ssec_rotl(v3, 16) ^ v2;                \
    v0 = ssec_rotl(v0, 32);                                                   \
    v2 += v1;  v0 += v3;                                                      \
    v1 = ssec_rotl(v1, 17) ^ v2;  v3 = ssec_rotl(v3, 21) ^ v0;                \
    v2 = ssec_rotl(v2, 32)


static inline uint64_t ssec_sip_word(const uint8_t *p);


void
ssec_digest(const uint8_t key[SSEC_DIGEST_KEY], const void *data, size_t len,
    ssec_digest_t *digest)
{
    size_t          left;
    uint64_t        k0, k1, v0, v1, v2, v3, word;
    const uint8_t  *p;

    k0 = ssec_sip_word(key);
    k1 = ssec_sip_word(key + 8);

    v0 = k0 ^ 0x736f6d6570736575ULL;
    v1 = k1 ^ 0x646f72616e646f6dULL ^ 0xee;
    v2 = k0 ^ 0x6c7967656e657261ULL;
    v3 = k1 ^ 0x7465646279746573ULL;

    p = data;

    for (left = len; left >= 8; left -= 8) {
        word = ssec_sip_word(p);
        p += 8;

        v3 ^= word;
        ssec_sip_round(v0, v1, v2, v3);
        v0 ^= word;
    }

    word = (uint64_t) len << 56;

    while (left) {
        left--;
        word |= (uint64_t) p[left] << (8 * left);
    }

    v3 ^= word;
    ssec_sip_round(v0, v1, v2, v3);
    v0 ^= word;

    v2 ^= 0xee;
    ssec_sip_round(v0, v1, v2, v3);
    ssec_sip_round(v0, v1, v2, v3);
    ssec_sip_round(v0, v1, v2, v3);
    digest->body = v0 ^ v1 ^ v2 ^ v3;

    v1 ^= 0xdd;
    ssec_sip_round(v0, v1, v2, v3);
    ssec_sip_round(v0, v1, v2, v3);
    ssec_sip_round(v0, v1, v2, v3);
    digest->place = (uint32_t) (v0 ^ v1 ^ v2 ^ v3);
}


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

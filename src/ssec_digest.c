/* SipHash-2-4-128, from the paper's description. */

#include <string.h>

#include "ssec_digest.h"


#define ssec_rotl(x, b)  (((x) << (b)) | ((x) >> (64 - (b))))


typedef struct {
    uint64_t  v0;
    uint64_t  v1;
    uint64_t  v2;
    uint64_t  v3;
} ssec_sip_t;


static inline uint64_t ssec_sip_word(const uint8_t *p);
static inline void ssec_sip_rounds(ssec_sip_t *s, unsigned n);


void
ssec_digest(const uint8_t key[SSEC_DIGEST_KEY], const void *data, size_t len,
    ssec_digest_t *digest)
{
    size_t          left;
    uint64_t        k0, k1, word;
    ssec_sip_t      s;
    const uint8_t  *p;

    k0 = ssec_sip_word(key);
    k1 = ssec_sip_word(key + 8);

    s.v0 = k0 ^ 0x736f6d6570736575ULL;
    s.v1 = k1 ^ 0x646f72616e646f6dULL ^ 0xee;
    s.v2 = k0 ^ 0x6c7967656e657261ULL;
    s.v3 = k1 ^ 0x7465646279746573ULL;

    p = data;

    for (left = len; left >= 8; left -= 8) {
        word = ssec_sip_word(p);
        p += 8;

        s.v3 ^= word;
        ssec_sip_rounds(&s, 2);
        s.v0 ^= word;
    }

    word = (uint64_t) len << 56;

    while (left) {
        left--;
        word |= (uint64_t) p[left] << (8 * left);
    }

    s.v3 ^= word;
    ssec_sip_rounds(&s, 2);
    s.v0 ^= word;

    s.v2 ^= 0xee;
    ssec_sip_rounds(&s, 4);
    digest->body = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;

    s.v1 ^= 0xdd;
    ssec_sip_rounds(&s, 4);
    digest->place = (uint32_t) (s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
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


static inline void
ssec_sip_rounds(ssec_sip_t *s, unsigned n)
{
    while (n--) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = ssec_rotl(s->v1, 13) ^ s->v0;
        s->v3 = ssec_rotl(s->v3, 16) ^ s->v2;
        s->v0 = ssec_rotl(s->v0, 32);

        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = ssec_rotl(s->v1, 17) ^ s->v2;
        s->v3 = ssec_rotl(s->v3, 21) ^ s->v0;
        s->v2 = ssec_rotl(s->v2, 32);
    }
}

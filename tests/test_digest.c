/*
 * The digest, SipHash-1-3 with 128 bits, against OpenSSL, which for its part is
 * held against the vector that SipHash's authors publish for 2-4.
 */

#include "ssec_test.h"

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>


#define C_ROUNDS  1
#define D_ROUNDS  3

#define MAX_LEN   600


static uint64_t
word_le(const uint8_t *p)
{
    unsigned  i;
    uint64_t  word;

    word = 0;

    for (i = 8; i > 0; i--) {
        word = word << 8 | p[i - 1];
    }

    return word;
}


static void
openssl_siphash(unsigned c, unsigned d, const uint8_t *key,
    const uint8_t *data, size_t len, uint8_t out[16])
{
    size_t        size;
    EVP_MAC      *mac;
    OSSL_PARAM    params[4];
    EVP_MAC_CTX  *ctx;

    size = 16;

    params[0] = OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size);
    params[1] = OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_C_ROUNDS, &c);
    params[2] = OSSL_PARAM_construct_uint(OSSL_MAC_PARAM_D_ROUNDS, &d);
    params[3] = OSSL_PARAM_construct_end();

    mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
    assert_non_null(mac);

    ctx = EVP_MAC_CTX_new(mac);
    assert_non_null(ctx);

    assert_int_equal(EVP_MAC_init(ctx, key, SSEC_DIGEST_KEY, params), 1);
    assert_int_equal(EVP_MAC_update(ctx, data, len), 1);
    assert_int_equal(EVP_MAC_final(ctx, out, &size, 16), 1);
    assert_int_equal(size, 16);

    EVP_MAC_CTX_free(ctx);
    EVP_MAC_free(mac);
}


static void
digest_of(const uint8_t *secret, const void *data, size_t len,
    ssec_digest_t *digest)
{
    ssec_digest_key_t  key;

    ssec_digest_key(&key, secret);
    ssec_digest(&key, data, len, digest);
}


static void
assert_digest(const uint8_t *key, const uint8_t *data, size_t len)
{
    uint8_t        expected[16];
    ssec_digest_t  digest;

    openssl_siphash(C_ROUNDS, D_ROUNDS, key, data, len, expected);
    digest_of(key, data, len, &digest);

    assert_int_equal(digest.body, word_le(expected));
    assert_int_equal(digest.place, (uint32_t) word_le(expected + 8));
}


/* vectors_sip128[0] of the reference implementation */

static void
openssl_gives_the_published_vector(void **state)
{
    unsigned  i;
    uint8_t   key[SSEC_DIGEST_KEY], out[16];

    static const uint8_t  published[16] = {
        0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6,
        0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93
    };

    (void) state;

    for (i = 0; i < SSEC_DIGEST_KEY; i++) {
        key[i] = (uint8_t) i;
    }

    openssl_siphash(2, 4, key, (const uint8_t *) "", 0, out);
    assert_memory_equal(out, published, sizeof(published));
}


/* Its key and inputs: of every length from 0 to 63. */

static void
reference_vectors(void **state)
{
    size_t   len;
    uint8_t  key[SSEC_DIGEST_KEY], data[64];

    (void) state;

    for (len = 0; len < SSEC_DIGEST_KEY; len++) {
        key[len] = (uint8_t) len;
    }

    for (len = 0; len < 64; len++) {
        data[len] = (uint8_t) len;
        assert_digest(key, data, len);
    }
}


/* Lengths past 255 too, since only the length's low byte is hashed. */

static void
random_keys_and_lengths(void **state)
{
    size_t    i, len;
    uint8_t   key[SSEC_DIGEST_KEY], data[MAX_LEN];
    uint64_t  seed;

    (void) state;

    seed = 1;

    for (len = 0; len < MAX_LEN; len++) {

        for (i = 0; i < SSEC_DIGEST_KEY; i++) {
            key[i] = (uint8_t) test_random(&seed);
        }

        for (i = 0; i < len; i++) {
            data[i] = (uint8_t) test_random(&seed);
        }

        assert_digest(key, data, len);
    }
}


/* Header values lie at any address. */

static void
unaligned_data(void **state)
{
    uint8_t        key[SSEC_DIGEST_KEY], data[64 + 8];
    unsigned       shift;
    ssec_digest_t  digest, first;

    (void) state;

    memset(key, 0x5a, sizeof(key));

    for (shift = 0; shift < 8; shift++) {
        memset(data, 0xff, sizeof(data));
        memcpy(data + shift, "a session's cookie of 32 characters", 35);

        digest_of(key, data + shift, 35, &digest);

        if (shift == 0) {
            first = digest;
        }

        assert_int_equal(digest.body, first.body);
        assert_int_equal(digest.place, first.place);
    }
}


/* One bit of the key or of the data changes both parts of the digest. */

static void
every_bit_counts(void **state)
{
    uint8_t        key[SSEC_DIGEST_KEY], data[19];
    unsigned       bit;
    ssec_digest_t  digest, changed;

    (void) state;

    memset(key, 7, sizeof(key));
    memset(data, 9, sizeof(data));

    digest_of(key, data, sizeof(data), &digest);

    for (bit = 0; bit < 8 * sizeof(data); bit++) {
        data[bit / 8] ^= (uint8_t) (1 << bit % 8);
        digest_of(key, data, sizeof(data), &changed);
        data[bit / 8] ^= (uint8_t) (1 << bit % 8);

        assert_int_not_equal(changed.body, digest.body);
        assert_int_not_equal(changed.place, digest.place);
    }

    for (bit = 0; bit < 8 * sizeof(key); bit++) {
        key[bit / 8] ^= (uint8_t) (1 << bit % 8);
        digest_of(key, data, sizeof(data), &changed);
        key[bit / 8] ^= (uint8_t) (1 << bit % 8);

        assert_int_not_equal(changed.body, digest.body);
        assert_int_not_equal(changed.place, digest.place);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(openssl_gives_the_published_vector),
        cmocka_unit_test(reference_vectors),
        cmocka_unit_test(random_keys_and_lengths),
        cmocka_unit_test(unaligned_data),
        cmocka_unit_test(every_bit_counts),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}

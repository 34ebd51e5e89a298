/* The arguments of a ping. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_idle_for.h"


#define UNTOUCHED  0x5ec5ec5ec5ec5ec5ULL


static void
check(const char *args, size_t len, bool found, uint64_t expected)
{
    char      *p;
    uint64_t   ms;

    /* in a block of its own size: a sanitizer sees each byte too far */

    p = malloc(len + (len == 0));
    assert_non_null(p);
    memcpy(p, args, len);

    ms = UNTOUCHED;

    if (ssec_ping_argument(p, len, "idleFor=", &ms) != found
        || ms != (found ? expected : UNTOUCHED))
    {
        fail_msg("\"%.*s\" gives %llu", (int) len, args,
                 (unsigned long long) ms);
    }

    free(p);
}


#define assert_idle(args, ms)  check(args, sizeof(args) - 1, true, ms)
#define assert_none(args)      check(args, sizeof(args) - 1, false, 0)


static void
test_number(void **state)
{
    (void) state;

    assert_idle("idleFor=0", 0);
    assert_idle("idleFor=1", 1000);
    assert_idle("idleFor=59", 59000);
    assert_idle("idleFor=007", 7000);
    assert_idle("idleFor=100000", 100000000);
    assert_idle("idleFor=00000000000000000000000000000000000005", 5000);

    assert_idle("idleFor=-5", 0);
    assert_idle("idleFor=-0", 0);
    assert_idle("idleFor=-99999999999999999999", 0);
}


static void
test_too_large(void **state)
{
    (void) state;

    assert_idle("idleFor=18446744073709550", 18446744073709550000ULL);
    assert_idle("idleFor=18446744073709551", 18446744073709551000ULL);
    assert_idle("idleFor=18446744073709552", UINT64_MAX);
    assert_idle("idleFor=18446744073709559", UINT64_MAX);
    assert_idle("idleFor=18446744073709560", UINT64_MAX);
    assert_idle("idleFor=18446744073709551616", UINT64_MAX);
    assert_idle("idleFor=99999999999999999999", UINT64_MAX);
    assert_idle("idleFor=184467440737095510000000000000000000", UINT64_MAX);
    assert_none("idleFor=99999999999999999999x");
}


static void
test_no_integer(void **state)
{
    (void) state;

    assert_none("idleFor=");
    assert_none("idleFor=abc");
    assert_none("idleFor=-");
    assert_none("idleFor=--5");
    assert_none("idleFor=5-");
    assert_none("idleFor=1e3");
    assert_none("idleFor=5.0");
    assert_none("idleFor=0x5");
    assert_none("idleFor=5s");
    assert_none("idleFor=+5");
    assert_none("idleFor= 5");
    assert_none("idleFor=5 ");
    assert_none("idleFor=%31");
    assert_none("idleFor=5;a=b");
    assert_none("idleFor=5#");
    assert_none("idleFor=NaN");
    assert_none("idleFor=/");
    assert_none("idleFor=:");
    assert_none("idleFor=5\0");
    assert_none("idleFor=\0" "5");
    assert_none("idleFor=\xd9\xa5");
}


static void
test_name(void **state)
{
    uint64_t  ms;

    (void) state;

    ms = UNTOUCHED;
    assert_false(ssec_ping_argument(NULL, 0, "idleFor=", &ms));
    assert_int_equal(ms, UNTOUCHED);

    assert_none("");
    assert_none("&");
    assert_none("&&");
    assert_none("=5");
    assert_none("5");
    assert_none("idleFor");
    assert_none("idleFo");
    assert_none("idleFor&idleFor");
    assert_none("idleForX=5");
    assert_none("xidleFor=5");
    assert_none("idlefor=5");
    assert_none("IDLEFOR=5");
    assert_none("idleFor%3D5");
    assert_none("%69dleFor=5");
    assert_none("idleFor[]=5");
    assert_none("\0idleFor=5");
    assert_none("idleFor\0=5");
    assert_none("?idleFor=5");
    assert_none(";idleFor=5");
    assert_none("a=idleFor=5");
}


static void
test_position(void **state)
{
    (void) state;

    assert_idle("idleFor=5&_=123", 5000);
    assert_idle("_=123&idleFor=5", 5000);
    assert_idle("a=1&idleFor=5&b=2", 5000);
    assert_idle("&idleFor=5", 5000);
    assert_idle("idleFor=5&", 5000);
    assert_idle("&&idleFor=5&&", 5000);
    assert_idle("a&idleFor=5&b", 5000);
    assert_idle("a=\0&idleFor=5", 5000);
    assert_idle("idleForX=6&idleFor=5&xidleFor=7", 5000);
    assert_idle("idleFor&idleFor=5", 5000);
}


static void
test_twice(void **state)
{
    (void) state;

    assert_none("idleFor=5&idleFor=5");
    assert_none("idleFor=5&a=b&idleFor=6");
    assert_none("idleFor=5&idleFor=");
    assert_none("idleFor=abc&idleFor=6");
    assert_none("idleFor=1&idleFor=2&idleFor=3");
}


static void
test_age(void **state)
{
    uint64_t  ms;

    (void) state;

    ms = UNTOUCHED;
    assert_false(ssec_ping_argument(NULL, 0, "age=", &ms));
    assert_false(ssec_ping_argument("idleFor=5&page=5&agee=5&Age=5", 29,
                                    "age=", &ms));
    assert_false(ssec_ping_argument("age=1.5", 7, "age=", &ms));
    assert_false(ssec_ping_argument("age=5&age=5", 11, "age=", &ms));
    assert_int_equal(ms, UNTOUCHED);

    assert_true(ssec_ping_argument("age=5", 5, "age=", &ms));
    assert_int_equal(ms, 5000);
    assert_true(ssec_ping_argument("idleFor=2&age=7", 15, "age=", &ms));
    assert_int_equal(ms, 7000);
    assert_true(ssec_ping_argument("age=-7&idleFor=2", 16, "age=", &ms));
    assert_int_equal(ms, 0);

    assert_idle("idleFor=2&age=7", 2000);
    assert_idle("age=7&idleFor=2", 2000);
}


static void
test_random_numbers(void **state)
{
    int       len;
    char      args[64];
    size_t    i;
    uint64_t  n, seed;

    (void) state;

    seed = 4;

    for (i = 0; i < 100000; i++) {
        n = test_random(&seed) >> test_below(&seed, 64);
        len = sprintf(args, "a=b&idleFor=%llu&c=d", (unsigned long long) n);

        check(args, (size_t) len, true,
              n > UINT64_MAX / 1000 ? UINT64_MAX : n * 1000);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_no_integer),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_random_numbers)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

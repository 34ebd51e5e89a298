/* What the backend says of a session. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_said.h"


#define STR(s)  (const uint8_t *) (s), sizeof(s) - 1

#define HOUR  (3600 * 1000U)
#define DAY   (24 * HOUR)

/* the longest that is kept */
#define CUT   (49 * DAY)


/* In a block of its own size: a sanitizer sees each byte too far. */

static bool
said(const uint8_t *data, size_t len, ssec_said_t *s, char *bad)
{
    bool      says;
    uint8_t  *header;

    header = malloc(len + (len == 0));
    assert_non_null(header);
    memcpy(header, data, len);
    memset(s, 0x5a, sizeof(ssec_said_t));

    says = ssec_said(header, len, s);

    assert_true(s->bad.len <= len);

    if (s->bad.len) {
        memcpy(bad, s->bad.data, s->bad.len);
    }

    bad[s->bad.len] = '\0';

    free(header);

    return says;
}


static void
check_said(const uint8_t *data, size_t len, ssec_word_e word, const char *bad)
{
    char         text[512];
    ssec_said_t  s;

    assert_true(said(data, len, &s, text));
    assert_int_equal(s.word, word);
    assert_string_equal(text, bad);
    assert_false(s.limited);
    assert_int_equal(s.own.warn_after, 0);
    assert_int_equal(s.own.expire_after, 0);
    assert_int_equal(s.own.max_lifetime, 0);
}


static void
check_limits(const uint8_t *data, size_t len, uint32_t warn_after,
    uint32_t expire_after, uint32_t max_lifetime, const char *bad)
{
    char         text[512];
    ssec_said_t  s;

    assert_true(said(data, len, &s, text));
    assert_int_equal(s.word, SSEC_ON);
    assert_string_equal(text, bad);
    assert_int_equal(s.limited, warn_after || expire_after || max_lifetime);
    assert_int_equal(s.own.warn_after, warn_after);
    assert_int_equal(s.own.expire_after, expire_after);
    assert_int_equal(s.own.max_lifetime, max_lifetime);
}


static void
check_nothing(const uint8_t *data, size_t len)
{
    char         text[512];
    ssec_said_t  s;

    assert_false(said(data, len, &s, text));
    assert_int_equal(s.bad.len, len);
    assert_memory_equal(text, data, len);
    assert_false(s.limited);
}


#define assert_said(header, word)         check_said(STR(header), word, "")
#define assert_said_but(header, word, bad)                                    \
    check_said(STR(header), word, bad)
#define assert_limits(header, warn, expire, max)                              \
    check_limits(STR(header), warn, expire, max, "")
#define assert_limits_but(header, warn, expire, max, bad)                     \
    check_limits(STR(header), warn, expire, max, bad)
#define assert_expire(time, ms)                                               \
    assert_limits("on; expire_after=" time, 0, ms, 0)
#define assert_no_time(time)                                                  \
    assert_said_but("on; expire_after=" time, SSEC_ON, "expire_after=" time)
#define assert_nothing(header)            check_nothing(STR(header))


static void
test_three_words(void **state)
{
    (void) state;

    assert_said("on", SSEC_ON);
    assert_said("off", SSEC_OFF);
    assert_said("end", SSEC_END);
    assert_said("ON", SSEC_ON);
    assert_said("Off", SSEC_OFF);
    assert_said("eNd", SSEC_END);
    assert_said("  on \t", SSEC_ON);
    assert_said("on;", SSEC_ON);
    assert_said("off ; ; ;", SSEC_OFF);
    assert_said("end;;", SSEC_END);
}


static void
test_no_word(void **state)
{
    (void) state;

    assert_nothing("");
    assert_nothing(" ");
    assert_nothing(";");
    assert_nothing("; on");
    assert_nothing("o");
    assert_nothing("onn");
    assert_nothing("on off");
    assert_nothing("on, off");
    assert_nothing("on=1");
    assert_nothing("\"on\"");
    assert_nothing("1");
    assert_nothing("true");
    assert_nothing("ended; expire_after=5m");
    assert_nothing("expire_after=5m");
    assert_nothing("o\0n");
}


static void
test_limits(void **state)
{
    (void) state;

    assert_limits("on; warn_after=240s; expire_after=300s; max_lifetime=8h",
                  240000, 300000, 8 * HOUR);
    assert_limits("on;expire_after=5m", 0, 300000, 0);
    assert_limits("on; max_lifetime=8h;", 0, 0, 8 * HOUR);
    assert_limits("ON; Warn_After = 4m ; EXPIRE_AFTER = 5m ", 240000, 300000,
                  0);

    /* the last of each counts */

    assert_limits("on; expire_after=5m; expire_after=6m", 0, 360000, 0);

    /* without end */

    assert_limits("on; max_lifetime=0", 0, 0, SSEC_OWN_NONE);
    assert_limits("on; max_lifetime=0s", 0, 0, SSEC_OWN_NONE);
    assert_limits("on; max_lifetime=5m; max_lifetime=0h 0m", 0, 0,
                  SSEC_OWN_NONE);
}


static void
test_times(void **state)
{
    (void) state;

    assert_expire("1", 1000);
    assert_expire("300", 300000);
    assert_expire("300s", 300000);
    assert_expire("1500ms", 1500);
    assert_expire("1ms", 1);
    assert_expire("5m", 300000);
    assert_expire("2h", 2 * HOUR);
    assert_expire("3d", 3 * DAY);
    assert_expire("2w", 14 * DAY);
    assert_expire("1h30m", HOUR + 30 * 60000);
    assert_expire("1h 30m", HOUR + 30 * 60000);
    assert_expire("1h  30m  5s", HOUR + 30 * 60000);
    assert_expire("5m10", 310000);
    assert_expire("1s300ms", 1300);
    assert_expire("007s", 7000);
    assert_expire("0m 1s", 1000);
}


/* More than 49 days is no more than that, however much it is. */

static void
test_long_times(void **state)
{
    (void) state;

    assert_expire("49d", 49 * DAY);
    assert_expire("4233599999ms", 48 * DAY);
    assert_expire("4294967294ms", CUT);
    assert_expire("4294967295ms", CUT);
    assert_expire("4294967296ms", CUT);
    assert_expire("50d", CUT);
    assert_expire("7w 5d", CUT);
    assert_expire("7w 49d", CUT);
    assert_expire("1y", CUT);
    assert_expire("4294967s", CUT);
    assert_expire("4294968s", CUT);
    assert_expire("9999999999999999999999999999999999", CUT);
    assert_expire("18446744073709551616ms", CUT);
    assert_expire("18446744073709551617w", CUT);
    assert_expire("4294967296w 4294967296d 1ms", CUT);

    /* in 64 bits this many weeks are ten hours */

    assert_expire("30500568905w", CUT);

    assert_limits("on; max_lifetime=1000d", 0, 0, CUT);
}


/* What people write stays as it is; what is counted down does not. */

static void
test_rounded_down(void **state)
{
    (void) state;

    assert_expire("5m", 300000);
    assert_expire("300", 300000);
    assert_expire("15m", 15 * 60000);
    assert_expire("20m", 20 * 60000);
    assert_expire("30m", 30 * 60000);
    assert_expire("90m", 90 * 60000);
    assert_expire("8h", 8 * HOUR);
    assert_expire("30d", 30 * DAY);

    assert_expire("777", 770000);
    assert_expire("14m59s", 890000);
    assert_expire("301s", 300000);
    assert_expire("159s", 159000);
    assert_expire("164999ms", 160000);
    assert_expire("8h1s", 8 * HOUR);
    assert_expire("8d5h", 8 * DAY);
    assert_expire("8d6h", 8 * DAY + 6 * HOUR);
    assert_expire("319ms", 315);
    assert_expire("159ms", 159);
    assert_expire("161ms", 160);
    assert_expire("31ms", 31);

    /* all of them are, and none to nothing */

    assert_limits("on; warn_after=777; expire_after=888; max_lifetime=8h5m",
                  770000, 880000, 8 * HOUR);
    assert_limits("on; max_lifetime=1ms", 0, 0, 1);
}


/* By less than a 32nd, and the less there was the less is left. */

static void
test_rounded_by_little(void **state)
{
    char         header[64], text[512];
    uint64_t     time, last;
    ssec_said_t  s;

    (void) state;

    last = 0;

    for (time = 1; time < SSEC_OWN_NONE; time += 1 + time / 5003) {
        (void) sprintf(header, "on; expire_after=%llums",
                       (unsigned long long) time);
        assert_true(said((const uint8_t *) header, strlen(header), &s, text));
        assert_true(s.own.expire_after <= time);
        assert_true((time - s.own.expire_after) * 32 < time);
        assert_true(s.own.expire_after >= last);
        last = s.own.expire_after;

        /* once is enough */

        (void) sprintf(header, "on; expire_after=%lums", (unsigned long) last);
        assert_true(said((const uint8_t *) header, strlen(header), &s, text));
        assert_int_equal(s.own.expire_after, last);
    }
}


/* Of a day that a backend counts down by seconds there are few. */

static void
test_rounded_to_few(void **state)
{
    char         header[64], text[512];
    uint32_t     last;
    unsigned     n, time;
    ssec_said_t  s;

    (void) state;

    n = 0;
    last = 0;

    for (time = 1; time <= 86400; time++) {
        (void) sprintf(header, "on; max_lifetime=%u", time);
        assert_true(said((const uint8_t *) header, strlen(header), &s, text));
        n += (s.own.max_lifetime != last);
        last = s.own.max_lifetime;
    }

    assert_in_range(n, 300, 1000);
}


static void
test_bad_times(void **state)
{
    (void) state;

    assert_no_time("");
    assert_no_time("0");
    assert_no_time("0s 0ms");
    assert_no_time("s");
    assert_no_time("m5");
    assert_no_time("-1");
    assert_no_time("+1");
    assert_no_time("1.5h");
    assert_no_time("1 h");
    assert_no_time("1x");
    assert_no_time("1hh");
    assert_no_time("1h,30m");
    assert_no_time("1h\t30m");
    assert_no_time("\"5m\"");
    assert_no_time("0x10");
    assert_no_time("5m=5m");

    assert_said_but("on; warn_after=0", SSEC_ON, "warn_after=0");
    assert_said_but("on; max_lifetime=never", SSEC_ON, "max_lifetime=never");
}


/* The first that is bad is told, and the others are taken. */

static void
test_bad_parameters(void **state)
{
    (void) state;

    assert_said_but("on; expire_after", SSEC_ON, "expire_after");
    assert_said_but("on; =5m", SSEC_ON, "=5m");
    assert_said_but("on; expire=5m", SSEC_ON, "expire=5m");
    assert_said_but("on; expire_after2=5m", SSEC_ON, "expire_after2=5m");
    assert_said_but("on; user = bob ; x", SSEC_ON, "user = bob");
    assert_limits_but("on; user=bob; expire_after=5m; role=x", 0, 300000, 0,
                      "user=bob");
    assert_limits_but("on; expire_after=5m; expire_after=x", 0, 300000, 0,
                      "expire_after=x");

    /* only who is logged in has limits */

    assert_said_but("off; expire_after=5m", SSEC_OFF, "expire_after=5m");
    assert_said_but("end; max_lifetime=0; x", SSEC_END, "max_lifetime=0");
}


static void
test_any(void **state)
{
    char          text[512];
    size_t        i, n, len;
    uint64_t      seed;
    uint8_t       header[200];
    ssec_said_t   s;

    static const char  *words[] = {
        "on", "off", "end", ";", ";", "=", " ", "warn_after", "expire_after=",
        "max_lifetime=", "0", "1", "99999999999", "m", "s", "w", "\xe9"
    };

    (void) state;

    seed = 5;

    for (i = 0; i < 100000; i++) {
        len = 0;

        for (n = test_below(&seed, 12); n; n--) {
            len += (size_t) sprintf((char *) header + len, "%s",
                                    words[test_below(&seed, 17)]);
        }

        if (said(header, len, &s, text)) {
            assert_in_range(s.word, SSEC_ON, SSEC_END);
            assert_true(!s.limited || s.word == SSEC_ON);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_three_words),
        cmocka_unit_test(test_no_word),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_long_times),
        cmocka_unit_test(test_rounded_down),
        cmocka_unit_test(test_rounded_by_little),
        cmocka_unit_test(test_rounded_to_few),
        cmocka_unit_test(test_bad_times),
        cmocka_unit_test(test_bad_parameters),
        cmocka_unit_test(test_any)
    };

    return cmocka_run_group_tests_name("said", tests, NULL, NULL);
}

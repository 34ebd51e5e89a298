/* Times, as nginx's configuration has them. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_time.h"


#define SECOND  ((uint64_t) 1000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)
#define DAY     (24 * HOUR)

#define NO_TIME  (UINT64_MAX - 1)


typedef struct {
    const char  *text;
    uint64_t     ms;
} row_t;


/* In a block of its own size: a sanitizer sees each byte too far. */

static uint64_t
time_of(const char *text, size_t len)
{
    bool      is_time;
    uint8_t  *data;
    uint64_t  ms;

    data = malloc(len + (len == 0));
    assert_non_null(data);
    memcpy(data, text, len);

    ms = 5;
    is_time = ssec_time(data, len, &ms);

    free(data);

    if (!is_time) {
        assert_int_equal(ms, 5);
    }

    return is_time ? ms : NO_TIME;
}


static void
test_rows(void **state)
{
    size_t    i;
    uint64_t  ms;

    static const row_t  rows[] = {
        { "0", 0 },
        { "0s", 0 },
        { "0h 0m", 0 },
        { "1", SECOND },
        { "300", 300 * SECOND },
        { "1500ms", 1500 },
        { "30s", 30 * SECOND },
        { "15m", 15 * MINUTE },
        { "2h", 2 * HOUR },
        { "3d", 3 * DAY },
        { "2w", 14 * DAY },
        { "2M", 60 * DAY },
        { "2y", 730 * DAY },
        { "1h30m", HOUR + 30 * MINUTE },
        { "1h 30m", HOUR + 30 * MINUTE },
        { "1h   30m  ", HOUR + 30 * MINUTE },
        { "1y1M1w1d1h1m1s1ms",
          403 * DAY + HOUR + MINUTE + SECOND + 1 },
        { "5m10", 5 * MINUTE + 10 * SECOND },
        { "007s", 7 * SECOND },

        /* more than 31, and than 32, bits of milliseconds */

        { "24d", 24 * DAY },
        { "25d", 25 * DAY },
        { "60d", 60 * DAY },
        { "365d", 365 * DAY },
        { "31536000s", 365 * DAY },
        { "31536000000ms", 365 * DAY },

        /* more than 64 bits are as many as there can be */

        { "18446744073709551615ms", UINT64_MAX },
        { "18446744073709551616ms", UINT64_MAX },
        { "18446744073709551615ms ", UINT64_MAX },
        { "18446744073709552", UINT64_MAX },
        { "99999999999999999999999999999999d", UINT64_MAX },
        { "584542046y 584542046M", UINT64_MAX },

        { "", NO_TIME },
        { " ", NO_TIME },
        { " 5m", NO_TIME },
        { "s", NO_TIME },
        { "m5", NO_TIME },
        { "-5m", NO_TIME },
        { "+5m", NO_TIME },
        { "1.5h", NO_TIME },
        { "1 h", NO_TIME },
        { "5x", NO_TIME },
        { "1h30x", NO_TIME },
        { "1hh", NO_TIME },
        { "1h,30m", NO_TIME },
        { "1h\t30m", NO_TIME },
        { "5m;", NO_TIME },
        { "5S", NO_TIME },
        { "5Ms", NO_TIME },
        { "off", NO_TIME },
        { "0x10", NO_TIME },
        { "\xc2\xb2s", NO_TIME },

        /* the largest unit first, and each once */

        { "30m 1h", NO_TIME },
        { "1m 1m", NO_TIME },
        { "1m 1M", NO_TIME },
        { "5 10s", NO_TIME },
        { "5 10", NO_TIME },
        { "1s5", NO_TIME },
        { "1ms 1s", NO_TIME }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ms = time_of(rows[i].text, strlen(rows[i].text));

        if (ms != rows[i].ms) {
            fail_msg("\"%s\" is %llums, not %llums", rows[i].text,
                     (unsigned long long) ms,
                     (unsigned long long) rows[i].ms);
        }
    }
}


static void
test_zero_byte(void **state)
{
    (void) state;

    assert_int_equal(time_of("5\0m", 3), NO_TIME);
    assert_int_equal(time_of("5m\0", 3), NO_TIME);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_zero_byte)
    };

    return cmocka_run_group_tests_name("times", tests, NULL, NULL);
}

/* Cookie headers.  The first byte of the input says for which name. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* bytes that the parser has looked at: it is built into this target */
static size_t  steps;

#define ssec_steps(n)  (steps += (size_t) (n))

#include "../../src/core/ssec_cookie.c"


/* what a header that is as long as nginx takes one may cost */
#define LONG            31744
#define STEPS_PER_BYTE  24

/* and each reading, for which the table is asked twice */
#define READING         256

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static size_t count(const ssec_cookie_name_t *name, const uint8_t *data,
    size_t len, uint64_t *sum);
static void check_cost(const ssec_cookie_name_t *name, const uint8_t *data,
    size_t len);
static void check_cookie(const ssec_cookie_t *cookie, const uint8_t *data,
    size_t len);
static void check_canonical(const uint8_t *data, size_t len);
static bool is_encoded(const uint8_t *p, const uint8_t *end);
static bool are_digits(const uint8_t *p, size_t n);
static void check_withheld(const ssec_cookie_name_t *name,
    const uint8_t *data, size_t len);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t              n, len;
    uint8_t            *around, which;
    uint64_t            sum, other;
    ssec_cookie_name_t  name;

    uint8_t             folded[16];

    static const char  *names[] = { "sid", "My.Sess", "__Host-id", "s" };

    if (size == 0 || size > 8192) {
        return 0;
    }

    which = data[0];
    data++;
    size--;

    check(ssec_cookie_name(&name, (const uint8_t *) names[which % 4],
                           strlen(names[which % 4]), (which & 4), folded));

    n = count(&name, data, size, &sum);
    check_canonical(data, size);
    check_withheld(&name, data, size);
    check_cost(&name, data, size);

    /* other cookies before and behind change nothing */

    len = size + 11;
    around = malloc(len);
    check(around);

    memcpy(around, "a=b;  ", 6);
    memcpy(around + 6, data, size);
    memcpy(around + 6 + size, "; b=c", 5);

    check(count(&name, around, len, &other) == n && other == sum);
    check(count(&name, around, len - 5, &other) == n && other == sum);
    check(count(&name, around + 5, len - 5, &other) == n && other == sum);
    check(count(&name, around + 6, len - 6, &other) == n && other == sum);

    free(around);

    return 0;
}


/* The readings of a header, and what tells them from others. */

static size_t
count(const ssec_cookie_name_t *name, const uint8_t *data, size_t len,
    uint64_t *sum)
{
    bool            whole;
    size_t          i, n, total;
    ssec_cookie_t   cookie;
    ssec_cookies_t  it;

    n = 0;
    total = 0;
    whole = false;
    *sum = 0;

    ssec_cookies(&it, data, len);

    while (ssec_cookies_next(&it, name, &cookie)) {
        check_cookie(&cookie, data, len);
        check_canonical(cookie.value.data, cookie.value.len);

        for (i = 0; i < cookie.value.len; i++) {
            *sum = *sum * 31 + cookie.value.data[i];
        }

        /* what is cut is so of the one before that is not */

        whole |= !cookie.cut;
        check(whole && !(cookie.standard && cookie.cut));

        *sum = *sum * 31 + cookie.standard + 2 * cookie.cut;
        total += cookie.value.len;
        n++;
    }

    check(!ssec_cookies_next(&it, name, &cookie));

    /* no header costs more than its length allows */

    check(total <= 24 * len);

    return n;
}


/*
 * The input again and again: to read it in every way, and to bring each reading
 * into its canonical form, takes so many steps for each byte at most.
 */

static void
check_cost(const ssec_cookie_name_t *name, const uint8_t *data, size_t len)
{
    size_t          n;
    uint8_t        *header, *buf;
    ssec_cookie_t   cookie;
    ssec_cookies_t  it;

    if (len == 0) {
        return;
    }

    header = malloc(LONG);
    buf = malloc(LONG);
    check(header && buf);

    for (n = 0; n < LONG; n++) {
        header[n] = data[n % len];
    }

    steps = 0;

    ssec_cookies(&it, header, LONG);

    while (ssec_cookies_next(&it, name, &cookie)) {
        (void) ssec_cookie_canonical(buf, cookie.value.data,
                                     cookie.value.len);
        steps += READING;
    }

    check(steps <= STEPS_PER_BYTE * LONG);

    free(header);
    free(buf);
}


static void
check_cookie(const ssec_cookie_t *cookie, const uint8_t *data, size_t len)
{
    const uint8_t  *end;

    end = cookie->part.data + cookie->part.len;

    check(cookie->part.data >= data && end <= data + len);
    check(cookie->name.data >= cookie->part.data);
    check(cookie->name.data + cookie->name.len < cookie->value.data);
    check(cookie->value.data + cookie->value.len <= end);
    check(cookie->canonical == ssec_cookie_is_canonical(cookie->value.data,
                                                        cookie->value.len));
}


static void
check_canonical(const uint8_t *data, size_t len)
{
    size_t    n, i;
    uint8_t  *once, *twice;

    once = malloc(len + 1);
    twice = malloc(len + 1);
    check(once && twice);

    n = ssec_cookie_canonical(once, data, len);
    check(n <= len);

    if (ssec_cookie_is_canonical(data, len)) {
        check(n == len && memcmp(once, data, len) == 0);
    }

    check(ssec_cookie_canonical(twice, once, n) == n);
    check(memcmp(twice, once, n) == 0);

    for (i = 0; i < n; i++) {
        check(!strchr("\"'\\+", once[i]) || once[i] == '\0');
        check(!is_encoded(once + i, once + n));
    }

    /* in place */

    memcpy(twice, data, len);
    check(ssec_cookie_canonical(twice, twice, len) == n);
    check(memcmp(twice, once, n) == 0);

    free(once);
    free(twice);
}


/* Whether something that a backend decodes begins here. */

static bool
is_encoded(const uint8_t *p, const uint8_t *end)
{
    size_t  len;

    len = (size_t) (end - p);

    return (len >= 3 && p[0] == '%' && are_digits(p + 1, 2))
           || (len >= 6 && p[0] == '%' && (p[1] == 'u' || p[1] == 'U')
               && are_digits(p + 2, 4))
           || (len >= 2 && (p[0] == 0xc2 || p[0] == 0xc3)
               && (p[1] & 0xc0) == 0x80)
           || (len >= 6 && p[0] == 0xed && (p[1] & 0xf0) == 0xa0
               && (p[2] & 0xc0) == 0x80 && p[3] == 0xed
               && (p[4] & 0xf0) == 0xb0 && (p[5] & 0xc0) == 0x80);
}


static bool
are_digits(const uint8_t *p, size_t n)
{
    while (n && isxdigit(*p)) {
        p++;
        n--;
    }

    return n == 0;
}


/* Without the parts that are to be withheld no reading is left. */

static void
check_withheld(const ssec_cookie_name_t *name, const uint8_t *data, size_t len)
{
    size_t          n;
    uint8_t        *rest;
    ssec_cookie_t   cookie;
    ssec_cookies_t  it;
    const uint8_t  *p, *end;

    rest = malloc(len + 1);
    check(rest);

    n = 0;
    p = data;

    ssec_cookies(&it, data, len);

    while (ssec_cookies_next(&it, name, &cookie)) {

        if (cookie.part.data > p) {
            memcpy(rest + n, p, (size_t) (cookie.part.data - p));
            n += (size_t) (cookie.part.data - p);
        }

        end = cookie.part.data + cookie.part.len;
        end += (end < data + len);
        p = (end > p) ? end : p;
    }

    /* nothing is passed on that was not read */

    end = it.too_many ? it.part : data + len;

    if (end > p) {
        memcpy(rest + n, p, (size_t) (end - p));
        n += (size_t) (end - p);
    }

    ssec_cookies(&it, rest, n);
    check(!ssec_cookies_next(&it, name, &cookie));

    free(rest);
}

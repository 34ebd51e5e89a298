/* Strings that point into a header, and what the parsers of headers share. */

#ifndef SSEC_STR_H
#define SSEC_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define ssec_min(a, b)  ((a) < (b) ? (a) : (b))
#define ssec_max(a, b)  ((a) > (b) ? (a) : (b))

#define ssec_is_digit(c)   ((c) >= '0' && (c) <= '9')
#define ssec_is_letter(c)  (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'z')


typedef struct {
    const uint8_t  *data;
    size_t          len;
} ssec_str_t;


/* Whether a string equals len bytes of data, in any case. */

static inline bool
ssec_str_equals(const ssec_str_t *s, const void *data, size_t len)
{
    return s->len == len
           && (len == 0
               || strncasecmp((const char *) s->data, data, len) == 0);
}

#define ssec_str_is(s, literal)                                               \
    ssec_str_equals(s, literal, sizeof(literal) - 1)


/* The string up to c or to the end; *p is moved behind the c, or to the end. */

static inline ssec_str_t
ssec_str_until(const uint8_t **p, const uint8_t *end, int c)
{
    ssec_str_t      s;
    const uint8_t  *found;

    found = memchr(*p, c, (size_t) (end - *p));

    s.data = *p;
    s.len = (size_t) ((found ? found : end) - *p);

    *p = found ? found + 1 : end;

    return s;
}


/*
 * The number that the digits at *p make, UINT64_MAX if it is larger; *p is
 * moved behind the digits.
 */

static inline uint64_t
ssec_str_number(const uint8_t **p, const uint8_t *end)
{
    unsigned  digit;
    uint64_t  n;

    for (n = 0; *p < end && ssec_is_digit(**p); (*p)++) {
        digit = (unsigned) (**p - '0');
        n = (n > (UINT64_MAX - digit) / 10) ? UINT64_MAX : n * 10 + digit;
    }

    return n;
}

#endif /* SSEC_STR_H */

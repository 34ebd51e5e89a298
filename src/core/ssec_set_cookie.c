/* What a Set-Cookie header does to its cookie: RFC 6265, section 5. */

#include <string.h>
#include <strings.h>

#include "ssec_set_cookie.h"


#define ssec_is_digit(c)  ((c) >= '0' && (c) <= '9')

#define ssec_str_is(s, literal)                                               \
    ((s)->len == sizeof(literal) - 1                                          \
     && strncasecmp((const char *) (s)->data, literal,                        \
                    sizeof(literal) - 1) == 0)


static ssec_str_t ssec_set_cookie_part(const uint8_t **p, const uint8_t *end);
static bool ssec_set_cookie_pair(const ssec_str_t *part, ssec_str_t *name,
    ssec_str_t *value);
static bool ssec_max_age_deletes(const ssec_str_t *value, bool *deletes);
static bool ssec_cookie_date(const ssec_str_t *value, int64_t *date);
static void ssec_cookie_date_token(const uint8_t *p, size_t len, int *field);
static int ssec_cookie_month(const uint8_t *p, size_t len);
static size_t ssec_number(const uint8_t *p, size_t len, int *n);


bool
ssec_set_cookie(const uint8_t *data, size_t len, int64_t now,
    ssec_set_cookie_t *cookie)
{
    bool            max_age, deletes;
    int64_t         date;
    ssec_str_t      part, name, value;
    const uint8_t  *p, *end;

    p = data;
    end = data + len;

    part = ssec_set_cookie_part(&p, end);

    if (!ssec_set_cookie_pair(&part, &cookie->name, &cookie->value)
        || cookie->name.len == 0)
    {
        return false;
    }

    max_age = false;
    deletes = false;

    cookie->path.len = 0;
    cookie->domain.len = 0;
    cookie->secure = false;
    cookie->cross_site = false;
    cookie->partitioned = false;

    while (p < end) {
        part = ssec_set_cookie_part(&p, end);

        if (!ssec_set_cookie_pair(&part, &name, &value)) {
            name = ssec_cookie_trim(part.data, part.data + part.len);
            value.data = name.data;
            value.len = 0;
        }

        /* the last of each counts, and Max-Age before Expires */

        if (ssec_str_is(&name, "Max-Age")) {
            max_age |= ssec_max_age_deletes(&value, &deletes);

        } else if (ssec_str_is(&name, "Expires")) {

            if (!max_age && ssec_cookie_date(&value, &date)) {
                deletes = (date <= now);
            }

        } else if (ssec_str_is(&name, "Path")) {

            cookie->path = value;

            if (value.len == 0 || value.data[0] != '/') {
                cookie->path.len = 0;
            }

        } else if (ssec_str_is(&name, "Domain")) {

            if (value.len && value.data[0] == '.') {
                value.data++;
                value.len--;
            }

            cookie->domain = value;

        } else if (ssec_str_is(&name, "Secure")) {
            cookie->secure = true;

        } else if (ssec_str_is(&name, "SameSite")) {
            cookie->cross_site = ssec_str_is(&value, "None");

        } else if (ssec_str_is(&name, "Partitioned")) {
            cookie->partitioned = true;
        }
    }

    cookie->deletes = deletes || cookie->value.len == 0
                      || (cookie->value.len == 2
                          && memcmp(cookie->value.data, "\"\"", 2) == 0);

    return true;
}


static ssec_str_t
ssec_set_cookie_part(const uint8_t **p, const uint8_t *end)
{
    ssec_str_t      part;
    const uint8_t  *semicolon;

    semicolon = memchr(*p, ';', (size_t) (end - *p));

    part.data = *p;
    part.len = (size_t) ((semicolon ? semicolon : end) - *p);

    *p = semicolon ? semicolon + 1 : end;

    return part;
}


static bool
ssec_set_cookie_pair(const ssec_str_t *part, ssec_str_t *name,
    ssec_str_t *value)
{
    const uint8_t  *equals, *end;

    equals = memchr(part->data, '=', part->len);
    if (equals == NULL) {
        return false;
    }

    end = part->data + part->len;

    *name = ssec_cookie_trim(part->data, equals);
    *value = ssec_cookie_trim(equals + 1, end);

    return true;
}


static bool
ssec_max_age_deletes(const ssec_str_t *value, bool *deletes)
{
    bool    zero;
    size_t  i;

    if (value->len == 0) {
        return false;
    }

    zero = true;

    for (i = (value->data[0] == '-'); i < value->len; i++) {

        if (!ssec_is_digit(value->data[i])) {
            return false;
        }

        zero = zero && value->data[i] == '0';
    }

    *deletes = zero || value->data[0] == '-';

    return true;
}


/* RFC 6265, section 5.1.1: what any agent takes, not what servers send. */

enum { SSEC_DAY = 0, SSEC_MONTH, SSEC_YEAR, SSEC_HOUR, SSEC_MINUTE,
       SSEC_SECOND, SSEC_FIELDS };


static bool
ssec_cookie_date(const ssec_str_t *value, int64_t *date)
{
    int             i, y, field[SSEC_FIELDS];
    int64_t         days;
    const uint8_t  *p, *start, *end;

    for (i = 0; i < SSEC_FIELDS; i++) {
        field[i] = -1;
    }

    p = value->data;
    end = p + value->len;

    while (p < end) {

        if (!ssec_is_digit(*p) && *p != ':'
            && !((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') && *p < 0x7f)
        {
            p++;
            continue;
        }

        start = p;

        while (p < end
               && (ssec_is_digit(*p) || *p == ':'
                   || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')
                   || *p >= 0x7f))
        {
            p++;
        }

        ssec_cookie_date_token(start, (size_t) (p - start), field);
    }

    for (i = 0; i < SSEC_FIELDS; i++) {
        if (field[i] < 0) {
            return false;
        }
    }

    y = field[SSEC_YEAR];

    if (y < 100) {
        y += (y < 70) ? 2000 : 1900;
    }

    if (field[SSEC_DAY] < 1 || field[SSEC_DAY] > 31 || y < 1601
        || field[SSEC_HOUR] > 23 || field[SSEC_MINUTE] > 59
        || field[SSEC_SECOND] > 59)
    {
        return false;
    }

    /* days since 1970, in years that begin in March */

    if (field[SSEC_MONTH] < 3) {
        y--;
        field[SSEC_MONTH] += 12;
    }

    days = 365 * (int64_t) y + y / 4 - y / 100 + y / 400
           + (153 * field[SSEC_MONTH] - 457) / 5 + field[SSEC_DAY] - 719469;

    *date = ((days * 24 + field[SSEC_HOUR]) * 60 + field[SSEC_MINUTE]) * 60
            + field[SSEC_SECOND];

    return true;
}


static void
ssec_cookie_date_token(const uint8_t *p, size_t len, int *field)
{
    int     n, m, s;
    size_t  i, j;

    i = ssec_number(p, len, &n);

    if (i == 0) {

        if (field[SSEC_MONTH] < 0) {
            field[SSEC_MONTH] = ssec_cookie_month(p, len);
        }

        return;
    }

    if (field[SSEC_HOUR] < 0 && i <= 2 && i < len && p[i] == ':') {
        i++;
        j = ssec_number(p + i, len - i, &m);
        i += j;

        if ((j == 1 || j == 2) && i < len && p[i] == ':') {
            i++;
            j = ssec_number(p + i, len - i, &s);

            if (j == 1 || j == 2) {
                field[SSEC_HOUR] = n;
                field[SSEC_MINUTE] = m;
                field[SSEC_SECOND] = s;
            }
        }

        return;
    }

    if (field[SSEC_DAY] < 0 && i <= 2) {
        field[SSEC_DAY] = n;

    } else if (field[SSEC_YEAR] < 0 && i >= 2 && i <= 4) {
        field[SSEC_YEAR] = n;
    }
}


static int
ssec_cookie_month(const uint8_t *p, size_t len)
{
    size_t             i;
    static const char  months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    if (len < 3) {
        return -1;
    }

    for (i = 0; i < 12; i++) {
        if (strncasecmp((const char *) p, &months[3 * i], 3) == 0) {
            return (int) i + 1;
        }
    }

    return -1;
}


/* Digits at the start: how many (a fifth is not read) and what they say. */

static size_t
ssec_number(const uint8_t *p, size_t len, int *n)
{
    size_t  i;

    *n = 0;

    for (i = 0; i < len && i < 5 && ssec_is_digit(p[i]); i++) {
        *n = *n * 10 + (p[i] - '0');
    }

    return i;
}

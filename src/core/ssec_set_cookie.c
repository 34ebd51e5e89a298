/* Reads a Set-Cookie header: RFC 6265, section 5. */

#include "ssec_set_cookie.h"


/* in a date, what is no delimiter */
#define ssec_is_date_token(c)                                                 \
    (ssec_is_digit(c) || (c) == ':' || ssec_is_letter(c) || (c) >= 0x7f)


enum {
    SSEC_DAY = 0, SSEC_MONTH, SSEC_YEAR, SSEC_HOUR, SSEC_MINUTE, SSEC_SECOND,
    SSEC_FIELDS
};


/* 1 to 12, or -1 if no month begins as the token does. */

static int
ssec_cookie_month(const uint8_t *p, const uint8_t *end)
{
    size_t             i;
    ssec_str_t         name;
    static const char  months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

    name.data = p;
    name.len = ssec_min((size_t) (end - p), 3);

    for (i = 0; i < 12; i++) {
        if (ssec_str_equals(&name, &months[3 * i], 3)) {
            return (int) i + 1;
        }
    }

    return -1;
}


/* Reads "hours:minutes:seconds", of one or two digits each. */

static bool
ssec_cookie_time(const uint8_t *p, const uint8_t *end, int *time)
{
    int             i;
    const uint8_t  *start;

    for (i = 0; i < 3; i++) {

        if (i > 0) {

            if (p == end || *p != ':') {
                return false;
            }

            p++;
        }

        start = p;
        time[i] = (int) ssec_str_number(&p, end);

        if (p == start || p - start > 2) {
            return false;
        }
    }

    return true;
}


/* A field is set by the first token that has its form. */

static void
ssec_cookie_date_token(const uint8_t *token, const uint8_t *end, int *field)
{
    int             n, time[3];
    size_t          digits;
    const uint8_t  *p;

    p = token;
    n = (int) ssec_str_number(&p, end);
    digits = (size_t) (p - token);

    if (digits == 0) {

        if (field[SSEC_MONTH] < 0) {
            field[SSEC_MONTH] = ssec_cookie_month(p, end);
        }

    } else if (field[SSEC_HOUR] < 0 && digits <= 2 && p < end && *p == ':') {

        if (ssec_cookie_time(token, end, time)) {
            memcpy(&field[SSEC_HOUR], time, sizeof(time));
        }

    } else if (field[SSEC_DAY] < 0 && digits <= 2) {
        field[SSEC_DAY] = n;

    } else if (field[SSEC_YEAR] < 0 && digits >= 2 && digits <= 4) {
        field[SSEC_YEAR] = n;
    }
}


/* Gives false if a field is out of its range. */

static bool
ssec_cookie_seconds(const int *field, int64_t *seconds)
{
    int      y, m;
    int64_t  days;

    y = field[SSEC_YEAR];
    m = field[SSEC_MONTH];

    if (y < 100) {
        y += (y < 70) ? 2000 : 1900;
    }

    if (field[SSEC_DAY] < 1 || field[SSEC_DAY] > 31 || y < 1601
        || field[SSEC_HOUR] > 23 || field[SSEC_MINUTE] > 59
        || field[SSEC_SECOND] > 59)
    {
        return false;
    }

    /* in years that begin in March, the leap day is the last */

    if (m < 3) {
        y--;
        m += 12;
    }

    days = 365 * (int64_t) y + y / 4 - y / 100 + y / 400
           + (153 * m - 457) / 5 + field[SSEC_DAY] - 719469;

    *seconds = ((days * 24 + field[SSEC_HOUR]) * 60 + field[SSEC_MINUTE]) * 60
               + field[SSEC_SECOND];

    return true;
}


/*
 * Reads a date as user agents do, RFC 6265, section 5.1.1.  Gives seconds since
 * 1970, or false if it is no date.
 */

static bool
ssec_cookie_date(const ssec_str_t *value, int64_t *date)
{
    int             i, field[SSEC_FIELDS];
    const uint8_t  *p, *start, *end;

    for (i = 0; i < SSEC_FIELDS; i++) {
        field[i] = -1;
    }

    p = value->data;
    end = p + value->len;

    while (p < end) {

        for (start = p; p < end && ssec_is_date_token(*p); p++) { /* void */ }

        if (p == start) {
            p++;
            continue;
        }

        ssec_cookie_date_token(start, p, field);
    }

    for (i = 0; i < SSEC_FIELDS; i++) {
        if (field[i] < 0) {
            return false;
        }
    }

    return ssec_cookie_seconds(field, date);
}


/* Gives false, and leaves *deletes as it is, if the value is no number. */

static bool
ssec_max_age_deletes(const ssec_str_t *value, bool *deletes)
{
    bool            is_negative;
    uint64_t        n;
    const uint8_t  *p, *end;

    p = value->data;
    end = p + value->len;

    if (p == end) {
        return false;
    }

    is_negative = (*p == '-');
    p += is_negative;
    n = ssec_str_number(&p, end);

    if (p < end) {
        return false;
    }

    *deletes = is_negative || n == 0;

    return true;
}


/* The last of each name counts, but Max-Age is before any Expires. */

static void
ssec_set_cookie_attribute(ssec_set_cookie_t *cookie, const ssec_str_t *name,
    const ssec_str_t *value, int64_t now, bool *has_max_age)
{
    int64_t  date;

    if (ssec_str_is(name, "Max-Age")) {
        *has_max_age |= ssec_max_age_deletes(value, &cookie->deletes);

    } else if (ssec_str_is(name, "Expires")) {

        if (!*has_max_age && ssec_cookie_date(value, &date)) {
            cookie->deletes = (date <= now);
        }

    } else if (ssec_str_is(name, "Path")) {

        cookie->path = *value;

        if (value->len == 0 || value->data[0] != '/') {
            cookie->path.len = 0;
        }

    } else if (ssec_str_is(name, "Domain")) {

        cookie->domain = *value;

        if (value->len && value->data[0] == '.') {
            cookie->domain.data++;
            cookie->domain.len--;
        }

    } else if (ssec_str_is(name, "Secure")) {
        cookie->secure = true;

    } else if (ssec_str_is(name, "SameSite")) {
        cookie->cross_site = ssec_str_is(value, "None");

    } else if (ssec_str_is(name, "Partitioned")) {
        cookie->partitioned = true;
    }
}


bool
ssec_set_cookie(const uint8_t *data, size_t len, int64_t now,
    ssec_set_cookie_t *cookie)
{
    bool            has_max_age;
    ssec_str_t      part, name, value;
    const uint8_t  *p, *end;

    p = data;
    end = data + len;

    memset(cookie, 0, sizeof(ssec_set_cookie_t));

    part = ssec_str_until(&p, end, ';');

    if (!ssec_cookie_pair(&part, &cookie->name, &cookie->value)
        || cookie->name.len == 0)
    {
        return false;
    }

    has_max_age = false;

    while (p < end) {
        part = ssec_str_until(&p, end, ';');

        (void) ssec_cookie_pair(&part, &name, &value);
        ssec_set_cookie_attribute(cookie, &name, &value, now, &has_max_age);
    }

    cookie->deletes |= cookie->value.len == 0
                       || ssec_str_is(&cookie->value, "\"\"");

    return true;
}

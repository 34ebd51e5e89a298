/* The session's cookie in a Cookie header, as any backend may read it. */

#include "ssec_cookie.h"


#define ssec_is_blank(c)      ((c) <= 0x20 || (c) >= 0x7f)

#define ssec_is_separator(c)                                                  \
    (ssec_is_blank(c) || (c) == '"' || (c) == ',' || (c) == ';' || (c) == '=')

#define ssec_is_quote(c)      ((c) == '"' || (c) == '\'')

/* what is decoded, or dropped */
#define ssec_is_special(c)                                                    \
    (ssec_is_blank(c) || ssec_is_quote(c) || (c) == '%' || (c) == '+'         \
     || (c) == ',' || (c) == '\\')

/* what may stand between the cookies */
#define ssec_is_between(c)    (ssec_is_separator(c) || ssec_ends[c])

/* of "%uXXXX" */
#define ssec_is_u(c)          (((c) | 0x20) == 'u')

/* of UTF-8, behind the lead byte */
#define ssec_is_trail(c)      (((c) & 0xc0) == 0x80)

#define ssec_is_octal(c, max)  ((c) >= '0' && (c) <= (max))


/* the fuzz target counts the bytes that are looked at */
#ifndef ssec_steps
#define ssec_steps(n)
#endif


/* sixteen bytes at once, in the compiler's own notation */
typedef uint8_t  ssec_bytes_t   __attribute__((vector_size(16)));
typedef int8_t   ssec_signed_t  __attribute__((vector_size(16)));
#if (__SSE2__)
typedef char     ssec_chars_t   __attribute__((vector_size(16)));
#endif


/* The readings of what stands behind a "=", in the order they are given in. */

#define SSEC_WHOLE         0x001U
#define SSEC_SLICED        0x002U
#define SSEC_QUOTED        0x004U
#define SSEC_TO_BLANK      0x008U
#define SSEC_TO_COMMA      0x010U
#define SSEC_TO_AMPERSAND  0x020U
#define SSEC_TO_COLON      0x040U
#define SSEC_TO_SLASH      0x080U
#define SSEC_TO_EQUALS     0x100U
#define SSEC_TO_OTHER      0x200U

#define SSEC_ALL           0x3ffU


/*
 * Which reading a byte ends: "&" (Ruby's and Perl's CGI), or a separator of
 * RFC 2616, of which backends leave out one or the other (Tomcat by its
 * switches, Undertow ":"): the key may then have that, hence one reading each.
 */

static const uint16_t  ssec_ends[256] = {
    ['&'] = SSEC_TO_AMPERSAND,
    [':'] = SSEC_TO_COLON,
    ['/'] = SSEC_TO_SLASH,
    ['='] = SSEC_TO_EQUALS,
    ['('] = SSEC_TO_OTHER, [')'] = SSEC_TO_OTHER, ['<'] = SSEC_TO_OTHER,
    ['>'] = SSEC_TO_OTHER, ['?'] = SSEC_TO_OTHER, ['@'] = SSEC_TO_OTHER,
    ['['] = SSEC_TO_OTHER, [']'] = SSEC_TO_OTHER, ['{'] = SSEC_TO_OTHER,
    ['}'] = SSEC_TO_OTHER, ['\\'] = SSEC_TO_OTHER, ['\''] = SSEC_TO_OTHER
};


static inline bool ssec_cookies_take(ssec_cookies_t *it,
    const ssec_cookie_name_t *name, const uint8_t *part, const uint8_t *start,
    ssec_cookie_t *cookie);
static inline bool ssec_cookie_is(const ssec_cookie_name_t *name,
    const uint8_t *p, const uint8_t *end);
static inline const uint8_t *ssec_find_special(const uint8_t *p,
    const uint8_t *end, bool value);
static inline void ssec_plain(ssec_bytes_t *plain, const uint8_t *p,
    bool value);
static inline unsigned ssec_count(const ssec_bytes_t *bytes);
static void ssec_cookies_split(ssec_cookies_t *it, const uint8_t *part,
    const uint8_t *p) ssec_seldom;
static void ssec_cookies_stop(ssec_cookies_t *it) ssec_seldom;
static bool ssec_cookies_afford(ssec_cookies_t *it, size_t len);
static bool ssec_cookies_find(ssec_cookies_t *it,
    const ssec_cookie_name_t *name);
static bool ssec_cookies_behind(ssec_cookies_t *it,
    const ssec_cookie_name_t *name, bool separators);
static ssec_str_t ssec_cookie_token(const uint8_t *start, const uint8_t *p,
    bool separators);
static void ssec_cookies_value(ssec_cookies_t *it, const ssec_str_t *name,
    unsigned readings, unsigned ends);
static bool ssec_cookies_read(ssec_cookies_t *it, ssec_cookie_t *cookie);
static bool ssec_cookie_quoted(ssec_cookies_t *it, ssec_cookie_t *cookie);
static unsigned ssec_cookie_ends(uint8_t c);
static size_t ssec_cookie_up_to(const ssec_str_t *value, unsigned readings);
static size_t ssec_cookie_decode(uint8_t *buf, size_t len, bool quoting);
static bool ssec_cookie_begins(const ssec_cookie_name_t *name,
    const uint8_t *p, const uint8_t *end);
static uint8_t *ssec_cookie_undo(const uint8_t *buf, uint8_t *last,
    uint8_t **next);
static size_t ssec_cookie_utf8(const uint8_t *last, size_t len,
    unsigned *code);
static uint8_t *ssec_cookie_put_back(uint8_t *p, unsigned code);
static size_t ssec_cookie_escape(const uint8_t *p, const uint8_t *end,
    unsigned *code);
static int ssec_hex(const uint8_t *p, unsigned n);
static uint8_t ssec_cookie_fold(uint8_t c);


bool
ssec_cookie_name(ssec_cookie_name_t *name, const uint8_t *data, size_t len,
    bool prefix, uint8_t *buf)
{
    size_t  i;

    name->spelled.data = data;
    name->spelled.len = len;
    name->folded.data = buf;
    name->folded.len = len;
    name->prefix = prefix;

    for (i = 0; i < len; i++) {

        if (ssec_is_separator(data[i])) {
            return false;
        }

        buf[i] = ssec_cookie_fold(data[i]);
    }

    name->head = 0;
    name->mask = 0;
    memcpy(&name->head, data, ssec_min(len, sizeof(name->head)));
    memset(&name->mask, 0xff, ssec_min(len, sizeof(name->mask)));

    name->least = (len < sizeof(name->head)) ? sizeof(name->head) - 1 : len;

    return len != 0;
}


bool
ssec_cookie_match(const ssec_cookie_name_t *name, const uint8_t *data,
    size_t len)
{
    size_t          n;
    unsigned        code;
    const uint8_t  *end;

    end = data + len;

    while (!ssec_cookie_begins(name, data, end)) {

        /* old PHP drops blanks before a name once it has decoded it */

        if (data == end) {
            return false;
        }

        n = ssec_cookie_escape(data, end, &code);

        if (n && ssec_is_blank(code)) {
            data += n;

        } else if (*data == '+') {
            data++;

        } else {
            return false;
        }
    }

    return true;
}


static bool
ssec_cookie_begins(const ssec_cookie_name_t *name, const uint8_t *p,
    const uint8_t *end)
{
    size_t    i, n;
    uint8_t   folded;
    unsigned  code;

    for (i = 0; i < name->folded.len; i++) {

        if (p == end) {
            return false;
        }

        folded = name->folded.data[i];

        if (ssec_cookie_fold(*p) == folded) {
            p++;
            continue;
        }

        n = ssec_cookie_escape(p, end, &code);

        if (n == 0 || code > 0xff
            || ssec_cookie_fold((uint8_t) code) != folded)
        {
            return false;
        }

        p += n;
    }

    /* and takes an encoded zero for the name's end */

    return p == end || name->prefix
           || (ssec_cookie_escape(p, end, &code) && code == 0);
}


/*
 * Most parts are plain: with no quote, comma, or encoding in them, no blank but
 * the one before, no separator at the start, and none in the session's value,
 * all backends read them alike.
 */

bool
ssec_cookies_plain(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie)
{
    const uint8_t  *part, *start, *end;

    for (part = it->next; part != it->end; part = end + (end != it->end)) {

        start = part + (*part == ' ');
        ssec_steps(1);

        if (ssec_cookie_is(name, start, it->end)) {
            return ssec_cookies_take(it, name, part, start, cookie);
        }

        end = ssec_find_special(start, it->end, false);
        ssec_steps(end - start);

        if (end != it->end && *end != ';') {
            ssec_cookies_split(it, part, end);
            return false;
        }

        if ((size_t) (end - start) > name->folded.len
            && (ssec_ends[*start]
                || ((start[name->folded.len] == '=' || name->prefix)
                    && ssec_cookie_fold(*start) == *name->folded.data)))
        {
            /* hardly ever; the slow way knows all spellings */

            ssec_cookies_split(it, part, end);
            return false;
        }
    }

    it->next = it->end;

    return false;
}


/* The session's cookie, by its name: unless its value is special. */

static inline bool
ssec_cookies_take(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    const uint8_t *part, const uint8_t *start, ssec_cookie_t *cookie)
{
    ssec_bytes_t    first, last;
    const uint8_t  *p, *end;

    p = start + name->spelled.len + 1;
    end = NULL;

    /* most keys are of that length */

    if (it->end - p >= 16 && it->end - p <= 32) {
        ssec_plain(&first, p, true);
        ssec_plain(&last, it->end - 16, true);
        first &= last;

        if (ssec_count(&first) == 16) {
            end = it->end;
        }
    }

    if (end == NULL) {
        end = ssec_find_special(p, it->end, true);
    }

    ssec_steps(end - p);

    if (end != it->end && *end != ';') {
        ssec_cookies_split(it, part, end);
        return false;
    }

    if (++it->values > SSEC_COOKIES_MAX) {
        it->part = part;
        ssec_cookies_stop(it);
        return false;
    }

    it->next = end + (end != it->end);

    cookie->name.data = start;
    cookie->name.len = name->spelled.len;
    cookie->value.data = p;
    cookie->value.len = (size_t) (end - p);
    cookie->part.data = part;
    cookie->part.len = (size_t) (end - part);
    cookie->standard = true;
    cookie->cut = false;
    cookie->canonical = true;
    cookie->plain = true;

    return true;
}


/* Whether the cookie's name is the one that is configured, and spelled so. */

static inline bool
ssec_cookie_is(const ssec_cookie_name_t *name, const uint8_t *p,
    const uint8_t *end)
{
    size_t    i;
    uint64_t  head;

    if ((size_t) (end - p) <= name->least) {
        return false;
    }

    memcpy(&head, p, sizeof(head));

    if ((head ^ name->head) & name->mask) {
        return false;
    }

    for (i = sizeof(head); i < name->spelled.len; i++) {
        if (p[i] != name->spelled.data[i]) {
            return false;
        }
    }

    return p[name->spelled.len] == '=';
}


/*
 * The first byte from p on that is special or ends the part, or that may end
 * the session's value; or the end.  Finds some that are neither, too: the slow
 * way is right for any.
 */

static inline const uint8_t *
ssec_find_special(const uint8_t *p, const uint8_t *end, bool value)
{
#if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

    unsigned        n;
    ssec_bytes_t    plain;
    const uint8_t  *last;

    if (end - p >= 16) {

        for (last = end - 16; /* void */ ; p = ssec_min(p + 16, last)) {

            ssec_plain(&plain, p, value);
            n = ssec_count(&plain);

            if (n < 16) {
                return p + n;
            }

            /* the last sixteen may begin with some that were there before */

            if (p == last) {
                return end;
            }
        }
    }

#endif

    while (p < end && *p > ',' && *p < 0x7f && *p != '\\' && *p != ';'
           && !(value && ssec_ends[*p]))
    {
        p++;
    }

    return p;
}


/*
 * Which of sixteen bytes are plain: they are 0xff then, or else zero.  Not
 * every machine can return a vector.
 */

static inline void
ssec_plain(ssec_bytes_t *plain, const uint8_t *p, bool value)
{
    ssec_bytes_t  bytes;

    memcpy(&bytes, p, 16);

    /* signed, all that is above something is a range that ends at 0x7f */

    if (value) {
        *plain = (ssec_bytes_t) (((ssec_signed_t) (bytes + 5) > ',' + 5)
                                 ^ ((ssec_signed_t) (bytes + (0x7f - '@'))
                                    > 0x7f - '@' + ':' - 1)
                                 ^ ((ssec_signed_t) (bytes + (0x7f - ']'))
                                    > 0x7f - ']' + '[' - 1)
                                 ^ (bytes == '/'));
        return;
    }

    bytes += 1;

    *plain = (ssec_bytes_t) (((ssec_signed_t) bytes > ',' + 1)
                             ^ (bytes == '\\' + 1) ^ (bytes == ';' + 1));
}


/* How many of sixteen come before the first that is zero. */

static inline unsigned
ssec_count(const ssec_bytes_t *bytes)
{
#if (__SSE2__)

    unsigned  plain;

    plain = (unsigned) __builtin_ia32_pmovmskb128((ssec_chars_t) *bytes);

    return (plain == 0xffff) ? 16 : (unsigned) __builtin_ctz(~plain);

#else

    uint64_t  plain[2];

    memcpy(plain, bytes, 16);

    if ((plain[0] & plain[1]) == UINT64_MAX) {
        return 16;
    }

    return ~plain[0] ? (unsigned) __builtin_ctzll(~plain[0]) / 8
                     : 8 + (unsigned) __builtin_ctzll(~plain[1]) / 8;

#endif
}


/* On to a special part, which ends at or behind p. */

static void
ssec_cookies_split(ssec_cookies_t *it, const uint8_t *part, const uint8_t *p)
{
    it->part = part;

    p = memchr(p, ';', (size_t) (it->end - p));

    it->part_end = p ? p : it->end;
    ssec_steps(it->part_end - part);
    it->next = p ? p + 1 : it->end;
    it->special = true;
    it->equals = NULL;
}


/* Too much for a header: the current part, and what follows, is not read. */

static void
ssec_cookies_stop(ssec_cookies_t *it)
{
    it->too_many = true;
    it->special = false;
    it->readings = 0;
    it->next = it->end;
}


/* Takes len bytes from the budget; without these reading stops. */

static bool
ssec_cookies_afford(ssec_cookies_t *it, size_t len)
{
    if (len > it->budget) {
        ssec_cookies_stop(it);
        return false;
    }

    it->budget -= len;

    return true;
}


/* A part that backends may read in several ways: at each "=" in it. */

bool
ssec_cookies_special(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie)
{
    const uint8_t  *p;

    for ( ;; ) {

        while (it->readings) {
            if (ssec_cookies_read(it, cookie)) {
                return true;
            }
        }

        if (it->too_many) {
            return false;
        }

        it->first = (it->equals == NULL);
        p = it->first ? it->part : it->equals + 1;

        it->equals = memchr(p, '=', (size_t) (it->part_end - p));
        ssec_steps((it->equals ? it->equals : it->part_end) - p);

        if (it->equals == NULL) {
            it->special = false;
            return false;
        }

        if (!ssec_cookies_find(it, name)) {
            it->readings = 0;

        } else if (++it->values > SSEC_COOKIES_MAX) {
            ssec_cookies_stop(it);
        }
    }
}


/* Whether the name stands before this "=", and which readings that gives. */

static bool
ssec_cookies_find(ssec_cookies_t *it, const ssec_cookie_name_t *name)
{
    ssec_str_t  token;

    it->cookie.standard = false;

    if (it->first) {
        token = ssec_cookie_trim(it->part, it->equals);

        it->cookie.standard =
            ssec_cookie_match(name, token.data, token.len)
            /* a blank before "=" is one more "_" to PHP */
            || (token.data + token.len != it->equals
                && ssec_cookie_match(name, token.data,
                                     (size_t) (it->equals - token.data)));
    }

    if (it->cookie.standard) {
        ssec_cookies_value(it, &token, SSEC_ALL, 0);
        return true;
    }

    return ssec_cookies_behind(it, name, false)
           || ssec_cookies_behind(it, name, true);
}


/* Whether it does behind something, of which separators may be a part. */

static bool
ssec_cookies_behind(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    bool separators)
{
    unsigned        ends;
    ssec_str_t      token;
    const uint8_t  *p, *run;

    token = ssec_cookie_token(it->part, it->equals, separators);
    p = token.data;

    if (!ssec_cookie_match(name, p, token.len)) {
        return false;
    }

    ends = 0;

    for (run = p; run > it->part && ssec_is_between(run[-1]); run--) {
        ends |= (run[-1] == ',') ? SSEC_TO_COMMA : 0;
    }

    ssec_steps(p - run);

    if (run == it->part) {

        /* Tomcat skips them, and Werkzeug "=" */

        ssec_cookies_value(it, &token, SSEC_ALL, 0);
        return true;
    }

    /* what may end it here alone: each byte is then read but some times */

    if (ssec_is_blank(p[-1]) || p[-1] == '"') {
        ends |= SSEC_TO_BLANK;
    }

    if (ends == 0) {
        return false;
    }

    ssec_cookies_value(it, &token, (ends & SSEC_TO_COMMA)
                                   ? SSEC_ALL : SSEC_WHOLE|SSEC_QUOTED, ends);
    return true;
}


/* The word before a "=". */

static ssec_str_t
ssec_cookie_token(const uint8_t *start, const uint8_t *p, bool separators)
{
    ssec_str_t      token;
    const uint8_t  *end;

    while (p > start && ssec_is_blank(p[-1])) {
        p--;
    }

    end = p;

    while (p > start && !ssec_is_separator(p[-1])
           && !(separators && ssec_ends[p[-1]]))
    {
        p--;
    }

    token.data = p;
    token.len = (size_t) (end - p);

    ssec_steps(token.len);

    return token;
}


/* The value: all of the part, or what comes before the later of these ends. */

static void
ssec_cookies_value(ssec_cookies_t *it, const ssec_str_t *name,
    unsigned readings, unsigned ends)
{
    size_t       i, len;
    unsigned     found;
    ssec_str_t  *value;

    it->cookie.name = *name;
    it->cookie.part.data = it->part;
    it->cookie.part.len = (size_t) (it->part_end - it->part);

    value = &it->cookie.value;
    *value = ssec_cookie_trim(it->equals + 1, it->part_end);

    found = 0;

    if (value->len && *value->data == '"') {

        if (ends && !(ends & SSEC_TO_COMMA)) {
            it->readings = SSEC_QUOTED;
            it->whole = false;
            return;
        }

        /* Perl's and Ruby's CGI and Rack 1 do not know quotes */

        found = SSEC_QUOTED | (ends ? 0 : SSEC_SLICED);
        readings = found | SSEC_WHOLE|SSEC_TO_COMMA|SSEC_TO_AMPERSAND;
        ends &= SSEC_TO_COMMA;
    }

    len = ends ? ssec_cookie_up_to(value, ends) : value->len;

    if (ends == (SSEC_TO_BLANK|SSEC_TO_COMMA) && len < value->len) {
        ends &= ~ssec_cookie_ends(value->data[len]);
        len = ssec_cookie_up_to(value, ends);
    }

    *value = ssec_cookie_trim(value->data, value->data + len);

    for (i = 0; i < value->len; i++) {
        found |= ssec_cookie_ends(value->data[i]);
    }

    ssec_steps(i);

    it->readings = readings & (SSEC_WHOLE|found);
    it->whole = (it->readings & SSEC_WHOLE);
}


/* The next reading that is left, unless it is one given before. */

static bool
ssec_cookies_read(ssec_cookies_t *it, ssec_cookie_t *cookie)
{
    unsigned  reading;

    reading = it->readings & -it->readings;
    it->readings &= ~reading;

    *cookie = it->cookie;

    switch (reading) {

    case SSEC_WHOLE:
        break;

    case SSEC_SLICED:

        if (cookie->value.len < 2
            || cookie->value.data[cookie->value.len - 1] == '"')
        {
            return false;
        }

        cookie->value.len--;
        break;

    case SSEC_QUOTED:

        if (!ssec_cookie_quoted(it, cookie)
            || (it->whole && cookie->value.len == it->cookie.value.len))
        {
            return false;
        }

        break;

    default:

        cookie->value.len = ssec_cookie_up_to(&cookie->value, reading);

        if (cookie->value.len == 0) {
            return false;
        }

        break;
    }

    if (!ssec_cookies_afford(it, cookie->value.len)) {
        return false;
    }

    cookie->cut = (it->whole && reading != SSEC_WHOLE);
    cookie->standard = (it->cookie.standard && reading == SSEC_WHOLE);
    cookie->plain = false;
    cookie->canonical = ssec_cookie_is_canonical(cookie->value.data,
                                                 cookie->value.len);

    return true;
}


/* Which readings a byte ends. */

static unsigned
ssec_cookie_ends(uint8_t c)
{
    if (ssec_is_blank(c) || c == '"') {
        return SSEC_TO_BLANK;
    }

    return (c == ',') ? SSEC_TO_COMMA : ssec_ends[c];
}


/* How much of a value there is before the first byte that ends one of these. */

static size_t
ssec_cookie_up_to(const ssec_str_t *value, unsigned readings)
{
    size_t  i;

    for (i = 0; i < value->len; i++) {

        if (ssec_cookie_ends(value->data[i]) & readings) {
            break;
        }
    }

    ssec_steps(i);

    return i;
}


/* Up to the closing quote, be it behind a ";". */

static bool
ssec_cookie_quoted(ssec_cookies_t *it, ssec_cookie_t *cookie)
{
    const uint8_t  *p, *end;

    for (p = cookie->value.data + 1; p < it->end && *p != '"'; p++) {

        if (*p == '\\' && p + 1 < it->end) {
            p++;
        }
    }

    ssec_steps(p - cookie->value.data);

    if (p == it->end) {
        (void) ssec_cookies_afford(it, (size_t) (p - cookie->value.data));
        return false;
    }

    cookie->value.len = (size_t) (p + 1 - cookie->value.data);

    if (p >= it->part_end) {
        end = memchr(p, ';', (size_t) (it->end - p));
        end = end ? end : it->end;
        cookie->part.len = (size_t) (end - cookie->part.data);
    }

    return true;
}


bool
ssec_cookie_is_canonical(const uint8_t *data, size_t len)
{
    const uint8_t  *end;

    for (end = data + len; data < end; data++) {

        if (ssec_is_special(*data)) {
            return false;
        }
    }

    return true;
}


size_t
ssec_cookie_canonical(uint8_t *buf, const uint8_t *data, size_t len)
{
    ssec_str_t  value;

    memmove(buf, data, len);

    /* an octal escape may itself be encoded, hence in this order */

    len = ssec_cookie_decode(buf, len, false);
    len = ssec_cookie_decode(buf, len, true);

    value = ssec_cookie_trim(buf, buf + len);
    memmove(buf, value.data, value.len);

    return value.len;
}


/*
 * Undoes escapes, "+" and UTF-8, and Python's quoting if asked to.  The
 * character that an escape stands for is put back in front of the bytes still
 * to read, so that one pass does the work of repeated ones.
 */

static size_t
ssec_cookie_decode(uint8_t *buf, size_t len, bool quoting)
{
    uint8_t  c, *p, *end, *last;

    end = buf + len;

    /* what begins without an encoding stays as it is */

    for (p = buf; p < end && !ssec_is_special(*p); p++) { /* void */ }

    last = p;

    while (p < end) {
        c = *p++;
        ssec_steps(1);

        if (quoting && ssec_is_quote(c)) {
            continue;
        }

        if (quoting && c == '\\') {

            if (end - p >= 3 && ssec_is_octal(p[0], '3')
                && ssec_is_octal(p[1], '7') && ssec_is_octal(p[2], '7'))
            {
                p[2] = (uint8_t) ((p[0] - '0') << 6 | (p[1] - '0') << 3
                                  | (p[2] - '0'));
                p += 2;
            }

            continue;
        }

        *last++ = (c == '+') ? ' ' : c;
        last = ssec_cookie_undo(buf, last, &p);
    }

    return (size_t) (last - buf);
}


/*
 * Takes an encoded character off the end of buf, which is at last, and puts it
 * back in front of next.  Gives the new end.  The character is shorter than its
 * encoding, so there is room, and a value of n bytes is read 3n times at most.
 */

static uint8_t *
ssec_cookie_undo(const uint8_t *buf, uint8_t *last, uint8_t **next)
{
    size_t    len, n;
    unsigned  code;

    n = 0;
    code = 0;
    len = (size_t) (last - buf);

    if (ssec_is_trail(last[-1])) {
        n = ssec_cookie_utf8(last, len, &code);

    } else if (len >= 3 && last[-3] == '%') {
        n = ssec_cookie_escape(last - 3, last, &code);

    } else if (len >= 6 && last[-6] == '%' && ssec_is_u(last[-5])) {
        n = ssec_cookie_escape(last - 6, last, &code);
    }

    if (n) {
        *next = ssec_cookie_put_back(*next, code);
    }

    return last - n;
}


/*
 * The length of the encoded character that ends at last, after len bytes: two
 * bytes of UTF-8 that stand for a byte of Latin-1, or two UTF-16 surrogates,
 * each as UTF-8; or 0.
 */

static size_t
ssec_cookie_utf8(const uint8_t *last, size_t len, unsigned *code)
{
    if (len >= 2 && (last[-2] == 0xc2 || last[-2] == 0xc3)) {
        *code = (unsigned) (last[-2] & 0x03) << 6 | (last[-1] & 0x3f);
        return 2;
    }

    if (len < 6 || last[-6] != 0xed || (last[-5] & 0xf0) != 0xa0
        || !ssec_is_trail(last[-4]) || last[-3] != 0xed
        || (last[-2] & 0xf0) != 0xb0)
    {
        return 0;
    }

    *code = 0x10000 + ((unsigned) (last[-5] & 0x0f) << 16
                       | (unsigned) (last[-4] & 0x3f) << 10
                       | (unsigned) (last[-2] & 0x0f) << 6
                       | (last[-1] & 0x3f));
    return 6;
}


/* Writes a character before p, in UTF-8, or as one byte if it is Latin-1. */

static uint8_t *
ssec_cookie_put_back(uint8_t *p, unsigned code)
{
    unsigned  lead;

    if (code < 0x100) {
        *--p = (uint8_t) code;
        return p;
    }

    /* each byte behind the lead takes six bits, and one of the lead's */

    lead = 0x3f;

    do {
        *--p = (uint8_t) (0x80 | (code & 0x3f));
        code >>= 6;
        lead >>= 1;

    } while (code > lead);

    *--p = (uint8_t) (~(lead << 1 | 1) | code);

    return p;
}


ssec_str_t
ssec_cookie_trim(const uint8_t *p, const uint8_t *end)
{
    ssec_str_t  s;

    while (p < end && ssec_is_blank(*p)) {
        p++;
        ssec_steps(1);
    }

    while (p < end && ssec_is_blank(end[-1])) {
        end--;
        ssec_steps(1);
    }

    s.data = p;
    s.len = (size_t) (end - p);

    return s;
}


bool
ssec_cookie_pair(const ssec_str_t *part, ssec_str_t *name, ssec_str_t *value)
{
    ssec_str_t      text;
    const uint8_t  *p, *end;

    p = part->data;
    end = p + part->len;

    text = ssec_str_until(&p, end, '=');

    *name = ssec_cookie_trim(text.data, text.data + text.len);
    *value = ssec_cookie_trim(p, end);

    return text.len < part->len;
}


/*
 * The length of the escape at p, "%XX" or "%uXXXX", and the character it stands
 * for; or 0.
 */

static size_t
ssec_cookie_escape(const uint8_t *p, const uint8_t *end, unsigned *code)
{
    int     value;
    size_t  n;

    if (*p != '%' || end - p < 3) {
        return 0;
    }

    if (ssec_is_u(p[1])) {
        n = 6;
        value = (end - p < 6) ? -1 : ssec_hex(p + 2, 4);

    } else {
        n = 3;
        value = ssec_hex(p + 1, 2);
    }

    if (value < 0) {
        return 0;
    }

    *code = (unsigned) value;

    return n;
}


/* The number of n hexadecimal digits, or -1. */

static int
ssec_hex(const uint8_t *p, unsigned n)
{
    int      value;
    uint8_t  c;

    for (value = 0; n; n--) {
        c = *p++;

        if (ssec_is_digit(c)) {
            value = value << 4 | (c - '0');
            continue;
        }

        c |= 0x20;

        if (c < 'a' || c > 'f') {
            return -1;
        }

        value = value << 4 | (c - 'a' + 10);
    }

    return value;
}


static uint8_t
ssec_cookie_fold(uint8_t c)
{
    if (c >= 'A' && c <= 'Z') {
        return c | 0x20;
    }

    if (c == '.' || c == '[' || c == '+' || ssec_is_blank(c)) {
        return '_';
    }

    return c;
}

/* Reads a Cookie header in every way in which a backend may read it. */

#include "ssec_cookie.h"


#define ssec_is_blank(c)      ((c) <= 0x20 || (c) >= 0x7f)

#define ssec_is_separator(c)                                                  \
    (ssec_is_blank(c) || (c) == '"' || (c) == ',' || (c) == ';' || (c) == '=')

#define ssec_is_quote(c)      ((c) == '"' || (c) == '\'')

/* in a value: what some backend decodes or drops */
#define ssec_is_special(c)                                                    \
    (ssec_is_blank(c) || ssec_is_quote(c) || (c) == '%' || (c) == '+'         \
     || (c) == ',' || (c) == '\\')

/* in "%uXXXX" */
#define ssec_is_u(c)          (((c) | 0x20) == 'u')

/* in UTF-8, behind the first byte of a character */
#define ssec_is_trail(c)      (((c) & 0xc0) == 0x80)

#define ssec_is_octal(c, max)  ((c) >= '0' && (c) <= (max))


/* counts the bytes that are read, in tests/fuzz/fuzz_cookie.c only */
#ifndef ssec_steps
#define ssec_steps(n)
#endif


/*
 * The readings of a value, in the order in which they are given: up to the end
 * of the part; likewise without the last byte; up to the closing quote; and up
 * to a byte that ends the value for some backends.
 */

#define SSEC_FULL          0x001U
#define SSEC_SLICED        0x002U
#define SSEC_QUOTED        0x004U
#define SSEC_TO_BLANK      0x008U
#define SSEC_TO_COMMA      0x010U
#define SSEC_TO_AMPERSAND  0x020U
#define SSEC_TO_COLON      0x040U
#define SSEC_TO_SLASH      0x080U
#define SSEC_TO_EQUALS     0x100U
#define SSEC_TO_OTHER      0x200U


/*
 * The reading that a byte ends: "&" does so in Ruby's and Perl's CGI, the
 * separators of RFC 2616 in others.  Tomcat may be told to take ":", "/" or "="
 * as part of a value, Undertow takes ":" so; hence a reading for each of these.
 */

static const uint16_t  ssec_ends[256] = {
    [0 ... 0x20] = SSEC_TO_BLANK, [0x7f ... 0xff] = SSEC_TO_BLANK,
    ['"'] = SSEC_TO_BLANK,
    [','] = SSEC_TO_COMMA,
    ['&'] = SSEC_TO_AMPERSAND,
    [':'] = SSEC_TO_COLON,
    ['/'] = SSEC_TO_SLASH,
    ['='] = SSEC_TO_EQUALS,
    ['('] = SSEC_TO_OTHER, [')'] = SSEC_TO_OTHER, ['<'] = SSEC_TO_OTHER,
    ['>'] = SSEC_TO_OTHER, ['?'] = SSEC_TO_OTHER, ['@'] = SSEC_TO_OTHER,
    ['['] = SSEC_TO_OTHER, [']'] = SSEC_TO_OTHER, ['{'] = SSEC_TO_OTHER,
    ['}'] = SSEC_TO_OTHER, ['\\'] = SSEC_TO_OTHER, ['\''] = SSEC_TO_OTHER
};


/* The form in which names are compared: no case (ASP.NET), "_" (PHP). */

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

    name->needed = (len < sizeof(name->head)) ? sizeof(name->head) : len + 1;
    name->head = 0;
    name->mask = 0;
    memcpy(&name->head, data, ssec_min(len, sizeof(name->head)));
    memset(&name->mask, 0xff, ssec_min(len, sizeof(name->mask)));

    return len != 0;
}


/* The number that n hexadecimal digits make, or -1 if one is no such digit. */

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


/* The length and the code of the "%XX" or "%uXXXX" at p; else length 0. */

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


/* Whether the name is at p, in any spelling. */

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

    /* PHP ends a name at an encoded zero */

    return p == end || name->prefix
           || (ssec_cookie_escape(p, end, &code) && code == 0);
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

        /* PHP before 7.2.34 decodes a name, then drops blanks before it */

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


/*
 * Whether the configured name, spelled as configured, and "=" are at p.  Eight
 * bytes are compared at once, which saves 50 instructions for "PHPSESSID" as
 * the third of three cookies.  Where there are fewer, gives false: then the
 * part is read as a special one.
 */

static inline bool
ssec_cookie_is_named(const ssec_cookie_name_t *name, const uint8_t *p,
    const uint8_t *end)
{
    size_t    i;
    uint64_t  head;

    if ((size_t) (end - p) < name->needed) {
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


/* Whether a part without encodings may have the name in another spelling. */

static inline bool
ssec_cookie_may_match(const ssec_cookie_name_t *name, const uint8_t *p,
    const uint8_t *end)
{
    uint8_t  first;

    first = *name->folded.data;

    return (size_t) (end - p) > name->folded.len
           && (ssec_ends[*p]
               || ((p[name->folded.len] == '=' || name->prefix)
                   && (first == '_' || (*p | 0x20) == (first | 0x20))));
}


/*
 * How many of sixteen bytes come before the first that is special.  A loop over
 * single bytes takes twice as many instructions for a browser's three cookies:
 * 633 instead of 307, with a table.
 */

typedef uint8_t  ssec_bytes_t   __attribute__((vector_size(16)));
typedef int8_t   ssec_signed_t  __attribute__((vector_size(16)));
#if (__SSE2__)
typedef char     ssec_chars_t   __attribute__((vector_size(16)));
#endif

/* moved up so that the range ends at 0x7f, a signed comparison finds it */
#define ssec_within(bytes, from, to)                                          \
    ((ssec_signed_t) ((bytes) + (0x7f - (to))) > 0x7f - (to) + (from) - 1)

static inline unsigned
ssec_count_plain(const uint8_t *p, bool in_value)
{
    ssec_bytes_t   bytes;
    ssec_signed_t  plain;

    memcpy(&bytes, p, 16);

    /* the range before the first "^" has what the others take out of it */

    plain = in_value
            ? ssec_within(bytes, '-', 'z') ^ ssec_within(bytes, ':', '@')
              ^ ssec_within(bytes, '[', ']') ^ (bytes == '/')
            : ssec_within(bytes, '-', '~') ^ (bytes == '\\')
              ^ (bytes == ';');

#if (__SSE2__)

    return (unsigned) __builtin_ctz(
        ~(unsigned) __builtin_ia32_pmovmskb128((ssec_chars_t) plain));

#else

    uint64_t  words[2];

    memcpy(words, &plain, 16);

    if (~words[0]) {
        return (unsigned) __builtin_ctzll(~words[0]) / 8;
    }

    return 8 + (~words[1] ? (unsigned) __builtin_ctzll(~words[1]) / 8 : 8);

#endif
}


/*
 * The first byte that ends a part, makes it special or, in a value, ends one
 * for some backends; or the end.  It may find others as well, as a part that is
 * plain may be read as a special one.
 */

static inline const uint8_t *
ssec_find_special(const uint8_t *p, const uint8_t *end, bool in_value)
{
#if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

    unsigned        n;
    const uint8_t  *last;

    if (end - p >= 16) {

        /* the last sixteen bytes may overlap with those before */

        for (last = end - 16; /* void */ ; p = ssec_min(p + 16, last)) {

            n = ssec_count_plain(p, in_value);

            if (n < 16) {
                return p + n;
            }

            if (p == last) {
                return end;
            }
        }
    }

#endif

    while (p < end && *p > ',' && *p < 0x7f && *p != '\\' && *p != ';'
           && !(in_value && ssec_ends[*p]))
    {
        p++;
    }

    return p;
}


/* Goes on to a special part; its end is at p or behind. */

static void
ssec_cookies_split(ssec_cookies_t *it, const uint8_t *part, const uint8_t *p)
{
    p = memchr(p, ';', (size_t) (it->end - p));

    it->part = part;
    it->part_end = p ? p : it->end;
    it->next = p ? p + 1 : it->end;
    it->special = true;
    it->equals = NULL;

    ssec_steps(it->part_end - part);
}


/* Gives up a header that is too much: neither part nor what follows is read. */

static void
ssec_cookies_stop(ssec_cookies_t *it)
{
    it->too_many = true;
    it->special = false;
    it->readings = 0;
    it->next = it->end;
}


/* Gives the session's cookie in this part, unless its value is special. */

static inline bool
ssec_cookies_take(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    const uint8_t *part, const uint8_t *start, ssec_cookie_t *cookie)
{
    const uint8_t  *p, *end;

    p = start + name->spelled.len + 1;
    end = ssec_find_special(p, it->end, true);
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

    return true;
}


/*
 * A part is plain if all backends read it alike: it has no quote, comma or
 * encoding in it, a blank only before it, no separator at its start, and none
 * in the session's value.  Most parts are plain.
 */

bool
ssec_cookies_plain(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie)
{
    const uint8_t  *part, *start, *end;

    for (part = it->next; part != it->end; part = end + (end != it->end)) {

        start = part + (*part == ' ');
        ssec_steps(1);

        if (ssec_cookie_is_named(name, start, it->end)) {
            return ssec_cookies_take(it, name, part, start, cookie);
        }

        end = ssec_find_special(start, it->end, false);
        ssec_steps(end - start);

        if ((end != it->end && *end != ';')
            || ssec_cookie_may_match(name, start, end))
        {
            ssec_cookies_split(it, part, end);
            return false;
        }
    }

    it->next = it->end;

    return false;
}


/* Takes len bytes from the budget, or gives the header up without them. */

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


/* The word before a "=", without the blanks behind it. */

static ssec_str_t
ssec_cookie_word(const uint8_t *start, const uint8_t *p, bool separators)
{
    ssec_str_t      word;
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

    word.data = p;
    word.len = (size_t) (end - p);

    ssec_steps(word.len);

    return word;
}


/* How many bytes of a value come before the first that ends the reading. */

static size_t
ssec_cookie_up_to(const ssec_str_t *value, unsigned reading)
{
    size_t  i;

    for (i = 0; i < value->len; i++) {

        if (ssec_ends[value->data[i]] & reading) {
            break;
        }
    }

    ssec_steps(i);

    return i;
}


/*
 * The length of a value behind a blank or a comma: up to the next of these, or
 * up to the later one if both are before the cookie.
 */

static size_t
ssec_cookie_limit(const ssec_str_t *value, unsigned ends)
{
    size_t  blank, comma;

    blank = (ends & SSEC_TO_BLANK) ? ssec_cookie_up_to(value, SSEC_TO_BLANK)
                                   : 0;
    comma = (ends & SSEC_TO_COMMA) ? ssec_cookie_up_to(value, SSEC_TO_COMMA)
                                   : 0;

    return (blank > comma) ? blank : comma;
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


/* The value behind the "=" and its readings, for a cookie behind these ends. */

static void
ssec_cookies_value(ssec_cookies_t *it, const ssec_str_t *name, unsigned ends)
{
    bool         is_quoted;
    size_t       i;
    unsigned     found;
    ssec_str_t  *value;

    it->cookie.name = *name;
    it->cookie.part.data = it->part;
    it->cookie.part.len = (size_t) (it->part_end - it->part);

    value = &it->cookie.value;
    *value = ssec_cookie_trim(it->equals + 1, it->part_end);

    is_quoted = value->len && *value->data == '"';
    it->has_full = !(is_quoted && ends == SSEC_TO_BLANK);

    if (!it->has_full) {
        it->readings = SSEC_QUOTED;
        return;
    }

    if (ends) {
        value->len = ssec_cookie_limit(value, ends);
        *value = ssec_cookie_trim(value->data, value->data + value->len);
    }

    for (i = 0, found = 0; i < value->len; i++) {
        found |= ssec_ends[value->data[i]];
    }

    ssec_steps(i);

    if (is_quoted) {

        /* Perl's and Ruby's CGI and Rack 1 do not know quotes */

        found &= SSEC_TO_COMMA|SSEC_TO_AMPERSAND;
        found |= SSEC_QUOTED | (ends ? 0 : SSEC_SLICED);

    } else if (ends == SSEC_TO_BLANK) {
        found = 0;
    }

    it->readings = SSEC_FULL | found;
}


/*
 * Whether the name is the last word before this "=", and begins where some
 * backend begins a cookie.  Separators end that word, too, if asked for.
 */

static bool
ssec_cookies_find_behind(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    bool separators)
{
    unsigned        ends;
    ssec_str_t      word;
    const uint8_t  *p, *between;

    word = ssec_cookie_word(it->part, it->equals, separators);
    p = word.data;

    if (!ssec_cookie_match(name, p, word.len)) {
        return false;
    }

    ends = 0;

    for (between = p;
         between > it->part && (ssec_ends[between[-1]] || between[-1] == ';');
         between--)
    {
        ends |= ssec_ends[between[-1]] & SSEC_TO_COMMA;
    }

    ssec_steps(p - between);

    if (between == it->part) {

        /* Tomcat skips separators at the start, and Werkzeug "=" */

        ssec_cookies_value(it, &word, 0);
        return true;
    }

    /* only the last byte: a run of blanks is not to be read again and again */

    ends |= ssec_ends[p[-1]] & SSEC_TO_BLANK;

    if (ends == 0) {
        return false;
    }

    ssec_cookies_value(it, &word, ends);

    return true;
}


/* Whether some backend finds the name before this "="; and which readings. */

static bool
ssec_cookies_find(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    bool is_first)
{
    ssec_str_t  word;

    it->cookie.standard = false;

    if (is_first) {
        word = ssec_cookie_trim(it->part, it->equals);

        /* to PHP a blank before "=" is a part of the name, as "_" */

        it->cookie.standard =
            ssec_cookie_match(name, word.data, word.len)
            || (word.data + word.len != it->equals
                && ssec_cookie_match(name, word.data,
                                     (size_t) (it->equals - word.data)));

        if (it->cookie.standard) {
            ssec_cookies_value(it, &word, 0);
            return true;
        }
    }

    return ssec_cookies_find_behind(it, name, false)
           || ssec_cookies_find_behind(it, name, true);
}


/* Goes on to the next "=" of the part.  Gives false if there is none. */

static bool
ssec_cookies_next_value(ssec_cookies_t *it, const ssec_cookie_name_t *name)
{
    bool            is_first;
    const uint8_t  *p;

    is_first = (it->equals == NULL);
    p = is_first ? it->part : it->equals + 1;

    it->equals = memchr(p, '=', (size_t) (it->part_end - p));
    ssec_steps((it->equals ? it->equals : it->part_end) - p);

    if (it->equals == NULL) {
        it->special = false;
        return false;
    }

    if (ssec_cookies_find(it, name, is_first)
        && ++it->values > SSEC_COOKIES_MAX)
    {
        ssec_cookies_stop(it);
    }

    return true;
}


/*
 * Sets the value to what ends at the closing quote, and the part to what has it
 * in it: the quote may be behind a ";".  Gives false if there is no such quote.
 */

static bool
ssec_cookies_unquote(ssec_cookies_t *it, ssec_cookie_t *cookie)
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


/* Sets the value to a reading.  Gives false if the value has none such. */

static bool
ssec_cookies_shorten(ssec_cookies_t *it, unsigned reading,
    ssec_cookie_t *cookie)
{
    ssec_str_t  *value;

    value = &cookie->value;

    switch (reading) {

    case SSEC_FULL:
        return true;

    case SSEC_SLICED:

        /* without a closing quote the reading has another canonical form */

        if (value->len < 2 || value->data[value->len - 1] == '"') {
            return false;
        }

        value->len--;
        return true;

    case SSEC_QUOTED:
        return ssec_cookies_unquote(it, cookie)
               && !(it->has_full && value->len == it->cookie.value.len);

    default:
        value->len = ssec_cookie_up_to(value, reading);
        return value->len != 0;
    }
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


/* Gives the next reading, or false if there is none or no budget for it. */

static bool
ssec_cookies_read(ssec_cookies_t *it, ssec_cookie_t *cookie)
{
    unsigned  reading;

    reading = it->readings & -it->readings;
    it->readings &= ~reading;

    *cookie = it->cookie;

    if (!ssec_cookies_shorten(it, reading, cookie)
        || !ssec_cookies_afford(it, cookie->value.len))
    {
        return false;
    }

    cookie->standard = (it->cookie.standard && reading == SSEC_FULL);
    cookie->cut = (it->has_full && reading != SSEC_FULL);
    cookie->canonical = ssec_cookie_is_canonical(cookie->value.data,
                                                 cookie->value.len);

    return true;
}


/* In a special part a value may begin at each "=". */

bool
ssec_cookies_special(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie)
{
    do {

        while (it->readings) {
            if (ssec_cookies_read(it, cookie)) {
                return true;
            }
        }

    } while (!it->too_many && ssec_cookies_next_value(it, name));

    return false;
}


/*
 * The length and the code of the character in UTF-8 that ends at last, with len
 * bytes before that: a character of Latin-1 in two bytes, or a pair of UTF-16
 * surrogates in three bytes each.  The length is 0 if there is neither.
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


/*
 * Writes a character before p: in one byte if it is of Latin-1, else in UTF-8.
 * Gives the place of its first byte.
 */

static uint8_t *
ssec_cookie_put_back(uint8_t *p, unsigned code)
{
    unsigned  lead;

    if (code < 0x100) {
        *--p = (uint8_t) code;
        return p;
    }

    /* each further byte takes six bits, and one of those that lead has */

    lead = 0x3f;

    do {
        *--p = (uint8_t) (0x80 | (code & 0x3f));
        code >>= 6;
        lead >>= 1;

    } while (code > lead);

    *--p = (uint8_t) (~(lead << 1 | 1) | code);

    return p;
}


/*
 * If buf, which ends at last, ends with an encoded character, removes it and
 * puts the character back before *next.  Gives the new end of buf.  A character
 * is shorter than its encoding, so there is room for it, and n bytes of a value
 * are read at most 3n times.
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
 * Undoes percent-encoding, "+" and UTF-8 in buf and gives the new length; with
 * quoting, undoes Python's octal escapes and drops quotes and backslashes, too.
 * A decoded character is put back before the bytes that are still to be read,
 * as it may be part of another encoding: one pass does the work of many.
 */

static size_t
ssec_cookie_decode(uint8_t *buf, size_t len, bool quoting)
{
    uint8_t  c, *p, *end, *last;

    end = buf + len;

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


size_t
ssec_cookie_canonical(uint8_t *buf, const uint8_t *data, size_t len)
{
    ssec_str_t  value;

    memmove(buf, data, len);

    /* in this order: an octal escape may itself be percent-encoded */

    len = ssec_cookie_decode(buf, len, false);
    len = ssec_cookie_decode(buf, len, true);

    value = ssec_cookie_trim(buf, buf + len);
    memmove(buf, value.data, value.len);

    return value.len;
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

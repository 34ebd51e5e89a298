/*
 * The session's cookie in a Cookie header, as any backend may read it.
 *
 * Backends differ in what they take for the cookie NAME and for its value, and
 * a spelling that this file missed would be a way around the timeout.  So it
 * finds every reading, and brings each value into one canonical form:
 *
 *   names   case is ignored (ASP.NET); blanks, "." and "[" are "_" (PHP);
 *           percent-encoding is undone (PHP before 7.2.34, Perl's CGI, which
 *           knows "%uXXXX", too); a name may follow
 *           ";" (RFC 6265), "," (RFC 2109), a blank or a quote (Python), and
 *           separators behind ";" or "," (Tomcat; Werkzeug "=" before 2.2.3);
 *   values  end at ";", at the closing quote, be it behind a ";" (Python), at
 *           a blank (Python), at a comma (Rack 1, Perl's CGI), at "&" (Ruby's
 *           and Perl's CGI), both within quotes too, or at another separator
 *           (Tomcat, Undertow); with a leading quote the last byte goes too,
 *           quote or not (Node's "cookie" up to 0.4);
 *   forms   percent-encoding (PHP, Node), "%uXXXX" (Perl's CGI, classic ASP,
 *           JavaScript's unescape()) and octal escapes (Python) are undone,
 *           quotes, apostrophes (Jetty up to 9.3) and backslashes dropped,
 *           "+" is a blank (PHP, Rack), two bytes of UTF-8 are the Latin-1
 *           byte they stand for (Node, Django),
 *           two surrogates are the character they stand for (Perl's CGI),
 *           blanks around are dropped; all of it until nothing changes.
 *
 * A blank here is any byte up to 0x20 and from 0x7f on: Python and JavaScript
 * strip Unicode's spaces too, in whatever encoding they take them to be.  A
 * separator is one of RFC 2616, section 2.2, or an apostrophe (Tomcat 5).
 *
 * The time all this takes is linear in the header's length, whatever it holds:
 * a header is read no further once it has more than SSEC_COOKIES_MAX values for
 * the named cookie, or its readings have more bytes than ssec_cookies() allows.
 */

#ifndef SSEC_COOKIE_H
#define SSEC_COOKIE_H


#include "ssec_seldom.h"
#include "ssec_str.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/* more values in one header than any browser has reason to send */
#define SSEC_COOKIES_MAX     16

/* bytes that the readings of a short header may have together */
#define SSEC_COOKIES_BUDGET  4096


typedef struct {
    ssec_str_t  spelled;         /* as configured */
    ssec_str_t  folded;          /* in the form in which names are compared */
    bool        prefix;          /* every cookie that begins so */
    uint64_t    head;            /* its first bytes, as spelled, */
    uint64_t    mask;            /* and which of eight they are */
    size_t      least;           /* a plain cookie is longer */
} ssec_cookie_name_t;


typedef struct {
    ssec_str_t  name;            /* as it is spelled */
    ssec_str_t  value;           /* likewise */
    ssec_str_t  part;            /* of the header: withhold it whole */
    bool        standard;        /* RFC 6265 reads it so */
    bool        cut;             /* of a longer value, just before */
    bool        canonical;       /* value is its own canonical form */
    bool        plain;           /* likewise, and there is no other reading */
} ssec_cookie_t;


typedef struct {                 /* to read a header; see ssec_cookies() */
    const uint8_t  *next;
    const uint8_t  *end;
    const uint8_t  *part;
    const uint8_t  *part_end;
    bool            special;     /* the part has several readings */
    const uint8_t  *equals;
    bool            first;       /* no "=" before this one in the part */
    unsigned        readings;    /* of the cookie, still to give */
    bool            whole;       /* the first of them was not cut short */
    unsigned        values;      /* found so far */
    size_t          budget;      /* bytes that further readings may have */
    bool            too_many;    /* not read from part on */
    ssec_cookie_t   cookie;
} ssec_cookies_t;


/*
 * Takes a configured name of len bytes, for the functions below; it is kept,
 * as is buf, which has room for as many.  Gives false for what cannot be a
 * cookie's name: an empty one, or one with a blank, a quote, or any of ",;="
 * in it.
 */

bool ssec_cookie_name(ssec_cookie_name_t *name, const uint8_t *data,
    size_t len, bool prefix, uint8_t *buf);

/* Whether some backend takes this name, as it is spelled, for that one. */

bool ssec_cookie_match(const ssec_cookie_name_t *name, const uint8_t *data,
    size_t len);

/*
 * Every reading of every cookie in a header that some backend could take for
 * the named one: start with ssec_cookies(), then call ssec_cookies_next()
 * until it gives false.  Slices point into the header.  A plain value has one
 * reading, any other up to ten, of which the first is the whole one, and the
 * others are cut.  If it->too_many is set at the end, the header was read up to
 * it->part only.
 */

static inline void
ssec_cookies(ssec_cookies_t *it, const uint8_t *data, size_t len)
{
    it->next = data;
    it->end = data + len;
    it->special = false;
    it->readings = 0;
    it->values = 0;
    it->budget = SSEC_COOKIES_BUDGET + 2 * len;
    it->too_many = false;
}

/* Its two halves: to the next special part at most; and through that one. */

bool ssec_cookies_plain(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie);
bool ssec_cookies_special(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie) ssec_seldom;

static inline bool
ssec_cookies_next(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie)
{
    while (it->special || it->next != it->end) {

        if (it->special ? ssec_cookies_special(it, name, cookie)
                        : ssec_cookies_plain(it, name, cookie))
        {
            return true;
        }
    }

    return false;
}

/*
 * Writes the canonical form of a value to buf, which has room for len bytes
 * and may be the value's own place; gives its length.
 */

size_t ssec_cookie_canonical(uint8_t *buf, const uint8_t *data, size_t len);

/* Whether a value is its own canonical form. */

bool ssec_cookie_is_canonical(const uint8_t *data, size_t len);

/* The text from p to end without the blanks around it. */

ssec_str_t ssec_cookie_trim(const uint8_t *p, const uint8_t *end);

/*
 * Splits "name=value" at the first "=" and drops the blanks around both.  Gives
 * false if there is no "=": then all is the name, and the value is empty.
 */

bool ssec_cookie_pair(const ssec_str_t *part, ssec_str_t *name,
    ssec_str_t *value);


#pragma GCC visibility pop

#endif /* SSEC_COOKIE_H */

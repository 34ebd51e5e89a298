/*
 * Reads the session's cookie in a Cookie header, as any backend may read it.
 *
 * Backends differ in which cookie they take for the session's and in what they
 * read as its value.  A reading that is missed here is a way around the
 * timeout.  So all of them are given, and each value has one canonical form:
 *
 *   names   ignore case (ASP.NET); have "_" for blanks, "." and "[" (PHP); may
 *           have percent-encoding (PHP before 7.2.34, Perl's CGI, the latter
 *           also "%uXXXX"); follow ";" (RFC 6265), "," (RFC 2109), a blank or a
 *           quote (Python), or separators behind ";" or "," (Tomcat; "=" in
 *           Werkzeug before 2.2.3);
 *   values  end at ";"; at the closing quote, even behind a ";" (Python); at a
 *           blank (Python); at a comma (Rack 1, Perl's CGI) or at "&" (Ruby's
 *           and Perl's CGI), both also within quotes; or at another separator
 *           (Tomcat, Undertow).  Behind a leading quote the last byte is
 *           dropped, quote or not (Node's "cookie" up to 0.4);
 *   forms   percent-encoding (PHP, Node), "%uXXXX" (Perl's CGI, classic ASP,
 *           JavaScript's unescape()) and octal escapes (Python) are undone;
 *           quotes, apostrophes (Jetty up to 9.3), backslashes and blanks
 *           around are dropped; "+" is a blank (PHP, Rack); two bytes of UTF-8
 *           are one of Latin-1 (Node, Django); two surrogates are the character
 *           they make (Perl's CGI).  This is repeated until nothing changes.
 *
 * A blank is any byte up to 0x20 or from 0x7f: Python and JavaScript also strip
 * Unicode's spaces, in several encodings.  A separator is one of RFC 2616,
 * section 2.2, or an apostrophe (Tomcat 5).
 *
 * The time is linear in the length of the header.  Reading stops if there are
 * more than SSEC_COOKIES_MAX values of the cookie, or more bytes in its
 * readings than ssec_cookies() allows.
 */

#ifndef SSEC_COOKIE_H
#define SSEC_COOKIE_H

#include "ssec_str.h"

/* more values in one header than any browser has reason to send */
#define SSEC_COOKIES_MAX     16

/* bytes that the readings of a short header may have together */
#define SSEC_COOKIES_BUDGET  4096


typedef struct {
    ssec_str_t  spelled;         /* as configured */
    ssec_str_t  folded;          /* in the form in which names are compared */
    bool        prefix;          /* names that begin so match, too */
    size_t      needed;          /* bytes that are read to compare it */
    uint64_t    head;            /* the first eight bytes, as spelled */
    uint64_t    mask;            /* the bytes of head that are the name's */
} ssec_cookie_name_t;


typedef struct {
    ssec_str_t  name;            /* as the header spells it */
    ssec_str_t  value;           /* as the header spells it */
    ssec_str_t  part;            /* of the header: what to withhold */
    bool        standard;        /* RFC 6265 reads it so */
    bool        cut;             /* a truncation of an earlier reading */
    bool        canonical;       /* the value is in canonical form */
} ssec_cookie_t;


/* The state of reading a header; see ssec_cookies(). */

typedef struct {
    const uint8_t  *next;        /* where the next part begins */
    const uint8_t  *end;         /* of the header */
    const uint8_t  *part;        /* the current part, if it is special */
    const uint8_t  *part_end;
    bool            special;     /* the current part has several readings */
    const uint8_t  *equals;      /* the "=" before the current value, or NULL */
    ssec_cookie_t   cookie;      /* with the full value */
    unsigned        readings;    /* of it, not yet given */
    bool            has_full;    /* its full value is one of the readings */
    unsigned        values;      /* found so far */
    size_t          budget;      /* bytes that further readings may have */
    bool            too_many;    /* the header was not read from part on */
} ssec_cookies_t;


/*
 * Sets a configured name of len bytes for the functions below.  data is kept,
 * and so is buf, which has room for len bytes.  Gives false if no cookie can
 * have the name: it is empty, or has a blank, a quote, or one of ",;=" in it.
 */

bool ssec_cookie_name(ssec_cookie_name_t *name, const uint8_t *data,
    size_t len, bool prefix, uint8_t *buf);

/* Whether some backend takes this spelling for the configured name. */

bool ssec_cookie_match(const ssec_cookie_name_t *name, const uint8_t *data,
    size_t len);

/*
 * ssec_cookies() begins to read a header.  ssec_cookies_next() then gives every
 * reading of every cookie that some backend may take for the named one, until
 * it gives false.  The slices point into the header.  A plain value has one
 * reading, another up to ten: the first is the full value, which the others
 * truncate.  If it->too_many is set at the end, the header was read only up to
 * it->part.
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

/* The next plain cookie, or false at a special part or the end. */

bool ssec_cookies_plain(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie);

/* The next reading in a special part, or false at the end of the part. */

bool ssec_cookies_special(ssec_cookies_t *it, const ssec_cookie_name_t *name,
    ssec_cookie_t *cookie);

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
 * Writes the canonical form of a value to buf and gives its length.  buf has
 * room for len bytes, and may be data.
 */

size_t ssec_cookie_canonical(uint8_t *buf, const uint8_t *data, size_t len);

/* Whether a value is in canonical form. */

bool ssec_cookie_is_canonical(const uint8_t *data, size_t len);

/* The text from p to end without the blanks around it. */

ssec_str_t ssec_cookie_trim(const uint8_t *p, const uint8_t *end);

/*
 * Splits "name=value" at the first "=" and drops the blanks around both.  Gives
 * false if there is no "=": then all is the name, and the value is empty.
 */

bool ssec_cookie_pair(const ssec_str_t *part, ssec_str_t *name,
    ssec_str_t *value);

#endif /* SSEC_COOKIE_H */

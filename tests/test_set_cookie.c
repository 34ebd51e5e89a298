/* What Set-Cookie headers do to their cookies. */

#include "ssec_test.h"

#include <cmocka.h>

#include <time.h>

#include "../src/core/ssec_set_cookie.h"


#define NOW  1700000000                    /* Tue, 14 Nov 2023 22:13:20 GMT */

#define STR(s)  (const uint8_t *) (s), sizeof(s) - 1


/* One answer as text: "name|value", and "|gone" if it deletes. */

static const char *
set_cookie(const uint8_t *data, size_t len, int64_t now)
{
    int                n;
    bool               sets;
    uint8_t           *header;
    static char        out[1024];
    ssec_set_cookie_t  cookie;

    /* in a block of its own size: a sanitizer sees each byte too far */

    header = malloc(len + (len == 0));
    assert_non_null(header);
    memcpy(header, data, len);

    sets = ssec_set_cookie(header, len, now, &cookie);

    if (sets) {
        n = sprintf(out, "%.*s|%.*s", (int) cookie.name.len,
                    (const char *) cookie.name.data, (int) cookie.value.len,
                    (const char *) cookie.value.data);

        strcpy(out + n, cookie.deletes ? "|gone" : "");
    }

    free(header);

    return sets ? out : "none";
}


/* Where it is valid: "path|domain", "|secure", "|cross-site", ... */

static const char *
scope(const uint8_t *data, size_t len)
{
    int                n;
    uint8_t           *header;
    static char        out[1024];
    ssec_set_cookie_t  cookie;

    header = malloc(len);
    assert_non_null(header);
    memcpy(header, data, len);
    memset(&cookie, 0xff, sizeof(cookie));

    assert_true(ssec_set_cookie(header, len, NOW, &cookie));

    n = sprintf(out, "%.*s|", (int) cookie.path.len,
                cookie.path.len ? (const char *) cookie.path.data : "");

    (void) sprintf(out + n, "%.*s%s%s%s", (int) cookie.domain.len,
                   cookie.domain.len ? (const char *) cookie.domain.data : "",
                   cookie.secure ? "|secure" : "",
                   cookie.cross_site ? "|cross-site" : "",
                   cookie.partitioned ? "|partitioned" : "");

    free(header);

    return out;
}


#define assert_scope(attributes, expected)                                    \
    assert_string_equal(scope(STR("sid=x" attributes)), expected)

#define assert_set_cookie(header, expected)                                   \
    assert_string_equal(set_cookie(STR(header), NOW), expected)

#define assert_kept(attributes)                                               \
    assert_set_cookie("sid=x" attributes, "sid|x")

#define assert_gone(attributes)                                               \
    assert_set_cookie("sid=x" attributes, "sid|x|gone")


static void
test_pair(void **state)
{
    (void) state;

    assert_set_cookie("sid=x", "sid|x");
    assert_set_cookie("sid=x;", "sid|x");
    assert_set_cookie("sid=x; Path=/; HttpOnly", "sid|x");
    assert_set_cookie("  sid \t= x  ; Path=/", "sid|x");
    assert_set_cookie("sid=x=y==", "sid|x=y==");
    assert_set_cookie("__Host-id=x; Secure", "__Host-id|x");
    assert_set_cookie("sid=\"x\"; Path=/", "sid|\"x\"");
    assert_set_cookie("sid=\"x;y\"", "sid|\"x");
    assert_set_cookie("sid=s%3Ax%2B", "sid|s%3Ax%2B");
    assert_set_cookie("sid=x\0y", "sid|x");
    assert_set_cookie("my sid=x,y", "my sid|x,y");

    assert_set_cookie("", "none");
    assert_set_cookie(";", "none");
    assert_set_cookie("=", "none");
    assert_set_cookie("sid", "none");
    assert_set_cookie("sid; a=b", "none");
    assert_set_cookie("=x", "none");
    assert_set_cookie("  =x; Path=/", "none");
    assert_set_cookie("; sid=x", "none");
}


static void
test_empty(void **state)
{
    (void) state;

    assert_set_cookie("sid=", "sid||gone");
    assert_set_cookie("sid= ; Path=/", "sid||gone");
    assert_set_cookie("sid=\"\"; Path=/", "sid|\"\"|gone");
    assert_set_cookie("sid=; Max-Age=600", "sid||gone");
    assert_set_cookie("sid=\"", "sid|\"");
    assert_set_cookie("sid=''", "sid|''");
    assert_set_cookie("sid=\"x\"", "sid|\"x\"");
}


static void
test_max_age(void **state)
{
    (void) state;

    assert_kept("; Max-Age=1");
    assert_kept("; Max-Age=600");
    assert_kept("; max-age = 600 ");
    assert_kept("; Max-Age=010");
    assert_kept("; Max-Age=99999999999999999999999999");
    assert_gone("; Max-Age=0");
    assert_gone(";max-age=0");
    assert_gone("; MAX-AGE=0; Path=/");
    assert_gone("; Path=/; Max-Age = 0 ");
    assert_gone("; Max-Age=000");
    assert_gone("; Max-Age=-1");
    assert_gone("; Max-Age=-0");
    assert_gone("; Max-Age=-99999999999999999999999999");

    /* garbage is not there */

    assert_kept("; Max-Age");
    assert_kept("; Max-Age=");
    assert_kept("; Max-Age=+0");
    assert_kept("; Max-Age=0.0");
    assert_kept("; Max-Age=0s");
    assert_kept("; Max-Age=\"0\"");
    assert_kept("; Max-Age=--1");
    assert_kept("; Max-Age=-1x");
    assert_kept("; Max-Age=none");
    assert_kept("; Max-Agee=0");
    assert_kept("; xMax-Age=0");
    assert_kept("; MaxAge=0");
    assert_kept("; =0");

    /* the last one counts */

    assert_kept("; Max-Age=0; Max-Age=600");
    assert_gone("; Max-Age=600; Max-Age=0");
    assert_gone("; Max-Age=0; Max-Age=none");
}


static void
test_max_age_first(void **state)
{
    (void) state;

    /* in whatever order */

    assert_gone("; Max-Age=0; Expires=Fri, 31 Dec 9999 23:59:59 GMT");
    assert_gone("; Expires=Fri, 31 Dec 9999 23:59:59 GMT; Max-Age=0");
    assert_kept("; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    assert_kept("; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9");
    assert_gone("; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=x");
}


static void
test_deletions(void **state)
{
    (void) state;

    /* Django */

    assert_set_cookie("sessionid=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                      "Max-Age=0; Path=/; SameSite=Lax",
                      "sessionid|\"\"|gone");

    /* PHP: setcookie(), 7 and 8 */

    assert_set_cookie("PHPSESSID=deleted; expires=Thu, 01-Jan-1970 00:00:01 "
                      "GMT; Max-Age=0; path=/", "PHPSESSID|deleted|gone");
    assert_set_cookie("PHPSESSID=deleted; expires=Thu, 01 Jan 1970 00:00:01 "
                      "GMT; Max-Age=0; path=/", "PHPSESSID|deleted|gone");
    assert_set_cookie("PHPSESSID=deleted; expires=Thu, 01-Jan-70 00:00:01 GMT",
                      "PHPSESSID|deleted|gone");

    /* Express, koa */

    assert_set_cookie("connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 "
                      "00:00:00 GMT", "connect.sid||gone");
    assert_set_cookie("koa.sess=; path=/; expires=Thu, 01 Jan 1970 00:00:00 "
                      "GMT; httponly", "koa.sess||gone");

    /* Rails, Rack */

    assert_set_cookie("_app_session=; path=/; expires=Thu, 01 Jan 1970 "
                      "00:00:00 GMT; HttpOnly", "_app_session||gone");
    assert_set_cookie("_app_session=; path=/; max-age=0; expires=Thu, 01 Jan "
                      "1970 00:00:00 -0000", "_app_session||gone");
    assert_set_cookie("rack.session=x; expires=Thu, 01 Jan 1970 00:00:00 -0000",
                      "rack.session|x|gone");

    /* Flask, Tomcat, ASP.NET */

    assert_set_cookie("session=; Expires=Thu, 01-Jan-1970 00:00:00 GMT; "
                      "Max-Age=0; Path=/", "session||gone");
    assert_set_cookie("JSESSIONID=x; Max-Age=0; Expires=Thu, 01-Jan-1970 "
                      "00:00:10 GMT; Path=/", "JSESSIONID|x|gone");
    assert_set_cookie(".AspNetCore.Session=; expires=Thu, 01 Jan 1970 "
                      "00:00:00 GMT; path=/", ".AspNetCore.Session||gone");
    assert_set_cookie("ASP.NET_SessionId=x; expires=Tue, 12-Oct-1999 07:00:00 "
                      "GMT; path=/", "ASP.NET_SessionId|x|gone");
}


static void
test_expires(void **state)
{
    (void) state;

    /* exactly now is gone, as a Max-Age of 0 is */

    assert_gone("; Expires=Tue, 14 Nov 2023 22:13:20 GMT");
    assert_kept("; Expires=Tue, 14 Nov 2023 22:13:21 GMT");
    assert_gone("; Expires=Tue, 14 Nov 2023 22:13:19 GMT");

    /* the formats of RFC 1123, RFC 850, asctime() and Netscape */

    assert_gone("; expires=Tue, 14-Nov-23 22:13:20 GMT");
    assert_kept("; expires=Tue, 14-Nov-23 22:13:21 GMT");
    assert_gone("; expires=Tuesday, 14-Nov-23 22:13:20 GMT");
    assert_kept("; expires=Tuesday, 14-Nov-23 22:13:21 GMT");
    assert_gone("; EXPIRES=Tue Nov 14 22:13:20 2023");
    assert_kept("; EXPIRES=Tue Nov 14 22:13:21 2023");
    assert_gone("; Expires=Tue, 14-Nov-2023 22:13:20 GMT");
    assert_kept("; Expires=Tue, 14-Nov-2023 22:13:21 GMT");
    assert_gone("; Expires=Sun Nov  6 08:49:37 1994");
    assert_gone("; Expires=Sunday, 06-Nov-94 08:49:37 GMT");

    /* two digits: from 70 on it is the last century */

    assert_gone("; Expires=Thu, 01-Jan-70 00:00:00 GMT");
    assert_gone("; Expires=Fri, 31-Dec-99 23:59:59 GMT");
    assert_kept("; Expires=Tue, 31-Dec-69 23:59:59 GMT");
    assert_gone("; Expires=Sat, 01-Jan-00 00:00:00 GMT");

    /* what else RFC 6265 takes */

    assert_gone("; Expires=\"Thu, 01 Jan 1970 00:00:00 GMT\"");
    assert_gone("; Expires=1 january 1970 0:0:0");
    assert_gone("; Expires=1970 Jan 1 00:00:00");
    assert_gone("; Expires=00:00:00 01 1970 Janvier");
    assert_gone("; Expires=Thu,01/Jan/1970/00:00:00.000Z");
    assert_gone("; Expires=01 Jan 1970 00:00:00x");
    assert_gone("; Expires=01st Jan 1970 00:00:00 Feb 02 1999 11:11:11");
    assert_gone("; Expires=01 Jan 1601 00:00:00");
    assert_kept("; Expires=31 Dec 9999 23:59:59");
    assert_gone("; Expires=01 \xe9t\xe9 Jan 1970 00:00:00");

    /* the last that is a date counts */

    assert_kept("; Expires=01 Jan 1970 00:00:00; Expires=01 Jan 2050 0:0:0");
    assert_gone("; Expires=01 Jan 2050 00:00:00; Expires=01 Jan 1970 0:0:0");
    assert_gone("; Expires=01 Jan 1970 00:00:00; Expires=never");
}


static void
test_no_date(void **state)
{
    (void) state;

    assert_kept("; Expires");
    assert_kept("; Expires=");
    assert_kept("; Expires=0");
    assert_kept("; Expires=-1");
    assert_kept("; Expires=never");
    assert_kept("; Expires=Thu, 01 Jan 1970");
    assert_kept("; Expires=Thu, 01 Jan 00:00:00");
    assert_kept("; Expires=Jan 1970 00:00:00");
    assert_kept("; Expires=01 1970 00:00:00");
    assert_kept("; Expires=01 Foo 1970 00:00:00");
    assert_kept("; Expires=01 Ja 1970 00:00:00");
    assert_kept("; Expires=00 Jan 1970 00:00:00");
    assert_kept("; Expires=32 Jan 1970 00:00:00");
    assert_kept("; Expires=001 Jan 1970 00:00:00");
    assert_kept("; Expires=01 Jan 1600 00:00:00");
    assert_kept("; Expires=01 Jan 100 00:00:00");
    assert_kept("; Expires=01 Jan 19700 00:00:00");
    assert_kept("; Expires=01 Jan 197000 00:00:00");
    assert_kept("; Expires=01 Jan 7 00:00:00");
    assert_kept("; Expires=01 Jan 1970 24:00:00");
    assert_kept("; Expires=01 Jan 1970 00:60:00");
    assert_kept("; Expires=01 Jan 1970 00:00:60");
    assert_kept("; Expires=01 Jan 1970 00:00");
    assert_kept("; Expires=01 Jan 1970 00:00:");
    assert_kept("; Expires=01 Jan 1970 00::00");
    assert_kept("; Expires=01 Jan 1970 000:00:00");
    assert_kept("; Expires=01 Jan 1970 00:000:00");
    assert_kept("; Expires=01 Jan 1970 00:00:000");
    assert_kept("; Expires=01 Jan 1970 :00:00");
    assert_kept("; Expires=01 Jan 1970 00x00:00");
    assert_kept("; Expires=01 Jan 1970 00:00x00");

    assert_kept("; Expired=Thu, 01 Jan 1970 00:00:00 GMT");
    assert_kept("; xExpires=Thu, 01 Jan 1970 00:00:00 GMT");
}


static void
test_scope(void **state)
{
    (void) state;

    assert_scope("", "|");
    assert_scope("; HttpOnly", "|");
    assert_scope("; Path=/app; Domain=example.com; Secure; SameSite=None; "
                 "Partitioned",
                 "/app|example.com|secure|cross-site|partitioned");
    assert_scope(";PATH=/app;DOMAIN=example.com;SECURE;SAMESITE=NONE;"
                 "PARTITIONED",
                 "/app|example.com|secure|cross-site|partitioned");
    assert_scope(" ; Path = /app ; Domain = example.com ; Secure ; SameSite = "
                 "None ; Partitioned ",
                 "/app|example.com|secure|cross-site|partitioned");

    /* deletions have one, too */

    assert_string_equal(scope(STR("sid=; Path=/a; Max-Age=0; Secure")),
                        "/a||secure");
}


static void
test_path_and_domain(void **state)
{
    (void) state;

    assert_scope("; Path=/", "/|");
    assert_scope("; Path=/a/b/", "/a/b/|");
    assert_scope("; Path=/a=b", "/a=b|");
    assert_scope("; Path=", "|");
    assert_scope("; Path", "|");
    assert_scope("; Path=app", "|");
    assert_scope("; Path=\"/app\"", "|");
    assert_scope("; xPath=/app", "|");
    assert_scope("; Path=/a; Path=/b", "/b|");
    assert_scope("; Path=/a; Path=", "|");
    assert_scope("; Path=/a; Path", "|");
    assert_scope("; Path=/a; Path=b", "|");

    assert_scope("; Domain=example.com", "|example.com");
    assert_scope("; Domain=.example.com", "|example.com");
    assert_scope("; Domain=..example.com", "|.example.com");
    assert_scope("; Domain=Example.COM", "|Example.COM");
    assert_scope("; Domain=.", "|");
    assert_scope("; Domain=", "|");
    assert_scope("; Domain", "|");
    assert_scope("; Domain=a; Domain=.b", "|b");
    assert_scope("; Domain=a; Domain=", "|");
    assert_scope("; Domains=a", "|");
}


static void
test_flags(void **state)
{
    (void) state;

    assert_scope("; Secure=", "||secure");
    assert_scope("; Secure=no", "||secure");
    assert_scope("; secure; Secure", "||secure");
    assert_scope("; Secured", "|");
    assert_scope("; Insecure", "|");
    assert_scope("; x=Secure", "|");

    assert_scope("; SameSite=none", "||cross-site");
    assert_scope("; SameSite=Lax", "|");
    assert_scope("; SameSite=Strict", "|");
    assert_scope("; SameSite", "|");
    assert_scope("; SameSite=", "|");
    assert_scope("; SameSite=\"None\"", "|");
    assert_scope("; SameSite=None; SameSite=Lax", "|");
    assert_scope("; SameSite=Lax; SameSite=None", "||cross-site");
    assert_scope("; None", "|");

    assert_scope("; Partitioned=1", "||partitioned");
    assert_scope("; CHIPS", "|");

    /* a value is no attribute */

    assert_string_equal(scope(STR("Path=/app")), "|");
    assert_string_equal(scope(STR("Secure=; Path=/")), "/|");
}


/* Dates of 1601 to 9999 in every format, to the second, against timegm(). */

static void
test_dates(void **state)
{
    char        header[128];
    size_t      i, f;
    time_t      t;
    uint64_t    seed;
    struct tm   tm;

    static const char  *formats[] = {
        "s=x; Expires=%a, %d %b %Y %H:%M:%S GMT",
        "s=x; Expires=%a, %d-%b-%Y %H:%M:%S GMT",
        "s=x; Expires=%a %b %e %H:%M:%S %Y",
        "s=x; Expires=%A, %d-%b-%y %H:%M:%S GMT"       /* 1970 to 2069 */
    };

    (void) state;

    seed = 1601;

    for (i = 0; i < 100000; i++) {

        f = i % 4;

        /* every fourth day is a last or first of a month, leap years' too */

        memset(&tm, 0, sizeof(tm));
        tm.tm_year = f == 3 ? 70 + (int) test_below(&seed, 100)
                            : 1601 - 1900 + (int) test_below(&seed, 8399);
        tm.tm_mon = (int) test_below(&seed, 12);
        tm.tm_mday = test_below(&seed, 4)
                     ? 1 + (int) test_below(&seed, 28)
                     : (int) test_below(&seed, 2);
        tm.tm_hour = (int) test_below(&seed, 24);
        tm.tm_min = (int) test_below(&seed, 60);
        tm.tm_sec = (int) test_below(&seed, 60);

        t = timegm(&tm);

        if (tm.tm_year < (f == 3 ? 70 : -299)) {
            continue;                      /* a 31 December, the year before */
        }

        strftime(header, sizeof(header), formats[f], &tm);

        if (strcmp(set_cookie((uint8_t *) header, strlen(header), t - 1),
                   "s|x") != 0
            || strcmp(set_cookie((uint8_t *) header, strlen(header), t),
                      "s|x|gone") != 0)
        {
            fail_msg("%s is not %lld", header, (long long) t);
        }
    }
}


static void
test_any(void **state)
{
    size_t    i, n, len;
    uint64_t  seed;
    uint8_t   header[96];

    static const char  *words[] = {
        "sid", "=", ";", " ", "Max-Age", "Expires", "0", "-", "1970", ":",
        "Jan", "01", "00:00:00", ",", "\"", "\xe9", "x", "9"
    };

    (void) state;

    seed = 3;

    for (i = 0; i < 100000; i++) {
        len = 0;

        for (n = test_below(&seed, 12); n; n--) {
            len += (size_t) sprintf((char *) header + len, "%s",
                                    words[test_below(&seed, 18)]);
        }

        (void) set_cookie(header, len, NOW);        /* for the sanitizers */
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_pair),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_max_age),
        cmocka_unit_test(test_max_age_first),
        cmocka_unit_test(test_deletions),
        cmocka_unit_test(test_expires),
        cmocka_unit_test(test_no_date),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_path_and_domain),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_any)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

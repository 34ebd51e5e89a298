/* Scheme, host and port of a URL. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_origin.h"


typedef struct {
    const char  *url;
    size_t       len;            /* of the origin; 0: it has none */
    const char  *scheme;
    const char  *host;
    unsigned     port;
    bool         whole;          /* as a browser sends it in Origin */
    bool         is_default;
    bool         other;          /* neither http: nor https: */
} row_t;


static const row_t  rows[] = {
    { "https://app.example.com", 23, "https", "app.example.com", 0, 1, 1, 0 },
    { "http://a:8080", 13, "http", "a", 8080, 1, 0, 0 },
    { "https://a:443/b?c#d", 13, "https", "a", 443, 0, 1, 0 },
    { "http://a:443", 12, "http", "a", 443, 1, 0, 0 },
    { "HTTPS://A:443", 13, "HTTPS", "A", 443, 1, 1, 0 },
    { "http://a:80", 11, "http", "a", 80, 1, 1, 0 },
    { "http://a:", 9, "http", "a", 0, 1, 1, 0 },
    { "http://a.:80", 12, "http", "a", 80, 1, 1, 0 },
    { "http://a?b", 8, "http", "a", 0, 0, 1, 0 },
    { "//a/b", 3, "", "a", 0, 0, 1, 0 },
    { "//a:443", 7, "", "a", 443, 0, 1, 0 },
    { "//a:444", 7, "", "a", 444, 0, 0, 0 },
    { "http://[::1]", 12, "http", "[::1]", 0, 1, 1, 0 },
    { "http://[::1]:81/", 15, "http", "[::1]", 81, 0, 0, 0 },
    { "capacitor://localhost", 21, "capacitor", "localhost", 0, 1, 1, 1 },
    { "a+b-c.1://d", 11, "a+b-c.1", "d", 0, 1, 1, 1 },
    { "javascript://a/%0aalert(1)", 14, "javascript", "a", 0, 0, 1, 1 },
    { "http://user@a", 13, "http", "user@a", 0, 1, 1, 0 },

    { "", 0, "", "", 0, 0, 0, 0 },
    { "null", 0, "", "", 0, 0, 0, 0 },
    { "/a", 0, "", "", 0, 0, 0, 0 },
    { "//", 0, "", "", 0, 0, 0, 0 },
    { "//.", 0, "", "", 0, 0, 0, 0 },
    { "http:", 0, "", "", 0, 0, 0, 0 },
    { "http:/a", 0, "", "", 0, 0, 0, 0 },
    { "http://", 0, "", "", 0, 0, 0, 0 },
    { "http:///a", 0, "", "", 0, 0, 0, 0 },
    { "http://:80", 0, "", "", 0, 0, 0, 0 },
    { "http://a:0", 0, "", "", 0, 0, 0, 0 },
    { "http://a:65536", 0, "", "", 0, 0, 0, 0 },
    { "http://a:4294967376", 0, "", "", 0, 0, 0, 0 },
    { "http://a:8x", 0, "", "", 0, 0, 0, 0 },
    { "http://a:80:80", 0, "", "", 0, 0, 0, 0 },
    { "http://[::1", 0, "", "", 0, 0, 0, 0 },
    { "http://[::1]a", 0, "", "", 0, 0, 0, 0 },
    { "1http://a", 0, "", "", 0, 0, 0, 0 },
    { "://a", 0, "", "", 0, 0, 0, 0 },
    { "a b://c", 0, "", "", 0, 0, 0, 0 }
};


static bool
is(const ssec_str_t *s, const char *text)
{
    return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}


static void
reads(void **state)
{
    bool           whole;
    size_t         i, len;
    const row_t   *row;
    ssec_origin_t  origin;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        row = &rows[i];

        len = ssec_origin(&origin, (const uint8_t *) row->url,
                          strlen(row->url));

        if (len != row->len
            || (len && (!is(&origin.scheme, row->scheme)
                        || !is(&origin.host, row->host)
                        || origin.port != row->port
                        || ssec_origin_is_http(&origin) == row->other
                        || ssec_origin_has_default_port(&origin)
                           != row->is_default)))
        {
            fail_msg("\"%s\": length %zu, host \"%.*s\", port %u", row->url,
                     len, (int) origin.host.len,
                     (const char *) origin.host.data, origin.port);
        }

        whole = ssec_origin_whole(&origin, (const uint8_t *) row->url,
                                  strlen(row->url));

        if (whole != row->whole) {
            fail_msg("\"%s\": whole is %d", row->url, whole);
        }
    }
}


static void
same(void **state)
{
    size_t         i;
    ssec_origin_t  one, other;

    static const struct {
        const char  *one;
        const char  *other;
        bool         same;
    } pairs[] = {
        { "https://a", "https://a:443", 1 },
        { "http://a:80", "HTTP://A", 1 },
        { "https://a", "http://a", 0 },
        { "https://a", "http://a:443", 0 },
        { "https://a", "https://a:80", 0 },
        { "https://a", "https://b", 0 },
        { "https://a", "https://a.b", 0 },
        { "app://a", "app://a", 1 },
        { "app://a", "app://a:1", 0 },
        { "app://a", "application://a", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        assert_true(ssec_origin(&one, (const uint8_t *) pairs[i].one,
                                strlen(pairs[i].one)));
        assert_true(ssec_origin(&other, (const uint8_t *) pairs[i].other,
                                strlen(pairs[i].other)));

        if (ssec_origin_same(&one, &other) != pairs[i].same
            || ssec_origin_same(&other, &one) != pairs[i].same)
        {
            fail_msg("\"%s\" and \"%s\"", pairs[i].one, pairs[i].other);
        }
    }
}


static void
plain(void **state)
{
    size_t         i;
    ssec_origin_t  origin;

    static const struct {
        const char  *url;
        bool         plain;
    } hosts[] = {
        { "https://a-b_c.example", 1 },
        { "https://127.0.0.1:8080", 1 },
        { "https://[2001:db8::1]:8443", 1 },
        { "https://XN--bcher-kva.example", 1 },
        { "https://*.example", 0 },
        { "https://$host", 0 },
        { "https://user@a", 0 },
        { "https://a b", 0 },
        { "https://b\303\274cher.example", 0 },
        { "https://a%2fb", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        assert_true(ssec_origin_whole(&origin, (const uint8_t *) hosts[i].url,
                                      strlen(hosts[i].url)));

        if (ssec_origin_is_plain(&origin) != hosts[i].plain) {
            fail_msg("\"%s\"", hosts[i].url);
        }
    }
}


static void
null_bytes(void **state)
{
    ssec_origin_t  origin;

    (void) state;

    assert_int_equal(ssec_origin(&origin, (const uint8_t *) "a\0://b", 6), 0);
    assert_int_equal(ssec_origin(&origin, (const uint8_t *) "a://b\0c", 7), 7);
    assert_int_equal(origin.host.len, 3);
    assert_false(ssec_origin_is_plain(&origin));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(same),
        cmocka_unit_test(plain),
        cmocka_unit_test(null_bytes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

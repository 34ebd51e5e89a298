/* Where a cookie is valid. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_scope.h"


#define str(s)  ((ssec_str_t) { (const uint8_t *) (s), strlen(s) })


static uint8_t  notes[SSEC_TABLE_NOTES];


static int
set_up(void **state)
{
    (void) state;

    memset(notes, 0, sizeof(notes));

    return 0;
}


/*
 * As text: "path|domain", and "|secure", "|cross-site", "|partitioned",
 * "|default".
 */

static const char *
text(const ssec_scope_t *scope)
{
    static char  out[1024];

    sprintf(out, "%.*s|%.*s%s%s%s%s", (int) scope->path.len,
            (const char *) scope->path.data, (int) scope->domain.len,
            scope->domain.len ? (const char *) scope->domain.data : "",
            scope->secure ? "|secure" : "",
            scope->cross_site ? "|cross-site" : "",
            scope->partitioned ? "|partitioned" : "",
            scope->by_default ? "|default" : "");

    return out;
}


static ssec_scope_t
scope_of(const char *header, const char *uri)
{
    ssec_str_t         u;
    ssec_scope_t       scope;
    ssec_set_cookie_t  cookie;

    u = str(uri);

    assert_true(ssec_set_cookie((const uint8_t *) header, strlen(header), 0,
                                &cookie));
    ssec_scope(&cookie, &u, &scope);

    return scope;
}


static void
check_scope(const char *header, const char *uri, const char *expected)
{
    ssec_scope_t  scope;

    scope = scope_of(header, uri);
    assert_string_equal(text(&scope), expected);
}


static void
learn(const char *header, const char *uri)
{
    ssec_scope_t  scope;

    scope = scope_of(header, uri);
    ssec_scope_learn(notes, &scope);
}


/* All that was learned, in the order of the notes, each with a blank after. */

static const char *
learned(void)
{
    unsigned      i;
    ssec_scope_t  scope;
    static char   out[4096];

    i = 0;
    out[0] = '\0';

    while (ssec_scope_next(notes, &i, &scope)) {
        strcat(out, text(&scope));
        strcat(out, " ");
    }

    return out;
}


static void
check_covers(bool expected, const char *path, const char *domain,
    const char *host, const char *uri)
{
    ssec_str_t    h, u;
    ssec_scope_t  scope;

    h = str(host);
    u = str(uri);
    memset(&scope, 0, sizeof(scope));
    scope.path = str(path);
    scope.domain = str(domain);

    if (ssec_scope_covers(&scope, &h, &u) != expected) {
        fail_msg("path %s, domain %s: %s%s %s covered", path, domain, host,
                 uri, expected ? "is not" : "is");
    }
}


#define assert_covers(path, domain, host, uri)                                \
    check_covers(true, path, domain, host, uri)
#define assert_spares(path, domain, host, uri)                                \
    check_covers(false, path, domain, host, uri)


static void
test_attributes(void **state)
{
    (void) state;

    check_scope("sid=x; Path=/app; Domain=example.com; Secure; SameSite=None; "
                "Partitioned", "/other/x",
                "/app|example.com|secure|cross-site|partitioned");
    check_scope("sid=x; Path=/", "/other/x", "/|");
    check_scope("sid=x; Path=/a/; HttpOnly", "/other/x", "/a/|");
    check_scope("sid=x; Path=/; SameSite=Lax; Secure", "/", "/||secure");
}


static void
test_default_path(void **state)
{
    (void) state;

    check_scope("sid=x", "/", "/||default");
    check_scope("sid=x", "/login", "/||default");
    check_scope("sid=x", "/app/login", "/app||default");
    check_scope("sid=x", "/app/", "/app||default");
    check_scope("sid=x", "/a/b/c/d", "/a/b/c||default");
    check_scope("sid=x", "//", "/||default");
    check_scope("sid=x", "//x", "/||default");
    check_scope("sid=x", "/a//b", "/a/||default");

    /* arguments are none of it */

    check_scope("sid=x", "/app/login?next=/a/b", "/app||default");
    check_scope("sid=x", "/login?next=/a/b", "/||default");
    check_scope("sid=x", "/?/a/b", "/||default");
    check_scope("sid=x", "/app/login#/a/b", "/app||default");

    /* nor is what is no path */

    check_scope("sid=x", "", "/||default");
    check_scope("sid=x", "?/a/b", "/||default");
    check_scope("sid=x", "*", "/||default");
    check_scope("sid=x", "app/login", "/||default");
    check_scope("sid=x", "http://a/b", "/||default");

    check_scope("sid=x; Path=", "/app/login", "/app||default");
    check_scope("sid=x; Path=app", "/app/login", "/app||default");
}


static void
test_covers_path(void **state)
{
    (void) state;

    assert_covers("/", "", "a", "/");
    assert_covers("/", "", "a", "/x/y?z");
    assert_covers("/app", "", "a", "/app");
    assert_covers("/app", "", "a", "/app/");
    assert_covers("/app", "", "a", "/app/x");
    assert_covers("/app", "", "a", "/app?x");
    assert_covers("/app", "", "a", "/app#x");
    assert_covers("/app/", "", "a", "/app/");
    assert_covers("/app/", "", "a", "/app/x");

    assert_spares("/app", "", "a", "/");
    assert_spares("/app", "", "a", "/apple");
    assert_spares("/app", "", "a", "/ap");
    assert_spares("/app", "", "a", "/App");
    assert_spares("/app", "", "a", "/x/app");
    assert_spares("/app", "", "a", "/?/app");
    assert_spares("/app/", "", "a", "/app");
    assert_spares("/app/", "", "a", "/app?/");
    assert_spares("/", "", "a", "");
    assert_spares("/", "", "a", "*");
}


static void
test_covers_domain(void **state)
{
    (void) state;

    assert_covers("/", "example.com", "example.com", "/");
    assert_covers("/", "example.com", "www.example.com", "/");
    assert_covers("/", "example.com", "a.b.example.com", "/");
    assert_covers("/", "Example.COM", "WWW.eXample.com", "/");
    assert_covers("/", "", "anything.else", "/");

    assert_spares("/", "example.com", "badexample.com", "/");
    assert_spares("/", "example.com", "example.com.evil", "/");
    assert_spares("/", "example.com", "example.org", "/");
    assert_spares("/", "www.example.com", "example.com", "/");
    assert_spares("/", "example.com", "", "/");
    assert_spares("/", "example.com", "com", "/");
    assert_spares("/app", "example.com", "www.example.com", "/");
}


static void
test_learn(void **state)
{
    (void) state;

    assert_string_equal(learned(), "");

    learn("sid=x; Path=/; Secure", "/");
    assert_string_equal(learned(), "/||secure ");

    learn("sid=x; Path=/app; Domain=example.com; SameSite=None", "/");
    assert_string_equal(learned(),
                        "/||secure /app|example.com|cross-site ");

    /* what is known is not learned again */

    learn("sid=y; Path=/; Secure", "/x/y");
    learn("sid=y; path=/app; domain=.EXAMPLE.com; samesite=none", "/");
    assert_string_equal(learned(),
                        "/||secure /app|example.com|cross-site ");

    /* and differs in any part */

    learn("sid=x; Path=/", "/");
    learn("sid=x; Path=/; Partitioned", "/");
    learn("sid=x; Path=/; Domain=example.org; Secure", "/");
    learn("sid=x; Path=/; Domain=example.net; Secure", "/");
    learn("sid=x; Path=/App; Domain=example.com; SameSite=None", "/");
    learn("sid=x; Path=/; SameSite=None; Partitioned; Secure", "/");

    assert_string_equal(learned(),
                        "/||secure /app|example.com|cross-site /| "
                        "/||partitioned /|example.org|secure "
                        "/|example.net|secure /App|example.com|cross-site "
                        "/||secure|cross-site|partitioned ");
}


/*
 * What a browser takes for the path is learned, too, and is not told apart
 * from what says so.
 */

static void
test_learn_default(void **state)
{
    (void) state;

    learn("sid=x", "/app/login");
    learn("sid=x; Path=/app", "/");
    learn("sid=y", "/app/other");
    learn("sid=x; Path=/", "/app/login");
    learn("sid=x", "/login");
    assert_string_equal(learned(), "/app||default /| ");

    learn("sid=x; Secure", "/login");
    assert_string_equal(learned(), "/app||default /| /||secure|default ");
}


/* A browser would read attributes there: it is not to be repeated. */

static void
test_learn_no_semicolon(void **state)
{
    (void) state;

    learn("sid=x", "/a;b/login");
    learn("sid=x", "/a;domain=example.com/");
    learn("sid=x", "/a/;/");
    learn("sid=x", "/;/a");
    assert_string_equal(learned(), "");

    /* beyond the path there may be one */

    learn("sid=x", "/a/b;c");
    learn("sid=x", "/c/b?d;e/f");
    assert_string_equal(learned(), "/a||default /c||default ");
}


/* The one that was learned first goes where there is no room. */

static void
test_learn_more_than_there_is_room(void **state)
{
    unsigned      i, n, count;
    char          header[64], expected[32];
    ssec_scope_t  scope;

    (void) state;

    /* also past the number that is kept of their order */

    for (n = 0; n < 1000; n++) {
        sprintf(header, "sid=x; Path=/%u", n);
        learn(header, "/");

        i = 0;

        while (ssec_scope_next(notes, &i, &scope)) {
            sprintf(expected, "/%u|", n);

            if (strcmp(text(&scope), expected) == 0) {
                break;
            }
        }

        assert_string_equal(text(&scope), expected);

        for (i = 0, count = 0; ssec_scope_next(notes, &i, &scope); count++) {
            /* void */
        }

        assert_int_equal(count, n < SSEC_SCOPES ? n + 1 : SSEC_SCOPES);

        /* the others are the last ones, as long as all can be told apart */

        if (n < UINT8_MAX) {
            for (i = 0; ssec_scope_next(notes, &i, &scope); /* void */ ) {
                assert_true(strtoul((const char *) scope.path.data + 1, NULL,
                                    10) + SSEC_SCOPES > n);
            }
        }
    }

    i = SSEC_SCOPES - 1;
    assert_true(ssec_scope_next(notes, &i, &scope));
    assert_int_equal(i, SSEC_SCOPES);
    assert_false(ssec_scope_next(notes, &i, &scope));
}


/* Paths that clients choose push out nothing, and are pushed out. */

static void
test_learn_more_defaults(void **state)
{
    char          path[64];
    unsigned      i, n, explicit;
    ssec_scope_t  scope;

    (void) state;

    /* where there is room they are learned */

    for (n = 0; n < 100; n++) {
        sprintf(path, "/%u/x", n);
        learn("sid=x", path);
    }

    for (i = 0, n = 0; ssec_scope_next(notes, &i, &scope); n++) {
        sprintf(path, "/%u||default", n);
        assert_string_equal(text(&scope), path);
    }

    assert_int_equal(n, SSEC_SCOPES);

    /* each that says so takes the place of one */

    for (n = 1; n <= SSEC_SCOPES; n++) {
        sprintf(path, "sid=x; Path=/explicit/%u", n);
        learn(path, "/");
        learn("sid=x", "/a/b");

        explicit = 0;

        for (i = 0; ssec_scope_next(notes, &i, &scope); /* void */ ) {
            explicit += !scope.by_default;
        }

        assert_int_equal(explicit, n);
    }

    /* and keeps it */

    for (n = 0; n < 300; n++) {
        sprintf(path, "/%u/x", n);
        learn("sid=x", path);
    }

    for (i = 0, n = 1; ssec_scope_next(notes, &i, &scope); n++) {
        sprintf(path, "/explicit/%u|", n);
        assert_string_equal(text(&scope), path);
    }

    assert_int_equal(n, SSEC_SCOPES + 1);
}


static void
test_learn_long_ones(void **state)
{
    char          header[512], path[SSEC_SCOPE_TEXT + 2];
    unsigned      i;
    ssec_scope_t  scope;

    (void) state;

    memset(path, 'p', sizeof(path));
    path[0] = '/';
    path[SSEC_SCOPE_TEXT + 1] = '\0';

    sprintf(header, "sid=x; Path=%s", path);
    learn(header, "/");
    assert_string_equal(learned(), "");

    path[SSEC_SCOPE_TEXT] = '\0';
    sprintf(header, "sid=x; Path=%s", path);
    learn(header, "/");

    path[SSEC_SCOPE_TEXT - 4] = '\0';
    sprintf(header, "sid=x; Path=%s; Domain=a.bc", path);
    learn(header, "/");

    path[SSEC_SCOPE_TEXT - 4] = 'p';
    path[SSEC_SCOPE_TEXT - 3] = '\0';
    sprintf(header, "sid=x; Path=%s; Domain=a.bc", path);
    learn(header, "/");

    i = 0;
    assert_true(ssec_scope_next(notes, &i, &scope));
    assert_int_equal(scope.path.len, SSEC_SCOPE_TEXT);
    assert_int_equal(scope.domain.len, 0);
    assert_true(ssec_scope_next(notes, &i, &scope));
    assert_int_equal(scope.path.len, SSEC_SCOPE_TEXT - 4);
    assert_memory_equal(scope.domain.data, "a.bc", 4);
    assert_false(ssec_scope_next(notes, &i, &scope));
}


/* What a process that was killed left half written is passed over. */

static void
test_half_written(void **state)
{
    uint8_t  *note;

    (void) state;

    learn("sid=x; Path=/a", "/");
    learn("sid=x; Path=/b", "/");
    learn("sid=x; Path=/c", "/");
    learn("sid=x; Path=/d", "/");

    note = notes + SSEC_SCOPE_TEXT + 4;

    note[0] = 0;                           /* it is free */
    assert_string_equal(learned(), "/a| /c| /d| ");

    note[0] = 9;                           /* no path */
    note[2] = 0;
    assert_string_equal(learned(), "/a| /c| /d| ");

    note[2] = SSEC_SCOPE_TEXT;             /* longer than there is room */
    note[3] = 1;
    assert_string_equal(learned(), "/a| /c| /d| ");

    /* nor is it known, and its place is taken again */

    note[0] = 0;
    note[2] = 2;
    note[3] = 0;
    learn("sid=x; Path=/b", "/");
    assert_string_equal(learned(), "/a| /b| /c| /d| ");

    note[0] = 0;
    learn("sid=x; Path=/e", "/");
    assert_string_equal(learned(), "/a| /e| /c| /d| ");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_attributes, set_up),
        cmocka_unit_test_setup(test_default_path, set_up),
        cmocka_unit_test_setup(test_covers_path, set_up),
        cmocka_unit_test_setup(test_covers_domain, set_up),
        cmocka_unit_test_setup(test_learn, set_up),
        cmocka_unit_test_setup(test_learn_more_than_there_is_room, set_up),
        cmocka_unit_test_setup(test_learn_default, set_up),
        cmocka_unit_test_setup(test_learn_no_semicolon, set_up),
        cmocka_unit_test_setup(test_learn_more_defaults, set_up),
        cmocka_unit_test_setup(test_learn_long_ones, set_up),
        cmocka_unit_test_setup(test_half_written, set_up)
    };

    return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}

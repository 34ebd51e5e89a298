/* Set-Cookie headers, and where they are valid. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ssec_scope.h"


#define NOW  1700000000

#define ANY  ((unsigned) -1)

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static bool
is_inside(const ssec_str_t *s, const uint8_t *data, size_t len)
{
    return s->data >= data && s->data + s->len <= data + len;
}


static bool
same(const ssec_str_t *a, const ssec_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


static bool
same_host(const ssec_str_t *a, const ssec_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || strncasecmp((const char *) a->data,
                                          (const char *) b->data, a->len)
                              == 0);
}


/* Whether it is in the notes, of which this many, or any, are to be found. */

static bool
is_known(const void *notes, const ssec_scope_t *scope, unsigned expected)
{
    bool          known;
    unsigned      i, n;
    ssec_scope_t  s;

    known = false;

    for (i = 0, n = 0; ssec_scope_next(notes, &i, &s); n++) {
        check(s.path.len);
        check(is_inside(&s.path, notes, SSEC_TABLE_NOTES));
        check(is_inside(&s.domain, notes, SSEC_TABLE_NOTES));

        known |= same(&s.path, &scope->path)
                 && same_host(&s.domain, &scope->domain)
                 && s.secure == scope->secure
                 && s.cross_site == scope->cross_site
                 && s.partitioned == scope->partitioned;
    }

    check(expected == ANY || n == expected);

    return known;
}


/* The cookie is set by the response to a request for this URI. */

static void
check_scope(const ssec_set_cookie_t *cookie, const uint8_t *uri, size_t len)
{
    bool             fits, room;
    uint8_t         *other;
    unsigned         i;
    ssec_str_t       u, host;
    ssec_scope_t     scope, wider;
    static uint8_t   notes[SSEC_TABLE_NOTES];

    u = (ssec_str_t) { uri, len };
    ssec_scope(cookie, &u, &scope);

    check(scope.path.len && scope.path.data[0] == '/');
    check(same(&scope.domain, &cookie->domain));
    check(scope.secure == cookie->secure
          && scope.cross_site == cookie->cross_site
          && scope.partitioned == cookie->partitioned);

    /* it is sent to where it came from, if the default path is a path */

    host = scope.domain;

    if (cookie->path.len == 0 && len && uri[0] == '/') {
        check(ssec_scope_covers(&scope, &host, &u));
    }

    /* and to its own path, to the domain, and what is below both */

    check(ssec_scope_covers(&scope, &host, &scope.path)
          || memchr(scope.path.data, '?', scope.path.len)
          || memchr(scope.path.data, '#', scope.path.len));

    /* where a part of the site gets it, the whole site's cookie goes too */

    wider = scope;
    wider.path = (ssec_str_t) { (const uint8_t *) "/", 1 };

    check(ssec_scope_covers(&wider, &host, &u)
          || !ssec_scope_covers(&scope, &host, &u));

    /* another host is not covered but by a cookie without a domain */

    other = malloc(host.len + 1);
    check(other);

    if (host.len) {
        other[0] = 'x';
        memcpy(other + 1, host.data, host.len);
        host.data = other;
        host.len++;
        check(!ssec_scope_covers(&scope, &host, &scope.path));
    }

    free(other);

    /* learned once; what is too long is not, nor what cannot be repeated */

    memset(notes, 0, sizeof(notes));
    fits = scope.path.len + scope.domain.len <= SSEC_SCOPE_TEXT
           && memchr(scope.path.data, ';', scope.path.len) == NULL;

    ssec_scope_learn(notes, &scope);
    check(is_known(notes, &scope, fits) == fits);
    ssec_scope_learn(notes, &scope);
    check(is_known(notes, &scope, fits) == fits);

    /*
     * Whatever is in the notes, what is learned last is there; but a path that
     * a client chose needs one that is free.
     */

    for (i = 0; i < SSEC_TABLE_NOTES && len; i++) {
        notes[i] = uri[i % len];
    }

    room = !scope.by_default;

    for (i = 0; i < SSEC_TABLE_NOTES; i += SSEC_TABLE_NOTES / SSEC_SCOPES) {
        room |= (notes[i] == 0);
    }

    for (i = 0; ssec_scope_next(notes, &i, &wider); /* void */ ) {
        (void) ssec_scope_covers(&wider, &wider.domain, &u);
    }

    ssec_scope_learn(notes, &scope);
    check(!fits || !room || is_known(notes, &scope, ANY));
}


/* The URI is up to a line feed, or all of it, too. */

static void
check_scope_of(const ssec_set_cookie_t *cookie, const uint8_t *data,
    size_t size)
{
    const uint8_t  *end;

    end = memchr(data, '\n', size);

    check_scope(cookie, data, end ? (size_t) (end - data) : size);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t            *more;
    ssec_set_cookie_t   cookie, later;

    static const char  gone[] = "; Max-Age=0";
    static const char  kept[] = "; Max-Age=9";

    if (!ssec_set_cookie(data, size, NOW, &cookie)) {
        return 0;
    }

    check(cookie.name.len);
    check(is_inside(&cookie.name, data, size));
    check(is_inside(&cookie.value, data, size));
    check(cookie.name.data + cookie.name.len < cookie.value.data);
    check(memchr(data, ';', (size_t) (cookie.value.data - data)) == NULL);

    check(cookie.path.len == 0 || (is_inside(&cookie.path, data, size)
                                   && cookie.path.data[0] == '/'));
    check(cookie.domain.len == 0 || is_inside(&cookie.domain, data, size));

    check_scope_of(&cookie, data, size);

    /* what is gone now is gone later */

    check(ssec_set_cookie(data, size, NOW + 1000000, &later));
    check(later.deletes >= cookie.deletes);

    /* the last Max-Age decides, but for an empty value */

    more = malloc(size + sizeof(gone) - 1);
    check(more);

    memcpy(more, data, size);
    memcpy(more + size, gone, sizeof(gone) - 1);
    check(ssec_set_cookie(more, size + sizeof(gone) - 1, NOW, &later));
    check(later.deletes && later.value.len == cookie.value.len);

    memcpy(more + size, kept, sizeof(kept) - 1);
    check(ssec_set_cookie(more, size + sizeof(kept) - 1, NOW, &later));
    check(later.deletes == (cookie.value.len == 0
                            || (cookie.value.len == 2
                                && memcmp(cookie.value.data, "\"\"", 2)
                                   == 0)));

    free(more);

    return 0;
}

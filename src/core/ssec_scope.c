/* Where a cookie is valid: RFC 6265, sections 5.1.3, 5.1.4 and 5.3. */

#include <stdatomic.h>
#include <string.h>
#include <strings.h>

#include "ssec_scope.h"


/* flags as stored */
#define SSEC_SECURE       1
#define SSEC_CROSS_SITE   2
#define SSEC_PARTITIONED  4
#define SSEC_BY_DEFAULT   8


typedef struct {
    uint8_t  serial;             /* the order they came in; 0 is free */
    uint8_t  flags;
    uint8_t  path_len;
    uint8_t  domain_len;
    uint8_t  text[SSEC_SCOPE_TEXT];
} ssec_note_t;

_Static_assert(sizeof(ssec_note_t) * SSEC_SCOPES == SSEC_TABLE_NOTES,
               "the notes' room");


static bool ssec_scope_is(const ssec_note_t *note, const ssec_scope_t *scope,
    uint8_t flags);
static ssec_str_t ssec_scope_path(const ssec_str_t *uri);


void
ssec_scope(const ssec_set_cookie_t *cookie, const ssec_str_t *uri,
    ssec_scope_t *scope)
{
    size_t          i;
    ssec_str_t      path;

    static const uint8_t  root[] = "/";

    scope->path = cookie->path;
    scope->by_default = (scope->path.len == 0);

    if (scope->by_default) {

        /* section 5.1.4: up to the last slash, which goes unless it is all */

        path = ssec_scope_path(uri);

        for (i = path.len; i > 1 && path.data[i - 1] != '/'; i--) {
            /* void */
        }

        scope->path.data = path.data;
        scope->path.len = (i > 1) ? i - 1 : 0;

        if (scope->path.len == 0 || path.data[0] != '/') {
            scope->path.data = root;
            scope->path.len = 1;
        }
    }

    scope->domain = cookie->domain;
    scope->secure = cookie->secure;
    scope->cross_site = cookie->cross_site;
    scope->partitioned = cookie->partitioned;
}


void
ssec_scope_learn(void *notes, const ssec_scope_t *scope)
{
    uint8_t       flags, last;
    unsigned      i;
    ssec_note_t  *note, *n;

    if (scope->path.len + scope->domain.len > SSEC_SCOPE_TEXT
        || memchr(scope->path.data, ';', scope->path.len))
    {
        return;
    }

    flags = (uint8_t) ((scope->secure ? SSEC_SECURE : 0)
                       | (scope->cross_site ? SSEC_CROSS_SITE : 0)
                       | (scope->partitioned ? SSEC_PARTITIONED : 0)
                       | (scope->by_default ? SSEC_BY_DEFAULT : 0));
    note = notes;
    n = note;
    last = 0;

    for (i = 0; i < SSEC_SCOPES; i++) {

        if (ssec_scope_is(&note[i], scope, flags)) {
            return;
        }

        if (note[i].serial < n->serial) {
            n = &note[i];
        }

        if (note[i].serial > last) {
            last = note[i].serial;
        }
    }

    if (n->serial && scope->by_default) {
        return;
    }

    if (last == UINT8_MAX) {

        for (i = 0; i < SSEC_SCOPES; i++) {
            note[i].serial = (note[i].serial != 0);
        }

        last = 1;
    }

    /* a process may be killed in between */

    n->serial = 0;
    atomic_signal_fence(memory_order_seq_cst);

    n->flags = flags;
    n->path_len = (uint8_t) scope->path.len;
    n->domain_len = (uint8_t) scope->domain.len;

    memcpy(n->text, scope->path.data, scope->path.len);

    if (scope->domain.len) {
        memcpy(n->text + scope->path.len, scope->domain.data,
               scope->domain.len);
    }

    atomic_signal_fence(memory_order_seq_cst);
    n->serial = last + 1;
}


bool
ssec_scope_next(const void *notes, unsigned *i, ssec_scope_t *scope)
{
    const ssec_note_t  *note;

    while (*i < SSEC_SCOPES) {

        note = (const ssec_note_t *) notes + (*i)++;

        /* a process that was killed may have left one half written */

        if (note->serial == 0 || note->path_len == 0
            || note->path_len + note->domain_len > SSEC_SCOPE_TEXT)
        {
            continue;
        }

        scope->path.data = note->text;
        scope->path.len = note->path_len;
        scope->domain.data = note->text + note->path_len;
        scope->domain.len = note->domain_len;
        scope->secure = note->flags & SSEC_SECURE;
        scope->cross_site = note->flags & SSEC_CROSS_SITE;
        scope->partitioned = note->flags & SSEC_PARTITIONED;
        scope->by_default = note->flags & SSEC_BY_DEFAULT;

        return true;
    }

    return false;
}


bool
ssec_scope_covers(const ssec_scope_t *scope, const ssec_str_t *host,
    const ssec_str_t *uri)
{
    size_t      n;
    ssec_str_t  path;

    n = scope->domain.len;

    if (n) {

        /* section 5.1.3: the host itself, or one below it */

        if (host->len < n
            || strncasecmp((const char *) host->data + host->len - n,
                           (const char *) scope->domain.data, n) != 0
            || (host->len > n && host->data[host->len - n - 1] != '.'))
        {
            return false;
        }
    }

    path = ssec_scope_path(uri);
    n = scope->path.len;

    return path.len >= n
           && memcmp(path.data, scope->path.data, n) == 0
           && (path.len == n || scope->path.data[n - 1] == '/'
               || path.data[n] == '/');
}


static bool
ssec_scope_is(const ssec_note_t *note, const ssec_scope_t *scope,
    uint8_t flags)
{
    return note->serial
           && (note->flags & ~SSEC_BY_DEFAULT) == (flags & ~SSEC_BY_DEFAULT)
           && note->path_len == scope->path.len
           && note->domain_len == scope->domain.len
           && memcmp(note->text, scope->path.data, scope->path.len) == 0
           && (scope->domain.len == 0
               || strncasecmp((const char *) note->text + note->path_len,
                              (const char *) scope->domain.data,
                              scope->domain.len)
                  == 0);
}


static ssec_str_t
ssec_scope_path(const ssec_str_t *uri)
{
    ssec_str_t  path;

    path = *uri;

    for (path.len = 0; path.len < uri->len; path.len++) {

        if (uri->data[path.len] == '?' || uri->data[path.len] == '#') {
            break;
        }
    }

    return path;
}

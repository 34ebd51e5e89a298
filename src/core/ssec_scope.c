/* The scopes of cookies: RFC 6265, sections 5.1.3, 5.1.4 and 5.3. */

#include <stdatomic.h>

#include "ssec_scope.h"


typedef struct {
    uint8_t  serial;             /* larger in later notes; 0 if free */
    bool     secure : 1;
    bool     cross_site : 1;
    bool     partitioned : 1;
    bool     by_default : 1;
    uint8_t  path_len;
    uint8_t  domain_len;
    uint8_t  text[SSEC_SCOPE_TEXT];      /* path, then domain */
} ssec_note_t;

_Static_assert(sizeof(ssec_note_t) * SSEC_SCOPES == SSEC_TABLE_NOTES,
               "room of the notes");


ssec_str_t
ssec_scope_path(const ssec_str_t *uri)
{
    ssec_str_t  path;

    path.data = uri->data;
    path.len = 0;

    while (path.len < uri->len && uri->data[path.len] != '?'
           && uri->data[path.len] != '#')
    {
        path.len++;
    }

    return path;
}


/*
 * The default path of RFC 6265, section 5.1.4: the URI's path before its last
 * slash, or "/".
 */

static ssec_str_t
ssec_scope_default_path(const ssec_str_t *uri)
{
    ssec_str_t  path;

    static const uint8_t  root[] = "/";

    path = ssec_scope_path(uri);

    while (path.len > 1 && path.data[path.len - 1] != '/') {
        path.len--;
    }

    if (path.len > 1 && path.data[0] == '/') {
        path.len--;

    } else {
        path.data = root;
        path.len = 1;
    }

    return path;
}


void
ssec_scope(const ssec_set_cookie_t *cookie, const ssec_str_t *uri,
    ssec_scope_t *scope)
{
    scope->by_default = (cookie->path.len == 0);
    scope->path = scope->by_default ? ssec_scope_default_path(uri)
                                    : cookie->path;
    scope->domain = cookie->domain;
    scope->secure = cookie->secure;
    scope->cross_site = cookie->cross_site;
    scope->partitioned = cookie->partitioned;
}


/* Whether a note has this scope.  How the path came about does not matter. */

static bool
ssec_note_has_scope(const ssec_note_t *note, const ssec_scope_t *scope)
{
    return note->serial
           && note->secure == scope->secure
           && note->cross_site == scope->cross_site
           && note->partitioned == scope->partitioned
           && note->path_len == scope->path.len
           && note->domain_len == scope->domain.len
           && memcmp(note->text, scope->path.data, scope->path.len) == 0
           && ssec_str_equals(&scope->domain, note->text + note->path_len,
                              note->domain_len);
}


/*
 * Writes a note.  Its serial is 0 (free) until the note is complete, because
 * the process may be killed at any moment.
 */

static void
ssec_scope_write(ssec_note_t *note, const ssec_scope_t *scope, uint8_t serial)
{
    note->serial = 0;
    atomic_signal_fence(memory_order_seq_cst);

    note->secure = scope->secure;
    note->cross_site = scope->cross_site;
    note->partitioned = scope->partitioned;
    note->by_default = scope->by_default;
    note->path_len = (uint8_t) scope->path.len;
    note->domain_len = (uint8_t) scope->domain.len;

    memcpy(note->text, scope->path.data, scope->path.len);

    if (scope->domain.len) {
        memcpy(note->text + scope->path.len, scope->domain.data,
               scope->domain.len);
    }

    atomic_signal_fence(memory_order_seq_cst);
    note->serial = serial;
}


void
ssec_scope_learn(void *notes, const ssec_scope_t *scope)
{
    uint8_t       last;
    unsigned      i;
    ssec_note_t  *note, *oldest;

    if (scope->path.len + scope->domain.len > SSEC_SCOPE_TEXT
        || memchr(scope->path.data, ';', scope->path.len))
    {
        return;
    }

    note = notes;
    oldest = note;
    last = 0;

    for (i = 0; i < SSEC_SCOPES; i++) {

        if (ssec_note_has_scope(&note[i], scope)) {
            return;
        }

        if (note[i].serial < oldest->serial) {
            oldest = &note[i];
        }

        last = ssec_max(last, note[i].serial);
    }

    if (oldest->serial && scope->by_default) {
        return;
    }

    if (last == UINT8_MAX) {

        for (i = 0; i < SSEC_SCOPES; i++) {
            note[i].serial = (note[i].serial != 0);
        }

        last = 1;
    }

    ssec_scope_write(oldest, scope, last + 1);
}


bool
ssec_scope_next(const void *notes, unsigned *i, ssec_scope_t *scope)
{
    const ssec_note_t  *note;

    while (*i < SSEC_SCOPES) {

        note = (const ssec_note_t *) notes + (*i)++;

        /* a damaged file may hold any lengths */

        if (note->serial == 0 || note->path_len == 0
            || note->path_len + note->domain_len > SSEC_SCOPE_TEXT)
        {
            continue;
        }

        scope->path.data = note->text;
        scope->path.len = note->path_len;
        scope->domain.data = note->text + note->path_len;
        scope->domain.len = note->domain_len;
        scope->secure = note->secure;
        scope->cross_site = note->cross_site;
        scope->partitioned = note->partitioned;
        scope->by_default = note->by_default;

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

    /* section 5.1.3: the host is the domain, or a subdomain of it */

    if (n
        && (host->len < n
            || !ssec_str_equals(&scope->domain, host->data + host->len - n, n)
            || (host->len > n && host->data[host->len - n - 1] != '.')))
    {
        return false;
    }

    path = ssec_scope_path(uri);
    n = scope->path.len;

    return path.len >= n
           && memcmp(path.data, scope->path.data, n) == 0
           && (path.len == n || scope->path.data[n - 1] == '/'
               || path.data[n] == '/');
}

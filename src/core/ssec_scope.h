/*
 * Where a cookie is valid: what a deletion has to repeat, or the browser keeps
 * the cookie (RFC 6265, section 5.3).  It is learned from what the backend
 * sets, and kept for all processes in the notes of the session table.
 */

#ifndef SSEC_SCOPE_H
#define SSEC_SCOPE_H


#include "ssec_set_cookie.h"
#include "ssec_table.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


#define SSEC_SCOPE_TEXT  252     /* bytes of path and domain together */
#define SSEC_SCOPES      (SSEC_TABLE_NOTES / (SSEC_SCOPE_TEXT + 4))


typedef struct {
    ssec_str_t  path;            /* never empty */
    ssec_str_t  domain;          /* empty: the host alone */
    bool        secure;
    bool        cross_site;      /* SameSite=None */
    bool        partitioned;
    bool        by_default;      /* the path is that of the URI */
} ssec_scope_t;


/*
 * What a Set-Cookie header that came for this URI (path and arguments, as the
 * client sent it) gives.  The scope's slices point into both.
 */

void ssec_scope(const ssec_set_cookie_t *cookie, const ssec_str_t *uri,
    ssec_scope_t *scope);

/*
 * Keeps a scope in the notes, which are locked; the one learned first goes
 * where there is no room, but none for one whose path a client chose.  One that
 * is too long (SSEC_SCOPE_TEXT) or has a ";" in it is not kept, nor one that is
 * known.
 */

void ssec_scope_learn(void *notes, const ssec_scope_t *scope);

/*
 * The next of those in the notes, or in a copy of them; *i is 0 at first.
 * Slices point into the notes.  Gives false if there are no more.
 */

bool ssec_scope_next(const void *notes, unsigned *i, ssec_scope_t *scope);

/* Whether a browser sends such a cookie to this host, for this URI. */

bool ssec_scope_covers(const ssec_scope_t *scope, const ssec_str_t *host,
    const ssec_str_t *uri);


#pragma GCC visibility pop

#endif /* SSEC_SCOPE_H */

/*
 * Knows where cookies are valid, which a deletion must repeat, or the browser
 * keeps the cookie (RFC 6265, section 5.3).  Scopes are learned from cookies
 * that backends set, and kept in the notes of the session table.
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
    bool        by_default;      /* the path is from the URI */
} ssec_scope_t;


/*
 * The scope of a cookie that the response to this URI sets.  The URI is what
 * the client sent, path and arguments.  The scope points into both.
 */

void ssec_scope(const ssec_set_cookie_t *cookie, const ssec_str_t *uri,
    ssec_scope_t *scope);

/*
 * Writes a scope that is not known yet into the notes, which are locked.  If
 * there is no room it replaces the oldest, unless its path is by default: such
 * a path is the client's choice.  Ignores scopes that are too long
 * (SSEC_SCOPE_TEXT), or have a ";" in the path.
 */

void ssec_scope_learn(void *notes, const ssec_scope_t *scope);

/*
 * The next scope in the notes or in a copy of them, or false if there is none.
 * *i is 0 for the first.  The scope points into the notes.
 */

bool ssec_scope_next(const void *notes, unsigned *i, ssec_scope_t *scope);

/* Whether a browser sends a cookie of this scope to this host for this URI. */

bool ssec_scope_covers(const ssec_scope_t *scope, const ssec_str_t *host,
    const ssec_str_t *uri);


#pragma GCC visibility pop

#endif /* SSEC_SCOPE_H */

/*
 * The scope of a cookie: its path, its domain and some attributes.  A deletion
 * must repeat path and domain, or the browser keeps the cookie (RFC 6265,
 * section 5.3).  Scopes are learned from the cookies that backends set, and are
 * stored in the notes of the session table.
 */

#ifndef SSEC_SCOPE_H
#define SSEC_SCOPE_H

#include "ssec_set_cookie.h"
#include "ssec_table.h"

#define SSEC_SCOPE_TEXT  252     /* bytes of path and domain together */
#define SSEC_SCOPES      (SSEC_TABLE_NOTES / (SSEC_SCOPE_TEXT + 4))


typedef struct {
    ssec_str_t  path;            /* never empty */
    ssec_str_t  domain;          /* empty for a cookie of the host alone */
    bool        secure;
    bool        cross_site;      /* SameSite=None */
    bool        partitioned;
    bool        by_default;      /* the path follows from the URI */
} ssec_scope_t;


/*
 * The scope of a cookie that the response to this URI sets.  The URI is the
 * path and arguments as the client sent them.  The scope points into the cookie
 * and the URI.
 */

void ssec_scope(const ssec_set_cookie_t *cookie, const ssec_str_t *uri,
    ssec_scope_t *scope);

/*
 * Adds a scope to the notes, which the caller has locked.  Ignores a scope that
 * is known, that is longer than SSEC_SCOPE_TEXT, or that has a ";" in its path.
 * If the notes are full, the scope replaces the oldest one.  A scope with a
 * default path replaces none, because the client chooses the URI.
 */

void ssec_scope_learn(void *notes, const ssec_scope_t *scope);

/*
 * Gives the next scope in the notes or in a copy of them, or false at the end.
 * *i is 0 before the first call.  The scope points into the notes.
 */

bool ssec_scope_next(const void *notes, unsigned *i, ssec_scope_t *scope);

/*
 * Whether a browser sends a cookie of this scope with a request of this URI to
 * this host, by its path and domain (RFC 6265, sections 5.1.3 and 5.1.4).
 */

bool ssec_scope_covers(const ssec_scope_t *scope, const ssec_str_t *host,
    const ssec_str_t *uri);

/* The path of a URI, without arguments. */

ssec_str_t ssec_scope_path(const ssec_str_t *uri);

#endif /* SSEC_SCOPE_H */

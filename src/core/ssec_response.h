/*
 * A response: what its Set-Cookie headers for the session's cookie, and its
 * X-Accel-Session, mean for the sessions of the request.
 *
 * The headers are read once, into a list.  For each Set-Cookie in the list, and
 * for each key of the request, a step may follow.
 */

#ifndef SSEC_RESPONSE_H
#define SSEC_RESPONSE_H

#include "ssec_key.h"
#include "ssec_scope.h"

/* A Set-Cookie header for the session's cookie. */

typedef struct {
    ssec_set_cookie_t   cookie;
    ssec_digest_t       digest;       /* of its value's canonical form */
    size_t              len;          /* of that form; 0: no key */
    void               *header;       /* the caller's */

    /* see ssec_response() */

    ssec_scope_t        scope;
    bool                overridden;   /* by a later one, in the browser */
    bool                learned;      /* it tells where the cookie is valid */
    bool                dropped;      /* the client does not get it */
} ssec_sent_t;


typedef struct {

    /* the request */

    ssec_str_t          host;
    ssec_str_t          uri;          /* path and arguments */
    ssec_key_t         *keys;
    unsigned            nkeys;
    ssec_verdict_e      verdict;      /* as it was judged */
    bool                split;        /* its cookie may come in parts */

    /* the response */

    ssec_sent_t        *cookies;
    unsigned            ncookies;
    bool                lost;         /* the client will not get it */
    bool                anonymous;    /* no session's key got to a backend */
    ssec_word_e         said;
    const ssec_own_t   *own;          /* limits that it says, or NULL */

    bool                unset;        /* see ssec_response(): it deletes the
                                         cookie, and sets none */
    uint32_t            gone;         /* it deletes these keys' parts of a split
                                         cookie; a bit for each */
} ssec_response_t;


typedef struct {
    ssec_sent_t        *cookie;       /* issue */
    ssec_key_t         *key;          /* say; issue: the request's own, of that
                                         value, or NULL */
    uint32_t            from;         /* issue: keys of the request whose place
                                         the new one may take; a bit for each */
    ssec_word_e         word;         /* say */
    bool                replaced;     /* say: the response sets another key */
} ssec_step_t;


/* Reads the list: what each Set-Cookie means for the browser. */

void ssec_response(ssec_response_t *response);

/* Rows 14 to 16, 25 and 26: whether a Set-Cookie issues a session's key. */

bool ssec_response_issues(const ssec_response_t *response, ssec_sent_t *sent,
    ssec_step_t *step);

/* Rows 17 to 21: whether the response says something for a key. */

bool ssec_response_says(const ssec_response_t *response, ssec_key_t *key,
    ssec_step_t *step);

/* Whether the browser has no session's cookie any more. */

bool ssec_response_forgets(const ssec_response_t *response);

/*
 * Whether the cookie of a key of the request is to be deleted in the browser.
 * Where several have one name, that is so for the first of them.
 */

bool ssec_response_deletes(const ssec_response_t *response, unsigned which);

#endif /* SSEC_RESPONSE_H */

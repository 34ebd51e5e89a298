/*
 * A response: what its Set-Cookie headers for the session's cookie, and its
 * X-Accel-Session, mean for the sessions of the request.
 *
 * The headers are read once, into a list.  From the list, and from the keys of
 * the request, follow the steps to take: see ssec_response_next().
 */

#ifndef SSEC_RESPONSE_H
#define SSEC_RESPONSE_H


#include "ssec_key.h"
#include "ssec_scope.h"
#include "ssec_set_cookie.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/* A Set-Cookie header for the session's cookie. */

typedef struct {
    ssec_set_cookie_t   cookie;
    ssec_digest_t       digest;       /* of its value's canonical form */
    size_t              len;          /* of that form */
    void               *header;       /* the caller's */

    /* see ssec_response() */

    ssec_scope_t        scope;
    bool                overridden;
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
    bool                anonymous;    /* the backend saw no session's key */
    ssec_word_e         said;
    const ssec_own_t   *own;          /* limits that it says, or NULL */

    /* made by ssec_response(): sets of the request's keys, a bit for each */

    uint32_t            gone;         /* the response deletes their cookie */
    uint32_t            kept;         /* it sets their cookie */
    uint32_t            set;          /* it sets a cookie of the same name */
    uint32_t            same;         /* it sets this very value */
    bool                deletes;
    bool                sets;
} ssec_response_t;


typedef enum {
    SSEC_STEP_LEARN = 0,         /* where the cookie is valid */
    SSEC_STEP_ISSUE,             /* its value is a session's key: rows
                                    14 to 16, 25 and 26 */
    SSEC_STEP_DROP,              /* the client does not get the header */
    SSEC_STEP_SAY                /* rows 17 to 21, for a key of the request */
} ssec_step_e;


typedef struct {
    ssec_step_e         kind;

    ssec_sent_t        *cookie;       /* learn, issue, drop */

    ssec_key_t         *key;          /* say; issue: the request's own, of that
                                         value, or NULL */
    uint32_t            from;         /* issue: keys of the request whose place
                                         the new one may take; a bit for each */

    ssec_word_e         word;         /* say */
    bool                replaced;     /* say: the response sets another key */
} ssec_step_t;


/*
 * Reads the list: which cookies a later one overrides, and what that means for
 * the cookies of the request.
 */

void ssec_response(ssec_response_t *response);

/*
 * The next step to take; *i is 0 at first.  Gives false after the last one.  In
 * the order of the headers what the cookies mean, then what is said.
 */

bool ssec_response_next(const ssec_response_t *response, unsigned *i,
    ssec_step_t *step);

/*
 * Whether the response is for sessions of the request: some key got to the
 * backend, and that as it was.
 */

static inline bool
ssec_response_reaches(const ssec_response_t *response)
{
    return response->nkeys && response->verdict == SSEC_PASS;
}

/* Whether the browser has no session's cookie any more. */

bool ssec_response_forgets(const ssec_response_t *response);

/*
 * Whether the cookie of a key of the request is to be deleted in the browser.
 * Where several have one name, that is so for the first of them.  ended: the
 * sessions of the request were said to end.
 */

bool ssec_response_deletes(const ssec_response_t *response, unsigned which,
    bool ended);


#pragma GCC visibility pop

#endif /* SSEC_RESPONSE_H */

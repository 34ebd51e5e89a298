/* A session key of a request, and what the request was judged as for it. */

#ifndef SSEC_KEY_H
#define SSEC_KEY_H


#include <string.h>

#include "ssec_cookie.h"
#include "ssec_decision.h"
#include "ssec_table.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/*
 * A split cookie's last part may be a few bytes long, and equal in many
 * sessions; a part below this length counts only if there is no longer one.
 */
#define SSEC_MIN_PART  16


typedef struct {
    ssec_digest_t  digest;
    ssec_str_t     name;         /* of its cookie, as spelled; empty: of none */

    bool           whole;        /* a session may begin with it */
    bool           short_part;   /* of a split cookie: below SSEC_MIN_PART */

    /* once it is judged */

    bool           judged;
    bool           unknown;      /* to the table, so far */
    bool           replaced;     /* before the request came */
    bool           passed;       /* the backend gets it */
    uint8_t        state;        /* ssec_state_e */
    uint8_t        verdict;      /* ssec_verdict_e */

    ssec_digest_t   root;        /* where its session is in the table */
    uint64_t        created;
    ssec_glimpse_t  seen;        /* likewise, in short; without a bucket: no */
} ssec_key_t;


static inline bool
ssec_digest_equal(const ssec_digest_t *a, const ssec_digest_t *b)
{
    return a->body == b->body && a->place == b->place;
}


static inline bool
ssec_str_equal(const ssec_str_t *a, const ssec_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}


/* The one of n keys with this digest; or NULL. */

static inline ssec_key_t *
ssec_find_key(ssec_key_t *keys, unsigned n, const ssec_digest_t *digest)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (ssec_digest_equal(&keys[i].digest, digest)) {
            return &keys[i];
        }
    }

    return NULL;
}


#pragma GCC visibility pop

#endif /* SSEC_KEY_H */

/*
 * The session keys of a request, what the request was judged as for each, and
 * what that means for the request as a whole.
 */

#ifndef SSEC_KEY_H
#define SSEC_KEY_H

#include <string.h>

#include "ssec_cookie.h"
#include "ssec_table.h"

/*
 * A split cookie's last part may be a few bytes long, and equal in many
 * sessions.  A single part below this length, in bytes, is not judged beside
 * longer ones.
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
    bool           is_former;    /* was replaced, and its grace is over */
    bool           passed;       /* the backend gets it */
    uint8_t        state;        /* ssec_state_e */
    uint8_t        verdict;      /* ssec_verdict_e */

    ssec_digest_t   root;        /* where its session is in the table */
    uint64_t        created;     /* when its session began */
    ssec_glimpse_t  seen;        /* its session in use; no word: not in use */
} ssec_key_t;


/* A piece of the Cookie header, which goes to the backend whole or not. */

typedef struct {
    const uint8_t  *data;
    size_t          len;
    uint32_t        keys;        /* a bit for each key in it */
} ssec_piece_t;


typedef struct {
    ssec_key_t     *elts;
    unsigned        nelts;
    bool            cookie;      /* they are cookies' values */
    bool            split;       /* of a cookie that may come in parts */
    const uint8_t  *unread;      /* there are too many from here on; or NULL */
    unsigned        npieces;
    ssec_piece_t    pieces[SSEC_COOKIES_MAX];
    ssec_key_t      first;       /* elts, if there is but one */
} ssec_keys_t;


/*
 * The last part of a split cookie may be short, and equal in many sessions.  It
 * is not judged beside longer parts, but shares their fate.  Gives whether
 * there is such a part, which has short_part set.
 */

static inline bool ssec_keys_have_tail(const ssec_keys_t *keys);

/*
 * Whether a session may begin with an unknown key.  Whoever invents keys fills
 * the zone with few of them a request; and with none that is to be withheld.
 * outcomes: of the keys that were judged.
 */

bool ssec_keys_may_begin(const ssec_keys_t *keys, unsigned which,
    const ssec_outcome_t *outcomes);

/*
 * Sets which keys the backend gets: those of sessions that live; if there are
 * none, those with which the backend ends its session.  Gives whether these
 * are all.
 */

bool ssec_keys_pass(ssec_keys_t *keys, bool tail);

/* The outcome of the request: by the keys that are passed, if there are any. */

void ssec_keys_outcome(ssec_keys_t *keys, const ssec_outcome_t *outcomes,
    ssec_outcome_t *out);


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


static inline bool
ssec_keys_have_tail(const ssec_keys_t *keys)
{
    unsigned  i, n;

    if (!keys->split || keys->nelts < 2) {
        return false;
    }

    n = 0;

    for (i = 0; i < keys->nelts; i++) {
        n += keys->elts[i].short_part;
    }

    return n == 1;
}

#endif /* SSEC_KEY_H */

/* Requests with several session keys: see ssec_key.h. */

#include "ssec_key.h"


/* unknown keys of one name that a request may begin sessions with */
#define SSEC_MAX_NEW  2


/* Whether a piece that holds this key holds no dead one: it may be passed. */

static bool
ssec_has_clean_piece(const ssec_keys_t *keys, unsigned which)
{
    unsigned             i;
    uint32_t             dead;
    const ssec_key_t    *key;
    const ssec_piece_t  *piece;

    key = keys->elts;
    dead = 0;

    for (i = 0; i < keys->nelts; i++) {

        if (key[i].judged && key[i].verdict != SSEC_PASS) {
            dead |= (uint32_t) 1 << i;
        }
    }

    for (i = 0; i < keys->npieces; i++) {
        piece = &keys->pieces[i];

        if (piece->keys >> which & 1 && !(piece->keys & dead)) {
            return true;
        }
    }

    return false;
}


bool
ssec_keys_may_begin(const ssec_keys_t *keys, unsigned which,
    const ssec_outcome_t *outcomes)
{
    unsigned           i, begun;
    const ssec_key_t  *key;

    key = keys->elts;
    begun = 0;

    for (i = 0; i < which; i++) {

        if (key[i].judged && outcomes[i].created
            && (!keys->split
                || ssec_str_equal(&key[i].name, &key[which].name)))
        {
            begun++;
        }
    }

    return key[which].whole
           && begun < SSEC_MAX_NEW
           && (!keys->cookie || ssec_has_clean_piece(keys, which));
}


bool
ssec_keys_pass(ssec_keys_t *keys, bool tail)
{
    bool            all, has[SSEC_LEAVE + 1] = { false };
    unsigned        i;
    ssec_key_t     *key;
    ssec_verdict_e  wanted;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {
        has[key[i].verdict] |= key[i].judged;
    }

    wanted = has[SSEC_PASS] ? SSEC_PASS : SSEC_LOGOUT;
    all = true;

    for (i = 0; i < keys->nelts; i++) {

        if (keys->unread) {
            key[i].passed = false;

        } else if (key[i].judged) {
            key[i].passed = (key[i].verdict == wanted);

        } else {
            key[i].passed = has[wanted] && tail && key[i].short_part;
        }

        all &= key[i].passed;
    }

    return all && keys->unread == NULL;
}


/*
 * The worse verdict, and the least time left.  A visitor's key beside that of a
 * session says nothing of it.
 */

static bool
ssec_counts_more(const ssec_outcome_t *one, const ssec_outcome_t *other)
{
    if (other->state == SSEC_UNKNOWN || one->verdict != other->verdict) {
        return other->state == SSEC_UNKNOWN || one->verdict > other->verdict;
    }

    return one->state != SSEC_VISITOR
           && (other->state == SSEC_VISITOR
               || one->remaining < other->remaining);
}


void
ssec_keys_outcome(ssec_keys_t *keys, const ssec_outcome_t *outcomes,
    ssec_outcome_t *out)
{
    bool         passed;
    unsigned     i;
    ssec_key_t  *key;

    key = keys->elts;
    passed = false;

    for (i = 0; i < keys->nelts; i++) {
        passed |= key[i].passed;
    }

    *out = (ssec_outcome_t) {
        .verdict = passed ? SSEC_PASS : SSEC_ANONYMOUS,
        .remaining = UINT64_MAX,
        .lifetime = UINT64_MAX
    };

    for (i = 0; i < keys->nelts; i++) {

        if (key[i].judged
            && (passed ? key[i].passed : key[i].verdict != SSEC_PASS)
            && ssec_counts_more(&outcomes[i], out))
        {
            *out = outcomes[i];
        }
    }

    /* its cookie does not get there */

    if (!passed && out->verdict == SSEC_LOGOUT) {
        out->verdict = SSEC_FORGET;
    }

    for (i = 0; i < keys->nelts; i++) {

        if (!key[i].judged && key[i].short_part) {
            key[i].verdict = (uint8_t) out->verdict;
        }
    }
}

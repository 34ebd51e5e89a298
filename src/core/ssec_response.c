/* The steps that a response calls for: see ssec_response.h. */

#include "ssec_response.h"


#define SSEC_COOKIE_STEPS  3


static bool ssec_is_overridden(const ssec_response_t *response,
    const ssec_sent_t *sent);
static void ssec_read_cookie(ssec_response_t *response,
    const ssec_sent_t *sent);
static bool ssec_cookie_step(const ssec_response_t *response,
    ssec_sent_t *sent, ssec_step_e kind, ssec_step_t *step);
static bool ssec_issue_step(const ssec_response_t *response, ssec_sent_t *sent,
    ssec_step_t *step);
static uint32_t ssec_replaceable(const ssec_response_t *response,
    const ssec_sent_t *sent);
static bool ssec_key_step(const ssec_response_t *response, unsigned which,
    ssec_step_t *step);
static bool ssec_is_useless(const ssec_response_t *response,
    const ssec_key_t *key, bool ended);


void
ssec_response(ssec_response_t *response)
{
    unsigned      i;
    ssec_sent_t  *sent;

    response->gone = 0;
    response->kept = 0;
    response->set = 0;
    response->same = 0;
    response->deletes = false;
    response->sets = false;

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];
        ssec_scope(&sent->cookie, &response->uri, &sent->scope);
    }

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];
        sent->overridden = ssec_is_overridden(response, sent);

        if (!sent->overridden) {
            ssec_read_cookie(response, sent);
        }
    }
}


/*
 * Whether a later Set-Cookie takes the place of this one in the browser (RFC
 * 6265, section 5.3): it has the same name, Path and Domain.
 */

static bool
ssec_is_overridden(const ssec_response_t *response, const ssec_sent_t *sent)
{
    const ssec_sent_t  *later, *end;

    end = response->cookies + response->ncookies;

    for (later = sent + 1; later < end; later++) {

        if (ssec_str_equal(&later->cookie.name, &sent->cookie.name)
            && ssec_str_equal(&later->scope.path, &sent->scope.path)
            && ssec_str_equal(&later->scope.domain, &sent->scope.domain)
            && later->scope.partitioned == sent->scope.partitioned)
        {
            return true;
        }
    }

    return false;
}


/* Which of the request's cookies it deletes, or sets. */

static void
ssec_read_cookie(ssec_response_t *response, const ssec_sent_t *sent)
{
    bool         named;
    uint32_t     bit;
    unsigned     i;
    ssec_key_t  *key;

    if (!sent->cookie.deletes) {
        response->sets = true;

    } else if (ssec_scope_covers(&sent->scope, &response->host,
                                 &response->uri))
    {
        response->deletes = true;

    } else {
        return;          /* with another Path or Domain it is another cookie */
    }

    for (i = 0; i < response->nkeys; i++) {
        key = &response->keys[i];
        bit = (uint32_t) 1 << i;
        named = ssec_str_equal(&key->name, &sent->cookie.name);

        if (!named && response->split) {
            continue;
        }

        if (sent->cookie.deletes) {
            response->gone |= bit;
            continue;
        }

        response->kept |= bit;
        response->set |= named ? bit : 0;
    }

    for (i = 0; i < response->nkeys && !sent->cookie.deletes; i++) {

        if (ssec_digest_equal(&response->keys[i].digest, &sent->digest)) {
            response->same |= (uint32_t) 1 << i;
        }
    }
}


bool
ssec_response_next(const ssec_response_t *response, unsigned *i,
    ssec_step_t *step)
{
    bool      found;
    unsigned  n, ncookie;

    ncookie = response->lost ? 0 : SSEC_COOKIE_STEPS * response->ncookies;

    while (*i < ncookie + response->nkeys) {
        n = (*i)++;

        found = (n < ncookie)
                ? ssec_cookie_step(response,
                                   &response->cookies[n / SSEC_COOKIE_STEPS],
                                   (ssec_step_e) (n % SSEC_COOKIE_STEPS), step)
                : ssec_key_step(response, n - ncookie, step);

        if (found) {
            return true;
        }
    }

    return false;
}


/* Row 11: nothing counts that is set for a session that ends at the backend. */

static bool
ssec_cookie_step(const ssec_response_t *response, ssec_sent_t *sent,
    ssec_step_e kind, ssec_step_t *step)
{
    if (sent->cookie.deletes) {
        return false;
    }

    step->kind = kind;
    step->cookie = sent;

    switch (kind) {

    case SSEC_STEP_LEARN:
        return !sent->overridden && response->verdict != SSEC_LOGOUT;

    case SSEC_STEP_ISSUE:
        return ssec_issue_step(response, sent, step);

    default: /* SSEC_STEP_DROP */
        return response->verdict == SSEC_LOGOUT;
    }
}


/* A short part of a split cookie is no key, unless the request has it. */

static bool
ssec_issue_step(const ssec_response_t *response, ssec_sent_t *sent,
    ssec_step_t *step)
{
    step->key = ssec_find_key(response->keys, response->nkeys, &sent->digest);

    if (sent->len == 0
        || (response->split && sent->len < SSEC_MIN_PART && step->key == NULL))
    {
        return false;
    }

    step->from = 0;

    if (step->key == NULL || !step->key->passed || step->key->replaced) {
        step->from = ssec_replaceable(response, sent);
    }

    return true;
}


/*
 * The keys of the request whose place a new cookie may take.  Each part of a
 * split cookie is a key, and there may be other cookies that begin so; a part
 * of another name takes the place of a part that is deleted.
 */

static uint32_t
ssec_replaceable(const ssec_response_t *response, const ssec_sent_t *sent)
{
    unsigned           i;
    uint32_t           keys, deleted;
    const ssec_key_t  *key;

    keys = 0;
    deleted = response->gone & ~response->kept;

    for (i = 0; i < response->nkeys; i++) {
        key = &response->keys[i];

        if (key->passed && !key->unknown && key->state != SSEC_UNKNOWN
            && (!response->split
                || ssec_str_equal(&key->name, &sent->cookie.name)
                || deleted >> i & 1))
        {
            keys |= (uint32_t) 1 << i;
        }
    }

    return keys;
}


/*
 * A split cookie is deleted with any of its parts, unless some are set anew: it
 * may have fewer parts than before.
 */

static bool
ssec_key_step(const ssec_response_t *response, unsigned which,
    ssec_step_t *step)
{
    bool      deleted;
    uint32_t  bit;

    bit = (uint32_t) 1 << which;
    deleted = response->split ? response->deletes && !response->sets
                              : (response->gone & ~response->kept & bit) != 0;

    step->kind = SSEC_STEP_SAY;
    step->key = &response->keys[which];
    step->word = (deleted && response->said != SSEC_END) ? SSEC_DELETE
                                                         : response->said;
    step->replaced = step->word != SSEC_DELETE && !response->lost
                     && (response->kept & ~response->same & bit) != 0;

    return ssec_response_reaches(response) && step->key->passed
           && step->word != SSEC_NOTHING;
}


bool
ssec_response_forgets(const ssec_response_t *response)
{
    return (response->deletes && !response->sets)
           || (ssec_response_reaches(response)
               && (response->said == SSEC_OFF || response->said == SSEC_END));
}


/*
 * A cookie of the same name that lives, or that the response sets anew, would
 * go with it.
 */

bool
ssec_response_deletes(const ssec_response_t *response, unsigned which,
    bool ended)
{
    unsigned           i;
    const ssec_key_t  *key, *other;

    key = &response->keys[which];

    if (key->name.len == 0
        || (response->set >> which & 1 && response->verdict != SSEC_LOGOUT)
        || !ssec_is_useless(response, key, ended))
    {
        return false;
    }

    for (i = 0; i < response->nkeys; i++) {
        other = &response->keys[i];

        if (ssec_str_equal(&other->name, &key->name)
            && (ssec_is_useless(response, other, ended)
                ? i < which
                : other->judged && other->verdict == SSEC_PASS))
        {
            return false;
        }
    }

    return true;
}


/* Whether the browser has no more use for a key's cookie. */

static bool
ssec_is_useless(const ssec_response_t *response, const ssec_key_t *key,
    bool ended)
{
    switch (key->verdict) {

    case SSEC_PASS:
        return ended && key->passed;

    case SSEC_FORGET:
    case SSEC_LOGOUT:
    case SSEC_LEAVE:
        return true;

    default:

        /* expired: it is needed for the logout, unless the request goes on */

        return response->verdict == SSEC_PASS;
    }
}

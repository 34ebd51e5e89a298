/* What a response calls for: see ssec_response.h. */

#include "ssec_response.h"


/*
 * Whether a later Set-Cookie takes the place of this one in the browser (RFC
 * 6265, section 5.3): it has the same name, Path, Domain and Partitioned.
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


/* With a Path or Domain of other pages, a deletion is of another cookie. */

static bool
ssec_takes_effect(const ssec_response_t *response, const ssec_sent_t *sent)
{
    return !sent->overridden
           && (!sent->cookie.deletes
               || ssec_scope_covers(&sent->scope, &response->host,
                                    &response->uri));
}


/* Whether the response deletes a cookie of this name, or sets one. */

static bool
ssec_has_sent(const ssec_response_t *response, const ssec_str_t *name,
    bool deletes)
{
    unsigned            i;
    const ssec_sent_t  *sent;

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];

        if (sent->cookie.deletes == deletes
            && ssec_str_equal(&sent->cookie.name, name)
            && ssec_takes_effect(response, sent))
        {
            return true;
        }
    }

    return false;
}


void
ssec_response(ssec_response_t *response)
{
    bool               deletes, sets;
    unsigned           i;
    ssec_sent_t       *sent;
    const ssec_str_t  *name;

    deletes = false;
    sets = false;

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];
        ssec_scope(&sent->cookie, &response->uri, &sent->scope);
    }

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];

        sent->overridden = ssec_is_overridden(response, sent);

        if (sent->cookie.deletes) {
            deletes |= ssec_takes_effect(response, sent);
            continue;
        }

        sets |= !sent->overridden;

        sent->dropped = (response->verdict == SSEC_LOGOUT);       /* row 11 */
        sent->learned = !sent->dropped && !sent->overridden;
    }

    response->unset = deletes && !sets;
    response->gone = 0;

    for (i = 0; i < response->nkeys && deletes && response->split; i++) {
        name = &response->keys[i].name;

        if (ssec_has_sent(response, name, true)
            && !ssec_has_sent(response, name, false))
        {
            response->gone |= (uint32_t) 1 << i;
        }
    }
}


/*
 * The keys of the request whose place a new cookie may take.  Each part of a
 * split cookie is a key, and there may be other cookies that begin so; a part
 * of another name takes the place of a part that is deleted.
 */

static uint32_t
ssec_replaceable(const ssec_response_t *response, const ssec_str_t *name)
{
    unsigned           i;
    uint32_t           keys;
    const ssec_key_t  *key;

    keys = 0;

    for (i = 0; i < response->nkeys; i++) {
        key = &response->keys[i];

        if (key->passed && !key->unknown && key->state != SSEC_UNKNOWN
            && (!response->split
                || ssec_str_equal(&key->name, name)
                || response->gone >> i & 1))
        {
            keys |= (uint32_t) 1 << i;
        }
    }

    return keys;
}


/* A short part of a split cookie is no key, unless the request has it. */

bool
ssec_response_issues(const ssec_response_t *response, ssec_sent_t *sent,
    ssec_step_t *step)
{
    step->cookie = sent;
    step->key = ssec_find_key(response->keys, response->nkeys, &sent->digest);
    step->from = 0;

    if (step->key == NULL || !step->key->passed || step->key->is_former) {
        step->from = ssec_replaceable(response, &sent->cookie.name);
    }

    return sent->len >= SSEC_MIN_PART
           || (sent->len && (step->key || !response->split));
}


/* Whether the response sets the key's cookie, but not to this key. */

static bool
ssec_is_replaced(const ssec_response_t *response, const ssec_key_t *key)
{
    bool                replaced;
    unsigned            i;
    const ssec_sent_t  *sent;

    replaced = false;

    for (i = 0; i < response->ncookies; i++) {
        sent = &response->cookies[i];

        if (sent->cookie.deletes || sent->overridden) {
            continue;
        }

        if (ssec_digest_equal(&key->digest, &sent->digest)) {
            return false;
        }

        replaced |= !response->split
                    || ssec_str_equal(&key->name, &sent->cookie.name);
    }

    return replaced;
}


/* Whether some key of the request got to the backend, and that as it was. */

static bool
ssec_reaches(const ssec_response_t *response)
{
    return response->nkeys && response->verdict == SSEC_PASS;
}


/*
 * A split cookie is deleted with any of its parts, unless some are set anew: it
 * may have fewer parts than before.
 */

bool
ssec_response_says(const ssec_response_t *response, ssec_key_t *key,
    ssec_step_t *step)
{
    step->key = key;
    step->word = response->said;
    step->replaced = false;

    if (response->unset && response->said != SSEC_END) {
        step->word = SSEC_DELETE;

    } else if (!response->lost) {
        step->replaced = ssec_is_replaced(response, key);
    }

    return key->passed && ssec_reaches(response) && step->word != SSEC_NOTHING;
}


bool
ssec_response_forgets(const ssec_response_t *response)
{
    return response->unset
           || (ssec_reaches(response)
               && (response->said == SSEC_OFF || response->said == SSEC_END));
}


/* Whether the browser has no more use for a key's cookie. */

static bool
ssec_is_useless(const ssec_response_t *response, const ssec_key_t *key)
{
    switch (key->verdict) {

    case SSEC_PASS:
        return key->passed && response->said == SSEC_END
               && ssec_reaches(response);

    case SSEC_FORGET:
    case SSEC_LOGOUT:
    case SSEC_LEAVE:
        return true;

    default:

        /* expired: it is needed for the logout, unless the request goes on */

        return response->verdict == SSEC_PASS;
    }
}


/*
 * A cookie of the same name that lives, or that the response sets anew, would
 * go with it.
 */

bool
ssec_response_deletes(const ssec_response_t *response, unsigned which)
{
    unsigned           i;
    const ssec_key_t  *key, *other;

    key = &response->keys[which];

    if (key->name.len == 0
        || !ssec_is_useless(response, key)
        || (response->verdict != SSEC_LOGOUT
            && ssec_has_sent(response, &key->name, false)))
    {
        return false;
    }

    for (i = 0; i < response->nkeys; i++) {
        other = &response->keys[i];

        if (ssec_str_equal(&other->name, &key->name)
            && (ssec_is_useless(response, other)
                ? i < which
                : other->judged && other->verdict == SSEC_PASS))
        {
            return false;
        }
    }

    return true;
}

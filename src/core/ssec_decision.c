/* The decision table: its rows 2 to 26. */

#include <stddef.h>

#include "ssec_decision.h"


void
ssec_limits(const ssec_own_t *own, ssec_limits_t *limits)
{
    if (own->expire_after) {
        limits->expire_after = own->expire_after;
    }

    if (own->max_lifetime) {
        limits->max_lifetime = (own->max_lifetime == SSEC_OWN_NONE)
                               ? 0 : own->max_lifetime;
    }
}


static void
ssec_begin(ssec_record_t *rec, ssec_state_e state, const ssec_own_t *own,
    uint64_t now)
{
    *rec = (ssec_record_t) {
        .state = state, .issued = rec->issued, .presented = rec->presented,
        .created = now, .last = now, .own = own
    };
}


/* Gives whether the last activity moves. */

static bool
ssec_touch(ssec_record_t *rec, uint64_t active)
{
    if (active <= rec->last) {
        return false;
    }

    rec->last = active;

    return true;
}


/* Rows 2 and 3: one that has been idle for too long then expires, by row 4. */

static void
ssec_record(ssec_record_t *rec, const ssec_request_t *request)
{
    uint64_t  idle;

    idle = (request->kind == SSEC_PING && request->idle_for_set)
           ? request->idle_for : 0;

    ssec_begin(rec, request->strict ? SSEC_EXPIRED : SSEC_LIVE, NULL,
               ssec_before(request->now, idle));
    rec->reason = request->strict ? SSEC_REASON_UNKNOWN : SSEC_REASON_NONE;
    rec->presented = true;
}


/*
 * Rows 4, 5 and 24: gives false, and ends the session, if its time has passed.
 * The reason is the limit that came first: long after the end both may have.
 */

static bool
ssec_has_time(ssec_record_t *rec, const ssec_request_t *request,
    ssec_outcome_t *out)
{
    ssec_limits_t  limits;

    limits = request->limits;

    if (rec->own) {
        ssec_limits(rec->own, &limits);
    }

    if (ssec_decide_live(rec->created, rec->last, request, &limits, out)) {
        return true;
    }

    rec->state = (rec->state == SSEC_VISITOR) ? SSEC_CLOSED : SSEC_EXPIRED;
    rec->told = false;
    rec->reason = (limits.max_lifetime
                   && rec->created + limits.max_lifetime
                      <= rec->last + limits.expire_after)
                  ? SSEC_REASON_LIFETIME : SSEC_REASON_IDLE;
    return false;
}


/* Rows 6 to 9, 22 and 23: the session has time left. */

static void
ssec_pass(ssec_record_t *rec, const ssec_request_t *request, bool created,
    ssec_outcome_t *out)
{
    if (rec->state == SSEC_VISITOR) {
        *out = (ssec_outcome_t) { .state = SSEC_VISITOR, .idle = out->idle };

        if (request->kind == SSEC_ACTIVE && request->admitted
            && !request->is_former)
        {
            out->changed = ssec_touch(rec, request->now);
        }

        return;
    }

    /*
     * Row 23: whoever comes with a key that was replaced may be somebody else,
     * who knew it before the login.  He learns nothing of the session.
     */

    if (request->is_former && !created) {
        *out = (ssec_outcome_t) { .state = SSEC_VISITOR };
        return;
    }

    out->created = created;
    out->began = rec->login ? rec->created : 0;
    out->own = rec->own;

    if (!request->admitted) {
        return;
    }

    if (created || !rec->presented) {
        rec->presented = true;
        out->changed = true;

    } else if (!rec->used) {
        rec->used = true;
        out->changed = true;
    }

    out->changed |= ssec_touch(rec, out->active);
}


/* Rows 10 to 12, and a ping: it is answered, and moves nothing. */

static ssec_verdict_e
ssec_judge_expired(ssec_record_t *rec, const ssec_request_t *request,
    bool created)
{
    const ssec_ended_t  *ended;

    ended = request->ended;

    if (!ended->logout_url) {
        rec->state = SSEC_CLOSED;
        return SSEC_FORGET;
    }

    if (request->kind == SSEC_PING) {
        return SSEC_ANONYMOUS;
    }

    if (ended->logout) {
        rec->state = SSEC_CLOSED;

        /* anyone can invent unknown keys: the backend does not get them */

        return (ended->login || created) ? SSEC_FORGET : SSEC_LOGOUT;
    }

    if (ended->page) {

        /* a login, by SAML or OpenID Connect, that a redirect would lose */

        if (ended->cross_site && !ended->safe && request->cookie) {
            return SSEC_ANONYMOUS;
        }

        /* no request that would close the session will come here */

        if (ended->elsewhere || ended->login) {
            rec->state = SSEC_CLOSED;
            return SSEC_LEAVE;
        }

        return SSEC_REDIRECT;
    }

    if (rec->told && !ended->safe) {
        return SSEC_ANONYMOUS;
    }

    rec->told = true;

    return SSEC_REFUSE;
}


bool
ssec_decide(ssec_record_t *rec, const ssec_request_t *request,
    ssec_outcome_t *out)
{
    bool  created;

    created = (rec->state == SSEC_UNKNOWN);
    if (created) {
        ssec_record(rec, request);
    }

    /*
     * A visitor whose session was a user's is timed as well: otherwise a client
     * that makes the backend say "off" could keep a live session for later.
     */

    if ((rec->state == SSEC_LIVE || (rec->state == SSEC_VISITOR && rec->left))
        && ssec_has_time(rec, request, out))
    {
        ssec_pass(rec, request, created, out);
        return true;
    }

    *out = (ssec_outcome_t) {
        .state = rec->state, .reason = rec->reason, .created = created,
        .idle = ssec_before(request->now, rec->last)
    };

    if (rec->state == SSEC_VISITOR) {
        return true;
    }

    out->changed = !created || (request->ended && (request->admitted
                                                   || request->strict));

    if (request->ended == NULL) {
        return false;
    }

    out->verdict = (rec->state == SSEC_EXPIRED)
                   ? ssec_judge_expired(rec, request, created)
                   : SSEC_FORGET;                           /* row 13 */

    /* only a cookie can be withheld; a ping is answered anyway */

    if ((out->verdict == SSEC_FORGET || out->verdict == SSEC_ANONYMOUS)
        && !request->cookie && request->kind != SSEC_PING)
    {
        out->verdict = SSEC_REFUSE;
    }

    return true;
}


/* Row 18; or row 24, if the response took longer than the session had left. */

static void
ssec_on_visitor(ssec_record_t *rec, const ssec_own_t *own, uint64_t now,
    const ssec_limits_t *limits)
{
    ssec_request_t  passive;
    ssec_outcome_t  unused;

    if (!rec->left) {
        ssec_begin(rec, SSEC_LIVE, own, now);
        rec->login = true;
        return;
    }

    passive = (ssec_request_t) { .kind = SSEC_PASSIVE, .now = now,
                                 .limits = *limits };

    (void) ssec_decide(rec, &passive, &unused);

    if (rec->state == SSEC_VISITOR) {
        rec->state = SSEC_LIVE;
        rec->left = false;
        rec->own = own;
        (void) ssec_touch(rec, now);
    }
}


/* Rows 18, 19 and 23: whether the record changes. */

static bool
ssec_on(ssec_record_t *rec, const ssec_say_t *say, uint64_t now,
    const ssec_limits_t *limits)
{
    bool  changed;

    changed = true;

    if (rec->state == SSEC_VISITOR && !say->other_key) {
        ssec_on_visitor(rec, say->own, now, limits);        /* row 18 */

    } else if (rec->state == SSEC_LIVE && (say->is_former || say->own)) {
        rec->own = say->own;                                /* row 19 */

        if (say->is_former) {
            (void) ssec_touch(rec, now);                    /* row 23 */
        }

    } else {
        changed = false;
    }

    if (rec->state == SSEC_LIVE && !rec->used) {
        rec->used = true;
        changed = true;
    }

    return changed;
}


ssec_change_e
ssec_decide_say(ssec_record_t *rec, const ssec_say_t *say, uint64_t now,
    const ssec_limits_t *limits)
{
    if (say->word == SSEC_ON) {

        if (!ssec_on(rec, say, now, limits)) {
            return SSEC_SAME;
        }

    } else if (rec->state == SSEC_UNKNOWN
               || (say->word == SSEC_OFF && rec->state != SSEC_LIVE))
    {
        return SSEC_SAME;

    } else if (say->word == SSEC_OFF && !say->other_key) {   /* row 20 */
        rec->state = SSEC_VISITOR;

        /* nobody was logged in if "off" answered the first request */

        rec->left = rec->login || rec->used;

    } else {                                                /* 17, 20, 21 */
        rec->state = SSEC_CLOSED;

        if (rec->reason == SSEC_REASON_NONE) {
            rec->reason = (say->word == SSEC_DELETE) ? SSEC_REASON_LOGOUT
                                                     : SSEC_REASON_SAID;
        }
    }

    /* row 23: of a key that was replaced it is said for that key alone */

    return say->is_former ? SSEC_BEGUN : SSEC_CHANGED;
}


/*
 * Row 26: whether the record stays as it is.  A dead one becomes live by row 14
 * only, or if the key becomes one more of a live session.  A key that
 * was replaced may belong to another visitor by now.
 */

static bool
ssec_stays(const ssec_record_t *rec, const ssec_issue_t *issue)
{
    if (rec->state == SSEC_UNKNOWN) {
        return false;
    }

    if (!issue->anonymous && issue->from == NULL) {
        return true;                      /* row 26: the request's own key */
    }

    if (rec->state == SSEC_LIVE || rec->state == SSEC_VISITOR) {
        return !issue->is_replaced
               && (rec->state == SSEC_LIVE || issue->said != SSEC_ON);
    }

    return !issue->anonymous && !issue->taken;
}


ssec_change_e
ssec_decide_issue(ssec_record_t *rec, const ssec_issue_t *issue, uint64_t now)
{
    if (ssec_stays(rec, issue)) {

        if (rec->issued) {
            return SSEC_SAME;
        }

        rec->issued = true;

        return SSEC_CHANGED;
    }

    if (issue->from == NULL || issue->said == SSEC_OFF
        || issue->said == SSEC_END)
    {
        ssec_begin(rec, (issue->said == SSEC_OFF) ? SSEC_VISITOR : SSEC_LIVE,
                   issue->own, now);                        /* rows 14, 16 */
        rec->login = (rec->state == SSEC_LIVE);

    } else if (issue->separate || !issue->from->issued) {

        /* row 25: nobody vouches for it, so others may have it as well */

        *rec = *issue->from;

        if (rec->state != SSEC_LIVE) {
            rec->state = SSEC_CLOSED;
        }

        if (issue->own) {
            rec->own = issue->own;
        }

    } else {
        return SSEC_CARRIED;                                /* row 15 */
    }

    rec->issued = true;
    rec->presented = false;
    rec->used = (issue->said == SSEC_ON);

    return SSEC_BEGUN;
}

/* What a request means for a session: rows 2 to 14 of the decision table. */

#include "ssec_decision.h"


static void ssec_record(ssec_record_t *rec, const ssec_event_t *ev,
    uint64_t now);
static void ssec_touch(ssec_record_t *rec, const ssec_event_t *ev,
    uint64_t now);
static ssec_verdict_e ssec_judge_expired(ssec_record_t *rec,
    const ssec_event_t *ev);
static void ssec_issue(ssec_record_t *rec, const ssec_event_t *ev,
    uint64_t now);
static ssec_verdict_e ssec_withhold(const ssec_event_t *ev,
    ssec_verdict_e verdict);
static uint64_t ssec_lifetime(const ssec_record_t *rec, uint64_t now,
    const ssec_limits_t *limits);
static inline uint64_t ssec_before(uint64_t now, uint64_t ms);


bool
ssec_decide(ssec_record_t *rec, const ssec_event_t *ev, uint64_t now,
    const ssec_limits_t *limits, ssec_outcome_t *out)
{
    out->verdict = SSEC_PASS;
    out->created = (rec->state == SSEC_UNKNOWN);

    if (ev->kind == SSEC_ISSUE) {
        ssec_issue(rec, ev, now);

    } else if (rec->state == SSEC_UNKNOWN) {
        ssec_record(rec, ev, now);
    }

    out->idle = ssec_idle(rec, now);
    out->remaining = 0;
    out->lifetime = 0;

    if (rec->state == SSEC_LIVE) {
        out->lifetime = ssec_lifetime(rec, now, limits);
        out->remaining = ssec_before(limits->expire_after, out->idle);

        if (out->lifetime < out->remaining) {
            out->remaining = out->lifetime;
        }

        /* rows 4 and 5 */

        if (out->remaining == 0 && ev->kind != SSEC_ISSUE) {
            rec->state = SSEC_EXPIRED;
            rec->told = false;
        }
    }

    out->state = rec->state;

    if (ev->kind == SSEC_ISSUE) {
        return true;
    }

    if (rec->state == SSEC_LIVE) {
        ssec_touch(rec, ev, now);
        return true;
    }

    if (ev->brief) {
        return false;
    }

    out->verdict = (rec->state == SSEC_EXPIRED)
                   ? ssec_judge_expired(rec, ev)
                   : ssec_withhold(ev, SSEC_FORGET);        /* row 13 */
    return true;
}


/* Rows 2 and 3: one that has been idle for too long then expires, by row 4. */

static void
ssec_record(ssec_record_t *rec, const ssec_event_t *ev, uint64_t now)
{
    uint64_t  idle;

    idle = (ev->kind == SSEC_PING && ev->idle_for_set) ? ev->idle_for : 0;

    rec->state = SSEC_LIVE;
    rec->issued = false;
    rec->told = false;
    rec->last = ssec_before(now, idle);
    rec->created = rec->last;
}


/* Rows 6 to 9. */

static void
ssec_touch(ssec_record_t *rec, const ssec_event_t *ev, uint64_t now)
{
    uint64_t  active;

    if (ev->kind == SSEC_ACTIVE) {
        active = now;

    } else if (ev->kind == SSEC_PING && ev->idle_for_set) {
        active = ssec_before(now, ev->idle_for);

    } else {
        return;
    }

    if (active > rec->last) {
        rec->last = active;
    }
}


/* Rows 10 to 12, and a ping: it is answered, and moves nothing. */

static ssec_verdict_e
ssec_judge_expired(ssec_record_t *rec, const ssec_event_t *ev)
{
    if (!ev->logout_url) {
        rec->state = SSEC_CLOSED;
        return ssec_withhold(ev, SSEC_FORGET);
    }

    if (ev->kind == SSEC_PING) {
        return ssec_withhold(ev, SSEC_ANONYMOUS);
    }

    if (ev->logout) {
        rec->state = SSEC_CLOSED;
        return SSEC_LOGOUT;
    }

    if (ev->page) {

        /* the request that would close the session will not come here */

        if (ev->elsewhere) {
            rec->state = SSEC_CLOSED;
            return SSEC_LEAVE;
        }

        return SSEC_REDIRECT;
    }

    if (rec->told && !ev->safe) {
        return ssec_withhold(ev, SSEC_ANONYMOUS);
    }

    rec->told = true;

    return SSEC_REFUSE;
}


/*
 * Row 14: only the response to a request that the backend saw as anonymous
 * can bring a dead session back, since only a login explains it.
 */

static void
ssec_issue(ssec_record_t *rec, const ssec_event_t *ev, uint64_t now)
{
    bool  dead;

    dead = (rec->state == SSEC_EXPIRED || rec->state == SSEC_CLOSED);

    if (dead && !ev->withheld) {
        return;
    }

    if (dead || rec->state == SSEC_UNKNOWN) {
        rec->state = SSEC_LIVE;
        rec->told = false;
        rec->created = now;
        rec->last = now;
    }

    rec->issued = true;
}


/* What is no cookie cannot be withheld (row 13); a ping is answered anyway. */

static ssec_verdict_e
ssec_withhold(const ssec_event_t *ev, ssec_verdict_e verdict)
{
    if (ev->cookie || ev->kind == SSEC_PING) {
        return verdict;
    }

    return SSEC_REFUSE;
}


static uint64_t
ssec_lifetime(const ssec_record_t *rec, uint64_t now,
    const ssec_limits_t *limits)
{
    if (limits->max_lifetime == 0) {
        return UINT64_MAX;
    }

    return ssec_before(limits->max_lifetime, ssec_before(now, rec->created));
}


static inline uint64_t
ssec_before(uint64_t now, uint64_t ms)
{
    return (now > ms) ? now - ms : 0;
}

/* Requests and responses as one type, for tests that take either at random. */

#ifndef SSEC_TEST_EVENT_H
#define SSEC_TEST_EVENT_H


#include <string.h>

#include "../src/core/ssec_decision.h"


typedef enum {
    EV_ACTIVE = 0,
    EV_PASSIVE,
    EV_PING,
    EV_ISSUE,
    EV_DELETE,
    EV_ON,
    EV_OFF,
    EV_END
} test_kind_e;


typedef struct {
    test_kind_e           kind;

    bool                  admitted;
    bool                  strict;
    bool                  cookie;
    bool                  brief;
    bool                  page;
    bool                  safe;
    bool                  cross_site;
    bool                  logout_url;
    bool                  logout;
    bool                  elsewhere;
    bool                  login;
    bool                  idle_for_set;
    uint64_t              idle_for;
    bool                  former;

    bool                  replaced;
    test_kind_e           said;
    const ssec_own_t     *own;
    bool                  anonymous;
    const ssec_record_t  *from;
    bool                  apart;
    bool                  lives;
} test_event_t;


typedef struct {
    ssec_verdict_e  verdict;
    ssec_state_e    state;
    ssec_reason_e   reason;
    bool            created;
    bool            changed;
    bool            begun;
    bool            carried;
    uint64_t        active;
    uint64_t        idle;
    uint64_t        remaining;
    uint64_t        lifetime;
    uint64_t        began;
} test_outcome_t;


static inline ssec_word_e
test_word(test_kind_e kind)
{
    return (kind < EV_DELETE) ? SSEC_NOTHING
                              : (ssec_word_e) (kind - EV_DELETE + SSEC_DELETE);
}


static inline bool
test_decide_request(ssec_record_t *rec, const test_event_t *ev, uint64_t now,
    const ssec_limits_t *limits, test_outcome_t *out)
{
    bool            decided;
    ssec_ended_t    ended;
    ssec_outcome_t  o;
    ssec_request_t  request;

    ended = (ssec_ended_t) {
        .page = ev->page, .safe = ev->safe, .cross_site = ev->cross_site,
        .logout_url = ev->logout_url, .logout = ev->logout,
        .elsewhere = ev->elsewhere, .login = ev->login
    };

    request = (ssec_request_t) {
        .kind = (ssec_kind_e) ev->kind, .admitted = ev->admitted,
        .strict = ev->strict, .cookie = ev->cookie, .is_former = ev->former,
        .idle_for_set = ev->idle_for_set, .idle_for = ev->idle_for,
        .now = now, .limits = *limits,
        .ended = ev->brief ? NULL : &ended
    };

    memset(&o, 0, sizeof(o));

    decided = ssec_decide(rec, &request, &o);

    out->verdict = o.verdict;
    out->state = o.state;
    out->reason = o.reason;
    out->created = o.created;
    out->changed = o.changed;
    out->active = o.active;
    out->idle = o.idle;
    out->remaining = o.remaining;
    out->lifetime = o.lifetime;
    out->began = o.began;

    return decided;
}


static inline bool
test_decide(ssec_record_t *rec, const test_event_t *ev, uint64_t now,
    const ssec_limits_t *limits, test_outcome_t *out)
{
    bool           created;
    ssec_say_t     say;
    ssec_issue_t   issue;
    ssec_change_e  change;

    if (ev->kind < EV_ISSUE) {
        return test_decide_request(rec, ev, now, limits, out);
    }

    created = (rec->state == SSEC_UNKNOWN);

    if (ev->kind == EV_ISSUE) {
        issue = (ssec_issue_t) {
            .said = test_word(ev->said), .own = ev->own,
            .is_replaced = ev->former,
            .anonymous = ev->anonymous, .from = ev->from,
            .separate = ev->apart, .taken = ev->lives
        };

        change = ssec_decide_issue(rec, &issue, now);

    } else {
        say = (ssec_say_t) {
            .word = test_word(ev->kind), .is_former = ev->former,
            .other_key = ev->replaced, .own = ev->own
        };

        change = ssec_decide_say(rec, &say, now, limits);
    }

    *out = (test_outcome_t) {
        .verdict = SSEC_PASS, .state = rec->state, .reason = rec->reason,
        .created = created,
        .changed = change == SSEC_CHANGED || change == SSEC_BEGUN,
        .begun = change == SSEC_BEGUN, .carried = change == SSEC_CARRIED,
        .idle = ssec_before(now, rec->last),
        .began = (rec->state == SSEC_LIVE && rec->login) ? rec->created : 0
    };

    return true;
}


#endif /* SSEC_TEST_EVENT_H */

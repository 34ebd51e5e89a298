/*
 * What a request, and its response, mean for a session: the rule of the
 * product.
 *
 * The rows are those of the table in docs/how-it-works.md.  All times are
 * milliseconds on one clock that never steps and that counts suspended time.
 */

#ifndef SSEC_DECISION_H
#define SSEC_DECISION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    SSEC_UNKNOWN = 0,            /* no record */
    SSEC_LIVE,
    SSEC_EXPIRED,
    SSEC_CLOSED,
    SSEC_VISITOR                 /* known, but not logged in */
} ssec_state_e;


/* Why a session has ended; the first reason stays. */

typedef enum {
    SSEC_REASON_NONE = 0,        /* it has not */
    SSEC_REASON_IDLE,            /* rows 4 and 24 */
    SSEC_REASON_LIFETIME,        /* rows 5 and 24 */
    SSEC_REASON_LOGOUT,          /* row 17 */
    SSEC_REASON_SAID,            /* rows 20 and 21 */
    SSEC_REASON_UNKNOWN          /* rows 2 and 3: its key was not known */
} ssec_reason_e;


/* A session's own limits: 0 where it has none, and the configured one holds. */

typedef struct {
    uint32_t      warn_after;
    uint32_t      expire_after;
    uint32_t      max_lifetime;  /* SSEC_OWN_NONE: without end */
} ssec_own_t;

#define SSEC_OWN_NONE  UINT32_MAX


typedef struct {
    ssec_state_e  state;
    ssec_reason_e reason;        /* why it is expired, or closed */
    bool          issued;        /* the backend was seen to set it */
    bool          presented;     /* a client was seen to have it */
    bool          used;          /* more than once, or it was said to be on */
    bool          told;          /* expired: a client got expired_status */
    bool          left;          /* visitor: was a user's, is timed */
    bool          login;         /* a login was seen to begin it */
    uint64_t      created;
    uint64_t      last;          /* last activity */

    const ssec_own_t     *own;   /* NULL for none */
} ssec_record_t;


typedef struct {
    uint64_t      expire_after;  /* above 0 */
    uint64_t      max_lifetime;  /* 0 is none */
} ssec_limits_t;


/* The kind of a request. */

typedef enum {
    SSEC_ACTIVE = 0,
    SSEC_PASSIVE,                /* it proves no human */
    SSEC_PING                    /* it asks for, and reports, the idle time */
} ssec_kind_e;


/* Facts of a request that count only if its session has ended. */

typedef struct {
    bool          page;          /* a navigation, that can follow a redirect */
    bool          safe;          /* GET or HEAD */
    bool          cross_site;    /* another site's page sends it */
    bool          logout_url;    /* there is a logout URL to go to */
    bool          logout;        /* the request is for that URL */
    bool          elsewhere;     /* that URL is on another host */
    bool          login;         /* that URL is a login page */
} ssec_ended_t;


typedef struct {
    ssec_kind_e   kind;
    bool          admitted;      /* has passed nginx's own access checks */
    bool          strict;        /* an unknown key is an expired one */
    bool          cookie;        /* the key can be withheld from the backend */
    bool          is_former;     /* the key was replaced, its grace is over */

    bool          idle_for_set;  /* ping: idle_for is given and an integer */
    uint64_t      idle_for;

    uint64_t      now;
    ssec_limits_t limits;        /* of where it goes */

    const ssec_ended_t  *ended;  /* NULL: not known yet */
} ssec_request_t;


/* A response about a session of the request. */

typedef enum {
    SSEC_NOTHING = 0,
    SSEC_DELETE,                 /* it deletes the cookie */
    SSEC_ON,                     /* logged in */
    SSEC_OFF,                    /* not logged in */
    SSEC_END                     /* the session is to end */
} ssec_word_e;


typedef struct {
    ssec_word_e   word;
    bool          is_former;     /* the key was replaced, its grace is over */
    bool          other_key;     /* on, off: the response sets another key */
    const ssec_own_t     *own;   /* on: the session's own limits */
} ssec_say_t;


/* A response sets this key. */

typedef struct {
    ssec_word_e   said;          /* it says so, too */
    const ssec_own_t     *own;   /* the session's own limits */
    bool          is_replaced;   /* the key, with or without a grace */

    /* what the backend saw; all false or NULL: a request with this key */

    bool          anonymous;     /* none, or a visitor's */
    const ssec_record_t  *from;  /* another one, of this session */
    bool          separate;      /* the new key is to be no key of that one */
    bool          taken;         /* `from` is live, and this key is a name of
                                    a different session */
} ssec_issue_t;


/* If a request has several dead keys, the greatest verdict counts. */

typedef enum {
                    /* the request          cookie          deleted by the
                                                            response */
    SSEC_PASS = 0,  /* to the backend       as it came      no */
    SSEC_ANONYMOUS, /* to the backend       withheld        no */
    SSEC_FORGET,    /* to the backend       withheld        yes */
    SSEC_LOGOUT,    /* to the backend       as it came      yes */
    SSEC_REFUSE,    /* expired_status                       no */
    SSEC_REDIRECT,  /* to the logout URL                    no */
    SSEC_LEAVE      /* to the logout URL                    yes */
} ssec_verdict_e;


typedef struct {
    ssec_verdict_e  verdict;
    ssec_state_e    state;       /* as the request was judged */
    ssec_reason_e   reason;      /* why the session has ended, if it has */
    bool            created;     /* it was not known before */
    bool            changed;     /* the record is to be stored */
    uint64_t        active;      /* once it is admitted: the last activity is
                                    not before this; 0 for none */
    uint64_t        idle;        /* before the request counted */
    uint64_t        remaining;   /* before the request counted; 0: not live */
    uint64_t        lifetime;    /* before max_lifetime; UINT64_MAX for none */
    uint64_t        began;       /* when a login began it, on the table's
                                    clock; 0: not live, or no login was seen */
    const ssec_own_t  *own;      /* live: the session's own limits, or NULL */
} ssec_outcome_t;


/* How the record that a response has changed is to be stored. */

typedef enum {
    SSEC_SAME = 0,               /* not at all */
    SSEC_CHANGED,                /* where it was */
    SSEC_BEGUN,                  /* under this key alone, whatever it named */
    SSEC_CARRIED                 /* not: the key is one more of the session
                                    that the request had */
} ssec_change_e;


/*
 * Rows 2 to 13 and 22 to 24.  Takes the record as it is (state SSEC_UNKNOWN for
 * none), and the request; gives the outcome and changes the record.
 *
 * A request is judged before nginx's own access checks, and counts after them:
 * until it is admitted it begins no session and moves no activity.
 *
 * Gives false only if the session turns out to have ended, and request->ended
 * is NULL.  The record can be stored then.  The caller fills request->ended and
 * asks again for the outcome.
 */

bool ssec_decide(ssec_record_t *rec, const ssec_request_t *request,
    ssec_outcome_t *out);

/* Rows 14 to 16, 25 and 26, for the record of a key that a response sets. */

ssec_change_e ssec_decide_issue(ssec_record_t *rec, const ssec_issue_t *issue,
    uint64_t now);

/* Rows 17 to 21, for the record of a key that the request had. */

ssec_change_e ssec_decide_say(ssec_record_t *rec, const ssec_say_t *say,
    uint64_t now, const ssec_limits_t *limits);

/* The limits that hold for the session: its own, then the configured ones. */

void ssec_limits(const ssec_own_t *own, ssec_limits_t *limits);

static inline uint64_t
ssec_before(uint64_t now, uint64_t ms)
{
    return (now > ms) ? now - ms : 0;
}


/* Rows 6 and 8: the last activity is not before this; 0 for none. */

static inline uint64_t
ssec_active(const ssec_request_t *request)
{
    if (request->kind == SSEC_ACTIVE) {
        return request->now;
    }

    return (request->kind == SSEC_PING && request->idle_for_set)
           ? ssec_before(request->now, request->idle_for) : 0;
}


/*
 * The part of ssec_decide() that most requests need: rows 4 to 9, for a live
 * session that a client was seen to have, and that has these limits.  Gives
 * false, and nothing but times, if the session has come to its end.  When a
 * login began it, the caller knows: out->began is not set.
 */

static inline bool
ssec_decide_live(uint64_t created, uint64_t last,
    const ssec_request_t *request, const ssec_limits_t *limits,
    ssec_outcome_t *out)
{
    uint64_t  now;

    now = request->now;

    out->idle = ssec_before(now, last);
    out->remaining = ssec_before(limits->expire_after, out->idle);
    out->lifetime = UINT64_MAX;

    if (limits->max_lifetime) {
        out->lifetime = ssec_before(limits->max_lifetime,
                                    ssec_before(now, created));

        if (out->lifetime < out->remaining) {
            out->remaining = out->lifetime;
        }
    }

    if (out->remaining == 0) {
        return false;                                   /* rows 4 and 5 */
    }

    out->verdict = SSEC_PASS;
    out->state = SSEC_LIVE;
    out->created = false;
    out->changed = false;
    out->active = ssec_active(request);
    out->own = NULL;

    return true;
}

#endif /* SSEC_DECISION_H */

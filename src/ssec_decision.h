/*
 * What a request means for a session: the rule of the product.
 *
 * The rows are those of the table in docs/how-it-works.md.  All times are
 * milliseconds on one clock that never steps and that counts suspended time.
 */

#ifndef SSEC_DECISION_H
#define SSEC_DECISION_H


#include <stdbool.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


typedef enum {
    SSEC_UNKNOWN = 0,            /* no record */
    SSEC_LIVE,
    SSEC_EXPIRED,
    SSEC_CLOSED
} ssec_state_e;


typedef struct {
    ssec_state_e  state;
    bool          issued;        /* live: the backend was seen to set it */
    bool          told;          /* expired: a client got expired_status */
    uint64_t      created;
    uint64_t      last;          /* last activity */
} ssec_record_t;


typedef struct {
    uint64_t      expire_after;  /* above 0 */
    uint64_t      max_lifetime;  /* 0 is none */
} ssec_limits_t;


typedef enum {
    SSEC_ACTIVE = 0,
    SSEC_PASSIVE,                /* proves no human */
    SSEC_PING,                   /* asks for, and reports, the idle time */
    SSEC_ISSUE                   /* a response sets the session's cookie */
} ssec_kind_e;


typedef struct {
    ssec_kind_e   kind;

    bool          cookie;        /* the key can be withheld from the backend */

    bool          brief;         /* the next five are not known yet */
    bool          page;          /* a navigation, that can follow a redirect */
    bool          safe;          /* GET or HEAD */
    bool          logout_url;    /* there is a logout URL to go to */
    bool          logout;        /* the request is for that URL */
    bool          elsewhere;     /* that URL is on another host */

    bool          idle_for_set;  /* ping: idle_for is given and an integer */
    uint64_t      idle_for;

    bool          withheld;      /* issue: the request's key was withheld */
} ssec_event_t;


/* Worse is greater: of several keys in one request the worst verdict counts. */

typedef enum {
    SSEC_PASS = 0,               /* on to the backend, as it came */
    SSEC_LOGOUT,                 /* likewise; the response deletes the cookie */
    SSEC_ANONYMOUS,              /* on, with the session's cookie withheld */
    SSEC_FORGET,                 /* likewise; the response deletes the cookie */
    SSEC_REFUSE,                 /* expired_status */
    SSEC_REDIRECT,               /* to the logout URL */
    SSEC_LEAVE                   /* likewise; the response deletes the cookie */
} ssec_verdict_e;


typedef struct {
    ssec_verdict_e  verdict;
    ssec_state_e    state;       /* as the request was judged */
    bool            created;     /* it was not known before */
    uint64_t        idle;        /* before the request counted */
    uint64_t        remaining;   /* likewise; 0 unless live */
    uint64_t        lifetime;    /* before max_lifetime; UINT64_MAX for none */
} ssec_outcome_t;


/*
 * Takes the record as it is (state SSEC_UNKNOWN for none), what has happened,
 * and the time; gives the outcome and changes the record.
 *
 * Gives false only for a brief event, if the session turns out not to be
 * live: the record is then as it is to be stored, and the outcome is to be
 * asked for again, with the whole event.
 */

bool ssec_decide(ssec_record_t *rec, const ssec_event_t *ev, uint64_t now,
    const ssec_limits_t *limits, ssec_outcome_t *out);

/* The time since the last activity; 0 if that lies in the future. */

static inline uint64_t
ssec_idle(const ssec_record_t *rec, uint64_t now)
{
    return (now > rec->last) ? now - rec->last : 0;
}


#pragma GCC visibility pop

#endif /* SSEC_DECISION_H */

/* The decision table, row by row, and properties of random histories. */

#include "ssec_test.h"

#include <cmocka.h>

#include "ssec_test_event.h"


#define SECOND    1000ULL
#define HOUR      (3600 * SECOND)
#define DAY       (24 * HOUR)

#define EXPIRE    (600 * SECOND)
#define NOW       (100 * DAY)

#define SEQUENCES  2000
#define EVENTS     100

#define ALL_REQUESTS   (3 * 8192)
#define ALL_ISSUES     1920
#define ALL_RESPONSES  (5 * ALL_ISSUES)


static const ssec_limits_t  limits = { .expire_after = EXPIRE };

/* a session's own: shorter, longer, and without end */

static const ssec_own_t  own_short = { 100, 300 * SECOND, HOUR };
static const ssec_own_t  own_long = { 0, 7200 * SECOND, 0 };
static const ssec_own_t  own_endless = { 0, 0, SSEC_OWN_NONE };

/* the sessions that a request may have had; the backend issued the first two */

enum { HAD_LIVE = 0, HAD_EXPIRED, HAD_MADE_UP, HAD_MADE_UP_DEAD };

static const ssec_record_t  had[] = {
    [HAD_LIVE] = { .state = SSEC_LIVE, .issued = true, .presented = true,
                   .login = true,
                   .created = NOW - 2 * HOUR, .last = NOW - 5 * SECOND,
                   .own = &own_long },
    [HAD_EXPIRED] = { .state = SSEC_EXPIRED,
                      .reason = SSEC_REASON_LIFETIME, .issued = true,
                      .presented = true, .told = true,
                      .created = NOW - 3 * HOUR, .last = NOW - 2 * HOUR },
    [HAD_MADE_UP] = { .state = SSEC_LIVE, .presented = true,
                      .created = NOW - 4 * HOUR, .last = NOW - 6 * SECOND,
                      .own = &own_short },
    [HAD_MADE_UP_DEAD] = { .state = SSEC_EXPIRED,
                           .reason = SSEC_REASON_UNKNOWN, .presented = true,
                           .created = NOW - 5 * HOUR, .last = NOW - HOUR }
};


/* Records and events as the rows name them */

static ssec_record_t
live(uint64_t created, uint64_t last)
{
    return (ssec_record_t) { .state = SSEC_LIVE, .presented = true,
                             .used = true, .created = created, .last = last };
}


static ssec_record_t
dead(ssec_state_e state)
{
    return (ssec_record_t) { .state = state, .reason = SSEC_REASON_IDLE,
                             .presented = true,
                             .created = NOW - HOUR, .last = NOW - HOUR };
}


static ssec_record_t
unknown(void)
{
    return (ssec_record_t) { .state = SSEC_UNKNOWN };
}


static ssec_record_t
visitor(void)
{
    return (ssec_record_t) { .state = SSEC_VISITOR, .issued = true,
                             .presented = true, .created = NOW - DAY,
                             .last = NOW - DAY };
}


/* Likewise one who was logged in before, and has time left. */

static ssec_record_t
left(void)
{
    ssec_record_t  rec;

    rec = visitor();
    rec.left = true;
    rec.created = NOW - HOUR;
    rec.last = NOW - SECOND;

    return rec;
}


/* Likewise at the end of that time. */

static ssec_record_t
left_idle(void)
{
    ssec_record_t  rec;

    rec = left();
    rec.last = NOW - EXPIRE;

    return rec;
}


static bool
is_withheld(ssec_verdict_e verdict)
{
    return verdict != SSEC_PASS && verdict != SSEC_LOGOUT;
}


static test_event_t
request(test_kind_e kind)
{
    return (test_event_t) { .kind = kind, .admitted = true, .cookie = true,
                            .safe = true, .logout_url = true };
}


static test_event_t
ping(uint64_t idle_for)
{
    test_event_t  ev;

    ev = request(EV_PING);
    ev.idle_for_set = true;
    ev.idle_for = idle_for;

    return ev;
}


static test_event_t
page(void)
{
    test_event_t  ev;

    ev = request(EV_ACTIVE);
    ev.page = true;

    return ev;
}


static test_event_t
response(test_kind_e kind)
{
    return (test_event_t) { .kind = kind };
}


static test_event_t
issue(bool anonymous)
{
    return (test_event_t) { .kind = EV_ISSUE, .anonymous = anonymous };
}


/* One of all the requests there are, by number: below ALL_REQUESTS. */

static test_event_t
any_request(unsigned n)
{
    return (test_event_t) {
        .kind = n >> 13,
        .cookie = n & 1,
        .page = n >> 1 & 1,
        .safe = n >> 2 & 1,
        .logout_url = n >> 3 & 1,
        .logout = n >> 4 & 1,
        .idle_for_set = n >> 5 & 1,
        .idle_for = (n >> 6 & 1) ? EXPIRE : 0,
        .admitted = n >> 7 & 1,
        .strict = n >> 8 & 1,
        .elsewhere = n >> 9 & 1,
        .login = n >> 10 & 1,
        .former = n >> 11 & 1,
        .cross_site = n >> 12 & 1
    };
}


/* Likewise of all the responses. */

static test_event_t
any_response(unsigned n)
{
    static const test_kind_e  said[] = { EV_ACTIVE, EV_ON, EV_OFF,
                                         EV_END };

    static const ssec_own_t  *own[] = { NULL, &own_short, &own_endless };

    static const ssec_record_t  *from[] = { NULL, &had[0], &had[1], &had[2],
                                            &had[3] };

    return (test_event_t) {
        .kind = EV_ISSUE + n / ALL_ISSUES,
        .said = said[n & 3],
        .own = own[n / 4 % 3],
        .anonymous = n / 12 & 1,
        .from = from[n / 24 % 5],
        .apart = n / 120 & 1,
        .lives = n / 240 & 1,
        .former = n / 480 & 1,
        .replaced = n / 960 & 1
    };
}


static test_outcome_t
decide(ssec_record_t *rec, test_event_t ev)
{
    test_outcome_t  out;

    memset(&out, 0xff, sizeof(out));
    assert_true(test_decide(rec, &ev, NOW, &limits, &out));

    return out;
}


static test_outcome_t
decide_within(ssec_record_t *rec, test_event_t ev, uint64_t max_lifetime)
{
    ssec_limits_t   both;
    test_outcome_t  out;

    both = (ssec_limits_t) { EXPIRE, max_lifetime };

    memset(&out, 0xff, sizeof(out));
    assert_true(test_decide(rec, &ev, NOW, &both, &out));

    return out;
}


static void
assert_same(const ssec_record_t *rec, const ssec_record_t *expected)
{
    assert_int_equal(rec->state, expected->state);
    assert_int_equal(rec->reason, expected->reason);
    assert_int_equal(rec->issued, expected->issued);
    assert_int_equal(rec->presented, expected->presented);
    assert_int_equal(rec->used, expected->used);
    assert_int_equal(rec->told, expected->told);
    assert_int_equal(rec->left, expected->left);
    assert_int_equal(rec->login, expected->login);
    assert_int_equal(rec->created, expected->created);
    assert_int_equal(rec->last, expected->last);
    assert_ptr_equal(rec->own, expected->own);
}


/* Why a session has ended */

typedef struct {
    const char     *what;
    ssec_record_t   before;
    test_event_t    event;
    uint64_t        max_lifetime;
    ssec_state_e    state;
    ssec_reason_e   reason;
} why_t;


static void
why_it_ended(void **state)
{
    size_t          i;
    ssec_record_t   rec;
    test_outcome_t  out;

    const ssec_record_t  idle = live(NOW - HOUR, NOW - EXPIRE);
    const ssec_record_t  busy = live(NOW - HOUR, NOW - SECOND);
    const ssec_record_t  away = live(NOW - 10 * HOUR, NOW - 9 * HOUR);
    const ssec_record_t  closed = dead(SSEC_CLOSED);

    const test_event_t  strict = { .kind = EV_ACTIVE, .cookie = true,
                                   .page = true, .logout_url = true,
                                   .strict = true };
    const test_event_t  replaced = { .kind = EV_OFF, .replaced = true };
    const test_event_t  logout = { .kind = EV_ACTIVE, .cookie = true,
                                   .page = true, .logout_url = true,
                                   .logout = true };
    const test_event_t  login = { .kind = EV_ACTIVE, .cookie = true,
                                  .page = true, .logout_url = true,
                                  .login = true };

    const why_t  rows[] = {
        { "a page", busy, page(), 0, SSEC_LIVE, SSEC_REASON_NONE },
        { "a page of an idle session", idle, page(), 0,
          SSEC_EXPIRED, SSEC_REASON_IDLE },
        { "without a logout URL", idle, { .kind = EV_ACTIVE, .cookie = true },
          0, SSEC_CLOSED, SSEC_REASON_IDLE },
        { "a page at the end of its lifetime", busy, page(), HOUR,
          SSEC_EXPIRED, SSEC_REASON_LIFETIME },

        /* once both are over, the one that was over first */

        { "away before the end of its lifetime", away, page(), 2 * HOUR,
          SSEC_EXPIRED, SSEC_REASON_IDLE },
        { "away at the end of its lifetime", away, page(), HOUR + SECOND,
          SSEC_EXPIRED, SSEC_REASON_LIFETIME },
        { "both at once", away, page(), HOUR + EXPIRE,
          SSEC_EXPIRED, SSEC_REASON_LIFETIME },

        { "a ping of a forgotten one", unknown(), ping(EXPIRE), 0,
          SSEC_EXPIRED, SSEC_REASON_IDLE },
        { "a forgotten one", unknown(), page(), 0,
          SSEC_LIVE, SSEC_REASON_NONE },

        /* what the response says */

        { "a deleted cookie", busy, response(EV_DELETE), 0,
          SSEC_CLOSED, SSEC_REASON_LOGOUT },
        { "end", busy, response(EV_END), 0, SSEC_CLOSED, SSEC_REASON_SAID },
        { "off", busy, response(EV_OFF), 0,
          SSEC_VISITOR, SSEC_REASON_NONE },
        { "a visitor's deleted cookie", visitor(), response(EV_DELETE), 0,
          SSEC_CLOSED, SSEC_REASON_LOGOUT },

        /* row 24: a visitor who was logged in */

        { "a page of one who left", left(), page(), 2 * HOUR,
          SSEC_VISITOR, SSEC_REASON_NONE },
        { "a page of one who left and is idle", left_idle(), page(), 0,
          SSEC_CLOSED, SSEC_REASON_IDLE },
        { "a ping of one who left and is idle", left_idle(), ping(0), 0,
          SSEC_CLOSED, SSEC_REASON_IDLE },
        { "a page of one who left, at the end of the lifetime", left(), page(),
          HOUR, SSEC_CLOSED, SSEC_REASON_LIFETIME },
        { "on, for one who left", left(), response(EV_ON), 2 * HOUR,
          SSEC_LIVE, SSEC_REASON_NONE },
        { "on, for one who left and is idle", left_idle(), response(EV_ON),
          0, SSEC_CLOSED, SSEC_REASON_IDLE },
        { "on, for one who left, at the end of the lifetime", left(),
          response(EV_ON), HOUR, SSEC_CLOSED, SSEC_REASON_LIFETIME },

        /* the first reason stays */

        { "a page of a closed one", closed, page(), HOUR,
          SSEC_CLOSED, SSEC_REASON_IDLE },
        { "end of an expired one", dead(SSEC_EXPIRED), response(EV_END), 0,
          SSEC_CLOSED, SSEC_REASON_IDLE },
        { "a deleted cookie of a closed one", closed, response(EV_DELETE), 0,
          SSEC_CLOSED, SSEC_REASON_IDLE },

        { "an unknown key where these are expired", unknown(), strict, 0,
          SSEC_EXPIRED, SSEC_REASON_UNKNOWN },
        { "off, and another key", busy, replaced, 0,
          SSEC_CLOSED, SSEC_REASON_SAID },
        { "the logout URL", idle, logout, 0, SSEC_CLOSED, SSEC_REASON_IDLE },
        { "a login page", away, login, HOUR,
          SSEC_CLOSED, SSEC_REASON_LIFETIME },

        { "a new login", closed, issue(true), 0,
          SSEC_LIVE, SSEC_REASON_NONE }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rec = rows[i].before;
        out = decide_within(&rec, rows[i].event, rows[i].max_lifetime);

        if (rec.state != rows[i].state || rec.reason != rows[i].reason
            || (rec.reason && out.reason != rec.reason))
        {
            fail_msg("%s: state %d for reason %d, not state %d for reason %d",
                     rows[i].what, rec.state, rec.reason, rows[i].state,
                     rows[i].reason);
        }
    }
}


/* Rows 2 and 3: unknown */

static void
row_02_unknown_active_or_passive(void **state)
{
    unsigned        kind;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (kind = EV_ACTIVE; kind <= EV_PASSIVE; kind++) {

        /* what a record of none holds besides is of no account */

        rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .told = true,
                                .created = 5, .last = 7, .own = &own_short };
        out = decide(&rec, request(kind));

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_true(out.created);
        assert_true(out.changed);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, EXPIRE);

        assert_int_equal(rec.state, SSEC_LIVE);
        assert_false(rec.issued);
        assert_true(rec.presented);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
        assert_null(rec.own);
    }
}


/* What is not admitted yet begins nothing: there is nothing to store. */

static void
row_02_not_admitted(void **state)
{
    unsigned        kind;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (kind = EV_ACTIVE; kind <= EV_PING; kind++) {
        ev = request(kind);
        ev.admitted = false;

        rec = unknown();
        out = decide(&rec, ev);

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_true(out.created);
        assert_false(out.changed);
        assert_int_equal(out.remaining, EXPIRE);
        assert_int_equal(out.active, kind == EV_ACTIVE ? NOW : 0);
    }
}


/*
 * A key whose session was forgotten, and that the backend had set: it begins
 * as an issued one.  But what was forgotten may have been a dead one, so that
 * where an unknown key is an expired one this is, too.
 */

static void
row_02_unknown_but_issued(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    ev = request(EV_ACTIVE);

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .issued = true };
    assert_int_equal(decide(&rec, ev).verdict, SSEC_PASS);
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_true(rec.issued);
    assert_int_equal(rec.created, NOW);

    ev.strict = true;
    rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .issued = true };
    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* An unknown key may be an expired one, to which all of that applies. */

static void
row_02_strict(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = page();
    ev.strict = true;

    rec = unknown();
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_REDIRECT);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(out.created);
    assert_true(out.changed);
    assert_int_equal(out.active, 0);
    assert_int_equal(out.remaining, 0);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_false(rec.issued);
    assert_int_equal(rec.last, NOW);

    /* a login by fetch(): refused, told, and then it gets through */

    ev.page = false;
    ev.safe = false;
    rec = unknown();

    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_ANONYMOUS);
    (void) decide(&rec, issue(true));
    assert_int_equal(decide(&rec, ev).verdict, SSEC_PASS);

    /* a ping cannot teach it */

    ev = ping(1);
    ev.strict = true;
    rec = unknown();
    assert_int_equal(decide(&rec, ev).verdict, SSEC_ANONYMOUS);
    assert_int_equal(rec.state, SSEC_EXPIRED);

    /* nor does the logout URL get it, until it was told to go there */

    ev = page();
    ev.strict = true;
    ev.logout = true;
    rec = unknown();
    out = decide(&rec, ev);
    assert_int_equal(out.verdict, SSEC_FORGET);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(out.changed);
    assert_int_equal(rec.state, SSEC_CLOSED);

    ev.cookie = false;
    rec = unknown();
    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_int_equal(rec.state, SSEC_CLOSED);

    ev = page();
    ev.strict = true;
    rec = unknown();
    assert_int_equal(decide(&rec, ev).verdict, SSEC_REDIRECT);
    ev.logout = true;
    assert_int_equal(decide(&rec, ev).verdict, SSEC_LOGOUT);

    /* and without a logout URL it is as closed */

    ev = page();
    ev.strict = true;
    ev.logout_url = false;
    rec = unknown();
    assert_int_equal(decide(&rec, ev).verdict, SSEC_FORGET);
    assert_int_equal(rec.state, SSEC_CLOSED);
}


static void
row_02_strict_does_not_touch_the_known(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    ev = request(EV_ACTIVE);
    ev.strict = true;

    rec = live(NOW - HOUR, NOW - 1);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_PASS);
    assert_int_equal(rec.last, NOW);

    rec = visitor();
    assert_int_equal(decide(&rec, ev).verdict, SSEC_PASS);
}


/* Only a ping can say how long ago; idleFor on another request says nothing. */

static void
row_02_ignores_idle_for(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    ev = request(EV_ACTIVE);
    ev.idle_for_set = true;
    ev.idle_for = EXPIRE;

    rec = unknown();
    (void) decide(&rec, ev);

    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);
}


static void
row_03_unknown_ping_below(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = unknown();
    out = decide(&rec, ping(EXPIRE - 1));

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_true(out.created);
    assert_int_equal(out.idle, EXPIRE - 1);
    assert_int_equal(out.remaining, 1);

    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW - EXPIRE + 1);
    assert_int_equal(rec.created, rec.last);
}


static void
row_03_unknown_ping_boundary(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = unknown();
    out = decide(&rec, ping(EXPIRE));

    assert_int_equal(out.verdict, SSEC_ANONYMOUS);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(out.created);
    assert_true(out.changed);
    assert_int_equal(out.idle, EXPIRE);
    assert_int_equal(out.remaining, 0);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_int_equal(rec.last, NOW - EXPIRE);
}


/* What nginx may refuse teaches nothing, be it of a session that is dead. */

static void
row_03_not_admitted(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = ping(EXPIRE);
    ev.admitted = false;

    rec = unknown();
    out = decide(&rec, ev);
    assert_int_equal(out.verdict, SSEC_ANONYMOUS);
    assert_false(out.changed);

    /* where it is dead without that, it is told what happens to it */

    ev.strict = true;
    rec = unknown();
    assert_true(decide(&rec, ev).changed);
}


static void
row_03_unknown_ping_zero_or_none(void **state)
{
    ssec_record_t  rec;

    (void) state;

    rec = unknown();
    (void) decide(&rec, ping(0));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);

    rec = unknown();
    (void) decide(&rec, request(EV_PING));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);
}


static void
row_03_unknown_ping_huge(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = unknown();
    out = decide(&rec, ping(UINT64_MAX));

    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(is_withheld(out.verdict));
    assert_int_equal(rec.last, 0);
    assert_int_equal(rec.created, 0);
}


/* Rows 4 and 5: a live session's end */

static void
row_04_boundary_expires(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);

        rec = live(NOW - HOUR, NOW - EXPIRE);
        out = decide(&rec, ev);

        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_false(out.created);
        assert_true(out.changed);
        assert_int_equal(out.active, 0);
        assert_int_equal(out.idle, EXPIRE);
        assert_int_equal(out.remaining, 0);
        assert_int_not_equal(out.verdict, SSEC_PASS);
        assert_int_not_equal(rec.state, SSEC_LIVE);
        assert_int_equal(rec.last, NOW - EXPIRE);
        assert_int_equal(rec.created, NOW - HOUR);
    }
}


static void
row_04_one_below_lives(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE + 1);
    out = decide(&rec, request(EV_PASSIVE));

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.idle, EXPIRE - 1);
    assert_int_equal(out.remaining, 1);
    assert_int_equal(rec.state, SSEC_LIVE);
}


static void
row_04_one_above_expires(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE - 1);
    out = decide(&rec, page());

    assert_int_equal(out.verdict, SSEC_REDIRECT);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(out.idle, EXPIRE + 1);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* Activity that is reported too late saves nothing. */

static void
row_04_comes_before_row_08(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE);
    out = decide(&rec, ping(0));

    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.last, NOW - EXPIRE);
}


/* The ages at which others wrap: a day, and 2^32 milliseconds. */

static void
row_04_long_idle_does_not_wrap(void **state)
{
    size_t          i;
    ssec_record_t   rec;
    test_outcome_t  out;

    static const uint64_t  ages[] = {
        DAY - 1, DAY, DAY + 1, 2 * DAY + 5,
        (1ULL << 31), (1ULL << 32) - 1, (1ULL << 32), (1ULL << 32) + 1,
        50 * DAY, NOW
    };

    (void) state;

    for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        rec = live(NOW - ages[i], NOW - ages[i]);
        out = decide(&rec, request(EV_ACTIVE));

        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(out.idle, ages[i]);
        assert_int_equal(rec.last, NOW - ages[i]);
    }
}


static void
row_04_long_limits(void **state)
{
    test_event_t    ev;
    ssec_limits_t   month;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    month = (ssec_limits_t) { .expire_after = 60 * DAY };
    ev = request(EV_PASSIVE);

    rec = live(NOW - 60 * DAY + 1, NOW - 60 * DAY + 1);
    (void) test_decide(&rec, &ev, NOW, &month, &out);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.remaining, 1);

    rec = live(NOW - 60 * DAY, NOW - 60 * DAY);
    (void) test_decide(&rec, &ev, NOW, &month, &out);
    assert_int_equal(out.state, SSEC_EXPIRED);
}


/* Another worker's clock may be read a moment before this one's. */

static void
row_04_last_in_the_future(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW + 3, NOW + 3);
    assert_int_equal(ssec_idle(&rec, NOW), 0);

    out = decide_within(&rec, request(EV_ACTIVE), DAY);

    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.idle, 0);
    assert_int_equal(out.remaining, EXPIRE);
    assert_int_equal(rec.last, NOW + 3);
}


static void
row_05_max_lifetime(void **state)
{
    unsigned        kind;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (kind = EV_ACTIVE; kind <= EV_PING; kind++) {

        rec = live(NOW - DAY + 1, NOW);
        out = decide_within(&rec, request(kind), DAY);
        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_int_equal(out.remaining, 1);

        rec = live(NOW - DAY, NOW);
        out = decide_within(&rec, request(kind), DAY);
        assert_true(is_withheld(out.verdict));
        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, 0);

        rec = live(NOW - DAY - 1, NOW);
        out = decide_within(&rec, request(kind), DAY);
        assert_int_equal(out.state, SSEC_EXPIRED);
    }
}


static void
row_05_zero_is_none(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(0, NOW - 1);
    out = decide_within(&rec, request(EV_PASSIVE), 0);

    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.remaining, EXPIRE - 1);
}


static void
row_05_lifetime_is_told(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW);
    out = decide_within(&rec, request(EV_PASSIVE), DAY);
    assert_int_equal(out.lifetime, DAY - HOUR);

    out = decide_within(&rec, request(EV_PASSIVE), 0);
    assert_true(out.lifetime == UINT64_MAX);

    rec = live(NOW - DAY - 1, NOW);
    out = decide_within(&rec, request(EV_PASSIVE), DAY);
    assert_int_equal(out.lifetime, 0);

    rec = dead(SSEC_CLOSED);
    out = decide_within(&rec, request(EV_PASSIVE), DAY);
    assert_int_equal(out.lifetime, 0);
}


static void
row_05_remaining_is_the_nearer_end(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10);
    out = decide_within(&rec, request(EV_PASSIVE), HOUR + 5);
    assert_int_equal(out.remaining, 5);

    rec = live(NOW - HOUR, NOW - 10);
    out = decide_within(&rec, request(EV_PASSIVE), 2 * HOUR);
    assert_int_equal(out.remaining, EXPIRE - 10);

    rec = live(NOW - HOUR, NOW - EXPIRE);
    out = decide_within(&rec, request(EV_PASSIVE), HOUR);
    assert_int_equal(out.state, SSEC_EXPIRED);
}


/* Rows 6 to 9: live */

static void
row_06_live_active(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    rec.issued = true;
    out = decide(&rec, page());

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_false(out.created);

    /* before this request counted */

    assert_int_equal(out.idle, 10 * SECOND);
    assert_int_equal(out.remaining, EXPIRE - 10 * SECOND);

    assert_int_equal(rec.last, NOW);
    assert_int_equal(rec.created, NOW - HOUR);
    assert_true(rec.issued);
}


/* Judged before the access checks, it counts after them. */

static void
row_06_not_admitted(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = page();
    ev.admitted = false;
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_false(out.changed);
    assert_int_equal(out.active, NOW);
    assert_same(&rec, &before);

    ev.admitted = true;
    out = decide(&rec, ev);
    assert_true(out.changed);
    assert_int_equal(out.active, NOW);
    assert_int_equal(rec.last, NOW);

    /* nothing is left to change within the same millisecond */

    out = decide(&rec, ev);
    assert_false(out.changed);
}


/* That a client has the key is known from then on, admitted or not. */

/* The first request that counts presents a session, and the second uses it. */

static void
row_06_presented_and_used(void **state)
{
    unsigned        kind;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (kind = EV_ACTIVE; kind <= EV_PING; kind++) {
        ev = request(kind);

        rec = live(NOW - HOUR, NOW);
        rec.issued = true;
        rec.presented = false;
        rec.used = false;

        ev.admitted = false;
        out = decide(&rec, ev);
        assert_false(out.changed);
        assert_false(rec.presented);

        ev.admitted = true;
        out = decide(&rec, ev);
        assert_true(out.changed);
        assert_true(rec.presented);
        assert_false(rec.used);

        /* the second one, refused at first */

        ev.admitted = false;
        out = decide(&rec, ev);
        assert_false(out.changed);
        assert_false(rec.used);

        ev.admitted = true;
        out = decide(&rec, ev);
        assert_true(out.changed);
        assert_true(rec.used);

        out = decide(&rec, ev);
        assert_false(out.changed);

        /* the request that records an unknown key is the first */

        rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .used = true };
        (void) decide(&rec, ev);
        assert_true(rec.presented);
        assert_false(rec.used);

        (void) decide(&rec, ev);
        assert_true(rec.used);
    }
}


/* Whom the backend calls logged in needs no second request. */

static void
said_to_be_on(void **state)
{
    unsigned        n;
    ssec_record_t   rec;
    test_outcome_t  out;

    static const test_kind_e  said[] = { EV_ACTIVE, EV_OFF, EV_END,
                                         EV_ON };

    (void) state;

    for (n = 0; n < 4; n++) {
        rec = unknown();
        (void) decide(&rec, (test_event_t) { .kind = EV_ISSUE,
                                             .said = said[n] });
        assert_int_equal(rec.used, said[n] == EV_ON);
    }

    rec = live(NOW - HOUR, NOW - SECOND);
    rec.used = false;
    out = decide(&rec, response(EV_ON));
    assert_true(rec.used);
    assert_true(out.changed);

    out = decide(&rec, response(EV_ON));
    assert_false(out.changed);

    rec = visitor();
    (void) decide(&rec, response(EV_ON));
    assert_true(rec.used);

    rec = left();
    (void) decide(&rec, response(EV_ON));
    assert_true(rec.used);

    rec = dead(SSEC_EXPIRED);
    (void) decide(&rec, response(EV_ON));
    assert_false(rec.used);
}


/* Who still comes with a key that was replaced may be another visitor. */

static void
row_23_former_key(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.former = true;

        /* it is told nothing of the session, and does nothing to it */

        rec = live(NOW - HOUR, NOW - 10 * SECOND);
        rec.presented = n & 1;
        before = rec;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_VISITOR);
        assert_int_equal(out.active, 0);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, 0);
        assert_int_equal(out.lifetime, 0);
        assert_int_equal(out.began, 0);
        assert_false(out.changed);
        assert_same(&rec, &before);

        /* and dies with the session as its other keys do */

        rec = live(NOW - HOUR, NOW - EXPIRE);
        assert_int_equal(decide(&rec, ev).state, SSEC_EXPIRED);
        assert_int_not_equal(rec.state, SSEC_LIVE);

        /* what leads to no session any more is unknown, as any key */

        rec = unknown();
        out = decide(&rec, ev);
        assert_true(out.created);
        assert_int_not_equal(out.state, SSEC_VISITOR);
    }
}


static void
row_07_live_passive(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = request(EV_PASSIVE);
    ev.page = true;
    ev.idle_for_set = true;
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.idle, 10 * SECOND);
    assert_int_equal(out.active, 0);
    assert_false(out.changed);
    assert_same(&rec, &before);
}


static void
row_08_ping_moves_forward(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    out = decide(&rec, ping(3 * SECOND));

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.idle, 10 * SECOND);
    assert_int_equal(out.active, NOW - 3 * SECOND);
    assert_true(out.changed);
    assert_int_equal(rec.last, NOW - 3 * SECOND);
    assert_int_equal(ssec_idle(&rec, NOW), 3 * SECOND);
    assert_int_equal(rec.created, NOW - HOUR);
}


static void
row_08_ping_never_back(void **state)
{
    ssec_record_t  rec;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    assert_false(decide(&rec, ping(10 * SECOND + 1)).changed);
    assert_int_equal(rec.last, NOW - 10 * SECOND);

    (void) decide(&rec, ping(10 * SECOND));
    assert_int_equal(rec.last, NOW - 10 * SECOND);

    (void) decide(&rec, ping(10 * SECOND - 1));
    assert_int_equal(rec.last, NOW - 10 * SECOND + 1);
}


static void
row_08_not_admitted(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = ping(3 * SECOND);
    ev.admitted = false;
    out = decide(&rec, ev);

    assert_int_equal(out.active, NOW - 3 * SECOND);
    assert_false(out.changed);
    assert_same(&rec, &before);
}


static void
row_08_ping_never_into_the_future(void **state)
{
    ssec_record_t  rec;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    (void) decide(&rec, ping(0));
    assert_int_equal(rec.last, NOW);

    rec = live(NOW - HOUR, NOW + 1);
    (void) decide(&rec, ping(0));
    assert_int_equal(rec.last, NOW + 1);
}


static void
row_09_ping_without_idle_for(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = request(EV_PING);
    ev.idle_for = 1;
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.idle, 10 * SECOND);
    assert_same(&rec, &before);
}


static void
row_09_ping_too_large(void **state)
{
    size_t          i;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    static const uint64_t  large[] = {
        EXPIRE, DAY, NOW - 1, NOW, NOW + 1, UINT64_MAX - 1, UINT64_MAX
    };

    (void) state;

    for (i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        rec = live(NOW - HOUR, NOW - 10 * SECOND);
        before = rec;
        out = decide(&rec, ping(large[i]));

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_same(&rec, &before);
    }
}


/* Rows 10 to 12: expired */

static void
row_10_page_is_redirected(void **state)
{
    int             i;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    /* passive or not, cookie or not, GET or POST, as often as it comes */

    for (i = 0; i < 16; i++) {
        rec = dead(SSEC_EXPIRED);
        rec.told = i & 8;
        before = rec;

        ev = page();
        ev.kind = (i & 1) ? EV_PASSIVE : EV_ACTIVE;
        ev.cookie = i & 2;
        ev.safe = i & 4;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict, SSEC_REDIRECT);
        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_false(out.created);
        assert_int_equal(out.idle, HOUR);
        assert_int_equal(out.remaining, 0);
        assert_same(&rec, &before);
    }
}


/* Nobody would come back to close it. */

static void
row_10_logout_url_elsewhere(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = page();
    ev.elsewhere = true;

    rec = dead(SSEC_EXPIRED);
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_LEAVE);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.state, SSEC_CLOSED);

    out = decide(&rec, ev);
    assert_int_equal(out.verdict, SSEC_FORGET);

    /* what is no page is told, and does not close it */

    ev.page = false;
    rec = dead(SSEC_EXPIRED);
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_REFUSE);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/*
 * Another site's page that sends a form may be the end of a login, which a
 * redirect would lose.  A key that cannot be withheld does not go there.
 */

static void
row_10_sent_by_another_site(void **state)
{
    size_t          i;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    static const struct {
        bool            page;
        bool            safe;
        bool            cross_site;
        bool            cookie;
        bool            logout;
        bool            elsewhere;
        bool            login;
        ssec_verdict_e  verdict;
        ssec_state_e    then;
    } cases[] = {
        { 1, 0, 1, 1, 0, 0, 0, SSEC_ANONYMOUS, SSEC_EXPIRED },
        { 1, 0, 1, 1, 0, 1, 0, SSEC_ANONYMOUS, SSEC_EXPIRED },
        { 1, 0, 1, 1, 0, 0, 1, SSEC_ANONYMOUS, SSEC_EXPIRED },
        { 1, 1, 1, 1, 0, 0, 0, SSEC_REDIRECT, SSEC_EXPIRED },
        { 1, 0, 0, 1, 0, 0, 0, SSEC_REDIRECT, SSEC_EXPIRED },
        { 1, 0, 1, 0, 0, 0, 0, SSEC_REDIRECT, SSEC_EXPIRED },
        { 0, 0, 1, 1, 0, 0, 0, SSEC_REFUSE, SSEC_EXPIRED },
        { 1, 0, 1, 1, 1, 0, 0, SSEC_LOGOUT, SSEC_CLOSED }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ev = request(EV_PASSIVE);
        ev.page = cases[i].page;
        ev.safe = cases[i].safe;
        ev.cross_site = cases[i].cross_site;
        ev.cookie = cases[i].cookie;
        ev.logout = cases[i].logout;
        ev.elsewhere = cases[i].elsewhere;
        ev.login = cases[i].login;

        rec = dead(SSEC_EXPIRED);
        before = rec;
        out = decide(&rec, ev);

        if (out.verdict != cases[i].verdict || rec.state != cases[i].then) {
            fail_msg("case %zu: verdict %d, state %d", i, out.verdict,
                     rec.state);
        }

        if (out.verdict == SSEC_ANONYMOUS) {
            assert_same(&rec, &before);
        }
    }

    /* the login that follows brings the key back (row 14) */

    ev = page();
    ev.safe = false;
    ev.cross_site = true;
    rec = dead(SSEC_EXPIRED);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_ANONYMOUS);
    (void) decide(&rec, issue(true));
    assert_int_equal(rec.state, SSEC_LIVE);

    /* as a closed one it is row 13 */

    rec = dead(SSEC_CLOSED);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_FORGET);

    /* and without a logout URL the session is closed */

    ev.logout_url = false;
    rec = dead(SSEC_EXPIRED);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_FORGET);
    assert_int_equal(rec.state, SSEC_CLOSED);
}


/* "Without a logout_url an expired session goes straight to closed." */

static void
row_10_without_logout_url(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.logout_url = false;

        rec = dead(SSEC_EXPIRED);
        out = decide(&rec, ev);

        assert_int_equal(out.verdict,
                         ev.cookie || ev.kind == EV_PING ? SSEC_FORGET
                                                           : SSEC_REFUSE);
        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(rec.state, SSEC_CLOSED);
        assert_int_equal(rec.last, NOW - HOUR);
    }
}


/* A login page closes nothing at the backend: it is the end at once. */

static void
row_10_login_page(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = page();
    ev.login = true;

    rec = dead(SSEC_EXPIRED);
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_LEAVE);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.state, SSEC_CLOSED);

    /* and the request that follows is somebody's who has not logged in */

    ev.logout = true;
    assert_int_equal(decide(&rec, ev).verdict, SSEC_FORGET);
    assert_int_equal(decide(&rec, issue(true)).state, SSEC_LIVE);
}


static void
row_11_login_page(void **state)
{
    int             i;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (i = 0; i < 16; i++) {
        rec = dead(SSEC_EXPIRED);

        ev = request(EV_ACTIVE);
        ev.login = true;
        ev.logout = true;
        ev.page = i & 1;
        ev.safe = i & 2;
        ev.cookie = i & 4;
        ev.elsewhere = i & 8;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict, ev.cookie ? SSEC_FORGET : SSEC_REFUSE);
        assert_int_equal(rec.state, SSEC_CLOSED);
    }
}


static void
row_11_logout(void **state)
{
    int             i;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (i = 0; i < 32; i++) {
        rec = dead(SSEC_EXPIRED);
        rec.told = i & 16;

        ev = request((i & 1) ? EV_PASSIVE : EV_ACTIVE);
        ev.logout = true;
        ev.page = i & 2;
        ev.cookie = i & 4;
        ev.safe = i & 8;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict, SSEC_LOGOUT);
        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(rec.state, SSEC_CLOSED);
        assert_int_equal(rec.last, NOW - HOUR);
    }
}


/* The session's last request, if it is the logout URL, finds it expired. */

static void
row_11_logout_of_a_session_just_expired(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE);
    ev = page();
    ev.logout = true;

    assert_int_equal(decide(&rec, ev).verdict, SSEC_LOGOUT);
    assert_int_equal(rec.state, SSEC_CLOSED);
    assert_int_equal(decide(&rec, ev).verdict, SSEC_FORGET);
}


/* A live session's logout is the backend's own affair: row 6. */

static void
row_11_logout_while_live(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = live(NOW - HOUR, NOW - 1);
    ev = page();
    ev.logout = true;

    assert_int_equal(decide(&rec, ev).verdict, SSEC_PASS);
    assert_int_equal(rec.state, SSEC_LIVE);
}


static void
row_12_refused_then_told(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    out = decide(&rec, request(EV_ACTIVE));

    assert_int_equal(out.verdict, SSEC_REFUSE);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_true(rec.told);

    /* GET again, as often as it comes */

    assert_int_equal(decide(&rec, request(EV_ACTIVE)).verdict, SSEC_REFUSE);
    assert_int_equal(decide(&rec, request(EV_PASSIVE)).verdict,
                     SSEC_REFUSE);
    assert_true(rec.told);
}


static void
row_12_post_before_and_after_told(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    ev = request(EV_ACTIVE);
    ev.safe = false;

    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_true(rec.told);

    /* a login sent by fetch must get through */

    out = decide(&rec, ev);
    assert_int_equal(out.verdict, SSEC_ANONYMOUS);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_true(rec.told);
}


static void
row_12_post_with_a_key_that_is_no_cookie(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    rec.told = true;
    ev = request(EV_ACTIVE);
    ev.safe = false;
    ev.cookie = false;

    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* What was told of a session's first end does not count for its second. */

static void
row_12_told_is_forgotten_by_a_new_login(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    rec.told = true;
    (void) decide(&rec, issue(true));
    assert_false(rec.told);

    /* nor does a flag that a live record should not have */

    rec = live(NOW - HOUR, NOW - EXPIRE);
    rec.told = true;
    ev = request(EV_ACTIVE);
    ev.safe = false;
    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
}


/* Row 13: closed */

static void
row_13_closed(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);

        rec = dead(SSEC_CLOSED);
        before = rec;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict,
                         ev.cookie || ev.kind == EV_PING ? SSEC_FORGET
                                                           : SSEC_REFUSE);
        assert_int_equal(out.state, SSEC_CLOSED);
        assert_int_equal(out.remaining, 0);
        assert_same(&rec, &before);
    }
}


/* Row 14: issue */

static void
row_14_brings_the_dead_back(void **state)
{
    ssec_state_e    s;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        rec = dead(s);
        rec.told = true;
        out = decide_within(&rec, issue(true), HOUR);

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_false(out.created);
        assert_true(out.begun);
        assert_true(out.changed);
        assert_false(out.carried);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, 0);

        assert_int_equal(rec.state, SSEC_LIVE);
        assert_true(rec.issued);
        assert_false(rec.presented);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
    }
}


static void
row_14_only_if_anonymous(void **state)
{
    int             i;
    ssec_state_e    s;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    /* with this very key, or with that of a session that does not live */

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        for (i = 0; i < 8; i++) {
            ev = issue(false);
            ev.from = ((i & 3) == 1) ? &had[HAD_LIVE] : NULL;
            ev.lives = (i & 3) == 2;
            ev.former = i & 4;

            rec = dead(s);
            rec.issued = true;
            before = rec;
            out = decide(&rec, ev);

            assert_int_equal(out.verdict, SSEC_PASS);
            assert_int_equal(out.state, s);
            assert_false(out.changed);
            assert_false(out.begun);
            assert_false(out.carried);
            assert_int_equal(out.remaining, 0);
            assert_same(&rec, &before);
        }
    }
}


/* The request's other key brings no dead one back, whatever session it has. */

static void
row_14_not_by_another_key(void **state)
{
    size_t          i;
    ssec_state_e    s;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        for (i = 0; i < 16 * sizeof(had) / sizeof(had[0]); i++) {
            ev = issue(false);
            ev.from = &had[i / 16];
            ev.apart = i & 1;
            ev.former = i & 2;
            ev.said = (i & 8) ? EV_END : (i & 4) ? EV_OFF : EV_ON;

            rec = dead(s);
            before = rec;
            before.issued = true;
            out = decide(&rec, ev);

            assert_false(out.begun);
            assert_false(out.carried);
            assert_int_equal(out.state, s);
            assert_same(&rec, &before);
        }
    }
}


/* Or if a session that lives comes to a key that was another's. */

static void
row_14_of_a_session_that_lives(void **state)
{
    ssec_state_e    s;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        ev = issue(false);
        ev.from = &had[HAD_LIVE];
        ev.lives = true;

        rec = dead(s);
        before = rec;
        out = decide(&rec, ev);

        assert_true(out.carried);
        assert_false(out.begun);
        assert_false(out.changed);
        assert_same(&rec, &before);

        ev.said = EV_OFF;
        out = decide(&rec, ev);
        assert_false(out.carried);
        assert_true(out.begun);
        assert_int_equal(rec.state, SSEC_VISITOR);
    }
}


/* A login may say at once what the session is. */

static void
row_14_with_what_is_said(void **state)
{
    test_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    ev = issue(true);
    ev.said = EV_ON;
    ev.own = &own_short;

    rec = dead(SSEC_CLOSED);
    rec.own = &own_long;
    (void) decide(&rec, ev);
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_ptr_equal(rec.own, &own_short);

    ev = issue(true);
    ev.said = EV_OFF;

    rec = dead(SSEC_EXPIRED);
    rec.own = &own_long;
    (void) decide(&rec, ev);
    assert_int_equal(rec.state, SSEC_VISITOR);
    assert_int_equal(rec.created, NOW);
    assert_null(rec.own);
    assert_true(rec.issued);
}


/* Row 15: the session that the request had goes on under one more key. */

static void
row_15_carried(void **state)
{
    int             said;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (said = 0; said <= 1; said++) {
        ev = issue(false);
        ev.from = &had[said ? HAD_EXPIRED : HAD_LIVE];
        ev.said = said ? EV_ON : EV_ACTIVE;

        rec = unknown();
        before = rec;
        out = decide(&rec, ev);

        assert_true(out.carried);
        assert_false(out.begun);
        assert_false(out.changed);
        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_UNKNOWN);
        assert_same(&rec, &before);
    }
}


/*
 * Nobody vouches for a key that the backend was not seen to set: others may
 * have it.  Nor is one to get more that was replaced long ago.
 */

static void
row_15_apart(void **state)
{
    int             said;
    size_t          i, apart;
    test_event_t    ev;
    ssec_record_t   rec, expected;
    test_outcome_t  out;

    (void) state;

    for (i = 0; i < sizeof(had) / sizeof(had[0]); i++) {
        for (apart = 0; apart <= 1; apart++) {
            for (said = 0; said <= 1; said++) {
                ev = issue(false);
                ev.from = &had[i];
                ev.apart = apart;
                ev.said = said ? EV_ON : EV_ACTIVE;
                ev.own = said ? &own_endless : NULL;

                rec = unknown();
                out = decide(&rec, ev);

                if (had[i].issued && !apart) {
                    assert_true(out.carried);
                    continue;
                }

                /* a session of its own, but as old, as idle, as dead */

                assert_false(out.carried);
                assert_true(out.begun);
                assert_true(out.changed);
                assert_true(out.created);
                assert_int_equal(out.verdict, SSEC_PASS);
                assert_int_equal(out.active, 0);

                expected = had[i];
                expected.state = (had[i].state == SSEC_LIVE) ? SSEC_LIVE
                                                             : SSEC_CLOSED;
                expected.issued = true;
                expected.presented = false;
                expected.used = said;

                if (said) {
                    expected.own = &own_endless;
                }

                assert_same(&rec, &expected);
                assert_int_equal(out.state, expected.state);
                assert_int_equal(out.idle, NOW - had[i].last);
            }
        }
    }
}


/* It is never a login by itself, so it expires when the other would have. */

static void
row_15_apart_prolongs_nothing(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, from;
    test_outcome_t  out;

    (void) state;

    ev = issue(false);
    ev.from = &from;

    from = live(NOW - HOUR, NOW - EXPIRE);
    rec = unknown();
    (void) decide(&rec, ev);
    assert_int_equal(rec.state, SSEC_LIVE);
    out = decide(&rec, page());
    assert_int_equal(out.verdict, SSEC_REDIRECT);
    assert_int_equal(out.state, SSEC_EXPIRED);

    from = live(NOW - DAY, NOW - 1);
    rec = unknown();
    (void) decide(&rec, ev);
    assert_int_equal(decide_within(&rec, page(), DAY).state, SSEC_EXPIRED);

    /* what is told of the other is not told of this one */

    from = dead(SSEC_EXPIRED);
    from.told = true;
    rec = unknown();
    (void) decide(&rec, ev);
    assert_int_equal(decide(&rec, page()).verdict, SSEC_FORGET);
}


/* A key that was another's, or a dead one's, may be given so, too. */

static void
row_15_apart_with_a_key_that_is_known(void **state)
{
    size_t          i;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        live(NOW - HOUR, NOW), visitor(), left(), dead(SSEC_EXPIRED),
        dead(SSEC_CLOSED)
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        ev = issue(false);
        ev.from = &had[HAD_MADE_UP];
        ev.former = true;
        ev.lives = true;

        rec = records[i];
        out = decide(&rec, ev);

        assert_true(out.begun);
        assert_false(out.created);
        assert_int_equal(rec.state, SSEC_LIVE);
        assert_int_equal(rec.created, had[HAD_MADE_UP].created);
        assert_int_equal(rec.last, had[HAD_MADE_UP].last);
        assert_ptr_equal(rec.own, had[HAD_MADE_UP].own);
        assert_false(rec.left);
        assert_false(rec.told);
    }
}


static void
row_15_not_what_is_known(void **state)
{
    size_t          i;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        live(NOW - HOUR, NOW), visitor(), dead(SSEC_EXPIRED),
        dead(SSEC_CLOSED)
    };

    (void) state;

    ev = issue(false);
    ev.from = &had[HAD_LIVE];

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        rec = records[i];
        out = decide(&rec, ev);

        assert_false(out.carried);
        assert_false(out.begun);
        assert_int_equal(rec.state, records[i].state);
        assert_int_equal(rec.created, records[i].created);
        assert_int_equal(rec.last, records[i].last);
    }
}


/* A key that was replaced may be another visitor's now: a counter's value. */

static void
row_15_former_keys(void **state)
{
    int             i;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (i = 0; i <= 1; i++) {
        before = i ? visitor() : live(NOW - HOUR, NOW - 1);
        before.issued = true;

        /* the same request's: it is set anew */

        ev = issue(false);
        ev.former = true;

        rec = before;
        out = decide(&rec, ev);
        assert_false(out.changed);
        assert_same(&rec, &before);

        /* of another session, and of nobody */

        ev.from = &had[HAD_LIVE];
        out = decide(&rec, ev);
        assert_true(out.carried);
        assert_false(out.changed);
        assert_same(&rec, &before);

        ev.from = NULL;
        ev.anonymous = true;
        out = decide(&rec, ev);
        assert_false(out.carried);
        assert_true(out.begun);
        assert_int_equal(rec.state, SSEC_LIVE);
        assert_int_equal(rec.created, NOW);
    }
}


/* Who logs in with a key that is a visitor's is no visitor. */

static void
row_15_logged_in_with_a_visitors_key(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = issue(false);
    ev.from = &had[HAD_LIVE];
    ev.said = EV_ON;

    rec = visitor();
    assert_true(decide(&rec, ev).carried);

    ev.from = NULL;
    ev.anonymous = true;

    rec = visitor();
    out = decide(&rec, ev);
    assert_true(out.begun);
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);
}


/* Row 16: a cookie that is set for the first time is known from then on. */

static void
row_16_begins_anew(void **state)
{
    int             anonymous;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (anonymous = 0; anonymous <= 1; anonymous++) {
        rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .told = true };
        out = decide(&rec, issue(anonymous));

        assert_int_equal(out.state, SSEC_LIVE);
        assert_true(out.created);
        assert_true(out.begun);
        assert_true(out.changed);
        assert_false(out.carried);
        assert_int_equal(rec.state, SSEC_LIVE);
        assert_true(rec.issued);
        assert_false(rec.presented);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
        assert_null(rec.own);
    }
}


static void
row_16_with_what_is_said(void **state)
{
    size_t          i;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    ev = issue(false);
    ev.said = EV_ON;
    ev.own = &own_long;

    rec = unknown();
    (void) decide(&rec, ev);
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_ptr_equal(rec.own, &own_long);

    /* after off and end nothing is carried: off is another's, end is over */

    for (i = 0; i <= sizeof(had) / sizeof(had[0]); i++) {
        ev = issue(false);
        ev.from = i ? &had[i - 1] : NULL;
        ev.apart = i & 1;
        ev.said = EV_OFF;

        rec = unknown();
        out = decide(&rec, ev);
        assert_false(out.carried);
        assert_true(out.begun);
        assert_true(out.changed);
        assert_int_equal(rec.state, SSEC_VISITOR);
        assert_int_equal(rec.created, NOW);

        ev.said = EV_END;

        rec = unknown();
        out = decide(&rec, ev);
        assert_false(out.carried);
        assert_true(out.begun);
        assert_true(out.changed);
        assert_int_equal(rec.state, SSEC_LIVE);
        assert_int_equal(rec.created, NOW);
    }
}


/* A cookie that is set anew is no activity, and prolongs nothing. */

static void
issue_of_a_known_session(void **state)
{
    size_t          i;
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        live(NOW - HOUR, NOW - EXPIRE + 1), visitor()
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        for (n = 0; n < ALL_ISSUES; n++) {
            ev = any_response(n);
            assert_int_equal(ev.kind, EV_ISSUE);

            if (ev.former || ev.said == EV_ON) {
                continue;
            }

            rec = records[i];
            rec.issued = false;
            before = rec;
            before.issued = true;
            out = decide(&rec, ev);

            assert_int_equal(out.state, before.state);
            assert_false(out.created);
            assert_true(out.changed);
            assert_same(&rec, &before);

            out = decide(&rec, ev);
            assert_false(out.changed);
            assert_same(&rec, &before);
        }
    }
}


/* A response that comes after the session's end does not undo it. */

static void
issue_of_a_session_that_is_due(void **state)
{
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE);
    (void) decide(&rec, issue(false));
    assert_int_equal(rec.last, NOW - EXPIRE);

    out = decide(&rec, page());
    assert_int_equal(out.verdict, SSEC_REDIRECT);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* Rows 17 to 21: what else a response says */

static void
row_17_21_close(void **state)
{
    size_t          i;
    unsigned        kind;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        live(NOW - HOUR, NOW - 1), visitor(), dead(SSEC_EXPIRED),
        dead(SSEC_CLOSED)
    };

    static const test_kind_e  kinds[] = { EV_DELETE, EV_END };

    (void) state;

    for (kind = 0; kind < 2; kind++) {
        for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
            rec = records[i];
            out = decide(&rec, response(kinds[kind]));

            assert_int_equal(out.verdict, SSEC_PASS);
            assert_int_equal(out.state, SSEC_CLOSED);
            assert_true(out.changed);
            assert_false(out.created);

            before = records[i];
            before.state = SSEC_CLOSED;

            if (before.reason == SSEC_REASON_NONE) {
                before.reason = kind ? SSEC_REASON_SAID : SSEC_REASON_LOGOUT;
            }

            assert_same(&rec, &before);

            assert_int_equal(decide(&rec, page()).verdict, SSEC_FORGET);
        }

        rec = unknown();
        before = rec;
        out = decide(&rec, response(kinds[kind]));
        assert_false(out.changed);
        assert_same(&rec, &before);
    }
}


/* A key that was replaced some time ago ends nothing but itself. */

static void
rows_17_to_21_of_a_former_key(void **state)
{
    size_t          i;
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        live(NOW - HOUR, NOW - 1), visitor(), left(), dead(SSEC_EXPIRED),
        dead(SSEC_CLOSED), unknown()
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        for (n = ALL_ISSUES; n < ALL_RESPONSES; n++) {
            ev = any_response(n);
            before = records[i];

            ev.former = false;
            rec = before;
            out = decide(&rec, ev);
            assert_false(out.begun);
            assert_false(out.carried);

            /* the same becomes of it, but under that key alone */

            before = rec;

            ev.former = true;
            rec = records[i];
            out = decide(&rec, ev);
            assert_false(out.carried);
            assert_int_equal(out.begun, out.changed);

            if (ev.kind != EV_ON || records[i].state != SSEC_LIVE) {
                assert_same(&rec, &before);
                continue;
            }

            /* who is logged in with it is somebody else, from now */

            assert_true(out.begun);
            assert_int_equal(rec.state, SSEC_LIVE);
            assert_int_equal(rec.created, records[i].created);
            assert_int_equal(rec.last, NOW);
            assert_ptr_equal(rec.own, ev.own);
        }
    }
}


/* Who logs in is watched from then on, however long there was a visitor. */

static void
row_18_visitor_logs_in(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    rec = visitor();
    ev = response(EV_ON);
    ev.own = &own_short;
    out = decide(&rec, ev);

    assert_true(out.changed);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.created, NOW);
    assert_int_equal(rec.last, NOW);
    assert_true(rec.issued);
    assert_ptr_equal(rec.own, &own_short);

    rec = visitor();
    rec.own = &own_long;
    (void) decide(&rec, response(EV_ON));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_null(rec.own);

    /* with another key it is that which is watched */

    ev.replaced = true;
    rec = visitor();
    out = decide(&rec, ev);
    assert_false(out.changed);
    assert_int_equal(rec.state, SSEC_VISITOR);
}


/* Who was logged in before is, by that, no younger. */

static void
row_18_logs_in_again(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    rec.issued = true;
    rec.own = &own_long;
    before = rec;
    assert_int_equal(decide(&rec, response(EV_OFF)).state, SSEC_VISITOR);

    ev = response(EV_ON);
    ev.own = &own_short;
    out = decide(&rec, ev);

    assert_true(out.changed);
    assert_false(out.begun);
    before.own = &own_short;
    before.last = NOW;
    assert_same(&rec, &before);

    /* so off and on do not get around max_lifetime */

    rec.created = NOW - DAY;
    rec.own = NULL;
    (void) decide(&rec, response(EV_OFF));
    (void) decide(&rec, response(EV_ON));
    assert_int_equal(decide_within(&rec, page(), DAY).state, SSEC_EXPIRED);

    /* nor does a clock that is read a moment before go back */

    rec = left();
    rec.last = NOW + 3;
    (void) decide(&rec, response(EV_ON));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW + 3);
    assert_false(rec.left);

    /* with a new session's key it is nobody who was here before */

    rec = left();
    out = decide(&rec, issue(true));
    assert_false(out.begun);
    assert_true(rec.left);

    ev = issue(true);
    ev.said = EV_ON;
    rec = left();
    out = decide(&rec, ev);
    assert_true(out.begun);
    assert_int_equal(rec.created, NOW);
    assert_false(rec.left);
}


/* A visitor is whoever has the key that comes with it; limits are both's. */

static void
rows_18_and_19_with_another_key(void **state)
{
    int             i;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    ev = response(EV_ON);
    ev.own = &own_short;
    ev.replaced = true;

    for (i = 0; i <= 1; i++) {
        before = i ? left() : visitor();
        rec = before;
        out = decide(&rec, ev);
        assert_false(out.changed);
        assert_same(&rec, &before);
    }

    rec = live(NOW - HOUR, NOW - 1);
    before = rec;
    before.own = &own_short;
    out = decide(&rec, ev);
    assert_true(out.changed);
    assert_false(out.begun);
    assert_same(&rec, &before);

    ev.own = NULL;
    assert_false(decide(&rec, ev).changed);
    assert_same(&rec, &before);
}


static void
row_19_own_limits(void **state)
{
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 1);
    before = rec;
    before.own = &own_short;

    ev = response(EV_ON);
    ev.own = &own_short;
    out = decide(&rec, ev);
    assert_true(out.changed);
    assert_same(&rec, &before);

    /* without any those that there are stay */

    out = decide(&rec, response(EV_ON));
    assert_false(out.changed);
    assert_same(&rec, &before);

    ev.own = &own_long;
    (void) decide(&rec, ev);
    assert_ptr_equal(rec.own, &own_long);
}


static void
row_20_not_logged_in(void **state)
{
    unsigned        i;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 1);
    before = rec;
    out = decide(&rec, response(EV_OFF));

    assert_true(out.changed);
    assert_int_equal(out.state, SSEC_VISITOR);
    assert_false(out.begun);
    before.state = SSEC_VISITOR;
    before.left = true;
    assert_same(&rec, &before);

    /* with another key for the visitor the old one is not to be used again */

    ev = response(EV_OFF);
    ev.replaced = true;

    rec = live(NOW - HOUR, NOW - 1);
    assert_int_equal(decide(&rec, ev).state, SSEC_CLOSED);

    /* a visitor is left alone, whatever comes with it */

    for (i = 0; i < 8; i++) {
        ev.replaced = i & 1;
        ev.former = i & 2;

        rec = (i & 4) ? left() : visitor();
        before = rec;
        out = decide(&rec, ev);
        assert_false(out.changed);
        assert_false(out.begun);
        assert_int_equal(out.state, SSEC_VISITOR);
        assert_same(&rec, &before);
    }
}


/* Whether a session that is said to be off was a user's. */

static void
row_20_who_was_a_user(void **state)
{
    size_t         i;
    ssec_record_t  rec;

    static const struct {
        const char     *what;
        ssec_record_t   rec;
        bool            left;
    }  rows[] = {
        { "a client sent the key for the first time",
          { .state = SSEC_LIVE, .presented = true }, false },
        { "likewise, and the backend has set it again",
          { .state = SSEC_LIVE, .issued = true, .presented = true }, false },
        { "a client sent the key before",
          { .state = SSEC_LIVE, .presented = true, .used = true }, true },
        { "the backend issued the key, and did not say off",
          { .state = SSEC_LIVE, .issued = true, .presented = true,
            .login = true }, true }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rec = rows[i].rec;
        rec.created = NOW;
        rec.last = NOW;
        (void) decide(&rec, response(EV_OFF));

        if (rec.state != SSEC_VISITOR || rec.left != rows[i].left) {
            fail_msg("%s: state %d, left %d", rows[i].what, rec.state,
                     rec.left);
        }
    }

    /* a request that begins a session, and a response that says off */

    rec = unknown();
    (void) decide(&rec, page());
    (void) decide(&rec, response(EV_OFF));
    assert_int_equal(rec.state, SSEC_VISITOR);
    assert_false(rec.left);
}


/* Which requests of a visitor who was logged in are activity. */

static void
row_22_one_who_left(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.brief = n % 5 == 0;

        rec = left();
        rec.login = n & 1;
        before = rec;
        out = decide_within(&rec, ev, 2 * HOUR);

        if (ev.kind == EV_ACTIVE && ev.admitted && !ev.former) {
            before.last = NOW;
        }

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_VISITOR);
        assert_false(out.created);
        assert_int_equal(out.changed, before.last == NOW);
        assert_int_equal(out.active, 0);
        assert_int_equal(out.idle, SECOND);
        assert_int_equal(out.remaining, 0);
        assert_int_equal(out.lifetime, 0);
        assert_int_equal(out.began, 0);
        assert_same(&rec, &before);
    }

    /* a clock that is read a moment before does not move it back */

    rec = left();
    rec.last = NOW + 3;
    out = decide(&rec, page());
    assert_false(out.changed);
    assert_int_equal(rec.last, NOW + 3);
}


/* At the end of the time nothing of that session comes back. */

static void
row_24_one_who_left_is_idle(void **state)
{
    size_t          i;
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    const struct {
        uint64_t           idle;
        const ssec_own_t  *own;
        bool               over;
    }  rows[] = {
        { EXPIRE - 1, NULL, false },
        { EXPIRE, NULL, true },
        { EXPIRE + 1, NULL, true },
        { 300 * SECOND - 1, &own_short, false },
        { 300 * SECOND, &own_short, true },
        { EXPIRE, &own_long, false },
        { 7200 * SECOND, &own_long, true }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (n = 0; n < ALL_REQUESTS; n++) {
            ev = any_request(n);

            rec = left();
            rec.last = NOW - rows[i].idle;
            rec.created = rec.last;
            rec.own = rows[i].own;
            out = decide(&rec, ev);

            if (!rows[i].over) {
                assert_int_equal(out.verdict, SSEC_PASS);
                assert_int_equal(out.state, SSEC_VISITOR);
                continue;
            }

            /* as row 13 has it */

            assert_int_equal(out.verdict, ev.cookie || ev.kind == EV_PING
                                          ? SSEC_FORGET : SSEC_REFUSE);
            assert_int_equal(out.state, SSEC_CLOSED);
            assert_true(out.changed);
            assert_int_equal(rec.state, SSEC_CLOSED);
            assert_int_equal(rec.last, NOW - rows[i].idle);

            (void) decide(&rec, response(EV_ON));
            assert_int_equal(rec.state, SSEC_CLOSED);
        }
    }

    /* only a new login brings it back */

    rec = left_idle();
    (void) decide(&rec, page());
    (void) decide(&rec, issue(true));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.created, NOW);
}


/* None of them wakes the dead, nor makes something of nothing. */

static void
rows_18_to_20_of_others(void **state)
{
    size_t          i;
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    const ssec_record_t  records[] = {
        unknown(), dead(SSEC_EXPIRED), dead(SSEC_CLOSED)
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        for (n = 0; n < ALL_RESPONSES; n++) {
            ev = any_response(n);

            if (ev.kind != EV_ON && ev.kind != EV_OFF) {
                continue;
            }

            rec = records[i];
            before = rec;
            out = decide(&rec, ev);

            assert_false(out.changed);
            assert_false(out.begun);
            assert_false(out.carried);
            assert_int_equal(out.verdict, SSEC_PASS);
            assert_same(&rec, &before);
        }
    }
}


/* No response is activity, is judged, or tells a remaining time. */

static void
responses_do_not_prolong(void **state)
{
    unsigned        n;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_RESPONSES; n++) {
        rec = live(NOW - HOUR, NOW - 10 * SECOND);
        out = decide(&rec, any_response(n));

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.active, 0);
        assert_int_equal(out.remaining, 0);
        assert_int_equal(out.lifetime, 0);

        /* but that which begins a session */

        if (!any_response(n).former) {
            assert_int_equal(out.idle, 10 * SECOND);
            assert_int_equal(rec.last, NOW - 10 * SECOND);
            assert_int_equal(rec.created, NOW - HOUR);
        }
    }
}


/* Visitors who never were logged in: known, and not timed */

static void
visitors_pass(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.brief = n % 5 == 0;

        rec = visitor();
        before = rec;
        out = decide_within(&rec, ev, HOUR);

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_VISITOR);
        assert_false(out.created);
        assert_false(out.changed);
        assert_int_equal(out.active, 0);
        assert_int_equal(out.remaining, 0);
        assert_same(&rec, &before);
    }
}


/* A session's own limits */

static void
own_limits_hold(void **state)
{
    size_t          i;
    ssec_record_t   rec;
    test_outcome_t  out;

    static const struct {
        const ssec_own_t  *own;
        uint64_t           age;
        uint64_t           idle;
        uint64_t           remaining;
    } rows[] = {

        /* with EXPIRE and a day configured */

        { NULL, 0, EXPIRE - 1, 1 },
        { NULL, 0, EXPIRE, 0 },
        { NULL, DAY - 1, 0, 1 },
        { &own_short, 0, 300 * SECOND - 1, 1 },
        { &own_short, 0, 300 * SECOND, 0 },
        { &own_short, HOUR - 1, 0, 1 },
        { &own_short, HOUR, 0, 0 },
        { &own_long, 0, EXPIRE, 7200 * SECOND - EXPIRE },
        { &own_long, 0, 7200 * SECOND, 0 },
        { &own_long, DAY - 1, 0, 1 },
        { &own_long, DAY, 0, 0 },
        { &own_endless, 50 * DAY, 0, EXPIRE },
        { &own_endless, 50 * DAY, EXPIRE - 1, 1 },
        { &own_endless, 50 * DAY, EXPIRE, 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rec = live(NOW - rows[i].idle - rows[i].age, NOW - rows[i].idle);
        rec.own = rows[i].own;
        out = decide_within(&rec, request(EV_PASSIVE), DAY);

        assert_int_equal(out.remaining, rows[i].remaining);
        assert_int_equal(out.state, rows[i].remaining ? SSEC_LIVE
                                                      : SSEC_EXPIRED);
        assert_ptr_equal(rec.own, rows[i].own);

        if (rows[i].own == &own_endless && rows[i].remaining) {
            assert_true(out.lifetime == UINT64_MAX);
        }
    }
}


static void
own_limits_and_configured_ones(void **state)
{
    ssec_limits_t  l;

    (void) state;

    l = (ssec_limits_t) { EXPIRE, DAY };
    ssec_limits(&own_short, &l);
    assert_int_equal(l.expire_after, 300 * SECOND);
    assert_int_equal(l.max_lifetime, HOUR);

    l = (ssec_limits_t) { EXPIRE, DAY };
    ssec_limits(&own_long, &l);
    assert_int_equal(l.expire_after, 7200 * SECOND);
    assert_int_equal(l.max_lifetime, DAY);

    l = (ssec_limits_t) { EXPIRE, DAY };
    ssec_limits(&own_endless, &l);
    assert_int_equal(l.expire_after, EXPIRE);
    assert_int_equal(l.max_lifetime, 0);
}


/* Pings: a verdict above SSEC_LOGOUT is answered with "logout". */

static void
ping_of_the_dead(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec, before;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.kind = EV_PING;

        rec = dead(SSEC_CLOSED);
        out = decide(&rec, ev);
        assert_true(is_withheld(out.verdict));

        rec = dead(SSEC_EXPIRED);
        before = rec;
        out = decide(&rec, ev);
        assert_true(is_withheld(out.verdict));
        assert_true(out.verdict < SSEC_REFUSE);

        /* with a logout URL it moves nothing, and tells no one */

        if (ev.logout_url) {
            assert_same(&rec, &before);
        }

        rec = live(NOW - HOUR, NOW - EXPIRE);
        out = decide(&rec, ev);
        assert_true(is_withheld(out.verdict));
    }
}


static void
ping_of_the_living(void **state)
{
    unsigned        n;
    test_event_t    ev;
    ssec_record_t   rec;
    test_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_REQUESTS; n++) {
        ev = any_request(n);
        ev.kind = EV_PING;

        rec = live(NOW - HOUR, NOW - 10 * SECOND);
        out = decide(&rec, ev);
        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(rec.last, ev.admitted && ev.idle_for_set
                                   && ev.idle_for == 0 && !ev.former
                                   ? NOW : NOW - 10 * SECOND);
    }
}


/* Worse verdicts are greater: the order is what several keys rely on. */

static void
verdicts_are_ordered(void **state)
{
    (void) state;

    assert_true(SSEC_PASS < SSEC_ANONYMOUS);
    assert_true(SSEC_ANONYMOUS < SSEC_FORGET);
    assert_true(SSEC_FORGET < SSEC_LOGOUT);
    assert_true(SSEC_LOGOUT < SSEC_REFUSE);
    assert_true(SSEC_REFUSE < SSEC_REDIRECT);
    assert_true(SSEC_REDIRECT < SSEC_LEAVE);
}


/* The part for most requests gives what the whole does, or nothing. */

static void
assert_live_part_will_do(ssec_record_t rec, test_event_t ev, uint64_t now,
    ssec_limits_t l)
{
    bool            is_live;
    ssec_outcome_t  part;
    test_outcome_t  out;

    if (rec.state != SSEC_LIVE || !rec.used || ev.kind >= EV_ISSUE
        || ev.former)
    {
        return;
    }

    if (rec.own) {
        ssec_limits(rec.own, &l);
        rec.own = NULL;
    }

    is_live = ssec_decide_live(rec.created, rec.last, &(ssec_request_t) {
                                   .kind = (ssec_kind_e) ev.kind,
                                   .idle_for_set = ev.idle_for_set,
                                   .idle_for = ev.idle_for
                               }, now, &l, &part);

    ev.admitted = false;
    assert_true(test_decide(&rec, &ev, now, &l, &out));

    assert_int_equal(is_live, out.state == SSEC_LIVE);
    assert_int_equal(part.idle, out.idle);
    assert_int_equal(part.remaining, out.remaining);

    if (is_live) {
        assert_int_equal(part.verdict, SSEC_PASS);
        assert_int_equal(part.state, SSEC_LIVE);
        assert_false(part.created);
        assert_false(part.changed);
        assert_false(out.changed);
        assert_int_equal(part.active, out.active);
        assert_true(part.lifetime == out.lifetime);
    }
}


/*
 * What a request is and where it goes need be known of the dead only: a brief
 * event does for the others, and otherwise the whole one gives, in the end,
 * what it would have given at once.
 */

static void
assert_brief_will_do(ssec_record_t rec, test_event_t ev, uint64_t now,
    const ssec_limits_t *l)
{
    bool            done;
    test_event_t    brief;
    ssec_record_t   whole, before;
    test_outcome_t  out, whole_out;

    whole = rec;
    before = rec;
    assert_true(test_decide(&whole, &ev, now, l, &whole_out));

    /* what is not known may be anything */

    brief = ev;
    brief.brief = true;
    brief.page = !ev.page;
    brief.safe = !ev.safe;
    brief.cross_site = !ev.cross_site;
    brief.logout = !ev.logout;
    brief.logout_url = !ev.logout_url;
    brief.elsewhere = !ev.elsewhere;
    brief.login = !ev.login;

    done = test_decide(&rec, &brief, now, l, &out);

    assert_int_equal(done, ev.kind >= EV_ISSUE
                           || whole_out.state == SSEC_LIVE
                           || whole_out.state == SSEC_VISITOR);

    if (!done) {
        assert_true(rec.state == SSEC_EXPIRED || rec.state == SSEC_CLOSED);

        /* what is not to be stored is found again as it was */

        assert_int_equal(out.changed, !whole_out.created);

        if (!out.changed) {
            rec = before;
        }

        assert_true(test_decide(&rec, &ev, now, l, &out));
    }

    assert_int_equal(out.verdict, whole_out.verdict);
    assert_int_equal(out.state, whole_out.state);
    assert_int_equal(out.created, whole_out.created);
    assert_int_equal(out.changed, whole_out.changed);
    assert_int_equal(out.active, whole_out.active);
    assert_int_equal(out.idle, whole_out.idle);
    assert_int_equal(out.remaining, whole_out.remaining);
    assert_same(&rec, &whole);
}


/*
 * A page may be older than its session: only a login that was seen to begin
 * the session tells that it is another one.
 */

static void
a_login_begins_a_session(void **state)
{
    size_t          i;
    ssec_record_t   rec;
    test_outcome_t  out;

    const ssec_record_t  since_login = {
        .state = SSEC_LIVE, .login = true, .presented = true,
        .created = NOW - HOUR, .last = NOW
    };

    const ssec_record_t  left_since_login = {
        .state = SSEC_VISITOR, .left = true, .login = true, .presented = true,
        .created = NOW - HOUR, .last = NOW
    };

    const struct {
        const char     *what;
        ssec_record_t   rec;
        test_event_t    ev;
        uint64_t        began;
    }  rows[] = {
        { "2: a request is no login", unknown(), request(EV_ACTIVE), 0 },
        { "3: nor is a ping", unknown(), ping(SECOND), 0 },
        { "6: the session goes on", since_login, request(EV_ACTIVE),
          NOW - HOUR },
        { "6: likewise one of which no login was seen",
          live(NOW - HOUR, NOW), request(EV_ACTIVE), 0 },
        { "14: a dead key is set anew", dead(SSEC_CLOSED), issue(true), NOW },
        { "15: a key that stands apart, of a session without a login",
          unknown(), { .kind = EV_ISSUE, .from = &had[HAD_MADE_UP] }, 0 },
        { "15: and of one with it", unknown(),
          { .kind = EV_ISSUE, .apart = true, .from = &had[HAD_LIVE] },
          had[HAD_LIVE].created },
        { "16: a new key", unknown(), issue(true), NOW },
        { "16: a visitor's", unknown(),
          { .kind = EV_ISSUE, .said = EV_OFF }, 0 },
        { "16: a new session's", unknown(),
          { .kind = EV_ISSUE, .said = EV_END }, NOW },
        { "18: the first login of a visitor", visitor(), response(EV_ON),
          NOW },
        { "18: another one: the age counts from before", left(),
          response(EV_ON), 0 },
        { "18: likewise, and that began by a login", left_since_login,
          response(EV_ON), NOW - HOUR },
        { "17: a session that ends", since_login, response(EV_DELETE), 0 },
        { "4: one that expires",
          { .state = SSEC_LIVE, .login = true, .presented = true,
            .created = NOW - HOUR, .last = NOW - EXPIRE },
          request(EV_ACTIVE), 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rec = rows[i].rec;
        out = decide(&rec, rows[i].ev);

        if (out.began != rows[i].began) {
            fail_msg("row %s: began at %ld, not at %ld", rows[i].what,
                     (long) out.began, (long) rows[i].began);
        }
    }
}


static void
brief_events(void **state)
{
    size_t         i;
    unsigned       n;
    test_event_t   ev;
    ssec_record_t  rec;

    const ssec_record_t  records[] = {
        unknown(),
        { .state = SSEC_UNKNOWN, .issued = true },
        live(NOW - HOUR, NOW),
        live(NOW - HOUR, NOW - EXPIRE + 1),
        live(NOW - HOUR, NOW - EXPIRE),
        live(NOW - DAY, NOW),
        dead(SSEC_EXPIRED),
        { .state = SSEC_EXPIRED, .told = true, .created = NOW - HOUR,
          .last = NOW - HOUR },
        dead(SSEC_CLOSED),
        visitor(),
        left(),
        left_idle()
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        for (n = 0; n < ALL_REQUESTS; n++) {
            assert_brief_will_do(records[i], any_request(n), NOW, &limits);
        }

        for (n = 0; n < ALL_RESPONSES; n++) {
            assert_brief_will_do(records[i], any_response(n), NOW, &limits);
        }
    }

    /* a session that is due has expired, even if nobody asks again */

    ev = request(EV_ACTIVE);
    ev.brief = true;
    ev.logout_url = false;
    rec = live(NOW - HOUR, NOW - EXPIRE);
    rec.told = true;

    assert_false(test_decide(&rec, &ev, NOW, &limits,
                             &(test_outcome_t) { 0 }));
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_false(rec.told);
    assert_int_equal(rec.last, NOW - EXPIRE);
}


/*
 * Random histories against a model that knows the table only: it keeps the
 * latest proof of a human since the session began, and looks rows up.
 */

typedef struct {
    ssec_state_e     state;      /* for which the row is */
    int              page;       /* -1: any */
    int              logout;
    int              leaves;     /* elsewhere, or a login page */
    int              again;      /* told before, and neither GET nor HEAD */
    int              posted;     /* a cookie's, by another site's page */
    ssec_verdict_e   verdict;    /* for a cookie */
    ssec_verdict_e   otherwise;  /* for another key */
    ssec_state_e     then;
} row_t;


static const row_t  rows[] = {
    { SSEC_EXPIRED, -1, 1, -1, -1, -1, SSEC_LOGOUT, SSEC_LOGOUT, SSEC_CLOSED },
    { SSEC_EXPIRED, 1, 0, -1, -1, 1, SSEC_ANONYMOUS, SSEC_ANONYMOUS,
      SSEC_EXPIRED },
    { SSEC_EXPIRED, 1, 0, 0, -1, 0, SSEC_REDIRECT, SSEC_REDIRECT,
      SSEC_EXPIRED },
    { SSEC_EXPIRED, 1, 0, 1, -1, 0, SSEC_LEAVE, SSEC_LEAVE, SSEC_CLOSED },
    { SSEC_EXPIRED, 0, 0, -1, 1, -1, SSEC_ANONYMOUS, SSEC_REFUSE,
      SSEC_EXPIRED },
    { SSEC_EXPIRED, 0, 0, -1, 0, -1, SSEC_REFUSE, SSEC_REFUSE, SSEC_EXPIRED },
    { SSEC_CLOSED, -1, -1, -1, -1, -1, SSEC_FORGET, SSEC_REFUSE, SSEC_CLOSED }
};


typedef struct {
    ssec_state_e       state;
    bool               told;
    bool               issued;
    bool               left;
    bool               login;
    unsigned           uses;      /* 2: two or more, or it was said to be on */
    uint64_t           created;
    uint64_t           human;
    const ssec_own_t  *own;
} model_t;


static const row_t *
model_row(const model_t *m, const test_event_t *ev)
{
    bool    again, leaves, posted;
    size_t  i;

    again = m->told && !ev->safe;
    leaves = ev->elsewhere || ev->login;
    posted = ev->cross_site && !ev->safe && ev->cookie;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].state == m->state
            && (rows[i].page == -1 || rows[i].page == ev->page)
            && (rows[i].logout == -1 || rows[i].logout == ev->logout)
            && (rows[i].leaves == -1 || rows[i].leaves == leaves)
            && (rows[i].again == -1 || rows[i].again == again)
            && (rows[i].posted == -1 || rows[i].posted == posted))
        {
            return &rows[i];
        }
    }

    return NULL;
}


static void
model_begin(model_t *m, ssec_state_e s, uint64_t when)
{
    *m = (model_t) { .state = s, .issued = m->issued, .created = when,
                     .human = when };
}


static void
model_activity(model_t *m, const test_event_t *ev, uint64_t now)
{
    uint64_t  when;

    if (!ev->admitted || ev->former) {
        return;
    }

    if (ev->kind == EV_ACTIVE) {
        when = now;

    } else if (ev->kind == EV_PING && ev->idle_for_set
               && ev->idle_for <= now)
    {
        when = now - ev->idle_for;

    } else {
        return;
    }

    if (when > m->human) {
        m->human = when;
    }
}


/* The limits that hold. */

static ssec_limits_t
model_limits(const model_t *m, const ssec_limits_t *l)
{
    ssec_limits_t  both;

    both = *l;

    if (m->own && m->own->expire_after) {
        both.expire_after = m->own->expire_after;
    }

    if (m->own && m->own->max_lifetime == SSEC_OWN_NONE) {
        both.max_lifetime = 0;

    } else if (m->own && m->own->max_lifetime) {
        both.max_lifetime = m->own->max_lifetime;
    }

    return both;
}


static bool
model_is_over(const model_t *m, uint64_t now, const ssec_limits_t *l)
{
    return m->human + l->expire_after <= now
           || (l->max_lifetime && m->created + l->max_lifetime <= now);
}


static bool
model_left_is_over(const model_t *m, uint64_t now, const ssec_limits_t *l)
{
    return m->state == SSEC_VISITOR && m->left && model_is_over(m, now, l);
}


static ssec_verdict_e
model_request(model_t *m, const test_event_t *ev, uint64_t now,
    const ssec_limits_t *configured)
{
    bool            unknown;
    uint64_t        when;
    const row_t    *row;
    ssec_limits_t   l;
    ssec_verdict_e  verdict;

    l = model_limits(m, configured);
    unknown = (m->state == SSEC_UNKNOWN);

    if (unknown) {
        when = now;

        if (ev->kind == EV_PING && ev->idle_for_set) {
            when = (ev->idle_for <= now) ? now - ev->idle_for : 0;
        }

        model_begin(m, now - when >= configured->expire_after
                       || (configured->max_lifetime
                           && now - when >= configured->max_lifetime)
                       || ev->strict
                       ? SSEC_EXPIRED : SSEC_LIVE, when);

    } else if (m->state == SSEC_LIVE && model_is_over(m, now, &l)) {
        m->state = SSEC_EXPIRED;
        m->told = false;

    } else if (model_left_is_over(m, now, &l)) {
        m->state = SSEC_CLOSED;
    }

    if (m->state == SSEC_LIVE) {
        model_activity(m, ev, now);

        if (ev->admitted && m->uses < 2 && (!ev->former || unknown)) {
            m->uses++;
        }

        return SSEC_PASS;
    }

    if (m->state == SSEC_VISITOR) {
        if (m->left && ev->kind == EV_ACTIVE) {
            model_activity(m, ev, now);
        }

        return SSEC_PASS;
    }

    if (ev->kind == EV_PING) {
        if (m->state == SSEC_EXPIRED && ev->logout_url) {
            return SSEC_ANONYMOUS;
        }

        m->state = SSEC_CLOSED;
        return SSEC_FORGET;
    }

    if (!ev->logout_url) {
        m->state = SSEC_CLOSED;
    }

    row = model_row(m, ev);
    assert_non_null(row);

    verdict = ev->cookie ? row->verdict : row->otherwise;

    /*
     * The request for a login page goes there as from anybody, and so does one
     * with a key that nothing was known of.
     */

    if (verdict == SSEC_LOGOUT && (ev->login || unknown)) {
        verdict = ev->cookie ? SSEC_FORGET : SSEC_REFUSE;
    }

    m->told |= (row->state == SSEC_EXPIRED && verdict == SSEC_REFUSE);
    m->state = row->then;

    return verdict;
}


/* Whether the key becomes that of whom the response is for. */

static bool
model_is_taken(const model_t *m, const test_event_t *ev)
{
    switch (m->state) {

    case SSEC_UNKNOWN:
        return true;

    case SSEC_LIVE:
        return ev->former && (ev->anonymous || ev->from);

    case SSEC_VISITOR:
        return (ev->former || ev->said == EV_ON)
               && (ev->anonymous || ev->from);

    default:
        return ev->anonymous || (ev->from && ev->lives);
    }
}


static void
model_issue(model_t *m, const test_event_t *ev, uint64_t now)
{
    if (!model_is_taken(m, ev)) {
        m->issued = true;
        return;
    }

    if (ev->from && (ev->said == EV_ACTIVE || ev->said == EV_ON)) {

        if (ev->from->issued && !ev->apart) {
            return;
        }

        *m = (model_t) {
            .state = (ev->from->state == SSEC_LIVE) ? SSEC_LIVE : SSEC_CLOSED,
            .issued = true,
            .uses = (ev->said == EV_ON) ? 2 : 0,
            .login = ev->from->login,
            .created = ev->from->created,
            .human = ev->from->last,
            .own = ev->own ? ev->own : ev->from->own
        };

        return;
    }

    model_begin(m, ev->said == EV_OFF ? SSEC_VISITOR : SSEC_LIVE, now);
    m->issued = true;
    m->login = (m->state == SSEC_LIVE);
    m->uses = (ev->said == EV_ON) ? 2 : 0;
    m->own = ev->own;
}


static void
model_response(model_t *m, const test_event_t *ev, uint64_t now,
    const ssec_limits_t *configured)
{
    model_t        before;
    ssec_limits_t  l;

    l = model_limits(m, configured);

    if (ev->kind == EV_ISSUE) {
        model_issue(m, ev, now);

    } else if (ev->kind == EV_ON && ev->former && m->state == SSEC_LIVE) {
        m->own = ev->own;
        m->human = (now > m->human) ? now : m->human;

    } else if (ev->kind == EV_ON && !ev->replaced
               && model_left_is_over(m, now, &l))
    {
        m->state = SSEC_CLOSED;

    } else if (ev->kind == EV_ON && m->state == SSEC_VISITOR
               && !ev->replaced)
    {
        before = *m;
        model_begin(m, SSEC_LIVE, now);
        m->login = true;
        m->own = ev->own;

        if (before.left) {
            m->login = before.login;
            m->created = before.created;
            m->human = (now > before.human) ? now : before.human;
        }

    } else if (ev->kind == EV_ON && m->state == SSEC_LIVE && ev->own) {
        m->own = ev->own;

    } else if (ev->kind == EV_OFF && m->state == SSEC_LIVE) {
        m->state = ev->replaced ? SSEC_CLOSED : SSEC_VISITOR;
        m->left = m->login || m->uses == 2;

    } else if ((ev->kind == EV_DELETE || ev->kind == EV_END)
               && m->state != SSEC_UNKNOWN)
    {
        m->state = SSEC_CLOSED;
    }

    if (ev->kind == EV_ON && m->state == SSEC_LIVE) {
        m->uses = 2;
    }
}


static uint64_t
random_step(uint64_t *seed, uint64_t expire_after)
{
    switch (test_below(seed, 16)) {
    case 0:
    case 1:
    case 2:
        return 0;
    case 3:
        return 1;
    case 4:
        return expire_after - 1;
    case 5:
        return expire_after;
    case 6:
        return expire_after + 1;
    case 7:
        return test_below(seed, 3 * DAY);
    case 8:
        return test_below(seed, 16) ? 0 : (1ULL << 32) - 2
                                          + test_below(seed, 4);
    default:
        return test_below(seed, expire_after / 2);
    }
}


static uint64_t
random_idle_for(uint64_t *seed, const ssec_record_t *rec, uint64_t now,
    uint64_t expire_after)
{
    switch (test_below(seed, 8)) {
    case 0:
        return 0;
    case 1:
        return expire_after - 1 + test_below(seed, 3);
    case 2:
        return UINT64_MAX - test_below(seed, 2);
    case 3:
        return now - 1 + test_below(seed, 3);
    case 4:
        return ssec_idle(rec, now) + test_below(seed, 3);
    default:
        return test_below(seed, expire_after);
    }
}


static test_event_t
random_event(uint64_t *seed, const ssec_record_t *rec, uint64_t now,
    uint64_t expire_after)
{
    test_event_t  ev;

    if (test_below(seed, 4) == 0) {
        ev = any_response((unsigned) test_below(seed, ALL_RESPONSES));

        /* what ends a session is rarer than what does not */

        if (ev.kind > EV_ON && test_below(seed, 4)) {
            ev.kind = EV_ISSUE;
        }

        return ev;
    }

    ev = any_request((unsigned) test_below(seed, ALL_REQUESTS));
    ev.logout_url |= (test_below(seed, 4) != 0);
    ev.idle_for = random_idle_for(seed, rec, now, expire_after);

    return ev;
}


/* One that goes on from the session that the request had. */

static bool
inherits(const test_event_t *ev)
{
    return ev->from && (ev->apart || !ev->from->issued)
           && ev->said != EV_OFF && ev->said != EV_END;
}


/* What holds of any step, whatever the model says. */

static void
assert_properties(const test_event_t *ev, const test_outcome_t *out,
    const ssec_record_t *before, const ssec_record_t *rec, uint64_t now)
{
    bool  request, begun, known, was_dead, was_visitor, anew;

    request = (ev->kind < EV_ISSUE);
    begun = !request && out->begun;
    known = (before->state != SSEC_UNKNOWN);
    was_dead = (before->state == SSEC_EXPIRED || before->state == SSEC_CLOSED);

    assert_int_equal(out->created, !known);

    /* what is not to be stored has not changed */

    if (!out->changed && (known || !request)) {
        assert_same(rec, before);
    }

    /* last goes neither back nor into the future, unless it begins anew */

    begun = begun && ev->kind == EV_ISSUE;
    was_visitor = (before->state == SSEC_VISITOR && ev->kind == EV_ON);

    anew = begun || (was_visitor && !before->left);

    if (known && !anew) {
        assert_true(rec->last >= before->last);
        assert_int_equal(rec->created, before->created);
    }

    assert_true(rec->last <= now || rec->last == before->last);
    assert_true(rec->created <= rec->last);

    /* what was a user's is not forgotten to have been that by "off" */

    if (ev->kind == EV_OFF && before->state == SSEC_LIVE
        && rec->state == SSEC_VISITOR)
    {
        assert_int_equal(rec->left, before->login || before->used);
    }

    /* the dead stay dead but for row 14 */

    if (begun) {
        assert_true(!known || ev->anonymous || ev->from);
        assert_true(!was_dead || ev->anonymous || ev->lives);
        assert_true(out->changed && !out->carried);
        assert_int_equal(rec->created, inherits(ev) ? ev->from->created : now);
    }

    /* what a former key ends is that key's alone; nothing else is begun */

    if (!request && ev->kind != EV_ISSUE) {
        assert_int_equal(out->begun, out->changed && ev->former);
        assert_true(!out->begun || rec->state != SSEC_LIVE
                    || ev->kind == EV_ON);
    }

    if (was_dead && !begun) {
        assert_true(rec->state == SSEC_EXPIRED || rec->state == SSEC_CLOSED);
        assert_int_equal(rec->reason, before->reason);
        assert_true(before->state != SSEC_CLOSED
                    || rec->state == SSEC_CLOSED);
    }

    /* what has ended has a reason, and nothing else has */

    assert_int_equal(rec->reason != SSEC_REASON_NONE,
                     rec->state == SSEC_EXPIRED || rec->state == SSEC_CLOSED);

    if (rec->reason != SSEC_REASON_NONE && (known || request)) {
        assert_int_equal(out->reason, rec->reason);
    }

    /* a key that is carried begins nothing, and is no live session's own */

    if (!request && out->carried) {
        assert_int_equal(ev->kind, EV_ISSUE);
        assert_true(ev->from && ev->from->issued && !ev->apart);
        assert_true(ev->said != EV_OFF && ev->said != EV_END);
        assert_true(before->state != SSEC_LIVE || ev->former);
        assert_true(!was_dead || ev->anonymous || ev->lives);
        assert_false(out->changed);
        assert_same(rec, before);
    }

    /* nor does a key that was replaced */

    if (request && ev->former && known) {
        assert_int_equal(out->active, 0);
        assert_true(rec->last == before->last);
    }

    /* what is not admitted moves nothing, and begins nothing that lives */

    if (request && !ev->admitted) {
        assert_true(!known || rec->last == before->last);
        assert_true(known || !out->changed || rec->state != SSEC_LIVE);
    }

    /* no response and no visitor has a remaining time */

    if (!request || out->state != SSEC_LIVE) {
        assert_int_equal(out->remaining, 0);
        assert_int_equal(out->active, 0);
    }
}


/* What is judged first, and counts later, comes to the same. */

static void
assert_admission_may_come_later(ssec_record_t rec, test_event_t ev,
    uint64_t now, const ssec_limits_t *l)
{
    ssec_record_t   at_once, before;
    test_outcome_t  out, out_at_once;

    at_once = rec;

    ev.admitted = true;
    assert_true(test_decide(&at_once, &ev, now, l, &out_at_once));

    ev.admitted = false;
    before = rec;
    assert_true(test_decide(&rec, &ev, now, l, &out));

    assert_int_equal(out.verdict, out_at_once.verdict);
    assert_int_equal(out.active, out_at_once.active);

    if (!out.changed) {
        rec = before;
        ev.admitted = true;
        assert_true(test_decide(&rec, &ev, now, l, &out));
    }

    assert_same(&rec, &at_once);
}


static void
random_histories(void **state)
{
    unsigned        n, i, states[5];
    uint64_t        seed, clock, now, idle;
    model_t         model, model_before;
    test_event_t    ev;
    ssec_limits_t   l, both;
    ssec_record_t   rec, before;
    test_outcome_t  out;
    ssec_verdict_e  verdict;

    (void) state;

    memset(states, 0, sizeof(states));

    for (n = 0; n < SEQUENCES; n++) {
        seed = n;

        l.expire_after = 2 + test_below(&seed, HOUR);
        l.max_lifetime = (n % 3) ? 0 : l.expire_after * (1 + n % 7);

        clock = NOW + test_below(&seed, DAY);
        model = (model_t) { .state = SSEC_UNKNOWN, .issued = n % 5 == 0 };
        rec = (ssec_record_t) { .state = SSEC_UNKNOWN,
                                .issued = n % 5 == 0 };

        for (i = 0; i < EVENTS; i++) {
            clock += random_step(&seed, l.expire_after);

            /* a worker that read its clock a moment ago */

            now = test_below(&seed, 8) ? clock
                                       : clock - test_below(&seed, 50);

            ev = random_event(&seed, &rec, now, l.expire_after);

            before = rec;
            model_before = model;

            assert_brief_will_do(rec, ev, now, &l);
            assert_live_part_will_do(rec, ev, now, l);

            if (ev.kind < EV_ISSUE) {
                assert_admission_may_come_later(rec, ev, now, &l);
            }

            memset(&out, 0xff, sizeof(out));
            assert_true(test_decide(&rec, &ev, now, &l, &out));

            /* against the model */

            if (ev.kind >= EV_ISSUE) {
                model_response(&model, &ev, now, &l);
                verdict = SSEC_PASS;

            } else {
                verdict = model_request(&model, &ev, now, &l);
            }

            assert_int_equal(out.verdict, verdict);
            assert_int_equal(rec.state, model.state);
            assert_ptr_equal(rec.own, model.own);

            if (rec.state != SSEC_UNKNOWN) {
                assert_int_equal(rec.created, model.created);
                assert_int_equal(rec.login, model.login);
            }

            assert_int_equal(out.began,
                             out.state == SSEC_LIVE && model.login
                             ? model.created : 0);

            if (rec.state == SSEC_LIVE) {
                assert_int_equal(rec.issued, model.issued);
                assert_int_equal(rec.used, model.uses == 2);
            }

            assert_properties(&ev, &out, &before, &rec, now);

            /* who passes as a visitor has time left, if it was a user */

            if (rec.state == SSEC_VISITOR) {
                assert_int_equal(rec.left, model.left);
            }

            if (rec.state == SSEC_VISITOR && rec.left
                && ev.kind < EV_ISSUE)
            {
                assert_int_equal(rec.last, model.human);

                both = model_limits(&model, &l);
                assert_false(model_is_over(&model, now, &both));
            }

            /* the ping's answer is never too small, nor too large */

            if (rec.state == SSEC_LIVE && ev.kind < EV_ISSUE) {
                idle = (now > model.human) ? now - model.human : 0;
                assert_int_equal(ssec_idle(&rec, now), idle);
                assert_true(out.remaining
                            <= model_limits(&model, &l).expire_after);
            }

            states[before.state]++;

            /* what was not stored was not */

            if (!out.changed) {
                rec = before;
                model = model_before;
            }
        }
    }

    /* each state was come to often enough to say so */

    for (i = 0; i < 5; i++) {
        assert_true(states[i] > SEQUENCES / 2);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(why_it_ended),
        cmocka_unit_test(row_02_unknown_active_or_passive),
        cmocka_unit_test(row_02_not_admitted),
        cmocka_unit_test(row_02_unknown_but_issued),
        cmocka_unit_test(row_02_strict),
        cmocka_unit_test(row_02_strict_does_not_touch_the_known),
        cmocka_unit_test(row_02_ignores_idle_for),
        cmocka_unit_test(row_03_unknown_ping_below),
        cmocka_unit_test(row_03_unknown_ping_boundary),
        cmocka_unit_test(row_03_not_admitted),
        cmocka_unit_test(row_03_unknown_ping_zero_or_none),
        cmocka_unit_test(row_03_unknown_ping_huge),
        cmocka_unit_test(row_04_boundary_expires),
        cmocka_unit_test(row_04_one_below_lives),
        cmocka_unit_test(row_04_one_above_expires),
        cmocka_unit_test(row_04_comes_before_row_08),
        cmocka_unit_test(row_04_long_idle_does_not_wrap),
        cmocka_unit_test(row_04_long_limits),
        cmocka_unit_test(row_04_last_in_the_future),
        cmocka_unit_test(row_05_max_lifetime),
        cmocka_unit_test(row_05_zero_is_none),
        cmocka_unit_test(row_05_lifetime_is_told),
        cmocka_unit_test(row_05_remaining_is_the_nearer_end),
        cmocka_unit_test(row_06_live_active),
        cmocka_unit_test(row_06_not_admitted),
        cmocka_unit_test(row_06_presented_and_used),
        cmocka_unit_test(said_to_be_on),
        cmocka_unit_test(row_23_former_key),
        cmocka_unit_test(row_07_live_passive),
        cmocka_unit_test(row_08_ping_moves_forward),
        cmocka_unit_test(row_08_ping_never_back),
        cmocka_unit_test(row_08_not_admitted),
        cmocka_unit_test(row_08_ping_never_into_the_future),
        cmocka_unit_test(row_09_ping_without_idle_for),
        cmocka_unit_test(row_09_ping_too_large),
        cmocka_unit_test(row_10_page_is_redirected),
        cmocka_unit_test(row_10_logout_url_elsewhere),
        cmocka_unit_test(row_10_sent_by_another_site),
        cmocka_unit_test(row_10_without_logout_url),
        cmocka_unit_test(row_10_login_page),
        cmocka_unit_test(row_11_login_page),
        cmocka_unit_test(row_11_logout),
        cmocka_unit_test(row_11_logout_of_a_session_just_expired),
        cmocka_unit_test(row_11_logout_while_live),
        cmocka_unit_test(row_12_refused_then_told),
        cmocka_unit_test(row_12_post_before_and_after_told),
        cmocka_unit_test(row_12_post_with_a_key_that_is_no_cookie),
        cmocka_unit_test(row_12_told_is_forgotten_by_a_new_login),
        cmocka_unit_test(row_13_closed),
        cmocka_unit_test(row_14_brings_the_dead_back),
        cmocka_unit_test(row_14_only_if_anonymous),
        cmocka_unit_test(row_14_not_by_another_key),
        cmocka_unit_test(row_14_of_a_session_that_lives),
        cmocka_unit_test(row_14_with_what_is_said),
        cmocka_unit_test(row_15_carried),
        cmocka_unit_test(row_15_apart),
        cmocka_unit_test(row_15_apart_prolongs_nothing),
        cmocka_unit_test(row_15_apart_with_a_key_that_is_known),
        cmocka_unit_test(row_15_not_what_is_known),
        cmocka_unit_test(row_15_former_keys),
        cmocka_unit_test(row_15_logged_in_with_a_visitors_key),
        cmocka_unit_test(row_16_begins_anew),
        cmocka_unit_test(row_16_with_what_is_said),
        cmocka_unit_test(a_login_begins_a_session),
        cmocka_unit_test(issue_of_a_known_session),
        cmocka_unit_test(issue_of_a_session_that_is_due),
        cmocka_unit_test(row_17_21_close),
        cmocka_unit_test(rows_17_to_21_of_a_former_key),
        cmocka_unit_test(row_18_visitor_logs_in),
        cmocka_unit_test(row_18_logs_in_again),
        cmocka_unit_test(rows_18_and_19_with_another_key),
        cmocka_unit_test(row_19_own_limits),
        cmocka_unit_test(row_20_not_logged_in),
        cmocka_unit_test(row_20_who_was_a_user),
        cmocka_unit_test(row_22_one_who_left),
        cmocka_unit_test(row_24_one_who_left_is_idle),
        cmocka_unit_test(rows_18_to_20_of_others),
        cmocka_unit_test(responses_do_not_prolong),
        cmocka_unit_test(visitors_pass),
        cmocka_unit_test(own_limits_hold),
        cmocka_unit_test(own_limits_and_configured_ones),
        cmocka_unit_test(ping_of_the_dead),
        cmocka_unit_test(ping_of_the_living),
        cmocka_unit_test(verdicts_are_ordered),
        cmocka_unit_test(brief_events),
        cmocka_unit_test(random_histories),
    };

    return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}

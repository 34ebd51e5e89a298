/* The decision table, row by row, and properties of random histories. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/ssec_decision.h"


#define SECOND    1000ULL
#define HOUR      (3600 * SECOND)
#define DAY       (24 * HOUR)

#define EXPIRE    (600 * SECOND)
#define NOW       (100 * DAY)

#define SEQUENCES  2000
#define EVENTS     100

#define ALL_EVENTS  (4 * 256)


static const ssec_limits_t  limits = { .expire_after = EXPIRE };


/* Records and events as the rows name them */

static ssec_record_t
live(uint64_t created, uint64_t last)
{
    return (ssec_record_t) { .state = SSEC_LIVE, .created = created,
                             .last = last };
}


static ssec_record_t
dead(ssec_state_e state)
{
    return (ssec_record_t) { .state = state, .created = NOW - HOUR,
                             .last = NOW - HOUR };
}


static ssec_event_t
request(ssec_kind_e kind)
{
    return (ssec_event_t) { .kind = kind, .cookie = true, .safe = true,
                            .logout_url = true };
}


static ssec_event_t
ping(uint64_t idle_for)
{
    ssec_event_t  ev;

    ev = request(SSEC_PING);
    ev.idle_for_set = true;
    ev.idle_for = idle_for;

    return ev;
}


static ssec_event_t
page(void)
{
    ssec_event_t  ev;

    ev = request(SSEC_ACTIVE);
    ev.page = true;

    return ev;
}


static ssec_event_t
issue(bool withheld)
{
    ssec_event_t  ev;

    ev = request(SSEC_ISSUE);
    ev.withheld = withheld;

    return ev;
}


/* One of all the requests there are, by number: 0 to ALL_EVENTS - 1. */

static ssec_event_t
any_event(unsigned n)
{
    return (ssec_event_t) {
        .kind = n & 3,
        .cookie = n >> 2 & 1,
        .page = n >> 3 & 1,
        .safe = n >> 4 & 1,
        .logout_url = n >> 5 & 1,
        .logout = n >> 6 & 1,
        .idle_for_set = n >> 7 & 1,
        .idle_for = (n >> 8 & 1) ? EXPIRE : 0,
        .withheld = n >> 9 & 1
    };
}


static ssec_outcome_t
decide(ssec_record_t *rec, ssec_event_t ev)
{
    ssec_outcome_t  out;

    memset(&out, 0xff, sizeof(out));
    assert_true(ssec_decide(rec, &ev, NOW, &limits, &out));

    return out;
}


static ssec_outcome_t
decide_within(ssec_record_t *rec, ssec_event_t ev, uint64_t max_lifetime)
{
    ssec_limits_t   both;
    ssec_outcome_t  out;

    both = (ssec_limits_t) { EXPIRE, max_lifetime };

    memset(&out, 0xff, sizeof(out));
    assert_true(ssec_decide(rec, &ev, NOW, &both, &out));

    return out;
}


static void
assert_same(const ssec_record_t *rec, const ssec_record_t *expected)
{
    assert_int_equal(rec->state, expected->state);
    assert_int_equal(rec->issued, expected->issued);
    assert_int_equal(rec->told, expected->told);
    assert_int_equal(rec->created, expected->created);
    assert_int_equal(rec->last, expected->last);
}


/* Rows 2 and 3: unknown */

static void
row_02_unknown_active_or_passive(void **state)
{
    unsigned        kind;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (kind = SSEC_ACTIVE; kind <= SSEC_PASSIVE; kind++) {

        /* what a record of none holds besides is of no account */

        rec = (ssec_record_t) { SSEC_UNKNOWN, true, true, 5, 7 };
        out = decide(&rec, request(kind));

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_true(out.created);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, EXPIRE);

        assert_int_equal(rec.state, SSEC_LIVE);
        assert_false(rec.issued);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
    }
}


/* Only a ping can say how long ago; idleFor on another request says nothing. */

static void
row_02_ignores_idle_for(void **state)
{
    ssec_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    ev = request(SSEC_ACTIVE);
    ev.idle_for_set = true;
    ev.idle_for = EXPIRE;

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
    (void) decide(&rec, ev);

    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);
}


static void
row_03_unknown_ping_below(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
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
    ssec_outcome_t  out;

    (void) state;

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
    out = decide(&rec, ping(EXPIRE));

    assert_int_equal(out.verdict, SSEC_ANONYMOUS);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(out.created);
    assert_int_equal(out.idle, EXPIRE);
    assert_int_equal(out.remaining, 0);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_int_equal(rec.last, NOW - EXPIRE);
}


static void
row_03_unknown_ping_zero_or_none(void **state)
{
    ssec_record_t  rec;

    (void) state;

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
    (void) decide(&rec, ping(0));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
    (void) decide(&rec, request(SSEC_PING));
    assert_int_equal(rec.state, SSEC_LIVE);
    assert_int_equal(rec.last, NOW);
}


static void
row_03_unknown_ping_huge(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = (ssec_record_t) { .state = SSEC_UNKNOWN };
    out = decide(&rec, ping(UINT64_MAX));

    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_true(out.verdict > SSEC_LOGOUT);
    assert_int_equal(rec.last, 0);
    assert_int_equal(rec.created, 0);
}


/* Rows 4 and 5: a live session's end */

static void
row_04_boundary_expires(void **state)
{
    unsigned        n;
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_EVENTS; n++) {
        ev = any_event(n);

        if (ev.kind == SSEC_ISSUE) {
            continue;
        }

        rec = live(NOW - HOUR, NOW - EXPIRE);
        out = decide(&rec, ev);

        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_false(out.created);
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
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE + 1);
    out = decide(&rec, request(SSEC_PASSIVE));

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
    ssec_outcome_t  out;

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
    ssec_outcome_t  out;

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
    ssec_outcome_t  out;

    static const uint64_t  ages[] = {
        DAY - 1, DAY, DAY + 1, 2 * DAY + 5,
        (1ULL << 31), (1ULL << 32) - 1, (1ULL << 32), (1ULL << 32) + 1,
        50 * DAY, NOW
    };

    (void) state;

    for (i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        rec = live(NOW - ages[i], NOW - ages[i]);
        out = decide(&rec, request(SSEC_ACTIVE));

        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(out.idle, ages[i]);
        assert_int_equal(rec.last, NOW - ages[i]);
    }
}


static void
row_04_long_limits(void **state)
{
    ssec_event_t    ev;
    ssec_limits_t   month;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    month = (ssec_limits_t) { .expire_after = 60 * DAY };
    ev = request(SSEC_PASSIVE);

    rec = live(NOW - 60 * DAY + 1, NOW - 60 * DAY + 1);
    (void) ssec_decide(&rec, &ev, NOW, &month, &out);
    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.remaining, 1);

    rec = live(NOW - 60 * DAY, NOW - 60 * DAY);
    (void) ssec_decide(&rec, &ev, NOW, &month, &out);
    assert_int_equal(out.state, SSEC_EXPIRED);
}


/* Another worker's clock may be read a moment before this one's. */

static void
row_04_last_in_the_future(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW + 3, NOW + 3);
    assert_int_equal(ssec_idle(&rec, NOW), 0);

    out = decide_within(&rec, request(SSEC_ACTIVE), DAY);

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
    ssec_outcome_t  out;

    (void) state;

    for (kind = SSEC_ACTIVE; kind <= SSEC_PING; kind++) {

        rec = live(NOW - DAY + 1, NOW);
        out = decide_within(&rec, request(kind), DAY);
        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_int_equal(out.remaining, 1);

        rec = live(NOW - DAY, NOW);
        out = decide_within(&rec, request(kind), DAY);
        assert_true(out.verdict > SSEC_LOGOUT);
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
    ssec_outcome_t  out;

    (void) state;

    rec = live(0, NOW - 1);
    out = decide_within(&rec, request(SSEC_PASSIVE), 0);

    assert_int_equal(out.state, SSEC_LIVE);
    assert_int_equal(out.remaining, EXPIRE - 1);
}


static void
row_05_remaining_is_the_nearer_end(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10);
    out = decide_within(&rec, request(SSEC_PASSIVE), HOUR + 5);
    assert_int_equal(out.remaining, 5);

    rec = live(NOW - HOUR, NOW - 10);
    out = decide_within(&rec, request(SSEC_PASSIVE), 2 * HOUR);
    assert_int_equal(out.remaining, EXPIRE - 10);

    rec = live(NOW - HOUR, NOW - EXPIRE);
    out = decide_within(&rec, request(SSEC_PASSIVE), HOUR);
    assert_int_equal(out.state, SSEC_EXPIRED);
}


/* Rows 6 to 9: live */

static void
row_06_live_active(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

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


static void
row_07_live_passive(void **state)
{
    ssec_event_t    ev;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = request(SSEC_PASSIVE);
    ev.page = true;
    ev.idle_for_set = true;
    out = decide(&rec, ev);

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.idle, 10 * SECOND);
    assert_same(&rec, &before);
}


static void
row_08_ping_moves_forward(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    out = decide(&rec, ping(3 * SECOND));

    assert_int_equal(out.verdict, SSEC_PASS);
    assert_int_equal(out.idle, 10 * SECOND);
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
    (void) decide(&rec, ping(10 * SECOND + 1));
    assert_int_equal(rec.last, NOW - 10 * SECOND);

    (void) decide(&rec, ping(10 * SECOND));
    assert_int_equal(rec.last, NOW - 10 * SECOND);

    (void) decide(&rec, ping(10 * SECOND - 1));
    assert_int_equal(rec.last, NOW - 10 * SECOND + 1);
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
    ssec_event_t    ev;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - 10 * SECOND);
    before = rec;

    ev = request(SSEC_PING);
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
    ssec_outcome_t  out;

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
    ssec_event_t    ev;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    /* passive or not, cookie or not, GET or POST, as often as it comes */

    for (i = 0; i < 16; i++) {
        rec = dead(SSEC_EXPIRED);
        rec.told = i & 8;
        before = rec;

        ev = page();
        ev.kind = (i & 1) ? SSEC_PASSIVE : SSEC_ACTIVE;
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
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

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


/* "Without a logout_url an expired session goes straight to closed." */

static void
row_10_without_logout_url(void **state)
{
    unsigned        n;
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_EVENTS; n++) {
        ev = any_event(n);
        ev.logout_url = false;

        if (ev.kind == SSEC_ISSUE) {
            continue;
        }

        rec = dead(SSEC_EXPIRED);
        out = decide(&rec, ev);

        assert_int_equal(out.verdict,
                         ev.cookie || ev.kind == SSEC_PING ? SSEC_FORGET
                                                           : SSEC_REFUSE);
        assert_int_equal(out.state, SSEC_EXPIRED);
        assert_int_equal(rec.state, SSEC_CLOSED);
        assert_int_equal(rec.last, NOW - HOUR);
    }
}


static void
row_11_logout(void **state)
{
    int             i;
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (i = 0; i < 32; i++) {
        rec = dead(SSEC_EXPIRED);
        rec.told = i & 16;

        ev = request((i & 1) ? SSEC_PASSIVE : SSEC_ACTIVE);
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
    ssec_event_t   ev;
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
    ssec_event_t   ev;
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
    ssec_outcome_t  out;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    out = decide(&rec, request(SSEC_ACTIVE));

    assert_int_equal(out.verdict, SSEC_REFUSE);
    assert_int_equal(out.state, SSEC_EXPIRED);
    assert_int_equal(rec.state, SSEC_EXPIRED);
    assert_true(rec.told);

    /* GET again, as often as it comes */

    assert_int_equal(decide(&rec, request(SSEC_ACTIVE)).verdict, SSEC_REFUSE);
    assert_int_equal(decide(&rec, request(SSEC_PASSIVE)).verdict,
                     SSEC_REFUSE);
    assert_true(rec.told);
}


static void
row_12_post_before_and_after_told(void **state)
{
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    ev = request(SSEC_ACTIVE);
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
    ssec_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    rec.told = true;
    ev = request(SSEC_ACTIVE);
    ev.safe = false;
    ev.cookie = false;

    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* What was told of a session's first end does not count for its second. */

static void
row_12_told_is_forgotten_by_a_new_login(void **state)
{
    ssec_event_t   ev;
    ssec_record_t  rec;

    (void) state;

    rec = dead(SSEC_EXPIRED);
    rec.told = true;
    (void) decide(&rec, issue(true));
    assert_false(rec.told);

    /* nor does a flag that a live record should not have */

    rec = live(NOW - HOUR, NOW - EXPIRE);
    rec.told = true;
    ev = request(SSEC_ACTIVE);
    ev.safe = false;
    assert_int_equal(decide(&rec, ev).verdict, SSEC_REFUSE);
}


/* Row 13: closed */

static void
row_13_closed(void **state)
{
    unsigned        n;
    ssec_event_t    ev;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_EVENTS; n++) {
        ev = any_event(n);

        if (ev.kind == SSEC_ISSUE) {
            continue;
        }

        rec = dead(SSEC_CLOSED);
        before = rec;
        out = decide(&rec, ev);

        assert_int_equal(out.verdict,
                         ev.cookie || ev.kind == SSEC_PING ? SSEC_FORGET
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
    ssec_outcome_t  out;

    (void) state;

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        rec = dead(s);
        rec.told = true;
        out = decide_within(&rec, issue(true), HOUR);

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, SSEC_LIVE);
        assert_false(out.created);
        assert_int_equal(out.idle, 0);
        assert_int_equal(out.remaining, EXPIRE);

        assert_int_equal(rec.state, SSEC_LIVE);
        assert_true(rec.issued);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
    }
}


static void
row_14_only_if_withheld(void **state)
{
    ssec_state_e    s;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    for (s = SSEC_EXPIRED; s <= SSEC_CLOSED; s++) {
        rec = dead(s);
        before = rec;
        out = decide(&rec, issue(false));

        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(out.state, s);
        assert_int_equal(out.remaining, 0);
        assert_same(&rec, &before);
    }
}


/* A cookie that is set for the first time: the session is known from then. */

static void
issue_of_an_unknown_session(void **state)
{
    int             withheld;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (withheld = 0; withheld <= 1; withheld++) {
        rec = (ssec_record_t) { .state = SSEC_UNKNOWN, .told = true };
        out = decide(&rec, issue(withheld));

        assert_int_equal(out.state, SSEC_LIVE);
        assert_true(out.created);
        assert_int_equal(rec.state, SSEC_LIVE);
        assert_true(rec.issued);
        assert_false(rec.told);
        assert_int_equal(rec.created, NOW);
        assert_int_equal(rec.last, NOW);
    }
}


/* A cookie that is set anew is no activity, and prolongs nothing. */

static void
issue_of_a_live_session(void **state)
{
    int             withheld;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    for (withheld = 0; withheld <= 1; withheld++) {
        rec = live(NOW - HOUR, NOW - EXPIRE + 1);
        before = rec;
        before.issued = true;
        out = decide(&rec, issue(withheld));

        assert_int_equal(out.state, SSEC_LIVE);
        assert_false(out.created);
        assert_int_equal(out.remaining, 1);
        assert_same(&rec, &before);
    }
}


/* A response that comes after the session's end does not undo it. */

static void
issue_of_a_session_that_is_due(void **state)
{
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    rec = live(NOW - HOUR, NOW - EXPIRE);
    out = decide(&rec, issue(false));
    assert_int_equal(out.remaining, 0);

    out = decide(&rec, page());
    assert_int_equal(out.verdict, SSEC_REDIRECT);
    assert_int_equal(rec.state, SSEC_EXPIRED);
}


/* Pings: a verdict above SSEC_LOGOUT is answered with "logout". */

static void
ping_of_the_dead(void **state)
{
    unsigned        n;
    ssec_event_t    ev;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_EVENTS; n++) {
        ev = any_event(n);
        ev.kind = SSEC_PING;

        rec = dead(SSEC_CLOSED);
        out = decide(&rec, ev);
        assert_true(out.verdict > SSEC_LOGOUT);

        rec = dead(SSEC_EXPIRED);
        before = rec;
        out = decide(&rec, ev);
        assert_true(out.verdict > SSEC_LOGOUT);
        assert_true(out.verdict < SSEC_REFUSE);

        /* with a logout URL it moves nothing, and tells no one */

        if (ev.logout_url) {
            assert_same(&rec, &before);
        }

        rec = live(NOW - HOUR, NOW - EXPIRE);
        out = decide(&rec, ev);
        assert_true(out.verdict > SSEC_LOGOUT);
    }
}


static void
ping_of_the_living(void **state)
{
    unsigned        n;
    ssec_event_t    ev;
    ssec_record_t   rec;
    ssec_outcome_t  out;

    (void) state;

    for (n = 0; n < ALL_EVENTS; n++) {
        ev = any_event(n);
        ev.kind = SSEC_PING;

        rec = live(NOW - HOUR, NOW - 10 * SECOND);
        out = decide(&rec, ev);
        assert_int_equal(out.verdict, SSEC_PASS);
        assert_int_equal(rec.last, ev.idle_for_set && ev.idle_for == 0
                                   ? NOW : NOW - 10 * SECOND);
    }
}


/* Worse verdicts are greater: the order is what several keys rely on. */

static void
verdicts_are_ordered(void **state)
{
    (void) state;

    assert_true(SSEC_PASS < SSEC_LOGOUT);
    assert_true(SSEC_LOGOUT < SSEC_ANONYMOUS);
    assert_true(SSEC_ANONYMOUS < SSEC_FORGET);
    assert_true(SSEC_FORGET < SSEC_REFUSE);
    assert_true(SSEC_REFUSE < SSEC_REDIRECT);
    assert_true(SSEC_REDIRECT < SSEC_LEAVE);
}


/*
 * What a request is and where it goes need be known of the dead only: a brief
 * event does for the others, and otherwise the whole one gives, in the end,
 * what it would have given at once.
 */

static void
assert_brief_will_do(ssec_record_t rec, ssec_event_t ev, uint64_t now,
    const ssec_limits_t *l)
{
    bool            done;
    ssec_event_t    brief;
    ssec_record_t   whole;
    ssec_outcome_t  out, whole_out;

    whole = rec;
    assert_true(ssec_decide(&whole, &ev, now, l, &whole_out));

    /* what is not known may be anything */

    brief = ev;
    brief.brief = true;
    brief.page = !ev.page;
    brief.safe = !ev.safe;
    brief.logout = !ev.logout;
    brief.logout_url = !ev.logout_url;

    done = ssec_decide(&rec, &brief, now, l, &out);

    assert_int_equal(done, ev.kind == SSEC_ISSUE
                           || whole_out.state == SSEC_LIVE);

    if (!done) {
        assert_true(rec.state == SSEC_EXPIRED || rec.state == SSEC_CLOSED);
        assert_true(ssec_decide(&rec, &ev, now, l, &out));
        out.created = whole_out.created;
    }

    assert_int_equal(out.verdict, whole_out.verdict);
    assert_int_equal(out.state, whole_out.state);
    assert_int_equal(out.created, whole_out.created);
    assert_int_equal(out.idle, whole_out.idle);
    assert_int_equal(out.remaining, whole_out.remaining);
    assert_same(&rec, &whole);
}


static void
brief_events(void **state)
{
    size_t         i;
    unsigned       n;
    ssec_event_t   ev;
    ssec_record_t  rec;

    const ssec_record_t  records[] = {
        { .state = SSEC_UNKNOWN },
        live(NOW - HOUR, NOW),
        live(NOW - HOUR, NOW - EXPIRE + 1),
        live(NOW - HOUR, NOW - EXPIRE),
        live(NOW - DAY, NOW),
        dead(SSEC_EXPIRED),
        { SSEC_EXPIRED, false, true, NOW - HOUR, NOW - HOUR },
        dead(SSEC_CLOSED)
    };

    (void) state;

    for (i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
        for (n = 0; n < ALL_EVENTS; n++) {
            assert_brief_will_do(records[i], any_event(n), NOW, &limits);
        }
    }

    /* a session that is due has expired, even if nobody asks again */

    ev = request(SSEC_ACTIVE);
    ev.brief = true;
    ev.logout_url = false;
    rec = live(NOW - HOUR, NOW - EXPIRE);
    rec.told = true;

    assert_false(ssec_decide(&rec, &ev, NOW, &limits,
                             &(ssec_outcome_t) { 0 }));
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
    int              login;      /* told before, and neither GET nor HEAD */
    ssec_verdict_e   verdict;    /* for a cookie */
    ssec_verdict_e   otherwise;  /* for another key */
    ssec_state_e     then;
} row_t;


static const row_t  rows[] = {
    { SSEC_EXPIRED, -1,  1, -1, SSEC_LOGOUT, SSEC_LOGOUT, SSEC_CLOSED },
    { SSEC_EXPIRED,  1,  0, -1, SSEC_REDIRECT, SSEC_REDIRECT, SSEC_EXPIRED },
    { SSEC_EXPIRED,  0,  0,  1, SSEC_ANONYMOUS, SSEC_REFUSE, SSEC_EXPIRED },
    { SSEC_EXPIRED,  0,  0,  0, SSEC_REFUSE, SSEC_REFUSE, SSEC_EXPIRED },
    { SSEC_CLOSED,  -1, -1, -1, SSEC_FORGET, SSEC_REFUSE, SSEC_CLOSED }
};


typedef struct {
    ssec_state_e     state;
    bool             told;
    uint64_t         created;
    uint64_t         human;
} model_t;


static const row_t *
model_row(const model_t *m, const ssec_event_t *ev)
{
    bool    login;
    size_t  i;

    login = m->told && !ev->safe;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].state == m->state
            && (rows[i].page == -1 || rows[i].page == ev->page)
            && (rows[i].logout == -1 || rows[i].logout == ev->logout)
            && (rows[i].login == -1 || rows[i].login == login))
        {
            return &rows[i];
        }
    }

    return NULL;
}


static void
model_activity(model_t *m, const ssec_event_t *ev, uint64_t now)
{
    uint64_t  when;

    if (ev->kind == SSEC_ACTIVE) {
        when = now;

    } else if (ev->kind == SSEC_PING && ev->idle_for_set
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


static ssec_verdict_e
model_request(model_t *m, const ssec_event_t *ev, uint64_t now,
    const ssec_limits_t *l)
{
    bool            known;
    const row_t    *row;
    ssec_verdict_e  verdict;

    known = (m->state != SSEC_UNKNOWN);

    if (!known) {
        *m = (model_t) { SSEC_LIVE, false, now, now };

        if (ev->kind == SSEC_PING && ev->idle_for_set) {
            m->human = (ev->idle_for <= now) ? now - ev->idle_for : 0;
            m->created = m->human;

            if (ev->idle_for >= l->expire_after) {
                m->state = SSEC_EXPIRED;
            }
        }

    } else if (m->state == SSEC_LIVE
               && (m->human + l->expire_after <= now
                   || (l->max_lifetime
                       && m->created + l->max_lifetime <= now)))
    {
        m->state = SSEC_EXPIRED;
        m->told = false;
    }

    if (m->state == SSEC_LIVE) {
        model_activity(m, ev, now);
        return SSEC_PASS;
    }

    if (ev->kind == SSEC_PING) {
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

    m->state = row->then;
    m->told |= (row->state == SSEC_EXPIRED && verdict == SSEC_REFUSE);

    return verdict;
}


static void
model_issue(model_t *m, const ssec_event_t *ev, uint64_t now)
{
    if (m->state == SSEC_UNKNOWN || (m->state != SSEC_LIVE && ev->withheld)) {
        *m = (model_t) { SSEC_LIVE, false, now, now };
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


static void
random_histories(void **state)
{
    unsigned        n, i;
    uint64_t        seed, clock, now, idle;
    model_t         model;
    ssec_event_t    ev;
    ssec_limits_t   l;
    ssec_record_t   rec, before;
    ssec_outcome_t  out;
    ssec_verdict_e  verdict;

    (void) state;

    for (n = 0; n < SEQUENCES; n++) {
        seed = n;

        l.expire_after = 2 + test_below(&seed, HOUR);
        l.max_lifetime = (n % 3) ? 0 : l.expire_after * (1 + n % 7);

        clock = NOW + test_below(&seed, DAY);
        model = (model_t) { .state = SSEC_UNKNOWN };
        rec = (ssec_record_t) { .state = SSEC_UNKNOWN };

        for (i = 0; i < EVENTS; i++) {
            clock += random_step(&seed, l.expire_after);

            /* a worker that read its clock a moment ago */

            now = test_below(&seed, 8) ? clock
                                       : clock - test_below(&seed, 50);

            ev = any_event((unsigned) test_below(&seed, ALL_EVENTS));
            ev.logout_url |= (test_below(&seed, 4) != 0);
            ev.idle_for = random_idle_for(&seed, &rec, now, l.expire_after);

            before = rec;

            assert_brief_will_do(rec, ev, now, &l);

            memset(&out, 0xff, sizeof(out));
            assert_true(ssec_decide(&rec, &ev, now, &l, &out));

            /* against the model */

            if (ev.kind == SSEC_ISSUE) {
                model_issue(&model, &ev, now);
                verdict = SSEC_PASS;

            } else {
                verdict = model_request(&model, &ev, now, &l);
            }

            assert_int_equal(out.verdict, verdict);
            assert_int_equal(rec.state, model.state);
            assert_int_equal(out.created, before.state == SSEC_UNKNOWN);

            /* last goes neither back nor into the future */

            if (before.state != SSEC_UNKNOWN
                && !(before.state != SSEC_LIVE && rec.state == SSEC_LIVE))
            {
                assert_true(rec.last >= before.last);
                assert_int_equal(rec.created, before.created);
            }

            assert_true(rec.last <= now || rec.last == before.last);
            assert_true(rec.created <= rec.last);

            /* the dead stay dead but for row 14 */

            if (before.state == SSEC_EXPIRED || before.state == SSEC_CLOSED) {
                assert_true(rec.state != SSEC_LIVE
                            || (ev.kind == SSEC_ISSUE && ev.withheld));
                assert_true(rec.state != SSEC_UNKNOWN);
                assert_true(before.state != SSEC_CLOSED
                            || rec.state != SSEC_EXPIRED);
            }

            /* the ping's answer is never too small, nor too large */

            idle = (now > model.human) ? now - model.human : 0;

            if (rec.state == SSEC_LIVE) {
                assert_true(ssec_idle(&rec, now) / SECOND >= idle / SECOND);
                assert_int_equal(ssec_idle(&rec, now), idle);
                assert_true(out.remaining <= l.expire_after);
            }

            if (out.state != SSEC_LIVE) {
                assert_int_equal(out.remaining, 0);
            }
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(row_02_unknown_active_or_passive),
        cmocka_unit_test(row_02_ignores_idle_for),
        cmocka_unit_test(row_03_unknown_ping_below),
        cmocka_unit_test(row_03_unknown_ping_boundary),
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
        cmocka_unit_test(row_05_remaining_is_the_nearer_end),
        cmocka_unit_test(row_06_live_active),
        cmocka_unit_test(row_07_live_passive),
        cmocka_unit_test(row_08_ping_moves_forward),
        cmocka_unit_test(row_08_ping_never_back),
        cmocka_unit_test(row_08_ping_never_into_the_future),
        cmocka_unit_test(row_09_ping_without_idle_for),
        cmocka_unit_test(row_09_ping_too_large),
        cmocka_unit_test(row_10_page_is_redirected),
        cmocka_unit_test(row_10_logout_url_elsewhere),
        cmocka_unit_test(row_10_without_logout_url),
        cmocka_unit_test(row_11_logout),
        cmocka_unit_test(row_11_logout_of_a_session_just_expired),
        cmocka_unit_test(row_11_logout_while_live),
        cmocka_unit_test(row_12_refused_then_told),
        cmocka_unit_test(row_12_post_before_and_after_told),
        cmocka_unit_test(row_12_post_with_a_key_that_is_no_cookie),
        cmocka_unit_test(row_12_told_is_forgotten_by_a_new_login),
        cmocka_unit_test(row_13_closed),
        cmocka_unit_test(row_14_brings_the_dead_back),
        cmocka_unit_test(row_14_only_if_withheld),
        cmocka_unit_test(issue_of_an_unknown_session),
        cmocka_unit_test(issue_of_a_live_session),
        cmocka_unit_test(issue_of_a_session_that_is_due),
        cmocka_unit_test(ping_of_the_dead),
        cmocka_unit_test(ping_of_the_living),
        cmocka_unit_test(verdicts_are_ordered),
        cmocka_unit_test(brief_events),
        cmocka_unit_test(random_histories),
    };

    return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}

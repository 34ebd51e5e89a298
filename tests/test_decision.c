/*
 * The decision: docs/how-it-works.md row by row, every event there is for
 * sessions at the bounds of the rows, and random histories.
 *
 * Each row below is a test.  It says which session there is, what happens, what
 * ssec_decide() gives, and what becomes of the session.  A row names only what
 * matters to it.  An event may stand for several: where a field of it is a set
 * of choices, each is tried.  tests/rows compares the rows' numbers with the
 * documentation.
 *
 * Only the adapter knows the decision's own types.
 */

#include "ssec_test.h"

#include <inttypes.h>
#include <cmocka.h>

#include "../src/core/ssec_decision.h"

/* rows override the macros' defaults, and end with what they name last */
#pragma GCC diagnostic ignored "-Woverride-init"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"


#define SECOND     1000ULL
#define HOUR       (3600 * SECOND)
#define DAY        (24 * HOUR)

#define EXPIRE     (600 * SECOND)
#define NOW        (100 * DAY)
#define NEVER      UINT64_MAX

#define SEQUENCES  2000
#define EVENTS     100

#define UNNAMED    (UINT64_MAX - 1)
#define SIZE(a)    (sizeof(a) / sizeof((a)[0]))


/* Sessions */

typedef union {
    struct {
        uint64_t  state;
        uint64_t  reason;
        uint64_t  issued;
        uint64_t  presented;
        uint64_t  used;
        uint64_t  told;
        uint64_t  was_user;      /* a visitor that was one: row 20 */
        uint64_t  by_login;
        uint64_t  created;
        uint64_t  last;
        uint64_t  limits;        /* an index of own_limits */
    };

    uint64_t      fields[11];
} session_t;

static const char *const  session_fields[] = {
    "state", "reason", "issued", "presented", "used", "told", "was_user",
    "by_login", "created", "last", "limits"
};

static const char  session_kinds[] = "srnnnnnnttn";

/* none, shorter, longer, and without end */

static const ssec_own_t  *own_limits[] = {
    NULL,
    &(ssec_own_t) { 100, 300 * SECOND, HOUR },
    &(ssec_own_t) { 0, 7200 * SECOND, 0 },
    &(ssec_own_t) { 0, 0, SSEC_OWN_NONE }
};

enum { OWN_NONE, OWN_SHORT, OWN_LONG, OWN_ENDLESS };

#define AGE(ms)        .created = NOW - (ms)
#define IDLE(ms)       .last = NOW - (ms)
#define ENDED(s, why)  .state = SSEC_##s, .reason = SSEC_REASON_##why

#define UNKNOWN(...)  { .state = SSEC_UNKNOWN, __VA_ARGS__ }

#define LIVE(...)                                                             \
    { .state = SSEC_LIVE, .presented = 1, .used = 1, AGE(HOUR),               \
      IDLE(10 * SECOND), __VA_ARGS__ }

#define EXPIRED(...)                                                          \
    { ENDED(EXPIRED, IDLE), .presented = 1, AGE(HOUR), IDLE(HOUR),            \
      __VA_ARGS__ }

#define CLOSED(...)  EXPIRED(.state = SSEC_CLOSED, __VA_ARGS__)

#define VISITOR(...)                                                          \
    { .state = SSEC_VISITOR, .issued = 1, .presented = 1, AGE(DAY),           \
      IDLE(DAY), __VA_ARGS__ }

#define WAS_USER(...)                                                         \
    VISITOR(.was_user = 1, AGE(HOUR), IDLE(SECOND), __VA_ARGS__)

/* a session as it begins: by a request, by a key that is set */

#define SEEN(...)                                                             \
    { .state = SSEC_LIVE, .presented = 1, AGE(0), IDLE(0), __VA_ARGS__ }

#define UNKNOWN_EXPIRED(...)  SEEN(ENDED(EXPIRED, UNKNOWN), __VA_ARGS__)

#define ISSUED(...)                                                           \
    { .state = SSEC_LIVE, .issued = 1, .by_login = 1, AGE(0), IDLE(0),        \
      __VA_ARGS__ }

/* sessions of which a request may have had the key: event_t's had */

#define USERS(...)                                                            \
    { .state = SSEC_LIVE, .issued = 1, .presented = 1, .by_login = 1,         \
      AGE(2 * HOUR), IDLE(5 * SECOND), .limits = OWN_LONG, __VA_ARGS__ }

#define DEAD_USERS(...)                                                       \
    { ENDED(EXPIRED, LIFETIME), .issued = 1, .presented = 1, .told = 1,       \
      AGE(3 * HOUR), IDLE(2 * HOUR), __VA_ARGS__ }

#define INVENTED(...)                                                         \
    { .state = SSEC_LIVE, .presented = 1, AGE(4 * HOUR), IDLE(6 * SECOND),    \
      .limits = OWN_SHORT, __VA_ARGS__ }

#define DEAD_INVENTED(...)                                                    \
    { ENDED(EXPIRED, UNKNOWN), .presented = 1, AGE(5 * HOUR), IDLE(HOUR),     \
      __VA_ARGS__ }

static const session_t  others[] = {
    UNKNOWN(), USERS(), DEAD_USERS(), INVENTED(), DEAD_INVENTED()
};

/* what becomes of a session: what is not named stays */

#define THEN(...)                                                             \
    { .state = UNNAMED, .reason = UNNAMED, .issued = UNNAMED,                 \
      .presented = UNNAMED, .used = UNNAMED, .told = UNNAMED,                 \
      .was_user = UNNAMED, .by_login = UNNAMED, .created = UNNAMED,           \
      .last = UNNAMED, .limits = UNNAMED, __VA_ARGS__ }

#define SAME  THEN(.state = UNNAMED)


/* Events: each field is a set of choices, of which an event has one */

enum { NO = 1, YES = 2, ANY = 3 };

enum {
    ACTIVE = 1, PASSIVE = 2, PING = 4, ISSUE = 8, DELETES = 16, ON = 32,
    OFF = 64, END = 128, NOTHING = 256,

    NO_PING = ACTIVE | PASSIVE, REQUESTS = NO_PING | PING,
    RESPONSES = ISSUE | DELETES | ON | OFF | END,
    SAYINGS = NOTHING | ON | OFF | END
};

enum { NONE = 1, SHORT = 2, LONG = 4, ENDLESS = 8 };

enum {
    NOBODYS = 1, A_USERS = 2, A_DEAD_USERS = 4, AN_INVENTED = 8,
    A_DEAD_INVENTED = 16, ANOTHERS = 30
};

typedef struct {
    union {
        struct {
            unsigned  what;
            unsigned  former;        /* the key was replaced before */

            /* requests */

            unsigned  admitted;      /* has passed nginx's access checks */
            unsigned  strict;        /* session_security_unknown expired */
            unsigned  cookie;        /* the key is a cookie's value */
            unsigned  page;
            unsigned  get;           /* or HEAD */
            unsigned  other_site;    /* another site's page sends it */
            unsigned  has_logout;    /* there is a logout URL or login page */
            unsigned  to_logout;     /* the request is for that */
            unsigned  other_host;    /* which is on another host */
            unsigned  login_page;    /* which is a login page */
            unsigned  idle_for_set;  /* a ping's idleFor is valid, and is */
            unsigned  too_long;      /* expire_after, and not idle_for */

            /* responses */

            unsigned  says;          /* issue: X-Accel-Session */
            unsigned  limits;        /* issue, on: its limits */
            unsigned  other_key;     /* on, off: it sets another key as well */
            unsigned  anonymous;     /* issue: the backend got no key */
            unsigned  had;           /* issue: the request had another key */
            unsigned  apart;         /* which was replaced long ago */
            unsigned  lives;         /* whose session lives, while the key that
                                        is issued was replaced in another */
        };

        unsigned      sets[21];
    };

    uint64_t          idle_for;
} event_t;

static const char *const  event_fields[] = {
    "what", "former", "admitted", "strict", "cookie", "page", "get",
    "other_site", "has_logout", "to_logout", "other_host", "login_page",
    "idle_for_set", "too_long", "says", "limits", "other_key", "anonymous",
    "had", "apart", "lives"
};

static const char  event_kinds[] = "wnnnnnnnnnnnnnwnnnnnn";

#define REQUEST(...)                                                          \
    { .what = ACTIVE, .former = NO, .admitted = YES, .strict = NO,            \
      .cookie = YES, .page = NO, .get = YES, .other_site = NO,                \
      .has_logout = YES, .to_logout = NO, .other_host = NO, .login_page = NO, \
      .idle_for_set = NO, .too_long = NO, .says = NOTHING, .limits = NONE,    \
      .other_key = NO, .anonymous = NO, .had = NOBODYS, .apart = NO,          \
      .lives = NO, __VA_ARGS__ }

#define PAGE(...)  REQUEST(.page = YES, __VA_ARGS__)
#define POST(...)  REQUEST(.get = NO, __VA_ARGS__)

#define PING(ms, ...)                                                         \
    REQUEST(.what = PING, .idle_for_set = YES, .idle_for = (ms), __VA_ARGS__)

#define ANY_REQUEST(...)                                                      \
    REQUEST(.what = REQUESTS, .former = ANY, .admitted = ANY, .strict = ANY,  \
            .cookie = ANY, .page = ANY, .get = ANY, .other_site = ANY,        \
            .has_logout = ANY, .to_logout = ANY, .other_host = ANY,           \
            .login_page = ANY, .idle_for_set = ANY, .too_long = ANY,          \
            __VA_ARGS__)

/* to a request with this very key; to one whose key the backend did not get */

#define RESPONSE(w, ...)   REQUEST(.what = w, __VA_ARGS__)
#define AFTER_LOGIN(...)   RESPONSE(ISSUE, .anonymous = YES, __VA_ARGS__)

#define ANY_RESPONSE(w, ...)                                                  \
    RESPONSE(w, .former = ANY, .says = SAYINGS,                               \
             .limits = NONE | SHORT | ENDLESS, .other_key = ANY,              \
             .anonymous = ANY, .had = NOBODYS | ANOTHERS, .apart = ANY,       \
             .lives = ANY, __VA_ARGS__)


/* What the decision gives: UNNAMED is looked at by complete() only */

typedef union {
    struct {
        uint64_t  verdict;
        uint64_t  state;         /* by which it was judged */
        uint64_t  reason;
        uint64_t  created;
        uint64_t  stored;
        uint64_t  begun;
        uint64_t  carried;
        uint64_t  active;
        uint64_t  idle;
        uint64_t  remaining;
        uint64_t  lifetime;
        uint64_t  began;
    };

    uint64_t      fields[12];
} outcome_t;

static const char *const  outcome_fields[] = {
    "verdict", "outcome's state", "outcome's reason", "created", "stored",
    "begun", "carried", "active", "idle", "remaining", "lifetime", "began"
};

static const char  outcome_kinds[] = "vsrnnnntnnnt";

#define GIVES(v, s, ...)                                                      \
    { .verdict = SSEC_##v, .state = SSEC_##s, .reason = UNNAMED,              \
      .created = UNNAMED, .stored = UNNAMED, .begun = UNNAMED,                \
      .carried = UNNAMED, .active = UNNAMED, .idle = UNNAMED,                 \
      .remaining = UNNAMED, .lifetime = UNNAMED, .began = UNNAMED,            \
      __VA_ARGS__ }


/* Rows: the numbers are those of docs/how-it-works.md. */

typedef struct {
    const char  *text;
    session_t    session;
    event_t      event;
    outcome_t    gives;
    session_t    then;
    uint64_t     max_lifetime;
    uint64_t     expire_after;   /* EXPIRE if not named */
    bool         closed_too;     /* the same for a closed session */
} row_t;

#define MAX(ms)     .max_lifetime = (ms)
#define CLOSED_TOO  .closed_too = true

/* other clocks wrap at a day, and at 2^32 milliseconds */

#define LONG_IDLE(ms)                                                         \
    { "4: idle for " #ms, LIVE(AGE(ms), IDLE(ms)), REQUEST(),                 \
      GIVES(REFUSE, EXPIRED, .idle = ms),                                     \
      THEN(ENDED(EXPIRED, IDLE), .told = 1) }

#define LONG_IDLE_FOR(ms)                                                     \
    { "8: a ping with idleFor=" #ms, LIVE(), PING(ms), GIVES(PASS, LIVE), SAME }

/* limits of a session's own, where EXPIRE and a day are configured */

#define OWN_LIMITS(own, age, idle_, ...)                                      \
    LIVE(.limits = OWN_##own, AGE((age) + (idle_)), IDLE(idle_)),             \
    REQUEST(.what = PASSIVE), __VA_ARGS__, MAX(DAY) }

#define OWN_LIVES(own, age, idle, left, ...)                                  \
    { "4, 5: limits " #own ", began " #age ", idle " #idle ": it lives",      \
      OWN_LIMITS(own, age, idle,                                              \
                 GIVES(PASS, LIVE, .remaining = left, __VA_ARGS__), SAME)

#define OWN_ENDS(own, age, idle, why)                                         \
    { "4, 5: limits " #own ", began " #age ", idle " #idle ": it expires",    \
      OWN_LIMITS(own, age, idle, GIVES(REFUSE, EXPIRED, .remaining = 0),      \
                 THEN(ENDED(EXPIRED, why), .told = 1))


static const row_t  rows[] = {

    /* Row 2 */

    { "2: an active or passive request, or a ping without idleFor", UNKNOWN(),
      REQUEST(.what = REQUESTS, .too_long = ANY),
      GIVES(PASS, LIVE, .idle = 0, .remaining = EXPIRE, .lifetime = NEVER),
      SEEN() },
    { "2: what a record of none holds besides is of no account",
      UNKNOWN(.reason = SSEC_REASON_SAID, .presented = 1, .used = 1, .told = 1,
              .was_user = 1, .by_login = 1, .created = 5, .last = 7,
              .limits = OWN_SHORT), REQUEST(), GIVES(PASS, LIVE), SEEN() },
    { "2: until a request is admitted it begins nothing", UNKNOWN(),
      REQUEST(.admitted = NO),
      GIVES(PASS, LIVE, .stored = 0, .active = NOW, .remaining = EXPIRE),
      SEEN() },
    { "2: until a passive request or a ping is admitted it begins nothing",
      UNKNOWN(), REQUEST(.what = PASSIVE | PING, .admitted = NO),
      GIVES(PASS, LIVE, .stored = 0, .active = 0, .remaining = EXPIRE),
      SEEN() },
    { "2: idleFor of a request that is no ping says nothing", UNKNOWN(),
      REQUEST(.what = NO_PING, .idle_for_set = YES, .too_long = YES),
      GIVES(PASS, LIVE), SEEN() },
    { "2: a forgotten key that the backend had set begins as an issued one",
      UNKNOWN(.issued = 1), REQUEST(), GIVES(PASS, LIVE), SEEN(.issued = 1) },

    /* Row 2, with session_security_unknown expired */

    { "2, 12: unknown is expired: also if the backend had set the key",
      UNKNOWN(.issued = 1), REQUEST(.strict = YES), GIVES(REFUSE, EXPIRED),
      UNKNOWN_EXPIRED(.issued = 1, .told = 1) },
    { "2, 10: unknown is expired: a page is redirected", UNKNOWN(),
      PAGE(.strict = YES), GIVES(REDIRECT, EXPIRED), UNKNOWN_EXPIRED() },
    { "2, 12: unknown is expired: a login by fetch() is refused once",
      UNKNOWN(), POST(.strict = YES), GIVES(REFUSE, EXPIRED),
      UNKNOWN_EXPIRED(.told = 1) },
    { "2, 12: unknown is expired: a second login by fetch() is anonymous",
      UNKNOWN_EXPIRED(.told = 1), POST(.strict = YES),
      GIVES(ANONYMOUS, EXPIRED), SAME },
    { "2: unknown is expired: no ping teaches otherwise", UNKNOWN(),
      PING(1, .strict = YES), GIVES(ANONYMOUS, EXPIRED),
      UNKNOWN_EXPIRED(AGE(1), IDLE(1)) },
    { "2, 13: unknown is expired: the logout URL does not get the cookie",
      UNKNOWN(), PAGE(.strict = YES, .to_logout = YES),
      GIVES(FORGET, EXPIRED, .stored = 1),
      UNKNOWN_EXPIRED(ENDED(CLOSED, UNKNOWN)) },
    { "2, 13: unknown is expired: nor does it get a key that is no cookie",
      UNKNOWN(), PAGE(.strict = YES, .to_logout = YES, .cookie = NO),
      GIVES(REFUSE, EXPIRED), UNKNOWN_EXPIRED(ENDED(CLOSED, UNKNOWN)) },
    { "2, 11: unknown is expired: after a redirect it gets the cookie",
      UNKNOWN_EXPIRED(), PAGE(.strict = YES, .to_logout = YES),
      GIVES(LOGOUT, EXPIRED), THEN(.state = SSEC_CLOSED) },
    { "2: unknown is expired: without a logout URL it is closed", UNKNOWN(),
      PAGE(.strict = YES, .has_logout = NO), GIVES(FORGET, EXPIRED),
      UNKNOWN_EXPIRED(ENDED(CLOSED, UNKNOWN)) },
    { "2, 6: unknown is expired: a known session goes on", LIVE(),
      REQUEST(.strict = YES), GIVES(PASS, LIVE), THEN(.last = NOW) },

    /* Row 3 */

    { "3: a ping with idleFor below expire_after", UNKNOWN(), PING(EXPIRE - 1),
      GIVES(PASS, LIVE, .idle = EXPIRE - 1, .remaining = 1),
      SEEN(AGE(EXPIRE - 1), IDLE(EXPIRE - 1)) },
    { "3: a ping with idleFor=0", UNKNOWN(), PING(0), GIVES(PASS, LIVE),
      SEEN() },
    { "3: a ping with idleFor at expire_after", UNKNOWN(), PING(EXPIRE),
      GIVES(ANONYMOUS, EXPIRED, .stored = 1, .idle = EXPIRE),
      SEEN(AGE(EXPIRE), IDLE(EXPIRE), ENDED(EXPIRED, IDLE)) },
    { "3: a ping with the largest idleFor", UNKNOWN(), PING(UINT64_MAX),
      GIVES(ANONYMOUS, EXPIRED),
      SEEN(.created = 0, .last = 0, ENDED(EXPIRED, IDLE)) },
    { "3: until a ping is admitted it teaches nothing", UNKNOWN(),
      PING(EXPIRE, .admitted = NO), GIVES(ANONYMOUS, EXPIRED, .stored = 0),
      SEEN(AGE(EXPIRE), IDLE(EXPIRE), ENDED(EXPIRED, IDLE)) },
    { "3: unknown is expired: a ping needs not be admitted to be stored",
      UNKNOWN(), PING(EXPIRE, .admitted = NO, .strict = YES),
      GIVES(ANONYMOUS, EXPIRED, .stored = 1),
      UNKNOWN_EXPIRED(AGE(EXPIRE), IDLE(EXPIRE)) },

    /* Row 4 */

    { "4: idle for a millisecond less than expire_after",
      LIVE(IDLE(EXPIRE - 1)), REQUEST(.what = PASSIVE),
      GIVES(PASS, LIVE, .idle = EXPIRE - 1, .remaining = 1), SAME },
    { "4, 10: idle for expire_after", LIVE(IDLE(EXPIRE)),
      PAGE(.what = NO_PING, .admitted = ANY, .former = ANY),
      GIVES(REDIRECT, EXPIRED, .stored = 1, .idle = EXPIRE),
      THEN(ENDED(EXPIRED, IDLE)) },
    { "4, 10: idle for a millisecond more", LIVE(IDLE(EXPIRE + 1)), PAGE(),
      GIVES(REDIRECT, EXPIRED, .idle = EXPIRE + 1),
      THEN(ENDED(EXPIRED, IDLE)) },
    { "4, 11: idle for expire_after, and the logout URL is asked for",
      LIVE(IDLE(EXPIRE)), PAGE(.to_logout = YES), GIVES(LOGOUT, EXPIRED),
      THEN(ENDED(CLOSED, IDLE)) },
    { "4: idle for expire_after, and there is no logout URL",
      LIVE(IDLE(EXPIRE)), REQUEST(.has_logout = NO), GIVES(FORGET, EXPIRED),
      THEN(ENDED(CLOSED, IDLE)) },
    { "4: comes before row 8: what is reported too late saves nothing",
      LIVE(IDLE(EXPIRE)), PING(0), GIVES(ANONYMOUS, EXPIRED),
      THEN(ENDED(EXPIRED, IDLE)) },
    { "4, 12: what was told before it expired does not count",
      LIVE(IDLE(EXPIRE), .told = 1), POST(), GIVES(REFUSE, EXPIRED),
      THEN(ENDED(EXPIRED, IDLE), .told = 1) },
    { "4, 10: one that expires was not told yet", LIVE(IDLE(EXPIRE), .told = 1),
      PAGE(), GIVES(REDIRECT, EXPIRED), THEN(ENDED(EXPIRED, IDLE), .told = 0) },

    LONG_IDLE(DAY - 1), LONG_IDLE(DAY), LONG_IDLE(DAY + 1),
    LONG_IDLE(2 * DAY + 5), LONG_IDLE(1ULL << 31), LONG_IDLE((1ULL << 32) - 1),
    LONG_IDLE(1ULL << 32), LONG_IDLE((1ULL << 32) + 1), LONG_IDLE(50 * DAY),
    LONG_IDLE(NOW),

    { "4: idle for a millisecond less than 60 days",
      LIVE(AGE(60 * DAY - 1), IDLE(60 * DAY - 1)), REQUEST(.what = PASSIVE),
      GIVES(PASS, LIVE, .remaining = 1), SAME, .expire_after = 60 * DAY },
    { "4: idle for 60 days", LIVE(AGE(60 * DAY), IDLE(60 * DAY)),
      REQUEST(.what = PASSIVE), GIVES(REFUSE, EXPIRED),
      THEN(ENDED(EXPIRED, IDLE), .told = 1), .expire_after = 60 * DAY },
    { "4: another worker's clock was read a moment before",
      LIVE(.created = NOW + 3, .last = NOW + 3), REQUEST(),
      GIVES(PASS, LIVE, .idle = 0, .remaining = EXPIRE), SAME, MAX(DAY) },

    /* Row 5 */

    { "5: younger than max_lifetime by a millisecond",
      LIVE(AGE(DAY - 1), IDLE(0)), REQUEST(.what = REQUESTS),
      GIVES(PASS, LIVE, .remaining = 1, .lifetime = 1), SAME, MAX(DAY) },
    { "5, 12: as old as max_lifetime", LIVE(AGE(DAY), IDLE(0)),
      REQUEST(.what = NO_PING), GIVES(REFUSE, EXPIRED, .idle = 0),
      THEN(ENDED(EXPIRED, LIFETIME), .told = 1), MAX(DAY) },
    { "5: as old as max_lifetime, and a ping", LIVE(AGE(DAY), IDLE(0)),
      REQUEST(.what = PING), GIVES(ANONYMOUS, EXPIRED, .idle = 0),
      THEN(ENDED(EXPIRED, LIFETIME)), MAX(DAY) },
    { "5, 12: older than max_lifetime", LIVE(AGE(DAY + 1), IDLE(0)),
      REQUEST(.what = NO_PING), GIVES(REFUSE, EXPIRED),
      THEN(ENDED(EXPIRED, LIFETIME), .told = 1), MAX(DAY) },
    { "5: no max_lifetime", LIVE(.created = 0, IDLE(1)),
      REQUEST(.what = PASSIVE),
      GIVES(PASS, LIVE, .remaining = EXPIRE - 1, .lifetime = NEVER), SAME },
    { "5: the time before max_lifetime", LIVE(IDLE(0)),
      REQUEST(.what = PASSIVE), GIVES(PASS, LIVE, .lifetime = DAY - HOUR), SAME,
      MAX(DAY) },
    { "4, 5: the nearer end is that of its lifetime", LIVE(IDLE(10)),
      REQUEST(.what = PASSIVE), GIVES(PASS, LIVE, .remaining = 5), SAME,
      MAX(HOUR + 5) },
    { "4, 5: the nearer end is that of being idle", LIVE(IDLE(10)),
      REQUEST(.what = PASSIVE), GIVES(PASS, LIVE, .remaining = EXPIRE - 10),
      SAME, MAX(2 * HOUR) },

    { "4, 5: both are over, expire_after first",
      LIVE(AGE(10 * HOUR), IDLE(9 * HOUR)), PAGE(), GIVES(REDIRECT, EXPIRED),
      THEN(ENDED(EXPIRED, IDLE)), MAX(2 * HOUR) },
    { "4, 5: both are over, max_lifetime first",
      LIVE(AGE(10 * HOUR), IDLE(9 * HOUR)), PAGE(), GIVES(REDIRECT, EXPIRED),
      THEN(ENDED(EXPIRED, LIFETIME)), MAX(HOUR + SECOND) },
    { "4, 5: both are over, in the same millisecond",
      LIVE(AGE(10 * HOUR), IDLE(9 * HOUR)), PAGE(), GIVES(REDIRECT, EXPIRED),
      THEN(ENDED(EXPIRED, LIFETIME)), MAX(HOUR + EXPIRE) },

    OWN_LIVES(NONE, 0, EXPIRE - 1, 1),
    OWN_ENDS(NONE, 0, EXPIRE, IDLE),
    OWN_LIVES(NONE, DAY - 1, 0, 1),
    OWN_LIVES(SHORT, 0, 300 * SECOND - 1, 1),
    OWN_ENDS(SHORT, 0, 300 * SECOND, IDLE),
    OWN_LIVES(SHORT, HOUR - 1, 0, 1),
    OWN_ENDS(SHORT, HOUR, 0, LIFETIME),
    OWN_LIVES(LONG, 0, EXPIRE, 7200 * SECOND - EXPIRE),
    OWN_ENDS(LONG, 0, 7200 * SECOND, IDLE),
    OWN_LIVES(LONG, DAY - 1, 0, 1),
    OWN_ENDS(LONG, DAY, 0, LIFETIME),
    OWN_LIVES(ENDLESS, 50 * DAY, 0, EXPIRE, .lifetime = NEVER),
    OWN_LIVES(ENDLESS, 50 * DAY, EXPIRE - 1, 1, .lifetime = NEVER),
    OWN_ENDS(ENDLESS, 50 * DAY, EXPIRE, IDLE),

    /* Row 6 */

    { "6: an active request", LIVE(.issued = 1), PAGE(),
      GIVES(PASS, LIVE, .active = NOW, .idle = 10 * SECOND,
            .remaining = EXPIRE - 10 * SECOND, .began = 0), THEN(.last = NOW) },
    { "6: an active request does not count until it is admitted", LIVE(),
      PAGE(.admitted = NO), GIVES(PASS, LIVE, .active = NOW), SAME },
    { "6: a second active request in the same millisecond", LIVE(IDLE(0)),
      PAGE(), GIVES(PASS, LIVE, .active = NOW), SAME },
    { "6: an active request of a session that a login began",
      LIVE(.by_login = 1), REQUEST(), GIVES(PASS, LIVE, .began = NOW - HOUR),
      THEN(.last = NOW) },
    { "6: the logout URL, while the session is live", LIVE(),
      PAGE(.to_logout = YES), GIVES(PASS, LIVE), THEN(.last = NOW) },

    { "6, 7, 9: the first request presents the session",
      LIVE(IDLE(0), .issued = 1, .presented = 0, .used = 0),
      REQUEST(.what = REQUESTS), GIVES(PASS, LIVE), THEN(.presented = 1) },
    { "6, 7, 9: the first request does not until it is admitted",
      LIVE(IDLE(0), .issued = 1, .presented = 0, .used = 0),
      REQUEST(.what = REQUESTS, .admitted = NO), GIVES(PASS, LIVE), SAME },
    { "6, 7, 9: the second one uses it", LIVE(IDLE(0), .used = 0),
      REQUEST(.what = REQUESTS), GIVES(PASS, LIVE), THEN(.used = 1) },
    { "6, 7, 9: the second one does not until it is admitted",
      LIVE(IDLE(0), .used = 0), REQUEST(.what = REQUESTS, .admitted = NO),
      GIVES(PASS, LIVE), SAME },

    /* Rows 7 to 9 */

    { "7: a passive request, whatever else it is", LIVE(),
      PAGE(.what = PASSIVE, .idle_for_set = YES),
      GIVES(PASS, LIVE, .active = 0, .idle = 10 * SECOND), SAME },

    { "8: a ping with less than was known", LIVE(), PING(3 * SECOND),
      GIVES(PASS, LIVE, .active = NOW - 3 * SECOND, .idle = 10 * SECOND),
      THEN(IDLE(3 * SECOND)) },
    { "8: a ping does not count until it is admitted", LIVE(),
      PING(3 * SECOND, .admitted = NO),
      GIVES(PASS, LIVE, .active = NOW - 3 * SECOND), SAME },
    { "8: a ping with a millisecond more than was known", LIVE(),
      PING(10 * SECOND + 1), GIVES(PASS, LIVE), SAME },
    { "8: a ping with as much as was known", LIVE(), PING(10 * SECOND),
      GIVES(PASS, LIVE), SAME },
    { "8: a ping with a millisecond less than was known", LIVE(),
      PING(10 * SECOND - 1), GIVES(PASS, LIVE), THEN(IDLE(10 * SECOND - 1)) },
    { "8: a ping with idleFor=0", LIVE(), PING(0), GIVES(PASS, LIVE),
      THEN(.last = NOW) },
    { "8: a ping with idleFor=0, by a clock that was read a moment before",
      LIVE(.last = NOW + 1), PING(0), GIVES(PASS, LIVE), SAME },

    LONG_IDLE_FOR(EXPIRE), LONG_IDLE_FOR(DAY), LONG_IDLE_FOR(NOW - 1),
    LONG_IDLE_FOR(NOW), LONG_IDLE_FOR(NOW + 1), LONG_IDLE_FOR(UINT64_MAX - 1),
    LONG_IDLE_FOR(UINT64_MAX),

    { "9: a ping without a valid idleFor", LIVE(),
      REQUEST(.what = PING, .idle_for = 1),
      GIVES(PASS, LIVE, .active = 0, .idle = 10 * SECOND), SAME },

    /* Row 10 */

    { "10: a page", EXPIRED(), PAGE(.what = NO_PING, .cookie = ANY, .get = ANY),
      GIVES(REDIRECT, EXPIRED, .idle = HOUR), SAME },
    { "10: a page, and the logout URL is on another host", EXPIRED(),
      PAGE(.other_host = YES), GIVES(LEAVE, EXPIRED),
      THEN(.state = SSEC_CLOSED) },
    { "10: a page, and there is a login page", EXPIRED(),
      PAGE(.login_page = YES), GIVES(LEAVE, EXPIRED),
      THEN(.state = SSEC_CLOSED) },
    { "5, 10: a page at max_lifetime, and there is a login page",
      LIVE(AGE(10 * HOUR), IDLE(SECOND)), PAGE(.login_page = YES),
      GIVES(LEAVE, EXPIRED), THEN(ENDED(CLOSED, LIFETIME)), MAX(HOUR) },
    { "12: no page, and the logout URL is on another host", EXPIRED(),
      REQUEST(.other_host = YES), GIVES(REFUSE, EXPIRED), THEN(.told = 1) },

    { "10: another site's form, which may end a login", EXPIRED(),
      PAGE(.what = NO_PING, .get = NO, .other_site = YES, .other_host = ANY,
           .login_page = ANY), GIVES(ANONYMOUS, EXPIRED), SAME },
    { "10: another site's page, with GET", EXPIRED(),
      PAGE(.what = PASSIVE, .other_site = YES), GIVES(REDIRECT, EXPIRED),
      SAME },
    { "10: another site's form, with a key that is no cookie", EXPIRED(),
      PAGE(.what = PASSIVE, .get = NO, .other_site = YES, .cookie = NO),
      GIVES(REDIRECT, EXPIRED), SAME },
    { "12: another site's POST that is no page", EXPIRED(),
      POST(.what = PASSIVE, .other_site = YES), GIVES(REFUSE, EXPIRED),
      THEN(.told = 1) },
    { "11: another site's form, for the logout URL", EXPIRED(),
      PAGE(.what = PASSIVE, .get = NO, .other_site = YES, .to_logout = YES),
      GIVES(LOGOUT, EXPIRED), THEN(.state = SSEC_CLOSED) },

    { "10, 11, 12: no logout URL: straight to closed", EXPIRED(),
      ANY_REQUEST(.has_logout = NO, .cookie = YES), GIVES(FORGET, EXPIRED),
      THEN(.state = SSEC_CLOSED) },
    { "10, 11, 12: no logout URL, and a key that is no cookie", EXPIRED(),
      ANY_REQUEST(.what = NO_PING, .has_logout = NO, .cookie = NO),
      GIVES(REFUSE, EXPIRED), THEN(.state = SSEC_CLOSED) },
    { "10, 11, 12: a ping moves nothing, and tells nobody", EXPIRED(),
      ANY_REQUEST(.what = PING, .has_logout = YES), GIVES(ANONYMOUS, EXPIRED),
      SAME },

    /* Row 11 */

    { "11: any request for the logout URL", EXPIRED(),
      REQUEST(.what = NO_PING, .to_logout = YES, .page = ANY, .cookie = ANY,
              .get = ANY), GIVES(LOGOUT, EXPIRED), THEN(.state = SSEC_CLOSED) },
    { "11: the login page does not get the cookie", EXPIRED(),
      REQUEST(.login_page = YES, .to_logout = YES, .page = ANY, .get = ANY,
              .other_host = ANY), GIVES(FORGET, EXPIRED),
      THEN(.state = SSEC_CLOSED) },
    { "11: the login page does not get a key that is no cookie", EXPIRED(),
      REQUEST(.login_page = YES, .to_logout = YES, .page = ANY, .get = ANY,
              .other_host = ANY, .cookie = NO), GIVES(REFUSE, EXPIRED),
      THEN(.state = SSEC_CLOSED) },

    /* Row 12 */

    { "12: anything else is refused, and told", EXPIRED(),
      REQUEST(.what = NO_PING, .get = ANY), GIVES(REFUSE, EXPIRED),
      THEN(.told = 1) },
    { "12: told, and GET again", EXPIRED(.told = 1), REQUEST(.what = NO_PING),
      GIVES(REFUSE, EXPIRED), SAME },
    { "12: told, and another method", EXPIRED(.told = 1), POST(),
      GIVES(ANONYMOUS, EXPIRED), SAME },
    { "12: told, and another method, with a key that is no cookie",
      EXPIRED(.told = 1), POST(.cookie = NO), GIVES(REFUSE, EXPIRED), SAME },

    /* Row 13 */

    { "13: any request, with a cookie", CLOSED(), ANY_REQUEST(.cookie = YES),
      GIVES(FORGET, CLOSED), SAME, MAX(DAY) },
    { "13: a ping, with a key that is no cookie", CLOSED(),
      ANY_REQUEST(.what = PING, .cookie = NO), GIVES(FORGET, CLOSED), SAME },
    { "13: any other request, with a key that is no cookie", CLOSED(),
      ANY_REQUEST(.what = NO_PING, .cookie = NO), GIVES(REFUSE, CLOSED), SAME,
      MAX(HOUR) },

    /* Rows 22 and 24 */

    { "22: any request of a visitor's", VISITOR(), ANY_REQUEST(),
      GIVES(PASS, VISITOR), SAME, MAX(HOUR) },
    { "22: a user's before: active requests count", WAS_USER(),
      ANY_REQUEST(.what = ACTIVE, .former = NO, .admitted = YES),
      GIVES(PASS, VISITOR), THEN(.last = NOW), MAX(2 * HOUR) },
    { "22: a user's before: passive requests and pings do not count",
      WAS_USER(), ANY_REQUEST(.what = PASSIVE | PING), GIVES(PASS, VISITOR),
      SAME, MAX(2 * HOUR) },
    { "22: a user's before: what is not admitted does not count",
      WAS_USER(.by_login = 1), ANY_REQUEST(.what = ACTIVE, .admitted = NO),
      GIVES(PASS, VISITOR), SAME, MAX(2 * HOUR) },
    { "22, 23: a user's before: what has a former key does not count",
      WAS_USER(), ANY_REQUEST(.what = ACTIVE, .former = YES),
      GIVES(PASS, VISITOR), SAME, MAX(2 * HOUR) },
    { "22: a user's before: by a clock that was read a moment before",
      WAS_USER(.last = NOW + 3), PAGE(), GIVES(PASS, VISITOR), SAME },

    { "24: idle for a millisecond less than expire_after",
      WAS_USER(IDLE(EXPIRE - 1)), ANY_REQUEST(.what = PASSIVE),
      GIVES(PASS, VISITOR), SAME },
    { "24, 13: idle for expire_after", WAS_USER(IDLE(EXPIRE)),
      ANY_REQUEST(.cookie = YES), GIVES(FORGET, CLOSED, .stored = 1),
      THEN(ENDED(CLOSED, IDLE)) },
    { "24, 13: as old as max_lifetime", WAS_USER(), PAGE(),
      GIVES(FORGET, CLOSED), THEN(ENDED(CLOSED, LIFETIME)), MAX(HOUR) },
    { "24, 13: idle for its own, shorter expire_after",
      WAS_USER(AGE(1800 * SECOND), IDLE(300 * SECOND), .limits = OWN_SHORT),
      REQUEST(), GIVES(FORGET, CLOSED), THEN(ENDED(CLOSED, IDLE)) },
    { "24: idle for less than its own, longer expire_after",
      WAS_USER(IDLE(EXPIRE), .limits = OWN_LONG), REQUEST(.what = PASSIVE),
      GIVES(PASS, VISITOR), SAME },

    /* Row 23 */

    { "23: with a former key a request is told nothing, and does nothing",
      LIVE(), ANY_REQUEST(.former = YES), GIVES(PASS, VISITOR, .idle = 0),
      SAME },
    { "23: with a former key a request does not present the session",
      LIVE(.presented = 0), ANY_REQUEST(.former = YES),
      GIVES(PASS, VISITOR, .idle = 0), SAME },
    { "2, 23: a former key that leads to no session any more", UNKNOWN(),
      REQUEST(.what = NO_PING, .former = YES), GIVES(PASS, LIVE), SEEN() },

    /* Row 14 */

    { "14: a login", EXPIRED(.told = 1), AFTER_LOGIN(),
      GIVES(PASS, LIVE, .begun = 1, .idle = 0, .remaining = 0, .began = NOW),
      ISSUED(), MAX(HOUR), CLOSED_TOO },
    { "14: a login, and the response says on, with limits",
      EXPIRED(.limits = OWN_LONG), AFTER_LOGIN(.says = ON, .limits = SHORT),
      GIVES(PASS, LIVE, .begun = 1), ISSUED(.used = 1, .limits = OWN_SHORT),
      CLOSED_TOO },
    { "14: a login, and the response says off", EXPIRED(.limits = OWN_LONG),
      AFTER_LOGIN(.says = OFF), GIVES(PASS, VISITOR, .begun = 1),
      ISSUED(.state = SSEC_VISITOR, .by_login = 0), CLOSED_TOO },
    { "26, 14: not if the request had this very key", EXPIRED(.issued = 1),
      RESPONSE(ISSUE, .former = ANY, .lives = ANY, .says = SAYINGS),
      GIVES(PASS, EXPIRED), SAME, CLOSED_TOO },
    { "26, 14: not if the request had another session's key", EXPIRED(),
      RESPONSE(ISSUE, .had = ANOTHERS, .former = ANY, .apart = ANY,
               .says = SAYINGS), GIVES(PASS, EXPIRED), THEN(.issued = 1),
      CLOSED_TOO },
    { "14, 15: a live session comes to a dead one's former key", EXPIRED(),
      RESPONSE(ISSUE, .had = A_USERS, .lives = YES),
      GIVES(PASS, EXPIRED, .carried = 1), SAME, CLOSED_TOO },
    { "14, 16: a live session comes to a dead one's former key, off", EXPIRED(),
      RESPONSE(ISSUE, .had = A_USERS, .lives = YES, .says = OFF),
      GIVES(PASS, VISITOR, .begun = 1),
      ISSUED(.state = SSEC_VISITOR, .by_login = 0), CLOSED_TOO },

    /* Rows 15, 25 and 26 */

    { "15: the session gets one more key", UNKNOWN(),
      RESPONSE(ISSUE, .had = A_USERS | A_DEAD_USERS, .says = NOTHING | ON,
               .limits = NONE | ENDLESS, .lives = ANY),
      GIVES(PASS, UNKNOWN, .carried = 1, .stored = 0), SAME },
    { "25: by a key that was replaced long ago", UNKNOWN(),
      RESPONSE(ISSUE, .had = A_USERS, .apart = YES),
      GIVES(PASS, LIVE, .begun = 1, .idle = 5 * SECOND,
            .began = NOW - 2 * HOUR), USERS(.presented = 0) },
    { "25: by a key that was replaced long ago, and it says on", UNKNOWN(),
      RESPONSE(ISSUE, .had = A_USERS, .apart = YES, .says = ON,
               .limits = ENDLESS), GIVES(PASS, LIVE, .begun = 1),
      USERS(.presented = 0, .used = 1, .limits = OWN_ENDLESS) },
    { "25: by a dead session's key that was replaced long ago", UNKNOWN(),
      RESPONSE(ISSUE, .had = A_DEAD_USERS, .apart = YES),
      GIVES(PASS, CLOSED, .begun = 1, .idle = 2 * HOUR),
      DEAD_USERS(.state = SSEC_CLOSED, .presented = 0) },
    { "25: by a key that was not seen to be issued", UNKNOWN(),
      RESPONSE(ISSUE, .had = AN_INVENTED, .apart = ANY),
      GIVES(PASS, LIVE, .begun = 1, .idle = 6 * SECOND, .began = 0),
      INVENTED(.issued = 1, .presented = 0) },
    { "25: by a dead session's key that was not seen to be issued", UNKNOWN(),
      RESPONSE(ISSUE, .had = A_DEAD_INVENTED, .apart = ANY),
      GIVES(PASS, CLOSED, .begun = 1, .idle = HOUR),
      DEAD_INVENTED(.state = SSEC_CLOSED, .issued = 1, .presented = 0) },

    { "25: to a live session's former key", LIVE(),
      RESPONSE(ISSUE, .had = AN_INVENTED, .former = YES, .lives = YES),
      GIVES(PASS, LIVE, .begun = 1), INVENTED(.issued = 1, .presented = 0) },
    { "25: to a visitor's former key", VISITOR(),
      RESPONSE(ISSUE, .had = AN_INVENTED, .former = YES, .lives = YES),
      GIVES(PASS, LIVE, .begun = 1), INVENTED(.issued = 1, .presented = 0) },
    { "25: to a dead session's former key", EXPIRED(.told = 1),
      RESPONSE(ISSUE, .had = AN_INVENTED, .former = YES, .lives = YES),
      GIVES(PASS, LIVE, .begun = 1), INVENTED(.issued = 1, .presented = 0),
      CLOSED_TOO },
    { "15: to a live session's former key: one more of the request's",
      LIVE(.issued = 1), RESPONSE(ISSUE, .had = A_USERS, .former = YES),
      GIVES(PASS, LIVE, .carried = 1), SAME },
    { "15: to a visitor's former key: one more of the request's", VISITOR(),
      RESPONSE(ISSUE, .had = A_USERS, .former = YES),
      GIVES(PASS, VISITOR, .carried = 1), SAME },
    { "26: the request's own former key is set anew", LIVE(.issued = 1),
      RESPONSE(ISSUE, .former = YES), GIVES(PASS, LIVE), SAME },
    { "26: a visitor's own former key is set anew", VISITOR(),
      RESPONSE(ISSUE, .former = YES), GIVES(PASS, VISITOR), SAME },
    { "16: to a live session's former key, without a key", LIVE(.issued = 1),
      AFTER_LOGIN(.former = YES), GIVES(PASS, LIVE, .begun = 1), ISSUED() },
    { "16: to a visitor's former key, without a key", VISITOR(),
      AFTER_LOGIN(.former = YES), GIVES(PASS, LIVE, .begun = 1), ISSUED() },

    { "15: who logs in with a visitor's key is no visitor", VISITOR(),
      RESPONSE(ISSUE, .had = A_USERS, .says = ON),
      GIVES(PASS, VISITOR, .carried = 1), SAME },
    { "16: who logs in with a visitor's key, without a key", VISITOR(),
      AFTER_LOGIN(.says = ON), GIVES(PASS, LIVE, .begun = 1),
      ISSUED(.used = 1) },
    { "16: who was a user before logs in, without a key", WAS_USER(),
      AFTER_LOGIN(.says = ON), GIVES(PASS, LIVE, .begun = 1),
      ISSUED(.used = 1) },

    { "26: a live session's key is set anew", LIVE(IDLE(EXPIRE - 1)),
      ANY_RESPONSE(ISSUE, .former = NO, .says = NOTHING | OFF | END),
      GIVES(PASS, LIVE, .remaining = 0, .lifetime = 0), THEN(.issued = 1) },
    { "26: a live session's key is set once more", LIVE(.issued = 1),
      ANY_RESPONSE(ISSUE, .former = NO), GIVES(PASS, LIVE), SAME },
    { "26: a visitor's key is set anew", VISITOR(.issued = 0),
      ANY_RESPONSE(ISSUE, .former = NO, .says = NOTHING | OFF | END),
      GIVES(PASS, VISITOR), THEN(.issued = 1) },
    { "26: a key is set anew after its session's end",
      LIVE(IDLE(EXPIRE), .issued = 1), RESPONSE(ISSUE), GIVES(PASS, LIVE),
      SAME },

    /* Row 16 */

    { "16: a session begins", UNKNOWN(.told = 1),
      RESPONSE(ISSUE, .anonymous = ANY, .says = NOTHING | END),
      GIVES(PASS, LIVE, .begun = 1, .stored = 1, .began = NOW), ISSUED() },
    { "16: a session begins, and the response says on, with limits", UNKNOWN(),
      RESPONSE(ISSUE, .says = ON, .limits = LONG),
      GIVES(PASS, LIVE, .begun = 1), ISSUED(.used = 1, .limits = OWN_LONG) },
    { "16: a session begins after end, whatever key the request had", UNKNOWN(),
      ANY_RESPONSE(ISSUE, .says = END, .limits = NONE),
      GIVES(PASS, LIVE, .begun = 1), ISSUED() },
    { "16: a visitor's begins, whatever key the request had", UNKNOWN(),
      ANY_RESPONSE(ISSUE, .says = OFF, .limits = NONE),
      GIVES(PASS, VISITOR, .begun = 1),
      ISSUED(.state = SSEC_VISITOR, .by_login = 0) },

    /* Rows 17 and 21 */

    { "17: a live session's cookie is deleted", LIVE(), ANY_RESPONSE(DELETES),
      GIVES(PASS, CLOSED), THEN(ENDED(CLOSED, LOGOUT)) },
    { "17: a visitor's cookie is deleted", VISITOR(), ANY_RESPONSE(DELETES),
      GIVES(PASS, CLOSED), THEN(ENDED(CLOSED, LOGOUT)) },
    { "17, 21: of a dead session the first reason stays", EXPIRED(),
      ANY_RESPONSE(DELETES | END), GIVES(PASS, CLOSED, .stored = 1),
      THEN(.state = SSEC_CLOSED), CLOSED_TOO },
    { "21: end of a live session", LIVE(), ANY_RESPONSE(END),
      GIVES(PASS, CLOSED), THEN(ENDED(CLOSED, SAID)) },
    { "21: end of a visitor's", VISITOR(), ANY_RESPONSE(END),
      GIVES(PASS, CLOSED), THEN(ENDED(CLOSED, SAID)) },
    { "17, 18, 19, 20, 21: nothing is made of an unknown session", UNKNOWN(),
      ANY_RESPONSE(DELETES | ON | OFF | END), GIVES(PASS, UNKNOWN), SAME },
    { "18, 19, 20: on and off wake no dead session", EXPIRED(),
      ANY_RESPONSE(ON | OFF), GIVES(PASS, EXPIRED), SAME, CLOSED_TOO },

    /* Row 18 */

    { "18: a visitor logs in", VISITOR(.limits = OWN_LONG),
      RESPONSE(ON, .former = ANY), GIVES(PASS, LIVE, .began = NOW),
      THEN(.state = SSEC_LIVE, .by_login = 1, .used = 1, AGE(0), IDLE(0),
           .limits = OWN_NONE) },
    { "18: a visitor logs in, with limits", VISITOR(),
      RESPONSE(ON, .former = ANY, .limits = SHORT), GIVES(PASS, LIVE),
      THEN(.state = SSEC_LIVE, .by_login = 1, .used = 1, AGE(0), IDLE(0),
           .limits = OWN_SHORT) },
    { "18: a visitor logs in, and gets another key", VISITOR(),
      RESPONSE(ON, .former = ANY, .limits = SHORT, .other_key = YES),
      GIVES(PASS, VISITOR), SAME },
    { "18: who was a user before logs in, and gets another key", WAS_USER(),
      RESPONSE(ON, .former = ANY, .limits = SHORT, .other_key = YES),
      GIVES(PASS, VISITOR), SAME },
    { "18: who was a user before is no younger", WAS_USER(.limits = OWN_LONG),
      RESPONSE(ON, .former = ANY, .limits = NONE),
      GIVES(PASS, LIVE, .began = 0),
      THEN(.state = SSEC_LIVE, .was_user = 0, .used = 1, .last = NOW,
           .limits = OWN_NONE), MAX(2 * HOUR) },
    { "18: who was a user before keeps when a login began it",
      WAS_USER(.by_login = 1), RESPONSE(ON, .former = ANY, .limits = SHORT),
      GIVES(PASS, LIVE, .began = NOW - HOUR),
      THEN(.state = SSEC_LIVE, .was_user = 0, .used = 1, .last = NOW,
           .limits = OWN_SHORT) },
    { "18: who was a user before, by a clock that was read a moment before",
      WAS_USER(.last = NOW + 3), RESPONSE(ON), GIVES(PASS, LIVE),
      THEN(.state = SSEC_LIVE, .was_user = 0, .used = 1) },
    { "18, 24: the response took longer than expire_after",
      WAS_USER(IDLE(EXPIRE)), RESPONSE(ON, .former = ANY), GIVES(PASS, CLOSED),
      THEN(ENDED(CLOSED, IDLE)) },
    { "18, 24: longer than max_lifetime", WAS_USER(),
      RESPONSE(ON, .former = ANY), GIVES(PASS, CLOSED),
      THEN(ENDED(CLOSED, LIFETIME)), MAX(HOUR) },

    /* Rows 19 and 23 */

    { "19: limits", LIVE(.limits = OWN_LONG),
      RESPONSE(ON, .limits = SHORT, .other_key = ANY), GIVES(PASS, LIVE),
      THEN(.limits = OWN_SHORT) },
    { "19: without any, those that there are stay", LIVE(.limits = OWN_SHORT),
      RESPONSE(ON, .other_key = ANY), GIVES(PASS, LIVE), SAME },
    { "19: who is said to be on needs no second request", LIVE(.used = 0),
      RESPONSE(ON), GIVES(PASS, LIVE), THEN(.used = 1) },
    { "23: who is on with a former key is somebody else, from now",
      LIVE(.limits = OWN_LONG), RESPONSE(ON, .former = YES, .other_key = ANY),
      GIVES(PASS, LIVE, .begun = 1), THEN(.last = NOW, .limits = OWN_NONE) },
    { "23: likewise, with limits", LIVE(),
      RESPONSE(ON, .former = YES, .other_key = ANY, .limits = SHORT),
      GIVES(PASS, LIVE, .begun = 1), THEN(.last = NOW, .limits = OWN_SHORT) },

    /* Row 20 */

    { "20: off, of a session that a request had before", LIVE(),
      RESPONSE(OFF, .former = ANY), GIVES(PASS, VISITOR),
      THEN(.state = SSEC_VISITOR, .was_user = 1) },
    { "20: of one that a login began", LIVE(.by_login = 1, .used = 0),
      RESPONSE(OFF), GIVES(PASS, VISITOR),
      THEN(.state = SSEC_VISITOR, .was_user = 1) },
    { "20: of one that came for the first time", SEEN(), RESPONSE(OFF),
      GIVES(PASS, VISITOR), THEN(.state = SSEC_VISITOR) },
    { "20: likewise, and the backend has set its key again", SEEN(.issued = 1),
      RESPONSE(OFF), GIVES(PASS, VISITOR), THEN(.state = SSEC_VISITOR) },
    { "20: another key is the visitor's", LIVE(),
      RESPONSE(OFF, .former = ANY, .other_key = YES), GIVES(PASS, CLOSED),
      THEN(ENDED(CLOSED, SAID)) },
    { "20: a visitor is left alone", VISITOR(), ANY_RESPONSE(OFF),
      GIVES(PASS, VISITOR), SAME },
    { "20: who was a user before is left alone", WAS_USER(), ANY_RESPONSE(OFF),
      GIVES(PASS, VISITOR), SAME }
};


/* The adapter: rows' words to and from the decision's types */

static unsigned
choice(unsigned set)
{
    return (unsigned) __builtin_ctz(set);
}


static ssec_record_t
to_record(const session_t *s)
{
    return (ssec_record_t) {
        .state = s->state, .reason = s->reason, .issued = s->issued,
        .presented = s->presented, .used = s->used, .told = s->told,
        .left = s->was_user, .login = s->by_login, .created = s->created,
        .last = s->last, .own = own_limits[s->limits]
    };
}


static session_t
to_session(const ssec_record_t *rec)
{
    unsigned  own;

    for (own = OWN_NONE; own_limits[own] != rec->own; own++) {
        assert_true(own < OWN_ENDLESS);
    }

    return (session_t) {
        .state = rec->state, .reason = rec->reason, .issued = rec->issued,
        .presented = rec->presented, .used = rec->used, .told = rec->told,
        .was_user = rec->left, .by_login = rec->login,
        .created = rec->created, .last = rec->last, .limits = own
    };
}


static uint64_t
idle_for(const event_t *ev)
{
    return (ev->too_long == YES) ? EXPIRE : ev->idle_for;
}


static ssec_ended_t
to_ended(const event_t *ev)
{
    return (ssec_ended_t) {
        .page = ev->page == YES, .safe = ev->get == YES,
        .cross_site = ev->other_site == YES,
        .logout_url = ev->has_logout == YES, .logout = ev->to_logout == YES,
        .elsewhere = ev->other_host == YES, .login = ev->login_page == YES
    };
}


/* ended is NULL if it is not known yet. */

static ssec_request_t
to_request(const event_t *ev, const ssec_ended_t *ended)
{
    static const ssec_kind_e  kinds[] = {
        SSEC_ACTIVE, SSEC_PASSIVE, SSEC_PING
    };

    return (ssec_request_t) {
        .kind = kinds[choice(ev->what)], .is_former = ev->former == YES,
        .admitted = ev->admitted == YES, .strict = ev->strict == YES,
        .cookie = ev->cookie == YES, .idle_for_set = ev->idle_for_set == YES,
        .idle_for = idle_for(ev), .ended = ended
    };
}


static ssec_word_e
to_word(unsigned set)
{
    switch (set) {

    case DELETES:
        return SSEC_DELETE;

    case ON:
        return SSEC_ON;

    case OFF:
        return SSEC_OFF;

    case END:
        return SSEC_END;

    default:
        return SSEC_NOTHING;
    }
}


static ssec_change_e
decide_response(ssec_record_t *rec, const event_t *ev,
    const ssec_record_t *had, uint64_t now, const ssec_limits_t *limits)
{
    const ssec_own_t  *own = own_limits[choice(ev->limits)];

    if (ev->what == ISSUE) {
        return ssec_decide_issue(rec, &(ssec_issue_t) {
            .said = to_word(ev->says), .own = own,
            .is_replaced = ev->former == YES,
            .anonymous = ev->anonymous == YES,
            .from = (ev->had == NOBODYS) ? NULL : had,
            .separate = ev->apart == YES, .taken = ev->lives == YES
        }, now);
    }

    return ssec_decide_say(rec, &(ssec_say_t) {
        .word = to_word(ev->what), .is_former = ev->former == YES,
        .other_key = ev->other_key == YES, .own = own
    }, now, limits);
}


static bool
is_request(const event_t *ev)
{
    return ev->what <= PING;
}


static bool
is_dead(uint64_t state)
{
    return state == SSEC_EXPIRED || state == SSEC_CLOSED;
}


static outcome_t
to_outcome(const ssec_outcome_t *out)
{
    return (outcome_t) {
        .verdict = out->verdict, .state = out->state,
        .reason = is_dead(out->state) ? out->reason : SSEC_REASON_NONE,
        .created = out->created, .stored = out->changed,
        .active = out->active, .idle = out->idle, .remaining = out->remaining,
        .lifetime = out->lifetime, .began = out->began
    };
}


static outcome_t
to_change(ssec_change_e change, bool created, const ssec_record_t *rec,
    uint64_t now)
{
    return (outcome_t) {
        .verdict = SSEC_PASS, .state = rec->state,
        .reason = is_dead(rec->state) ? rec->reason : SSEC_REASON_NONE,
        .created = created,
        .stored = change == SSEC_CHANGED || change == SSEC_BEGUN,
        .begun = change == SSEC_BEGUN, .carried = change == SSEC_CARRIED,
        .idle = ssec_before(now, rec->last),
        .began = (rec->state == SSEC_LIVE && rec->login) ? rec->created : 0
    };
}


/*
 * Gives false if more has to be known of the request: brief is to say so only
 * of a session that has ended.
 */

static bool
decide(session_t *s, const event_t *ev, bool brief, uint64_t now,
    const ssec_limits_t *limits, outcome_t *outcome)
{
    bool            done, created;
    ssec_ended_t    ended;
    ssec_record_t   rec, had;
    ssec_change_e   change;
    ssec_request_t  request;
    ssec_outcome_t  out;

    rec = to_record(s);

    if (is_request(ev)) {
        ended = to_ended(ev);
        request = to_request(ev, brief ? NULL : &ended);
        request.now = now;
        request.limits = *limits;

        /* a field that is not set is seen by this */

        memset(&out, 0xff, sizeof(out));
        done = ssec_decide(&rec, &request, &out);
        *outcome = to_outcome(&out);

    } else {
        had = to_record(&others[choice(ev->had)]);
        created = (rec.state == SSEC_UNKNOWN);

        change = decide_response(&rec, ev, &had, now, limits);
        *outcome = to_change(change, created, &rec, now);
        done = true;
    }

    *s = to_session(&rec);

    return done;
}


/* The part for most requests: gives false, and times only, for the others. */

static bool
decide_live(const session_t *s, const event_t *ev, uint64_t now,
    ssec_limits_t limits, outcome_t *outcome)
{
    bool            is_live;
    ssec_request_t  request;
    ssec_outcome_t  out;

    request = to_request(ev, NULL);
    request.now = now;

    if (s->limits) {
        ssec_limits(own_limits[s->limits], &limits);
    }

    memset(&out, 0xff, sizeof(out));
    is_live = ssec_decide_live(s->created, s->last, &request, &limits, &out);
    out.began = 0;

    *outcome = is_live ? to_outcome(&out)
                       : (outcome_t) { .idle = out.idle,
                                       .remaining = out.remaining };
    return is_live;
}


/* A failure: the row's text, the event, the session, and both values */

typedef struct {
    const char       *text;
    const event_t    *event;
    const session_t  *session;
    uint64_t          now;
    unsigned          failures;
} at_t;

static at_t  at;


static const char *
word(char kind, uint64_t value)
{
    size_t       i;
    static char  text[64];

    static const char *const  words[][10] = {
        { "s", "unknown", "live", "expired", "closed", "a visitor's" },
        { "v", "pass", "anonymous", "forget", "logout", "refuse", "redirect",
          "leave" },
        { "r", "none", "idle", "lifetime", "logout", "said", "unknown" },
        { "w", "active", "passive", "ping", "issue", "delete", "on", "off",
          "end", "nothing" }
    };

    for (i = 0; i < SIZE(words); i++) {
        if (kind == words[i][0][0] && value < 9 && words[i][value + 1]) {
            return words[i][value + 1];
        }
    }

    if (kind == 't' && value) {
        snprintf(text, sizeof(text), "now%+" PRId64,
                 (int64_t) (value - at.now));
    } else {
        snprintf(text, sizeof(text), "%" PRId64, (int64_t) value);
    }

    return text;
}


static void
tell(const char *field, char kind, uint64_t got, uint64_t want)
{
    size_t  i;

    if (at.failures++ == 0) {
        print_error("row %s\n    the event:", at.text);

        for (i = 0; i < SIZE(event_fields); i++) {
            print_error(" %s=%s", event_fields[i],
                        word(event_kinds[i], choice(at.event->sets[i])));
        }

        print_error(" idle_for=%" PRIu64 "\n    the session:",
                    idle_for(at.event));

        for (i = 0; i < SIZE(session_fields); i++) {
            print_error(" %s=%s", session_fields[i],
                        word(session_kinds[i], at.session->fields[i]));
        }

        print_error("\n");
    }

    print_error("    %s is %s, not", field, word(kind, got));
    print_error(" %s\n", word(kind, want));
}


static void
compare(const char *const *names, const char *kinds, const uint64_t *got,
    const uint64_t *want)
{
    size_t  i;

    for (i = 0; kinds[i]; i++) {
        if (want[i] != UNNAMED && got[i] != want[i]) {
            tell(names[i], kinds[i], got[i], want[i]);
        }
    }
}


#define COMPARE(kind, got, want)                                              \
    compare(kind##_fields, kind##_kinds, (got)->fields, (want)->fields)


static void
holds(const char *property, bool is_true)
{
    if (!is_true) {
        tell(property, 'n', false, true);
    }
}


static bool
is_same(const session_t *a, const session_t *b)
{
    return memcmp(a, b, sizeof(session_t)) == 0;
}


/* The model: what an event has to give, by the table only */

static ssec_limits_t
model_limits(const session_t *s, const ssec_limits_t *configured)
{
    ssec_limits_t      l;
    const ssec_own_t  *own;

    l = *configured;
    own = own_limits[s->limits];

    if (own && own->expire_after) {
        l.expire_after = own->expire_after;
    }

    if (own && own->max_lifetime) {
        l.max_lifetime = (own->max_lifetime == SSEC_OWN_NONE)
                         ? 0 : own->max_lifetime;
    }

    return l;
}


/* How long before now that was; 0 for what is to come. */

static uint64_t
since(uint64_t when, uint64_t now)
{
    return (now > when) ? now - when : 0;
}


/* Rows 4, 5 and 24: why a session is over, and how long it has if it is not. */

static ssec_reason_e
model_end(const session_t *s, uint64_t now, const ssec_limits_t *configured,
    outcome_t *out)
{
    uint64_t       idle;
    ssec_limits_t  l;

    l = model_limits(s, configured);
    idle = since(since(s->last, now), l.expire_after);

    out->lifetime = l.max_lifetime
                    ? since(since(s->created, now), l.max_lifetime) : NEVER;
    out->remaining = (idle < out->lifetime) ? idle : out->lifetime;

    return out->remaining ? SSEC_REASON_NONE
           : (out->lifetime == 0
              && s->created + l.max_lifetime <= s->last + l.expire_after)
             ? SSEC_REASON_LIFETIME : SSEC_REASON_IDLE;
}


static void
model_close(session_t *s, ssec_reason_e reason)
{
    s->state = SSEC_CLOSED;

    if (s->reason == SSEC_REASON_NONE) {
        s->reason = reason;
    }
}


static void
model_activity(session_t *s, uint64_t when)
{
    if (when > s->last) {
        s->last = when;
    }
}


/* Rows 10 to 13 */

static ssec_verdict_e
model_dead(session_t *s, const event_t *ev, bool known)
{
    bool            cookie;
    ssec_verdict_e  withheld;

    cookie = (ev->cookie == YES);
    withheld = (cookie || ev->what == PING) ? SSEC_FORGET : SSEC_REFUSE;

    if (s->state == SSEC_CLOSED || ev->has_logout == NO) {
        s->state = SSEC_CLOSED;
        return withheld;
    }

    if (ev->what == PING) {
        return SSEC_ANONYMOUS;
    }

    if (ev->to_logout == YES) {
        s->state = SSEC_CLOSED;
        return (ev->login_page == YES || !known) ? withheld : SSEC_LOGOUT;
    }

    if (ev->page == YES) {

        if (ev->other_site == YES && ev->get == NO && cookie) {
            return SSEC_ANONYMOUS;
        }

        if (ev->other_host == NO && ev->login_page == NO) {
            return SSEC_REDIRECT;
        }

        s->state = SSEC_CLOSED;
        return SSEC_LEAVE;
    }

    if (s->told && ev->get == NO) {
        return cookie ? SSEC_ANONYMOUS : SSEC_REFUSE;
    }

    s->told = 1;
    return SSEC_REFUSE;
}


static void
model_request(session_t *s, const event_t *ev, uint64_t now,
    const ssec_limits_t *l, outcome_t *out)
{
    bool           known, counts, reports;
    uint64_t       when;
    ssec_reason_e  reason;

    known = (s->state != SSEC_UNKNOWN);
    counts = (ev->admitted == YES && !(known && ev->former == YES));
    reports = (ev->what == PING && ev->idle_for_set == YES);
    when = !reports ? now : (idle_for(ev) < now) ? now - idle_for(ev) : 0;

    if (!known) {
        *s = (session_t) SEEN(.issued = s->issued, .created = when,
                              .last = when);

        if (ev->strict == YES) {
            s->state = SSEC_EXPIRED;
            s->reason = SSEC_REASON_UNKNOWN;
        }
    }

    reason = model_end(s, now, l, out);

    if (reason && s->state == SSEC_LIVE) {
        s->state = SSEC_EXPIRED;
        s->reason = reason;
        s->told = 0;

    } else if (reason && s->state == SSEC_VISITOR && s->was_user) {
        model_close(s, reason);
    }

    out->state = s->state;

    if (is_dead(s->state)) {
        out->verdict = model_dead(s, ev, known);

    } else if (s->state == SSEC_VISITOR) {
        if (s->was_user && ev->what == ACTIVE && counts) {
            model_activity(s, now);
        }

    } else if (known && ev->former == YES) {
        out->state = SSEC_VISITOR;
        out->idle = 0;

    } else if (counts) {
        s->used |= (known && s->presented);
        s->presented = 1;

        if (ev->what == ACTIVE || reports) {
            model_activity(s, when);
        }
    }
}


/* Rows 14 to 16, 25, 26: whether the key joins the session. */

static bool
model_is_taken(const session_t *s, const event_t *ev)
{
    bool  other, former;

    other = (ev->anonymous == YES || ev->had != NOBODYS);
    former = (ev->former == YES);

    switch (s->state) {

    case SSEC_UNKNOWN:
        return true;

    case SSEC_LIVE:
        return former && other;

    case SSEC_VISITOR:
        return (former || ev->says == ON) && other;

    default:
        return ev->anonymous == YES || (ev->had != NOBODYS && ev->lives == YES);
    }
}


static void
model_issue(session_t *s, const event_t *ev, uint64_t now, outcome_t *out)
{
    unsigned         limits;
    const session_t *had;

    if (!model_is_taken(s, ev)) {
        s->issued = 1;
        return;
    }

    limits = choice(ev->limits);
    had = &others[choice(ev->had)];

    if (ev->had == NOBODYS || ev->says == OFF || ev->says == END) {
        *s = (session_t) ISSUED(.created = now, .last = now, .limits = limits);

        if (ev->says == OFF) {
            s->state = SSEC_VISITOR;
            s->by_login = 0;
        }

    } else if (had->issued && ev->apart == NO) {
        out->carried = 1;
        return;

    } else {
        *s = *had;
        s->state = (had->state == SSEC_LIVE) ? SSEC_LIVE : SSEC_CLOSED;
        s->issued = 1;
        s->presented = 0;
        s->limits = limits ? limits : had->limits;
    }

    s->used = (ev->says == ON);
    out->begun = 1;
}


static void
model_on(session_t *s, const event_t *ev, uint64_t now, const ssec_limits_t *l)
{
    unsigned       limits;
    outcome_t      unused;
    ssec_reason_e  reason;

    limits = choice(ev->limits);
    reason = model_end(s, now, l, &unused);

    if (s->state == SSEC_LIVE) {
        if (ev->former == YES) {
            s->limits = limits;
            model_activity(s, now);

        } else if (limits) {
            s->limits = limits;
        }

        s->used = 1;

    } else if (s->state == SSEC_VISITOR && ev->other_key == NO) {

        if (s->was_user && reason) {
            model_close(s, reason);
            return;
        }

        if (!s->was_user) {
            s->by_login = 1;
            s->created = now;
            s->last = now;
        }

        s->state = SSEC_LIVE;
        s->was_user = 0;
        s->used = 1;
        s->limits = limits;
        model_activity(s, now);
    }
}


static outcome_t
model(session_t *s, const event_t *ev, uint64_t now, const ssec_limits_t *l)
{
    outcome_t  out = GIVES(PASS, UNKNOWN);

    if (is_request(ev)) {
        model_request(s, ev, now, l, &out);

    } else {
        switch (ev->what) {

        case ISSUE:
            model_issue(s, ev, now, &out);
            break;

        case ON:
            model_on(s, ev, now, l);
            break;

        case OFF:
            if (s->state == SSEC_LIVE && ev->other_key == YES) {
                model_close(s, SSEC_REASON_SAID);

            } else if (s->state == SSEC_LIVE) {
                s->state = SSEC_VISITOR;
                s->was_user = s->by_login || s->used;
            }

            break;

        default:
            if (s->state != SSEC_UNKNOWN) {
                model_close(s, ev->what == END ? SSEC_REASON_SAID
                                               : SSEC_REASON_LOGOUT);
            }
        }

        out.state = s->state;
    }

    out.began = (out.state == SSEC_LIVE && s->by_login) ? s->created : 0;

    return out;
}


/* What every event is checked for */

/* If it has changed.  UNNAMED where one that has not may be stored, too. */

static uint64_t
stored(const event_t *ev, const session_t *before, const session_t *then,
    bool begun)
{
    bool  known, again;

    known = (before->state != SSEC_UNKNOWN);

    if (is_request(ev) && !known) {
        return ev->admitted == YES || ev->strict == YES;
    }

    if (!is_same(before, then) || begun) {
        return true;
    }

    if (ev->what & (DELETES | END)) {
        return known;
    }

    again = (ev->what == ON && then->state == SSEC_LIVE
             && (ev->limits != NONE || ev->former == YES))
            || (is_request(ev) && is_dead(then->state));

    return again ? UNNAMED : false;
}


/* Fills in what was not named, where the rest says what it has to be. */

static void
complete(outcome_t *want, const event_t *ev, const session_t *before,
    const session_t *then, uint64_t now)
{
    bool      known, request;
    uint64_t  last;

    known = (before->state != SSEC_UNKNOWN);
    request = is_request(ev);

    want->created = !known;
    want->carried = (want->carried == 1);

    if (request || ev->what == ISSUE) {
        want->begun = (want->begun == 1);
    }

    if (want->stored == UNNAMED) {
        want->stored = stored(ev, before, then, want->begun == 1);
    }

    if (want->idle == UNNAMED) {
        last = (request && known) ? before->last : then->last;
        want->idle = since(last, now);
    }

    if (is_dead(want->state)) {
        want->reason = then->reason;
    }

    if (want->state != SSEC_LIVE || !request) {
        want->active = 0;
        want->remaining = 0;
        want->lifetime = 0;
    }

    want->began = (want->state == SSEC_LIVE) ? want->began : 0;
}


/* The properties of docs/how-it-works.md, whatever the model says. */

static void
check_properties(const session_t *before, const event_t *ev,
    const outcome_t *out, const session_t *after, uint64_t now)
{
    bool  request, known, refused, anew;

    request = is_request(ev);
    known = (before->state != SSEC_UNKNOWN);
    refused = (request && ev->admitted == NO);
    anew = (out->begun && ev->what == ISSUE)
           || (before->state == SSEC_VISITOR && !before->was_user
               && ev->what == ON);

    holds("what is not stored has not changed",
          out->stored || is_same(before, after) || (request && !known));
    holds("the last activity never goes back",
          !known || anew || after->last >= before->last);
    holds("the last activity never lies in the future",
          after->last <= now || after->last == before->last);
    holds("a session's age never falls",
          !known || anew || after->created == before->created);
    holds("only row 14, or a key that is now another's, revives the dead",
          !is_dead(before->state) || is_dead(after->state)
          || (ev->what == ISSUE
              && (ev->anonymous == YES || ev->lives == YES)));
    holds("what a request finds dead keeps its times, and why it ended",
          !is_dead(before->state) || out->begun
          || (after->last == before->last && after->reason == before->reason));
    holds("what has ended, and nothing else, has a reason",
          (after->reason != SSEC_REASON_NONE) == is_dead(after->state));
    holds("a refused request moves no activity",
          !refused || !known || after->last == before->last);
    holds("a refused request begins nothing that lives",
          !refused || known || !out->stored || is_dead(after->state));
    holds("a former key begins a session of its own, if it changes anything",
          request || ev->what == ISSUE
          || out->begun == (out->stored && ev->former == YES));
}


/*
 * What a request is and where it goes need be known of the dead only: a brief
 * event does for the others, and otherwise the whole one gives, in the end,
 * what it would have given at once.
 */

static void
check_brief(const session_t *before, const event_t *ev, uint64_t now,
    const ssec_limits_t *l, const outcome_t *out, const session_t *after)
{
    bool       done;
    session_t  s;
    outcome_t  brief;

    s = *before;
    done = decide(&s, ev, true, now, l, &brief);

    holds("a brief event does but for the dead",
          done == (!is_request(ev) || !is_dead(out->state)));

    if (!done) {
        holds("the session has ended", is_dead(s.state));
        holds("it is stored if it was known", brief.stored == !out->created);

        s = brief.stored ? s : *before;
        (void) decide(&s, ev, false, now, l, &brief);
    }

    COMPARE(outcome, &brief, out);
    COMPARE(session, &s, after);
}


/* The part for most requests gives what the whole does, or nothing. */

static void
check_live(const session_t *before, const event_t *ev, uint64_t now,
    const ssec_limits_t *l)
{
    bool       is_live;
    event_t    refused;
    session_t  s;
    outcome_t  live, out;

    if (before->state != SSEC_LIVE || !before->used || !is_request(ev)
        || ev->former == YES)
    {
        return;
    }

    refused = *ev;
    refused.admitted = NO;

    s = *before;
    (void) decide(&s, &refused, false, now, l, &out);
    is_live = decide_live(before, ev, now, *l, &live);

    holds("the part for most requests knows a live one",
          is_live == (out.state == SSEC_LIVE));
    holds("it knows the times",
          live.idle == out.idle && live.remaining == out.remaining);

    if (is_live) {
        out.began = 0;
        COMPARE(outcome, &live, &out);
    }
}


/* What is judged first, and counts later, comes to the same. */

static void
check_admitted_later(const session_t *before, const event_t *ev, uint64_t now,
    const ssec_limits_t *l)
{
    event_t    refused, admitted;
    session_t  s, at_once;
    outcome_t  out, out_at_once;

    if (!is_request(ev)) {
        return;
    }

    admitted = *ev;
    admitted.admitted = YES;
    at_once = *before;
    (void) decide(&at_once, &admitted, false, now, l, &out_at_once);

    refused = *ev;
    refused.admitted = NO;
    s = *before;
    (void) decide(&s, &refused, false, now, l, &out);

    holds("a refused request is judged as an admitted one",
          out.verdict == out_at_once.verdict
          && out.active == out_at_once.active);

    if (!out.stored) {
        s = *before;
        (void) decide(&s, &admitted, false, now, l, &out);
    }

    COMPARE(session, &s, &at_once);
}


/* Decides, and checks that against the model and the properties. */

static outcome_t
check(session_t *s, const event_t *ev, uint64_t now, const ssec_limits_t *l)
{
    session_t  before, then;
    outcome_t  out, want;

    before = *s;
    then = *s;
    want = model(&then, ev, now, l);
    complete(&want, ev, &before, &then, now);

    holds("the decision is made", decide(s, ev, false, now, l, &out));

    COMPARE(outcome, &out, &want);
    COMPARE(session, s, &then);
    check_properties(&before, ev, &out, s, now);
    check_brief(&before, ev, now, l, &out, s);
    check_live(&before, ev, now, l);
    check_admitted_later(&before, ev, now, l);

    return out;
}


/* Each event that a set stands for, until one fails */

typedef void (*visit_pt)(const event_t *ev, const void *data);


static void
each_event(event_t ev, unsigned field, visit_pt visit, const void *data)
{
    unsigned  bit, set;

    if (field == SIZE(ev.sets)) {
        visit(&ev, data);
        return;
    }

    set = ev.sets[field];

    for (bit = 1; bit <= set && at.failures == 0; bit <<= 1) {
        if (set & bit) {
            ev.sets[field] = bit;
            each_event(ev, field + 1, visit, data);
        }
    }
}


/* One of them. */

static event_t
any_of(event_t ev, uint64_t *seed)
{
    size_t    i;
    unsigned  set, bit;

    for (i = 0; i < SIZE(ev.sets); i++) {
        set = ev.sets[i];

        do {
            bit = 1U << test_below(seed, 9);
        } while (!(set & bit));

        ev.sets[i] = bit;
    }

    return ev;
}


/* Rows */

static void
check_row(const event_t *ev, const void *data)
{
    size_t         i;
    session_t      s, then;
    outcome_t      out, want;
    const row_t   *row;
    ssec_limits_t  l;

    row = data;
    l.expire_after = row->expire_after ? row->expire_after : EXPIRE;
    l.max_lifetime = row->max_lifetime;

    s = row->session;
    then = row->then;
    want = row->gives;

    for (i = 0; i < SIZE(then.fields); i++) {
        if (then.fields[i] == UNNAMED) {
            then.fields[i] = s.fields[i];
        }
    }

    at = (at_t) { row->text, ev, &row->session, NOW, 0 };
    complete(&want, ev, &s, &then, NOW);

    out = check(&s, ev, NOW, &l);
    COMPARE(outcome, &out, &want);
    COMPARE(session, &s, &then);
}


static void
test_row(void **state)
{
    row_t         closed;
    const row_t  *row;

    row = *state;
    at.failures = 0;
    each_event(row->event, 0, check_row, row);

    if (row->closed_too) {
        closed = *row;
        closed.session.state = SSEC_CLOSED;

        if (closed.gives.state == SSEC_EXPIRED) {
            closed.gives.state = SSEC_CLOSED;
        }

        each_event(row->event, 0, check_row, &closed);
    }

    assert_int_equal(at.failures, 0);
}


/* Every event, for sessions that come to the bounds of each row */

static const event_t  every_request = ANY_REQUEST();
static const event_t  every_response = ANY_RESPONSE(RESPONSES);

static void
check_event(const event_t *ev, const void *data)
{
    session_t      s;
    ssec_limits_t  l = { EXPIRE, DAY };

    s = *(const session_t *) data;

    at = (at_t) { "of every event", ev, data, NOW, 0 };
    (void) check(&s, ev, NOW, &l);
}


static void
every_event(void **state)
{
    size_t  i;

    static const session_t  sessions[] = {
        UNKNOWN(), UNKNOWN(.issued = 1), LIVE(IDLE(0)), LIVE(.used = 0),
        LIVE(.by_login = 1), LIVE(IDLE(EXPIRE - 1)), LIVE(IDLE(EXPIRE)),
        LIVE(AGE(DAY - 1)), LIVE(AGE(DAY), IDLE(0)), ISSUED(), EXPIRED(),
        EXPIRED(.told = 1), CLOSED(), VISITOR(), WAS_USER(.by_login = 1),
        WAS_USER(IDLE(EXPIRE)), WAS_USER(AGE(DAY))
    };

    (void) state;
    at.failures = 0;

    for (i = 0; i < SIZE(sessions); i++) {
        each_event(every_request, 0, check_event, &sessions[i]);
        each_event(every_response, 0, check_event, &sessions[i]);
    }

    assert_int_equal(at.failures, 0);
}


/* Random histories */

static uint64_t
random_step(uint64_t *seed, uint64_t expire_after)
{
    const uint64_t  steps[] = {
        0, 0, 0, 1, expire_after - 1, expire_after, expire_after + 1,
        test_below(seed, 3 * DAY),
        test_below(seed, 16) ? 0 : (1ULL << 32) - 2 + test_below(seed, 4)
    };

    uint64_t  n;

    n = test_below(seed, 16);

    return (n < SIZE(steps)) ? steps[n] : test_below(seed, expire_after / 2);
}


static uint64_t
random_idle_for(uint64_t *seed, const session_t *s, uint64_t now,
    uint64_t expire_after)
{
    const uint64_t  times[] = {
        0, expire_after - 1 + test_below(seed, 3),
        UINT64_MAX - test_below(seed, 2), now - 1 + test_below(seed, 3),
        since(s->last, now) + test_below(seed, 3)
    };

    uint64_t  n;

    n = test_below(seed, 8);

    return (n < SIZE(times)) ? times[n] : test_below(seed, expire_after);
}


static event_t
random_event(uint64_t *seed, const session_t *s, uint64_t now,
    uint64_t expire_after)
{
    event_t  ev;

    if (test_below(seed, 4) == 0) {
        ev = any_of(every_response, seed);

        /* what ends a session is rarer than what does not */

        if (ev.what != ON && test_below(seed, 4)) {
            ev.what = ISSUE;
        }

        return ev;
    }

    ev = any_of(every_request, seed);
    ev.idle_for = random_idle_for(seed, s, now, expire_after);
    ev.too_long = NO;

    if (test_below(seed, 4)) {
        ev.has_logout = YES;
    }

    return ev;
}


static void
random_histories(void **state)
{
    char           text[64];
    event_t        ev;
    uint64_t       seed, clock, now;
    unsigned       n, i, seen[5];
    outcome_t      out;
    session_t      s, before;
    ssec_limits_t  l;

    (void) state;

    memset(seen, 0, sizeof(seen));

    for (n = 0; n < SEQUENCES; n++) {
        seed = n;

        l.expire_after = 2 + test_below(&seed, HOUR);
        l.max_lifetime = (n % 3) ? 0 : l.expire_after * (1 + n % 7);

        clock = NOW + test_below(&seed, DAY);
        s = (session_t) UNKNOWN(.issued = n % 5 == 0);

        for (i = 0; i < EVENTS; i++) {
            clock += random_step(&seed, l.expire_after);

            /* a worker that read its clock a moment ago */

            now = test_below(&seed, 8) ? clock
                                       : clock - test_below(&seed, 50);

            ev = random_event(&seed, &s, now, l.expire_after);
            before = s;
            seen[s.state]++;

            snprintf(text, sizeof(text), "of history %u, event %u", n, i);
            at = (at_t) { text, &ev, &before, now, 0 };
            out = check(&s, &ev, now, &l);

            assert_int_equal(at.failures, 0);

            /* what was not stored was not */

            s = out.stored ? s : before;
        }
    }

    /* each state was come to often enough to say so */

    for (i = 0; i < SIZE(seen); i++) {
        assert_true(seen[i] > SEQUENCES / 2);
    }
}


/* On which a request with several keys relies. */

static void
worse_verdicts_are_greater(void **state)
{
    size_t  i;

    static const ssec_verdict_e  order[] = {
        SSEC_PASS, SSEC_ANONYMOUS, SSEC_FORGET, SSEC_LOGOUT, SSEC_REFUSE,
        SSEC_REDIRECT, SSEC_LEAVE
    };

    (void) state;

    for (i = 1; i < SIZE(order); i++) {
        assert_true(order[i - 1] < order[i]);
    }
}


int
main(void)
{
    size_t             i;
    struct CMUnitTest  tests[SIZE(rows) + 3] = {
        [SIZE(rows)] = cmocka_unit_test(every_event),
        cmocka_unit_test(random_histories),
        cmocka_unit_test(worse_verdicts_are_greater)
    };

    for (i = 0; i < SIZE(rows); i++) {
        tests[i] = (struct CMUnitTest) {
            .name = rows[i].text, .test_func = test_row,
            .initial_state = (void *) &rows[i]
        };
    }

    return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}

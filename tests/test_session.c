/*
 * Sessions, from requests and responses: a row is a story, in the words of
 * run().
 */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_session.h"


#define SECOND   1000ULL
#define START    (100 * 86400 * SECOND)
#define EXPIRE   600
#define KEYS     4


typedef struct {
    const char  *text;
    const char  *story;
} row_t;


static const row_t  rows[] = {

    { "a request begins a session",
      "get a; wait 100; a is live 100; get a; a is live 0" },
    { "a passive one does so too, and then moves nothing",
      "poll a; wait 100; poll a; a is live 100" },
    { "so is each request of a session in use",
      "get a; get a; wait 100; get a; a is live 0; wait 10; poll a;"
      " a is live 10" },
    { "an unknown key is not counted unless it was recorded",
      "judge a; count a; a is unknown" },
    { "a session expires, and stays expired",
      "get a; get a; wait 600; a is live 600; get a ended; a is expired 600;"
      " wait 1; get a ended; a is expired 601" },
    { "one that was evicted meanwhile does not begin anew by being counted",
      "judge a unknown; count a; a is unknown" },
    { "one that ends before it counts",
      "login a; get a; get a; judge a; a says end; count a ended;"
      " a is closed 0" },
    { "one whose time passes before it counts is judged anew, then",
      "login a; get a; judge a; wait 600; count a ended; a is expired 600" },
    { "likewise one that was not in use yet",
      "login a; judge a; a says end; count a ended; a is closed 0" },

    { "a login, and the first request with its key",
      "login a; wait 100; a is live 100; get a; a is live 0" },
    { "a dead key that a login sets again lives",
      "get a; a says end; a is closed 0; wait 5; login a; a is live 0" },
    { "a new key is one more of the session",
      "login a; get a; wait 100; a sets b; a is live 100; b is live 100;"
      " get b; a is live 0" },
    { "and ends with it",
      "login a; get a; a sets b; b says end; a is closed 0" },
    { "a key that was replaced is a visitor's after the grace",
      "login a; get a; a sets b; wait 30; get a; b is live 30; get b;"
      " b is live 0" },
    { "within it, its requests are the session's",
      "login a; get a; a sets b; wait 3; get a; b is live 0" },
    { "after a login at once",
      "login a; get a; a sets b on; wait 3; get a; b is live 3" },
    { "what is said of a replaced key is for that key alone",
      "login a; get a; a sets b; wait 30; a says end; b is live 30;"
      " a is closed 30" },
    { "a key that was replaced, and that is set again, is in use again",
      "login a; get a; a sets b; wait 30; b sets a; wait 30; get a;"
      " b is live 0" },
    { "or in the response to a request with it",
      "login a; get a; a sets b; a sets a; wait 30; get a; b is live 0" },
    { "a key that nobody vouches for: each who has it gets a session",
      "get a; wait 100; a sets b; b is live 100; get b; a is live 100;"
      " b is live 0" },
    { "likewise of several sessions, as old as the oldest",
      "login a; wait 50; login b; wait 10; a b set c; c is live 10; get c;"
      " a is live 60; b is live 10" },
    { "in whatever order they come",
      "login a; wait 50; login b; wait 10; b a set c; c is live 10; get c;"
      " a is live 60; b is live 10" },
    { "two keys of one session are one",
      "login a; get a; a sets b; wait 3; a b set c; c is live 3; get c;"
      " b is live 0" },
    { "but nothing is as idle as a session whose key was replaced",
      "login a; get a; a sets b; wait 30; a b set c; c is live 0;"
      " b is live 30" },
    { "of a split cookie the strictest part counts",
      "login a; wait 50; login b; wait 10; split b a set c; c is live 60" },
    { "likewise where it comes first",
      "login a; wait 50; login b; wait 10; split a b set c; c is live 60" },
    { "a key that is a dead session's becomes the live one's",
      "login a; get a; a sets b; a says end; login c; c sets b; get b;"
      " c is live 0" },
    { "a key that another session has stays that one's",
      "login a; login b; wait 10; get b; a sets b; wait 10; get b;"
      " a is live 20" },
    { "a visitor's request that sets another key is a login",
      "login a off; a is visitor 0; wait 100; a sets b; b is live 0;"
      " a is visitor 100" },
    { "a key whose session was evicted meanwhile hands nothing on",
      "a sets b evicted; b is live 0; a is unknown" },
    { "an overridden key begins nothing",
      "nobody sets a overridden; a is unknown" },
    { "but dies with the session of the request",
      "login a; get a; a sets b overridden; a says end; b is closed 0" },
    { "not after off",
      "login a; get a; a sets b overridden off; b is unknown" },

    { "off, and on again",
      "login a; get a; get a; a says off; a is visitor 0; wait 100;"
      " a says on; a is live 0" },
    { "off for what has ended changes nothing, and gives no reason",
      "login a; get a; a says end; a says off; a is closed 0" },
    { "on for what is live changes nothing but that it is in use",
      "login a; wait 5; a says on; a is live 5" },
};


static ssec_table_t         table;
static uint64_t             now;

static const ssec_limits_t  limits = { .expire_after = EXPIRE * SECOND };


/* The keys of a request, each once it was judged; the last of them "judge". */

static ssec_key_t  judged;


static ssec_digest_t
digest_of(char name)
{
    return test_digest((uint64_t) name);
}


static ssec_done_e
judge(char name, ssec_kind_e kind, bool record, ssec_key_t *key)
{
    ssec_done_e      rc;
    ssec_request_t   request;
    ssec_outcome_t   out;

    static const ssec_ended_t  ended = { .logout_url = true };

    request = (ssec_request_t) { .kind = kind, .cookie = true, .now = now,
                                 .limits = limits };

    *key = (ssec_key_t) { .digest = digest_of(name), .whole = true };

    rc = ssec_session_judge(&table, key, &request, record, &out);

    if (rc == SSEC_ENDED) {
        request.ended = &ended;

        assert_int_equal(ssec_session_judge(&table, key, &request, record,
                                            &out), SSEC_DONE);
        assert_true(out.verdict != SSEC_PASS);
    }

    key->passed = key->judged && key->verdict == SSEC_PASS;

    return rc;
}


/* Facts for another key of the request, a dead one, change nothing here. */

static ssec_done_e
count(ssec_key_t *key, ssec_kind_e kind)
{
    static const ssec_ended_t  ended = { .logout_url = false };

    const ssec_request_t  request = { .kind = kind, .cookie = true,
                                      .admitted = true, .now = now,
                                      .limits = limits, .ended = &ended };

    ssec_keys_t  keys = { .elts = key, .nelts = 1 };

    return ssec_session_count(&table, &keys, &request);
}


static void
get(char name, ssec_kind_e kind, bool ended)
{
    ssec_key_t  key;

    if (judge(name, kind, false, &key) == SSEC_ENDED) {
        assert_true(ended);
        return;
    }

    if (key.unknown) {
        assert_int_equal(judge(name, kind, true, &key), SSEC_DONE);
    }

    assert_int_equal(count(&key, kind), SSEC_DONE);
    assert_false(ended);
}


/* The response to a passive request with these keys. */

static unsigned
respond(const char *names, const char *rest, ssec_key_t *keys,
    ssec_response_t *response)
{
    unsigned  n;

    static const char  *const spelled[] = { "0", "1", "2", "3" };

    memset(response, 0, sizeof(ssec_response_t));

    for (n = 0; names[n]; n++) {
        (void) judge(names[n], SSEC_PASSIVE, false, &keys[n]);
        keys[n].name.data = (const uint8_t *) spelled[n];
        keys[n].name.len = 1;
    }

    response->keys = keys;
    response->nkeys = n;
    response->anonymous = (n == 0 || !keys[0].passed);
    response->said = strstr(rest, "off") ? SSEC_OFF
                     : strstr(rest, "on") ? SSEC_ON
                     : strstr(rest, "end") ? SSEC_END : SSEC_NOTHING;
    return n;
}


static void
set(const char *names, char name, const char *rest, bool split)
{
    unsigned         i, n;
    ssec_key_t       keys[KEYS];
    ssec_sent_t      sent;
    ssec_step_t      step;
    ssec_record_t    after;
    ssec_response_t  response;

    n = respond(names, rest, keys, &response);
    response.split = split;

    memset(&sent, 0, sizeof(sent));
    sent.digest = digest_of(name);
    sent.overridden = (strstr(rest, "overridden") != NULL);

    memset(&step, 0, sizeof(step));
    step.cookie = &sent;
    step.key = ssec_find_key(keys, n, &sent.digest);

    for (i = 0; i < n; i++) {
        step.from |= (uint32_t) (keys[i].passed || strstr(rest, "evicted"))
                     << i;
    }

    if (step.key && step.key->passed && !step.key->is_former) {
        step.from = 0;
    }

    assert_int_equal(ssec_session_issue(&table, &response, &step, now, &after),
                     SSEC_DONE);

    if (sent.overridden) {
        assert_int_equal(after.state, SSEC_UNKNOWN);
    }
}


static void
say(char name, const char *rest)
{
    char             names[] = { name, '\0' };
    ssec_key_t       keys[KEYS];
    ssec_step_t      step;
    ssec_record_t    after;
    ssec_response_t  response;

    (void) respond(names, rest, keys, &response);

    memset(&step, 0, sizeof(step));
    step.key = keys;
    step.word = response.said;

    assert_int_equal(ssec_session_say(&table, &response, &step, now, &limits,
                                      &after), SSEC_DONE);
    assert_int_equal(after.reason, (step.word == SSEC_END) ? SSEC_REASON_SAID
                                                           : SSEC_REASON_NONE);
}


/* Gives what it is, if that is not what is expected; or NULL. */

static const char *
look(char name, const char *expected)
{
    static char  is[64];

    uint64_t       idle;
    ssec_record_t  record;
    ssec_digest_t  digest, place;

    static const char  *const states[] = { "unknown", "live", "expired",
                                           "closed", "visitor" };

    digest = digest_of(name);

    if (ssec_session_look(&table, &digest, &record, &place)) {

        /* of a session that has ended in steps of eight milliseconds */

        idle = (now - record.last) / SECOND;
        snprintf(is, sizeof(is), "%s %d", states[record.state], (int) idle);

    } else {
        strcpy(is, states[SSEC_UNKNOWN]);
    }

    return strcmp(is, expected) == 0 ? NULL : is;
}


/*
 * login KEY [off]           a response without a request's key sets it
 * get, poll KEY [ended]     a request, active or passive
 * judge KEY [unknown]       one that waits; "unknown": and was a live session's
 * count KEY [ended]         and goes on
 * KEY... sets KEY [on | off] [overridden] [evicted]
 * KEY says on | off | end   in a response to a passive request
 * KEY is STATE SECONDS      it is that, and was idle for so long
 * wait SECONDS
 */

static const char *
run(const char *line)
{
    bool         ended, split;
    char         word[4][16], names[KEYS + 1];
    unsigned     n;
    const char  *rest, *verb;

    memset(word, 0, sizeof(word));
    assert_true(sscanf(line, "%15s %15s %15s %15s", word[0], word[1], word[2],
                       word[3]) > 1);

    ended = (strstr(line, "ended") != NULL);

    if (strcmp(word[0], "wait") == 0) {
        now += (uint64_t) atoi(word[1]) * SECOND;

    } else if (strcmp(word[0], "login") == 0) {
        set("", word[1][0], word[2], false);

    } else if (strcmp(word[0], "get") == 0) {
        get(word[1][0], SSEC_ACTIVE, ended);

    } else if (strcmp(word[0], "poll") == 0) {
        get(word[1][0], SSEC_PASSIVE, ended);

    } else if (strcmp(word[0], "judge") == 0) {
        (void) judge(word[1][0], SSEC_ACTIVE, false, &judged);

        if (word[2][0]) {
            judged.judged = judged.passed = true;
            judged.state = SSEC_LIVE;
            judged.unknown = false;
        }

    } else if (strcmp(word[0], "count") == 0) {
        assert_int_equal(count(&judged, SSEC_ACTIVE) == SSEC_ENDED, ended);

    } else if ((verb = strstr(line, " is "))) {
        return look(line[0], verb + 4);

    } else if ((verb = strstr(line, " says "))) {
        say(line[0], verb + 6);

    } else {
        verb = strstr(line, " set");
        assert_non_null(verb);
        rest = strchr(verb + 1, ' ') + 1;

        split = (strncmp(line, "split ", 6) == 0);
        n = 0;

        if (strncmp(line, "nobody", 6) != 0) {
            for (line += split ? 6 : 0; line < verb; line += 2) {
                names[n++] = *line;
            }
        }

        names[n] = '\0';
        set(names, rest[0], rest + 1, split);
    }

    return NULL;
}


static void
test_stories(void **state)
{
    char        *memory, story[512], *line, *next;
    unsigned     i, failed;
    const char  *is;

    static const uint8_t  key[SSEC_DIGEST_KEY] = "no secret at all";

    (void) state;

    failed = 0;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {

        memory = aligned_alloc(64, SSEC_TABLE_MIN_SIZE / 64 * 64 + 64);
        assert_non_null(memory);
        memset(memory, 0, SSEC_TABLE_MIN_SIZE);
        assert_true(ssec_table_create(memory, SSEC_TABLE_MIN_SIZE, key));
        ssec_table_open(&table, memory, ssec_table_owner());

        now = START;
        snprintf(story, sizeof(story), "%s", rows[i].story);

        for (line = story; line; line = next) {
            next = strchr(line, ';');

            if (next) {
                *next++ = '\0';
                next += strspn(next, " ");
            }

            is = run(line);

            if (is) {
                print_error("%s:\n    \"%s\", but it is \"%s\"\n",
                            rows[i].text, line, is);
                failed++;
            }
        }

        free(memory);
    }

    assert_int_equal(failed, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_stories)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

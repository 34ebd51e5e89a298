/* What a request with several session keys is. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_key.h"


#define KEYS  5


/*
 * keys: for each key its piece of the header (a letter), its name (a digit),
 * and what it was judged as, with the seconds that a live session has left.
 * "tail" is a short part that was not judged; "unknown" was not recorded yet,
 * and "begun" was; "cut" is unknown, and of a longer value.
 *
 * expected: the unknown keys that may begin a session, by number; those that
 * the backend gets, and "all" if these are all; the verdict and the state of
 * the request.
 */

typedef struct {
    const char  *text;
    const char  *keys;
    bool         no_cookie;
    bool         split;
    bool         unread;
    const char  *expected;
} row_t;


static const row_t  rows[] = {

    { .text = "one key of a session that lives",
      .keys = "a1 live 9",
      .expected = "begin -, get 0 all, pass live 9" },
    { .text = "one that is closed",
      .keys = "a1 closed",
      .expected = "begin -, get -, forget closed 0" },
    { .text = "a live one beside a closed one",
      .keys = "a1 live 9; b1 closed",
      .expected = "begin -, get 0, pass live 9" },
    { .text = "of two live ones the one with less time counts",
      .keys = "a1 live 9; b1 live 5",
      .expected = "begin -, get 01 all, pass live 5" },
    { .text = "in whatever order",
      .keys = "a1 live 5; b1 live 9",
      .expected = "begin -, get 01 all, pass live 5" },
    { .text = "a visitor's says nothing of a session",
      .keys = "a1 visitor; b1 live 9",
      .expected = "begin -, get 01 all, pass live 9" },
    { .text = "nor does it come after it",
      .keys = "a1 live 9; b1 visitor",
      .expected = "begin -, get 01 all, pass live 9" },
    { .text = "of the dead the worse verdict counts",
      .keys = "a1 closed; b1 expired",
      .expected = "begin -, get -, refuse expired 0" },
    { .text = "in whatever order, too",
      .keys = "a1 expired; b1 closed",
      .expected = "begin -, get -, refuse expired 0" },
    { .text = "the backend gets the key with which it ends its session",
      .keys = "a1 logout",
      .expected = "begin -, get 0 all, logout expired 0" },
    { .text = "not if there is a session that lives",
      .keys = "a1 logout; b1 live 9",
      .expected = "begin -, get 1, pass live 9" },
    { .text = "nothing of it if there is too much",
      .keys = "a1 live 9; b1 live 8", .unread = true,
      .expected = "begin -, get -, anonymous unknown 0" },
    { .text = "a logout that is withheld is none",
      .keys = "a1 logout", .unread = true,
      .expected = "begin -, get -, forget expired 0" },

    /* unknown keys */

    { .text = "an unknown key begins a session",
      .keys = "a1 unknown",
      .expected = "begin 0, get -, anonymous unknown 0" },
    { .text = "not with a part of a value",
      .keys = "a1 cut",
      .expected = "begin -, get -, anonymous unknown 0" },
    { .text = "two of a name, and no more",
      .keys = "a1 begun; b1 begun; c1 unknown",
      .expected = "begin -, get 01, pass live 9" },
    { .text = "the second may",
      .keys = "a1 begun; b1 unknown",
      .expected = "begin 1, get 0, pass live 9" },
    { .text = "of a split cookie two of each name",
      .keys = "a1 begun; b1 begun; c2 unknown", .split = true,
      .expected = "begin 2, get 01, pass live 9" },
    { .text = "not in a piece with a dead one",
      .keys = "a1 closed; a1 unknown",
      .expected = "begin -, get -, forget closed 0" },
    { .text = "in another piece",
      .keys = "a1 closed; b1 unknown",
      .expected = "begin 1, get -, forget closed 0" },
    { .text = "a key that is no cookie is in no piece",
      .keys = "a1 unknown", .no_cookie = true,
      .expected = "begin 0, get -, anonymous unknown 0" },

    /* a short part */

    { .text = "the tail of a split cookie shares the fate of a live one",
      .keys = "a1 live 9; b2 tail", .split = true,
      .expected = "begin -, get 01 all, pass live 9" },
    { .text = "and of a dead one",
      .keys = "a1 closed; b2 tail", .split = true,
      .expected = "begin -, get -, forget closed 0" },
    { .text = "two short parts are no tail",
      .keys = "a1 tail; b2 tail", .split = true,
      .expected = "begin -, get -, anonymous unknown 0" },
    { .text = "nor is one that is alone",
      .keys = "a1 tail", .split = true,
      .expected = "begin -, get -, anonymous unknown 0" },
    { .text = "nor is one of a cookie that is not split",
      .keys = "a1 live 9; b1 tail",
      .expected = "begin -, get 0, pass live 9" },
};


typedef struct {
    const char      *word;
    ssec_state_e     state;
    ssec_verdict_e   verdict;
} judged_t;

static const judged_t  judged[] = {
    { "live", SSEC_LIVE, SSEC_PASS },
    { "begun", SSEC_LIVE, SSEC_PASS },
    { "visitor", SSEC_VISITOR, SSEC_PASS },
    { "closed", SSEC_CLOSED, SSEC_FORGET },
    { "expired", SSEC_EXPIRED, SSEC_REFUSE },
    { "logout", SSEC_EXPIRED, SSEC_LOGOUT },
    { "tail", SSEC_UNKNOWN, SSEC_PASS },
    { "unknown", SSEC_UNKNOWN, SSEC_PASS },
    { "cut", SSEC_UNKNOWN, SSEC_PASS },
};


static void
read_key(const char *text, ssec_keys_t *keys, ssec_outcome_t *outcomes)
{
    char          piece, word[16];
    unsigned      i, n, left;
    ssec_key_t   *key;

    static const char  digits[] = "0123456789";

    n = keys->nelts++;
    key = &keys->elts[n];
    left = 9;

    assert_true(sscanf(text, "%c%u %15[a-z] %u", &piece, &i, word, &left) > 2);

    memset(key, 0, sizeof(ssec_key_t));
    key->name.data = (const uint8_t *) &digits[i];
    key->name.len = 1;

    for (i = 0; strcmp(judged[i].word, word) != 0; i++) {
        assert_true(i + 1 < sizeof(judged) / sizeof(judged[0]));
    }

    key->judged = (judged[i].state != SSEC_UNKNOWN);
    key->whole = (strcmp(word, "cut") != 0);
    key->unknown = !key->whole || strcmp(word, "unknown") == 0;
    key->short_part = (strcmp(word, "tail") == 0);
    key->state = (uint8_t) judged[i].state;
    key->verdict = (uint8_t) judged[i].verdict;

    outcomes[n] = (ssec_outcome_t) {
        .verdict = judged[i].verdict, .state = judged[i].state,
        .created = (strcmp(word, "begun") == 0),
        .remaining = (judged[i].state == SSEC_LIVE) ? left : 0
    };

    for (i = 0; i < keys->npieces; i++) {
        if (*(const char *) keys->pieces[i].data == piece) {
            break;
        }
    }

    if (i == keys->npieces) {
        keys->npieces++;
        keys->pieces[i].data = (const uint8_t *) text;
        keys->pieces[i].keys = 0;
    }

    keys->pieces[i].keys |= 1U << n;
}


static void
what_it_is(const row_t *row, char *out)
{
    bool             all, tail;
    unsigned         i;
    const char      *p;
    ssec_key_t       elts[KEYS];
    ssec_keys_t      keys;
    ssec_outcome_t   outcomes[KEYS], outcome;

    static const char  *const verdicts[] = { "pass", "anonymous", "forget",
                                             "logout", "refuse" };
    static const char  *const states[] = { "unknown", "live", "expired",
                                           "closed", "visitor" };

    memset(&keys, 0, sizeof(keys));
    keys.elts = elts;
    keys.cookie = !row->no_cookie;
    keys.split = row->split;
    keys.unread = row->unread ? (const uint8_t *) row->keys : NULL;

    for (p = row->keys; p; p = strchr(p, ';')) {
        p += strspn(p, "; ");
        read_key(p, &keys, outcomes);
    }

    out += sprintf(out, "begin ");

    for (i = 0; i < keys.nelts; i++) {
        if (elts[i].unknown && ssec_keys_may_begin(&keys, i, outcomes)) {
            out += sprintf(out, "%u", i);
        }
    }

    out += sprintf(out, "%s, get ", out[-1] == ' ' ? "-" : "");

    tail = ssec_keys_have_tail(&keys);
    all = ssec_keys_pass(&keys, tail);

    for (i = 0; i < keys.nelts; i++) {
        if (elts[i].passed) {
            out += sprintf(out, "%u", i);
        }
    }

    ssec_keys_outcome(&keys, outcomes, &outcome);

    if (outcome.state == SSEC_UNKNOWN) {
        assert_true(outcome.remaining == UINT64_MAX);
        outcome.remaining = 0;
    }

    /* the tail's cookie is deleted with the others */

    for (i = 0; i < keys.nelts; i++) {
        if (elts[i].short_part) {
            assert_int_equal(elts[i].verdict, outcome.verdict);
        }
    }

    sprintf(out, "%s%s, %s %s %u", out[-1] == ' ' ? "-" : "",
            all ? " all" : "", verdicts[outcome.verdict],
            states[outcome.state], (unsigned) outcome.remaining);
}


static void
test_rows(void **state)
{
    char      is[128];
    unsigned  i, failed;

    (void) state;

    failed = 0;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        what_it_is(&rows[i], is);

        if (strcmp(is, rows[i].expected) != 0) {
            print_error("%s: \"%s\":\n    \"%s\", expected\n    \"%s\"\n",
                        rows[i].text, rows[i].keys, is, rows[i].expected);
            failed++;
        }
    }

    assert_int_equal(failed, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_rows)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

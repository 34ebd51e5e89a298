/*
 * The steps that a response calls for: a row is a request's keys, the
 * response's headers and the steps.
 */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_response.h"


#define NOW      1700000000
#define HEADERS  4
#define TEXT     1024


/*
 * request: "name=value state" for each cookie, with ";" between them, where the
 * state is live, new (first seen with this request), visitor, replaced,
 * expired, closed, or none for what no session is known of.
 * verdict: of the request as a whole.
 * cookie: as session_security_zone has it; "" where the key is no cookie.
 */

typedef struct {
    const char      *text;
    const char      *cookie;
    const char      *request;
    ssec_verdict_e   verdict;
    const char      *set[HEADERS];
    ssec_word_e      said;
    bool             lost;
    const char      *steps;
} row_t;


static const row_t  rows[] = {

    /* nothing to do */

    { "no header of interest", "id", "id=a live", SSEC_PASS,
      { NULL }, 0, false, "" },
    { "a cookie of another name", "id", "id=a live", SSEC_PASS,
      { "other=b" }, 0, false, "" },
    { "a deletion, and no key in the request", "id", "", SSEC_PASS,
      { "id=; Max-Age=0" }, 0, false, "forgets" },

    /* rows 14 to 16, 25, 26: the response sets the cookie */

    { "a login without a key in the request", "id", "", SSEC_PASS,
      { "id=b; Path=/app" }, 0, false, "learn /app, issue b" },
    { "a new value may be a key of the request's session", "id", "id=a live",
      SSEC_PASS, { "id=b" }, 0, false, "learn /dir, issue b from a" },
    { "the new value is found in any spelling of it", "id", "id=a live",
      SSEC_PASS, { "ID=%62" }, 0, false, "learn /dir, issue b from a" },
    { "the same value once more is no new key", "id", "id=a live", SSEC_PASS,
      { "id=a" }, 0, false, "learn /dir, issue a as a" },
    { "two values in one response", "id", "id=a live", SSEC_PASS,
      { "id=b; Path=/", "id=c; Path=/dir/" }, 0, false,
      "learn /, issue b from a, learn /dir/, issue c from a" },
    { "the later of two that are valid in the same place counts", "id",
      "id=a live", SSEC_PASS, { "id=b; Path=/", "id=c; Path=/" }, 0, false,
      "issue b from a overridden, learn /, issue c from a" },
    { "the earlier of two, if their Domain differs, counts as well", "id",
      "id=a live", SSEC_PASS,
      { "id=b; Path=/", "id=c; Path=/; Domain=example.com" }, 0, false,
      "learn /, issue b from a, learn / of example.com, issue c from a" },
    { "or if one of them is partitioned", "id", "id=a live", SSEC_PASS,
      { "id=b; Path=/; Secure; Partitioned", "id=c; Path=/" }, 0, false,
      "learn /, issue b from a, learn /, issue c from a" },
    { "a key that was not known takes no place of a session", "id",
      "id=a none", SSEC_PASS, { "id=b" }, 0, false, "learn /dir, issue b" },
    { "one that this request was the first to have does, once it counts",
      "id", "id=a new", SSEC_PASS, { "id=b" }, 0, false,
      "learn /dir, issue b from a" },
    { "of several sessions any may be the one", "id",
      "id=a live; id=b live; id=c live", SSEC_PASS, { "id=d" }, 0, false,
      "learn /dir, issue d from abc" },
    { "whatever their names are", "id", "id=a live; ID=b live", SSEC_PASS,
      { "ID=c" }, 0, false, "learn /dir, issue c from ab" },
    { "but none that was withheld", "id", "id=a live; id=b closed", SSEC_PASS,
      { "id=c" }, 0, false, "learn /dir, issue c from a" },
    { "a key that was withheld, set again beside one that was not", "id",
      "id=a live; id=b closed", SSEC_PASS, { "id=b" }, 0, false,
      "learn /dir, issue b as b from a" },
    { "a key that was replaced and is set again", "id", "id=a replaced",
      SSEC_PASS, { "id=a" }, 0, false, "learn /dir, issue a as a from a" },
    { "a login with a key that was withheld", "id", "id=a closed",
      SSEC_FORGET, { "id=a" }, 0, false, "learn /dir, issue a as a" },
    { "likewise that sets another key", "id", "id=a expired", SSEC_ANONYMOUS,
      { "id=b" }, 0, false, "learn /dir, issue b" },
    { "an empty key is none", "id", "id=a live", SSEC_PASS, { "id=%20" }, 0,
      false, "learn /dir" },
    { "the key is no cookie", "", "=a live", SSEC_PASS, { "id=b" }, 0, false,
      "" },

    /* split cookies */

    { "each part goes by its name", "id*",
      "id0=first-part-of-the-key live; id1=second-part-of-the-key live",
      SSEC_PASS,
      { "id1=second-part-that-is-new", "id0=first-part-that-is-new" }, 0,
      false,
      "learn /dir, issue second-part-that-is-new from second-part-of-the-key,"
      " learn /dir, issue first-part-that-is-new from first-part-of-the-key" },
    { "a part of another name takes the place of none", "id*",
      "id0=first-part-of-the-key live", SSEC_PASS,
      { "id9=another-part-of-a-key" }, 0, false,
      "learn /dir, issue another-part-of-a-key" },
    { "but of a part that is deleted", "id*", "id=one-part-of-one-key live",
      SSEC_PASS, { "id0=first-part-of-the-key", "id=; Max-Age=0" }, 0, false,
      "learn /dir, issue first-part-of-the-key from one-part-of-one-key" },
    { "not if that part is set as well", "id*", "id=one-part-of-one-key live",
      SSEC_PASS, { "id0=first-part-of-the-key", "id=; Max-Age=0",
                   "id=that-part-in-another-way; Path=/" }, 0, false,
      "learn /dir, issue first-part-of-the-key, learn /,"
      " issue that-part-in-another-way from one-part-of-one-key" },
    { "a short part is no key", "id*", "", SSEC_PASS, { "id1=short" }, 0,
      false, "learn /dir" },
    { "unless the request has it", "id*", "id1=short live", SSEC_PASS,
      { "id1=short" }, 0, false, "learn /dir, issue short as short" },
    { "it is deleted with any of its parts", "id*",
      "id0=first-part-of-the-key live; id1=second-part-of-the-key live",
      SSEC_PASS, { "id1=; Max-Age=0" }, 0, false,
      "delete first-part-of-the-key, delete second-part-of-the-key, forgets" },
    { "unless one is set", "id*",
      "id0=first-part-of-the-key live; id1=second-part-of-the-key live",
      SSEC_PASS, { "id1=; Max-Age=0", "id0=first-part-of-the-key" }, 0, false,
      "learn /dir, issue first-part-of-the-key as first-part-of-the-key" },

    /* row 11: the logout */

    { "what a logout sets ends with the session, and is not for the client",
      "id", "id=a expired", SSEC_LOGOUT, { "id=b" }, 0, false,
      "issue b from a, drop b, forget a" },
    { "the cookie is deleted though it is set", "id", "id=a expired",
      SSEC_LOGOUT, { "id=a" }, 0, false, "issue a as a, drop a, forget a" },
    { "a deletion stays in the response", "id", "id=a expired", SSEC_LOGOUT,
      { "id=; Max-Age=0" }, 0, false, "forgets, forget a" },

    /* row 17: the response deletes the cookie */

    { "it is deleted", "id", "id=a live", SSEC_PASS, { "id=; Max-Age=0" }, 0,
      false, "delete a, forgets" },
    { "in any case of its name", "id", "id=a live", SSEC_PASS,
      { "ID=; Max-Age=0" }, 0, false, "delete a, forgets" },
    { "for another path it is another cookie", "id", "id=a live", SSEC_PASS,
      { "id=; Path=/other; Max-Age=0" }, 0, false, "" },
    { "and for another domain", "id", "id=a live", SSEC_PASS,
      { "id=; Domain=example.org; Max-Age=0" }, 0, false, "" },
    { "for a parent domain it is not", "id", "id=a live", SSEC_PASS,
      { "id=; Domain=example.com; Max-Age=0" }, 0, false,
      "delete a, forgets" },
    { "deleted and set anew", "id", "id=a live", SSEC_PASS,
      { "id=; Max-Age=0", "id=b; Path=/" }, 0, false,
      "learn /, issue b from a" },
    { "a deletion that a later cookie overrides", "id", "id=a live", SSEC_PASS,
      { "id=; Max-Age=0", "id=a" }, 0, false, "learn /dir, issue a as a" },
    { "a cookie that a later deletion overrides", "id", "id=a live", SSEC_PASS,
      { "id=b", "id=; Max-Age=0" }, 0, false,
      "issue b from a overridden, delete a, forgets" },
    { "only what was passed is closed", "id", "id=a live; id=b closed",
      SSEC_PASS, { "id=; Max-Age=0" }, 0, false, "delete a, forgets" },
    { "nothing is if no key was passed", "id", "id=a closed", SSEC_FORGET,
      { "id=; Max-Age=0" }, 0, false, "forgets, forget a" },

    /* rows 18 to 21: what it says */

    { "on", "id", "id=a visitor", SSEC_PASS, { NULL }, SSEC_ON, false,
      "on a" },
    { "off", "id", "id=a live", SSEC_PASS, { NULL }, SSEC_OFF, false,
      "off a, forgets" },
    { "end", "id", "id=a live", SSEC_PASS, { NULL }, SSEC_END, false,
      "end a, forgets, forget a" },
    { "of each session", "id", "id=a live; id=b live", SSEC_PASS, { NULL },
      SSEC_ON, false, "on a, on b" },
    { "of none without a key", "id", "", SSEC_PASS, { NULL }, SSEC_END, false,
      "" },
    { "of none that was withheld", "id", "id=a closed", SSEC_FORGET, { NULL },
      SSEC_ON, false, "forget a" },
    { "of a key that is no cookie", "", "=a live", SSEC_PASS, { NULL },
      SSEC_END, false, "end a, forgets" },
    { "off, and another key is set", "id", "id=a live", SSEC_PASS, { "id=b" },
      SSEC_OFF, false,
      "learn /dir, issue b from a, off a replaced, forgets" },
    { "off, and the same key is set", "id", "id=a live", SSEC_PASS,
      { "id=a" }, SSEC_OFF, false,
      "learn /dir, issue a as a, off a, forgets" },
    { "on, and another key is set", "id", "id=a visitor", SSEC_PASS,
      { "id=b" }, SSEC_ON, false,
      "learn /dir, issue b from a, on a replaced" },
    { "on, and another key that a later cookie overrides", "id",
      "id=a visitor", SSEC_PASS, { "id=b", "id=a" }, SSEC_ON, false,
      "issue b from a overridden, learn /dir, issue a as a, on a" },
    { "on, and the cookie is deleted", "id", "id=a live", SSEC_PASS,
      { "id=; Max-Age=0" }, SSEC_ON, false, "delete a, forgets" },
    { "end, and the cookie is deleted", "id", "id=a live", SSEC_PASS,
      { "id=; Max-Age=0" }, SSEC_END, false, "end a, forgets, forget a" },
    { "end, and the cookie is set: it is not to be deleted", "id",
      "id=a live", SSEC_PASS, { "id=a" }, SSEC_END, false,
      "learn /dir, issue a as a, end a, forgets" },
    { "end, and the cookie is set by another name", "id", "id=a live",
      SSEC_PASS, { "ID=b" }, SSEC_END, false,
      "learn /dir, issue b from a, end a replaced, forgets, forget a" },

    /* the client does not get the response */

    { "lost: a key that the client does not get begins nothing", "id",
      "id=a live", SSEC_PASS, { "id=b" }, SSEC_OFF, true, "off a, forgets" },
    { "lost: a session ends all the same", "id", "id=a live", SSEC_PASS,
      { "id=; Max-Age=0" }, 0, true, "delete a, forgets" },

    /* which cookies are deleted */

    { "that of a closed session", "id", "id=a closed", SSEC_FORGET, { NULL },
      0, false, "forget a" },
    { "not that of an expired one, which the logout takes", "id",
      "id=a expired", SSEC_REDIRECT, { NULL }, 0, false, "" },
    { "but where the request goes on without it", "id",
      "ID=a expired; id=b live", SSEC_PASS, { NULL }, 0, false, "forget a" },
    { "not if one of its name lives", "id", "id=a closed; id=b live",
      SSEC_PASS, { NULL }, 0, false, "" },
    { "one deletion for each name", "id", "id=a closed; id=b closed;"
      " ID=c closed", SSEC_FORGET, { NULL }, 0, false, "forget a, forget c" },
    { "not what the response sets", "id", "id=a closed", SSEC_FORGET,
      { "id=b" }, 0, false, "learn /dir, issue b" },
    { "by another spelling it is another cookie", "id", "ID=a closed",
      SSEC_FORGET, { "id=b" }, 0, false, "learn /dir, issue b, forget a" },
};


static const ssec_digest_key_t  digest_key = { { 1, 2, 3, 4 } };

/* to be found again by their digests */

static char      values[16][64];
static unsigned  nvalues;


static ssec_str_t
str(const char *data, size_t len)
{
    return (ssec_str_t) { (const uint8_t *) data, len };
}


static ssec_digest_t
digest_of(const ssec_str_t *value, size_t *len)
{
    uint8_t        buf[64];
    ssec_digest_t  digest;

    *len = ssec_cookie_canonical(buf, value->data, value->len);
    ssec_digest(&digest_key, buf, *len, &digest);

    snprintf(values[nvalues++], sizeof(values[0]), "%.*s", (int) *len, buf);

    return digest;
}


static const char *
value_of(const ssec_digest_t *digest)
{
    unsigned       i;
    ssec_digest_t  d;

    for (i = 0; i < nvalues; i++) {
        ssec_digest(&digest_key, values[i], strlen(values[i]), &d);

        if (ssec_digest_equal(&d, digest)) {
            return values[i];
        }
    }

    return "?";
}


/* "live", say, to what such a key was judged as. */

static void
judge(ssec_key_t *key, const char *state, const row_t *row)
{
    static const struct {
        const char      *name;
        ssec_state_e     state;
        ssec_verdict_e   verdict;
    } states[] = {
        { "none", SSEC_UNKNOWN, SSEC_PASS },
        { "new", SSEC_LIVE, SSEC_PASS },
        { "live", SSEC_LIVE, SSEC_PASS },
        { "visitor", SSEC_VISITOR, SSEC_PASS },
        { "replaced", SSEC_VISITOR, SSEC_PASS },
        { "closed", SSEC_CLOSED, SSEC_FORGET },
        { "expired", SSEC_EXPIRED, SSEC_REFUSE }
    };

    unsigned  i;

    for (i = 0; strcmp(states[i].name, state) != 0; i++) {
        assert_in_range(i, 0, sizeof(states) / sizeof(states[0]) - 2);
    }

    key->state = (uint8_t) states[i].state;
    key->verdict = (uint8_t) states[i].verdict;
    key->judged = (i != 0);
    key->unknown = (i == 0);
    key->is_former = (strcmp(state, "replaced") == 0);

    if (key->verdict == SSEC_REFUSE && row->verdict != SSEC_PASS) {
        key->verdict = (uint8_t) row->verdict;
    }

    key->passed = (key->verdict == SSEC_PASS || key->verdict == SSEC_LOGOUT);
}


static unsigned
read_request(const row_t *row, ssec_key_t *keys)
{
    char         state[16];
    size_t       len;
    unsigned     n;
    ssec_str_t   value;
    const char  *p, *equals, *blank;

    n = 0;

    for (p = row->request; *p; p += strcspn(p, ";"), p += strspn(p, "; ")) {
        equals = strchr(p, '=');
        blank = strchr(equals, ' ');

        memset(&keys[n], 0, sizeof(ssec_key_t));

        keys[n].name = str(p, (size_t) (equals - p));
        value = str(equals + 1, (size_t) (blank - equals - 1));
        keys[n].digest = digest_of(&value, &len);
        assert_int_equal(sscanf(blank, " %15[a-z]", state), 1);
        judge(&keys[n++], state, row);
    }

    return n;
}


static unsigned
read_headers(const row_t *row, ssec_sent_t *sent)
{
    unsigned            i, n;
    uint8_t             folded[16];
    const char         *header;
    ssec_cookie_name_t  name;

    n = strcspn(row->cookie, "*");

    if (n == 0) {
        return 0;
    }

    assert_true(ssec_cookie_name(&name, (const uint8_t *) row->cookie, n,
                                 row->cookie[n] == '*', folded));
    n = 0;

    for (i = 0; i < HEADERS && row->set[i]; i++) {
        header = row->set[i];
        memset(&sent[n], 0, sizeof(ssec_sent_t));

        assert_true(ssec_set_cookie((const uint8_t *) header, strlen(header),
                                    NOW, &sent[n].cookie));

        if (!ssec_cookie_match(&name, sent[n].cookie.name.data,
                               sent[n].cookie.name.len))
        {
            continue;
        }

        if (!sent[n].cookie.deletes) {
            sent[n].digest = digest_of(&sent[n].cookie.value, &sent[n].len);
        }

        n++;
    }

    return n;
}


static void
print_issue(char *out, const ssec_step_t *step, const ssec_key_t *keys,
    unsigned n)
{
    unsigned  i;

    out += sprintf(out, "issue %s", value_of(&step->cookie->digest));

    if (step->key) {
        out += sprintf(out, " as %s", value_of(&step->key->digest));
    }

    for (i = 0; i < n; i++) {
        if (step->from >> i & 1) {
            out += sprintf(out, "%s%s",
                           (step->from & ((1U << i) - 1)) ? "" : " from ",
                           value_of(&keys[i].digest));
        }
    }

    if (step->cookie->overridden) {
        strcpy(out, " overridden");
    }
}


static void
print_cookie(char *out, const ssec_response_t *response, ssec_sent_t *sent)
{
    ssec_step_t          step;
    const ssec_scope_t  *scope;

    if (sent->learned) {
        scope = &sent->scope;
        out += sprintf(out, "learn %.*s%s%.*s, ", (int) scope->path.len,
                       scope->path.data, scope->domain.len ? " of " : "",
                       (int) scope->domain.len,
                       scope->domain.len ? (const char *) scope->domain.data
                                         : "");
    }

    if (ssec_response_issues(response, sent, &step)) {
        print_issue(out, &step, response->keys, response->nkeys);
        strcat(out, ", ");
    }

    if (sent->dropped) {
        sprintf(out + strlen(out), "drop %s, ", value_of(&sent->digest));
    }
}


static void
print_say(char *out, const ssec_response_t *response, ssec_key_t *key)
{
    ssec_step_t  step;

    static const char  *const words[] = {
        [SSEC_DELETE] = "delete", [SSEC_ON] = "on", [SSEC_OFF] = "off",
        [SSEC_END] = "end"
    };

    if (ssec_response_says(response, key, &step)) {
        sprintf(out, "%s %s%s, ", words[step.word],
                value_of(&step.key->digest),
                step.replaced ? " replaced" : "");
    }
}


/* The steps of a row, the flag, and which cookies are deleted. */

static void
steps_of(const row_t *row, char *out)
{
    unsigned         i;
    ssec_key_t       keys[HEADERS];
    ssec_sent_t      sent[HEADERS];
    ssec_response_t  response;

    memset(&response, 0xff, sizeof(response));

    nvalues = 0;

    response.host = str("www.example.com", 15);
    response.uri = str("/dir/page?a=b", 13);
    response.keys = keys;
    response.nkeys = read_request(row, keys);
    response.verdict = row->verdict;
    response.split = (strchr(row->cookie, '*') != NULL);
    response.cookies = sent;
    response.ncookies = read_headers(row, sent);
    response.lost = row->lost;
    response.said = row->said;

    ssec_response(&response);

    *out = '\0';

    for (i = 0; i < response.ncookies && !response.lost; i++) {
        print_cookie(out + strlen(out), &response, &sent[i]);
    }

    for (i = 0; i < response.nkeys; i++) {
        print_say(out + strlen(out), &response, &keys[i]);
    }

    if (ssec_response_forgets(&response)) {
        strcat(out, "forgets, ");
    }

    for (i = 0; i < response.nkeys; i++) {
        if (ssec_response_deletes(&response, i)) {
            sprintf(out + strlen(out), "forget %s, ",
                    value_of(&keys[i].digest));
        }
    }

    if (*out) {
        out[strlen(out) - 2] = '\0';
    }
}


static void
test_rows(void **state)
{
    char      steps[TEXT];
    unsigned  i, failed;

    (void) state;

    failed = 0;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        steps_of(&rows[i], steps);

        if (strcmp(steps, rows[i].steps) != 0) {
            print_error("%s:\n    \"%s\", expected\n    \"%s\"\n",
                        rows[i].text, steps, rows[i].steps);
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

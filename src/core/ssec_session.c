/* Finding, deciding and putting back sessions: see ssec_session.h. */

#include "ssec_session.h"


/* a key that was replaced so much earlier is beyond the grace */
#define SSEC_NO_GRACE  (SSEC_GRACE + (2 << SSEC_NAME_TIME))


/* The session of the request that a new key is given to. */

typedef struct {
    ssec_entry_t   entry;
    ssec_key_t    *key;          /* by which it was found; NULL: none */
    bool           separate;     /* the new key is to be no key of it */
    bool           visitor;      /* none, but the request had a visitor's key */
} ssec_source_t;


static ssec_done_e ssec_judge(ssec_table_t *table, ssec_key_t *key,
    const ssec_request_t *request, bool record,
    ssec_outcome_t *out);
static ssec_done_e ssec_count(ssec_table_t *table, ssec_key_t *key,
    const ssec_request_t *request);
static bool ssec_counts(const ssec_key_t *key);
static bool ssec_put_back(ssec_table_t *table, ssec_entry_t *entry,
    bool changed);
static bool ssec_carry(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_digest_t *new, ssec_word_e said, uint64_t now);
static void ssec_find_source(ssec_table_t *table,
    const ssec_response_t *response, const ssec_step_t *step, uint64_t now,
    ssec_source_t *source);
static void ssec_add_source(ssec_source_t *source, const ssec_entry_t *entry,
    ssec_key_t *key, const ssec_str_t *name, bool split);
static bool ssec_store(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_digest_t *key, const ssec_change_t *change);


ssec_done_e
ssec_session_judge(ssec_table_t *table, ssec_key_t *key,
    const ssec_request_t *request, bool record, ssec_outcome_t *out)
{
    uint64_t  created;

    /* most sessions are live, and in use: these need not be held */

    if (ssec_table_glimpse(table, &key->digest, &key->seen)) {
        created = ssec_glimpse_created(&key->seen);

        if (ssec_decide_live(created, ssec_glimpse_last(&key->seen), request,
                             &request->limits, out))
        {
            out->began = ssec_glimpse_login(&key->seen) ? created : 0;

            key->judged = true;
            key->state = SSEC_LIVE;
            key->root = key->digest;

            return SSEC_DONE;
        }
    }

    key->seen.bucket = NULL;

    return ssec_judge(table, key, request, record, out);
}


static ssec_done_e
ssec_judge(ssec_table_t *table, ssec_key_t *key, const ssec_request_t *request,
    bool record, ssec_outcome_t *out)
{
    bool            decided, kept;
    ssec_entry_t    entry;
    ssec_request_t  copy;

    ssec_table_acquire(table, &key->digest, &entry);

    key->unknown = (entry.record.state == SSEC_UNKNOWN);
    key->state = SSEC_UNKNOWN;
    key->root = entry.digest;

    if (key->unknown && !record) {
        ssec_table_leave(table, &entry);
        return SSEC_DONE;
    }

    key->replaced = entry.former
                    && ssec_name_age(&entry, request->now) > SSEC_GRACE;

    copy = *request;
    copy.former = key->replaced;

    decided = ssec_decide(&entry.record, &copy, out);
    kept = ssec_put_back(table, &entry, out->changed);

    key->judged = true;
    key->state = (uint8_t) out->state;
    key->verdict = (uint8_t) out->verdict;

    if (out->changed) {
        key->unknown = false;
    }

    return !decided ? SSEC_ENDED : kept ? SSEC_DONE : SSEC_DONE_LOST;
}


ssec_done_e
ssec_session_count(ssec_table_t *table, ssec_keys_t *keys,
    const ssec_request_t *request)
{
    unsigned      i;
    ssec_key_t   *key;
    ssec_done_e   done, all;

    all = SSEC_DONE;

    for (i = 0; i < keys->nelts; i++) {
        key = &keys->elts[i];

        if (key->passed
            && key->seen.bucket
            && ssec_table_touch(table, &key->digest, &key->seen,
                                ssec_active(request)))
        {
            continue;
        }

        done = ssec_count(table, key, request);

        if (done > all) {
            all = done;
        }
    }

    return all;
}


static ssec_done_e
ssec_count(ssec_table_t *table, ssec_key_t *key, const ssec_request_t *request)
{
    bool            ended, kept;
    ssec_entry_t    entry;
    ssec_outcome_t  out;
    ssec_request_t  copy;

    if (!ssec_counts(key)) {
        return SSEC_DONE;
    }

    ssec_table_acquire(table, &key->digest, &entry);

    /* a session that was evicted meanwhile does not begin anew by this */

    if (!key->unknown && entry.record.state == SSEC_UNKNOWN) {
        ssec_table_leave(table, &entry);
        return SSEC_DONE;
    }

    copy = *request;
    copy.former = key->replaced;

    /* a session that ends now is judged anew, for the whole request */

    if (key->state == SSEC_LIVE || key->state == SSEC_VISITOR) {
        copy.ended = NULL;
    }

    (void) ssec_decide(&entry.record, &copy, &out);
    kept = ssec_put_back(table, &entry, out.changed);

    key->root = entry.digest;
    key->unknown = false;

    ended = key->passed
            && (out.state == SSEC_EXPIRED || out.state == SSEC_CLOSED);

    return ended ? SSEC_ENDED : kept ? SSEC_DONE : SSEC_DONE_LOST;
}


/* By an unknown key, a ping may tell of a session that has ended (row 3). */

static bool
ssec_counts(const ssec_key_t *key)
{
    if (!key->judged) {
        return false;
    }

    return key->unknown ? key->passed || key->state != SSEC_LIVE
                        : key->passed && key->verdict == SSEC_PASS;
}


/* Gives false if a live session was lost. */

static bool
ssec_put_back(ssec_table_t *table, ssec_entry_t *entry, bool changed)
{
    if (changed) {
        return ssec_table_release(table, entry);
    }

    ssec_table_leave(table, entry);

    return true;
}


ssec_done_e
ssec_session_issue(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, ssec_after_t *after)
{
    bool                  kept;
    ssec_entry_t          entry;
    ssec_issue_t          issue;
    ssec_change_t         change;
    ssec_source_t         source;
    const ssec_digest_t  *key;

    key = &step->cookie->digest;
    after->state = SSEC_UNKNOWN;
    after->closed = SSEC_REASON_NONE;

    ssec_find_source(table, response, step, now, &source);

    issue.said = response->said;
    issue.own = response->own;
    issue.anonymous = response->anonymous || source.visitor;
    issue.from = source.key ? &source.entry.record : NULL;
    issue.separate = source.separate;

    /*
     * No browser keeps an overridden key, but whoever reads the response has
     * it: it begins no login, and is one more key of the request's session.
     */

    if (step->cookie->overridden
        && (issue.from == NULL || issue.said == SSEC_OFF
            || issue.said == SSEC_END))
    {
        return SSEC_DONE;
    }

    ssec_table_acquire(table, key, &entry);

    issue.former = entry.former;
    issue.taken = issue.from && source.entry.live && entry.name
                  && !ssec_digest_equal(&source.entry.digest, &entry.digest);

    ssec_decide_issue(&entry.record, &issue, now, &change);

    kept = ssec_store(table, &entry, key, &change);

    if (change.carried) {
        kept = ssec_carry(table, &source.key->digest, key, issue.said, now);

    } else if (step->key && entry.former && !change.begun) {

        /* it is in use again */

        kept = ssec_table_rename(table, key, key, now);
    }

    if (!step->cookie->overridden) {
        after->state = entry.record.state;
        after->created = entry.record.created;
        after->own = entry.record.own;
    }

    return kept ? SSEC_DONE : SSEC_DONE_LOST;
}


/*
 * The session that has the key gets a new one, and the key is replaced: at once
 * if this is a login, after which nobody is let in with the key from before.
 */

static bool
ssec_carry(ssec_table_t *table, const ssec_digest_t *key,
    const ssec_digest_t *new, ssec_word_e said, uint64_t now)
{
    return ssec_table_rename(table, key, new,
                             (said == SSEC_ON) ? now - SSEC_NO_GRACE : now);
}


/* If the request has several sessions, the new key is as old as the oldest. */

static void
ssec_find_source(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, ssec_source_t *source)
{
    bool           visitor;
    unsigned       i;
    ssec_key_t    *key;
    ssec_str_t     name;
    ssec_entry_t   entry;

    source->key = NULL;
    source->separate = false;

    name = step->cookie->cookie.name;
    visitor = false;

    for (i = 0; i < response->nkeys; i++) {

        if (!(step->from >> i & 1)) {
            continue;
        }

        key = &response->keys[i];

        ssec_table_acquire(table, &key->digest, &entry);
        ssec_table_leave(table, &entry);

        if (entry.record.state == SSEC_VISITOR) {
            visitor = true;
            continue;
        }

        if (entry.record.state == SSEC_UNKNOWN) {
            continue;
        }

        /* it gets nothing of the session but its age */

        if (key->replaced) {
            entry.record.last = now;
        }

        if (source->key) {
            ssec_add_source(source, &entry, key, &name, response->split);
            continue;
        }

        source->entry = entry;
        source->key = key;
        source->separate = key->replaced;
        name = key->name;
    }

    source->visitor = visitor && source->key == NULL;
}


/* One more session of the request. */

static void
ssec_add_source(ssec_source_t *source, const ssec_entry_t *entry,
    ssec_key_t *key, const ssec_str_t *name, bool split)
{
    uint64_t  last;

    if (ssec_digest_equal(&source->entry.digest, &entry->digest)) {
        return;
    }

    /* the parts of a split cookie are one session: the strictest counts */

    if (split && !ssec_str_equal(&key->name, name)) {

        if (entry->record.last < source->entry.record.last) {
            source->entry = *entry;
            source->key = key;
        }

        return;
    }

    source->separate = true;

    last = entry->record.last;

    if (source->entry.record.last > last) {
        last = source->entry.record.last;
    }

    if (entry->record.created < source->entry.record.created) {
        source->entry = *entry;
    }

    source->entry.record.last = last;
}


/*
 * If a session begins with a key that was a name of another, it is stored under
 * that key alone.  Gives false if a live session was lost.
 */

static bool
ssec_store(ssec_table_t *table, ssec_entry_t *entry, const ssec_digest_t *key,
    const ssec_change_t *change)
{
    if (change->changed && !(change->begun && entry->name)) {
        return ssec_table_release(table, entry);
    }

    ssec_table_leave(table, entry);

    return !change->begun || ssec_table_replace(table, key, &entry->record);
}


ssec_done_e
ssec_session_say(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, const ssec_limits_t *limits,
    ssec_after_t *after)
{
    bool           kept;
    ssec_say_t     say;
    ssec_entry_t   entry;
    ssec_change_t  change;

    say.word = step->word;
    say.own = response->own;
    say.replaced = step->replaced;
    say.former = step->key->replaced;

    ssec_table_acquire(table, &step->key->digest, &entry);

    ssec_decide_say(&entry.record, &say, now, limits, &change);

    kept = ssec_store(table, &entry, &step->key->digest, &change);

    after->state = entry.record.state;
    after->closed = (change.changed && after->state == SSEC_CLOSED)
                    ? entry.record.reason : SSEC_REASON_NONE;
    after->created = entry.record.created;
    after->own = entry.record.own;

    return kept ? SSEC_DONE : SSEC_DONE_LOST;
}


bool
ssec_session_look(ssec_table_t *table, const ssec_digest_t *key,
    ssec_record_t *record, ssec_digest_t *place)
{
    ssec_entry_t  entry;

    ssec_table_acquire(table, key, &entry);
    ssec_table_leave(table, &entry);

    *record = entry.record;
    *place = entry.digest;

    return entry.record.state != SSEC_UNKNOWN;
}

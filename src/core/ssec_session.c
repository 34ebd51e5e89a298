/* Finding, deciding and putting back sessions: see ssec_session.h. */

#include "ssec_session.h"


/* a key that was replaced so much earlier is beyond the grace */
#define SSEC_NO_GRACE  (SSEC_GRACE + (2 << SSEC_NAME_TIME))


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


/* A session that begins with a name of another is stored by its key alone. */

static ssec_done_e
ssec_put_back(ssec_table_t *table, ssec_entry_t *entry,
    const ssec_digest_t *key, ssec_change_e change)
{
    bool  kept;

    kept = true;

    if (change == SSEC_CHANGED || (change == SSEC_BEGUN && !entry->name)) {
        kept = ssec_table_release(table, entry);

    } else {
        ssec_table_leave(table, entry);

        if (change == SSEC_BEGUN) {
            kept = ssec_table_replace(table, key, &entry->record);
        }
    }

    return kept ? SSEC_DONE : SSEC_DONE_LOST;
}


static ssec_done_e
ssec_judge(ssec_table_t *table, ssec_key_t *key, const ssec_request_t *request,
    bool record, ssec_outcome_t *out)
{
    bool            decided;
    ssec_done_e     done;
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

    key->is_former = entry.is_replaced
                     && ssec_name_age(&entry, request->now) > SSEC_GRACE;

    copy = *request;
    copy.is_former = key->is_former;

    decided = ssec_decide(&entry.record, &copy, out);
    done = ssec_put_back(table, &entry, &key->digest,
                         out->changed ? SSEC_CHANGED : SSEC_SAME);

    key->judged = true;
    key->state = (uint8_t) out->state;
    key->verdict = (uint8_t) out->verdict;
    key->unknown &= !out->changed;

    return decided ? done : SSEC_ENDED;
}


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

    key->seen.word = 0;

    return ssec_judge(table, key, request, record, out);
}


static ssec_done_e
ssec_count(ssec_table_t *table, ssec_key_t *key, const ssec_request_t *request)
{
    bool            counts;
    ssec_done_e     done;
    ssec_entry_t    entry;
    ssec_outcome_t  out;
    ssec_request_t  copy;

    /* by an unknown key, a ping may tell of a session that has ended (row 3) */

    counts = key->unknown ? key->passed || key->state != SSEC_LIVE
                          : key->passed && key->verdict == SSEC_PASS;

    if (!key->judged || !counts) {
        return SSEC_DONE;
    }

    ssec_table_acquire(table, &key->digest, &entry);

    /* a session that was evicted meanwhile does not begin anew by this */

    if (!key->unknown && entry.record.state == SSEC_UNKNOWN) {
        ssec_table_leave(table, &entry);
        return SSEC_DONE;
    }

    copy = *request;
    copy.is_former = key->is_former;

    /* a session that ends now is judged anew, for the whole request */

    if (key->state == SSEC_LIVE || key->state == SSEC_VISITOR) {
        copy.ended = NULL;
    }

    (void) ssec_decide(&entry.record, &copy, &out);
    done = ssec_put_back(table, &entry, &key->digest,
                         out.changed ? SSEC_CHANGED : SSEC_SAME);

    key->root = entry.digest;
    key->unknown = false;

    return (key->passed
            && (out.state == SSEC_EXPIRED || out.state == SSEC_CLOSED))
           ? SSEC_ENDED : done;
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
            && key->seen.word
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


/* The session of the request that a new key is given to. */

typedef struct {
    ssec_record_t  record;
    ssec_digest_t  place;
    ssec_key_t    *key;          /* by which it was found; NULL: none */
    ssec_str_t     name;         /* of the first key's cookie */
    bool           separate;     /* the new key is to be no key of it */
    bool           visitor;      /* the request had a visitor's key */
} ssec_source_t;


/* One more session of the request. */

static void
ssec_add_source(ssec_source_t *source, const ssec_record_t *record,
    const ssec_digest_t *place, ssec_key_t *key, bool split)
{
    bool      is_part, is_better;
    uint64_t  last;

    last = source->record.last;

    /* the parts of a split cookie are one session: the strictest counts */

    is_part = split && !ssec_str_equal(&key->name, &source->name);
    is_better = is_part ? record->last < last
                        : record->created < source->record.created;

    if (is_better) {
        source->record = *record;
        source->place = *place;
        source->key = key;
    }

    if (!is_part) {
        source->separate = true;
        source->record.last = (last > record->last) ? last : record->last;
    }
}


/* If the request has several sessions, the new key is as old as the oldest. */

static void
ssec_find_source(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, ssec_source_t *source)
{
    unsigned        i;
    ssec_key_t     *key;
    ssec_digest_t   place;
    ssec_record_t   record;

    *source = (ssec_source_t) { .key = NULL };

    for (i = 0; i < response->nkeys; i++) {
        key = &response->keys[i];

        if (!(step->from >> i & 1)
            || !ssec_session_look(table, &key->digest, &record, &place))
        {
            continue;
        }

        if (record.state == SSEC_VISITOR) {
            source->visitor = true;
            continue;
        }

        /* it gets nothing of the session but its age */

        if (key->is_former) {
            record.last = now;
        }

        if (source->key == NULL) {
            source->record = record;
            source->place = place;
            source->key = key;
            source->name = key->name;
            source->separate = key->is_former;

        } else if (!ssec_digest_equal(&source->place, &place)) {
            ssec_add_source(source, &record, &place, key, response->split);
        }
    }
}


ssec_done_e
ssec_session_issue(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, ssec_record_t *after)
{
    ssec_done_e           done;
    ssec_entry_t          entry;
    ssec_issue_t          issue;
    ssec_change_e         change;
    ssec_source_t         source;
    const ssec_digest_t  *key, *old;

    key = &step->cookie->digest;
    old = NULL;
    *after = (ssec_record_t) { .state = SSEC_UNKNOWN };

    ssec_find_source(table, response, step, now, &source);

    issue.said = response->said;
    issue.own = response->own;
    issue.anonymous = response->anonymous
                      || (source.visitor && source.key == NULL);
    issue.from = source.key ? &source.record : NULL;
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

    issue.is_replaced = entry.is_replaced;
    issue.taken = issue.from && issue.from->state == SSEC_LIVE && entry.name
                  && !ssec_digest_equal(&source.place, &entry.digest);

    change = ssec_decide_issue(&entry.record, &issue, now);
    done = ssec_put_back(table, &entry, key, change);

    if (change == SSEC_CARRIED) {

        /* after a login nobody is let in with the key from before */

        now -= (issue.said == SSEC_ON) ? SSEC_NO_GRACE : 0;
        old = &source.key->digest;

    } else if (step->key && entry.is_replaced && change != SSEC_BEGUN) {
        old = key;                                  /* it is in use again */
    }

    if (old) {
        done = ssec_table_rename(table, old, key, now) ? SSEC_DONE
                                                       : SSEC_DONE_LOST;
    }

    if (!step->cookie->overridden) {
        *after = entry.record;
    }

    return done;
}


ssec_done_e
ssec_session_say(ssec_table_t *table, const ssec_response_t *response,
    const ssec_step_t *step, uint64_t now, const ssec_limits_t *limits,
    ssec_record_t *after)
{
    ssec_say_t     say;
    ssec_done_e    done;
    ssec_entry_t   entry;
    ssec_change_e  change;

    say.word = step->word;
    say.own = response->own;
    say.other_key = step->replaced;
    say.is_former = step->key->is_former;

    ssec_table_acquire(table, &step->key->digest, &entry);

    change = ssec_decide_say(&entry.record, &say, now, limits);
    done = ssec_put_back(table, &entry, &step->key->digest, change);

    *after = entry.record;

    if (change == SSEC_SAME) {
        after->reason = SSEC_REASON_NONE;
    }

    return done;
}

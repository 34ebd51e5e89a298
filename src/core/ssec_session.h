/*
 * The sessions: all that requests and responses do with the table.
 *
 * Each call finds the session that a key leads to, has it decided
 * (ssec_decision.h), and puts it back.  The caller gets values, and holds no
 * session.
 */

#ifndef SSEC_SESSION_H
#define SSEC_SESSION_H

#include "ssec_response.h"

/*
 * How long requests may come with a key after it was replaced, in milliseconds:
 * the browser may have sent them before it got the new key.
 */
#ifndef SSEC_GRACE
#define SSEC_GRACE  5000
#endif


/* For several keys the greatest is given. */

typedef enum {
    SSEC_DONE = 0,
    SSEC_DONE_LOST,              /* done; a live session was evicted for it */
    SSEC_ENDED                   /* the session has ended meanwhile */
} ssec_done_e;


/*
 * Judges a request for one of its keys.  An unknown key is judged only if it
 * may be recorded.  Gives SSEC_ENDED if the session has ended and
 * request->ended is NULL: then the caller fills it, and asks again.
 */

ssec_done_e ssec_session_judge(ssec_table_t *table, ssec_key_t *key,
    const ssec_request_t *request, bool record, ssec_outcome_t *out);

/*
 * Counts a request that was admitted, for the keys that it was judged for:
 * sessions begin, and those that are timed were active.  Gives SSEC_ENDED if
 * the backend would get the key of a session that has ended since.
 */

ssec_done_e ssec_session_count(ssec_table_t *table, ssec_keys_t *keys,
    const ssec_request_t *request);

/*
 * Rows 14 to 16, 25 and 26: the response sets a key.  Gives the session's
 * record, with the state SSEC_UNKNOWN if the client cannot come with this key.
 */

ssec_done_e ssec_session_issue(ssec_table_t *table,
    const ssec_response_t *response, const ssec_step_t *step, uint64_t now,
    ssec_record_t *after);

/*
 * Rows 17 to 21: what the response says for a key of the request.  Gives the
 * session's record, with a reason only if the response has closed it.
 */

ssec_done_e ssec_session_say(ssec_table_t *table,
    const ssec_response_t *response, const ssec_step_t *step, uint64_t now,
    const ssec_limits_t *limits, ssec_record_t *after);

/*
 * Looks at the session that a key leads to: its record, and where it is, which
 * may take the key's place in further calls.  Gives false if there is none.
 */

bool ssec_session_look(ssec_table_t *table, const ssec_digest_t *key,
    ssec_record_t *record, ssec_digest_t *place);

#endif /* SSEC_SESSION_H */

/*
 * Reads the X-Accel-Session response header, by which a backend says something
 * of a session.
 *
 *     on | off | end [; warn_after=TIME] [; expire_after=TIME]
 *                    [; max_lifetime=TIME]
 *
 * A TIME is written as in nginx's configuration: 240s, 5m, 1h 30m, 1500ms; it
 * is in seconds if it has no unit.  Times are limited to 49 days, and rounded
 * down by less than a 32nd; 300s, 15m and 8h stay as they are.  A max_lifetime
 * of 0 is no limit.
 */

#ifndef SSEC_SAID_H
#define SSEC_SAID_H

#include "ssec_cookie.h"
#include "ssec_decision.h"

typedef struct {
    ssec_word_e  word;           /* SSEC_ON, SSEC_OFF or SSEC_END */
    bool         limited;        /* own has a limit; SSEC_ON only */
    ssec_own_t   own;
    ssec_str_t   bad;            /* the first part that is invalid, or empty */
} ssec_said_t;


/*
 * Reads the value of the header.  If it begins with none of the three words,
 * gives false, and the whole value as bad.  Parameters that are bad are
 * ignored.
 */

bool ssec_said(const uint8_t *data, size_t len, ssec_said_t *said);

#endif /* SSEC_SAID_H */

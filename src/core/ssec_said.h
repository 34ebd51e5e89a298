/*
 * What the backend says of a session: the X-Accel-Session response header.
 *
 *     on | off | end [; warn_after=TIME] [; expire_after=TIME]
 *                    [; max_lifetime=TIME]
 *
 * A TIME is written as in nginx's configuration: 240s, 5m, 1h 30m, 1500ms;
 * without a unit, seconds.  Times above 49 days are cut to that, and all are
 * rounded down, by less than a 32nd: 300s, 15m, 8h stay as they are.
 * max_lifetime may be 0, which is none.
 */

#ifndef SSEC_SAID_H
#define SSEC_SAID_H


#include "ssec_cookie.h"
#include "ssec_decision.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


typedef struct {
    ssec_kind_e  kind;           /* SSEC_ON, SSEC_OFF or SSEC_END */
    bool         limited;        /* on: it has limits of its own */
    ssec_own_t   own;
    ssec_str_t   bad;            /* what was not understood; empty: nothing */
} ssec_said_t;


/*
 * Reads the header's value.  Gives false, and the whole of it as bad, if it
 * says none of the three; a parameter that is bad is left out.
 */

bool ssec_said(const uint8_t *data, size_t len, ssec_said_t *said);


#pragma GCC visibility pop

#endif /* SSEC_SAID_H */

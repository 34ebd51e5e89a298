/* Reads the arguments of a ping. */

#ifndef SSEC_IDLE_FOR_H
#define SSEC_IDLE_FOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Looks for an argument in a query string: name is "idleFor=", or "age=" for
 * the age of the page that sends the ping.  The value is in whole seconds.
 * Sets *ms to milliseconds: to 0 for a negative value, to UINT64_MAX for one
 * too large.  Gives false, and leaves *ms as it is, if there is no such
 * argument, if it is no decimal integer, or if there are several (row 9).
 */

bool ssec_ping_argument(const void *args, size_t len, const char *name,
    uint64_t *ms);

#endif /* SSEC_IDLE_FOR_H */

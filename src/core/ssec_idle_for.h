/* Reads the arguments of a ping. */

#ifndef SSEC_IDLE_FOR_H
#define SSEC_IDLE_FOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Looks for "idleFor=N", N in whole seconds, in a query string.  Sets *ms to N
 * in milliseconds: to 0 if N is negative, to UINT64_MAX if it is too large.
 * Gives false, and leaves *ms as it is, if there is no idleFor, if it is no
 * decimal integer, or if there are several (row 9).
 */

bool ssec_idle_for(const void *args, size_t len, uint64_t *ms);

/* Likewise "age=N", the age of the page that sends the ping. */

bool ssec_age(const void *args, size_t len, uint64_t *ms);

#endif /* SSEC_IDLE_FOR_H */

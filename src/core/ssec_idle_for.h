/* The arguments of a ping. */

#ifndef SSEC_IDLE_FOR_H
#define SSEC_IDLE_FOR_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/*
 * Looks for "idleFor=N", N in whole seconds, in a query string.  Gives true
 * and N in milliseconds: 0 for a negative N, UINT64_MAX for one too large to
 * count.  Gives false, and *ms as it was, if there is no idleFor, if it is not
 * a plain decimal integer, or if it is given more than once (row 9).
 */

bool ssec_idle_for(const void *args, size_t len, uint64_t *ms);

/* Likewise "age=N": how old the page is that asks. */

bool ssec_age(const void *args, size_t len, uint64_t *ms);


#pragma GCC visibility pop

#endif /* SSEC_IDLE_FOR_H */

/* Times, as nginx's configuration has them: 240s, 5m, 1h 30m, 1500ms, 60d. */

#ifndef SSEC_TIME_H
#define SSEC_TIME_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/*
 * Reads one or more numbers with units (y, M, w, d, h, m, s, ms), the largest
 * unit first, with blanks between; a number without a unit is seconds.  Gives
 * milliseconds, UINT64_MAX for more than that, or false for what is no time.
 *
 * nginx's own function gives what its word can hold: 24 days on i386.
 */

bool ssec_time(const uint8_t *data, size_t len, uint64_t *ms);


#pragma GCC visibility pop

#endif /* SSEC_TIME_H */

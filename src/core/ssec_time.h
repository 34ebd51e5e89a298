/* Reads times that are written as in nginx's configuration: 5m, 1h 30m. */

#ifndef SSEC_TIME_H
#define SSEC_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads numbers with units (y, M, w, d, h, m, s, ms), the largest unit first,
 * with blanks between them; a number without a unit is in seconds.  Sets *ms to
 * milliseconds, at most UINT64_MAX.  Gives false if the text is no time.
 *
 * The function of nginx is limited to a word: 24 days on i386.
 */

bool ssec_time(const uint8_t *data, size_t len, uint64_t *ms);

#endif /* SSEC_TIME_H */

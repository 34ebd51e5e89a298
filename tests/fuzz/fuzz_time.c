/* Times, which may come from a client by way of a variable. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssec_time.h"


#define UNTOUCHED  0x5ec5ec5ec5ec5ec5ULL

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool      is_time;
    char      again[32];
    uint8_t  *more;
    uint64_t  ms, other;

    ms = UNTOUCHED;
    is_time = ssec_time(data, size, &ms);

    check(is_time || ms == UNTOUCHED);

    more = malloc(size + 1);
    check(more);
    memcpy(more, data, size);

    /* a blank behind it changes nothing; what is no unit leaves no time */

    more[size] = ' ';
    other = UNTOUCHED;
    check(ssec_time(more, size + 1, &other) == is_time);
    check(other == ms);

    more[size] = 'x';
    other = UNTOUCHED;
    check(!ssec_time(more, size + 1, &other));
    check(other == UNTOUCHED);

    free(more);

    if (is_time) {
        (void) snprintf(again, sizeof(again), "%llums",
                        (unsigned long long) ms);
        check(ssec_time((const uint8_t *) again, strlen(again), &other));
        check(other == ms);
    }

    return 0;
}

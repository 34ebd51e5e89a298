/* Query strings of pings. */

#include <stdlib.h>
#include <string.h>

#include "ssec_idle_for.h"


#define UNTOUCHED  0x5ec5ec5ec5ec5ec5ULL

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool       found;
    char      *more;
    uint64_t   ms, other;

    static const char  twice[] = "&idleFor=1";
    static const char  odd[] = "&idleForX=1";

    ms = UNTOUCHED;
    found = ssec_idle_for(data, size, &ms);

    /* whole seconds, or too many */

    check(found ? ms % 1000 == 0 || ms == UINT64_MAX : ms == UNTOUCHED);

    more = malloc(size + sizeof(odd) - 1);
    check(more);

    /* another argument changes nothing, a second idleFor leaves none */

    memcpy(more, data, size);
    memcpy(more + size, odd, sizeof(odd) - 1);
    other = UNTOUCHED;
    check(ssec_idle_for(more, size + sizeof(odd) - 1, &other) == found);
    check(other == ms);

    if (found) {
        memcpy(more + size, twice, sizeof(twice) - 1);
        check(!ssec_idle_for(more, size + sizeof(twice) - 1, &other));
        check(other == ms);
    }

    free(more);

    return 0;
}

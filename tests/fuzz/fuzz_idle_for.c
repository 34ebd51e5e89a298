/* Query strings of pings. */

#include <stdlib.h>
#include <string.h>

#include "ssec_idle_for.h"


#define UNTOUCHED  0x5ec5ec5ec5ec5ec5ULL

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


typedef struct {
    const char  *name;
    const char  *twice;
    const char  *odd;
} argument_t;


static void
test(const argument_t *argument, const uint8_t *data, size_t size)
{
    bool       found;
    char      *more;
    size_t     odd, twice;
    uint64_t   ms, other;

    odd = strlen(argument->odd);
    twice = strlen(argument->twice);

    ms = UNTOUCHED;
    found = ssec_ping_argument(data, size, argument->name, &ms);

    /* whole seconds, or too many */

    check(found ? ms % 1000 == 0 || ms == UINT64_MAX : ms == UNTOUCHED);

    more = malloc(size + odd + twice);
    check(more);

    /* another argument changes nothing, a second one of the name leaves none */

    memcpy(more, data, size);
    memcpy(more + size, argument->odd, odd);
    other = UNTOUCHED;
    check(ssec_ping_argument(more, size + odd, argument->name, &other)
          == found);
    check(other == ms);

    if (found) {
        memcpy(more + size, argument->twice, twice);
        check(!ssec_ping_argument(more, size + twice, argument->name, &other));
        check(other == ms);
    }

    free(more);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const argument_t  arguments[] = {
        { "idleFor=", "&idleFor=1", "&idleForX=1&age=1" },
        { "age=", "&age=1", "&agex=1&idleFor=1" }
    };

    test(&arguments[0], data, size);
    test(&arguments[1], data, size);

    return 0;
}

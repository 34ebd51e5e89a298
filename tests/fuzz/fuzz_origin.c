/* Origins: of requests, and of URLs. */

#include <stdlib.h>
#include <string.h>

#include "ssec_origin.h"


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t         len;
    ssec_origin_t  origin, again;

    len = ssec_origin(&origin, data, size);

    if (len == 0) {
        return 0;
    }

    /* its parts are in it, and what comes after it changes nothing */

    check(len <= size);
    check(origin.scheme.len + origin.host.len <= len);
    check(origin.host.len && origin.host.data >= data
          && origin.host.data + origin.host.len <= data + len);
    check(origin.port <= 65535);

    check(ssec_origin(&again, data, len) == len);
    check(ssec_origin_same(&origin, &again));
    check(ssec_origin_whole(&again, data, len) == (origin.scheme.len != 0));

    return 0;
}

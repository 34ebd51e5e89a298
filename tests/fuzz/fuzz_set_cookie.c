/* Set-Cookie headers. */

#include <stdlib.h>
#include <string.h>

#include "ssec_set_cookie.h"


#define NOW  1700000000

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static bool
is_inside(const ssec_str_t *s, const uint8_t *data, size_t len)
{
    return s->data >= data && s->data + s->len <= data + len;
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t            *more;
    ssec_set_cookie_t   cookie, later;

    static const char  gone[] = "; Max-Age=0";
    static const char  kept[] = "; Max-Age=9";

    if (!ssec_set_cookie(data, size, NOW, &cookie)) {
        return 0;
    }

    check(cookie.name.len);
    check(is_inside(&cookie.name, data, size));
    check(is_inside(&cookie.value, data, size));
    check(cookie.name.data + cookie.name.len < cookie.value.data);
    check(memchr(data, ';', (size_t) (cookie.value.data - data)) == NULL);

    /* what is gone now is gone later */

    check(ssec_set_cookie(data, size, NOW + 1000000, &later));
    check(later.deletes >= cookie.deletes);

    /* the last Max-Age decides, but for an empty value */

    more = malloc(size + sizeof(gone) - 1);
    check(more);

    memcpy(more, data, size);
    memcpy(more + size, gone, sizeof(gone) - 1);
    check(ssec_set_cookie(more, size + sizeof(gone) - 1, NOW, &later));
    check(later.deletes && later.value.len == cookie.value.len);

    memcpy(more + size, kept, sizeof(kept) - 1);
    check(ssec_set_cookie(more, size + sizeof(kept) - 1, NOW, &later));
    check(later.deletes == (cookie.value.len == 0
                            || (cookie.value.len == 2
                                && memcmp(cookie.value.data, "\"\"", 2)
                                   == 0)));

    free(more);

    return 0;
}

/* X-Accel-Session headers. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssec_said.h"


#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static bool
is_inside(const ssec_str_t *s, const uint8_t *data, size_t len)
{
    return s->len == 0 || (s->data >= data && s->data + s->len <= data + len);
}


static bool
same(const ssec_own_t *a, const ssec_own_t *b)
{
    return a->warn_after == b->warn_after
           && a->expire_after == b->expire_after
           && a->max_lifetime == b->max_lifetime;
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool          says;
    char          again[40];
    uint8_t      *more;
    ssec_said_t   said, later;

    static const char  odd[] = ";odd";
    static const char  limit[] = ";Expire_After=5m ";

    says = ssec_said(data, size, &said);

    check(is_inside(&said.bad, data, size));

    if (!says) {
        check(said.bad.data == data && said.bad.len == size);
        check(!said.limited);
        return 0;
    }

    check(said.word == SSEC_ON || said.word == SSEC_OFF
          || said.word == SSEC_END);
    check(!said.limited || said.word == SSEC_ON);
    check(said.limited == (said.own.warn_after || said.own.expire_after
                           || said.own.max_lifetime));
    check(said.own.warn_after < SSEC_OWN_NONE
          && said.own.expire_after < SSEC_OWN_NONE);

    /* what was rounded down stays as it is */

    if (said.own.expire_after) {
        (void) snprintf(again, sizeof(again), "on;expire_after=%lums",
                        (unsigned long) said.own.expire_after);
        check(ssec_said((const uint8_t *) again, strlen(again), &later));
        check(later.own.expire_after == said.own.expire_after);
    }

    /* what is odd is told, and changes nothing */

    more = malloc(size + sizeof(limit) - 1);
    check(more);

    memcpy(more, data, size);
    memcpy(more + size, odd, sizeof(odd) - 1);
    check(ssec_said(more, size + sizeof(odd) - 1, &later));
    check(later.word == said.word && later.limited == said.limited);
    check(same(&later.own, &said.own));
    check(later.bad.len == (said.bad.len ? said.bad.len : 3));

    /* the last limit counts, of who is logged in */

    memcpy(more + size, limit, sizeof(limit) - 1);
    check(ssec_said(more, size + sizeof(limit) - 1, &later));
    check(later.word == said.word);
    check(later.limited == (said.word == SSEC_ON));
    check(later.own.expire_after == (said.word == SSEC_ON ? 300000 : 0));
    check(later.own.warn_after == said.own.warn_after);
    check(later.own.max_lifetime == said.own.max_lifetime);

    free(more);

    return 0;
}

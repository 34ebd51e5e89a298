/* HTML pages.  The first byte of the input says in what parts. */

#include <stdlib.h>
#include <string.h>

#include "ssec_html.h"


#define NONE   ((size_t) -1)
#define NEVER  ((size_t) -2)

#define TAG    "<script>"

#define check(condition)  do { if (!(condition)) { abort(); } } while (0)


static size_t find(const uint8_t *page, size_t len, unsigned parts);
static void check_tag(const uint8_t *page, size_t len, size_t place);


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t    place;
    unsigned  parts;

    if (size == 0) {
        return 0;
    }

    parts = data[0];
    data++;
    size--;

    place = find(data, size, 0);

    check(find(data, size, 1) == place);
    check(find(data, size, 2 + parts) == place);

    if (place == NONE || place == NEVER) {
        return 0;
    }

    check(place <= size);
    check(memchr(data, '\0', place) == NULL);

    /* it does not depend on what follows, and stays the place */

    check(place == 0 || find(data, place, 1) == place);
    check_tag(data, size, place);

    return 0;
}


/* Reads a page whole (0), byte by byte (1), or in parts of any length. */

static size_t
find(const uint8_t *page, size_t len, unsigned parts)
{
    size_t       i, n, sent;
    uint8_t     *data;
    ptrdiff_t    at;
    ssec_html_t  html;

    html = 0;
    sent = 0;

    for (i = 0; i < len; i += n) {

        n = len - i;

        if (parts == 1) {
            n = 1;

        } else if (parts) {
            parts = parts * 1103515245 + 12345;
            n = (parts >> 16) % 12;
            n = (n > len - i) ? len - i : n;
        }

        /* in a block of its own size, which nothing points to later */

        data = malloc(n + (n == 0));
        check(data);
        memcpy(data, page + i, n);

        if (ssec_html_scan(&html, data, n, &at)) {
            free(data);

            check(at < (ptrdiff_t) n && i + (size_t) at >= sent);
            return i + (size_t) at;
        }

        free(data);

        /* what was sent stays so; a few bytes are held, or the same ones */

        check(at <= (ptrdiff_t) n && i + (size_t) at >= sent);
        check(at >= 0 || i + (size_t) at == sent);
        check(n - (size_t) at <= SSEC_HTML_HELD);
        check(n == (size_t) at || ssec_html_end(html));

        sent = i + (size_t) at;
    }

    if (ssec_html_never(html)) {
        return NEVER;
    }

    return ssec_html_end(html) ? sent : NONE;
}


static void
check_tag(const uint8_t *page, size_t len, size_t place)
{
    uint8_t  *with;

    with = malloc(len + sizeof(TAG) - 1);
    check(with);

    memcpy(with, page, place);
    memcpy(with + place, TAG, sizeof(TAG) - 1);
    memcpy(with + place + sizeof(TAG) - 1, page + place, len - place);

    check(find(with, len + sizeof(TAG) - 1, 0) == place);

    free(with);
}

/*
 * Where ssec_html puts a tag: one page a line comes in, in hexadecimal, and for
 * each goes out the offset, -1 for never, or "end" for a page that was cut off
 * where nothing can be put.  Pages are read in parts of a few bytes.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "ssec_html.h"


#define MAX_LEN  4096
#define PART     7


static size_t unhex(const char *p, uint8_t *out);
static void print_place(const uint8_t *page, size_t len);


int
main(void)
{
    size_t          len;
    uint8_t        *page;
    static char     line[2 * MAX_LEN + 2];
    static uint8_t  buf[MAX_LEN];

    while (fgets(line, sizeof(line), stdin)) {

        /* in a block of its own size, so that sanitizers see each byte */

        len = unhex(line, buf);
        page = malloc(len + (len == 0));

        if (page == NULL) {
            return 1;
        }

        memcpy(page, buf, len);
        print_place(page, len);

        free(page);
    }

    return 0;
}


static void
print_place(const uint8_t *page, size_t len)
{
    size_t       i, n;
    ptrdiff_t    at;
    ssec_html_t  html;

    at = 0;
    html = 0;

    for (i = 0; i < len; i += n) {

        n = (len - i < PART) ? len - i : PART;

        if (ssec_html_scan(&html, page + i, n, &at)) {
            printf("%zd\n", (ssize_t) i + at);
            return;
        }

        at -= (ptrdiff_t) n;
    }

    if (ssec_html_never(html)) {
        puts("-1");

    } else if (ssec_html_end(html)) {
        printf("%zd\n", (ssize_t) len + at);

    } else {
        puts("end");
    }
}


static size_t
unhex(const char *p, uint8_t *out)
{
    size_t    len;
    unsigned  byte;

    for (len = 0; len < MAX_LEN && sscanf(p, "%2x", &byte) == 1; len++) {
        out[len] = (uint8_t) byte;
        p += 2;
    }

    return len;
}

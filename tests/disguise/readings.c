/*
 * Every reading of Cookie headers: one "NAME HEX" a line comes in, and for each
 * one line goes out with "standard,cut,canonical,part,length,VALUE,CANONICAL"
 * for each reading, the last two in hexadecimal.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssec_cookie.h"


#define MAX_LEN  65536


static size_t unhex(const char *p, uint8_t *out);
static void print_hex(const uint8_t *p, size_t len);


int
main(void)
{
    char               *hex;
    size_t              len;
    uint8_t            *header, *canonical;
    static char         line[2 * MAX_LEN + 256];
    static uint8_t      buf[MAX_LEN];
    ssec_cookie_t       cookie;
    ssec_cookies_t      it;
    static uint8_t      folded[256];
    ssec_cookie_name_t  name;

    while (fgets(line, sizeof(line), stdin)) {

        hex = strchr(line, ' ');
        if (hex == NULL) {
            return 1;
        }

        *hex++ = '\0';

        if (!ssec_cookie_name(&name, (uint8_t *) line, strlen(line), false,
                              folded))
        {
            return 1;
        }

        len = unhex(hex, buf);

        /* in a block of its own size, so that sanitizers see each byte */

        header = malloc(len + (len == 0));
        canonical = malloc(len + (len == 0));

        if (header == NULL || canonical == NULL) {
            return 1;
        }

        memcpy(header, buf, len);

        ssec_cookies(&it, header, len);

        while (ssec_cookies_next(&it, &name, &cookie)) {

            printf("%d,%d,%d,%zu,%zu,", cookie.standard, cookie.cut,
                   cookie.canonical, (size_t) (cookie.part.data - header),
                   cookie.part.len);

            print_hex(cookie.value.data, cookie.value.len);
            putchar(',');

            len = ssec_cookie_canonical(canonical, cookie.value.data,
                                        cookie.value.len);
            print_hex(canonical, len);
            putchar(' ');
        }

        putchar('\n');

        free(header);
        free(canonical);
    }

    return 0;
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


static void
print_hex(const uint8_t *p, size_t len)
{
    while (len--) {
        printf("%02x", *p++);
    }
}

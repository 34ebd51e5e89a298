/* The place in an HTML page where a tag can be put. */

#ifndef SSEC_HTML_H
#define SSEC_HTML_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


#define SSEC_HTML_HELD  6                               /* as in "<title" */


typedef enum {
    SSEC_HTML_MORE = 0,
    SSEC_HTML_HERE,
    SSEC_HTML_NEVER
} ssec_html_e;


/* All zero bytes are the beginning of a page. */

typedef struct {
    uint8_t        state;
    uint8_t        name;
    uint8_t        matched;                     /* letters of the name */
    uint8_t        nheld;
    unsigned char  held[SSEC_HTML_HELD];
} ssec_html_t;


/*
 * Reads the next len bytes of a page as the HTML standard's tokenization
 * does, https://html.spec.whatwg.org/multipage/parsing.html#tokenization, and
 * looks for the place right behind what must stay first: a UTF-8 BOM,
 * whitespace, comments, doctypes, the tags <html>, <head> and <meta>, and
 * <title> elements.
 *
 * MORE: the place is not in what has been read.  The last nheld bytes of it
 * are now in held, and must wait: they may be the beginning of the tag that the
 * place is before.  They may reach back before data (nheld > len).
 *
 * HERE: the place is before data[*at], and nheld is 0; or it is before the
 * bytes that were held before this call, and still are: then *at is 0.
 *
 * NEVER: nothing can be put into this page, which is UTF-16 or UTF-32, or has
 * a zero byte too early to tell.  What was held before this call still is.
 *
 * MORE and HERE may let go of what was held, and MORE write over it: who has
 * not sent it on needs a copy from before the call.  After HERE or NEVER this
 * is not to be called again.
 */

ssec_html_e ssec_html_scan(ssec_html_t *html, const unsigned char *data,
    size_t len, size_t *at);

/*
 * For a page that ends after MORE: true if the place is at its end, before
 * what is held; false if it is empty, or cut off where a tag would become part
 * of a comment, a title or another tag.
 */

bool ssec_html_end(const ssec_html_t *html);


#pragma GCC visibility pop

#endif /* SSEC_HTML_H */

/* Finds the place in an HTML page where a tag can be inserted. */

#ifndef SSEC_HTML_H
#define SSEC_HTML_H


#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


/* the length of "<title" */
#define SSEC_HTML_HELD  6


typedef enum {
    SSEC_HTML_MORE = 0,
    SSEC_HTML_HERE,
    SSEC_HTML_NEVER
} ssec_html_e;


/* How far a page was read; all zero bytes before its first byte. */

typedef struct {
    uint8_t        state;
    uint8_t        nheld;
    unsigned char  held[SSEC_HTML_HELD];
} ssec_html_t;


/*
 * Reads the next len bytes of a page as the tokenizer of the HTML standard
 * does, https://html.spec.whatwg.org/multipage/parsing.html#tokenization.
 * Looks for the place behind what must stay first: a UTF-8 BOM, whitespace,
 * comments, doctypes, the tags <html>, <head> and <meta>, and <title> elements.
 *
 * MORE: the place is not in the bytes that were read.  The last nheld of them
 * are copied to held and must not be sent yet, as the place may be before them.
 * Some of them may be from earlier calls (nheld > len).
 *
 * HERE: the place is before data[*at], and nheld is 0.  Or it is before the
 * bytes that earlier calls held: then nheld is not 0, and *at is 0.
 *
 * NEVER: the page cannot have the tag, as it is UTF-16 or UTF-32, or has a zero
 * byte before the place.  html is unchanged.
 *
 * MORE and HERE may release bytes that were held, and MORE may overwrite them:
 * a caller that has not sent them yet needs a copy of html from before the
 * call.  HERE and NEVER end the search: there must be no further call.
 */

ssec_html_e ssec_html_scan(ssec_html_t *html, const unsigned char *data,
    size_t len, size_t *at);

/*
 * Whether a page that ends after MORE has the place at its end, before the
 * bytes that are held.  It has none if it is empty, or if it ends inside a
 * comment, a title or a tag, of which the inserted tag would become a part.
 */

bool ssec_html_end(const ssec_html_t *html);


#pragma GCC visibility pop

#endif /* SSEC_HTML_H */

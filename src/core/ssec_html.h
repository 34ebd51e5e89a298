/* Finds the place in an HTML page where a tag can be inserted. */

#ifndef SSEC_HTML_H
#define SSEC_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes that a filter holds at most: the length of "<title". */
#define SSEC_HTML_HELD  6


/* How far a page was read; 0 before its first byte. */

typedef uint8_t  ssec_html_t;


/*
 * Reads the next len bytes of a page as the tokenizer of the HTML standard
 * does, https://html.spec.whatwg.org/multipage/parsing.html#tokenization.
 * Looks for the place behind what must stay first: a UTF-8 BOM, whitespace,
 * comments, doctypes, the tags <html>, <head> and <meta>, and <title> elements.
 *
 * Gives true if the place is before data[*at].  It ends the search: there must
 * be no further call.
 *
 * Otherwise the bytes from data[*at] on must not be sent yet, as the place may
 * be before them.  If *at is negative, so many bytes of earlier calls are still
 * to be held.
 */

bool ssec_html_scan(ssec_html_t *html, const unsigned char *data, size_t len,
    ptrdiff_t *at);

/*
 * Whether a page that ends here has the place at its end, before the bytes that
 * are held.  It has none if it is empty, or if it ends inside a comment, a
 * title or a tag, of which the inserted tag would become a part.
 */

bool ssec_html_end(ssec_html_t html);

/*
 * Whether the page cannot have the tag, as it is UTF-16 or UTF-32, or has a
 * zero byte before the place.
 */

bool ssec_html_never(ssec_html_t html);

#endif /* SSEC_HTML_H */

/* The place in an HTML page where a tag can be put. */

#include <string.h>

#include "ssec_html.h"


/* The standard turns a carriage return into a line feed before all this. */

#define ssec_is_space(c)                                                      \
    ((c) == ' ' || (c) == '\n' || (c) == '\r' || (c) == '\t' || (c) == '\f')

#define ssec_is_letter(c)  (((c) | 0x20) >= 'a' && ((c) | 0x20) <= 'z')


/*
 * The standard's states, but where two of them go the same ways.  From
 * SSEC_HTML_BOM_EF to SSEC_HTML_SLASH what has begun is held.
 */

enum {
    SSEC_HTML_BEGIN = 0,

    SSEC_HTML_BOM_EF,                   /* a byte order mark's first bytes */
    SSEC_HTML_BOM_EF_BB,
    SSEC_HTML_BOM_FE,
    SSEC_HTML_BOM_FF,
    SSEC_HTML_LESS,                     /* < */
    SSEC_HTML_NAME,                     /* <h */
    SSEC_HTML_SLASH,                    /* </ */

    SSEC_HTML_DATA,

    SSEC_HTML_BANG,                     /* <! */
    SSEC_HTML_BANG_DASH,                /* <!- */
    SSEC_HTML_BOGUS,                    /* up to >, doctypes too */
    SSEC_HTML_COMMENT_START,            /* <!-- */
    SSEC_HTML_COMMENT_START_DASH,       /* <!--- */
    SSEC_HTML_COMMENT,
    SSEC_HTML_COMMENT_DASH,             /* - */
    SSEC_HTML_COMMENT_END,              /* -- */
    SSEC_HTML_COMMENT_END_BANG,         /* --! */

    SSEC_HTML_TAG,                      /* before an attribute's name */
    SSEC_HTML_ATTRIBUTE,                /* its name, and space behind it */
    SSEC_HTML_BEFORE_VALUE,
    SSEC_HTML_DOUBLE_QUOTED,
    SSEC_HTML_SINGLE_QUOTED,
    SSEC_HTML_UNQUOTED,

    SSEC_HTML_TITLE,
    SSEC_HTML_TITLE_LESS,               /* < */
    SSEC_HTML_TITLE_END                 /* </ */
};


enum { SSEC_HTML_IS_HTML = 0, SSEC_HTML_IS_HEAD, SSEC_HTML_IS_META,
       SSEC_HTML_IS_TITLE };

static const char  ssec_html_names[][6] = { "html", "head", "meta", "title" };


static void ssec_html_hold(ssec_html_t *html, const unsigned char *data,
    size_t len);
static const unsigned char *ssec_html_find(const unsigned char *p,
    const unsigned char *last, int c);


ssec_html_e
ssec_html_scan(ssec_html_t *html, const unsigned char *data, size_t len,
    size_t *at)
{
    unsigned              c, state, name, matched, tag_end;
    const unsigned char  *p, *last, *begun;

    if (len == 0) {
        return SSEC_HTML_MORE;                     /* data may be NULL */
    }

    state = html->state;
    name = html->name;
    matched = html->matched;
    tag_end = (name == SSEC_HTML_IS_TITLE) ? SSEC_HTML_TITLE : SSEC_HTML_DATA;

    p = data;
    last = data + len;
    begun = NULL;                       /* at data, or in an earlier call */

    while (p < last) {

        c = *p++;

        if (c == '\0') {
            return SSEC_HTML_NEVER;
        }

        switch (state) {

        case SSEC_HTML_BEGIN:

            if (c == 0xef) {
                state = SSEC_HTML_BOM_EF;
                break;
            }

            if (c == 0xfe) {
                state = SSEC_HTML_BOM_FE;
                break;
            }

            if (c == 0xff) {
                state = SSEC_HTML_BOM_FF;
                break;
            }

            state = SSEC_HTML_DATA;

            /* fall through */

        case SSEC_HTML_DATA:

            if (ssec_is_space(c)) {
                break;
            }

            begun = p - 1;

            if (c != '<') {
                goto here;
            }

            state = SSEC_HTML_LESS;
            break;

        case SSEC_HTML_BOM_EF:

            if (c != 0xbb) {
                goto here;
            }

            state = SSEC_HTML_BOM_EF_BB;
            break;

        case SSEC_HTML_BOM_EF_BB:

            if (c != 0xbf) {
                goto here;
            }

            state = SSEC_HTML_DATA;
            break;

        case SSEC_HTML_BOM_FE:

            if (c != 0xff) {
                goto here;
            }

            return SSEC_HTML_NEVER;

        case SSEC_HTML_BOM_FF:

            if (c != 0xfe) {
                goto here;
            }

            return SSEC_HTML_NEVER;

        case SSEC_HTML_LESS:

            state = SSEC_HTML_NAME;
            matched = 1;

            switch (c) {
            case 'h': case 'H':
                name = SSEC_HTML_IS_HTML;
                break;
            case 'm': case 'M':
                name = SSEC_HTML_IS_META;
                break;
            case 't': case 'T':
                name = SSEC_HTML_IS_TITLE;
                tag_end = SSEC_HTML_TITLE;
                break;
            case '!':
                state = SSEC_HTML_BANG;
                break;
            case '?':
                state = SSEC_HTML_BOGUS;
                break;
            case '/':
                state = SSEC_HTML_SLASH;
                break;
            default:
                goto here;
            }

            break;

        case SSEC_HTML_NAME:

            if ((c | 0x20) == (unsigned char) ssec_html_names[name][matched]) {
                matched++;
                break;
            }

            if (name == SSEC_HTML_IS_HTML && matched == 1 && (c | 0x20) == 'e')
            {
                name = SSEC_HTML_IS_HEAD;
                matched++;
                break;
            }

            if (ssec_html_names[name][matched] != '\0') {
                goto here;
            }

            if (c == '>') {
                state = tag_end;

            } else if (c == '/' || ssec_is_space(c)) {
                state = SSEC_HTML_TAG;

            } else {
                goto here;
            }

            break;

        case SSEC_HTML_SLASH:

            /* without a letter it is a comment, or </>, which is nothing */

            if (ssec_is_letter(c)) {
                goto here;
            }

            state = (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_BOGUS;
            break;

        case SSEC_HTML_BANG:

            state = (c == '-') ? SSEC_HTML_BANG_DASH
                    : (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_BOGUS;
            break;

        case SSEC_HTML_BANG_DASH:

            state = (c == '-') ? SSEC_HTML_COMMENT_START
                    : (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_BOGUS;
            break;

        case SSEC_HTML_BOGUS:

            if (c == '>') {
                state = SSEC_HTML_DATA;
                break;
            }

            p = ssec_html_find(p, last, '>');
            break;

        case SSEC_HTML_COMMENT_START:

            state = (c == '-') ? SSEC_HTML_COMMENT_START_DASH
                    : (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_COMMENT;
            break;

        case SSEC_HTML_COMMENT_START_DASH:

            state = (c == '-') ? SSEC_HTML_COMMENT_END
                    : (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_COMMENT;
            break;

        case SSEC_HTML_COMMENT:

            if (c == '-') {
                state = SSEC_HTML_COMMENT_DASH;
                break;
            }

            p = ssec_html_find(p, last, '-');
            break;

        case SSEC_HTML_COMMENT_DASH:

            state = (c == '-') ? SSEC_HTML_COMMENT_END : SSEC_HTML_COMMENT;
            break;

        case SSEC_HTML_COMMENT_END:

            if (c != '-') {
                state = (c == '>') ? SSEC_HTML_DATA
                        : (c == '!') ? SSEC_HTML_COMMENT_END_BANG
                                     : SSEC_HTML_COMMENT;
            }

            break;

        case SSEC_HTML_COMMENT_END_BANG:

            state = (c == '-') ? SSEC_HTML_COMMENT_DASH
                    : (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_COMMENT;
            break;

        case SSEC_HTML_TAG:

            /* where a name may begin, an = is its first letter */

            if (c == '>') {
                state = tag_end;

            } else if (c != '/' && !ssec_is_space(c)) {
                state = SSEC_HTML_ATTRIBUTE;
            }

            break;

        case SSEC_HTML_ATTRIBUTE:

            if (c == '>') {
                state = tag_end;

            } else if (c == '=') {
                state = SSEC_HTML_BEFORE_VALUE;

            } else if (c == '/') {
                state = SSEC_HTML_TAG;
            }

            break;

        case SSEC_HTML_BEFORE_VALUE:

            if (c == '>') {
                state = tag_end;

            } else if (c == '"') {
                state = SSEC_HTML_DOUBLE_QUOTED;

            } else if (c == '\'') {
                state = SSEC_HTML_SINGLE_QUOTED;

            } else if (!ssec_is_space(c)) {
                state = SSEC_HTML_UNQUOTED;
            }

            break;

        case SSEC_HTML_DOUBLE_QUOTED:

            if (c == '"') {
                state = SSEC_HTML_TAG;
                break;
            }

            p = ssec_html_find(p, last, '"');
            break;

        case SSEC_HTML_SINGLE_QUOTED:

            if (c == '\'') {
                state = SSEC_HTML_TAG;
                break;
            }

            p = ssec_html_find(p, last, '\'');
            break;

        case SSEC_HTML_UNQUOTED:

            if (c == '>') {
                state = tag_end;

            } else if (ssec_is_space(c)) {
                state = SSEC_HTML_TAG;
            }

            break;

        case SSEC_HTML_TITLE:

            if (c == '<') {
                state = SSEC_HTML_TITLE_LESS;
                break;
            }

            p = ssec_html_find(p, last, '<');
            break;

        case SSEC_HTML_TITLE_LESS:

            if (c == '/') {
                state = SSEC_HTML_TITLE_END;
                matched = 0;

            } else if (c != '<') {
                state = SSEC_HTML_TITLE;
            }

            break;

        default: /* SSEC_HTML_TITLE_END */

            if ((c | 0x20) == (unsigned char) ssec_html_names[name][matched]) {
                matched++;
                break;
            }

            if (c == '<') {
                state = SSEC_HTML_TITLE_LESS;
                break;
            }

            if (ssec_html_names[name][matched] != '\0'
                || (c != '>' && c != '/' && !ssec_is_space(c)))
            {
                state = SSEC_HTML_TITLE;
                break;
            }

            /* the end tag may have attributes as well, and no title follows */

            name = SSEC_HTML_IS_HTML;
            tag_end = SSEC_HTML_DATA;
            state = (c == '>') ? SSEC_HTML_DATA : SSEC_HTML_TAG;
        }
    }

    html->state = (uint8_t) state;
    html->name = (uint8_t) name;
    html->matched = (uint8_t) matched;

    if (state >= SSEC_HTML_DATA) {
        html->nheld = 0;

    } else if (begun) {
        html->nheld = 0;
        ssec_html_hold(html, begun, (size_t) (last - begun));

    } else {
        ssec_html_hold(html, data, len);
    }

    return SSEC_HTML_MORE;

here:

    if (begun) {
        html->nheld = 0;
        *at = (size_t) (begun - data);

    } else {
        *at = 0;
    }

    return SSEC_HTML_HERE;
}


bool
ssec_html_end(const ssec_html_t *html)
{
    return html->state != SSEC_HTML_BEGIN && html->state <= SSEC_HTML_DATA;
}


static void
ssec_html_hold(ssec_html_t *html, const unsigned char *data, size_t len)
{
    memcpy(html->held + html->nheld, data, len);
    html->nheld += (uint8_t) len;
}


/* Where c is, or a zero byte before it, or the end. */

static const unsigned char *
ssec_html_find(const unsigned char *p, const unsigned char *last, int c)
{
    const unsigned char  *found, *zero;

    found = memchr(p, c, (size_t) (last - p));
    if (found == NULL) {
        found = last;
    }

    zero = memchr(p, '\0', (size_t) (found - p));

    return zero ? zero : found;
}

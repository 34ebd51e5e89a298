/*
 * Finds the place in an HTML page where a tag can be inserted.
 *
 * The states are those of the tokenizer in the HTML standard, as far as they
 * occur before that place.  A table gives the next state for each kind of byte.
 */

#include <string.h>

#include "ssec_html.h"


enum {
    BEGIN = 0,

    BOM_EF, BOM_EF_BB, BOM_FE, BOM_FF,  /* in a byte order mark */

    TAG_OPEN,                           /* behind "<" */
    H, HT, HTM, HE, HEA, M, ME, MET, T, TI, TIT, TITL,
    TAG_NAME,                           /* behind "<html", "<head", "<meta" */
    TITLE_NAME,                         /* behind "<title" */
    END_TAG_OPEN,                       /* behind "</" */

    DATA,                               /* between tags and comments */

    MARKUP_OPEN,                        /* behind "<!" */
    MARKUP_DASH,                        /* behind "<!-" */
    BOGUS,                              /* in a bogus comment or a doctype */
    COMMENT_START,                      /* behind "<!--" */
    COMMENT_START_DASH,                 /* behind "<!---" */
    COMMENT,
    COMMENT_DASH,                       /* behind "-" in a comment */
    COMMENT_END,                        /* behind "--" in a comment */
    COMMENT_END_BANG,                   /* behind "--!" in a comment */

    TAG,                                /* before the name of an attribute */
    ATTRIBUTE,                          /* in the name, or behind it */
    BEFORE_VALUE,                       /* behind "=" */
    DOUBLE_QUOTED, SINGLE_QUOTED, UNQUOTED,

    TITLE_TAG,                          /* the same six in "<title ...>" */
    TITLE_ATTRIBUTE,
    TITLE_BEFORE_VALUE,
    TITLE_DOUBLE_QUOTED, TITLE_SINGLE_QUOTED, TITLE_UNQUOTED,

    TITLE,                              /* in the text of a title */
    TITLE_LESS,                         /* behind "<" in it */
    TITLE_END,                          /* behind "</" in it */
    TITLE_END_T, TITLE_END_TI, TITLE_END_TIT, TITLE_END_TITL,
    TITLE_END_NAME,                     /* behind "</title" */

    NEVER,                              /* the page cannot have the tag */

    STATES
};

#define SKIP   STATES                  /* stay until ssec_html_ends */
#define FOUND  (STATES + 1)            /* the place is before what is held */


/* The kinds of bytes. */

enum {
    ON_OTHER = 0, ON_ZERO, ON_SPACE,
    ON_LESS, ON_GREATER, ON_SLASH, ON_BANG, ON_QUESTION, ON_DASH, ON_EQUALS,
    ON_QUOTE, ON_APOSTROPHE,
    ON_A, ON_D, ON_E, ON_H, ON_I, ON_L, ON_M, ON_T, ON_LETTER,
    ON_BB, ON_BF, ON_EF, ON_FE, ON_FF
};

#define KINDS  32                      /* rounded up: 65 instructions less */


/* The standard turns a carriage return into a line feed before it tokenizes. */

static const uint8_t  ssec_html_kinds[256] = {
    ['\0'] = ON_ZERO,
    [' '] = ON_SPACE, ['\t'] = ON_SPACE, ['\n'] = ON_SPACE, ['\f'] = ON_SPACE,
    ['\r'] = ON_SPACE,
    ['<'] = ON_LESS, ['>'] = ON_GREATER, ['/'] = ON_SLASH, ['!'] = ON_BANG,
    ['?'] = ON_QUESTION, ['-'] = ON_DASH, ['='] = ON_EQUALS,
    ['"'] = ON_QUOTE, ['\''] = ON_APOSTROPHE,
    ['A'] = ON_A, ['D'] = ON_D, ['E'] = ON_E, ['H'] = ON_H, ['I'] = ON_I,
    ['L'] = ON_L, ['M'] = ON_M, ['T'] = ON_T,
    ['a'] = ON_A, ['d'] = ON_D, ['e'] = ON_E, ['h'] = ON_H, ['i'] = ON_I,
    ['l'] = ON_L, ['m'] = ON_M, ['t'] = ON_T,
    ['B' ... 'C'] = ON_LETTER, ['F' ... 'G'] = ON_LETTER,
    ['J' ... 'K'] = ON_LETTER, ['N' ... 'S'] = ON_LETTER,
    ['U' ... 'Z'] = ON_LETTER,
    ['b' ... 'c'] = ON_LETTER, ['f' ... 'g'] = ON_LETTER,
    ['j' ... 'k'] = ON_LETTER, ['n' ... 's'] = ON_LETTER,
    ['u' ... 'z'] = ON_LETTER,
    [0xbb] = ON_BB, [0xbf] = ON_BF, [0xef] = ON_EF, [0xfe] = ON_FE,
    [0xff] = ON_FF
};


/*
 * The next state.  A row begins with the one for all kinds that the row does
 * not name.  A zero byte ends the search in every state.
 */

#define OTHERS(state)  [0 ... KINDS - 1] = (state), [ON_ZERO] = NEVER

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const uint8_t  ssec_html_next[STATES][KINDS] = {

    [BEGIN] = { OTHERS(FOUND), [ON_SPACE] = DATA, [ON_LESS] = TAG_OPEN,
        [ON_EF] = BOM_EF, [ON_FE] = BOM_FE, [ON_FF] = BOM_FF },

    [BOM_EF] = { OTHERS(FOUND), [ON_BB] = BOM_EF_BB },
    [BOM_EF_BB] = { OTHERS(FOUND), [ON_BF] = DATA },
    [BOM_FE] = { OTHERS(FOUND), [ON_FF] = NEVER },
    [BOM_FF] = { OTHERS(FOUND), [ON_FE] = NEVER },

    [DATA] = { OTHERS(FOUND), [ON_SPACE] = DATA, [ON_LESS] = TAG_OPEN },

    [TAG_OPEN] = { OTHERS(FOUND), [ON_H] = H, [ON_M] = M, [ON_T] = T,
        [ON_BANG] = MARKUP_OPEN, [ON_QUESTION] = BOGUS,
        [ON_SLASH] = END_TAG_OPEN },

    [H] = { OTHERS(FOUND), [ON_T] = HT, [ON_E] = HE },
    [HT] = { OTHERS(FOUND), [ON_M] = HTM },
    [HTM] = { OTHERS(FOUND), [ON_L] = TAG_NAME },
    [HE] = { OTHERS(FOUND), [ON_A] = HEA },
    [HEA] = { OTHERS(FOUND), [ON_D] = TAG_NAME },
    [M] = { OTHERS(FOUND), [ON_E] = ME },
    [ME] = { OTHERS(FOUND), [ON_T] = MET },
    [MET] = { OTHERS(FOUND), [ON_A] = TAG_NAME },
    [TAG_NAME] = { OTHERS(FOUND), [ON_SPACE] = TAG, [ON_SLASH] = TAG,
        [ON_GREATER] = DATA },

    [T] = { OTHERS(FOUND), [ON_I] = TI },
    [TI] = { OTHERS(FOUND), [ON_T] = TIT },
    [TIT] = { OTHERS(FOUND), [ON_L] = TITL },
    [TITL] = { OTHERS(FOUND), [ON_E] = TITLE_NAME },
    [TITLE_NAME] = { OTHERS(FOUND), [ON_SPACE] = TITLE_TAG,
        [ON_SLASH] = TITLE_TAG, [ON_GREATER] = TITLE },

    /* without a letter it is a bogus comment, or "</>", which is nothing */

    [END_TAG_OPEN] = { OTHERS(BOGUS), [ON_GREATER] = DATA,
        [ON_A ... ON_LETTER] = FOUND },

    [MARKUP_OPEN] = { OTHERS(BOGUS), [ON_DASH] = MARKUP_DASH,
        [ON_GREATER] = DATA },
    [MARKUP_DASH] = { OTHERS(BOGUS), [ON_DASH] = COMMENT_START,
        [ON_GREATER] = DATA },
    [BOGUS] = { OTHERS(SKIP), [ON_GREATER] = DATA },

    [COMMENT_START] = { OTHERS(COMMENT), [ON_DASH] = COMMENT_START_DASH,
        [ON_GREATER] = DATA },
    [COMMENT_START_DASH] = { OTHERS(COMMENT), [ON_DASH] = COMMENT_END,
        [ON_GREATER] = DATA },
    [COMMENT] = { OTHERS(SKIP), [ON_DASH] = COMMENT_DASH },
    [COMMENT_DASH] = { OTHERS(COMMENT), [ON_DASH] = COMMENT_END },
    [COMMENT_END] = { OTHERS(COMMENT), [ON_DASH] = COMMENT_END,
        [ON_BANG] = COMMENT_END_BANG, [ON_GREATER] = DATA },
    [COMMENT_END_BANG] = { OTHERS(COMMENT), [ON_DASH] = COMMENT_DASH,
        [ON_GREATER] = DATA },

    /* where a name may begin, "=" is its first character */

    [TAG] = { OTHERS(ATTRIBUTE), [ON_SPACE] = TAG, [ON_SLASH] = TAG,
        [ON_GREATER] = DATA },
    [ATTRIBUTE] = { OTHERS(ATTRIBUTE), [ON_EQUALS] = BEFORE_VALUE,
        [ON_SLASH] = TAG, [ON_GREATER] = DATA },
    [BEFORE_VALUE] = { OTHERS(UNQUOTED), [ON_SPACE] = BEFORE_VALUE,
        [ON_QUOTE] = DOUBLE_QUOTED, [ON_APOSTROPHE] = SINGLE_QUOTED,
        [ON_GREATER] = DATA },
    [DOUBLE_QUOTED] = { OTHERS(SKIP), [ON_QUOTE] = TAG },
    [SINGLE_QUOTED] = { OTHERS(SKIP), [ON_APOSTROPHE] = TAG },
    [UNQUOTED] = { OTHERS(UNQUOTED), [ON_SPACE] = TAG, [ON_GREATER] = DATA },

    [TITLE_TAG] = { OTHERS(TITLE_ATTRIBUTE), [ON_SPACE] = TITLE_TAG,
        [ON_SLASH] = TITLE_TAG, [ON_GREATER] = TITLE },
    [TITLE_ATTRIBUTE] = { OTHERS(TITLE_ATTRIBUTE),
        [ON_EQUALS] = TITLE_BEFORE_VALUE, [ON_SLASH] = TITLE_TAG,
        [ON_GREATER] = TITLE },
    [TITLE_BEFORE_VALUE] = { OTHERS(TITLE_UNQUOTED),
        [ON_SPACE] = TITLE_BEFORE_VALUE, [ON_QUOTE] = TITLE_DOUBLE_QUOTED,
        [ON_APOSTROPHE] = TITLE_SINGLE_QUOTED, [ON_GREATER] = TITLE },
    [TITLE_DOUBLE_QUOTED] = { OTHERS(SKIP),
        [ON_QUOTE] = TITLE_TAG },
    [TITLE_SINGLE_QUOTED] = { OTHERS(SKIP),
        [ON_APOSTROPHE] = TITLE_TAG },
    [TITLE_UNQUOTED] = { OTHERS(TITLE_UNQUOTED), [ON_SPACE] = TITLE_TAG,
        [ON_GREATER] = TITLE },

    [TITLE] = { OTHERS(SKIP), [ON_LESS] = TITLE_LESS },
    [TITLE_LESS] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_SLASH] = TITLE_END },
    [TITLE_END] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_T] = TITLE_END_T },
    [TITLE_END_T] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_I] = TITLE_END_TI },
    [TITLE_END_TI] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_T] = TITLE_END_TIT },
    [TITLE_END_TIT] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_L] = TITLE_END_TITL },
    [TITLE_END_TITL] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_E] = TITLE_END_NAME },

    /* an end tag may have attributes, too */

    [TITLE_END_NAME] = { OTHERS(TITLE), [ON_LESS] = TITLE_LESS,
        [ON_SPACE] = TAG, [ON_SLASH] = TAG, [ON_GREATER] = DATA },

    [NEVER] = { OTHERS(SKIP) }
};

#pragma GCC diagnostic pop


/* How many bytes a state holds: the place may turn out to be before them. */

static const uint8_t  ssec_html_held[STATES] = {
    [BOM_EF] = 1, [BOM_EF_BB] = 2, [BOM_FE] = 1, [BOM_FF] = 1,
    [TAG_OPEN] = 1, [END_TAG_OPEN] = 2,
    [H] = 2, [HT] = 3, [HTM] = 4, [HE] = 3, [HEA] = 4,
    [M] = 2, [ME] = 3, [MET] = 4, [TAG_NAME] = 5,
    [T] = 2, [TI] = 3, [TIT] = 4, [TITL] = 5, [TITLE_NAME] = 6
};


/* The only byte that leads out of a state in which many bytes may follow. */

static const uint8_t  ssec_html_ends[STATES] = {
    [BOGUS] = '>', [COMMENT] = '-', [TITLE] = '<',
    [DOUBLE_QUOTED] = '"', [TITLE_DOUBLE_QUOTED] = '"',
    [SINGLE_QUOTED] = '\'', [TITLE_SINGLE_QUOTED] = '\''
};


/* Gives the index of c, of a zero byte before it, or else len. */

static size_t
ssec_html_find(const unsigned char *data, size_t i, size_t len, int c)
{
    const unsigned char  *found, *zero;

    found = memchr(data + i, c, len - i);
    if (found == NULL) {
        found = data + len;
    }

    zero = memchr(data + i, '\0', (size_t) (found - data) - i);

    return (size_t) ((zero ? zero : found) - data);
}


bool
ssec_html_scan(ssec_html_t *html, const unsigned char *data, size_t len,
    ptrdiff_t *at)
{
    size_t    i;
    unsigned  next;

    const uint8_t  (*state)[KINDS];

    state = &ssec_html_next[*html];

    for (i = 0; i < len; /* void */ ) {

        next = (*state)[ssec_html_kinds[data[i]]];

        if (next < STATES) {
            state = &ssec_html_next[next];
            i++;

        } else if (next == SKIP) {
            i = ssec_html_find(data, i + 1, len,
                               ssec_html_ends[state - ssec_html_next]);

        } else {
            break;
        }
    }

    *html = (ssec_html_t) (state - ssec_html_next);
    *at = (ptrdiff_t) i - ssec_html_held[*html];

    return i < len;
}


bool
ssec_html_end(ssec_html_t html)
{
    return html == DATA || ssec_html_held[html];
}


bool
ssec_html_never(ssec_html_t html)
{
    return html == NEVER;
}

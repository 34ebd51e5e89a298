/* The place in HTML pages where a tag can be put. */

#include "ssec_test.h"

#include <cmocka.h>

#include <strings.h>

#include "../src/core/ssec_html.h"


#define MAX_LEN  256
#define NONE     ((size_t) -1)

#define PAGE(s)  { (const uint8_t *) (s), sizeof(s) - 1 }


typedef struct {
    const uint8_t  *data;
    size_t          len;
} page_t;


/* What a filter does: what it has sent, and what it holds back. */

typedef struct {
    ssec_html_t     html;
    bool            found;
    size_t          sent;
    size_t          held;
    size_t          place;
    const uint8_t  *page;
} filter_t;


/* The place is at the bar. */

static const page_t  places[] = {

    /* nothing to pass over */

    PAGE("|x"), PAGE("|x<html>"), PAGE("|\x01"), PAGE("|\v<html>"),
    PAGE("|\xa0<html>"), PAGE("|\x80"), PAGE("|&nbsp;<html>"), PAGE("|>"),
    PAGE("|-->"), PAGE("|<p>"), PAGE("|<b"), PAGE("|<A>"), PAGE("|<z>"),
    PAGE("|< html>"), PAGE("|<1>"), PAGE("|<<html>"), PAGE("|<>"),
    PAGE("|<=>"), PAGE("|<@>"), PAGE("|<[>"), PAGE("|<`>"), PAGE("|<{>"),
    PAGE("|<\xe9>"), PAGE("|{\"a\": \"<html>\"}"),
    PAGE("|<script>"), PAGE("|<body>"), PAGE("|<base>"), PAGE("|<link>"),
    PAGE("|<style>"), PAGE("|<noscript>"), PAGE("|<template>"),
    PAGE("|<p\0"),

    /* end tags */

    PAGE("|</p>"), PAGE("|</html>"), PAGE("|</head>"), PAGE("|</title>"),
    PAGE("|</meta>"), PAGE("|</body>"), PAGE("|</Z"), PAGE("<head>|</a"),
    PAGE("|</div>"), PAGE("|</EM>"), PAGE("|</i>"), PAGE("|</li>"),

    /* byte order marks */

    PAGE("\xef\xbb\xbf|x"), PAGE("\xef\xbb\xbf <html>|<p>"),
    PAGE("|\xef"), PAGE("|\xefx"), PAGE("|\xef\xbb"), PAGE("|\xef\xbbx"),
    PAGE("|\xef<"), PAGE("|\xef\xef\xbb\xbf"), PAGE("|\xbb\xbf"),
    PAGE("|\xfe"), PAGE("|\xfex"), PAGE("|\xfe\xfe"), PAGE("|\xff"),
    PAGE("|\xffx"), PAGE("|\xff\xff"), PAGE("\xef\xbb\xbf|\xef\xbb\xbf"),
    PAGE(" |\xef\xbb\xbf<html>"), PAGE(" |\xfe\xff"), PAGE(" |\xff\xfe"),
    PAGE("\xef\xbb\xbf|\xfe\xff"), PAGE("\xef\xbb\xbf|"),

    /* whitespace */

    PAGE(" |"), PAGE(" \t\n\f\r|x"), PAGE(" \r\n <html> \t|<p>"),

    /* comments */

    PAGE("<!---->|x"), PAGE("<!-- -->|x"), PAGE("<!-->|-->"),
    PAGE("<!--->|-->"), PAGE("<!--->|x"), PAGE("<!----->|x"),
    PAGE("<!-- <html> > - -- -> --x> -->|x"), PAGE("<!----!>|-->"),
    PAGE("<!-- --!>|-->"), PAGE("<!-- --!-->|x"), PAGE("<!-- --!->-->|x"),
    PAGE("<!-- --!x>-->|x"), PAGE("<!-- --!!>-->|x"), PAGE("<!--!>-->|x"),
    PAGE("<!---!>-->|x"), PAGE("<!--- -->|x"), PAGE("<!---x>-->|x"),
    PAGE("<!-- ---->|x"), PAGE("<!-- --->|x"), PAGE("<!----->|"),
    PAGE("<!-- -- >-->|x"), PAGE("<!-- --x-->|x"), PAGE("<!-- --\n>-->|x"),
    PAGE("<!--<!---->|-->"), PAGE("<!--<!-->|x"), PAGE("<!--<!->-->|x"),
    PAGE("<!-- <!-- --!>|x"), PAGE("<!--x--><!--y--> <!--z-->|<p>"),
    PAGE("<!--[if IE]><html class=\"ie\"><![endif]-->\n<html>|<body>"),
    PAGE("<!--[if !IE]><!--><html><!--<![endif]-->\n<head>|<link>"),
    PAGE("<!-- ---x>-->|x"),
    PAGE("<!--x->-->|x"), PAGE("<!---x->-->|x"), PAGE("<!----x>-->|x"),
    PAGE("<!-- -x->-->|x"), PAGE("<!-- --!x->-->|x"), PAGE("<!-- --x->-->|x"),
    PAGE("<!--\xe9\xff-->|<p>"), PAGE("<!--\"-->|\"-->"),

    /* bogus comments, and doctypes */

    PAGE("<!>|x"), PAGE("<!->|x"), PAGE("<!-x>|x"), PAGE("<!-x-->|x"),
    PAGE("<! -->|x"), PAGE("<!x>|>"), PAGE("<!-\">|\">"), PAGE("<!- -->|x"),
    PAGE("<![CDATA[x>|]]>"), PAGE("<![if IE]>|x"), PAGE("<?>|x"),
    PAGE("<?xml version='>|'?>"), PAGE("<?xml version=\"1.0\"?>\n<html>|x"),
    PAGE("<?php ?>|?>"), PAGE("</>|x"), PAGE("</ >|x"), PAGE("</1 a=\">|\">"),
    PAGE("</!-->|-->"), PAGE("</?>|x"), PAGE("<//>|x"), PAGE("</<p>|x"),
    PAGE("</\n>|x"), PAGE("</\xe9>|x"), PAGE("</ ><!doctype html>|<p>"),
    PAGE("<!DOCTYPE html>|x"), PAGE("<!doctype HTML><html>|<p>"),
    PAGE("<!DOCTYPE>|x"), PAGE("<!DOCTYPE html SYSTEM \"a>|b\">"),
    PAGE("<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01//EN\"\n\""
         "http://www.w3.org/TR/html4/strict.dtd\">\n|<p>"),
    PAGE("<!doctype html>|"),

    /* tags */

    PAGE("<html>|x"), PAGE("<HTML>|x"), PAGE("<hTmL>|x"), PAGE("<head>|x"),
    PAGE("<HEAD>|x"), PAGE("<hEaD>|x"), PAGE("<meta>|x"), PAGE("<MeTa>|x"),
    PAGE("<html\t>|x"), PAGE("<html\n>|x"), PAGE("<html\f>|x"),
    PAGE("<html\r>|x"), PAGE("<html >|x"), PAGE("<html/>|x"),
    PAGE("<meta//>|x"), PAGE("<head / >|x"),
    PAGE("|<header>"), PAGE("|<heading>"), PAGE("|<heath>"), PAGE("|<hea>"),
    PAGE("|<hea "), PAGE("|<h>"), PAGE("|<h1>"), PAGE("|<hr>"),
    PAGE("|<ht>"), PAGE("|<htm>"), PAGE("|<htm/>"), PAGE("|<htmx>"),
    PAGE("|<htead>"), PAGE("|<hetml>"), PAGE("|<htmll>"), PAGE("|<html5>"),
    PAGE("|<html:html>"), PAGE("|<html=>"), PAGE("|<html\"\">"),
    PAGE("|<html\v>"), PAGE("|<html<html>"), PAGE("|<m>"), PAGE("|<main>"),
    PAGE("|<meter>"), PAGE("|<metadata>"), PAGE("|<meta-x>"), PAGE("|<me>"),
    PAGE("|<t>"), PAGE("|<table>"), PAGE("|<template>"), PAGE("|<titles>"),
    PAGE("|<titl>"), PAGE("|<h\xc5>"), PAGE("|<\xc8tml>"), PAGE("|<he<"),
    PAGE("|<hTml\x1f>"), PAGE("|<mete>"), PAGE("|<meta\xa0>"),
    PAGE("<html><head><meta charset=utf-8>|<link>"),
    PAGE("<meta><head><html><!doctype html> <!----><meta>|</head>"),
    PAGE("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8"
         "\">\n  <title>T</title>\n  |<base href=\"/\">\n</head>"),

    /* attributes */

    PAGE("<html a>|x"), PAGE("<html a=b>|x"), PAGE("<html a=>|\">"),
    PAGE("<html a=\">\">|x"), PAGE("<html a='>'>|x"),
    PAGE("<html a=\"'>\" b='\">'>|x"), PAGE("<html a = \">\">|x"),
    PAGE("<html a\n=\r\n'>'>|x"), PAGE("<html a=b\">|\">"),
    PAGE("<html a=b'>|'>"), PAGE("<html a=b=\">|\">"),
    PAGE("<html a\">|\">"), PAGE("<html \">|\">"), PAGE("<html '>|'>"),
    PAGE("<html a=\"\">|x"), PAGE("<html a=\"\"\">|\">"),
    PAGE("<html a=\"\"b=\">\">|x"), PAGE("<html a=\"\"'>|x"),
    PAGE("<html a=''=\">|x"), PAGE("<html a=''/>|x"), PAGE("<html a='' >|x"),
    PAGE("<html =\">|\">"), PAGE("<html ==\">\">|x"), PAGE("<html =a>|x"),
    PAGE("<html/=\">|\">"), PAGE("<html /=a=\">\">|x"),
    PAGE("<html a/=\">|\">"), PAGE("<html a /=\">|\">"),
    PAGE("<html a=/>|x"), PAGE("<html a=/\">|\">"), PAGE("<html a=b/>|x"),
    PAGE("<html a= />|x"), PAGE("<html a=/ b=\">\">|x"),
    PAGE("<html a=b c>|x"), PAGE("<html a=b\tc='>'>|x"),
    PAGE("<html a b=\">\">|x"), PAGE("<html a b c>|x"),
    PAGE("<html a/b>|x"), PAGE("<html a/b=\">\">|x"),
    PAGE("<html a=\"/\"/b=\">\">|x"), PAGE("<html <p>|<p>"),
    PAGE("<html a<=\">\">|x"), PAGE("<html a=<p>|x"), PAGE("<html a==\">|x"),
    PAGE("<html a=bc=\">|\">"), PAGE("<html a=b =\">|\">"),
    PAGE("<html a=\"\"=\">|\">"), PAGE("<html a='' =\">|\">"),
    PAGE("<html\ta=\t\">\"\t>|x"), PAGE("<html\na=\n\">\"\n>|x"),
    PAGE("<html\fa=\f\">\"\f>|x"), PAGE("<html\ra=\r\">\"\r>|x"),
    PAGE("<html a=b\nc=\">\">|x"), PAGE("<html a=b\fc=\">\">|x"),
    PAGE("<html a=b\rc=\">\">|x"), PAGE("<html a=\v\">|\">"),
    PAGE("<html a=b\vc=\">|\">"), PAGE("<html a=`>|`>"),
    PAGE("<head a=\">\"><meta b='>'/>|<p>"),

    /* titles */

    PAGE("<title></title>|x"), PAGE("<TITLE>T</TITLE>|x"),
    PAGE("<title>T</tItLe>|x"), PAGE("<title> <p> </p> </title>|x"),
    PAGE("<title><title></title>|</title>"), PAGE("<title/>x</title>|x"),
    PAGE("<title>x<!--</title>|-->"), PAGE("<title>x</title >|x"),
    PAGE("<title>x</title\n>|x"), PAGE("<title>x</title\t>|x"),
    PAGE("<title>x</title\f>|x"), PAGE("<title>x</title\r>|x"),
    PAGE("<title>x</title/>|x"),
    PAGE("<title>x</title a=\">\">|x"), PAGE("<title>x</title/a='>'>|x"),
    PAGE("<title>x</title a>|</title>"), PAGE("<title>x</titles></title>|x"),
    PAGE("<title>x</titl></title>|x"), PAGE("<title>x</titlx></title>|x"),
    PAGE("<title>x</head></title>|x"), PAGE("<title></ title></title>|x"),
    PAGE("<title></title<></title>|x"), PAGE("<title></tit</title>|x"),
    PAGE("<title></</title>|x"), PAGE("<title><</title>|x"),
    PAGE("<title><<</title>|x"), PAGE("<title>< /title></title>|x"),
    PAGE("<title></title\"></title>|x"), PAGE("<title></title\v></title>|x"),
    PAGE("<title>1 < 2 </b></title>|x"), PAGE("<title></></title>|x"),
    PAGE("<title a=\">\" b=c>x</title>|x"), PAGE("<title a=b/>x</title>|x"),
    PAGE("<title a>x</title>|x"), PAGE("<title a=>x</title>|x"),
    PAGE("<title a=''>x</title>|x"), PAGE("<title a=b>x</title>|x"),
    PAGE("<title a=b >x</title>|x"), PAGE("<title a= b>x</title>|x"),
    PAGE("<title / a/ =>x</title>|x"), PAGE("<title a='>' b='\">'>x</title>|x"),
    PAGE("<title a=\"'>\" =\"b>x</title>|x"), PAGE("<title a=/\">x</title>|x"),
    PAGE("<title /=\">x</title>|\">"), PAGE("<title a/=\">x</title>|\">"),
    PAGE("<title a= \"></title>\">x</title>|x"),
    PAGE("<title a='></title>'>x</title>|x"),
    PAGE("<title a=b c=\"></title>\">x</title>|x"),
    PAGE("<title><<b></t<b></t</title>|x"),
    PAGE("<title></<b></ti<b></ti</title>|x"),
    PAGE("<title></tit<b></titl<b></titl</title>|x"),
    PAGE("<title></title</title>|x"),
    PAGE("<title>a</title><title>b</title><html a>|x"),
    PAGE("<title>a</title><meta a='>'> <head>|<title"),
    PAGE("<title>\xc3\xa9</\xc3></title>|x"),

    /* the page's end */

    PAGE("|<"), PAGE("|<h"), PAGE("|<he"), PAGE("|<html"), PAGE("|<HEAD"),
    PAGE("|<met"), PAGE("|<title"), PAGE("|</"), PAGE(" |<"),
    PAGE("<!doctype html>\n|"), PAGE("<html>|"), PAGE("<title></title>|"),
    PAGE("<title>x</title><!-- -->\n|<ti"), PAGE("<html a=b>|</"),
    PAGE("</>|"), PAGE("<!-->|"), PAGE("\xef\xbb\xbf|<"),
};


/* Cut off where a tag would be part of something, or too short. */

static const page_t  cut_off[] = {
    PAGE(""), PAGE("<!"), PAGE("<!-"), PAGE("<!--"), PAGE("<!---"),
    PAGE("<!-- "), PAGE("<!-- -"), PAGE("<!-- --"), PAGE("<!-- --!"),
    PAGE("<!-- <html"), PAGE("<!-- <"), PAGE("<!-- </"), PAGE("<!d"),
    PAGE("<!doctype html"), PAGE("<!doctype html \"<"), PAGE("<?"),
    PAGE("<?xml ?"), PAGE("</ "), PAGE("</1<"), PAGE("<html "), PAGE("<html/"),
    PAGE("<head\n"), PAGE("<meta a"), PAGE("<meta a "), PAGE("<meta a="),
    PAGE("<meta a= "), PAGE("<meta a=b"), PAGE("<meta a=b "),
    PAGE("<meta a=\""), PAGE("<meta a=\"<"), PAGE("<meta a='<h"),
    PAGE("<meta a=\"\""), PAGE("<meta a=<"), PAGE("<meta <html"),
    PAGE("<title "), PAGE("<title>"), PAGE("<title>x"), PAGE("<title><"),
    PAGE("<title></"), PAGE("<title></t"), PAGE("<title></title"),
    PAGE("<title></title "), PAGE("<title></title a='"),
    PAGE("<title></titlex"), PAGE("<title><html"), PAGE("<title><meta")
};


/* UTF-16 and UTF-32, and a zero byte before the place is found. */

static const page_t  nevers[] = {
    PAGE("\xfe\xff"), PAGE("\xff\xfe"), PAGE("\xfe\xff\0<\0h\0t\0m\0l\0>"),
    PAGE("\xff\xfe<\0h\0t\0m\0l\0>\0"), PAGE("\xff\xfe\0\0<\0\0\0"),
    PAGE("\0\0\xfe\xff\0\0\0<"), PAGE("\xfe\xff<p>"), PAGE("\xff\xfe<p>"),
    PAGE("\0"), PAGE("\0<\0p\0>"), PAGE("<\0p\0>\0"), PAGE("<h\0t\0"),
    PAGE("<html\0><p>"), PAGE(" \0"), PAGE("\xef\0"), PAGE("\xef\xbb\0"),
    PAGE("\xef\xbb\xbf\0"), PAGE("\xfe\0"), PAGE("\xff\0"), PAGE("</\0"),
    PAGE("<!\0-->x"), PAGE("<!-\0>x"), PAGE("<!--\0-->x"),
    PAGE("<!---\0-->x"), PAGE("<!-- a \0 -->x"), PAGE("<!-- -\0-->x"),
    PAGE("<!-- --\0>-->x"), PAGE("<!-- --!\0-->x"), PAGE("<!doctype \0>x"),
    PAGE("<?a \0>x"), PAGE("</ a \0>x"), PAGE("<html \0>x"),
    PAGE("<html a\0>x"), PAGE("<html a \0>x"), PAGE("<html a=\0>x"),
    PAGE("<html a=b\0>x"), PAGE("<html a=\"b\0\">x"),
    PAGE("<html a='b\0'>x"), PAGE("<html a=\"\"\0>x"),
    PAGE("<title>T\0</title>x"), PAGE("<title><\0</title>x"),
    PAGE("<title></\0</title>x"), PAGE("<title></title\0></title>x"),
    PAGE("<title></title \0>x"), PAGE("<html>\0"), PAGE("<html><m\0eta>")
};


#define NELTS(a)  (sizeof(a) / sizeof((a)[0]))


/* What the header lets the scanner hold, said in another way. */

static bool
may_be_held(const uint8_t *page, size_t from, size_t to)
{
    size_t  i, n;

    static const char  *tags[] = { "<html", "<head", "<meta", "<title", "</" };

    n = to - from;

    if (from == 0
        && ((n <= 2 && memcmp(page, "\xef\xbb", n) == 0)
            || (n == 1 && page[0] >= 0xfe)))
    {
        return true;
    }

    for (i = 0; i < NELTS(tags); i++) {
        if (n <= strlen(tags[i])
            && strncasecmp((const char *) page + from, tags[i], n) == 0)
        {
            return true;
        }
    }

    return false;
}


static void
filter_begin(filter_t *filter, const uint8_t *page)
{
    memset(filter, 0, sizeof(filter_t));

    filter->page = page;
    filter->place = NONE;
}


/* The next len bytes of the page; all that the header promises of a call. */

static void
filter_next(filter_t *filter, size_t len)
{
    size_t      read;
    uint8_t    *data;
    ptrdiff_t   at;

    if (filter->found) {
        return;
    }

    /* in a block of its own size: a sanitizer sees each byte too far */

    data = NULL;
    read = filter->sent + filter->held;

    if (len) {
        data = malloc(len);
        assert_non_null(data);
        memcpy(data, filter->page + read, len);
    }

    filter->found = ssec_html_scan(&filter->html, data, len, &at);

    free(data);

    /* what is held only grows while it is held, and is the last */

    assert_in_range(filter->held + (size_t) at, 0, filter->held + len);

    if (at < 0) {
        assert_int_equal(-at, filter->held);
    }

    if (filter->found) {
        assert_true(at < (ptrdiff_t) len);

        filter->place = read + (size_t) at;
        return;
    }

    filter->sent = read + (size_t) at;
    filter->held = len - (size_t) at;

    assert_in_range(filter->held, 0, SSEC_HTML_HELD);

    if (filter->held) {
        assert_true(may_be_held(filter->page, filter->sent, read + len));
        assert_true(ssec_html_end(filter->html));
    }

    if (ssec_html_never(filter->html)) {
        assert_int_equal(filter->held, 0);
        assert_false(ssec_html_end(filter->html));
    }
}


static void
filter_end(filter_t *filter)
{
    if (!filter->found && ssec_html_end(filter->html)) {
        filter->place = filter->sent;
    }
}


static void
filter_check(const filter_t *filter, size_t place, bool never, size_t len,
    const char *how, size_t i, size_t j)
{
    if (filter->place != place || ssec_html_never(filter->html) != never) {
        fail_msg("\"%.*s\" %s %zu %zu: %d at %zd, not %zd", (int) len,
                 (const char *) filter->page, how, i, j, filter->html,
                 (ssize_t) filter->place, (ssize_t) place);
    }
}


/* A page whole, in every two and every three parts, and byte by byte. */

static void
check_page(const uint8_t *page, size_t len, size_t place, bool never)
{
    size_t    i, j;
    filter_t  filter;

    filter_begin(&filter, page);
    filter_next(&filter, len);
    filter_end(&filter);
    filter_check(&filter, place, never, len, "whole", 0, 0);

    filter_begin(&filter, page);

    for (i = 0; i < len; i++) {
        filter_next(&filter, 1);
        filter_next(&filter, 0);
    }

    filter_end(&filter);
    filter_check(&filter, place, never, len, "byte by byte", 0, 0);

    for (i = 0; i <= len; i++) {

        filter_begin(&filter, page);
        filter_next(&filter, i);
        filter_next(&filter, len - i);
        filter_end(&filter);
        filter_check(&filter, place, never, len, "in two at", i, i);

        for (j = i; j <= len; j++) {
            filter_begin(&filter, page);
            filter_next(&filter, i);
            filter_next(&filter, j - i);
            filter_next(&filter, len - j);
            filter_end(&filter);
            filter_check(&filter, place, never, len, "in three at", i, j);
        }
    }
}


static void
test_places(void **state)
{
    size_t          i, place, len;
    uint8_t         page[MAX_LEN];
    const uint8_t  *bar;

    (void) state;

    for (i = 0; i < NELTS(places); i++) {

        len = places[i].len;
        assert_in_range(len, 1, MAX_LEN);

        bar = memchr(places[i].data, '|', len);
        assert_non_null(bar);

        place = (size_t) (bar - places[i].data);
        len--;

        memcpy(page, places[i].data, place);
        memcpy(page + place, bar + 1, len - place);

        check_page(page, len, place, false);
    }
}


static void
test_cut_off(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < NELTS(cut_off); i++) {
        check_page(cut_off[i].data, cut_off[i].len, NONE, false);
    }
}


static void
test_never(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < NELTS(nevers); i++) {
        check_page(nevers[i].data, nevers[i].len, NONE, true);
    }
}


/* What is held of a page that goes on. */

static void
test_held(void **state)
{
    size_t       i, len;
    ptrdiff_t    at;
    ssec_html_t  html;

    static const struct {
        const char  *page;
        const char  *held;
    } pages[] = {
        { "<", "<" },
        { "</", "</" },
        { "<T", "<T" },
        { "<title", "<title" },
        { "<!doctype html>\n<hE", "<hE" },
        { "<html><meta", "<meta" },
        { "<title>x</title><hea", "<hea" },
        { "\xef", "\xef" },
        { "\xef\xbb", "\xef\xbb" },
        { "\xfe", "\xfe" },
        { "\xff", "\xff" },

        { "", "" },
        { "\xef\xbb\xbf", "" },
        { " ", "" },
        { "<!", "" },
        { "<!-", "" },
        { "<!-- <", "" },
        { "<!-- <h", "" },
        { "<!doctype <", "" },
        { "<?<", "" },
        { "</ <", "" },
        { "<html>", "" },
        { "<html ", "" },
        { "<html <", "" },
        { "<html a=<h", "" },
        { "<html a=\"<h", "" },
        { "<title>", "" },
        { "<title><", "" },
        { "<title></", "" },
        { "<title></title", "" },
        { "<title><h", "" }
    };

    (void) state;

    for (i = 0; i < NELTS(pages); i++) {
        html = 0;
        len = strlen(pages[i].page);

        assert_false(ssec_html_scan(&html, (uint8_t *) pages[i].page, len,
                                    &at));
        assert_string_equal(pages[i].page + at, pages[i].held);
    }
}


/* What was held goes free, or another tag's beginning takes its room. */

static void
test_held_again(void **state)
{
    ptrdiff_t    at;
    ssec_html_t  html;

    (void) state;

    html = 0;

#define scan(s)  ssec_html_scan(&html, (uint8_t *) (s), sizeof(s) - 1, &at)

    assert_false(scan("<h"));
    assert_int_equal(at, 0);

    assert_false(ssec_html_scan(&html, NULL, 0, &at));
    assert_int_equal(at, -2);

    assert_false(scan("ea"));
    assert_int_equal(at, -2);

    assert_false(scan("d>"));
    assert_int_equal(at, 2);

    assert_false(scan("<meta"));
    assert_int_equal(at, 0);
    assert_false(scan("><Ti"));
    assert_int_equal(at, 1);

    assert_true(scan("p>"));
    assert_int_equal(at, -3);

    /* held before, but not what the place is before */

    html = 0;

    assert_false(scan("<hea"));
    assert_true(scan("d><p>"));
    assert_int_equal(at, 2);

    /* nor held where there is no place */

    html = 0;

    assert_false(scan("<hea"));
    assert_false(scan("d><m\0<p>"));
    assert_int_equal(at, 8);
    assert_true(ssec_html_never(html));

    assert_false(scan("<p\0>"));
    assert_int_equal(at, 4);
    assert_true(ssec_html_never(html));

#undef scan
}


/* Any pieces one after the other, in any parts. */

static void
test_any(void **state)
{
    size_t    i, n, len, place;
    uint8_t   page[MAX_LEN];
    uint64_t  seed;
    filter_t  filter;

    static const char  *pieces[] = {
        "<", ">", "!", "-", "--", "/", "=", "\"", "'", " ", "\n", "?", "x",
        "<!--", "-->", "<!doctype html>", "<html", "<head>", "<meta ",
        "<title>", "</title", "<p>", "</", "\xef\xbb\xbf", "\xff", "a=", "h",
        "<title>", "</title>"
    };

    (void) state;

    seed = 13;

    for (i = 0; i < 100000; i++) {
        len = 0;

        for (n = test_below(&seed, 16); n; n--) {
            len += (size_t) sprintf((char *) page + len, "%s",
                                    pieces[test_below(&seed, NELTS(pieces))]);
        }

        filter_begin(&filter, page);
        filter_next(&filter, len);
        filter_end(&filter);
        place = filter.place;

        filter_begin(&filter, page);

        for (n = 0; n < len; n++) {
            filter_next(&filter, 1);
        }

        filter_end(&filter);
        filter_check(&filter, place, ssec_html_never(filter.html), len, "any",
                     i, 0);

        /* a tag there is where the next one would go */

        if (place != NONE) {
            memmove(page + place + 8, page + place, len - place);
            memcpy(page + place, "<script>", 8);

            filter_begin(&filter, page);
            filter_next(&filter, len + 8);
            filter_check(&filter, place, false, len + 8, "again", i, 0);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_held_again),
        cmocka_unit_test(test_any)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

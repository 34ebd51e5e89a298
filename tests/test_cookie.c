/* Every reading of a Cookie header, and the canonical form of values. */

#include "ssec_test.h"

#include <cmocka.h>

#include "../src/core/ssec_cookie.h"


#define MAX_LEN  8192

#define RANDOM_RUNS  20000

/* of a literal, zeros in it included */
#define STR(s)  (const uint8_t *) (s), sizeof(s) - 1


/* A copy in a block of its own size: a sanitizer sees each byte too far. */

static uint8_t *
copy(const void *data, size_t len)
{
    uint8_t  *p;

    p = malloc(len + (len == 0));
    assert_non_null(p);

    return memcpy(p, data, len);
}


static ssec_cookie_name_t
folded(const char *text)
{
    size_t              len;
    bool                prefix;
    ssec_cookie_name_t  name;
    static uint8_t      buf[64];

    len = strlen(text);
    prefix = (text[len - 1] == '*');

    assert_true(ssec_cookie_name(&name, (const uint8_t *) text, len - prefix,
                                 prefix, buf));

    return name;
}


/*
 * All readings of a header as one text: "sc<value>", with "-" for "s" if it is
 * not standard, or "c" if it is cut, and "-" for "c" if it is not canonical.
 */

static const char *
readings(const char *text, const uint8_t *data, size_t len)
{
    char                *p;
    uint8_t             *header;
    ssec_cookie_t        cookie;
    ssec_cookies_t       it;
    ssec_cookie_name_t   name;
    static char          out[4 * MAX_LEN];

    header = copy(data, len);
    name = folded(text);
    p = out;
    *p = '\0';

    ssec_cookies(&it, header, len);

    while (ssec_cookies_next(&it, &name, &cookie)) {
        assert_false(cookie.standard && cookie.cut);

        p += sprintf(p, "%c%c<%.*s>",
                     cookie.standard ? 's' : cookie.cut ? 'c' : '-',
                     cookie.canonical ? 'c' : '-', (int) cookie.value.len,
                     (const char *) cookie.value.data);
    }

    free(header);

    return out;
}


/* All parts that are to be withheld, as one text. */

static const char *
parts(const char *text, const char *header)
{
    char                *p;
    ssec_cookie_t        cookie;
    ssec_cookies_t       it;
    ssec_cookie_name_t   name;
    static char          out[4 * MAX_LEN];

    name = folded(text);
    p = out;
    *p = '\0';

    ssec_cookies(&it, (const uint8_t *) header, strlen(header));

    while (ssec_cookies_next(&it, &name, &cookie)) {
        p += sprintf(p, "<%.*s>", (int) cookie.part.len,
                     (const char *) cookie.part.data);
    }

    return out;
}


static const char *
canonical(const uint8_t *data, size_t len)
{
    uint8_t      *value, *buf;
    size_t        n, m;
    static char   out[MAX_LEN + 1];

    value = copy(data, len);
    buf = copy(data, len);

    n = ssec_cookie_canonical(buf, value, len);
    assert_true(n <= len);
    assert_memory_equal(value, data, len);

    /* in the value's own place */

    m = ssec_cookie_canonical(value, value, len);
    assert_int_equal(m, n);
    assert_memory_equal(value, buf, n);

    memcpy(out, buf, n);
    out[n] = '\0';

    free(value);
    free(buf);

    return out;
}


#define assert_readings(name, header, expected)                               \
    assert_string_equal(readings(name, STR(header)), expected)

#define assert_canonical(value, expected)                                     \
    assert_string_equal(canonical(STR(value)), expected)


static void
test_name(void **state)
{
    unsigned            c;
    uint8_t             buf[16], byte;
    ssec_cookie_name_t  name;

    static const uint8_t  text[] = "PHP.SessId[+x-~";

    (void) state;

    assert_true(ssec_cookie_name(&name, text, sizeof(text) - 1, true, buf));
    assert_memory_equal(name.folded.data, "php_sessid__x-~", 15);
    assert_int_equal(name.folded.len, 15);
    assert_ptr_equal(name.spelled.data, text);
    assert_true(name.prefix);

    assert_false(ssec_cookie_name(&name, text, 0, false, buf));

    for (c = 0; c < 256; c++) {
        byte = (uint8_t) c;

        assert_int_equal(ssec_cookie_name(&name, &byte, 1, false, buf),
                         c > 0x20 && c < 0x7f && !strchr("\",;=", (int) c));
    }
}


static bool
match(const char *text, const uint8_t *data, size_t len)
{
    bool                 matches;
    uint8_t             *p;
    ssec_cookie_name_t   name;

    name = folded(text);
    p = copy(data, len);
    matches = ssec_cookie_match(&name, p, len);
    free(p);

    return matches;
}


static void
test_match(void **state)
{
    char      text[2] = "";
    uint8_t   byte;
    unsigned  c;

    (void) state;

    assert_true(match("sessionid", STR("sessionid")));
    assert_true(match("sessionid", STR("SessionID")));
    assert_true(match("SESSIONID", STR("sessionid")));
    assert_false(match("sessionid", STR("sessioni")));
    assert_false(match("sessionid", STR("sessionid2")));
    assert_false(match("sessionid", STR("xsessionid")));
    assert_false(match("sessionid", STR("")));
    assert_true(match("__Host-id", STR("__Host-id")));
    assert_true(match("__Host-id", STR("..host-id")));

    /* PHP */

    assert_true(match("my_sess", STR("my.sess")));
    assert_true(match("my_sess", STR("my[sess")));
    assert_true(match("my_sess", STR("my sess")));
    assert_true(match("my_sess", STR("my\tsess")));
    assert_true(match("my_sess", STR("my\xa0sess")));
    assert_true(match("connect.sid", STR("connect_sid")));
    assert_false(match("my_sess", STR("my-sess")));
    assert_false(match("my_sess", STR("mysess")));

    /* before 7.2.34 */

    assert_true(match("my_sess", STR("%6Dy%5fsess")));
    assert_true(match("my_sess", STR("my%2Esess")));
    assert_true(match("my_sess", STR("my%20sess")));
    assert_true(match("my_sess", STR("my+sess")));
    assert_true(match("sess", STR("%73es%73")));
    assert_true(match("sess", STR("%20+%09sess")));
    assert_true(match("sess", STR("%00sess")));
    assert_true(match("_sess", STR("%20sess")));
    assert_true(match("_sess", STR("%20_sess")));
    assert_true(match("sess", STR("sess%00junk")));
    assert_false(match("sess", STR("sess%01junk")));
    assert_false(match("sess", STR("ses%00s")));
    assert_false(match("sess", STR("ses%7")));
    assert_false(match("sess", STR("ses%7g")));
    assert_false(match("sess", STR("ses%g3")));
    assert_false(match("sess", STR("%78sess")));
    assert_false(match("sess", STR("%20")));
    assert_false(match("sess", STR("+")));

    /* Perl's CGI */

    assert_true(match("sess", STR("%u0073es%u0073")));
    assert_true(match("sess", STR("%u0053ESS")));
    assert_true(match("my_sess", STR("my%u005fsess")));
    assert_true(match("my_sess", STR("my%U002Esess")));
    assert_true(match("sess", STR("sess%u0000junk")));
    assert_false(match("sess", STR("ses%u0173")));
    assert_false(match("sess", STR("ses%u073")));
    assert_false(match("sess", STR("ses%u")));
    assert_false(match("sess", STR("ses%u007g")));
    assert_false(match("sess", STR("sess%u0100junk")));

    for (c = 0; c < 256; c++) {
        byte = (uint8_t) c;

        assert_int_equal(match("q", &byte, 1), c == 'q' || c == 'Q');
        assert_int_equal(match("_", &byte, 1), c <= 0x20 || c >= 0x7f
                                               || strchr("._[+", (int) c));

        if (c >= 'A' && c <= 'Z') {
            text[0] = (char) byte;
            byte |= 0x20;
            assert_true(match(text, &byte, 1));
        }
    }

    /* a name that looks encoded is itself */

    assert_true(match("a%41", STR("a%41")));
    assert_true(match("a%z", STR("a%z")));

    /* a prefix */

    assert_true(match("sess*", STR("sess")));
    assert_true(match("sess*", STR("SESS.0")));
    assert_true(match("sess*", STR("%73ess.1")));
    assert_true(match("sess*", STR("%u0073ess%u002e1")));
    assert_false(match("sess*", STR("ses")));
    assert_false(match("sess*", STR("xsess")));
}


static void
test_ordinary(void **state)
{
    (void) state;

    assert_readings("sid", "", "");
    assert_readings("sid", "sid", "");
    assert_readings("sid", "a=1", "");
    assert_readings("sid", "sid=", "sc<>");
    assert_readings("sid", "sid=x", "sc<x>");
    assert_readings("sid", "sid=x; a=1", "sc<x>");
    assert_readings("sid", "a=1; sid=x", "sc<x>");
    assert_readings("sid", "a=1;sid=x;b=2", "sc<x>");
    assert_readings("sid", "a=1; sid=x; b=2", "sc<x>");
    assert_readings("sid", "asid=1; sid2=x; b=sid", "");
    assert_readings("sid", ";;; ;sid=x;;", "sc<x>");
    assert_readings("sid", "a; sid=x; b", "sc<x>");
    assert_readings("sid", "=; sid=x; =b", "sc<x>");
    assert_readings("sid", "a=sid=x", "");
    assert_readings("sid", "sid==x", "sc<=x>");
    assert_readings("sid", "  sid  =  x  ; a=1", "sc<x>");
    assert_readings("sid", "SID=x", "sc<x>");
    assert_readings("my_sess", "my sess=x", "sc<x>");
    assert_readings("my_sess_", "my_sess =x", "sc<x>");
    assert_readings("my_sess_", "my_sess =\"x\"", "s-<\"x\">");
    assert_readings("my_sess_", "my_sess \t=x", "");
    assert_readings("_sess", "a=1;  sess=x", "");
    assert_readings("_sess", "\tsess=x", "");
    assert_readings("_sess", ".sess=x", "sc<x>");
    assert_readings("my_sess", "my_sess =x", "sc<x>");

    /* each of several */

    assert_readings("sid", "sid=x; sid=y; a=1; sid=x", "sc<x>sc<y>sc<x>");
    assert_readings("s*", "s0=a; sx=b; t=c; S.1=d", "sc<a>sc<b>sc<d>");
    assert_readings("s*", "s=a; s; sxy", "sc<a>");
    assert_readings("s*", "s\"=a; s,x=b; s x=c", "sc<a>sc<b>sc<c>");
    assert_readings("s*", "sx=a b; s%78=%61", "s-<a b>cc<a>s-<%61>");

    /* one that is encoded is still one */

    assert_readings("sid", "sid=s%3Ax%2B", "s-<s%3Ax%2B>");
    assert_readings("sid", "sid=x+y", "s-<x+y>");
}


static void
test_other_readings(void **state)
{
    (void) state;

    /* a name behind a comma, a blank or a quote */

    assert_readings("sid", "a=1,sid=x", "-c<x>");
    assert_readings("sid", "a=1, sid=x", "-c<x>");
    assert_readings("sid", "a=1 sid=x", "-c<x>");
    assert_readings("sid", "a=1\tsid =x", "-c<x>");
    assert_readings("sid", "a=\"1\"sid=x", "-c<x>");
    assert_readings("sid", "junk sid=x", "-c<x>");
    assert_readings("sid", "junk,sid=x", "-c<x>");
    assert_readings("sid", "a=1, SID= x", "-c<x>");
    assert_readings("sid", "a=1,sid=", "-c<>");
    assert_readings("sid", "a=1,sid=  ", "-c<>");
    assert_readings("sid", "  ,sid=x", "-c<x>");
    assert_readings("sid", "a=1,xsid=x", "");
    assert_readings("sid", "a=1 =x", "");

    /* and what ends its value then */

    assert_readings("sid", "a=1,sid=x,b=2", "-c<x>");
    assert_readings("sid", "a=1,sid=x y,b=2", "--<x y>cc<x>");
    assert_readings("sid", "a=1 sid=x,y b=2", "--<x,y>");
    assert_readings("sid", "a=1 sid=x\"y", "-c<x>");
    assert_readings("sid", "a=1, sid=x y,b=2", "--<x y>cc<x>");
    assert_readings("sid", "a=1, sid=x ,b=2", "-c<x>");
    assert_readings("sid", "a=1, sid=x,y b=2", "--<x,y>cc<x>");
    assert_readings("sid", "a=1, sid=x,y", "--<x,y>cc<x>");
    assert_readings("sid", "a=1,sid=x,y z", "-c<x>");
    assert_readings("sid", "a=1, sid=\"x y\",b=2", "--<\"x y\">");
    assert_readings("sid", "a=1 sid=\"x", "");

    /* a value has several ends */

    assert_readings("sid", "sid=x y", "s-<x y>cc<x>");
    assert_readings("sid", "sid=x,y", "s-<x,y>cc<x>");
    assert_readings("sid", "sid=x,y z", "s-<x,y z>c-<x,y>cc<x>");
    assert_readings("sid", "sid=x y,z", "s-<x y,z>cc<x>c-<x y>");
    assert_readings("sid", "sid=x\"y", "s-<x\"y>cc<x>");
    assert_readings("sid", "sid=x\xa0y", "s-<x\xa0y>cc<x>");
    assert_readings("sid", "sid=,x", "s-<,x>");
    assert_readings("sid", "sid=x, sid=y", "s-<x, sid=y>c-<x,>cc<x>"
                                           "c-<x, sid>-c<y>");

    /* quoted */

    assert_readings("sid", "sid=\"x\"", "s-<\"x\">");
    assert_readings("sid", "sid=\"x,y z\"", "s-<\"x,y z\">c-<\"x>");
    assert_readings("sid", "sid=\"x\" b", "s-<\"x\" b>c-<\"x\" >c-<\"x\">");
    assert_readings("sid", "sid=\"xz", "s-<\"xz>c-<\"x>");
    assert_readings("sid", "sid=\"", "s-<\">");
    assert_readings("sid", "sid=\"\"", "s-<\"\">");
    assert_readings("sid", "sid=\"x\\\"y\"", "s-<\"x\\\"y\">");
    assert_readings("sid", "sid=\"x\\\"", "s-<\"x\\\">");
    assert_readings("sid", "sid=\"x\\", "s-<\"x\\>c-<\"x>");

    /* or not: to Perl's and Ruby's CGI a quote is a byte like others */

    assert_readings("sid", "sid=\"x%22,y", "s-<\"x%22,y>c-<\"x%22,>"
                                          "c-<\"x%22>");
    assert_readings("sid", "sid=\"x%22&y", "s-<\"x%22&y>c-<\"x%22&>"
                                          "c-<\"x%22>");
    assert_readings("sid", "sid=\"x y\"&z", "s-<\"x y\"&z>c-<\"x y\"&>"
                                          "c-<\"x y\">c-<\"x y\">");
    assert_readings("sid", "a=1,sid=\"x%22,y", "--<\"x%22>");
    assert_readings("sid", "a=1,sid=\"x%22&y", "--<\"x%22&y>c-<\"x%22>");
    assert_readings("sid", "a=1 sid=\"x%22,y", "");

    /* behind a ";" */

    assert_readings("sid", "sid=\"x;y\"", "s-<\"x>c-<\">c-<\"x;y\">");
    assert_readings("sid", "sid=\"x;y\";z", "s-<\"x>c-<\">c-<\"x;y\">");
    assert_readings("sid", "sid=\"x\\\";y\" ; b=2",
                    "s-<\"x\\\">c-<\"x\\\";y\">");
}


/* What Tomcat, Undertow, Ruby's and Perl's CGI take for a value's end. */

static void
test_separators(void **state)
{
    char         header[] = "sid=xy?z", expected[64];
    const char  *p;

    static const char  all[] = "&:/=()<>?@[]{}\\'";

    (void) state;

    for (p = all; *p; p++) {

        /* in front */

        sprintf(header, "%csid=x", *p);
        assert_string_equal(readings("sid", (uint8_t *) header, 6), "-c<x>");

        /* and behind: in a plain value, and in a longer one */

        sprintf(header, "sid=xy%cz", *p);
        sprintf(expected, "s%c<xy%cz>cc<xy>", strchr("\\'", *p) ? '-' : 'c',
                *p);
        assert_string_equal(readings("sid", (uint8_t *) header, 8), expected);

        sprintf(header, "sid=xy%c", *p);
        sprintf(expected, "s%c<xy%c>cc<xy>", strchr("\\'", *p) ? '-' : 'c',
                *p);
        assert_string_equal(readings("sid", (uint8_t *) header, 7), expected);
    }

    /* one reading for each that the key itself may have */

    assert_readings("sid", "sid=s:x/y=z&a(b", "sc<s:x/y=z&a(b>cc<s:x/y=z>"
                                              "cc<s>cc<s:x>cc<s:x/y>"
                                              "cc<s:x/y=z&a>");
    assert_readings("sid", "sid=x=y==", "sc<x=y==>cc<x>");
    assert_readings("sid", "sid=x(y)<z>", "sc<x(y)<z>>cc<x>");
    assert_readings("sid", "sid=\"x=y\"", "s-<\"x=y\">");
    assert_readings("sid", "sid==", "sc<=>");
    assert_readings("sid", "SID=x=y", "sc<x=y>cc<x>");

    /* what is in front may be many, with blanks, and behind a comma */

    assert_readings("sid", "=sid=x", "-c<x>");
    assert_readings("sid", "==\t( =sid = x", "-c<x>");
    assert_readings("sid", "a=1;=sid=x; b=2", "-c<x>");
    assert_readings("sid", "a=1; /sid=x,y z;b=2", "--<x,y z>c-<x,y>cc<x>");
    assert_readings("sid", "a=1,(sid=x@y,b=2", "-c<x@y>cc<x>");
    assert_readings("sid", "a=1, = sid=x,b", "--<x,b>cc<x>");
    assert_readings("sid", "a=1,(= sid=x y,b=2", "--<x y>cc<x>");
    assert_readings("sid", "=sid=\"x;y\"", "--<\"x>c-<\">c-<\"x;y\">");
    assert_readings("sid", "a=1,=sid=\"x\"y", "--<\"x\"y>c-<\"x\">");
    assert_readings("_sid", "[_sid=x", "-c<x>");
    assert_readings("_sid", "[sid=x", "sc<x>");
    assert_readings("sid", "=;sid=x", "sc<x>");

    /* but not in the middle, nor at a blank's */

    assert_readings("sid", "a(sid=x", "");
    assert_readings("sid", "a=(sid=x", "");
    assert_readings("sid", "a==sid=x", "");
    assert_readings("sid", "a[]=1&sid=x", "");
    assert_readings("sid", "a b(sid=x", "");
    assert_readings("sid", "=asid=x", "");
    assert_readings("sid", "=sid", "");
    assert_readings("sid", "a=1 sid=x=y", "-c<x=y>");

    /* as others are there */

    assert_string_equal(parts("sid", "a=1; =sid=x; b=2"), "< =sid=x>");
    assert_string_equal(parts("sid", "a=1,(sid=x"), "<a=1,(sid=x>");
    assert_string_equal(parts("sid", "sid=x=y;b=2"), "<sid=x=y><sid=x=y>");
}


static void
test_parts(void **state)
{
    (void) state;

    assert_string_equal(parts("sid", "sid=x"), "<sid=x>");
    assert_string_equal(parts("sid", "a=1; sid=x ; b=2"), "< sid=x >");
    assert_string_equal(parts("sid", "a=1; b=2, sid=x; c=3"),
                        "< b=2, sid=x>");
    assert_string_equal(parts("sid", "a=1; sid=x y; c=3"),
                        "< sid=x y>< sid=x y>");

    /* one that goes on behind the ";" takes all with it */

    assert_string_equal(parts("sid", "a=1;sid=\"x\\\";b=2;y\" ;c=3"),
                        "<sid=\"x\\\"><sid=\"x\\\";b=2;y\" >");
    assert_string_equal(parts("sid", "sid=\"xy\\\";b=2;y\""),
                        "<sid=\"xy\\\"><sid=\"xy\\\";b=2;y\">");
    assert_string_equal(parts("sid", "a=1, sid=\"x;y\""),
                        "<a=1, sid=\"x><a=1, sid=\"x;y\">");
}


static void
test_slices(void **state)
{
    ssec_cookie_t       cookie;
    ssec_cookies_t      it;
    ssec_cookie_name_t  name;
    static const char   header[] = "a=1;  My.Sess \t=  x%20 ; b=2, my_sess=y";

    (void) state;

    name = folded("my_sess");
    ssec_cookies(&it, (const uint8_t *) header, sizeof(header) - 1);

    assert_true(ssec_cookies_next(&it, &name, &cookie));
    assert_int_equal(cookie.name.len, 7);
    assert_ptr_equal(cookie.name.data, strstr(header, "My.Sess"));
    assert_int_equal(cookie.value.len, 4);
    assert_ptr_equal(cookie.value.data, strstr(header, "x%20"));

    assert_true(ssec_cookies_next(&it, &name, &cookie));
    assert_int_equal(cookie.name.len, 7);
    assert_ptr_equal(cookie.name.data, strstr(header, "my_sess"));
    assert_int_equal(cookie.value.len, 1);
    assert_ptr_equal(cookie.value.data, header + sizeof(header) - 2);

    assert_false(ssec_cookies_next(&it, &name, &cookie));
    assert_false(ssec_cookies_next(&it, &name, &cookie));

    /* a plain one, and one of a prefix */

    name = folded("my_sess*");
    ssec_cookies(&it, (const uint8_t *) " my_sess.1 =x;my_sess.2=y", 25);

    assert_true(ssec_cookies_next(&it, &name, &cookie));
    assert_int_equal(cookie.name.len, 9);
    assert_true(ssec_cookies_next(&it, &name, &cookie));
    assert_int_equal(cookie.name.len, 9);
    assert_memory_equal(cookie.name.data, "my_sess.2", 9);
    assert_int_equal(cookie.part.len, 11);
    assert_false(ssec_cookies_next(&it, &name, &cookie));
}


static void
test_canonical(void **state)
{
    (void) state;

    assert_canonical("", "");
    assert_canonical("x", "x");
    assert_canonical("s3Ss-._~!#$&()*/:<=>?@[]^`{|}", "s3Ss-._~!#$&()*/:<=>?"
                                                    "@[]^`{|}");

    /* blanks */

    assert_canonical("  x\t", "x");
    assert_canonical(" x y ", "x y");
    assert_canonical("\x01\xa0x\xe3\x80\x80\x7f", "x");
    assert_canonical(" \t ", "");
    assert_canonical("x+y", "x y");
    assert_canonical("+x+", "x");

    /* percent-encoding, however often */

    assert_canonical("%78", "x");
    assert_canonical("%4A%4a", "JJ");
    assert_canonical("%2578", "x");
    assert_canonical("%25252578", "x");
    assert_canonical("%%378", "x");
    assert_canonical("%3%38", "8");
    assert_canonical("%2%35%37%38", "x");
    assert_canonical("x%", "x%");
    assert_canonical("x%4", "x%4");
    assert_canonical("%4gx%g4", "%4gx%g4");
    assert_canonical("x%20", "x");
    assert_canonical("x%00", "x");
    assert_canonical("x%2By", "x y");

    /* quotes and escapes, which may be encoded and encode */

    assert_canonical("\"x\"", "x");
    assert_canonical("\"x", "x");
    assert_canonical("x\"", "x");
    assert_canonical("\"\"x\"\"", "x");
    assert_canonical("'x'", "x");
    assert_canonical("%27x\\'", "x");
    assert_canonical("\" x \"", "x");
    assert_canonical("\"x\\054y\"", "x,y");
    assert_canonical("x\\054y", "x,y");
    assert_canonical("\\400\\08\\5", "400085");
    assert_canonical("x\\377y", "x\xffy");
    assert_canonical("\\x\\\\y\\", "xy");
    assert_canonical("\\38\\378\\3789", "383783789");
    assert_canonical("%22x%5C%22%5C054%22", "x,");
    assert_canonical("\\%30%35%34", ",");
    assert_canonical("\\045\\067\\070", "x");
    assert_canonical("%7\\070", "x");
    assert_canonical("%\\78", "x");
    assert_canonical("%\"7\"8", "x");
    assert_canonical("\\134054", ",");

    /* UTF-8 is Latin-1 */

    assert_canonical("x\xc3\xa9y", "x\xe9y");
    assert_canonical("x%C3%A9y", "x\xe9y");
    assert_canonical("x\\351y", "x\xe9y");
    assert_canonical("x\xc2\xa0y", "x\xa0y");
    assert_canonical("x\xc2\x80y", "x\x80y");
    assert_canonical("x\xc3\xbfy", "x\xffy");
    assert_canonical("x\xc3\x83\xc2\xa9y", "x\xe9y");
    assert_canonical("x\xc3\xc0y\xc1\x80z", "x\xc3\xc0y\xc1\x80z");
    assert_canonical("x\xc4\xa9y\xc3z", "x\xc4\xa9y\xc3z");
    assert_canonical("x%\xc3\xa9y", "x%\xe9y");
    assert_canonical("x\xe2\x82\xacy", "x\xe2\x82\xacy");
}


/* Perl's CGI undoes %uXXXX into UTF-8, JavaScript's unescape() as well. */

static void
test_unicode_percent(void **state)
{
    (void) state;

    assert_canonical("%u0044", "D");
    assert_canonical("x%u0044y%U004aZ", "xDyJZ");
    assert_canonical("%u0020x%u3000", "x");
    assert_canonical("%u0078+%u002b", "x");
    assert_canonical("%u0022x%u005c054", "x,");

    /* Latin-1 is one byte, the rest is UTF-8 */

    assert_canonical("x%u0080y", "x\x80y");
    assert_canonical("x%u00e9y", "x\xe9y");
    assert_canonical("x%u00c3%A9y", "x\xe9y");
    assert_canonical("x%u00ffy", "x\xffy");
    assert_canonical("x%u0100y", "x\xc4\x80y");
    assert_canonical("x%u07ffy", "x\xdf\xbfy");
    assert_canonical("x%u0800y", "x\xe0\xa0\x80y");
    assert_canonical("x%u20acy", "x\xe2\x82\xacy");
    assert_canonical("x%uffffy", "x\xef\xbf\xbfy");
    assert_canonical("x%u00e2%u0082%u00acy", "x\xe2\x82\xacy");

    /* a pair of surrogates is one character */

    assert_canonical("x%ud800%udc00y", "x\xf0\x90\x80\x80y");
    assert_canonical("x%uD83D%uDE42y", "x\xf0\x9f\x99\x82y");
    assert_canonical("x%udbff%udfffy", "x\xf4\x8f\xbf\xbfy");
    assert_canonical("x%F0%9F%99%82y", "x\xf0\x9f\x99\x82y");
    assert_canonical("x%ED%A0%BD%ED%B9%82y", "x\xf0\x9f\x99\x82y");
    assert_canonical("x%ud83dy", "x\xed\xa0\xbdy");
    assert_canonical("x%ude42%ud83dy", "x\xed\xb9\x82\xed\xa0\xbdy");
    assert_canonical("x%ud83d%ud83d%ude42y",
                     "x\xed\xa0\xbd\xf0\x9f\x99\x82y");

    /* however it is mixed */

    assert_canonical("%25u0044", "D");
    assert_canonical("%u0025u0044", "D");
    assert_canonical("%u002544", "D");
    assert_canonical("%%u0044", "%D");
    assert_canonical("%%u0034%u0034", "D");
    assert_canonical("%u%30%30%34%34", "D");
    assert_canonical("%%75%u0030044", "D");
    assert_canonical("%u00%u00344", "D");
    assert_canonical("%\\u00\"44", "D");
    assert_canonical("\\045u0044", "D");
    assert_canonical("x%uD83D%25uDE%u00342y", "x\xf0\x9f\x99\x82y");

    /* what is none */

    assert_canonical("%u", "%u");
    assert_canonical("%u004", "%u004");
    assert_canonical("%u004g", "%u004g");
    assert_canonical("%ug044%u 044", "%ug044%u 044");
    assert_canonical("u0044", "u0044");
}


static void
test_same_session(void **state)
{
    (void) state;

    /* as Python quotes JSON, as Node and PHP encode it, and as it is */

    static const char  json[] = "{a: b,c; \xe9}";

    assert_canonical("\"{\\\"a\\\": \\\"b\\054c\\073 \\351\\\"}\"", json);
    assert_canonical("%7B%22a%22%3A%20%22b%2Cc%3B%20%C3%A9%22%7D", json);
    assert_canonical("%7B%22a%22%3A+%22b%2Cc%3B+%C3%A9%22%7D", json);
    assert_canonical("{\"a\": \"b,c; \xc3\xa9\"}", json);

    assert_canonical("s%3Aab.c%2Bd%2F%3D", "s:ab.c d/=");
    assert_canonical("s:ab.c+d/=", "s:ab.c d/=");
}


static void
test_is_canonical(void **state)
{
    bool      plain;
    unsigned  c, at, len;
    uint8_t   text[9] = { 0 };

    (void) state;

    assert_true(ssec_cookie_is_canonical(text, 0));

    for (len = 1; len <= sizeof(text); len++) {
        for (at = 0; at < len; at++) {
            for (c = 0; c < 256; c++) {
                memset(text, 'x', sizeof(text));
                text[at] = (uint8_t) c;

                plain = c > 0x20 && c < 0x7f && !strchr("\"'%+,\\", (int) c);

                assert_int_equal(ssec_cookie_is_canonical(text, len), plain);

                if (plain) {
                    assert_int_equal(ssec_cookie_canonical(text, text, len),
                                     len);
                    assert_int_equal(text[at], c);
                }
            }
        }
    }
}


/* Each byte at each place of a value, with plain values of many lengths. */

static void
test_each_place(void **state)
{
    char      expected[128];
    size_t    at, len;
    unsigned  c;
    uint8_t   text[64];
    bool      plain;

    (void) state;

    for (len = 1; len <= 40; len++) {
        for (at = 0; at < len; at++) {
            for (c = 1; c < 256; c++) {

                if (c == ';') {
                    continue;
                }

                memcpy(text, "sid=", 4);
                memset(text + 4, 'x', len);
                text[4 + at] = (uint8_t) c;

                plain = ssec_cookie_is_canonical(text + 4, len)
                        && (at == 0 || !strchr(":/=&()<>?@[]{}'", (int) c));
                sprintf(expected, "sc<%.*s>", (int) len, (char *) text + 4);

                assert_int_equal(strcmp(readings("sid", text, 4 + len),
                                        expected) == 0, plain);

                text[0] = 'x';
                assert_string_equal(readings("sid", text, 4 + len), "");
            }

            /* and another cookie behind it */

            memcpy(text, "sid=", 4);
            memset(text + 4, 'x', len);
            text[4 + at] = ';';
            sprintf(expected, "sc<%.*s>", (int) at, (char *) text + 4);

            assert_string_equal(readings("sid", text, 4 + len), expected);
        }
    }
}


static void
test_trim(void **state)
{
    unsigned    c;
    uint8_t     text[3];
    ssec_str_t  s;

    (void) state;

    for (c = 0; c < 256; c++) {
        text[0] = (uint8_t) c;
        text[1] = 'x';
        text[2] = (uint8_t) c;

        s = ssec_cookie_trim(text, text + 3);

        if (c <= 0x20 || c >= 0x7f) {
            assert_ptr_equal(s.data, text + 1);
            assert_int_equal(s.len, 1);

        } else {
            assert_ptr_equal(s.data, text);
            assert_int_equal(s.len, 3);
        }
    }

    s = ssec_cookie_trim(text, text);
    assert_int_equal(s.len, 0);
}


static bool
ends(unsigned c)
{
    return c <= 0x20 || c >= 0x7f || strchr("\",;:/=&()<>?@[]{}\\'", (int) c);
}


/* Each byte around and within name and value: found, whatever it is. */

static void
test_all_bytes(void **state)
{
    unsigned  c;
    uint8_t   text[] = "a=1; sid=xy; b=2";

    (void) state;

    for (c = 1; c < 256; c++) {

        text[4] = (uint8_t) c;                             /* before sid */

        if (ends(c) || c == '+') {
            assert_non_null(strstr(readings("sid", text, 16), "<xy>"));
        }

        text[4] = ' ';
        text[12] = (uint8_t) c;                            /* and behind */

        if (ends(c)) {
            assert_non_null(strstr(readings("sid", text, 12), "<xy>"));
        }

        text[12] = ' ';
        text[11] = (uint8_t) c;

        if (ends(c)) {
            assert_non_null(strstr(readings("sid", text, 16), "c<xy>"));
        }

        text[11] = ';';
    }
}


static void
test_long(void **state)
{
    size_t      i;
    char       *expected;
    static char  header[MAX_LEN + 1];

    (void) state;

    memset(header, 'x', MAX_LEN);
    memcpy(header, "sid=", 4);

    expected = malloc(MAX_LEN + 8);
    assert_non_null(expected);
    sprintf(expected, "sc<%s>", header + 4);

    assert_string_equal(readings("sid", (uint8_t *) header, MAX_LEN),
                        expected);
    free(expected);

    /* encoded as deeply as it goes, all 4000 levels at once */

    for (i = 1; i < MAX_LEN; i += 2) {
        memcpy(header + i, "25", 2);
    }

    header[0] = '%';
    memcpy(header + MAX_LEN - 3, "78", 3);

    assert_string_equal(canonical((uint8_t *) header, MAX_LEN - 1), "x");

    for (i = 1; i < MAX_LEN - 10; i += 5) {
        memcpy(header + i, "u0025", 5);
    }

    memcpy(header + i, "78", 2);

    assert_string_equal(canonical((uint8_t *) header, i + 2), "x");
}


/*
 * A header is read no further than its bounds: seventeen values, or readings
 * that are too long together.  Where reading stopped is known.
 */

static void
test_bounds(void **state)
{
    char                *header, *p;
    size_t               i, n, len;
    ssec_cookie_t        cookie;
    ssec_cookies_t       it;
    ssec_cookie_name_t   name;

    static const struct {
        const char  *situation;
        const char  *before;       /* once */
        const char  *part;         /* again and again, */
        size_t       times;
        const char  *behind;       /* and once */
        bool         too_many;
        size_t       unread;       /* parts behind "before" that were read */
    } rows[] = {
        { "sixteen plain values", "a=1; ", "sid=1; ", 16, "b=2", false, 0 },
        { "seventeen plain values", "a=1; ", "sid=1; ", 17, "b=2", true, 16 },
        { "sixteen special ones", "a=1; ", "sid=\"1; ", 16, "b=2", false, 0 },
        { "seventeen special ones", "a=1; ", "sid=\"1; ", 17, "", true, 16 },
        { "long values of another", "", "other=x&:/=(<; ", 600, "sid=1",
          false, 0 },
        { "one long value, with its ends behind it", "sid=", "aaaaaaaa", 1024,
          "&:/=(", true, 0 }
    };

    (void) state;

    name = folded("sid");
    header = malloc(4 * MAX_LEN);
    assert_non_null(header);

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {

        p = header + sprintf(header, "%s", rows[i].before);

        for (n = 0; n < rows[i].times; n++) {
            p += sprintf(p, "%s", rows[i].part);
        }

        p += sprintf(p, "%s", rows[i].behind);
        len = (size_t) (p - header);

        ssec_cookies(&it, (const uint8_t *) header, len);

        while (ssec_cookies_next(&it, &name, &cookie)) {
            assert_true(cookie.part.data < it.end);
        }

        if (it.too_many != rows[i].too_many) {
            fail_msg("%s: %d", rows[i].situation, it.too_many);
        }

        if (rows[i].unread) {
            p = header + strlen(rows[i].before)
                + rows[i].unread * strlen(rows[i].part) - 1;
            assert_ptr_equal(it.part, p);
        }
    }

    free(header);
}


/*
 * Whatever a header holds, the readings are no more than some times its length
 * together: no request can cost more than its size allows.
 */

static void
test_linear(void **state)
{
    size_t               total, len, i;
    unsigned             n;
    uint8_t              header[MAX_LEN];
    ssec_cookie_t        cookie;
    ssec_cookies_t       it;
    ssec_cookie_name_t   name;

    static const char  *bad[] = {
        "s=", "s= ", " s=", ",s=", ",s= ", ", s=", "s=x", "s=\"", "s=\";",
        "s=\"\\\"", "s=\"\\;", " s=\"\\", "\"s=", "s=\"x\"", " s=x;", "s==",
        "%20s=", "s =", "s=\\", "\"s=\\\"", "\"s=\"\\", ",s=x=", "=s=",
        ",=s=x&y:z/a=b(", "=", ",=s= s="
    };

    (void) state;

    name = folded("s");

    for (n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {

        len = strlen(bad[n]);

        for (i = 0; i < MAX_LEN; i++) {
            header[i] = (uint8_t) bad[n][i % len];
        }

        total = 0;
        ssec_cookies(&it, header, MAX_LEN);

        while (ssec_cookies_next(&it, &name, &cookie)) {
            total += cookie.value.len;
        }

        assert_true(total <= 24 * MAX_LEN);
    }
}


static size_t
random_text(uint64_t *seed, uint8_t *p, size_t max)
{
    bool    odd;
    size_t  i, len;

    /* plain, or with what means something, or with anything */

    static const char  plain[] = "s=s=;xX012_";
    static const char  special[] = "s=s=;;,,  \"\"\\\\%%+xX012347aAfF5c22.[\t"
                                   "&:/(\xc2\xc3\xa9\x80"
                                   "%u00%uDd\xed\xa0\xb0";

    len = test_below(seed, max + 1);
    odd = test_below(seed, 3) != 0;

    for (i = 0; i < len; i++) {

        if (odd && test_below(seed, 20) == 0) {
            p[i] = (uint8_t) test_random(seed);

        } else if (odd || test_below(seed, 40) == 0) {
            p[i] = (uint8_t) special[test_below(seed, sizeof(special) - 1)];

        } else {
            p[i] = (uint8_t) plain[test_below(seed, sizeof(plain) - 1)];
        }
    }

    return len;
}


static void
test_random_values(void **state)
{
    size_t    i, len, n, m;
    uint64_t  seed;
    uint8_t   x[40], once[40], twice[250];

    (void) state;

    seed = 1;

    for (i = 0; i < 10 * RANDOM_RUNS; i++) {

        len = random_text(&seed, x, sizeof(x));
        n = ssec_cookie_canonical(once, x, len);

        m = ssec_cookie_canonical(twice, once, n);
        assert_int_equal(m, n);
        assert_memory_equal(twice, once, n);

        if (ssec_cookie_is_canonical(x, len)) {
            assert_int_equal(n, len);
            assert_memory_equal(once, x, len);
        }

        /* encoded in full it is the same value */

        for (m = 0; m < len; m++) {
            sprintf((char *) twice + 3 * m, "%%%02X", x[m]);
        }

        m = ssec_cookie_canonical(twice, twice, 3 * len);
        assert_int_equal(m, n);
        assert_memory_equal(twice, once, n);

        for (m = 0; m < len; m++) {
            sprintf((char *) twice + 6 * m, "%%u%04x", x[m]);
        }

        m = ssec_cookie_canonical(twice, twice, 6 * len);
        assert_int_equal(m, n);
        assert_memory_equal(twice, once, n);

        /* and in quotes */

        twice[0] = '"';
        memcpy(twice + 1, x, len);
        twice[len + 1] = '"';

        m = ssec_cookie_canonical(twice, twice, len + 2);
        assert_int_equal(m, n);
        assert_memory_equal(twice, once, n);
    }
}


/*
 * A plain cookie of any length is found by its first eight bytes, and gives
 * what the slow way gives, which a second blank makes it go.
 */

static void
test_name_lengths(void **state)
{
    char      header[128], expected[128];
    size_t    i, len, n, value;
    uint8_t  *x;

    static const char  *names[] = {
        "s", "sid", "session", "sessions", "sessionid", "ASP.NET_SessionId",
        "s*", "session*", "SESSIONID_*", "a+b", "a%62", "sess\\ion"
    };
    static const char  *tails[] = { "", ";", "; a=b" };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        len = strcspn(names[i], "*");

        /* a header that ends within the name, or behind it */

        for (n = 0; n <= len; n++) {
            assert_string_equal(readings(names[i], (const uint8_t *) names[i],
                                         n), "");
        }

        for (n = 0; n < 4 * 40; n++) {
            value = n % 40;

            snprintf(header, sizeof(header), "  %.*s=%.*s%s", (int) len,
                     names[i], (int) value,
                     "0123456789abcdefghijklmnopqrstuvwxyzABCD",
                     tails[n / 40 % 3]);

            /* one that is spelled otherwise, too */

            if (n / 40 == 3) {
                header[2] ^= 0x20;
            }

            snprintf(expected, sizeof(expected), "sc<%.*s>", (int) value,
                     strchr(header, '=') + 1);
            assert_string_equal(readings(names[i], (uint8_t *) header,
                                         strlen(header)), expected);
            assert_string_equal(readings(names[i], (uint8_t *) header + 1,
                                         strlen(header) - 1), expected);
            assert_string_equal(readings(names[i], (uint8_t *) header + 2,
                                         strlen(header) - 2), expected);

            /* and not if any byte of the name is another */

            x = (uint8_t *) header + 2 + n % len;
            *x = (*x == 'q') ? 'z' : 'q';
            assert_string_equal(readings(names[i], (uint8_t *) header + 2,
                                         strlen(header) - 2), "");
        }
    }
}


static void
test_random_headers(void **state)
{
    size_t              i, len, n;
    uint8_t            *header;
    uint64_t            seed;
    uint8_t             x[60];
    char                before[sizeof(x) * 40];
    const char         *text;
    ssec_cookie_t       cookie;
    ssec_cookies_t      it;
    ssec_cookie_name_t  name;

    static const char  *names[] = { "s", "_s", "s_", "s*" };

    (void) state;

    seed = 2;

    for (i = 0; i < RANDOM_RUNS; i++) {

        text = names[test_below(&seed, 4)];
        len = random_text(&seed, x, sizeof(x) - 5);
        header = copy(x, len);
        name = folded(text);
        n = 0;

        ssec_cookies(&it, header, len);

        while (ssec_cookies_next(&it, &name, &cookie)) {
            n++;
            assert_true(n <= 8 * len);

            /* name, value and "=" are all in the part, and it in the header */

            assert_true(cookie.part.data >= header);
            assert_true(cookie.part.data + cookie.part.len <= header + len);
            assert_true(cookie.name.data >= cookie.part.data);
            assert_true(cookie.name.data + cookie.name.len
                        < cookie.value.data);
            assert_true(cookie.value.data + cookie.value.len
                        <= cookie.part.data + cookie.part.len);
            assert_int_equal(cookie.canonical, ssec_cookie_is_canonical(
                                 cookie.value.data, cookie.value.len));
        }

        free(header);

        /* other cookies before and behind change nothing */

        strcpy(before, readings(text, x, len));
        memcpy(x + len, "; a=b", 5);
        assert_string_equal(readings(text, x, len + 5), before);

        memmove(x + 4, x, len);
        memcpy(x, "a=b;", 4);
        assert_string_equal(readings(text, x, len + 4), before);

        /* nor do blanks, with which a plain cookie goes the slow way */

        memcpy(x, "    ", 4);
        assert_string_equal(readings(text, x, len + 4), before);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_ordinary),
        cmocka_unit_test(test_other_readings),
        cmocka_unit_test(test_separators),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_unicode_percent),
        cmocka_unit_test(test_same_session),
        cmocka_unit_test(test_is_canonical),
        cmocka_unit_test(test_each_place),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_linear),
        cmocka_unit_test(test_name_lengths),
        cmocka_unit_test(test_random_values),
        cmocka_unit_test(test_random_headers)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

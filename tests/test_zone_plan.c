/* The plan for a zone's file: a row for each situation. */

#include "ssec_test.h"

#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>

#include "../src/core/ssec_zone_plan.h"


#define SIZE    (1 << 20)        /* as configured, in all rows */
#define LARGER  (2 << 20)

/* a file of the user who starts nginx, which only that user can write to */
#define OURS    .is_there = true, .is_own = true, .mode = S_IFREG|0600
#define WHOLE   { OURS, .size = SIZE }

#define CREATE  SSEC_PLAN_CREATE
#define COPY    SSEC_PLAN_COPY
#define ADOPT   SSEC_PLAN_ADOPT
#define REFUSE  SSEC_PLAN_REFUSE


typedef struct {
    const char          *text;
    ssec_zone_facts_t    facts;
    ssec_zone_action_e   action;
    const char          *why;    /* words of the message, or NULL */
} row_t;


static const char  *actions[] = {
    [SSEC_PLAN_CREATE] = "create",
    [SSEC_PLAN_COPY] = "copy",
    [SSEC_PLAN_ADOPT] = "adopt",
    [SSEC_PLAN_REFUSE] = "refuse"
};


/* Gives the facts' name of the file that the plan is about. */

static const char *
check_row(const row_t *row, const char *when)
{
    const char         *why, *words;
    ssec_zone_plan_t   plan;
    ssec_zone_facts_t  facts;

    facts = row->facts;

    facts.size = SIZE;
    facts.directory.name = "directory";
    facts.file.name = "file";
    facts.new.name = "new";

    plan = ssec_zone_plan(&facts);

    why = plan.why ? plan.why : "without a message";
    words = row->why ? row->why : "without a message";

    if (plan.action != row->action || strstr(why, words) == NULL) {
        fail_msg("%s%s: the plan is \"%s, %s\", not \"%s, %s\"", when,
                 row->text, actions[plan.action], why,
                 actions[row->action], words);
    }

    return plan.file->name;
}


static void
check_rows(const row_t *rows, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        assert_string_equal(check_row(&rows[i], ""), "file");
    }
}


static void
test_start(void **state)
{
    static const row_t  rows[] = {
        { "no file", { 0 }, CREATE, NULL },

        { "a file that is empty",
          { .file = { OURS, .seal = SSEC_SEAL_NONE } },
          CREATE, NULL },

        { "a file that is empty, and in use",
          { .file = { OURS, .seal = SSEC_SEAL_NONE }, .is_shared = true },
          CREATE, NULL },

        { "the zone's file", { .file = WHOLE }, ADOPT, NULL },

        { "the zone's file, larger than configured",
          { .file = { OURS, .size = LARGER } }, COPY, NULL },

        { "the zone's file, smaller than configured",
          { .file = { OURS, .size = SIZE / 2 } }, COPY, NULL },

        { "the zone's file, with a clock that came far",
          { .file = WHOLE, .is_late = true }, COPY, NULL },

        { "the zone's file, which others can read",
          { .file = { .is_there = true, .is_own = true,
                      .mode = S_IFREG|0644, .size = SIZE } },
          ADOPT, NULL },

        { "the zone's file, in a directory that its group can write to",
          { .directory = { .mode = S_IFDIR|0775 }, .file = WHOLE },
          ADOPT, NULL },

        { "the zone's file, in a directory such as /tmp",
          { .directory = { .mode = S_IFDIR|01777 }, .file = WHOLE },
          ADOPT, NULL },

        { "a file that was not finished",
          { .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_UNFINISHED } },
          CREATE, "is incomplete" },

        { "a file of another version of the module",
          { .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_VERSION } },
          CREATE, "another version" },

        { "a file of another version, which another nginx uses",
          { .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_VERSION },
            .is_shared = true },
          CREATE, "another version" },

        { "a file that is damaged, or was cut short",
          { .file = { OURS, .size = 100, .seal = SSEC_SEAL_BROKEN } },
          CREATE, "is damaged" },

        { "a file of another session key",
          { .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_SUBJECT } },
          CREATE, "has sessions of another session key" },

        { "a file of another session key, which another nginx uses",
          { .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_SUBJECT },
            .is_shared = true },
          REFUSE, "with another session key" },

        { "the zone's file, which another nginx uses",
          { .file = WHOLE, .is_shared = true }, ADOPT, NULL },

        { "likewise, of another size than configured",
          { .file = { OURS, .size = LARGER }, .is_shared = true },
          ADOPT, "keeps its size" },

        { "the zone's file, which an nginx in another container uses",
          { .file = WHOLE, .is_shared = true, .is_elsewhere = true },
          REFUSE, "on another host or in another container" },

        { "the zone's file, which another nginx is replacing",
          { .file = WHOLE, .is_being_made = true },
          REFUSE, "is replacing" },

        { "no file, and another nginx makes it",
          { .is_being_made = true }, REFUSE, "is replacing" },

        { "the zone's file, which another nginx has replaced meanwhile",
          { .file = WHOLE, .is_replaced = true },
          REFUSE, "has replaced" },

        { "no file, but another nginx has made one meanwhile",
          { .is_replaced = true }, REFUSE, "has replaced" },

        { "half a new file, which a start that was killed has left",
          { .new = { OURS, .size = 100, .seal = SSEC_SEAL_UNFINISHED } },
          CREATE, NULL }
    };

    (void) state;

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}


static void
test_nginx_t(void **state)
{
    static const row_t  rows[] = {
        { "no file", { .is_test = true }, CREATE, NULL },

        { "the zone's file", { .is_test = true, .file = WHOLE },
          ADOPT, NULL },

        { "the zone's file, of another size than configured",
          { .is_test = true, .file = { OURS, .size = LARGER } },
          COPY, NULL },

        { "the zone's file, which an nginx in another container uses",
          { .is_test = true, .file = WHOLE, .is_elsewhere = true },
          ADOPT, "end that nginx before this one starts" },

        { "likewise, of another size than configured",
          { .is_test = true, .file = { OURS, .size = LARGER },
            .is_elsewhere = true },
          COPY, "end that nginx before this one starts" },

        { "a file of another session key",
          { .is_test = true,
            .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_SUBJECT } },
          CREATE, "has sessions of another session key" },

        { "a file that an nginx that runs has replaced meanwhile",
          { .is_test = true, .file = { OURS, .size = LARGER },
            .is_replaced = true },
          COPY, NULL },

        { "a file that an nginx that runs is replacing",
          { .is_test = true, .file = { OURS, .size = LARGER },
            .is_being_made = true },
          REFUSE, "is replacing" }
    };

    (void) state;

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}


static void
test_reload(void **state)
{
    static const row_t  rows[] = {
        { "the file in use", { .state = SSEC_ZONE_IN_FILE, .file = WHOLE },
          ADOPT, NULL },

        { "the file in use, which another nginx uses as well",
          { .state = SSEC_ZONE_IN_FILE, .file = WHOLE, .is_shared = true },
          ADOPT, NULL },

        { "the file in use, larger than configured",
          { .state = SSEC_ZONE_IN_FILE, .file = { OURS, .size = LARGER } },
          COPY, NULL },

        { "the file in use, smaller than configured",
          { .state = SSEC_ZONE_IN_FILE, .file = { OURS, .size = SIZE / 2 } },
          COPY, NULL },

        { "another size, and another nginx uses the file as well",
          { .state = SSEC_ZONE_IN_FILE, .file = { OURS, .size = LARGER },
            .is_shared = true },
          ADOPT, "keeps its size" },

        { "the file in use was removed", { .state = SSEC_ZONE_IN_FILE },
          COPY, "was removed" },

        { "another file is in its place",
          { .state = SSEC_ZONE_IN_FILE, .is_replaced = true },
          REFUSE, "no longer the file in use" },

        { "another size, and another nginx is replacing the file",
          { .state = SSEC_ZONE_IN_FILE, .file = { OURS, .size = LARGER },
            .is_being_made = true },
          REFUSE, "is replacing" },

        { "to a file that is not there", { .state = SSEC_ZONE_OUTSIDE },
          COPY, NULL },

        { "to a file that is empty",
          { .state = SSEC_ZONE_OUTSIDE,
            .file = { OURS, .seal = SSEC_SEAL_NONE } },
          COPY, NULL },

        { "to a zone's file",
          { .state = SSEC_ZONE_OUTSIDE, .file = WHOLE },
          COPY, "are replaced by" },

        { "to a zone's file that is damaged",
          { .state = SSEC_ZONE_OUTSIDE,
            .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_BROKEN } },
          COPY, "are replaced by" },

        { "to a zone's file of another session key",
          { .state = SSEC_ZONE_OUTSIDE,
            .file = { OURS, .size = SIZE, .seal = SSEC_SEAL_SUBJECT } },
          COPY, "are replaced by" },

        { "to a file that another zone, or another nginx, uses",
          { .state = SSEC_ZONE_OUTSIDE, .file = WHOLE, .is_shared = true },
          REFUSE, "another zone or another nginx uses" },

        { "to a file that another nginx is making",
          { .state = SSEC_ZONE_OUTSIDE, .is_being_made = true },
          REFUSE, "is replacing" },

        { "to a file that another nginx has made meanwhile",
          { .state = SSEC_ZONE_OUTSIDE, .is_replaced = true },
          REFUSE, "has replaced" }
    };

    (void) state;

    check_rows(rows, sizeof(rows) / sizeof(rows[0]));
}


/* At a start, in nginx -t and at a reload; of the file and of a new one. */

static void
test_never_used(void **state)
{
    row_t   row;
    size_t  i, when;

    static const struct {
        const char         *text;
        ssec_zone_file_t    file;
        const char         *why;
    } files[] = {
        { "a file that cannot be opened",
          { .error = EACCES }, "cannot open" },
        { "a symbolic link", { .error = ELOOP }, "cannot open" },
        { "a directory", { .error = EISDIR }, "cannot open" },
        { "a pipe",
          { .is_there = true, .is_own = true, .mode = S_IFIFO|0600 },
          "is not a regular file" },
        { "a device",
          { .is_there = true, .is_own = true, .mode = S_IFCHR|0600 },
          "is not a regular file" },
        { "a file of another user",
          { .is_there = true, .mode = S_IFREG|0600, .size = SIZE },
          "does not belong to" },
        { "a file of another user, which is empty",
          { .is_there = true, .mode = S_IFREG|0600 }, "does not belong to" },
        { "a file that its group can write to",
          { .is_there = true, .is_own = true, .mode = S_IFREG|0620,
            .size = SIZE }, "others can write to" },
        { "a file that others can write to",
          { .is_there = true, .is_own = true, .mode = S_IFREG|0602,
            .size = SIZE }, "others can write to" },
        { "a file that is not a zone's",
          { OURS, .size = 18000, .seal = SSEC_SEAL_NONE },
          "is not a zone's file" }
    };

    static const struct {
        const char         *text;
        ssec_zone_facts_t   facts;
    } times[] = {
        { "at a start, ", { .state = SSEC_ZONE_STOPPED } },
        { "in nginx -t, ", { .is_test = true } },
        { "at a reload with the file, ", { .state = SSEC_ZONE_IN_FILE } },
        { "at a reload to a file, ", { .state = SSEC_ZONE_OUTSIDE } }
    };

    (void) state;

    row.action = REFUSE;

    for (when = 0; when < sizeof(times) / sizeof(times[0]); when++) {

        for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
            row.text = files[i].text;
            row.why = files[i].why;

            row.facts = times[when].facts;
            row.facts.file = files[i].file;
            assert_string_equal(check_row(&row, times[when].text), "file");

            row.facts = times[when].facts;
            row.facts.new = files[i].file;
            assert_string_equal(check_row(&row, times[when].text), "new");
        }

        row.text = "in a directory that everybody can write to";
        row.why = "anybody can replace";
        row.facts = times[when].facts;
        row.facts.file = (ssec_zone_file_t) WHOLE;
        row.facts.directory.mode = S_IFDIR|0777;
        assert_string_equal(check_row(&row, times[when].text), "directory");
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_nginx_t),
        cmocka_unit_test(test_reload),
        cmocka_unit_test(test_never_used)
    };

    return cmocka_run_group_tests_name("zone plan", tests, NULL, NULL);
}

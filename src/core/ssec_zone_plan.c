/* The plan for a zone's file at a start or a reload of nginx. */

#include <sys/stat.h>

#include "ssec_zone_plan.h"


typedef struct {
    bool                 applies;
    ssec_zone_action_e   action;
    const char          *why;
} ssec_zone_rule_t;


static const char  *ssec_zone_lost[] = {
    [SSEC_SEAL_UNFINISHED] =
        "\"%s\" is incomplete: the zone begins empty",
    [SSEC_SEAL_VERSION] =
        "\"%s\" was written by another version of the module, or on another "
        "kind of machine: the zone begins empty",
    [SSEC_SEAL_BROKEN] =
        "\"%s\" is damaged: the zone begins empty",
    [SSEC_SEAL_SUBJECT] =
        "\"%s\" has sessions of another session key: the zone begins "
        "empty"
};


/*
 * Why nginx must not use or overwrite a file, or NULL.  If others can write to
 * the file, they could revive sessions.
 */

static const char *
ssec_zone_refusal(const ssec_zone_file_t *file)
{
    if (file->error) {
        return "cannot open \"%s\"; name a regular file, in a directory that "
               "exists and that nginx may write to";
    }

    if (!file->is_there) {
        return NULL;
    }

    if (!S_ISREG(file->mode)) {
        return "\"%s\" is not a regular file; name another file";
    }

    if (!file->is_own) {
        return "\"%s\" does not belong to the user who starts nginx; change "
               "its owner, or remove it";
    }

    if (file->mode & (S_IWGRP|S_IWOTH)) {
        return "others can write to \"%s\", because it has mode %s; run "
               "\"chmod 600 %s\", or remove it if somebody may have changed it";
    }

    if (file->size && file->seal == SSEC_SEAL_NONE) {
        return "\"%s\" is not a zone's file, and nginx does not overwrite it; "
               "name another file, or remove this one";
    }

    return NULL;
}


/*
 * Why the plan is to refuse, and which file is the reason.
 *
 * Anybody who can replace the file could restore an old copy, with sessions
 * that have ended since.  So a directory that others can write to needs the
 * sticky bit.  Its group may write to it: the administrator has admitted the
 * group.
 */

static const char *
ssec_zone_any_refusal(const ssec_zone_facts_t *facts,
    const ssec_zone_file_t **file)
{
    const char  *why;

    if ((facts->directory.mode & (S_IWOTH|S_ISVTX)) == S_IWOTH) {
        *file = &facts->directory;
        return "anybody can replace \"%s\", because its directory has mode "
               "%s; run \"chmod o-w\" on the directory, or name a file "
               "elsewhere";
    }

    if (facts->is_replaced && facts->state == SSEC_ZONE_IN_FILE) {
        return "\"%s\" is no longer the file in use; remove it to keep the "
               "sessions of this nginx, or restart nginx to take those of the "
               "file";
    }

    why = ssec_zone_refusal(&facts->file);

    if (why) {
        return why;
    }

    if (facts->is_being_made) {
        return "another nginx is replacing \"%s\"; start again, or name "
               "another file";
    }

    *file = &facts->new;

    return ssec_zone_refusal(&facts->new);
}


ssec_zone_plan_t
ssec_zone_plan(const ssec_zone_facts_t *facts)
{
    size_t                   i;
    ssec_zone_plan_t         plan;
    const ssec_zone_file_t  *file = &facts->file;

    const bool  is_start = (facts->state == SSEC_ZONE_STOPPED);
    const bool  is_outside = (facts->state == SSEC_ZONE_OUTSIDE);
    const bool  is_resized = (file->size != facts->size);

    /* nginx -t only warns: the other nginx may have ended at the start */

    const char  *elsewhere = !facts->is_elsewhere ? NULL :
        "an nginx in another container uses \"%s\"; end that nginx before "
        "this one starts, or name another file";

    /* the first rule that applies gives the action and the message */

    const ssec_zone_rule_t  rules[] = {
        { facts->is_replaced && !facts->is_test, SSEC_PLAN_REFUSE,
          "another nginx has replaced \"%s\"; start again" },
        { facts->is_shared && is_outside, SSEC_PLAN_REFUSE,
          "another zone or another nginx uses \"%s\"; name another file" },
        { facts->is_shared && file->seal == SSEC_SEAL_SUBJECT, SSEC_PLAN_REFUSE,
          "another nginx uses \"%s\" with another session key; "
          "name another file" },
        { facts->is_elsewhere && !facts->is_test, SSEC_PLAN_REFUSE,
          "an nginx on another host or in another container uses \"%s\"; "
          "name another file" },

        /* a start keeps the file's sessions if the file can be trusted */

        { is_start && file->size == 0, SSEC_PLAN_CREATE, NULL },
        { is_start && file->seal != SSEC_SEAL_WHOLE, SSEC_PLAN_CREATE,
          ssec_zone_lost[file->seal] },

        /* a reload keeps the sessions of the running zone */

        { is_outside && file->size, SSEC_PLAN_COPY,
          "the sessions in \"%s\" are replaced by those of the running zone" },
        { is_outside, SSEC_PLAN_COPY, NULL },
        { !file->is_there, SSEC_PLAN_COPY,
          "\"%s\" was removed: nginx makes a new one" },

        { facts->is_shared && is_resized, SSEC_PLAN_ADOPT,
          "another nginx uses \"%s\", which keeps its size of %s; "
          "once that nginx has ended, reload this one" },
        { is_resized || facts->is_late, SSEC_PLAN_COPY, elsewhere },
        { true, SSEC_PLAN_ADOPT, elsewhere }
    };

    plan = (ssec_zone_plan_t) { SSEC_PLAN_REFUSE, NULL, file };
    plan.why = ssec_zone_any_refusal(facts, &plan.file);

    if (plan.why) {
        return plan;
    }

    for (i = 0; !rules[i].applies; i++) { /* void */ }

    return (ssec_zone_plan_t) { rules[i].action, rules[i].why, file };
}

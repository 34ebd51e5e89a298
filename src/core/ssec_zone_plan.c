/* The plan for a zone's file at a start or a reload of nginx. */

#include <sys/stat.h>

#include "ssec_zone_plan.h"


static ssec_zone_why_e ssec_zone_any_refusal(const ssec_zone_facts_t *facts,
    const ssec_zone_file_t **file);
static ssec_zone_why_e ssec_zone_conflict(const ssec_zone_facts_t *facts);
static ssec_zone_action_e ssec_zone_start(const ssec_zone_facts_t *facts,
    ssec_zone_why_e *why);
static ssec_zone_action_e ssec_zone_reload(const ssec_zone_facts_t *facts,
    ssec_zone_why_e *why);


ssec_zone_plan_t
ssec_zone_plan(const ssec_zone_facts_t *facts)
{
    ssec_zone_plan_t  plan;

    plan.file = &facts->file;
    plan.why = ssec_zone_any_refusal(facts, &plan.file);

    if (plan.why) {
        plan.action = SSEC_PLAN_REFUSE;

    } else if (facts->state == SSEC_ZONE_STOPPED) {
        plan.action = ssec_zone_start(facts, &plan.why);

    } else {
        plan.action = ssec_zone_reload(facts, &plan.why);
    }

    return plan;
}


/*
 * Why the plan is to refuse, and which file is the reason.
 *
 * Anybody who can replace the file could restore an old copy, with sessions
 * that have ended since.  So a directory that others can write to needs the
 * sticky bit.  Its group may write to it: the administrator has admitted the
 * group.
 */

static ssec_zone_why_e
ssec_zone_any_refusal(const ssec_zone_facts_t *facts,
    const ssec_zone_file_t **file)
{
    ssec_zone_why_e  why;

    if ((facts->directory.mode & (S_IWOTH|S_ISVTX)) == S_IWOTH) {
        *file = &facts->directory;
        return SSEC_WHY_DIRECTORY;
    }

    if (facts->is_replaced && facts->state == SSEC_ZONE_IN_FILE) {
        return SSEC_WHY_NOT_IN_USE;
    }

    why = ssec_zone_refusal(&facts->file);

    if (why) {
        return why;
    }

    if (facts->is_being_made) {
        return SSEC_WHY_BEING_MADE;
    }

    why = ssec_zone_refusal(&facts->new);

    if (why) {
        *file = &facts->new;
        return why;
    }

    return ssec_zone_conflict(facts);
}


/* A file that others can write to is refused: they could revive sessions. */

ssec_zone_why_e
ssec_zone_refusal(const ssec_zone_file_t *file)
{
    if (file->error) {
        return SSEC_WHY_UNOPENED;
    }

    if (!file->is_there) {
        return SSEC_WHY_NONE;
    }

    if (!S_ISREG(file->mode)) {
        return SSEC_WHY_IRREGULAR;
    }

    if (!file->is_own) {
        return SSEC_WHY_OWNER;
    }

    if (file->mode & (S_IWGRP|S_IWOTH)) {
        return SSEC_WHY_WRITABLE;
    }

    if (file->size && file->seal == SSEC_SEAL_NONE) {
        return SSEC_WHY_NO_TABLE;
    }

    return SSEC_WHY_NONE;
}


/*
 * The conflict with another nginx or another zone, or SSEC_WHY_NONE.  Gives
 * SSEC_WHY_NONE for nginx -t: the conflict may be over when nginx starts.
 */

static ssec_zone_why_e
ssec_zone_conflict(const ssec_zone_facts_t *facts)
{
    if (facts->is_test) {
        return SSEC_WHY_NONE;
    }

    if (facts->is_replaced) {
        return SSEC_WHY_REPLACED;
    }

    if (facts->is_shared && facts->state == SSEC_ZONE_OUTSIDE) {
        return SSEC_WHY_IN_USE;
    }

    if (facts->is_shared && facts->file.seal == SSEC_SEAL_SUBJECT) {
        return SSEC_WHY_KEY_IN_USE;
    }

    return facts->is_elsewhere ? SSEC_WHY_ELSEWHERE : SSEC_WHY_NONE;
}


/* The plan for a start: keep the file's sessions if the file can be trusted. */

static ssec_zone_action_e
ssec_zone_start(const ssec_zone_facts_t *facts, ssec_zone_why_e *why)
{
    bool  is_resized;

    static const ssec_zone_why_e  lost[] = {
        [SSEC_SEAL_UNFINISHED] = SSEC_WHY_UNFINISHED,
        [SSEC_SEAL_VERSION] = SSEC_WHY_VERSION,
        [SSEC_SEAL_BROKEN] = SSEC_WHY_DAMAGED,
        [SSEC_SEAL_SUBJECT] = SSEC_WHY_KEY
    };

    /* there is no file, or an empty one */

    if (facts->file.size == 0) {
        return SSEC_PLAN_CREATE;
    }

    if (facts->file.seal != SSEC_SEAL_WHOLE) {
        *why = lost[facts->file.seal];
        return SSEC_PLAN_CREATE;
    }

    is_resized = (facts->file.size != facts->size);

    if (facts->is_shared) {
        *why = is_resized ? SSEC_WHY_SIZE_KEPT : SSEC_WHY_NONE;
        return SSEC_PLAN_ADOPT;
    }

    *why = facts->is_elsewhere ? SSEC_WHY_ELSEWHERE_YET : SSEC_WHY_NONE;

    return is_resized || facts->is_late ? SSEC_PLAN_COPY : SSEC_PLAN_ADOPT;
}


/* The plan for a reload: keep the sessions of the running zone. */

static ssec_zone_action_e
ssec_zone_reload(const ssec_zone_facts_t *facts, ssec_zone_why_e *why)
{
    if (facts->state == SSEC_ZONE_OUTSIDE) {
        *why = facts->file.size ? SSEC_WHY_OVERWRITTEN : SSEC_WHY_NONE;
        return SSEC_PLAN_COPY;
    }

    if (!facts->file.is_there) {
        *why = SSEC_WHY_REMOVED;
        return SSEC_PLAN_COPY;
    }

    if (facts->file.size == facts->size) {
        return SSEC_PLAN_ADOPT;
    }

    if (facts->is_shared) {
        *why = SSEC_WHY_SIZE_KEPT;
        return SSEC_PLAN_ADOPT;
    }

    return SSEC_PLAN_COPY;
}

/*
 * The plan for a zone's file at a start or a reload of nginx: which file the
 * zone uses, and whether its sessions are kept.  ngx_http_ssec_file.c gathers
 * the facts, and carries the plan out.
 */

#ifndef SSEC_ZONE_PLAN_H
#define SSEC_ZONE_PLAN_H


#include <sys/types.h>

#include "ssec_table_file.h"

/* nginx loads modules into one name space: nothing here is for others */
#pragma GCC visibility push(hidden)


typedef enum {
    SSEC_PLAN_CREATE = 0,        /* make a new file without sessions */
    SSEC_PLAN_COPY,              /* make a new file with the zone's sessions */
    SSEC_PLAN_ADOPT,             /* use the file that is there */
    SSEC_PLAN_REFUSE             /* change nothing; the start or reload fails */
} ssec_zone_action_e;


typedef enum {
    SSEC_WHY_NONE = 0,

    /* reasons to refuse */
    SSEC_WHY_DIRECTORY,          /* anybody can replace the file */
    SSEC_WHY_UNOPENED,           /* open() failed */
    SSEC_WHY_IRREGULAR,          /* a device, a pipe or the like */
    SSEC_WHY_OWNER,              /* the file belongs to another user */
    SSEC_WHY_WRITABLE,           /* its group or others can write to it */
    SSEC_WHY_NO_TABLE,           /* it was not made by this module */
    SSEC_WHY_BEING_MADE,         /* another nginx makes a new file */
    SSEC_WHY_REPLACED,           /* another nginx has put its file there */
    SSEC_WHY_NOT_IN_USE,         /* not the file that this nginx uses */
    SSEC_WHY_IN_USE,             /* another zone or another nginx uses it */
    SSEC_WHY_KEY_IN_USE,         /* another nginx, with another session key */
    SSEC_WHY_ELSEWHERE,          /* an nginx in another container or host */

    /* warnings: the zone begins without the file's sessions */
    SSEC_WHY_UNFINISHED,
    SSEC_WHY_VERSION,
    SSEC_WHY_DAMAGED,
    SSEC_WHY_KEY,
    SSEC_WHY_OVERWRITTEN,        /* the sessions of the running zone stay */

    /* other warnings */
    SSEC_WHY_REMOVED,            /* the running zone's file was removed */
    SSEC_WHY_SIZE_KEPT,          /* another nginx uses it: no new size yet */
    SSEC_WHY_ELSEWHERE_YET,      /* a start would be refused at the moment */

    SSEC_WHY_COUNT
} ssec_zone_why_e;


typedef enum {
    SSEC_ZONE_STOPPED = 0,       /* a start: this nginx has no such zone */
    SSEC_ZONE_IN_FILE,           /* a reload: the zone runs in this file */
    SSEC_ZONE_OUTSIDE            /* it runs in memory or in another file */
} ssec_zone_state_e;


typedef struct {
    const char         *name;
    int                 error;   /* errno of open(), or 0 */
    bool                is_there;
    bool                is_own;  /* of the user who starts nginx */
    mode_t              mode;    /* st_mode: type and permissions */
    uint64_t            size;    /* in bytes */
    ssec_seal_e         seal;
} ssec_zone_file_t;


/* A fact that is not known yet is 0.  The plan holds until more is known. */

typedef struct {
    ssec_zone_state_e   state;
    uint64_t            size;    /* as configured, in bytes */
    ssec_zone_file_t    directory;  /* its mode; the name is the file's */
    ssec_zone_file_t    file;    /* at the zone's path */
    ssec_zone_file_t    new;     /* where a new file is made */
    bool                is_test; /* nginx -t: no lock is taken */
    bool                is_shared;  /* another nginx or zone uses the file */
    bool                is_elsewhere;  /* in another container or host */
    bool                is_late; /* its clock should be moved back */
    bool                is_being_made;  /* another nginx makes a new file */
    bool                is_replaced;  /* the path names another file by now */
} ssec_zone_facts_t;


typedef struct {
    ssec_zone_action_e       action;
    ssec_zone_why_e          why;
    const ssec_zone_file_t  *file;   /* one of the facts' files: see why */
} ssec_zone_plan_t;


/*
 * The plan by the facts so far.  COPY takes the sessions of the running zone
 * or, at a start, those of the file.  A reload that changes the zone's session
 * key is refused before a plan is made.
 */

ssec_zone_plan_t ssec_zone_plan(const ssec_zone_facts_t *facts);

/* Why this file may be neither used nor written to, or SSEC_WHY_NONE. */

ssec_zone_why_e ssec_zone_refusal(const ssec_zone_file_t *file);


#pragma GCC visibility pop

#endif /* SSEC_ZONE_PLAN_H */

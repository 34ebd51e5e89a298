/*
 * The plan for a zone's file at a start or a reload of nginx: which file the
 * zone uses, and which sessions it begins with.  ngx_http_ssec_file.c gathers
 * the facts and carries the plan out.
 */

#ifndef SSEC_ZONE_PLAN_H
#define SSEC_ZONE_PLAN_H


#include <sys/types.h>

#include "ssec_table_file.h"

/* nginx loads modules into one name space: export no symbol */
#pragma GCC visibility push(hidden)


typedef enum {
    SSEC_PLAN_CREATE = 0,        /* make a new file without sessions */
    SSEC_PLAN_COPY,              /* make a new file with the zone's sessions */
    SSEC_PLAN_ADOPT,             /* use the existing file */
    SSEC_PLAN_REFUSE             /* change nothing; the start or reload fails */
} ssec_zone_action_e;


typedef enum {
    SSEC_WHY_NONE = 0,

    /* why the start or reload is refused */
    SSEC_WHY_DIRECTORY,          /* anybody can replace the file */
    SSEC_WHY_UNOPENED,           /* open() of the file failed */
    SSEC_WHY_IRREGULAR,          /* the file is a device, a pipe or the like */
    SSEC_WHY_OWNER,              /* the file belongs to another user */
    SSEC_WHY_WRITABLE,           /* group or others can write to the file */
    SSEC_WHY_NO_TABLE,           /* this module did not make the file */
    SSEC_WHY_BEING_MADE,         /* another nginx makes a new file */
    SSEC_WHY_REPLACED,           /* another nginx has replaced the file */
    SSEC_WHY_NOT_IN_USE,         /* this nginx uses another, replaced file */
    SSEC_WHY_IN_USE,             /* another zone or nginx uses the file */
    SSEC_WHY_KEY_IN_USE,         /* another nginx, with another session key,
                                    uses the file */
    SSEC_WHY_ELSEWHERE,          /* an nginx in another container or on
                                    another host uses the file */

    /* warnings: the file's sessions are lost */
    SSEC_WHY_UNFINISHED,         /* the file was not completed */
    SSEC_WHY_VERSION,            /* of another version or architecture */
    SSEC_WHY_DAMAGED,            /* damaged, or of another size than noted */
    SSEC_WHY_KEY,                /* the file is for another session key */
    SSEC_WHY_OVERWRITTEN,        /* the running zone's sessions replace them */

    /* other warnings */
    SSEC_WHY_REMOVED,            /* the running zone's file was removed */
    SSEC_WHY_SIZE_KEPT,          /* another nginx uses the file: the size that
                                    was configured waits */
    SSEC_WHY_ELSEWHERE_YET,      /* nginx -t: a start at this moment would be
                                    refused, as for SSEC_WHY_ELSEWHERE */

    SSEC_WHY_COUNT
} ssec_zone_why_e;


typedef enum {
    SSEC_ZONE_STOPPED = 0,       /* a start: this nginx has no such zone */
    SSEC_ZONE_IN_FILE,           /* a reload: the zone runs in this file */
    SSEC_ZONE_OUTSIDE            /* a reload: in memory or in another file */
} ssec_zone_state_e;


typedef struct {
    const char         *name;
    int                 error;   /* errno of open(), or 0 */
    bool                is_there;
    bool                is_own;  /* owned by the user who starts nginx */
    mode_t              mode;    /* st_mode: type and permissions */
    uint64_t            size;    /* in bytes */
    ssec_seal_e         seal;
} ssec_zone_file_t;


/*
 * The facts that a plan is made of.  An unknown fact is 0.  When a fact becomes
 * known, the plan is made anew.
 */

typedef struct {
    ssec_zone_state_e   state;
    uint64_t            size;    /* as configured, in bytes */
    ssec_zone_file_t    directory;  /* its mode, with the file's name */
    ssec_zone_file_t    file;    /* the file at the zone's path */
    ssec_zone_file_t    new;     /* the file at path.new, if any */
    bool                is_test; /* nginx -t: no lock is taken */
    bool                is_shared;  /* another nginx or zone uses the file */
    bool                is_elsewhere;  /* used in another container or host */
    bool                is_late; /* the file's clock should be moved back */
    bool                is_being_made;  /* another nginx makes a new file */
    bool                is_replaced;  /* the path names another file now */
} ssec_zone_facts_t;


typedef struct {
    ssec_zone_action_e       action;
    ssec_zone_why_e          why;
    const ssec_zone_file_t  *file;   /* the file that the reason is about */
} ssec_zone_plan_t;


/*
 * Makes the plan from the facts that are known.  SSEC_PLAN_COPY copies the
 * sessions of the running zone or, at a start, of the file.  A reload that
 * changes the zone's session key is refused before a plan is made.
 */

ssec_zone_plan_t ssec_zone_plan(const ssec_zone_facts_t *facts);

/* Why nginx must not use or overwrite this file; else SSEC_WHY_NONE. */

ssec_zone_why_e ssec_zone_refusal(const ssec_zone_file_t *file);


#pragma GCC visibility pop

#endif /* SSEC_ZONE_PLAN_H */

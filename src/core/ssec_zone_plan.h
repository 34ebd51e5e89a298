/*
 * The plan for a zone's file at a start or a reload of nginx: which file the
 * zone uses, and which sessions it begins with.  ngx_http_ssec_file.c gathers
 * the facts and carries the plan out.
 */

#ifndef SSEC_ZONE_PLAN_H
#define SSEC_ZONE_PLAN_H

#include <sys/types.h>

#include "ssec_table_file.h"

typedef enum {
    SSEC_PLAN_CREATE = 0,        /* make a new file without sessions */
    SSEC_PLAN_COPY,              /* make a new file with the zone's sessions */
    SSEC_PLAN_ADOPT,             /* use the existing file */
    SSEC_PLAN_REFUSE             /* change nothing; the start or reload fails */
} ssec_zone_action_e;


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


/*
 * The message says why the plan is to refuse, or it is a warning.  It has up to
 * three "%s": the file's name; its mode in a refusal, its size in a warning;
 * and its name again.
 */

typedef struct {
    ssec_zone_action_e       action;
    const char              *why;    /* the message, or NULL */
    const ssec_zone_file_t  *file;   /* the file that the message is about */
} ssec_zone_plan_t;


/*
 * Makes the plan from the facts that are known.  SSEC_PLAN_COPY copies the
 * sessions of the running zone or, at a start, of the file.  A reload that
 * changes the zone's session key is refused before a plan is made.
 */

ssec_zone_plan_t ssec_zone_plan(const ssec_zone_facts_t *facts);

#endif /* SSEC_ZONE_PLAN_H */

/*
 * The zone's file: looks at what is there, asks for a plan, and carries it out.
 * The workers inherit the mapping.
 *
 * A new file is made under a name of its own, which rename() changes to the
 * zone's path once the new configuration is valid.
 *
 * Every user of a file holds flock(LOCK_SH) on it, so LOCK_EX fails as long as
 * another nginx uses it; a process that dies leaves no lock.  The maker of a
 * new file holds LOCK_EX on that until rename(), and takes it before it looks
 * for users of the file at the zone's path.  A start locks that file first, and
 * then looks for the maker of a new one.  So one of the two sees the other.
 */

#include "ngx_http_ssec_file.h"

#include "ngx_http_ssec_zone.h"

#include "ssec_table_file.h"
#include "ssec_zone_plan.h"

#include <libgen.h>
#include <sys/file.h>


#define NGX_HTTP_SSEC_WAIT  100               /* tenths of a second */

/* a file's mode in a message: four digits */
#define NGX_HTTP_SSEC_MODE  sizeof("0600")


static ngx_int_t ngx_http_ssec_make_plan(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old, ssec_zone_facts_t *facts, ssec_zone_plan_t *plan,
    ngx_http_ssec_file_t **file, ngx_http_ssec_file_t **new);
static void ngx_http_ssec_log_plan(ngx_shm_zone_t *shm_zone,
    ssec_zone_plan_t *plan);
static u_char *ngx_http_ssec_mode(u_char *text, mode_t mode);

static ngx_int_t ngx_http_ssec_find_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old, ssec_zone_facts_t *facts,
    ngx_http_ssec_file_t **file);
static void ngx_http_ssec_look_at_directory(ssec_zone_file_t *directory);
static ngx_int_t ngx_http_ssec_lock_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ssec_zone_facts_t *facts);
static ngx_uint_t ngx_http_ssec_is_being_made(const char *name);
static ngx_int_t ngx_http_ssec_open_table(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ssec_zone_facts_t *facts);
static void ngx_http_ssec_recover(ngx_shm_zone_t *shm_zone, uint64_t used,
    uint64_t now);
static ngx_int_t ngx_http_ssec_begin_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ssec_zone_facts_t *facts,
    ngx_http_ssec_file_t **new);
static ngx_http_ssec_file_t *ngx_http_ssec_open_file(ngx_log_t *log, int flags,
    ssec_zone_file_t *found);
static void ngx_http_ssec_look_at_file(ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_file_t *file, ssec_zone_file_t *found);
static ngx_int_t ngx_http_ssec_has_name(ngx_http_ssec_file_t *file,
    const char *name);

static ngx_int_t ngx_http_ssec_make_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ssec_table_t *from, uint64_t back);
static ngx_int_t ngx_http_ssec_allocate(ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_fill_holes(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_map_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static void ngx_http_ssec_close_file(ngx_http_ssec_file_t *file);


/* With the file's name, its mode or its size, and its name again. */

static const char  *ngx_http_ssec_why[SSEC_WHY_COUNT] = {
    [SSEC_WHY_DIRECTORY] =
        "anybody can replace \"%s\", because its directory has mode %s; "
        "run \"chmod o-w\" on the directory, or name a file elsewhere",
    [SSEC_WHY_UNOPENED] =
        "cannot open \"%s\"; name a regular file, in a directory that exists "
        "and that nginx may write to",
    [SSEC_WHY_IRREGULAR] =
        "\"%s\" is not a regular file; name another file",
    [SSEC_WHY_OWNER] =
        "\"%s\" does not belong to the user who starts nginx; change its "
        "owner, or remove it",
    [SSEC_WHY_WRITABLE] =
        "others can write to \"%s\", because it has mode %s; "
        "run \"chmod 600 %s\", or remove it if somebody may have changed it",
    [SSEC_WHY_NO_TABLE] =
        "\"%s\" is not a zone's file and is left as it is; name another file, "
        "or remove it",
    [SSEC_WHY_BEING_MADE] =
        "another nginx is replacing \"%s\"; start again, or name another file",
    [SSEC_WHY_REPLACED] =
        "another nginx has replaced \"%s\"; start again",
    [SSEC_WHY_NOT_IN_USE] =
        "\"%s\" is no longer the file in use; remove it to keep the sessions "
        "of this nginx, or restart nginx to take those of the file",
    [SSEC_WHY_IN_USE] =
        "another zone or another nginx uses \"%s\"; name another file",
    [SSEC_WHY_KEY_IN_USE] =
        "another nginx uses \"%s\" with another session key; name another file",
    [SSEC_WHY_ELSEWHERE] =
        "an nginx on another host or in another container uses \"%s\"; "
        "name another file",

    [SSEC_WHY_UNFINISHED] =
        "\"%s\" was not finished: the zone begins empty",
    [SSEC_WHY_VERSION] =
        "\"%s\" was written by another version of the module, or on another "
        "kind of machine: the zone begins empty",
    [SSEC_WHY_DAMAGED] =
        "\"%s\" is damaged: the zone begins empty",
    [SSEC_WHY_KEY] =
        "\"%s\" has sessions of another session key: the zone begins empty",
    [SSEC_WHY_OVERWRITTEN] =
        "the sessions in \"%s\" are replaced by those of the running zone",

    [SSEC_WHY_REMOVED] =
        "\"%s\" was removed and is written anew",
    [SSEC_WHY_SIZE_KEPT] =
        "another nginx uses \"%s\", which keeps its size of %s; "
        "once that nginx has ended, reload this one",
    [SSEC_WHY_ELSEWHERE_YET] =
        "an nginx in another container uses \"%s\"; "
        "end that nginx before this one starts, or name another file"
};


/*
 * Gives NGX_ERROR, with a message, if the zone cannot have its file.  Then the
 * running zone and the file at its path are as before.
 */

ngx_int_t
ngx_http_ssec_init_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
{
    uint64_t               back;
    ngx_int_t              rc;
    ssec_table_t           table;
    ssec_zone_plan_t       plan;
    ssec_zone_facts_t      facts;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file, *new;

    zone = shm_zone->data;
    file = NULL;
    new = NULL;

    rc = ngx_http_ssec_make_plan(shm_zone, old, &facts, &plan, &file, &new);

    if (rc != NGX_OK) {
        goto done;
    }

    ngx_http_ssec_log_plan(shm_zone, &plan);

    switch (plan.action) {

    case SSEC_PLAN_CREATE:
        rc = ngx_http_ssec_make_file(shm_zone, new, NULL, 0);
        break;

    case SSEC_PLAN_COPY:
        table = zone->table;
        back = old ? 0 : ssec_clock_back(zone->epoch + ngx_http_ssec_uptime());
        rc = ngx_http_ssec_make_file(shm_zone, new, &table, back);
        break;

    case SSEC_PLAN_ADOPT:
        zone->file = file;
        file = NULL;
        break;

    default: /* SSEC_PLAN_REFUSE */
        rc = NGX_ERROR;
    }

done:

    ngx_http_ssec_close_file(new);
    ngx_http_ssec_close_file(file);

    return rc;
}


/*
 * Gathers the facts until none that is missing could change the plan.  For some
 * the file's table has to be open, or a new file to be locked.  Gives
 * NGX_ERROR, with a message, if a system call fails.
 */

static ngx_int_t
ngx_http_ssec_make_plan(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old,
    ssec_zone_facts_t *facts, ssec_zone_plan_t *plan,
    ngx_http_ssec_file_t **file, ngx_http_ssec_file_t **new)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (ngx_http_ssec_find_file(shm_zone, old, facts, file) != NGX_OK) {
        return NGX_ERROR;
    }

    if (old) {
        zone->table = old->table;
        zone->epoch = old->epoch;

    } else if (ngx_http_ssec_open_table(shm_zone, *file, facts) != NGX_OK) {
        return NGX_ERROR;
    }

    *plan = ssec_zone_plan(facts);

    if (plan->action == SSEC_PLAN_CREATE || plan->action == SSEC_PLAN_COPY) {

        if (ngx_http_ssec_begin_file(shm_zone, *file, facts, new) != NGX_OK) {
            return NGX_ERROR;
        }

        *plan = ssec_zone_plan(facts);
    }

    return NGX_OK;
}


static void
ngx_http_ssec_log_plan(ngx_shm_zone_t *shm_zone, ssec_zone_plan_t *plan)
{
    u_char                   value[NGX_SIZE_T_LEN + sizeof("k")];
    u_char                  *last, text[NGX_MAX_ERROR_STR];
    ngx_uint_t               level;
    ngx_http_ssec_zone_t    *zone;
    const ssec_zone_file_t  *file;

    if (plan->why == SSEC_WHY_NONE) {
        return;
    }

    zone = shm_zone->data;
    file = plan->file;

    if (plan->why == SSEC_WHY_SIZE_KEPT) {
        ngx_sprintf(value, "%uLk%Z", file->size / 1024);

    } else {
        ngx_http_ssec_mode(value, file->mode);
    }

    last = ngx_snprintf(text, sizeof(text), ngx_http_ssec_why[plan->why],
                        file->name, value, file->name);

    level = (plan->action == SSEC_PLAN_REFUSE) ? NGX_LOG_EMERG : NGX_LOG_WARN;

    ngx_log_error(level, shm_zone->shm.log, file->error,
                  "session_security_zone \"%V\": %*s",
                  &zone->name, (size_t) (last - text), text);
}


/* As chmod takes it; ngx_sprintf() has no octal numbers. */

static u_char *
ngx_http_ssec_mode(u_char *text, mode_t mode)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_SSEC_MODE - 1; i++) {
        text[i] = (u_char) ('0' + ((mode >> (9 - 3 * i)) & 7));
    }

    text[i] = '\0';

    return text;
}


/*
 * Opens the file at the zone's path, if there is one, and begins the facts with
 * what can be seen of it.  Only a start takes locks: the file of a running zone
 * is locked, and nginx -t could be in the way of a start.
 */

static ngx_int_t
ngx_http_ssec_find_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old,
    ssec_zone_facts_t *facts, ngx_http_ssec_file_t **file)
{
    ngx_int_t              rc;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    ngx_memzero(facts, sizeof(ssec_zone_facts_t));

    facts->is_test = ngx_test_config;
    facts->size = zone->size;
    facts->directory.name = zone->path;
    facts->file.name = zone->path;
    facts->new.name = zone->new;

    ngx_http_ssec_look_at_directory(&facts->directory);

    if (old && old->file && ngx_strcmp(old->path, zone->path) == 0) {
        facts->state = SSEC_ZONE_IN_FILE;

        rc = ngx_http_ssec_has_name(old->file, zone->path);
        facts->is_replaced = (rc == NGX_ERROR);

        if (rc == NGX_OK) {
            *file = old->file;
            (*file)->refs++;

            ngx_http_ssec_look_at_file(zone, *file, &facts->file);
        }

        return NGX_OK;
    }

    facts->state = old ? SSEC_ZONE_OUTSIDE : SSEC_ZONE_STOPPED;

    do {
        ngx_http_ssec_close_file(*file);

        *file = ngx_http_ssec_open_file(shm_zone->shm.log, 0, &facts->file);

        if (*file == NULL) {
            return NGX_ERROR;
        }

        if ((*file)->fd == -1) {
            return NGX_OK;
        }

        ngx_http_ssec_look_at_file(zone, *file, &facts->file);

        rc = ngx_http_ssec_lock_file(shm_zone, *file, facts);

    } while (rc == NGX_AGAIN);

    return rc;
}


/* If stat() fails, so will open() of the file. */

static void
ngx_http_ssec_look_at_directory(ssec_zone_file_t *directory)
{
    char         name[NGX_MAX_PATH];
    struct stat  st;

    (void) ngx_cpystrn((u_char *) name, (u_char *) directory->name,
                       NGX_MAX_PATH);

    if (stat(dirname(name), &st) == 0) {
        directory->mode = st.st_mode;
    }
}


/*
 * At a start: locks the file, which tells whether another nginx uses it.  Gives
 * NGX_AGAIN if the zone's path names another file by now.
 */

static ngx_int_t
ngx_http_ssec_lock_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file,
    ssec_zone_facts_t *facts)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;
    facts->is_shared = 0;

    if (facts->state != SSEC_ZONE_STOPPED || facts->is_test
        || ssec_zone_plan(facts).action == SSEC_PLAN_REFUSE)
    {
        return NGX_OK;
    }

    facts->is_shared = (flock(file->fd, LOCK_EX|LOCK_NB) == -1);

    /* another nginx that starts has LOCK_EX for a moment only */

    if (facts->is_shared && flock(file->fd, LOCK_SH) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\": flock() \"%s\" failed",
                      &zone->name, zone->path);
        return NGX_ERROR;
    }

    facts->is_being_made = ngx_http_ssec_is_being_made(zone->new);

    if (facts->is_being_made) {
        return NGX_OK;
    }

    return ngx_http_ssec_has_name(file, zone->path) == NGX_OK ? NGX_OK
                                                              : NGX_AGAIN;
}


/* Whether another nginx makes a new file, and is not ready within 10 s. */

static ngx_uint_t
ngx_http_ssec_is_being_made(const char *name)
{
    int         fd;
    ngx_uint_t  n;

    fd = open(name, O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1) {
        return 0;
    }

    for (n = 0; n < NGX_HTTP_SSEC_WAIT; n++) {

        if (flock(fd, LOCK_SH|LOCK_NB) == 0) {
            break;
        }

        ngx_msleep(100);
    }

    (void) close(fd);

    return n == NGX_HTTP_SSEC_WAIT;
}


/*
 * At a start: if the file's sessions are wanted, sets zone->table and its epoch
 * to those of the file, whose clock is started.  nginx -t opens no table.
 */

static ngx_int_t
ngx_http_ssec_open_table(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file,
    ssec_zone_facts_t *facts)
{
    u_char                 head[SSEC_TABLE_CLOCK];
    uint64_t               used, now;
    ssec_host_t            host;
    ssec_zone_action_e     action;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;
    action = ssec_zone_plan(facts).action;

    if (action != SSEC_PLAN_ADOPT && action != SSEC_PLAN_COPY) {
        return NGX_OK;
    }

    if (ngx_http_ssec_fill_holes(shm_zone, file) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_ssec_host(&host);

    if (facts->is_test) {
        facts->is_elsewhere = pread(file->fd, head, SSEC_TABLE_CLOCK, 0)
                              == SSEC_TABLE_CLOCK
                              && ssec_clock_elsewhere(head, &host);
        return NGX_OK;
    }

    if (ngx_http_ssec_map_file(shm_zone, file) != NGX_OK) {
        return NGX_ERROR;
    }

    ssec_table_open(&zone->table, file->memory, ssec_table_owner());

    if (facts->is_shared) {
        facts->is_elsewhere = !ssec_table_join_clock(&zone->table, &host,
                                                     &zone->epoch);

    } else {
        used = ssec_table_ticked(&zone->table);
        zone->epoch = ssec_table_start_clock(&zone->table, &host);
        now = zone->epoch + host.uptime;

        ngx_http_ssec_recover(shm_zone, used, now);

        facts->is_late = (now >= SSEC_CLOCK_FAR);
    }

    /* flock() releases LOCK_EX before it takes LOCK_SH */

    if (ssec_zone_plan(facts).action == SSEC_PLAN_ADOPT) {
        facts->is_replaced = flock(file->fd, LOCK_SH) == -1
                             || ngx_http_ssec_has_name(file, zone->path)
                                != NGX_OK;
    }

    return NGX_OK;
}


/*
 * Mends what killed processes, or a loss of power, have left in the table.  The
 * times are the table's: when it was last used, and now.
 */

static void
ngx_http_ssec_recover(ngx_shm_zone_t *shm_zone, uint64_t used, uint64_t now)
{
    uint64_t               dropped;
    ssec_counts_t          counts;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    dropped = ssec_table_recover(&zone->table, now);

    if (dropped) {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": %uL damaged records of "
                      "\"%s\" were dropped",
                      &zone->name, dropped, zone->path);
    }

    ssec_table_count(&zone->table, &counts);

    ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\": %uL live sessions in \"%s\", "
                  "which was last used %uLs ago",
                  &zone->name, counts.live, zone->path,
                  (now - ngx_min(used, now)) / 1000);
}


/*
 * Opens the new file and locks it.  The lock keeps every other nginx from
 * starting with the file at the zone's path: after it nobody can become a user
 * of that file unseen.
 */

static ngx_int_t
ngx_http_ssec_begin_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file,
    ssec_zone_facts_t *facts, ngx_http_ssec_file_t **new)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    do {
        ngx_http_ssec_close_file(*new);

        *new = ngx_http_ssec_open_file(shm_zone->shm.log, O_CREAT,
                                       &facts->new);

        if (*new == NULL) {
            return NGX_ERROR;
        }

        if ((*new)->fd == -1) {
            return NGX_OK;
        }

        facts->is_being_made = (flock((*new)->fd, LOCK_EX|LOCK_NB) == -1);

        if (facts->is_being_made) {
            return NGX_OK;
        }

        /* its maker may have renamed it before it was locked here */

    } while (ngx_http_ssec_has_name(*new, zone->new) != NGX_OK);

    ngx_http_ssec_look_at_file(zone, *new, &facts->new);

    if (ssec_zone_refusal(&facts->new)) {
        return NGX_OK;
    }

    (*new)->name = zone->new;

    facts->is_replaced = ngx_http_ssec_has_name(file, zone->path)
                         != (facts->file.is_there ? NGX_OK : NGX_DECLINED);

    if (facts->file.is_there && facts->state != SSEC_ZONE_STOPPED) {
        facts->is_shared = (flock(file->fd, LOCK_EX|LOCK_NB) == -1);
    }

    /* a conversion that fails may have released LOCK_SH as well */

    if (facts->file.is_there && facts->state == SSEC_ZONE_IN_FILE) {
        (void) flock(file->fd, LOCK_SH);
    }

    return NGX_OK;
}


/*
 * The file's descriptor is -1 if there is none, or if found->error says why it
 * cannot be opened.  Gives NULL if there is no memory.
 */

static ngx_http_ssec_file_t *
ngx_http_ssec_open_file(ngx_log_t *log, int flags, ssec_zone_file_t *found)
{
    ngx_http_ssec_file_t  *file;

    *found = (ssec_zone_file_t) { .name = found->name };

    file = ngx_alloc(sizeof(ngx_http_ssec_file_t), log);
    if (file == NULL) {
        return NULL;
    }

    ngx_memzero(file, sizeof(ngx_http_ssec_file_t));

    file->refs = 1;
    file->fd = open(found->name,
                    O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC|flags, 0600);

    if (file->fd == -1 && (ngx_errno != NGX_ENOENT || flags)) {
        found->error = ngx_errno;
    }

    return file;
}


static void
ngx_http_ssec_look_at_file(ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_file_t *file, ssec_zone_file_t *found)
{
    u_char       seal[SSEC_TABLE_SEAL];
    struct stat  st;

    if (fstat(file->fd, &st) == -1) {
        found->error = ngx_errno;
        return;
    }

    found->is_there = 1;
    found->is_own = (st.st_uid == geteuid());
    found->mode = st.st_mode;

    if (file->memory) {
        found->size = file->size;
        found->seal = SSEC_SEAL_WHOLE;
        return;
    }

    file->size = (size_t) st.st_size;
    file->holes = ((off_t) st.st_blocks * 512 < st.st_size);
    found->size = file->size;

    ngx_memzero(seal, SSEC_TABLE_SEAL);

    if (pread(file->fd, seal, SSEC_TABLE_SEAL, 0) == -1) {
        found->seal = SSEC_SEAL_NONE;
        return;
    }

    found->seal = ssec_table_check(seal, file->size, zone->key.data,
                                   zone->key.len);
}


/*
 * Gives NGX_OK if this is the name of the file, NGX_DECLINED if no file has it,
 * NGX_ERROR if another one has it.
 */

static ngx_int_t
ngx_http_ssec_has_name(ngx_http_ssec_file_t *file, const char *name)
{
    struct stat  there, ours;

    if (lstat(name, &there) == -1) {
        return ngx_errno == NGX_ENOENT ? NGX_DECLINED : NGX_ERROR;
    }

    if (file == NULL
        || fstat(file->fd, &ours) == -1
        || there.st_ino != ours.st_ino || there.st_dev != ours.st_dev)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Fills the new file, with the sessions of a table unless that is NULL. */

static ngx_int_t
ngx_http_ssec_make_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file,
    ssec_table_t *from, uint64_t back)
{
    ngx_int_t              rc;
    ssec_host_t            host;
    ngx_http_ssec_zone_t  *zone;
    void                   (*handler)(int);

    zone = shm_zone->data;

    file->size = zone->size;

    /* beyond RLIMIT_FSIZE the signal would end nginx */

    handler = signal(SIGXFSZ, SIG_IGN);
    rc = ngx_http_ssec_allocate(file);
    (void) signal(SIGXFSZ, handler);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\" needs %uzk for \"%s\"; "
                      "make room, or name a file elsewhere",
                      &zone->name, zone->size / 1024, file->name);
        return NGX_ERROR;
    }

    if (ngx_test_config) {
        return NGX_OK;
    }

    if (ngx_http_ssec_map_file(shm_zone, file) != NGX_OK
        || ngx_http_ssec_create_table(shm_zone, file->memory, file->size, from,
                                      back)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ssec_table_seal(&zone->table, zone->size, zone->key.data, zone->key.len);

    ngx_http_ssec_host(&host);
    zone->epoch = from ? ssec_table_tick(&zone->table, &host)
                       : ssec_table_start_clock(&zone->table, &host);

    zone->file = file;
    file->refs++;

    return NGX_OK;
}


/*
 * Gives the file all of its room at once: once the disk is full, a worker that
 * writes to a hole would be killed by SIGBUS.
 */

static ngx_int_t
ngx_http_ssec_allocate(ngx_http_ssec_file_t *file)
{
    int      rc;
    size_t   done;
    ssize_t  n;

    static u_char  zeros[65536];

    if (ftruncate(file->fd, 0) == -1
        || pwrite(file->fd, ssec_table_mark, SSEC_TABLE_MARK, 0)
           != SSEC_TABLE_MARK)
    {
        return NGX_ERROR;
    }

    do {
        rc = posix_fallocate(file->fd, 0, (off_t) file->size);
    } while (rc == NGX_EINTR);

    if (rc == 0) {
        return NGX_OK;
    }

    if (rc != EOPNOTSUPP && rc != EINVAL) {
        ngx_set_errno(rc);
        return NGX_ERROR;
    }

    for (done = SSEC_TABLE_MARK; done < file->size; done += (size_t) n) {

        n = pwrite(file->fd, zeros,
                   ngx_min(sizeof(zeros), file->size - done), (off_t) done);

        if (n <= 0) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* A copy that was made without its zeros (cp --sparse) has holes. */

static ngx_int_t
ngx_http_ssec_fill_holes(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file)
{
#if (NGX_LINUX)

    int                    rc;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (!file->holes) {
        return NGX_OK;
    }

    do {
        rc = fallocate(file->fd, 0, 0, (off_t) file->size);
    } while (rc == -1 && ngx_errno == NGX_EINTR);

    if (rc == -1 && (ngx_errno == NGX_ENOSPC || ngx_errno == EDQUOT)) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\" needs %uzk for \"%s\", "
                      "which has holes; make room on its disk",
                      &zone->name, file->size / 1024, zone->path);
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}


/* The file is known to be a zone's: from now on only its owner may read it. */

static ngx_int_t
ngx_http_ssec_map_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file)
{
    u_char                *memory;
    u_char                 mode[NGX_HTTP_SSEC_MODE];
    struct stat            st;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (fstat(file->fd, &st) == -1 || fchmod(file->fd, 0600) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\": fchmod() \"%s\" failed",
                      &zone->name, zone->path);
        return NGX_ERROR;
    }

    if (st.st_mode & (S_IRGRP|S_IROTH)) {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": others could read \"%s\", "
                      "which had mode %s and has mode 0600 now",
                      &zone->name, zone->path,
                      ngx_http_ssec_mode(mode, st.st_mode));
    }

    memory = mmap(NULL, file->size, PROT_READ|PROT_WRITE, MAP_SHARED,
                  file->fd, 0);

    if (memory == MAP_FAILED) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\": mmap(%uz) \"%s\" failed",
                      &zone->name, file->size, zone->path);
        return NGX_ERROR;
    }

    ngx_http_ssec_huge_pages(memory, file->size);

    file->memory = memory;

    return NGX_OK;
}


/* The new configuration is valid: a new file gets the zone's path. */

void
ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log)
{
    ngx_http_ssec_file_t  *file;

    file = zone->file;

    if (file->name == NULL) {
        return;
    }

    /* a file without its seal would be refused at the next start */

    (void) msync(file->memory, SSEC_TABLE_HEADER, MS_SYNC);

    if (rename(file->name, zone->path) == -1) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "session_security_zone \"%V\": rename() \"%s\" to "
                      "\"%s\" failed; its sessions are lost when nginx ends",
                      &zone->name, file->name, zone->path);
        (void) unlink(file->name);
    }

    file->name = NULL;

    (void) flock(file->fd, LOCK_SH);
}


/* Runs when the configuration is freed; another one may still use the file. */

void
ngx_http_ssec_cleanup_file(void *data)
{
    ngx_http_ssec_zone_t  *zone = data;

    ngx_http_ssec_close_file(zone->file);
}


/* Drops a reference.  With the last one a file without its path is removed. */

static void
ngx_http_ssec_close_file(ngx_http_ssec_file_t *file)
{
    if (file == NULL || --file->refs) {
        return;
    }

    if (file->name) {
        (void) unlink(file->name);
    }

    if (file->memory) {
        (void) munmap(file->memory, file->size);
    }

    if (file->fd != -1) {
        (void) close(file->fd);
    }

    ngx_free(file);
}

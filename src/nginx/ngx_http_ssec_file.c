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

#include "ssec_zone_plan.h"

#include <libgen.h>
#include <sys/file.h>


#define NGX_HTTP_SSEC_WAIT  100               /* tenths of a second */


/* The mapped file of a zone, which the cycles share. */

struct ngx_http_ssec_file_s {
    ngx_fd_t               fd;
    void                  *memory;
    size_t                 size;
    ngx_uint_t             holes;             /* blocks are missing on disk */
    char                  *name;              /* while it is being made */
    ngx_uint_t             refs;              /* cycles that use it */
};


/* A zone at a start or a reload, and its files as far as they are known. */

typedef struct {
    ngx_http_ssec_zone_t  *zone;
    ngx_log_t             *log;
    ngx_http_ssec_file_t  *file;              /* at the zone's path, or NULL */
    ngx_http_ssec_file_t  *new;               /* being made, or NULL */
    ssec_zone_facts_t      facts;
} ngx_http_ssec_search_t;


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

    (void) close(file->fd);

    ngx_free(file);
}


/* Gives NULL if there is no file, or if found->error says why not. */

static ngx_http_ssec_file_t *
ngx_http_ssec_open_file(ngx_log_t *log, int flags, ssec_zone_file_t *found)
{
    ngx_http_ssec_file_t  *file;

    *found = (ssec_zone_file_t) { .name = found->name };

    file = ngx_calloc(sizeof(ngx_http_ssec_file_t), log);
    if (file == NULL) {
        found->error = NGX_ENOMEM;
        return NULL;
    }

    file->refs = 1;
    file->fd = open(found->name,
                    O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC|flags, 0600);

    if (file->fd != -1) {
        return file;
    }

    if (ngx_errno != NGX_ENOENT || flags) {
        found->error = ngx_errno;
    }

    ngx_free(file);

    return NULL;
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
        return;
    }

    file->size = (size_t) st.st_size;
    file->holes = ((off_t) st.st_blocks * 512 < st.st_size);
    found->size = file->size;
    found->seal = SSEC_SEAL_NONE;

    ngx_memzero(seal, SSEC_TABLE_SEAL);

    if (pread(file->fd, seal, SSEC_TABLE_SEAL, 0) != -1) {
        found->seal = ssec_table_check(seal, file->size, zone->key.data,
                                       zone->key.len);
    }
}


/* True if the file has this name or, for NULL, if no file has it. */

static ngx_uint_t
ngx_http_ssec_has_name(ngx_http_ssec_file_t *file, const char *name)
{
    struct stat  there, ours;

    if (lstat(name, &there) == -1) {
        return file == NULL && ngx_errno == NGX_ENOENT;
    }

    return file && fstat(file->fd, &ours) == 0
           && there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
}


/* True if another nginx makes a new file, and is not ready within 10 s. */

static ngx_uint_t
ngx_http_ssec_is_being_made(const char *name)
{
    int         fd;
    ngx_uint_t  n;

    fd = open(name, O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    if (fd == -1) {
        return 0;
    }

    n = 0;

    while (n < NGX_HTTP_SSEC_WAIT && flock(fd, LOCK_SH|LOCK_NB) == -1) {
        ngx_msleep(100);
        n++;
    }

    (void) close(fd);

    return n == NGX_HTTP_SSEC_WAIT;
}


/*
 * Opens the file at the zone's path, if there is one, and learns what can be
 * seen of it.  A start also locks the file, which tells whether another nginx
 * uses it.  nginx -t takes no lock, which could be in the way of a start.
 */

static ngx_int_t
ngx_http_ssec_find_file(ngx_http_ssec_search_t *s)
{
    ssec_zone_facts_t  *facts;

    facts = &s->facts;

    for ( ;; ) {
        facts->is_shared = 0;

        s->file = ngx_http_ssec_open_file(s->log, 0, &facts->file);
        if (s->file == NULL) {
            return NGX_OK;
        }

        ngx_http_ssec_look_at_file(s->zone, s->file, &facts->file);

        if (facts->state != SSEC_ZONE_STOPPED || facts->is_test
            || ssec_zone_plan(facts).action == SSEC_PLAN_REFUSE)
        {
            return NGX_OK;
        }

        facts->is_shared = (flock(s->file->fd, LOCK_EX|LOCK_NB) == -1);

        /* another nginx that starts has LOCK_EX for a moment only */

        if (facts->is_shared && flock(s->file->fd, LOCK_SH) == -1) {
            ngx_log_error(NGX_LOG_EMERG, s->log, ngx_errno,
                          "session_security_zone \"%V\": flock() \"%s\" failed",
                          &s->zone->name, s->zone->path);
            return NGX_ERROR;
        }

        facts->is_being_made = ngx_http_ssec_is_being_made(s->zone->new);

        if (facts->is_being_made
            || ngx_http_ssec_has_name(s->file, s->zone->path))
        {
            return NGX_OK;
        }

        /* another nginx has replaced the file meanwhile */

        ngx_http_ssec_close_file(s->file);
    }
}


/* A copy that was made without its zeros (cp --sparse) has holes. */

static ngx_int_t
ngx_http_ssec_fill_holes(ngx_http_ssec_search_t *s)
{
#if (NGX_LINUX)

    int  rc;

    if (!s->file->holes) {
        return NGX_OK;
    }

    do {
        rc = fallocate(s->file->fd, 0, 0, (off_t) s->file->size);
    } while (rc == -1 && ngx_errno == NGX_EINTR);

    if (rc == -1 && (ngx_errno == NGX_ENOSPC || ngx_errno == EDQUOT)) {
        ngx_log_error(NGX_LOG_EMERG, s->log, ngx_errno,
                      "session_security_zone \"%V\" needs %uzk for \"%s\", "
                      "which has holes; make room on its disk",
                      &s->zone->name, s->file->size / 1024, s->zone->path);
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}


/* The file is known to be a zone's: from now on only its owner may read it. */

static ngx_int_t
ngx_http_ssec_map_file(ngx_http_ssec_search_t *s, ngx_http_ssec_file_t *file,
    mode_t mode)
{
    char   text[sizeof("0600")];
    void  *memory;

    if (fchmod(file->fd, 0600) == -1) {
        ngx_log_error(NGX_LOG_EMERG, s->log, ngx_errno,
                      "session_security_zone \"%V\": fchmod() \"%s\" failed",
                      &s->zone->name, s->zone->path);
        return NGX_ERROR;
    }

    if (mode & (S_IRGRP|S_IROTH)) {
        (void) snprintf(text, sizeof(text), "%04o", (unsigned) mode & 07777);

        ngx_log_error(NGX_LOG_WARN, s->log, 0,
                      "session_security_zone \"%V\": others could read \"%s\", "
                      "which had mode %s and has mode 0600 now",
                      &s->zone->name, s->zone->path, text);
    }

    memory = mmap(NULL, file->size, PROT_READ|PROT_WRITE, MAP_SHARED,
                  file->fd, 0);

    if (memory == MAP_FAILED) {
        ngx_log_error(NGX_LOG_EMERG, s->log, ngx_errno,
                      "session_security_zone \"%V\": mmap(%uz) \"%s\" failed",
                      &s->zone->name, file->size, s->zone->path);
        return NGX_ERROR;
    }

    ngx_http_ssec_huge_pages(memory, file->size);

    file->memory = memory;

    return NGX_OK;
}


/* Starts the table's clock; mends what kills or a loss of power have left. */

static void
ngx_http_ssec_recover(ngx_http_ssec_search_t *s, ssec_host_t *host)
{
    uint64_t               used, now, dropped;
    ssec_counts_t          counts;
    ngx_http_ssec_zone_t  *zone;

    zone = s->zone;

    used = ssec_table_ticked(&zone->table);
    zone->epoch = ssec_table_start_clock(&zone->table, host);
    now = zone->epoch + host->uptime;
    s->facts.is_late = (now >= SSEC_CLOCK_FAR);

    dropped = ssec_table_recover(&zone->table, now);

    if (dropped) {
        ngx_log_error(NGX_LOG_WARN, s->log, 0,
                      "session_security_zone \"%V\": %uL damaged records of "
                      "\"%s\" were dropped", &zone->name, dropped, zone->path);
    }

    ssec_table_count(&zone->table, &counts);

    ngx_log_error(NGX_LOG_NOTICE, s->log, 0,
                  "session_security_zone \"%V\": %uL live sessions in \"%s\", "
                  "which was last used %uLs ago",
                  &zone->name, counts.live, zone->path,
                  (now - ngx_min(used, now)) / 1000);
}


/*
 * At a start that wants the file's sessions: sets zone->table and its epoch to
 * those of the file.  nginx -t opens no table.
 */

static ngx_int_t
ngx_http_ssec_open_table(ngx_http_ssec_search_t *s)
{
    u_char              head[SSEC_TABLE_CLOCK];
    ssec_host_t         host;
    ssec_zone_facts_t  *facts;

    facts = &s->facts;

    if (ngx_http_ssec_fill_holes(s) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_ssec_host(&host);

    if (facts->is_test) {
        facts->is_elsewhere = pread(s->file->fd, head, SSEC_TABLE_CLOCK, 0)
                              == SSEC_TABLE_CLOCK
                              && ssec_clock_elsewhere(head, &host);
        return NGX_OK;
    }

    if (ngx_http_ssec_map_file(s, s->file, facts->file.mode) != NGX_OK) {
        return NGX_ERROR;
    }

    ssec_table_open(&s->zone->table, s->file->memory, ssec_table_owner());

    if (facts->is_shared) {
        facts->is_elsewhere = !ssec_table_join_clock(&s->zone->table, &host,
                                                     &s->zone->epoch);
    } else {
        ngx_http_ssec_recover(s, &host);
    }

    /* flock() releases LOCK_EX before it takes LOCK_SH */

    if (ssec_zone_plan(facts).action == SSEC_PLAN_ADOPT) {
        facts->is_replaced = (flock(s->file->fd, LOCK_SH) == -1);
        facts->is_replaced |= !ngx_http_ssec_has_name(s->file, s->zone->path);
    }

    return NGX_OK;
}


/*
 * Opens the new file and locks it.  After that no other nginx can start with
 * the file at the zone's path unseen.
 */

static void
ngx_http_ssec_begin_file(ngx_http_ssec_search_t *s)
{
    ssec_zone_facts_t  *facts;

    facts = &s->facts;

    do {
        ngx_http_ssec_close_file(s->new);

        s->new = ngx_http_ssec_open_file(s->log, O_CREAT, &facts->new);
        if (s->new == NULL) {
            return;
        }

        facts->is_being_made = (flock(s->new->fd, LOCK_EX|LOCK_NB) == -1);

        if (facts->is_being_made) {
            return;
        }

        /* its maker may have renamed it before it was locked here */

    } while (!ngx_http_ssec_has_name(s->new, s->zone->new));

    ngx_http_ssec_look_at_file(s->zone, s->new, &facts->new);

    if (ssec_zone_plan(facts).action == SSEC_PLAN_REFUSE) {
        return;
    }

    s->new->name = s->zone->new;

    facts->is_replaced = !ngx_http_ssec_has_name(s->file, s->zone->path);

    if (s->file == NULL || facts->state == SSEC_ZONE_STOPPED) {
        return;
    }

    facts->is_shared = (flock(s->file->fd, LOCK_EX|LOCK_NB) == -1);

    /* a conversion that fails may have released LOCK_SH as well */

    if (facts->state == SSEC_ZONE_IN_FILE) {
        (void) flock(s->file->fd, LOCK_SH);
    }
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
        n = pwrite(file->fd, zeros, ngx_min(sizeof(zeros), file->size - done),
                   (off_t) done);
        if (n <= 0) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Fills the new file, with the sessions of zone->table if there is one. */

static ngx_int_t
ngx_http_ssec_make_file(ngx_http_ssec_search_t *s)
{
    ngx_int_t              rc;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file;
    void                   (*handler)(int);

    zone = s->zone;
    file = s->new;

    file->size = zone->size;

    /* beyond RLIMIT_FSIZE the signal would end nginx */

    handler = signal(SIGXFSZ, SIG_IGN);
    rc = ngx_http_ssec_allocate(file);
    (void) signal(SIGXFSZ, handler);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, s->log, ngx_errno,
                      "session_security_zone \"%V\" needs %uzk for \"%s\"; "
                      "make room, or name a file elsewhere",
                      &zone->name, zone->size / 1024, file->name);
        return NGX_ERROR;
    }

    if (s->facts.is_test) {
        return NGX_OK;
    }

    if (ngx_http_ssec_map_file(s, file, s->facts.new.mode) != NGX_OK
        || ngx_http_ssec_create_table(zone, file->memory, file->size, s->log)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ssec_table_seal(&zone->table, zone->size, zone->key.data, zone->key.len);

    zone->file = file;
    s->new = NULL;

    return NGX_OK;
}


static void
ngx_http_ssec_log_plan(ngx_http_ssec_search_t *s,
    const ssec_zone_plan_t *plan)
{
    char                     value[NGX_INT64_LEN + sizeof("k")];
    char                     text[NGX_MAX_ERROR_STR];
    ngx_uint_t               level;
    const ssec_zone_file_t  *file;

    file = plan->file;

    if (plan->action == SSEC_PLAN_REFUSE) {
        level = NGX_LOG_EMERG;
        (void) snprintf(value, sizeof(value), "%04o",
                        (unsigned) file->mode & 07777);
    } else {
        level = NGX_LOG_WARN;
        (void) snprintf(value, sizeof(value), "%lluk",
                        (unsigned long long) file->size / 1024);
    }

    (void) snprintf(text, sizeof(text), plan->why, file->name, value,
                    file->name);

    ngx_log_error(level, s->log, file->error,
                  "session_security_zone \"%V\": %s", &s->zone->name, text);
}


/*
 * Makes the plan anew when facts become known, which may need the file's table
 * to be open, or a new file to be locked; and carries the plan out.
 */

static ngx_int_t
ngx_http_ssec_use_file(ngx_http_ssec_search_t *s)
{
    ssec_zone_plan_t  plan;

    plan = ssec_zone_plan(&s->facts);

    if (s->facts.state == SSEC_ZONE_STOPPED
        && (plan.action == SSEC_PLAN_ADOPT || plan.action == SSEC_PLAN_COPY))
    {
        if (ngx_http_ssec_open_table(s) != NGX_OK) {
            return NGX_ERROR;
        }

        plan = ssec_zone_plan(&s->facts);
    }

    if (plan.action == SSEC_PLAN_CREATE || plan.action == SSEC_PLAN_COPY) {
        ngx_http_ssec_begin_file(s);

        plan = ssec_zone_plan(&s->facts);
    }

    if (plan.why) {
        ngx_http_ssec_log_plan(s, &plan);
    }

    if (plan.action == SSEC_PLAN_CREATE || plan.action == SSEC_PLAN_COPY) {
        return ngx_http_ssec_make_file(s);
    }

    if (plan.action == SSEC_PLAN_REFUSE) {
        return NGX_ERROR;
    }

    s->zone->file = s->file;
    s->file = NULL;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_init_file(ngx_http_ssec_zone_t *zone, ngx_http_ssec_zone_t *old,
    ngx_log_t *log)
{
    char                    path[NGX_MAX_PATH];
    ngx_int_t               rc;
    struct stat             st;
    ssec_zone_facts_t      *facts;
    ngx_http_ssec_search_t  s;

    s = (ngx_http_ssec_search_t) {
        .zone = zone,
        .log = log,
        .facts = {
            .is_test = ngx_test_config,
            .size = zone->size,
            .directory.name = zone->path,
            .file.name = zone->path,
            .new.name = zone->new
        }
    };

    facts = &s.facts;

    /* if stat() fails, so will open() of the file */

    (void) ngx_cpystrn((u_char *) path, (u_char *) zone->path, NGX_MAX_PATH);

    if (stat(dirname(path), &st) == 0) {
        facts->directory.mode = st.st_mode;
    }

    rc = NGX_OK;

    if (old && old->file && ngx_strcmp(old->path, zone->path) == 0) {
        facts->state = SSEC_ZONE_IN_FILE;

        if (ngx_http_ssec_has_name(old->file, zone->path)) {
            s.file = old->file;
            s.file->refs++;
            ngx_http_ssec_look_at_file(zone, s.file, &facts->file);

        } else {
            facts->is_replaced = !ngx_http_ssec_has_name(NULL, zone->path);
        }

    } else {
        facts->state = old ? SSEC_ZONE_OUTSIDE : SSEC_ZONE_STOPPED;

        rc = ngx_http_ssec_find_file(&s);
    }

    if (rc == NGX_OK) {
        rc = ngx_http_ssec_use_file(&s);
    }

    ngx_http_ssec_close_file(s.new);
    ngx_http_ssec_close_file(s.file);

    return rc;
}


void
ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log)
{
    ngx_http_ssec_file_t  *file;

    file = zone->file;

    if (file == NULL || file->name == NULL) {
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


void
ngx_http_ssec_cleanup_file(void *data)
{
    ngx_http_ssec_zone_t  *zone = data;

    ngx_http_ssec_close_file(zone->file);
}

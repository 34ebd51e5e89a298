/*
 * The zone's file: found, or made under another name, which it loses once the
 * new configuration holds; and mapped, for all workers to inherit.
 *
 * Whoever uses one holds flock(LOCK_SH) on it: so LOCK_EX tells whether there
 * is another nginx, and no process can die and leave a lock.  What runs is
 * never replaced by what lies there, and what is not ours is never written to.
 *
 * Whoever makes one holds LOCK_EX on it until it has its name, and only with
 * that looks who uses the one that lies there; whoever finds one locks it, and
 * then looks whether another one is being made: either sees the other.
 */

#include "ngx_http_ssec_file.h"

#include "ngx_http_ssec_zone.h"

#include "ssec_table_file.h"

#include <sys/file.h>


#define NGX_HTTP_SSEC_WAIT  100               /* times a tenth of a second */

/* a file's mode, as it is told */
#define NGX_HTTP_SSEC_MODE  sizeof("0600")


static ngx_int_t ngx_http_ssec_check_directory(ngx_shm_zone_t *shm_zone);
static ngx_int_t ngx_http_ssec_check_mode(ngx_shm_zone_t *shm_zone,
    const char *name, struct stat *st);
static u_char *ngx_http_ssec_mode(u_char *text, struct stat *st);
static ngx_int_t ngx_http_ssec_restart(ngx_shm_zone_t *shm_zone);
static ngx_int_t ngx_http_ssec_find(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t **found, ngx_uint_t *alone);
static ngx_int_t ngx_http_ssec_wait_for_new(ngx_shm_zone_t *shm_zone);
static ngx_int_t ngx_http_ssec_go_on_with(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ngx_uint_t alone);
static ngx_int_t ngx_http_ssec_reload(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
static ngx_int_t ngx_http_ssec_replace(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);

static ngx_int_t ngx_http_ssec_begin_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *there, ngx_http_ssec_file_t **begun);
static ngx_int_t ngx_http_ssec_make_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file, ssec_table_t *from, uint64_t back);
static ngx_int_t ngx_http_ssec_allocate(ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_fill_holes(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_open_file(ngx_shm_zone_t *shm_zone,
    const char *name, int flags, ngx_http_ssec_file_t **opened);
static ssec_seal_e ngx_http_ssec_read_seal(ngx_http_ssec_zone_t *zone,
    ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_not_ours(ngx_shm_zone_t *shm_zone,
    const char *name);
static void ngx_http_ssec_test_users(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static void ngx_http_ssec_size_stays(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_map_file(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_file_t *file);
static ngx_int_t ngx_http_ssec_lies_there(const char *name,
    ngx_http_ssec_file_t *file);
static void ngx_http_ssec_close_file(ngx_http_ssec_file_t *file);


ngx_int_t
ngx_http_ssec_init_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (ngx_http_ssec_check_directory(shm_zone) != NGX_OK) {
        return NGX_ERROR;
    }

    if (old == NULL) {
        return ngx_http_ssec_restart(shm_zone);
    }

    if (old->file && ngx_strcmp(old->path, zone->path) == 0) {
        return ngx_http_ssec_reload(shm_zone, old);
    }

    return ngx_http_ssec_replace(shm_zone, old);
}


/*
 * Whoever may replace the file may put an old one of this user's in its place,
 * in which sessions live that have ended since.  In a directory with the sticky
 * bit nobody may; and who is in the directory's group was let in on purpose.
 */

static ngx_int_t
ngx_http_ssec_check_directory(ngx_shm_zone_t *shm_zone)
{
    char                  *slash;
    u_char                 mode[NGX_HTTP_SSEC_MODE];
    ngx_str_t              dir;
    struct stat            st;
    char                   name[NGX_MAX_PATH];
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    slash = strrchr(zone->path, '/');

    if (slash == NULL || slash - zone->path >= NGX_MAX_PATH - 1) {
        return NGX_OK;                             /* which cannot be opened */
    }

    /* of "/zone" it is "/" */

    dir.data = (u_char *) zone->path;
    dir.len = ngx_max(slash - zone->path, 1);

    (void) ngx_cpystrn((u_char *) name, dir.data, dir.len + 1);

    if (stat(name, &st) == -1
        || !(st.st_mode & S_IWOTH) || (st.st_mode & S_ISVTX))
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\": anybody can replace \"%s\", "
                  "because the mode of its directory is %s; "
                  "\"chmod o-w %V\", or name a file elsewhere",
                  &zone->name, zone->path,
                  ngx_http_ssec_mode(mode, &st), &dir);

    return NGX_ERROR;
}


/* Who can write to the file can make any session live. */

static ngx_int_t
ngx_http_ssec_check_mode(ngx_shm_zone_t *shm_zone, const char *name,
    struct stat *st)
{
    u_char                 mode[NGX_HTTP_SSEC_MODE];
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (st->st_uid != geteuid()) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" belongs to another "
                      "user than the one that starts nginx; change its owner, "
                      "or remove it", &zone->name, name);
        return NGX_ERROR;
    }

    if (st->st_mode & (S_IWGRP|S_IWOTH)) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": others can write to "
                      "\"%s\", because its mode is %s; \"chmod 600 %s\", or "
                      "remove it if somebody may have changed it",
                      &zone->name, name,
                      ngx_http_ssec_mode(mode, st), name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* As chmod takes it; ngx_sprintf() knows no octal numbers. */

static u_char *
ngx_http_ssec_mode(u_char *text, struct stat *st)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_SSEC_MODE - 1; i++) {
        text[i] = (u_char) ('0' + ((st->st_mode >> (9 - 3 * i)) & 7));
    }

    text[i] = '\0';

    return text;
}


/* Nothing runs in this process yet. */

static ngx_int_t
ngx_http_ssec_restart(ngx_shm_zone_t *shm_zone)
{
    ngx_int_t              rc;
    ngx_uint_t             alone;
    ssec_seal_e            seal;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file, *new;

    static const char  *why[] = {
        NULL,
        NULL,
        "not finished",
        "of another version of the module, or of another kind of machine",
        "damaged",
        "of a zone with another key"
    };

    zone = shm_zone->data;
    file = NULL;

    do {
        rc = ngx_http_ssec_find(shm_zone, &file, &alone);
    } while (rc == NGX_AGAIN);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (file == NULL) {
        goto make;
    }

    seal = ngx_http_ssec_read_seal(zone, file);

    if (seal == SSEC_SEAL_WHOLE) {
        rc = ngx_http_ssec_go_on_with(shm_zone, file, alone);
        goto done;
    }

    if (file->size == 0) {
        goto make;
    }

    if (seal == SSEC_SEAL_NONE) {
        rc = ngx_http_ssec_not_ours(shm_zone, zone->path);
        goto done;
    }

    if (seal == SSEC_SEAL_SUBJECT && !alone && !ngx_test_config) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": another nginx uses "
                      "\"%s\" with another key; name another file",
                      &zone->name, zone->path);
        rc = NGX_ERROR;
        goto done;
    }

    ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\": \"%s\" is %s: "
                  "what it held is lost, the zone begins empty",
                  &zone->name, zone->path, why[seal]);

make:

    rc = ngx_http_ssec_begin_file(shm_zone, file, &new);

    if (rc == NGX_OK) {
        rc = ngx_http_ssec_make_file(shm_zone, new, NULL, 0);
    }

done:

    /* its own, where the zone goes on with that */

    if (file) {
        ngx_http_ssec_close_file(file);
    }

    return rc;
}


/*
 * What lies there, locked, and whether nobody else uses it.  NGX_DECLINED:
 * nothing does; NGX_AGAIN: it was replaced meanwhile.
 */

static ngx_int_t
ngx_http_ssec_find(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t **found,
    ngx_uint_t *alone)
{
    ngx_int_t              rc;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file;

    zone = shm_zone->data;
    *alone = 0;

    rc = ngx_http_ssec_open_file(shm_zone, zone->path, 0, &file);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_test_config) {
        *found = file;
        return NGX_OK;
    }

    *alone = (flock(file->fd, LOCK_EX|LOCK_NB) == 0);

    /* another one that is starting has it for a moment only */

    if (!*alone && flock(file->fd, LOCK_SH) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "flock() \"%s\" failed", zone->path);
        rc = NGX_ERROR;

    } else {
        rc = ngx_http_ssec_wait_for_new(shm_zone);

        if (rc == NGX_OK
            && ngx_http_ssec_lies_there(zone->path, file)
               != NGX_OK)
        {
            rc = NGX_AGAIN;
        }
    }

    if (rc != NGX_OK) {
        ngx_http_ssec_close_file(file);
        return rc;
    }

    *found = file;

    return NGX_OK;
}


/* Until nobody makes one. */

static ngx_int_t
ngx_http_ssec_wait_for_new(ngx_shm_zone_t *shm_zone)
{
    int                    fd;
    ngx_int_t              rc;
    ngx_uint_t             n;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    fd = open(zone->new, O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1) {
        return NGX_OK;
    }

    rc = NGX_OK;

    for (n = 0; flock(fd, LOCK_SH|LOCK_NB) == -1; n++) {

        if (n == NGX_HTTP_SSEC_WAIT) {
            ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                          "session_security_zone \"%V\": \"%s\" is being "
                          "replaced by another nginx; start again",
                          &zone->name, zone->path);
            rc = NGX_ERROR;
            break;
        }

        ngx_msleep(100);
    }

    (void) close(fd);

    return rc;
}


static ngx_int_t
ngx_http_ssec_go_on_with(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file,
    ngx_uint_t alone)
{
    uint64_t               epoch, now, used, dropped;
    ssec_host_t            host;
    ssec_table_t           table;
    ssec_counts_t          counts;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *new;

    zone = shm_zone->data;

    if (ngx_http_ssec_fill_holes(shm_zone, file) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_test_config) {
        ngx_http_ssec_test_users(shm_zone, file);

        if (file->size == zone->size) {
            return NGX_OK;
        }

        if (ngx_http_ssec_begin_file(shm_zone, file, &new)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_ssec_make_file(shm_zone, new, NULL, 0);
    }

    if (ngx_http_ssec_map_file(shm_zone, file) != NGX_OK) {
        return NGX_ERROR;
    }

    ssec_table_open(&table, file->memory, ssec_table_owner());
    ngx_http_ssec_host(&host);

    if (!alone) {

        if (!ssec_table_join_clock(&table, &host, &epoch)) {
            ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                          "session_security_zone \"%V\": \"%s\" is in use by "
                          "an nginx on another host, or in another container; "
                          "name another file",
                          &zone->name, zone->path);
            return NGX_ERROR;
        }

        if (file->size != zone->size) {
            ngx_http_ssec_size_stays(shm_zone, file);
        }

    } else {
        used = ssec_table_ticked(&table);
        epoch = ssec_table_start_clock(&table, &host);
        now = epoch + host.uptime;
        dropped = ssec_table_recover(&table, now);

        if (dropped) {
            ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                          "session_security_zone \"%V\": %uL damaged records "
                          "in \"%s\" are dropped",
                          &zone->name, dropped, zone->path);
        }

        ssec_table_count(&table, &counts);

        ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": %uL live sessions in "
                      "\"%s\", %uLs after it was last used",
                      &zone->name, counts.live, zone->path,
                      (now - ngx_min(used, now)) / 1000);

        if (file->size != zone->size || now >= SSEC_CLOCK_FAR) {

            if (ngx_http_ssec_begin_file(shm_zone, file, &new)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            return ngx_http_ssec_make_file(shm_zone, new, &table,
                                           ssec_clock_back(now));
        }
    }

    /* others may have taken its place while nobody had the lock */

    if (flock(file->fd, LOCK_SH) == -1
        || ngx_http_ssec_lies_there(zone->path, file) != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\": \"%s\" was replaced by "
                      "another nginx that starts; start again",
                      &zone->name, zone->path);
        return NGX_ERROR;
    }

    zone->table = table;
    zone->epoch = epoch;
    zone->file = file;

    file->refs++;

    return NGX_OK;
}


/* The zone runs already, with this file. */

static ngx_int_t
ngx_http_ssec_reload(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
{
    ngx_int_t              rc;
    struct stat            st;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *new;

    zone = shm_zone->data;

    rc = ngx_http_ssec_lies_there(zone->path, old->file);

    if (rc == NGX_OK
        && (fstat(old->file->fd, &st) == -1
            || ngx_http_ssec_check_mode(shm_zone, zone->path, &st)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" was removed and "
                      "is written anew", &zone->name, zone->path);

        if (ngx_http_ssec_begin_file(shm_zone, NULL, &new)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        return ngx_http_ssec_make_file(shm_zone, new, &old->table, 0);
    }

    if (rc == NGX_ERROR) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" is not the file "
                      "in use any more; remove it to go on with the sessions "
                      "of this nginx, or restart to take those of the file",
                      &zone->name, zone->path);
        return NGX_ERROR;
    }

    if (old->file->size != zone->size) {

        if (ngx_http_ssec_begin_file(shm_zone, old->file, &new)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (flock(old->file->fd, LOCK_EX|LOCK_NB) == 0) {
            (void) flock(old->file->fd, LOCK_SH);

            return ngx_http_ssec_make_file(shm_zone, new, &old->table, 0);
        }

        /* what failed may have lost the other lock */

        (void) flock(old->file->fd, LOCK_SH);

        ngx_http_ssec_close_file(new);

        ngx_http_ssec_size_stays(shm_zone, old->file);
    }

    zone->table = old->table;
    zone->epoch = old->epoch;
    zone->file = old->file;

    zone->file->refs++;

    return NGX_OK;
}


/* The zone runs already, without a file, or with another one. */

static ngx_int_t
ngx_http_ssec_replace(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
{
    ngx_int_t              rc;
    ssec_seal_e            seal;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file, *new;

    zone = shm_zone->data;
    file = NULL;

    rc = ngx_http_ssec_open_file(shm_zone, zone->path, 0, &file);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (file) {
        seal = ngx_http_ssec_read_seal(zone, file);

        if (file->size && seal == SSEC_SEAL_NONE) {
            rc = ngx_http_ssec_not_ours(shm_zone, zone->path);
            goto done;
        }
    }

    rc = ngx_http_ssec_begin_file(shm_zone, file, &new);

    if (rc != NGX_OK) {
        goto done;
    }

    if (file && flock(file->fd, LOCK_EX|LOCK_NB) == -1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" is in use by "
                      "another zone, or another nginx; name another file",
                      &zone->name, zone->path);
        ngx_http_ssec_close_file(new);
        rc = NGX_ERROR;
        goto done;
    }

    if (file && file->size) {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": the sessions in \"%s\" "
                      "are replaced by those of the zone, which runs already",
                      &zone->name, zone->path);
    }

    rc = ngx_http_ssec_make_file(shm_zone, new, &old->table, 0);

done:

    if (file) {
        ngx_http_ssec_close_file(file);
    }

    return rc;
}


/*
 * A new file, which nobody else makes meanwhile, in place of what lies there;
 * or of nothing.
 */

static ngx_int_t
ngx_http_ssec_begin_file(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *there,
    ngx_http_ssec_file_t **begun)
{
    ngx_int_t              rc;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file;

    zone = shm_zone->data;

    for ( ;; ) {
        rc = ngx_http_ssec_open_file(shm_zone, zone->new, O_CREAT, &file);
        if (rc != NGX_OK) {
            return NGX_ERROR;
        }

        /* one that is there already was left by an nginx that was killed */

        if (flock(file->fd, LOCK_EX|LOCK_NB) == -1) {
            ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                          "session_security_zone \"%V\": \"%s\" is being made "
                          "by another nginx; name another file, or start again",
                          &zone->name, zone->new);
            ngx_http_ssec_close_file(file);
            return NGX_ERROR;
        }

        /* or is not there any more: its maker was ready before it was locked */

        if (ngx_http_ssec_lies_there(zone->new, file) == NGX_OK) {
            break;
        }

        ngx_http_ssec_close_file(file);
    }

    if (file->size
        && ngx_http_ssec_read_seal(zone, file) == SSEC_SEAL_NONE)
    {
        ngx_http_ssec_close_file(file);
        return ngx_http_ssec_not_ours(shm_zone, zone->new);
    }

    file->name = zone->new;

    rc = ngx_http_ssec_lies_there(zone->path, there);

    if (rc != (there ? NGX_OK : NGX_DECLINED) && !ngx_test_config) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" was replaced by "
                      "another nginx; start again", &zone->name, zone->path);
        ngx_http_ssec_close_file(file);
        return NGX_ERROR;
    }

    *begun = file;

    return NGX_OK;
}


/* With the sessions of a table, if there is one. */

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

    /* more than RLIMIT_FSIZE is an error like others, and not the end */

    handler = signal(SIGXFSZ, SIG_IGN);
    rc = ngx_http_ssec_allocate(file);
    (void) signal(SIGXFSZ, handler);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, ngx_errno,
                      "session_security_zone \"%V\" needs %uzk for \"%s\"; "
                      "make room, or name a file elsewhere",
                      &zone->name, zone->size / 1024, file->name);
        goto failed;
    }

    if (ngx_test_config) {
        ngx_http_ssec_close_file(file);
        return NGX_OK;
    }

    if (ngx_http_ssec_map_file(shm_zone, file) != NGX_OK
        || ngx_http_ssec_create_table(shm_zone, file->memory,
                                      file->size, from, back)
           != NGX_OK)
    {
        goto failed;
    }

    ssec_table_seal(&zone->table, zone->size, zone->key.data, zone->key.len);

    ngx_http_ssec_host(&host);
    zone->epoch = from ? ssec_table_keep_clock(&zone->table, &host)
                       : ssec_table_start_clock(&zone->table, &host);

    zone->file = file;

    return NGX_OK;

failed:

    ngx_http_ssec_close_file(file);

    return NGX_ERROR;
}


/* All of it now: a disk that is full later is a signal to every worker. */

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


/*
 * One that was copied without its zeros has no room on the disk for them: the
 * signal would come with the first session there.
 */

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
                      "which has holes; make room",
                      &zone->name, file->size / 1024, zone->path);
        return NGX_ERROR;
    }

#endif

    return NGX_OK;
}


/* NGX_DECLINED: there is none. */

static ngx_int_t
ngx_http_ssec_open_file(ngx_shm_zone_t *shm_zone, const char *name, int flags,
    ngx_http_ssec_file_t **opened)
{
    ngx_err_t              err;
    ngx_log_t             *log;
    struct stat            st;
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_file_t  *file;

    zone = shm_zone->data;
    log = shm_zone->shm.log;

    file = ngx_alloc(sizeof(ngx_http_ssec_file_t), log);
    if (file == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(file, sizeof(ngx_http_ssec_file_t));

    file->refs = 1;
    file->fd = open(name, O_RDWR|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC|flags, 0600);

    if (file->fd == -1) {
        err = ngx_errno;
        ngx_free(file);

        if (err == NGX_ENOENT && !(flags & O_CREAT)) {
            return NGX_DECLINED;
        }

        ngx_log_error(NGX_LOG_EMERG, log, err,
                      "session_security_zone \"%V\" cannot open \"%s\"; "
                      "its file has to be a regular one, in a directory that "
                      "is there and that nginx may write to",
                      &zone->name, name);
        return NGX_ERROR;
    }

    if (fstat(file->fd, &st) == -1) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "fstat() \"%s\" failed", name);
        goto failed;
    }

    if (!S_ISREG(st.st_mode)) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "session_security_zone \"%V\": \"%s\" is no regular "
                      "file; name another one", &zone->name, name);
        goto failed;
    }

    if (ngx_http_ssec_check_mode(shm_zone, name, &st) != NGX_OK) {
        goto failed;
    }

    file->size = (size_t) st.st_size;
    file->holes = ((off_t) st.st_blocks * 512 < st.st_size);
    *opened = file;

    return NGX_OK;

failed:

    ngx_http_ssec_close_file(file);

    return NGX_ERROR;
}


static ssec_seal_e
ngx_http_ssec_read_seal(ngx_http_ssec_zone_t *zone, ngx_http_ssec_file_t *file)
{
    u_char  seal[SSEC_TABLE_SEAL];

    ngx_memzero(seal, SSEC_TABLE_SEAL);

    /* what cannot be read is no table */

    if (pread(file->fd, seal, SSEC_TABLE_SEAL, 0) == -1) {
        return SSEC_SEAL_NONE;
    }

    return ssec_table_check(seal, file->size, zone->key.data, zone->key.len);
}


/* Says so, and gives the error that it is. */

static ngx_int_t
ngx_http_ssec_not_ours(ngx_shm_zone_t *shm_zone, const char *name)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\": \"%s\" is no file of a zone "
                  "and is left alone; name another one, or remove it",
                  &zone->name, name);

    return NGX_ERROR;
}


/*
 * nginx -t takes no lock, which could be in the way of a start.  The other
 * container may be about to end: that its nginx runs is no error yet.
 */

static void
ngx_http_ssec_test_users(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file)
{
    u_char                 head[SSEC_TABLE_CLOCK];
    ssec_host_t            host;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (pread(file->fd, head, SSEC_TABLE_CLOCK, 0) != SSEC_TABLE_CLOCK) {
        return;
    }

    ngx_http_ssec_host(&host);

    if (ssec_clock_elsewhere(head, &host)) {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": \"%s\" is in use by an "
                      "nginx in another container; nginx starts here only "
                      "after that one has ended, or with another file",
                      &zone->name, zone->path);
    }
}


static void
ngx_http_ssec_size_stays(ngx_shm_zone_t *shm_zone, ngx_http_ssec_file_t *file)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\": another nginx uses \"%s\", "
                  "which keeps its size of %uzk until a reload after that one "
                  "has ended", &zone->name, zone->path, file->size / 1024);
}


/* Once it is known to be a zone's, and not before, nobody else may read it. */

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
                      "whose mode was %s and is 0600 now",
                      &zone->name, zone->path,
                      ngx_http_ssec_mode(mode, &st));
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


/* NGX_DECLINED: nothing does; NGX_ERROR: another one. */

static ngx_int_t
ngx_http_ssec_lies_there(const char *name, ngx_http_ssec_file_t *file)
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


void
ngx_http_ssec_commit_file(ngx_http_ssec_zone_t *zone, ngx_log_t *log)
{
    ngx_http_ssec_file_t  *file;

    file = zone->file;

    if (file->name == NULL) {
        return;
    }

    /* what tells that it is a zone's has to be there before its name */

    (void) msync(file->memory, SSEC_TABLE_HEADER, MS_SYNC);

    if (rename(file->name, zone->path) == -1) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "session_security_zone \"%V\": rename() \"%s\" to "
                      "\"%s\" failed, the sessions will be lost with the next "
                      "start", &zone->name, file->name, zone->path);
        (void) unlink(file->name);
    }

    file->name = NULL;

    (void) flock(file->fd, LOCK_SH);
}


/* With the configuration: another one may use it still. */

void
ngx_http_ssec_cleanup_file(void *data)
{
    ngx_http_ssec_zone_t  *zone = data;

    if (zone->file) {
        ngx_http_ssec_close_file(zone->file);
    }
}


static void
ngx_http_ssec_close_file(ngx_http_ssec_file_t *file)
{
    if (--file->refs) {
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

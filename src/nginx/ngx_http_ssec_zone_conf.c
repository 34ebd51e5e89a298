/* The setter of session_security_zone. */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_cycle.h"
#include "ngx_http_ssec_file.h"
#include "ngx_http_ssec_zone.h"


/* bytes for the smallest table, nginx's slab pool, and some reserve */
#define NGX_HTTP_SSEC_MIN_ZONE  ((ssize_t) 128 * 1024)


static ngx_int_t ngx_http_ssec_zone_key(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone);
static ngx_int_t ngx_http_ssec_zone_parameter(ngx_conf_t *cf,
    ngx_command_t *cmd, ngx_http_ssec_zone_t *zone, ngx_str_t s);
static ngx_int_t ngx_http_ssec_zone_size(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ssec_zone_t *zone, ngx_str_t name);
static ngx_int_t ngx_http_ssec_zone_file(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone, ngx_str_t *path);
static ngx_int_t ngx_http_ssec_check_path(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone, ngx_str_t *path);
static ngx_int_t ngx_http_ssec_zone_until(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone, ngx_str_t *until);
static char *ngx_http_ssec_add_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ssec_zone_t *zone);


char *
ngx_http_ssec_declare_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t             *value;
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *zone;

    value = cf->args->elts;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->key = value[1];

    if (ngx_http_ssec_zone_key(cf, zone) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        switch (ngx_http_ssec_zone_parameter(cf, cmd, zone, value[i])) {

        case NGX_OK:
            break;

        case NGX_DECLINED:
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\"; write "
                               "zone=NAME:SIZE and perhaps file=PATH, and "
                               "until=CHARACTER after cookie=NAME",
                               &value[i], &cmd->name);
            /* fall through */

        default:
            return NGX_CONF_ERROR;
        }
    }

    if (zone->name.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no zone in \"%V\"; write zone=NAME:SIZE",
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    return ngx_http_ssec_add_zone(cf, cmd, zone);
}


/* Reads zone->key: cookie=NAME, or a value with variables. */

static ngx_int_t
ngx_http_ssec_zone_key(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone)
{
    u_char     *p;
    ngx_str_t   name;
    ngx_uint_t  prefix;

    name = zone->key;

    if (name.len < 7 || ngx_strncmp(name.data, "cookie=", 7) != 0) {

        if (ngx_http_script_variables_count(&name) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid key \"%V\" in "
                               "\"session_security_zone\"; write cookie=NAME "
                               "or a value with variables", &name);
            return NGX_ERROR;
        }

        zone->value = ngx_http_ssec_compile(cf, &name);

        return zone->value ? NGX_OK : NGX_ERROR;
    }

    name.data += 7;
    name.len -= 7;

    prefix = (name.len && name.data[name.len - 1] == '*');
    name.len -= prefix;

    p = ngx_pnalloc(cf->pool, name.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (ngx_strlchr(name.data, name.data + name.len, '$')
        || !ssec_cookie_name(&zone->cookie, name.data, name.len, prefix, p))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid cookie name in \"%V\" of "
                           "\"session_security_zone\"; write cookie=NAME with "
                           "the name of the backend's session cookie",
                           &zone->key);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Reads zone=, file= or until=.  NGX_DECLINED if the parameter is another one
 * or a duplicate; NGX_ERROR after an error that was logged, or without memory.
 */

static ngx_int_t
ngx_http_ssec_zone_parameter(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ssec_zone_t *zone, ngx_str_t s)
{
    if (ngx_strncmp(s.data, "zone=", 5) == 0 && zone->name.data == NULL) {
        s.data += 5;
        s.len -= 5;

        return ngx_http_ssec_zone_size(cf, cmd, zone, s);
    }

    if (ngx_strncmp(s.data, "file=", 5) == 0 && zone->path == NULL) {
        s.data += 5;
        s.len -= 5;

        return ngx_http_ssec_zone_file(cf, zone, &s);
    }

    if (ngx_strncmp(s.data, "until=", 6) == 0 && zone->until == '\0') {
        s.data += 6;
        s.len -= 6;

        return ngx_http_ssec_zone_until(cf, zone, &s);
    }

    return NGX_DECLINED;
}


/* Reads NAME:SIZE of zone=. */

static ngx_int_t
ngx_http_ssec_zone_size(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ssec_zone_t *zone, ngx_str_t name)
{
    u_char     *p;
    ssize_t     size, min;
    ngx_str_t   s;

    p = (u_char *) ngx_strlchr(name.data, name.data + name.len, ':');

    if (p == NULL || p == name.data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\" in \"%V\"; "
                           "write zone=NAME:SIZE", &name, &cmd->name);
        return NGX_ERROR;
    }

    s.data = p + 1;
    s.len = name.data + name.len - s.data;
    name.len = p - name.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" of zone \"%V\" in \"%V\"; "
                           "write it as 512k or 10m", &s, &name, &cmd->name);
        return NGX_ERROR;
    }

    min = ngx_max(NGX_HTTP_SSEC_MIN_ZONE, 8 * ngx_pagesize);

    if (size < min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"%V\" is too small; "
                           "make it %zk or larger", &name, &cmd->name,
                           min / 1024);
        return NGX_ERROR;
    }

    zone->name = name;
    zone->size = size;

    return NGX_OK;
}


/* Reads the path of file=. */

static ngx_int_t
ngx_http_ssec_zone_file(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *path)
{
    u_char              *p;
    ngx_pool_cleanup_t  *cln;

    if (path->len == 0 || ngx_http_script_variables_count(path)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid file \"%V\" in \"session_security_zone\"; "
                           "write file=PATH, without variables", path);
        return NGX_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(cf->pool, path->len + sizeof(NGX_HTTP_SSEC_NEW));
    if (p == NULL) {
        return NGX_ERROR;
    }

    zone->path = (char *) path->data;
    zone->new = (char *) p;

    p = ngx_cpymem(p, path->data, path->len);
    ngx_memcpy(p, NGX_HTTP_SSEC_NEW, sizeof(NGX_HTTP_SSEC_NEW));

    if (ngx_http_ssec_check_path(cf, zone, path) != NGX_OK) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_ssec_cleanup_file;
    cln->data = zone;

    return NGX_OK;
}


/*
 * NGX_ERROR if another zone uses the same path, for its file or for the new
 * file that replaces it (path.new).
 */

static ngx_int_t
ngx_http_ssec_check_path(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *path)
{
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *other;

    i = 0;

    for ( ;; ) {
        other = ngx_http_ssec_next_zone(cf->cycle, &i);

        if (other == NULL) {
            return NGX_OK;
        }

        if (other->path == NULL) {
            continue;
        }

        if (ngx_strcmp(other->path, zone->path) == 0
            || ngx_strcmp(other->path, zone->new) == 0
            || ngx_strcmp(other->new, zone->path) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "file \"%V\" of \"session_security_zone\" "
                               "conflicts with \"%s\" of zone \"%V\" (a new "
                               "file is made as PATH" NGX_HTTP_SSEC_NEW
                               "); name another one", path, other->path,
                               &other->name);
            return NGX_ERROR;
        }
    }
}


/*
 * Reads the character of until=, and adds it to zone->key: a reload that
 * changes the character must not keep the sessions, whose keys it changes.
 */

static ngx_int_t
ngx_http_ssec_zone_until(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *until)
{
    u_char  *p, ch;

    static ngx_str_t  name = ngx_string(" until=");

    ch = until->len ? until->data[0] : '\0';

    /* a cookie's value in canonical form has none of these characters */

    if (zone->value || until->len != 1 || ch <= 0x20 || ch >= 0x7f
        || ngx_strchr(";,\"%+\\", ch))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid character \"%V\" in \"until=\" of "
                           "\"session_security_zone\"; write cookie=NAME "
                           "until=CHARACTER, such as until=. for what stands "
                           "before the first dot", until);
        return NGX_ERROR;
    }

    zone->until = ch;

    p = ngx_pnalloc(cf->pool, zone->key.len + name.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    until->data = p;

    p = ngx_cpymem(p, zone->key.data, zone->key.len);
    p = ngx_cpymem(p, name.data, name.len);
    *p++ = ch;

    zone->key.data = until->data;
    zone->key.len = p - until->data;

    return NGX_OK;
}


/* Adds the zone to nginx's; fails if the name is declared already. */

static char *
ngx_http_ssec_add_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ssec_zone_t *zone)
{
    size_t                 size;
    ngx_shm_zone_t        *shm_zone;
    ngx_http_ssec_zone_t  *bound;

    /* the table lies in the file: nginx's memory is as small as it can be */

    size = zone->path ? 8 * ngx_pagesize : zone->size;

    shm_zone = ngx_shared_memory_add(cf, &zone->name, size,
                                     &ngx_http_session_security_module);
    if (shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    if (shm_zone->data) {
        bound = shm_zone->data;

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"%V\" is already bound to key "
                           "\"%V\"; give this one another name",
                           &zone->name, &cmd->name, &bound->key);
        return NGX_CONF_ERROR;
    }

    shm_zone->init = ngx_http_ssec_init_zone;
    shm_zone->data = zone;
    shm_zone->noreuse = (zone->path != NULL);

    return NGX_CONF_OK;
}

/* The setter of session_security_zone. */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_cycle.h"
#include "ngx_http_ssec_file.h"


/* bytes for the smallest table, nginx's slab pool, and some reserve */
#define NGX_HTTP_SSEC_MIN_ZONE  ((ssize_t) 128 * 1024)


/* Reads zone->key: cookie=NAME, or a value with variables. */

static char *
ngx_http_ssec_zone_key(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone)
{
    u_char     *p;
    ngx_str_t   name;
    ngx_uint_t  prefix;

    if (!ngx_http_ssec_parameter(&zone->key, "cookie=", &name)) {

        if (ngx_http_script_variables_count(&zone->key) == 0) {
            return ngx_http_ssec_invalid(cf, "key", &zone->key,
                                         "cookie=NAME or a value with "
                                         "variables");
        }

        zone->value = ngx_http_ssec_compile(cf, &zone->key);

        return zone->value ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    prefix = (name.len && name.data[name.len - 1] == '*');
    name.len -= prefix;

    p = ngx_pnalloc(cf->pool, name.len + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_strlchr(name.data, name.data + name.len, '$')
        || !ssec_cookie_name(&zone->cookie, name.data, name.len, prefix, p))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid cookie name in \"%V\" of "
                           "\"session_security_zone\"; write cookie=NAME with "
                           "the name of the backend's session cookie",
                           &zone->key);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Reads NAME:SIZE of zone=. */

static char *
ngx_http_ssec_zone_size(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *value)
{
    u_char     *p;
    ssize_t     size, min;
    ngx_str_t   s;

    p = ngx_strlchr(value->data, value->data + value->len, ':');

    if (p == NULL || p == value->data) {
        return ngx_http_ssec_invalid(cf, "zone", value, "zone=NAME:SIZE");
    }

    zone->name.data = value->data;
    zone->name.len = p - value->data;

    s.data = p + 1;
    s.len = value->data + value->len - s.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" of zone \"%V\" in "
                           "\"session_security_zone\"; write it as 512k or "
                           "10m", &s, &zone->name);
        return NGX_CONF_ERROR;
    }

    min = ngx_max(NGX_HTTP_SSEC_MIN_ZONE, 8 * ngx_pagesize);

    if (size < min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"session_security_zone\" is too "
                           "small; make it %zk or larger", &zone->name,
                           min / 1024);
        return NGX_CONF_ERROR;
    }

    zone->size = size;

    return NGX_CONF_OK;
}


/*
 * NGX_CONF_ERROR if another zone uses the same path, for its file or for the
 * new file that replaces it (path.new).
 */

static char *
ngx_http_ssec_check_path(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone)
{
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *other;

    i = 0;

    while ((other = ngx_http_ssec_next_zone(cf->cycle, &i)) != NULL) {

        if (other->path
            && (ngx_strcmp(other->path, zone->path) == 0
                || ngx_strcmp(other->path, zone->new) == 0
                || ngx_strcmp(other->new, zone->path) == 0))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "file \"%s\" of \"session_security_zone\" "
                               "conflicts with \"%s\" of zone \"%V\" (a new "
                               "file is made as PATH" NGX_HTTP_SSEC_NEW
                               "); name another one", zone->path, other->path,
                               &other->name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* Reads the path of file=. */

static char *
ngx_http_ssec_zone_file(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *path)
{
    u_char              *p;
    ngx_pool_cleanup_t  *cln;

    if (path->len == 0 || ngx_http_script_variables_count(path)) {
        return ngx_http_ssec_invalid(cf, "file", path,
                                     "file=PATH, without variables");
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, path->len + sizeof(NGX_HTTP_SSEC_NEW));
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (p == NULL || cln == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(p, "%V" NGX_HTTP_SSEC_NEW "%Z", path);

    zone->path = (char *) path->data;
    zone->new = (char *) p;

    cln->handler = ngx_http_ssec_cleanup_file;
    cln->data = zone;

    return ngx_http_ssec_check_path(cf, zone);
}


/*
 * Reads the character of until=, and adds it to zone->key: a reload that
 * changes the character must not keep the sessions, whose keys it changes.
 */

static char *
ngx_http_ssec_zone_until(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *until)
{
    u_char  *p;

    /* a cookie's value in canonical form has none of these characters */

    if (zone->value || until->len != 1 || !ngx_http_ssec_is_word(until)
        || ngx_strchr(";,\"%+\\", until->data[0]))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid character \"%V\" in \"until=\" of "
                           "\"session_security_zone\"; write cookie=NAME "
                           "until=CHARACTER, such as until=. for what stands "
                           "before the first dot", until);
        return NGX_CONF_ERROR;
    }

    zone->until = until->data[0];

    p = ngx_pnalloc(cf->pool, zone->key.len + sizeof(" until=."));
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->key.len = ngx_sprintf(p, "%V until=%V", &zone->key, until) - p;
    zone->key.data = p;

    return NGX_CONF_OK;
}


/* Reads zone=, file= or until=, each of them once. */

static char *
ngx_http_ssec_zone_parameter(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *argument)
{
    ngx_str_t  s;

    if (zone->name.data == NULL
        && ngx_http_ssec_parameter(argument, "zone=", &s))
    {
        return ngx_http_ssec_zone_size(cf, zone, &s);
    }

    if (zone->path == NULL && ngx_http_ssec_parameter(argument, "file=", &s)) {
        return ngx_http_ssec_zone_file(cf, zone, &s);
    }

    if (zone->until == '\0'
        && ngx_http_ssec_parameter(argument, "until=", &s))
    {
        return ngx_http_ssec_zone_until(cf, zone, &s);
    }

    return ngx_http_ssec_invalid(cf, "parameter", argument,
                                 "zone=NAME:SIZE and perhaps file=PATH, and "
                                 "until=CHARACTER after cookie=NAME");
}


/* Adds the zone to nginx's; fails if the name is declared already. */

static char *
ngx_http_ssec_add_zone(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone)
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

    bound = shm_zone->data;

    if (bound) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"session_security_zone\" is "
                           "already bound to key \"%V\"; give this one another "
                           "name", &zone->name, &bound->key);
        return NGX_CONF_ERROR;
    }

    shm_zone->init = ngx_http_ssec_init_zone;
    shm_zone->data = zone;
    shm_zone->noreuse = (zone->path != NULL);

    return NGX_CONF_OK;
}


char *
ngx_http_ssec_declare_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                  *rv;
    ngx_str_t             *value;
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *zone;

    value = cf->args->elts;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->key = value[1];

    rv = ngx_http_ssec_zone_key(cf, zone);

    for (i = 2; i < cf->args->nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_http_ssec_zone_parameter(cf, zone, &value[i]);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (zone->name.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no zone in \"%V\"; write zone=NAME:SIZE",
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    return ngx_http_ssec_add_zone(cf, zone);
}

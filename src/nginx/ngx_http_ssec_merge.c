/* Creating and merging the configuration. */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_zone.h"


/* a time as in the configuration: its unit, and its number of units */
#define ngx_http_ssec_unit(ms)                                                \
    ((ms) % 1000 ? "ms" : (ms) % 60000 ? "s" : "m")
#define ngx_http_ssec_in_units(ms)                                            \
    ((ms) % 1000 ? (ms) : (ms) % 60000 ? (ms) / 1000 : (ms) / 60000)


void *
ngx_http_ssec_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_main_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_main_conf_t));

    if (conf == NULL
        || ngx_array_init(&conf->injected, cf->pool, 4,
                          sizeof(ngx_http_ssec_loc_conf_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


void *
ngx_http_ssec_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_srv_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_srv_conf_t));

    if (conf == NULL
        || ngx_array_init(&conf->names, cf->pool, 4,
                          sizeof(ngx_http_ssec_name_t))
           != NGX_OK
        || ngx_array_init(&conf->hosts, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK
        || ngx_array_init(&conf->pages, cf->pool, 1,
                          sizeof(ngx_http_ssec_pages_t))
           != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


/* Copies the server's names: nginx frees its own after the configuration. */

char *
ngx_http_ssec_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ssec_srv_conf_t *conf = child;

    ngx_str_t                 *host;
    ngx_uint_t                 i;
    ngx_http_server_name_t    *server;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    conf->core = cscf;
    server = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {

#if (NGX_PCRE)
        if (server[i].regex) {
            continue;
        }
#endif

        host = ngx_array_push(&conf->hosts);
        if (host == NULL) {
            return NGX_CONF_ERROR;
        }

        *host = server[i].name;

        /*
         * ".example.com" includes "example.com".  "*.example.com" may stay:
         * no URL has a host with a star.
         */

        if (host->len && host->data[0] == '.') {
            host->data++;
            host->len--;
        }
    }

    return NGX_CONF_OK;
}


void *
ngx_http_ssec_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->shm_zone = NGX_CONF_UNSET_PTR;
    conf->expire_after.ms = NGX_HTTP_SSEC_EXPIRE_AFTER;
    conf->passive_urls = NGX_CONF_UNSET_PTR;
    conf->passive = NGX_CONF_UNSET_PTR;
    conf->origins = NGX_CONF_UNSET_PTR;
    conf->logout_url = NGX_CONF_UNSET_PTR;
    conf->expired_status = NGX_CONF_UNSET_UINT;
    conf->activity = NGX_CONF_UNSET_UINT;
    conf->connections = NGX_CONF_UNSET_UINT;
    conf->strict = NGX_CONF_UNSET_UINT;
    conf->cookie = NGX_CONF_UNSET_PTR;
    conf->inject = NGX_CONF_UNSET;
    conf->inject_options = NGX_CONF_UNSET_PTR;
    conf->no_store = NGX_CONF_UNSET;

    return conf;
}


/* Inherits a time that is not set; in http, it has its default then. */

static void
ngx_http_ssec_merge_time(ngx_http_ssec_time_t *conf,
    ngx_http_ssec_time_t *prev)
{
    if (conf->directive == NULL) {
        *conf = *prev;
    }
}


/*
 * Marks the location's zone as used.  NGX_ERROR if the zone is not declared, if
 * a ping has no zone, or if a login page has a zone without cookie=NAME.
 */

static ngx_int_t
ngx_http_ssec_check_zone(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *conf)
{
    ngx_http_ssec_zone_t  *zone;

    if (conf->shm_zone == NULL) {

        if (conf->ping) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "no zone for \"session_security_ping\"; add "
                               "\"session_security zone=NAME\" to its "
                               "location or server");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    zone = conf->shm_zone->data;

    if (zone == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown zone \"%V\" in \"session_security\"; "
                           "declare it with \"session_security_zone "
                           "cookie=NAME zone=%V:10m\"",
                           &conf->shm_zone->shm.name,
                           &conf->shm_zone->shm.name);
        return NGX_ERROR;
    }

    if (conf->logout_url && conf->logout_url->login && zone->value) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"session_security_login_url\" needs a zone with "
                           "cookie=NAME, the key of zone \"%V\" cannot be "
                           "withheld from the login page; write "
                           "session_security_logout_url",
                           &conf->shm_zone->shm.name);
        return NGX_ERROR;
    }

    zone->used = 1;

    return NGX_OK;
}


/* NGX_ERROR if the warning, without variables, would come too late. */

static ngx_int_t
ngx_http_ssec_check_times(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *conf)
{
    ngx_http_ssec_time_t  *warn, *expire;

    warn = &conf->warn_after;
    expire = &conf->expire_after;

    if (conf->shm_zone == NULL || warn->value || expire->value
        || warn->ms < expire->ms)
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"session_security_warn_after\" of %uL%s is not "
                       "below \"session_security_expire_after\" of "
                       "%uL%s%s; lower the one or raise the other",
                       ngx_http_ssec_in_units(warn->ms),
                       ngx_http_ssec_unit(warn->ms),
                       ngx_http_ssec_in_units(expire->ms),
                       ngx_http_ssec_unit(expire->ms),
                       expire->directive ? "" : ", its default");
    return NGX_ERROR;
}


/*
 * Adds the location to the server's names if it is given by a path: it is no
 * "if" or "limit_except", no "@name", no regular expression.  NGX_ERROR without
 * memory.
 */

static ngx_int_t
ngx_http_ssec_add_name(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *conf)
{
    ngx_http_ssec_name_t      *name;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->name.len == 0 || clcf->name.data[0] != '/' || clcf->noname
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return NGX_OK;
    }

    name = ngx_array_push(&conf->server->names);
    if (name == NULL) {
        return NGX_ERROR;
    }

    name->name = clcf->name;
    name->adds_slash = clcf->auto_redirect;
    name->slcf = conf;

    return NGX_OK;
}


char *
ngx_http_ssec_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ssec_loc_conf_t *prev = parent;
    ngx_http_ssec_loc_conf_t *conf = child;

    ngx_http_ssec_loc_conf_t  **injected;
    ngx_http_ssec_main_conf_t  *smcf;

    ngx_conf_merge_ptr_value(conf->shm_zone, prev->shm_zone, NULL);
    ngx_http_ssec_merge_time(&conf->warn_after, &prev->warn_after);
    ngx_http_ssec_merge_time(&conf->expire_after, &prev->expire_after);
    ngx_http_ssec_merge_time(&conf->max_lifetime, &prev->max_lifetime);
    ngx_conf_merge_ptr_value(conf->passive_urls, prev->passive_urls, NULL);
    ngx_conf_merge_ptr_value(conf->passive, prev->passive, NULL);
    ngx_conf_merge_ptr_value(conf->origins, prev->origins, NULL);
    ngx_conf_merge_ptr_value(conf->logout_url, prev->logout_url, NULL);
    ngx_conf_merge_uint_value(conf->expired_status, prev->expired_status,
                              NGX_HTTP_UNAUTHORIZED);
    ngx_conf_merge_uint_value(conf->activity, prev->activity,
                              NGX_HTTP_SSEC_REQUESTS);
    ngx_conf_merge_uint_value(conf->connections, prev->connections,
                              NGX_HTTP_SSEC_PASSIVE);
    ngx_conf_merge_uint_value(conf->strict, prev->strict, 0);
    ngx_conf_merge_ptr_value(conf->cookie, prev->cookie, NULL);
    ngx_conf_merge_value(conf->inject, prev->inject, 0);
    ngx_conf_merge_ptr_value(conf->inject_options, prev->inject_options, NULL);

    ngx_conf_merge_value(conf->no_store, prev->no_store, NGX_CONF_UNSET);

    conf->keep_out = (conf->no_store == NGX_CONF_UNSET) ? conf->inject
                                                        : conf->no_store;

    conf->server = ngx_http_conf_get_module_srv_conf(cf,
                                              ngx_http_session_security_module);

    if (ngx_http_ssec_add_name(cf, conf) != NGX_OK
        || ngx_http_ssec_merge_handler(cf, prev, conf) != NGX_OK
        || ngx_http_ssec_check_zone(cf, conf) != NGX_OK
        || ngx_http_ssec_check_times(cf, conf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    conf->limits.expire_after = conf->expire_after.ms;
    conf->limits.max_lifetime = conf->max_lifetime.ms;
    conf->varying = (conf->expire_after.value || conf->max_lifetime.value);

    if (conf->script) {

        /* the script is for everybody: its location watches no sessions */

        conf->shm_zone = NULL;
    }

    if (conf->ping) {

        /* the page that a ping may answer with must not get the script */

        conf->inject = 0;
    }

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    smcf->pages |= (conf->inject || conf->keep_out);

    if (conf->inject && conf->shm_zone) {

        injected = ngx_array_push(&smcf->injected);

        if (injected == NULL || ngx_http_ssec_add_page(cf, conf) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        *injected = conf;
    }

    return NGX_CONF_OK;
}

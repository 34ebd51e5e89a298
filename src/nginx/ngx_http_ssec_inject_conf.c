/*
 * The setters of session_security_inject, session_security_ping and
 * session_security_script; and the URLs of each page's ping and script.
 */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_page.h"
#include "ngx_http_ssec_ping.h"
#include "ngx_http_ssec_script.h"
#include "ngx_http_ssec_server.h"
#include "ngx_http_ssec_zone.h"


/* An option that session_security_inject knows. */

typedef struct {
    ngx_str_t                              name;
    const char                            *attribute;   /* name in the tag */
    ngx_str_t                              values[2];   /* empty: any value */
    const char                            *mend;        /* valid values */
} ngx_http_ssec_option_name_t;


static char *ngx_http_ssec_add_location(ngx_conf_t *cf,
    ngx_array_t *locations, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_handler_pt handler);
static char *ngx_http_ssec_add_option(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_array_t *options, ngx_str_t *parameter);
static ngx_http_ssec_option_name_t *ngx_http_ssec_find_option(
    ngx_str_t *parameter, ngx_str_t *value);
static ngx_uint_t ngx_http_ssec_is_option_value(
    ngx_http_ssec_option_name_t *name, ngx_str_t *value);
static void ngx_http_ssec_init_injected(ngx_conf_t *cf,
    ngx_http_ssec_injected_t *injected);
static ngx_int_t ngx_http_ssec_init_ping(ngx_conf_t *cf,
    ngx_http_ssec_injected_t *injected);
static ngx_int_t ngx_http_ssec_find_ping(ngx_http_ssec_loc_conf_t *slcf);
static ngx_uint_t ngx_http_ssec_is_builtin_path(ngx_str_t *url);


static ngx_http_ssec_option_name_t  ngx_http_ssec_options[] = {
    { ngx_string("extend"), "data-extend",
      { ngx_string("activity"), ngx_string("button") },
      "activity or button" },

    { ngx_string("forms"), "data-forms",
      { ngx_string("on"), ngx_string("off") }, "on or off" },

    { ngx_string("title"), "data-title",
      { ngx_string("on"), ngx_string("off") }, "on or off" },

    { ngx_string("events"), "data-events",
      { ngx_null_string, ngx_null_string },
      "the names of events, with commas between them" },

    { ngx_string("lang"), "data-lang",
      { ngx_null_string, ngx_null_string }, "a language, such as pt-BR" },

    { ngx_string("nonce"), "nonce",
      { ngx_null_string, ngx_null_string }, "a variable" },

    { ngx_null_string, NULL, { ngx_null_string, ngx_null_string }, NULL }
};


char *
ngx_http_ssec_set_ping(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_http_ssec_srv_conf_t  *sscf;

    if (slcf->ping) {
        return "is duplicate";
    }

    if (slcf->script) {
        return "needs a location other than the script's";
    }

    slcf->ping = 1;

    sscf = ngx_http_conf_get_module_srv_conf(cf,
                                             ngx_http_session_security_module);

    return ngx_http_ssec_add_location(cf, &sscf->pings, slcf,
                                      ngx_http_ssec_ping_handler);
}


char *
ngx_http_ssec_set_script(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_http_ssec_srv_conf_t  *sscf;

    if (slcf->script) {
        return "is duplicate";
    }

    if (slcf->ping) {
        return "needs a location other than the ping's";
    }

    slcf->script = 1;

    sscf = ngx_http_conf_get_module_srv_conf(cf,
                                             ngx_http_session_security_module);

    return ngx_http_ssec_add_location(cf, &sscf->scripts, slcf,
                                      ngx_http_ssec_script_handler);
}


/*
 * Sets the location's handler.  Adds the location to the list of URLs for the
 * tag, unless it is a regular expression or "@name", which has no URL.
 */

static char *
ngx_http_ssec_add_location(ngx_conf_t *cf, ngx_array_t *locations,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_handler_pt handler)
{
    u_char                    *p;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_ssec_location_t  *location;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = handler;

    if (clcf->name.len == 0 || clcf->name.data[0] != '/'
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return NGX_CONF_OK;
    }

    location = ngx_array_push(locations);
    if (location == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, 3 * clcf->name.len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    location->slcf = slcf;
    location->name.data = p;
    location->name.len = (u_char *) ngx_escape_uri(p, clcf->name.data,
                                                   clcf->name.len,
                                                   NGX_ESCAPE_URI)
                         - p;

    return NGX_CONF_OK;
}


char *
ngx_http_ssec_set_inject(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_ssec_main_conf_t  *smcf;

    if (slcf->inject != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    slcf->inject = (ngx_strcmp(value[1].data, "on") == 0);

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);
    smcf->inject |= slcf->inject;

    if (!slcf->inject
        && (ngx_strcmp(value[1].data, "off") != 0 || cf->args->nelts > 2))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\"; write off, or "
                           "on and its options",
                           &value[ngx_strcmp(value[1].data, "off") ? 1 : 2],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    slcf->inject_options = ngx_array_create(cf->pool, 4,
                                            sizeof(ngx_http_ssec_option_t));
    if (slcf->inject_options == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        rv = ngx_http_ssec_add_option(cf, cmd, slcf->inject_options, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ssec_add_option(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_array_t *options, ngx_str_t *parameter)
{
    ngx_str_t                     value;
    ngx_uint_t                    i;
    ngx_http_ssec_option_t       *option;
    ngx_http_ssec_option_name_t  *name;

    name = ngx_http_ssec_find_option(parameter, &value);

    if (name == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\"; there "
                           "are extend=, forms=, title=, events=, lang= "
                           "and nonce=", parameter, &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_ssec_is_option_value(name, &value)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value in \"%V\" of \"%V\"; write %s",
                           parameter, &cmd->name, name->mend);
        return NGX_CONF_ERROR;
    }

    option = options->elts;

    for (i = 0; i < options->nelts; i++) {
        if (option[i].attribute == name->attribute) {
            return "has a duplicate parameter";
        }
    }

    option = ngx_array_push(options);
    if (option == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_str_null(&option->text);
    option->attribute = name->attribute;
    option->value = ngx_http_ssec_compile(cf, &value);

    return option->value ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* Splits NAME=VALUE, and gives the option with this name, or NULL. */

static ngx_http_ssec_option_name_t *
ngx_http_ssec_find_option(ngx_str_t *parameter, ngx_str_t *value)
{
    u_char                       *p, *last;
    ngx_http_ssec_option_name_t  *name;

    last = parameter->data + parameter->len;
    p = ngx_strlchr(parameter->data, last, '=');

    if (p == NULL) {
        return NULL;
    }

    for (name = ngx_http_ssec_options; name->name.len; name++) {

        if ((size_t) (p - parameter->data) == name->name.len
            && ngx_strncmp(parameter->data, name->name.data, name->name.len)
               == 0)
        {
            value->data = p + 1;
            value->len = last - value->data;
            return name;
        }
    }

    return NULL;
}


/*
 * Tells whether the option can have this value.  A value with variables is
 * accepted: the script ignores it if it turns out to be invalid.
 */

static ngx_uint_t
ngx_http_ssec_is_option_value(ngx_http_ssec_option_name_t *name,
    ngx_str_t *value)
{
    size_t      i;
    ngx_uint_t  n;

    if (ngx_http_script_variables_count(value)) {
        return 1;
    }

    for (n = 0; n < 2 && name->values[n].len; n++) {
        if (value->len == name->values[n].len
            && ngx_strncmp(value->data, name->values[n].data, value->len) == 0)
        {
            return 1;
        }
    }

    if (n) {
        return 0;
    }

    for (i = 0; i < value->len; i++) {
        if (value->data[i] <= 0x20 || value->data[i] >= 0x7f) {
            return 0;
        }
    }

    return value->len != 0;
}


void
ngx_http_ssec_init_inject(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_ssec_srv_conf_t   *server;
    ngx_http_ssec_injected_t   *injected;
    ngx_http_ssec_main_conf_t  *smcf;

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    injected = smcf->injected.elts;

    for (i = 0; i < smcf->injected.nelts; i++) {
        ngx_http_ssec_init_injected(cf, &injected[i]);
    }

    /*
     * If each zone has a ping of its own, the built-in ping still answers: a
     * tag that is written by hand may name it.
     */

    for (i = 0; i < smcf->injected.nelts; i++) {
        server = injected[i].slcf->server;

        if (server->builtin == NULL) {
            server->builtin = ngx_http_ssec_pages(injected[i].slcf);
        }
    }

    if (smcf->injected.nelts == 0 && smcf->inject) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"session_security_inject\" has no effect; add "
                      "\"session_security zone=NAME\" to its server");
    }
}


/*
 * Finds the URLs of the ping and the script for the pages of a location: of
 * locations in the server, or built-in ones.
 *
 * Returns no error: nginx would stop with an incomplete chain of filters, which
 * the next worker of the old configuration would use.  So an error marks the
 * zone, and ngx_http_ssec_init_zone() refuses the configuration.
 */

static void
ngx_http_ssec_init_injected(ngx_conf_t *cf, ngx_http_ssec_injected_t *injected)
{
    ngx_http_ssec_zone_t      *zone;
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_ssec_srv_conf_t  *server;
    ngx_http_ssec_location_t  *script;

    slcf = injected->slcf;
    server = slcf->server;
    zone = slcf->shm_zone->data;

    if (ngx_http_ssec_init_ping(cf, injected) != NGX_OK) {
        zone->refused = 1;
        return;
    }

    if (server->scripts.nelts) {
        script = server->scripts.elts;
        slcf->script_url = script->name;

    } else {
        slcf->builtin_script = 1;
        ngx_str_set(&slcf->script_url, NGX_HTTP_SSEC_SCRIPT_PATH);
    }

    if (ngx_http_ssec_init_tag(cf, slcf) != NGX_OK) {
        zone->refused = 1;
    }
}


/*
 * Sets the URL of the location's ping.  NGX_ERROR after an error that is
 * logged: a server has one built-in ping, so it serves the pages of one zone.
 */

static ngx_int_t
ngx_http_ssec_init_ping(ngx_conf_t *cf, ngx_http_ssec_injected_t *injected)
{
    ngx_http_ssec_zone_t      *zone;
    ngx_http_ssec_pages_t     *pages;
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_ssec_srv_conf_t  *server;

    slcf = injected->slcf;
    server = slcf->server;
    zone = slcf->shm_zone->data;
    pages = ngx_http_ssec_pages(slcf);

    if (ngx_http_ssec_find_ping(slcf) == NGX_OK) {

        if (ngx_http_ssec_is_builtin_path(&slcf->ping_url)
            && (server->builtin == NULL || server->builtin == pages))
        {
            server->builtin = pages;
            slcf->builtin_ping = NGX_HTTP_SSEC_BELOW_PATH;
        }

        return NGX_OK;
    }

    if (server->builtin == NULL || server->builtin == pages) {
        server->builtin = pages;
        slcf->builtin_ping = NGX_HTTP_SSEC_BUILTIN;
        ngx_str_set(&slcf->ping_url, NGX_HTTP_SSEC_PING_PATH);

        return NGX_OK;
    }

    if (!zone->refused) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"session_security_inject\" in server \"%V\" "
                      "is on for the zones \"%V\" and \"%V\", but the "
                      "built-in ping serves one zone; add \"location = "
                      "/ping-of-%V/ { session_security zone=%V; "
                      "session_security_ping; }\" in %s:%ui",
                      &injected->cscf->server_name,
                      &server->builtin->first->shm_zone->shm.name,
                      &zone->name, &zone->name, &zone->name,
                      injected->cscf->file_name, injected->cscf->line);
    }

    return NGX_ERROR;
}


/*
 * Finds a ping location of the same server and zone.  NGX_DECLINED if there is
 * none.
 */

static ngx_int_t
ngx_http_ssec_find_ping(ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_uint_t                 i;
    ngx_http_ssec_location_t  *ping;

    ping = slcf->server->pings.elts;

    for (i = 0; i < slcf->server->pings.nelts; i++) {

        if (ping[i].slcf->shm_zone == slcf->shm_zone) {
            slcf->ping_url = ping[i].name;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


/* Tells whether the URL of a ping location is that of the built-in ping. */

static ngx_uint_t
ngx_http_ssec_is_builtin_path(ngx_str_t *url)
{
    static ngx_str_t  path = ngx_string(NGX_HTTP_SSEC_PING_PATH);

    return url->len == path.len
           && ngx_strncmp(url->data, path.data, path.len) == 0;
}

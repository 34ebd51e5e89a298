/*
 * The setters of session_security_inject, session_security_ping and
 * session_security_script; and the URLs of each page's ping and script.
 */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_page.h"
#include "ngx_http_ssec_ping.h"
#include "ngx_http_ssec_script.h"


/* An option that session_security_inject knows. */

typedef struct {
    const char  *name;
    const char  *attribute;      /* name in the tag */
    const char  *values[2];      /* NULL: any value */
    const char  *mend;           /* valid values */
} ngx_http_ssec_option_name_t;


static ngx_http_ssec_option_name_t  ngx_http_ssec_options[] = {
    { "extend=", "data-extend", { "activity", "button" },
      "activity or button" },
    { "forms=", "data-forms", { "on", "off" }, "on or off" },
    { "title=", "data-title", { "on", "off" }, "on or off" },
    { "events=", "data-events", { NULL, NULL },
      "the names of events, with commas between them" },
    { "lang=", "data-lang", { NULL, NULL }, "a language, such as pt-BR" },
    { "nonce=", "nonce", { NULL, NULL }, "a variable" },
    { NULL, NULL, { NULL, NULL }, NULL }
};


/* Gives the handler of a location with a ping or a script. */

static ngx_http_handler_pt
ngx_http_ssec_answer_handler(ngx_http_ssec_loc_conf_t *slcf)
{
    return slcf->ping ? ngx_http_ssec_ping_handler
                      : ngx_http_ssec_script_handler;
}


char *
ngx_http_ssec_set_answer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    char  *p = conf;

    ngx_uint_t                *set;
    ngx_http_core_loc_conf_t  *clcf;

    set = (ngx_uint_t *) (p + cmd->offset);

    if (*set) {
        return "is duplicate";
    }

    if (slcf->ping || slcf->script) {
        return slcf->ping ? "needs a location other than the ping's"
                          : "needs a location other than the script's";
    }

    *set = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_ssec_answer_handler(slcf);

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_ssec_merge_handler(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *prev,
    ngx_http_ssec_loc_conf_t *conf)
{
    ngx_http_handler_pt        handler;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname) {

        /* noname: an "if" or a "limit_except" in the location */

        conf->ping |= prev->ping;
        conf->script |= prev->script;
    }

    if (!conf->ping && !conf->script) {
        return NGX_OK;
    }

    handler = ngx_http_ssec_answer_handler(conf);

    if (clcf->noname) {

        if (clcf->lmt_excpt && clcf->handler == NULL) {
            clcf->handler = handler;
        }

    } else if (clcf->handler != handler) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"session_security_%s\" needs a location of its "
                           "own, \"%V\" has another handler; move one of "
                           "them", conf->ping ? "ping" : "script",
                           &clcf->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Tells whether the option can have this value.  A value with variables is
 * accepted: the script ignores it if it turns out to be invalid.
 */

static ngx_uint_t
ngx_http_ssec_is_option_value(ngx_http_ssec_option_name_t *name,
    ngx_str_t *value)
{
    if (ngx_http_script_variables_count(value)) {
        return 1;
    }

    if (name->values[0] == NULL) {
        return ngx_http_ssec_is_word(value);
    }

    return ngx_strcmp(value->data, name->values[0]) == 0
           || ngx_strcmp(value->data, name->values[1]) == 0;
}


static char *
ngx_http_ssec_add_option(ngx_conf_t *cf, ngx_array_t *options,
    ngx_str_t *argument)
{
    ngx_str_t                     value;
    ngx_uint_t                    i;
    ngx_http_ssec_option_t       *option;
    ngx_http_ssec_option_name_t  *name;

    name = ngx_http_ssec_options;

    while (name->name
           && !ngx_http_ssec_parameter(argument, name->name, &value))
    {
        name++;
    }

    if (name->name == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in "
                           "\"session_security_inject\"; there are extend=, "
                           "forms=, title=, events=, lang= and nonce=",
                           argument);
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_ssec_is_option_value(name, &value)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value in \"%V\" of "
                           "\"session_security_inject\"; write %s",
                           argument, name->mend);
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

    option->attribute = name->attribute;
    option->value = ngx_http_ssec_compile(cf, &value);

    return option->value ? NGX_CONF_OK : NGX_CONF_ERROR;
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

    if (!slcf->inject) {

        /* "off" has no options */

        i = (ngx_strcmp(value[1].data, "off") == 0) ? 2 : 1;

        return (i == cf->args->nelts)
               ? NGX_CONF_OK
               : ngx_http_ssec_invalid(cf, "value", &value[i],
                                       "off, or on and its options");
    }

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);
    smcf->inject = 1;

    slcf->inject_options = ngx_array_create(cf->pool, 4,
                                            sizeof(ngx_http_ssec_option_t));
    if (slcf->inject_options == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = NGX_CONF_OK;

    for (i = 2; i < cf->args->nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_http_ssec_add_option(cf, slcf->inject_options, &value[i]);
    }

    return rv;
}


/*
 * Gives the URL of the server's first location with a ping of this zone, or
 * with a script, which has no zone (NULL).  NGX_DECLINED if there is none with
 * a path; NGX_ERROR without memory.
 */

static ngx_int_t
ngx_http_ssec_find_answer(ngx_conf_t *cf, ngx_http_ssec_srv_conf_t *server,
    ngx_shm_zone_t *shm_zone, ngx_str_t *url)
{
    u_char                    *p;
    ngx_uint_t                 i;
    ngx_http_ssec_name_t      *name;
    ngx_http_ssec_loc_conf_t  *slcf;

    name = server->names.elts;

    for (i = 0; i < server->names.nelts; i++) {
        slcf = name[i].slcf;

        if ((!slcf->ping && !slcf->script) || slcf->shm_zone != shm_zone) {
            continue;
        }

        p = ngx_pnalloc(cf->pool, 3 * name[i].name.len);
        if (p == NULL) {
            return NGX_ERROR;
        }

        url->data = p;
        url->len = (u_char *) ngx_escape_uri(p, name[i].name.data,
                                             name[i].name.len, NGX_ESCAPE_URI)
                   - p;
        return NGX_OK;
    }

    return NGX_DECLINED;
}


/*
 * Sets the URL of the location's ping.  NGX_ERROR after an error that is
 * logged: a server has one built-in ping, so it serves the pages of one zone.
 */

static ngx_int_t
ngx_http_ssec_init_ping(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_int_t                  rc;
    ngx_http_ssec_zone_t      *zone;
    ngx_http_ssec_pages_t     *pages;
    ngx_http_ssec_srv_conf_t  *server;

    static ngx_str_t  builtin = ngx_string(NGX_HTTP_SSEC_PING_PATH);

    server = slcf->server;
    pages = ngx_http_ssec_pages(slcf);

    slcf->ping_url = builtin;

    rc = ngx_http_ssec_find_answer(cf, server, slcf->shm_zone,
                                   &slcf->ping_url);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (server->builtin == NULL || server->builtin == pages) {

        if (slcf->ping_url.len == builtin.len
            && ngx_strncmp(slcf->ping_url.data, builtin.data, builtin.len) == 0)
        {
            server->builtin = pages;
            slcf->builtin_ping = (rc == NGX_OK) ? NGX_HTTP_SSEC_BELOW_PATH
                                                : NGX_HTTP_SSEC_BUILTIN;
        }

        return NGX_OK;
    }

    zone = slcf->shm_zone->data;

    if (rc == NGX_DECLINED && !zone->refused) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"session_security_inject\" in server \"%V\" "
                      "is on for the zones \"%V\" and \"%V\", but the "
                      "built-in ping serves one zone; add \"location = "
                      "/ping-of-%V/ { session_security zone=%V; "
                      "session_security_ping; }\" in %s:%ui",
                      &server->core->server_name,
                      &server->builtin->first->shm_zone->shm.name,
                      &zone->name, &zone->name, &zone->name,
                      server->core->file_name, server->core->line);
    }

    return (rc == NGX_OK) ? NGX_OK : NGX_ERROR;
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
ngx_http_ssec_init_injected(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_int_t              rc;
    ngx_http_ssec_zone_t  *zone;

    ngx_str_set(&slcf->script_url, NGX_HTTP_SSEC_SCRIPT_PATH);

    rc = ngx_http_ssec_find_answer(cf, slcf->server, NULL, &slcf->script_url);

    slcf->builtin_script = (rc == NGX_DECLINED);

    if (rc == NGX_ERROR
        || ngx_http_ssec_init_ping(cf, slcf) != NGX_OK
        || ngx_http_ssec_init_tag(cf, slcf) != NGX_OK)
    {
        zone = slcf->shm_zone->data;
        zone->refused = 1;
    }
}


void
ngx_http_ssec_init_inject(ngx_conf_t *cf)
{
    ngx_uint_t                   i;
    ngx_http_ssec_srv_conf_t    *server;
    ngx_http_ssec_loc_conf_t   **slcf;
    ngx_http_ssec_main_conf_t   *smcf;

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    slcf = smcf->injected.elts;

    for (i = 0; i < smcf->injected.nelts; i++) {
        ngx_http_ssec_init_injected(cf, slcf[i]);
    }

    /*
     * If each zone has a ping of its own, the built-in ping still answers: a
     * tag that is written by hand may name it.
     */

    for (i = 0; i < smcf->injected.nelts; i++) {
        server = slcf[i]->server;

        if (server->builtin == NULL) {
            server->builtin = ngx_http_ssec_pages(slcf[i]);
        }
    }

    if (smcf->injected.nelts == 0 && smcf->inject) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"session_security_inject\" has no effect; add "
                      "\"session_security zone=NAME\" to its server");
    }
}

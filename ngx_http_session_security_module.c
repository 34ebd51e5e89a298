
/*
 * Ends idle login sessions, for any backend: the table of directives, and the
 * phases and filters of the module.
 */


#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_cycle.h"
#include "ngx_http_ssec_limits.h"
#include "ngx_http_ssec_page.h"
#include "ngx_http_ssec_request.h"
#include "ngx_http_ssec_response.h"
#include "ngx_http_ssec_variable.h"


/* not NULL in the command of session_security_login_url */
static ngx_uint_t  ngx_http_ssec_login = 1;


static ngx_http_ssec_time_rule_t  ngx_http_ssec_warn_after = { 1, 0 };

static ngx_http_ssec_time_rule_t  ngx_http_ssec_expire_after = {
    1, NGX_HTTP_SSEC_EXPIRE_AFTER
};

static ngx_http_ssec_time_rule_t  ngx_http_ssec_max_lifetime = {
    0, NGX_HTTP_SSEC_MAX_LIFETIME
};


static ngx_http_ssec_words_t  ngx_http_ssec_activities = {
    "requests, navigations or user", {
        { ngx_string("requests"), NGX_HTTP_SSEC_REQUESTS },
        { ngx_string("navigations"), NGX_HTTP_SSEC_NAVIGATIONS },
        { ngx_string("user"), NGX_HTTP_SSEC_USER },
        { ngx_null_string, 0 }
    }
};


static ngx_http_ssec_words_t  ngx_http_ssec_unknowns = {
    "track or expired", {
        { ngx_string("track"), 0 },
        { ngx_string("expired"), 1 },
        { ngx_null_string, 0 }
    }
};


static ngx_http_ssec_words_t  ngx_http_ssec_connections = {
    "passive, active or off", {
        { ngx_string("passive"), NGX_HTTP_SSEC_PASSIVE },
        { ngx_string("active"), NGX_HTTP_SSEC_ACTIVE },
        { ngx_string("off"), NGX_HTTP_SSEC_OFF },
        { ngx_null_string, 0 }
    }
};


static ngx_command_t  ngx_http_ssec_commands[] = {

    { ngx_string("session_security_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2|NGX_CONF_TAKE3|NGX_CONF_TAKE4,
      ngx_http_ssec_declare_zone,
      0,
      0,
      NULL },

    { ngx_string("session_security"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_zone,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_warn_after"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, warn_after),
      &ngx_http_ssec_warn_after },

    { ngx_string("session_security_expire_after"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, expire_after),
      &ngx_http_ssec_expire_after },

    { ngx_string("session_security_max_lifetime"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, max_lifetime),
      &ngx_http_ssec_max_lifetime },

    { ngx_string("session_security_passive_urls"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_set_passive_urls,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_passive"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_set_predicate_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, passive),
      NULL },

    { ngx_string("session_security_origins"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_set_origins,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_logout_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_logout_url,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_login_url"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_logout_url,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      &ngx_http_ssec_login },

    { ngx_string("session_security_activity"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, activity),
      &ngx_http_ssec_activities },

    { ngx_string("session_security_unknown"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, strict),
      &ngx_http_ssec_unknowns },

    { ngx_string("session_security_connections"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, connections),
      &ngx_http_ssec_connections },

    { ngx_string("session_security_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_set_cookie,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_expired_status"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_ping"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_ssec_set_answer,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, ping),
      NULL },

    { ngx_string("session_security_script"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_ssec_set_answer,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, script),
      NULL },

    { ngx_string("session_security_inject"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_set_inject,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_no_store"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, no_store),
      NULL },

      ngx_null_command
};


/*
 * Requests are judged before the access phase, so that "satisfy any" cannot
 * skip this, and auth_request gets no dead session's cookie.  They are judged
 * after realip, which sets the client's address.
 *
 * nginx runs a phase's handlers from the last to the first, so the handler is
 * inserted at the beginning.
 */

static ngx_int_t
ngx_http_ssec_init_handlers(ngx_conf_t *cf)
{
    ngx_array_t                *handlers;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    handlers = &cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers;

    if (ngx_array_push(handlers) == NULL) {
        return NGX_ERROR;
    }

    h = handlers->elts;

    ngx_memmove(&h[1], h, (handlers->nelts - 1) * sizeof(ngx_http_handler_pt));
    h[0] = ngx_http_ssec_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_ssec_precontent_handler;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_init(ngx_conf_t *cf)
{
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *zone;

    ngx_http_ssec_init_activity();
    ngx_http_ssec_init_inject(cf);

    if (ngx_http_ssec_init_handlers(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_ssec_init_header_filter();
    ngx_http_ssec_init_trailers_filters();

    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cf->cycle, &i)) != NULL) {

        if (!zone->used) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"session_security_zone\" has no effect; add "
                          "\"session_security zone=%V\" to a server",
                          &zone->name);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_init_pages(ngx_conf_t *cf)
{
    ngx_http_ssec_main_conf_t  *smcf;

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    if (smcf->pages) {
        ngx_http_ssec_init_page_filters();
    }

    return NGX_OK;
}


static ngx_http_module_t  ngx_http_ssec_module_ctx = {
    .preconfiguration = ngx_http_ssec_add_variables,
    .postconfiguration = ngx_http_ssec_init,
    .create_main_conf = ngx_http_ssec_create_main_conf,
    .create_srv_conf = ngx_http_ssec_create_srv_conf,
    .merge_srv_conf = ngx_http_ssec_merge_srv_conf,
    .create_loc_conf = ngx_http_ssec_create_loc_conf,
    .merge_loc_conf = ngx_http_ssec_merge_loc_conf
};


ngx_module_t  ngx_http_session_security_module = {
    NGX_MODULE_V1,
    .ctx = &ngx_http_ssec_module_ctx,
    .commands = ngx_http_ssec_commands,
    .type = NGX_HTTP_MODULE,
    .init_module = ngx_http_ssec_init_module,
    .init_process = ngx_http_ssec_init_process,
    .exit_process = ngx_http_ssec_exit_process
};


/*
 * All filters of a module have one place in nginx's chain.  The filter of
 * Set-Cookie has to run after add_header, and those of pages after sub_filter
 * and xslt_stylesheet.  So the filters of pages are a second module.
 */

static ngx_http_module_t  ngx_http_ssec_page_module_ctx = {
    .postconfiguration = ngx_http_ssec_init_pages
};


ngx_module_t  ngx_http_session_security_page_module = {
    NGX_MODULE_V1,
    .ctx = &ngx_http_ssec_page_module_ctx,
    .type = NGX_HTTP_MODULE
};

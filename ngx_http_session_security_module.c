
/*
 * Ends idle login sessions, for any backend.
 */


#include "ngx_http_ssec.h"

#include "ssec_time.h"


/* A location of a server, by its URL. */

typedef struct {
    ngx_str_t                  name;
    ngx_http_ssec_loc_conf_t  *slcf;
} ngx_http_ssec_location_t;


/* A location with pages that a script is put into. */

typedef struct {
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_core_srv_conf_t  *cscf;
} ngx_http_ssec_injected_t;


typedef struct {
    ngx_array_t                            injected;
    ngx_uint_t                             inject;  /* is on somewhere */
    ngx_uint_t                             pages;   /* are changed somewhere */
} ngx_http_ssec_main_conf_t;


typedef struct {
    ngx_str_t                              name;
    const char                            *attribute;
    ngx_str_t                              values[2];   /* empty: any */
    const char                            *mend;
} ngx_http_ssec_option_name_t;


/* a slash to a browser, or nothing */
#define ngx_http_ssec_slash(c)                                                \
    ((c) == '/' || (c) == '\\' || (c) <= ' ' || (c) == 0x7f)


static ngx_int_t ngx_http_ssec_state_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_ssec_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_ssec_seconds_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_ssec_return_url_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

static ngx_int_t ngx_http_ssec_skip_slashes(ngx_pool_t *pool, ngx_str_t *uri);

static void *ngx_http_ssec_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_ssec_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_ssec_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static void *ngx_http_ssec_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_ssec_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_http_ssec_add_name(ngx_array_t *names,
    ngx_http_core_loc_conf_t *clcf);
static ngx_int_t ngx_http_ssec_add_page(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);
static ngx_int_t ngx_http_ssec_add_time(ngx_http_ssec_time_t *time,
    uint64_t *ms, ngx_array_t *values);
static void ngx_http_ssec_merge_time(ngx_http_ssec_time_t *conf,
    ngx_http_ssec_time_t *prev, uint64_t otherwise);
static char *ngx_http_ssec_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_zone_key(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone);
static char *ngx_http_ssec_zone_until(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone, ngx_str_t *until);
static char *ngx_http_ssec_zone_file(ngx_conf_t *cf,
    ngx_http_ssec_zone_t *zone, ngx_str_t *path);
static ngx_http_complex_value_t *ngx_http_ssec_compile(ngx_conf_t *cf,
    ngx_str_t *value);
static char *ngx_http_ssec(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_ssec_set_time(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_origins(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_set_logout_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_uint_t ngx_http_ssec_url_host(ngx_str_t *url);
static char *ngx_http_ssec_expired_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_cookie(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_ping(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ssec_script(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_http_ssec_add_location(ngx_conf_t *cf,
    ngx_array_t *locations, ngx_http_ssec_loc_conf_t *slcf);
static char *ngx_http_ssec_inject(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_uint_t ngx_http_ssec_option(ngx_http_ssec_option_name_t *name,
    ngx_str_t *value);
static ngx_int_t ngx_http_ssec_add_variables(ngx_conf_t *cf);
static ngx_int_t ngx_http_ssec_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_ssec_init_pages(ngx_conf_t *cf);
static ngx_uint_t ngx_http_ssec_is_builtin_path(ngx_str_t *url);
static void ngx_http_ssec_init_injected(ngx_conf_t *cf,
    ngx_http_ssec_injected_t *injected);


/* of the two directives that name a URL, the one for a login page */
static ngx_uint_t  ngx_http_ssec_login = 1;

/* as one would write it */
#define ngx_http_ssec_unit(ms)                                                \
    ((ms) % 1000 ? "ms" : (ms) % 60000 ? "s" : "m")
#define ngx_http_ssec_in_units(ms)                                            \
    ((ms) % 1000 ? (ms) : (ms) % 60000 ? (ms) / 1000 : (ms) / 60000)


static ngx_conf_enum_t  ngx_http_ssec_activities[] = {
    { ngx_string("requests"), NGX_HTTP_SSEC_REQUESTS },
    { ngx_string("navigations"), NGX_HTTP_SSEC_NAVIGATIONS },
    { ngx_string("user"), NGX_HTTP_SSEC_USER },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_ssec_unknowns[] = {
    { ngx_string("track"), 0 },
    { ngx_string("expired"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_ssec_connections[] = {
    { ngx_string("passive"), NGX_HTTP_SSEC_PASSIVE },
    { ngx_string("active"), NGX_HTTP_SSEC_ACTIVE },
    { ngx_string("off"), NGX_HTTP_SSEC_OFF },
    { ngx_null_string, 0 }
};


static ngx_command_t  ngx_http_ssec_commands[] = {

    { ngx_string("session_security_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2|NGX_CONF_TAKE3|NGX_CONF_TAKE4,
      ngx_http_ssec_zone,
      0,
      0,
      NULL },

    { ngx_string("session_security"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_warn_after"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, warn_after),
      NULL },

    { ngx_string("session_security_expire_after"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, expire_after),
      NULL },

    { ngx_string("session_security_max_lifetime"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_time,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, max_lifetime),
      NULL },

    { ngx_string("session_security_passive_urls"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_passive_urls,
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
      ngx_http_ssec_origins,
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
      ngx_http_ssec_activities },

    { ngx_string("session_security_unknown"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, strict),
      ngx_http_ssec_unknowns },

    { ngx_string("session_security_connections"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_ssec_loc_conf_t, connections),
      ngx_http_ssec_connections },

    { ngx_string("session_security_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_cookie,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_expired_status"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ssec_expired_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_ping"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_ssec_ping,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_script"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_ssec_script,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("session_security_inject"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_ssec_inject,
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


static ngx_http_module_t  ngx_http_ssec_module_ctx = {
    ngx_http_ssec_add_variables,             /* preconfiguration */
    ngx_http_ssec_init,                      /* postconfiguration */

    ngx_http_ssec_create_main_conf,          /* create main conf */
    NULL,                                    /* init main configuration */

    ngx_http_ssec_create_srv_conf,           /* create server conf */
    ngx_http_ssec_merge_srv_conf,            /* merge server configuration */

    ngx_http_ssec_create_loc_conf,           /* create location conf */
    ngx_http_ssec_merge_loc_conf             /* merge location conf */
};


ngx_module_t  ngx_http_session_security_module = {
    NGX_MODULE_V1,
    &ngx_http_ssec_module_ctx,               /* module context */
    ngx_http_ssec_commands,                  /* module directives */
    NGX_HTTP_MODULE,                         /* module type */
    NULL,                                    /* init master */
    ngx_http_ssec_init_module,               /* init module */
    ngx_http_ssec_init_process,              /* init process */
    NULL,                                    /* init thread */
    NULL,                                    /* exit thread */
    ngx_http_ssec_exit_process,              /* exit process */
    NULL,                                    /* exit master */
    NGX_MODULE_V1_PADDING
};


/*
 * A module's filters have one place in the chain.  Set-Cookie has to be seen
 * after add_header, and a page after sub_filter and xslt_stylesheet: the page's
 * filters are a module of their own.
 */

static ngx_http_module_t  ngx_http_ssec_page_module_ctx = {
    NULL,                                    /* preconfiguration */
    ngx_http_ssec_init_pages,                /* postconfiguration */

    NULL,                                    /* create main configuration */
    NULL,                                    /* init main configuration */

    NULL,                                    /* create server configuration */
    NULL,                                    /* merge server configuration */

    NULL,                                    /* create location configuration */
    NULL                                     /* merge location configuration */
};


ngx_module_t  ngx_http_session_security_page_module = {
    NGX_MODULE_V1,
    &ngx_http_ssec_page_module_ctx,          /* module context */
    NULL,                                    /* module directives */
    NGX_HTTP_MODULE,                         /* module type */
    NULL,                                    /* init master */
    NULL,                                    /* init module */
    NULL,                                    /* init process */
    NULL,                                    /* init thread */
    NULL,                                    /* exit thread */
    NULL,                                    /* exit process */
    NULL,                                    /* exit master */
    NGX_MODULE_V1_PADDING
};


/* what session_security_inject takes besides on and off */

static ngx_http_ssec_option_name_t
    ngx_http_ssec_options[] =
{
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


/* known once the request was judged, in the preaccess phase: not cacheable */

static ngx_http_variable_t  ngx_http_ssec_vars[] = {

    { ngx_string("session_security_state"), NULL,
      ngx_http_ssec_state_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_reason"), NULL,
      ngx_http_ssec_reason_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_idle"), NULL,
      ngx_http_ssec_seconds_variable,
      offsetof(ngx_http_ssec_ctx_t, outcome.idle),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_remaining"), NULL,
      ngx_http_ssec_seconds_variable,
      offsetof(ngx_http_ssec_ctx_t, outcome.remaining),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("session_security_return_url"), NULL,
      ngx_http_ssec_return_url_variable, 0, 0, 0 },

      ngx_http_null_variable
};


static ngx_int_t
ngx_http_ssec_state_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t            *state;
    ngx_http_ssec_ctx_t  *ctx;

    static ngx_str_t  states[] = {
        ngx_string("none"),
        ngx_string("live"),
        ngx_string("expired"),
        ngx_string("closed"),
        ngx_string("anonymous"),
        ngx_string("new")
    };

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL) {
        state = &states[SSEC_UNKNOWN];

    } else if (ctx->outcome.state == SSEC_LIVE && ctx->outcome.created) {
        state = &states[5];

    } else {
        state = &states[ctx->outcome.state];
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = state->len;
    v->data = state->data;

    return NGX_OK;
}


/* Why the session has ended: before the request, or by its response. */

static ngx_int_t
ngx_http_ssec_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_uint_t            reason;
    ngx_http_ssec_ctx_t  *ctx;

    static ngx_str_t  reasons[] = {
        ngx_null_string,
        ngx_string("idle"),
        ngx_string("lifetime"),
        ngx_string("logout"),
        ngx_string("said"),
        ngx_string("unknown")
    };

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL) {
        reason = SSEC_REASON_NONE;

    } else if (ctx->outcome.state == SSEC_EXPIRED
               || ctx->outcome.state == SSEC_CLOSED)
    {
        reason = ctx->outcome.reason;

    } else {
        reason = ctx->closed;
    }

    if (reason == SSEC_REASON_NONE) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = reasons[reason].len;
    v->data = reasons[reason].data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_seconds_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char               *p;
    uint64_t              ms;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL || ctx->outcome.state == SSEC_UNKNOWN) {
        v->not_found = 1;
        return NGX_OK;
    }

    ms = *(uint64_t *) ((u_char *) ctx + data);

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = ngx_sprintf(p, "%uL", ms / 1000) - p;
    v->data = p;

    return NGX_OK;
}


/*
 * The way back after a login: only what can be asked for again, and only on
 * this site ("//host" and "/\host" are other sites to a browser).
 */

static ngx_int_t
ngx_http_ssec_return_url_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t  url;

    if (ngx_http_ssec_return_url(r, &url) != NGX_OK) {
        return NGX_ERROR;
    }

    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->len = url.len;
    v->data = url.data;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_return_url(ngx_http_request_t *r, ngx_str_t *url)
{
    u_char     *p;
    size_t      len;
    ngx_str_t   uri;

    uri = r->main->unparsed_uri;

    if (!(r->main->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        uri.len = 0;
    }

    if (ngx_http_ssec_skip_slashes(r->pool, &uri) != NGX_OK) {
        return NGX_ERROR;
    }

    len = 3 + uri.len + 2 * ngx_escape_uri(NULL, uri.data, uri.len,
                                           NGX_ESCAPE_URI_COMPONENT);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_escape_uri(ngx_cpymem(p, "%2F", 3), uri.data, uri.len,
                   NGX_ESCAPE_URI_COMPONENT);

    url->len = len;
    url->data = p;

    return NGX_OK;
}


/*
 * Slashes, and what browsers take for them or leave out, however often they
 * are percent-encoded: nobody knows how often a backend decodes the value.
 */

static ngx_int_t
ngx_http_ssec_skip_slashes(ngx_pool_t *pool, ngx_str_t *uri)
{
    u_char     *text;
    size_t      i, n;
    ngx_int_t   c;
    ngx_str_t   left;

    while (uri->len && ngx_http_ssec_slash(uri->data[0])) {
        uri->data++;
        uri->len--;
    }

    if (uri->len == 0 || uri->data[0] != '%') {
        return NGX_OK;
    }

    /* the text so far, decoded: "%25" and "2f" that follows are a slash */

    text = ngx_pnalloc(pool, uri->len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    left = *uri;
    n = 0;

    for (i = 0; i < uri->len; i++) {

        text[n++] = uri->data[i];

        while (n > 2 && text[n - 3] == '%') {

            c = ngx_hextoi(&text[n - 2], 2);
            if (c == NGX_ERROR) {
                break;
            }

            n -= 2;
            text[n - 1] = (u_char) c;
        }

        if (n == 1 && ngx_http_ssec_slash(text[0])) {
            left.data = uri->data + i + 1;
            left.len = uri->len - i - 1;
            n = 0;

        } else if (text[0] != '%') {
            break;
        }
    }

    *uri = left;

    return NGX_OK;
}


static void *
ngx_http_ssec_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_main_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool,
                       sizeof(ngx_http_ssec_main_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&conf->injected, cf->pool, 4,
                       sizeof(ngx_http_ssec_injected_t))
        != NGX_OK)
    {
        return NULL;
    }

    return conf;
}


static void *
ngx_http_ssec_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_srv_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_srv_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&conf->pings, cf->pool, 1,
                       sizeof(ngx_http_ssec_location_t))
        != NGX_OK
        || ngx_array_init(&conf->scripts, cf->pool, 1,
                          sizeof(ngx_http_ssec_location_t))
           != NGX_OK
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


/* nginx itself keeps a server's names no longer than it reads them. */

static char *
ngx_http_ssec_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ssec_srv_conf_t *conf = child;

    ngx_str_t                 *host;
    ngx_uint_t                 i;
    ngx_http_server_name_t    *server;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

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

        /* ".example.com" is "example.com", too; no host is "*.example.com" */

        if (host->len && host->data[0] == '.') {
            host->data++;
            host->len--;
        }
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_ssec_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_ssec_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     conf->warn_after = { NULL, 0, 0 };
     *     conf->expire_after = { NULL, 0, 0 };
     *     conf->max_lifetime = { NULL, 0, 0 };
     *     conf->usual = 0;
     *     conf->ping = 0;
     *     conf->script = 0;
     *     conf->keep_out = 0;
     *     conf->ping_url = { 0, NULL };
     *     conf->script_url = { 0, NULL };
     *     conf->builtin_ping = 0;
     *     conf->builtin_script = 0;
     *     conf->times = { 0, NULL };
     *     conf->logout = { 0, NULL };
     */

    conf->shm_zone = NGX_CONF_UNSET_PTR;
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


static char *
ngx_http_ssec_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ssec_loc_conf_t *prev = parent;
    ngx_http_ssec_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t   *clcf;
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_ssec_zone_t       *zone;
    ngx_http_ssec_injected_t   *injected;
    ngx_http_ssec_main_conf_t  *smcf;

    ngx_conf_merge_ptr_value(conf->shm_zone, prev->shm_zone, NULL);
    ngx_http_ssec_merge_time(&conf->warn_after,
                              &prev->warn_after, 0);
    ngx_http_ssec_merge_time(&conf->expire_after,
                              &prev->expire_after,
                              NGX_HTTP_SSEC_EXPIRE_AFTER);
    ngx_http_ssec_merge_time(&conf->max_lifetime,
                              &prev->max_lifetime, 0);
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

    if (conf->no_store == NGX_CONF_UNSET) {
        conf->no_store = prev->no_store;
    }

    conf->keep_out = (conf->no_store == NGX_CONF_UNSET) ? conf->inject
                                                        : conf->no_store;

    conf->server = ngx_http_conf_get_module_srv_conf(cf,
                                              ngx_http_session_security_module);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (ngx_http_ssec_add_name(&conf->server->names, clcf)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (clcf->noname) {

        /* an "if", or a "limit_except", in the ping's location */

        conf->ping |= prev->ping;
        conf->script |= prev->script;

        if (clcf->lmt_excpt && clcf->handler == NULL) {
            clcf->handler = conf->ping
                            ? ngx_http_ssec_ping_handler
                            : conf->script
                              ? ngx_http_ssec_script_handler
                              : NULL;
        }

    } else if ((conf->ping
                && clcf->handler != ngx_http_ssec_ping_handler)
               || (conf->script
                   && clcf->handler
                      != ngx_http_ssec_script_handler))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"session_security_%s\" needs a location of its "
                           "own, something else answers in \"%V\"; move one "
                           "of them", conf->ping ? "ping" : "script",
                           &clcf->name);
        return NGX_CONF_ERROR;
    }

    conf->usual = (conf->activity == NGX_HTTP_SSEC_REQUESTS
                   && conf->passive_urls == NULL && conf->passive == NULL
                   && !conf->ping);

    conf->limits.expire_after = conf->expire_after.ms;
    conf->limits.max_lifetime = conf->max_lifetime.ms;
    conf->varying = (conf->expire_after.value || conf->max_lifetime.value);

    if (conf->shm_zone && conf->shm_zone->data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown zone \"%V\" in \"session_security\"; "
                           "declare it with \"session_security_zone "
                           "cookie=NAME zone=%V:10m\"",
                           &conf->shm_zone->shm.name,
                           &conf->shm_zone->shm.name);
        return NGX_CONF_ERROR;
    }

    if (conf->ping && conf->shm_zone == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no zone for \"session_security_ping\"; add "
                           "\"session_security zone=NAME\" to its location "
                           "or server");
        return NGX_CONF_ERROR;
    }

    if (conf->shm_zone && conf->logout_url && conf->logout_url->login
        && ((ngx_http_ssec_zone_t *) conf->shm_zone->data)->value)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"session_security_login_url\" needs a zone with "
                           "cookie=NAME, the key of zone \"%V\" cannot be "
                           "withheld from the login page; write "
                           "session_security_logout_url",
                           &conf->shm_zone->shm.name);
        return NGX_CONF_ERROR;
    }

    if (conf->shm_zone
        && conf->warn_after.set
        && conf->warn_after.value == NULL
        && conf->expire_after.value == NULL
        && conf->warn_after.ms >= conf->expire_after.ms)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"session_security_warn_after\" of %uL%s is not "
                           "below \"session_security_expire_after\" of "
                           "%uL%s%s; lower the one or raise the other",
                           ngx_http_ssec_in_units(conf->warn_after.ms),
                           ngx_http_ssec_unit(conf->warn_after.ms),
                           ngx_http_ssec_in_units(conf->expire_after.ms),
                           ngx_http_ssec_unit(conf->expire_after.ms),
                           conf->expire_after.set ? "" : ", its default");
        return NGX_CONF_ERROR;
    }

    if (conf->shm_zone) {
        zone = conf->shm_zone->data;
        zone->used = 1;
    }

    if (conf->script) {

        /* whoever asks for it, it is no activity */

        conf->shm_zone = NULL;
    }

    if (conf->ping) {

        /* what it answers to a page without the script has to stay so */

        conf->inject = 0;
    }

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    smcf->pages |= conf->inject || conf->keep_out;

    if (!conf->inject || conf->shm_zone == NULL) {
        return NGX_CONF_OK;
    }

    /* the server's other locations are not all merged yet */

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    injected = ngx_array_push(&smcf->injected);
    if (injected == NULL) {
        return NGX_CONF_ERROR;
    }

    injected->slcf = conf;
    injected->cscf = cscf;

    return (ngx_http_ssec_add_page(cf, conf) == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* Adds to what pings of this zone have to know of the server's pages. */

static ngx_int_t
ngx_http_ssec_add_page(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_http_ssec_pages_t  *pages;

    pages = ngx_http_ssec_pages(slcf);

    if (pages == NULL) {

        pages = ngx_array_push(&slcf->server->pages);
        if (pages == NULL) {
            return NGX_ERROR;
        }

        pages->first = slcf;

        /* the shortest that there are */

        pages->limits.expire_after = 1;
        pages->limits.max_lifetime = 1;

        if (ngx_array_init(&pages->expire_after, cf->pool, 1,
                           sizeof(ngx_http_complex_value_t *))
            != NGX_OK
            || ngx_array_init(&pages->max_lifetime, cf->pool, 1,
                              sizeof(ngx_http_complex_value_t *))
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_http_ssec_add_time(&slcf->expire_after,
                               &pages->limits.expire_after,
                               &pages->expire_after)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ssec_add_time(&slcf->max_lifetime,
                                  &pages->limits.max_lifetime,
                                  &pages->max_lifetime);
}


/* Locations that inherit a value share it. */

static ngx_int_t
ngx_http_ssec_add_time(ngx_http_ssec_time_t *time, uint64_t *ms,
    ngx_array_t *values)
{
    ngx_uint_t                  i;
    ngx_http_complex_value_t  **value;

    if (time->value == NULL) {
        *ms = ngx_http_ssec_longer(*ms, time->ms);
        return NGX_OK;
    }

    value = values->elts;

    for (i = 0; i < values->nelts; i++) {
        if (value[i] == time->value) {
            return NGX_OK;
        }
    }

    value = ngx_array_push(values);
    if (value == NULL) {
        return NGX_ERROR;
    }

    *value = time->value;

    return NGX_OK;
}


/* Those that a URL can name: no regular expression, no "@name", no "if". */

static ngx_int_t
ngx_http_ssec_add_name(ngx_array_t *names, ngx_http_core_loc_conf_t *clcf)
{
    ngx_http_ssec_name_t  *name;

    if (clcf->name.len == 0 || clcf->noname || clcf->named
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return NGX_OK;
    }

    name = ngx_array_push(names);
    if (name == NULL) {
        return NGX_ERROR;
    }

    name->name = clcf->name;
    name->adds_slash = clcf->auto_redirect;

    return NGX_OK;
}


static void
ngx_http_ssec_merge_time(ngx_http_ssec_time_t *conf,
    ngx_http_ssec_time_t *prev, uint64_t otherwise)
{
    if (!conf->set) {
        *conf = *prev;
    }

    if (!conf->set) {
        conf->ms = otherwise;
    }
}


static char *
ngx_http_ssec_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char                *p;
    ssize_t                size, min;
    ngx_str_t             *value, name, s;
    ngx_uint_t             i;
    ngx_shm_zone_t        *shm_zone;
    ngx_http_ssec_zone_t  *zone, *bound;

    value = cf->args->elts;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_zone_t));
    if (zone == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->key = value[1];

    if (ngx_http_ssec_zone_key(cf, zone) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    ngx_str_null(&name);

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "zone=", 5) == 0 && name.len == 0) {
            name.data = value[i].data + 5;
            name.len = value[i].len - 5;
            continue;
        }

        if (ngx_strncmp(value[i].data, "file=", 5) == 0
            && zone->path == NULL)
        {
            s.data = value[i].data + 5;
            s.len = value[i].len - 5;

            if (ngx_http_ssec_zone_file(cf, zone, &s)
                != NGX_CONF_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_strncmp(value[i].data, "until=", 6) == 0
            && zone->until == '\0')
        {
            s.data = value[i].data + 6;
            s.len = value[i].len - 6;

            if (ngx_http_ssec_zone_until(cf, zone, &s)
                != NGX_CONF_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\"; write "
                           "zone=NAME:SIZE and perhaps file=PATH, and "
                           "until=CHARACTER after cookie=NAME",
                           &value[i], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (name.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no zone in \"%V\"; write zone=NAME:SIZE",
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    p = (u_char *) ngx_strlchr(name.data, name.data + name.len, ':');

    if (p == NULL || p == name.data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\" in \"%V\"; "
                           "write zone=NAME:SIZE", &name, &cmd->name);
        return NGX_CONF_ERROR;
    }

    s.data = p + 1;
    s.len = name.data + name.len - s.data;
    name.len = p - name.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" of zone \"%V\" in \"%V\"; "
                           "write it as 512k or 10m", &s, &name, &cmd->name);
        return NGX_CONF_ERROR;
    }

    min = ngx_max(NGX_HTTP_SSEC_MIN_ZONE, 8 * ngx_pagesize);

    if (size < min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"%V\" is too small; "
                           "make it %zk or larger", &name, &cmd->name,
                           min / 1024);
        return NGX_CONF_ERROR;
    }

    zone->name = name;
    zone->size = size;

    /* a file is memory of its own; nginx's is as good as none then */

    shm_zone = ngx_shared_memory_add(cf, &name,
                                     zone->path ? 8 * ngx_pagesize
                                                : (size_t) size,
                                     &ngx_http_session_security_module);
    if (shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    if (shm_zone->data) {
        bound = shm_zone->data;

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" of \"%V\" is already bound to key "
                           "\"%V\"; give this one another name",
                           &name, &cmd->name, &bound->key);
        return NGX_CONF_ERROR;
    }

    shm_zone->init = ngx_http_ssec_init_zone;
    shm_zone->data = zone;
    shm_zone->noreuse = (zone->path != NULL);

    return NGX_CONF_OK;
}


/*
 * The character belongs to the zone's key: with another one the same cookies
 * are other sessions.
 */

static char *
ngx_http_ssec_zone_until(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *until)
{
    u_char  *p, ch;

    static ngx_str_t  name = ngx_string(" until=");

    ch = until->len ? until->data[0] : '\0';

    /* a canonical value has none of these */

    if (zone->value || until->len != 1 || ch <= 0x20 || ch >= 0x7f
        || ngx_strchr(";,\"%+\\", ch))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid character \"%V\" in \"until=\" of "
                           "\"session_security_zone\"; write cookie=NAME "
                           "until=CHARACTER, such as until=. for what stands "
                           "before the first dot", until);
        return NGX_CONF_ERROR;
    }

    zone->until = ch;

    p = ngx_pnalloc(cf->pool, zone->key.len + name.len + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    until->data = p;

    p = ngx_cpymem(p, zone->key.data, zone->key.len);
    p = ngx_cpymem(p, name.data, name.len);
    *p++ = ch;

    zone->key.data = until->data;
    zone->key.len = p - until->data;

    return NGX_CONF_OK;
}


static char *
ngx_http_ssec_zone_file(ngx_conf_t *cf, ngx_http_ssec_zone_t *zone,
    ngx_str_t *path)
{
    u_char                *p;
    ngx_uint_t             i;
    ngx_pool_cleanup_t    *cln;
    ngx_http_ssec_zone_t  *other;

    if (path->len == 0 || ngx_http_script_variables_count(path)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid file \"%V\" in \"session_security_zone\"; "
                           "write file=PATH, without variables", path);
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool,
                    path->len + sizeof(NGX_HTTP_SSEC_NEW));
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    zone->path = (char *) path->data;
    zone->new = (char *) p;

    p = ngx_cpymem(p, path->data, path->len);
    ngx_memcpy(p, NGX_HTTP_SSEC_NEW,
               sizeof(NGX_HTTP_SSEC_NEW));

    i = 0;

    for ( ;; ) {
        other = ngx_http_ssec_next_zone(cf->cycle, &i);

        if (other == NULL) {
            break;
        }

        if (other->path == NULL) {
            continue;
        }

        if (ngx_strcmp(other->path, zone->path) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "file \"%V\" of \"session_security_zone\" is "
                               "that of zone \"%V\" already; name another one",
                               path, &other->name);
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(other->path, zone->new) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "file \"%V\" of \"session_security_zone\" is "
                               "made where that of zone \"%V\" is; name "
                               "another one", path, &other->name);
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(other->new, zone->path) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "file \"%V\" of \"session_security_zone\" is "
                               "where that of zone \"%V\" is made; name "
                               "another one", path, &other->name);
            return NGX_CONF_ERROR;
        }
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_http_ssec_cleanup_file;
    cln->data = zone;

    return NGX_CONF_OK;
}


static char *
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
            return NGX_CONF_ERROR;
        }

        zone->value = ngx_http_ssec_compile(cf, &name);

        return zone->value ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    name.data += 7;
    name.len -= 7;

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


static ngx_http_complex_value_t *
ngx_http_ssec_compile(ngx_conf_t *cf, ngx_str_t *value)
{
    ngx_http_complex_value_t          *cv;
    ngx_http_compile_complex_value_t   ccv;

    cv = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (cv == NULL) {
        return NULL;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = cv;

    return (ngx_http_compile_complex_value(&ccv) == NGX_OK) ? cv : NULL;
}


static char *
ngx_http_ssec(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t  *value, name;

    if (slcf->shm_zone != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 3 && ngx_strncmp(value[1].data, "off", 3) == 0) {
        slcf->shm_zone = NULL;
        return NGX_CONF_OK;
    }

    if (value[1].len <= 5 || ngx_strncmp(value[1].data, "zone=", 5) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\"; "
                           "write zone=NAME or off", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    name.data = value[1].data + 5;
    name.len = value[1].len - 5;

    slcf->shm_zone = ngx_shared_memory_add(cf, &name, 0,
                                           &ngx_http_session_security_module);

    return slcf->shm_zone ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_ssec_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    uint64_t               ms;
    ngx_str_t             *value;
    ngx_uint_t             may_be_zero;
    ngx_http_ssec_time_t  *time;

    time = (ngx_http_ssec_time_t *) (p + cmd->offset);

    if (time->set) {
        return "is duplicate";
    }

    time->set = 1;

    value = cf->args->elts;

    if (ngx_http_script_variables_count(&value[1])) {

        time->value = ngx_http_ssec_compile(cf, &value[1]);

        return time->value ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    may_be_zero = (cmd->offset
                   == offsetof(ngx_http_ssec_loc_conf_t, max_lifetime));

    if (!ssec_time(value[1].data, value[1].len, &ms)
        || (ms == 0 && !may_be_zero)
        || ms > NGX_HTTP_SSEC_MAX_TIME)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid time \"%V\" in \"%V\"; "
                           "write it as 15m, 30s or 1500ms, %sup to 365d",
                           &value[1], &cmd->name,
                           may_be_zero ? "" : "above 0 and ");
        return NGX_CONF_ERROR;
    }

    time->ms = ms;

    return NGX_CONF_OK;
}


static char *
ngx_http_ssec_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t                *value, path;
    ngx_uint_t                i;
    ngx_http_ssec_pattern_t  *pattern;
#if (NGX_PCRE)
    u_char                    errstr[NGX_MAX_CONF_ERRSTR];
    ngx_regex_compile_t       rc;
#endif

    if (slcf->passive_urls == NGX_CONF_UNSET_PTR) {
        slcf->passive_urls = ngx_array_create(cf->pool, 4,
                                 sizeof(ngx_http_ssec_pattern_t));
        if (slcf->passive_urls == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        pattern = ngx_array_push(slcf->passive_urls);
        if (pattern == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memzero(pattern, sizeof(ngx_http_ssec_pattern_t));

        path = value[i];

        if (path.len && path.data[0] == '/') {

            if (path.data[path.len - 1] == '*') {
                path.len--;
                pattern->prefix = 1;
            }

            /* one within would be taken for itself, which nobody means */

            if (ngx_strlchr(path.data, path.data + path.len, '*') == NULL) {
                pattern->path = path;
                continue;
            }
        }

#if (NGX_PCRE)

        if (path.len > 1 && path.data[0] == '~') {

            ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

            path.data++;
            path.len--;

            if (path.data[0] == '*') {
                rc.options = NGX_REGEX_CASELESS;
                path.data++;
                path.len--;
            }

            rc.pattern = path;
            rc.pool = cf->pool;
            rc.err.len = NGX_MAX_CONF_ERRSTR;
            rc.err.data = errstr;

            if (path.len && ngx_regex_compile(&rc) == NGX_OK) {
                pattern->regex = rc.regex;
                continue;
            }

            if (path.len) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "%V in \"%V\"", &rc.err, &cmd->name);
                return NGX_CONF_ERROR;
            }
        }

#endif

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid pattern \"%V\" in \"%V\"; write /path, "
                           "/prefix*, ~regex or ~*regex", &value[i],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ssec_origins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    ssec_origin_t  *origin;

    if (slcf->origins == NGX_CONF_UNSET_PTR) {
        slcf->origins = ngx_array_create(cf->pool, 4, sizeof(ssec_origin_t));
        if (slcf->origins == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        origin = ngx_array_push(slcf->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        if (!ssec_origin_whole(origin, value[i].data, value[i].len)
            || !ssec_origin_is_plain(origin))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid origin \"%V\" in \"%V\"; write "
                               "https://HOST or https://HOST:PORT, without a "
                               "path, a star or a variable",
                               &value[i], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ssec_set_logout_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t            *value;
    ngx_http_ssec_url_t  *url;

    if (slcf->logout_url != NGX_CONF_UNSET_PTR) {

        if (slcf->logout_url->login != (cmd->post != NULL)) {
            return "excludes the other of \"session_security_logout_url\" and "
                   "\"session_security_login_url\"; write only one of them "
                   "here";
        }

        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0
        || (value[1].data[0] != '/' && value[1].data[0] != '$'
            && ngx_strncasecmp(value[1].data, (u_char *) "http://", 7) != 0
            && ngx_strncasecmp(value[1].data, (u_char *) "https://", 8) != 0))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\" in \"%V\"; write /path, "
                           "https://host/path, or a variable",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    url = ngx_palloc(cf->pool, sizeof(ngx_http_ssec_url_t));
    if (url == NULL) {
        return NGX_CONF_ERROR;
    }

    url->text = value[1];
    url->login = (cmd->post != NULL);
    url->host = ngx_http_ssec_url_host(&value[1]);
    url->value = ngx_http_ssec_compile(cf, &value[1]);

    slcf->logout_url = url;

    return url->value ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* Whether a full URL says that its host is that of the request. */

static ngx_uint_t
ngx_http_ssec_url_host(ngx_str_t *url)
{
    u_char      *p, *last;
    ngx_uint_t   i;

    static struct {
        ngx_str_t   text;
        ngx_uint_t  host;
    } hosts[] = {
        { ngx_string("$host"), NGX_HTTP_SSEC_HOST },
        { ngx_string("${host}"), NGX_HTTP_SSEC_HOST },
        { ngx_string("$http_host"), NGX_HTTP_SSEC_HTTP_HOST },
        { ngx_string("${http_host}"), NGX_HTTP_SSEC_HTTP_HOST }
    };

    last = url->data + url->len;
    p = ngx_strlchr(url->data, last, '/');

    if (p == NULL || last - p < 2 || p[1] != '/') {
        return NGX_HTTP_SSEC_ANY_HOST;
    }

    p += 2;

    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {

        if ((size_t) (last - p) < hosts[i].text.len
            || ngx_strncmp(p, hosts[i].text.data, hosts[i].text.len) != 0)
        {
            continue;
        }

        p += hosts[i].text.len;

        if (p == last || ngx_strchr("/?#:", *p)) {
            return hosts[i].host;
        }

        break;
    }

    return NGX_HTTP_SSEC_ANY_HOST;
}


static char *
ngx_http_ssec_expired_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_int_t   status;
    ngx_str_t  *value;

    if (slcf->expired_status != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    status = ngx_atoi(value[1].data, value[1].len);

    if (status < 400 || status > 599) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid status \"%V\" in \"%V\"; "
                           "write an error between 400 and 599",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    slcf->expired_status = status;

    return NGX_CONF_OK;
}


/* As ngx_conf_set_enum_slot(), and says what can be written. */

static char *
ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t        *value;
    ngx_uint_t       *np, i;
    ngx_conf_enum_t  *e;

    np = (ngx_uint_t *) (p + cmd->offset);

    if (*np != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    e = cmd->post;

    for (i = 0; e[i].name.len; i++) {

        if (e[i].name.len == value[1].len
            && ngx_strcasecmp(e[i].name.data, value[1].data) == 0)
        {
            *np = e[i].value;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\"; write %V%s%V%s%V",
                       &value[1], &cmd->name, &e[0].name,
                       (i > 2) ? ", " : " or ", &e[1].name,
                       (i > 2) ? " or " : "", &e[i > 2 ? 2 : i].name);
    return NGX_CONF_ERROR;
}


static char *
ngx_http_ssec_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    u_char                     *p;
    ngx_str_t                  *value, s;
    ngx_uint_t                  i;
    ngx_http_complex_value_t  **cv;
    ngx_http_ssec_cookie_t     *cookie;

    if (slcf->cookie != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    cookie = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_cookie_t));
    if (cookie == NULL) {
        return NGX_CONF_ERROR;
    }

    slcf->cookie = cookie;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        s = value[i];

        if (ngx_strcmp(s.data, "secure") == 0) {
            cookie->secure = 1;
            continue;
        }

        if (ngx_strcmp(s.data, "partitioned") == 0) {
            cookie->partitioned = 1;
            continue;
        }

        if (ngx_strncmp(s.data, "path=", 5) == 0
            && (s.data[5] == '/' || s.data[5] == '$'))
        {
            cv = &cookie->path;
            s.data += 5;
            s.len -= 5;

        } else if (ngx_strncmp(s.data, "domain=", 7) == 0 && s.len > 7) {
            cv = &cookie->domain;
            s.data += 7;
            s.len -= 7;

        } else {
            goto invalid;
        }

        for (p = s.data; p < s.data + s.len; p++) {

            if (*p <= 0x20 || *p >= 0x7f || *p == ';') {
                goto invalid;
            }
        }

        if (*cv) {
            return "has a duplicate parameter";
        }

        *cv = ngx_http_ssec_compile(cf, &s);

        if (*cv == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"%V\"; write path=/PATH, "
                       "domain=DOMAIN, secure or partitioned, as the backend "
                       "sets its cookie", &value[i], &cmd->name);
    return NGX_CONF_ERROR;
}


static char *
ngx_http_ssec_ping(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_ssec_srv_conf_t  *sscf;

    if (slcf->ping) {
        return "is duplicate";
    }

    if (slcf->script) {
        return "needs a location other than the script's";
    }

    slcf->ping = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_ssec_ping_handler;

    sscf = ngx_http_conf_get_module_srv_conf(cf,
                                             ngx_http_session_security_module);

    return (ngx_http_ssec_add_location(cf, &sscf->pings, slcf)
            == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_http_ssec_script(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_ssec_srv_conf_t  *sscf;

    if (slcf->script) {
        return "is duplicate";
    }

    if (slcf->ping) {
        return "needs a location other than the ping's";
    }

    slcf->script = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_ssec_script_handler;

    sscf = ngx_http_conf_get_module_srv_conf(cf,
                                             ngx_http_session_security_module);

    return (ngx_http_ssec_add_location(cf, &sscf->scripts, slcf)
            == NGX_OK)
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* A regular expression, or a name with "@", is no URL to ask for. */

static ngx_int_t
ngx_http_ssec_add_location(ngx_conf_t *cf, ngx_array_t *locations,
    ngx_http_ssec_loc_conf_t *slcf)
{
    u_char                    *p;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_ssec_location_t  *location;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->name.len == 0 || clcf->name.data[0] != '/'
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return NGX_OK;
    }

    location = ngx_array_push(locations);
    if (location == NULL) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(cf->pool, 3 * clcf->name.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    location->slcf = slcf;
    location->name.data = p;
    location->name.len = (u_char *) ngx_escape_uri(p, clcf->name.data,
                                                   clcf->name.len,
                                                   NGX_ESCAPE_URI)
                         - p;

    return NGX_OK;
}


static char *
ngx_http_ssec_inject(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    u_char                       *p;
    ngx_str_t                    *value, v;
    ngx_uint_t                    i, n;
    ngx_http_ssec_option_t       *option;
    ngx_http_ssec_main_conf_t    *smcf;
    ngx_http_ssec_option_name_t  *name;

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
                           "on and what it is to do",
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

        p = (u_char *) ngx_strchr(value[i].data, '=');

        for (name = ngx_http_ssec_options; name->name.len; name++)
        {
            if (p && (size_t) (p - value[i].data) == name->name.len
                && ngx_strncmp(value[i].data, name->name.data, name->name.len)
                   == 0)
            {
                break;
            }
        }

        if (name->name.len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\"; there "
                               "are extend=, forms=, title=, events=, lang= "
                               "and nonce=", &value[i], &cmd->name);
            return NGX_CONF_ERROR;
        }

        v.data = p + 1;
        v.len = value[i].data + value[i].len - v.data;

        if (!ngx_http_ssec_option(name, &v)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value in \"%V\" of \"%V\"; write "
                               "%s", &value[i], &cmd->name, name->mend);
            return NGX_CONF_ERROR;
        }

        option = slcf->inject_options->elts;

        for (n = 0; n < slcf->inject_options->nelts; n++) {
            if (option[n].attribute == name->attribute) {
                return "has a duplicate parameter";
            }
        }

        option = ngx_array_push(slcf->inject_options);
        if (option == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_str_null(&option->text);
        option->attribute = name->attribute;
        option->value = ngx_http_ssec_compile(cf, &v);

        if (option->value == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* A constant is looked at here; what a variable gives, the script bears. */

static ngx_uint_t
ngx_http_ssec_option(ngx_http_ssec_option_name_t *name, ngx_str_t *value)
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


static ngx_int_t
ngx_http_ssec_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_ssec_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ssec_init(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;
    ngx_http_ssec_zone_t       *zone;
    ngx_http_ssec_injected_t   *injected;
    ngx_http_ssec_srv_conf_t   *server;
    ngx_http_ssec_main_conf_t  *smcf;

    smcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_session_security_module);

    injected = smcf->injected.elts;

    for (i = 0; i < smcf->injected.nelts; i++) {
        ngx_http_ssec_init_injected(cf, &injected[i]);
    }

    /* where each zone has a ping of its own, so has a tag written by hand */

    for (i = 0; i < smcf->injected.nelts; i++) {
        server = injected[i].slcf->server;

        if (server->builtin == NULL) {
            server->builtin = ngx_http_ssec_pages(injected[i].slcf);
        }
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    /*
     * Before access: no "satisfy any" skips it, no auth_request precedes it.
     * But after realip, which knows whose request it is: the first in the
     * array runs last.
     */

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h = cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers.elts;

    for (i = cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers.nelts - 1; i; i--)
    {
        h[i] = h[i - 1];
    }

    h[0] = ngx_http_ssec_handler;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PRECONTENT_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_ssec_content_handler;

    ngx_http_ssec_init_header_filter();
    ngx_http_ssec_init_trailers_filters();

    for (i = 0; /* void */ ; /* void */ ) {
        zone = ngx_http_ssec_next_zone(cf->cycle, &i);

        if (zone == NULL) {
            break;
        }

        if (!zone->used) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"session_security_zone\" has no effect; add "
                          "\"session_security zone=%V\" to a server",
                          &zone->name);
        }
    }

    if (smcf->injected.nelts == 0 && smcf->inject) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "\"session_security_inject\" has no effect; add "
                      "\"session_security zone=NAME\" to its server");
    }

    return NGX_OK;
}


/* Pages are changed only after nginx's other filters have made them. */

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


/*
 * Where in the server the script is, and the ping of the same sessions: those
 * written by hand, or the built-in ones.
 *
 * What is wrong is refused as the zone is initialized: an error here would
 * leave the master with half a chain of filters, which its next worker would
 * work with.
 */

static void
ngx_http_ssec_init_injected(ngx_conf_t *cf, ngx_http_ssec_injected_t *injected)
{
    ngx_uint_t                 i;
    ngx_http_ssec_zone_t      *zone;
    ngx_http_ssec_pages_t     *pages;
    ngx_http_ssec_loc_conf_t  *slcf;
    ngx_http_ssec_srv_conf_t  *server;
    ngx_http_ssec_location_t  *ping, *script;

    slcf = injected->slcf;
    server = slcf->server;
    zone = slcf->shm_zone->data;

    ping = server->pings.elts;

    for (i = 0; i < server->pings.nelts; i++) {
        if (ping[i].slcf->shm_zone == slcf->shm_zone) {
            slcf->ping_url = ping[i].name;
            break;
        }
    }

    pages = ngx_http_ssec_pages(slcf);

    if (i < server->pings.nelts) {

        if (ngx_http_ssec_is_builtin_path(&slcf->ping_url)
            && (server->builtin == NULL || server->builtin == pages))
        {
            server->builtin = pages;
            slcf->builtin_ping = NGX_HTTP_SSEC_BELOW_PATH;
        }

    } else {

        if (server->builtin && server->builtin != pages) {

            if (!zone->refused) {
                ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                              "\"session_security_inject\" in server \"%V\" "
                              "is on for the zones \"%V\" and \"%V\", and the "
                              "built-in ping is for one; add \"location = "
                              "/ping-of-%V/ { session_security zone=%V; "
                              "session_security_ping; }\" in %s:%ui",
                              &injected->cscf->server_name,
                              &server->builtin->first->shm_zone->shm.name,
                              &zone->name, &zone->name, &zone->name,
                              injected->cscf->file_name,
                              injected->cscf->line);
            }

            zone->refused = 1;
            return;
        }

        server->builtin = pages;
        slcf->builtin_ping = NGX_HTTP_SSEC_BUILTIN;
        ngx_str_set(&slcf->ping_url, NGX_HTTP_SSEC_PING_PATH);
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


/* By hand, where the built-in ping would be: it is one for all Paths then. */

static ngx_uint_t
ngx_http_ssec_is_builtin_path(ngx_str_t *url)
{
    static ngx_str_t  path = ngx_string(NGX_HTTP_SSEC_PING_PATH);

    return url->len == path.len
           && ngx_strncmp(url->data, path.data, path.len) == 0;
}


ngx_http_ssec_pages_t *
ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_uint_t              i;
    ngx_http_ssec_pages_t  *pages;

    pages = slcf->server->pages.elts;

    for (i = 0; i < slcf->server->pages.nelts; i++) {
        if (pages[i].first->shm_zone == slcf->shm_zone) {
            return &pages[i];
        }
    }

    return NULL;
}

/* The setters of a location's directives, except those of pages. */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_limits.h"

#include "ssec_time.h"


char *
ngx_http_ssec_invalid(ngx_conf_t *cf, const char *what, ngx_str_t *value,
    const char *mend)
{
    ngx_str_t  *directive;

    directive = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid %s \"%V\" in \"%V\"; write %s",
                       what, value, directive, mend);
    return NGX_CONF_ERROR;
}


ngx_uint_t
ngx_http_ssec_parameter(ngx_str_t *argument, const char *name,
    ngx_str_t *value)
{
    size_t  len;

    len = ngx_strlen(name);

    if (ngx_strncmp(argument->data, name, len) != 0) {
        return 0;
    }

    value->data = argument->data + len;
    value->len = argument->len - len;

    return 1;
}


ngx_uint_t
ngx_http_ssec_is_word(ngx_str_t *value)
{
    size_t  i;

    for (i = 0; i < value->len; i++) {
        if (value->data[i] <= 0x20 || value->data[i] >= 0x7f) {
            return 0;
        }
    }

    return value->len != 0;
}


ngx_http_complex_value_t *
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


char *
ngx_http_ssec_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t  *value, name;

    if (slcf->shm_zone != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        slcf->shm_zone = NULL;
        return NGX_CONF_OK;
    }

    if (!ngx_http_ssec_parameter(&value[1], "zone=", &name) || name.len == 0) {
        return ngx_http_ssec_invalid(cf, "parameter", &value[1],
                                     "zone=NAME or off");
    }

    slcf->shm_zone = ngx_shared_memory_add(cf, &name, 0,
                                           &ngx_http_session_security_module);

    return slcf->shm_zone ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_http_ssec_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t                  *value;
    ngx_http_ssec_time_t       *time;
    ngx_http_ssec_time_rule_t  *rule = cmd->post;

    time = (ngx_http_ssec_time_t *) (p + cmd->offset);

    if (time->directive) {
        return "is duplicate";
    }

    time->directive = cmd;

    value = cf->args->elts;

    if (ngx_http_script_variables_count(&value[1])) {

        time->value = ngx_http_ssec_compile(cf, &value[1]);

        return time->value ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    if (!ssec_time(value[1].data, value[1].len, &time->ms)
        || time->ms < rule->min || time->ms > NGX_HTTP_SSEC_MAX_TIME)
    {
        return ngx_http_ssec_invalid(cf, "time", &value[1], rule->min
                         ? "it as 15m, 30s or 1500ms, above 0 and up to 365d"
                         : "it as 15m, 30s or 1500ms, up to 365d");
    }

    return NGX_CONF_OK;
}


/*
 * Adds an element to the array for each argument, and gives the first of them.
 * NULL without memory.
 */

static void *
ngx_http_ssec_push_arguments(ngx_conf_t *cf, ngx_array_t **array, size_t size)
{
    void        *elts;
    ngx_uint_t   n;

    n = cf->args->nelts - 1;

    if (*array == NGX_CONF_UNSET_PTR) {
        *array = ngx_array_create(cf->pool, n, size);
    }

    elts = *array ? ngx_array_push_n(*array, n) : NULL;

    if (elts) {
        ngx_memzero(elts, n * size);
    }

    return elts;
}


#if (NGX_PCRE)

static char *
ngx_http_ssec_regex(ngx_conf_t *cf, ngx_str_t *text, ngx_uint_t caseless,
    ngx_regex_t **regex)
{
    u_char               errstr[NGX_MAX_CONF_ERRSTR];
    ngx_str_t           *directive;
    ngx_regex_compile_t  rc;

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    rc.pattern = *text;
    rc.options = caseless ? NGX_REGEX_CASELESS : 0;
    rc.pool = cf->pool;
    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (ngx_regex_compile(&rc) != NGX_OK) {
        directive = cf->args->elts;
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V in \"%V\"", &rc.err,
                           directive);
        return NGX_CONF_ERROR;
    }

    *regex = rc.regex;

    return NGX_CONF_OK;
}

#endif


/* Reads /path, /prefix*, ~regex or ~*regex. */

static char *
ngx_http_ssec_pattern(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ssec_pattern_t *pattern)
{
    u_char      *last;
#if (NGX_PCRE)
    ngx_str_t    text;
    ngx_uint_t   caseless;
#endif

    if (value->len && value->data[0] == '/') {

        last = value->data + value->len - 1;

        pattern->path = *value;
        pattern->prefix = (*last == '*');
        pattern->path.len -= pattern->prefix;

        /* a star within a path is meant as a wildcard, which is not known */

        if (ngx_strlchr(value->data, last, '*') == NULL) {
            return NGX_CONF_OK;
        }
    }

#if (NGX_PCRE)

    caseless = ngx_http_ssec_parameter(value, "~*", &text);

    if ((caseless || ngx_http_ssec_parameter(value, "~", &text)) && text.len) {
        return ngx_http_ssec_regex(cf, &text, caseless, &pattern->regex);
    }

#endif

    return ngx_http_ssec_invalid(cf, "pattern", value,
                                 "/path, /prefix*, ~regex or ~*regex");
}


char *
ngx_http_ssec_set_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    char                     *rv;
    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_http_ssec_pattern_t  *pattern;

    pattern = ngx_http_ssec_push_arguments(cf, &slcf->passive_urls,
                                           sizeof(ngx_http_ssec_pattern_t));
    if (pattern == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    rv = NGX_CONF_OK;

    for (i = 1; i < cf->args->nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_http_ssec_pattern(cf, &value[i], pattern++);
    }

    return rv;
}


char *
ngx_http_ssec_set_origins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t      *value;
    ngx_uint_t      i;
    ssec_origin_t  *origin;

    origin = ngx_http_ssec_push_arguments(cf, &slcf->origins,
                                          sizeof(ssec_origin_t));
    if (origin == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++, origin++) {

        if (!ssec_origin_whole(origin, value[i].data, value[i].len)
            || !ssec_origin_is_plain(origin))
        {
            return ngx_http_ssec_invalid(cf, "origin", &value[i],
                                         "https://HOST or https://HOST:PORT, "
                                         "without a path, a star or a "
                                         "variable");
        }
    }

    return NGX_CONF_OK;
}


/*
 * Gives NGX_HTTP_SSEC_HOST or NGX_HTTP_SSEC_HTTP_HOST if the host of a full URL
 * is this variable; else NGX_HTTP_SSEC_ANY_HOST.
 */

static ngx_uint_t
ngx_http_ssec_url_host(ngx_str_t *url)
{
    ngx_str_t   tail, path;
    ngx_uint_t  i;

    static struct {
        const char  *text;
        ngx_uint_t   host;
    } hosts[] = {
        { "//$host", NGX_HTTP_SSEC_HOST },
        { "//${host}", NGX_HTTP_SSEC_HOST },
        { "//$http_host", NGX_HTTP_SSEC_HTTP_HOST },
        { "//${http_host}", NGX_HTTP_SSEC_HTTP_HOST }
    };

    tail.data = ngx_strlchr(url->data, url->data + url->len, '/');

    if (tail.data == NULL) {
        return NGX_HTTP_SSEC_ANY_HOST;
    }

    tail.len = url->data + url->len - tail.data;

    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {

        if (ngx_http_ssec_parameter(&tail, hosts[i].text, &path)
            && (path.len == 0 || ngx_strchr("/?#:", path.data[0])))
        {
            return hosts[i].host;
        }
    }

    return NGX_HTTP_SSEC_ANY_HOST;
}


char *
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
        return ngx_http_ssec_invalid(cf, "URL", &value[1],
                                     "/path, https://host/path, or a "
                                     "variable");
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


char *
ngx_http_ssec_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
        return ngx_http_ssec_invalid(cf, "status", &value[1],
                                     "an error between 400 and 599");
    }

    slcf->expired_status = status;

    return NGX_CONF_OK;
}


char *
ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char  *p = conf;

    ngx_str_t              *value;
    ngx_uint_t             *np;
    ngx_conf_enum_t        *e;
    ngx_http_ssec_words_t  *words = cmd->post;

    np = (ngx_uint_t *) (p + cmd->offset);

    if (*np != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (e = words->words; e->name.len; e++) {

        if (e->name.len == value[1].len
            && ngx_strcasecmp(e->name.data, value[1].data) == 0)
        {
            *np = e->value;
            return NGX_CONF_OK;
        }
    }

    return ngx_http_ssec_invalid(cf, "value", &value[1], words->mend);
}


static char *
ngx_http_ssec_cookie_parameter(ngx_conf_t *cf, ngx_str_t *argument,
    ngx_http_ssec_cookie_t *cookie)
{
    ngx_str_t                   text;
    ngx_http_complex_value_t  **cv;

    if (ngx_strcmp(argument->data, "secure") == 0) {
        cookie->secure = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(argument->data, "partitioned") == 0) {
        cookie->partitioned = 1;
        return NGX_CONF_OK;
    }

    if (ngx_http_ssec_parameter(argument, "path=", &text)
        && (text.data[0] == '/' || text.data[0] == '$'))
    {
        cv = &cookie->path;

    } else if (ngx_http_ssec_parameter(argument, "domain=", &text)) {
        cv = &cookie->domain;

    } else {
        cv = NULL;
    }

    if (cv == NULL || !ngx_http_ssec_is_word(&text)
        || ngx_strchr(text.data, ';'))
    {
        return ngx_http_ssec_invalid(cf, "parameter", argument,
                                     "path=/PATH, domain=DOMAIN, secure or "
                                     "partitioned, as the backend sets its "
                                     "cookie");
    }

    if (*cv) {
        return "has a duplicate parameter";
    }

    *cv = ngx_http_ssec_compile(cf, &text);

    return *cv ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_http_ssec_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    char        *rv;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (slcf->cookie != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    slcf->cookie = ngx_pcalloc(cf->pool, sizeof(ngx_http_ssec_cookie_t));
    if (slcf->cookie == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    rv = NGX_CONF_OK;

    for (i = 1; i < cf->args->nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_http_ssec_cookie_parameter(cf, &value[i], slcf->cookie);
    }

    return rv;
}

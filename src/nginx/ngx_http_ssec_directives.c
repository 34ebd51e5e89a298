/* The setters of a location's directives, except those of pages. */

#include "ngx_http_ssec_directives.h"

#include "ngx_http_ssec_limits.h"

#include "ssec_time.h"


static ngx_int_t ngx_http_ssec_pattern(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t text, ngx_http_ssec_pattern_t *pattern);
#if (NGX_PCRE)
static ngx_int_t ngx_http_ssec_regex(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t text, ngx_regex_t **regex);
#endif
static ngx_uint_t ngx_http_ssec_url_host(ngx_str_t *url);
static ngx_http_complex_value_t **ngx_http_ssec_cookie_scope(
    ngx_http_ssec_cookie_t *cookie, ngx_str_t *parameter, ngx_str_t *text);


char *
ngx_http_ssec_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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


char *
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


char *
ngx_http_ssec_set_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_http_ssec_pattern_t  *pattern;

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

        switch (ngx_http_ssec_pattern(cf, cmd, value[i], pattern)) {

        case NGX_OK:
            break;

        case NGX_DECLINED:
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid pattern \"%V\" in \"%V\"; write /path, "
                               "/prefix*, ~regex or ~*regex", &value[i],
                               &cmd->name);
            /* fall through */

        default:
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/*
 * Reads /path, /prefix*, ~regex or ~*regex.  NGX_DECLINED if the text has
 * another form; NGX_ERROR after an error that was logged.
 */

static ngx_int_t
ngx_http_ssec_pattern(ngx_conf_t *cf, ngx_command_t *cmd, ngx_str_t text,
    ngx_http_ssec_pattern_t *pattern)
{
    if (text.len && text.data[0] == '/') {

        if (text.data[text.len - 1] == '*') {
            text.len--;
            pattern->prefix = 1;
        }

        pattern->path = text;

        /* a star within a path is meant as a wildcard, which is not known */

        return ngx_strlchr(text.data, text.data + text.len, '*')
               ? NGX_DECLINED : NGX_OK;
    }

#if (NGX_PCRE)

    if (text.len > 1 && text.data[0] == '~') {
        text.data++;
        text.len--;

        return ngx_http_ssec_regex(cf, cmd, text, &pattern->regex);
    }

#endif

    return NGX_DECLINED;
}


#if (NGX_PCRE)

static ngx_int_t
ngx_http_ssec_regex(ngx_conf_t *cf, ngx_command_t *cmd, ngx_str_t text,
    ngx_regex_t **regex)
{
    u_char               errstr[NGX_MAX_CONF_ERRSTR];
    ngx_regex_compile_t  rc;

    ngx_memzero(&rc, sizeof(ngx_regex_compile_t));

    if (text.data[0] == '*') {
        rc.options = NGX_REGEX_CASELESS;
        text.data++;
        text.len--;
    }

    if (text.len == 0) {
        return NGX_DECLINED;
    }

    rc.pattern = text;
    rc.pool = cf->pool;
    rc.err.len = NGX_MAX_CONF_ERRSTR;
    rc.err.data = errstr;

    if (ngx_regex_compile(&rc) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V in \"%V\"", &rc.err,
                           &cmd->name);
        return NGX_ERROR;
    }

    *regex = rc.regex;

    return NGX_OK;
}

#endif


char *
ngx_http_ssec_set_origins(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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


/*
 * Gives NGX_HTTP_SSEC_HOST or NGX_HTTP_SSEC_HTTP_HOST if the host of a full URL
 * is this variable; else NGX_HTTP_SSEC_ANY_HOST.
 */

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
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid status \"%V\" in \"%V\"; "
                           "write an error between 400 and 599",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    slcf->expired_status = status;

    return NGX_CONF_OK;
}


char *
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


char *
ngx_http_ssec_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ssec_loc_conf_t *slcf = conf;

    ngx_str_t                  *value, s;
    ngx_uint_t                  i;
    ngx_http_ssec_cookie_t     *cookie;
    ngx_http_complex_value_t  **cv;

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

        if (ngx_strcmp(value[i].data, "secure") == 0) {
            cookie->secure = 1;
            continue;
        }

        if (ngx_strcmp(value[i].data, "partitioned") == 0) {
            cookie->partitioned = 1;
            continue;
        }

        cv = ngx_http_ssec_cookie_scope(cookie, &value[i], &s);

        if (cv == NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\"; write "
                               "path=/PATH, domain=DOMAIN, secure or "
                               "partitioned, as the backend sets its cookie",
                               &value[i], &cmd->name);
            return NGX_CONF_ERROR;
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
}


/*
 * Gives the field and the text for the parameter path= or domain=.  NULL for
 * another parameter, or if no cookie can have the text.
 */

static ngx_http_complex_value_t **
ngx_http_ssec_cookie_scope(ngx_http_ssec_cookie_t *cookie,
    ngx_str_t *parameter, ngx_str_t *text)
{
    size_t                      i;
    ngx_http_complex_value_t  **cv;

    *text = *parameter;

    if (ngx_strncmp(text->data, "path=", 5) == 0
        && (text->data[5] == '/' || text->data[5] == '$'))
    {
        cv = &cookie->path;
        text->data += 5;
        text->len -= 5;

    } else if (ngx_strncmp(text->data, "domain=", 7) == 0 && text->len > 7) {
        cv = &cookie->domain;
        text->data += 7;
        text->len -= 7;

    } else {
        return NULL;
    }

    for (i = 0; i < text->len; i++) {

        if (text->data[i] <= 0x20 || text->data[i] >= 0x7f
            || text->data[i] == ';')
        {
            return NULL;
        }
    }

    return cv;
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

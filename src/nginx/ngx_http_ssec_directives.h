/*
 * Reads the configuration: the setters of the directives, the creation and the
 * merging of structures.
 *
 * A setter logs an error that names the directive, the invalid value, and what
 * to write instead.
 */

#ifndef _NGX_HTTP_SSEC_DIRECTIVES_H_INCLUDED_
#define _NGX_HTTP_SSEC_DIRECTIVES_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

/* The words of a directive; cmd->post of ngx_http_ssec_set_word(). */

typedef struct {
    const char                *mend;         /* the words, for an error */
    ngx_conf_enum_t            words[4];     /* the last one is empty */
} ngx_http_ssec_words_t;


/* ngx_http_ssec_merge.c */

void *ngx_http_ssec_create_main_conf(ngx_conf_t *cf);
void *ngx_http_ssec_create_srv_conf(ngx_conf_t *cf);
char *ngx_http_ssec_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child);
void *ngx_http_ssec_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_ssec_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* ngx_http_ssec_directives.c */

char *ngx_http_ssec_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/* cmd->post is an ngx_http_ssec_time_rule_t. */
char *ngx_http_ssec_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ssec_set_origins(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
/* For session_security_login_url, too: cmd->post is not NULL then. */
char *ngx_http_ssec_set_logout_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ssec_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Logs that the directive has an invalid value; gives NGX_CONF_ERROR. */
char *ngx_http_ssec_invalid(ngx_conf_t *cf, const char *what, ngx_str_t *value,
    const char *mend);
/* Tells whether the argument begins with "NAME="; if so, gives the value. */
ngx_uint_t ngx_http_ssec_parameter(ngx_str_t *argument, const char *name,
    ngx_str_t *value);
/* Tells whether the value is ASCII without a blank, and not empty. */
ngx_uint_t ngx_http_ssec_is_word(ngx_str_t *value);
/*
 * Compiles a value that may have variables.  NULL without memory, or after an
 * error that was logged.
 */
ngx_http_complex_value_t *ngx_http_ssec_compile(ngx_conf_t *cf,
    ngx_str_t *value);

/* ngx_http_ssec_zone_conf.c */

char *ngx_http_ssec_declare_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_http_ssec_inject_conf.c */

/* For session_security_ping and session_security_script. */
char *ngx_http_ssec_set_answer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_inject(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/*
 * Sets the handler in the "if" and "limit_except" blocks of a location with a
 * ping or a script.  NGX_ERROR if the location has another handler, too.
 */
ngx_int_t ngx_http_ssec_merge_handler(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *prev, ngx_http_ssec_loc_conf_t *conf);
/*
 * Finds the ping and the script of each page, when all locations are merged.
 * After an error, which is logged, the zone is marked as refused.
 */
void ngx_http_ssec_init_inject(ngx_conf_t *cf);

#endif /* _NGX_HTTP_SSEC_DIRECTIVES_H_INCLUDED_ */

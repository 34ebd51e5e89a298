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


#pragma GCC visibility push(hidden)


/* ngx_http_ssec_merge.c */

void *ngx_http_ssec_create_main_conf(ngx_conf_t *cf);
void *ngx_http_ssec_create_srv_conf(ngx_conf_t *cf);
char *ngx_http_ssec_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child);
void *ngx_http_ssec_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_ssec_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* ngx_http_ssec_directives.c */

char *ngx_http_ssec_set_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_time(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_passive_urls(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ssec_set_origins(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
/* For session_security_login_url, too: cmd->post is not NULL then. */
char *ngx_http_ssec_set_logout_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ssec_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/*
 * As ngx_conf_set_enum_slot(), but its error lists the words.  There must be
 * two or three.
 */
char *ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

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

char *ngx_http_ssec_set_ping(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_script(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_inject(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/*
 * Finds the ping and the script of each page, when all locations are merged.
 * After an error, which is logged, the zone is marked as refused.
 */
void ngx_http_ssec_init_inject(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_DIRECTIVES_H_INCLUDED_ */

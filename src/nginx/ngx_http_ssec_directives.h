/*
 * What the table of directives calls, and nginx when it reads a configuration.
 * Each setter logs an error that names the directive, the value and the mend.
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
/* cmd->post is set for session_security_login_url. */
char *ngx_http_ssec_set_logout_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ssec_set_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/* As ngx_conf_set_enum_slot(), and its error lists the words. */
char *ngx_http_ssec_set_word(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* A complex value; NULL without memory, or after an error was logged. */
ngx_http_complex_value_t *ngx_http_ssec_compile(ngx_conf_t *cf,
    ngx_str_t *value);

/* ngx_http_ssec_zone_conf.c */

char *ngx_http_ssec_declare_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_http_ssec_inject_conf.c */

char *ngx_http_ssec_set_ping(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_script(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ssec_set_inject(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
/* Once all is merged: where each page's script and ping are. */
void ngx_http_ssec_init_inject(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_DIRECTIVES_H_INCLUDED_ */

/* Common to all rooms in nginx C. */

#ifndef _NGX_HTTP_SSEC_H_INCLUDED_
#define _NGX_HTTP_SSEC_H_INCLUDED_

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* Logged by each start and reload. */
#define NGX_HTTP_SSEC_VERSION   "0.1.0"


typedef struct ngx_http_ssec_ctx_s       ngx_http_ssec_ctx_t;
typedef struct ngx_http_ssec_zone_s      ngx_http_ssec_zone_t;
typedef struct ngx_http_ssec_loc_conf_s  ngx_http_ssec_loc_conf_t;
typedef struct ngx_http_ssec_srv_conf_s  ngx_http_ssec_srv_conf_t;


extern ngx_module_t  ngx_http_session_security_module;
extern ngx_module_t  ngx_http_session_security_page_module;

#endif /* _NGX_HTTP_SSEC_H_INCLUDED_ */

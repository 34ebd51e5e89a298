/* Connections that may outlive their session. */

#ifndef _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_
#define _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_


#include "ngx_http_ssec_ctx.h"


#pragma GCC visibility push(hidden)


void ngx_http_ssec_init_connections(void);
/* Ends the request's connection once its session has ended. */
void ngx_http_ssec_watch(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);
void ngx_http_ssec_unwatch(ngx_http_ssec_ctx_t *ctx);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_ */

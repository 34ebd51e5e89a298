/* The ping, with which the script asks for and reports the idle time. */

#ifndef _NGX_HTTP_SSEC_PING_H_INCLUDED_
#define _NGX_HTTP_SSEC_PING_H_INCLUDED_


#include "ngx_http_ssec_ctx.h"


#pragma GCC visibility push(hidden)


ngx_int_t ngx_http_ssec_ping_handler(ngx_http_request_t *r);
/* A ping is about to count: not if its page is another session's. */
void ngx_http_ssec_ping_age(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_PING_H_INCLUDED_ */

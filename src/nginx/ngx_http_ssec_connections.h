/* Ends connections whose session has ended. */

#ifndef _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_
#define _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_

#include "ngx_http_ssec_ctx.h"

/* Prepares the queue and the timer of a worker. */
void ngx_http_ssec_init_connections(void);
/*
 * Ends the request within two seconds after a session of its keys has ended,
 * unless it is over before.  It must have a live session, and be in no queue.
 */
void ngx_http_ssec_watch(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);

#endif /* _NGX_HTTP_SSEC_CONNECTIONS_H_INCLUDED_ */

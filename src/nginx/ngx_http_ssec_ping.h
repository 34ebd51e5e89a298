/* The ping, by which the script asks for and reports the idle time. */

#ifndef _NGX_HTTP_SSEC_PING_H_INCLUDED_
#define _NGX_HTTP_SSEC_PING_H_INCLUDED_

#include "ngx_http_ssec_ctx.h"

/*
 * Answers a ping with JSON: whole seconds, "logout" or "other".  Answers the
 * <noscript> of a page (?back=URL) with a page or a redirect.
 */
ngx_int_t ngx_http_ssec_ping_handler(ngx_http_request_t *r);
/*
 * To be called before a ping counts.  If a login began the session after the
 * page was loaded (age=), the page belongs to another session: the answer is
 * "other", and idleFor is ignored.
 */
void ngx_http_ssec_ping_age(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx);

#endif /* _NGX_HTTP_SSEC_PING_H_INCLUDED_ */

/* Whether a request proves that a human is there. */

#ifndef _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_
#define _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

/* Is called when the configuration is read. */
void ngx_http_ssec_init_activity(void);
/*
 * Says what kind of request it is, and of a ping the idle time that it reports.
 * NGX_DECLINED if the request is not to count at all: another site sends it, or
 * session_security_passive(_urls) names it.  NGX_ERROR if a variable cannot be
 * evaluated.
 */
ngx_int_t ngx_http_ssec_activity(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_request_t *request);
/* Reads from the headers what counts only for a session that has ended. */
void ngx_http_ssec_ended(ngx_http_request_t *r, ssec_ended_t *ended);
/* A navigation, which can follow a redirect. */
ngx_uint_t ngx_http_ssec_is_page(ngx_http_request_t *r);

#endif /* _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_ */

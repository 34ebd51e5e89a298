/* The logout URL or login page: which requests are for it. */

#ifndef _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_
#define _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

/*
 * Describes the request with regard to the evaluated URL: whether it is for the
 * URL, and no backend can take it for another one (docs/directives.md,
 * "Requests for the logout URL"); and whether the URL is on another host, or is
 * not http: or https:.  NGX_ERROR without memory, or if the local address
 * cannot be read.
 */
ngx_int_t ngx_http_ssec_read_logout(ngx_http_request_t *r,
    ngx_http_ssec_url_t *logout_url, ngx_str_t *url, ssec_ended_t *ended);

#endif /* _NGX_HTTP_SSEC_LOGOUT_H_INCLUDED_ */

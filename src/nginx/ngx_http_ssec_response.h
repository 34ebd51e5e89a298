/* A response: it may begin, replace and end sessions. */

#ifndef _NGX_HTTP_SSEC_RESPONSE_H_INCLUDED_
#define _NGX_HTTP_SSEC_RESPONSE_H_INCLUDED_

#include "ngx_http_ssec.h"

void ngx_http_ssec_init_header_filter(void);
void ngx_http_ssec_init_trailers_filters(void);

/*
 * X-Accel-Session of the backend that has redirected the request, or whose
 * response an error page takes the place of; or NULL.
 */
ngx_table_elt_t *ngx_http_ssec_redirected_said(ngx_http_request_t *r);

#endif /* _NGX_HTTP_SSEC_RESPONSE_H_INCLUDED_ */

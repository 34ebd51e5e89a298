/* $session_security_state and the others. */

#ifndef _NGX_HTTP_SSEC_VARIABLE_H_INCLUDED_
#define _NGX_HTTP_SSEC_VARIABLE_H_INCLUDED_

#include "ngx_http_ssec.h"

/* Declares the variables to nginx; NGX_ERROR without memory. */
ngx_int_t ngx_http_ssec_add_variables(ngx_conf_t *cf);

#endif /* _NGX_HTTP_SSEC_VARIABLE_H_INCLUDED_ */

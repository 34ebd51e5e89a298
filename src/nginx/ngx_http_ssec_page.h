/* Puts the script's tag into pages. */

#ifndef _NGX_HTTP_SSEC_PAGE_H_INCLUDED_
#define _NGX_HTTP_SSEC_PAGE_H_INCLUDED_

#include "ngx_http_ssec_conf.h"

void ngx_http_ssec_init_page_filters(void);
/*
 * Makes the parts of a location's tag that are the same in each response: URLs,
 * and the times, the logout URL and the options if they have no variables.
 */
ngx_int_t ngx_http_ssec_init_tag(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);
/*
 * Escapes a text for an attribute in double quotes, in a copy if need be.
 * NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_html(ngx_pool_t *pool, ngx_str_t *s);

#endif /* _NGX_HTTP_SSEC_PAGE_H_INCLUDED_ */

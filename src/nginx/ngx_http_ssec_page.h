/* Putting the script's tag into pages. */

#ifndef _NGX_HTTP_SSEC_PAGE_H_INCLUDED_
#define _NGX_HTTP_SSEC_PAGE_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


void ngx_http_ssec_init_page_filters(void);
/* Makes what all tags of a location have in common. */
ngx_int_t ngx_http_ssec_init_tag(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);
/* Escapes for an attribute in double quotes. */
ngx_int_t ngx_http_ssec_html(ngx_pool_t *pool, ngx_str_t *s);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_PAGE_H_INCLUDED_ */

/* Headers of requests and responses: finding, adding and removing them. */

#ifndef _NGX_HTTP_SSEC_HEADER_H_INCLUDED_
#define _NGX_HTTP_SSEC_HEADER_H_INCLUDED_


#include "ngx_http_ssec.h"


#pragma GCC visibility push(hidden)


/* The first one with this name, which is in lower case; or NULL. */
ngx_table_elt_t *ngx_http_ssec_find_header(ngx_list_t *headers,
    ngx_str_t *name);
ngx_table_elt_t *ngx_http_ssec_add_header(ngx_http_request_t *r,
    ngx_str_t *name, ngx_str_t *value);
/* The backend's request is built from the list: takes it out of there. */
void ngx_http_ssec_remove_header(ngx_list_t *headers, ngx_table_elt_t *header);
ngx_int_t ngx_http_ssec_not_allowed(ngx_http_request_t *r, ngx_str_t *methods);
ngx_int_t ngx_http_ssec_no_store(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_HEADER_H_INCLUDED_ */

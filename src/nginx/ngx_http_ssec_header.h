/* Headers of requests and responses: finding, adding and removing them. */

#ifndef _NGX_HTTP_SSEC_HEADER_H_INCLUDED_
#define _NGX_HTTP_SSEC_HEADER_H_INCLUDED_

#include "ngx_http_ssec.h"

/* The first header with this name, in any case; NULL if there is none. */
ngx_table_elt_t *ngx_http_ssec_find_header(ngx_list_t *headers,
    const ngx_str_t *name);
/* Adds a header to the response; NULL without memory. */
ngx_table_elt_t *ngx_http_ssec_add_header(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
/*
 * Takes the header out of the list, from which nginx builds the backend's
 * request.  Without memory the header stays, with an empty value.
 */
void ngx_http_ssec_remove_header(ngx_list_t *headers, ngx_table_elt_t *header);
/* Adds Allow with these methods; gives the status to return: 405, or 500. */
ngx_int_t ngx_http_ssec_not_allowed(ngx_http_request_t *r, const char *methods);
/*
 * Adds "Cache-Control: no-store" unless the response has it, so that neither
 * Back nor a cache shows a response that depends on the state of a session.
 * NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_no_store(ngx_http_request_t *r);

#endif /* _NGX_HTTP_SSEC_HEADER_H_INCLUDED_ */

/* Whether a request proves that a human is there. */

#ifndef _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_
#define _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/*
 * Says what kind of request it is, and of a ping the idle time that it reports.
 * NGX_DECLINED if the request is not to count at all: another site sends it, or
 * the backend said so; NGX_ERROR if a variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_activity(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_request_t *request);
/* What its headers say that counts only for a session that has ended. */
void ngx_http_ssec_ended(ngx_http_request_t *r, ssec_ended_t *ended);
/* A navigation, which can follow a redirect. */
ngx_uint_t ngx_http_ssec_is_page(ngx_http_request_t *r);


/*
 * Whether the request came ahead of the end of the TLS handshake (0-RTT): one
 * that anybody has recorded can be sent so again.  As $ssl_early_data.
 */

static ngx_inline ngx_uint_t
ngx_http_ssec_is_early(ngx_http_request_t *r)
{
#if (NGX_HTTP_SSL)
    return r->connection->ssl
           && !SSL_is_init_finished(r->connection->ssl->connection);
#else
    return 0;
#endif
}


/* Whether a header may tell of activity: by the length of its name. */

static ngx_inline ngx_uint_t
ngx_http_ssec_may_be_fetch(ngx_table_elt_t *h)
{
    switch (h->key.len) {

    case sizeof("Sec-Fetch-Mode") - 1:
    case sizeof("Sec-Purpose") - 1:
    case sizeof("X-Sec-Purpose") - 1:
    case sizeof("Purpose") - 1:
    case sizeof("X-Purpose") - 1:
    case sizeof("X-Moz") - 1:
        return 1;

    case sizeof("Origin") - 1:                       /* "Accept", "Cookie" */
        return (h->key.data[0] | 0x20) == 'o';

    case sizeof("Early-Data") - 1:                   /* "Connection" */
        return (h->key.data[0] | 0x20) == 'e';

    default:
        return 0;
    }
}


/* Whether anything may tell of activity; if not, the request is active. */

static ngx_inline ngx_uint_t
ngx_http_ssec_has_fetch(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {

        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_http_ssec_may_be_fetch(&h[i])) {
                return 1;
            }
        }
    }

    return ngx_http_ssec_is_early(r);
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_ACTIVITY_H_INCLUDED_ */

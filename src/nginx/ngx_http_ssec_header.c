/* Headers of requests and responses: finding, adding and removing them. */

#include "ngx_http_ssec_header.h"


ngx_table_elt_t *
ngx_http_ssec_find_header(ngx_list_t *headers, const ngx_str_t *name)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *header;

    for (part = &headers->part; part; part = part->next) {

        header = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (header[i].key.len == name->len
                && header[i].hash
                && ngx_strncasecmp(header[i].key.data, name->data, name->len)
                   == 0)
            {
                return &header[i];
            }
        }
    }

    return NULL;
}


ngx_table_elt_t *
ngx_http_ssec_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return h;
}


ngx_int_t
ngx_http_ssec_no_store(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  name = ngx_string("Cache-Control");
    static ngx_str_t  value = ngx_string("no-store");

    h = ngx_http_ssec_find_header(&r->headers_out.headers, &name);

    if (h && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                              (u_char *) "no-store", 8 - 1))
    {
        return NGX_OK;
    }

    return ngx_http_ssec_add_header(r, "Cache-Control", &value)
           ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_ssec_not_allowed(ngx_http_request_t *r, const char *methods)
{
    ngx_str_t  value;

    value.data = (u_char *) methods;
    value.len = ngx_strlen(methods);

    return ngx_http_ssec_add_header(r, "Allow", &value)
           ? NGX_HTTP_NOT_ALLOWED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/*
 * No other header may move: shortcuts in r->headers_in and in this module point
 * to them.  So the list's part is split around the header.
 */

void
ngx_http_ssec_remove_header(ngx_list_t *headers, ngx_table_elt_t *header)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part, *prev, *tail;
    ngx_table_elt_t  *elts;

    prev = NULL;
    part = &headers->part;
    elts = part->elts;

    while (header < elts || header >= elts + part->nelts) {
        prev = part;
        part = part->next;

        if (part == NULL) {
            return;
        }

        elts = part->elts;
    }

    i = header - elts;

    if (prev && part->nelts == 1) {

        /*
         * nginx's loops over lists accept no empty part but the first.  With
         * this nalloc the part before counts as full.
         */

        prev->next = part->next;

        if (headers->last == part) {
            headers->last = prev;
            headers->nalloc = prev->nelts;
        }

    } else if (i == part->nelts - 1) {
        part->nelts--;

    } else if (i == 0) {
        part->elts = elts + 1;
        part->nelts--;

        if (headers->last == part) {
            headers->nalloc--;
        }

    } else {
        tail = ngx_palloc(headers->pool, sizeof(ngx_list_part_t));
        if (tail == NULL) {
            ngx_str_null(&header->value);
            return;
        }

        tail->elts = header + 1;
        tail->nelts = part->nelts - i - 1;
        tail->next = part->next;

        part->nelts = i;
        part->next = tail;

        if (headers->last == part) {
            headers->last = tail;
            headers->nalloc -= i + 1;
        }
    }
}

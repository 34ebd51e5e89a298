/* Collects a server's knowledge of its locations. */

#include "ngx_http_ssec_server.h"


static ngx_int_t ngx_http_ssec_add_time(ngx_http_ssec_time_t *time,
    uint64_t *ms, ngx_array_t *values);


ngx_http_ssec_pages_t *
ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_uint_t              i;
    ngx_http_ssec_pages_t  *pages;

    pages = slcf->server->pages.elts;

    for (i = 0; i < slcf->server->pages.nelts; i++) {
        if (pages[i].first->shm_zone == slcf->shm_zone) {
            return &pages[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_http_ssec_add_page(ngx_conf_t *cf, ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_http_ssec_pages_t  *pages;

    pages = ngx_http_ssec_pages(slcf);

    if (pages == NULL) {

        pages = ngx_array_push(&slcf->server->pages);
        if (pages == NULL) {
            return NGX_ERROR;
        }

        pages->first = slcf;

        /* the shortest limits, as 0 is no limit: any other raises them */

        pages->limits.expire_after = 1;
        pages->limits.max_lifetime = 1;

        if (ngx_array_init(&pages->expire_after, cf->pool, 1,
                           sizeof(ngx_http_complex_value_t *))
            != NGX_OK
            || ngx_array_init(&pages->max_lifetime, cf->pool, 1,
                              sizeof(ngx_http_complex_value_t *))
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_http_ssec_add_time(&slcf->expire_after,
                               &pages->limits.expire_after,
                               &pages->expire_after)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ssec_add_time(&slcf->max_lifetime,
                                  &pages->limits.max_lifetime,
                                  &pages->max_lifetime);
}


/*
 * Raises *ms to a constant time.  Adds a time with variables to the values,
 * unless another location has inherited the same one.
 */

static ngx_int_t
ngx_http_ssec_add_time(ngx_http_ssec_time_t *time, uint64_t *ms,
    ngx_array_t *values)
{
    ngx_uint_t                  i;
    ngx_http_complex_value_t  **value;

    if (time->value == NULL) {
        *ms = ngx_http_ssec_longer(*ms, time->ms);
        return NGX_OK;
    }

    value = values->elts;

    for (i = 0; i < values->nelts; i++) {
        if (value[i] == time->value) {
            return NGX_OK;
        }
    }

    value = ngx_array_push(values);
    if (value == NULL) {
        return NGX_ERROR;
    }

    *value = time->value;

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_add_name(ngx_array_t *names, ngx_http_core_loc_conf_t *clcf)
{
    ngx_http_ssec_name_t  *name;

    if (clcf->name.len == 0 || clcf->noname || clcf->named
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return NGX_OK;
    }

    name = ngx_array_push(names);
    if (name == NULL) {
        return NGX_ERROR;
    }

    name->name = clcf->name;
    name->adds_slash = clcf->auto_redirect;

    return NGX_OK;
}

/* How long sessions may live in a location, and by its pings. */

#include "ngx_http_ssec_limits.h"

#include "ngx_http_ssec_ctx.h"

#include "ssec_time.h"


ngx_int_t
ngx_http_ssec_time(ngx_http_request_t *r, ngx_http_ssec_time_t *time,
    uint64_t *ms)
{
    ngx_str_t                   value;
    ngx_http_ssec_ctx_t        *ctx;
    ngx_http_ssec_time_rule_t  *rule;

    if (time->value == NULL) {
        *ms = time->ms;
        return NGX_OK;
    }

    if (ngx_http_complex_value(r, time->value, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    rule = time->directive->post;

    if (ssec_time(value.data, value.len, ms)
        && *ms >= rule->min && *ms <= NGX_HTTP_SSEC_MAX_TIME)
    {
        return NGX_OK;
    }

    *ms = rule->fallback;

    ctx = ngx_http_ssec_ctx(r);

    /* a client may have sent the value: log one error for each request */

    if (!ctx->bad_time) {
        ctx->bad_time = 1;

        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "invalid time \"%V\" in \"%V\", %uLms is used",
                      &value, &time->directive->name, rule->fallback);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_ssec_limits(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ssec_limits_t *limits)
{
    if (ngx_http_ssec_time(r, &slcf->expire_after, &limits->expire_after)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ssec_time(r, &slcf->max_lifetime, &limits->max_lifetime);
}


/* Raises each limit to the longer of two; 0 is no limit. */

static void
ngx_http_ssec_raise(ssec_limits_t *limits, ssec_limits_t *other)
{
    limits->expire_after = ngx_max(limits->expire_after, other->expire_after);

    limits->max_lifetime = (limits->max_lifetime && other->max_lifetime)
                           ? ngx_max(limits->max_lifetime, other->max_lifetime)
                           : 0;
}


ngx_int_t
ngx_http_ssec_ping_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits)
{
    ngx_uint_t                  i;
    ssec_limits_t               other;
    ngx_http_ssec_pages_t      *pages;
    ngx_http_ssec_loc_conf_t  **varying;

    pages = ngx_http_ssec_pages(slcf);

    if (pages == NULL) {
        return ngx_http_ssec_limits(r, slcf, limits);
    }

    *limits = pages->limits;

    varying = pages->varying.elts;

    for (i = 0; i < pages->varying.nelts; i++) {

        if (ngx_http_ssec_limits(r, varying[i], &other) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_ssec_raise(limits, &other);
    }

    if (slcf->pages) {

        /* the location may have pages with a tag that is written by hand */

        if (ngx_http_ssec_limits(r, slcf, &other) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_http_ssec_raise(limits, &other);
    }

    return NGX_OK;
}


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
    ngx_uint_t                  i;
    ngx_http_ssec_pages_t      *pages;
    ngx_http_ssec_loc_conf_t  **varying;

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

        if (ngx_array_init(&pages->varying, cf->pool, 1,
                           sizeof(ngx_http_ssec_loc_conf_t *))
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (!slcf->varying) {
        ngx_http_ssec_raise(&pages->limits, &slcf->limits);
        return NGX_OK;
    }

    varying = pages->varying.elts;

    for (i = 0; i < pages->varying.nelts; i++) {

        /* another location has inherited the same values */

        if (varying[i]->expire_after.value == slcf->expire_after.value
            && varying[i]->max_lifetime.value == slcf->max_lifetime.value
            && ngx_memcmp(&varying[i]->limits, &slcf->limits,
                          sizeof(ssec_limits_t))
               == 0)
        {
            return NGX_OK;
        }
    }

    varying = ngx_array_push(&pages->varying);
    if (varying == NULL) {
        return NGX_ERROR;
    }

    *varying = slcf;

    return NGX_OK;
}

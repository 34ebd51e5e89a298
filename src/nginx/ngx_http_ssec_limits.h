/* How long sessions may live in a location. */

#ifndef _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_
#define _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/* milliseconds; the longest time that a directive takes is a year */
#define NGX_HTTP_SSEC_MAX_TIME      (365ULL * 24 * 60 * 60 * 1000)

#define NGX_HTTP_SSEC_EXPIRE_AFTER  600000

/* where a variable yields no time: no limit would be worse than a wrong one */
#define NGX_HTTP_SSEC_MAX_LIFETIME  (12ULL * 60 * 60 * 1000)


/* NGX_ERROR if a variable cannot be evaluated. */
ngx_int_t ngx_http_ssec_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/* Logs a value that is no time, or below least, and gives otherwise. */
ngx_int_t ngx_http_ssec_time_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, uint64_t least, uint64_t otherwise,
    const char *name, uint64_t *ms);


static ngx_inline ngx_int_t
ngx_http_ssec_time(ngx_http_request_t *r, ngx_http_ssec_time_t *time,
    uint64_t least, uint64_t otherwise, const char *name, uint64_t *ms)
{
    if (time->value) {
        return ngx_http_ssec_time_value(r, time->value, least, otherwise, name,
                                        ms);
    }

    *ms = time->ms;

    return NGX_OK;
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_ */

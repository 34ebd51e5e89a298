/* How long sessions may live in a location. */

#ifndef _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_
#define _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_


#include "ngx_http_ssec_conf.h"


#pragma GCC visibility push(hidden)


/* the longest time that a directive accepts, in milliseconds: a year */
#define NGX_HTTP_SSEC_MAX_TIME      (365ULL * 24 * 60 * 60 * 1000)

/* the default of session_security_expire_after, in milliseconds */
#define NGX_HTTP_SSEC_EXPIRE_AFTER  600000

/*
 * session_security_max_lifetime, in milliseconds, if its variables give no
 * valid time.  No limit, the directive's default, would be unsafe then.
 */
#define NGX_HTTP_SSEC_MAX_LIFETIME  (12ULL * 60 * 60 * 1000)


/*
 * Gives the limits of sessions in a location, in milliseconds.  NGX_ERROR if a
 * variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/*
 * Evaluates a time, and gives milliseconds.  If the value is no time, or not
 * between "min" and a year, gives "fallback" and logs the value.  NGX_ERROR
 * if a variable cannot be evaluated.  The request must have a context.
 */
ngx_int_t ngx_http_ssec_time_value(ngx_http_request_t *r,
    ngx_http_complex_value_t *cv, uint64_t min, uint64_t fallback,
    const char *name, uint64_t *ms);


/* As ngx_http_ssec_time_value(), but also for a time without variables. */

static ngx_inline ngx_int_t
ngx_http_ssec_time(ngx_http_request_t *r, ngx_http_ssec_time_t *time,
    uint64_t min, uint64_t fallback, const char *name, uint64_t *ms)
{
    if (time->value) {
        return ngx_http_ssec_time_value(r, time->value, min, fallback, name,
                                        ms);
    }

    *ms = time->ms;

    return NGX_OK;
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_ */

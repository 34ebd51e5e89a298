/* How long sessions may live in a location. */

#ifndef _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_
#define _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_

#include "ngx_http_ssec_server.h"

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
 * Gives a time in milliseconds.  If variables give no time, or one below the
 * directive's least or above a year, gives the fallback and logs the value.
 * NGX_ERROR if a variable cannot be evaluated.  The request must have a
 * context.
 */
ngx_int_t ngx_http_ssec_time(ngx_http_request_t *r, ngx_http_ssec_time_t *time,
    uint64_t *ms);
/*
 * Gives the limits of sessions in a location, in milliseconds.  NGX_ERROR if a
 * variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/*
 * Gives the limits of a ping, in milliseconds: the longest of its pages, since
 * a ping must not end a session that is live in its page.  NGX_ERROR if a
 * variable cannot be evaluated.
 */
ngx_int_t ngx_http_ssec_ping_limits(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ssec_limits_t *limits);
/* Gives the pages of the location's server and zone; NULL if there are none. */
ngx_http_ssec_pages_t *ngx_http_ssec_pages(ngx_http_ssec_loc_conf_t *slcf);
/*
 * Adds the location's limits to the pages of its server and zone, by which
 * pings are judged.  NGX_ERROR without memory.
 */
ngx_int_t ngx_http_ssec_add_page(ngx_conf_t *cf,
    ngx_http_ssec_loc_conf_t *slcf);

#endif /* _NGX_HTTP_SSEC_LIMITS_H_INCLUDED_ */

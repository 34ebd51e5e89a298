/* Judging a request for the sessions of its keys. */

#ifndef _NGX_HTTP_SSEC_JUDGE_H_INCLUDED_
#define _NGX_HTTP_SSEC_JUDGE_H_INCLUDED_

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_ctx.h"

/*
 * Judges the request for each key in the context, and withholds what the
 * backend is not to get.  The outcome is in the context; url is where it may
 * lead to.
 */
ngx_int_t ngx_http_ssec_judge(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx, ngx_str_t *url);

#endif /* _NGX_HTTP_SSEC_JUDGE_H_INCLUDED_ */

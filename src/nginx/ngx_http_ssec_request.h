/* A request's context; judging it, and counting it. */

#ifndef _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_
#define _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_


#include "ngx_http_ssec_key.h"

#include "ssec_session.h"


#pragma GCC visibility push(hidden)


/* Until its tag is in it, or it is known that none is to be. */

typedef struct ngx_http_ssec_page_s  ngx_http_ssec_page_t;


struct ngx_http_ssec_ctx_s {
    ngx_pool_cleanup_t     cleanup;          /* see ngx_http_ssec_find_ctx() */
    ngx_http_ssec_zone_t  *zone;
    ngx_http_ssec_keys_t   keys;             /* of the request */
    ssec_request_t         asked;            /* as it is judged */
    ssec_outcome_t         outcome;
    ssec_limits_t          limits;
    uint64_t               now;              /* as it was judged */
    ngx_table_elt_t        accept_encoding;

    /* a connection that may outlive its session */

    ngx_http_request_t    *request;
    ngx_queue_t            queue;
    ngx_rbtree_node_t      node;
    uint64_t               deadline;
    off_t                  sent;             /* to the backend so far */
    ngx_uint_t             connections;

    /* zero at first, from here on */

    ngx_http_ssec_page_t  *page;
    ngx_str_t              said;             /* by the backend, so far */
    const ssec_own_t      *own;              /* the session's, or NULL */
    uint64_t               begun;            /* when a session began that
                                                lives by the response */

    /* flags; bytes, which take less to be set and asked for than bits */

    u_char                 judged;
    u_char                 keyless;          /* no key in its zone */
    u_char                 admitted;
    u_char                 refused;          /* by nginx */
    u_char                 withheld;         /* a cookie was */
    u_char                 forgotten;        /* the response leaves no cookie
                                                of a user's session */
    u_char                 hidden;           /* accept_encoding is */
    u_char                 queued;
    u_char                 watched;          /* is in the tree, too */
    u_char                 bad_time;         /* one was logged */
    u_char                 upload;           /* its session has ended */
    u_char                 closed;           /* for this reason, by
                                                the response */
    u_char                 ping;             /* judged as a ping */
    u_char                 pinged;           /* the ping answers */
    u_char                 other;            /* it says "other" */
};


ngx_int_t ngx_http_ssec_handler(ngx_http_request_t *r);
/* The request has passed nginx's own access checks: it counts. */
ngx_int_t ngx_http_ssec_admit_handler(ngx_http_request_t *r);
/* The session's idle time, in milliseconds: after the request, if it counts. */
uint64_t ngx_http_ssec_idle(ngx_http_ssec_ctx_t *ctx);
/* After an internal redirect; NULL if the request had no context. */
ngx_http_ssec_ctx_t *ngx_http_ssec_find_ctx(ngx_http_request_t *r);
void ngx_http_ssec_exit_process(ngx_cycle_t *cycle);


/* The main request's context, after whatever internal redirect; or NULL. */

static ngx_inline ngx_http_ssec_ctx_t *
ngx_http_ssec_ctx(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t  *ctx;

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_http_session_security_module);

    if (ctx == NULL && (r->internal || r->filter_finalize)) {
        ctx = ngx_http_ssec_find_ctx(r);
    }

    return ctx;
}


#pragma GCC visibility pop


#endif /* _NGX_HTTP_SSEC_REQUEST_H_INCLUDED_ */

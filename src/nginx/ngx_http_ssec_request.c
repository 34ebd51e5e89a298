/*
 * A request: judged once, then let through, redirected or refused; and counted
 * once it has passed nginx's own access checks.
 */

#include "ngx_http_ssec_request.h"

#include "ngx_http_ssec_activity.h"
#include "ngx_http_ssec_builtin.h"
#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_header.h"
#include "ngx_http_ssec_judge.h"
#include "ngx_http_ssec_ping.h"
#include "ngx_http_ssec_response.h"
#include "ngx_http_ssec_script.h"
#include "ngx_http_ssec_url.h"


/* Removes all headers of the known one's name. */

static void
ngx_http_ssec_hide(ngx_http_request_t *r, ngx_table_elt_t **known)
{
    ngx_str_t         name;
    ngx_table_elt_t  *h;

    if (*known == NULL) {
        return;
    }

    name = (*known)->key;
    *known = NULL;

    for ( ;; ) {
        h = ngx_http_ssec_find_header(&r->headers_in.headers, &name);
        if (h == NULL) {
            return;
        }

        h->hash = 0;
        ngx_http_ssec_remove_header(&r->headers_in.headers, h);
    }
}


/*
 * Nothing can be put into a page that comes compressed, be it that its response
 * begins the session; nor into one that the browser has from before the session
 * began.  What the client accepts is known again to nginx's own filters.
 */

static void
ngx_http_ssec_want_whole(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    if (ctx->outcome.state == SSEC_LIVE) {
        ngx_http_ssec_hide(r, &r->headers_in.if_none_match);
        ngx_http_ssec_hide(r, &r->headers_in.if_modified_since);
    }

#if (NGX_HTTP_GZIP)

    if (r->headers_in.accept_encoding) {
        ctx->accept_encoding = *r->headers_in.accept_encoding;
        ngx_http_ssec_hide(r, &r->headers_in.accept_encoding);
    }

#endif
}


/* On to the backend. */

static ngx_int_t
ngx_http_ssec_pass(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx)
{
    if (slcf->inject && ngx_http_ssec_is_page(r)) {
        ngx_http_ssec_want_whole(r, ctx);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_ssec_refuse(ngx_http_request_t *r, ngx_uint_t status)
{
    ngx_uint_t                 i;
    ngx_http_err_page_t       *page;
    ngx_http_complex_value_t   cv;
    ngx_http_core_loc_conf_t  *clcf;

    static ngx_str_t  json = ngx_string("application/json");

    if (status == NGX_HTTP_CLOSE) {
        return status;
    }

    if (ngx_http_ssec_no_store(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->error_pages) {
        page = clcf->error_pages->elts;

        for (i = 0; i < clcf->error_pages->nelts; i++) {
            if (page[i].status == (ngx_int_t) status) {
                return status;
            }
        }
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    ngx_str_set(&cv.value, "{\"error\":\"session_expired\"}\n");

    ngx_http_finalize_request(r, ngx_http_send_response(r, status, &json,
                                                        &cv));
    return NGX_DONE;
}


/* Judges the request, and does what follows. */

static ngx_inline ngx_int_t
ngx_http_ssec_decide(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_http_ssec_stage_e stage)
{
    ngx_str_t  url;

    if (ngx_http_ssec_judge(r, slcf, ctx, &url) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "session security: verdict:%d state:%d idle:%uL keys:%ui",
                   ctx->outcome.verdict, ctx->outcome.state,
                   ctx->outcome.idle, (ngx_uint_t) ctx->keys.nelts);

    ctx->stage = stage;

    switch (ctx->outcome.verdict) {

    case SSEC_REFUSE:
        return ngx_http_ssec_refuse(r, slcf->expired_status);

    case SSEC_REDIRECT:
    case SSEC_LEAVE:
        return ngx_http_ssec_redirect(r, &url);

    default:
        return ngx_http_ssec_pass(r, slcf, ctx);
    }
}


/* A request whose keys have been read. */

static ngx_inline ngx_int_t
ngx_http_ssec_check_keys(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_uint_t refused)
{
    ctx->refused = refused;

    if (ngx_http_ssec_is_keyless(ctx)) {
        ctx->stage = NGX_HTTP_SSEC_ADMITTED;
        return ngx_http_ssec_pass(r, slcf, ctx);
    }

    return ngx_http_ssec_decide(r, slcf, ctx, NGX_HTTP_SSEC_JUDGED);
}


/*
 * A request that is judged for the first time; said: the X-Accel-Session of a
 * backend that has redirected it, or NULL.  A request without a key may begin a
 * session, to which that header applies, and its page may get a tag.
 */

static ngx_inline ngx_int_t
ngx_http_ssec_check_key(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_uint_t refused, ngx_table_elt_t *said)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_create_ctx(r, slcf->shm_zone->data);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_ssec_is_keyless(ctx)
        && said == NULL
        && !(slcf->inject && ngx_http_ssec_is_page(r)))
    {
        ngx_http_ssec_free_ctx(ctx);
        return NGX_DECLINED;
    }

    ngx_http_ssec_set_ctx(r, ctx);

    if (said) {
        ctx->reply.said = said->value;
    }

    return ngx_http_ssec_check_keys(r, slcf, ctx, refused);
}


static ngx_int_t
ngx_http_ssec_check_again(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_http_ssec_ctx_t *ctx)
{
    /* an error page of a failure here is no way around it */

    if (ctx->stage == NGX_HTTP_SSEC_FAILED) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* a key that is no cookie cannot be withheld: a page may be shown */

    return (ctx->zone->value
            && ctx->outcome.verdict >= SSEC_REFUSE
            && r->content_handler)
           ? ngx_http_ssec_refuse(r, slcf->expired_status)
           : ngx_http_ssec_pass(r, slcf, ctx);
}


/*
 * A request that had no key may have one here: the location may be of another
 * zone, or set the variable that is the zone's key.
 */

static ngx_int_t
ngx_http_ssec_check_late(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_http_ssec_ctx_t *ctx, ngx_uint_t refused)
{
    ctx->zone = slcf->shm_zone->data;
    ctx->stage = NGX_HTTP_SSEC_FAILED;

    if (ngx_http_ssec_keys(r, ctx->zone, &ctx->keys) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_ssec_check_keys(r, slcf, ctx, refused);
}


/*
 * A request that comes by an internal redirect: judged before, unless it had no
 * key.  The last backend's words for the session are kept: the next backend's
 * response takes the place of that one's.
 */

static ngx_int_t
ngx_http_ssec_check_internal(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf, ngx_uint_t target)
{
    ngx_uint_t            refused;
    ngx_table_elt_t      *said;
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_ctx(r);
    said = ngx_http_ssec_redirected_said(r);

    if (ctx) {

        /* it was judged, and not let through */

        if (ctx->stage != NGX_HTTP_SSEC_ADMITTED) {
            ctx->refused = 1;
        }

        if (said) {
            ctx->reply.said = said->value;
        }
    }

    if (slcf->shm_zone == NULL) {
        return NGX_DECLINED;
    }

    /* an error page in place of a ping is judged for itself, but no activity */

    refused = (r->error_page && target == 0
               && ngx_http_ssec_is_builtin(r, slcf));

    if (ctx && ctx->ping.judged && !slcf->ping) {

        refused |= ctx->refused;

        ngx_http_ssec_unwatch(ctx);

        ctx = NULL;
    }

    if (ctx && !ngx_http_ssec_is_keyless(ctx)) {
        return ngx_http_ssec_check_again(r, slcf, ctx);
    }

    /* an error page that is shown in place of what nginx refused */

    refused |= (r->error_page && (r->err_status == NGX_HTTP_UNAUTHORIZED
                                  || r->err_status == NGX_HTTP_FORBIDDEN));

    return ctx ? ngx_http_ssec_check_late(r, slcf, ctx, refused)
               : ngx_http_ssec_check_key(r, slcf, refused, said);
}


static ngx_inline ngx_int_t
ngx_http_ssec_check(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_uint_t target)
{
    if (r->internal) {
        return ngx_http_ssec_check_internal(r, slcf, target);
    }

    return slcf->shm_zone ? ngx_http_ssec_check_key(r, slcf, 0, NULL)
                          : NGX_DECLINED;
}


/* A session has ended while its request waited: in auth_request, say. */

static ngx_int_t
ngx_http_ssec_decide_again(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_http_ssec_loc_conf_t  *slcf;

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    ctx->stage = NGX_HTTP_SSEC_FAILED;

    if (ctx->ping.judged) {
        slcf = ngx_http_ssec_ping_conf(r, slcf);
    }

    if (slcf == NULL
        || ngx_http_ssec_keys(r, ctx->zone, &ctx->keys) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_ssec_decide(r, slcf, ctx, NGX_HTTP_SSEC_ADMITTED);
}


/* A request that nginx refuses begins no session, and is no activity. */

static ngx_inline ngx_int_t
ngx_http_ssec_admit(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_int_t    rc;
    ssec_done_e  done;

    if (ctx->stage == NGX_HTTP_SSEC_ADMITTED) {
        return NGX_DECLINED;
    }

    ctx->stage = NGX_HTTP_SSEC_ADMITTED;

    if (ctx->refused) {
        return NGX_DECLINED;
    }

    ctx->asked.admitted = true;

    done = ssec_session_count(&ctx->zone->table, &ctx->keys, &ctx->asked);

    if (done == SSEC_DONE_LOST) {
        ngx_http_ssec_report(r, ctx->zone, ctx->asked.now);

    } else if (done == SSEC_ENDED) {
        rc = ngx_http_ssec_decide_again(r, ctx);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    if (ngx_http_ssec_is_live(ctx) && ctx->watch.mode != NGX_HTTP_SSEC_OFF) {
        ngx_http_ssec_watch(r, ctx);
    }

    return NGX_DECLINED;
}


/* The built-in ping; without a context the request has no key. */

static ngx_int_t
ngx_http_ssec_answer_ping(ngx_http_request_t *r, ngx_http_ssec_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (ctx) {
        ngx_http_ssec_ping_age(r, ctx);

        rc = ngx_http_ssec_admit(r, ctx);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    ngx_http_finalize_request(r, ngx_http_ssec_ping_handler(r));

    return NGX_DONE;
}


/*
 * A ping without a live session answers only that there is none, and answers
 * everybody.  A module that checks access there (auth_request, say) would get
 * cookies that were not judged, and could refuse clients that need the answer.
 * In a location of another zone it would get the cookies of that zone, too.
 */

static ngx_int_t
ngx_http_ssec_answer_early(ngx_http_request_t *r,
    ngx_http_ssec_loc_conf_t *slcf)
{
    ngx_http_ssec_ctx_t  *ctx;

    ctx = ngx_http_ssec_ctx(r);

    /* an unknown session is not recorded if it is refused there */

    if (ctx && ngx_http_ssec_is_builtin_zone(slcf)
        && (ctx->outcome.verdict == SSEC_PASS
            || (ctx->outcome.created && !ctx->asked.strict)))
    {
        return NGX_DECLINED;
    }

    return ngx_http_ssec_answer_ping(r, ctx);
}


/* A request for what the module itself answers. */

static ngx_int_t
ngx_http_ssec_serve(ngx_http_request_t *r, ngx_http_ssec_loc_conf_t *slcf,
    ngx_uint_t target)
{
    ngx_int_t                  rc;
    ngx_http_ssec_loc_conf_t  *conf;

    if (target == NGX_HTTP_SSEC_TARGET_SCRIPT) {

        /* it is for everybody */

        ngx_http_finalize_request(r, ngx_http_ssec_script_handler(r));
        return NGX_DONE;
    }

    conf = ngx_http_ssec_ping_conf(r, slcf);
    if (conf == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_ssec_check(r, conf, target);

    return (rc == NGX_DECLINED && !slcf->ping)
           ? ngx_http_ssec_answer_early(r, slcf) : rc;
}


ngx_int_t
ngx_http_ssec_handler(ngx_http_request_t *r)
{
    ngx_uint_t                 target;
    ngx_http_ssec_loc_conf_t  *slcf;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    target = ngx_http_ssec_target(r, slcf);

    return target ? ngx_http_ssec_serve(r, slcf, target)
                 : ngx_http_ssec_check(r, slcf, 0);
}


ngx_int_t
ngx_http_ssec_precontent_handler(ngx_http_request_t *r)
{
    ngx_http_ssec_ctx_t       *ctx;
    ngx_http_ssec_loc_conf_t  *slcf;

    if (r != r->main) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_ssec_ctx(r);

    if (ctx == NULL) {
        return NGX_DECLINED;
    }

    /* an error page in place of a ping is no ping */

    if (ctx->ping.judged && !r->error_page) {

        slcf = ngx_http_get_module_loc_conf(r,
                                            ngx_http_session_security_module);

        if (!slcf->ping) {
            return ngx_http_ssec_answer_ping(r, ctx);
        }

        ngx_http_ssec_ping_age(r, ctx);
    }

    return ngx_http_ssec_admit(r, ctx);
}

/*
 * Takes session fields out of Early Hints (RFC 8297) and trailers.  nginx sends
 * them before and after the response's header, which alone counts for sessions.
 */

#include "ngx_http_ssec_response.h"

#include "ngx_http_ssec_conf.h"
#include "ngx_http_ssec_ctx.h"
#include "ngx_http_ssec_header.h"


#if (nginx_version >= 1029000)
static ngx_http_output_header_filter_pt  ngx_http_next_early_hints_filter;
#endif
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/*
 * Removes Set-Cookie and X-Accel-Session if sessions are watched.  No cookie
 * may reach the browser past the module; X-Accel-Session is for nginx only.
 */

static void
ngx_http_ssec_remove_fields(ngx_http_request_t *r, ngx_list_t *fields)
{
    ngx_uint_t                 i;
    ngx_table_elt_t           *field;
    ngx_http_ssec_loc_conf_t  *slcf;

    static ngx_str_t  names[] = {
        ngx_string("Set-Cookie"),
        ngx_string("X-Accel-Session")
    };

    slcf = ngx_http_get_module_loc_conf(r, ngx_http_session_security_module);

    if (slcf->shm_zone == NULL && ngx_http_ssec_ctx(r) == NULL) {
        return;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {

        while ((field = ngx_http_ssec_find_header(fields, &names[i])) != NULL) {
            field->hash = 0;
        }
    }
}


#if (nginx_version >= 1029000)

static ngx_int_t
ngx_http_ssec_early_hints_filter(ngx_http_request_t *r)
{
    ngx_http_ssec_remove_fields(r, &r->headers_out.headers);

    return ngx_http_next_early_hints_filter(r);
}

#endif


/* The trailers are known with the last buffer, and sent after it. */

static ngx_int_t
ngx_http_ssec_trailers_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    if (r->headers_out.trailers.part.nelts) {
        ngx_http_ssec_remove_fields(r, &r->headers_out.trailers);
    }

    return ngx_http_next_body_filter(r, in);
}


void
ngx_http_ssec_init_trailers_filters(void)
{
#if (nginx_version >= 1029000)
    ngx_http_next_early_hints_filter = ngx_http_top_early_hints_filter;
    ngx_http_top_early_hints_filter = ngx_http_ssec_early_hints_filter;
#endif

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_ssec_trailers_filter;
}

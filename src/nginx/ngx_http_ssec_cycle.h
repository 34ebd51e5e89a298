/* The zones at a start and a reload, and in a worker. */

#ifndef _NGX_HTTP_SSEC_CYCLE_H_INCLUDED_
#define _NGX_HTTP_SSEC_CYCLE_H_INCLUDED_

#include "ngx_http_ssec.h"

/* The data is the running zone, or NULL. */
ngx_int_t ngx_http_ssec_init_zone(ngx_shm_zone_t *shm_zone, void *data);
ngx_int_t ngx_http_ssec_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_ssec_init_process(ngx_cycle_t *cycle);

#endif /* _NGX_HTTP_SSEC_CYCLE_H_INCLUDED_ */

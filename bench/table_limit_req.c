/*
 * The tree of nginx's limit_req: the look-up of ngx_http_limit_req_module.c
 * itself, from nginx's sources, with the hash and the lock that its handler
 * puts around it.  It has no other operation: an unknown key is inserted.
 */

#include "ngx_http_limit_req_module.c"

#include <stdlib.h>

#include "table.h"


/* a node and its key take 128 bytes, of pages with a header of 24 */
#define NODE  132


/* what the parts of nginx that are linked in look at */
ngx_pid_t             ngx_pid = 1;
ngx_int_t             ngx_ncpu = 2;
volatile ngx_msec_t   ngx_current_msec = 1;
volatile ngx_cycle_t  *ngx_cycle = &(ngx_cycle_t) { .log = &(ngx_log_t) { 0 } };


static size_t                      size;
static ngx_uint_t                  operations;
static ngx_shm_zone_t              shm_zone;
static ngx_slab_pool_t            *pool;
static ngx_http_limit_req_ctx_t    ctx;
static ngx_http_limit_req_limit_t  limit;


/* and what they call when something is wrong */

void
ngx_log_error_core(ngx_uint_t level, ngx_log_t *log, ngx_err_t err,
    const char *fmt, ...)
{
    (void) level, (void) log, (void) err;

    fprintf(stderr, "limit_req: %s\n", fmt);
    abort();
}


void
ngx_debug_point(void)
{
    abort();
}


static void
bench_limit_req_create(uint64_t n, unsigned percent)
{
    (void) percent;

    if (ngx_pagesize == 0) {
        ngx_pagesize = 4096;
        ngx_pagesize_shift = 12;
        ngx_cacheline_size = 64;
        ngx_slab_sizes_init();

        if (ngx_crc32_table_init() != NGX_OK) {
            abort();
        }
    }

    size = (n * NODE + 4 * 1024 * 1024) & ~(ngx_pagesize - 1);
    pool = bench_map(size);

    pool->end = (u_char *) pool + size;
    pool->min_shift = 3;
    pool->addr = pool;

    if (ngx_shmtx_create(&pool->mutex, &pool->lock, NULL) != NGX_OK) {
        abort();
    }

    ngx_slab_init(pool);

    /* as ngx_http_limit_req_init_zone() */

    ctx.shpool = pool;
    ctx.rate = 1000000 * 1000;
    ctx.sh = ngx_slab_alloc(pool, sizeof(ngx_http_limit_req_shctx_t));

    ngx_rbtree_init(&ctx.sh->rbtree, &ctx.sh->sentinel,
                    ngx_http_limit_req_rbtree_insert_value);
    ngx_queue_init(&ctx.sh->queue);

    shm_zone.data = &ctx;
    limit.shm_zone = &shm_zone;
    limit.burst = 1000 * 1000;
}


static void
bench_limit_req_destroy(void)
{
    bench_unmap(pool, size);
}


/* as ngx_http_limit_req_handler() */

static void
bench_limit_req_touch(const char *data)
{
    uint32_t    hash;
    ngx_int_t   rc;
    ngx_str_t   key;
    ngx_uint_t  excess;

    /* it forgets within a minute, so that little time is to pass */

    if (++operations % 1024 == 0) {
        ngx_current_msec++;
    }

    key.len = BENCH_KEY;
    key.data = (u_char *) data;

    hash = ngx_crc32_short(key.data, key.len);

    ngx_shmtx_lock(&pool->mutex);

    rc = ngx_http_limit_req_lookup(&limit, hash, &key, &excess, 1);

    ngx_shmtx_unlock(&pool->mutex);

    if (rc != NGX_OK) {
        abort();
    }
}


const bench_table_t  bench_limit_req = {
    "limit_req",
    bench_limit_req_create,
    bench_limit_req_destroy,
    bench_limit_req_touch,
    bench_limit_req_touch,
    NULL
};

/* The zones at a start and a reload, and in a worker. */

#include "ngx_http_ssec_cycle.h"

#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_file.h"


/* milliseconds between two ticks of the clock of a zone with a file */
#define NGX_HTTP_SSEC_CLOCK  1000


/* The zone of this name in the cycle that runs, or NULL. */

static ngx_http_ssec_zone_t *
ngx_http_ssec_old_zone(ngx_http_ssec_zone_t *zone)
{
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *old;

    i = 0;

    while ((old = ngx_http_ssec_next_zone((ngx_cycle_t *) ngx_cycle, &i))) {

        if (old->name.len == zone->name.len
            && ngx_strncmp(old->name.data, zone->name.data, zone->name.len)
               == 0)
        {
            break;
        }
    }

    return old;
}


/* Makes a table in the shared memory. */

static ngx_int_t
ngx_http_ssec_init_memory(ngx_shm_zone_t *shm_zone)
{
    size_t            size;
    u_char           *memory;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    /* when a worker dies, the master unlocks the mutex in the pool's header */

    size = shpool->pfree * ngx_pagesize;

    memory = ngx_slab_alloc(shpool, size);
    if (memory == NULL) {
        return NGX_ERROR;
    }

#if (NGX_DEBUG_MALLOC)
    ngx_memzero(memory, size);
#endif

    ngx_http_ssec_huge_pages(shm_zone->shm.addr, shm_zone->shm.size);

    return ngx_http_ssec_create_table(shm_zone->data, memory, size,
                                      shm_zone->shm.log);
}


/*
 * Called at each start and reload.  The data is the running zone; or NULL if
 * there is none, if the size changes, or if the new zone has a file.
 */

ngx_int_t
ngx_http_ssec_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_http_ssec_zone_t  *zone, *old;

    zone = shm_zone->data;

    if (zone->refused) {
        return NGX_ERROR;
    }

    old = data ? data : ngx_http_ssec_old_zone(zone);

    if (old) {

        /* sessions of one key mean nothing for another */

        if (zone->key.len != old->key.len
            || ngx_strncmp(zone->key.data, old->key.data, zone->key.len) != 0)
        {
            ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                          "session_security_zone \"%V\" uses the \"%V\" key "
                          "while previously it used the \"%V\" key; "
                          "give the zone another name, or restart nginx",
                          &zone->name, &zone->key, &old->key);
            return NGX_ERROR;
        }

        zone->table = old->table;
        zone->epoch = old->epoch;
    }

    if (zone->path) {
        return ngx_http_ssec_init_file(zone, old, shm_zone->shm.log);
    }

    if (data && old->file == NULL) {
        return NGX_OK;
    }

    return ngx_http_ssec_init_memory(shm_zone);
}


/* The new configuration is valid. */

ngx_int_t
ngx_http_ssec_init_module(ngx_cycle_t *cycle)
{
    ngx_uint_t             i;
    ngx_http_ssec_zone_t  *zone, *old;

    if (ngx_test_config) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_NOTICE, cycle->log, 0,
                  "ngx_http_session_security_module/" NGX_HTTP_SSEC_VERSION);

    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cycle, &i))) {
        ngx_http_ssec_commit_file(zone, cycle->log);

        /* an old worker's open connection must not extend a session there */

        old = ngx_http_ssec_old_zone(zone);

        if (old && old->table.header != zone->table.header) {
            ssec_table_retire(&old->table, true);
        }

        ssec_table_retire(&zone->table, false);
    }

    return NGX_OK;
}


/* Once a second: after a start of the host the last tick says when it ended. */

static void
ngx_http_ssec_clock_handler(ngx_event_t *ev)
{
    ngx_uint_t             i;
    ssec_host_t            host;
    ngx_http_ssec_zone_t  *zone;

    ngx_http_ssec_host(&host);

    i = 0;

    while ((zone = ngx_http_ssec_next_zone((ngx_cycle_t *) ngx_cycle, &i))) {

        if (zone->file) {
            (void) ssec_table_tick(&zone->table, &host);
        }
    }

    ngx_add_timer(ev, NGX_HTTP_SSEC_CLOCK);
}


/* A lock names the process that holds it, so each worker has another owner. */

ngx_int_t
ngx_http_ssec_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t             i, has_file;
    ngx_http_ssec_zone_t  *zone;

    static ngx_connection_t  no_connection = { .fd = (ngx_socket_t) -1 };

    static ngx_event_t  clock = {
        .handler = ngx_http_ssec_clock_handler,
        .data = &no_connection,
        .cancelable = 1
    };

    ngx_http_ssec_init_connections();

    has_file = 0;
    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cycle, &i))) {
        zone->table.owner = ssec_table_owner();
        has_file |= (zone->file != NULL);
    }

    /* one worker is enough */

    if (has_file && ngx_worker == 0
        && (ngx_process == NGX_PROCESS_WORKER
            || ngx_process == NGX_PROCESS_SINGLE))
    {
        clock.log = cycle->log;

        ngx_http_ssec_clock_handler(&clock);
    }

    return NGX_OK;
}

/* The zones at a start and a reload, and in a worker. */

#include "ngx_http_ssec_cycle.h"

#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_file.h"
#include "ngx_http_ssec_zone.h"


/* milliseconds between two ticks of the clock of a zone with a file */
#define NGX_HTTP_SSEC_CLOCK  1000


static ngx_int_t ngx_http_ssec_init_memory(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
static ngx_int_t ngx_http_ssec_check_zone_key(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
static ngx_http_ssec_zone_t *ngx_http_ssec_old_zone(
    ngx_http_ssec_zone_t *zone);
static void ngx_http_ssec_clock_handler(ngx_event_t *ev);


static ngx_event_t       ngx_http_ssec_clock;
static ngx_connection_t  ngx_http_ssec_no_connection;


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

    if (old && ngx_http_ssec_check_zone_key(shm_zone, old) != NGX_OK) {
        return NGX_ERROR;
    }

    if (zone->path) {
        return ngx_http_ssec_init_file(shm_zone, old);
    }

    if (data && old->file == NULL) {
        zone->table = old->table;
        zone->epoch = old->epoch;
        return NGX_OK;
    }

    return ngx_http_ssec_init_memory(shm_zone, old);
}


/* Makes a table in the shared memory, with the sessions of the old zone. */

static ngx_int_t
ngx_http_ssec_init_memory(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
{
    size_t                 size;
    u_char                *memory;
    ssec_host_t            host;
    ngx_slab_pool_t       *shpool;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    ngx_http_ssec_host(&host);

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        ssec_table_open(&zone->table, shpool->data, ssec_table_owner());
        zone->epoch = ssec_table_start_clock(&zone->table, &host);
        return NGX_OK;
    }

    /* when a worker dies, the master unlocks the mutex in the pool's header */

    size = shpool->pfree * ngx_pagesize;

    memory = ngx_slab_alloc(shpool, size);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    shpool->data = memory;

#if (NGX_DEBUG_MALLOC)
    ngx_memzero(memory, size);
#endif

    ngx_http_ssec_huge_pages(shm_zone->shm.addr, shm_zone->shm.size);

    if (ngx_http_ssec_create_table(shm_zone, memory, size,
                                   old ? &old->table : NULL, 0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    zone->epoch = old ? ssec_table_tick(&zone->table, &host)
                      : ssec_table_start_clock(&zone->table, &host);

    return NGX_OK;
}


/* Sessions of one key mean nothing for another: a reload cannot change it. */

static ngx_int_t
ngx_http_ssec_check_zone_key(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old)
{
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (zone->key.len == old->key.len
        && ngx_strncmp(zone->key.data, old->key.data, zone->key.len) == 0)
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                  "session_security_zone \"%V\" uses the \"%V\" key while "
                  "previously it used the \"%V\" key; "
                  "give the zone another name, or restart nginx",
                  &shm_zone->shm.name, &zone->key, &old->key);

    return NGX_ERROR;
}


/* The zone of this name in the cycle that runs, or NULL. */

static ngx_http_ssec_zone_t *
ngx_http_ssec_old_zone(ngx_http_ssec_zone_t *zone)
{
    ngx_uint_t             i;
    ngx_cycle_t           *cycle;
    ngx_http_ssec_zone_t  *old;

    cycle = (ngx_cycle_t *) ngx_cycle;
    i = 0;

    while ((old = ngx_http_ssec_next_zone(cycle, &i)) != NULL) {

        if (old != zone
            && old->name.len == zone->name.len
            && ngx_strncmp(old->name.data, zone->name.data, zone->name.len)
               == 0)
        {
            break;
        }
    }

    return old;
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
                  "ngx_http_session_security_module/"
                  NGX_HTTP_SSEC_VERSION);

    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cycle, &i)) != NULL) {

        if (zone->file) {
            ngx_http_ssec_commit_file(zone, cycle->log);
        }

        /* an old worker's open connection must not extend a session there */

        old = ngx_http_ssec_old_zone(zone);

        if (old && old->table.header != zone->table.header) {
            ssec_table_retire(&old->table, true);
        }

        ssec_table_retire(&zone->table, false);
    }

    return NGX_OK;
}


/* A lock names the process that holds it, so each worker has another owner. */

ngx_int_t
ngx_http_ssec_init_process(ngx_cycle_t *cycle)
{
    uint32_t               owner;
    ngx_uint_t             i, has_file;
    ngx_event_t           *ev;
    ngx_http_ssec_zone_t  *zone;

    ngx_http_ssec_init_connections();

    owner = ssec_table_owner();
    has_file = 0;
    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cycle, &i)) != NULL) {
        zone->table.owner = owner;
        has_file |= (zone->file != NULL);
    }

    /* one worker is enough */

    if (has_file && ngx_worker == 0
        && (ngx_process == NGX_PROCESS_WORKER
            || ngx_process == NGX_PROCESS_SINGLE))
    {
        ev = &ngx_http_ssec_clock;

        ev->handler = ngx_http_ssec_clock_handler;
        ev->data = &ngx_http_ssec_no_connection;
        ev->log = cycle->log;
        ev->cancelable = 1;

        ngx_http_ssec_no_connection.fd = (ngx_socket_t) -1;

        ngx_http_ssec_clock_handler(ev);
    }

    return NGX_OK;
}


/* Once a second: after a start of the host the last tick says when it ended. */

static void
ngx_http_ssec_clock_handler(ngx_event_t *ev)
{
    ngx_uint_t             i;
    ssec_host_t            host;
    ngx_cycle_t           *cycle;
    ngx_http_ssec_zone_t  *zone;

    ngx_http_ssec_host(&host);

    cycle = (ngx_cycle_t *) ngx_cycle;
    i = 0;

    while ((zone = ngx_http_ssec_next_zone(cycle, &i)) != NULL) {

        if (zone->file) {
            (void) ssec_table_tick(&zone->table, &host);
        }
    }

    ngx_add_timer(ev, NGX_HTTP_SSEC_CLOCK);
}

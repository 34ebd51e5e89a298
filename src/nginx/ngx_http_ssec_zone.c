/* The zone: a session table that all processes share, and its clock. */

#include "ngx_http_ssec_zone.h"

#include "ngx_http_ssec_connections.h"
#include "ngx_http_ssec_file.h"

#include <openssl/rand.h>


/* in milliseconds: the least time between two reports, and between two ticks */
#define NGX_HTTP_SSEC_REPORT  1000
#define NGX_HTTP_SSEC_SELDOM  3600000
#define NGX_HTTP_SSEC_CLOCK   1000


static ngx_int_t ngx_http_ssec_init_memory(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
static ngx_int_t ngx_http_ssec_check_key(ngx_shm_zone_t *shm_zone,
    ngx_http_ssec_zone_t *old);
static ngx_http_ssec_zone_t *ngx_http_ssec_old_zone(
    ngx_http_ssec_zone_t *zone);
static void ngx_http_ssec_clock_handler(ngx_event_t *ev);


static ngx_event_t       ngx_http_ssec_clock;
static ngx_connection_t  ngx_http_ssec_no_connection;

/* the host's uptime when ngx_current_msec was ngx_http_ssec_time_at */
uint64_t                 ngx_http_ssec_cached_uptime;
ngx_msec_t               ngx_http_ssec_time_at;


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

    if (old && ngx_http_ssec_check_key(shm_zone, old) != NGX_OK) {
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

    zone->epoch = old ? ssec_table_keep_clock(&zone->table, &host)
                      : ssec_table_start_clock(&zone->table, &host);

    return NGX_OK;
}


/*
 * Sessions are spread over the whole zone: with small pages a look-up would
 * miss the TLB as well.  An error is ignored: small pages are slower, no more.
 */

void
ngx_http_ssec_huge_pages(void *memory, size_t size)
{
#if defined(MADV_HUGEPAGE)
    (void) madvise(memory, size, MADV_HUGEPAGE);
#endif
}


/*
 * Makes zone->table in this zeroed memory, with the sessions of another table
 * unless that is NULL.  Their times are moved back by so many milliseconds.
 */

ngx_int_t
ngx_http_ssec_create_table(ngx_shm_zone_t *shm_zone, void *memory, size_t size,
    ssec_table_t *from, uint64_t back)
{
    uint8_t                key[SSEC_DIGEST_KEY];
    ssec_counts_t          counts;
    ngx_http_ssec_zone_t  *zone;

    zone = shm_zone->data;

    if (from) {
        ngx_memcpy(key, from->secret, SSEC_DIGEST_KEY);

    } else if (RAND_bytes(key, SSEC_DIGEST_KEY) != 1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\": RAND_bytes() failed",
                      &zone->name);
        return NGX_ERROR;
    }

    if (!ssec_table_create(memory, size, key)) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\" is too small; make it "
                      "larger",
                      &zone->name);
        return NGX_ERROR;
    }

    ssec_table_open(&zone->table, memory, ssec_table_owner());

    if (from) {

        /* a daemon's pid is not that of the process which opened the table */

        from->owner = ssec_table_owner();

        ssec_table_copy(&zone->table, from, back);
        ssec_table_count(&zone->table, &counts);

        ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\" was %s: "
                      "%uL live sessions are kept, %uL are lost",
                      &zone->name,
                      from->nbuckets == zone->table.nbuckets ? "moved"
                                                             : "resized",
                      counts.live, counts.evicted);
    }

    return NGX_OK;
}


/* Sessions of one key mean nothing for another: a reload cannot change it. */

static ngx_int_t
ngx_http_ssec_check_key(ngx_shm_zone_t *shm_zone, ngx_http_ssec_zone_t *old)
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


ngx_http_ssec_zone_t *
ngx_http_ssec_next_zone(ngx_cycle_t *cycle, ngx_uint_t *i)
{
    ngx_uint_t        n;
    ngx_shm_zone_t   *zones;
    ngx_list_part_t  *part;

    n = *i;

    for (part = &cycle->shared_memory.part; part; part = part->next) {

        zones = part->elts;

        for ( /* void */ ; n < part->nelts; n++, (*i)++) {

            if (zones[n].tag == &ngx_http_session_security_module
                && zones[n].data)
            {
                (*i)++;
                return zones[n].data;
            }
        }

        n -= part->nelts;
    }

    return NULL;
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
            ssec_table_tick(&zone->table, &host);
        }
    }

    ngx_add_timer(ev, NGX_HTTP_SSEC_CLOCK);
}


uint64_t
ngx_http_ssec_uptime(void)
{
    struct timespec  ts;

#if defined(CLOCK_BOOTTIME)
    (void) clock_gettime(CLOCK_BOOTTIME, &ts);
#else
    (void) clock_gettime(CLOCK_MONOTONIC, &ts);
#endif

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


void
ngx_http_ssec_update_time(void)
{
    ngx_http_ssec_cached_uptime = ngx_http_ssec_uptime();
    ngx_http_ssec_time_at = ngx_current_msec;
}


void
ngx_http_ssec_host(ssec_host_t *host)
{
    struct timespec  ts;

    static uint64_t  boot, pids;

    if (boot == 0) {
        boot = ssec_boot(SSEC_BOOT_ID);
        pids = ssec_pids(SSEC_PIDS);
    }

    (void) clock_gettime(CLOCK_REALTIME, &ts);

    host->wall = (uint64_t) ts.tv_sec * 1000
                 + (uint64_t) ts.tv_nsec / 1000000;
    host->uptime = ngx_http_ssec_uptime();

    host->boot = boot;
    host->pids = pids;
}


void
ngx_http_ssec_report(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    uint64_t now)
{
    uint64_t  evicted, invented, refused, lost, period;

    evicted = ssec_table_evicted(&zone->table);
    invented = ssec_table_evicted_invented(&zone->table);
    refused = ssec_table_refused(&zone->table);

    /* sessions seen in one request only are always lost in a full zone */

    lost = evicted - invented + refused;
    period = (lost == zone->lost) ? NGX_HTTP_SSEC_SELDOM
                                  : NGX_HTTP_SSEC_REPORT;

    if (ssec_table_report(&zone->table, now, period)) {
        zone->lost = lost;

        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "session_security_zone \"%V\" is full: %uL live "
                      "sessions were pushed out so far, %uL of them issued by "
                      "the backend, %uL others seen in one request only, and "
                      "%uL found no room; make the zone larger",
                      &zone->name, evicted,
                      ssec_table_evicted_issued(&zone->table),
                      invented, refused);
    }
}

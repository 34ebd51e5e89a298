/* The zone: a session table that all processes share, and its clock. */

#include "ngx_http_ssec_zone.h"

#include <openssl/rand.h>


/* the least time between two reports, in milliseconds */
#define NGX_HTTP_SSEC_REPORT  1000
#define NGX_HTTP_SSEC_SELDOM  3600000


/* the host's uptime when ngx_current_msec was ngx_http_ssec_time_at */
uint64_t    ngx_http_ssec_cached_uptime;
ngx_msec_t  ngx_http_ssec_time_at;


ngx_http_ssec_zone_t *
ngx_http_ssec_next_zone(ngx_cycle_t *cycle, ngx_uint_t *i)
{
    ngx_uint_t        n;
    ngx_shm_zone_t   *zones;
    ngx_list_part_t  *part;

    n = *i;

    for (part = &cycle->shared_memory.part; part; part = part->next) {

        zones = part->elts;

        for ( /* void */ ; n < part->nelts; n++) {
            (*i)++;

            if (zones[n].tag == &ngx_http_session_security_module
                && zones[n].data)
            {
                return zones[n].data;
            }
        }

        n -= part->nelts;
    }

    return NULL;
}


ngx_int_t
ngx_http_ssec_create_table(ngx_http_ssec_zone_t *zone, void *memory,
    size_t size, ngx_log_t *log)
{
    uint8_t        key[SSEC_DIGEST_KEY];
    ssec_host_t    host;
    ssec_table_t   from;
    ssec_counts_t  counts;

    from = zone->table;

    if (from.header == NULL && RAND_bytes(key, SSEC_DIGEST_KEY) != 1) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "session_security_zone \"%V\": RAND_bytes() failed",
                      &zone->name);
        return NGX_ERROR;
    }

    if (!ssec_table_create(memory, size, from.header ? from.secret : key)) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "session_security_zone \"%V\" is too small; "
                      "make it larger", &zone->name);
        return NGX_ERROR;
    }

    ssec_table_open(&zone->table, memory, ssec_table_owner());
    ngx_http_ssec_host(&host);

    if (from.header == NULL) {
        zone->epoch = ssec_table_start_clock(&zone->table, &host);
        return NGX_OK;
    }

    /* a daemon's pid is not that of the process which opened the table */

    from.owner = zone->table.owner;

    ssec_table_copy(&zone->table, &from,
                    ssec_clock_back(zone->epoch + host.uptime));
    ssec_table_count(&zone->table, &counts);

    ngx_log_error(NGX_LOG_NOTICE, log, 0,
                  "session_security_zone \"%V\" was %s: "
                  "%uL live sessions are kept, %uL are lost", &zone->name,
                  from.nbuckets == zone->table.nbuckets ? "moved" : "resized",
                  counts.live, counts.evicted);

    zone->epoch = ssec_table_tick(&zone->table, &host);

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


static uint64_t
ngx_http_ssec_milliseconds(clockid_t clock)
{
    struct timespec  ts;

    (void) clock_gettime(clock, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


uint64_t
ngx_http_ssec_uptime(void)
{
#if defined(CLOCK_BOOTTIME)
    return ngx_http_ssec_milliseconds(CLOCK_BOOTTIME);
#else
    return ngx_http_ssec_milliseconds(CLOCK_MONOTONIC);
#endif
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
    static uint64_t  boot, pids;

    if (boot == 0) {
        boot = ssec_boot(SSEC_BOOT_ID);
        pids = ssec_pids(SSEC_PIDS);
    }

    host->wall = ngx_http_ssec_milliseconds(CLOCK_REALTIME);
    host->uptime = ngx_http_ssec_uptime();
    host->boot = boot;
    host->pids = pids;
}


void
ngx_http_ssec_report(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    uint64_t now)
{
    uint64_t       lost, period;
    ssec_counts_t  counts;

    ssec_table_losses(&zone->table, &counts);

    /* sessions seen in one request only are always lost in a full zone */

    lost = counts.evicted - counts.invented + counts.refused;
    period = (lost == zone->lost) ? NGX_HTTP_SSEC_SELDOM
                                  : NGX_HTTP_SSEC_REPORT;

    if (ssec_table_report(&zone->table, now, period)) {
        zone->lost = lost;

        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "session_security_zone \"%V\" is full: %uL live "
                      "sessions were evicted so far, %uL of them issued by "
                      "the backend, %uL others seen in one request only, and "
                      "%uL found no room; make the zone larger",
                      &zone->name, counts.evicted, counts.issued,
                      counts.invented, counts.refused);
    }
}

/* The zone: the session table in nginx's shared memory, and its clock. */

#include "ngx_http_session_security.h"

#include <openssl/rand.h>


/* records may begin before the host did, by what an open tab tells: row 3 */
#define NGX_HTTP_SESSION_SECURITY_EPOCH  (1ULL << 36)

#define NGX_HTTP_SESSION_SECURITY_REPORT  1000   /* milliseconds */


static ngx_int_t ngx_http_session_security_check_key(ngx_shm_zone_t *shm_zone,
    ngx_http_session_security_zone_t *old);
static ngx_http_session_security_zone_t *ngx_http_session_security_old_zone(
    ngx_shm_zone_t *shm_zone);


ngx_int_t
ngx_http_session_security_init_zone(ngx_shm_zone_t *shm_zone, void *data)
{
    size_t                             size;
    u_char                            *memory;
    uint8_t                            key[SSEC_DIGEST_KEY];
    ssec_counts_t                      counts;
    ngx_slab_pool_t                   *shpool;
    ngx_http_session_security_zone_t  *zone, *old;

    zone = shm_zone->data;
    old = data;

    if (zone->refused) {
        return NGX_ERROR;
    }

    if (old) {
        if (ngx_http_session_security_check_key(shm_zone, old) != NGX_OK) {
            return NGX_ERROR;
        }

        zone->table = old->table;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (shm_zone->shm.exists) {
        ssec_table_open(&zone->table, shpool->data, ssec_table_owner());
        return NGX_OK;
    }

    /* the pool's header stays: the master looks at it when a worker dies */

    size = shpool->pfree * ngx_pagesize;

    memory = ngx_slab_alloc(shpool, size);
    if (memory == NULL) {
        return NGX_ERROR;
    }

    shpool->data = memory;

    old = ngx_http_session_security_old_zone(shm_zone);

    if (old) {
        if (ngx_http_session_security_check_key(shm_zone, old) != NGX_OK) {
            return NGX_ERROR;
        }

        ngx_memcpy(key, old->table.key, SSEC_DIGEST_KEY);

    } else if (RAND_bytes(key, SSEC_DIGEST_KEY) != 1) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "RAND_bytes() failed for session_security_zone \"%V\"",
                      &shm_zone->shm.name);
        return NGX_ERROR;
    }

    if (!ssec_table_create(memory, size, key)) {
        ngx_log_error(NGX_LOG_EMERG, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\" is too small",
                      &shm_zone->shm.name);
        return NGX_ERROR;
    }

    ssec_table_open(&zone->table, memory, ssec_table_owner());

    if (old) {
        ssec_table_copy(&zone->table, &old->table);
        ssec_table_count(&zone->table, &counts);

        ngx_log_error(NGX_LOG_NOTICE, shm_zone->shm.log, 0,
                      "session_security_zone \"%V\" was resized: "
                      "%uL live sessions are kept, %uL are lost",
                      &shm_zone->shm.name, counts.live, counts.evicted);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_session_security_check_key(ngx_shm_zone_t *shm_zone,
    ngx_http_session_security_zone_t *old)
{
    ngx_http_session_security_zone_t  *zone;

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


/* A zone of another size is new to nginx: its sessions are in the old cycle. */

static ngx_http_session_security_zone_t *
ngx_http_session_security_old_zone(ngx_shm_zone_t *shm_zone)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_shm_zone_t   *zones;

    part = (ngx_list_part_t *) &ngx_cycle->shared_memory.part;
    zones = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            zones = part->elts;
            i = 0;
        }

        if (&zones[i] != shm_zone
            && zones[i].tag == shm_zone->tag
            && zones[i].shm.name.len == shm_zone->shm.name.len
            && ngx_strncmp(zones[i].shm.name.data, shm_zone->shm.name.data,
                           shm_zone->shm.name.len)
               == 0)
        {
            return zones[i].data;
        }
    }
}


/* Locks name the process that holds them: a worker needs a name of its own. */

ngx_int_t
ngx_http_session_security_init_process(ngx_cycle_t *cycle)
{
    uint32_t                           owner;
    ngx_uint_t                         i;
    ngx_list_part_t                   *part;
    ngx_shm_zone_t                    *zones;
    ngx_http_session_security_zone_t  *zone;

    ngx_http_session_security_init_connections();

    owner = ssec_table_owner();

    part = &cycle->shared_memory.part;
    zones = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            zones = part->elts;
            i = 0;
        }

        if (zones[i].tag == &ngx_http_session_security_module) {
            zone = zones[i].data;
            zone->table.owner = owner;
        }
    }

    return NGX_OK;
}


uint64_t
ngx_http_session_security_now(void)
{
    struct timespec  ts;

#if defined(CLOCK_BOOTTIME)
    (void) clock_gettime(CLOCK_BOOTTIME, &ts);
#else
    (void) clock_gettime(CLOCK_MONOTONIC, &ts);
#endif

    return NGX_HTTP_SESSION_SECURITY_EPOCH
           + (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


void
ngx_http_session_security_report(ngx_http_request_t *r,
    ngx_http_session_security_zone_t *zone, uint64_t now)
{
    if (ssec_table_report(&zone->table, now,
                          NGX_HTTP_SESSION_SECURITY_REPORT))
    {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "session_security_zone \"%V\" is full: %uL live "
                      "sessions were pushed out so far, %uL of them issued by "
                      "the backend, and %uL found no room, make the zone "
                      "larger",
                      &zone->name, ssec_table_evicted(&zone->table),
                      ssec_table_evicted_issued(&zone->table),
                      ssec_table_refused(&zone->table));
    }
}

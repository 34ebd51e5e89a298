/* The session table in nginx's shared memory or a file, and its clock. */

#ifndef _NGX_HTTP_SSEC_ZONE_H_INCLUDED_
#define _NGX_HTTP_SSEC_ZONE_H_INCLUDED_

#include "ngx_http_ssec.h"

#include "ssec_cookie.h"
#include "ssec_table_file.h"

typedef struct ngx_http_ssec_file_s  ngx_http_ssec_file_t;


struct ngx_http_ssec_zone_s {
    ngx_str_t                  name;
    size_t                     size;
    char                      *path;         /* of its file, or NULL */
    char                      *new;          /* path of a file being made */
    ngx_http_ssec_file_t      *file;
    ngx_str_t                  key;          /* as configured */
    ngx_http_complex_value_t  *value;        /* NULL if it is a cookie */
    ssec_cookie_name_t         cookie;
    u_char                     until;        /* end of the key, or 0 */
    ssec_table_t               table;
    uint64_t                   epoch;        /* table's time less uptime */
    ngx_uint_t                 used;         /* by a location */
    ngx_uint_t                 refused;      /* an error was logged */
    uint32_t                   learned;      /* hash of the last scope */
    uint64_t                   lost;         /* evicted, last reported */
};


/*
 * Sets zone->table and its epoch to a new table in this zeroed memory, with the
 * sessions of the old one, if any, and an earlier clock if that came far.
 */
ngx_int_t ngx_http_ssec_create_table(ngx_http_ssec_zone_t *zone, void *memory,
    size_t size, ngx_log_t *log);

/* Has the kernel use huge pages for the memory, if it is set to. */
void ngx_http_ssec_huge_pages(void *memory, size_t size);
/* The next zone of a cycle, or NULL; *i is 0 at first. */
ngx_http_ssec_zone_t *ngx_http_ssec_next_zone(ngx_cycle_t *cycle,
    ngx_uint_t *i);
void ngx_http_ssec_host(ssec_host_t *host);

/*
 * Logs that the zone is full and evicts live sessions.  At most once a second;
 * once an hour if all of them were seen in one request only and not issued.
 */
void ngx_http_ssec_report(ngx_http_request_t *r, ngx_http_ssec_zone_t *zone,
    uint64_t now);

/* The host's uptime in milliseconds, suspended time included. */
uint64_t ngx_http_ssec_uptime(void);
void ngx_http_ssec_update_time(void);

extern uint64_t    ngx_http_ssec_cached_uptime;
extern ngx_msec_t  ngx_http_ssec_time_at;


/* The zone's time in milliseconds, as of when nginx last updated its own. */

static ngx_inline uint64_t
ngx_http_ssec_now(ngx_http_ssec_zone_t *zone)
{
    if (ngx_http_ssec_time_at != ngx_current_msec) {
        ngx_http_ssec_update_time();
    }

    return zone->epoch + ngx_http_ssec_cached_uptime;
}

#endif /* _NGX_HTTP_SSEC_ZONE_H_INCLUDED_ */

/*
 * Included before each of the module's files: whatever it calls that may find
 * no memory goes by oom_fails() first, and gives what it gives without memory
 * if that says so.
 *
 * Each such call is a site of its own.  The sites lie side by side in a section
 * of the module, so that those which were never reached are known as well.
 */

#ifndef _OOM_FAIL_H_INCLUDED_
#define _OOM_FAIL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <openssl/rand.h>
#include <stdio.h>
#include <sys/mman.h>

#pragma GCC visibility push(hidden)


typedef struct {
    const char  *file;
    const char  *call;
    uintptr_t    line;
    uintptr_t    spare;
} oom_site_t;


int oom_fails(oom_site_t *site);


#pragma GCC visibility pop


#define oom(call, without)                                                    \
    __extension__ ({                                                          \
        static oom_site_t  oom_site                                           \
            __attribute__((section("oom_sites"), used, aligned(32))) =        \
                { __FILE__, #call, __LINE__, 0 };                             \
        oom_fails(&oom_site) ? (without) : (call);                            \
    })


/* nginx's pools, lists and buffers */

#define ngx_palloc(pool, size)                                                \
    oom(ngx_palloc(pool, size), NULL)
#define ngx_pcalloc(pool, size)                                               \
    oom(ngx_pcalloc(pool, size), NULL)
#define ngx_pnalloc(pool, size)                                               \
    oom(ngx_pnalloc(pool, size), NULL)
#define ngx_array_create(pool, n, size)                                       \
    oom(ngx_array_create(pool, n, size), NULL)
#define ngx_array_init(array, pool, n, size)                                  \
    oom(ngx_array_init(array, pool, n, size), NGX_ERROR)
#define ngx_array_push(array)                                                 \
    oom(ngx_array_push(array), NULL)
#define ngx_array_push_n(array, n)                                            \
    oom(ngx_array_push_n(array, n), NULL)
#define ngx_list_push(list)                                                   \
    oom(ngx_list_push(list), NULL)
#define ngx_alloc_chain_link(pool)                                            \
    oom(ngx_alloc_chain_link(pool), NULL)
#define ngx_create_temp_buf(pool, size)                                       \
    oom(ngx_create_temp_buf(pool, size), NULL)
#define ngx_pool_cleanup_add(pool, size)                                      \
    oom(ngx_pool_cleanup_add(pool, size), NULL)
#define ngx_alloc(size, log)                                                  \
    oom(ngx_alloc(size, log), NULL)
#define ngx_calloc(size, log)                                                 \
    oom(ngx_calloc(size, log), NULL)
#define ngx_slab_alloc(pool, size)                                            \
    oom(ngx_slab_alloc(pool, size), NULL)

/* what allocates on the module's behalf */

#define ngx_shared_memory_add(cf, name, size, tag)                            \
    oom(ngx_shared_memory_add(cf, name, size, tag), NULL)
#define ngx_conf_full_name(cycle, name, prefix)                               \
    oom(ngx_conf_full_name(cycle, name, prefix), NGX_ERROR)
#define ngx_http_add_variable(cf, name, flags)                                \
    oom(ngx_http_add_variable(cf, name, flags), NULL)
#define ngx_http_compile_complex_value(ccv)                                   \
    oom(ngx_http_compile_complex_value(ccv), NGX_ERROR)
#define ngx_http_complex_value(r, val, value)                                 \
    oom(ngx_http_complex_value(r, val, value), NGX_ERROR)
#define ngx_http_test_predicates(r, predicates)                               \
    oom(ngx_http_test_predicates(r, predicates), NGX_ERROR)
#define ngx_connection_local_sockaddr(c, s, port)                             \
    oom(ngx_connection_local_sockaddr(c, s, port), NGX_ERROR)
#define ngx_parse_addr(pool, addr, text, len)                                 \
    oom(ngx_parse_addr(pool, addr, text, len), NGX_ERROR)
#define ngx_http_discard_request_body(r)                                      \
    oom(ngx_http_discard_request_body(r), NGX_HTTP_INTERNAL_SERVER_ERROR)
#define ngx_http_send_header(r)                                               \
    oom(ngx_http_send_header(r), NGX_ERROR)
#define ngx_http_send_response(r, status, ct, cv)                             \
    oom(ngx_http_send_response(r, status, ct, cv),                            \
        NGX_HTTP_INTERNAL_SERVER_ERROR)
#define ngx_http_output_filter(r, chain)                                      \
    oom(ngx_http_output_filter(r, chain), NGX_ERROR)

#define ngx_regex_compile(rc)                                                 \
    oom(ngx_regex_compile(rc), ((rc)->err.len = 0, NGX_ERROR))

#if (NGX_PCRE2)
#define ngx_regex_exec(re, s, captures, size)                                 \
    oom(ngx_regex_exec(re, s, captures, size), PCRE2_ERROR_NOMEMORY)
#else
#define ngx_regex_exec(re, s, captures, size)                                 \
    oom(ngx_regex_exec(re, s, captures, size), PCRE_ERROR_NOMEMORY)
#endif

#define RAND_bytes(buf, n)                                                    \
    oom(RAND_bytes(buf, n), 0)
#define mmap(addr, size, prot, flags, fd, offset)                             \
    oom(mmap(addr, size, prot, flags, fd, offset), MAP_FAILED)
#define fopen(path, mode)                                                     \
    oom(fopen(path, mode), NULL)


#endif /* _OOM_FAIL_H_INCLUDED_ */

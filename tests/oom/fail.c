/*
 * Which call finds no memory, and which sites there are: in a file that nginx's
 * processes share with the test, OOM_FILE.
 */

#include "fail.h"

#include <fcntl.h>
#include <stdlib.h>


#define OOM_SITES  256


/* tests/oom_test.py has the same */

typedef struct {
    uint32_t  line;
    uint32_t  seen;
    uint32_t  failed;
    char      file[48];
    char      call[68];
} oom_shared_site_t;


typedef struct {
    uint32_t           fail_at;     /* the call to fail, from 1; 0 is none */
    uint32_t           onwards;     /* and all after it */
    uint32_t           seen;        /* calls so far */
    uint32_t           failed;
    uint32_t           nsites;
    oom_shared_site_t  sites[OOM_SITES];
} oom_shared_t;


extern oom_site_t  __start_oom_sites[];
extern oom_site_t  __stop_oom_sites[];

static oom_shared_t  *oom_shared;


/* As the module is loaded, before there are workers. */

__attribute__((constructor))
static void
oom_share(void)
{
    int          fd;
    size_t       i;
    const char  *path;

    path = getenv("OOM_FILE");
    fd = path ? open(path, O_RDWR) : -1;

    if (fd == -1 || __stop_oom_sites - __start_oom_sites > OOM_SITES) {
        fprintf(stderr, "OOM_FILE is not there, or too small\n");
        abort();
    }

    oom_shared = (mmap)(NULL, sizeof(oom_shared_t), PROT_READ|PROT_WRITE,
                        MAP_SHARED, fd, 0);
    close(fd);

    if (oom_shared == MAP_FAILED) {
        abort();
    }

    oom_shared->nsites = __stop_oom_sites - __start_oom_sites;

    for (i = 0; i < oom_shared->nsites; i++) {
        oom_shared->sites[i].line = __start_oom_sites[i].line;
        ngx_cpystrn((u_char *) oom_shared->sites[i].file,
                    (u_char *) __start_oom_sites[i].file,
                    sizeof(oom_shared->sites[i].file));
        ngx_cpystrn((u_char *) oom_shared->sites[i].call,
                    (u_char *) __start_oom_sites[i].call,
                    sizeof(oom_shared->sites[i].call));
    }
}


int
oom_fails(oom_site_t *site)
{
    oom_shared_site_t  *shared;

    shared = &oom_shared->sites[site - __start_oom_sites];
    shared->seen++;
    oom_shared->seen++;

    if (oom_shared->fail_at == 0
        || oom_shared->seen < oom_shared->fail_at
        || (oom_shared->seen > oom_shared->fail_at && !oom_shared->onwards))
    {
        return 0;
    }

    shared->failed++;
    oom_shared->failed++;

    return 1;
}

/*
 * Preloaded into nginx: the clock that the module reads is ahead of the
 * machine's by the milliseconds in the file that TEST_CLOCK names.  nginx's own
 * clocks are as they were.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>


static volatile const int64_t  *ahead;


__attribute__((constructor)) static void
open_file(void)
{
    int          fd;
    void        *p;
    const char  *name;

    name = getenv("TEST_CLOCK");
    fd = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;

    if (fd == -1) {
        return;
    }

    p = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);

    if (p != MAP_FAILED) {
        ahead = p;
    }

    (void) close(fd);
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int  status;

    status = (int) syscall(SYS_clock_gettime, id, ts);

    if (status == 0 && id == CLOCK_BOOTTIME && ahead) {
        ts->tv_sec += *ahead / 1000;
        ts->tv_nsec += *ahead % 1000 * 1000000;

        if (ts->tv_nsec >= 1000000000) {
            ts->tv_nsec -= 1000000000;
            ts->tv_sec++;
        }
    }

    return status;
}

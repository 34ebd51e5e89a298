/*
 * Preloaded into nginx: the clock that the module reads is ahead of the
 * machine's by the milliseconds in the file that TEST_CLOCK names.  A number
 * from STANDS on is a wall clock's time: the module's clock stands where it was
 * at that time.  nginx's own clocks are as they were.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>


#define STANDS  1000000000000   /* milliseconds since 1970: in 2001 */


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


static int64_t
nanoseconds(const struct timespec *ts)
{
    return (int64_t) ts->tv_sec * 1000000000 + ts->tv_nsec;
}


int
clock_gettime(clockid_t id, struct timespec *ts)
{
    int              status;
    int64_t          ms, ns;
    struct timespec  wall;

    status = (int) syscall(SYS_clock_gettime, id, ts);

    if (status != 0 || id != CLOCK_BOOTTIME || ahead == NULL) {
        return status;
    }

    /* read once: a test may write it meanwhile */

    ms = *ahead;
    ns = nanoseconds(ts) + ms * 1000000;

    if (ms >= STANDS) {
        (void) syscall(SYS_clock_gettime, CLOCK_REALTIME, &wall);
        ns -= nanoseconds(&wall);
    }

    ts->tv_sec = ns / 1000000000;
    ts->tv_nsec = ns % 1000000000;

    return status;
}

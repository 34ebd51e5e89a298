/*
 * Hooks: where the table calls the system, a test may step in.  To be included
 * before ssec_test_table.h.
 */

#ifndef SSEC_TEST_HOOKS_H
#define SSEC_TEST_HOOKS_H


#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/types.h>


static void  (*on_yield)(void);  /* called instead of sched_yield() */
static void  (*on_kill)(void);   /* called before kill() */
static int   kill_errno;         /* with which kill() fails; 0: not */
static char  *proc_stat;         /* the contents of /proc; "" for none */
static char  *own_stat;          /* those of this process's own /proc/PID */
static int   crash_at;           /* the crash point to stop at */


static inline int
test_yield(void)
{
    if (on_yield) {
        on_yield();
    }

    return sched_yield();
}


static inline int
test_kill(pid_t pid, int sig)
{
    if (on_kill) {
        on_kill();
    }

    if (kill_errno) {
        errno = kill_errno;
        return -1;
    }

    return kill(pid, sig);
}


static inline FILE *
test_fopen(const char *path, const char *mode)
{
    char  own[32];

    snprintf(own, sizeof(own), "/proc/%ld/stat", (long) getpid());

    if (own_stat && strcmp(path, own) == 0) {
        return fmemopen(own_stat, strlen(own_stat), mode);
    }

    if (proc_stat == NULL) {
        return fopen(path, mode);
    }

    return *proc_stat ? fmemopen(proc_stat, strlen(proc_stat), mode) : NULL;
}


static inline void
test_crash_point(int n)
{
    if (n == crash_at) {
        (void) raise(SIGKILL);
    }
}


static inline void
test_reset_hooks(void)
{
    on_yield = NULL;
    on_kill = NULL;
    kill_errno = 0;
    proc_stat = NULL;
    own_stat = NULL;
    crash_at = 0;
}


#define sched_yield()          test_yield()
#define kill(pid, sig)         test_kill(pid, sig)
#define fopen(path, mode)      test_fopen(path, mode)
#define ssec_crash_point(n)    test_crash_point(n)


#endif /* SSEC_TEST_HOOKS_H */

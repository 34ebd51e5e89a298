"""
nginx as it runs in production, a master that is a daemon: started, reloaded,
upgraded and killed.  Whatever becomes of its processes, they are children of
this one in the end, which asks the kernel for that, and ends them by their ids.

What takes time is a generator: it yields how long it waits.
"""

import ctypes
import os
import signal
import subprocess
import time

import servers
from faults.model import now

WORKERS = 2
SUBREAPER = 36                           # PR_SET_CHILD_SUBREAPER


class Stuck(Exception):
    pass


class Masters:
    def __init__(self, running, client, conf, ours):
        self.running = running
        self.client = client
        self.conf = conf
        self.ours = ours                 # children of this process to leave
        self.master = None
        self.worker_kills = 0
        self.server_kills = 0
        self.start_kills = 0
        self.reloads = 0
        self.upgrades = 0
        self.taken_back = 0

        if ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0) != 0:
            raise RuntimeError("prctl(PR_SET_CHILD_SUBREAPER) failed")

    def args(self):
        return [servers.NGINX, "-e", self.running.path("nginx.log"),
                "-p", self.running.dir + "/", "-c", self.conf]

    def start(self):
        """Returns once it listens."""

        for name in "nginx.pid", "nginx.pid.oldbin":
            if os.path.exists(self.running.path(name)):
                os.unlink(self.running.path(name))

        done = subprocess.run(
            self.args(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=60)

        if done.returncode != 0:
            raise RuntimeError("nginx does not start: %s"
                               % done.stderr.decode(errors="replace"))

        if not servers.wait_until(self.pid_file, 20):
            raise RuntimeError("nginx wrote no pid file")

        self.master = self.pid_file()

    def pid_file(self):
        text = self.running.read("nginx.pid").strip()
        return int(text) if text else None

    def all(self):
        """Every process of nginx; those that ended are reaped."""

        pids = []

        for pid in children(os.getpid()):
            if pid not in self.ours:
                try:
                    gone = os.waitpid(pid, os.WNOHANG)[0]
                except ChildProcessError:
                    continue
                if not gone:
                    pids.append(pid)

        for pid in pids:                 # it grows
            pids.extend(children(pid))

        return pids

    def kill(self, pid):
        self.client.killed.add(pid)

        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False

        self.client.last_kill = now()
        return True

    def kill_worker(self, random, busy=None):
        """The one that is busy, if there is one; or any, also on its way out."""

        pids = [pid for pid in self.all() if "worker" in title(pid)]

        if busy in pids:
            pids = [busy]

        if pids and self.kill(random.choice(pids)):
            self.worker_kills += 1
            return True

        return False

    def kill_server(self):
        """The masters first, or they would start other workers."""

        end = time.monotonic() + 60

        while True:
            pids = self.all()

            if not pids:
                break

            for pid in sorted(pids, key=lambda pid: "master" not in title(pid)):
                self.kill(pid)

            if time.monotonic() > end:
                raise Stuck("processes do not die: " + "; ".join(
                    describe(pid) for pid in pids))

            time.sleep(0.001)

    def kill_starting(self, random):
        """Starts it, and kills it before it is ready, or a bit later."""

        starting = self.running.start(self.args(), "nginx.out")
        time.sleep(random.uniform(0, 0.08))
        starting.kill()
        self.running.stop(starting)

        self.kill_server()
        self.start_kills += 1

    def stop(self):
        """As an administrator does it; gives what is left of it then."""

        if self.master in self.all():
            os.kill(self.master, signal.SIGQUIT)

        servers.wait_until(lambda: not self.all(), 15)
        return self.all()

    def settle(self, master, old, what):
        """Until there are other workers, and the old ones were told to quit."""

        calm = 0

        for _ in range(1000):
            yield 0.02

            there = workers(master)
            calm = (calm + 1 if len(there) == WORKERS and not there & old
                    else 0)

            if calm == 5:
                return

        raise Stuck("%s: workers %r, before %r" % (what, there, old))

    def until(self, condition, what):
        for _ in range(1000):
            if condition():
                return
            yield 0.02

        raise Stuck(what)

    def reload(self):
        self.client.unsettle()

        old = set(children(self.master))
        os.kill(self.master, signal.SIGHUP)

        yield from self.settle(self.master, old, "reload")

        self.client.settled = True
        self.reloads += 1

    def upgrade(self, random):
        self.client.unsettle()

        old = self.master
        os.kill(old, signal.SIGUSR2)

        yield from self.until(lambda: self.pid_file() not in (None, old),
                              "no new master")
        new = self.pid_file()
        yield from self.settle(new, set(), "the new master")

        yield random.uniform(0, 1)

        if random.random() < 0.6:
            os.kill(old, signal.SIGWINCH)
            yield from self.until(lambda: not workers(old),
                                  "the old master's workers stay")
            yield random.uniform(0, 0.3)

            os.kill(old, signal.SIGQUIT)
            yield from self.until(lambda: old not in self.all(),
                                  "the old master stays")
            self.master = new
            self.upgrades += 1

        else:
            if random.random() < 0.7:
                os.kill(old, signal.SIGWINCH)
                yield from self.until(lambda: not workers(old),
                                      "the old master's workers stay")
                yield random.uniform(0, 0.3)

                os.kill(old, signal.SIGHUP)
                yield from self.settle(old, set(), "the old master again")

            os.kill(new, signal.SIGQUIT)
            yield from self.until(lambda: new not in self.all()
                                  and self.pid_file() == old,
                                  "the new master stays")
            self.taken_back += 1

        yield 0.2
        self.client.settled = True


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def title(pid):
    try:
        with open("/proc/%d/cmdline" % pid) as file:
            return file.read()
    except OSError:
        return ""


def describe(pid):
    """For whoever has to find out why it is there."""

    try:
        with open("/proc/%d/stat" % pid) as file:
            state = file.read().rpartition(")")[2].split()[0]
        with open("/proc/%d/wchan" % pid) as file:
            return "%d %s %s %s" % (pid, state, file.read(), title(pid)[:60])
    except OSError as error:
        return "%d %s" % (pid, error)


def workers(master):
    """Without those that are on their way out."""

    return {pid for pid in children(master)
            if "worker process" in title(pid) and "shutting" not in title(pid)}

#!/usr/bin/python3
"""
Faults under load.  Thousands of users do what users do, and of each session it
is known what it must be (faults/model.py), while

    workers are killed by SIGKILL, WORKER_KILLS times,
    the server, all of its processes, is killed by SIGKILL and started again,
        SERVER_KILLS times,
    it is reloaded every second, with another size of a zone now and then,
    the binary is upgraded, or that taken back,
    a zone is filled with keys that nobody issued,
    and the backend is stopped and continued.

No answer may differ from what must be, and no request fail but those on
connections that a killed process had.  While the backend is silent, 502 and 504
are what a proxy answers.

TIME=60 is how many seconds it lasts, and longer if the kills take longer;
SESSIONS=2000 how many users there are.  SEED repeats the choices, as far as the
times are alike.  FILE=0 keeps the zones in memory: nothing outlives a master
then, so the server is neither killed nor upgraded.  ZONES is the directory for
these files: one in memory, by default, since how long a disk takes to free what
is removed is no part of this.
"""

import heapq
import os
import random
import re
import shutil
import signal
import tempfile
import time

import servers
from faults.client import Client, Flood
from faults.masters import WORKERS, Masters, Stuck
from faults.model import now
from faults.probe import Probe
from faults.sessions import PLACES, PING, Users

TIME = int(os.environ.get("TIME", "60"))
FILE = os.environ.get("FILE", "1") == "1"
SESSIONS = int(os.environ.get("SESSIONS", "2000"))
SEED = os.environ.get("SEED") or "%d" % random.randrange(10 ** 6)
WORKER_KILLS = int(os.environ.get("WORKER_KILLS", str(TIME * 2)))
SERVER_KILLS = int(os.environ.get("SERVER_KILLS", str(TIME // 6))) * FILE
ZONES = os.environ.get("ZONES") or ("/dev/shm" if os.path.isdir("/dev/shm")
                                    else None)
CONNECTIONS = 64

# what nginx says of processes that were killed, and of a stopped backend
EXPECTED = re.compile(
    r"exited on signal 9"
    r"|sendmsg\(\) failed \((9|32): "
    r"|kill\(\d+, \d+\) failed \(3: "
    r"|upstream timed out \(110: ")

BACKEND = """
    daemon off;
    master_process off;
    pid backend.pid;
    error_log backend.log;
    events { worker_connections 4096; }
    http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        keepalive_requests 1000000000;
        keepalive_timeout 1d;

        map $arg_k $sets {
            ""       "";
            default  "sid=$arg_k; Path=/";
        }
        map $uri $cookie {
            ~/logout$  "sid=; Path=/; Max-Age=0";
            default    $sets;
        }
        server {
            listen 127.0.0.1:%d backlog=4096;
            add_header Set-Cookie $cookie;
            add_header X-Accel-Session $arg_say;
            return 200 $cookie_sid;
        }
    }
    """

CONF = """
    load_module "%s";
    worker_processes %d;
    pid nginx.pid;
    error_log nginx.log notice;
    events { worker_connections 4096; }
    http {
        access_log off;
        client_body_temp_path body;
        proxy_temp_path proxy;
        fastcgi_temp_path fastcgi;
        uwsgi_temp_path uwsgi;
        scgi_temp_path scgi;
        keepalive_requests 1000000000;
        keepalive_timeout 1d;

        session_security_zone cookie=sid zone=roomy:%dk%s;
        session_security_zone cookie=sid zone=tight:%dk%s;

        upstream backend {
            server 127.0.0.1:%d;
            keepalive 64;
        }
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_connect_timeout 1s;
        proxy_read_timeout 1s;

        server {
            listen 127.0.0.1:%d backlog=4096;
            add_header X-Seen
                "$session_security_state $session_security_idle $pid" always;
            %s
            location /flood {
                session_security zone=tight;
                session_security_expire_after 1d;
                empty_gif;
            }
        }
    }
    """

LOCATION = """
            location /%s/ {
                session_security zone=%s;
                session_security_expire_after %dms;
                session_security_max_lifetime %dms;
                session_security_unknown %s;
                %s
                session_security_passive_urls ~/passive$;
                proxy_pass http://backend;
                location = /%s/ping { session_security_ping; }
            }
"""

ENDS = {
    "logout": "session_security_logout_url /%s/logout;",
    "login": "session_security_login_url /%s/logout;",
    "nowhere": ""
}


def location(place):
    ends = ENDS[place.ends]

    return LOCATION % (place.name, "tight" if place.tight else "roomy",
                       place.expire, place.lifetime,
                       "expired" if place.strict else "track",
                       ends % place.name if "%s" in ends else ends, place.name)


class Rig:
    def __init__(self, running, zones):
        self.running = running
        self.zones = zones
        self.port = servers.free_port()
        self.backend_port = servers.free_port()
        self.backend_stops = 0
        self.is_down = False
        self.is_quiet = False            # no request is to be sent
        self.is_over = False
        self.resizes = 0
        self.tasks = []
        self.serial = 0
        self.log = []                    # what was done, and when

        backend = running.start(
            [servers.NGINX, "-e", "stderr", "-p", running.dir + "/", "-c",
             running.write("backend.conf", BACKEND % self.backend_port)],
            "backend.out")
        servers.wait_for_port(self.backend_port, backend,
                              lambda: running.read("backend.out"))
        self.backend = backend.pid
        self.probe = Probe(self.backend_port)

        # all that come in this time find room in one; the other is filled to
        # a third with what was issued

        self.roomy = 8192 + 40 * TIME * max(1, SESSIONS // 2000)
        self.tight = 128 * max(1, (SESSIONS + 1999) // 2000)

        self.client = Client(self.port, CONNECTIONS)
        self.masters = Masters(running, self.client, self.configure(1),
                               {self.backend})
        self.flood = Flood(self.client, self.random("flood"))
        self.flooding = False

    def configure(self, times):
        """Writes the configuration, with so many times the room."""

        file = [" file=" + os.path.join(self.zones, name) if FILE else ""
                for name in ("roomy.zone", "tight.zone")]

        return self.running.write("nginx.conf", CONF % (
            servers.MODULE, WORKERS, self.roomy * times, file[0], self.tight,
            file[1], self.backend_port, self.port,
            "".join(location(place) for place in PLACES)))

    def random(self, name):
        return random.Random("%s-%s" % (SEED, name))

    def did(self, what):
        self.log.append((now(), what))

    # the faults, each a generator that yields how long it waits

    def workers(self):
        rand = self.random("workers")

        while self.masters.worker_kills < WORKER_KILLS:
            yield rand.expovariate(WORKER_KILLS / TIME)

            if self.is_down:
                continue

            # one that is at work in the table, if possible

            if self.flooding:
                self.flood.go_on()
                time.sleep(rand.uniform(0, 0.003))

            self.masters.kill_worker(rand, self.flood.pid)
            self.did("a worker was killed")

    def server(self):
        rand = self.random("server")

        while self.masters.server_kills < SERVER_KILLS:
            yield rand.uniform(0.2, 1.8) * TIME / SERVER_KILLS

            self.masters.kill_server()
            self.masters.server_kills += 1
            self.is_down = True
            self.did("the server was killed")
            self.stop(self.operation)

            yield rand.choice([0, 0, rand.uniform(0, 1.5)])

            if rand.random() < 0.3:
                self.masters.kill_starting(rand)

            self.masters.start()
            self.is_down = False
            self.did("the server was started")
            self.start_operations()

    def operations(self):
        rand = self.random("operations-%d" % self.masters.server_kills)

        # after a start, too, connections may be closed by who comes next

        yield from self.masters.settle(self.masters.master, set(), "start")
        self.client.settled = True

        while not self.is_over:
            yield rand.uniform(0.6, 1)

            r = rand.random()

            if FILE and r < 0.2:
                yield from self.masters.upgrade(rand)
                self.did("it was upgraded, or that taken back")
            elif r < 0.3:
                yield from self.resize(rand)
                self.did("the zone was resized")
            else:
                yield from self.masters.reload()
                self.did("it was reloaded")

    def resize(self, rand):
        """
        What old workers change after that is not carried over, so there is
        nothing under way meanwhile: but this may be killed, too.
        """

        self.is_quiet = True

        try:
            yield from self.masters.until(lambda: self.client.busy == 0,
                                          "requests have no answer")
            self.configure(rand.choice([1, 1.5, 2]))
            yield from self.masters.reload()
            self.resizes += 1
        finally:
            self.is_quiet = False

    def filling(self):
        rand = self.random("filling")

        while True:
            yield rand.uniform(0.5, 2)
            self.flooding = True
            yield rand.uniform(0.5, 1.5)
            self.flooding = False
            self.flood.stop()

    def stopping(self):
        rand = self.random("stopping")

        while True:
            yield rand.uniform(2, 6)

            os.kill(self.backend, signal.SIGSTOP)
            self.backend_stops += 1
            self.did("the backend was stopped")

            try:
                yield rand.uniform(0.1, 1.6)
            finally:
                os.kill(self.backend, signal.SIGCONT)
                self.did("the backend was continued")

    def patience(self):
        while True:
            yield 1
            self.client.give_up()

    # the clockwork

    def start(self, task):
        self.serial += 1
        heapq.heappush(self.tasks, (time.monotonic(), self.serial, task))
        return task

    def stop(self, task):
        task.close()
        self.tasks = [each for each in self.tasks if each[2] is not task]
        heapq.heapify(self.tasks)

    def start_operations(self):
        self.client.unsettle()
        self.operation = self.start(self.operations())

    def turn(self, users):
        """Whose time has come; then requests and answers."""

        while self.tasks and self.tasks[0][0] <= time.monotonic():
            _, _, task = heapq.heappop(self.tasks)

            try:
                pause = next(task)
            except StopIteration:
                continue

            self.serial += 1
            heapq.heappush(self.tasks, (time.monotonic() + pause, self.serial,
                                        task))

        if not self.is_down:
            if not self.is_quiet:
                users.act()

            if self.flooding:
                self.flood.go_on()

        self.client.wait(0.005)

    def run(self, users):
        end = time.monotonic() + TIME

        self.masters.start()
        self.start_operations()
        self.start(self.patience())
        faults = [self.start(task) for task in (
            self.workers(), self.server(), self.filling(), self.stopping())]

        while (time.monotonic() < end
               or self.masters.worker_kills < WORKER_KILLS
               or self.masters.server_kills < SERVER_KILLS):
            self.turn(users)

        # all is quiet: what is asked for now, is what is

        for task in faults:
            self.stop(task)

        self.flood.stop()
        self.flooding = False
        self.is_over = True

        if self.is_down:
            self.masters.start()
            self.is_down = False
            self.start_operations()

        while self.operation.gi_frame:
            self.turn(users)

        users.going_on = False
        self.last_round(users)

    def last_round(self, users):
        """Each session is asked for once more, and its answer awaited."""

        end = time.monotonic() + 60

        while self.client.busy or users.due:
            if time.monotonic() > end:
                raise Stuck("%d requests have no answer" % self.client.busy)

            while users.due and self.client.has_room():
                session = heapq.heappop(users.due)[2]
                if session.worlds:
                    users.send(session, PING)

            self.turn(users)


def faults(running, tap):
    print("SEED=%s TIME=%d SESSIONS=%d FILE=%d" % (SEED, TIME, SESSIONS, FILE),
          flush=True)

    zones = tempfile.mkdtemp(prefix="session-security-faults.", dir=ZONES)

    try:
        storm(Rig(running, zones), tap)
    finally:
        shutil.rmtree(zones)


def storm(rig, tap):
    users = Users(rig.client, SESSIONS, SEED, rig.probe.was_silent)
    stuck = []

    try:
        try:
            rig.run(users)
        except Stuck as error:
            stuck.append(str(error))

        left = rig.masters.stop()

    finally:
        rig.probe.end()
        rig.client.end()
        rig.flood.stop()
        os.kill(rig.backend, signal.SIGCONT)
        rig.masters.kill_server()

    report(rig, users, stuck, left, tap)


def report(rig, users, stuck, left, tap):
    masters = rig.masters
    log = unexpected(rig)

    print("requests                %d, and %d with invented keys"
          % (users.requests, rig.flood.answers))
    print("sessions                %d, up to %d at once"
          % (users.began, SESSIONS))
    print("worker kills            %d" % masters.worker_kills)
    print("server kills            %d, and %d at a start"
          % (masters.server_kills, masters.start_kills))
    print("reloads                 %d, %d of them with another size"
          % (masters.reloads, rig.resizes))
    print("upgrades                %d, and %d taken back"
          % (masters.upgrades, masters.taken_back))
    print("backend stops           %d, with %d answers of 502 or 504"
          % (rig.backend_stops, users.late))
    print("on killed connections   %d requests" % rig.client.broken)
    print("ended with its session  %d requests" % users.cut)
    print("sessions lost           %d" % len(users.lost))
    print("wrong states            %d" % len(users.wrong))
    print("failed requests         %d%s"
          % (sum(users.failed.values()),
             "".join(", %d: %s" % (n, reason)
                     for reason, n in sorted(users.failed.items()))))

    tap.ok(users.requests > 1000, "there was traffic")
    tap.ok(masters.worker_kills >= WORKER_KILLS
           and masters.server_kills >= SERVER_KILLS and masters.reloads > 0,
           "there were faults")
    tap.ok(not stuck, "no process got stuck", *stuck)
    tap.ok(not users.lost, "no session was lost", *notes(rig, users.lost))
    tap.ok(not users.wrong, "no session was in a wrong state",
           *notes(rig, users.wrong))
    tap.ok(not users.failures,
           "no request failed but those on killed connections",
           *notes(rig, [(t, [text]) for t, text in users.failures]))
    tap.ok(not log, "nothing in the log that was not to be expected",
           *log[:20])
    tap.ok(not left, "no process was left behind", *left)


def notes(rig, found):
    """What was found, with what was done shortly before."""

    for t, text in found[:10]:
        yield from text
        for when, what in rig.log:
            if t - 3000 < when <= t:
                yield "    %d ms before: %s" % (t - when, what)


def unexpected(rig):
    """Lines of the log."""

    bad = []

    for line in rig.running.read("nginx.log").splitlines():
        if re.search(r"\[(alert|emerg|crit|error)\]", line):
            if not EXPECTED.search(line):
                bad.append(line)

        lost = re.search(r'"(\w+)" is full: .* (\d+) of them issued', line)

        if lost and (lost.group(1) == "roomy" or int(lost.group(2))):
            bad.append(line)

    return bad


if __name__ == "__main__":
    servers.main("faults", 3 * TIME + 180, faults)

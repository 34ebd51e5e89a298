"""
A zone that lies in a file: what survives a restart, a crash, a start of the
host, a binary upgrade and a reload, and what is refused and what rebuilt.

The start of a host is played by changing the clock in the file's header: see
ssec_header_s in src/core/ssec_table_slots.h.

MODULE and NGINX_BINARY name the module and the nginx binary.
"""

import os
import re
import resource
import signal
import socket
import stat
import struct
import subprocess
import threading
import time

import servers
from servers import API, PAGE

# where the header has what: see ssec_seal_t and ssec_clock_t
VERSION, SIZE, CHECK = 8, 24, 64
BOOT, EPOCH, BEGAN, TICKED, PIDS = 128, 136, 144, 152, 160


def conf(port, file="zone", size="1m", key="cookie=sid", more=""):
    return """
        session_security_zone %s zone=s:%s %s;
        keepalive_requests 1000000;
        %s
        server {
            listen 127.0.0.1:%d;

            add_header X-State $session_security_state always;
            add_header X-Idle $session_security_idle always;

            session_security zone=s;
            session_security_logout_url /logout;
            session_security_passive $arg_passive;

            location / { empty_gif; }
            location /short { session_security_expire_after 400ms; empty_gif; }
            location /long { session_security_expire_after 1h; empty_gif; }
            location /issue {
                add_header Set-Cookie "sid=$arg_sid";
                add_header X-Accel-Session $arg_said;
                proxy_pass http://127.0.0.1:%d/backend?$args;
            }
            location /backend {
                session_security off;
                add_header Set-Cookie "sid=$arg_sid";
                add_header X-Accel-Session $arg_said;
                return 200;
            }
        }
        """ % (key, size, "file=" + file if file else "", more, port, port)


def state(port, sid, path="/x?passive=1", kind=API):
    answer = servers.ask(port, path, kind, "sid=" + sid)
    idle = answer.headers.get("X-Idle")

    return (answer.status, answer.headers.get("X-State"),
            None if idle is None else int(idle))


class Rig:
    """An nginx whose zone lies in a file, and ways to end and to look at it."""

    def __init__(self, running, tap):
        self.running = running
        self.tap = tap
        self.port = servers.free_port()
        self.nginx = servers.Nginx(running, conf(self.port), "zone")
        self.file = running.path("zone")
        self.began = 0

    def start(self):
        self.nginx.start(self.port)

        # it listens before the file has its name
        servers.wait_until(lambda: len(self.nginx.workers()) == 2, 10)

    def crash(self):
        """Master and workers at once, as a loss of power would end them."""

        pid = self.nginx.process.pid
        os.kill(pid, signal.SIGSTOP)

        with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
            workers = [int(child) for child in file.read().split()]

        for each in workers + [pid]:
            os.kill(each, signal.SIGKILL)

        self.nginx.process.wait()

    def fails(self, *texts):
        """Starting fails, and says all of this."""

        before = self.nginx.log() + self.running.read("zone.out")

        process = self.running.start(self.nginx.args(), "zone.out")
        code = process.wait(20)

        said = (self.nginx.log() + self.running.read("zone.out"))

        self.tap.ok(code != 0 and all(t in said for t in texts),
                    "nginx does not start: %s" % (texts,), code,
                    said[-1000:], len(before))

    def says(self, text, times=1):
        self.tap.equal(self.nginx.log().count(text), times,
                       "error.log says: " + text)
        os.truncate(self.running.path("zone.log"), 0)

    def test(self, **changes):
        """nginx -t with a changed configuration, beside whatever runs."""

        self.nginx.configure(conf(self.port, **changes), "test.conf")

        return self.nginx.test("test.conf")

    def header(self, at, value=None):
        with open(self.file, "r+b") as file:
            file.seek(at)
            old = struct.unpack("<Q", file.read(8))[0]

            if value is not None:
                file.seek(at)
                file.write(struct.pack("<Q", value % 2 ** 64))

        return old

    def reboot(self, seconds):
        """As if the host was started anew, so many seconds later."""

        self.header(BOOT, self.header(BOOT) + 1)
        self.header(EPOCH, 12345)
        self.header(BEGAN, self.header(BEGAN) - 1000 * seconds)

    # sessions of every kind

    def begin(self):
        """Begins a session in each state, some of them with further keys."""

        tap, port = self.tap, self.port

        for sid in ("live", "expired", "closed", "told"):
            tap.equal(state(port, sid, "/short"), (200, "new", 0),
                      "a session to be %s is new" % sid)

        servers.ask(port, "/issue?sid=first", API)
        servers.ask(port, "/x", API, "sid=first")
        servers.ask(port, "/issue?sid=second", API, "sid=first")
        servers.ask(port, "/issue?sid=own&said=on,expire_after=3000", API)
        self.began = time.monotonic()

        time.sleep(0.5)

        tap.equal(state(port, "live", "/long")[1], "live", "one is live")
        self.began = time.monotonic()

        tap.equal(state(port, "expired", "/short", PAGE)[1], "expired",
                  "one has expired")
        tap.equal(state(port, "told", "/short")[0], 401, "one is told so")
        state(port, "closed", "/short", PAGE)
        tap.equal(state(port, "closed", "/logout", PAGE)[1], "expired",
                  "one is logged out")

    def kept(self, text, down=0):
        """Each is as it was, and down time counts as idle."""

        tap, port = self.tap, self.port

        least = int(time.monotonic() - self.began + down - 0.1)
        status, name, idle = state(port, "live", "/long?passive=1")
        most = int(time.monotonic() - self.began + down + 1.1)

        tap.ok((status, name) == (200, "live") and idle is not None
               and least <= idle <= most, text + ": the live session is live,"
               " and its idle time goes on", (status, name, idle, least, most))
        tap.equal(state(port, "expired", kind=PAGE)[:2], (302, "expired"),
                  text + ": the expired one is expired")
        tap.equal(state(port, "told")[:2], (401, "expired"),
                  text + ": so is the one that was told so")
        tap.equal(state(port, "closed")[:2], (200, "closed"),
                  text + ": the closed one is closed")

        if down < 600:
            # the first key is a former one a few seconds after it was replaced
            first, second = (state(port, sid)[1] for sid in ("first", "second"))
            tap.ok(first in ("live", "anonymous") and second == "live",
                   text + ": a session has both its keys", first, second)
            tap.equal(state(port, "own")[1], "live",
                      text + ": one has limits of its own")


def test(running, tap):
    rig = Rig(running, tap)

    files(rig)
    writable(rig)
    restarts(rig)
    hosts(rig)
    reloads(rig)
    containers(rig)
    forgotten(rig)
    upgrades(rig)
    broken(rig)
    refused(rig)

    tap.equal([line for line in rig.nginx.log().splitlines()
               if "[alert]" in line and "signal 9" not in line], [],
              "no alerts")


def files(rig):
    tap, nginx = rig.tap, rig.nginx

    code, said = rig.test()
    tap.ok(code == 0 and "test is successful" in said,
           "nginx -t where there is no file yet", said)
    tap.equal([name for name in os.listdir(rig.running.dir)
               if name in ("zone", "zone.new")], [], "leaves none behind")

    rig.start()
    status = os.stat(rig.file)

    tap.equal((stat.S_IMODE(status.st_mode), status.st_size),
              (0o600, 1 << 20), "the file is private, and as large as it says")
    tap.equal(status.st_blocks * 512 >= 1 << 20, True, "and has its room")
    tap.ok(not os.path.exists(rig.file + ".new"), "its first name is gone")

    with open("/proc/%d/smaps" % nginx.workers()[0]) as file:
        areas = file.read().split("VmFlags:")

    tap.ok([flags for area, flags in zip(areas, areas[1:])
            if rig.file in area and " hg" in flags.splitlines()[0]],
           "the kernel may use huge pages for it")

    rig.begin()
    rig.kept("before")

    with open(rig.file, "rb") as file:
        content = file.read()

    tap.ok(not [sid for sid in (b"second", b"expired", b"closed")
                if sid in content], "no session key is in it")

    before = os.stat(rig.file).st_mtime_ns, content[:SIZE + 8]
    code, said = rig.test()

    with open(rig.file, "rb") as file:
        after = os.stat(rig.file).st_mtime_ns, file.read(SIZE + 8)

    tap.ok(code == 0 and before[1] == after[1], "nginx -t beside it", said)
    rig.kept("after nginx -t")


def writable(rig):
    """Where others than the user who starts nginx could change the zone."""

    tap, nginx = rig.tap, rig.nginx

    def refused(what, text):
        code, said = rig.test()
        tap.ok(code != 0 and text in said, "nginx -t refuses " + what, said)

        nginx.configure(conf(rig.port))
        tap.ok(not nginx.reload() and text in nginx.log(),
               "a reload refuses " + what, nginx.log()[-800:])

        nginx.stop()
        rig.fails(text)

    def put(name, mode):
        os.chmod(rig.running.path(name), mode)

        return ('session_security_zone "s": others can write to "%s", because'
                ' it has mode %04o; run "chmod 600 %s", or remove it if'
                ' somebody may have changed it'
                % (rig.running.path(name), mode, rig.running.path(name)))

    for mode in (0o666, 0o620, 0o602, 0o1644 | 0o20):
        refused("a file with the mode %04o" % mode, put("zone", mode))
        tap.equal(stat.S_IMODE(os.stat(rig.file).st_mode), mode,
                  "whose mode stays as it is")
        os.chmod(rig.file, 0o600)
        rig.start()
        rig.kept("after chmod 600")

    # one that is being made

    nginx.stop()
    os.rename(rig.file, rig.file + ".whole")
    rig.running.write("zone.new", "SSECMAKE" + "\0" * 100000)
    text = put("zone.new", 0o666)
    code, said = rig.test()
    tap.ok(code != 0 and text in said, "nor may others write to a new one",
           said)
    rig.fails(text)
    os.unlink(rig.file + ".new")
    os.rename(rig.file + ".whole", rig.file)
    rig.start()

    # who can replace it needs not write to it

    directory = rig.running.dir
    before = stat.S_IMODE(os.stat(directory).st_mode)

    os.chmod(directory, 0o777)
    refused("a directory with the mode 0777",
            'session_security_zone "s": anybody can replace "%s", because its'
            ' directory has mode 0777; run "chmod o-w" on the directory, or'
            ' name a file elsewhere' % rig.file)

    for mode in (0o1777, 0o775, 0o755):
        os.chmod(directory, mode)
        code, said = rig.test()
        tap.ok(code == 0, "nginx -t with a directory of mode %04o" % mode,
               said)

    os.chmod(directory, before)
    rig.start()
    rig.kept("after all that")


def restarts(rig):
    tap, nginx = rig.tap, rig.nginx

    nginx.stop()
    time.sleep(1)
    rig.start()
    rig.kept("after a stop and a start")
    tap.ok(re.search(r'\[notice\] .* session_security_zone "s": 3 live '
                     r'sessions in ".*/zone", which was last used '
                     r'[1-9]\d*s ago', nginx.log()),
           "error.log says what was found",
           nginx.log()[-800:])

    rig.crash()
    rig.start()
    rig.kept("after a crash")

    os.chmod(rig.file, 0o644)
    rig.crash()
    rig.start()
    tap.equal(stat.S_IMODE(os.stat(rig.file).st_mode), 0o600,
              "a file that others may read is made private")
    tap.ok(re.search(r'\[warn\] .* others could read ".*/zone", which had mode'
                     ' 0644 and has mode 0600 now', nginx.log()),
           "and error.log says so", nginx.log()[-800:])

    # a lock that nobody holds any more: of a bucket, and of the header

    rig.crash()

    with open(rig.file, "r+b") as file:
        for at in range(16384, 16384 + 64 * 1024, 64):
            file.seek(at)
            file.write(struct.pack("<I", os.getpid()))

    rig.start()
    rig.kept("after a crash with locks held")

    rig.nginx.stop()
    rig.nginx.configure(conf(rig.port, size="2m"))
    rig.start()
    rig.kept("after a start with another size")
    tap.equal(os.path.getsize(rig.file), 2 << 20, "which the file has")
    rig.says("was resized: 3 live sessions are kept, 0 are lost")

    rig.nginx.stop()
    rig.nginx.configure(conf(rig.port))
    rig.start()
    rig.kept("after a start with the size that it was")


def hosts(rig):
    tap = rig.tap

    rig.nginx.stop()
    rig.reboot(100)
    rig.start()
    rig.kept("after a host's start, 100 s later", 100)
    tap.ok(rig.header(EPOCH) != 12345, "the clock is set anew")

    rig.crash()
    rig.start()
    rig.kept("and a crash", 100)

    # a wall clock that went back

    rig.nginx.stop()
    rig.reboot(-100000)
    rig.start()
    rig.began += 1.5
    tap.equal(state(rig.port, "expired", kind=PAGE)[1], "expired",
              "after a wall clock that went back the expired is expired")
    status, name, idle = state(rig.port, "live", "/long?passive=1")
    tap.ok(name == "live" and idle >= 100, "and no idle time is lost", idle)

    # one that came far

    rig.nginx.stop()
    rig.reboot(10 * 365 * 24 * 3600)
    rig.start()
    tap.equal(state(rig.port, "live", "/long?passive=1")[1], "expired",
              "after ten years the live one has expired")
    tap.equal(state(rig.port, "closed")[1], "closed",
              "and the closed one is closed")
    tap.ok(rig.header(TICKED) < 1 << 37, "the clock was moved back",
           rig.header(TICKED))
    tap.equal(state(rig.port, "new one", "/long")[1], "new",
              "a new session begins")
    tap.equal(state(rig.port, "new one", "/long")[1], "live", "and lives")

    # begin anew for what follows, with a clock that comes far in three seconds

    rig.nginx.stop()
    os.unlink(rig.file)
    rig.start()
    rig.nginx.stop()
    rig.header(BOOT, rig.header(BOOT) + 1)
    rig.header(BEGAN, int(time.time() * 1000) - (1 << 37) + 3000)
    rig.start()
    rig.begin()

    tap.ok(servers.wait_until(lambda: rig.header(TICKED) >= 1 << 37, 10),
           "a clock comes far while nginx runs")
    rig.nginx.configure(conf(rig.port, size="2m"))
    tap.ok(rig.nginx.reload() and rig.header(TICKED) < 1 << 37,
           "a reload with another size moves it back", rig.header(TICKED))
    rig.kept("after that")
    rig.nginx.configure(conf(rig.port))
    tap.ok(rig.nginx.reload(), "a reload with the size that it was")


def reloads(rig):
    tap, nginx = rig.tap, rig.nginx

    def reload(text, **changes):
        nginx.configure(conf(rig.port, **changes))
        tap.ok(nginx.reload(), "a reload " + text)
        rig.kept("after a reload " + text)

    inode = os.stat(rig.file).st_ino
    reload("with nothing new")
    tap.equal(os.stat(rig.file).st_ino, inode, "the file stays")

    reload("with another size", size="2m")
    tap.equal(os.path.getsize(rig.file), 2 << 20, "the file has it")
    tap.ok(not os.path.exists(rig.file + ".new"), "there is but one")
    reload("with the size that it was")

    os.unlink(rig.file)
    reload("after the file was removed")
    rig.says("was removed: nginx makes a new one")
    rig.crash()
    rig.start()
    rig.kept("which is whole")

    other = rig.running.path("other")
    reload("with another file", file="other")
    rig.crash()
    rig.start()
    rig.kept("which is whole as well")
    tap.equal(os.path.getsize(other), 1 << 20, "and there")

    # the first one, with what it held, lies there still

    reload("with the first file again")
    rig.says("are replaced by those of the running zone")

    reload("without a file", file="")
    reload("with one")
    rig.crash()
    rig.start()
    rig.kept("which is whole, too")

    # another file in its place

    os.rename(rig.file, rig.file + ".away")
    subprocess.run(["cp", "-p", other, rig.file], check=True)
    tap.ok(not nginx.reload(), "a reload with another file in its place is"
           " refused")
    rig.says("is no longer the file in use; remove it to keep")
    rig.kept("after it")
    os.unlink(rig.file)
    tap.ok(nginx.reload(), "once that is removed it is taken")
    rig.kept("after that")

    # one that fails for another reason leaves the file in use

    inode = os.stat(rig.file).st_ino
    nginx.configure(conf(rig.port, size="3m", more="proxy_cache_path /proc/x"
                         " keys_zone=c:1m;"))
    nginx.reload()
    time.sleep(0.3)
    nginx.configure(conf(rig.port))
    tap.ok(os.stat(rig.file).st_ino == inode
           and not os.path.exists(rig.file + ".new"),
           "a reload that fails for another reason changes nothing")
    os.truncate(rig.running.path("zone.log"), 0)

    # nor does one without room: larger than a file of this process may be

    before = resource.prlimit(nginx.process.pid, resource.RLIMIT_FSIZE,
                              (3 << 19, resource.RLIM_INFINITY))
    nginx.configure(conf(rig.port, size="2m"))
    tap.ok(not nginx.reload(), "a reload without room is refused")
    rig.says("needs 2048k for")
    rig.kept("after it")
    tap.ok(not os.path.exists(rig.file + ".new"), "and leaves nothing")
    resource.prlimit(nginx.process.pid, resource.RLIMIT_FSIZE, before)
    nginx.configure(conf(rig.port))

    # nginx -t looks at what there is, and changes nothing

    for size in ("1m", "4m"):
        code, said = rig.test(size=size)
        tap.ok(code == 0 and os.stat(rig.file).st_ino == inode
               and not os.path.exists(rig.file + ".new"),
               "nginx -t with a size of " + size, said)

    rig.kept("after nginx -t")


def containers(rig):
    """Where process ids are others, the living could be taken for dead."""

    tap, nginx = rig.tap, rig.nginx
    pids = rig.header(PIDS)

    tap.ok(pids, "the file tells whose process ids these are")
    rig.header(PIDS, pids ^ 1)

    other = rig.running.start(nginx.args(), "other.out")
    code = other.wait(20)
    said = rig.running.read("other.out") + nginx.log()

    tap.ok(code != 0 and "an nginx on another host or in another container "
           'uses "%s"; name another file' % rig.file in said,
           "another container's nginx does not share the file", code, said)

    # which the nginx that runs may need a second, or a busy one more, to show
    def told():
        nonlocal code, said
        code, said = rig.test()
        return code != 0 or "an nginx in another container uses" in said

    tap.ok(servers.wait_until(told, 60) and code == 0
           and "[warn] session_security_zone" in said,
           "and nginx -t there warns of it", code, said)

    rig.header(PIDS, pids)

    code, said = rig.test()
    tap.ok(code == 0 and "container" not in said,
           "and in the same container does not", code, said)

    rig.kept("beside it")
    os.truncate(rig.running.path("zone.log"), 0)


class Gate(threading.Thread):
    """A backend that lets a request pass once it is told to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = threading.Event()
        self.open = threading.Event()

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            peer.recv(65536)
            self.asked.set()
            self.open.wait(60)
            peer.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
            peer.close()


def forgotten(rig):
    """A request waits while its session ends, and is forgotten."""

    tap, running = rig.tap, rig.running
    gate = Gate()
    gate.start()
    port = servers.free_port()

    nginx = servers.Nginx(running, """
        session_security_zone cookie=sid zone=s:128k;
        keepalive_requests 1000000;
        server {
            listen 127.0.0.1:%d;
            add_header X-State $session_security_state always;
            session_security zone=s;
            session_security_unknown expired;
            session_security_expired_status 401;

            location / { empty_gif; }
            location /slow { auth_request /gate; empty_gif; }
            location /gate {
                internal;
                proxy_pass http://127.0.0.1:%d;
            }
            location /login { proxy_pass http://127.0.0.1:%d/set-sid?$args; }
            location /out { proxy_pass http://127.0.0.1:%d/set-none; }
            location /set- {
                session_security off;
                return 200;
            }
            location = /set-sid {
                session_security off;
                add_header Set-Cookie "sid=$arg_sid";
                return 200;
            }
            location = /set-none {
                session_security off;
                add_header Set-Cookie "sid=; Max-Age=0";
                return 200;
            }
        }
        """ % (port, gate.port, port, port), "forgotten")
    nginx.start(port)

    def now():
        return servers.ask(port, "/", API, "sid=victim").headers["X-State"]

    servers.ask(port, "/login?sid=victim", API)
    tap.equal(now(), "live", "a session has begun")

    slow = threading.Thread(target=servers.ask,
                            args=(port, "/slow", API, "sid=victim"))
    slow.start()
    gate.asked.wait(20)

    servers.ask(port, "/out", API, "sid=victim")
    tap.equal(now(), "closed", "it was logged out meanwhile")

    # new logins push out what is dead

    with socket.create_connection(("127.0.0.1", port)) as peer:
        answers = peer.makefile("rb")

        for batch in range(0, 15000, 50):
            peer.sendall(b"".join(
                b"GET /login?sid=x%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
                % i for i in range(batch, batch + 50)))

            for _ in range(50):
                length = 0

                while (line := answers.readline()) not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])

                answers.read(length)

    gate.open.set()
    slow.join()

    tap.equal(now(), "expired", "what was forgotten stays dead")
    nginx.stop()


def copy_of_module(running, change=False):
    """
    Installs a copy of the module, or of one that calls itself another version;
    gives its path and the version.
    """

    with open(servers.MODULE, "rb") as file:
        code = file.read()

    name = b"ngx_http_session_security_module/"
    version = re.search(name + rb"([\w.-]+)", code).group(1)

    if change:
        code = code.replace(name + version, name + b"9" + version[1:])
        version = b"9" + version[1:]

    path = running.path("module.so")

    with open(path + ".new", "wb") as file:
        file.write(code)

    os.rename(path + ".new", path)
    return path, version.decode()


def upgrades(rig):
    """A new binary is started, and the old one ended; or the other way."""

    tap, nginx, running = rig.tap, rig.nginx, rig.running
    path = running.path("zone.pid")

    def pid(path):
        try:
            with open(path) as file:
                return int(file.read() or 0)
        except FileNotFoundError:
            return 0

    def gone(pid):
        return servers.wait_until(lambda: not os.path.exists("/proc/%d" % pid),
                                  10)

    # only a daemon takes USR2: its parent is not who started it

    nginx.stop()
    module, version = copy_of_module(running)
    running.write("daemon.conf", running.read("zone.conf")
                  .replace("daemon off", "daemon on")
                  .replace(servers.MODULE, module))
    subprocess.run(nginx.args(conf="daemon.conf"), check=True, timeout=20)
    servers.wait_until(lambda: pid(path) > 0, 10)
    rig.kept("as a daemon")
    rig.says("/" + version)

    # another version of the module is installed

    _, newer = copy_of_module(running, change=True)
    os.kill(pid(path), signal.SIGHUP)
    tap.ok(servers.wait_until(lambda: "_module/" in nginx.log(), 10),
           "a reload tells the module's version")
    rig.kept("with another module installed")
    rig.says("/" + version)

    old = pid(path)
    new = 0

    try:
        for taken_back in (True, False):
            os.kill(old, signal.SIGUSR2)
            tap.ok(servers.wait_until(lambda: pid(path + ".oldbin") == old
                                      and pid(path) not in (0, old), 5),
                   "a new binary is started")
            new = pid(path)
            time.sleep(0.5)

            rig.kept("with two masters")
            rig.says("_module/" + newer)

            names = ["shared%d-%d" % (taken_back, i) for i in range(40)]
            states = [state(rig.port, name, "/long")[1]
                      for _ in range(4) for name in names]
            tap.equal(states, ["new"] * 40 + ["live"] * 120,
                      "they share the sessions")

            os.kill(old, signal.SIGWINCH)
            time.sleep(0.7)
            rig.kept("with the new workers alone")

            if taken_back:
                os.kill(old, signal.SIGHUP)
                time.sleep(0.5)
                os.kill(new, signal.SIGQUIT)
                tap.ok(gone(new) and pid(path) == old,
                       "the upgrade is taken back")
                rig.kept("after that")
                continue

            os.kill(old, signal.SIGQUIT)
            tap.ok(gone(old), "the old one ends")
            rig.kept("with the new binary alone")

        os.kill(new, signal.SIGQUIT)
        tap.ok(gone(new), "the new one ends")

    finally:
        for each in (new, old):
            if each and os.path.exists("/proc/%d" % each):
                os.kill(each, signal.SIGTERM)

    rig.start()
    rig.kept("after that")

    owners(rig)

    # the size of a file that another nginx uses

    second = servers.Nginx(running, conf(servers.free_port(), size="2m")
                           .replace("zone.pid", "second.pid"), "second")
    port = int(re.search(r"listen 127.0.0.1:(\d+)",
                         running.read("second.conf")).group(1))
    second.start(port)
    tap.equal(os.path.getsize(rig.file), 1 << 20,
              "a second nginx does not change the size of the first one's")
    tap.ok('another nginx uses "%s", which keeps its size of 1024k' % rig.file
           in second.log(), "and says so", second.log())
    tap.equal(state(port, "live", "/long?passive=1")[1], "live",
              "it knows the same sessions")

    nginx.configure(conf(rig.port, size="2m"))
    tap.ok(nginx.reload(), "nor does the first one while both use it")
    tap.equal(os.path.getsize(rig.file), 1 << 20, "its size is kept")
    second.stop()
    rig.kept("after the second one has ended")
    tap.ok(nginx.reload(), "a reload after that")
    tap.equal(os.path.getsize(rig.file), 2 << 20, "takes the new size")
    rig.kept("after which")

    # one that starts while the size is being changed: a reload that waits for
    # an address has made the new file, and not yet put it there

    second.configure(conf(port, size="2m").replace("zone.pid", "second.pid"))
    before = set(nginx.workers())

    with socket.create_server(("127.0.0.1", 0)) as busy:
        nginx.configure(conf(rig.port, more="server { listen 127.0.0.1:%d; }"
                             % busy.getsockname()[1]))
        nginx.process.send_signal(signal.SIGHUP)
        tap.ok(servers.wait_until(lambda: "try again to bind" in nginx.log(),
                                  5), "a reload waits for an address")
        second.process = running.start(second.args(), "second.out")
        time.sleep(0.5)

    tap.ok(servers.wait_until(lambda: len(nginx.workers()) == 2
                              and not set(nginx.workers()) & before, 10)
           and os.path.getsize(rig.file) == 1 << 20,
           "and then changes the size")
    servers.wait_for_port(port, second.process, second.log)
    tap.equal([state(each, "both")[1] for each in (port, rig.port)],
              ["new", "live"], "one that started meanwhile has the new file")
    second.stop()
    os.truncate(running.path("zone.log"), 0)
    nginx.configure(conf(rig.port, size="2m"))
    tap.ok(nginx.reload(), "a reload with the size that it was")

    third = servers.Nginx(running, conf(port, key="cookie=other"), "third")
    third.process = running.start(third.args(), "third.out")
    tap.ok(third.process.wait(10) != 0 and "with another session key"
           in third.log() + running.read("third.out"),
           "another key is refused meanwhile")

    nginx.stop()
    nginx.configure(conf(rig.port, size="2m"))
    os.truncate(running.path("zone.log"), 0)


def owners(rig):
    """
    Who is dead loses its locks to whom they are in the way of.  So a daemon
    that moves the sessions must not go by the name of who started it.
    """

    tap, running = rig.tap, rig.running
    text = conf(servers.free_port(), file="large", size="24m")

    daemon = servers.Nginx(running, text, "large")
    running.write("large.conf", running.read("large.conf")
                  .replace("daemon off", "daemon on"))
    subprocess.run(daemon.args(), check=True, timeout=20)
    servers.wait_until(lambda: daemon.log().count("start worker process ") == 2,
                       10)
    pid = int(running.read("large.pid"))
    large = running.path("large")

    def stopped():
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "T"

    try:
        running.write("large.conf", running.read("large.conf")
                      .replace("24m", "25m"))
        os.kill(pid, signal.SIGHUP)
        held = set()

        with open(large, "rb") as file:
            for _ in range(100):
                if os.path.getsize(large) > 24 << 20:
                    break

                os.kill(pid, signal.SIGSTOP)
                servers.wait_until(stopped, 5)
                file.seek(16384)
                locks = memoryview(file.read(20 << 20)).cast("I")[::16]
                held.update(lock & 0x3fffff for lock in locks.tolist())
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.003)

        tap.equal(held - {0, pid}, set(), "each lock has a living owner")

    finally:
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        servers.wait_until(lambda: not os.path.exists("/proc/%d" % pid), 10)


def broken(rig):
    """What was a zone's file and is no longer: the zone begins empty."""

    tap, nginx = rig.tap, rig.nginx

    def rebuilt(text, why):
        code, said = rig.test(size="2m")
        tap.ok(code == 0 and why in said, "nginx -t says that it " + why,
               said)

        rig.start()
        rig.says('session_security_zone "s": "%s" %s: the zone begins empty'
                 % (rig.file, why), 2)
        tap.equal(state(rig.port, "live", "/long")[1], "new",
                  "%s: the zone is empty" % text)
        tap.equal(os.path.getsize(rig.file), 2 << 20, "and of its size")
        rig.crash()
        rig.start()
        tap.equal(state(rig.port, "live", "/long")[1], "live",
                  "from then on it is kept")
        nginx.stop()

    os.truncate(rig.file, 1 << 20)
    rebuilt("cut short", "is damaged")

    os.truncate(rig.file, 100)
    rebuilt("cut very short", "is damaged")

    rig.header(CHECK, rig.header(CHECK) ^ 1)
    rebuilt("a changed check", "is damaged")

    rig.header(SIZE + 8, 10 ** 9)
    rebuilt("another number of buckets", "is damaged")

    rig.header(VERSION, rig.header(VERSION) + 1)
    rebuilt("another version", "was written by another version of the module,"
            " or on another kind of machine")

    nginx.configure(conf(rig.port, key="cookie=other", size="2m"))
    rig.start()
    nginx.stop()
    os.truncate(rig.running.path("zone.log"), 0)
    nginx.configure(conf(rig.port, size="2m"))
    rebuilt("another key", "has sessions of another session key")

    # garbage where the sessions are: none of it is a session

    with open("/dev/urandom", "rb") as random, open(rig.file, "r+b") as file:
        file.seek(16384)
        file.write(random.read((2 << 20) - 16384))

    rig.start()
    tap.ok("damaged records" in nginx.log(), "garbage is dropped",
           nginx.log()[-400:])

    for i in range(200):
        tap.ok(state(rig.port, "any%d" % i, "/long")[1] == "new"
               and state(rig.port, "any%d" % i, "/long")[1] == "live",
               "after garbage a session begins, and lives")

    nginx.stop()
    os.truncate(rig.running.path("zone.log"), 0)

    # an empty one, such as mktemp makes

    os.truncate(rig.file, 0)
    rig.start()
    tap.equal(os.path.getsize(rig.file), 2 << 20, "an empty file is taken")
    nginx.stop()

    # what a start that was killed left behind

    os.unlink(rig.file)
    rig.running.write("zone.new", "SSECMAKE" + "\0" * 100000)
    rig.start()
    tap.ok(os.path.getsize(rig.file) == 2 << 20
           and not os.path.exists(rig.file + ".new"),
           "half a file of an earlier start is written anew")

    # one that was copied without its zeros

    tap.equal(state(rig.port, "live", "/long")[1], "new", "a session begins")
    nginx.stop()
    os.rename(rig.file, rig.file + ".whole")
    subprocess.run(["cp", "--sparse=always", rig.file + ".whole", rig.file],
                   check=True)
    os.unlink(rig.file + ".whole")
    sparse = os.stat(rig.file).st_blocks * 512
    rig.start()
    tap.ok(sparse < 2 << 20 <= os.stat(rig.file).st_blocks * 512,
           "a file with holes gets its room", sparse)
    tap.equal(state(rig.port, "live", "/long")[1], "live",
              "and has its sessions")
    nginx.stop()


def refused(rig):
    """What is not a zone's file, and where there can be none."""

    tap, nginx, running = rig.tap, rig.nginx, rig.running
    nginx.configure(conf(rig.port))

    os.unlink(rig.file)
    running.write("zone", "somebody's letter\n" * 1000)
    os.chmod(rig.file, 0o644)
    rig.fails('session_security_zone "s": "%s" is not a zone\'s file, and'
              ' nginx does not overwrite it; name another file, or remove this'
              ' one' % rig.file)
    tap.equal(running.read("zone"), "somebody's letter\n" * 1000,
              "it is as it was")
    tap.equal(stat.S_IMODE(os.stat(rig.file).st_mode), 0o644,
              "and who may read it")

    # nor is it where a new file is made

    os.rename(rig.file, rig.file + ".new")
    code, said = rig.test()
    tap.ok(code != 0 and "zone.new\" is not a zone's file" in said,
           "nginx -t refuses one where the new one is made", said)
    rig.fails('"%s.new" is not a zone\'s file, and nginx does not overwrite it'
              % rig.file)
    tap.equal(running.read("zone.new"), "somebody's letter\n" * 1000,
              "it is as it was")
    os.unlink(rig.file + ".new")

    # nor one that begins with nothing, as a disk's image may

    running.write("zone.new", "\0" * 50000 + "somebody's disk\n")
    code, said = rig.test()
    tap.ok(code != 0 and "zone.new\" is not a zone's file" in said
           and os.path.getsize(rig.file + ".new") == 50016,
           "nor one that begins with zeros", said)
    os.unlink(rig.file + ".new")

    os.symlink(running.path("other"), rig.file)
    rig.fails('cannot open "%s"; name a regular file' % rig.file)

    os.unlink(rig.file)
    os.mkdir(rig.file)
    rig.fails('cannot open "%s"' % rig.file)
    os.rmdir(rig.file)

    os.mkfifo(rig.file)
    rig.fails('"%s" is not a regular file; name another file' % rig.file)
    os.unlink(rig.file)

    if os.geteuid() == 0:
        running.write("zone", "")
        os.chown(rig.file, 65534, 65534)
        rig.fails('"%s" does not belong to the user who starts nginx'
                  % rig.file)
        os.unlink(rig.file)

    for changes, text in (
            ({"file": "nowhere/zone"}, "nowhere/zone.new"),
            ({"file": "/proc/zone"}, "/proc/zone.new"),
            ({"size": "99999999m"}, 'needs 102399998976k for "%s.new"; make'
             ' room, or name a file elsewhere' % rig.file)):

        code, said = rig.test(**changes)
        tap.ok(code != 0 and text in said and "session_security_zone" in said,
               "nginx -t refuses %s" % changes, said)
        tap.ok(not os.path.exists(rig.file + ".new"), "and leaves nothing")

        nginx.configure(conf(rig.port, **changes))
        rig.fails(text)
        tap.ok(not os.path.exists(rig.file + ".new"), "and leaves nothing")

    nginx.configure(conf(rig.port))


if __name__ == "__main__":
    servers.main("zone", 300, test)

"""
What connections cost that are watched: CONNECTIONS (10,000) WebSockets of as
many sessions are open, and nothing happens for SECONDS (20).  Prints the CPU
time that nginx's workers took meanwhile, and beside it the same with
"session_security_connections off".

MODULE and NGINX_BINARY name the module and the nginx binary.
"""

import os
import resource
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tests"))

import connections_test
import servers

N = int(os.environ.get("CONNECTIONS", "10000"))
SECONDS = int(os.environ.get("SECONDS", "20"))


def cpu(pids):
    """Seconds of CPU time that the processes have taken."""

    ticks = 0

    for pid in pids:
        with open("/proc/%d/stat" % pid) as file:
            fields = file.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])

    return ticks / os.sysconf("SC_CLK_TCK")


def backend():
    """In a process of its own: it has as many connections."""

    server = connections_test.Backend()
    print(server.port, flush=True)
    server.run()


def measure(running, port, setting):
    free = servers.free_port()

    nginx = connections_test.Slow(running, """
        session_security_zone cookie=sessionid zone=s:10m;
        session_security_connections %s;
        server {
            listen 127.0.0.1:%d backlog=4096;
            session_security zone=s;
            location / {
                proxy_pass http://127.0.0.1:%d;
                proxy_http_version 1.1;
                proxy_set_header Upgrade $http_upgrade;
                proxy_set_header Connection "Upgrade";
                proxy_read_timeout 600s;
            }
        }
        """ % (setting, free, port), name="nginx-" + setting)
    nginx.start(free)

    peers = [connections_test.websocket(free, "session-%d" % i)
             for i in range(N)]
    time.sleep(3)

    before = cpu(nginx.workers())
    time.sleep(SECONDS)
    took = cpu(nginx.workers()) - before

    print("%-10s %5d WebSockets, %d s: %.2f s of CPU time, %.3f %%"
          % (setting, N, SECONDS, took, 100 * took / SECONDS), flush=True)

    for peer in peers:
        peer.close()

    nginx.stop()


def main():
    if sys.argv[1:] == ["backend"]:
        backend()

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    running = servers.Servers("connections")
    process = subprocess.Popen([sys.executable, __file__, "backend"],
                               stdout=subprocess.PIPE)
    try:
        port = int(process.stdout.readline())

        for setting in "off", "passive":
            measure(running, port, setting)

    finally:
        process.kill()
        running.end()


if __name__ == "__main__":
    main()

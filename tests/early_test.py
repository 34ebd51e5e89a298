#!/usr/bin/python3
"""
Early data of TLS 1.3 (0-RTT): anybody who has recorded it can send it again,
so it is no activity.  It is recorded here, and sent again: without the client's
keys no such handshake can end.
"""

import socket
import subprocess

import servers
from servers import ask

DATA = 23                        # the kind of a TLS record

ASKED = "GET %s HTTP/1.1\r\nHost: localhost\r\nCookie: sid=%s\r\n" \
        "%sConnection: close\r\n\r\n"

USER = "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n" \
       "Sec-Fetch-Dest: document\r\nSec-Fetch-User: ?1\r\n"

# a request, and whether it is activity once the handshake has ended
REQUESTS = (
    ("/plain", "", True),
    ("/user", USER, True),
    ("/navigations/", USER, True),
    ("/ping/?idleFor=0", "", True),
    ("/ping/", "", False),
)


def configure(running, plain, tls):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-subj", "/CN=localhost", "-days", "3650",
         "-keyout", running.path("key"), "-out", running.path("certificate")],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    locations = """
        session_security zone=sessions;
        location / { empty_gif; }
        location = /ping/ { session_security_ping; }
        location /navigations/ {
            session_security_activity navigations;
            empty_gif;
        }
        """

    return servers.Nginx(running, """
        session_security_zone cookie=sid zone=sessions:1m;
        log_format early "$request_uri $cookie_sid early=$ssl_early_data";
        server {
            listen 127.0.0.1:%d;
            %s
        }
        server {
            listen 127.0.0.1:%d ssl;
            ssl_certificate certificate;
            ssl_certificate_key key;
            ssl_protocols TLSv1.3;
            ssl_early_data on;
            access_log requests.log early;
            %s
        }
        """ % (plain, locations, tls, locations))


def openssl(port, *options):
    """OpenSSL's client, which remembers its TLS session in a file."""

    return subprocess.Popen(
        ["openssl", "s_client", "-connect", "127.0.0.1:%d" % port,
         "-tls1_3", "-ign_eof", *options],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def ask_over_tls(running, port, request):
    """After the handshake."""

    client = openssl(port, "-sess_out", running.path("tls"))
    client.communicate(request.encode(), timeout=30)


def receive(connection, length):
    data = b""

    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise RuntimeError("the client has sent no early data")
        data += more

    return data


def record(running, request):
    """What a client sends ahead of an answer: a greeting, and the request."""

    sent = b""

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(30)

        client = openssl(listener.getsockname()[1],
                         "-sess_in", running.path("tls"),
                         "-early_data", running.write("early", request))
        try:
            connection, _ = listener.accept()
            connection.settimeout(30)

            with connection:
                while True:
                    head = receive(connection, 5)
                    sent += head + receive(connection,
                                           int.from_bytes(head[3:5], "big"))
                    if head[0] == DATA:
                        return sent
        finally:
            client.kill()
            client.communicate()


def replay(port, sent):
    """Until nginx has answered."""

    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(sent)

        while connection.recv(4096):
            pass


def idle(plain, cookie):
    """In seconds, as a ping that reports nothing tells."""

    return int(ask(plain, "/ping/", cookie=cookie).body)


def test(running, tap):
    plain, tls = servers.free_port(), servers.free_port()

    configure(running, plain, tls).start(plain)

    # a TLS session, to resume

    ask_over_tls(running, tls, ASKED % ("/", "other", ""))

    for n, (path, headers, active) in enumerate(REQUESTS):
        cookie = "sid=%d" % n
        request = ASKED % (path, n, headers)

        tap.equal(ask(plain, "/ping/?idleFor=300", cookie=cookie).body, "300",
                  path + ": a session that is idle for 300 s")

        sent = record(running, request)

        for times in (1, 2):
            replay(tls, sent)

            logged = "%s %d early=1" % (path, n)
            tap.ok(servers.wait_until(
                       lambda: running.read("requests.log").count(logged + "\n")
                               == times, 30),
                   "%s: came as early data, %d" % (path, times),
                   running.read("requests.log"))
            tap.ok(idle(plain, cookie) >= 300, path + ": is no activity",
                   idle(plain, cookie))

        ask_over_tls(running, tls, request)
        tap.equal(idle(plain, cookie) < 300, active,
                  path + ": after the handshake it is "
                  + ("activity" if active else "none either"))


if __name__ == "__main__":
    servers.main("early", 300, test)

"""
Users: what each does next, by chance, and whether the answer is one that its
session may get.
"""

import heapq
import random
from collections import deque

from faults import model
from faults.client import Response
from faults.model import (ANONYMOUS, CLOSED, EXPIRED, FORGET, LEAVE, LIVE,
                          LOGOUT, PASS, REDIRECT, REFUSE, VISITOR, Ask, Place,
                          now)

DAY = 86400000

# name, expire_after, max_lifetime, unknown expired, ends, crowded
PLACES = [
    Place("long", DAY, 0, False, "logout", False),
    Place("short", 4000, 0, False, "logout", False),
    Place("middle", 9000, 0, True, "login", False),
    Place("plain", 5000, 0, False, "nowhere", False),
    Place("life", DAY, 10000, False, "logout", False),
    Place("tight-long", DAY, 0, True, "logout", True),
    Place("tight-short", 6000, 0, True, "logout", True),
]

# so many of the users are where it is crowded
USERS = PLACES + [place for place in PLACES if place.tight]

# the backend's own limits are rounded down by less than a 32nd
OWN = 5000
OWN_KEPT = (OWN - OWN // 32, OWN)

# an old key counts for some seconds: it is used for less
OLD_KEY = 2500

# what may be answered; the last two by a proxy whose backend is stopped
STATUSES = (200, 302, 303, 401, 502, 504)

# a verdict that is older deletes no cookie, in milliseconds
PROMPT = 900

FETCH = b"Sec-Fetch-Mode: cors\r\nAccept: application/json\r\n"
NAVIGATE = b"Sec-Fetch-Mode: navigate\r\nAccept: text/html\r\n"


def ask(what, path, active=True, page=False, safe=True, ping=False,
        idle_for=None, logout=False, sets=None, deletes=False, says=None,
        own=None):
    return Ask(what, path, active, page, safe, ping, idle_for, logout, sets,
               deletes, says, own)


API = ask("fetch", "a")
PAGE = ask("page", "a", page=True)
POST = ask("post", "a", safe=False)
PASSIVE = ask("passive", "passive", active=False)
PING = ask("ping", "ping", active=False, ping=True)
LOGOUT_PAGE = ask("logout", "logout", page=True, logout=True, deletes=True)
END = ask("end", "a?say=end", says="end")
OFF = ask("off", "a?say=off", says="off")
ON = ask("on", "a?say=on", says="on")
LIMIT = ask("limit", "a?say=on;expire_after=%dms" % OWN, says="on",
            own=OWN_KEPT)


def ping(seconds):
    return ask("ping", "ping?idleFor=%d" % seconds, active=False, ping=True,
               idle_for=max(0, seconds) * 1000)


class Session:
    def __init__(self, number, place, seed):
        self.number = number
        self.place = place
        self.random = random.Random("%s-%d" % (seed, number))
        self.key = None
        self.worlds = None               # None: not logged in yet
        self.old = []                    # keys that were replaced, and when
        self.issued = True
        self.fragile = False             # its key may have been replaced
        self.buried = False              # nobody logs in again
        self.batch = None
        self.history = deque(maxlen=10)


class Answer:
    """A response as the model speaks of it."""

    def __init__(self, ask, key, response):
        self.ask = ask
        self.state = response.state
        self.idle = response.idle
        self.late = response.status in (502, 504)
        self.deletes = b"Max-Age=0" in response.head
        self.number = None
        self.status = response.status
        self.body = response.body[:200]
        self.verdicts = self.read(ask, key, response)

    def read(self, ask, key, response):
        """The verdicts that it may tell of."""

        status, body = response.status, response.body

        if status == (302 if ask.safe else 303):
            return LEAVE, REDIRECT

        if status == 401:
            return REFUSE,

        if status != 200:
            return ()

        if ask.ping:
            if body == b'"logout"':
                return (PASS,) if self.state == VISITOR else (FORGET,
                                                              ANONYMOUS)

            self.number = int(body) if body.isdigit() else -1
            return PASS,

        if body == key:
            return LOGOUT if self.state == EXPIRED else PASS,

        return (FORGET, ANONYMOUS) if body == b"" else ()

    def shows(self, what, took):
        """Whether that explains it; it took so many milliseconds."""

        verdict, state, before, after = what

        if state != self.state or self.idle is None:
            return False

        if not before[0] // 1000 <= self.idle <= before[1] // 1000:
            return False

        if self.late:
            return verdict in (PASS, LOGOUT, ANONYMOUS, FORGET)

        if verdict not in self.verdicts:
            return False

        if self.number is not None:
            return (state != VISITOR
                    and after[0] // 1000 <= self.number <= after[1] // 1000)

        return self.may_delete(verdict, took)

    def may_delete(self, verdict, took):
        """Only a page's response deletes, unless it is slow."""

        ask = self.ask

        if ask.deletes and self.status == 200:
            return self.deletes          # the backend does

        due = verdict in (LOGOUT, FORGET, LEAVE) \
            or (verdict == PASS and ask.says == "end")

        if due and ask.page and not (ask.sets and self.status == 200):
            return self.deletes or took >= PROMPT

        return not self.deletes

    def __str__(self):
        return "%s %s idle %s status %d%s %r" % (
            "/".join(map(str, self.verdicts)), self.state, self.idle,
            self.status, " deletes" if self.deletes else "", self.body)


class Users:
    def __init__(self, client, number, seed, was_silent):
        self.client = client
        self.seed = seed
        self.due = []
        self.serial = 0
        self.keys = 0
        self.graves = deque()
        self.most_graves = max(100, number // 4)
        self.was_silent = was_silent     # was the backend, in that time?
        self.began = 0
        self.requests = 0
        self.lost = []
        self.wrong = []
        self.failed = {}
        self.failures = []
        self.late = 0
        self.cut = 0
        self.going_on = True

        start = now()

        for n in range(number):
            session = self.add(USERS[n % len(USERS)])
            self.later(session, start + session.random.uniform(0, 2000))

    def add(self, place):
        self.serial += 1
        return Session(self.serial, place, self.seed)

    def later(self, session, when):
        heapq.heappush(self.due, (when, session.number, session))

    def act(self):
        """Sends what is due, as far as there is room for it."""

        t = now()

        while self.due and self.due[0][0] <= t and self.client.has_room():
            self.step(heapq.heappop(self.due)[2])

    # what a user does

    def step(self, session):
        if session.worlds is None:
            self.log_in(session)
            return

        if not session.worlds:
            return                       # it was given up

        states = {world.state for world in session.worlds}

        if not states & {LIVE, VISITOR, model.UNKNOWN}:
            self.step_dead(session)
        elif session.fragile:
            self.send(session, self.rotation(session))
        elif states == {LIVE}:
            self.step_live(session)
        else:
            self.send(session, session.random.choice(
                [API, PAGE, PASSIVE, PING, ON, LOGOUT_PAGE]))

    def step_live(self, session):
        place, rand = session.place, session.random
        r = rand.random()

        if r < 0.30:
            what = API
        elif r < 0.40:
            what = PAGE
        elif r < 0.45:
            what = POST
        elif r < 0.55:
            what = PASSIVE
        elif r < 0.68:
            what = PING
        elif r < 0.80:
            what = ping(rand.choice([-3, 0, 0, 1, 2, 3, 4, 5, 6, 9, 100,
                                     10 ** 15, 10 ** 25]))
        elif r < 0.84 and session.issued:
            what = self.rotation(session)
        elif r < 0.86:
            what = LOGOUT_PAGE
        elif r < 0.87:
            what = END
        elif r < 0.89 and place.expire == DAY:
            what = LIMIT
        elif r < 0.90 and session.issued and not place.tight:
            what = OFF
        elif r < 0.95 and place.expire == DAY and not place.lifetime \
                and not any(world.own for world in session.worlds):
            self.send_many(session)
            return
        else:
            what = API

        key = None

        if session.old and what in (API, PAGE, PASSIVE, PING) \
                and not place.tight and rand.random() < 0.3:
            old, until = rand.choice(session.old)
            if now() < until:
                key = old

        self.send(session, what, key)

    def step_dead(self, session):
        rand = session.random
        r = rand.random()
        keys = [session.key] + ([] if session.place.tight
                                else [key for key, _ in session.old])

        if r < 0.55 or session.buried:
            self.send(session, rand.choice([API, API, POST, POST, PAGE, PAGE,
                                            PING, PASSIVE, LOGOUT_PAGE,
                                            ping(0)]),
                      rand.choice(keys))
        elif r < 0.65:
            self.send(session, LOGOUT_PAGE)
        elif r < 0.80:
            # with the dead cookie, by a form or by fetch
            self.send(session, ask("login again", "login?k=%s"
                                   % session.key.decode(),
                                   page=rand.random() < 0.5, safe=False,
                                   sets=session.key))
        elif r < 0.90:
            self.log_in(session, session.key)
        else:
            self.bury(session, keys, session.worlds)
            session.worlds = None
            self.log_in(session)

    def rotation(self, session):
        key = self.new_key()
        return ask("new key", "a?k=%s" % key.decode(), sets=key)

    def new_key(self):
        self.keys += 1
        return b"%s-%d-key" % (self.seed.encode(), self.keys)

    def bury(self, session, keys, worlds):
        """Keys are tried again now and then, and stay dead."""

        if session.place.tight:

            # each may be forgotten on its own: the worlds are those of one

            keys = [key for key in keys if key == session.key]
        if not keys:
            return

        grave = self.add(session.place)
        grave.buried = True
        grave.key = keys[0]
        grave.old = [(key, 0) for key in keys[1:]]
        grave.worlds = worlds
        grave.history = deque(session.history, 10)

        self.graves.append(grave)
        self.later(grave, now() + session.random.uniform(500, 5000))

        if len(self.graves) > self.most_graves:
            self.graves.popleft().worlds = []

    def rest(self, session):
        """Until when it does nothing."""

        if not self.going_on:
            return

        rand = session.random
        expire = session.place.expire
        t = now()
        wait = rand.uniform(200, 2000)

        if session.buried:
            wait = rand.uniform(2000, 15000)

        elif session.worlds and session.worlds[-1].state == LIVE:
            if session.worlds[-1].own:
                expire = OWN
            r = rand.random()

            if expire < DAY and r < 0.04:
                wait = session.worlds[-1].hi + expire - t + rand.uniform(-50,
                                                                         50)
            elif expire < DAY and r < 0.10:
                wait = expire * rand.uniform(0.8, 1.2)

        self.later(session, t + wait)

    # requests and answers

    def request(self, session, what, key, done):
        """done(response, t0, t1): a reason, or None, if it has failed."""

        line = b"%s /%s/%s" % (b"GET" if what.safe else b"POST",
                               session.place.name.encode(),
                               what.path.encode())
        headers = NAVIGATE if what.page else FETCH

        if key:
            headers += b"Cookie: theme=dark; sid=%s\r\n" % key
        if not what.safe:
            headers += b"Content-Length: 0\r\n"

        def answered(response, t0, t1):
            if isinstance(response, Response) \
                    and response.status not in STATUSES:
                response = "status %d" % response.status

            # nginx's time is that of its own millisecond, which may have begun
            # in the one before

            done(response, t0 - 1, t1)

        self.requests += 1
        self.client.request(line, headers, answered)

    def send(self, session, what, key=None):
        key = key or session.key

        self.request(session, what, key,
                     lambda response, t0, t1: self.got(session, what, key,
                                                       response, t0, t1))

    def got(self, session, what, key, response, t0, t1):
        if session.worlds == []:
            return                       # likewise, meanwhile

        session.history.append((t0, t1, key, what, response, session.worlds))

        place = session.place
        worlds = self.with_lost_memory(session)
        other = what.sets if what.sets != key else None

        if not isinstance(response, Response):
            if response:
                if response.startswith(("closed", "Connection reset")) \
                        and t1 - t0 >= 500 \
                        and model.may_be_over(place, worlds, t1):
                    self.cut += 1        # it was ended with its session
                else:
                    self.fail(session, what, response, t0, t1)

            session.worlds = model.unsure(
                place, worlds, what._replace(sets=None) if other else what,
                t0, t1)

            if other:
                session.fragile = True
            elif what.sets:
                session.old = []         # they may be another session's now

            self.rest(session)
            return

        answer = Answer(what, key, response)

        if answer.late:
            self.is_late(session, what, response, t0, t1)

        judged, found = model.after(place, worlds, what, answer, t0, t1)

        if not found:
            self.is_wrong(session, what, answer, worlds, t0, t1)
            return

        if what.sets and not answer.late:
            self.replace(session, answer, what.sets, judged, t1)

        session.worlds = found
        self.rest(session)

    def replace(self, session, answer, key, judged, t1):
        """The response set the key, mostly another one."""

        old = [each for each, _ in session.old]

        if PASS in answer.verdicts:
            if key != session.key:
                session.old.append((session.key, t1 + OLD_KEY))
                del session.old[:-3]
                session.fragile = False

        elif ANONYMOUS in answer.verdicts:
            # a new session; other keys of the one before lead to that

            if key != session.key:
                old.append(session.key)
            self.bury(session, old, judged)
            session.old = []
            session.fragile = False
            self.began += 1

        else:
            return

        session.key = key

    def with_lost_memory(self, session):
        """In a crowded zone the dead, and keys that were replaced, may go."""

        if session.place.tight and (
                session.fragile
                or any(world.state in (EXPIRED, CLOSED)
                       for world in session.worlds)
                or model.may_be_over(session.place, session.worlds, now())):
            return session.worlds + [model.NOWHERE]

        return session.worlds

    def log_in(self, session, key=None):
        """Without a cookie: with a new key, or the one that it had."""

        again = key is not None
        rand = session.random
        key = key or self.new_key()
        own = None
        more = ""

        if session.place.expire == DAY and rand.random() < 0.2:
            own = OWN_KEPT
            more = "&say=on;expire_after=%dms" % OWN

        if not again and not session.place.strict and not session.place.tight \
                and rand.random() < 0.1:
            # one that the backend was not seen to issue
            self.start(session, key, [model.NOWHERE], False)
            self.send(session, API)
            return

        what = ask("login", "login?k=%s%s" % (key.decode(), more), page=True,
                   safe=False, sets=key, own=own)

        self.request(session, what, None,
                     lambda response, t0, t1: self.logged_in(
                         session, what, again, response, t0, t1))

    def start(self, session, key, worlds, issued):
        session.key = key
        session.worlds = worlds
        session.issued = issued
        session.fragile = False
        session.old = []
        self.began += 1

    def logged_in(self, session, what, again, response, t0, t1):
        begun = model.begun(LIVE, t0, t1, what.own)

        if not isinstance(response, Response):
            if response:
                self.fail(session, what, response, t0, t1)
            if again:
                session.worlds = session.worlds + [begun]
            self.rest(session)
            return

        if response.status in (502, 504):
            self.is_late(session, what, response, t0, t1)
            self.rest(session)
            return

        if (response.status, response.state, response.body) \
                != (200, "none", b"") \
                or b"\r\nSet-Cookie: sid=" + what.sets + b"; Path=/\r\n" \
                not in response.head:
            self.is_wrong(session, what, Answer(what, None, response), [], t0,
                          t1)
            return

        if again:
            self.bury(session, [key for key, _ in session.old],
                      session.worlds)

        self.start(session, what.sets, [begun], True)
        session.history.append((t0, t1, None, what, response, None))
        self.rest(session)

    # several at once

    def send_many(self, session):
        rand = session.random
        some = [rand.choice([API, API, PASSIVE, PING, ping(0), PAGE])
                for _ in range(rand.randint(2, 5))]
        session.batch = [len(some), 0, 0]

        for what in some:
            self.request(
                session, what, session.key,
                lambda response, t0, t1, what=what: self.got_one(
                    session, what, response, t0, t1))

    def got_one(self, session, what, response, t0, t1):
        """Nothing of it ends the session, and any may have come first."""

        if session.worlds == []:
            return

        batch = session.batch
        batch[0] -= 1
        counts = what.active or what.idle_for is not None

        if not isinstance(response, Response):
            if response:
                self.fail(session, what, response, t0, t1)

        else:
            answer = Answer(what, session.key, response)
            most = t1 - min(world.lo for world in session.worlds)

            if answer.late:
                self.is_late(session, what, response, t0, t1)

            if not answer.shows((PASS, LIVE, (0, most), (0, most)), 0):
                self.is_wrong(session, what, answer, session.worlds, t0, t1)
                return

            if counts:
                batch[1] = max(batch[1], t0)

        if counts:
            batch[2] = max(batch[2], t1)

        if batch[0] == 0:
            session.worlds = [world._replace(lo=max(world.lo, batch[1]),
                                             hi=max(world.hi, batch[2]))
                              for world in session.worlds]
            self.rest(session)

    # what was not as it must be

    def is_late(self, session, what, response, t0, t1):
        self.late += 1

        if not self.was_silent(t0, t1):
            self.fail(session, what, "status %d" % response.status, t0, t1)

    def fail(self, session, what, reason, t0, t1):
        self.failed[reason] = self.failed.get(reason, 0) + 1
        self.failures.append((t1, "%s %s (%s), sent at %d: %s"
                              % (session.place.name, what.what, session.key,
                                 t0, reason)))

    def is_wrong(self, session, what, answer, worlds, t0, t1):
        lost = (any(world.state in (LIVE, VISITOR) for world in worlds)
                and (answer.state == "new"
                     or (answer.state == EXPIRED and answer.idle == 0)))

        text = ["%s %s: %s %s, sent at %d, answered at %d"
                % ("lost" if lost else "wrong", session.place.name,
                   what.what, session.key, t0, t1),
                "got %s" % answer]
        text += ["possible: %s" % (world,) for world in worlds]
        text += ["before: %d-%d %s %s: %s, of %s"
                 % (before, then, key, asked.what,
                    response._replace(head="") if isinstance(
                        response, Response) else response or "broken",
                    had and [tuple(world) for world in had])
                 for before, then, key, asked, response, had
                 in session.history]

        (self.lost if lost else self.wrong).append((t1, text))

        # another one in its place

        session.worlds = []

        if not session.buried and self.going_on:
            self.later(self.add(session.place), t1 + 1000)

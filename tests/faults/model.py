"""
What a session must be: the table in docs/how-it-works.md, over intervals.

When a request was judged is known only to be between its sending and its
answer, and of one whose connection was killed not even whether it was.  So
what is known of a session is a list of worlds, each with intervals for its
times.  An answer that no world explains is wrong; those worlds that do not
explain it were not so.  All times are milliseconds of CLOCK_BOOTTIME.
"""

import time
from collections import namedtuple

UNKNOWN, LIVE, EXPIRED, CLOSED, VISITOR = (
    "unknown", "live", "expired", "closed", "anonymous")

# the verdicts, as src/core/ssec_decision.h has them
PASS, LOGOUT, ANONYMOUS, FORGET, REFUSE, REDIRECT, LEAVE = (
    "pass", "logout", "anonymous", "forget", "refuse", "redirect", "leave")

# when a session began is kept in steps of this, rounded down; and when one that
# has ended was last active, in steps of that
STEP = 64
DEAD_STEP = 8

# the last activity and the beginning lie between these
World = namedtuple("World", "state lo hi since_lo since_hi told own left")

NOWHERE = World(UNKNOWN, 0, 0, 0, 0, False, None, False)

# a location: its limits in milliseconds, and where its dead sessions go
Place = namedtuple("Place", "name expire lifetime strict ends tight")

# a request, and what the backend is asked to answer
Ask = namedtuple("Ask", "what path active page safe ping idle_for logout"
                        " sets deletes says own")


def now():
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000000


def begun(state, t0, t1, own=None):
    return World(state, t0, t1, t0 - STEP + 1, t1, False, own, False)


def judge(place, world, ask, t0, t1):
    """
    The ways in which the request may have been judged between t0 and t1: what
    is then seen of it (verdict, state, and bounds of the idle time, before it
    counted and after), and the world after it.
    """

    state = world.state

    if state == UNKNOWN:
        yield from judge_unknown(place, ask, t0, t1)                # 2, 3
        return

    least = max(0, t0 - world.hi)
    most = max(0, t1 - world.lo)

    if is_timed(world):
        short, long = world.own or (place.expire, place.expire)

        if least < long and not (place.lifetime
                                 and t0 - world.since_hi >= place.lifetime):
            yield (seen(PASS, state, least, min(most, long - 1), ask),
                   count(world, ask, t0, t1))                       # 6 to 9

        if may_end(place, world, t1):
            ended = EXPIRED if state == LIVE else CLOSED
            yield judge_dead(place, world._replace(state=ended, told=False),
                             ask, least, most + DEAD_STEP - 1)      # 4, 5, 24

    elif state == VISITOR:
        yield seen(PASS, VISITOR, least, most, ask), world          # 22

    else:
        yield judge_dead(place, world, ask, least, most + DEAD_STEP - 1)


def is_timed(world):
    return world.state == LIVE or (world.state == VISITOR and world.left)


def may_end(place, world, t1):
    """Whether a session that is timed may have come to its end by then."""

    short = world.own[0] if world.own else place.expire

    return t1 - world.lo >= short or (
        place.lifetime and t1 - world.since_lo >= place.lifetime)


def judge_unknown(place, ask, t0, t1):
    idle = ask.idle_for or 0
    world = begun(LIVE, t0 - idle, t1 - idle)

    if place.strict or idle >= place.expire:
        yield judge_dead(place, world._replace(state=EXPIRED), ask, idle, idle,
                         unknown=True)
    else:
        yield seen(PASS, "new", idle, idle, ask), world


def judge_dead(place, world, ask, least, most, unknown=False):
    """Rows 10 to 13."""

    was = world.state

    if was == EXPIRED and place.ends == "nowhere":
        world = world._replace(state=CLOSED)
        verdict = FORGET

    elif was == CLOSED:
        verdict = FORGET

    elif ask.ping:
        verdict = ANONYMOUS

    elif ask.logout:
        world = world._replace(state=CLOSED)
        verdict = FORGET if unknown or place.ends == "login" else LOGOUT

    elif ask.page:
        verdict = REDIRECT
        if place.ends == "login":
            world = world._replace(state=CLOSED)
            verdict = LEAVE

    elif world.told and not ask.safe:
        verdict = ANONYMOUS

    else:
        world = world._replace(told=True)
        verdict = REFUSE

    return seen(verdict, was, least, most, ask), world


def seen(verdict, state, least, most, ask):
    after = (least, most)

    if ask.idle_for is not None:
        after = (min(least, ask.idle_for), min(most, ask.idle_for))

    return verdict, state, (least, most), after


def count(world, ask, t0, t1):
    """Activity."""

    if ask.active:
        ago = 0
    elif ask.idle_for is not None and world.state == LIVE:
        ago = ask.idle_for
    else:
        return world

    return world._replace(lo=max(world.lo, t0 - ago),
                          hi=max(world.hi, t1 - ago))


def answered(place, world, ask, what, t0, t1):
    """What the backend's answer may make of it: rows 14 to 21, and 24."""

    verdict, state = what[:2]

    if verdict == PASS and ask.says == "on" and world.state == VISITOR \
            and world.left and may_end(place, world, t1):
        yield world._replace(state=CLOSED)                          # 24

    yield made(world, ask, verdict, state, t0, t1)


def made(world, ask, verdict, state, t0, t1):
    if verdict in (ANONYMOUS, FORGET):
        if ask.sets:
            return begun(LIVE, t0, t1, ask.own)                     # 14
        return world

    if verdict != PASS:
        return world

    if ask.deletes or ask.says == "end":
        return world._replace(state=CLOSED)                         # 17, 21

    if ask.says == "off" and world.state == LIVE:
        return world._replace(state=VISITOR, left=state != "new")   # 20

    if ask.says == "on":
        if world.state == VISITOR:                                  # 18
            if not world.left:
                return begun(LIVE, t0, t1, ask.own)
            return world._replace(state=LIVE, left=False, own=ask.own,
                                  lo=max(world.lo, t0),
                                  hi=max(world.hi, t1))
        if world.state == LIVE and ask.own:                         # 19
            return world._replace(own=ask.own)

    return world


def after(place, worlds, ask, answer, t0, t1):
    """
    The worlds that explain the answer: as the request left them, and as the
    backend's answer did.
    """

    judged, found = [], []

    for world in worlds:
        for what, then in judge(place, world, ask, t0, t1):
            if answer.shows(what, t1 - t0):
                if then not in judged:
                    judged.append(then)
                made_of_it = [then] if answer.late else answered(
                    place, then, ask, what, t0, t1)
                for each in made_of_it:
                    if each not in found:
                        found.append(each)

    return judged, found


def unsure(place, worlds, ask, t0, t1):
    """Nobody knows how far the request came."""

    found = list(worlds)

    for world in worlds:
        for what, then in judge(place, world, ask, t0, t1):
            for each in then, *answered(place, then, ask, what, t0, t1):
                if each not in found:
                    found.append(each)

    return few(found)


def few(worlds):
    """Many are put together, if they differ in their times only."""

    if len(worlds) < 8:
        return worlds

    alike = {}

    for w in worlds:
        key = w.state, w.told, w.own, w.left
        if key in alike:
            v = alike[key]
            w = w._replace(lo=min(v.lo, w.lo), hi=max(v.hi, w.hi),
                           since_lo=min(v.since_lo, w.since_lo),
                           since_hi=max(v.since_hi, w.since_hi))
        alike[key] = w

    return list(alike.values())


def may_be_over(place, worlds, t):
    """Whether the session may have come to its end by then."""

    for w in worlds:
        if w.state in (EXPIRED, CLOSED):
            return True
        if is_timed(w) and may_end(place, w, t):
            return True

    return False

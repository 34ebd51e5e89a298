/*
 * A world for session.js: a clock that runs only as fast as its events, a
 * server with one session, and devices with tabs.  The tabs of a device share
 * a channel, over the real tabs.js, and what lies between is late, lost,
 * asleep or throttled as a test wants it.
 *
 * Times are milliseconds from the beginning of the world; what a test gives
 * is in seconds.
 */

import { Session } from '../../src/session.js';
import { createTabs } from '../../src/tabs.js';

/* the wall clock as the world begins */
const WALL = 1700000000000;

/* Numbers in [0, 1) that are the same for the same seed: mulberry32. */
export function random(seed) {
    let state = seed >>> 0;

    return () => {
        state = (state + 0x6d2b79f5) >>> 0;

        let n = Math.imul(state ^ (state >>> 15), 1 | state);

        n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
        return ((n ^ (n >>> 14)) >>> 0) / 4294967296;
    };
}

/* A heap of events by time; those of one time in the order they came in. */
class Queue {
    #heap = [];
    #count = 0;

    get next() {
        return this.#heap[0];
    }

    push(at, f) {
        const heap = this.#heap;
        const event = { at, f, n: this.#count++ };
        let i = heap.push(event) - 1;

        while (i) {
            const up = (i - 1) >> 1;

            if (!this.#before(event, heap[up])) {
                break;
            }

            heap[i] = heap[up];
            i = up;
        }

        heap[i] = event;
        return event;
    }

    pop() {
        const heap = this.#heap;
        const top = heap[0];
        const last = heap.pop();
        let i = 0;

        if (heap.length) {
            for (;;) {
                let down = 2 * i + 1;

                if (down >= heap.length) {
                    break;
                }

                if (down + 1 < heap.length
                    && this.#before(heap[down + 1], heap[down]))
                {
                    down++;
                }

                if (this.#before(last, heap[down])) {
                    break;
                }

                heap[i] = heap[down];
                i = down;
            }

            heap[i] = last;
        }

        return top;
    }

    #before(a, b) {
        return a.at < b.at || (a.at === b.at && a.n < b.n);
    }
}

/* Rows 2 to 9 of docs/how-it-works.md, with one session. */
class Server {
    last = 0;
    created = 0;
    began = 0;          /* by a login; 0: that was not seen */
    dead = false;
    known = true;       /* false: it was restarted */

    constructor(world) {
        this.world = world;
    }

    get endAt() {
        const { expireAfter, maxLifetime } = this.world;

        return Math.min(this.last + expireAfter, this.created + maxLifetime);
    }

    get live() {
        return !this.dead && this.world.now < this.endAt;
    }

    #judge() {
        this.dead = !this.live;
    }

    #moved() {
        const { endAt, world } = this;

        if (!this.watched || endAt > this.watched) {
            this.watched = endAt;
            world.at(endAt, () => world.onServerEnd(endAt));
        }
    }

    /* Any page, or other active request. */
    request() {
        const { now } = this.world;

        this.#judge();

        if (!this.dead) {
            this.last = now;
            this.world.trueLast = now;
            this.#moved();
        }
    }

    /* A new login: another session, and the cookie is for all of a device. */
    login() {
        this.dead = false;
        this.known = true;
        this.created = this.last = this.watched = this.world.now;
        this.began = this.world.now;
        this.world.trueLast = this.world.now;
        this.#moved();
    }

    logout() {
        this.dead = true;
    }

    restart() {
        this.known = false;
        this.began = 0;
        this.dead = false;
    }

    ping(idleFor, age) {
        const { now } = this.world;

        if (this.known && this.live && this.began > now - age * 1000 + 1000) {
            return 'other';
        }

        if (!this.known) {
            this.known = true;
            this.created = this.last = now - idleFor * 1000;
            this.#judge();

        } else {
            this.#judge();

            if (!this.dead) {
                this.last = Math.max(this.last, now - idleFor * 1000);
            }
        }

        if (this.dead) {
            return 'logout';
        }

        this.#moved();
        return Math.floor((now - this.last) / 1000);
    }
}

/* A browser: what its tabs share. */
class Device {
    tabs = [];

    /* up, down (fails at once), hang (never answers), slow (3 s late) */
    net = 'up';
    upSince = -Infinity;
    last = 0;           /* activity in its tabs */

    constructor(world, { channel = true } = {}) {
        this.world = world;
        this.channel = channel;
    }

    network(net) {
        if (net === 'up' && this.net !== 'up') {
            this.upSince = this.world.now;
            this.net = net;

            /* the browser's event */
            for (const tab of this.tabs) {
                tab.run(() => tab.session.over
                              || tab.session.wake(false, tab.delay()));
            }
        }

        this.net = net;
    }

    open(options) {
        const tab = new Tab(this, options);

        this.tabs.push(tab);
        this.world.tabs.push(tab);
        tab.begin();
        return tab;
    }
}

class Tab {
    shows = [];
    reports = [];
    hidden = false;
    frozen = false;
    throttled = false;      /* timers once a minute while hidden */
    awake = 0;              /* since when */
    fired = 0;              /* timers */
    errors = [];

    #backlog = [];
    #timers = new Set();
    #timer;

    constructor(device, { idle = 0, endsIn = Infinity, age = 0, byButton = false,
                          hidden = false, throttled = false,
                          onShow = () => {}, wall = () => 0 } = {})
    {
        const { world } = device;

        this.device = device;
        this.world = world;
        this.hidden = hidden;
        this.throttled = throttled;
        this.onShow = onShow;
        this.born = world.now;
        this.options = {
            warnAfter: world.warnAfter,
            expireAfter: world.expireAfter,
            idle: idle * 1000,
            endsIn: endsIn * 1000,
            age: age * 1000,
            byButton,
        };

        const tab = this;
        const now = () => world.now - tab.born;

        /* what the page has made of the wall clock is the test's to say */
        const window = {
            Date: { now: () => WALL + world.now + wall(world.now) },
            BroadcastChannel: class {
                constructor() {
                    if (!device.channel) {
                        throw new Error('none');
                    }

                    tab.channel = this;
                }

                postMessage(message) {
                    world.send(tab, message);
                }
            },
        };

        this.tell = createTabs('test', now, window, (message) => (
            tab.session.over || tab.session.told(message)));

        this.host = {
            now,
            wait(ms, f) {
                tab.#clear(tab.#timer);
                tab.#timer = f && tab.#set(ms, f);
            },
            later: (ms, f) => tab.#set(ms, f),
            delay: () => tab.delay(),
            hidden: () => tab.hidden,
            ask: (idleFor, age) => world.ask(tab, idleFor, age),
            report: (...times) => tab.reports.push(times),
            tell: (message) => tab.tell(message),
            show(phase, before, other) {
                tab.shows.push({
                    at: world.now, phase, before, other,
                    final: tab.session.final,
                    remaining: tab.session.remaining,
                });
                world.onShow(tab, phase);
                tab.onShow(phase, before);
            },
        };
    }

    begin() {
        this.session = new Session(this.host, this.options);
        this.session.check();
    }

    get phase() {
        return this.session.phase;
    }

    /* Whether a user who looks at it sees the page. */
    get seen() {
        return !this.hidden && !this.frozen
            && (this.phase === 'live' || this.phase === 'warned');
    }

    delay() {
        return this.world.random() * 100 + (this.hidden ? 200 : 0);
    }

    /* When that was shown first after a time, in seconds; or undefined. */
    first(phase, after = 0) {
        const show = this.shows.find((s) => s.phase === phase
                                            && s.at >= after * 1000);

        return show && show.at / 1000;
    }

    /* The user moves; over a tab that is there to be seen. */
    user() {
        const { session } = this;

        if (this.hidden || this.frozen || session.over) {
            return false;
        }

        if (this.seen && session.remaining > 0
            && !(this.phase === 'warned' && session.byButton && !session.final))
        {
            this.#counts();
        }

        return session.activity();
    }

    extend() {
        const { session } = this;

        if (this.hidden || this.frozen || session.over) {
            return false;
        }

        if (this.seen && session.remaining > 0) {
            this.#counts();
        }

        return session.extend();
    }

    #counts() {
        this.world.trueLast = this.device.last = this.world.now;
    }

    /* Runs now, or once it is no longer frozen. */
    run(f) {
        if (this.frozen) {
            this.#backlog.push({ f });
        } else if (!this.closed) {
            f();
        }
    }

    deliver(data) {
        const f = () => {
            try {
                this.channel.onmessage({ data });
            } catch (error) {
                this.errors.push(error);
            }
        };

        if (this.frozen) {
            this.#backlog.push({ f, message: true });
        } else if (!this.closed) {
            f();
        }
    }

    hide() {
        this.hidden = true;
    }

    show() {
        this.hidden = false;
        this.awake = this.world.now;

        for (const timer of this.#timers) {
            this.#arm(timer);
        }

        this.session.over || this.session.wake();
    }

    close() {
        this.closed = true;
        this.hidden = true;
        this.#timers.clear();
        this.device.tabs = this.device.tabs.filter((tab) => tab !== this);
    }

    freeze() {
        this.frozen = true;
    }

    /*
     * What has come in meanwhile comes now: in its order, or timers or
     * messages first.
     */
    thaw(first = '') {
        const backlog = this.#backlog;
        const rank = ({ message }) => (
            first === 'timers' ? Boolean(message) : !message);

        this.frozen = false;
        this.awake = this.world.now;
        this.#backlog = [];

        if (first) {
            backlog.sort((a, b) => rank(a) - rank(b));
        }

        for (const { f } of backlog) {
            this.world.at(this.world.now, () => this.run(f));
        }
    }

    #set(ms, f) {
        const timer = { due: this.world.now + ms, f };

        this.#timers.add(timer);
        this.#arm(timer);
        return timer;
    }

    #clear(timer) {
        this.#timers.delete(timer);
    }

    #arm(timer) {
        const { world } = this;
        const minute = 60000;
        let at = Math.max(timer.due, world.now);

        if (this.hidden && this.throttled) {
            at = Math.ceil(at / minute) * minute;
        }

        const event = world.at(at, () => {
            const fire = () => {
                if (timer.event === event && this.#timers.delete(timer)) {
                    this.fired++;
                    timer.f();
                }
            };

            this.run(fire);
        });

        timer.event = event;
    }
}

export class World {
    now = 0;
    tabs = [];
    asks = [];              /* { at, tab, idleFor, age } */
    messages = 0;
    trueLast = 0;           /* the user's last activity, wherever */
    jitter = 0;             /* milliseconds, of the network */
    settled = false;        /* a promise was */

    onShow = () => {};
    onServerEnd = () => {};

    #queue = new Queue();
    #arrivals = new Map();

    constructor({ expireAfter = 600, warnAfter = 540, maxLifetime = Infinity,
                  seed = 1 } = {})
    {
        this.expireAfter = expireAfter * 1000;
        this.warnAfter = warnAfter * 1000;
        this.maxLifetime = maxLifetime * 1000;
        this.random = random(seed);
        this.server = new Server(this);
    }

    device(options) {
        return new Device(this, options);
    }

    at(ms, f) {
        return this.#queue.push(ms, f);
    }

    /* Does it so many seconds from the beginning. */
    on(seconds, f) {
        this.at(seconds * 1000, f);
    }

    /* Until so many seconds from the beginning. */
    async until(seconds) {
        const end = seconds * 1000;
        let from = this.now, count = 0;

        while (this.#queue.next && this.#queue.next.at <= end) {
            const event = this.#queue.pop();

            this.now = Math.max(this.now, event.at);

            if (this.now > from + 100) {
                from = this.now;
                count = 0;
            } else if (++count > 20000) {
                throw new Error('runs in circles');
            }

            event.f();

            if (this.settled) {
                this.settled = false;

                for (let i = 0; i < 8; i++) {
                    await null;
                }
            }
        }

        this.now = Math.max(this.now, end);
    }

    async pass(seconds) {
        await this.until(this.now / 1000 + seconds);
    }

    /* One message after the other, a millisecond or a few late. */
    send(from, message) {
        for (const tab of from.device.tabs) {
            if (tab === from || !tab.channel) {
                continue;
            }

            const at = Math.max(this.now + 1 + this.random() * 3,
                                this.#arrivals.get(tab) || 0);

            this.#arrivals.set(tab, at);
            this.messages++;
            this.at(at, () => tab.deliver({ ...message }));
        }
    }

    /* Between two moments, in seconds. */
    asked(from, to, tabs = this.tabs) {
        return this.asks.filter(({ at, tab }) => at >= from * 1000
                                                 && at < to * 1000
                                                 && tabs.includes(tab)).length;
    }

    ask(tab, idleFor, age) {
        const { device } = tab;

        this.asks.push({ at: this.now, tab, idleFor, age });

        return new Promise((resolve, reject) => {
            const { net } = device;
            const way = () => 10 + this.random() * (10 + this.jitter);

            const settle = (ms, f) => this.at(this.now + ms, () => (
                tab.run(() => {
                    this.settled = true;
                    f();
                })));

            const fail = () => reject(new Error('network'));

            if (net === 'down') {
                settle(5, fail);

            } else if (net !== 'hang') {
                this.at(this.now + way(), () => {

                    if (device.net === 'down') {
                        settle(0, fail);

                    } else if (device.net !== 'hang') {
                        const answer = this.server.ping(idleFor, age);

                        settle(way() + (net === 'slow' ? 3000 : 0),
                               () => resolve(answer));
                    }
                });
            }
        });
    }
}

/* A world with one device, and some tabs on it. */
export function simple({ tabs = 1, options, ...more } = {}) {
    const world = new World(more);
    const device = world.device();

    world.server.login();

    for (let i = 0; i < tabs; i++) {
        device.open(options);
    }

    return { world, device, server: world.server, tab: device.tabs[0],
             tabs: [...device.tabs] };
}

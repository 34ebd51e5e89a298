/*
 * The rule of the browser's side: when the server is asked, when the user is
 * warned, and when it is over.  Knows no DOM and no globals: the host gives
 *
 *     now()            milliseconds that never go back (clock.js)
 *     wait(ms, f)      calls f after ms, instead of what it was to call before;
 *                      without f, nothing any more
 *     delay()          milliseconds for which this tab lets others ask first
 *     later(ms, f)     calls f after ms
 *     ask(idleFor, age)  a promise of the server's answer (ping.js)
 *     report(idleFor, age)  tells the server, waits for no answer
 *     tell(message)    tells the other tabs (tabs.js)
 *     hidden()         whether the tab is: no need to ask early then
 *     show(phase, ...) lets the user see it (view.js)
 *
 * All times are milliseconds on the host's clock.
 */

export const LIVE = 'live';
export const WARNED = 'warned';
export const COVERED = 'covered';
export const EXPIRED = 'expired';
export const STOPPED = 'stopped';

/* an answer is waited for so long; then what is known here counts */
const PATIENCE = 2000;

/* the server may think of the end as a moment later */
const AGAIN = 250;

/* how often others' activity is asked for while a warning is shown */
const POLL = 10000;

/* the longest sleep: what the page has removed is put back as often */
const TICK = 5000;

const THROTTLE = 1000;

export class Session {
    #host;
    #warnAfter;
    #expireAfter;

    #born;              /* when the page was loaded */
    #last;              /* activity, in any tab */
    #ends;              /* the session's maximal lifetime */
    #dismissed = false; /* the user knows of that */

    #known;             /* the last activity that the server knows of */
    #tried;             /* when it was last asked */
    #failed = false;    /* and whether that was in vain */
    #sure;              /* when it was last heard that all is well */
    #unsure = -1;       /* covered, until it is heard after that time */

    #turn = 0;
    #asking = 0;        /* an answer is waited for: to which turn's question */
    #asked;             /* since when */
    #sending;           /* and whether this tab asked it */

    /*
     * warnAfter, expireAfter: of idleness.  endsIn: until the session's
     * maximal lifetime is over.  idle: how long it has been so already.
     * age: of the page.  byButton: during a warning nothing but extend() is
     * activity.
     */
    constructor(host, { warnAfter, expireAfter, endsIn, idle, age, byButton }) {
        const now = host.now();

        this.phase = LIVE;
        this.byButton = byButton;
        this.final = false;     /* warned of what nothing can extend */

        this.#host = host;
        this.#warnAfter = warnAfter;
        this.#expireAfter = expireAfter;
        this.#born = now - age;
        this.#last = this.#known = now - idle;
        this.#ends = now + endsIn;
        this.#tried = Math.min(this.#last, this.#ends);
        this.#sure = this.#asked = now;
    }

    /* Nothing happens any more. */
    get over() {
        return this.phase === EXPIRED || this.phase === STOPPED;
    }

    /* Milliseconds until the session ends, as far as this tab knows. */
    get remaining() {
        return Math.min(this.#last + this.#expireAfter, this.#ends)
            - this.#host.now();
    }

    get idle() {
        return this.#host.now() - this.#last;
    }

    /* The user did something.  Gives whether that ended a warning. */
    activity() {
        if (this.phase === WARNED && !this.final) {
            return !this.byButton && this.extend();
        }

        if (this.idle >= THROTTLE) {
            this.#touch();
        }

        return false;
    }

    /* The user wants to stay.  Too late is too late. */
    extend() {
        if (this.phase === WARNED && this.final) {
            this.#dismissed = true;
            this.#host.tell({ dismissed: true });
        }

        if (!this.#touch()) {
            return false;
        }

        this.#ask(0);
        return true;
    }

    #touch() {
        const counts = this.remaining > 0
            && (this.phase === LIVE || this.phase === WARNED);

        if (counts) {
            this.#last = this.#host.now();
            this.#host.tell({ activity: this.#last });
        }

        this.check();
        return counts;
    }

    /*
     * The page is seen again, or on line again: what is true now?  A page that
     * was restored is covered until the server has said that all is well.
     */
    wake(restored, delay = 0) {
        if (restored) {
            this.#doubt(0);
        }

        this.check();

        if (!this.over && (this.#failed
                           || this.#host.now() - this.#tried > THROTTLE))
        {
            this.#ask(delay);
        }
    }

    /* Covered until it is heard, at the earliest after so long, that it lives. */
    #doubt(ms) {
        this.#unsure = this.#host.now() + ms;
        this.#sure = -1;
    }

    /* The page goes: tells the server what it does not know yet. */
    report() {
        if (this.#last > this.#known) {
            this.#host.report(...this.#times(this.#host.now()));
        }
    }

    /* Whole seconds, rounded so that telling makes neither of them worse. */
    #times(now) {
        return [Math.ceil((now - this.#last) / 1000),
                Math.floor((now - this.#born) / 1000)];
    }

    stop() {
        this.#to(LIVE);
        this.phase = STOPPED;
        this.#asking = 0;
        this.#host.wait();
    }

    /* Only the maximal lifetime is near, and that cannot be extended. */
    #ending() {
        const left = this.#ends - this.#host.now();

        return this.idle < this.#warnAfter
            && left <= this.#expireAfter - this.#warnAfter;
    }

    /* Everything that happens ends here: the only place that goes on. */
    check() {
        if (this.over) {
            return;
        }

        const now = this.#host.now();

        if (this.#asking && now >= this.#asked + this.#patience) {

            if (this.#sending) {
                this.#heard(true, this.#asked);
                this.#host.tell({ failed: this.#asked });

            } else {

                /* it was another tab's, or the wait for its turn too long */

                this.#send(this.#asking);
            }
        }

        const warnAt = this.#last + this.#warnAfter;
        const endAt = Math.min(this.#last + this.#expireAfter, this.#ends);

        if (now >= endAt) {
            this.#to(COVERED);

            if (this.#tried >= (this.#failed
                                ? Math.max(endAt, now - PATIENCE) - PATIENCE
                                : endAt + PATIENCE))
            {

                if (this.#failed) {
                    return this.#expire({});
                }

                /* it lives, but this page's limits are not the server's */

                if (now >= this.#last + this.#expireAfter) {
                    return this.#expire();
                }

                /* the server knows of another time */

                this.#ends = Infinity;
                return this.check();
            }

            this.#ask(this.#host.delay() + (this.#tried < endAt ? 0 : AGAIN));

        } else if (this.#sure < this.#unsure) {
            this.#to(COVERED);
            this.#ask(this.#failed || now < this.#unsure
                      ? PATIENCE / 2 + this.#host.delay() : 0);

        } else if (now >= warnAt) {

            if (this.#tried >= warnAt - (this.#failed ? PATIENCE : 0)) {
                this.#to(WARNED, false);
            }

            if (this.#tried < warnAt || now - this.#tried >= POLL
                || (now >= endAt - PATIENCE && this.#tried < endAt - PATIENCE))
            {
                this.#ask(this.#host.delay());
            }

        } else {

            if (this.#ending() && !this.#dismissed) {
                this.#to(WARNED, true);

            } else {
                this.#to(LIVE);
            }

            if (this.#due(now)) {
                this.#ask(this.#host.delay());
            }
        }

        this.#sleep(now, [
            warnAt, endAt - PATIENCE, endAt,
            this.#ends - this.#expireAfter + this.#warnAfter,
            this.#known + this.#warnAfter / 2,
            this.#asking ? this.#asked + this.#patience : 0,
        ]);
    }

    /* Another tab that asks has a little more of it, to say how it went. */
    get #patience() {
        return PATIENCE + (this.#sending ? 0 : AGAIN);
    }

    /* The server must not take for idle, nor tell others so, who is active. */
    #due(now) {
        return this.#last > this.#known
            && (this.#failed ? now - this.#tried >= TICK
                : now - this.#known >= this.#warnAfter / 2);
    }

    #sleep(now, times) {
        const tick = this.phase === WARNED
            ? this.remaining % 1000 || 1000 : TICK;
        const ms = Math.ceil(Math.min(tick, ...times.filter((t) => t > now)
                                                    .map((t) => t - now)));

        this.#host.wait(ms, () => {
            const late = this.#host.now() - now - ms;

            /* the machine slept, or the tab was frozen */

            if (late > TICK && !this.#host.hidden()) {
                this.wake(false, this.#host.delay());

            } else {
                this.check();
            }
        });
    }

    #to(phase, ending) {
        const before = this.phase;

        this.phase = phase;
        this.final = ending;

        if (phase !== before || phase !== LIVE) {
            this.#host.show(phase, before);
        }
    }

    /*
     * told: what else the other tabs are to know, if they are told at all.
     * other: the page's session has ended, but there is another one, which the
     * other tabs may be of.
     */
    #expire(told, other = false) {
        this.#to(COVERED);
        this.phase = EXPIRED;
        this.#host.wait();

        if (told) {
            this.#host.tell({ ended: this.#host.now(), ...told });
        }

        this.#host.show(EXPIRED, COVERED, other);
    }

    /* Asks the server, after a delay in which another tab may do it. */
    #ask(delay) {
        if (this.#asking) {
            return;
        }

        const turn = this.#expect();

        if (delay) {
            this.#host.later(delay, () => {
                if (turn === this.#asking && !this.#sending) {
                    this.#send(turn);
                    this.check();
                }
            });
        } else {
            this.#send(turn);
        }
    }

    #expect() {
        this.#asked = this.#host.now();
        this.#asking = ++this.#turn;
        this.#sending = false;
        return this.#turn;
    }

    #send(turn) {
        const sent = this.#host.now();
        const last = this.#last;

        this.#sending = true;
        this.#asked = sent;
        this.#host.tell({ ask: true });

        this.#host.ask(...this.#times(sent)).then((idle) => {

            if (this.over) {
                return;
            }

            if (idle === 'logout') {
                return this.#expire({ logout: true, ended: sent });
            }

            if (idle === 'other') {
                return this.#expire(null, true);
            }

            const answer = Math.max(last, sent - idle * 1000 - 999);

            this.#learn(answer, sent);
            this.#host.tell({ answer, asked: sent });
            this.#settle(turn, false, sent);

        }, () => {

            if (turn === this.#asking) {
                this.#host.tell({ failed: sent });
                this.#settle(turn, true, sent);
            }
        });
    }

    /* answer: the server's last activity; asked: when it said so */
    #learn(answer, asked) {
        this.#last = Math.max(this.#last, answer);
        this.#known = Math.max(this.#known, answer);
        this.#sure = Math.max(this.#sure, asked);
    }

    /* An answer that comes late is still good news. */
    #settle(turn, failed, sent) {
        if (turn === this.#asking || !failed) {
            this.#heard(failed, sent);
            this.check();
        }
    }

    /* tried: when that was asked, perhaps before what is known already */
    #heard(failed, tried) {
        this.#asking = 0;

        if (tried >= this.#tried) {
            this.#tried = tried;
            this.#failed = failed;
        }
    }

    /*
     * Another tab says something; its times are on this tab's clock.  asked,
     * failed: when that tab asked what was answered, or was not.  logout: the
     * server itself has said that the session has ended; ended: when it was
     * asked, then.
     */
    told({ at, activity, ask, answer, asked, failed, dismissed, ended, logout,
           leaving })
    {
        if (this.over) {
            return;
        }

        const now = this.#host.now();
        const fresh = Math.abs(now - at) < PATIENCE;

        if (logout && ended > Math.max(this.#sure, now - PATIENCE)) {
            return this.#expire();
        }

        /*
         * What another tab takes for the end may not be one, and old news came
         * to, or from, a tab that was frozen: perhaps there is a new login.  A
         * logout may still be on its way to the server, or come to nothing.
         */

        if (ended || leaving) {
            this.#doubt(leaving && fresh ? PATIENCE : 0);
            this.#ask(this.#host.delay());
            this.check();
            return;
        }

        if (fresh && ask && !(this.#asking && this.#sending)) {
            this.#expect();
        }

        /*
         * A coarse clock makes a message seem to come from the future.  A page
         * may have broken the clock: what is no number is not later.
         */

        if (activity > this.#last) {
            this.#last = Math.min(activity, now);
        }

        if (fresh && answer <= at && asked <= at) {
            this.#learn(Math.min(answer, now), asked);
            this.#heard(false, asked);
        }

        if (fresh && failed <= at && !this.#sending) {
            this.#heard(true, failed);
        }

        this.#dismissed ||= dismissed;
        this.check();
    }
}

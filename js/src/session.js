/*
 * The rule of the browser's side: when the server is asked, when the user is
 * warned, and when the session has ended.  Uses no DOM and no globals.  The
 * host provides
 *
 *     now()            milliseconds that never go back (clock.js)
 *     wait(ms, f)      calls f after ms and cancels the call before; without f
 *                      only cancels
 *     delay()          milliseconds for which this tab lets others ask first
 *     later(ms, f)     calls f after ms
 *     ask(idleFor, age)  a promise of the server's answer (ping.js)
 *     report(idleFor, age)  tells the server without waiting (ping.js)
 *     tell(message)    sends a message to the other tabs (tabs.js)
 *     hidden()         whether the tab is hidden
 *     show(phase, before, other)  shows the phase to the user (view.js)
 *
 * All times are milliseconds on the host's clock.
 */

export const LIVE = 'live';
export const WARNED = 'warned';
export const COVERED = 'covered';
export const EXPIRED = 'expired';
export const STOPPED = 'stopped';

/* the longest wait for an answer; then this tab decides by its own clock */
const PATIENCE = 2000;

/* extra time before a second question: the server's end may be later */
const AGAIN = 250;

/* the interval of questions while a warning is shown */
const POLL = 10000;

/* the longest sleep; then a dialog that the page has removed returns */
const TICK = 5000;

/* the least time between two activities, and before a wake-up asks again */
const THROTTLE = 1000;

export class Session {
    #host;
    #warnAfter;
    #expireAfter;

    #born;              /* time at which the page was loaded */
    #last;              /* last activity in any tab */
    #ends;              /* end of the session's maximal lifetime */
    #dismissed = false; /* whether the user has closed the final warning */

    #known;             /* last activity that the server knows of */
    #tried;             /* time of the last question whose result is known */
    #failed = false;    /* whether that question got no answer */
    #sure;              /* time of the last question answered with "live" */
    #unsure = -1;       /* the page is covered while #sure is before this */

    #turn = 0;          /* number of the last question */
    #asking = 0;        /* number of the open question, or 0 */
    #asked;             /* time of the open question */
    #sending;           /* whether this tab has sent it */

    /*
     * warnAfter, expireAfter: the limits of the idle time.  endsIn: the time
     * left of the maximal lifetime.  idle: the idle time until now.  age: the
     * page's age.  byButton: whether only extend() ends a warning.
     */
    constructor(host, { warnAfter, expireAfter, endsIn, idle, age, byButton }) {
        const now = host.now();

        this.phase = LIVE;
        this.byButton = byButton;
        this.final = false;     /* the warning is of the lifetime */

        this.#host = host;
        this.#warnAfter = warnAfter;
        this.#expireAfter = expireAfter;
        this.#born = now - age;
        this.#last = this.#known = now - idle;
        this.#ends = now + endsIn;
        this.#tried = Math.min(this.#last, this.#ends);
        this.#sure = this.#asked = now;
    }

    /* Whether the session has ended for this tab, or was stopped. */
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

    /* Counts an activity of the user.  Gives whether it ended a warning. */
    activity() {
        if (this.phase === WARNED && !this.final) {
            return !this.byButton && this.extend();
        }

        if (this.idle >= THROTTLE) {
            this.#touch();
        }

        return false;
    }

    /* Extends the session, or closes the final warning.  False if too late. */
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

    /* Counts activity now.  Gives false if it is too late. */
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
     * To be called when the page is seen again or on line again: asks the
     * server.  restored: the page is covered until the server has said that the
     * session lives.
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

    /*
     * Covers the page until the server has said that the session lives, in
     * answer to a question that is asked after ms or later.
     */
    #doubt(ms) {
        this.#unsure = this.#host.now() + ms;
        this.#sure = -1;
    }

    /* For a page that is being left: reports activity unknown to the server. */
    report() {
        if (this.#last > this.#known) {
            this.#host.report(...this.#times(this.#host.now()));
        }
    }

    /*
     * The idle time and the page's age in whole seconds.  Rounding must neither
     * extend the session nor make the page older than the session.
     */
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

    /* Whether only the end of the maximal lifetime is near. */
    #ending() {
        const left = this.#ends - this.#host.now();

        return this.idle < this.#warnAfter
            && left <= this.#expireAfter - this.#warnAfter;
    }

    /* Sets the phase and asks the server, as due.  Follows every event. */
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

                /* the other tab is gone, or this tab's timer is late */

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

                /* the session lives: this page's limits are out of date */

                if (now >= this.#last + this.#expireAfter) {
                    return this.#expire();
                }

                /* the session lives: this page's lifetime is out of date */

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

    /* Another tab gets extra time to tell the result of its question. */
    get #patience() {
        return PATIENCE + (this.#sending ? 0 : AGAIN);
    }

    /*
     * Whether to tell the server of new activity.  Otherwise it could end the
     * session, or tell other tabs that the user is idle.
     */
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

            /* the machine has slept, or the tab was frozen */

            if (late > TICK && !this.#host.hidden()) {
                this.wake(false, this.#host.delay());

            } else {
                this.check();
            }
        });
    }

    /* Changes the phase.  ending: a warning of the maximal lifetime. */
    #to(phase, ending) {
        const before = this.phase;

        this.phase = phase;
        this.final = ending;

        if (phase !== before || phase !== LIVE) {
            this.#host.show(phase, before);
        }
    }

    /*
     * Ends the session in this tab.  told: what else to tell the other tabs; if
     * it is missing, they are told nothing.  other: a login has begun another
     * session, to which other tabs may belong.
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

    /* Asks the server after a delay, unless another tab asks meanwhile. */
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

    /* Opens a question, of this tab or another one.  Gives its number. */
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

    /* answer: the last activity by the server; asked: time of the question */
    #learn(answer, asked) {
        this.#last = Math.max(this.#last, answer);
        this.#known = Math.max(this.#known, answer);
        this.#sure = Math.max(this.#sure, asked);
    }

    /* A late answer counts; a late failure does not. */
    #settle(turn, failed, sent) {
        if (turn === this.#asking || !failed) {
            this.#heard(failed, sent);
            this.check();
        }
    }

    /* tried: time of the question, which may be before the last result's */
    #heard(failed, tried) {
        this.#asking = 0;

        if (tried >= this.#tried) {
            this.#tried = tried;
            this.#failed = failed;
        }
    }

    /*
     * Takes another tab's message, with times on this tab's clock.
     * at: the time of the message.  activity: the last activity.
     * ask: the tab asks the server.
     * answer, asked: the last activity by the server's answer, and the time of
     *     the question.
     * failed: the time of a question that got no answer.
     * dismissed: the user has closed the final warning.
     * ended: the time of the end; with logout, the time of the question to
     *     which the server answered that the session has ended.
     * leaving: the user has signed out, or a logout was answered with a page.
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
         * Ask the server.  Another tab's clock may be wrong about the end.  An
         * old message comes to or from a frozen tab, and there may have been a
         * login since.  A logout may not have reached the server yet, or fail.
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
         * Clocks are coarse, so a message may seem to come from the future.
         * NaN, from a clock that the page has broken, is never greater.
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

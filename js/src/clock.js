/*
 * Gives a function that returns milliseconds.  They never go back, and include
 * the time for which the machine sleeps.  performance.now() may stand still
 * then, so a leap of the wall clock forward counts as sleep, and one backward
 * does not count.  If the page has broken Date, the wall clock is not used.
 */

/* milliseconds: a smaller difference between the two clocks is no leap */
const LEAP = 500;

export function createClock(performance, Date) {
    const steady = performance.now.bind(performance);
    const wall = () => {
        try {
            return Date.now();
        } catch {
            return NaN;
        }
    };

    const steadyStart = steady();
    let wallStart = wall();
    let slept = 0;
    let time = 0;

    return () => {
        const passed = steady() - steadyStart;
        const leap = wall() - wallStart - passed - slept;

        if (leap > LEAP) {
            slept += leap;
        } else if (leap < -LEAP) {
            wallStart += leap;
        }

        time = Math.max(time, passed + slept);
        return time;
    };
}

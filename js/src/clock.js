/*
 * Milliseconds that never go back, and that count the time a machine sleeps:
 * performance.now() may stand still meanwhile, and the wall clock may step.
 * A page that has replaced Date or performance is believed in nothing but
 * that time passes.
 */

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

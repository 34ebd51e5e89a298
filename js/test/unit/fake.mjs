/*
 * Events that claim to be a user's: what is listened to by EventTarget's method
 * at an object with heard() is told to that.
 */

const { addEventListener } = EventTarget.prototype;

EventTarget.prototype.addEventListener = function (...args) {
    if (this.heard) {
        this.heard(...args);
    } else {
        addEventListener.apply(this, args);
    }
};

/* For functions that are to be out of the way of what each request does. */

#ifndef SSEC_SELDOM_H
#define SSEC_SELDOM_H


#define ssec_seldom  __attribute__((cold, noinline))

/* For those that many can do without, but that others do each time. */

#define ssec_apart   __attribute__((noinline))


#endif /* SSEC_SELDOM_H */

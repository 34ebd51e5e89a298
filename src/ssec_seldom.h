/* For functions that are to be out of the way of what each request does. */

#ifndef SSEC_SELDOM_H
#define SSEC_SELDOM_H


#define ssec_seldom  __attribute__((cold, noinline))


#endif /* SSEC_SELDOM_H */

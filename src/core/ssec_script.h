/*
 * The browser's side, built of js/: what session_security_script serves.
 */

#ifndef SSEC_SCRIPT_H
#define SSEC_SCRIPT_H

#include <stddef.h>

/* The script, in UTF-8; the same compressed by gzip. */
extern const unsigned char  ssec_script[];
extern const size_t         ssec_script_len;
extern const unsigned char  ssec_script_gzip[];
extern const size_t         ssec_script_gzip_len;

/* Sixteen hexadecimal digits that change with the script. */
extern const char           ssec_script_version[17];

#endif /* SSEC_SCRIPT_H */

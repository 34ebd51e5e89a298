/*
 * Fills a zone's file with live sessions until one would be pushed out:
 * fill FILE, while no nginx uses it.  Their keys are the numbers from 0 on, of
 * 32 digits.  Prints how many there are.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ssec_table_file.h"


int
main(int argc, char **argv)
{
    int             fd;
    char            key[33];
    void           *memory;
    off_t           done;
    ssize_t         written;
    unsigned long   n;
    struct stat     st;
    ssec_entry_t    entry;
    ssec_table_t    table;
    ssec_counts_t   counts;
    ssec_digest_t   digest;

    fd = (argc == 2) ? open(argv[1], O_RDWR) : -1;

    if (fd == -1 || fstat(fd, &st) != 0) {
        perror("fill FILE");
        return 1;
    }

    /* a copy, or the disk would be written to all the time */

    memory = mmap(NULL, (size_t) st.st_size, PROT_READ|PROT_WRITE, MAP_PRIVATE,
                  fd, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }

    ssec_table_open(&table, memory, ssec_table_owner());
    ssec_table_losses(&table, &counts);

    for (n = 0; counts.evicted == 0; n++) {

        snprintf(key, sizeof(key), "%032lu", n);
        ssec_digest(&table.key, key, sizeof(key) - 1, &digest);

        ssec_table_acquire(&table, &digest, &entry);

        entry.record = (ssec_record_t) {
            .state = SSEC_LIVE,
            .issued = true,
            .presented = true,
            .used = true,
            .created = ssec_table_ticked(&table),
            .last = ssec_table_ticked(&table)
        };

        if (!ssec_table_release(&table, &entry)) {
            break;
        }

        ssec_table_losses(&table, &counts);
    }

    for (done = 0; done < st.st_size; done += written) {
        written = pwrite(fd, (char *) memory + done,
                         (size_t) (st.st_size - done), done);
        if (written == -1) {
            perror("pwrite");
            return 1;
        }
    }

    printf("%lu\n", n);

    return 0;
}

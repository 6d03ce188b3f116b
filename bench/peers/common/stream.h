/* Sockets without a protocol: what the kernel itself can move. A "message"
 * is SIZE bytes written in one call; nothing marks its bounds. */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include "report.h"

/* A connected stream to ENDPOINT, tcp://ADDRESS:PORT or ipc://PATH, without
 * Nagle's delay and with the system's buffer sizes. */
int accept_one(const char *endpoint);       /* binds, waits for one peer */
int connect_patiently(const char *endpoint); /* retries until there is a listener */
int listen_on(const char *endpoint);         /* binds; a listener with a backlog of 1,024 */
int without_delay(int fd);                   /* the same socket, without Nagle's delay */

/* Raises the limit of open files as far as it goes, and ends the program if
 * that is not enough for so many connections. */
void allow_descriptors(size_t connections);

void *new_buffer(size_t size);
void write_all(int fd, const void *data, size_t size);
/* Reads at least `least` and at most `most` bytes. */
size_t read_between(int fd, void *data, size_t least, size_t most);

#endif

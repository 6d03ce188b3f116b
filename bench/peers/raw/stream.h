/* Sockets without a protocol: what the kernel itself can move. A "message"
 * is SIZE bytes written in one call; nothing marks its bounds. */
#ifndef BENCH_RAW_STREAM_H
#define BENCH_RAW_STREAM_H

#include "../common/report.h"

/* A connected stream to ENDPOINT, tcp://ADDRESS:PORT or ipc://PATH, without
 * Nagle's delay and with the system's buffer sizes. */
int accept_one(const char *endpoint);       /* binds, waits for one peer */
int connect_patiently(const char *endpoint); /* retries until there is a listener */

void *new_buffer(size_t size);
void write_all(int fd, const void *data, size_t size);
/* Reads at least `least` and at most `most` bytes. */
size_t read_between(int fd, void *data, size_t least, size_t most);

#endif

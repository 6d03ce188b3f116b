/* An echo server, on epoll or on io_uring: one thread, a buffer of 4 KiB for
 * a connection's requests. Both run until they are killed. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

enum { BUFFER = 4 << 10 };

void serve_epoll(int listener);
void serve_uring(int listener);

#endif

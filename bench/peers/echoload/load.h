/* The one load generator that all echo servers are measured with: one thread,
 * on io_uring, with what makes that cheapest: receives that stay armed, into buffers
 * that all connections share. So it costs less than any server.
 *
 * Connections are made one after the other, each with one round trip, so that
 * no server's backlog matters. Each then has one request outstanding. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "../common/ring.h"
#include "../common/stream.h"

struct connection {
    int fd;
    uint64_t sent; /* when the outstanding request was */
    size_t got;    /* bytes of its answer */
};

struct load {
    struct ring ring;
    struct buffers buffers;
    char *request, *answer; /* all requests are the same */
    size_t size, connections;
    struct connection *all;
    struct latency responses;
};

void load_connect(struct load *l, const char *endpoint);

/* Sends `count` requests and waits for the answers, which are compared.
 * Response times are kept if `keep`. */
void load_run(struct load *l, size_t count, int keep);

/* Closes without leaving anything in TIME_WAIT. */
void load_close(struct load *l);

/* Processor time of a process, all threads, in nanoseconds. */
uint64_t cpu_ns(int pid);

#endif

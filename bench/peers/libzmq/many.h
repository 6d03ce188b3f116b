/* One socket with many peers: what one.c and many.c share. The arguments, and what
 * they mean, are those of cmd/peers. */
#ifndef BENCH_LIBZMQ_MANY_H
#define BENCH_LIBZMQ_MANY_H

#include "perf.h"

enum {
    TOPICS_EACH = 10, /* of each subscriber, its own */
    TOPIC_SIZE = 4,   /* bytes, with which a message begins */
    WINDOW = 100,     /* requests of each DEALER in flight in a stream */
    AT_ONCE = 256     /* messages from one socket before others have their turn */
};

struct job {
    const char *pattern, *endpoint;
    size_t size, count, peers, burst; /* burst 0: a stream */
    void *context;
    void **sockets; /* n of them: one, or `peers` */
    size_t n;
    int control; /* to the other side */
};

/* Nanoseconds of the clock that both processes have. */
uint64_t clock_ns(void);

int control_meet(const char *path);
int control_call(const char *path);
void control_write(int fd, const void *data, size_t size);
void control_read(int fd, void *data, size_t size);

/* What the sides do, whichever has how many sockets. */
void send_all(struct job *j);
void receive_all_of(struct job *j);
void echo_all(struct job *j);
void ask_all(struct job *j);

/* The programs. */
void one(char **argv);
void many(char **argv);

#endif

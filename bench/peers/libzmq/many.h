/* One socket with many peers: what the files of `one`, `many` and `both` share. The
 * arguments, and what they mean, are those of cmd/peers. */
#ifndef BENCH_LIBZMQ_MANY_H
#define BENCH_LIBZMQ_MANY_H

#include "perf.h"

#define ONE "one" /* the routing id of the one side of router-router */

enum {
    TOPICS_EACH = 10, /* of each subscriber of pub-sub, its own */
    TOPIC_SIZE = 4,   /* bytes, with which a message begins */
    WINDOW = 100,     /* requests of each DEALER in flight in a stream, unless the line says otherwise */
    AT_ONCE = 256,    /* messages from one socket before others have their turn */
    MOST_FRAMES = 16, /* of a message, without its routing id */
    START_INTERVAL = 10 /* milliseconds until a peer tries again to connect, before the one side has bound */
};

struct job {
    const char *pattern, *endpoint;
    size_t size, count, peers, burst; /* burst 0: a stream */
    size_t frames;                    /* of a message, each of `size` bytes */
    size_t window;
    size_t rate;                      /* messages a second, paced by the clock; 0: as fast as possible */
    size_t idle;                      /* connections beside those of the peers, which ask nothing */
    int timed;                        /* how long each request of a stream waited is reported */
    void *context;
    void **sockets; /* n of them: one, or `peers` */
    size_t n;
    int control; /* to the other side */
};

/* Reports whether the job's pattern has that name. */
int is(const struct job *j, const char *pattern);

/* Nanoseconds of the clock that both processes have. */
uint64_t clock_ns(void);
void wait_until(uint64_t clock);

int control_meet(const char *path);
int control_call(const char *path);
void control_write(int fd, const void *data, size_t size);
void control_read(int fd, void *data, size_t size);
void control_end(int fd);

/* message.c: a message of one or more frames. */
struct message {
    size_t n;
    zmq_msg_t frames[MOST_FRAMES + 1]; /* and a routing id */
};

void message_init(struct message *m);
void message_close(struct message *m);
int message_receive(void *socket, struct message *m, int flags); /* 0: there is none */
void message_send(void *socket, struct message *m);
void message_check(const struct message *m, const struct job *j, size_t before); /* frames before the payload */
void send_frames(void *socket, const struct payload *p, size_t frames);

/* poller.c: which of many sockets can be received from. */
struct poller;
struct poller *poller_new(void **sockets, size_t n);
/* Returns how many indices of sockets it has written to ready, which has room for all.
 * It waits for one, if wait is set. A socket that has been reported is reported again
 * only after it had nothing to receive: the caller receives until then. */
size_t poller_wait(struct poller *p, int wait, size_t *ready);
void poller_free(struct poller *p);

/* The sockets of which there is more to receive. */
struct turns {
    struct poller *poller;
    size_t *ready, n;   /* whose turn it is */
    size_t *more, left; /* which have not been emptied */
    char *noted;        /* of each socket: whether it is among these */
};

struct turns turns_of(const struct job *j);
void turns_next(struct turns *t); /* waits until there is a socket in ready */
void turns_again(struct turns *t, size_t socket);
void turns_end(struct turns *t);

/* What the sides do, whichever has how many sockets. */
void send_all(struct job *j);
void receive_all_of(struct job *j);
void echo_all(struct job *j);
void ask_all(struct job *j);
void connect_all(struct job *j);

/* The programs. */
void one(int argc, char **argv);
void many(int argc, char **argv);
void both(int argc, char **argv);

#endif

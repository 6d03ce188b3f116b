/* libzmq at its best, for comparison: zmq_msg_t, no copy on the way in, one
 * I/O thread, the default high-water marks (1,000 messages) and the system's
 * socket buffers; or tuned, which is said where `tuned` is read. Arguments and closing
 * lines are those of libzmq's own perf programs. */
#ifndef BENCH_LIBZMQ_PERF_H
#define BENCH_LIBZMQ_PERF_H

#include <zmq.h>

#include "../common/report.h"

/* Every call below ends the program, naming the call, when libzmq refuses. */
void check(int ok, const char *call);

/* Whether contexts and sockets are tuned: the word before the program's name. */
extern int tuned;

void *new_context(void);
void *new_socket(void *context, int type);
void *bound(void *context, int type, const char *endpoint);
void *connected(void *context, int type, const char *endpoint);

/* A payload that messages refer to without a copy and that is never freed:
 * for large messages libzmq's cheapest way to send. */
struct payload {
    void *data;
    size_t size;
};

struct payload new_payload(size_t size);
void send_payload(void *socket, const struct payload *p, int flags);

/* Receives one message into msg, which must be initialised and is reused. */
void receive(void *socket, zmq_msg_t *msg, size_t size);

/* The two halves of each measurement, shared between processes and threads. */
void push_messages(void *socket, size_t size, size_t count);
void pull_and_report(void *socket, size_t size, size_t count);
void answer_requests(void *socket, size_t size, size_t roundtrips);
void ask_and_report(void *socket, size_t size, size_t roundtrips);

/* The programs; argv holds their arguments alone. */
void local_thr(char **argv);
void remote_thr(char **argv);
void local_lat(char **argv);
void remote_lat(char **argv);
void inproc_thr(char **argv);
void inproc_lat(char **argv);
void pub_thr(char **argv);
void sub_thr(char **argv);
void version(char **argv);

#endif

/* Runs the measuring code of the peers in C on a clock of its own, and on sockets
 * that are counters: sending takes 1 us, receiving 3 us, a poll 10 us. What is
 * printed can be worked out by hand: see figures_test.go.
 *
 *   figures laps       ROUNDTRIPS US...   how long each round trip takes
 *   figures responses  US...
 *   figures throughput MESSAGES NS
 *   figures pull|ask   COUNT              halves.c
 *   figures sub        COUNT SUBSCRIBERS  pubsub.c: the subscribers
 *   figures many       PATTERN COUNT PEERS BURST|stream|rate   roundtrip.c, oneway.c: the side that reports
 */
#include "../../../peers/libzmq/many.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { US = 1000 };

static uint64_t now = 5000 * US; /* any */

uint64_t now_ns(void) { return now; }
uint64_t clock_ns(void) { return now; }

/* A socket is how many messages can be received from it. */
static void sent(int *socket)
{
    now += 1 * US;
    ++*socket;
}

static int publishing; /* the last message that can be received is empty: the end */
static int ended;

static void received(int *socket)
{
    now += 3 * US;
    --*socket;
    ended = publishing && *socket == 0;
}

void check(int ok, const char *call)
{
    if (!ok)
        die(EXIT_FAILED, "%s", call);
}

struct payload new_payload(size_t size) { return (struct payload){ .size = size }; }
void send_payload(void *socket, const struct payload *p, int flags)
{
    (void)p;
    (void)flags;
    sent(socket);
}
void receive(void *socket, zmq_msg_t *msg, size_t size)
{
    (void)msg;
    (void)size;
    received(socket);
}

int zmq_msg_init(zmq_msg_t *msg) { return msg == NULL; }
int zmq_msg_init_size(zmq_msg_t *msg, size_t size) { return msg == NULL || size == 0; }
int zmq_msg_close(zmq_msg_t *msg) { return msg == NULL; }
size_t zmq_msg_size(const zmq_msg_t *msg) { return msg != NULL && !ended; }
void *zmq_msg_data(zmq_msg_t *msg)
{
    static uint64_t begin = 5000 * US; /* of a message: it was due when the clock was started */
    return msg == NULL ? NULL : &begin;
}
int zmq_msg_more(const zmq_msg_t *msg) { return msg == NULL; }
int zmq_errno(void) { return errno; }

int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags)
{
    (void)msg;
    (void)flags;
    sent(socket);
    return 1;
}

int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags)
{
    (void)msg;
    if (flags == ZMQ_DONTWAIT && *(int *)socket <= 0) {
        errno = EAGAIN;
        return -1;
    }
    received(socket);
    return 1;
}

int zmq_poll(zmq_pollitem_t *items, int n, long timeout)
{
    (void)timeout;
    now += 10 * US;
    for (int i = 0; i < n; i++)
        items[i].revents = *(int *)items[i].socket > 0 ? ZMQ_POLLIN : 0;
    return n;
}

/* What many.c and poller.c have. */
int is(const struct job *j, const char *pattern) { return strcmp(j->pattern, pattern) == 0; }

void wait_until(uint64_t clock)
{
    if (now < clock)
        now = clock;
}

struct poller {
    void **sockets;
    size_t n;
};

struct poller *poller_new(void **sockets, size_t n)
{
    struct poller *p = malloc(sizeof *p);
    *p = (struct poller){ sockets, n };
    return p;
}

size_t poller_wait(struct poller *p, int wait, size_t *ready)
{
    size_t n = 0;
    (void)wait;
    now += 10 * US;
    for (size_t i = 0; i < p->n; i++)
        if (*(int *)p->sockets[i] > 0)
            ready[n++] = i;
    return n;
}

void poller_free(struct poller *p) { free(p); }

/* The other side of the control connection: receives a burst, 7 us after the last
 * message was sent. */
void control_read(int fd, void *data, size_t size)
{
    (void)fd;
    now += 7 * US;
    memcpy(data, &now, size);
    now += 100 * US; /* the way back is not part of a burst */
}
void control_write(int fd, const void *data, size_t size)
{
    (void)fd;
    (void)data;
    (void)size;
}

/* What pubsub.c needs besides. */
void *new_context(void) { return &now; }
void *new_socket(void *context, int type) { return type < 0 ? NULL : context; }
int zmq_setsockopt(void *socket, int option, const void *value, size_t size)
{
    return socket == NULL || option < 0 || value == NULL || size > 1;
}
int zmq_bind(void *socket, const char *endpoint) { return socket == NULL || endpoint == NULL; }
int zmq_send(void *socket, const void *data, size_t size, int flags)
{
    return socket == NULL || data == NULL || size > 0 || flags != 0;
}
int zmq_recv(void *socket, void *data, size_t size, int flags) { return zmq_send(socket, data, size, flags); }
int zmq_close(void *socket)
{
    free(socket);
    return 0;
}
int zmq_ctx_term(void *context) { return context == NULL; }

/* A subscriber that has as many messages as `publishing` says, and the end. */
void *connected(void *context, int type, const char *endpoint)
{
    int *socket = malloc(sizeof *socket);
    check(context != NULL && type == ZMQ_SUB && endpoint != NULL && socket != NULL, "connected");
    *socket = publishing + 1;
    return socket;
}

static void laps(char **argv)
{
    struct latency l;
    latency_start(&l, parse_count("ROUNDTRIPS", argv[0]));
    for (argv++; *argv != NULL; argv++) {
        now += parse_count("US", *argv) * US;
        latency_lap(&l);
    }
    latency_report(&l);
}

static void responses(int n, char **argv)
{
    struct latency l;
    responses_start(&l, (size_t)n);
    for (int i = 0; i < n; i++)
        responses_add(&l, parse_count("US", argv[i]) * US);
    responses_report(&l);
}

static void many_report(char **argv)
{
    struct job j = { .pattern = argv[0], .size = 1, .count = parse_count("COUNT", argv[1]),
                     .peers = parse_count("PEERS", argv[2]), .frames = 1, .window = WINDOW };
    if (strcmp(j.pattern, "rep-req") == 0)
        j.window = j.timed = 1;
    j.rate = strcmp(argv[3], "rate") == 0;
    j.burst = strcmp(argv[3], "stream") == 0 || j.rate ? 0 : parse_count("BURST", argv[3]);
    j.n = strcmp(j.pattern, "push-pull") == 0 ? 1 : j.peers;
    int *counters = calloc(j.n, sizeof *counters);
    j.sockets = calloc(j.n, sizeof *j.sockets);
    for (size_t i = 0; i < j.n; i++)
        j.sockets[i] = &counters[i];
    if (strcmp(j.pattern, "push-pull") == 0) {
        send_all(&j);
    } else if (strcmp(j.pattern, "pull") == 0) {
        for (size_t i = 0; i < j.n; i++)
            counters[i] = (int)(j.count / j.n); /* they have been sent */
        receive_all_of(&j);
    } else {
        ask_all(&j);
    }
}

int main(int argc, char **argv)
{
    int socket = 1000000;
    if (argc > 2 && strcmp(argv[1], "laps") == 0)
        laps(argv + 2);
    else if (argc > 2 && strcmp(argv[1], "responses") == 0)
        responses(argc - 2, argv + 2);
    else if (argc == 4 && strcmp(argv[1], "throughput") == 0)
        report_throughput(parse_count("MESSAGES", argv[2]), strtoull(argv[3], NULL, 10));
    else if (argc == 3 && strcmp(argv[1], "pull") == 0)
        pull_and_report(&socket, 1, parse_count("COUNT", argv[2]));
    else if (argc == 3 && strcmp(argv[1], "ask") == 0)
        ask_and_report(&socket, 1, parse_count("COUNT", argv[2]));
    else if (argc == 4 && strcmp(argv[1], "sub") == 0) {
        publishing = (int)parse_count("COUNT", argv[2]);
        sub_thr((char *[]){ "", "1", argv[2], argv[3] });
    } else if (argc == 6 && strcmp(argv[1], "many") == 0)
        many_report(argv + 2);
    else
        die(EXIT_USAGE, "see the head of figures.c");
    return 0;
}

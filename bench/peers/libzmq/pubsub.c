/* Fan-out: one publisher process, one process with all the subscribers.
 *
 *   pub_thr ENDPOINT SIZE COUNT SUBSCRIBERS   binds
 *   sub_thr ENDPOINT SIZE COUNT SUBSCRIBERS   connects
 *
 * 1. The publisher waits until SUBSCRIBERS subscriptions have reached it.
 * 2. It publishes COUNT messages of SIZE bytes, then an empty one: the end.
 *    At the high-water mark it waits for the slowest subscriber (XPUB_NODROP).
 *    That is libzmq's best case: a publisher that drops spends its processor
 *    on messages that nobody gets, and delivers fewer.
 * 3. The subscribers report what was delivered to all of them together, over
 *    the time from the first message of any to the last of any.
 */
#include "perf.h"

#include <errno.h>
#include <stdio.h>

enum { AT_ONCE = 256 };

static void turn_on(void *socket, int option, const char *name)
{
    int on = 1;
    check(zmq_setsockopt(socket, option, &on, sizeof on) == 0, name);
}

/* XPUB is PUB that shows its subscriptions; verbose, also the repeated ones. */
static void *open_publisher(void *context, const char *endpoint)
{
    void *socket = new_socket(context, ZMQ_XPUB);
    turn_on(socket, ZMQ_XPUB_VERBOSE, "ZMQ_XPUB_VERBOSE");
    turn_on(socket, ZMQ_XPUB_NODROP, "ZMQ_XPUB_NODROP");
    check(zmq_bind(socket, endpoint) == 0, "zmq_bind");
    return socket;
}

void pub_thr(char **argv)
{
    size_t size = parse_count("SIZE", argv[1]), count = parse_count("COUNT", argv[2]);
    size_t subscribers = parse_count("SUBSCRIBERS", argv[3]);
    void *context = new_context();
    void *socket = open_publisher(context, argv[0]);
    char subscription[16];
    for (size_t i = 0; i < subscribers; i++)
        check(zmq_recv(socket, subscription, sizeof subscription, 0) >= 0, "zmq_recv");
    push_messages(socket, size, count);
    check(zmq_send(socket, "", 0, 0) >= 0, "zmq_send");
    zmq_close(socket);
    zmq_ctx_term(context);
}

struct fanout {
    uint64_t delivered, first_ns, last_ns;
};

/* Takes what waits on one subscriber, within a budget, so that all get their
 * turn. Reports whether the subscriber has seen the end. */
static int drain(void *socket, zmq_msg_t *msg, struct fanout *f)
{
    for (int taken = 0; taken < AT_ONCE; taken++) {
        if (zmq_msg_recv(msg, socket, ZMQ_DONTWAIT) < 0) {
            check(zmq_errno() == EAGAIN, "zmq_msg_recv");
            return 0;
        }
        if (zmq_msg_size(msg) == 0)
            return 1;
        f->delivered++;
    }
    return 0;
}

/* Drains every subscriber that polls readable, until all have seen the end. */
static void receive_all(zmq_pollitem_t *items, size_t n, struct fanout *f)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    for (size_t open = n; open > 0; f->last_ns = now_ns()) {
        check(zmq_poll(items, (int)n, -1) >= 0, "zmq_poll");
        if (f->first_ns == 0)
            f->first_ns = now_ns();
        for (size_t i = 0; i < n; i++) {
            if ((items[i].revents & ZMQ_POLLIN) && drain(items[i].socket, &msg, f)) {
                items[i].events = 0; /* no longer asked about */
                open--;
            }
        }
    }
    zmq_msg_close(&msg);
}

static zmq_pollitem_t *subscribers(void *context, const char *endpoint, size_t n)
{
    zmq_pollitem_t *items = calloc(n, sizeof *items);
    if (items == NULL)
        die(EXIT_FAILED, "no memory for %zu subscribers", n);
    for (size_t i = 0; i < n; i++) {
        void *socket = connected(context, ZMQ_SUB, endpoint);
        check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0, "ZMQ_SUBSCRIBE");
        items[i] = (zmq_pollitem_t){ .socket = socket, .events = ZMQ_POLLIN };
    }
    return items;
}

void sub_thr(char **argv)
{
    parse_count("SIZE", argv[1]);
    size_t count = parse_count("COUNT", argv[2]), n = parse_count("SUBSCRIBERS", argv[3]);
    void *context = new_context();
    zmq_pollitem_t *items = subscribers(context, argv[0], n);
    struct fanout f = { 0 };
    receive_all(items, n, &f);
    report_throughput(f.delivered, f.last_ns - f.first_ns);
    printf("delivered: %llu of %llu\n", (unsigned long long)f.delivered, (unsigned long long)(count * n));
    for (size_t i = 0; i < n; i++)
        zmq_close(items[i].socket);
    free(items);
    zmq_ctx_term(context);
}

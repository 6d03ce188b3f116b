/* One socket with many peers: the two processes, and how they begin and end. */
#include "many.h"

#include <stdio.h>
#include <string.h>

static const struct pattern {
    const char *name;
    int one, many;
    void (*one_does)(struct job *), (*many_does)(struct job *);
} patterns[] = {
    { "push-pull", ZMQ_PUSH, ZMQ_PULL, send_all, receive_all_of },
    { "pull-push", ZMQ_PULL, ZMQ_PUSH, receive_all_of, send_all },
    { "pub-sub", ZMQ_XPUB, ZMQ_SUB, send_all, receive_all_of },
    { "router-dealer", ZMQ_ROUTER, ZMQ_DEALER, echo_all, ask_all },
    { "rep-req", ZMQ_REP, ZMQ_REQ, echo_all, ask_all },
};

static const struct pattern *find(const char *name)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (strcmp(patterns[i].name, name) == 0)
            return &patterns[i];
    die(EXIT_USAGE, "no pattern \"%s\"", name);
}

static struct job parse(char **argv)
{
    struct job j = {
        .pattern = argv[0],
        .endpoint = argv[1],
        .size = parse_count("SIZE", argv[3]),
        .count = parse_count("COUNT", argv[4]),
        .peers = parse_count("PEERS", argv[5]),
        .burst = strcmp(argv[6], "stream") == 0 ? 0 : parse_count("BURST", argv[6]),
    };
    if (j.burst > 0 && j.count % j.burst != 0)
        die(EXIT_USAGE, "COUNT must be a multiple of BURST: %zu is none of %zu", j.count, j.burst);
    j.context = new_context();
    return j;
}

static void end(struct job *j)
{
    for (size_t i = 0; i < j->n; i++)
        zmq_close(j->sockets[i]);
    free(j->sockets);
    zmq_ctx_term(j->context);
}

static void turn_on(void *socket, int option)
{
    int on = 1;
    check(zmq_setsockopt(socket, option, &on, sizeof on) == 0, "zmq_setsockopt");
}

/* Waits until all peers have shaken hands. */
static void await_handshakes(void *monitor, size_t peers)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    for (size_t seen = 0; seen < peers * 2; seen++) /* two frames for each */
        check(zmq_msg_recv(&msg, monitor, 0) >= 0, "zmq_msg_recv");
    zmq_msg_close(&msg);
}

static void await_subscriptions(void *socket, size_t n)
{
    char subscription[16];
    for (size_t i = 0; i < n; i++)
        check(zmq_recv(socket, subscription, sizeof subscription, 0) >= 0, "zmq_recv");
}

void one(char **argv)
{
    const struct pattern *p = find(argv[0]);
    struct job j = parse(argv);
    void *socket = zmq_socket(j.context, p->one);
    check(socket != NULL, "zmq_socket");
    if (p->one == ZMQ_XPUB) {
        turn_on(socket, ZMQ_XPUB_NODROP);
        turn_on(socket, ZMQ_XPUB_VERBOSE);
    }
    check(zmq_socket_monitor(socket, "inproc://monitor", ZMQ_EVENT_HANDSHAKE_SUCCEEDED) == 0, "zmq_socket_monitor");
    void *monitor = connected(j.context, ZMQ_PAIR, "inproc://monitor");
    check(zmq_bind(socket, j.endpoint) == 0, "zmq_bind");
    j.control = control_meet(argv[2]);
    await_handshakes(monitor, j.peers);
    if (p->one == ZMQ_XPUB)
        await_subscriptions(socket, j.peers * TOPICS_EACH);
    check(zmq_socket_monitor(socket, NULL, 0) == 0, "zmq_socket_monitor");
    zmq_close(monitor);
    j.sockets = malloc(sizeof *j.sockets);
    check(j.sockets != NULL, "malloc");
    j.sockets[0] = socket;
    j.n = 1;
    control_write(j.control, "", 1);
    p->one_does(&j);
    end(&j);
}

void many(char **argv)
{
    const struct pattern *p = find(argv[0]);
    struct job j = parse(argv);
    j.sockets = calloc(j.peers, sizeof *j.sockets);
    check(j.sockets != NULL, "calloc");
    for (; j.n < j.peers; j.n++) {
        void *socket = connected(j.context, p->many, j.endpoint);
        for (size_t k = 0; p->many == ZMQ_SUB && k < TOPICS_EACH; k++) {
            char topic[16];
            snprintf(topic, sizeof topic, "%04zu", j.n * TOPICS_EACH + k);
            check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, TOPIC_SIZE) == 0, "ZMQ_SUBSCRIBE");
        }
        j.sockets[j.n] = socket;
    }
    char go;
    j.control = control_call(argv[2]);
    control_read(j.control, &go, 1);
    p->many_does(&j);
    end(&j);
}

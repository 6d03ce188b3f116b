/* One socket with many peers: the two processes, or the two threads, and how they begin
 * and end. */
#include "many.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const struct pattern {
    const char *name;
    int one, many;
    void (*one_does)(struct job *), (*many_does)(struct job *);
} patterns[] = {
    { "push-pull", ZMQ_PUSH, ZMQ_PULL, send_all, receive_all_of },
    { "pull-push", ZMQ_PULL, ZMQ_PUSH, receive_all_of, send_all },
    { "pair", ZMQ_PAIR, ZMQ_PAIR, send_all, receive_all_of },
    { "pub-sub", ZMQ_XPUB, ZMQ_SUB, send_all, receive_all_of },
    { "pub-sub-all", ZMQ_XPUB, ZMQ_SUB, send_all, receive_all_of },
    { "router-dealer", ZMQ_ROUTER, ZMQ_DEALER, echo_all, ask_all },
    { "router-router", ZMQ_ROUTER, ZMQ_ROUTER, echo_all, ask_all },
    { "rep-req", ZMQ_REP, ZMQ_REQ, echo_all, ask_all },
    { "connect", ZMQ_REP, ZMQ_REQ, echo_all, connect_all },
};

int is(const struct job *j, const char *pattern)
{
    return strcmp(j->pattern, pattern) == 0;
}

static const struct pattern *find(const char *name)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (strcmp(patterns[i].name, name) == 0)
            return &patterns[i];
    die(EXIT_USAGE, "no pattern \"%s\"", name);
}

/* The options at the end of the line: --frames 3 --timed. */
static void parse_options(struct job *j, int argc, char **argv)
{
    const struct {
        const char *name;
        size_t *value;
    } numbers[] = { { "--frames", &j->frames }, { "--window", &j->window }, { "--rate", &j->rate }, { "--idle", &j->idle } };
    for (int i = 0; i < argc; i++) {
        size_t k = 0, n = sizeof numbers / sizeof *numbers;
        while (k < n && strcmp(argv[i], numbers[k].name) != 0)
            k++;
        if (k < n && i + 1 < argc)
            *numbers[k].value = parse_count(argv[i], argv[i + 1]), i++;
        else if (strcmp(argv[i], "--timed") == 0)
            j->timed = 1;
        else
            die(EXIT_USAGE, "what is %s? There are --frames N, --window N, --rate N, --idle N, --timed", argv[i]);
    }
}

static struct job parse(int argc, char **argv)
{
    struct job j = {
        .pattern = argv[0],
        .endpoint = argv[1],
        .size = parse_count("SIZE", argv[3]),
        .count = parse_count("COUNT", argv[4]),
        .peers = parse_count("PEERS", argv[5]),
        .burst = strcmp(argv[6], "stream") == 0 ? 0 : parse_count("BURST", argv[6]),
        .frames = 1,
    };
    int one_by_one = is(&j, "rep-req") || is(&j, "connect");
    j.window = one_by_one ? 1 : WINDOW;
    j.timed = one_by_one;
    parse_options(&j, argc - 7, argv + 7);
    if (j.burst > 0 && j.count % j.burst != 0)
        die(EXIT_USAGE, "COUNT must be a multiple of BURST: %zu is none of %zu", j.count, j.burst);
    if (j.burst > 0 && one_by_one)
        die(EXIT_USAGE, "a REQ has one request in flight: there are no bursts");
    if (is(&j, "pub-sub-all") && j.count % j.peers != 0)
        die(EXIT_USAGE, "COUNT must be a multiple of PEERS: %zu is none of %zu", j.count, j.peers);
    if (j.frames > MOST_FRAMES)
        die(EXIT_USAGE, "at most %d frames", MOST_FRAMES);
    if (is(&j, "pair") && j.peers != 1)
        die(EXIT_USAGE, "a PAIR has one peer");
    if (j.rate > 0 && (j.size < sizeof(uint64_t) || j.frames > 1))
        die(EXIT_USAGE, "a message that is sent at a rate has one frame, with room for a time");
    j.context = new_context();
    return j;
}

/* Closes the sockets: the context then ends when all is delivered. */
static void close_all(struct job *j)
{
    for (size_t i = 0; i < j->n; i++)
        zmq_close(j->sockets[i]);
    free(j->sockets);
}

static void turn_on(void *socket, int option)
{
    int on = 1;
    check(zmq_setsockopt(socket, option, &on, sizeof on) == 0, "zmq_setsockopt");
}

/* Waits until that many peers have shaken hands. */
static void await_handshakes(void *monitor, size_t peers)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    for (size_t seen = 0; seen < peers * 2; seen++) /* two frames for each */
        check(zmq_msg_recv(&msg, monitor, 0) >= 0, "zmq_msg_recv");
    zmq_msg_close(&msg);
}

static void await_subscriptions(const struct job *j)
{
    char subscription[16];
    size_t n = is(j, "pub-sub-all") ? j->peers : j->peers * TOPICS_EACH;
    for (size_t i = 0; i < n; i++)
        check(zmq_recv(j->sockets[0], subscription, sizeof subscription, 0) >= 0, "zmq_recv");
}

static void open_one(struct job *j, const struct pattern *p)
{
    void *socket = new_socket(j->context, p->one);
    if (p->one == ZMQ_XPUB) {
        turn_on(socket, ZMQ_XPUB_NODROP);
        turn_on(socket, ZMQ_XPUB_VERBOSE);
    }
    if (is(j, "router-router"))
        check(zmq_setsockopt(socket, ZMQ_ROUTING_ID, ONE, sizeof ONE - 1) == 0, "ZMQ_ROUTING_ID");
    int backlog = (int)(j->peers + j->idle);
    check(backlog < 100 || zmq_setsockopt(socket, ZMQ_BACKLOG, &backlog, sizeof backlog) == 0, "ZMQ_BACKLOG");
    j->sockets = malloc(sizeof *j->sockets);
    check(j->sockets != NULL, "malloc");
    j->sockets[0] = socket;
    j->n = 1;
}

static void bind_one(struct job *j)
{
    check(zmq_bind(j->sockets[0], j->endpoint) == 0, "zmq_bind");
}

static void subscribe(const struct job *j, void *socket, size_t i)
{
    if (is(j, "pub-sub-all"))
        check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0, "ZMQ_SUBSCRIBE");
    for (size_t k = 0; is(j, "pub-sub") && k < TOPICS_EACH; k++) {
        char topic[24];
        snprintf(topic, sizeof topic, "%04zu", i * TOPICS_EACH + k);
        check(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic, TOPIC_SIZE) == 0, "ZMQ_SUBSCRIBE");
    }
}

/* The peers of `connect` connect when they ask. */
static void open_many(struct job *j, const struct pattern *p)
{
    j->sockets = calloc(j->peers, sizeof *j->sockets);
    check(j->sockets != NULL, "calloc");
    for (; j->n < j->peers && !is(j, "connect"); j->n++) {
        void *socket = new_socket(j->context, p->many);
        subscribe(j, socket, j->n);
        int interval = START_INTERVAL;
        check(zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &interval, sizeof interval) == 0, "ZMQ_RECONNECT_IVL");
        if (is(j, "router-router")) {
            char id[24];
            snprintf(id, sizeof id, "%04zu", j->n);
            check(zmq_setsockopt(socket, ZMQ_ROUTING_ID, id, strlen(id)) == 0, "ZMQ_ROUTING_ID");
            turn_on(socket, ZMQ_ROUTER_MANDATORY);
        }
        check(zmq_connect(socket, j->endpoint) == 0, "zmq_connect");
        j->sockets[j->n] = socket;
    }
}

void one(int argc, char **argv)
{
    const struct pattern *p = find(argv[0]);
    struct job j = parse(argc, argv);
    open_one(&j, p);
    check(zmq_socket_monitor(j.sockets[0], "inproc://monitor", ZMQ_EVENT_HANDSHAKE_SUCCEEDED) == 0, "zmq_socket_monitor");
    void *monitor = zmq_socket(j.context, ZMQ_PAIR);
    check(monitor != NULL, "zmq_socket");
    int unlimited = 0; /* events that are not read yet would hold up the I/O thread */
    check(zmq_setsockopt(monitor, ZMQ_RCVHWM, &unlimited, sizeof unlimited) == 0, "ZMQ_RCVHWM");
    check(zmq_connect(monitor, "inproc://monitor") == 0, "zmq_connect");
    bind_one(&j);
    j.control = control_meet(argv[2]);
    await_handshakes(monitor, is(&j, "connect") ? 0 : j.peers + j.idle);
    if (p->one == ZMQ_XPUB)
        await_subscriptions(&j);
    check(zmq_socket_monitor(j.sockets[0], NULL, 0) == 0, "zmq_socket_monitor");
    zmq_close(monitor);
    control_write(j.control, "", 1);
    p->one_does(&j);
    control_end(j.control);
    close_all(&j);
    zmq_ctx_term(j.context);
}

void many(int argc, char **argv)
{
    const struct pattern *p = find(argv[0]);
    struct job j = parse(argc, argv);
    open_many(&j, p);
    char go;
    j.control = control_call(argv[2]);
    control_read(j.control, &go, 1);
    p->many_does(&j);
    control_end(j.control);
    close_all(&j);
    zmq_ctx_term(j.context);
}

struct side {
    struct job job;
    void (*does)(struct job *);
};

static void *run_side(void *argument)
{
    struct side *s = argument;
    s->does(&s->job);
    control_end(s->job.control);
    close_all(&s->job);
    return NULL;
}

/* Both sides in one process, a thread each, for inproc: there a peer is connected as
 * soon as zmq_connect has returned. */
void both(int argc, char **argv)
{
    const struct pattern *p = find(argv[0]);
    struct side one = { .job = parse(argc, argv), .does = p->one_does };
    struct side many = { .job = one.job, .does = p->many_does };
    open_one(&one.job, p);
    bind_one(&one.job);
    open_many(&many.job, p);
    if (p->one == ZMQ_XPUB)
        await_subscriptions(&one.job);
    int control[2];
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, control) == 0, "socketpair");
    one.job.control = control[0];
    many.job.control = control[1];
    pthread_t id;
    int failed = pthread_create(&id, NULL, run_side, &many);
    if (failed)
        die(EXIT_FAILED, "pthread_create: %s", strerror(failed));
    run_side(&one);
    pthread_join(id, NULL);
    zmq_ctx_term(one.job.context);
}

/* Two processes, one socket each: ENDPOINT SIZE COUNT. */
#include "perf.h"

typedef void half(void *socket, size_t size, size_t count);

static void run(void *(*open)(void *, int, const char *), int type, half *half, char **argv)
{
    size_t size = parse_count("SIZE", argv[1]), count = parse_count("COUNT", argv[2]);
    void *context = new_context();
    void *socket = open(context, type, argv[0]);
    half(socket, size, count);
    /* The default linger: what was sent is delivered before the end. */
    zmq_close(socket);
    zmq_ctx_term(context);
}

void local_thr(char **argv)
{
    run(bound, ZMQ_PULL, pull_and_report, argv);
}

/* The sender stays until the receiver has left. libzmq's receiver closes a connection
 * over ipc at once when the sender has closed it, if it is at its high-water mark just
 * then, and never reads the rest: it would wait for that for ever. */
void remote_thr(char **argv)
{
    size_t size = parse_count("SIZE", argv[1]), count = parse_count("COUNT", argv[2]);
    void *context = new_context();
    void *socket = connected(context, ZMQ_PUSH, argv[0]);
    static const char left[] = "inproc://left";
    check(zmq_socket_monitor(socket, left, ZMQ_EVENT_DISCONNECTED) == 0, "zmq_socket_monitor");
    void *events = connected(context, ZMQ_PAIR, left);
    push_messages(socket, size, count);
    zmq_msg_t event;
    zmq_msg_init(&event);
    check(zmq_msg_recv(&event, events, 0) >= 0, "zmq_msg_recv");
    zmq_msg_close(&event);
    zmq_close(events);
    zmq_close(socket);
    zmq_ctx_term(context);
}

void local_lat(char **argv)
{
    run(bound, ZMQ_REP, answer_requests, argv);
}

void remote_lat(char **argv)
{
    run(connected, ZMQ_REQ, ask_and_report, argv);
}

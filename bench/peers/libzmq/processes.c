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

void remote_thr(char **argv)
{
    run(connected, ZMQ_PUSH, push_messages, argv);
}

void local_lat(char **argv)
{
    run(bound, ZMQ_REP, answer_requests, argv);
}

void remote_lat(char **argv)
{
    run(connected, ZMQ_REQ, ask_and_report, argv);
}

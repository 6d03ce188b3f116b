/* One process, two threads joined by inproc: SIZE COUNT. */
#include "perf.h"

#include <pthread.h>
#include <string.h>

static const char *const endpoint = "inproc://perf";

struct thread {
    void *context;
    int type;
    void (*half)(void *socket, size_t size, size_t count);
    size_t size, count;
};

static void *connect_and_run(void *argument)
{
    struct thread *t = argument;
    void *socket = connected(t->context, t->type, endpoint);
    t->half(socket, t->size, t->count);
    zmq_close(socket);
    return NULL;
}

/* Runs the binding half here and the connecting half in a thread. */
static void run(int type, void (*half)(void *, size_t, size_t), struct thread other, char **argv)
{
    other.size = parse_count("SIZE", argv[0]);
    other.count = parse_count("COUNT", argv[1]);
    other.context = new_context();
    void *socket = bound(other.context, type, endpoint);
    pthread_t id;
    int failed = pthread_create(&id, NULL, connect_and_run, &other);
    if (failed)
        die(EXIT_FAILED, "pthread_create: %s", strerror(failed));
    half(socket, other.size, other.count);
    pthread_join(id, NULL);
    zmq_close(socket);
    zmq_ctx_term(other.context);
}

void inproc_thr(char **argv)
{
    run(ZMQ_PULL, pull_and_report, (struct thread){ .type = ZMQ_PUSH, .half = push_messages }, argv);
}

void inproc_lat(char **argv)
{
    run(ZMQ_REP, answer_requests, (struct thread){ .type = ZMQ_REQ, .half = ask_and_report }, argv);
}

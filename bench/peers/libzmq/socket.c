#include "perf.h"

#include <string.h>
#include <sys/resource.h>

/* From here on a message refers to the payload. Below it, allocating a
 * message and leaving its contents as they are costs libzmq less. */
enum { BY_REFERENCE = 32 << 10 };

void check(int ok, const char *call)
{
    if (!ok)
        die(EXIT_FAILED, "%s: %s", call, zmq_strerror(zmq_errno()));
}

int tuned;

enum {
    MOST_SOCKETS = 16 << 10, /* of a context: libzmq's default is 1,023 */
    TUNED_THREADS = 2,
    TUNED_BUFFER = 1 << 20,
};

/* A socket takes a descriptor beside that of its connection. */
static void raise_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Tuned, a context has a second I/O thread: the manual wants one for each gigabyte a
 * second, and connections are spread over them. */
void *new_context(void)
{
    raise_limits();
    void *context = zmq_ctx_new();
    check(context != NULL, "zmq_ctx_new");
    check(zmq_ctx_set(context, ZMQ_MAX_SOCKETS, MOST_SOCKETS) == 0, "ZMQ_MAX_SOCKETS");
    check(!tuned || zmq_ctx_set(context, ZMQ_IO_THREADS, TUNED_THREADS) == 0, "ZMQ_IO_THREADS");
    return context;
}

/* Tuned, a socket has large buffers in the system. */
void *new_socket(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    check(socket != NULL, "zmq_socket");
    int size = TUNED_BUFFER;
    check(!tuned || zmq_setsockopt(socket, ZMQ_SNDBUF, &size, sizeof size) == 0, "ZMQ_SNDBUF");
    check(!tuned || zmq_setsockopt(socket, ZMQ_RCVBUF, &size, sizeof size) == 0, "ZMQ_RCVBUF");
    return socket;
}

void *bound(void *context, int type, const char *endpoint)
{
    void *socket = new_socket(context, type);
    check(zmq_bind(socket, endpoint) == 0, "zmq_bind");
    return socket;
}

void *connected(void *context, int type, const char *endpoint)
{
    void *socket = new_socket(context, type);
    check(zmq_connect(socket, endpoint) == 0, "zmq_connect");
    return socket;
}

struct payload new_payload(size_t size)
{
    struct payload p = { .size = size };
    if (size >= BY_REFERENCE) {
        p.data = malloc(size);
        if (p.data == NULL)
            die(EXIT_FAILED, "no memory for a message of %zu bytes", size);
        memset(p.data, 'x', size);
    }
    return p;
}

static void keep(void *data, void *hint)
{
    (void)data;
    (void)hint;
}

void send_payload(void *socket, const struct payload *p, int flags)
{
    zmq_msg_t msg;
    int rc = p->data != NULL ? zmq_msg_init_data(&msg, p->data, p->size, keep, NULL)
                             : zmq_msg_init_size(&msg, p->size);
    check(rc == 0, "zmq_msg_init");
    check(zmq_msg_send(&msg, socket, flags) >= 0, "zmq_msg_send");
}

void receive(void *socket, zmq_msg_t *msg, size_t size)
{
    check(zmq_msg_recv(msg, socket, 0) >= 0, "zmq_msg_recv");
    if (zmq_msg_size(msg) != size)
        die(EXIT_FAILED, "received a message of %zu bytes instead of %zu", zmq_msg_size(msg), size);
}

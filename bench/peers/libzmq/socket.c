#include "perf.h"

#include <string.h>

/* From here on a message refers to the payload. Below it, allocating a
 * message and leaving its contents as they are costs libzmq less. */
enum { BY_REFERENCE = 32 << 10 };

void check(int ok, const char *call)
{
    if (!ok)
        die(EXIT_FAILED, "%s: %s", call, zmq_strerror(zmq_errno()));
}

void *new_context(void)
{
    void *context = zmq_ctx_new();
    check(context != NULL, "zmq_ctx_new");
    return context;
}

static void *new_socket(void *context, int type)
{
    void *socket = zmq_socket(context, type);
    check(socket != NULL, "zmq_socket");
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

void send_payload(void *socket, const struct payload *p)
{
    zmq_msg_t msg;
    int rc = p->data != NULL ? zmq_msg_init_data(&msg, p->data, p->size, keep, NULL)
                             : zmq_msg_init_size(&msg, p->size);
    check(rc == 0, "zmq_msg_init");
    check(zmq_msg_send(&msg, socket, 0) >= 0, "zmq_msg_send");
}

void receive(void *socket, zmq_msg_t *msg, size_t size)
{
    check(zmq_msg_recv(msg, socket, 0) >= 0, "zmq_msg_recv");
    if (zmq_msg_size(msg) != size)
        die(EXIT_FAILED, "received a message of %zu bytes instead of %zu", zmq_msg_size(msg), size);
}

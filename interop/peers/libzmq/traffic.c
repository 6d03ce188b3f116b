#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/* Returned where a call with ZMQ_DONTWAIT would have to wait. */
static const char WOULD_BLOCK[] = "would block";

static const char *failed(const char *call)
{
    static char text[256];
    if (zmq_errno() == EAGAIN)
        return WOULD_BLOCK;
    snprintf(text, sizeof text, "%s: %s", call, zmq_strerror(zmq_errno()));
    return text;
}

static const char *wrong(uint64_t n, size_t f, const char *what, size_t got, size_t expected)
{
    static char text[256];
    snprintf(text, sizeof text, "message %llu, frame %zu: %s (%zu, %zu expected)",
             (unsigned long long)n, f, what, got, expected);
    return text;
}

static const char *send_envelope(void *socket, const struct frames *envelope, int flags)
{
    for (size_t i = 0; i < envelope->count; i++) {
        const struct frame *f = &envelope->frame[i];
        if (zmq_send(socket, f->data, f->size, ZMQ_SNDMORE | flags) < 0)
            return failed("zmq_send");
    }
    return NULL;
}

static const char *send_message(void *socket, const struct flow *flow, uint64_t n, int flags)
{
    const struct shape *shape = shape_of(flow, n);
    const char *error = send_envelope(socket, &flow->envelope, flags);
    for (size_t f = 0; error == NULL && f < shape->count; f++) {
        zmq_msg_t msg;
        zmq_msg_init_size(&msg, shape->size[f]);
        fill(zmq_msg_data(&msg), shape->size[f], n, f);
        if (zmq_msg_send(&msg, socket, flags | (f + 1 < shape->count ? ZMQ_SNDMORE : 0)) < 0) {
            error = failed("zmq_msg_send");
            zmq_msg_close(&msg);
        }
    }
    return error;
}

/* check_frame compares frame f of message n, which has the envelope before it. */
static const char *check_frame(const struct flow *flow, uint64_t n, size_t f, zmq_msg_t *msg)
{
    const struct shape *shape = shape_of(flow, n);
    const struct frames *envelope = &flow->envelope;
    const unsigned char *data = zmq_msg_data(msg);
    size_t size = zmq_msg_size(msg), frames = envelope->count + shape->count;

    if (f >= frames || (f + 1 == frames) == (zmq_msg_more(msg) != 0))
        return wrong(n, f, "wrong number of frames", f + 1, frames);
    if (f < envelope->count) {
        const struct frame *e = &envelope->frame[f];
        bool same = size == e->size && memcmp(data, e->data, size) == 0;
        return same ? NULL : wrong(n, f, "wrong envelope", size, e->size);
    }
    f -= envelope->count;
    if (size != shape->size[f])
        return wrong(n, f, "wrong size", size, shape->size[f]);
    return matches(data, size, n, f) ? NULL : wrong(n, f, "wrong content", 0, 0);
}

static const char *recv_message(void *socket, const struct flow *flow, uint64_t n, int flags)
{
    zmq_msg_t msg;
    const char *error = NULL;
    int more = 1;

    zmq_msg_init(&msg);
    for (size_t f = 0; error == NULL && more; f++) {
        if (zmq_msg_recv(&msg, socket, flags) < 0)
            error = failed("zmq_msg_recv");
        else
            error = check_frame(flow, n, f, &msg);
        more = zmq_msg_more(&msg);
    }
    zmq_msg_close(&msg);
    return error;
}

const char *send_flow(void *socket, const struct flow *flow)
{
    const char *error = NULL;
    for (uint64_t i = 0; error == NULL && i < flow->count; i++)
        error = send_message(socket, flow, flow->from + i, 0);
    return error;
}

const char *recv_flow(void *socket, const struct flow *flow)
{
    const char *error = NULL;
    for (uint64_t i = 0; error == NULL && i < flow->count; i++)
        error = recv_message(socket, flow, flow->from + i, 0);
    return error;
}

const char *exchange(void *socket, const struct flow *out, const struct flow *in)
{
    uint64_t sent = 0, received = 0;
    while (sent < out->count || received < in->count) {
        const char *to = sent < out->count ? send_message(socket, out, out->from + sent, ZMQ_DONTWAIT) : WOULD_BLOCK;
        const char *from = received < in->count ? recv_message(socket, in, in->from + received, ZMQ_DONTWAIT) : WOULD_BLOCK;
        sent += to == NULL;
        received += from == NULL;
        if (to != NULL && to != WOULD_BLOCK)
            return to;
        if (from != NULL && from != WOULD_BLOCK)
            return from;
        if (to == NULL || from == NULL)
            continue;
        zmq_pollitem_t item = { .socket = socket, .events = 0 };
        item.events |= sent < out->count ? ZMQ_POLLOUT : 0;
        item.events |= received < in->count ? ZMQ_POLLIN : 0;
        if (zmq_poll(&item, 1, -1) < 0)
            return failed("zmq_poll");
    }
    return NULL;
}

const char *ask(void *socket, const struct flow *flow)
{
    const char *error = NULL;
    for (uint64_t i = 0; error == NULL && i < flow->count; i++) {
        error = send_message(socket, flow, flow->from + i, 0);
        if (error == NULL)
            error = recv_message(socket, flow, flow->from + i, 0);
    }
    return error;
}

const char *echo(void *socket, uint64_t count)
{
    const char *error = NULL;
    for (uint64_t i = 0; error == NULL && i < count; i++) {
        struct frames frames; /* all of them first: a REP does not answer half a request */
        error = recv_frames(socket, &frames);
        if (error == NULL)
            error = send_frames(socket, &frames, 0);
        clear_frames(&frames);
    }
    return error;
}

static uint64_t number_of(const unsigned char *data)
{
    uint64_t n = 0;
    for (size_t i = 0; i < 8; i++)
        n = n << 8 | data[i];
    return n;
}

const char *follow(void *socket, uint64_t whole, uint64_t last, uint64_t *count, uint64_t *first)
{
    uint64_t low = 0, high = whole, n = 0; /* the least that may come next of each stream */
    for (*count = 0; *count == 0 || n < last; ++*count) {
        unsigned char data[8];
        int size = zmq_recv(socket, data, sizeof data, 0);
        if (size < 0)
            return failed("zmq_recv");
        if (size != sizeof data)
            return wrong(n, 0, "no number", (size_t)size, sizeof data);
        n = number_of(data);
        if (n >= whole ? n != high : n < low)
            return wrong(n, 0, "number out of order", n, n >= whole ? high : low);
        *(n >= whole ? &high : &low) = n + 1;
        if (*count == 0)
            *first = n;
    }
    return NULL;
}

const char *send_frames(void *socket, const struct frames *frames, int flags)
{
    for (size_t i = 0; i < frames->count; i++) {
        const struct frame *f = &frames->frame[i];
        if (zmq_send(socket, f->data, f->size, flags | (i + 1 < frames->count ? ZMQ_SNDMORE : 0)) < 0)
            return failed("zmq_send");
    }
    return NULL;
}

const char *recv_frames(void *socket, struct frames *frames)
{
    zmq_msg_t msg;
    int more = 1;

    zmq_msg_init(&msg);
    frames->count = 0;
    while (more) {
        if (zmq_msg_recv(&msg, socket, 0) < 0)
            return failed("zmq_msg_recv");
        if (frames->count == MAX_FRAMES)
            return "more frames than this program can hold";
        struct frame *f = &frames->frame[frames->count++];
        f->size = zmq_msg_size(&msg);
        f->data = malloc(f->size + 1);
        memcpy(f->data, zmq_msg_data(&msg), f->size);
        more = zmq_msg_more(&msg);
    }
    zmq_msg_close(&msg);
    return NULL;
}

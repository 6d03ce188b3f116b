/* Messages in one direction, from one socket to many or from many to one. All
 * sockets of a process have one thread, which is what libzmq is made for: the
 * senders take turns, the receivers are polled. */
#include "many.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What is sent in turn: of a publisher a payload for each topic, such that each
 * message goes to another subscriber than the one before. */
struct payloads {
    size_t n, size;
    struct payload *all;
    char (*topics)[24]; /* NULL without a publisher */
};

static struct payloads new_payloads(const struct job *j)
{
    int topics = strcmp(j->pattern, "pub-sub") == 0;
    struct payloads p = { .n = topics ? j->peers * TOPICS_EACH : 1, .size = j->size };
    p.all = calloc(p.n, sizeof *p.all);
    p.topics = topics ? calloc(p.n, sizeof *p.topics) : NULL;
    check(p.all != NULL && (!topics || p.topics != NULL), "calloc");
    for (size_t i = 0; i < p.n; i++) {
        p.all[i] = new_payload(j->size);
        if (!topics)
            continue;
        snprintf(p.topics[i], sizeof p.topics[i], "%04zu", i % j->peers * TOPICS_EACH + i / j->peers);
        if (p.all[i].data != NULL)
            memcpy(p.all[i].data, p.topics[i], TOPIC_SIZE);
    }
    return p;
}

static void send_next(void *socket, const struct payloads *p, size_t i)
{
    if (p->topics == NULL || p->all[i].data != NULL) {
        send_payload(socket, &p->all[i]);
        return;
    }
    zmq_msg_t msg;
    check(zmq_msg_init_size(&msg, p->size) == 0, "zmq_msg_init_size");
    memcpy(zmq_msg_data(&msg), p->topics[i], TOPIC_SIZE);
    check(zmq_msg_send(&msg, socket, 0) >= 0, "zmq_msg_send");
}

/* In a stream there is one burst of everything, and nobody acknowledges it. */
void send_all(struct job *j)
{
    struct payloads p = new_payloads(j);
    size_t burst = j->burst ? j->burst : j->count, socket = 0, payload = 0;
    struct latency took;
    responses_start(&took, j->count / burst);
    uint64_t total = 0;
    for (size_t sent = 0; sent < j->count; sent += burst) {
        uint64_t start = clock_ns(), last;
        for (size_t i = 0; i < burst; i++) {
            send_next(j->sockets[socket], &p, payload);
            if (++socket == j->n)
                socket = 0;
            if (++payload == p.n)
                payload = 0;
        }
        if (j->burst == 0)
            return;
        control_read(j->control, &last, sizeof last);
        responses_add(&took, last - start);
        total += last - start;
    }
    report_throughput(j->count, total);
    responses_report(&took);
}

/* Takes what waits on one socket, within a budget. */
static size_t drain(void *socket, zmq_msg_t *msg, size_t size)
{
    size_t taken = 0;
    for (; taken < AT_ONCE; taken++) {
        if (zmq_msg_recv(msg, socket, ZMQ_DONTWAIT) < 0) {
            check(zmq_errno() == EAGAIN, "zmq_msg_recv");
            break;
        }
        if (zmq_msg_size(msg) != size)
            die(EXIT_FAILED, "received a message of another size");
    }
    return taken;
}

struct receipt {
    size_t received;
    uint64_t first;
};

/* Counts n more, and acknowledges a burst that is complete. */
static void count(const struct job *j, struct receipt *r, size_t n)
{
    if (r->received == 0)
        r->first = clock_ns();
    r->received += n;
    if (j->burst > 0 && r->received % j->burst == 0) {
        uint64_t now = clock_ns();
        control_write(j->control, &now, sizeof now);
    }
}

void receive_all_of(struct job *j)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    struct receipt r = { 0 };
    zmq_pollitem_t *items = calloc(j->n, sizeof *items);
    check(items != NULL, "calloc");
    for (size_t i = 0; i < j->n; i++)
        items[i] = (zmq_pollitem_t){ .socket = j->sockets[i], .events = ZMQ_POLLIN };
    while (r.received < j->count) {
        if (j->n == 1) { /* nothing to choose from: wait in the receive itself */
            receive(j->sockets[0], &msg, j->size);
            count(j, &r, 1);
            continue;
        }
        check(zmq_poll(items, (int)j->n, -1) >= 0, "zmq_poll");
        for (size_t i = 0; i < j->n; i++) {
            size_t n = items[i].revents & ZMQ_POLLIN ? drain(items[i].socket, &msg, j->size) : 0;
            if (n > 0)
                count(j, &r, n);
        }
    }
    if (j->burst == 0)
        report_throughput(r.received, clock_ns() - r.first);
    free(items);
    zmq_msg_close(&msg);
}

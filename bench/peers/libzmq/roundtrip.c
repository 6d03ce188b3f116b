/* Requests and replies between one socket and many. */
#include "many.h"

#include <errno.h>
#include <string.h>

/* Sends count messages back as they came, frame by frame. */
void echo_all(struct job *j)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    void *socket = j->sockets[0];
    for (size_t i = 0; i < j->count; i++) {
        for (int more = 1; more;) {
            check(zmq_msg_recv(&msg, socket, 0) >= 0, "zmq_msg_recv");
            more = zmq_msg_more(&msg);
            check(zmq_msg_send(&msg, socket, more ? ZMQ_SNDMORE : 0) >= 0, "zmq_msg_send");
        }
    }
    zmq_msg_close(&msg);
}

static void ask_in_bursts(struct job *j, const struct payload *p)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    struct latency took;
    responses_start(&took, j->count / j->burst);
    uint64_t total = 0;
    for (size_t done = 0; done < j->count; done += j->burst) {
        uint64_t start = now_ns();
        for (size_t i = 0; i < j->burst; i++)
            send_payload(j->sockets[i % j->n], p);
        for (size_t i = 0; i < j->burst; i++)
            receive(j->sockets[i % j->n], &msg, j->size);
        responses_add(&took, now_ns() - start);
        total += now_ns() - start;
    }
    report_throughput(j->count, total);
    responses_report(&took);
    zmq_msg_close(&msg);
}

/* One of the sockets that ask. */
struct asker {
    size_t sent, received, count;
    uint64_t asked_ns;
};

/* Takes the replies that wait, and asks again for each: returns how many. */
static size_t keep_full(void *socket, struct asker *a, zmq_msg_t *msg, size_t size, struct latency *took)
{
    size_t taken = 0;
    for (; taken < AT_ONCE && a->received < a->count; taken++, a->received++) {
        if (zmq_msg_recv(msg, socket, ZMQ_DONTWAIT) < 0) {
            check(zmq_errno() == EAGAIN, "zmq_msg_recv");
            break;
        }
        if (zmq_msg_size(msg) != size)
            die(EXIT_FAILED, "received a message of another size");
        if (took != NULL) {
            uint64_t now = now_ns();
            responses_add(took, now - a->asked_ns);
            a->asked_ns = now;
        }
        if (a->sent < a->count) {
            check(zmq_msg_send(msg, socket, 0) >= 0, "zmq_msg_send");
            a->sent++;
        }
    }
    return taken;
}

static void ask_in_a_stream(struct job *j, const struct payload *p, size_t window, struct latency *took)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    zmq_pollitem_t *items = calloc(j->n, sizeof *items);
    struct asker *askers = calloc(j->n, sizeof *askers);
    check(items != NULL && askers != NULL, "calloc");
    uint64_t start = now_ns();
    for (size_t i = 0; i < j->n; i++) {
        items[i] = (zmq_pollitem_t){ .socket = j->sockets[i], .events = ZMQ_POLLIN };
        askers[i] = (struct asker){ .count = (j->count + i) / j->n, .asked_ns = now_ns() };
        for (; askers[i].sent < window && askers[i].sent < askers[i].count; askers[i].sent++)
            send_payload(j->sockets[i], p);
    }
    for (size_t received = 0; received < j->count;) {
        check(zmq_poll(items, (int)j->n, -1) >= 0, "zmq_poll");
        for (size_t i = 0; i < j->n; i++)
            if (items[i].revents & ZMQ_POLLIN)
                received += keep_full(j->sockets[i], &askers[i], &msg, j->size, took);
    }
    report_throughput(j->count, now_ns() - start);
    free(askers);
    free(items);
    zmq_msg_close(&msg);
}

void ask_all(struct job *j)
{
    struct payload p = new_payload(j->size);
    if (strcmp(j->pattern, "rep-req") == 0) {
        struct latency took;
        responses_start(&took, j->count);
        ask_in_a_stream(j, &p, 1, &took);
        responses_report(&took);
    } else if (j->burst > 0) {
        ask_in_bursts(j, &p);
    } else {
        ask_in_a_stream(j, &p, WINDOW, NULL);
    }
}

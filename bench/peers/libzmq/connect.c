/* A connection for each request: connect, ask, receive the answer, close. All that are
 * open at a time have one thread. */
#include "many.h"

struct visit {
    zmq_pollitem_t *item;
    uint64_t began_ns;
};

static void begin(const struct job *j, struct visit *v, const struct payload *p)
{
    v->began_ns = now_ns();
    void *socket = connected(j->context, ZMQ_REQ, j->endpoint);
    send_frames(socket, p, j->frames);
    *v->item = (zmq_pollitem_t){ .socket = socket, .events = ZMQ_POLLIN };
}

static void end(const struct job *j, struct visit *v, struct message *msg, struct latency *took)
{
    message_receive(v->item->socket, msg, 0);
    message_check(msg, j, 0);
    zmq_close(v->item->socket);
    *v->item = (zmq_pollitem_t){ .fd = -1 };
    responses_add(took, now_ns() - v->began_ns);
}

void connect_all(struct job *j)
{
    struct payload p = new_payload(j->size);
    struct message msg;
    message_init(&msg);
    zmq_pollitem_t *items = calloc(j->peers, sizeof *items);
    struct visit *visits = calloc(j->peers, sizeof *visits);
    check(items != NULL && visits != NULL, "calloc");
    struct latency took;
    responses_start(&took, j->count);
    size_t begun = 0, ended = 0;
    uint64_t start = now_ns();
    for (; begun < j->peers && begun < j->count; begun++) {
        visits[begun].item = &items[begun];
        begin(j, &visits[begun], &p);
    }
    while (ended < j->count) {
        if (j->peers > 1)
            check(zmq_poll(items, (int)j->peers, -1) >= 0, "zmq_poll");
        for (size_t i = 0; i < j->peers; i++) {
            if (j->peers > 1 && !(items[i].revents & ZMQ_POLLIN))
                continue;
            end(j, &visits[i], &msg, &took);
            ended++;
            if (begun < j->count) {
                begin(j, &visits[i], &p);
                begun++;
            }
        }
    }
    report_throughput(j->count, now_ns() - start);
    responses_report(&took);
    free(visits);
    free(items);
    message_close(&msg);
}

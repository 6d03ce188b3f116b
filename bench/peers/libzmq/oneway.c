/* Messages in one direction, from one socket to many or from many to one. All
 * sockets of a process have one thread, which is what libzmq is made for: the
 * senders take turns, the receivers are polled. */
#include "many.h"

#include <stdio.h>
#include <string.h>

/* What is sent in turn: of a publisher with topics a payload for each topic, such that
 * each message goes to another subscriber than the one before. */
struct payloads {
    size_t n, frames;
    struct payload *all;
    char (*topics)[24]; /* NULL without topics */
};

static struct payloads new_payloads(const struct job *j)
{
    int topics = is(j, "pub-sub");
    struct payloads p = { .n = topics ? j->peers * TOPICS_EACH : 1, .frames = j->frames };
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

/* A frame that begins with these bytes. */
static void send_beginning(void *socket, const void *bytes, size_t n, size_t size, int flags)
{
    zmq_msg_t msg;
    check(zmq_msg_init_size(&msg, size) == 0, "zmq_msg_init_size");
    memcpy(zmq_msg_data(&msg), bytes, n);
    check(zmq_msg_send(&msg, socket, flags) >= 0, "zmq_msg_send");
}

static void send_next(void *socket, const struct payloads *p, size_t i)
{
    if (p->topics == NULL || p->all[i].data != NULL) {
        send_frames(socket, &p->all[i], p->frames);
        return;
    }
    send_beginning(socket, p->topics[i], TOPIC_SIZE, p->all[i].size, p->frames > 1 ? ZMQ_SNDMORE : 0);
    if (p->frames > 1)
        send_frames(socket, &p->all[i], p->frames - 1);
}

/* Sends at a fixed rate. A message has the time at which it was to be sent, also if it
 * is sent later because those before it took long. */
static void send_paced(struct job *j)
{
    uint64_t begin = clock_ns();
    for (size_t i = 0; i < j->count; i++) {
        uint64_t due = begin + (uint64_t)((double)i * 1e9 / (double)j->rate);
        wait_until(due);
        send_beginning(j->sockets[i % j->n], &due, sizeof due, j->size, 0);
    }
}

/* How many subscribers get each message. */
static size_t copies(const struct job *j)
{
    return is(j, "pub-sub-all") ? j->peers : 1;
}

/* In a stream there is one burst of everything, and nobody acknowledges it. */
void send_all(struct job *j)
{
    if (j->rate > 0) {
        send_paced(j);
        return;
    }
    struct payloads p = new_payloads(j);
    size_t messages = j->count / copies(j);
    size_t burst = j->burst ? j->burst : messages, socket = 0, payload = 0;
    struct latency took;
    responses_start(&took, messages / burst);
    uint64_t total = 0;
    for (size_t sent = 0; sent < messages; sent += burst) {
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

struct receipt {
    size_t received;
    uint64_t first;
    struct latency took; /* of messages that are sent at a rate: from when they were due */
    struct message msg;
};

/* Looks at the message that was received. */
static void look(const struct job *j, struct receipt *r)
{
    message_check(&r->msg, j, 0);
    if (j->rate == 0)
        return;
    uint64_t due;
    memcpy(&due, zmq_msg_data(&r->msg.frames[0]), sizeof due);
    uint64_t now = clock_ns();
    if (r->took.taken++ >= j->count / 10) /* the first tenth is warm-up */
        responses_add(&r->took, now > due ? now - due : 0);
}

/* Counts n more, and acknowledges a burst that is complete. */
static void count(const struct job *j, struct receipt *r, size_t n)
{
    if (r->received == 0)
        r->first = clock_ns();
    r->received += n;
    if (j->burst > 0 && r->received % (j->burst * copies(j)) == 0) {
        uint64_t now = clock_ns();
        control_write(j->control, &now, sizeof now);
    }
}

/* Takes what waits on one socket, within a budget. Reports whether that was all. */
static int drain(const struct job *j, size_t socket, struct receipt *r)
{
    size_t taken = 0;
    int more = 1;
    for (; taken < AT_ONCE && (more = message_receive(j->sockets[socket], &r->msg, ZMQ_DONTWAIT)); taken++)
        look(j, r);
    if (taken > 0)
        count(j, r, taken);
    return !more;
}

void receive_all_of(struct job *j)
{
    struct receipt r = { 0 };
    message_init(&r.msg);
    if (j->rate > 0)
        responses_start(&r.took, j->count);
    while (j->n == 1 && r.received < j->count) { /* nothing to choose from: wait in the receive itself */
        message_receive(j->sockets[0], &r.msg, 0);
        look(j, &r);
        count(j, &r, 1);
    }
    if (j->n > 1) {
        struct turns t = turns_of(j);
        while (r.received < j->count) {
            turns_next(&t);
            for (size_t i = 0; i < t.n; i++)
                if (!drain(j, t.ready[i], &r))
                    turns_again(&t, t.ready[i]);
        }
        turns_end(&t);
    }
    if (j->burst == 0)
        report_throughput(r.received, clock_ns() - r.first);
    if (j->rate > 0)
        responses_report(&r.took);
    message_close(&r.msg);
}

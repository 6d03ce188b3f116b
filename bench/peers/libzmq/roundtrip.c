/* Requests and replies between one socket and many. */
#include "many.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Sends count messages back as they came. */
void echo_all(struct job *j)
{
    struct message msg;
    message_init(&msg);
    for (size_t i = 0; i < j->count; i++) {
        message_receive(j->sockets[0], &msg, 0);
        message_send(j->sockets[0], &msg);
    }
    message_close(&msg);
}

/* How many frames precede the payload: a ROUTER names the peer. */
static size_t before(const struct job *j)
{
    return is(j, "router-router") ? 1 : 0;
}

/* Sends a request. A ROUTER does not know its peer before they have shaken hands. */
static void request(const struct job *j, void *socket, const struct payload *p)
{
    while (before(j) > 0 && zmq_send(socket, ONE, sizeof ONE - 1, ZMQ_SNDMORE) < 0) {
        check(zmq_errno() == EHOSTUNREACH, "zmq_send");
        usleep(100);
    }
    send_frames(socket, p, j->frames);
}

static void ask_in_bursts(struct job *j, const struct payload *p)
{
    struct message msg;
    message_init(&msg);
    struct latency took;
    responses_start(&took, j->count / j->burst);
    uint64_t total = 0;
    for (size_t done = 0; done < j->count; done += j->burst) {
        uint64_t start = now_ns();
        for (size_t i = 0; i < j->burst; i++)
            request(j, j->sockets[i % j->n], p);
        for (size_t i = 0; i < j->burst; i++) {
            message_receive(j->sockets[i % j->n], &msg, 0);
            message_check(&msg, j, before(j));
        }
        responses_add(&took, now_ns() - start);
        total += now_ns() - start;
    }
    report_throughput(j->count, total);
    responses_report(&took);
    message_close(&msg);
}

/* One of the sockets that ask. Replies arrive in the order of the requests. */
struct asker {
    size_t sent, received, count;
    uint64_t *asked_ns; /* of the requests in flight: a ring of `window` */
};

/* Takes the replies that wait, and asks again for each. Reports whether that was all. */
static int keep_full(const struct job *j, size_t socket, struct asker *a, struct message *msg, struct latency *took, size_t *received)
{
    for (size_t taken = 0; taken < AT_ONCE; taken++) {
        if (a->received == a->count || !message_receive(j->sockets[socket], msg, ZMQ_DONTWAIT))
            return 1;
        message_check(msg, j, before(j));
        uint64_t *asked = a->asked_ns + a->received % j->window;
        if (took != NULL) {
            uint64_t now = now_ns();
            responses_add(took, now - *asked);
            *asked = now;
        }
        a->received++;
        ++*received;
        if (a->sent < a->count) {
            message_send(j->sockets[socket], msg);
            a->sent++;
        }
    }
    return 0;
}

static struct asker *new_askers(const struct job *j)
{
    struct asker *askers = calloc(j->n, sizeof *askers);
    uint64_t *asked = calloc(j->n * j->window, sizeof *asked);
    check(askers != NULL && asked != NULL, "calloc");
    for (size_t i = 0; i < j->n; i++)
        askers[i] = (struct asker){ .count = (j->count + i) / j->n, .asked_ns = asked + i * j->window };
    return askers;
}

static void ask_in_a_stream(struct job *j, const struct payload *p, struct latency *took)
{
    struct message msg;
    message_init(&msg);
    struct asker *askers = new_askers(j);
    struct turns t = turns_of(j);
    uint64_t start = now_ns();
    for (size_t i = 0; i < j->n; i++) {
        for (struct asker *a = &askers[i]; a->sent < j->window && a->sent < a->count; a->sent++) {
            a->asked_ns[a->sent] = now_ns();
            request(j, j->sockets[i], p);
        }
    }
    for (size_t received = 0; received < j->count;) {
        turns_next(&t);
        for (size_t i = 0; i < t.n; i++)
            if (!keep_full(j, t.ready[i], &askers[t.ready[i]], &msg, took, &received))
                turns_again(&t, t.ready[i]);
    }
    report_throughput(j->count, now_ns() - start);
    turns_end(&t);
    free(askers->asked_ns);
    free(askers);
    message_close(&msg);
}

void ask_all(struct job *j)
{
    struct payload p = new_payload(j->size);
    if (j->burst > 0) {
        ask_in_bursts(j, &p);
        return;
    }
    struct latency took;
    if (j->timed)
        responses_start(&took, j->count);
    ask_in_a_stream(j, &p, j->timed ? &took : NULL);
    if (j->timed)
        responses_report(&took);
}

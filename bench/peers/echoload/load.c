#include "load.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 1024 };

static void round_trip(struct load *l, struct connection *c)
{
    write_all(c->fd, c->request, l->size);
    read_between(c->fd, c->answer, l->size, l->size);
}

void load_connect(struct load *l, const char *endpoint)
{
    allow_descriptors(l->connections);
    ring_open(&l->ring, ENTRIES);
    l->all = new_buffer(l->connections * sizeof *l->all);
    char *request = new_buffer(l->size);
    for (size_t i = 0; i < l->connections; i++) {
        l->all[i] = (struct connection){
            .fd = connect_patiently(endpoint), .request = request, .answer = new_buffer(l->size),
        };
        round_trip(l, &l->all[i]);
    }
}

/* The answer is asked for together with the request. */
static void ask(struct load *l, struct connection *c)
{
    struct io_uring_sqe *e = ring_entry(&l->ring, 2);
    ring_send(e, c->fd, c->request, l->size);
    e->flags = IOSQE_CQE_SKIP_SUCCESS;
    e->user_data = (uintptr_t)c;
    e = ring_entry(&l->ring, 1);
    memset(c->answer, 0, 1);
    ring_recv(e, c->fd, c->answer, l->size, MSG_WAITALL);
    e->user_data = (uintptr_t)c;
    c->sent = now_ns();
}

static struct connection *answered(struct load *l, const struct io_uring_cqe *e)
{
    struct connection *c = (struct connection *)(uintptr_t)e->user_data;
    if (e->res < 0)
        die(EXIT_FAILED, "request or answer: %s", strerror(-e->res));
    if ((size_t)e->res != l->size || c->answer[0] != c->request[0] || c->answer[l->size - 1] != c->request[l->size - 1])
        die(EXIT_FAILED, "%d bytes of an answer of %zu, or other ones than were sent", e->res, l->size);
    return c;
}

void load_run(struct load *l, size_t count, int keep)
{
    size_t asked = 0, done = 0;
    for (; asked < count && asked < l->connections; asked++)
        ask(l, &l->all[asked]);
    while (done < count) {
        ring_wait(&l->ring);
        for (struct io_uring_cqe *next; (next = ring_next(&l->ring)) != NULL; done++) {
            struct connection *c = answered(l, next);
            ring_seen(&l->ring);
            if (keep)
                responses_add(&l->responses, now_ns() - c->sent);
            if (asked < count) {
                ask(l, c);
                asked++;
            }
        }
    }
}

void load_close(struct load *l)
{
    struct linger reset = { .l_onoff = 1, .l_linger = 0 };
    for (size_t i = 0; i < l->connections; i++) {
        setsockopt(l->all[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(l->all[i].fd);
    }
}

uint64_t cpu_ns(int pid)
{
    clockid_t clock;
    struct timespec t;
    int err = clock_getcpuclockid(pid, &clock);
    if (err != 0 || clock_gettime(clock, &t) != 0)
        die(EXIT_FAILED, "processor time of process %d: %s", pid, strerror(err != 0 ? err : errno));
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

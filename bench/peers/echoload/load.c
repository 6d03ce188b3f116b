#include "load.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 1024, BUFFERS = 4096, BUFFER = 4 << 10 };

static void round_trip(struct load *l, struct connection *c)
{
    write_all(c->fd, l->request, l->size);
    read_between(c->fd, l->answer, l->size, l->size);
}

/* What comes belongs to the connection, until there is an end to it. */
static void listen_to(struct load *l, struct connection *c)
{
    struct io_uring_sqe *e = ring_entry(&l->ring, 1);
    ring_recv_again(e, c->fd);
    e->user_data = (uintptr_t)c;
}

void load_connect(struct load *l, const char *endpoint)
{
    allow_descriptors(l->connections);
    ring_open(&l->ring, ENTRIES);
    buffers_open(&l->buffers, &l->ring, BUFFERS, BUFFER);
    l->all = new_buffer(l->connections * sizeof *l->all);
    l->request = new_buffer(l->size);
    l->answer = new_buffer(l->size);
    for (size_t i = 0; i < l->connections; i++) {
        l->all[i] = (struct connection){ .fd = connect_patiently(endpoint) };
        round_trip(l, &l->all[i]);
    }
    for (size_t i = 0; i < l->connections; i++)
        listen_to(l, &l->all[i]);
}

static void ask(struct load *l, struct connection *c)
{
    struct io_uring_sqe *e = ring_entry(&l->ring, 1);
    ring_send(e, c->fd, l->request, l->size);
    e->flags = IOSQE_CQE_SKIP_SUCCESS;
    e->user_data = (uintptr_t)c;
    c->got = 0;
    c->sent = now_ns();
}

/* Takes a piece of an answer, which must be what was sent. */
static void take(struct load *l, struct connection *c, const struct io_uring_cqe *e)
{
    if (e->res <= 0 && e->res != -ENOBUFS)
        die(EXIT_FAILED, "request or answer: %s", e->res == 0 ? "the server has closed" : strerror(-e->res));
    if (e->res > 0) {
        size_t n = (size_t)e->res;
        if (c->got + n > l->size || memcmp(buffers_at(&l->buffers, e), l->request + c->got, n) != 0)
            die(EXIT_FAILED, "%zu bytes of an answer are not those that were sent", n);
        buffers_give_back(&l->buffers, e);
        c->got += n;
    }
    if (!(e->flags & IORING_CQE_F_MORE))
        listen_to(l, c);
}

void load_run(struct load *l, size_t count, int keep)
{
    size_t asked = 0, done = 0;
    for (; asked < count && asked < l->connections; asked++)
        ask(l, &l->all[asked]);
    while (done < count) {
        ring_wait(&l->ring);
        for (struct io_uring_cqe *next; (next = ring_next(&l->ring)) != NULL;) {
            struct connection *c = (struct connection *)(uintptr_t)next->user_data;
            take(l, c, next);
            ring_seen(&l->ring);
            if (c->got < l->size)
                continue;
            done++;
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

#include "echo.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/ring.h"
#include "../common/stream.h"

enum { ENTRIES = 1024 };

struct connection {
    int fd;
    char buffer[BUFFER];
};

/* A completion without a connection is the accept's. */
static void accept_all(struct ring *r, int listener)
{
    struct io_uring_sqe *e = ring_entry(r, 1);
    e->opcode = IORING_OP_ACCEPT;
    e->ioprio = IORING_ACCEPT_MULTISHOT;
    e->fd = listener;
    e->accept_flags = SOCK_CLOEXEC;
}

static void receive(struct ring *r, struct connection *c)
{
    struct io_uring_sqe *e = ring_entry(r, 1);
    ring_recv(e, c->fd, c->buffer, sizeof c->buffer, 0);
    e->user_data = (uintptr_t)c;
}

/* The answer, and behind it the next receive, into the same buffer. A send that
 * fails cancels the receive, which then tells. */
static void answer(struct ring *r, struct connection *c, size_t n)
{
    struct io_uring_sqe *e = ring_entry(r, 2);
    ring_send(e, c->fd, c->buffer, n);
    e->flags = IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    e->user_data = 1;
    receive(r, c);
}

static void accepted(struct ring *r, int listener, const struct io_uring_cqe *e)
{
    if (e->res < 0)
        die(EXIT_FAILED, "accept: %s", strerror(-e->res));
    struct connection *c = malloc(sizeof *c);
    if (c == NULL)
        die(EXIT_FAILED, "no memory for a connection");
    c->fd = without_delay(e->res);
    if (!(e->flags & IORING_CQE_F_MORE))
        accept_all(r, listener);
    receive(r, c);
}

static void received(struct ring *r, struct connection *c, int n)
{
    if (n > 0) {
        answer(r, c, (size_t)n);
        return;
    }
    close(c->fd);
    free(c);
}

void serve_uring(int listener)
{
    struct ring r;
    ring_open(&r, ENTRIES);
    accept_all(&r, listener);
    for (;;) {
        ring_wait(&r);
        for (struct io_uring_cqe *next; (next = ring_next(&r)) != NULL;) {
            struct io_uring_cqe e = *next;
            ring_seen(&r);
            if (e.user_data == 0)
                accepted(&r, listener, &e);
            else if (e.user_data != 1)
                received(&r, (struct connection *)(uintptr_t)e.user_data, e.res);
        }
    }
}

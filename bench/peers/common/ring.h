/* An io_uring by its three system calls: one thread submits and reaps, and
 * completion work runs on it when it waits (SINGLE_ISSUER, DEFER_TASKRUN). */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include <linux/io_uring.h>

#include "report.h"

struct ring {
    int fd;
    unsigned pending; /* prepared, not submitted */
    unsigned entries, sq_mask, cq_mask;
    unsigned *sq_head, *sq_tail, *cq_head, *cq_tail;
    struct io_uring_sqe *sqes;
    struct io_uring_cqe *cqes;
};

/* Ends the program where the kernel has no such ring. */
void ring_open(struct ring *r, unsigned entries);

/* The next entry, zeroed. Submits first if the queue has no room for `more`
 * entries in a row. */
struct io_uring_sqe *ring_entry(struct ring *r, unsigned more);

/* Submits, and waits for at least one completion. */
void ring_wait(struct ring *r);

/* The oldest completion; NULL if there is none. It is valid until ring_seen. */
struct io_uring_cqe *ring_next(struct ring *r);
void ring_seen(struct ring *r);

/* Buffers that the kernel picks from when something is received; each is given
 * back once it has been looked at. */
struct buffers {
    struct io_uring_buf_ring *ring;
    char *memory;
    size_t size;
    unsigned mask;
};

/* `count` (a power of two) buffers of `size` bytes as group 0 of the ring. */
void buffers_open(struct buffers *b, struct ring *r, unsigned count, size_t size);
/* The buffer that a completion is about. */
char *buffers_at(const struct buffers *b, const struct io_uring_cqe *e);
void buffers_give_back(struct buffers *b, const struct io_uring_cqe *e);

/* Fill an entry. All of the buffer is sent, or an error; a receive takes what
 * comes, or with MSG_WAITALL all. */
void ring_send(struct io_uring_sqe *e, int fd, const void *data, size_t size);
void ring_recv(struct io_uring_sqe *e, int fd, void *data, size_t size, int flags);
/* Receives into buffers of group 0 until a completion lacks IORING_CQE_F_MORE. */
void ring_recv_again(struct io_uring_sqe *e, int fd);

#endif

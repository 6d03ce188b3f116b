#include "ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One thousand connections may have something at once. */
enum { COMPLETIONS_PER_ENTRY = 16 };

static char *map(int fd, size_t size, off_t what)
{
    char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, what);
    if (at == MAP_FAILED)
        die(EXIT_FAILED, "mmap of an io_uring: %s", strerror(errno));
    return at;
}

void ring_open(struct ring *r, unsigned entries)
{
    struct io_uring_params p = {
        .flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,
        .cq_entries = entries * COMPLETIONS_PER_ENTRY,
    };
    int fd = (int)syscall(SYS_io_uring_setup, entries, &p);
    if (fd < 0)
        die(EXIT_FAILED, "io_uring_setup (it takes Linux 6.1, and a sandbox that allows it): %s", strerror(errno));
    char *sq = map(fd, p.sq_off.array + p.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
    char *cq = map(fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
    *r = (struct ring){
        .fd = fd,
        .entries = p.sq_entries,
        .sq_mask = p.sq_entries - 1,
        .cq_mask = p.cq_entries - 1,
        .sq_head = (unsigned *)(sq + p.sq_off.head),
        .sq_tail = (unsigned *)(sq + p.sq_off.tail),
        .cq_head = (unsigned *)(cq + p.cq_off.head),
        .cq_tail = (unsigned *)(cq + p.cq_off.tail),
        .sqes = (struct io_uring_sqe *)map(fd, p.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES),
        .cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes),
    };
    unsigned *array = (unsigned *)(sq + p.sq_off.array);
    for (unsigned i = 0; i < p.sq_entries; i++)
        array[i] = i;
}

static void enter(struct ring *r, unsigned wait_for)
{
    long n = syscall(SYS_io_uring_enter, r->fd, r->pending, wait_for, IORING_ENTER_GETEVENTS, NULL, 0);
    if (n >= 0)
        r->pending -= (unsigned)n;
    else if (errno != EINTR && errno != EBUSY && errno != EAGAIN)
        die(EXIT_FAILED, "io_uring_enter: %s", strerror(errno));
}

struct io_uring_sqe *ring_entry(struct ring *r, unsigned more)
{
    while (r->pending + more > r->entries)
        enter(r, 0);
    unsigned tail = *r->sq_tail;
    struct io_uring_sqe *e = &r->sqes[tail & r->sq_mask];
    memset(e, 0, sizeof *e);
    __atomic_store_n(r->sq_tail, tail + 1, __ATOMIC_RELEASE);
    r->pending++;
    return e;
}

void ring_wait(struct ring *r)
{
    enter(r, 1);
}

struct io_uring_cqe *ring_next(struct ring *r)
{
    unsigned head = *r->cq_head;
    if (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE))
        return NULL;
    return &r->cqes[head & r->cq_mask];
}

void ring_seen(struct ring *r)
{
    __atomic_store_n(r->cq_head, *r->cq_head + 1, __ATOMIC_RELEASE);
}

void ring_send(struct io_uring_sqe *e, int fd, const void *data, size_t size)
{
    e->opcode = IORING_OP_SEND;
    e->fd = fd;
    e->addr = (uintptr_t)data;
    e->len = (unsigned)size;
    e->msg_flags = MSG_WAITALL | MSG_NOSIGNAL;
}

void ring_recv(struct io_uring_sqe *e, int fd, void *data, size_t size, int flags)
{
    e->opcode = IORING_OP_RECV;
    e->ioprio = IORING_RECVSEND_POLL_FIRST; /* nothing is there yet */
    e->fd = fd;
    e->addr = (uintptr_t)data;
    e->len = (unsigned)size;
    e->msg_flags = (unsigned)flags;
}

void ring_recv_again(struct io_uring_sqe *e, int fd)
{
    e->opcode = IORING_OP_RECV;
    e->ioprio = IORING_RECVSEND_POLL_FIRST | IORING_RECV_MULTISHOT;
    e->flags = IOSQE_BUFFER_SELECT;
    e->fd = fd;
}

/* Makes buffer `id` the last one in the ring of buffers. */
static void offer(struct buffers *b, unsigned id)
{
    unsigned short tail = b->ring->tail;
    struct io_uring_buf *slot = &b->ring->bufs[tail & b->mask];
    slot->addr = (uintptr_t)(b->memory + id * b->size);
    slot->len = (unsigned)b->size;
    slot->bid = (unsigned short)id;
    __atomic_store_n(&b->ring->tail, (unsigned short)(tail + 1), __ATOMIC_RELEASE);
}

void buffers_open(struct buffers *b, struct ring *r, unsigned count, size_t size)
{
    size_t length = count * sizeof(struct io_uring_buf);
    void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    struct io_uring_buf_reg registration = { .ring_addr = (uintptr_t)at, .ring_entries = count };
    if (at == MAP_FAILED || syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_PBUF_RING, &registration, 1) != 0)
        die(EXIT_FAILED, "registering buffers: %s", strerror(errno));
    *b = (struct buffers){ .ring = at, .memory = malloc(count * size), .size = size, .mask = count - 1 };
    if (b->memory == NULL)
        die(EXIT_FAILED, "no memory for %u buffers", count);
    for (unsigned id = 0; id < count; id++)
        offer(b, id);
}

static unsigned buffer_of(const struct io_uring_cqe *e)
{
    return e->flags >> IORING_CQE_BUFFER_SHIFT;
}

char *buffers_at(const struct buffers *b, const struct io_uring_cqe *e)
{
    return b->memory + buffer_of(e) * b->size;
}

void buffers_give_back(struct buffers *b, const struct io_uring_cqe *e)
{
    offer(b, buffer_of(e));
}

/* Which of many sockets can be received from, at a cost that does not grow with their
 * number: zmq_poll asks every socket in every call. The descriptor of a socket becomes
 * readable when something happens to the socket, and is not readable any more once a
 * receive has found nothing: ZMQ_FD of zmq_getsockopt(3). */
#include "many.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct poller {
    int fd;
    int n;
    struct epoll_event *events;
};

struct poller *poller_new(void **sockets, size_t n)
{
    struct poller *p = malloc(sizeof *p);
    check(p != NULL, "malloc");
    *p = (struct poller){ .fd = epoll_create1(0), .n = (int)n, .events = calloc(n, sizeof *p->events) };
    if (p->fd < 0 || p->events == NULL)
        die(EXIT_FAILED, "epoll for %zu sockets: %s", n, strerror(errno));
    for (size_t i = 0; i < n; i++) {
        int fd;
        size_t size = sizeof fd;
        check(zmq_getsockopt(sockets[i], ZMQ_FD, &fd, &size) == 0, "ZMQ_FD");
        struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };
        if (epoll_ctl(p->fd, EPOLL_CTL_ADD, fd, &event) != 0)
            die(EXIT_FAILED, "epoll_ctl: %s", strerror(errno));
    }
    return p;
}

size_t poller_wait(struct poller *p, int wait, size_t *ready)
{
    int n = epoll_wait(p->fd, p->events, p->n, wait ? -1 : 0);
    if (n < 0)
        die(EXIT_FAILED, "epoll_wait: %s", strerror(errno));
    for (int i = 0; i < n; i++)
        ready[i] = p->events[i].data.u64;
    return (size_t)n;
}

void poller_free(struct poller *p)
{
    close(p->fd);
    free(p->events);
    free(p);
}

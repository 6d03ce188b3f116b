#define _GNU_SOURCE
#include "echo.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../common/stream.h"

enum { EVENTS = 256 };

static void watch(int epoll, int fd)
{
    struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) != 0)
        die(EXIT_FAILED, "epoll_ctl: %s", strerror(errno));
}

/* Sockets block: a read follows an event, and an answer for which there is no
 * room may wait. */
static void echo(int fd)
{
    static char buffer[BUFFER];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    for (ssize_t sent = 0; n > 0 && sent < n;) {
        ssize_t m = send(fd, buffer + sent, (size_t)(n - sent), MSG_NOSIGNAL);
        if (m < 0)
            n = -1;
        sent += m;
    }
    if (n <= 0)
        close(fd);
}

static void accept_new(int epoll, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        die(EXIT_FAILED, "accept: %s", strerror(errno));
    watch(epoll, without_delay(fd));
}

void serve_epoll(int listener)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                accept_new(epoll, listener);
            else
                echo(events[i].data.fd);
        }
    }
}

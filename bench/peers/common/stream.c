#include "stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { RETRY_US = 10000, BACKLOG = 1024, OTHER_DESCRIPTORS = 16 };

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_un un;
    } to;
    socklen_t length;
};

static struct address parse_tcp(const char *endpoint)
{
    struct address a = { .to.in.sin_family = AF_INET, .length = sizeof a.to.in };
    char host[INET_ADDRSTRLEN];
    unsigned short port;
    if (sscanf(endpoint, "tcp://%15[0-9.]:%hu", host, &port) != 2
        || inet_pton(AF_INET, host, &a.to.in.sin_addr) != 1)
        die(EXIT_USAGE, "the endpoint must be tcp://IPV4:PORT or ipc://PATH, not %s", endpoint);
    a.to.in.sin_port = htons(port);
    return a;
}

static struct address parse(const char *endpoint)
{
    static const char ipc[] = "ipc://";
    if (strncmp(endpoint, ipc, sizeof ipc - 1) != 0)
        return parse_tcp(endpoint);
    const char *path = endpoint + sizeof ipc - 1;
    struct address a = { .to.un.sun_family = AF_UNIX, .length = sizeof a.to.un };
    if (strlen(path) >= sizeof a.to.un.sun_path)
        die(EXIT_USAGE, "the path of %s is too long", endpoint);
    strcpy(a.to.un.sun_path, path);
    return a;
}

static void check(int ok, const char *call, const char *endpoint)
{
    if (!ok)
        die(EXIT_FAILED, "%s %s: %s", call, endpoint, strerror(errno));
}

static int new_socket(const struct address *a, const char *endpoint)
{
    int fd = socket(a->to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(fd >= 0, "socket for", endpoint);
    return fd;
}

/* Harmless on a unix socket, which has no Nagle's algorithm. */
int without_delay(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int listen_on(const char *endpoint)
{
    struct address a = parse(endpoint);
    int listener = new_socket(&a, endpoint), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    check(bind(listener, &a.to.any, a.length) == 0, "bind", endpoint);
    check(listen(listener, BACKLOG) == 0, "listen", endpoint);
    return listener;
}

int accept_one(const char *endpoint)
{
    int listener = listen_on(endpoint);
    int fd = accept(listener, NULL, NULL);
    check(fd >= 0, "accept", endpoint);
    close(listener);
    return without_delay(fd);
}

int connect_patiently(const char *endpoint)
{
    struct address a = parse(endpoint);
    for (;;) {
        int fd = new_socket(&a, endpoint);
        if (connect(fd, &a.to.any, a.length) == 0)
            return without_delay(fd);
        check(errno == ECONNREFUSED || errno == ENOENT, "connect", endpoint);
        close(fd);
        usleep(RETRY_US);
    }
}

void allow_descriptors(size_t connections)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        die(EXIT_FAILED, "getrlimit: %s", strerror(errno));
    if (limit.rlim_max < connections + OTHER_DESCRIPTORS)
        die(EXIT_USAGE, "%zu connections need more open files than this system allows: raise ulimit -Hn, which is %llu",
            connections, (unsigned long long)limit.rlim_max);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        die(EXIT_FAILED, "setrlimit: %s", strerror(errno));
}

void *new_buffer(size_t size)
{
    void *data = malloc(size);
    if (data == NULL)
        die(EXIT_FAILED, "no memory for %zu bytes", size);
    memset(data, 'x', size);
    return data;
}

void write_all(int fd, const void *data, size_t size)
{
    for (const char *p = data, *end = p + size; p < end;) {
        ssize_t n = write(fd, p, (size_t)(end - p));
        if (n < 0)
            die(EXIT_FAILED, "write: %s", strerror(errno));
        p += n;
    }
}

size_t read_between(int fd, void *data, size_t least, size_t most)
{
    size_t got = 0;
    do {
        ssize_t n = read(fd, (char *)data + got, most - got);
        if (n < 0)
            die(EXIT_FAILED, "read: %s", strerror(errno));
        if (n == 0)
            die(EXIT_FAILED, "read: the peer closed the stream too early");
        got += (size_t)n;
    } while (got < least);
    return got;
}

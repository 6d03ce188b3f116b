/* How the two sides of many.c meet: see cmd/peers/control.go, which does the same in
 * Go. */
#include "many.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

uint64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A message that is due soon is not slept for: to be woken takes longer. */
void wait_until(uint64_t clock)
{
    enum { SOON = 100000 };
    for (uint64_t now; (now = clock_ns()) < clock;) {
        if (clock - now > SOON) {
            uint64_t ns = clock - now - SOON / 2;
            struct timespec t = { .tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u) };
            nanosleep(&t, NULL);
        }
    }
}

static int unix_socket(const char *path, struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || strlen(path) >= sizeof address->sun_path)
        die(EXIT_FAILED, "control socket %s: %s", path, strerror(errno));
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    strcpy(address->sun_path, path);
    return fd;
}

int control_meet(const char *path)
{
    struct sockaddr_un address;
    int fd = unix_socket(path, &address);
    unlink(path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0)
        die(EXIT_FAILED, "listen on %s: %s", path, strerror(errno));
    int other = accept(fd, NULL, NULL);
    if (other < 0)
        die(EXIT_FAILED, "accept on %s: %s", path, strerror(errno));
    unlink(path);
    close(fd);
    return other;
}

int control_call(const char *path)
{
    struct sockaddr_un address;
    int fd = unix_socket(path, &address);
    for (int tries = 0; connect(fd, (struct sockaddr *)&address, sizeof address) != 0; tries++) {
        if (tries == 10000)
            die(EXIT_FAILED, "connect to %s: %s", path, strerror(errno));
        usleep(1000);
    }
    return fd;
}

/* No side closes its sockets before the other has done its part. libzmq's receiver closes
 * a connection over ipc at once when the sender has closed it, if it is at its high-water
 * mark just then, and never reads the rest. */
void control_end(int fd)
{
    char done = 0;
    control_write(fd, &done, 1);
    control_read(fd, &done, 1);
}

void control_write(int fd, const void *data, size_t size)
{
    if (write(fd, data, size) != (ssize_t)size)
        die(EXIT_FAILED, "write to the other side: %s", strerror(errno));
}

void control_read(int fd, void *data, size_t size)
{
    if (read(fd, data, size) != (ssize_t)size)
        die(EXIT_FAILED, "the other side has ended");
}

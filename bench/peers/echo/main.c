/* Echo servers in C: what the kernel's interfaces cost by themselves. */
#include <stdio.h>
#include <string.h>

#include "../common/stream.h"
#include "echo.h"

static const struct server {
    const char *name;
    void (*serve)(int listener);
} servers[] = {
    { "epoll", serve_epoll },
    { "uring", serve_uring },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 4 && i < sizeof servers / sizeof *servers; i++) {
        if (strcmp(argv[1], servers[i].name) != 0 || strcmp(argv[2], "serve") != 0)
            continue;
        allow_descriptors(0);
        int listener = listen_on(argv[3]);
        puts("listening");
        fflush(stdout);
        servers[i].serve(listener);
    }
    die(EXIT_USAGE, "usage: echo epoll|uring serve ENDPOINT");
}

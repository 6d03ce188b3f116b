#include "many.h"

#include <stdio.h>
#include <string.h>

static const struct program {
    const char *name, *arguments;
    int count;
    void (*run)(char **argv);
} programs[] = {
    { "local_thr", "ENDPOINT SIZE COUNT", 3, local_thr },
    { "remote_thr", "ENDPOINT SIZE COUNT", 3, remote_thr },
    { "local_lat", "ENDPOINT SIZE ROUNDTRIPS", 3, local_lat },
    { "remote_lat", "ENDPOINT SIZE ROUNDTRIPS", 3, remote_lat },
    { "inproc_thr", "SIZE COUNT", 2, inproc_thr },
    { "inproc_lat", "SIZE ROUNDTRIPS", 2, inproc_lat },
    { "pub_thr", "ENDPOINT SIZE COUNT SUBSCRIBERS", 4, pub_thr },
    { "sub_thr", "ENDPOINT SIZE COUNT SUBSCRIBERS", 4, sub_thr },
    { "one", "PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST|stream", 7, one },
    { "many", "PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST|stream", 7, many },
    { "version", "", 0, version },
};

void version(char **argv)
{
    (void)argv;
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    printf("%d.%d.%d\n", major, minor, patch);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof programs / sizeof *programs; i++) {
        const struct program *p = &programs[i];
        if (strcmp(argv[1], p->name) != 0)
            continue;
        if (argc - 2 != p->count)
            die(EXIT_USAGE, "usage: libzmq-perf %s %s", p->name, p->arguments);
        p->run(argv + 2);
        report_cpu();
        return 0;
    }
    die(EXIT_USAGE, "usage: libzmq-perf local_thr|remote_thr|local_lat|remote_lat|inproc_thr|inproc_lat|pub_thr|sub_thr|one|many|version ARGUMENTS");
}

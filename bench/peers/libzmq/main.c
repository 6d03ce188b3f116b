#include "many.h"

#include <stdio.h>
#include <string.h>

#define SIDES "PATTERN ENDPOINT CONTROL SIZE COUNT PEERS BURST|stream [OPTIONS]"

static const struct program {
    const char *name, *arguments;
    int count;
    void (*run)(char **argv);
    void (*run_side)(int argc, char **argv); /* with any number of options */
} programs[] = {
    { "local_thr", "ENDPOINT SIZE COUNT", 3, local_thr, NULL },
    { "remote_thr", "ENDPOINT SIZE COUNT", 3, remote_thr, NULL },
    { "local_lat", "ENDPOINT SIZE ROUNDTRIPS", 3, local_lat, NULL },
    { "remote_lat", "ENDPOINT SIZE ROUNDTRIPS", 3, remote_lat, NULL },
    { "inproc_thr", "SIZE COUNT", 2, inproc_thr, NULL },
    { "inproc_lat", "SIZE ROUNDTRIPS", 2, inproc_lat, NULL },
    { "pub_thr", "ENDPOINT SIZE COUNT SUBSCRIBERS", 4, pub_thr, NULL },
    { "sub_thr", "ENDPOINT SIZE COUNT SUBSCRIBERS", 4, sub_thr, NULL },
    { "one", SIDES, 7, NULL, one },
    { "many", SIDES, 7, NULL, many },
    { "both", SIDES, 7, NULL, both },
    { "version", "", 0, version, NULL },
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
    if (argc > 1 && strcmp(argv[1], "tuned") == 0) {
        tuned = 1;
        argc--;
        argv++;
    }
    for (size_t i = 0; argc > 1 && i < sizeof programs / sizeof *programs; i++) {
        const struct program *p = &programs[i];
        if (strcmp(argv[1], p->name) != 0)
            continue;
        if (argc - 2 < p->count || (argc - 2 > p->count && p->run != NULL))
            die(EXIT_USAGE, "usage: libzmq-perf %s %s", p->name, p->arguments);
        if (p->run != NULL)
            p->run(argv + 2);
        else
            p->run_side(argc - 2, argv + 2);
        report_cpu();
        return 0;
    }
    die(EXIT_USAGE, "usage: libzmq-perf [tuned] local_thr|remote_thr|local_lat|remote_lat|inproc_thr|inproc_lat|pub_thr|sub_thr|one|many|both|version ARGUMENTS");
}

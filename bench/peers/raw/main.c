/* Raw sockets with the arguments of the perf programs. */
#include "../common/stream.h"

#include <string.h>

/* The size that moved most on the machines we measured: it stays in the
 * processor's cache. */
enum { READ_BUFFER = 64 << 10 };

/* Reads what there is, a buffer at a time: where one message ends means
 * nothing here. The clock runs from the first bytes to the last. */
static void local_thr(const char *endpoint, size_t size, size_t count)
{
    char *buffer = new_buffer(READ_BUFFER);
    int fd = accept_one(endpoint);
    uint64_t left = (uint64_t)size * count;
    left -= read_between(fd, buffer, 1, left < READ_BUFFER ? left : READ_BUFFER);
    uint64_t start = now_ns();
    while (left > 0)
        left -= read_between(fd, buffer, 1, left < READ_BUFFER ? left : READ_BUFFER);
    report_throughput(count, now_ns() - start);
}

static void remote_thr(const char *endpoint, size_t size, size_t count)
{
    char *buffer = new_buffer(size);
    int fd = connect_patiently(endpoint);
    for (size_t i = 0; i < count; i++)
        write_all(fd, buffer, size);
}

static void local_lat(const char *endpoint, size_t size, size_t roundtrips)
{
    char *buffer = new_buffer(size);
    int fd = accept_one(endpoint);
    for (size_t i = 0; i < roundtrips; i++) {
        read_between(fd, buffer, size, size);
        write_all(fd, buffer, size);
    }
}

static void remote_lat(const char *endpoint, size_t size, size_t roundtrips)
{
    char *buffer = new_buffer(size);
    int fd = connect_patiently(endpoint);
    struct latency l;
    latency_start(&l, roundtrips);
    for (size_t i = 0; i < roundtrips; i++) {
        write_all(fd, buffer, size);
        read_between(fd, buffer, size, size);
        latency_lap(&l);
    }
    latency_report(&l);
}

static const struct program {
    const char *name;
    void (*run)(const char *endpoint, size_t size, size_t count);
} programs[] = {
    { "local_thr", local_thr },
    { "remote_thr", remote_thr },
    { "local_lat", local_lat },
    { "remote_lat", remote_lat },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 5 && i < sizeof programs / sizeof *programs; i++) {
        if (strcmp(argv[1], programs[i].name) != 0)
            continue;
        programs[i].run(argv[2], parse_count("SIZE", argv[3]), parse_count("COUNT", argv[4]));
        report_cpu();
        return 0;
    }
    die(EXIT_USAGE, "usage: raw-perf local_thr|remote_thr|local_lat|remote_lat ENDPOINT SIZE COUNT");
}

/* Asks an echo server.
 *
 *   run ENDPOINT SIZE COUNT CONNECTIONS SERVER   COUNT requests after a tenth as
 *       many for warming up; prints the rate, the response times, and the
 *       processor time of process SERVER and of this one meanwhile
 *   idle ENDPOINT SIZE CONNECTIONS               connects, prints "connected",
 *       and closes once its standard input ends */
#include "load.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void run(const char *endpoint, size_t size, size_t count, size_t connections, int server)
{
    struct load l = { .size = size, .connections = connections };
    responses_start(&l.responses, count);
    load_connect(&l, endpoint);
    load_run(&l, count / 10 + 1, 0);
    uint64_t server_cpu = cpu_ns(server), own_cpu = cpu_ns(getpid()), start = now_ns();
    load_run(&l, count, 1);
    report_throughput(count, now_ns() - start);
    printf("processor time: server %.6f s, client %.6f s\n", (double)(cpu_ns(server) - server_cpu) / 1e9,
           (double)(cpu_ns(getpid()) - own_cpu) / 1e9);
    responses_report(&l.responses);
    load_close(&l);
}

static void idle(const char *endpoint, size_t size, size_t connections)
{
    struct load l = { .size = size, .connections = connections };
    load_connect(&l, endpoint);
    puts("connected");
    fflush(stdout);
    char c;
    while (read(STDIN_FILENO, &c, 1) > 0)
        ;
    load_close(&l);
}

int main(int argc, char **argv)
{
    if (argc == 7 && strcmp(argv[1], "run") == 0)
        run(argv[2], parse_count("SIZE", argv[3]), parse_count("COUNT", argv[4]),
            parse_count("CONNECTIONS", argv[5]), (int)parse_count("SERVER", argv[6]));
    else if (argc == 5 && strcmp(argv[1], "idle") == 0)
        idle(argv[2], parse_count("SIZE", argv[3]), parse_count("CONNECTIONS", argv[4]));
    else
        die(EXIT_USAGE, "usage: echoload run ENDPOINT SIZE COUNT CONNECTIONS SERVER, or idle ENDPOINT SIZE CONNECTIONS");
    return 0;
}

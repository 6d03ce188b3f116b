#include "report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

void die(int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(code);
}

size_t parse_count(const char *name, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n == 0 || text[0] == '-')
        die(EXIT_USAGE, "%s must be a positive number, not \"%s\"", name, text);
    return (size_t)n;
}

void report_throughput(uint64_t messages, uint64_t elapsed_ns)
{
    if (elapsed_ns == 0)
        elapsed_ns = 1;
    printf("mean throughput: %.3f [msg/s]\n", (double)messages * 1e9 / (double)elapsed_ns);
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

void report_cpu(void)
{
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0)
        die(EXIT_FAILED, "getrusage: %s", strerror(errno));
    fprintf(stderr, "cpu: user %.3f s, system %.3f s\n", seconds(u.ru_utime), seconds(u.ru_stime));
}

/* Room for so many samples. */
static void reserve(struct latency *l, size_t roundtrips)
{
    l->samples = malloc(roundtrips * sizeof *l->samples);
    if (l->samples == NULL)
        die(EXIT_FAILED, "no memory for %zu round trips", roundtrips);
    /* Touch the pages now: a page fault must not look like latency. */
    memset(l->samples, 0xff, roundtrips * sizeof *l->samples);
}

void latency_start(struct latency *l, size_t roundtrips)
{
    size_t warmup = roundtrips / 10 < 1000 ? roundtrips / 10 : 1000;
    *l = (struct latency){ .warmup = warmup };
    reserve(l, roundtrips);
    l->last = now_ns();
}

void responses_start(struct latency *l, size_t roundtrips)
{
    *l = (struct latency){ 0 };
    reserve(l, roundtrips);
}

void responses_add(struct latency *l, uint64_t roundtrip_ns)
{
    l->samples[l->kept++] = roundtrip_ns;
}

void latency_lap(struct latency *l)
{
    uint64_t now = now_ns();
    if (l->taken++ >= l->warmup)
        l->samples[l->kept++] = now - l->last;
    l->last = now;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The smallest sample that at least per_mille of all samples do not exceed. */
static uint64_t percentile(const struct latency *l, size_t per_mille)
{
    size_t rank = (l->kept * per_mille + 999) / 1000;
    return l->samples[rank - 1];
}

/* Samples are divided by `ns`: the nanoseconds of what is printed as one. */
static void print(struct latency *l, double ns)
{
    double sum = 0;
    for (size_t i = 0; i < l->kept; i++)
        sum += (double)l->samples[i];
    qsort(l->samples, l->kept, sizeof *l->samples, ascending);
    printf("average latency: %.3f [us]\n", sum / (double)l->kept / ns);
    printf("p50 latency: %.3f [us]\n", (double)percentile(l, 500) / ns);
    printf("p99 latency: %.3f [us]\n", (double)percentile(l, 990) / ns);
    printf("p99.9 latency: %.3f [us]\n", (double)percentile(l, 999) / ns);
    free(l->samples);
}

void latency_report(struct latency *l) { print(l, 2e3); }
void responses_report(struct latency *l) { print(l, 1e3); }

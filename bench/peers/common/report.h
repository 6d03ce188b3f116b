/* What every measuring program in C prints, in one place, so that the
 * runner reads the same lines from all of them:
 *
 *   mean throughput: 3300000 [msg/s]          standard output
 *   average latency: 42.120 [us]              standard output, round trip / 2
 *   p50 latency: 41.800 [us]                  and p99, p99.9
 *   cpu: user 1.234 s, system 0.567 s         standard error
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdint.h>
#include <stdlib.h>

/* Exit codes, as those of `actum perf`. */
enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Monotonic clock, nanoseconds. */
uint64_t now_ns(void);

/* Ends the program with one line on standard error: what was attempted,
 * and the system's reason for errno-style failures. */
_Noreturn void die(int code, const char *format, ...);

/* A positive decimal number, or the end of the program. */
size_t parse_count(const char *name, const char *text);

void report_throughput(uint64_t messages, uint64_t elapsed_ns);

/* The CPU time of this process, all threads, since it started. */
void report_cpu(void);

/* Every round trip of a run is kept, so that the percentiles are exact. The
 * first tenth (at most 1,000) is warm-up, connecting included, and is left
 * out. */
struct latency {
    uint64_t *samples; /* round trips, nanoseconds */
    size_t taken, kept, warmup;
    uint64_t last;
};

void latency_start(struct latency *l, size_t roundtrips);
void latency_lap(struct latency *l); /* after each round trip */
void latency_report(struct latency *l);

/* The same lines for round trips that overlap: how long each took, from the
 * request to its answer, not halved, with nothing left out. */
void responses_start(struct latency *l, size_t roundtrips);
void responses_add(struct latency *l, uint64_t roundtrip_ns);
void responses_report(struct latency *l);

#endif

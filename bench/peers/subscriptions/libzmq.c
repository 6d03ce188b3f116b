/* What subscriptions cost a publisher of libzmq's.
 *
 *   libzmq ENDPOINT SUBSCRIPTIONS MESSAGES
 *
 * The program binds a PUB, and starts itself again as a SUB in a process of its
 * own, which subscribes to that many topics. What is printed, all of the
 * publisher:
 *
 *   memory: 1234567 [B]       by how much the process has grown
 *   subscribe: 12.3 [ms]      until the last subscription has come
 *   miss: 1234567 [msg/s]     topics that nobody wants, but for their last byte
 *   hit: 1234567 [msg/s]      topics that the SUB wants, until it has them all
 *   cancel: 12.3 [ms]         until the last cancellation has come
 *   leave: 12.3 [ms]          the longest zmq_send after the SUB was killed
 *
 * The two sides tell each other of marks: topics that start with '~'. */
#include "../common/report.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { TOPIC = 13, DIGITS = 7 };

/* The i-th topic: topic/0001234. */
static void topic_of(char *topic, size_t i)
{
    memcpy(topic, "topic/", 6);
    for (int at = TOPIC - 1; at >= TOPIC - DIGITS; at--, i /= 10)
        topic[at] = (char)('0' + i % 10);
}

/* Visits all of them, far apart: the number of subscriptions is a power of ten. */
static size_t shuffled(size_t i, size_t n) { return i * 7919 % n; }

static void check(int rc, const char *what)
{
    if (rc == -1)
        die(EXIT_FAILED, "%s: %s", what, zmq_strerror(zmq_errno()));
}

/* The SUB: obeys lines on standard input, and says so when it has a mark. */
static void subscriber(const char *endpoint, size_t n)
{
    void *context = zmq_ctx_new(), *sub = zmq_socket(context, ZMQ_SUB);
    char topic[TOPIC], line[32];
    int none = 0;
    check(zmq_setsockopt(sub, ZMQ_LINGER, &none, sizeof none), "linger");
    /* Else it loses subscriptions when there are more than its mark at a time. */
    check(zmq_setsockopt(sub, ZMQ_SNDHWM, &none, sizeof none), "high-water mark");
    check(zmq_connect(sub, endpoint), "connect");
    while (fgets(line, sizeof line, stdin) != NULL) {
        int option = line[0] == 'c' ? ZMQ_UNSUBSCRIBE : ZMQ_SUBSCRIBE;
        if (strchr("stc", line[0]) != NULL) /* else only the mark is subscribed to */
            for (size_t i = 0; i < n; i++) {
                topic_of(topic, shuffled(i, n));
                check(zmq_setsockopt(sub, option, topic, TOPIC), "subscribe");
            }
        char mark[2] = { '~', line[0] };
        check(zmq_setsockopt(sub, ZMQ_SUBSCRIBE, mark, 2), "subscribe");
        for (zmq_msg_t m;;) {
            zmq_msg_init(&m);
            check(zmq_msg_recv(&m, sub, 0), "receive");
            int marked = zmq_msg_size(&m) == 2 && memcmp(zmq_msg_data(&m), mark, 2) == 0;
            zmq_msg_close(&m);
            if (marked)
                break;
        }
        putchar(line[0]);
        fflush(stdout);
    }
    exit(0);
}

static int to_sub, from_sub;
static pid_t sub_pid;

static void start(char *program, char *endpoint, char *n)
{
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0 || (sub_pid = fork()) == -1)
        die(EXIT_FAILED, "starting the subscriber: %s", strerror(errno));
    if (sub_pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        close(in[1]);
        close(out[0]);
        execl(program, program, "subscriber", endpoint, n, (char *)NULL);
        _exit(1);
    }
    close(in[0]);
    close(out[1]);
    to_sub = in[1];
    from_sub = out[0];
}

static void send_topic(void *pub, const char *topic, size_t size)
{
    check(zmq_send(pub, topic, size, 0), "send");
}

static void order(char step)
{
    char line[2] = { step, '\n' };
    if (write(to_sub, line, 2) != 2)
        die(EXIT_FAILED, "the subscriber is gone");
}

/* Publishes the mark of a step until the SUB has it. */
static void finish(void *pub, char step, int timeout)
{
    char mark[2] = { '~', step }, said;
    struct pollfd p = { .fd = from_sub, .events = POLLIN };
    do
        send_topic(pub, mark, 2);
    while (poll(&p, 1, timeout) == 0);
    if (read(from_sub, &said, 1) != 1 || said != step)
        die(EXIT_FAILED, "the subscriber is gone");
}

static size_t resident(void)
{
    size_t total = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%zu %zu", &total, &pages) != 2)
        die(EXIT_FAILED, "/proc/self/statm cannot be read");
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static double ms(uint64_t ns) { return (double)ns / 1e6; }

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "subscriber") == 0)
        subscriber(argv[2], parse_count("SUBSCRIPTIONS", argv[3]));
    if (argc != 4)
        die(EXIT_USAGE, "usage: %s ENDPOINT SUBSCRIPTIONS MESSAGES", argv[0]);
    size_t n = parse_count("SUBSCRIPTIONS", argv[2]), count = parse_count("MESSAGES", argv[3]);
    start(argv[0], argv[1], argv[2]);
    void *context = zmq_ctx_new(), *pub = zmq_socket(context, ZMQ_PUB);
    int yes = 1, none = 0;
    check(zmq_setsockopt(pub, ZMQ_XPUB_NODROP, &yes, sizeof yes), "no drop");
    check(zmq_setsockopt(pub, ZMQ_LINGER, &none, sizeof none), "linger");
    check(zmq_bind(pub, argv[1]), "bind");
    char topic[TOPIC];

    order('b'); /* connected */
    finish(pub, 'b', 1);
    size_t before = resident();
    uint64_t begun = now_ns();
    order('s');
    finish(pub, 's', 1);
    printf("subscribe: %.3f [ms]\n", ms(now_ns() - begun));
    printf("memory: %zu [B]\n", resident() - before);

    begun = now_ns();
    for (size_t i = 0; i < count; i++) {
        topic_of(topic, shuffled(i, n));
        topic[TOPIC - 1] = 'x';
        send_topic(pub, topic, TOPIC);
    }
    printf("miss: %.0f [msg/s]\n", (double)count * 1e9 / (double)(now_ns() - begun));

    order('h');
    finish(pub, 'h', 1);
    order('i'); /* it reads until that mark */
    begun = now_ns();
    for (size_t i = 0; i < count; i++) {
        topic_of(topic, shuffled(i, n));
        send_topic(pub, topic, TOPIC);
    }
    finish(pub, 'i', 1);
    printf("hit: %.0f [msg/s]\n", (double)count * 1e9 / (double)(now_ns() - begun));

    begun = now_ns();
    order('c');
    finish(pub, 'c', 1);
    printf("cancel: %.3f [ms]\n", ms(now_ns() - begun));

    order('t');
    finish(pub, 't', 1);
    kill(sub_pid, SIGKILL);
    waitpid(sub_pid, NULL, 0);
    uint64_t longest = 0;
    for (uint64_t end = now_ns() + 500000000, last = now_ns(); last < end;) {
        send_topic(pub, "nobody", 6);
        uint64_t now = now_ns();
        if (now - last > longest)
            longest = now - last;
        last = now;
    }
    printf("leave: %.3f [ms]\n", ms(longest));
    return 0;
}

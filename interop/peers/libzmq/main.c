/* peer TYPE: one libzmq socket that does what the lines on standard input say
 * and answers each with a line, "ok", perhaps with a result, or "error" and
 * what went wrong:
 *
 *   set NAME VALUE                        a socket option; bytes as x and hex
 *   bind|connect|unbind|disconnect ENDPOINT   (bind answers the last endpoint)
 *   send FLOW, recv FLOW                  see flow.h
 *   exchange FLOW FLOW                    sends one and receives the other
 *   ask FLOW                              each sent, and received as the answer
 *   echo COUNT
 *   follow WHOLE LAST                     answers COUNT FIRST
 *   say FRAMES, try FRAMES                try does not wait
 *   hear                                  answers FRAMES
 *   close                                 with its linger; ends the program
 *
 * It also ends with standard input, whatever it is doing. */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "traffic.h"

enum { MAX_WORDS = 10 };

static void *context, *zsocket;

static const char *failed(const char *call)
{
    static char text[256];
    snprintf(text, sizeof text, "%s: %s", call, zmq_strerror(zmq_errno()));
    return text;
}

static const struct {
    const char *name;
    int type;
} types[] = {
    { "PAIR", ZMQ_PAIR },     { "PUB", ZMQ_PUB },       { "SUB", ZMQ_SUB },   { "REQ", ZMQ_REQ },   { "REP", ZMQ_REP },
    { "DEALER", ZMQ_DEALER }, { "ROUTER", ZMQ_ROUTER }, { "PULL", ZMQ_PULL }, { "PUSH", ZMQ_PUSH },
};

static const struct {
    const char *name;
    int option;
    enum { INT, INT64, BYTES } kind;
} options[] = {
    { "sndhwm", ZMQ_SNDHWM, INT },
    { "rcvhwm", ZMQ_RCVHWM, INT },
    { "linger", ZMQ_LINGER, INT },
    { "ipv6", ZMQ_IPV6, INT },
    { "immediate", ZMQ_IMMEDIATE, INT },
    { "reconnect_ivl", ZMQ_RECONNECT_IVL, INT },
    { "router_mandatory", ZMQ_ROUTER_MANDATORY, INT },
    { "router_handover", ZMQ_ROUTER_HANDOVER, INT },
    { "probe_router", ZMQ_PROBE_ROUTER, INT },
    { "req_relaxed", ZMQ_REQ_RELAXED, INT },
    { "req_correlate", ZMQ_REQ_CORRELATE, INT },
    { "heartbeat_ivl", ZMQ_HEARTBEAT_IVL, INT },
    { "heartbeat_ttl", ZMQ_HEARTBEAT_TTL, INT },
    { "heartbeat_timeout", ZMQ_HEARTBEAT_TIMEOUT, INT },
    { "maxmsgsize", ZMQ_MAXMSGSIZE, INT64 },
    { "routing_id", ZMQ_ROUTING_ID, BYTES },
    { "subscribe", ZMQ_SUBSCRIBE, BYTES },
    { "unsubscribe", ZMQ_UNSUBSCRIBE, BYTES },
};

static int set_value(size_t i, const char *value)
{
    int number = atoi(value);
    int64_t large = atoll(value);
    struct frames bytes;

    switch (options[i].kind) {
    case INT:
        return zmq_setsockopt(zsocket, options[i].option, &number, sizeof number);
    case INT64:
        return zmq_setsockopt(zsocket, options[i].option, &large, sizeof large);
    default:
        if (!parse_frames(&bytes, value) || bytes.count != 1)
            return -1;
        return zmq_setsockopt(zsocket, options[i].option, bytes.frame[0].data, bytes.frame[0].size);
    }
}

static const char *set(char **words)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(options[i].name, words[0]) == 0)
            return set_value(i, words[1]) == 0 ? NULL : failed("zmq_setsockopt");
    return "no such option";
}

static const char *do_bind(char **words, char **result)
{
    size_t size = 256;
    if (zmq_bind(zsocket, words[0]) != 0)
        return failed("zmq_bind");
    *result = malloc(size);
    zmq_getsockopt(zsocket, ZMQ_LAST_ENDPOINT, *result, &size);
    return NULL;
}

static const char *do_follow(char **words, char **result)
{
    uint64_t count = 0, first = 0;
    const char *error = follow(zsocket, strtoull(words[0], NULL, 10), strtoull(words[1], NULL, 10), &count, &first);
    *result = malloc(64);
    snprintf(*result, 64, "%llu %llu", (unsigned long long)count, (unsigned long long)first);
    return error;
}

static const char *say(char **words, int flags)
{
    struct frames frames;
    if (!parse_frames(&frames, words[0]))
        return "these are no frames";
    const char *error = send_frames(zsocket, &frames, flags);
    clear_frames(&frames);
    return error;
}

static const char *hear(char **result)
{
    struct frames frames;
    const char *error = recv_frames(zsocket, &frames);
    if (error == NULL)
        *result = format_frames(&frames);
    clear_frames(&frames);
    return error;
}

static const char *traffic(const char *command, char **words)
{
    struct flow one, other;
    if (!parse_flow(&one, words))
        return "this is no flow";
    if (strcmp(command, "send") == 0)
        return send_flow(zsocket, &one);
    if (strcmp(command, "recv") == 0)
        return recv_flow(zsocket, &one);
    if (strcmp(command, "ask") == 0)
        return ask(zsocket, &one);
    if (strcmp(command, "exchange") == 0)
        return parse_flow(&other, words + 4) ? exchange(zsocket, &one, &other) : "the second is no flow";
    return "no such command";
}

static const char *endpoint(const char *command, char **words)
{
    if (strcmp(command, "connect") == 0)
        return zmq_connect(zsocket, words[0]) == 0 ? NULL : failed("zmq_connect");
    if (strcmp(command, "unbind") == 0)
        return zmq_unbind(zsocket, words[0]) == 0 ? NULL : failed("zmq_unbind");
    return zmq_disconnect(zsocket, words[0]) == 0 ? NULL : failed("zmq_disconnect");
}

static const char *close_all(void)
{
    if (zmq_close(zsocket) != 0 || zmq_ctx_term(context) != 0)
        return failed("zmq_close");
    return NULL;
}

static const char *run(char **words, size_t count, char **result)
{
    const char *command = words[0];
    if (count == 1 && strcmp(command, "hear") == 0)
        return hear(result);
    if (count == 1 && strcmp(command, "close") == 0)
        return close_all();
    if (count == 2 && strcmp(command, "bind") == 0)
        return do_bind(words + 1, result);
    if (count == 2 && strcmp(command, "echo") == 0)
        return echo(zsocket, strtoull(words[1], NULL, 10));
    if (count == 2 && strcmp(command, "say") == 0)
        return say(words + 1, 0);
    if (count == 2 && strcmp(command, "try") == 0)
        return say(words + 1, ZMQ_DONTWAIT);
    if (count == 2)
        return endpoint(command, words + 1);
    if (count == 3 && strcmp(command, "follow") == 0)
        return do_follow(words + 1, result);
    if (count == 3 && strcmp(command, "set") == 0)
        return set(words + 1);
    if (count == 5 || count == 9)
        return traffic(command, words + 1);
    return "no such command";
}

static size_t split(char *line, char **words)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *w = strtok_r(line, " \n", &rest); w != NULL && count < MAX_WORDS; w = strtok_r(NULL, " \n", &rest))
        words[count++] = w;
    return count;
}

static void *make_socket(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0)
            return zmq_socket(context, types[i].type);
    return NULL;
}

/* orphaned ends the program when nobody can tell it anything any more, also
 * while it waits for a message. */
static void *orphaned(void *unused)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = 0 };
    (void)unused;
    while (poll(&in, 1, -1) < 0)
        ;
    _exit(0);
}

int main(int argc, char **argv)
{
    char *line = NULL, *words[MAX_WORDS];
    size_t room = 0;

    context = zmq_ctx_new();
    zsocket = argc == 2 ? make_socket(argv[1]) : NULL;
    if (zsocket == NULL) {
        fprintf(stderr, "usage: peer TYPE\n");
        return 2;
    }
    pthread_t watch;
    pthread_create(&watch, NULL, orphaned, NULL);
    while (getline(&line, &room, stdin) > 0) {
        char *result = NULL;
        size_t count = split(line, words);
        int last = count == 1 && strcmp(words[0], "close") == 0;
        const char *error = count > 0 ? run(words, count, &result) : "empty line";
        printf("%s%s%s\n", error == NULL ? "ok" : "error", error != NULL || result != NULL ? " " : "",
               error != NULL ? error : result != NULL ? result : "");
        fflush(stdout);
        free(result);
        if (last)
            break;
    }
    free(line);
    return 0;
}

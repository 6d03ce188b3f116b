#include "perf.h"

void push_messages(void *socket, size_t size, size_t count)
{
    struct payload p = new_payload(size);
    for (size_t i = 0; i < count; i++)
        send_payload(socket, &p, 0);
}

/* The clock runs from the first message to the last. */
void pull_and_report(void *socket, size_t size, size_t count)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    receive(socket, &msg, size);
    uint64_t start = now_ns();
    for (size_t i = 1; i < count; i++)
        receive(socket, &msg, size);
    report_throughput(count, now_ns() - start);
    zmq_msg_close(&msg);
}

/* The message that arrived goes back: nothing is allocated or copied. */
void answer_requests(void *socket, size_t size, size_t roundtrips)
{
    zmq_msg_t msg;
    zmq_msg_init(&msg);
    for (size_t i = 0; i < roundtrips; i++) {
        receive(socket, &msg, size);
        check(zmq_msg_send(&msg, socket, 0) >= 0, "zmq_msg_send");
    }
    zmq_msg_close(&msg);
}

void ask_and_report(void *socket, size_t size, size_t roundtrips)
{
    zmq_msg_t msg;
    check(zmq_msg_init_size(&msg, size) == 0, "zmq_msg_init_size");
    struct latency l;
    latency_start(&l, roundtrips);
    for (size_t i = 0; i < roundtrips; i++) {
        check(zmq_msg_send(&msg, socket, 0) >= 0, "zmq_msg_send");
        receive(socket, &msg, size);
        latency_lap(&l);
    }
    latency_report(&l);
    zmq_msg_close(&msg);
}

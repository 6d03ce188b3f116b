/* Messages of one or more frames, as libzmq has them: a frame is a zmq_msg_t. */
#include "many.h"

#include <errno.h>

void message_init(struct message *m)
{
    m->n = 0;
    for (size_t i = 0; i < MOST_FRAMES + 1; i++)
        zmq_msg_init(&m->frames[i]);
}

void message_close(struct message *m)
{
    for (size_t i = 0; i < MOST_FRAMES + 1; i++)
        zmq_msg_close(&m->frames[i]);
}

/* Only the first frame may be missing: the others come with it. */
int message_receive(void *socket, struct message *m, int flags)
{
    for (m->n = 0; m->n < MOST_FRAMES + 1;) {
        zmq_msg_t *frame = &m->frames[m->n];
        if (zmq_msg_recv(frame, socket, flags) < 0) {
            check(m->n == 0 && flags != 0 && zmq_errno() == EAGAIN, "zmq_msg_recv");
            return 0;
        }
        m->n++;
        if (!zmq_msg_more(frame))
            return 1;
    }
    die(EXIT_FAILED, "received a message of more than %d frames", MOST_FRAMES + 1);
}

void message_send(void *socket, struct message *m)
{
    for (size_t i = 0; i < m->n; i++)
        check(zmq_msg_send(&m->frames[i], socket, i + 1 < m->n ? ZMQ_SNDMORE : 0) >= 0, "zmq_msg_send");
}

void message_check(const struct message *m, const struct job *j, size_t before)
{
    if (m->n != before + j->frames)
        die(EXIT_FAILED, "received a message of %zu frames instead of %zu", m->n, before + j->frames);
    for (size_t i = before; i < m->n; i++)
        if (zmq_msg_size(&m->frames[i]) != j->size)
            die(EXIT_FAILED, "received a frame of another size");
}

void send_frames(void *socket, const struct payload *p, size_t frames)
{
    for (; frames > 1; frames--)
        send_payload(socket, p, ZMQ_SNDMORE);
    send_payload(socket, p, 0);
}

/* What the socket does with messages. Every function returns NULL, or says in
 * a sentence what went wrong. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "flow.h"

const char *send_flow(void *socket, const struct flow *flow);
const char *recv_flow(void *socket, const struct flow *flow);

/* exchange does both at once. */
const char *exchange(void *socket, const struct flow *out, const struct flow *in);

/* ask sends a message and waits for the same as the answer, again and again. */
const char *ask(void *socket, const struct flow *flow);

/* echo sends count messages back as they come. */
const char *echo(void *socket, uint64_t count);

/* follow receives the numbers of two streams, messages of one frame, until last
 * or a higher one has come: those below whole only grow, those from whole on are
 * complete. It counts them. */
const char *follow(void *socket, uint64_t whole, uint64_t last, uint64_t *count, uint64_t *first);

const char *send_frames(void *socket, const struct frames *frames, int flags);
const char *recv_frames(void *socket, struct frames *frames);

#endif

/* Flows: messages that both ends can work out by themselves.
 *
 * Message n of a flow has the frames of shape n modulo the number of shapes,
 * behind the frames of the envelope. Byte k of frame f is n + f + k, modulo
 * 256; but a frame of 8 bytes and more begins with n, big-endian. */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_FRAMES = 64, MAX_SHAPES = 16 };

struct frame {
    unsigned char *data;
    size_t size;
};

struct frames {
    struct frame frame[MAX_FRAMES];
    size_t count;
};

struct shape {
    size_t size[MAX_FRAMES];
    size_t count;
};

struct flow {
    uint64_t from, count;
    struct shape shape[MAX_SHAPES];
    size_t shapes;
    struct frames envelope;
};

/* parse_flow reads "FROM COUNT SHAPES ENVELOPE": sizes separated by commas,
 * shapes by semicolons. */
bool parse_flow(struct flow *flow, char *const words[4]);

/* parse_frames reads frames in hex, each behind an x, separated by commas; "-"
 * for none. format_frames writes them; the text is the caller's. */
bool parse_frames(struct frames *frames, const char *text);
char *format_frames(const struct frames *frames);
void clear_frames(struct frames *frames);

const struct shape *shape_of(const struct flow *flow, uint64_t n);

/* fill writes, and matches compares, frame f of message n. */
void fill(unsigned char *data, size_t size, uint64_t n, size_t f);
bool matches(const unsigned char *data, size_t size, uint64_t n, size_t f);

#endif

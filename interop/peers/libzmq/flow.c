#include "flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_SIZE = 8 };

static bool parse_shape(struct shape *shape, const char *text)
{
    shape->count = 0;
    for (;;) {
        char *end;
        if (shape->count == MAX_FRAMES)
            return false;
        shape->size[shape->count++] = strtoull(text, &end, 10);
        if (end == text)
            return false;
        if (*end == '\0')
            return true;
        if (*end != ',')
            return false;
        text = end + 1;
    }
}

bool parse_flow(struct flow *flow, char *const words[4])
{
    char *rest = NULL;

    flow->from = strtoull(words[0], NULL, 10);
    flow->count = strtoull(words[1], NULL, 10);
    flow->shapes = 0;
    for (char *s = strtok_r(words[2], ";", &rest); s != NULL; s = strtok_r(NULL, ";", &rest))
        if (flow->shapes == MAX_SHAPES || !parse_shape(&flow->shape[flow->shapes++], s))
            return false;
    return flow->shapes > 0 && parse_frames(&flow->envelope, words[3]);
}

static int digit(char c)
{
    const char *digits = "0123456789abcdef", *found = strchr(digits, c);
    return c != '\0' && found != NULL ? (int)(found - digits) : -1;
}

/* parse_hex takes lower-case digits. */
static bool parse_hex(unsigned char *data, size_t size, const char *text)
{
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        data[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool parse_frames(struct frames *frames, const char *text)
{
    frames->count = 0;
    if (strcmp(text, "-") == 0)
        return true;
    for (;;) {
        if (*text++ != 'x' || frames->count == MAX_FRAMES)
            return false;
        size_t digits = strcspn(text, ",");
        struct frame *f = &frames->frame[frames->count++];
        f->size = digits / 2;
        f->data = malloc(f->size + 1);
        if (!parse_hex(f->data, f->size, text))
            return false;
        text += digits;
        if (*text++ == '\0')
            return true;
    }
}

char *format_frames(const struct frames *frames)
{
    size_t room = 2;
    for (size_t i = 0; i < frames->count; i++)
        room += 2 + 2 * frames->frame[i].size;
    char *text = malloc(room), *end = text;
    for (size_t i = 0; i < frames->count; i++) {
        const struct frame *f = &frames->frame[i];
        end += sprintf(end, i > 0 ? ",x" : "x");
        for (size_t k = 0; k < f->size; k++)
            end += sprintf(end, "%02x", f->data[k]);
    }
    *end = '\0';
    return text;
}

void clear_frames(struct frames *frames)
{
    for (size_t i = 0; i < frames->count; i++)
        free(frames->frame[i].data);
    frames->count = 0;
}

const struct shape *shape_of(const struct flow *flow, uint64_t n)
{
    return &flow->shape[n % flow->shapes];
}

static unsigned char byte_at(size_t k, size_t size, uint64_t n, size_t f)
{
    if (size >= NUMBER_SIZE && k < NUMBER_SIZE)
        return (unsigned char)(n >> (8 * (NUMBER_SIZE - 1 - k)));
    return (unsigned char)(n + f + k);
}

void fill(unsigned char *data, size_t size, uint64_t n, size_t f)
{
    for (size_t k = 0; k < size; k++)
        data[k] = byte_at(k, size, n, f);
}

bool matches(const unsigned char *data, size_t size, uint64_t n, size_t f)
{
    for (size_t k = 0; k < size; k++)
        if (data[k] != byte_at(k, size, n, f))
            return false;
    return true;
}

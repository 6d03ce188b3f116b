/* Many sockets take turns to be received from: those that the poller reports, and those
 * that had more than a turn's messages. */
#include "many.h"

/* At first it is every socket's turn: what arrived before the poller was there is not
 * reported. */
struct turns turns_of(const struct job *j)
{
    struct turns t = {
        .poller = poller_new(j->sockets, j->n),
        .ready = calloc(2 * j->n, sizeof *t.ready),
        .more = calloc(j->n, sizeof *t.more),
        .noted = calloc(j->n, sizeof *t.noted),
    };
    check(t.ready != NULL && t.more != NULL && t.noted != NULL, "calloc");
    for (size_t i = 0; i < j->n; i++)
        turns_again(&t, i);
    return t;
}

void turns_next(struct turns *t)
{
    t->n = poller_wait(t->poller, t->left == 0, t->ready);
    for (; t->left > 0; t->noted[t->more[t->left]] = 0)
        t->ready[t->n++] = t->more[--t->left];
}

/* A socket may be reported and have more from before: then it has two turns, and is
 * noted once. */
void turns_again(struct turns *t, size_t socket)
{
    if (!t->noted[socket])
        t->more[t->left++] = socket;
    t->noted[socket] = 1;
}

void turns_end(struct turns *t)
{
    poller_free(t->poller);
    free(t->ready);
    free(t->more);
    free(t->noted);
}

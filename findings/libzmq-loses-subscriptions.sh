#!/usr/bin/env bash
# libzmq 4.3.4 (pyzmq 24.0.1, Debian 12): a SUB that subscribes to more topics than
# its ZMQ_SNDHWM while it is not connected yet loses all further ones for good. No
# call fails, and zmq_setsockopt(ZMQ_SUBSCRIBE) returns 0 for each.
#
# Seen: of 10,000 subscriptions made right after connect, 1,000 reach the
# publisher, which is the default of ZMQ_SNDHWM, an option that the manual page
# describes as a limit of outbound messages. One more subscription, made when the
# publisher has received these, does not arrive either. With ZMQ_SNDHWM 20,000 all
# of them arrive.
# shellcheck source=findings/pyzmq.sh
source "$(dirname "${BASH_SOURCE[0]}")/pyzmq.sh"

expect "libzmq 4.3.4
SNDHWM 1000: 1000 of 10000 arrive, a later one: no
SNDHWM 20000: 10000 of 10000 arrive, a later one: yes" "$(
	python <<'PYTHON'
import zmq

print("libzmq", zmq.zmq_version())
context = zmq.Context()
for mark in (1000, 20000):
    publisher = context.socket(zmq.XPUB)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    publisher.rcvtimeo = 2000
    subscriber = context.socket(zmq.SUB)
    subscriber.sndhwm = mark
    subscriber.connect(f"tcp://127.0.0.1:{port}")
    for i in range(10000):
        subscriber.subscribe(b"topic %05d" % i)

    def arrived():
        try:
            publisher.recv()
            return True
        except zmq.Again:
            return False

    n = 0
    while n < 10000 and arrived():
        n += 1
    subscriber.subscribe(b"later")
    print(f"SNDHWM {mark}: {n} of 10000 arrive, a later one: {'yes' if arrived() else 'no'}")
    subscriber.close(0)
    publisher.close(0)
PYTHON
)"

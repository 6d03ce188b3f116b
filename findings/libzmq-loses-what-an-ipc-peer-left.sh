#!/usr/bin/env bash
# libzmq 4.3.4 (pyzmq 24.0.1, Debian 12): a PULL at its receive high-water mark drops
# an ipc connection as soon as the peer hangs up, with all that is still unread in
# the socket. A PUSH that has sent everything, closes, and ends its context without
# an error therefore loses messages, whatever its linger. Over tcp the same program
# loses nothing.
#
# The manual page of zmq_setsockopt says of ZMQ_LINGER that -1, the default, means
# that pending messages are not discarded after zmq_close. That of zmq_ipc names no
# difference from tcp.
#
# Seen: with ZMQ_RCVHWM 10, 500 messages of 100 bytes fit into the kernel's buffers.
# The PULL receives the 80 whole messages of its one read of 8 KiB.
# shellcheck source=findings/pyzmq.sh
source "$(dirname "${BASH_SOURCE[0]}")/pyzmq.sh"

expect "libzmq 4.3.4
tcp: 500 of 500 received
ipc: 80 of 500 received" "$(
	python <<'PYTHON'
import os
import tempfile
import time

import zmq

# No other program binds this address.
own = f"tcp://127.{os.getpid() >> 8 & 127}.{os.getpid() & 255}.83:19555"
print("libzmq", zmq.zmq_version())
with tempfile.TemporaryDirectory() as folder:
    for endpoint in (own, f"ipc://{folder}/pull"):
        receiver, sender = zmq.Context(), zmq.Context()
        push = sender.socket(zmq.PUSH)
        push.connect(endpoint)
        for _ in range(500):  # before there is a peer, so that they leave in a few large writes
            push.send(bytes(100))
        pull = receiver.socket(zmq.PULL)
        pull.rcvhwm = 10
        pull.rcvtimeo = 2000
        pull.bind(endpoint)
        push.close()
        sender.term()  # returns when the last message has been written
        time.sleep(0.5)  # the PULL's I/O thread notices the end of the connection
        n = 0
        try:
            while True:
                pull.recv()
                n += 1
        except zmq.Again:
            pass
        print(f"{endpoint[:3]}: {n} of 500 received")
        pull.close(0)
PYTHON
)"

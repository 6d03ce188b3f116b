#!/usr/bin/env bash
# libzmq 4.3.4 (pyzmq 24.0.1, Debian 12): a PULL that always finds a message does not
# notice a peer that has connected meanwhile before it has received 100 more messages
# from the others, however long the new peer has been there.
#
# The manual page of zmq_socket says that PULL fair-queues from all its peers. With
# messages that take a second each, the second worker's first message waits for
# more than a minute and a half.
#
# Seen: 900 messages of one peer are queued, one is received, a second peer shakes
# hands and sends one. It is the 101st that is received from then on.
# shellcheck source=findings/pyzmq.sh
source "$(dirname "${BASH_SOURCE[0]}")/pyzmq.sh"

expect "libzmq 4.3.4
received from the first peer before the second one has its turn: 100" "$(
	python <<'PYTHON'
import time

import zmq

print("libzmq", zmq.zmq_version())
context, peers = zmq.Context(), zmq.Context()
pull = context.socket(zmq.PULL)
port = pull.bind_to_random_port("tcp://127.0.0.1")
first = peers.socket(zmq.PUSH)
first.connect(f"tcp://127.0.0.1:{port}")
for _ in range(900):
    first.send(b"first")
pull.recv()
monitor = pull.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
second = peers.socket(zmq.PUSH)
second.connect(f"tcp://127.0.0.1:{port}")
second.send(b"second")
monitor.recv_multipart()
time.sleep(0.5)
n = 0
while pull.recv() == b"first":
    n += 1
print("received from the first peer before the second one has its turn:", n)
PYTHON
)"

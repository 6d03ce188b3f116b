"""pyzmq.py TYPE: one libzmq socket, by way of its Python binding.

It does what the lines on standard input say and answers each with a line.
peers/libzmq/main.c lists the commands, flow.h beside it says what a flow is.
"""
import os
import select
import sys
import threading

import zmq

PATTERN = bytes(range(256)) * 8
NUMBER_SIZE = 8


class Wrong(Exception):
    """Something other than expected was received."""


def frame(size, n, f):
    """Frame f of message n."""
    global PATTERN
    start = (n + f) % 256
    while len(PATTERN) < start + size:
        PATTERN *= 2
    data = PATTERN[start:start + size]
    return n.to_bytes(NUMBER_SIZE, "big") + data[NUMBER_SIZE:] if size >= NUMBER_SIZE else data


def parse_frames(text):
    return [] if text == "-" else [bytes.fromhex(f[1:]) for f in text.split(",")]


def format_frames(frames):
    return ",".join("x" + f.hex() for f in frames)


class Flow:
    def __init__(self, start, count, shapes, envelope):
        self.numbers = range(int(start), int(start) + int(count))
        self.shapes = [[int(size) for size in shape.split(",")] for shape in shapes.split(";")]
        self.envelope = parse_frames(envelope)

    def message(self, n):
        shape = self.shapes[n % len(self.shapes)]
        return self.envelope + [frame(size, n, f) for f, size in enumerate(shape)]

    def check(self, n, frames):
        expected = self.message(n)
        if frames != expected:
            raise Wrong("message %d has frames of %s bytes, %s expected (or the content differs)"
                        % (n, [len(f) for f in frames], [len(f) for f in expected]))


class Peer:
    def __init__(self, context, socket_type):
        self.context = context
        self.socket = context.socket(getattr(zmq, socket_type))

    def set(self, name, value):
        option = getattr(zmq, name.upper())
        self.socket.setsockopt(option, parse_frames(value)[0] if value.startswith("x") else int(value))

    def bind(self, endpoint):
        self.socket.bind(endpoint)
        return self.socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()

    def connect(self, endpoint):
        self.socket.connect(endpoint)

    def unbind(self, endpoint):
        self.socket.unbind(endpoint)

    def disconnect(self, endpoint):
        self.socket.disconnect(endpoint)

    def send(self, *words):
        flow = Flow(*words)
        for n in flow.numbers:
            self.socket.send_multipart(flow.message(n), copy=False)

    def recv(self, *words):
        flow = Flow(*words)
        for n in flow.numbers:
            flow.check(n, self.socket.recv_multipart())

    def exchange(self, *words):
        out, into = Flow(*words[:4]), Flow(*words[4:])
        to_send, to_receive = iter(out.numbers), iter(into.numbers)
        sending, receiving = next(to_send, None), next(to_receive, None)
        while sending is not None or receiving is not None:
            events = (zmq.POLLOUT if sending is not None else 0) | (zmq.POLLIN if receiving is not None else 0)
            ready = self.socket.poll(flags=events)
            if ready & zmq.POLLOUT:
                self.socket.send_multipart(out.message(sending), flags=zmq.DONTWAIT)
                sending = next(to_send, None)
            if ready & zmq.POLLIN:
                into.check(receiving, self.socket.recv_multipart(flags=zmq.DONTWAIT))
                receiving = next(to_receive, None)

    def ask(self, *words):
        flow = Flow(*words)
        for n in flow.numbers:
            self.socket.send_multipart(flow.message(n))
            flow.check(n, self.socket.recv_multipart())

    def echo(self, count):
        for _ in range(int(count)):
            self.socket.send_multipart(self.socket.recv_multipart())

    def follow(self, whole, last):
        whole, last = int(whole), int(last)
        low, high, n, count, first = 0, whole, -1, 0, None
        while n < last:
            n, count = int.from_bytes(self.socket.recv(), "big"), count + 1
            if n != high if n >= whole else n < low:
                raise Wrong("number %d, %d expected" % (n, high if n >= whole else low))
            low, high = (low, n + 1) if n >= whole else (n + 1, high)
            first = n if first is None else first
        return "%d %d" % (count, first)

    def say(self, frames):
        self.socket.send_multipart(parse_frames(frames))

    def do_try(self, frames):
        try:
            self.socket.send_multipart(parse_frames(frames), flags=zmq.DONTWAIT)
        except zmq.Again:
            raise Wrong("would block") from None

    def hear(self):
        return format_frames(self.socket.recv_multipart())

    def close(self):
        self.socket.close()
        self.context.term()


def end_with_standard_input():
    """Also while the socket waits for a message."""
    closed = select.poll()
    closed.register(sys.stdin.fileno(), 0)
    closed.poll()
    os._exit(0)


def main():
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    peer = Peer(zmq.Context(), sys.argv[1])
    for line in sys.stdin:
        name, *words = line.split()
        try:
            command = peer.do_try if name == "try" else getattr(peer, name)
            result = command(*words)
            print("ok", result, flush=True) if result else print("ok", flush=True)
        except (Wrong, zmq.ZMQError, ValueError) as error:
            print("error", error, flush=True)
        if name == "close":
            return
    peer.context.destroy(linger=0)


if __name__ == "__main__":
    main()

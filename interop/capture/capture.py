#!/usr/bin/python3
"""Captures what libzmq puts on the wire, as golden bytes for the ZMTP codec.

    /usr/bin/python3 interop/capture/capture.py zmq/internal/wire/testdata/golden

needs Debian's python3-zmq. A plain TCP socket plays the peer of a libzmq
socket: it says a greeting and a READY of its own, notes the frames that come
back, and writes each recording as NAME.hex: '#' starts a comment, the rest is
bytes in hex, a line for each frame. libzmq's version is in every file; nothing
else in them changes from run to run.
"""
import pathlib
import socket
import struct
import sys

import zmq

TIMEOUT_S = 5
COMMAND, LONG, MORE = 4, 2, 1

# Socket types that speak ZMTP, and a type that each of them accepts.
PEERS = {
    "PAIR": "PAIR", "PUB": "SUB", "SUB": "PUB", "REQ": "REP", "REP": "REQ",
    "DEALER": "ROUTER", "ROUTER": "DEALER", "PULL": "PUSH", "PUSH": "PULL",
    "XPUB": "SUB", "XSUB": "PUB",
}


def greeting(minor, mechanism=b"NULL"):
    return (b"\xff" + bytes(8) + b"\x7f\x03" + bytes([minor])
            + mechanism.ljust(20, b"\0") + bytes(32))


def command(name, data):
    body = bytes([len(name)]) + name + data
    assert len(body) < 256
    return bytes([COMMAND, len(body)]) + body


def ready(socket_type):
    name, value = b"Socket-Type", socket_type.encode()
    return command(b"READY", bytes([len(name)]) + name + struct.pack(">I", len(value)) + value)


class Peer:
    """The raw end of a connection to one libzmq socket."""

    def __init__(self, ctx, socket_type, minor=1, **options):
        self.zmq = ctx.socket(getattr(zmq, socket_type))
        self.zmq.linger = 0
        for name, value in options.items():
            setattr(self.zmq, name, value)
        listener = socket.create_server(("127.0.0.1", 0))
        self.zmq.connect("tcp://127.0.0.1:%d" % listener.getsockname()[1])
        listener.settimeout(TIMEOUT_S)
        self.raw, _ = listener.accept()
        listener.close()
        self.raw.settimeout(TIMEOUT_S)
        self.raw.sendall(greeting(minor))
        self.greeting = self.read(64)

    def handshake(self, socket_type):
        """Completes the handshake; returns libzmq's READY."""
        self.raw.sendall(ready(PEERS[socket_type]))
        return self.frame()

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.raw.recv(size - len(data))
            if not more:
                raise EOFError("libzmq closed the connection after %r" % data)
            data += more
        return data

    def frame(self):
        flags = self.read(1)
        size = self.read(8 if flags[0] & LONG else 1)
        return flags + size + self.read(int.from_bytes(size, "big"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.raw.close()
        self.zmq.close()


def capture_handshakes(ctx):
    for socket_type in PEERS:
        with Peer(ctx, socket_type) as p:
            frame = p.handshake(socket_type)
            if socket_type == "PAIR":
                yield "greeting", "greeting, mechanism NULL", [p.greeting]
            yield "ready-" + socket_type.lower(), socket_type + " says READY", [frame]
    with Peer(ctx, "DEALER", routing_id=b"golden") as p:
        yield "ready-dealer-identity", "DEALER with routing id 'golden' says READY", [p.handshake("DEALER")]


def capture_messages(ctx):
    messages = {
        "message-empty": [b""],
        "message-short": [b"hello"],
        "message-255": [bytes(range(255))],
        "message-256": [bytes(range(256))],
        "message-multipart": [b"first", b"", b"\x00" * 300, b"last"],
    }
    with Peer(ctx, "PUSH") as p:
        p.handshake("PUSH")
        for name, parts in messages.items():
            p.zmq.send_multipart(parts)
            yield name, "PUSH sends frames of %s bytes" % [len(b) for b in parts], [p.frame() for _ in parts]
    with Peer(ctx, "REQ") as p:
        p.handshake("REQ")
        p.zmq.send(b"question")
        yield "message-request", "REQ sends 'question', after its empty delimiter", [p.frame() for _ in range(2)]


def capture_subscriptions(ctx):
    for minor, kind in ((1, "command"), (0, "message")):
        with Peer(ctx, "SUB", minor=minor) as p:
            p.handshake("SUB")
            for name, prefix in (("", b"weather."), ("-all", b"")):
                p.zmq.subscribe(prefix)
                subscribe = p.frame()
                p.zmq.unsubscribe(prefix)
                cancel = p.frame()
                yield ("subscription-%s%s" % (kind, name),
                       "SUB subscribes to %r and cancels it, peer of ZMTP 3.%d" % (prefix.decode(), minor),
                       [subscribe, cancel])


def capture_heartbeats(ctx):
    with Peer(ctx, "PAIR") as p:
        p.handshake("PAIR")
        p.raw.sendall(command(b"PING", b"\0\0" + b"context-16-bytes"))
        yield "pong", "PAIR answers a PING with context 'context-16-bytes'", [p.frame()]
    with Peer(ctx, "PAIR", heartbeat_ivl=50, heartbeat_ttl=12300, heartbeat_timeout=5000) as p:
        p.handshake("PAIR")
        yield "ping", "PAIR with ZMQ_HEARTBEAT_TTL of 12300 ms says PING", [p.frame()]


def capture_errors(ctx):
    """An authenticator that says no makes libzmq send ERROR (RFC 27)."""
    handler = ctx.socket(zmq.REP)
    handler.rcvtimeo = TIMEOUT_S * 1000
    handler.bind("inproc://zeromq.zap.01")
    with Peer(ctx, "PULL", zap_domain=b"golden") as p:
        p.raw.sendall(ready("PUSH"))
        version, request_id = handler.recv_multipart()[:2]
        handler.send_multipart([version, request_id, b"400", b"no", b"", b""])
        yield "error", "PULL says ERROR: its authenticator answered 400", [p.frame()]
    handler.close(linger=0)


def write(directory, name, title, frames):
    lines = ["# libzmq %s: %s" % (zmq.zmq_version(), title)]
    lines += [frame.hex(" ", -4) for frame in frames]
    (directory / (name + ".hex")).write_text("\n".join(lines) + "\n")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: capture.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    with zmq.Context() as ctx:
        for capture in (capture_handshakes, capture_messages, capture_subscriptions,
                        capture_heartbeats, capture_errors):
            for name, title, frames in capture(ctx):
                write(directory, name, title, frames)


if __name__ == "__main__":
    main()

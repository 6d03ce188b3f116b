// Package wire is the codec of ZMTP, the protocol of ZeroMQ over a byte stream:
// version 3.1 (RFC 37) and 3.0 (RFC 23). It does no I/O and imports only the
// standard library.
//
// What both sides promise:
//
//   - Append functions append to dst and return it, as the append built-in does;
//     what they are given is copied, never kept.
//   - Parse functions read a prefix of b, which may be hostile and may be cut off
//     anywhere. They return n, the bytes they used: n == 0 with a nil error means
//     "more bytes are needed, call again with a longer b". An error is final: no
//     longer b makes it go away, so the connection is to be closed.
//   - What they return as []byte aliases b and is valid as long as b is; strings
//     and Metadata are copies.
//   - Nothing is allocated from a length that a peer announced.
//   - Every function may run concurrently with every other one.
//
// A connection's bytes, in the order they happen:
//
//	greeting   64 bytes each way             greeting.go
//	handshake  commands of the mechanism     command.go, ready.go, error.go, metadata.go
//	traffic    message frames                frame.go
//	           and, in 3.1, commands         subscribe.go, cancel.go, ping.go, pong.go
package wire

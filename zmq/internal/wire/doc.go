// Package wire is the codec of ZMTP, the protocol of ZeroMQ over a byte stream:
// version 3.1 (RFC 37) and 3.0 (RFC 23). It does no I/O and imports only the
// standard library.
//
// What both sides promise:
//
//   - Append functions append to dst and return it, as the append built-in does.
//     They copy their arguments and keep none.
//   - Parse functions read a prefix of b, which may be hostile and may be cut off
//     anywhere. They return n, the number of bytes used: n == 0 with a nil error
//     means that more bytes are needed; call again with a longer b. An error is
//     final: a longer b gives the same error, so the connection has to be closed.
//   - A []byte result aliases b and is valid as long as b is; strings and Metadata
//     are copies.
//   - No allocation has a size that only a peer announced.
//   - Every function may run concurrently with every other one.
//
// The bytes of a connection, in order:
//
//	greeting   64 bytes each way             greeting.go
//	handshake  commands of the mechanism     command.go, ready.go, error.go, metadata.go
//	traffic    message frames                frame.go
//	           and, in 3.1, commands         subscribe.go, cancel.go, ping.go, pong.go
package wire

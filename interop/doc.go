// Package interop tests package zmq against other implementations of ZMTP:
// libzmq, by way of a program in C and of its Python binding, and go-zeromq.
//
// Each end of a test is a peer (peer_test.go): one socket, wherever it is, that
// binds, connects, sends, receives and checks on demand. Peers that are programs
// (peers/) read the same commands from standard input (process_test.go). So a test
// is written once and runs with any two peers, in either role.
//
// The tests need Debian's libzmq3-dev, gcc, libc6-dev and python3-zmq, and fail
// without them.
package interop

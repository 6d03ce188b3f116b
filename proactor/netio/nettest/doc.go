// Package nettest tests package netio with golang.org/x/net/nettest, the suite that
// every net.Conn should pass. It is a module of its own, so that golang.org/x/net is not
// a dependency of the library.
package nettest

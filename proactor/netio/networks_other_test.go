//go:build !unix

package netio_test

// packetNetworks are the kinds of datagrams that this system has.
var packetNetworks = []string{"udp"}

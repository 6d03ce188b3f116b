//go:build unix

package netio_test

// packetNetworks are the datagram networks of this system.
var packetNetworks = []string{"udp", "unixgram"}

//go:build !windows

package conformance

// tellsRefused: a connected socket of datagrams hears that its peer is not there.
const tellsRefused = true

// alwaysFrom: it is known of every datagram where it came from.
const alwaysFrom = true

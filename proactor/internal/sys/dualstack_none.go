//go:build dragonfly || openbsd

package sys

// dualStack is false: the IPv6 sockets of these systems take only IPv6.
const dualStack = false

//go:build dragonfly || openbsd

package sys

// dualStack: these systems' IPv6 sockets take IPv6 alone, whatever is asked.
const dualStack = false

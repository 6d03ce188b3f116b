//go:build darwin || freebsd || linux || netbsd || windows

package sys

// dualStack says that an IPv6 socket can take IPv4 as well.
const dualStack = true

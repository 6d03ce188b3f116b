// Package sys makes the proactor's system calls, and is the only part of it that
// differs by operating system. Calls return the system's own errors
// (syscall.Errno), restart after EINTR, and never block: descriptors are
// non-blocking, and a call that would wait returns EAGAIN.
package sys

// Package sys is where the proactor's system calls live, and the only place of
// it that differs by operating system. Calls return the system's own errors
// (syscall.Errno), restart after EINTR, and never block: descriptors are
// non-blocking, and what would wait returns EAGAIN.
package sys

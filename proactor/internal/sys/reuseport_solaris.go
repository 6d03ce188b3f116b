package sys

// soReusePort is SO_REUSEPORT of sys/socket.h, which package unix lacks.
const soReusePort = 0x100e

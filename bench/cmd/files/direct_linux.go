package main

import "syscall"

// direct reads past the page cache.
const direct = syscall.O_DIRECT

//go:build !linux

package main

// direct does not exist here: uncached reads use the cache, too.
const direct = 0

//go:build !linux

package main

// direct is not offered here: what is uncached is cached as well.
const direct = 0

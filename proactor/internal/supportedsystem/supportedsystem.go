//go:build !js && !wasip1 && !plan9 && !aix

// Package supportedsystem has nothing in it. It is there on the systems that have
// what every backend needs: sockets that package net gives a descriptor of, and
// errors that are numbers. Elsewhere the build stops at once, and says that build
// constraints exclude this package.
package supportedsystem

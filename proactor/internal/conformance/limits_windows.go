package conformance

// reportsRefused: on Windows package net disables the report of datagrams that no
// socket receives, and wine does not report it to a receive in progress.
const reportsRefused = false

// reportsSource: on Windows package net does not return the source of a truncated
// datagram.
const reportsSource = false

package conformance

// tellsRefused: package net has Windows not tell of datagrams that nobody takes,
// and wine does not tell a receive that is in flight.
const tellsRefused = false

// alwaysFrom: package net does not say there where a datagram came from that was
// cut.
const alwaysFrom = false

package ipc

// RemoveUnchanged removes a path if it is still the file that was described.
var RemoveUnchanged = removeUnchanged

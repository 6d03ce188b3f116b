//go:build !linux

package proactor_test

import "testing"

// exhaustDescriptors is nil: this system has no limit of descriptors that a test
// can lower, or nobody has tried.
var exhaustDescriptors func(*testing.T) (restore func())

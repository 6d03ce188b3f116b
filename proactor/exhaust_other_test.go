//go:build !linux

package proactor_test

import "testing"

// exhaustDescriptors is nil: this system has no limit of descriptors that a test can
// lower, or it has not been tried.
var exhaustDescriptors func(*testing.T) (restore func())

//go:build !unix

package perf

func cpuLine() string { return "cpu: unknown on this system" }

//go:build unix || windows

package sys

import "math"

// narrow is n for an argument that the system takes as a C int: what is larger
// becomes the largest, where it would lose its upper half, and a large size become a
// small one.
func narrow(n int) int { return max(min(n, math.MaxInt32), math.MinInt32) }

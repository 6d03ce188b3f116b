package sys

import "math"

// narrow limits n to a C int, which the system takes. Without it a large size would lose
// its upper half and become a small one.
func narrow(n int) int { return max(min(n, math.MaxInt32), math.MinInt32) }

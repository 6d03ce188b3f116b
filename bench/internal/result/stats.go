package result

import (
	"math"
	"slices"
)

// Spread is the median of some figures, and the smallest and largest.
type Spread struct {
	Median, Min, Max float64
}

// SpreadOf is the spread of the values; NaN without any.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{math.NaN(), math.NaN(), math.NaN()}
	}
	return Spread{median(values), slices.Min(values), slices.Max(values)}
}

// median of an even number of values is the mean of the two in the middle.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

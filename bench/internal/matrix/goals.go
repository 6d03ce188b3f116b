package matrix

import "fmt"

// Quantity is what a goal bounds, as a ratio of ours to the peer's.
type Quantity string

// Speed is the point's own measure. CPU is processor time per message
// delivered, user and system, of all processes of a side.
const (
	Speed Quantity = "speed"
	CPU   Quantity = "cpu"
)

// Goal is a bound for the median ratio. First is the first release's, Final
// the one to reach in the end; zero where there is none.
type Goal struct {
	Quantity     Quantity
	First, Final float64
}

// goals has the points by their names.
var goals = map[Comparison][]Goal{
	{pushPull("tcp", 8), Libzmq}:      {{Speed, 6, 8}},
	{pushPull("tcp", 64), Libzmq}:     {{Speed, 4, 5}, {CPU, 0.3, 0.3}},
	{pushPull("tcp", 1<<10), Libzmq}:  {{Speed, 2, 3}},
	{pushPull("tcp", 64<<10), Libzmq}: {{Speed, 1.3, 1.7}},
	{pushPull("tcp", 256<<10), Raw}:   {{Speed, 0.9, 0.9}},
	{pushPull("tcp", 1<<20), Raw}:     {{Speed, 0.9, 0.9}},
	{pushPull("inproc", 8), Libzmq}:   {{Speed, 8, 10}},
	{pubSub(1), Libzmq}:               {{Speed, 0, 5}},
	{pubSub(100), Libzmq}:             {{Speed, 0, 5}},
	{reqRep("tcp"), Libzmq}:           {{Speed, 0.3, 0.25}},
	{reqRep("ipc"), Libzmq}:           {{Speed, 0, 0.25}},
	{reqRep("inproc"), Libzmq}:        {{Speed, 0.1, 0.05}},
	{reqRep("tcp"), Net}:              {{Speed, 1.2, 1.2}},
}

func pushPull(transport string, size int) Point {
	return Point{Transport: transport, Pattern: PushPull, Size: size}
}

func pubSub(subscribers int) Point {
	return Point{Transport: "tcp", Pattern: PubSub, Subscribers: subscribers, Size: 64}
}

func reqRep(transport string) Point {
	return Point{Transport: transport, Pattern: ReqRep, Size: 8}
}

// Goals are the goals of a comparison, or none.
func (c Comparison) Goals() []Goal { return goals[c] }

// atMost reports whether the ratio must stay below the bound instead of
// reaching it.
func (g Goal) atMost(m Measure) bool { return g.Quantity == CPU || m == Latency }

// Judge says how ratio stands to the goal: "≥ 6 met, then ≥ 8 missed".
func (g Goal) Judge(m Measure, ratio float64) string {
	text := ""
	if g.First > 0 {
		text = g.verdict(m, g.First, ratio)
	}
	if g.Final != g.First {
		if text != "" {
			text += ", then "
		}
		text += g.verdict(m, g.Final, ratio)
	}
	if g.Quantity == CPU {
		return "CPU " + text
	}
	return text
}

func (g Goal) verdict(m Measure, bound, ratio float64) string {
	sign, met := "≥", ratio >= bound
	if g.atMost(m) {
		sign, met = "≤", ratio <= bound
	}
	if met {
		return fmt.Sprintf("%s %g met", sign, bound)
	}
	return fmt.Sprintf("%s %g missed", sign, bound)
}

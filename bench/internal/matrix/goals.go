package matrix

import "fmt"

// Quantity is what a goal bounds.
type Quantity string

// Speed is the point's own measure, Tail the 99th percentile of latencies, CPU is processor time per message
// delivered, user and system, of all processes of a side (of an echo, of the
// server): ratios of ours to the peer's. Memory is heap and stacks in bytes for
// each idle connection, WakeUps how often a thread ran while there was nothing to do:
// of ours alone.
const (
	Speed   Quantity = "speed"
	Tail    Quantity = "p99"
	CPU     Quantity = "CPU"
	Memory  Quantity = "memory"
	WakeUps Quantity = "wake-ups"
)

// Absolute reports whether the goal is about ours alone.
func (q Quantity) Absolute() bool { return q == Memory || q == WakeUps }

// Goal is a bound for the median ratio. First is the bound for the first release,
// Final the one after it; zero where there is none.
type Goal struct {
	Quantity     Quantity
	First, Final float64
}

// goals has the points beside the speed matrix.
var goals = map[Comparison][]Goal{
	{pushPull("tcp", 256<<10), Raw}: {{Speed, 0.9, 0.9}},
	{pushPull("tcp", 1<<20), Raw}:   {{Speed, 0.9, 0.9}},
	{pubSub(100), Libzmq}:           {{Speed, 0, 5}},
	{reqRep("inproc"), Libzmq}:      {{Speed, 0.1, 0.05}},
	{reqRep("tcp"), Net}:            {{Speed, 1.2, 1.2}},
	{echo(100, 64), Net}:            {{Speed, 1.5, 1.5}},
	{echo(1000, 64), Net}:           {{Speed, 1.5, 1.5}},
	{echo(100, 64), Gnet}:           {{Speed, 1.1, 1.1}},
	{echo(1000, 64), Gnet}:          {{Speed, 1.1, 1.1}},
	{idle(1000), Net}:               {{Memory, 4096, 4096}, {WakeUps, 0, 0}},
}

// cellGoals are those of the speed matrix, against the better of libzmq with its
// defaults and libzmq tuned. A cell without a goal of its own has usualGoal.
var cellGoals = map[Point][]Goal{
	crowd(PushPull, 1, 8, 0):                 atLeast(8),
	crowd(PushPull, 1, 64, 0):                {{Speed, 5, 5}, {CPU, 0.3, 0.3}},
	crowd(PushPull, 1, 1<<10, 0):             atLeast(6),
	crowd(PushPull, 1, 64<<10, 0):            atLeast(2.5),
	crowd(PullPush, 8, 64, 0):                atLeast(4),
	crowd(PullPush, 8, 1<<10, 0):             atLeast(4),
	crowd(PullPush, 128, 64, 0):              atLeast(3),
	crowd(PullPush, 512, 64, 0):              atLeast(3),
	crowd(PullPush, 1, 64, 0).of(3):          atLeast(4),
	crowd(PullPush, 8, 64, 0).of(3):          atLeast(4),
	crowd(PullPush, 1, 16, 0).of(10):         atLeast(4),
	crowd(PullPush, 8, 16, 0).of(10):         atLeast(4),
	crowd(PubSubAll, 1, 64, 0):               atLeast(5),
	crowd(PubSub, 10, 64, 0):                 atLeast(4),
	crowd(PubSub, 100, 64, 0):                atLeast(3),
	crowd(RouterDealer, 1, 64, 0):            atLeast(3),
	crowd(RouterDealer, 8, 64, 0):            atLeast(3),
	crowd(RouterDealer, 64, 64, 0):           atLeast(3),
	crowd(RepReq, 64, 8, 0):                  atLeast(2.5),
	crowd(PushPull, 1, 8, 0).over("inproc"):  atLeast(5),
	inBatches(crowd(PushPull, 1, 8, 0), 100): atLeast(12),
	crowd(Connect, 1, 8, 0):                  atLeast(3),
	crowd(Connect, 8, 8, 0):                  atLeast(3),
	reqRep("tcp"):                            {{Speed, 0.2, 0.2}, {Tail, 0.35, 0.35}, {CPU, 1, 1}},
	reqRep("ipc"):                            {{Speed, 0.2, 0.2}, {Tail, 0.35, 0.35}, {CPU, 1, 1}},
}

var usualGoal = atLeast(2)

func atLeast(ratio float64) []Goal { return []Goal{{Speed, ratio, ratio}} }

func echo(connections, size int) Point {
	return Point{Transport: "tcp", Pattern: Echo, Outstanding: connections, Size: size}
}

// idle connections have had one round trip of 64 bytes.
func idle(connections int) Point {
	return Point{Transport: "tcp", Pattern: Idle, Outstanding: connections, Size: 64}
}

func timer(pattern string) Point {
	return Point{Pattern: pattern, Outstanding: 1_000_000}
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
func (c Comparison) Goals() []Goal {
	if c.IsCell() {
		if own, ok := cellGoals[c.Point]; ok {
			return own
		}
		return usualGoal
	}
	return goals[c]
}

// OwnGoal reports whether the comparison has a goal of its own, not only that of every
// cell.
func (c Comparison) OwnGoal() bool {
	_, own := cellGoals[c.Point]
	return own && c.Point.IsCell() && c.Peer == Libzmq || len(goals[c]) > 0
}

// atMost reports whether the ratio must stay below the bound instead of
// reaching it.
func (g Goal) atMost(m Measure) bool {
	return g.Quantity != Speed || m.LessIsBetter()
}

// Judge compares a ratio, or an absolute figure, with the goal: "≥ 6 met,
// then ≥ 8 missed".
func (g Goal) Judge(m Measure, ratio float64) string {
	text := g.verdict(m, g.Final, ratio)
	if g.First > 0 && g.First != g.Final {
		text = g.verdict(m, g.First, ratio) + ", then " + text
	}
	if g.Quantity == Speed {
		return text
	}
	return string(g.Quantity) + " " + text
}

// Met reports whether a ratio, or an absolute figure, reaches the goal in the end.
func (g Goal) Met(m Measure, ratio float64) bool { return g.met(m, g.Final, ratio) }

func (g Goal) met(m Measure, bound, ratio float64) bool {
	if g.atMost(m) {
		return ratio <= bound
	}
	return ratio >= bound
}

func (g Goal) verdict(m Measure, bound, ratio float64) string {
	sign := "≥"
	if g.atMost(m) {
		sign = "≤"
	}
	if g.met(m, bound, ratio) {
		return fmt.Sprintf("%s %g met", sign, bound)
	}
	return fmt.Sprintf("%s %g missed", sign, bound)
}

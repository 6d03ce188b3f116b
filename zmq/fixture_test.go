package zmq_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/actum-go/actum/internal/leakcheck"
	"github.com/actum-go/actum/zmq"
	"github.com/actum-go/actum/zmq/internal/conformance"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// fixture is that of the conformance suite, with what other tests need as well.
type fixture struct{ *conformance.Fixture }

func newFixture(t *testing.T, transport string) *fixture {
	t.Helper()
	return newFixtureIn(t, transport, zmq.ContextOptions{})
}

// newFixtureIn makes a fixture with a context of the given kind.
func newFixtureIn(t *testing.T, transport string, o zmq.ContextOptions) *fixture {
	t.Helper()
	return &fixture{conformance.NewFixture(t, transport, o)}
}

// newReportingFixture makes a fixture in whose context Close reports after d what it
// waits for.
func newReportingFixture(t *testing.T, logger *slog.Logger, d time.Duration) *fixture {
	t.Helper()
	c, err := zmq.NewReportingContext(zmq.ContextOptions{Logger: logger}, d)
	must(t, err)
	return &fixture{conformance.NewFixtureOn(t, "tcp", c)}
}

// everyTransport runs a test over each transport.
func everyTransport(t *testing.T, test func(*fixture)) {
	t.Helper()
	for _, transport := range []string{"tcp", "ipc", "inproc"} {
		t.Run(transport, func(t *testing.T) { test(newFixture(t, transport)) })
	}
}

// What the suite's tests use, too.
var (
	must          = conformance.Must
	newContext    = conformance.NewContext
	newSocket     = conformance.NewSocket
	deadline      = conformance.Deadline
	needTransport = conformance.NeedTransport
	async         = conformance.Async
	large         = conformance.Large
)

package trace

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"time"
)

// WriteChrome writes the JSON object format of Chrome's trace events, which
// https://ui.perfetto.dev and chrome://tracing read. Each dispatcher is a process,
// with one track for its handlers (slices), or several if it has a pool, and tracks
// for operations from their start to their completion. Arrows lead from the handler
// that starts an operation to the operation's own handler.
func WriteChrome(w io.Writer, records []Record) error {
	c := &chrome{printer: printer{w: w}, origin: origin(records), separator: "\n"}
	c.printf(`{"displayTimeUnit":"ns","traceEvents":[`)
	c.assignTracks(records)
	for i := range records {
		r := &records[i]
		c.operation(r)
		if parent, ok := Find(records, r.Parent); ok {
			c.arrow(parent, r)
		}
	}
	c.printf("\n]}\n")
	return c.err
}

// event is one of Chrome's trace events. Times are in microseconds.
type event struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"`
	Time     float64        `json:"ts"`
	Duration *float64       `json:"dur,omitempty"`
	Process  int            `json:"pid"`
	Thread   int            `json:"tid"`
	ID       string         `json:"id,omitempty"`
	Binding  string         `json:"bp,omitempty"`
	Args     map[string]any `json:"args,omitempty"`
}

// chrome writes events.
type chrome struct {
	printer
	origin    time.Time // time 0
	separator string
	tracks    map[OperationID]int // tracks of the handlers
}

// assignTracks puts handlers that ran at the same time on different tracks, as few
// as possible, and names the tracks.
func (c *chrome) assignTracks(records []Record) {
	c.tracks = make(map[OperationID]int, len(records))
	busy := map[int][]time.Time{} // for each dispatcher: until when each track is busy; zero: its handler still runs
	for _, r := range byDispatch(records) {
		number := r.ID.Dispatcher()
		until, named := busy[number]
		if !named {
			c.event(event{Phase: "M", Name: "process_name", Process: number, Args: map[string]any{"name": "dispatcher " + strconv.Itoa(number)}})
			busy[number] = nil
		}
		if r.Dispatched.IsZero() {
			continue
		}
		track := slices.IndexFunc(until, func(t time.Time) bool { return !t.IsZero() && !t.After(r.Dispatched) })
		if track < 0 {
			track = len(until)
			until = append(until, time.Time{})
			c.event(event{Phase: "M", Name: "thread_name", Process: number, Thread: track, Args: map[string]any{"name": "handlers"}})
		}
		until[track] = r.Returned
		busy[number], c.tracks[r.ID] = until, track
	}
}

func (c *chrome) event(e event) {
	b, _ := json.Marshal(e) // never fails: the numbers are finite, and Args has strings and numbers only
	c.printf("%s%s", c.separator, b)
	c.separator = ",\n"
}

// micros converts a time for Chrome. A float64 keeps nanoseconds for months.
func (c *chrome) micros(t time.Time) float64 { return float64(t.Sub(c.origin).Nanoseconds()) / 1e3 }

// operation writes r itself: in flight, then in its handler.
func (c *chrome) operation(r *Record) {
	e := event{Name: r.Kind, Category: "operation", Phase: "b", Time: c.micros(r.Initiated), Process: r.ID.Dispatcher(),
		ID: r.ID.String(), Args: map[string]any{"operation": r.ID.String(), "handle": r.Handle, "site": r.Site().String()}}
	c.event(e)
	if r.Dispatched.IsZero() {
		return
	}
	e.Args = map[string]any{"result": result(r)}
	e.Phase, e.Time = "e", c.micros(r.Dispatched)
	if !r.Completed.IsZero() {
		e.Time = c.micros(r.Completed)
	}
	c.event(e)
	if r.Returned.IsZero() {
		c.event(event{Name: r.What(), Category: "handler", Phase: "B", Time: c.micros(r.Dispatched), Process: r.ID.Dispatcher(), Thread: c.tracks[r.ID]})
		return
	}
	duration := c.micros(r.Returned) - c.micros(r.Dispatched)
	c.event(event{Name: r.What(), Category: "handler", Phase: "X", Time: c.micros(r.Dispatched), Duration: &duration,
		Process: r.ID.Dispatcher(), Thread: c.tracks[r.ID], Args: map[string]any{"operation": r.ID.String(), "bytes": r.N, "error": message(r.Err), "site": r.Site().String()}})
}

// arrow writes an arrow from the handler of parent to that of r, which it started.
func (c *chrome) arrow(parent, r *Record) {
	if r.Dispatched.IsZero() {
		return
	}
	e := event{Name: "starts", Category: "cause", Phase: "s", Time: c.micros(r.Initiated), Process: parent.ID.Dispatcher(), Thread: c.tracks[parent.ID], ID: r.ID.String()}
	c.event(e)
	e.Phase, e.Binding, e.Time, e.Process, e.Thread = "f", "e", c.micros(r.Dispatched), r.ID.Dispatcher(), c.tracks[r.ID]
	c.event(e)
}

// origin returns the earliest time of records.
func origin(records []Record) (first time.Time) {
	for i := range records {
		if at := records[i].Initiated; first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

package demo

import (
	"encoding/json"
	"io"

	"github.com/actum-go/actum/proactor"
)

// result is the output of --json. Its names do not change, but others may be added.
type result struct {
	Backend string    `json:"backend"`
	Refused []refusal `json:"refused,omitempty"`
	Missing string    `json:"missing,omitempty"` // why a transport is not shown
	Scenes  []scene   `json:"scenes"`
}

// refusal is a better backend that was refused, and why.
type refusal struct {
	Backend string `json:"backend"`
	Reason  string `json:"reason"`
}

// scene is the result of a scenario.
type scene struct {
	Pattern   string  `json:"pattern"`
	Transport string  `json:"transport"`
	Messages  uint64  `json:"messages"`
	PerSecond float64 `json:"messagesPerSecond"`
	P50       float64 `json:"p50Microseconds"`
	P99       float64 `json:"p99Microseconds"`
	Lost      uint64  `json:"lost"`
	Reordered uint64  `json:"reordered"`
}

func writeJSON(w io.Writer, rows []row, b proactor.BackendInfo, missing error) error {
	r := result{Backend: b.Name, Scenes: []scene{}}
	for _, refused := range b.Refused {
		r.Refused = append(r.Refused, refusal{refused.Name, refused.Err.Error()})
	}
	if missing != nil {
		r.Missing = missing.Error()
	}
	for i := range rows {
		row := &rows[i]
		r.Scenes = append(r.Scenes, scene{row.pattern, row.transport, row.messages, row.perSecond,
			row.latency.Percentile(500), row.latency.Percentile(990), row.lost, row.reordered})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

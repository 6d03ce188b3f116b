package proactor

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
)

// withCandidates replaces the candidates for one test.
func withCandidates(t *testing.T, list ...candidate) {
	before := allCandidates
	allCandidates = func() []candidate { return list }
	t.Cleanup(func() { allCandidates = before })
}

var errNotHere = errors.New("not on this kernel")

func refuse(backend.Options) (backend.Backend, error) { return nil, errNotHere }
func take(backend.Options) (backend.Backend, error)   { return nil, nil }

func TestChoose(t *testing.T) {
	withCandidates(t,
		candidate{name: "best", open: refuse},
		candidate{name: "hidden", explicit: true, open: take},
		candidate{name: "good", open: take},
		candidate{name: "plain", open: take},
	)
	for _, test := range []struct{ option, env, want string }{
		{"", "", "good"},
		{"auto", "plain", "good"},
		{"", "plain", "plain"},
		{"plain", "good", "plain"},
		{"hidden", "", "hidden"},
	} {
		t.Setenv(BackendVariable, test.env)
		_, info, err := open(&Options{Backend: Named(test.option)})
		if err != nil || info.Name != test.want {
			t.Errorf("option %q, environment %q: %q, %v; want %q", test.option, test.env, info.Name, err, test.want)
		}
	}
}

// TestChooseKeepsRefusals: the reason for refusing a better backend is kept and
// logged.
func TestChooseKeepsRefusals(t *testing.T) {
	t.Setenv(BackendVariable, "")
	withCandidates(t, candidate{name: "best", open: refuse}, candidate{name: "good", open: take})
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	_, info, err := open(&Options{Logger: logger})
	if err != nil || len(info.Refused) != 1 || info.Refused[0].Name != "best" || info.Refused[0].Err != errNotHere {
		t.Errorf("%+v, %v", info, err)
	}
	if !strings.Contains(log.String(), errNotHere.Error()) {
		t.Errorf("logged: %s", log.String())
	}
}

func TestChooseFails(t *testing.T) {
	t.Setenv(BackendVariable, "")
	withCandidates(t, candidate{name: "one", open: refuse}, candidate{name: "two", open: refuse})
	for option, want := range map[string]string{
		"one":   "one",
		"auto":  "no backend works here",
		"three": "one, two", // the error lists the candidates
		// The error says which package is missing.
		"sim":    "import github.com/actum-go/actum/proactor/sim",
		"replay": "replay.FromJournal",
	} {
		_, _, err := open(&Options{Backend: Named(option)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("option %q: %v", option, err)
		}
		if option == "one" && !errors.Is(err, errNotHere) {
			t.Errorf("the reason is not in %v", err)
		}
	}
}

// TestChooseDisabledFeatures: Options.DisabledFeatures reaches a backend that has features, and is
// ignored for backends that have none. A name that the backend does not know is an
// error, even if another backend works, because the mistake would not be noticed.
func TestChooseDisabledFeatures(t *testing.T) {
	t.Setenv(BackendVariable, "")
	has := func(o backend.Options) (backend.Backend, error) {
		if slices.Contains(o.DisabledFeatures, "sped") {
			return nil, fmt.Errorf("%w %q (Options.DisabledFeatures)", backend.ErrNoFeature, "sped")
		}
		return refuse(o)
	}
	withCandidates(t, candidate{name: "best", open: has, features: true}, candidate{name: "plain", open: take})
	for _, test := range []struct{ option, env, without, taken string }{
		{"", "", "speed", "plain"},
		{"", "plain", "speed", "plain"},
		{"plain", "", "speed", ""},
		{"", "", "sped", ""},
	} {
		t.Setenv(BackendVariable, test.env)
		o := Options{Backend: Named(test.option), DisabledFeatures: []string{test.without}}
		_, info, err := open(&o)
		if info.Name != test.taken || (err == nil) != (test.taken != "") || err != nil && !strings.Contains(err.Error(), "Options.DisabledFeatures") {
			t.Errorf("%+v: %q, %v", test, info.Name, err)
		}
	}
	if list, err := ProbeBackends(Options{DisabledFeatures: []string{"sped"}}); !errors.Is(err, backend.ErrNoFeature) {
		t.Errorf("probed without an unknown feature: %+v, %v", list, err)
	}
}

func TestOptionsValidate(t *testing.T) {
	for field, o := range map[string]Options{
		"RingEntries": {RingEntries: -1},
		"Backend":     {Backend: Named("abacus")},
	} {
		d, err := New(o)
		if err == nil {
			d.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "Options."+field) {
			t.Errorf("wrong %s: %v", field, err)
		}
	}
}

package proactor

import (
	"errors"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
)

// listed is a backend with features.
type listed struct{ backend.Backend }

func (listed) Features() ([]backend.Feature, error) {
	return []backend.Feature{{Name: "speed", Offered: true, Used: true}}, nil
}

func openListed(o backend.Options) (backend.Backend, error) {
	b, err := goroutine.New(o)
	return listed{b}, err
}

func TestProbeBackends(t *testing.T) {
	t.Setenv(BackendVariable, "")
	withCandidates(t,
		candidate{name: "best", open: refuse},
		candidate{name: "hidden", explicit: true, open: goroutine.New},
		candidate{name: "good", open: openListed, features: true},
		candidate{name: "plain", open: goroutine.New},
	)
	for _, test := range []struct {
		o      Options
		chosen string
	}{
		{Options{}, "good"},
		{Options{Backend: Named("plain")}, "plain"},
		{Options{Backend: Named("hidden")}, "hidden"},
		{Options{Backend: Named("best")}, ""},
		{Options{DisabledFeatures: []string{"speed"}}, "good"},
		{Options{DisabledFeatures: []string{"speed"}, Backend: Named("plain")}, ""},
		{Options{WaitMode: WaitLocked}, ""},
	} {
		list, err := ProbeBackends(test.o)
		if err != nil || len(list) != 4 {
			t.Fatalf("%+v: %+v, %v", test.o, list, err)
		}
		for _, b := range list {
			if b.Chosen != (b.Name == test.chosen) || b.ByName != (b.Name == "hidden") {
				t.Errorf("%+v: %+v", test.o, b)
			}
			works := b.Name != "best" && test.o.WaitMode == "" && (test.o.DisabledFeatures == nil || test.o.Backend != Named(b.Name))
			if works != (b.Err == nil) || works && (b.Name == "good") != (len(b.Features) == 1) {
				t.Errorf("%+v: %+v", test.o, b)
			}
		}
	}
	if list, err := ProbeBackends(Options{}); err != nil || !errors.Is(list[0].Err, errNotHere) {
		t.Errorf("the reason is not kept: %+v, %v", list, err)
	}
	for field, o := range map[string]Options{"RingEntries": {RingEntries: -1}, "Backend": {Backend: Named("abacus")}} {
		if _, err := ProbeBackends(o); err == nil || !strings.Contains(err.Error(), "Options."+field) {
			t.Errorf("wrong %s: %v", field, err)
		}
	}
}

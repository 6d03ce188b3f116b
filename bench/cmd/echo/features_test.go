package main

import (
	"slices"
	"testing"

	"github.com/actum-go/actum/bench/internal/matrix"
	"github.com/actum-go/actum/proactor"
)

// Every feature that `bench features` leaves out is one that the backend uses, and
// does not use when it is left out.
func TestFeaturesOfTheMatrix(t *testing.T) {
	with := uses(t, proactor.Options{WaitMode: proactor.WaitLocked})
	for _, s := range matrix.Ring().Switches {
		name := s.Off
		without := uses(t, proactor.Options{WaitMode: proactor.WaitLocked, DisabledFeatures: []string{name}})
		if slices.Contains(without, name) {
			t.Errorf("%s is left out, and used", name)
		}
		if !slices.Contains(with, name) {
			t.Logf("%s: this kernel does not have it", name)
		}
	}
}

// uses are the features that uring uses with o; none where uring does not work.
func uses(t *testing.T, o proactor.Options) (names []string) {
	t.Helper()
	all, err := proactor.ProbeBackends(o)
	if err != nil {
		t.Fatal(err)
	}
	working, err := proactor.ProbeBackends(proactor.Options{WaitMode: o.WaitMode})
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range all {
		if b.Name == "uring" && b.Err != nil && working[i].Err == nil {
			t.Error(b.Err) // it does not know the name, or does not work without
		}
		for _, f := range b.Features {
			if f.Used {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

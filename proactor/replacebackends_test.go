package proactor_test

import (
	"errors"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// ReplaceBackends chooses the backend of each dispatcher that is made, in order, until it
// is stopped.
func TestReplaceBackends(t *testing.T) {
	broken := errors.New("broken")
	var numbers []int
	with := func(number int, chosen proactor.Backend) (proactor.Backend, error) {
		numbers = append(numbers, number)
		if number == 3 {
			return nil, broken
		}
		if (chosen == nil) != (number == 1) {
			t.Errorf("dispatcher %d has chosen %v", number, chosen)
		}
		return proactor.Named("goroutine"), nil
	}
	stop, err := proactor.ReplaceBackends(with)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	made := func(o proactor.Options) string {
		t.Helper()
		d, err := proactor.New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		return d.Backend().Name
	}
	if got := made(proactor.Options{}); got != "goroutine" {
		t.Errorf("the backend is %s", got)
	}
	if got := made(proactor.Options{Backend: proactor.Named("sim")}); got != "goroutine" {
		t.Errorf("the backend is %s", got)
	}
	if d, err := proactor.New(proactor.Options{}); d != nil || !errors.Is(err, broken) {
		t.Errorf("%v, %v; want the error", d, err)
	}
	if stop, err := proactor.ReplaceBackends(with); stop != nil || err == nil {
		t.Error("replaced twice")
	}
	stop()
	stop()
	if got := made(proactor.Options{Backend: proactor.Named("sim")}); got != "sim" || len(numbers) != 3 {
		t.Errorf("after stop the backend is %s; %v were replaced", got, numbers)
	}
	again, err := proactor.ReplaceBackends(with)
	if err != nil {
		t.Fatal(err)
	}
	again()
}

package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// What is shown is what a dispatcher would be made with.
func TestBackends(t *testing.T) {
	t.Setenv(proactor.BackendVariable, "")
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	taken := d.Backend().Name
	d.Close()
	check(t, actum(t, "backends"), 0, `(?m)^`+taken+` +works, and is chosen$`, nothing)
	check(t, actum(t, "backends --backend goroutine"), 0, `(?m)^goroutine +works, and is chosen$`, nothing)
	t.Setenv(proactor.BackendVariable, "sim")
	check(t, actum(t, "backends"), 0, `(?m)^sim +works, and is chosen$`, nothing)
	check(t, actum(t, "backends --backend goroutine --without poll-first"), 0, `(?m)^goroutine +does not work here: .*Options.DisabledFeatures`, nothing)
}

func TestBackendsJSON(t *testing.T) {
	r := actum(t, "backends --locked --json")
	check(t, r, 0, "", nothing)
	var list []struct {
		Name, Refusal string
		Works, Chosen bool
	}
	if err := json.Unmarshal([]byte(r.out), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range list {
		names = append(names, b.Name)
		if b.Works != (b.Refusal == "") || b.Chosen && !b.Works {
			t.Errorf("%+v", b)
		}
		if b.Name == "goroutine" && !strings.Contains(b.Refusal, errors.ErrUnsupported.Error()) {
			t.Errorf("goroutine, to wait on a thread: %+v", b)
		}
	}
	if want := proactor.Backends(); strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("%v, want %v", names, want)
	}
}

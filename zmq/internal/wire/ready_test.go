package wire

import (
	"strings"
	"testing"
)

func TestReadyGolden(t *testing.T) {
	for want := PAIR; want < STREAM; want++ {
		t.Run(want.String(), func(t *testing.T) {
			frame, data := goldenCommand(t, "ready-"+strings.ToLower(want.String()), 0, CommandReady)
			m, err := ParseReady(data)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok, err := m.SocketType(); got != want || !ok || err != nil {
				t.Errorf("SocketType = %v, %v, %v", got, ok, err)
			}
			if _, sent := m.Get(PropertyIdentity); sent != want.SendsIdentity() {
				t.Errorf("Identity is there: %v", sent)
			}
			wantBytes(t, AppendReady(nil, m), frame)
		})
	}
}

func TestReadyGoldenIdentity(t *testing.T) {
	frame, data := goldenCommand(t, "ready-dealer-identity", 0, CommandReady)
	m, err := ParseReady(data)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := m.Identity(); string(id) != "golden" || err != nil {
		t.Errorf("Identity = %q, %v", id, err)
	}
	wantBytes(t, AppendReady(nil, Metadata{
		{Name: PropertySocketType, Value: []byte("DEALER")},
		{Name: PropertyIdentity, Value: []byte("golden")},
	}), frame)
}

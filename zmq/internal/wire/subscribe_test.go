package wire

import "testing"

func TestSubscribeGolden(t *testing.T) {
	for recording, prefix := range map[string]string{
		"subscription-command": "weather.", "subscription-command-all": "",
	} {
		frame, data := goldenCommand(t, recording, 0, CommandSubscribe)
		if got := ParseSubscribe(data); string(got) != prefix {
			t.Errorf("%s: prefix %q, want %q", recording, got, prefix)
		}
		wantBytes(t, AppendSubscribe(nil, []byte(prefix)), frame)
	}
}

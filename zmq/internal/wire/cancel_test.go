package wire

import "testing"

func TestCancelGolden(t *testing.T) {
	for recording, prefix := range map[string]string{
		"subscription-command": "weather.", "subscription-command-all": "",
	} {
		frame, data := goldenCommand(t, recording, 1, CommandCancel)
		if got := ParseCancel(data); string(got) != prefix {
			t.Errorf("%s: prefix %q, want %q", recording, got, prefix)
		}
		wantBytes(t, AppendCancel(nil, []byte(prefix)), frame)
	}
}

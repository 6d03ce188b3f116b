package wire

import "testing"

func TestSubscriptionGolden(t *testing.T) {
	for recording, want := range map[string]string{
		"subscription-message": "weather.", "subscription-message-all": "",
	} {
		for i, frame := range golden(t, recording) {
			_, body := splitFrame(t, frame)
			subscribe, prefix, ok := ParseSubscription(body)
			if subscribe != (i == 0) || string(prefix) != want || !ok {
				t.Errorf("%s, frame %d: %v, %q, %v", recording, i, subscribe, prefix, ok)
			}
			wantBytes(t, AppendSubscription(nil, i == 0, []byte(want)), frame)
		}
	}
}

func TestParseSubscriptionOther(t *testing.T) {
	for _, body := range []string{"", "\x02", "hello"} {
		if _, _, ok := ParseSubscription([]byte(body)); ok {
			t.Errorf("%q is taken for a subscription", body)
		}
	}
}

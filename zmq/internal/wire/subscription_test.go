package wire

import "testing"

func TestSubscriptionGolden(t *testing.T) {
	for recording, want := range map[string]string{
		"subscription-message": "weather.", "subscription-message-all": "",
	} {
		for i, frame := range golden(t, recording) {
			_, body := splitFrame(t, frame)
			s, ok := ParseSubscription(body)
			if action := []Action{Subscribe, Cancel}[i]; s.Action != action || string(s.Topic) != want || !ok {
				t.Errorf("%s, frame %d: %v, %q, %v", recording, i, s.Action, s.Topic, ok)
			}
			wantBytes(t, s.AppendMessage(nil), frame)
		}
	}
}

func TestParseSubscriptionOther(t *testing.T) {
	for _, body := range []string{"", "\x02", "hello"} {
		if _, ok := ParseSubscription([]byte(body)); ok {
			t.Errorf("%q is taken for a subscription", body)
		}
	}
}

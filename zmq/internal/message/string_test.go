package message_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/actum-go/actum/zmq/internal/message"
)

// A message is formatted in one line of bounded length.
func TestString(t *testing.T) {
	frames := make([][]byte, 1000)
	for i := range frames {
		frames[i] = bytes.Repeat([]byte{'x'}, 1000)
	}
	released := message.New([]byte("one"), []byte("two"))
	copied := released
	released.Release()
	for _, tt := range []struct {
		m    message.Msg
		want string
	}{
		{message.Msg{}, `[]`},
		{message.New(nil), `[""]`},
		{message.New([]byte("weather"), []byte("21 °C\x00\xff")), `["weather" "21 °C\x00\xff"]`},
		{message.New(bytes.Repeat([]byte{'a'}, 40)), `["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]`},
		{message.New(bytes.Repeat([]byte{'a'}, 41)), `["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"...(41 bytes)]`},
		{message.New(frames[:1]...), `["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"...(1000 bytes)]`},
		{message.New([]byte("1"), []byte("2"), []byte("3"), []byte("4"), []byte("5"), []byte("6"), []byte("7"), []byte("8"), []byte("9"), nil),
			`["1" "2" "3" "4" "5" "6" "7" "8" 2 more frames]`},
		{copied, `[released]`},
	} {
		for _, verb := range []string{"%v", "%s", "%+v"} {
			if got := fmt.Sprintf(verb, tt.m); got != tt.want {
				t.Errorf("%s: %s, want %s", verb, got, tt.want)
			}
		}
		if got := fmt.Sprint(&tt.m); got != tt.want {
			t.Errorf("by its address: %s, want %s", got, tt.want)
		}
	}
	if n := len(message.New(frames...).String()); n > 8*70 {
		t.Errorf("1000 frames of 1000 bytes take %d bytes to show", n)
	}
}

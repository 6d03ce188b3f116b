package peer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/actum-go/actum/zmq"
)

func TestLines(t *testing.T) {
	tests := []struct {
		kind   zmq.Type
		line   string
		frames []string
	}{
		{zmq.PUSH, "", []string{""}},
		{zmq.PUSH, "hello", []string{"hello"}},
		{zmq.PUSH, " a\tb\r", []string{" a", "b\r"}},
		{zmq.PUSH, "\t", []string{"", ""}},
		{zmq.PUSH, "\xff\x00", []string{"\xff\x00"}},
		{zmq.ROUTER, "me\thello", []string{"me", "hello"}},
		{zmq.ROUTER, "me\t\thello", []string{"me", "", "hello"}},
		{zmq.ROUTER, "0x00ff\thello", []string{"\x00\xff", "hello"}},
		{zmq.ROUTER, "0xme\thello", []string{"0xme", "hello"}},
		{zmq.ROUTER, "é\t", []string{"é", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.kind.String()+" "+tt.line, func(t *testing.T) {
			m, err := parseLine([]byte(tt.line+"\n"), tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := fmt.Sprintf("%q", m.Frames()), fmt.Sprintf("%q", tt.frames); got != want {
				t.Errorf("frames %s, want %s", got, want)
			}
			if got := string(appendLine(nil, &m, tt.kind)); got != tt.line+"\n" {
				t.Errorf("and back: %q", got)
			}
		})
	}
}

func TestInput(t *testing.T) {
	tests := []struct {
		name, in string
		asJSON   bool
		want     string // messages, one a line
		err      string
	}{
		{"nothing", "", false, "", ""},
		{"no line end", "a\nb", false, "a\nb\n", ""},
		{"empty lines", "\n\n", false, "\n\n", ""},
		{"nothing in JSON", " \n", true, "", ""},
		{"documents", `{"frames":["a"]}{"frames":["b","c"]}` + "\n" + `{"frames":[{"base64":""}]}`, true, "a\nb\tc\n\n", ""},
		{"the second is bad", `{"frames":["a"]} {`, true, "a\n", "standard input, document 2: not JSON: unexpected EOF: " + aMessageIs},
		{"two ways at once", `{"frames":[{"base64":"","text":""}]}`, true, "\n", ""},
		{"null", `{"frames":[null]}`, true, "", "a frame is"},
		{"pair of surrogates", `{"frames":["\ud83d\ude00\ufffd\\ud800"]}`, true, "😀\ufffd\\ud800\n", ""},
		{"half a pair", `{"frames":["\ud83d"]}`, true, "", `document 1: \ud83d is half of a surrogate pair`},
		{"the other half", `{"frames":["\\\ude00 "]}`, true, "", `\ude00 is half of a surrogate pair`},
		{"halves apart", `{"frames":["\ud83d \ude00"]}`, true, "", `\ud83d is half of a surrogate pair`},
		{"not UTF-8", `{"frames":["a"]}{"frames":["` + "\xff" + `"]}`, true, "a\n", "document 2: byte 0xff is not UTF-8"},
		{"bad base64", `{"frames":[{"base64":"?"}]}`, true, "", "a frame is"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Common{JSON: tt.asJSON}
			in := newInput(t.Context(), c.source(strings.NewReader(tt.in), zmq.PUSH, nil, 1))
			var got []byte
			for {
				m, ok, err := in.take(t.Context())
				if !ok {
					if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
						t.Errorf("ended with %v, want %q", err, tt.err)
					}
					break
				}
				got = appendLine(got, &m, zmq.PUSH)
			}
			if string(got) != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// What is written as JSON is read as the same message.
func FuzzDocument(f *testing.F) {
	f.Add([]byte("text"), []byte{0xff, 0})
	f.Add([]byte(nil), []byte("<é>\u2028\x00"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		m := zmq.CopyMsg(a, b)
		text, err := json.Marshal(newDocument(&m))
		if err != nil {
			t.Fatal(err)
		}
		var doc document
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		back, err := doc.message()
		if err != nil || back.Len() != 2 || !bytes.Equal(back.Frame(0), a) || !bytes.Equal(back.Frame(1), b) {
			t.Fatalf("%q, %q became %s and then %q (%v)", a, b, text, back.Frames(), err)
		}
	})
}

// Whatever is read as JSON is a message or an error.
func FuzzInput(f *testing.F) {
	f.Add([]byte(`{"frames":["a",{"base64":"AAE="}]}`))
	f.Add([]byte(`{"frames":[]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		_ = documents(bytes.NewReader(in), zmq.PUSH)(func(m zmq.Msg) bool {
			if m.Len() == 0 {
				t.Errorf("%q has a message without frames", in)
			}
			return true
		})
	})
}

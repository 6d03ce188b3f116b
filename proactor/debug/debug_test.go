package debug_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/debug"
)

// stuck makes a dispatcher with an operation that a handler has started and that
// does not complete.
func stuck(t *testing.T) {
	t.Helper()
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var post, timer proactor.Operation
	timer.Handler = proactor.HandlerFunc(func(*proactor.Operation) {})
	post.Handler = proactor.HandlerFunc(func(*proactor.Operation) { d.StartTimer(&timer, time.Hour) })
	d.Post(&post)
	if n, err := d.Poll(); n != 1 || err != nil {
		t.Fatal(n, err)
	}
}

var pendingText = regexp.MustCompile(`(?m)^dispatcher \d+ \(\w+\): 1 operations are outstanding
\d+\.2 timer at debug_test\.go:\d+ \S+, outstanding, for \S+
    from \d+\.1 post at debug_test\.go:\d+ \S+, done, 0 bytes$`)

func TestWritePending(t *testing.T) {
	stuck(t)
	var b strings.Builder
	if err := debug.WritePending(&b); err != nil || !pendingText.MatchString(b.String()) {
		t.Errorf("%v, %s", err, &b)
	}
}

// get sends a request to the Handler, mounted as its documentation says.
func get(t *testing.T, path string) (status int, kind, body string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/debug/proactor/", http.StripPrefix("/debug/proactor", debug.Handler()))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/debug/proactor/"+path, nil))
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Result().Header.Get("Content-Type"), string(b)
}

func TestHandler(t *testing.T) {
	stuck(t)
	isJSON := func(s string) bool { return json.Valid([]byte(s)) }
	tests := []struct {
		path, kind string
		status     int
		good       func(string) bool
	}{
		{"pending", "text/plain", 200, pendingText.MatchString},
		{"trace", "application/json", 200, isJSON},
		{"trace?format=chrome", "application/json", 200, isJSON},
		{"trace?format=dot", "text/vnd.graphviz", 200, func(s string) bool { return strings.HasPrefix(s, "digraph") }},
		{"trace?format=text", "text/plain", 200, func(s string) bool { return strings.HasPrefix(s, "@asio|") }},
		{"trace?format=svg", "text/plain", 400, func(s string) bool { return strings.Contains(s, "expected chrome") }},
		{"nothing", "text/plain", 404, func(string) bool { return true }},
	}
	for _, tt := range tests {
		status, kind, body := get(t, tt.path)
		if status != tt.status || !strings.HasPrefix(kind, tt.kind) || !tt.good(body) {
			t.Errorf("%s: %d, %s, %s", tt.path, status, kind, body)
		}
	}
}

package debug

import (
	"net/http"
	"slices"

	"github.com/actum-go/actum/proactor/trace"
)

// Handler returns a handler that responds to GET requests for:
//
//	pending              the outstanding operations as text: see WritePending
//	trace?format=chrome  the records of the last operations, to be loaded into
//	                     https://ui.perfetto.dev; format=dot for Graphviz; format=text
//	                     for the tools for Asio's handler tracking
//
// Restrict access to it: it reveals source locations and everything that the
// process does.
//
//	http.Handle("/debug/proactor/", http.StripPrefix("/debug/proactor", debug.Handler()))
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pending", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_ = WritePending(w) // fails if the client has gone away
	})
	mux.HandleFunc("GET /trace", serveTrace)
	return mux
}

// contentTypes has the content type of each format.
var contentTypes = map[string]string{
	"chrome": "application/json",
	"dot":    "text/vnd.graphviz; charset=utf-8",
	"text":   "text/plain; charset=utf-8",
}

func serveTrace(w http.ResponseWriter, r *http.Request) {
	format := r.FormValue("format")
	if format == "" {
		format = "chrome"
	}
	if !slices.Contains(trace.Formats(), format) {
		http.Error(w, "format: expected chrome, dot or text", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", contentTypes[format])
	_ = trace.Write(w, format, records())
}

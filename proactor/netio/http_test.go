package netio_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/actum-go/actum/proactor"
	"github.com/actum-go/actum/proactor/netio"
)

// site is an http.Server and a client of it, both on one dispatcher.
type site struct {
	*http.Server
	client   *http.Client
	base     string
	accepted atomic.Int64 // number of connections
	served   chan error
}

func serve(t testing.TB, d *proactor.Dispatcher, network string, h http.Handler) *site {
	t.Helper()
	ln := listen(t, d, network)
	s := &site{Server: &http.Server{Handler: h}, base: "http://site", served: make(chan error, 1)}
	s.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.accepted.Add(1)
		}
	}
	go func() { s.served <- s.Serve(ln) }()
	dialer := &netio.Dialer{Dispatcher: d}
	s.client = &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 100,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, ln.Addr().String())
		},
	}}
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		s.Close()
	})
	return s
}

// handler echoes bodies, and answers requests without a body with the path.
func handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex() // otherwise HTTP/1 drops what was not read before the answer
		io.Copy(w, r.Body)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	return mux
}

// get returns the body of the answer.
func (s *site) get(path string) (string, error) {
	r, err := s.client.Get(s.base + path)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return string(body), err
}

// TestHTTPKeepsAlive: successive requests use one connection.
func TestHTTPKeepsAlive(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		s := serve(t, d, network, handler())
		for i := range 50 {
			path := fmt.Sprintf("/%d", i)
			if got, err := s.get(path); got != path || err != nil {
				t.Fatalf("got %q, %v", got, err)
			}
		}
		if n := s.accepted.Load(); n != 1 {
			t.Errorf("there were %d connections", n)
		}
	})
}

// TestHTTPParallel has a hundred clients send requests at once, a few times.
func TestHTTPParallel(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		s := serve(t, d, network, handler())
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				for j := range 5 {
					path := fmt.Sprintf("/%d/%d", i, j)
					if got, err := s.get(path); got != path || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
				}
			})
		}
		all.Wait()
	})
}

// TestHTTPLargeBodies sends megabytes in both directions at the same time.
func TestHTTPLargeBodies(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		s := serve(t, d, network, handler())
		_, body := vector(repeat(8, 1<<20))
		for _, length := range []int64{int64(len(body)), -1} { // with a length, and chunked
			request, _ := http.NewRequest("POST", s.base, bytes.NewReader(body))
			request.ContentLength = length
			r, err := s.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.New()
			n, err := io.Copy(sum, r.Body)
			r.Body.Close()
			if want := sha256.Sum256(body); !bytes.Equal(sum.Sum(nil), want[:]) || err != nil {
				t.Errorf("length %d: got back %d bytes of %d, %v", length, n, len(body), err)
			}
		}
	})
}

// TestHTTPShutdown: a request in progress is answered, then the server ends.
func TestHTTPShutdown(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		asked, answer := make(chan bool), make(chan bool)
		s := serve(t, d, network, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked <- true
			<-answer
			io.WriteString(w, "at last")
		}))
		got := make(chan string)
		go func() {
			body, err := s.get("/")
			got <- fmt.Sprint(body, err)
		}()
		<-asked
		s.RegisterOnShutdown(func() { close(answer) })
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if body := <-got; body != "at last<nil>" {
			t.Errorf("got %q", body)
		}
		if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

// TestHTTPClientGoesAway: a client that gives up cancels the request's context. The
// server detects it by a read beside the handler.
func TestHTTPClientGoesAway(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		asked, gone := make(chan bool), make(chan error)
		s := serve(t, d, network, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(asked)
			<-r.Context().Done()
			gone <- r.Context().Err()
		}))
		ctx, cancel := context.WithCancel(t.Context())
		request, _ := http.NewRequestWithContext(ctx, "GET", s.base, nil)
		result := blocked(func() error {
			_, err := s.client.Do(request)
			return err
		})
		<-asked
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestHTTPS runs net/http's test server, with TLS and HTTP/2, on the listener.
func TestHTTPS(t *testing.T) {
	onEach(t, func(t *testing.T, d *proactor.Dispatcher, network string) {
		ln := listen(t, d, network)
		server := httptest.NewUnstartedServer(handler())
		server.Listener.Close()
		server.Listener = ln
		server.EnableHTTP2 = true
		server.StartTLS()
		defer server.Close()
		client := server.Client()
		dialer := &netio.Dialer{Dispatcher: d}
		client.Transport.(*http.Transport).DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, ln.Addr().String())
		}
		body := strings.Repeat("over TLS ", 100_000)
		r, err := client.Post("https://example.com", "text/plain", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		got, err := io.ReadAll(r.Body)
		if string(got) != body || err != nil || r.ProtoMajor != 2 {
			t.Errorf("got %d bytes over %s, %v", len(got), r.Proto, err)
		}
	})
}

//go:build go1.21

// Command function serves the handler over HTTP, as a function of OpenFaaS is expected to: health and readiness, timeouts, a limit of concurrent
// requests, and a stop that loses none of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"
)

type server struct {
	settings settings
	handler  http.Handler
	log      *log.Logger
	inflight atomic.Int64
	draining atomic.Bool
}

// run serves until SIGTERM or SIGINT and returns the exit code.
func run(handler http.Handler) int {
	logger := log.New(os.Stderr, "", 0)
	settings, err := readSettings()
	if err != nil {
		logger.Printf("function: %v", err)
		return 1
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)

	s := &server{settings: settings, handler: handler, log: logger}
	bound, err := net.Listen("tcp", settings.address)
	if err != nil {
		logger.Printf("function: cannot listen: %v", err)
		return 1
	}
	web := &http.Server{
		Handler:        s,
		ReadTimeout:    settings.readTimeout,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 1 << 20,
		ErrorLog:       logger,
		ConnContext:    withConnection,
	}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener{bound}) }()

	select {
	case err := <-failed:
		logger.Printf("function: %v", err)
		return 1
	case <-signals:
	}
	return s.drain(web, signals)
}

// drain goes on serving with /_/health at 503 until the requests in flight are answered, at least as long as healthcheck_interval when it is set (so
// that probes notice before connections are refused) and at most as long as write_timeout. A second signal ends it at once.
func (s *server) drain(web *http.Server, signals <-chan os.Signal) int {
	s.draining.Store(true)
	begun := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < s.settings.drainingTimeout {
		if s.inflight.Load() == 0 && time.Since(begun) >= s.settings.healthInterval {
			break
		}
		select {
		case <-signals:
			return 1
		case <-tick.C:
		}
	}
	patience, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := web.Shutdown(patience); err != nil {
		s.log.Printf("function: stopped with %d requests unfinished", s.inflight.Load())
		_ = web.Close()
	}
	return 0
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() { // idle connections stay: their client may be sending just now
		w.Header().Set("Connection", "close")
	}
	switch r.URL.Path {
	case "/_/health":
		s.probe(w, r, false)
	case "/_/ready":
		s.probe(w, r, true)
	default:
		s.invoke(w, r)
	}
}

func (s *server) probe(w http.ResponseWriter, r *http.Request, readiness bool) {
	limit := s.settings.maxInflight
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	case s.draining.Load():
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
	case readiness && limit > 0 && s.inflight.Load() >= limit:
		http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "OK")
	}
}

func (s *server) invoke(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	e := newExchange(w, started, s.settings.writeTimeout)
	if s.settings.writeDebug {
		e.received, e.answered = new(preview), new(preview)
	}
	if s.settings.logRequests || s.settings.writeDebug {
		defer s.logRequest(e, r, started)
	}
	running := s.inflight.Add(1)
	defer s.inflight.Add(-1)
	if limit := s.settings.maxInflight; limit > 0 && running > limit {
		e.replace(http.StatusTooManyRequests, fmt.Sprintf("Concurrent request limit exceeded. Max concurrent requests: %d", limit))
		return
	}

	_ = e.control.EnableFullDuplex() // a handler may answer while it still reads
	var body *requestBody
	if r.Body == nil || r.Body == http.NoBody {
		_ = e.control.SetReadDeadline(time.Time{})
	} else {
		body = &requestBody{ReadCloser: r.Body, control: e.control, shown: e.received}
		r.Body, e.body = body, body
	}
	limit := s.timeLimit(r)
	if limit == 0 {
		s.conclude(e, r, body, s.call(e, r))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), limit)
	defer cancel()
	done := make(chan any, 1)
	go func() { done <- s.call(e, r.WithContext(ctx)) }()
	clock := time.NewTimer(limit)
	defer clock.Stop()
	select {
	case trouble := <-done:
		s.conclude(e, r, body, trouble)
		return
	case <-clock.C:
	}
	if !e.replace(http.StatusGatewayTimeout, "exec_timeout: the function did not answer within "+limit.String()) {
		panic(http.ErrAbortHandler) // the answer had begun: cut the connection
	}
	if status, _ := e.outcome(); status == http.StatusSwitchingProtocols {
		s.conclude(e, r, nil, <-done) // a WebSocket lives as long as its handler
	}
}

// timeLimit is exec_timeout, or what the caller asks for in X-Timeout if that is shorter.
func (s *server) timeLimit(r *http.Request) time.Duration {
	limit := s.settings.execTimeout
	if asked, err := parseDuration(r.Header.Get("X-Timeout"), 0); err == nil && asked > 0 && (limit == 0 || asked < limit) {
		limit = asked
	}
	return limit
}

// call runs the handler and returns what it panicked with.
func (s *server) call(e *exchange, r *http.Request) (trouble any) {
	defer func() {
		trouble = recover()
		if err, is := trouble.(error); trouble != nil && !(is && errors.Is(err, http.ErrAbortHandler)) {
			s.log.Printf("function: panic: %v\n%s", trouble, debug.Stack())
		}
	}()
	s.handler.ServeHTTP(e, r)
	return nil
}

// conclude sends what remains after the handler returned: after a panic a plain 500, without the trace.
func (s *server) conclude(e *exchange, r *http.Request, body *requestBody, trouble any) {
	if body != nil && !body.skip(r.Header.Get("Expect") != "") {
		e.closeConnection()
		endConnection(r)
	}
	if trouble == nil {
		e.finish()
		return
	}
	if err, is := trouble.(error); is && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	if !e.replace(http.StatusInternalServerError, http.StatusText(http.StatusInternalServerError)) {
		panic(http.ErrAbortHandler)
	}
}

func (s *server) logRequest(e *exchange, r *http.Request, started time.Time) {
	status, written := e.outcome()
	callID := ""
	if id := r.Header.Get("X-Call-Id"); id != "" {
		callID = " [" + id + "]"
	}
	s.log.Printf("%s %s - %d - %dB (%.6fs)%s", r.Method, r.URL.RequestURI(), status, written, time.Since(started).Seconds(), callID)
	if s.settings.writeDebug {
		s.log.Printf("request body %s, answer body %s", e.received, e.answered)
	}
}

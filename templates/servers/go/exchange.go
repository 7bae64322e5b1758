//go:build go1.21

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// exchange stands between the handler and the connection. It notes status and size for the log, adds X-Duration-Seconds, and after the handler's
// time is over it refuses what the handler still writes, so that a 504 and a late answer cannot mix.
type exchange struct {
	underlying   http.ResponseWriter
	control      *http.ResponseController
	header       http.Header // the handler's; copied to the connection when the answer begins
	started      time.Time
	writeTimeout time.Duration
	received     *preview // nil unless write_debug
	answered     *preview
	body         *requestBody // nil without one

	mu       sync.Mutex
	status   int // 0 until the answer began
	written  int64
	hijacked bool
	closed   bool // the handler's time is over
}

func newExchange(w http.ResponseWriter, started time.Time, writeTimeout time.Duration) *exchange {
	return &exchange{
		underlying:   w,
		control:      http.NewResponseController(w),
		header:       make(http.Header),
		started:      started,
		writeTimeout: writeTimeout,
	}
}

func (e *exchange) Header() http.Header { return e.header }

func (e *exchange) WriteHeader(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begin(status)
}

func (e *exchange) Write(data []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return 0, http.ErrHandlerTimeout
	}
	if e.hijacked {
		return 0, http.ErrHijacked
	}
	if e.status == 0 {
		if e.header.Get("Content-Type") == "" && len(data) > 0 {
			e.header.Set("Content-Type", http.DetectContentType(data))
		}
		e.begin(http.StatusOK)
	}
	n, err := e.underlying.Write(data)
	e.written += int64(n)
	e.answered.add(data[:n])
	return n, err
}

func (e *exchange) Flush() { _ = e.FlushError() }

func (e *exchange) FlushError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return http.ErrHandlerTimeout
	}
	if e.hijacked {
		return http.ErrHijacked
	}
	e.begin(http.StatusOK)
	return e.control.Flush()
}

// Hijack hands the connection to the handler (WebSocket); from then on no timeout of the server applies to it.
func (e *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, nil, http.ErrHandlerTimeout
	}
	connection, buffer, err := e.control.Hijack()
	if err == nil {
		e.hijacked = true
		e.status = http.StatusSwitchingProtocols
		_ = connection.SetDeadline(time.Time{})
	}
	return connection, buffer, err
}

// SetReadDeadline, SetWriteDeadline and EnableFullDuplex serve http.ResponseController.
func (e *exchange) SetReadDeadline(deadline time.Time) error {
	return e.control.SetReadDeadline(deadline)
}
func (e *exchange) SetWriteDeadline(deadline time.Time) error {
	return e.control.SetWriteDeadline(deadline)
}
func (e *exchange) EnableFullDuplex() error { return e.control.EnableFullDuplex() }

// begin sends status and headers once; the caller holds the lock.
func (e *exchange) begin(status int) {
	if e.closed || e.hijacked || e.status != 0 {
		return
	}
	target := e.underlying.Header()
	for name, values := range e.header {
		target[name] = values
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		e.underlying.WriteHeader(status) // informational: the answer is still to come
		return
	}
	e.status = status
	if e.body != nil && e.body.failed.Load() {
		target.Set("Connection", "close")
	}
	target.Set("X-Duration-Seconds", fmt.Sprintf("%.6f", time.Since(e.started).Seconds()))
	if e.writeTimeout > 0 {
		_ = e.control.SetWriteDeadline(time.Now().Add(e.writeTimeout))
	}
	e.underlying.WriteHeader(status)
}

// closeConnection tells the client, if it is not too late, that this is the connection's last answer.
func (e *exchange) closeConnection() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status == 0 {
		e.underlying.Header().Set("Connection", "close")
	}
}

// finish completes what the handler left: an empty 200, or trailers.
func (e *exchange) finish() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || e.hijacked {
		return
	}
	if e.status == 0 {
		e.begin(http.StatusOK)
		return
	}
	target := e.underlying.Header()
	for name, values := range e.header {
		if strings.HasPrefix(name, http.TrailerPrefix) || declaredTrailer(target, name) {
			target[name] = values
		}
	}
}

func declaredTrailer(header http.Header, name string) bool {
	for _, line := range header["Trailer"] {
		for _, declared := range strings.Split(line, ",") {
			if http.CanonicalHeaderKey(strings.TrimSpace(declared)) == name {
				return true
			}
		}
	}
	return false
}

// replace answers with a status of the server's own instead of the handler's answer and refuses what the handler writes from now on. It reports
// false when the answer had begun, so that only cutting the connection can tell the client.
func (e *exchange) replace(status int, text string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.hijacked {
		return true
	}
	if e.closed || e.status != 0 {
		e.closed = true
		return false
	}
	e.header = make(http.Header) // the handler may still hold the old map
	e.header.Set("Content-Type", "text/plain; charset=utf-8")
	e.header.Set("X-Content-Type-Options", "nosniff")
	if status == http.StatusGatewayTimeout {
		e.header.Set("Connection", "close") // the handler may still be reading the request
	}
	e.begin(status)
	n, _ := io.WriteString(e.underlying, text+"\n")
	e.written += int64(n)
	e.closed = true
	return true
}

func (e *exchange) outcome() (status int, written int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.status, e.written
}

// requestBody lifts the read deadline once the body has been read: net/http would otherwise cancel a handler that works longer than read_timeout.
type requestBody struct {
	io.ReadCloser
	control *http.ResponseController
	shown   *preview
	begun   bool
	ended   bool
	failed  atomic.Bool // the client sent it wrongly, or not in time
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.shown.add(p[:n])
	if errors.Is(err, io.EOF) {
		b.ended = true
		_ = b.control.SetReadDeadline(time.Time{})
	} else if err != nil {
		b.failed.Store(true)
	}
	return n, err
}

// leftover is how much of a body that the handler did not read is read away to keep the connection.
const leftover = 16 << 20

// skip reads away what the handler left and reports whether the connection can carry another request.
func (b *requestBody) skip(expectsContinue bool) bool {
	if b.ended {
		return true
	}
	if expectsContinue && !b.begun {
		return false // the client has not been asked for the body yet
	}
	_, err := io.CopyN(io.Discard, b, leftover)
	return errors.Is(err, io.EOF)
}

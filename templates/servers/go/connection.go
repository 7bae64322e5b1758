//go:build go1.21

package main

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// connection can be told, after an answer has begun, that it carries no further request: what follows in it may be the rest of a body that was not
// read, and must not be taken for a request.
type connection struct {
	*net.TCPConn
	last atomic.Bool
}

// end lets the answer that is under way go out and nothing more come in.
func (c *connection) end() {
	c.last.Store(true)
	_ = c.TCPConn.SetReadDeadline(time.Unix(1, 0))
}

// SetReadDeadline is how net/http begins to wait for the next request.
func (c *connection) SetReadDeadline(deadline time.Time) error {
	if c.last.Load() {
		deadline = time.Unix(1, 0)
	}
	return c.TCPConn.SetReadDeadline(deadline)
}

// listener makes its connections such.
type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if tcp, is := accepted.(*net.TCPConn); err == nil && is {
		return &connection{TCPConn: tcp}, nil
	}
	return accepted, err
}

type connectionKey struct{}

func withConnection(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, c)
}

// endConnection makes the answer to this request the last of its connection.
func endConnection(r *http.Request) {
	if c, is := r.Context().Value(connectionKey{}).(*connection); is {
		c.end()
	}
}

//go:build go1.21

package main

import (
	"fmt"
	"sync"
)

const previewed = 512 // bytes of a body that write_debug shows

// preview is the beginning of a body. A nil preview keeps nothing.
type preview struct {
	mu    sync.Mutex
	start []byte
	size  int64
}

func (p *preview) add(data []byte) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size += int64(len(data))
	if room := previewed - len(p.start); room < len(data) {
		data = data[:room]
	}
	p.start = append(p.start, data...)
}

func (p *preview) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	more := ""
	if p.size > int64(len(p.start)) {
		more = "..."
	}
	return fmt.Sprintf("%dB %q%s", p.size, p.start, more)
}

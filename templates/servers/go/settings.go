//go:build go1.21

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// settings is what the environment says about serving. A zero duration means no limit.
type settings struct {
	address         string        // host:port to listen on
	readTimeout     time.Duration // for reading a request, header and body
	writeTimeout    time.Duration // for writing an answer, from its first byte
	execTimeout     time.Duration // for the handler, exceeded: 504
	healthInterval  time.Duration // how long to go on serving after SIGTERM while probes notice
	maxInflight     int64         // concurrent requests, exceeded: 429; 0 is no limit
	logRequests     bool          // one line a request on stderr
	writeDebug      bool          // the same, with the headers
	drainingTimeout time.Duration // the longest a stop may take
}

func readSettings() (settings, error) {
	var problems []string
	duration := func(name string, fallback time.Duration) time.Duration {
		value, err := parseDuration(os.Getenv(name), fallback)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%s=%q is neither seconds nor a duration such as 30s or 1m30s", name, os.Getenv(name)))
		}
		return value
	}
	whole := func(name string, fallback, lowest, highest int64) int64 {
		text := strings.TrimSpace(os.Getenv(name))
		if text == "" {
			return fallback
		}
		value, err := strconv.ParseInt(text, 10, 64)
		if err != nil || value < lowest || value > highest {
			problems = append(problems, fmt.Sprintf("%s=%q is not a whole number from %d to %d", name, text, lowest, highest))
		}
		return value
	}

	port := whole("port", 8080, 0, 65535)
	s := settings{
		address:      joinHostPort(os.Getenv("VFAAS_BIND"), port),
		readTimeout:  duration("read_timeout", 30*time.Second),
		writeTimeout: duration("write_timeout", 30*time.Second),
		execTimeout:  duration("exec_timeout", 30*time.Second),
		maxInflight:  whole("max_inflight", 0, 0, 1<<31),
		logRequests:  isTrue("log_requests"),
		writeDebug:   isTrue("write_debug"),
	}
	s.healthInterval = duration("healthcheck_interval", 0)
	s.drainingTimeout = s.writeTimeout
	if s.drainingTimeout == 0 {
		s.drainingTimeout = 30 * time.Second
	}
	if s.healthInterval > s.drainingTimeout {
		s.drainingTimeout = s.healthInterval
	}
	if len(problems) > 0 {
		return s, fmt.Errorf("%s", strings.Join(problems, "; "))
	}
	return s, nil
}

// parseDuration reads whole seconds ("30") or a Go duration ("1m30s"), not negative.
func parseDuration(text string, fallback time.Duration) (time.Duration, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return fallback, nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, nil
	}
	value, err := time.ParseDuration(text)
	if err != nil {
		return fallback, err
	}
	if value < 0 {
		return fallback, fmt.Errorf("negative duration %s", text)
	}
	return value, nil
}

func isTrue(name string) bool {
	value, err := strconv.ParseBool(strings.TrimSpace(os.Getenv(name)))
	return err == nil && value
}

// joinHostPort writes an IPv6 address in brackets; no host means every interface.
func joinHostPort(host string, port int64) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	return fmt.Sprintf("%s:%d", host, port)
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// theManager is what is read of its status (GET /v1/manager).
type theManager struct {
	PID     int `json:"pid"`
	Reexecs int `json:"reexecs"`
}

// succession is how long a client of the manager waits that asks all the time, while 100 units run: when the program is
// executed anew, and when the manager is killed and its guard starts another, which takes the units over.
func succession(h *host) ([]line, error) {
	const n, rounds = 100, 9
	m, err := h.start(sleepers(n, false))
	if err != nil {
		return nil, err
	}
	if _, err := m.allActive(n); err != nil {
		return nil, err
	}
	var pauses, deaths, bare []time.Duration
	for range rounds {
		pause, err := m.longestWait(m.command("unitctl", "manager", "reexec").Run, func(before, after theManager) bool { return after.Reexecs > before.Reexecs })
		if err != nil {
			return nil, err
		}
		pauses = append(pauses, pause)
		took, err := repeat(20, func() error { return exec.Command("/bin/true").Run() })
		if err != nil {
			return nil, err
		}
		bare = append(bare, took)
	}
	for range rounds {
		// Whoever dies all the time is started after a pause.
		if err := os.Remove(filepath.Join(m.state(), "deaths.log")); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		death, err := m.longestWait(m.kill, func(before, after theManager) bool { return after.PID != before.PID })
		if err != nil {
			return nil, err
		}
		deaths = append(deaths, death)
	}
	if _, err := m.allActive(n); err != nil {
		return nil, err
	}
	if err := m.command("unitctl", "manager", "shutdown").Run(); err != nil {
		return nil, err
	}
	nearby := beside("os/exec of /bin/true in the same rounds", median(bare))
	return []line{
		{name: fmt.Sprintf("re-exec with %d units: longest wait of a client", n), value: milliseconds(median(pauses)), unit: "ms", noAim: true, beside: nearby},
		{name: fmt.Sprintf("kill -9 with %d units: until the next manager answers", n), value: milliseconds(median(deaths)), unit: "ms", noAim: true, beside: nearby},
	}, nil
}

func (m *manager) state() string { return filepath.Join(m.home, ".local/state/unitd") }

// kill kills the manager that has the lock.
func (m *manager) kill() error {
	lock, err := os.ReadFile(filepath.Join(m.state(), "run/lock"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(lock)))
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// longestWait asks the manager all the time, and returns the longest time between two answers up to the first one of a
// manager that is another, after something has happened.
func (m *manager) longestWait(happens func() error, another func(before, after theManager) bool) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	before, err := m.ask(ctx)
	if err != nil {
		return 0, err
	}
	happened := make(chan error, 1)
	go func() { happened <- happens() }()
	longest, last := time.Duration(0), time.Now()
	for ctx.Err() == nil {
		after, err := m.ask(ctx)
		if err != nil {
			continue // nobody is there
		}
		longest, last = max(longest, time.Since(last)), time.Now()
		if another(before, after) {
			return longest, <-happened
		}
	}
	return 0, errors.New("no other manager answers")
}

// ask asks for the status of the manager.
func (m *manager) ask(ctx context.Context) (status theManager, err error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(m.state(), "run/control.sock"))
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://unitd/v1/manager", nil)
	if err != nil {
		return status, err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return status, err
	}
	defer response.Body.Close()
	err = json.NewDecoder(response.Body).Decode(&status)
	return status, err
}

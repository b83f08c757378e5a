package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// sampling is what it costs to look at the memory of 100 units that have a limit: of each a shell and two children, near
// enough to the limit to be looked at often. Beside it stands the same manager without limits.
func sampling(h *host) ([]line, error) {
	const n, within = 100, 20 * time.Second
	with, err := idleShare(h, n, "  limits {\n    memory = \"2M\"\n  }\n", within)
	if err != nil {
		return nil, err
	}
	without, err := idleShare(h, n, "", within)
	if err != nil {
		return nil, err
	}
	return []line{{
		name: "memory limits of 100 units of 3 processes: manager", value: with, unit: "% CPU", aim: 1,
		beside: fmt.Sprintf("without limits: %.2f %% of a core", without),
	}}, nil
}

// idleShare is the part of a core that a manager of n idle units takes.
func idleShare(h *host, n int, limits string, within time.Duration) (percent float64, err error) {
	var source strings.Builder
	for i := range n {
		fmt.Fprintf(&source, "app \"u%03d\" {\n  command = [\"/bin/sh\", \"-c\", \"/bin/sleep 100000 & /bin/sleep 100000 & wait\"]\n%s}\n", i, limits)
	}
	m, err := h.start(source.String())
	if err != nil {
		return 0, err
	}
	if _, err := m.allActive(n); err != nil {
		return 0, err
	}
	time.Sleep(time.Second) // until the answer to that is over and done with
	begun, before, err := m.cpuTime()
	if err != nil {
		return 0, err
	}
	time.Sleep(within)
	ended, after, err := m.cpuTime()
	if err != nil {
		return 0, err
	}
	return 100 * float64(after-before) / float64(ended.Sub(begun)), m.end()
}

// cpuTime is what the threads of the manager have run, by /proc/PID/task/TID/schedstat, which counts nanoseconds.
func (m *manager) cpuTime() (at time.Time, total time.Duration, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", m.cmd.Process.Pid))
	if err != nil {
		return at, 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return at, 0, err
		}
		first, _, _ := strings.Cut(string(text), " ")
		ran, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return at, 0, fmt.Errorf("read %s: %w", file, err)
		}
		total += time.Duration(ran)
	}
	return time.Now(), total, nil
}

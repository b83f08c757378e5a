package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Wakeups are counted for as long as idle says, once there was none for quiet or after settling at most:
// what a start leaves behind is given back some seconds later, once.
const (
	idle     = 5 * time.Second
	quiet    = 6 * time.Second
	settling = 30 * time.Second
)

// size reads memory, threads, descriptors and wakeups of an idle manager of n units from /proc.
func size(m *manager, n int) ([]line, error) {
	process := filepath.Join("/proc", strconv.Itoa(m.cmd.Process.Pid))
	if err := settle(process); err != nil {
		return nil, err
	}
	before, err := wakeups(process)
	if err != nil {
		return nil, err
	}
	time.Sleep(idle)
	after, err := wakeups(process)
	if err != nil {
		return nil, err
	}
	resident, err := field(filepath.Join(process, "status"), "VmRSS:")
	if err != nil {
		return nil, err
	}
	threads, err := field(filepath.Join(process, "status"), "Threads:")
	if err != nil {
		return nil, err
	}
	units := fmt.Sprintf("unitd with %d units: ", n)
	lines := []line{
		{name: units + "resident memory", value: resident * 1024 / 1e6, unit: "MB", aim: 14, beside: fmt.Sprintf("%.1f MiB", resident/1024)},
		{name: units + "threads", value: threads, aim: 8},
		{name: units + "wakeups per second, idle", value: (after - before) / idle.Seconds(), aim: 0},
	}
	open, err := os.ReadDir(filepath.Join(process, "fd"))
	switch {
	case errors.Is(err, fs.ErrPermission):
		lines = append(lines, line{name: units + "descriptors: only root may count them", noAim: true})
	case err != nil:
		return nil, err
	default:
		lines = append(lines, line{name: units + "descriptors", value: float64(len(open)), aim: 16})
	}
	return lines, nil
}

func settle(process string) error {
	last := -1.0
	for deadline := time.Now().Add(settling); time.Now().Before(deadline); time.Sleep(quiet) {
		now, err := wakeups(process)
		if err != nil {
			return err
		}
		if now == last {
			return nil
		}
		last = now
	}
	return nil
}

// wakeups is how often the threads of a process have waited so far.
func wakeups(process string) (float64, error) {
	threads, err := filepath.Glob(filepath.Join(process, "task/*/status"))
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, thread := range threads {
		value, err := field(thread, "voluntary_ctxt_switches:")
		if err != nil {
			return 0, err
		}
		sum += value
	}
	return sum, nil
}

// field reads the number after name in a file of lines such as "Threads:	8".
func field(path, name string) (float64, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for text := range strings.Lines(string(content)) {
		if rest, ok := strings.CutPrefix(text, name); ok {
			return strconv.ParseFloat(strings.Fields(rest)[0], 64)
		}
	}
	return 0, fmt.Errorf("read %s: no %s", path, name)
}

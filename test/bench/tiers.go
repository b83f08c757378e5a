package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// escape stops a unit of which 200 processes have left their session, their parents and their environment.
func escape(h *host) ([]line, error) {
	const daemons, most = 200, 100
	var lines []line
	for _, tier := range tiers {
		m, err := h.start(in(tier.namespace, fmt.Sprintf(`
app "u" {
  command = ["/bin/sh", "-c", "for i in $(seq %d); do setsid env -i /bin/sh -c '/bin/sleep 100000 & exit 0'; done; exec /bin/sleep 100000"]
}
`, daemons)))
		if err != nil {
			return nil, err
		}
		if err := m.tasks(daemons + 1); err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := m.command("unitctl", "stop", "u").Run(); err != nil {
			return nil, fmt.Errorf("unitctl stop: %w", err)
		}
		took := time.Since(begun)
		if err := m.end(); err != nil {
			return nil, err
		}
		lines = append(lines, line{name: "stop of 200 escaped daemons, tier " + tier.name, value: milliseconds(took), unit: "ms", aim: most, beside: "with the start of unitctl"})
	}
	return lines, nil
}

// tasks waits for the one unit to have as many processes.
func (m *manager) tasks(n int) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		units, err := m.units()
		if err != nil {
			return err
		}
		if len(units) == 1 && units[0].Tasks == n {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d processes are not there after %s", n, patience)
		}
	}
}

// contained is what the init of a unit in namespaces keeps in memory for itself.
func contained(h *host) ([]line, error) {
	m, err := h.start(in("required", sleepers(100, false)))
	if err != nil {
		return nil, err
	}
	units, err := m.allActive(100)
	if err != nil {
		return nil, err
	}
	var largest, threads int
	for _, u := range units {
		init, err := parent(u.MainPID)
		if err != nil {
			return nil, err
		}
		rollup, err := os.ReadFile(filepath.Join("/proc", init, "smaps_rollup"))
		if err != nil {
			return nil, err
		}
		largest = max(largest, sum(rollup, "Private_"))
		status, err := os.ReadFile(filepath.Join("/proc", init, "status"))
		if err != nil {
			return nil, err
		}
		threads = max(threads, sum(status, "Threads:"))
	}
	return []line{
		{name: "private memory of the init of a contained unit", value: float64(largest), unit: "KiB", aim: 16, beside: "the largest of 100"},
		{name: "threads of the init of a contained unit", value: float64(threads), aim: 1},
	}, m.end()
}

// parent is the parent of a process.
func parent(pid int) (string, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	return fields[1], nil
}

// sum adds the numbers behind all names with this beginning.
func sum(text []byte, name string) (total int) {
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(line, name) {
			n, _ := strconv.Atoi(fields[1])
			total += n
		}
	}
	return total
}

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

// A tier is a way to contain units (docs/behaviour.md, "No process outlives its unit").
type tier struct {
	name      string  // before those of figures
	namespace string  // what the unit files say
	spawn     float64 // aim: this many ms more than os/exec; 0: none
	sandbox   string  // more of the sandbox block of each unit
}

var tiers = []tier{{name: "process: ", namespace: "off", spawn: 0.3}, {name: "namespace: ", namespace: "required", spawn: 1}}

// sandboxes are what units may be kept from beside.
var sandboxes = []tier{
	{name: "private_tmp: ", namespace: "required", spawn: 1, sandbox: "private_tmp = true"},
	{name: "all of sandbox: ", namespace: "required", sandbox: `private_tmp = true
    private_dev               = true
    read_only                 = ["/"]
    hidden                    = ["/mnt"]
    seccomp                   = ["@system-service", "~@privileged"]
    restrict_address_families = ["AF_UNIX", "AF_INET", "AF_INET6"]
    lock_personality          = true
    landlock {
      execute    = ["/usr", "/bin", "/lib", "/lib64"]
      read_write = ["/tmp", "/dev/null"]
      read_only  = ["/etc"]
    }`},
	{name: "private_network: ", namespace: "required", sandbox: "private_network = true"},
}

// block is the rest of what a unit says; its directory is one that it sees.
func (t tier) block() string {
	if t.sandbox == "" {
		return ""
	}
	return "  directory = \"/\"\n  sandbox {\n    " + t.sandbox + "\n  }\n"
}

// sandboxed measures what sandbox blocks cost.
func sandboxed(h *host) ([]line, error) {
	var all []line
	for _, t := range sandboxes {
		for _, measure := range []func(*host, tier) ([]line, error){spawn, initsOf} {
			lines, err := measure(h, t)
			if err != nil {
				return nil, fmt.Errorf("%s%w", t.name, err)
			}
			all = append(all, lines...)
		}
	}
	return all, nil
}

// inEach measures in each tier.
func inEach(measure func(*host, tier) ([]line, error)) func(*host) ([]line, error) {
	return func(h *host) ([]line, error) {
		var all []line
		for _, t := range tiers {
			lines, err := measure(h, t)
			if err != nil {
				return nil, fmt.Errorf("%s%w", t.name, err)
			}
			all = append(all, lines...)
		}
		return all, nil
	}
}

// holding are unit files whose units are in this tier.
func (t tier) holding(units string) string {
	return "unitd {\n  namespace = \"" + t.namespace + "\"\n}\n" + units
}

// escape stops a unit of which 200 processes have left their session, their parents and their environment.
func escape(h *host, t tier) ([]line, error) {
	const daemons, rounds = 200, 5
	m, err := h.start(t.holding(fmt.Sprintf(`
app "u" {
  command = ["/bin/sh", "-c", "for i in $(seq %d); do setsid env -i /bin/sh -c '/bin/sleep 100000 & exit 0'; done; exec /bin/sleep 100000"]
}
`, daemons)))
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for range rounds {
		if err := m.tasks(daemons + 1); err != nil {
			return nil, err
		}
		begun := time.Now()
		if err := m.command("unitctl", "stop", "u").Run(); err != nil {
			return nil, fmt.Errorf("unitctl stop: %w", err)
		}
		times = append(times, time.Since(begun))
		if err := m.command("unitctl", "start", "u").Run(); err != nil {
			return nil, fmt.Errorf("unitctl start: %w", err)
		}
	}
	return []line{{name: t.name + "stop of 200 escaped daemons", value: milliseconds(median(times)), unit: "ms", aim: 100, beside: "with the start of unitctl"}}, m.end()
}

// tasks waits for the one unit to have as many processes.
func (m *manager) tasks(n int) error {
	_, err := m.until(fmt.Sprintf("has %d processes", n), func(u unit) bool { return u.Tasks == n })
	return err
}

// mainPID waits for the one unit to have another main process than the old one.
func (m *manager) mainPID(old int) (int, error) {
	u, err := m.until("has a new process", func(u unit) bool { return u.MainPID != 0 && u.MainPID != old })
	return u.MainPID, err
}

// until waits for the one unit to be so.
func (m *manager) until(what string, is func(unit) bool) (unit, error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		units, err := m.units()
		if err != nil {
			return unit{}, err
		}
		if len(units) == 1 && is(units[0]) {
			return units[0], nil
		}
		if time.Now().After(deadline) {
			return unit{}, fmt.Errorf("not within %s: the unit %s", patience, what)
		}
	}
}

// inits looks at what the inits of units in namespaces keep for themselves.
func inits(h *host) ([]line, error) { return initsOf(h, tiers[1]) }

func initsOf(h *host, t tier) ([]line, error) {
	const n = 100
	m, err := h.start(t.holding(strings.ReplaceAll(sleepers(n, false), "}\n", t.block()+"}\n")))
	if err != nil {
		return nil, err
	}
	units, err := m.allActive(n)
	if err != nil {
		return nil, err
	}
	var memory, threads int
	for _, u := range units {
		init, err := parent(u.MainPID)
		if err != nil {
			return nil, err
		}
		rollup, err := os.ReadFile(filepath.Join("/proc", init, "smaps_rollup"))
		if err != nil {
			return nil, err
		}
		status, err := os.ReadFile(filepath.Join("/proc", init, "status"))
		if err != nil {
			return nil, err
		}
		memory, threads = max(memory, sum(rollup, "Private_")), max(threads, sum(status, "Threads:"))
	}
	return []line{
		{name: t.name + "private memory of the init of a unit", value: float64(memory), unit: "KiB", aim: 16, beside: "the largest of 100"},
		{name: t.name + "threads of the init of a unit", value: float64(threads), aim: 1},
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

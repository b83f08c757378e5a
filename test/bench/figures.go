package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// figures are measured one after the other, so that none disturbs another; all, or those named on the command line.
var figures = []struct {
	name    string
	measure func(*host) ([]line, error)
}{
	{"spawn", spawn}, {"boot", boot}, {"chain", chain}, {"replacement", replacement}, {"escape", escape}, {"contained", contained},
	{"size", statusAndSize},
}

// tiers are the ways to contain a unit, with what the unit files say for each.
var tiers = []struct{ name, namespace string }{{"process", "off"}, {"namespace", "required"}}

// in puts units into a tier.
func in(namespace, units string) string {
	return "unitd {\n  namespace = \"" + namespace + "\"\n}\n" + units
}

// spawn compares a chain of oneshot units of /bin/true with the same programs by os/exec: from the start of
// one to its exit status and the start of the next.
func spawn(h *host) ([]line, error) {
	const n = 100
	goExec, err := repeat(n, func() error { return exec.Command("/bin/true").Run() })
	if err != nil {
		return nil, err
	}
	var lines []line
	for i, tier := range tiers {
		step, err := h.spawnTime(n, tier.namespace)
		if err != nil {
			return nil, err
		}
		lines = append(lines,
			line{name: "spawn, tier " + tier.name + ": oneshot /bin/true (median)", value: milliseconds(step), unit: "ms", noAim: true, beside: fmt.Sprintf("os/exec %.2f ms", milliseconds(goExec))},
			line{name: "spawn, tier " + tier.name + ": more than os/exec", value: milliseconds(step) - milliseconds(goExec), unit: "ms", aim: []float64{0.3, 1}[i]})
	}
	return lines, nil
}

// spawnTime is the time from one oneshot unit to the next.
func (h *host) spawnTime(n int, namespace string) (time.Duration, error) {
	var source strings.Builder
	for i := range n {
		fmt.Fprintf(&source, "app \"u%03d\" {\n  type = \"oneshot\"\n  remain = true\n  command = [\"/bin/true\"]\n", i)
		if i > 0 {
			fmt.Fprintf(&source, "  requires = [app.u%03d]\n", i-1)
		}
		source.WriteString("}\n")
	}
	m, units, err := h.restarted(in(namespace, source.String()), n)
	if err != nil {
		return 0, err
	}
	if err := m.end(); err != nil {
		return 0, err
	}
	slices.SortFunc(units, func(a, b unit) int { return a.Since.Compare(b.Since) })
	var steps []time.Duration
	for i := 1; i < len(units); i++ {
		steps = append(steps, units[i].Since.Sub(units[i-1].Since))
	}
	return median(steps), nil
}

// boot is the time from the start of unitd to the last of n units, all at once.
func boot(h *host) ([]line, error) {
	const n = 500
	bare, err := bareSpawns(n)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, tier := range tiers {
		took, err := h.bootTime(in(tier.namespace, sleepers(n, false)), n)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line{name: "boot of 500 units of sleep, tier " + tier.name, value: milliseconds(took), unit: "ms", aim: 500, beside: fmt.Sprintf("os/exec, one after the other: %.0f ms", milliseconds(bare))})
	}
	return lines, nil
}

func chain(h *host) ([]line, error) {
	const n = 50
	var lines []line
	for _, tier := range tiers {
		took, err := h.bootTime(in(tier.namespace, sleepers(n, true)), n)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line{name: "boot of a chain of 50, tier " + tier.name, value: milliseconds(took), unit: "ms", aim: 60})
	}
	return lines, nil
}

func (h *host) bootTime(source string, n int) (time.Duration, error) {
	m, units, err := h.restarted(source, n)
	if err != nil {
		return 0, err
	}
	last := m.started
	for _, u := range units {
		if u.Since.After(last) {
			last = u.Since
		}
	}
	return last.Sub(m.started), m.end()
}

// bareSpawns starts n processes of sleep by os/exec.
func bareSpawns(n int) (time.Duration, error) {
	begun := time.Now()
	var started []*exec.Cmd
	defer func() {
		for _, cmd := range started {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	for range n {
		cmd := exec.Command("/bin/sleep", "100000")
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		started = append(started, cmd)
	}
	return time.Since(begun), nil
}

// replacement kills a process and waits for the first words of its successor in a FIFO.
func replacement(h *host) ([]line, error) {
	const n = 30
	fifo := filepath.Join(h.root, "fifo")
	if err := syscall.Mkfifo(fifo, 0o666); err != nil {
		return nil, err
	}
	if err := os.Chmod(fifo, 0o666); err != nil {
		return nil, err
	}
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0) // also a writer: it never ends
	if err != nil {
		return nil, err
	}
	defer pipe.Close()
	words := bufio.NewScanner(pipe)
	script := "echo $$ >" + fifo + "; exec sleep 100000"

	m, err := h.start(fmt.Sprintf("app \"u\" {\n  command = [\"/bin/sh\", \"-c\", %q]\n  restart {\n    delay = \"0s\"\n  }\n}\n", script))
	if err != nil {
		return nil, err
	}
	pid, err := next(words)
	if err != nil {
		return nil, err
	}
	var times []time.Duration
	for range n {
		killed := time.Now()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return nil, err
		}
		if pid, err = next(words); err != nil {
			return nil, err
		}
		times = append(times, time.Since(killed))
	}
	if err := m.end(); err != nil {
		return nil, err
	}
	var bare []time.Duration
	for range n {
		cmd := exec.Command("/bin/sh", "-c", script)
		begun := time.Now()
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		_, err := next(words)
		bare = append(bare, time.Since(begun))
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if err != nil {
			return nil, err
		}
	}
	return []line{{name: "kill -9 to the first words of the replacement", value: milliseconds(median(times)), unit: "ms", aim: 5, beside: fmt.Sprintf("os/exec of the same: %.2f ms", milliseconds(median(bare)))}}, nil
}

// next reads the pid that a process says of itself.
func next(words *bufio.Scanner) (pid int, err error) {
	if !words.Scan() {
		return 0, fmt.Errorf("read a pid: %w", cmp.Or(words.Err(), io.EOF))
	}
	if pid, err = strconv.Atoi(words.Text()); err != nil {
		return 0, fmt.Errorf("read a pid: %w", err)
	}
	return pid, nil
}

// statusAndSize looks at managers of 1, 100 and 500 idle units.
func statusAndSize(h *host) ([]line, error) {
	var lines []line
	for _, n := range []int{1, 100, 500} {
		m, err := h.start(sleepers(n, false))
		if err != nil {
			return nil, err
		}
		if _, err := m.allActive(n); err != nil {
			return nil, err
		}
		if n == 100 {
			took, err := repeat(20, func() error { return m.command("unitctl", "status").Run() })
			if err != nil {
				return nil, fmt.Errorf("unitctl status: %w", err)
			}
			bare, err := repeat(20, func() error { return exec.Command("/bin/true").Run() })
			if err != nil {
				return nil, err
			}
			lines = append(lines, line{name: "unitctl status, 100 units", value: milliseconds(took), unit: "ms", aim: 15, beside: fmt.Sprintf("/bin/true %.2f ms", milliseconds(bare))})
		}
		more, err := size(m, n)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
		if err := m.end(); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// repeat returns the median time of n calls.
func repeat(n int, call func() error) (time.Duration, error) {
	times := make([]time.Duration, 0, n)
	for range n {
		begun := time.Now()
		if err := call(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(begun))
	}
	return median(times), nil
}

func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

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
	"strings"
	"syscall"
	"time"
)

// figures are measured one after the other, so that none disturbs another; all, or those named on the command line.
var figures = []struct {
	name    string
	measure func(*host) ([]line, error)
}{
	{"spawn", inEach(spawn)}, {"boot", inEach(boot)}, {"chain", inEach(chain)}, {"replacement", inEach(replacement)},
	{"escape", inEach(escape)}, {"init", inits}, {"sandbox", sandboxed}, {"size", statusAndSize}, {"sampling", sampling},
	{"logs", logs}, {"succession", succession},
}

// spawn compares a chain of oneshot units of /bin/true with the same programs by os/exec: from the start of
// one to its exit status and the start of the next.
func spawn(h *host, t tier) ([]line, error) {
	const n, rounds = 100, 7
	var source strings.Builder
	for i := range n {
		fmt.Fprintf(&source, "app \"u%03d\" {\n  type = \"oneshot\"\n  remain = true\n  command = [\"/bin/true\"]\n%s", i, t.block())
		if i > 0 {
			fmt.Fprintf(&source, "  requires = [app.u%03d]\n", i-1)
		}
		source.WriteString("}\n")
	}
	m, err := h.settled(t.holding(source.String()), n)
	if err != nil {
		return nil, err
	}
	var steps, bare, more []time.Duration
	for range rounds {
		units, err := m.again(n)
		if err != nil {
			return nil, err
		}
		step := medianStep(units)
		goExec, err := repeat(n, func() error { return exec.Command("/bin/true").Run() })
		if err != nil {
			return nil, err
		}
		steps, bare, more = append(steps, step), append(bare, goExec), append(more, step-goExec)
	}
	return []line{
		{name: t.name + "spawn: oneshot /bin/true, start to status", value: milliseconds(median(steps)), unit: "ms", noAim: true, beside: beside("os/exec", median(bare))},
		{name: t.name + "spawn: more than os/exec in the same round", value: milliseconds(median(more)), unit: "ms", aim: t.spawn, noAim: t.spawn == 0},
	}, nil
}

// medianStep is the median time between two units that became active one after the other.
func medianStep(units []unit) time.Duration {
	slices.SortFunc(units, func(a, b unit) int { return a.Since.Compare(b.Since) })
	var steps []time.Duration
	for i := 1; i < len(units); i++ {
		steps = append(steps, units[i].Since.Sub(units[i-1].Since))
	}
	return median(steps)
}

// boot is the time from the start of unitd to the last of 500 units, all at once.
func boot(h *host, t tier) ([]line, error) {
	return h.boots(t, "boot of 500 units of sleep", 500, 5, false, 500)
}

// chain is the same for 50 units of which each waits for the one before it.
func chain(h *host, t tier) ([]line, error) {
	return h.boots(t, "boot of a chain of 50", 50, 7, true, 60)
}

// boots is the median of some boots of n units, with the same programs started by os/exec after each.
func (h *host) boots(t tier, name string, n, rounds int, chain bool, aim float64) ([]line, error) {
	m, err := h.settled(t.holding(sleepers(n, chain)), n)
	if err != nil {
		return nil, err
	}
	var times, bare []time.Duration
	for range rounds {
		units, err := m.again(n)
		if err != nil {
			return nil, err
		}
		last := m.started
		for _, u := range units {
			if u.Since.After(last) {
				last = u.Since
			}
		}
		took, err := bareSpawns(n)
		if err != nil {
			return nil, err
		}
		times, bare = append(times, last.Sub(m.started)), append(bare, took)
	}
	return []line{{name: t.name + name, value: milliseconds(median(times)), unit: "ms", aim: aim, beside: beside("os/exec, one after the other", median(bare))}}, nil
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
func replacement(h *host, t tier) ([]line, error) {
	const n = 30
	fifo := filepath.Join(h.root, "fifo")
	if err := syscall.Mkfifo(fifo, 0o666); err != nil {
		return nil, err
	}
	defer os.Remove(fifo)
	if err := os.Chmod(fifo, 0o666); err != nil {
		return nil, err
	}
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0) // also a writer: it never ends
	if err != nil {
		return nil, err
	}
	defer pipe.Close()
	words := bufio.NewScanner(pipe)
	script := "echo up >" + fifo + "; exec sleep 100000"

	m, err := h.start(t.holding(fmt.Sprintf("app \"u\" {\n  command = [\"/bin/sh\", \"-c\", %q]\n  restart {\n    delay = \"0s\"\n  }\n}\n", script)))
	if err != nil {
		return nil, err
	}
	if err := next(words); err != nil {
		return nil, err
	}
	var times, bare []time.Duration
	pid := 0
	for range n {
		if pid, err = m.mainPID(pid); err != nil {
			return nil, err
		}
		killed := time.Now()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return nil, err
		}
		if err := next(words); err != nil {
			return nil, err
		}
		times = append(times, time.Since(killed))
		took, err := firstWords(words, script)
		if err != nil {
			return nil, err
		}
		bare = append(bare, took)
	}
	if err := m.end(); err != nil {
		return nil, err
	}
	return []line{{name: t.name + "kill -9 to the first words of the replacement", value: milliseconds(median(times)), unit: "ms", aim: 5, beside: beside("os/exec of the same", median(bare))}}, nil
}

// firstWords is the time that a script takes to its first words when os/exec starts it.
func firstWords(words *bufio.Scanner, script string) (time.Duration, error) {
	cmd := exec.Command("/bin/sh", "-c", script)
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err := next(words)
	took := time.Since(begun)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
	return took, err
}

// next waits for a process to say that it runs.
func next(words *bufio.Scanner) error {
	if !words.Scan() {
		return fmt.Errorf("wait for the words of a process: %w", cmp.Or(words.Err(), io.EOF))
	}
	return nil
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
			status, err := statusTimes(m)
			if err != nil {
				return nil, err
			}
			ensure, err := ensureTimes(m)
			if err != nil {
				return nil, err
			}
			lines = append(append(lines, status...), ensure...)
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

// statusTimes measures `unitctl status`.
func statusTimes(m *manager) ([]line, error) {
	return m.commandTimes("unitctl status, 100 units", 15, "unitctl", "status")
}

// ensureTimes measures what cron does every minute while all is well.
func ensureTimes(m *manager) ([]line, error) {
	return m.commandTimes("unitd --ensure --detach, a manager runs", 10, "unitd", "--ensure", "--detach")
}

// commandTimes is the median time of a command, in turn with /bin/true.
func (m *manager) commandTimes(name string, aim float64, command ...string) ([]line, error) {
	const rounds = 20
	var times, bare []time.Duration
	for range rounds {
		took, err := repeat(1, func() error { return m.command(command[0], command[1:]...).Run() })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
		}
		beside, err := repeat(1, func() error { return exec.Command("/bin/true").Run() })
		if err != nil {
			return nil, err
		}
		times, bare = append(times, took), append(bare, beside)
	}
	return []line{{name: name, value: milliseconds(median(times)), unit: "ms", aim: aim, beside: beside("/bin/true", median(bare))}}, nil
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

// beside says what something else took in the same run.
func beside(what string, took time.Duration) string {
	return fmt.Sprintf("%s: %.2f ms", what, milliseconds(took))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// logs is what it costs to have the output of a unit in a rotated log, in each mode, beside a shell that writes the same to
// a file and the loggers of other supervisors; and what a look back at a large log takes. In mode = "file" the manager has no
// part in the output, so what it uses is for rotating, compressing and removing.
func logs(h *host) ([]line, error) {
	m, err := h.start(loggingUnits())
	if err != nil {
		return nil, err
	}
	text := filepath.Join(m.home, "text")
	if err := writeLines(text, h.captured); err != nil {
		return nil, err
	}
	if err := repeatUntil(patience, func() bool { return m.command("unitctl", "is-active", "idle").Run() == nil }); err != nil {
		return nil, err
	}
	ways := []*way{
		{name: "cat >file", run: m.bare},
		{name: "mode = \"file\"", run: func() (time.Duration, time.Duration, error) { return m.logged("print") }},
		{name: "mode = \"pipe\"", run: func() (time.Duration, time.Duration, error) { return m.logged("piped") }},
	}
	ways = append(ways, m.others()...)
	for range 3 {
		for _, w := range ways {
			took, cpu, err := w.run()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", w.name, err)
			}
			w.took, w.cpu = append(w.took, took), append(w.cpu, cpu)
		}
	}
	var lines []line
	for _, w := range ways[1:] {
		lines = append(lines,
			line{
				name: fmt.Sprintf("log of %d MiB by %s", h.captured>>20, w.name), value: h.perSecond(median(w.took)), unit: "MB/s", noAim: true,
				beside: fmt.Sprintf("cat >file: %.4g MB/s", h.perSecond(median(ways[0].took))),
			},
			line{name: "  processor of who logs, with all that it does to its files", value: milliseconds(median(w.cpu)), unit: "ms CPU", noAim: true})
	}
	look, err := m.lookBack()
	if err != nil {
		return nil, err
	}
	return append(lines, look...), m.end()
}

func loggingUnits() string {
	return `app "print" {
  type     = "oneshot"
  command  = ["cat", "text"]
  enabled  = false
}
app "piped" {
  type     = "oneshot"
  command  = ["cat", "text"]
  enabled  = false
  log {
    mode = "pipe"
  }
}
app "whole" {
  type     = "oneshot"
  command  = ["cat", "text"]
  enabled  = false
  log {
    max_size = "4G"
  }
}
app "idle" {
  command = ["/bin/sleep", "100000"]
}
`
}

// way is one way to log, and what it took each time: from the begin of the program to its end, and of the processor.
type way struct {
	name      string
	run       func() (took, cpu time.Duration, err error)
	took, cpu []time.Duration
}

// bare writes to a file by the shell.
func (m *manager) bare() (took, cpu time.Duration, err error) {
	took, err = timed(func() error { return m.shell("cat text >file") })
	if err == nil {
		err = os.Remove(filepath.Join(m.home, "file"))
	}
	return took, 0, err
}

// logged runs a unit, and waits until its log is within its bounds.
func (m *manager) logged(unit string) (took, cpu time.Duration, err error) {
	_, before, err := m.cpuTime()
	if err != nil {
		return 0, 0, err
	}
	took, err = timed(func() error { return m.command("unitctl", "start", unit).Run() })
	if err == nil {
		err = m.rotated(unit)
	}
	if err != nil {
		return 0, 0, err
	}
	_, after, err := m.cpuTime()
	return took, after - before, err
}

// lookBack is what `logs --since` and `--until` take on a large log of lines with times, a minute in the middle of which is
// wanted.
func (m *manager) lookBack() ([]line, error) {
	if err := m.command("unitctl", "start", "whole").Run(); err != nil {
		return nil, fmt.Errorf("unitctl start whole: %w", err)
	}
	peak := func() (float64, error) { return field(fmt.Sprintf("/proc/%d/status", m.cmd.Process.Pid), "VmHWM:") }
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", m.cmd.Process.Pid), []byte("5"), 0); err != nil {
		return nil, err
	}
	before, err := peak()
	if err != nil {
		return nil, err
	}
	middle := logBegin.Add(logStep * time.Duration(m.host.captured/averageLine/2))
	took, err := timed(func() error {
		return m.command("unitctl", "logs", "--since", middle.Format(time.RFC3339), "--until", middle.Add(time.Second).Format(time.RFC3339), "whole").Run()
	})
	if err != nil {
		return nil, fmt.Errorf("unitctl logs: %w", err)
	}
	after, err := peak()
	return []line{{
		name: fmt.Sprintf("logs --since --until, one second of a log of %d MiB", m.host.captured>>20), value: milliseconds(took), unit: "ms", noAim: true,
		beside: fmt.Sprintf("manager at most %.1f MB larger", (after-before)/1000),
	}}, err
}

// The lines that are printed: about how long one is, the time of the first, and how far apart they are.
const (
	averageLine = 85
	logStep     = 5 * time.Millisecond
)

var logBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// writeLines writes lines with times.
func writeLines(path string, size int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	at := logBegin
	for n := 0; n < size; {
		written, err := fmt.Fprintf(w, "%s GET /articles/%d?page=%d 200 %d bytes in %d us\n", at.Format(time.RFC3339Nano), n%7919, n%97, n%65537, n%9973)
		if err != nil {
			return err
		}
		n += written
		at = at.Add(logStep)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Chmod(0o644)
}

// rotated waits until the log of a unit is within its bounds and the manager has done with it: a second passes before
// it looks, and then its rotated files are compressed.
func (m *manager) rotated(unit string) error {
	return repeatUntil(patience, func() bool {
		directory := filepath.Join(m.home, ".local/state/unitd/log/app."+unit+".log")
		live, err := os.Stat(directory)
		packed, errPacked := filepath.Glob(directory + ".[2-5].gz")
		plain, errPlain := filepath.Glob(directory + ".[2-9]")
		return err == nil && errPacked == nil && errPlain == nil && live.Size() <= 10<<20 && len(packed) == 4 && len(plain) == 0
	})
}

// shell runs a script in the home of the account.
func (m *manager) shell(script string) error {
	cmd := m.command("unitctl")
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", script}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: m.host.account.Credential}
	return cmd.Run()
}

func timed(f func() error) (time.Duration, error) {
	begun := time.Now()
	err := f()
	return time.Since(begun), err
}

func (h *host) perSecond(took time.Duration) float64 {
	return float64(h.captured) / 1e6 / took.Seconds()
}

// repeatUntil asks until something holds.
func repeatUntil(within time.Duration, holds func() bool) error {
	for deadline := time.Now().Add(within); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited for %s", within)
		}
	}
	return nil
}

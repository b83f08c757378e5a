package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// captured is how much a unit prints: a quarter of a GiB, so that all of this takes seconds.
const captured = 256 << 20

// logs is what it costs to have the output of a unit in a rotated log, beside a shell that writes the same to a file, and
// what a look back at a large log takes. A manager that is not asked has no part in the output, so what it uses is for
// rotating, compressing and removing.
func logs(h *host) ([]line, error) {
	m, err := h.start(`app "print" {
  type     = "oneshot"
  command  = ["cat", "text"]
  enabled  = false
}
app "whole" {
  type     = "oneshot"
  command  = ["cat", "text"]
  enabled  = false
  log {
    max_size = "1G"
  }
}
app "idle" {
  command = ["/bin/sleep", "100000"]
}
`)
	if err != nil {
		return nil, err
	}
	text, file := filepath.Join(m.home, "text"), filepath.Join(m.home, "file")
	if err := writeLines(text); err != nil {
		return nil, err
	}
	if err := repeatUntil(patience, func() bool { return m.command("unitctl", "is-active", "idle").Run() == nil }); err != nil {
		return nil, err
	}
	var bare, logged []time.Duration
	var cpu []time.Duration
	for range 3 {
		took, err := timed(func() error { return m.shell("cat text >file") })
		if err != nil {
			return nil, err
		}
		bare = append(bare, took)
		if err := os.Remove(file); err != nil {
			return nil, err
		}
		_, before, err := m.cpuTime()
		if err != nil {
			return nil, err
		}
		if took, err = timed(func() error { return m.command("unitctl", "start", "print").Run() }); err != nil {
			return nil, fmt.Errorf("unitctl start print: %w", err)
		}
		logged = append(logged, took)
		if err := m.rotated(); err != nil {
			return nil, err
		}
		_, after, err := m.cpuTime()
		if err != nil {
			return nil, err
		}
		cpu = append(cpu, after-before)
	}
	look, err := m.lookBack()
	if err != nil {
		return nil, err
	}
	return append([]line{
		{name: "log of 256 MiB by mode = \"file\"", value: perSecond(median(logged)), unit: "MB/s", noAim: true, beside: fmt.Sprintf("cat >file: %.4g MB/s", perSecond(median(bare)))},
		{name: "log of 256 MiB: manager, rotation and gzip included", value: milliseconds(median(cpu)), unit: "ms CPU", noAim: true},
	}, look...), m.end()
}

// lookBack is what `logs --since` takes on a log of 256 MiB of lines with times, the last hour of which is wanted.
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
	took, err := timed(func() error {
		return m.command("unitctl", "logs", "-n", "10", "--since", "2026-01-01T01:00:00Z", "whole").Run()
	})
	if err != nil {
		return nil, fmt.Errorf("unitctl logs: %w", err)
	}
	after, err := peak()
	return []line{{
		name: "logs -n 10 --since on a log of 256 MiB", value: milliseconds(took), unit: "ms", noAim: true,
		beside: fmt.Sprintf("manager at most %.1f MB larger", (after-before)/1000),
	}}, err
}

// writeLines writes lines with times, of about 100 bytes.
func writeLines(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := 0; n < captured; {
		written, err := fmt.Fprintf(w, "%s GET /articles/%d?page=%d 200 %d bytes in %d us\n", at.Format(time.RFC3339Nano), n%7919, n%97, n%65537, n%9973)
		if err != nil {
			return err
		}
		n += written
		at = at.Add(5 * time.Millisecond)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Chmod(0o644)
}

// rotated waits until the log of app.print is within its bounds and the manager has done with it: a second passes before
// it looks, and then its rotated files are compressed.
func (m *manager) rotated() error {
	return repeatUntil(patience, func() bool {
		directory := filepath.Join(m.home, ".local/state/unitd/log/app.print.log")
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

func perSecond(took time.Duration) float64 { return captured / 1e6 / took.Seconds() }

// repeatUntil asks until something holds.
func repeatUntil(within time.Duration, holds func() bool) error {
	for deadline := time.Now().Add(within); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited for %s", within)
		}
	}
	return nil
}

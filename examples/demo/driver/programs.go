package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// poll is how often the demo looks again while it waits for something.
const poll = 20 * time.Millisecond

var errExited = errors.New("exit status 0")

// A unit is what the demo reads of one element of `unitctl status --json`.
type unit struct {
	ID      string   `json:"id"`
	Active  string   `json:"active"`
	Sub     string   `json:"sub"`
	Workers []worker `json:"workers"`
	Listen  []struct {
		Address string `json:"address"`
	} `json:"listen"`
}

type worker struct {
	Index      int    `json:"index"`
	Active     string `json:"active"`
	MainPID    int    `json:"main_pid"`
	Generation int    `json:"generation"`
}

// startManager runs unitd in the foreground, with its words in ~/unitd.out.
func (d *demo) startManager() error {
	out, err := os.Create(filepath.Join(d.home, "unitd.out"))
	if err != nil {
		return fmt.Errorf("start unitd: %w", err)
	}
	defer out.Close()
	d.manager = exec.Command(filepath.Join(d.home, "bin/unitd"))
	d.manager.Dir, d.manager.Env = d.home, d.env
	d.manager.Stdout, d.manager.Stderr = out, out
	d.manager.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is for the driver
	if err := d.manager.Start(); err != nil {
		return fmt.Errorf("start unitd: %w", err)
	}
	d.ended = make(chan struct{})
	go func() {
		d.end = d.manager.Wait()
		close(d.ended)
	}()
	return nil
}

// unitctl runs the client and returns its exit status and all that it printed.
func (d *demo) unitctl(ctx context.Context, args ...string) (status int, output string, err error) {
	cmd := exec.CommandContext(ctx, filepath.Join(d.home, "bin/unitctl"), args...)
	cmd.Dir, cmd.Env = d.home, d.env
	combined, err := cmd.CombinedOutput()
	exit := (*exec.ExitError)(nil)
	switch {
	case ctx.Err() != nil:
		return -1, "", context.Cause(ctx)
	case errors.As(err, &exit):
		return exit.ExitCode(), string(combined), nil
	case err != nil:
		return -1, "", fmt.Errorf("run unitctl: %w", err)
	}
	return 0, string(combined), nil
}

// mustUnitctl runs the client for a verb that has to succeed.
func (d *demo) mustUnitctl(ctx context.Context, args ...string) (string, error) {
	status, output, err := d.unitctl(ctx, args...)
	if err == nil && status != 0 {
		err = fmt.Errorf("unitctl %s exits 0; it exited %d:\n%s", strings.Join(args, " "), status, output)
	}
	return output, err
}

// status reads the units as `unitctl status --json` gives them, by id. It is nil while no manager answers.
func (d *demo) status(ctx context.Context) (map[string]unit, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(d.home, "bin/unitctl"), "status", "--json")
	cmd.Dir, cmd.Env = d.home, d.env
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	const noManager = 5
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == noManager {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("unitctl status --json: %w: %s", err, complaint.String())
	}
	var list []unit
	if err := json.Unmarshal(output, &list); err != nil {
		return nil, fmt.Errorf("unitctl status --json prints an array of units: %w", err)
	}
	units := make(map[string]unit, len(list))
	for _, u := range list {
		units[u.ID] = u
	}
	return units, nil
}

// until polls the status until reached says so, or unitd ends, or ctx does.
func (d *demo) until(ctx context.Context, what string, reached func(map[string]unit) bool) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		units, err := d.status(ctx)
		if err != nil {
			return err
		}
		if reached(units) {
			return nil
		}
		select {
		case <-d.ended:
			return fmt.Errorf("unitd lives until %s; it ended: %w", what, cmp.Or(d.end, errExited))
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// stopAtOnce is for a demo that failed: unitd stops its units on SIGTERM; what is left is killed.
func (d *demo) stopAtOnce() {
	if d.manager == nil || d.manager.Process == nil {
		return
	}
	_ = d.manager.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(5 * time.Second):
		_ = d.manager.Process.Kill()
	}
	for _, pid := range d.leftProcesses() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// lastWords is what unitd printed last, for the message of a failed demo.
func (d *demo) lastWords() error {
	output, err := os.ReadFile(filepath.Join(d.home, "unitd.out"))
	switch {
	case err != nil:
		return fmt.Errorf("unitd said nothing: %w", err)
	case len(output) == 0:
		return nil
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return fmt.Errorf("unitd's last words:\n  %s", strings.Join(lines[max(0, len(lines)-10):], "\n  "))
}

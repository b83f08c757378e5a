package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"unitd/internal/ordinary"
)

// patience is how long anything here may take.
const patience = 60 * time.Second

// A host is where managers are measured: each in a home directory of its own.
type host struct {
	root    string
	account ordinary.Account
	homes   int
	// captured is how many bytes are logged, to see what that costs.
	captured int
	started  []*os.Process
}

// interrupted ends what was started, when a run is broken off.
func (h *host) interrupted() {
	for _, p := range h.started {
		_ = p.Signal(syscall.SIGTERM) // it may have ended long ago
	}
}

// A manager is a running unitd.
type manager struct {
	host    *host
	home    string
	cmd     *exec.Cmd
	started time.Time
}

// A unit is what is read of one element of `unitctl status --json`.
type unit struct {
	ID      string    `json:"id"`
	Active  string    `json:"active"`
	Since   time.Time `json:"since"`
	MainPID int       `json:"main_pid"`
	Tasks   int       `json:"tasks"`
	Workers []struct {
		MainPID int `json:"main_pid"`
	} `json:"workers"`
}

// settled is a manager that has run n units and ended: their logs are there already. To make a file is what costs most
// on many a file system, and happens once in the life of a unit.
func (h *host) settled(source string, n int) (*manager, error) {
	m, err := h.start(source)
	if err != nil {
		return nil, err
	}
	if _, err := m.allActive(n); err != nil {
		return nil, err
	}
	err = m.end()
	return m, err
}

// again runs a manager that has ended, as a reboot of the host does, until its n units are active, and ends it.
func (m *manager) again(n int) ([]unit, error) {
	if err := m.run(); err != nil {
		return nil, err
	}
	units, err := m.allActive(n)
	if err != nil {
		return nil, err
	}
	return units, m.end()
}

// start runs unitd with unit files that hold source, in a new home, and returns at once.
func (h *host) start(source string) (*manager, error) {
	h.homes++
	m := &manager{host: h, home: filepath.Join(h.root, fmt.Sprint(h.homes))}
	units := filepath.Join(m.home, ".config/unitd/units")
	if err := os.MkdirAll(units, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(units, "bench.hcl"), []byte(source), 0o644); err != nil {
		return nil, err
	}
	if err := h.account.Give(m.home); err != nil {
		return nil, err
	}
	err := m.run()
	return m, err
}

// run starts unitd in its home.
func (m *manager) run() error {
	out, err := os.Create(filepath.Join(m.home, "unitd.out"))
	if err != nil {
		return err
	}
	defer out.Close()
	m.cmd = m.command("unitd")
	m.cmd.Stdout, m.cmd.Stderr = out, out
	m.started = time.Now()
	if err := m.cmd.Start(); err != nil {
		return err
	}
	m.host.started = append(m.host.started, m.cmd.Process)
	return nil
}

// command is one of the two programs in the name and the environment of the account.
func (m *manager) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(m.host.root, name), args...)
	cmd.Dir = m.home
	cmd.Env = []string{"HOME=" + m.home, "USER=" + m.host.account.Name, "LOGNAME=" + m.host.account.Name, "PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: m.host.account.Credential, Setsid: true}
	return cmd
}

// units reads the status of all units; none while the manager does not answer yet.
func (m *manager) units() ([]unit, error) {
	var complaint bytes.Buffer
	cmd := m.command("unitctl", "status", "--json")
	cmd.Stderr = &complaint
	output, err := cmd.Output()
	const noManager = 5
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == noManager {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("unitctl status --json: %w: %s", err, complaint.String())
	}
	var units []unit
	if err := json.Unmarshal(output, &units); err != nil {
		return nil, fmt.Errorf("read the JSON of unitctl status: %w", err)
	}
	return units, nil
}

// allActive waits until n units are active and returns them. The first look comes late, since it is work for the
// manager; when each unit became active is in what it finds.
func (m *manager) allActive(n int) ([]unit, error) {
	deadline := time.Now().Add(patience)
	time.Sleep(400*time.Millisecond + time.Duration(n)*2*time.Millisecond)
	for {
		units, err := m.units()
		if err != nil {
			return nil, err
		}
		active := 0
		for _, u := range units {
			if u.Active == "active" {
				active++
			}
		}
		if active == n && len(units) == n {
			return units, nil
		}
		if time.Now().After(deadline) {
			words, _ := os.ReadFile(filepath.Join(m.home, "unitd.out"))
			return nil, fmt.Errorf("%d of %d units are active after %s; unitd said:\n%s", active, n, patience, words)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// end stops unitd and all its units.
func (m *manager) end() error {
	if err := m.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- m.cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		return errors.Join(fmt.Errorf("unitd does not end within %s of SIGTERM", patience), m.cmd.Process.Kill())
	}
}

// sleepers is the source of n units of sleep; with chain each requires the one before it.
func sleepers(n int, chain bool) string {
	var source strings.Builder
	for i := range n {
		fmt.Fprintf(&source, "app \"u%03d\" {\n  command = [\"/bin/sleep\", \"100000\"]\n", i)
		if chain && i > 0 {
			fmt.Fprintf(&source, "  requires = [app.u%03d]\n", i-1)
		}
		source.WriteString("}\n")
	}
	return source.String()
}

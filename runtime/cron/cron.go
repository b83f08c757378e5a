// Package cron reads and installs the crontab of the account, by the program crontab(1), and finds out whether a cron
// runs that would act on it. It does not know what stands in a crontab: that is policy/crontab. Start at Read.
package cron

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/internal/procfs"
)

// patience bounds a run of crontab(1): on some hosts it is a script of the panel's that talks to others.
const patience = 10 * time.Second

// mostBytes is the largest crontab that is read.
const mostBytes = 1 << 20

// NoProgramError is a host without the program crontab(1).
type NoProgramError struct{}

func (NoProgramError) Error() string {
	return "find crontab: there is no such program here; the host may hold crontabs in its panel: enter there what unitctl boot enable --print prints"
}

// RefusedError is what crontab(1) said when it did not do what it was asked.
type RefusedError struct{ Doing, Said string }

func (e *RefusedError) Error() string {
	return e.Doing + " the crontab: " + e.Said + "; nothing has changed: where the host's panel holds crontabs, enter there what unitctl boot enable --print prints"
}

// Read returns the crontab of the account; "": it has none. Errors: NoProgramError, RefusedError.
func Read(ctx context.Context) (string, error) {
	text, complaint, err := run(ctx, "", "-l")
	if err == nil {
		return text, nil
	}
	// Vixie's cron, cronie and systemd-cron say it in these words, with status 1.
	if strings.Contains(strings.ToLower(complaint), "no crontab for") {
		return "", nil
	}
	return "", refused(err, "read", complaint)
}

// Exact says whether the crontab can be put back as it is: the crontab(1) of Debian shows a carriage return as `\r`, which
// would be what is put back.
func Exact(text string) error {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSuffix(line, "\n"); strings.HasSuffix(line, `\r`) && !strings.HasSuffix(line, `\\r`) {
			return fmt.Errorf(`change the crontab: line %d ends in \r, as which crontab -l shows a carriage return (from a file with line ends of Windows): take it out with crontab -e, as cron makes it part of the command`, number)
		}
	}
	return nil
}

// Gone is the first of these programs that nobody could start; "": there is none.
func Gone(programs []string) string {
	for _, path := range programs {
		if found, err := os.Stat(path); err != nil || !found.Mode().IsRegular() || found.Mode()&0o111 == 0 {
			return path
		}
	}
	return ""
}

// Install replaces the crontab of the account by text and makes sure that it is there. Errors: NoProgramError,
// RefusedError.
func Install(ctx context.Context, text string) error {
	if _, complaint, err := run(ctx, text, "-"); err != nil {
		return refused(err, "install", complaint)
	}
	now, err := Read(ctx)
	if err == nil && now != text {
		err = errors.New("install the crontab: crontab(1) reported success, and crontab -l shows another text; enter in the host's panel what unitctl boot enable --print prints")
	}
	return err
}

func run(ctx context.Context, input string, arg string) (output, complaint string, err error) {
	path, err := exec.LookPath("crontab")
	if err != nil {
		return "", "", NoProgramError{}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, arg)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second // something that it has started may keep its output open
	out, errs := &capped{}, &capped{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), out, errs
	begun := time.Now()
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("%s has not ended within %s", path, time.Since(begun).Round(time.Second))
	}
	if out.over || errs.over {
		return "", "", fmt.Errorf("it is larger than %d bytes", mostBytes)
	}
	return out.String(), errs.String(), err
}

// refused makes an error of what crontab(1) has complained of.
func refused(err error, doing, complaint string) error {
	if missing := (NoProgramError{}); errors.As(err, &missing) {
		return missing
	}
	for line := range strings.Lines(complaint) {
		if line = strings.TrimSpace(line); line != "" {
			return &RefusedError{doing, line}
		}
	}
	return &RefusedError{doing, err.Error()}
}

// capped keeps what fits.
type capped struct {
	kept bytes.Buffer
	over bool
}

func (c *capped) String() string { return c.kept.String() }

func (c *capped) Write(p []byte) (int, error) {
	if c.kept.Len()+len(p) > mostBytes {
		c.over = true
		return len(p), nil
	}
	return c.kept.Write(p)
}

// programs are the crons of Linux distributions by the names of their processes.
var programs = []string{"cron", "crond", "fcron", "bcron", "dcron", "busybox-cron"}

// State says whether a cron runs.
type State string

// The states. Absent is said only where an init system is seen, and no cron: processes of root's may be hidden from this
// account (hidepid), and a cage has processes of its own while cron runs outside of it.
const (
	Runs    State = "runs"
	Absent  State = "absent"
	Unknown State = "unknown"
)

// inits are init systems by the names of their processes.
var inits = []string{"systemd", "init", "runit", "s6-svscan", "openrc-init", "dinit"}

// Look finds a cron among the processes that this account can see.
func Look() State {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return Unknown
	}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil && slices.Contains(programs, name(pid)) {
			return Runs
		}
	}
	if slices.Contains(inits, name(1)) {
		return Absent
	}
	return Unknown
}

// name is that of a process; "": there is none that can be seen.
func name(pid int) string {
	text, err := os.ReadFile(procfs.Directory(pid) + "/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

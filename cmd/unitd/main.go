//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0

// The runtime would keep two files of the cgroup open to follow its CPU quota; descriptors are scarce here,
// and one processor is enough for a manager on any machine (memory.go).
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"unitd/internal/dirs"
	"unitd/internal/version"
	"unitd/runtime/process"
	"unitd/runtime/state"
)

// The exit statuses of unitd.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
	exitRoot   = 77 // EX_NOPERM of sysexits.h
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// command is main with its outside as arguments.
func command(args []string, stdout, stderr io.Writer) int {
	h, unread := inherited() // first: what people ask for is not heard before
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		fmt.Fprintf(stderr, "unitd: %v (unitd --help)\n", err)
		return exitUsage
	case o.version:
		fmt.Fprintln(stdout, "unitd", version.Version)
		return exitDone
	case os.Geteuid() == 0 && !o.allowRoot:
		fmt.Fprintln(stderr, "unitd: refuse to run as root: start it as the ordinary user whose programs it runs (or give --allow-root)")
		return exitRoot
	}
	err = start(o, h, unread, stderr)
	if running := (*state.RunningError)(nil); o.ensure && errors.As(err, &running) {
		return exitDone // another one was faster
	}
	if err != nil {
		fmt.Fprintln(stderr, "unitd:", err)
		return exitFailed
	}
	return exitDone
}

// start finds the directories and becomes the manager, here or in the background; where h is one, it goes on with what that
// hands over, unless it could not be read.
func start(o options, h *handover, unread error, stderr io.Writer) error {
	d, err := dirs.Resolve(o.dirs, os.Getenv)
	if err != nil {
		return err
	}
	if err := d.CheckSockets(); err != nil {
		return err
	}
	if o.checkHandover {
		return checkHandover(o, d)
	}
	if unread != nil {
		return unread // as if killed: the guard starts one that reads the record
	}
	if h != nil {
		return takeOver(o, d, h, stderr)
	}
	if o.ensure {
		if _, running := state.Holder(d.Runtime, d.State); running || shutDownOnPurpose(d) {
			return nil
		}
	}
	if os.Getenv(envGuard) != "" && shutDownOnPurpose(d) && !state.HasRecord(d.State) {
		return nil // the manager before has died with nothing left to do
	}
	if err := prepareDirectory("state", d.State); err != nil {
		return err
	}
	if err := prepareDirectory("runtime", d.Runtime); err != nil {
		return err
	}
	if pid, running := state.Holder(d.Runtime, d.State); running {
		return &state.RunningError{PID: pid}
	}
	if o.detach && os.Getpid() == 1 {
		return errors.New("detach: process 1 cannot go to the background, as its container would end with it: leave --detach out")
	}
	if o.detach {
		return detach(o, d, stderr)
	}
	core, err := prepare()
	if err != nil {
		return err
	}
	return manage(o, d, newGuarded(o, d, core), nil, stderr)
}

// prepareDirectory makes one of the directories that have a flag.
func prepareDirectory(name, path string) error {
	err := state.Prepare(name+" directory", path)
	if errors.Is(err, unix.EROFS) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: choose another one by --%s-dir", err, name)
	}
	return err
}

// prepare makes this process one that a manager can live in. It returns the limit of cores for the programs of units.
func prepare() (core process.Rlimit, err error) {
	if core, err = conceal(); err != nil {
		return core, fmt.Errorf("conceal the memory of the manager: %w", err)
	}
	frugal()
	return core, reserveThreads(reserved)
}

// shutDownOnPurpose reports that somebody ended the manager and meant it, in this boot of the host.
func shutDownOnPurpose(d dirs.Dirs) bool {
	boot, err := state.BootID()
	return err == nil && state.ShutDown(d.State, boot)
}

package executor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	policy "unitd/policy/containment"
	"unitd/policy/lifecycle"
	"unitd/runtime/credential"
	"unitd/runtime/namespace"
	"unitd/runtime/process"
	"unitd/units"
)

// containment is which tier this host allows, and what the namespaces of units are like.
type containment struct {
	front     front    // for units
	trusted   front    // for those that may use the control socket
	programs  []string // the manager's own files that this account could change, and its cgroup, without symlinks
	nothing   string   // a file that nobody may open
	units     string   // directory of the unit files, without symlinks; "": there is none
	unitFiles func() []string
	mounts    procfs.Mounts // of the host

	kernel kernel
	known  chan struct{} // closed when it has been tried whether this host gives namespaces

	mu       sync.Mutex
	unusable error     // why they are not used, whatever the host gives
	denied   error     // why the host gives none; nil: it does
	doubted  time.Time // when it was last tried again
}

// openContainment finds out what does not change, and begins to try what the host allows, which goes on when the
// reaper runs.
func (x *Executor) openContainment() {
	c := &x.containment
	c.known, c.kernel = make(chan struct{}), lookAtKernel()
	if dir, err := filepath.EvalSymlinks(x.config.Units); err == nil && filepath.IsAbs(dir) {
		c.units, c.unitFiles = dir, x.config.UnitFiles
	}
	var frontErr, trustedErr error
	c.front, frontErr = newFront("front", x.config.State, x.config.Runtime)
	c.trusted, trustedErr = newFront("front-control", x.config.State, x.config.Runtime)
	c.unusable = errors.Join(frontErr, trustedErr)
	c.nothing = filepath.Join(backstage(x.config.State, x.config.Runtime), "nothing")
	if err := os.WriteFile(c.nothing, nil, 0); err != nil && !errors.Is(err, fs.ErrPermission) { // it is there already
		c.unusable = errors.Join(c.unusable, err)
	}
	for _, program := range x.config.Programs {
		if changeable(program) {
			c.programs = append(c.programs, program)
		}
	}
	if os.Getuid() == 0 {
		c.unusable = errors.New("the manager runs as root, whose rights a user namespace would take from units")
	}
	x.beside.Go(func() {
		x.tryNamespaces()
		close(c.known)
	})
}

// showNotifySocket is called when the socket is there.
func (x *Executor) showNotifySocket() {
	c := &x.containment
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unusable == nil {
		c.unusable = errors.Join(c.front.show(x.NotifySocket()), c.trusted.show(x.NotifySocket()))
	}
}

// ShowControlSocket is called when the control socket is there; units that may use it do not see it before.
func (x *Executor) ShowControlSocket(path string) {
	if x.containment.reason() != nil {
		return
	}
	if err := x.containment.trusted.show(path); err != nil {
		x.config.Logger.Warn("units with control = true cannot use the control socket", "error", err)
	}
}

// changeable reports a file that this account could write or replace.
func changeable(file string) bool {
	return unix.Access(file, unix.W_OK) == nil || unix.Access(filepath.Dir(file), unix.W_OK) == nil
}

// tryNamespaces finds out whether this host gives namespaces, by making them. Where the account has no room for one
// more process this is tried again beside.
func (x *Executor) tryNamespaces() {
	err := x.rehearse()
	c := &x.containment
	c.mu.Lock()
	c.denied = err
	c.mu.Unlock()
	switch {
	case err == nil || x.ctx.Err() != nil:
	case full(err):
		x.beside.Go(func() {
			select {
			case <-time.After(tryAgain):
				x.tryNamespaces()
			case <-x.ctx.Done():
			}
		})
	default:
		x.config.Logger.Info("units get no namespaces", "reason", err)
	}
}

// tryAgain is the pause between two looks at what the host gives.
const tryAgain = 10 * time.Second

// rehearse does all that a contained start does, up to the program: that a directory cannot be executed is the only
// error that it may meet.
func (x *Executor) rehearse() error {
	const directory = "/"
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	failed := make(chan process.ExecFailed, 1)
	empty := make(chan struct{})
	spec := process.Spec{
		Token: x.privateToken(), Name: "namespaces", Path: directory, Args: []string{directory}, Umask: 0o022, Stdout: null, Stderr: null,
	}
	plan, err := x.containment.plan(x.config.Account.Home, "", &units.Process{})
	if err != nil {
		return err
	}
	spec.Namespaces = namespacesOf(plan)
	secrets := &secrets{directory: filepath.Join(x.config.Runtime, credential.Directory, "rehearsal")}
	err = x.start(spec, &run{secrets: secrets, done: func(ev process.Event) {
		switch ev := ev.(type) {
		case process.ExecFailed:
			failed <- ev
		case process.Empty:
			close(empty)
		}
	}})
	if err != nil {
		return err
	}
	select {
	case <-empty:
	case <-x.ctx.Done():
		return x.ctx.Err()
	}
	if ev := <-failed; ev.Op != "exec "+directory {
		return errors.Unwrap(ev.Err)
	}
	return nil
}

// allowed waits until it is known whether this host gives namespaces, and says why not.
func (c *containment) allowed(ctx context.Context) error {
	select {
	case <-c.known:
	case <-ctx.Done():
		return ctx.Err()
	}
	return c.reason()
}

// reason says why units get no namespaces, as far as that is known.
func (c *containment) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unusable != nil {
		return c.unusable
	}
	return c.denied
}

// contain has a program started as its unit says. Main is the run of the unit's program, whose namespaces a hook or
// check joins as long as that lives; 0: there is none. Socket is where a worker is to listen that requests are passed on
// to; "": nowhere, or on a port.
func (x *Executor) contain(spec *process.Spec, p *units.Process, socket string, main uint64) error {
	spec.Join = main
	var denied error
	if p.Sandbox.Namespace != "off" {
		denied = x.containment.allowed(x.ctx)
	}
	verdict := policy.Decide(p, x.gives(x.containment.words(denied)))
	switch {
	case verdict.Refused && denied != nil:
		return fmt.Errorf("namespace = \"required\": %w", denied)
	case verdict.Refused:
		return fmt.Errorf("namespace = \"required\": the unit would be %s", verdict.Note(&p.Sandbox))
	}
	if err := x.confine(spec, p); err != nil {
		return err
	}
	if p.Limits.Tasks > 0 && verdict.Lacks("limits.tasks") == "" && !x.controls("pids") {
		limitTasks(spec, p.Limits)
	}
	if !verdict.Namespaces {
		return nil
	}
	plan, err := x.containment.plan(x.config.Account.Home, spec.Dir, p)
	if err != nil {
		return err
	}
	if socket != "" {
		shown, err := x.containment.frontOf(p).window(filepath.Dir(socket), x.config.Runtime)
		if err != nil {
			return err
		}
		plan.Views = namespace.Arrange(append(plan.Views, shown))
	}
	spec.Namespaces = namespacesOf(plan)
	return checkSeen(plan.Views, spec)
}

func namespacesOf(p namespace.Plan) *process.Namespaces {
	return &process.Namespaces{Make: p.Make, Furnish: p.Furnish, Join: p.Join}
}

// frontOf is what a program sees of the manager's directories.
func (c *containment) frontOf(program *units.Process) front {
	if program.Control {
		return c.trusted
	}
	return c.front
}

// plan is what the namespaces of a program with this working directory are like.
func (c *containment) plan(home, dir string, p *units.Process) (namespace.Plan, error) {
	views, err := c.views(home, dir, p)
	s := &p.Sandbox
	return namespace.Plan{
		UID: os.Getuid(), GID: os.Getgid(), SharedIPC: !s.PrivateIPC, SharedProc: !s.HideProcesses,
		PrivateNetwork: s.PrivateNetwork, Views: views,
	}, err
}

// checkSeen finds what a program needs that its own view hides: no system call would say by what.
func checkSeen(views []namespace.View, spec *process.Spec) error {
	check := func(words, path string) error {
		resolved, missing := filepath.EvalSymlinks(path)
		if missing != nil { // the start itself says so
			resolved = path
		}
		by, seen := namespace.Sees(views, resolved)
		if seen || path == spec.Dir && resolved == by.Target && by.Type != "" {
			return nil
		}
		if by.By == byManager {
			return fmt.Errorf("%s %s: units do not see %s, which is the manager's; choose another `directory`", words, path, by.Target)
		}
		return fmt.Errorf("%s %s: %s hides it; name it, or a directory above it, in read_only or read_write", words, path, by.By)
	}
	path := spec.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(spec.Dir, path)
	}
	return errors.Join(check("change directory to", spec.Dir), check("exec", path))
}

// reconsider takes note of a start that a host has refused which gave namespaces before, and reports whether to start again:
// once it has been tried anew, with what the host gives by then.
func (x *Executor) reconsider(failed process.ExecFailed) bool {
	x.mu.Lock()
	r := x.runs[failed.Token]
	x.mu.Unlock()
	if r == nil || r.done != nil || !failed.Namespaces {
		return false
	}
	c := &x.containment
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.doubted) < tryAgain {
		return false
	}
	c.doubted = time.Now()
	x.beside.Go(x.tryNamespaces)
	return true
}

// mainOf is the run of the program beside which a hook runs.
func mainOf(a lifecycle.Action) uint64 {
	if a.Hook == lifecycle.NoHook {
		return 0
	}
	return a.Launch.Main
}

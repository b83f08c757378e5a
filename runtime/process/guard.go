package process

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
)

// guardName is what the process is called that starts the manager again.
const guardName = "unitd-guard"

// Guard is what a process needs that starts the manager again at once when it has ended without having let its guard go.
// It starts the program that this process runs, whatever is at its path by then.
type Guard struct {
	Args []string // of the manager, its name included
	Env  []string
	Log  string // file that the manager's output and errors go to
	Core *Rlimit
	// Pause is how long the guard waits before it starts a manager. Where that ends before it has a guard of its own,
	// the next one is started after a longer pause.
	Pause time.Duration
}

// What a guard has open: nothing as 0 to 2.
const (
	guardWatched = firstKept + iota // a pidfd of the manager
	guardProgram
	guardInterpreter
)

// Guard starts a guard of this process, in place of the one that it has. It is the interpreter with a script that waits
// for the end of the manager, which the guard is a child of: so nothing that has started the manager sees another
// process than the manager itself. A guard cannot be traced, since it knows the manager's environment.
func (t *Table) Guard(g Guard) error {
	watched, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return fmt.Errorf("start the guard: %w", os.NewSyscallError("pidfd_open", err))
	}
	defer closeFD(watched)
	program, err := os.Open("/proc/self/exe")
	if err != nil {
		return fmt.Errorf("start the guard: %w", err)
	}
	defer program.Close()
	content, err := memfd("script", g.compile(t.hides, t.openFiles).Bytes(), unix.MFD_NOEXEC_SEAL)
	if err != nil {
		return fmt.Errorf("start the guard: %w", err)
	}
	defer closeFD(content)
	none := ^uintptr(0)
	t.mu.Lock()
	defer t.mu.Unlock()
	pid, err := startInterpreter(t.interpreter, []string{guardName, t.dir}, uintptr(content), none, none, uintptr(watched), fd(program))
	if err != nil {
		return fmt.Errorf("start the guard: %w", err)
	}
	t.endChild(t.guard)
	t.guard = pid
	return nil
}

// compile gives the script of a guard.
func (g Guard) compile(visible bool, openFiles Rlimit) script.Script {
	var c compiler
	c.prctl("name the guard", "PR_SET_NAME", unix.PR_SET_NAME, script.Text(guardName))
	if !visible {
		c.Do("hide the memory of the guard", "prctl", unix.SYS_PRCTL, dumpable(0)...)
	}
	c.signalMask("block signals", "all", ^uint64(0))
	c.Do("begin a session", "setsid", unix.SYS_SETSID)
	pollfd := binary.LittleEndian.AppendUint32(nil, guardWatched)
	pollfd = binary.LittleEndian.AppendUint32(pollfd, unix.POLLIN) // events, and room for what happened
	c.Do("wait for the end of the manager", "ppoll", unix.SYS_PPOLL, script.Data("the manager", pollfd, 0), script.Number(1), script.Number(0), script.Number(0), script.Number(0))
	pause := binary.LittleEndian.AppendUint64(nil, uint64(g.Pause/time.Second))
	pause = binary.LittleEndian.AppendUint64(pause, uint64(g.Pause%time.Second))
	c.Do("start a manager", "again", 0, script.Data(g.Pause.String(), pause, 0))
	c.Last().Flags = script.Again
	c.manager(g, openFiles)
	return c.Script
}

// manager is what the child of a guard does to become the manager.
func (c *compiler) manager(g Guard, openFiles Rlimit) {
	atCwd := script.Named("AT_FDCWD", unix.AT_FDCWD)
	c.Do("begin a session", "setsid", unix.SYS_SETSID)
	for fd := guardWatched; fd <= guardInterpreter; fd++ {
		c.Do("close a file at exec", "fcntl", unix.SYS_FCNTL, script.Number(fd), script.Named("F_SETFD", unix.F_SETFD), script.Named("FD_CLOEXEC", unix.FD_CLOEXEC))
	}
	c.Do("open /dev/null", "openat", unix.SYS_OPENAT, atCwd, script.Text("/dev/null"), script.Named("O_RDWR", unix.O_RDWR))
	const stdout, stderr = 1, 2
	for _, to := range []int{stdout, stderr} {
		c.move(0, to)
	}
	// Who cannot write a log starts all the same.
	log := c.Do("open the log", "openat", unix.SYS_OPENAT, atCwd, script.Text(g.Log),
		script.Named("O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC|O_NOFOLLOW", unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND|unix.O_CLOEXEC|unix.O_NOFOLLOW), script.Named("0600", 0o600))
	c.Last().Flags = script.IgnoreError
	for _, to := range []int{stdout, stderr} {
		c.Do("write to the log", "dup3", unix.SYS_DUP3, script.Result(log), script.Number(to), script.Number(0))
		c.Last().Flags = script.IgnoreError
	}
	c.rlimit(openFiles)
	if g.Core != nil {
		c.rlimit(*g.Core)
	}
	env := make([][]byte, 0, len(g.Env))
	for _, entry := range g.Env {
		env = append(env, script.Terminated(entry))
	}
	c.signalMask("let signals in", "none", 0)
	c.Do("exec the manager", "execveat", unix.SYS_EXECVEAT, script.Number(guardProgram), script.Text(""), script.Vector(vector(g.Args)), script.Environment(env), script.Named("AT_EMPTY_PATH", unix.AT_EMPTY_PATH))
}

// WhenUnguarded has f called when the guard has ended that was not let go. It is set before Run is called.
func (t *Table) WhenUnguarded(f func()) { t.unguarded = f }

// Unguard lets the guard go: the end of the manager is meant from now on.
func (t *Table) Unguard() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.endChild(t.guard)
	t.guard = 0
}

// EndOtherGuards ends guards that earlier managers of this runtime directory have left, as DropOthers has found them. One
// of them may be what has started this manager.
func (t *Table) EndOtherGuards() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, pid := range t.guards {
		if t.beside(pid, guardName) {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}
	t.guards = nil
}

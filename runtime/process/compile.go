package process

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// Files as the interpreter finds them: its own three, what the program gets, and itself. The script moves what
// the program gets down by passedShift, in ascending order, so that no move overwrites what a later one reads.
const (
	fdScript = iota
	fdFIFO
	fdExitFile
	fdStdout
	fdStderr
	fdFiles

	passedShift = fdStdout - 1
)

const initName = "unitd-init"

// Compile turns a spec into its script: first what makes the init an init, once for all, then what makes the
// program's process its own. It is pure: the same spec gives the same script.
func Compile(spec Spec) Script {
	c := compiler{script: Script{Token: spec.Token, Ops: make([]Op, len(prologue), len(prologue)+32)}}
	copy(c.script.Ops, prologue)
	c.do("fork", "clone", unix.SYS_CLONE, named("VM|VFORK|SIGCHLD", unix.CLONE_VM|unix.CLONE_VFORK|int64(unix.SIGCHLD)))
	c.last().flags = fork
	c.do("begin a session", "setsid", unix.SYS_SETSID)
	c.files(spec)
	c.attributes(spec)
	c.program(spec)
	return c.script
}

type compiler struct{ script Script }

// do appends one operation.
func (c *compiler) do(words, call string, nr int, args ...arg) {
	c.script.Ops = append(c.script.Ops, Op{Call: call, Words: words, nr: uint32(nr), args: args})
}

func (c *compiler) last() *Op { return &c.script.Ops[len(c.script.Ops)-1] }

// prologue makes the init: nobody may read its memory, no signal but SIGKILL and SIGSTOP reaches it, and every
// orphan of its tree comes to it. Dispositions are reset here, too: the program inherits them.
var prologue = func() []Op {
	var c compiler
	c.prctl("hide the memory of the init", "PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE, number(0))
	c.prctl("name the init", "PR_SET_NAME", unix.PR_SET_NAME, text(initName))
	c.signalMask("block signals", "all", ^uint64(0))
	fallback := make([]byte, 32) // a struct sigaction of the kernel: SIG_DFL, no flags, empty mask
	for sig := 1; sig <= 64; sig++ {
		if sig == int(unix.SIGKILL) || sig == int(unix.SIGSTOP) {
			continue
		}
		c.do("reset a signal", "rt_sigaction", unix.SYS_RT_SIGACTION, number(sig), arg{shown: "SIG_DFL", data: fallback}, number(0), number(8))
	}
	c.do("begin a session", "setsid", unix.SYS_SETSID)
	c.prctl("become a subreaper", "PR_SET_CHILD_SUBREAPER", unix.PR_SET_CHILD_SUBREAPER, number(1))
	return c.script.Ops
}()

func (c *compiler) prctl(words, name string, option int64, value arg) {
	c.do(words, "prctl", unix.SYS_PRCTL, named(name, option), value, number(0), number(0), number(0))
}

func (c *compiler) signalMask(words, shown string, mask uint64) {
	set := binary.LittleEndian.AppendUint64(nil, mask)
	c.do(words, "rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, named("SIG_SETMASK", unix.SIG_SETMASK), arg{shown: shown, data: set}, number(0), number(8))
}

// files moves what the program gets to fd 0, 1, 2, 3, … and leaves nothing else open. The interpreter has
// closed the script, so that /dev/null becomes fd 0.
func (c *compiler) files(spec Spec) {
	c.do("open /dev/null", "openat", unix.SYS_OPENAT, named("AT_FDCWD", unix.AT_FDCWD), text("/dev/null"), named("O_RDONLY", unix.O_RDONLY))
	end, kept := fdFiles+len(spec.Files)+len(spec.FDs), -1
	for fd := fdStdout; fd < end; fd++ {
		c.move(fd, fd-passedShift)
	}
	last := end
	if spec.Ready != nil {
		last, kept = end+1, spec.ReadyFD
		if kept != end { // it stands behind the others, and may have its number by chance
			c.move(end, kept)
		}
	}
	for fd := end - passedShift; fd <= last; fd++ {
		if fd != kept {
			c.do("close a file", "close", unix.SYS_CLOSE, number(fd))
		}
	}
}

func (c *compiler) move(from, to int) {
	c.do(fmt.Sprintf("move fd %d", to), "dup3", unix.SYS_DUP3, number(from), number(to), number(0))
}

func (c *compiler) attributes(spec Spec) {
	c.do("set umask", "umask", unix.SYS_UMASK, arg{shown: fmt.Sprintf("%#04o", spec.Umask), number: int64(spec.Umask)})
	if spec.OOMScoreAdj != nil {
		c.oomScoreAdj(*spec.OOMScoreAdj)
	}
	if spec.Nice != nil {
		c.do(fmt.Sprintf("set nice %d", *spec.Nice), "setpriority", unix.SYS_SETPRIORITY, named("PRIO_PROCESS", unix.PRIO_PROCESS), number(0), number(*spec.Nice))
	}
	if spec.IOPriority != nil {
		const ioprioWhoProcess = 1
		c.do("set io priority", "ioprio_set", unix.SYS_IOPRIO_SET, named("IOPRIO_WHO_PROCESS", ioprioWhoProcess), number(0), number(*spec.IOPriority))
	}
	if spec.Dir != "" {
		c.do("change directory to "+spec.Dir, "chdir", unix.SYS_CHDIR, text(spec.Dir))
	}
	for _, limit := range spec.Rlimits {
		c.rlimit(limit)
	}
	if spec.NoNewPrivs {
		c.prctl("give up new privileges", "PR_SET_NO_NEW_PRIVS", unix.PR_SET_NO_NEW_PRIVS, number(1))
	}
}

// oomScoreAdj lets the process be dumpable for three system calls: the files in /proc of one that is not
// belong to root.
func (c *compiler) oomScoreAdj(value int) {
	words := fmt.Sprintf("set oom_score_adj %d", value)
	c.prctl(words, "PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE, number(1))
	opened := len(c.script.Ops)
	c.do(words, "openat", unix.SYS_OPENAT, named("AT_FDCWD", unix.AT_FDCWD), text("/proc/self/oom_score_adj"), named("O_WRONLY", unix.O_WRONLY))
	digits := fmt.Sprint(value)
	c.do(words, "write", unix.SYS_WRITE, resultOf(opened), text(digits), number(len(digits)))
	c.do(words, "close", unix.SYS_CLOSE, resultOf(opened))
	c.prctl(words, "PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE, number(0))
}

// The words of the language for the limits that it has names for.
var rlimitNames = map[int]string{
	unix.RLIMIT_NOFILE: "open_files", unix.RLIMIT_NPROC: "processes", unix.RLIMIT_CORE: "core",
	unix.RLIMIT_FSIZE: "file_size", unix.RLIMIT_CPU: "cpu_time", unix.RLIMIT_STACK: "stack", unix.RLIMIT_AS: "address_space",
}

func (c *compiler) rlimit(limit Rlimit) {
	name := rlimitNames[limit.Resource]
	if name == "" {
		name = fmt.Sprintf("rlimit %d", limit.Resource)
	}
	pair := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, limit.Soft), limit.Hard)
	shown := fmt.Sprintf("%d:%d", limit.Soft, limit.Hard)
	c.do("set limit "+name, "prlimit64", unix.SYS_PRLIMIT64, number(0), arg{shown: name, number: int64(limit.Resource)}, arg{shown: shown, data: pair}, number(0))
}

// program writes the pid into the variables that want it, and executes the program. Signals are let in as late
// as possible: until here they would act on a process that is not yet the program.
func (c *compiler) program(spec Spec) {
	env := make([][]byte, 0, len(spec.Env)+len(spec.PIDVars))
	for _, entry := range spec.Env {
		env = append(env, terminated(entry))
	}
	if len(spec.PIDVars) > 0 {
		pid := len(c.script.Ops)
		c.do("get its pid", "getpid", unix.SYS_GETPID)
		for _, name := range spec.PIDVars {
			const digits = len("4294967295")
			entry := append([]byte(name+"="), make([]byte, digits+1)...)
			c.do("set "+name, "decimal", 0, resultOf(pid), arg{shown: name, data: entry, offset: len(name) + 1})
			c.last().flags = decimal
			env = append(env, entry)
		}
	}
	c.signalMask("let signals in", "none", 0)
	c.do("exec "+spec.Path, "execve", unix.SYS_EXECVE, text(spec.Path), arg{vector: vector(spec.Args)}, arg{shown: variables(env), vector: env})
}

func vector(texts []string) [][]byte {
	entries := make([][]byte, len(texts))
	for i, t := range texts {
		entries[i] = terminated(t)
	}
	return entries
}

// variables names the variables of an environment, without their values.
func variables(env [][]byte) string {
	names := make([]string, len(env))
	for i, entry := range env {
		names[i], _, _ = strings.Cut(string(entry), "=")
	}
	return "environment: " + strings.Join(names, " ")
}

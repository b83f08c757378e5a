package process

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"unitd/internal/script"
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
func Compile(spec Spec) script.Script {
	c := compiler{script.Script{Token: spec.Token, Ops: make([]script.Op, 0, len(prologue)+64)}}
	if spec.contained() {
		c.handOver(spec)
	}
	if !spec.visibleInit {
		c.Do("hide the memory of the init", "prctl", unix.SYS_PRCTL, dumpable(0)...)
	}
	c.Ops = append(c.Ops, prologue...)
	c.reset(spec.ignored)
	if spec.Namespaces != nil {
		spec.Namespaces.Furnish(&c.Script)
	}
	c.Do("fork", "clone", unix.SYS_CLONE, script.Named("VM|VFORK|SIGCHLD", unix.CLONE_VM|unix.CLONE_VFORK|int64(unix.SIGCHLD)))
	c.Last().Flags = script.Fork
	c.Do("begin a session", "setsid", unix.SYS_SETSID)
	if spec.contained() {
		c.hostPID()
	}
	if spec.Cgroup != nil {
		c.Do("enter its cgroup", "write", unix.SYS_WRITE, script.Number(spec.cgroup()), script.Text("0"), script.Number(1))
	}
	c.files(spec)
	c.attributes(spec)
	c.program(spec)
	return c.Script
}

// contained: the init and the program are in a pid namespace that the manager is not in.
func (s Spec) contained() bool { return s.Namespaces != nil || s.join != nil }

// handOver makes or joins namespaces and lets a child go on, which is in them. The child is the manager's, too; the
// two have one memory, of which nothing is copied. What is open as fd 0 is /proc as the manager sees it.
func (c *compiler) handOver(spec Spec) {
	c.signalMask("block signals", "all", ^uint64(0))
	c.Do("open /proc", "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text("/proc"), script.Named("O_PATH|O_DIRECTORY", unix.O_PATH|unix.O_DIRECTORY))
	if spec.join != nil {
		spec.join.Join(&c.Script, spec.passed())
	} else {
		spec.Namespaces.Make(&c.Script)
	}
	c.Do("wait for its end", "set_tid_address", unix.SYS_SET_TID_ADDRESS, script.Named("PREDECESSOR", script.Predecessor))
	c.Do("fork its init", "clone", unix.SYS_CLONE, script.Named("VM|PARENT|SIGCHLD", unix.CLONE_VM|unix.CLONE_PARENT|int64(unix.SIGCHLD)))
	c.Last().Flags = script.HandOver
}

// hostPID has the program's process write its pid as the manager knows it, for the init to tell: each of the two sees
// another number.
func (c *compiler) hostPID() {
	const procDir = 0
	c.Do("get its pid outside", "readlinkat", unix.SYS_READLINKAT, script.Number(procDir), script.Text("self"), script.Named("PROGRAM_PID", script.ProgramPID), script.Number(script.ProgramPIDSize))
	c.Do("close /proc", "close", unix.SYS_CLOSE, script.Number(procDir))
}

type compiler struct{ script.Script }

// prologue makes the init: no signal but SIGKILL and SIGSTOP reaches it, and every orphan of its tree comes to it.
var prologue = func() []script.Op {
	var c compiler
	c.prctl("name the init", "PR_SET_NAME", unix.PR_SET_NAME, script.Text(initName))
	c.signalMask("block signals", "all", ^uint64(0))
	c.Do("begin a session", "setsid", unix.SYS_SETSID)
	c.prctl("become a subreaper", "PR_SET_CHILD_SUBREAPER", unix.PR_SET_CHILD_SUBREAPER, script.Number(1))
	return c.Ops
}()

// reset gives signals their default disposition: the program inherits that, too.
func (c *compiler) reset(ignored dispositions) {
	fallback := script.Data("SIG_DFL", make([]byte, 32), 0) // a struct sigaction of the kernel: no flags, empty mask
	reset := func(number int) {
		c.Do("reset signals", "rt_sigaction", unix.SYS_RT_SIGACTION, script.Number(number), fallback, script.Number(0), script.Number(8))
	}
	if ignored == everySignal {
		reset(64)
		c.Last().Flags = script.Repeat // SIGKILL and SIGSTOP among them refuse
		return
	}
	for rest := uint64(ignored); rest != 0; rest &= rest - 1 {
		reset(bits.TrailingZeros64(rest) + 1)
	}
}

// dumpable are the arguments of a prctl(2) that says whether others of the account may read the memory.
func dumpable(value int) []script.Arg {
	return []script.Arg{script.Named("PR_SET_DUMPABLE", unix.PR_SET_DUMPABLE), script.Number(value), script.Number(0), script.Number(0), script.Number(0)}
}

func (c *compiler) prctl(words, name string, option int64, value script.Arg) {
	c.Do(words, "prctl", unix.SYS_PRCTL, script.Named(name, option), value, script.Number(0), script.Number(0), script.Number(0))
}

func (c *compiler) signalMask(words, shown string, mask uint64) {
	set := binary.LittleEndian.AppendUint64(nil, mask)
	c.Do(words, "rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, script.Named("SIG_SETMASK", unix.SIG_SETMASK), script.Data(shown, set, 0), script.Number(0), script.Number(8))
}

// numbered is the fd behind those that the program gets in order, passed the one behind all that it gets.
func (s Spec) numbered() int { return fdFiles + len(s.Files) + len(s.FDs) }

func (s Spec) passed() int {
	if s.Ready != nil {
		return s.numbered() + 1
	}
	return s.numbered()
}

// cgroup is the fd of the cgroup, behind all others.
func (s Spec) cgroup() int {
	if s.join != nil {
		return s.passed() + 1
	}
	return s.passed()
}

// stdin is the fd of standard input, behind all others; where none is given it is that of the interpreter.
func (s Spec) stdin() int {
	if s.Cgroup != nil {
		return s.cgroup() + 1
	}
	return s.cgroup()
}

// files moves what the program gets to fd 0, 1, 2, 3, … and leaves nothing else open. The interpreter has
// closed the script, so that /dev/null becomes fd 0.
func (c *compiler) files(spec Spec) {
	c.Do("open /dev/null", "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text("/dev/null"), script.Named("O_RDONLY", unix.O_RDONLY))
	end, kept := spec.numbered(), -1
	for fd := fdStdout; fd < end; fd++ {
		c.move(fd, fd-passedShift)
	}
	last := spec.stdin()
	if spec.Stdin != nil {
		c.move(last, 0)
		last++
	}
	if spec.Ready != nil {
		kept = spec.ReadyFD
		if kept != end { // it stands behind the others, and may have its number by chance
			c.move(end, kept)
		}
	}
	for fd := end - passedShift; fd <= last; fd++ {
		if fd != kept {
			c.Do("close a file", "close", unix.SYS_CLOSE, script.Number(fd))
		}
	}
}

func (c *compiler) move(from, to int) {
	c.Do("move fd "+strconv.Itoa(to), "dup3", unix.SYS_DUP3, script.Number(from), script.Number(to), script.Number(0))
}

func (c *compiler) attributes(spec Spec) {
	c.Do("set umask", "umask", unix.SYS_UMASK, script.Named(fmt.Sprintf("%#04o", spec.Umask), spec.Umask))
	if spec.OOMScoreAdj != nil {
		c.oomScoreAdj(*spec.OOMScoreAdj, spec.visibleInit)
	}
	if spec.Nice != nil {
		c.Do(fmt.Sprintf("set nice %d", *spec.Nice), "setpriority", unix.SYS_SETPRIORITY, script.Named("PRIO_PROCESS", unix.PRIO_PROCESS), script.Number(0), script.Number(*spec.Nice))
	}
	if spec.IOPriority != nil {
		const ioprioWhoProcess = 1
		c.Do("set io priority", "ioprio_set", unix.SYS_IOPRIO_SET, script.Named("IOPRIO_WHO_PROCESS", ioprioWhoProcess), script.Number(0), script.Number(*spec.IOPriority))
	}
	if len(spec.CPUs) > 0 {
		c.affinity(spec.CPUs)
	}
	if spec.Dir != "" {
		c.Do("change directory to "+spec.Dir, "chdir", unix.SYS_CHDIR, script.Text(spec.Dir))
	}
	if spec.NoNewPrivs {
		c.prctl("give up new privileges", "PR_SET_NO_NEW_PRIVS", unix.PR_SET_NO_NEW_PRIVS, script.Number(1))
	}
	if spec.Confine != nil {
		spec.Confine(&c.Script, spec.freeFD())
	}
	for _, limit := range spec.Rlimits { // which may leave no room for more files
		c.rlimit(limit)
	}
}

// freeFD is a number above those of all files that the program's process has open, and some that it opens for a while.
func (s Spec) freeFD() int {
	const room = 8
	return max(s.passed(), s.ReadyFD) + room
}

// affinity hands over a mask of CPUs, in words of 64.
func (c *compiler) affinity(cpus []int) {
	mask := make([]byte, 8*(slices.Max(cpus)/64+1))
	for _, cpu := range cpus {
		mask[cpu/8] |= 1 << (cpu % 8)
	}
	shown := fmt.Sprint("CPUs ", cpus)
	c.Do("set "+shown, "sched_setaffinity", unix.SYS_SCHED_SETAFFINITY, script.Number(0), script.Number(len(mask)), script.Data(shown, mask, 0))
}

// oomScoreAdj lets the process be dumpable for three system calls where it is not: its files in /proc would belong to
// root.
func (c *compiler) oomScoreAdj(value int, visible bool) {
	words := fmt.Sprintf("set oom_score_adj %d", value)
	if !visible {
		c.Do(words, "prctl", unix.SYS_PRCTL, dumpable(1)...)
	}
	opened := c.Do(words, "openat", unix.SYS_OPENAT, script.Named("AT_FDCWD", unix.AT_FDCWD), script.Text("/proc/self/oom_score_adj"), script.Named("O_WRONLY", unix.O_WRONLY))
	digits := fmt.Sprint(value)
	c.Do(words, "write", unix.SYS_WRITE, script.Result(opened), script.Text(digits), script.Number(len(digits)))
	c.Do(words, "close", unix.SYS_CLOSE, script.Result(opened))
	if !visible {
		c.Do(words, "prctl", unix.SYS_PRCTL, dumpable(0)...)
	}
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
	c.Do("set limit "+name, "prlimit64", unix.SYS_PRLIMIT64, script.Number(0), script.Named(name, limit.Resource), script.Data(shown, pair, 0), script.Number(0))
}

// program writes the pid into the variables that want it, and executes the program. Signals are let in as late
// as possible: until here they would act on a process that is not yet the program.
func (c *compiler) program(spec Spec) {
	env := make([][]byte, 0, len(spec.Env)+len(spec.PIDVars))
	for _, entry := range spec.Env {
		env = append(env, script.Terminated(entry))
	}
	if len(spec.PIDVars) > 0 {
		pid := len(c.Ops)
		c.Do("get its pid", "getpid", unix.SYS_GETPID)
		for _, name := range spec.PIDVars {
			const digits = len("4294967295")
			entry := append([]byte(name+"="), make([]byte, digits+1)...)
			c.Do("set "+name, "decimal", 0, script.Result(pid), script.Data(name, entry, len(name)+1))
			c.Last().Flags = script.Decimal
			env = append(env, entry)
		}
	}
	c.signalMask("let signals in", "none", 0)
	if spec.Filter != nil {
		spec.Filter(&c.Script)
	}
	c.Do("exec "+spec.Path, "execve", unix.SYS_EXECVE, script.Text(spec.Path), script.Vector(vector(spec.Args)), script.Environment(env))
}

func vector(texts []string) [][]byte {
	entries := make([][]byte, len(texts))
	for i, t := range texts {
		entries[i] = script.Terminated(t)
	}
	return entries
}

package process

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"unitd/internal/script"
)

// Spec says how one program is to be started. The program gets Stdin or /dev/null as standard input, Stdout, Stderr,
// the Files and FDs from fd 3 on, no other file, an own session, default signal dispositions, and exactly Env and
// PIDVars as its environment.
type Spec struct {
	Token uint64 // names the process tree in every call and event; unique among living trees
	Name  string // for people: stands in errors and, as the init's argument, in the process list; not secret

	Path string   // absolute, or relative to Dir; see LookPath
	Args []string // with argv[0]
	Env  []string // NAME=VALUE; may hold secrets
	// PIDVars are names of environment variables that get the pid of the program itself, such as LISTEN_PID.
	PIDVars []string
	Dir     string // working directory; "": that of the manager
	Umask   int    // 0 to 0777

	Stdin          *os.File // nil: /dev/null
	Stdout, Stderr *os.File
	Files          []*os.File // become fd 3, 4, …; must stay open until Spawn has returned
	// FDs are numbers of open files that become the fds behind those of Files. They too must stay open.
	FDs []int
	// Ready becomes fd ReadyFD, beyond those before it; nil: none. It too must stay open until Spawn has returned.
	Ready   *os.File
	ReadyFD int

	Rlimits     []Rlimit
	Nice        *int  // -20 to 19, setpriority(2); lowering it needs a privilege
	IOPriority  *int  // class<<13 | level, ioprio_set(2)
	CPUs        []int // that it may run on, sched_setaffinity(2); none: those of the manager
	OOMScoreAdj *int  // -1000 to 1000, proc_pid_oom_score_adj(5); lowering it needs a privilege
	NoNewPrivs  bool  // PR_SET_NO_NEW_PRIVS(2const)

	// Cgroup is the open cgroup.procs of the cgroup that the program and what it starts are in (cgroups(7)); its init is
	// not. nil: that of the manager. It must stay open until Spawn has returned.
	Cgroup *os.File

	// ExitFile is the path of the file to which the init appends what it reaps: the only source of statuses
	// while no manager lives. It is made with mode 0600 if it is missing. It may serve one tree after another,
	// which is faster than a new one each time, but no two at once. "": none. Where the disk or quota is full the
	// program is started without it.
	ExitFile string

	// Confine is done by the program's process when it has all that it is to have; NoNewPrivs is set before. It is given a
	// number that is above those of all open files. Filter is done last of all, and the execve is subject to it. nil: none.
	Confine func(s *script.Script, fd int)
	Filter  func(s *script.Script)

	// Namespaces are of the program and its init alone; nil: those of the manager.
	Namespaces *Namespaces
	// Join names a tree in whose namespaces the program is started, as long as that lives; 0: none.
	Join uint64

	ignored     dispositions // signals that the init would inherit as ignored
	visibleInit bool         // the init must be dumpable, or it could not be seen in /proc
	join        *Namespaces
	joined      *os.File // the directory in /proc of the init of that tree
}

// Namespaces are the part of a script that makes namespaces, among them one of pids, in which the init is pid 1.
// Whatever the program starts ends with the init.
type Namespaces struct {
	Make    func(*script.Script)                // before the init is there; it will be a child of whoever does this
	Furnish func(*script.Script)                // done by the init, before it forks the program
	Join    func(s *script.Script, process int) // instead of Make, given a file that is the directory of a process in /proc
}

// joined is what is kept of them while they last: how to join. What furnishes them may hold secrets.
func (n *Namespaces) joined() *Namespaces {
	if n == nil {
		return nil
	}
	return &Namespaces{Join: n.Join}
}

// Rlimit is one resource limit, see setrlimit(2).
type Rlimit struct {
	Resource   int // such as unix.RLIMIT_NOFILE
	Soft, Hard uint64
}

// check finds what no system call would report clearly.
func (s Spec) check() error {
	if s.Path == "" || len(s.Args) == 0 {
		return errors.New("no program given")
	}
	if s.Stdout == nil || s.Stderr == nil {
		return errors.New("no file for standard output or error given")
	}
	for _, list := range [][]string{{s.Name, s.Path, s.Dir}, s.Args, s.Env, s.PIDVars} {
		for _, text := range list {
			if strings.IndexByte(text, 0) >= 0 {
				return errors.New("a path, argument or variable contains a NUL byte")
			}
		}
	}
	if s.Ready != nil && s.ReadyFD < 3+len(s.Files)+len(s.FDs) {
		return fmt.Errorf("fd %d is that of a file already", s.ReadyFD)
	}
	for i, file := range s.Files {
		if file == nil {
			return fmt.Errorf("no file given for fd %d", i+3)
		}
	}
	return nil
}

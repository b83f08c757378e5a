package process

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// programs are what a spawned copy of the test binary can be.
var programs = map[string]func(args []string){
	"report": report,
	"exit": func(args []string) {
		code, _ := strconv.Atoi(args[0])
		exit(code)
	},
	"ignore-term": func([]string) {
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("ignoring")
		select {}
	},
	// A process whose first thread has ended looks like a zombie and runs on.
	"headless": func([]string) {
		go func() { select {} }()
		fmt.Println("headless")
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	},
	"manager":    manager,
	"try":        tryForEver,
	"undumpable": undumpable,
	"attack":     attack,
}

// The first thread is that of the main goroutine only if this is said in an init function.
func init() {
	if os.Args[0] == "program" {
		runtime.LockOSThread()
	}
}

// exit ends a program at once; under the race detector os.Exit takes a second.
func exit(code int) {
	syscall.RawSyscall(syscall.SYS_EXIT_GROUP, uintptr(code), 0, 0)
}

// circumstances are what a program finds.
type circumstances struct {
	PID, Parent, Session, Group int
	Args, Env                   []string
	Dir                         string
	Umask                       int
	Files                       map[int]string
	OpenFiles                   uint64
	Nice                        int
	Status                      map[string]string
	OOMScoreAdj                 string
}

// report prints, to fd 1, under what circumstances it runs.
func report([]string) {
	c := circumstances{PID: os.Getpid(), Parent: os.Getppid(), Args: os.Args, Env: os.Environ(), Files: map[int]string{}}
	c.Session, _ = unix.Getsid(0)
	c.Group = unix.Getpgrp()
	c.Dir, _ = os.Getwd()
	c.Umask = unix.Umask(0)
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		c.OpenFiles = limit.Max
	}
	c.Nice, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
	c.Status = statusOf(os.Getpid())
	adj, _ := os.ReadFile("/proc/self/oom_score_adj")
	c.OOMScoreAdj = strings.TrimSpace(string(adj))
	for _, fd := range openBeforeGo {
		c.Files[fd], _ = os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	}
	json.NewEncoder(os.Stdout).Encode(c)
}

// openBeforeGo are the files that were open when the program began. The Go runtime opens some of its own, all
// of them close-on-exec.
var openBeforeGo = func() []int {
	var found []int
	for fd := range 256 {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			found = append(found, fd)
		}
	}
	return found
}()

// statusOf reads /proc/PID/status.
func statusOf(pid int) map[string]string {
	fields := map[string]string{}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		fields[name] = strings.TrimSpace(value)
	}
	return fields
}

// undumpable cannot be looked into, nor can the daemon that it starts.
func undumpable(args []string) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		fmt.Println(err)
		exit(1)
	}
	fmt.Println("undumpable")
	if len(args) == 0 {
		daemon := exec.Command("/proc/self/exe", "undumpable", "daemon")
		daemon.Args[0] = "program"
		daemon.Stdout = os.Stdout
		daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := daemon.Start(); err != nil {
			fmt.Println(err)
			exit(1)
		}
	}
	select {}
}

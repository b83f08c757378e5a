package chaos

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"unitd/test/stage"
)

// An injector stands between a program, with all that it starts, and the kernel: it sees the system calls by which they change
// something outside of themselves before these are made, and may have them fail, or kill who makes them. It needs no
// privileges and changes nothing of the program (seccomp_unotify(2)).
type injector struct {
	cmd      *exec.Cmd
	ended    chan struct{}
	said     string // the file of its output
	listener int

	mu     sync.Mutex
	decide func(call) syscall.Errno // 0: the call is made
}

// call is one that is about to be made.
type call struct {
	pid  int
	name string
}

// steps are the system calls that an injector sees. Of openat(2) it sees those that may make a file, of clone(2) those that
// make no thread.
var steps = map[int32]string{
	unix.SYS_OPENAT: "openat", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINKAT: "unlinkat",
	unix.SYS_MKDIRAT: "mkdirat", unix.SYS_CLONE: "clone", unix.SYS_BIND: "bind", unix.SYS_LISTEN: "listen", unix.SYS_KILL: "kill",
	unix.SYS_PIDFD_SEND_SIGNAL: "pidfd_send_signal", unix.SYS_PIDFD_GETFD: "pidfd_getfd", unix.SYS_FTRUNCATE: "ftruncate",
	unix.SYS_FALLOCATE: "fallocate", unix.SYS_SETSOCKOPT: "setsockopt", unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "pwrite64",
	unix.SYS_EXECVE: "execve",
}

// The layouts of struct seccomp_notif and seccomp_notif_resp, and what is asked of a listener, of linux/seccomp.h.
type (
	notification struct {
		id         uint64
		pid, flags uint32
		nr         int32
		arch       uint32
		ip         uint64
		args       [6]uint64
	}
	response struct {
		id         uint64
		val        int64
		err, flags int32
	}
)

const (
	notifReceive  = 0xc0502100 // SECCOMP_IOCTL_NOTIF_RECV
	notifSend     = 0xc0182101 // SECCOMP_IOCTL_NOTIF_SEND
	notifContinue = 1          // SECCOMP_USER_NOTIF_FLAG_CONTINUE
	newListener   = 1 << 3     // SECCOMP_FILTER_FLAG_NEW_LISTENER
	userNotif     = 0x7fc00000 // SECCOMP_RET_USER_NOTIF
	allow         = 0x7fff0000 // SECCOMP_RET_ALLOW
)

// injected, in the environment, has this binary put itself under the injector at that socket, and then run its arguments.
const injected = "CHAOS_INJECTED"

// stepFilter is a program of classic BPF that has the steps wait for the injector.
func stepFilter() []unix.SockFilter {
	const offsetArg0, offsetArg2 = 16, 32
	stmt := func(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }
	jump := func(code uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: code, K: k, Jt: yes, Jf: no}
	}
	const load, equal, anyBit, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	code := []unix.SockFilter{
		stmt(load, 0),
		jump(equal, unix.SYS_OPENAT, 0, 3), stmt(load, offsetArg2), jump(anyBit, unix.O_CREAT, 0, 5), stmt(ret, userNotif),
		jump(equal, unix.SYS_CLONE, 0, 4), stmt(load, offsetArg0), jump(anyBit, unix.CLONE_THREAD, 1, 0), stmt(ret, userNotif), stmt(ret, allow),
	}
	for nr := range steps {
		if nr != unix.SYS_OPENAT && nr != unix.SYS_CLONE {
			code = append(code, jump(equal, uint32(nr), 0, 1), stmt(ret, userNotif))
		}
	}
	return append(code, stmt(ret, allow))
}

// becomeInjected is the other side: it runs in the process that the program will be.
func becomeInjected() error {
	runtime.LockOSThread()
	code := stepFilter()
	program := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl: %w", err)
	}
	const setModeFilter, channel = 1, 3
	listener, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, setModeFilter, newListener, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	if err := unix.Sendmsg(channel, []byte{0}, unix.UnixRights(int(listener)), nil, 0); err != nil {
		return fmt.Errorf("hand over the listener: %w", err)
	}
	unix.CloseOnExec(channel)
	unix.CloseOnExec(int(listener))
	os.Unsetenv(injected)
	return syscall.Exec(os.Args[1], os.Args[1:], os.Environ())
}

// inject runs unitd under an injector, and returns when it is the manager.
func (h *house) inject(t *testing.T, decide func(call) syscall.Errno, args ...string) *injector {
	t.Helper()
	i := h.launch(t, func(i *injector) { i.decide = decide }, args...)
	stage.Await(t, patience, "the manager under the injector answers", func() bool {
		select {
		case <-i.ended:
			text, err := os.ReadFile(i.said)
			t.Fatalf("unitd under the injector (pid %d) has ended (%v) and said (%v): %s\n%v", i.cmd.Process.Pid, i.cmd.ProcessState, err, text, h.census())
		default:
		}
		return h.answers(i)
	})
	return i
}

// answers reports that the program under an injector is the manager, and ready. Nobody may take it for missing, and start
// another.
func (h *house) answers(i *injector) bool {
	_, err := h.run("unitctl", "manager", "status")
	return err == nil && h.manager().PID == i.cmd.Process.Pid
}

// launch runs unitd under an injector from its first step on; arm says who decides.
func (h *house) launch(t *testing.T, arm func(*injector), args ...string) *injector {
	t.Helper()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer ours.Close()
	i := &injector{ended: make(chan struct{})}
	arm(i)
	i.cmd = exec.Command("/proc/self/exe", append([]string{filepath.Join(stage.Dir(), "bin/unitd")}, args...)...)
	i.cmd.Dir, i.cmd.Env, i.cmd.ExtraFiles = h.home, append([]string{injected + "=1"}, h.env...), []*os.File{theirs}
	i.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	i.said = filepath.Join(t.TempDir(), "said") // no pipe: it is not to end with who reads it
	output, err := os.Create(i.said)
	if err != nil {
		t.Fatal(err)
	}
	i.cmd.Stdout, i.cmd.Stderr = output, output
	err = errors.Join(i.cmd.Start(), output.Close())
	theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = i.cmd.Wait() // it is killed as a rule
		close(i.ended)
	}()
	conn, err := net.FileConn(ours)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	rights := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := conn.(*net.UnixConn).ReadMsgUnix(make([]byte, 1), rights) //nolint:forcetypeassert // a socketpair of AF_UNIX
	if err != nil {
		t.Fatalf("put unitd under the injector: %v", err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		t.Skipf("this kernel lets nobody stand between: %v", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		t.Fatal(err)
	}
	i.listener = fds[0]
	go i.serve()
	return i
}

// serve answers until nothing runs any more that the filter is about. Who has it would get ENOSYS if nobody answered.
func (i *injector) serve() {
	defer unix.Close(i.listener)
	for {
		var n notification
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(i.listener), notifReceive, uintptr(unsafe.Pointer(&n)))
		switch {
		case errno == unix.EINTR:
			continue
		case errno == unix.ENOENT: // it was killed meanwhile, or nobody is left
			if i.idle() {
				return
			}
			continue
		case errno != 0:
			return
		}
		r := response{id: n.id, flags: notifContinue}
		if errno := i.judge(call{int(n.pid), steps[n.nr]}); errno != 0 {
			r.flags, r.err = 0, -int32(errno)
		}
		_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(i.listener), notifSend, uintptr(unsafe.Pointer(&r))) // it may be gone
	}
}

// idle reports that the last process under the filter is gone.
func (i *injector) idle() bool {
	poll := []unix.PollFd{{Fd: int32(i.listener), Events: unix.POLLIN}}
	n, err := unix.Poll(poll, 0)
	return err == nil && n > 0 && poll[0].Revents&unix.POLLHUP != 0
}

func (i *injector) judge(c call) syscall.Errno {
	i.mu.Lock()
	decide := i.decide
	i.mu.Unlock()
	return decide(c)
}

// from now on another one decides.
func (i *injector) from(decide func(call) syscall.Errno) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.decide = decide
}

// mine reports a call of the manager itself, by one of its threads.
func (i *injector) mine(c call) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d/task/%d", i.cmd.Process.Pid, c.pid))
	return err == nil
}

func pass(call) syscall.Errno { return 0 }

// killAt kills the manager before its call number at, and counts those that it makes.
func (i *injector) killAt(at int, taken *atomic.Int32) func(call) syscall.Errno {
	return func(c call) syscall.Errno {
		if i.mine(c) && int(taken.Add(1))-1 == at {
			_ = i.cmd.Process.Kill()
			return syscall.EINTR // it does not live to see it
		}
		return 0
	}
}

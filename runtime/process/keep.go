package process

import (
	"encoding/binary"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	"unitd/internal/script"
)

// keeperName is what the process is called that keeps files open.
const keeperName = "unitd-keep"

// firstKept is the number that the first file has in a keeper.
const firstKept = 3

// Keeper is a process that does nothing but keep files open, for the manager after this one: listening sockets with
// those who wait in them. It has one thread and 8 KiB, and ends only when it is let go.
type Keeper struct {
	PID   int
	Token uint64 // random: a pid alone may be another's by then
}

// briefly is how long a keeper keeps a file that is kept only for a manager that comes at once.
const briefly = 5 * time.Second

// Keep starts a keeper of open files, given by their numbers. It is the interpreter with a script that waits for ever:
// whoever may trace it may have its files (pidfd_getfd(2)), and it lets all of this account do so, whatever Yama says
// of others. brief is one more file, which is closed a few seconds after the end of this process; -1: there is none.
func (t *Table) Keep(token uint64, files []int, brief int) (Keeper, error) {
	k := Keeper{Token: token}
	watched := -1
	if brief >= 0 {
		var err error
		if watched, err = unix.PidfdOpen(os.Getpid(), 0); err != nil { // before Linux 5.3
			brief = -1
		} else {
			defer closeFD(watched)
		}
	}
	var c compiler
	c.prctl("name the keeper", "PR_SET_NAME", unix.PR_SET_NAME, script.Text(keeperName))
	c.signalMask("block signals", "all", ^uint64(0))
	c.Do("begin a session", "setsid", unix.SYS_SETSID)
	const anybody = -1 // PR_SET_PTRACER_ANY
	c.prctl("let its files be taken", "PR_SET_PTRACER", unix.PR_SET_PTRACER, script.Number(anybody))
	c.Last().Flags = script.IgnoreError // without Yama nobody has to be let
	if brief >= 0 {
		c.keepBriefly(firstKept+len(files), firstKept+len(files)+1)
	}
	c.Do("wait", "ppoll", unix.SYS_PPOLL, script.Number(0), script.Number(0), script.Number(0), script.Number(0), script.Number(0))
	content, err := memfd("script", c.Bytes(), unix.MFD_NOEXEC_SEAL)
	if err != nil {
		return k, fmt.Errorf("start the keeper of sockets: %w", err)
	}
	defer closeFD(content)
	none := ^uintptr(0)
	passed := []uintptr{uintptr(content), none, none}
	for _, file := range files {
		passed = append(passed, uintptr(file))
	}
	if brief >= 0 {
		passed = append(passed, uintptr(brief), uintptr(watched))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	k.PID, err = startInterpreter(t.interpreter, t.keeperArguments(token), passed...)
	if err != nil {
		return k, fmt.Errorf("start the keeper of sockets: %w", err)
	}
	t.keepers[k.PID] = true
	return k, nil
}

// keepBriefly has a file closed some time after the end of the manager, of which another one is a pidfd.
func (c *compiler) keepBriefly(file, watched int) {
	pollfd := binary.LittleEndian.AppendUint32(nil, uint32(watched))
	pollfd = binary.LittleEndian.AppendUint32(pollfd, unix.POLLIN) // events, and room for what happened
	c.Do("wait for the end of the manager", "ppoll", unix.SYS_PPOLL, script.Data("the manager", pollfd, 0), script.Number(1), script.Number(0), script.Number(0), script.Number(0))
	pause := binary.LittleEndian.AppendUint64(nil, uint64(briefly/time.Second))
	pause = binary.LittleEndian.AppendUint64(pause, 0)
	c.Do("wait for the next one", "ppoll", unix.SYS_PPOLL, script.Number(0), script.Number(0), script.Data(briefly.String(), pause, 0), script.Number(0), script.Number(0))
	for _, fd := range []int{file, watched} {
		c.Do("close a file", "close", unix.SYS_CLOSE, script.Number(fd))
	}
}

func (t *Table) keeperArguments(token uint64) []string {
	return []string{keeperName, t.dir, fmt.Sprintf("%016x", token)}
}

// Kept reports that a keeper lives, this manager's or an earlier one's.
func (t *Table) Kept(k Keeper) bool {
	var buffer [512]byte
	line, err := procfs.Append(buffer[:0], procfs.Directory(k.PID)+"/cmdline")
	return k.PID > 0 && err == nil && string(line) == strings.Join(t.keeperArguments(k.Token), "\x00")+"\x00"
}

// TakeBack gives copies of the first n files of a keeper, in their order, close-on-exec. Where one cannot be had there
// are none.
func (t *Table) TakeBack(k Keeper, n int) ([]int, error) {
	pidfd, err := unix.PidfdOpen(k.PID, 0)
	if err != nil {
		return nil, fmt.Errorf("take sockets back: %w", err)
	}
	defer closeFD(pidfd)
	if !t.Kept(k) {
		return nil, fmt.Errorf("take sockets back: their keeper %d is gone", k.PID)
	}
	files := make([]int, 0, n)
	for i := range n {
		file, err := unix.PidfdGetfd(pidfd, firstKept+i, 0)
		if err != nil {
			for _, file := range files {
				closeFD(file)
			}
			return nil, fmt.Errorf("take sockets back from their keeper %d: %w", k.PID, err)
		}
		files = append(files, file)
	}
	return files, nil
}

// TakeBrief gives a copy of the file that a keeper has kept briefly, behind its first n; ok is false where that is closed.
func (t *Table) TakeBrief(k Keeper, n int) (file int, ok bool) {
	pidfd, err := unix.PidfdOpen(k.PID, 0)
	if err != nil {
		return -1, false
	}
	defer closeFD(pidfd)
	if !t.Kept(k) {
		return -1, false
	}
	file, err = unix.PidfdGetfd(pidfd, firstKept+n, 0)
	return file, err == nil
}

// WhenUnkept has f called when a keeper has ended that was not let go. It is set before Run is called.
func (t *Table) WhenUnkept(f func()) { t.unkept = f }

// Drop ends a keeper and returns when its files are closed.
func (t *Table) Drop(k Keeper) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.keepers[k.PID] {
		t.dropForeign(k)
		return
	}
	delete(t.keepers, k.PID)
	t.endChild(k.PID)
}

// endChild ends a child that has not been collected yet, so that the pid is its own; 0: there is none. t.mu is held.
func (t *Table) endChild(pid int) {
	if pid == 0 {
		return
	}
	_ = unix.Kill(pid, unix.SIGKILL)
	for {
		if _, err := syscall.Wait4(pid, nil, unix.WALL, nil); err != syscall.EINTR {
			return
		}
	}
}

// dropForeign ends the keeper of an earlier manager, which cannot be waited for as a child.
func (t *Table) dropForeign(k Keeper) {
	pidfd, err := unix.PidfdOpen(k.PID, 0)
	if err != nil || !t.Kept(k) {
		closePidfd(max(pidfd, closed))
		return
	}
	defer closeFD(pidfd)
	if unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0) == nil {
		awaitEnd(pidfd)
	}
}

// awaitEnd waits for the end of a process that was killed, when its files are closed.
func awaitEnd(pidfd int) {
	const patience = 1000 // ms
	_, _ = unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, patience)
}

// DropOthers ends keepers that earlier managers of this runtime directory have left, but for one, as Find has come across
// them, and returns when their files are closed: the addresses of their sockets are needed. It notes guards that they have left,
// for EndOtherGuards.
func (t *Table) DropOthers(but Keeper) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.guards = nil
	var ended []int // pidfds
	for _, pid := range t.besides {
		switch {
		case pid == but.PID || pid == t.guard || t.keepers[pid]:
		case t.beside(pid, keeperName):
			pidfd, err := unix.PidfdOpen(pid, 0)
			if _ = unix.Kill(pid, unix.SIGKILL); err == nil { // before Linux 5.3 nobody waits
				ended = append(ended, pidfd)
			}
		case t.beside(pid, guardName):
			t.guards = append(t.guards, pid)
		}
	}
	t.besides = nil
	for _, pidfd := range ended {
		awaitEnd(pidfd)
		closeFD(pidfd)
	}
}

// beside reports a process of this name that a manager of this runtime directory has started beside its units.
func (t *Table) beside(pid int, name string) bool {
	if commOf(pid) != name {
		return false
	}
	var buffer [512]byte
	line, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/cmdline")
	args := strings.Split(string(line), "\x00")
	return err == nil && len(args) > 2 && args[0] == name && args[1] == t.dir
}

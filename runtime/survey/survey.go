package survey

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/crontab"
	"unitd/policy/doctor"
	"unitd/runtime/cgroup"
	"unitd/runtime/cron"
	"unitd/runtime/meter"
	"unitd/runtime/sandbox"
)

// Account finds the facts about this host and account, but for namespaces and units. State is the state directory of unitd,
// which need not exist.
func Account(ctx context.Context, home, state string) doctor.Facts {
	f := doctor.Facts{
		Root: os.Geteuid() == 0, Landlock: sandbox.LandlockVersion(), Filters: sandbox.HasFilters(), Cgroup: cgroupOf(), CPUs: meter.CPUs(),
		Memory: meter.MemoryTotal(), HidePID: hidePID(), Home: disk(home), Tmp: disk("/tmp"), Quota: quota(home), Clock: clock(state),
		Loopback: loopback(),
	}
	var beside sync.WaitGroup
	beside.Go(func() { f.Cron = crontabOf(ctx, state) })
	var name unix.Utsname
	if err := unix.Uname(&name); err == nil {
		f.Kernel = unix.ByteSliceToString(name.Release[:])
	}
	f.Tasks.Used, f.Tasks.Most = meter.Account(nil)
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err == nil {
		f.Files = doctor.Files{Soft: limit.Cur, Hard: limit.Max}
	}
	beside.Wait()
	return f
}

// Namespaces adds to a failure of making them, nil for none, what explains it.
func Namespaces(failure error) doctor.Namespaces {
	n := doctor.Namespaces{
		Most:         number("/proc/sys/user/max_user_namespaces"),
		Unprivileged: number("/proc/sys/kernel/unprivileged_userns_clone"),
		AppArmor:     number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
		Filtered:     strings.HasPrefix(field("/proc/self/status", "Seccomp:"), "2"),
	}
	if failure != nil {
		n.Failure = failure.Error()
	}
	return n
}

// number reads a file that holds one; -1: there is none.
func number(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return -1
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return -1
	}
	return n
}

// field reads what follows a name at the beginning of a line; "": no line begins so.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// cgroupOf looks at the cgroup of this process (cgroups(7)). To move about in it would tell for certain; that is left to
// unitd.
func cgroupOf() doctor.Cgroup {
	dir, err := cgroup.Own()
	if err != nil {
		return doctor.Cgroup{}
	}
	c := doctor.Cgroup{Path: dir, Delegated: true}
	// Delegated is what a process may be moved into, and divided further (kernel: cgroup-v2, "Delegation").
	for _, path := range []string{dir, filepath.Join(dir, "cgroup.procs"), filepath.Join(dir, "cgroup.subtree_control")} {
		c.Delegated = c.Delegated && unix.Access(path, unix.W_OK) == nil
	}
	if text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers")); err == nil {
		c.Controllers = strings.Fields(string(text))
	}
	return c
}

// hidePID is that option of /proc.
func hidePID() string {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	found := ""
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[1] != "/proc" || fields[2] != "proc" {
			continue
		}
		found = "" // the mount above others counts
		for option := range strings.SplitSeq(fields[3], ",") {
			if value, ok := strings.CutPrefix(option, "hidepid="); ok {
				found = value
			}
		}
	}
	return found
}

// loopback says why another loopback address than 127.0.0.1 cannot be bound.
func loopback() string {
	l, err := net.Listen("tcp4", "127.77.0.1:0")
	if err == nil {
		err = l.Close()
	}
	if failure := (*os.SyscallError)(nil); errors.As(err, &failure) {
		err = failure.Err
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// clock asks the kernel whether somebody keeps its clock right (adjtimex(2)), and compares it with what unitd has written.
func clock(state string) doctor.Clock {
	var c doctor.Clock
	var status unix.Timex
	if _, err := unix.Adjtimex(&status); err == nil {
		c.Known, c.Synchronised = true, status.Status&unix.STA_UNSYNC == 0
	}
	entries, err := os.ReadDir(state)
	if err != nil {
		return c
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			c.Ahead = max(c.Ahead, time.Until(info.ModTime()))
		}
	}
	return c
}

// crontabOf is what brings unitd back.
func crontabOf(ctx context.Context, state string) doctor.Cron {
	out := doctor.Cron{State: string(cron.Look())}
	text, err := cron.Read(ctx)
	var refused *cron.RefusedError
	switch {
	case errors.As(err, &cron.NoProgramError{}):
		out.NoProgram = true
		return out
	case errors.As(err, &refused):
		out.Refused = refused.Said
		return out
	case err != nil:
		out.Refused = err.Error()
		return out
	}
	if found, err := crontab.Find(text, state); err != nil {
		out.Refused = fmt.Sprintf("its crontab cannot be read: %v", err)
	} else {
		out.Words, out.Gone = found.Words(), cron.Gone(found.Programs)
	}
	return out
}

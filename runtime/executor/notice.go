package executor

import (
	"math"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/notify"
)

// Notify takes a message of the notify socket to the unit whose process sent it.
func (x *Executor) Notify(m *notify.Message) {
	r, token := x.senderOf(m.PID)
	switch {
	case r == nil:
		return
	case m.Barrier:
		x.await(r, token, m.TakeFDs())
		return
	case r.hook: // it has no say
		return
	}
	if len(m.Invalid) > 0 {
		x.once(r, "invalid", "ignore values that make no sense", "sender", m.PID, "of", m.Invalid)
	}
	x.store(r, m)
	notice := noticeOf(m)
	if m.MainPID > 0 {
		notice.MainPID = x.moveMain(r, token, m)
	}
	x.say(r, lifecycle.Event{Kind: lifecycle.Notified, Worker: r.worker, Run: token, Notice: notice})
}

// Dropped takes note of a datagram of the notify socket that makes no sense.
func (x *Executor) Dropped(pid int, why error) {
	if r, _ := x.senderOf(pid); r != nil {
		x.once(r, why.Error(), "drop what a program says", "sender", pid, "error", why)
	}
}

// senderOf is the run that a process is of; nil: none that policy knows.
func (x *Executor) senderOf(pid int) (*run, uint64) {
	token, ok := x.senders.of(pid, x.trees.Lookup)
	x.mu.Lock()
	defer x.mu.Unlock()
	if now := time.Now(); !ok && now.Sub(x.strangers) > time.Minute {
		x.strangers = now
		x.config.Logger.Warn("ignore a notification of a process that is of no unit", "pid", pid)
	}
	if r := x.runs[token]; r != nil && r.done == nil {
		return r, token
	}
	return nil, 0
}

// moveMain is MAINPID=: the host's pid of the new main process, or 0 where the text names none of the unit's living
// processes. The sender is of the unit already, by its credentials.
func (x *Executor) moveMain(r *run, token uint64, m *notify.Message) int {
	pid, err := x.trees.Translate(token, m.PID, m.MainPID)
	if err == nil {
		err = x.trees.SetMain(token, pid)
	}
	if err == nil {
		return pid
	}
	x.once(r, "MAINPID", "ignore MAINPID", "sender", m.PID, "pid", m.MainPID, "error", err)
	return 0
}

// noticeOf is a message in policy's words.
func noticeOf(m *notify.Message) *lifecycle.Notice {
	n := &lifecycle.Notice{
		Ready: m.Ready, Reloading: m.Reloading, Stopping: m.Stopping, Status: m.Status,
		Alive: m.Watchdog == notify.WatchdogPing, Hung: m.Watchdog == notify.WatchdogTrigger,
		Extend: microseconds(m.ExtendTimeoutUsec), RestartReset: m.RestartReset, Errno: m.Errno, ExitStatus: m.ExitStatus,
	}
	if m.MonotonicUsec > 0 {
		n.ReloadingSince = timeOf(m.MonotonicUsec)
	}
	if m.WatchdogUsec != nil {
		interval := microseconds(*m.WatchdogUsec)
		n.Watchdog = &interval
	}
	return n
}

// timeOf is a moment on CLOCK_MONOTONIC, in microseconds, as a time that compares with others by that clock. It errs
// to the later side, by what passes between two looks at the clock.
func timeOf(monotonic uint64) time.Time {
	var clock unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &clock); err != nil {
		return time.Time{}
	}
	return time.Now().Add(microseconds(monotonic) - time.Duration(clock.Nano()))
}

// longest bounds the times that a program may give, far above any that makes sense: what is added to a time
// must not overflow.
const longest = 100 * 365 * 24 * time.Hour

func microseconds(n uint64) time.Duration {
	if n > math.MaxInt64/uint64(time.Microsecond) {
		return longest
	}
	return min(time.Duration(n)*time.Microsecond, longest)
}

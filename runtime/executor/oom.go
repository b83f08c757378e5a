package executor

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/meter"
	"unitd/runtime/process"
)

// No parent is told by the kernel why its child got SIGKILL. But the kernel counts whom it kills for want of
// memory; so a SIGKILL that nobody here has sent, at a time at which that count has moved, was such a kill.
// Where the count is that of the whole host, somebody else's process may have moved it: then it depends on how
// often that happens and on how long ago the count was last known.

const (
	// settling is how long the end of a process may come after its kill was counted: large ones take their time.
	settling = 5 * time.Second
	// doubt is how likely a kill elsewhere in the same time may be at most for one here to be taken for certain.
	doubt = 0.05
)

// oomWitness keeps the count of kills that are explained. Nothing wakes it up: it looks when the manager is awake
// anyway.
type oomWitness struct {
	count func() (meter.OOMKills, bool)

	mu sync.Mutex
	// explained kills have been claimed, or are older than since: whoever died of them has been seen since then.
	explained int64
	since     time.Time
	// looked is when the count was last read while all was well; those kills will be explained once settled.
	looked time.Time
	latest int64
}

// look notes the count for a comparison later on.
func (w *oomWitness) look(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.looked.IsZero() && now.Sub(w.looked) < settling {
		return
	}
	kills, ok := w.count()
	if !ok {
		kills.Count = w.latest
	}
	if w.looked.IsZero() {
		w.explained, w.since = kills.Count, now
	} else {
		w.explained, w.since = max(w.explained, w.latest), w.looked
	}
	w.latest, w.looked = kills.Count, now
}

// claim asks about one process that has got SIGKILL from outside: did the kernel kill it for want of memory? Each
// kill that was counted explains one of them. Where it is not certain, perhaps says what speaks for it.
func (w *oomWitness) claim(now time.Time) (oom bool, perhaps string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kills, ok := w.count()
	unexplained, age := kills.Count-w.explained, now.Sub(w.since)
	if !ok || unexplained <= 0 {
		return false, ""
	}
	usual := float64(w.explained) * float64(age) / float64(max(kills.Uptime, 1))
	w.explained++
	if kills.Own || usual <= doubt {
		return true, ""
	}
	return false, fmt.Sprintf("the kernel has killed %d processes of this host for want of memory within %s, perhaps this one",
		unexplained, lifecycle.DurationText(age))
}

// outOfMemory tells whether a process has ended by a SIGKILL for want of memory: by the kernel, or since its unit has used
// more than it may.
func (x *Executor) outOfMemory(ev process.Exited) (oom bool, perhaps string) {
	if sig, _, ok := ev.Status.Signaled(); !ok || sig != unix.SIGKILL {
		return false, ""
	}
	x.mu.Lock()
	r := x.runs[ev.Token]
	ours, overran := r == nil || r.killed, r != nil && r.overran
	limit := int64(0)
	if r != nil && r.limits != nil {
		limit = r.limits.Memory
	}
	x.mu.Unlock()
	if r != nil && r.leaf != nil && x.controls("memory") { // the kernel counts for each cgroup
		oom = ev.Main && r.leaf.OutOfMemory() // it kills all of a cgroup, and is told once
		if oom && limit > 0 {
			perhaps = fmt.Sprintf("its memory limit is %d MiB", limit>>20)
		}
		return oom, perhaps
	}
	if overran {
		return true, ""
	}
	if ours {
		return false, ""
	}
	return x.oom.claim(time.Now())
}

// kills notes that SIGKILL is about to be sent to processes of a run.
func (x *Executor) kills(run uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if r := x.runs[run]; r != nil {
		r.killed = true
	}
}

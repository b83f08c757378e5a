package executor

import (
	"time"

	"unitd/runtime/process"
)

// reguardPause is how long after the end of its guard the manager makes another.
const reguardPause = time.Second

// Guard has a process start the manager again when it ends without having called Unguard, and makes another one should
// that process end. Guards of earlier managers are ended, once this one is there.
func (x *Executor) Guard(g process.Guard) {
	x.guardLock.Lock()
	defer x.guardLock.Unlock()
	x.guard = &g
	if x.startGuard() {
		x.trees.EndOtherGuards()
	}
}

// EndGuards ends guards of earlier managers, for one that is to have none.
func (x *Executor) EndGuards() { x.trees.EndOtherGuards() }

// Unguard says that from now on the end of the manager is meant.
func (x *Executor) Unguard() {
	x.guardLock.Lock()
	defer x.guardLock.Unlock()
	if x.guard != nil {
		x.guard = nil
		x.trees.Unguard()
	}
}

// startGuard starts the guard, and reports whether there is one. The caller holds guardLock.
func (x *Executor) startGuard() bool {
	err := x.trees.Guard(*x.guard)
	if err != nil {
		x.config.Logger.Warn("if the manager were killed, only cron's line would start it again", "error", err)
	}
	return err == nil
}

// reguard makes another guard in the stead of one that has ended.
func (x *Executor) reguard() {
	select {
	case <-time.After(reguardPause):
	case <-x.ctx.Done():
	}
	x.guardLock.Lock()
	defer x.guardLock.Unlock()
	if x.guard != nil && x.ctx.Err() == nil {
		x.startGuard()
	}
}

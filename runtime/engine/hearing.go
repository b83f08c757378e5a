package engine

import "time"

// hearing is the taking in of what programs have said before deadlines are told: a WATCHDOG=1 that waits in the notify
// socket has come in time.
type hearing struct {
	asked    time.Time // deadlines up to then are told after it
	done     chan struct{}
	atLatest time.Time // they are told then, whoever may still have something to say
}

// patient is how long deadlines wait for what programs have said. A watchdog is not told any more by then, since it is
// not known what the program has said.
const patient = 2 * time.Second

func (e *Engine) listen() *hearing {
	now := e.now()
	h := &hearing{asked: now, done: make(chan struct{}), atLatest: now.Add(patient)}
	e.config.Executor.Hear(func() { close(h.done) })
	return h
}

// expireAfter tells the deadlines that have waited for what is in the inbox by now.
func (e *Engine) expireAfter(h *hearing) {
	for range len(e.inbox) {
		m := <-e.inbox
		e.step(m.unit, m.event)
	}
	e.expire(h.asked)
}

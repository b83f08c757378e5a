package probe

import "time"

// minInterval keeps a wrong Spec from turning a Runner into a busy loop.
const minInterval = 10 * time.Millisecond

// Spec says when a check is repeated.
type Spec struct {
	StartAfter time.Duration // from Start to the first check; 0: at once
	Interval   time.Duration // from the begin of one check to that of the next; at least 10 ms
	Timeout    time.Duration // how long one check may take; 0: as long as Interval

	// Eager is the pause after the first check while none has succeeded yet; each further one is half as
	// long again, up to Interval. A worker is seen ready as soon as it answers. 0: Interval from the start.
	Eager time.Duration
}

func (s Spec) normal() Spec {
	s.Interval = max(s.Interval, minInterval)
	if s.Timeout <= 0 {
		s.Timeout = s.Interval
	}
	if s.Eager <= 0 {
		s.Eager = s.Interval
	}
	s.Eager = min(max(s.Eager, minInterval), s.Interval)
	return s
}

// entry is one scheduled check. It is in the heap unless its check is in flight.
type entry struct {
	key    string
	spec   Spec
	check  Check
	report func(Result)

	begun time.Time // of the check in flight
	hangs bool      // the last check had no answer
	due   time.Time
	pause time.Duration // until the next check; grows from Eager to Interval
	index int           // in the heap; -1: not in it
	stop  func()        // ends the check in flight; nil: none is
	gone  bool          // stopped or replaced: report nothing more
}

// next sets due after a check that began at begun and has ended at now.
func (e *entry) next(begun, now time.Time, ok bool) {
	if ok {
		e.pause = e.spec.Interval
	}
	e.due = begun.Add(e.pause)
	if e.due.Before(now) {
		e.due = now
	}
	e.pause = min(e.pause+e.pause/2, e.spec.Interval)
}

// schedule is a heap of entries, the earliest due first (container/heap).
type schedule []*entry

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].due.Before(s[j].due) }

func (s schedule) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

func (s *schedule) Push(x any) {
	e := x.(*entry)
	e.index = len(*s)
	*s = append(*s, e)
}

func (s *schedule) Pop() any {
	last := len(*s) - 1
	e := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	e.index = -1
	return e
}

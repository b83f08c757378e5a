package executor

import (
	"sync"
	"time"
)

// senders remembers for a moment which process tree the senders of messages belong to. To find that out takes several
// looks at /proc, and who sends many messages sends them from one process.
type senders struct {
	mu    sync.Mutex
	known map[int]sender // by pid
}

type sender struct {
	token uint64
	found bool
	until time.Time
}

// A pid has no other meaning before it is out of date: for that the kernel would have to give out all others first.
const (
	senderLife  = 100 * time.Millisecond
	mostSenders = 256
)

// of finds the tree of a process.
func (s *senders) of(pid int, lookup func(int) (uint64, bool)) (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if known, ok := s.known[pid]; ok && now.Before(known.until) {
		return known.token, known.found
	}
	if s.known == nil || len(s.known) >= mostSenders {
		s.known = map[int]sender{}
	}
	token, found := lookup(pid)
	s.known[pid] = sender{token, found, now.Add(senderLife)}
	return token, found
}

package notify

import "sync"

// maxBinned is how many file descriptors wait to be closed before whoever drops one more closes it itself.
const maxBinned = 16

// bin closes file descriptors beside whoever drops them, since that may take its time: a socket may linger, a file
// be on a server that does not answer. No other program's messages wait for that.
type bin struct {
	mu      sync.Mutex
	fds     []int
	closing bool
}

func (b *bin) drop(fds []int) {
	if len(fds) == 0 {
		return
	}
	b.mu.Lock()
	later := min(len(fds), max(maxBinned-len(b.fds), 0))
	b.fds = append(b.fds, fds[:later]...)
	start := !b.closing && later > 0
	b.closing = b.closing || start
	b.mu.Unlock()
	if start {
		go b.empty()
	}
	closeAll(fds[later:])
}

// empty closes what is there, and what comes meanwhile.
func (b *bin) empty() {
	for {
		b.mu.Lock()
		if len(b.fds) == 0 {
			b.fds, b.closing = nil, false
			b.mu.Unlock()
			return
		}
		fd := b.fds[0]
		b.fds = b.fds[1:]
		b.mu.Unlock()
		closeAll([]int{fd})
	}
}

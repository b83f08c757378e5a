package journal

import (
	"os"
	"time"
)

// Anchor is a place in a log as the next manager finds it again, however often the log was rotated until then, as long as
// what was rotated is kept or is all that is gone.
type Anchor struct {
	Offset int64     `json:"offset"`          // bytes behind the begin of the live file, or before it
	Latest time.Time `json:"latest,omitzero"` // when the latest rotated file was made; zero: there was none
}

// Anchor is where a position is now.
func (l *Log) Anchor(at Position) Anchor {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := Anchor{Offset: int64(at - l.start)}
	if l.listed && len(l.pieces) > 0 {
		a.Latest = l.pieces[len(l.pieces)-1].file.at
	} else if stat, err := os.Stat((rotatedFile{number: 1}).name(l.path)); err == nil && !l.listed {
		a.Latest = stat.ModTime()
	}
	return a
}

// Anchored is the position of an anchor of an earlier manager. Where the file is no longer the same, the begin of the live
// one stands for it.
func (l *Log) Anchored(a Anchor) Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	live, _, err := l.openLive()
	if live != nil {
		live.Close()
	}
	at := l.start + Position(a.Offset)
	for _, p := range l.pieces {
		if p.file.at.After(a.Latest) { // rotated since
			at -= Position(p.length)
		}
	}
	if err != nil || at > l.top {
		return l.start
	}
	return at
}

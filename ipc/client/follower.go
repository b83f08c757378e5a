package client

import (
	"net/url"
	"time"

	"unitd/ipc/protocol"
)

// follower goes on with what comes in the order of its times where it was when the manager executed another program: it
// asks for all since the last time, and leaves out what of that moment has come already. Lines of output go on by a cursor, since
// they may have no times.
type follower struct {
	query url.Values
	lines string // parameter that says how many are asked for

	last time.Time
	seen int // that have come of this time
	skip int // that come once more
}

// had notes one that has come, and reports whether it had come before.
func (f *follower) had(at time.Time) bool {
	if at.IsZero() {
		return false
	}
	if f.skip > 0 && at.Equal(f.last) {
		f.skip--
		return true
	}
	f.skip = 0
	if !at.Equal(f.last) {
		f.last, f.seen = at, 0
	}
	f.seen++
	return false
}

// again has the query go on from there.
func (f *follower) again(said protocol.Again) {
	f.query.Set(f.lines, "0")
	f.query.Del("cursor")
	if said.Cursor != "" {
		f.query.Set("cursor", said.Cursor)
		f.skip = 0
		return
	}
	if !f.last.IsZero() {
		f.query.Del(f.lines) // all since then
		f.query.Set("since", f.last.Format(time.RFC3339Nano))
		f.skip = f.seen
	}
}

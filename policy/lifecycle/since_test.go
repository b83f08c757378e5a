package lifecycle

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"unitd/units"
)

// play plays lines as those of a story, for what a story does not show.
func play(t *testing.T, unit string, lines ...string) *Unit {
	t.Helper()
	s := &story{t: t, out: &bytes.Buffer{}, seen: map[int]string{}, words: strings.Fields(unit)}
	s.ledger = newLedger(define(t, s.words))
	for _, line := range lines {
		words := strings.Fields(line)
		s.line = line
		s.at(length(words[0]))
		s.happen(words[1:])
	}
	return s.unit
}

// A unit that reloads has been up since before that.
func TestReloadKeepsSince(t *testing.T) {
	tests := map[string][]string{
		"app.a type=notify-reload": {
			"0s start", "1s up", "2s ready", "10s reload", "11s says RELOADING=1 SINCE=11s", "12s ready",
		},
		"pool.a workers=1": {
			"0s start", "0s prepared", "0s #1 prepared", "2s #1 spawned", "10s reload", "10s prepared", "10s #2 prepared", "11s #2 spawned",
			"12s #1 drained", "13s #1 gone 0",
		},
	}
	for unit, lines := range tests {
		u := play(t, unit, lines...)
		if up := u.Since().Sub(boot); u.Phase() != Active || up != 2*time.Second {
			t.Errorf("%s: %s since %s after a reload, want active since 2s", unit, u.Phase(), up)
		}
	}
}

// The first process of a forking program ends with each start: that tells nobody how the run before ended.
func TestForkingKeepsLastExit(t *testing.T) {
	u := play(t, "app.a type=forking pid_file=/run/a.pid",
		"0s start", "0s up", "1s exit 0", "2s found 4712", "1m exit SIGKILL", "1m empty", "1m up", "61s exit 0", "62s found 4713")
	if last := u.Process.LastExit; u.Phase() != Active || last == nil || last.Reason != units.ReasonSignal {
		t.Errorf("%s, last exit %+v; want active, after SIGKILL", u.Phase(), last)
	}
}

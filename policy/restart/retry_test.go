package restart

import (
	"testing"
	"time"

	"unitd/units"
)

func TestAgain(t *testing.T) {
	r := units.Retry{Attempts: 3, Delay: 10 * time.Second, MaxDelay: 30 * time.Second}
	failed := End{Reason: units.ReasonExit, Code: 3, Oneshot: true}
	for _, test := range []struct {
		name    string
		retry   units.Retry
		prevent units.ExitSet
		end     End
		before  int
		chance  float64
		delay   time.Duration
		again   bool
	}{
		{"the first time", r, units.ExitSet{}, failed, 0, 0.5, 10 * time.Second, true},
		{"twice as long", r, units.ExitSet{}, failed, 1, 0.5, 20 * time.Second, true},
		{"up to max_delay", r, units.ExitSet{}, failed, 2, 0.5, 30 * time.Second, true},
		{"a tenth less", r, units.ExitSet{}, failed, 0, 0, 9 * time.Second, true},
		{"no attempt is left", r, units.ExitSet{}, failed, 3, 0.5, 0, false},
		{"none at all", units.Retry{Delay: time.Second}, units.ExitSet{}, failed, 0, 0.5, 0, false},
		{"without a delay", units.Retry{Attempts: 1}, units.ExitSet{}, failed, 0, 0.5, 0, true},
		{"prevented", r, units.ExitSet{Codes: []int{3}}, failed, 0, 0.5, 0, false},
		{"by a signal", r, units.ExitSet{Signals: []units.Signal{"SIGSEGV"}}, End{Reason: units.ReasonSignal, Code: -1, Signal: "SIGSEGV"}, 0, 0.5, 0, false},
		{"it took too long", r, units.ExitSet{Codes: []int{3}}, End{Reason: units.ReasonTimeout, Code: -1, Signal: "SIGTERM"}, 0, 0.5, 10 * time.Second, true},
		{"somebody stopped it", r, units.ExitSet{}, End{Reason: units.ReasonStop, Code: -1}, 0, 0.5, 0, false},
	} {
		delay, again := Again(test.retry, test.prevent, test.end, Streak{Failures: test.before}, test.chance)
		if delay != test.delay || again != test.again {
			t.Errorf("%s: %s, %t; want %s, %t", test.name, delay, again, test.delay, test.again)
		}
	}
}

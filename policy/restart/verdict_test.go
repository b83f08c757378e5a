package restart

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"unitd/units"
)

// defaults are BEHAVIOUR's.
func defaults() units.Restart {
	return units.Restart{
		Policy: units.RestartAlways,
		Delay:  time.Second, MaxDelay: time.Minute, Factor: 2, Jitter: 0.1,
		Immediate: []units.Reason{
			units.ReasonKilled, units.ReasonSignal, units.ReasonCore, units.ReasonOOM,
			units.ReasonWatchdog, units.ReasonHang, units.ReasonHealth,
		},
		ResetAfter: time.Minute, Interval: time.Minute,
	}
}

var noon = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

const even = 0.5 // the chance that changes nothing

// table is the table of BEHAVIOUR.md, "Why a process ended, and what follows", cell for cell. The reasons of
// one column stand together; killed is a column of its own since a oneshot's is another.
const table = `
             clean killed exit signal,core,oom timeout watchdog,hang,health
no           .     .      .    .               .       .
on-success   x     x      .    .               .       .
on-failure   .     .      x    x               x       x
on-abnormal  .     .      .    x               x       x
on-abort     .     .      .    x               .       .
on-watchdog  .     .      .    .               .       x
always       x     x      x    x               x       x
`

func TestPolicies(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		r := defaults()
		r.Policy = units.RestartPolicy(cells[0])
		for i, column := range columns {
			for reason := range strings.SplitSeq(column, ",") {
				end := End{Reason: units.Reason(reason)}
				decision, _ := Verdict(r, end, Streak{}, noon, even)
				if want := cells[i+1] == "x"; decision.Restart != want {
					t.Errorf("%s, %s: restart %v", r.Policy, reason, decision.Restart)
				}
				if want := "policy " + cells[0]; decision.Rule != want {
					t.Errorf("%s, %s: rule %q", r.Policy, reason, decision.Rule)
				}
			}
		}
		abort, _ := Verdict(r, End{Reason: units.ReasonSignal}, Streak{}, noon, even)
		killed, _ := Verdict(r, End{Reason: units.ReasonKilled, Oneshot: true}, Streak{}, noon, even)
		if killed.Restart != abort.Restart {
			t.Errorf("%s, a killed oneshot: restart %v, want what a signal gives", r.Policy, killed.Restart)
		}
	}
}

func TestRulesInOrder(t *testing.T) {
	set := units.ExitSet{Codes: []int{0, 3}, Signals: []units.Signal{"SIGKILL"}}
	never, always := units.RestartNo, units.RestartAlways
	for name, c := range map[string]struct {
		policy         units.RestartPolicy
		prevent, force units.ExitSet
		end            End
		restart        bool
		rule           string
	}{
		"stopped wins over force":        {always, units.ExitSet{}, set, End{Reason: units.ReasonExit, Code: 3, Stopped: true}, false, "stopped by hand"},
		"reason stop is a stop":          {always, units.ExitSet{}, set, End{Reason: units.ReasonStop}, false, "stopped by hand"},
		"a stopped worker is no recycle": {always, units.ExitSet{}, set, End{Reason: units.ReasonRecycle, Stopped: true}, false, "stopped by hand"},
		"recycle restarts in any case":   {never, set, units.ExitSet{}, End{Reason: units.ReasonRecycle}, true, "recycle"},
		"prevent wins over force":        {always, set, set, End{Reason: units.ReasonExit, Code: 3}, false, "prevent"},
		"prevent by signal":              {always, set, units.ExitSet{}, End{Reason: units.ReasonSignal, Signal: "SIGKILL"}, false, "prevent"},
		"force wins over no":             {never, units.ExitSet{}, set, End{Reason: units.ReasonExit, Code: 3}, true, "force"},
		"force by signal":                {never, units.ExitSet{}, set, End{Reason: units.ReasonSignal, Signal: "SIGKILL"}, true, "force"},
		"force another code":             {never, units.ExitSet{}, set, End{Reason: units.ReasonExit, Code: 4}, false, "policy no"},
		"no code with a signal":          {never, units.ExitSet{}, set, End{Reason: units.ReasonSignal, Signal: "SIGSEGV"}, false, "policy no"},
		"no code without a process":      {never, units.ExitSet{}, set, End{Reason: units.ReasonExit, Code: -1}, false, "policy no"},
	} {
		r := defaults()
		r.Policy, r.Prevent, r.Force = c.policy, c.prevent, c.force
		decision, _ := Verdict(r, c.end, Streak{}, noon, even)
		if decision.Restart != c.restart || decision.Rule != c.rule {
			t.Errorf("%s: %+v", name, decision)
		}
	}
}

// run is one run of a program in a row of them: how long it lasts, how it ends, and what follows.
type run struct {
	lasts   time.Duration
	end     End
	restart bool
	delay   time.Duration
	row     int
}

func (r run) check(t *testing.T, name string, restart units.Restart, streak *Streak, now *time.Time) {
	t.Helper()
	*streak = streak.Begin(*now)
	*now = now.Add(r.lasts)
	var decision Decision
	decision, *streak = Verdict(restart, r.end, *streak, *now, even)
	if decision.Restart != r.restart || decision.Delay != r.delay || streak.Failures != r.row {
		t.Errorf("%s: after %s: %+v, %d in a row; want restart %v after %s, %d in a row",
			name, r.end.Reason, decision, streak.Failures, r.restart, r.delay, r.row)
	}
	*now = now.Add(decision.Delay)
}

func TestStreaks(t *testing.T) {
	exit, signal := End{Reason: units.ReasonExit, Code: 3}, End{Reason: units.ReasonSignal, Signal: "SIGKILL"}
	recycle := End{Reason: units.ReasonRecycle}
	for name, runs := range map[string][]run{
		"an uncaught exception doubles": {
			{0, exit, true, time.Second, 1}, {0, exit, true, 2 * time.Second, 2},
			{0, exit, true, 4 * time.Second, 3}, {0, exit, true, 8 * time.Second, 4},
			{0, exit, true, 16 * time.Second, 5}, {0, exit, true, 32 * time.Second, 6},
			{0, exit, true, time.Minute, 7}, {0, exit, true, time.Minute, 8},
		},
		"a kill is made good at once, the first time": {
			{time.Second, signal, true, 0, 1}, {time.Second, signal, true, 2 * time.Second, 2},
		},
		"a kill after an exit is no first one": {
			{time.Second, exit, true, time.Second, 1}, {time.Second, signal, true, 2 * time.Second, 2},
		},
		"a run that lasts ends the streak": {
			{0, exit, true, time.Second, 1}, {0, exit, true, 2 * time.Second, 2},
			{time.Minute, exit, true, time.Second, 1}, {time.Minute, signal, true, 0, 1},
			{time.Minute - 1, exit, true, 2 * time.Second, 2},
		},
		"recycling neither waits nor counts": {
			{0, exit, true, time.Second, 1}, {time.Second, recycle, true, 0, 1},
			{time.Second, recycle, true, 0, 1}, {time.Second, exit, true, 2 * time.Second, 2},
			{time.Hour, recycle, true, 0, 0}, {time.Second, exit, true, time.Second, 1},
		},
	} {
		streak, now := Streak{}, noon
		for _, r := range runs {
			r.check(t, name, defaults(), &streak, &now)
		}
	}
}

func TestStartLimit(t *testing.T) {
	r := defaults()
	r.Burst, r.Interval, r.Delay = 3, 10*time.Second, 0
	streak, now := Streak{}, noon
	for i := range 3 {
		var decision Decision
		decision, streak = Verdict(r, End{Reason: units.ReasonExit, Code: 1}, streak, now, even)
		if !decision.Restart || decision.Limit {
			t.Fatalf("restart %d of a burst of 3: %+v", i+1, decision)
		}
		now = now.Add(time.Second)
	}
	decision, after := Verdict(r, End{Reason: units.ReasonExit, Code: 1}, streak, now, even)
	if decision.Restart || !decision.Limit || decision.Rule != "start limit: more than 3 restarts in 10s" {
		t.Errorf("one restart more: %+v", decision)
	}
	if len(after.Window) > r.Burst+1 {
		t.Errorf("the window holds %d times", len(after.Window))
	}
	if decision, _ := Verdict(r, End{Reason: units.ReasonRecycle}, streak, now, even); !decision.Restart || decision.Limit {
		t.Errorf("a recycling counts: %+v", decision)
	}
	later, _ := Verdict(r, End{Reason: units.ReasonExit, Code: 1}, streak, now.Add(10*time.Second), even)
	if !later.Restart {
		t.Errorf("when the interval has passed: %+v", later)
	}
}

func TestStreakIsStored(t *testing.T) {
	r := defaults()
	r.Burst = 2
	_, streak := Verdict(r, End{Reason: units.ReasonExit, Code: 1}, Streak{}.Begin(noon), noon.Add(time.Second), even)
	stored, err := json.Marshal(streak)
	if err != nil {
		t.Fatal(err)
	}
	var back Streak
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, streak) {
		t.Errorf("stored as %s: read back %+v, want %+v", stored, back, streak)
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{
		1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 22: "22nd", 111: "111th", 103: "103rd",
	} {
		if got := Ordinal(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	if got := fmt.Sprintf("exit 3, %s in a row", Ordinal(4)); got != "exit 3, 4th in a row" {
		t.Error(got)
	}
}

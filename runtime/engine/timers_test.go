package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// timed is a job that runs by itself: every so long, or as a cron expression says.
func timed(t testing.TB, name, when string, change ...func(*units.Job)) *units.Unit {
	t.Helper()
	j := &units.Job{Process: process(name), Overlap: units.OverlapSkip, Zone: time.UTC}
	j.Type, j.Restart.Policy = units.TypeOneshot, units.RestartNo
	if every, err := units.ParseDuration(when); err == nil {
		j.Every = every
	} else {
		c, err := units.ParseCron(when)
		if err != nil {
			t.Fatal(err)
		}
		j.Schedule, j.Cron = when, &c
	}
	for _, f := range change {
		f(j)
	}
	return &units.Unit{ID: units.ID("job." + name), Enabled: true, Job: j}
}

func inZone(t testing.TB, name string) func(*units.Job) {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(j *units.Job) { j.Zone, j.Timezone = zone, name }
}

func overlapping(o units.Overlap) func(*units.Job) { return func(j *units.Job) { j.Overlap = o } }

func catchesUp(j *units.Job) { j.CatchUp = true }

// runs notes when programs begin, and lets each live for a while and end with a code.
func (b *bench) runs(lives time.Duration, codes ...int) *[]time.Time {
	var begun []time.Time
	b.fake.script = func(id units.ID, a lifecycle.Action) fate {
		f := fate{lives: lives}
		if id.Kind() == units.KindJob && a.Hook == lifecycle.NoHook {
			if n := len(begun); n < len(codes) {
				f.exit.Code = codes[n]
			}
			begun = append(begun, time.Now().Add(b.set))
		}
		return f
	}
	return &begun
}

// wantRuns compares when programs began, to the second, with clock times of a zone.
func (b *bench) wantRuns(begun *[]time.Time, zone *time.Location, want ...string) {
	b.t.Helper()
	var got []string
	for _, at := range *begun {
		got = append(got, at.In(zone).Format("02 15:04:05"))
	}
	if !slices.Equal(got, want) {
		b.fail("began at\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// last is how the last run of a job went: "ok by schedule".
func (b *bench) last(id units.ID) (text string) {
	b.call(func(m *Model) {
		if l := m.Unit(id).Timer.Last; l != nil {
			text = l.Result + " by " + l.By
		}
	})
	return text
}

func (b *bench) note(id units.ID) (text string) {
	b.call(func(m *Model) { text = m.Unit(id).Timer.Note })
	return text
}

// The clock of a bubble begins at midnight UTC, on Saturday 1 January 2000.

func TestRunsBySchedule(t *testing.T) {
	quiet(t, []*units.Unit{timed(t, "nightly", "15 3 * * *"), timed(t, "often", "7h")}, func(b *bench) {
		begun := b.runs(time.Minute)
		b.boot()
		b.pass(27 * time.Hour)
		b.wantRuns(begun, time.UTC, "01 03:15:00", "01 07:00:00", "01 14:00:00", "01 21:00:00")
		b.want("inactive (dead)", "job.nightly", "job.often")
		b.pass(16 * time.Minute)
		if got := b.state("job.nightly"); got != "activating (start)" {
			b.fail("it is %s", got)
		}
		b.pass(time.Hour)
		if got := b.last("job.nightly"); got != "ok by schedule" {
			b.fail("it went %s", got)
		}
	})
}

// TestClocksOfAZone goes through both changes of the clocks of three zones in a year: one run each day.
func TestClocksOfAZone(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} {
		quiet(t, []*units.Unit{timed(t, "nightly", "10 2 * * *", inZone(t, name))}, func(b *bench) {
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			begun := b.runs(time.Second)
			b.boot()
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for range 2 {
				_, at = at.In(zone).ZoneBounds()
				eve := at.Add(-40 * time.Hour) // in the afternoon two days before
				b.call(func(*Model) { b.set = time.Until(eve) })
				b.pass(2 * time.Minute)
				*begun = nil
				b.pass(3 * 24 * time.Hour)
				var days []string
				for _, run := range *begun {
					days = append(days, run.In(zone).Format(time.DateOnly))
				}
				want := []string{at.In(zone).AddDate(0, 0, -1).Format(time.DateOnly), at.In(zone).Format(time.DateOnly), at.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)}
				if !slices.Equal(days, want) {
					b.fail("%s: runs on %v, want %v", name, days, want)
				}
			}
		})
	}
}

func TestOverlap(t *testing.T) {
	for overlap, want := range map[units.Overlap][]string{
		units.OverlapSkip:  {"01 00:10:00", "01 00:40:00", "01 01:10:00"},
		units.OverlapQueue: {"01 00:10:00", "01 00:35:00", "01 01:00:00"},
		units.OverlapKill:  {"01 00:10:00", "01 00:20:00", "01 00:30:00", "01 00:40:00", "01 00:50:00", "01 01:00:00", "01 01:10:00"},
	} {
		quiet(t, []*units.Unit{timed(t, "slow", "10m", overlapping(overlap))}, func(b *bench) {
			begun := b.runs(25 * time.Minute)
			b.boot()
			b.pass(71 * time.Minute)
			for i, at := range *begun {
				(*begun)[i] = at.Truncate(10 * time.Second) // the next one follows when all is gone of the one before
			}
			b.wantRuns(begun, time.UTC, want...)
			if overlap == units.OverlapQueue {
				b.call(func(m *Model) {
					if got := m.Unit("job.slow").Timer.Run; got == nil || got.By != lifecycle.ByQueue {
						b.broke("it runs by %+v", got)
					}
				})
			}
			b.submit(job.Stop, "job.slow") // what is queued does not follow
			b.pass(4 * time.Minute)
			b.want("inactive (dead)", "job.slow")
		})
	}
}

func TestJitter(t *testing.T) {
	quiet(t, []*units.Unit{timed(t, "a", "0 * * * *", func(j *units.Job) { j.Jitter = 10 * time.Minute })}, func(b *bench) {
		begun := b.runs(time.Second)
		b.luck = 0.3
		b.boot()
		b.pass(150 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:03:00", "01 02:03:00")
	})
}

// absent ends the manager, and has another one begin after a while, on a host that may have booted since.
func (b *bench) absent(set *units.Set, away time.Duration) {
	b.t.Helper()
	b.drain()
	time.Sleep(away)
	b.ended = false
	b.bear(set)
	b.live()
	b.boot()
}

func TestCatchUp(t *testing.T) {
	list := []*units.Unit{timed(t, "a", "0 3 * * *", catchesUp)}
	quiet(t, list, func(b *bench) {
		begun := b.runs(time.Second)
		b.boot()
		b.pass(time.Hour)
		b.absent(units.NewSet(list...), time.Hour) // nothing is missed
		b.pass(2 * time.Hour)
		b.absent(units.NewSet(list...), 70*time.Hour) // three times are
		if got := b.last("job.a"); got != "ok by schedule" {
			b.fail("the last run went %s", got)
		}
		b.pass(2 * time.Hour)
		for i, at := range *begun {
			(*begun)[i] = at.Truncate(time.Minute) // an end of the manager takes a moment
		}
		b.wantRuns(begun, time.UTC, "01 03:00:00", "04 02:00:00", "04 03:00:00")
		if seen := b.story; !strings.Contains(strings.Join(seen, "\n"), "start: catch-up") {
			b.fail("nothing says that it catches up")
		}
	})
}

func TestMissed(t *testing.T) {
	list := []*units.Unit{timed(t, "a", "0 3 * * *"), timed(t, "b", "4h")}
	quiet(t, list, func(b *bench) {
		begun := b.runs(time.Second)
		b.boot()
		b.absent(units.NewSet(list...), 10*time.Hour)
		if note := b.note("job.a"); note != "left out 2000-01-01 03:00 +00:00: unitd was not running" {
			b.fail("it says %q", note)
		}
		b.pass(18*time.Hour + time.Minute)
		b.wantRuns(begun, time.UTC, "01 12:00:00", "01 16:00:00", "01 20:00:00", "02 00:00:00", "02 03:00:00", "02 04:00:00")
	})
}

// TestCutOff ends the host during a run: that time of the schedule has had its run.
func TestCutOff(t *testing.T) {
	list := []*units.Unit{timed(t, "a", "0 3 * * *", catchesUp)}
	quiet(t, list, func(b *bench) {
		begun := b.runs(time.Hour)
		b.boot()
		b.pass(200 * time.Minute)
		was := b.memories
		b.drain()
		b.ended = false
		b.memories = was // what is written after the host has gone is not written
		b.bear(units.NewSet(list...))
		b.live()
		b.boot()
		if got := b.last("job.a"); got != "interrupted by schedule" {
			b.fail("the run went %s", got)
		}
		b.pass(time.Hour)
		b.wantRuns(begun, time.UTC, "01 03:00:00")
	})
}

// TestDeathDuringRun kills the manager while a job runs: it is taken over, and no other begins for the same time.
func TestDeathDuringRun(t *testing.T) {
	for _, away := range []time.Duration{time.Millisecond, 5 * time.Minute, 30 * time.Minute} {
		list := []*units.Unit{timed(t, "a", "0 3 * * *", catchesUp)}
		quiet(t, list, func(b *bench) {
			begun := b.runs(10 * time.Minute)
			b.boot()
			b.pass(182 * time.Minute)
			b.die(units.NewSet(list...), away, 0, func() {})
			b.pass(time.Hour)
			b.wantRuns(begun, time.UTC, "01 03:00:00")
			if got := b.last("job.a"); got != "ok by schedule" {
				b.fail("after %s: the run went %s", away, got)
			}
			b.pass(24 * time.Hour)
			b.wantRuns(begun, time.UTC, "01 03:00:00", "02 03:00:00")
		})
	}
}

// TestDeathOverTime kills the manager just before a time comes. One that is replaced at once is not late.
func TestDeathOverTime(t *testing.T) {
	for away, want := range map[time.Duration][]string{
		20 * time.Second: {"01 03:00:10"},
		10 * time.Minute: nil,
	} {
		list := []*units.Unit{timed(t, "a", "0 3 * * *")}
		quiet(t, list, func(b *bench) {
			begun := b.runs(time.Second)
			b.boot()
			b.pass(180*time.Minute - 10*time.Second)
			b.die(units.NewSet(list...), away, 0, func() {})
			b.pass(time.Minute)
			b.wantRuns(begun, time.UTC, want...)
		})
	}
}

func TestClockSet(t *testing.T) {
	tests := []struct {
		name, when string
		catchUp    bool
		set        []time.Duration // an hour apart, from 01:00 on
		want       []string
	}{
		{"back, over a time that has been", "0 1 * * *", false, []time.Duration{0, -time.Hour}, []string{"01 01:00:00", "02 01:00:00"}},
		{"back by a year", "0 1 * * *", false, []time.Duration{0, -365 * 24 * time.Hour}, []string{"01 01:00:00", "02 01:00:00"}},
		{"back, what comes each ten minutes", "30 * * * *", false, []time.Duration{-2 * time.Hour}, []string{"01 00:30:00", "31 23:30:00", "01 00:30:00"}},
		{"forward, over a time", "0 4 * * *", false, []time.Duration{4 * time.Hour}, []string{"02 04:00:00"}},
		{"forward, over a time that is made up for", "0 4 * * *", true, []time.Duration{4 * time.Hour}, []string{"01 05:01:00", "02 04:00:00"}},
		{"forward, just over a time", "30 4 * * *", false, []time.Duration{3*time.Hour + 29*time.Minute + 40*time.Second}, []string{"01 04:30:40"}},
	}
	for _, test := range tests {
		quiet(t, []*units.Unit{timed(t, "a", test.when, func(j *units.Job) { j.CatchUp = test.catchUp })}, func(b *bench) {
			begun := b.runs(time.Second)
			b.boot()
			b.pass(time.Hour + 30*time.Second)
			for _, d := range test.set {
				b.call(func(*Model) { b.set += d }) // the loop reads it
				b.pass(time.Hour)
			}
			for range 40 {
				if len(*begun) >= len(test.want) {
					break
				}
				b.pass(time.Hour)
			}
			b.tell("%s", test.name)
			b.wantRuns(begun, time.UTC, test.want...)
		})
	}
}

// TestNotEnabled: what is disabled does not run by itself, and nothing is made up for later.
func TestNotEnabled(t *testing.T) {
	list := []*units.Unit{timed(t, "a", "1h", catchesUp)}
	list[0].Enabled = false
	quiet(t, list, func(b *bench) {
		begun := b.runs(time.Second)
		b.boot()
		b.pass(150 * time.Minute)
		b.wantRuns(begun, time.UTC)
		b.submit(job.Start, "job.a")
		b.pass(time.Hour)
		b.wantRuns(begun, time.UTC, "01 02:30:00")
		b.call(func(m *Model) { m.SetEnabled([]units.ID{"job.a"}, true) })
		b.pass(90 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 02:30:00", "01 04:30:00")
		b.call(func(m *Model) { m.SetEnabled([]units.ID{"job.a"}, false) })
		b.absent(units.NewSet(list...), 5*time.Hour)
		b.pass(5 * time.Hour)
		b.wantRuns(begun, time.UTC, "01 02:30:00", "01 04:30:00")
	})
}

// TestStartByHand: the run counts for nothing in the schedule, and a stop ends the run alone.
func TestStartByHand(t *testing.T) {
	quiet(t, []*units.Unit{timed(t, "a", "1h")}, func(b *bench) {
		begun := b.runs(20 * time.Minute)
		b.boot()
		b.pass(10 * time.Minute)
		tx := b.submit(job.Start, "job.a")
		b.pass(time.Minute)
		if got := b.result(tx); got != "" {
			b.fail("the start has ended before the run: %s", got)
		}
		b.pass(20 * time.Minute)
		if got := b.result(tx); got != "done" {
			b.fail("the start is %s", got)
		}
		if got := b.last("job.a"); got != "ok by start" {
			b.fail("it went %s", got)
		}
		b.pass(30 * time.Minute)
		tx = b.submit(job.Stop, "job.a")
		b.pass(time.Minute)
		if got := b.result(tx); got != "done" {
			b.fail("the stop is %s", got)
		}
		if got := b.last("job.a"); got != "stop by schedule" {
			b.fail("it went %s", got)
		}
		b.pass(time.Hour)
		b.wantRuns(begun, time.UTC, "01 00:10:00", "01 01:00:00", "01 02:00:00")
	})
}

func retries(n int) func(*units.Job) {
	return func(j *units.Job) {
		j.Retry = units.Retry{Attempts: n, Delay: 10 * time.Second, MaxDelay: 15 * time.Second}
	}
}

func TestRetry(t *testing.T) {
	failed := app("alarm", oneshot, disabled)
	nightly := timed(t, "a", "1h", retries(3))
	nightly.OnFailure = []units.ID{failed.ID}
	quiet(t, []*units.Unit{nightly, failed}, func(b *bench) {
		begun := b.runs(2*time.Minute, 1, 1, 0, 7, 7, 7, 7)
		b.boot()
		b.pass(time.Hour)
		tx := b.submit(job.Start, "job.a") // it joins the run
		b.pass(2*time.Minute + 5*time.Second)
		b.want("activating (auto-restart)", "job.a")
		if got := b.result(tx); got != "" {
			b.fail("who waits for the run is told %s before the last attempt", got)
		}
		b.pass(10 * time.Minute)
		if got := b.result(tx); got != "done" {
			b.fail("it is %s", got)
		}
		b.pass(51 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:02:10", "01 01:04:25", "01 02:00:00", "01 02:02:10")
		b.pass(10 * time.Minute)
		b.want("failed (exit)", "job.a")
		if got := b.last("job.a"); got != "exit by schedule" {
			b.fail("it went %s", got)
		}
		if n := strings.Count(strings.Join(b.fake.started, " "), "app.alarm"); n != 1 {
			b.fail("its on_failure unit was started %d times", n)
		}
		b.pass(48 * time.Minute)
		b.want("activating (start)", "job.a") // failed or not, the schedule goes on
	})
}

func TestTimeout(t *testing.T) {
	quiet(t, []*units.Unit{
		timed(t, "a", "1h", retries(1), func(j *units.Job) { j.Timeout = 5 * time.Minute }),
		timed(t, "b", "7h"), // longer than any start_timeout
	}, func(b *bench) {
		begun := b.runs(6 * time.Hour)
		b.boot()
		b.pass(time.Hour + 20*time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:05:10")
		b.want("failed (timeout)", "job.a")
		var why string
		b.call(func(m *Model) { why = m.Unit("job.a").Timer.Last.Why })
		if why != "still running after 5 min, attempt 2 of 2" {
			b.fail("it says %q", why)
		}
		b.pass(14 * time.Hour)
		if got := b.last("job.b"); got != "ok by schedule" {
			b.fail("job.b went %s", got)
		}
	})
}

// TestBarred: a schedule starts nothing that somebody has stopped.
func TestBarred(t *testing.T) {
	report := timed(t, "report", "1h")
	report.Requires = []units.ID{"app.db"}
	member := timed(t, "member", "1h")
	member.Supervisor = "supervisor.web"
	quiet(t, []*units.Unit{report, member, app("db"), supervisor("web"), app("api", func(u *units.Unit, _ *units.Process) { u.Supervisor = "supervisor.web" })}, func(b *bench) {
		begun := b.runs(0)
		ends := b.fake.script
		b.fake.script = func(id units.ID, a lifecycle.Action) fate {
			f := ends(id, a)
			if id.Kind() == units.KindJob {
				f.lives = time.Second
			}
			return f
		}
		b.boot()
		b.pass(61 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:00:00")
		b.submit(job.Stop, "app.db")
		b.submit(job.Stop, "supervisor.web")
		b.pass(time.Hour)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:00:00")
		b.want("inactive (dead)", "app.db", "supervisor.web", "job.report", "job.member")
		if note := b.note("job.report"); note != "left out: it needs app.db, which was stopped by hand" {
			b.fail("it says %q", note)
		}
		if note := b.note("job.member"); note != "left out: supervisor.web is not active" {
			b.fail("it says %q", note)
		}
		b.submit(job.Start, "app.db")
		b.submit(job.Start, "supervisor.web")
		b.pass(time.Hour)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:00:00", "01 03:00:00", "01 03:00:00")
	})
}

// TestNeedFails: a run whose needs cannot start has failed, and does not come later by itself.
func TestNeedFails(t *testing.T) {
	report := timed(t, "report", "1h")
	report.Requires = []units.ID{"app.db"}
	db := app("db", disabled, func(_ *units.Unit, p *units.Process) {
		p.Type, p.Restart.Policy = units.TypeOneshot, units.RestartNo
	})
	quiet(t, []*units.Unit{report, db}, func(b *bench) {
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{lives: time.Second, exit: lifecycle.Exit{Code: 1}} }
		b.boot()
		b.pass(61 * time.Minute)
		b.want("failed (dependency)", "job.report")
		if got := b.last("job.report"); got != "dependency by schedule" {
			b.fail("it went %q", got)
		}
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{lives: time.Second} }
		b.pass(time.Hour)
		if got := b.last("job.report"); got != "ok by schedule" {
			b.fail("it went %q", got)
		}
	})
}

// TestApplyJob: another schedule holds at once, and a run goes on as it began.
func TestApplyJob(t *testing.T) {
	quiet(t, []*units.Unit{timed(t, "a", "1h", catchesUp)}, func(b *bench) {
		begun := b.runs(10 * time.Minute)
		b.boot()
		b.pass(65 * time.Minute)
		next := timed(t, "a", "*/15 * * * *", catchesUp)
		next.Job.Program = units.Fixed(units.Program{Command: []string{"other"}})
		if tx := b.apply(next); tx != 0 {
			b.fail("the apply does something to what runs")
		}
		b.want("activating (start)", "job.a")
		b.pass(30 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:15:00", "01 01:30:00")
		b.apply(next, timed(t, "b", "10m"))
		b.pass(12 * time.Minute)
		b.wantRuns(begun, time.UTC, "01 01:00:00", "01 01:15:00", "01 01:30:00", "01 01:45:00", "01 01:45:00")
		b.apply(app("x"))
		b.pass(time.Minute)
		if len(b.memories) != 0 || b.state("job.a") != "" {
			b.fail("%d jobs are remembered", len(b.memories))
		}
	})
}

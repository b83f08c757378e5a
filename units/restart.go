package units

import (
	"slices"
	"time"
)

// Restart says whether and when an ended program starts again (BEHAVIOUR: "Why a process ended").
type Restart struct {
	Policy     RestartPolicy
	Delay      time.Duration
	MaxDelay   time.Duration
	Factor     float64
	Jitter     float64 // share of the delay that chance adds or takes, 0 to 1
	Immediate  []Reason
	ResetAfter time.Duration
	Burst      int // 0: never give up
	Interval   time.Duration
	Prevent    ExitSet
	Force      ExitSet
}

// RestartPolicy names a row of BEHAVIOUR's table of policies.
type RestartPolicy string

// The restart policies.
const (
	RestartNo         RestartPolicy = "no"
	RestartOnSuccess  RestartPolicy = "on-success"
	RestartOnFailure  RestartPolicy = "on-failure"
	RestartOnAbnormal RestartPolicy = "on-abnormal"
	RestartOnAbort    RestartPolicy = "on-abort"
	RestartOnWatchdog RestartPolicy = "on-watchdog"
	RestartAlways     RestartPolicy = "always"
)

// Reason says why a process ended (BEHAVIOUR: "Why a process ended, and what follows").
type Reason string

// The reasons.
const (
	ReasonClean    Reason = "clean"
	ReasonKilled   Reason = "killed"
	ReasonExit     Reason = "exit"
	ReasonSignal   Reason = "signal"
	ReasonCore     Reason = "core"
	ReasonOOM      Reason = "oom"
	ReasonTimeout  Reason = "timeout"
	ReasonWatchdog Reason = "watchdog"
	ReasonHang     Reason = "hang"
	ReasonHealth   Reason = "health"
	ReasonRecycle  Reason = "recycle"
	ReasonStop     Reason = "stop"
)

// reasons that may follow on each other without a delay or with one; recycle never waits and stop never restarts.
var restartReasons = []string{"clean", "killed", "exit", "signal", "core", "oom", "timeout", "watchdog", "hang", "health"}

// appRestart are the defaults of an app, and of a job with TypeOneshot (BEHAVIOUR: "Why a process ended").
func appRestart(t StartType) Restart {
	r := Restart{
		Policy: RestartAlways, Delay: time.Second, MaxDelay: time.Minute, Factor: 2, Jitter: 0.1,
		Immediate: []Reason{
			ReasonKilled, ReasonSignal, ReasonCore, ReasonOOM, ReasonWatchdog, ReasonHang, ReasonHealth,
		},
		ResetAfter: time.Minute, Interval: time.Minute,
	}
	if t == TypeOneshot {
		r.Policy = RestartNo
	}
	return r
}

// supervisorRestart are the defaults of a supervisor.
func supervisorRestart() Restart {
	r := appRestart(TypeSimple)
	r.Delay, r.MaxDelay, r.Immediate = 10*time.Second, 5*time.Minute, nil
	return r
}

// restarts reads the restart block of a unit over the defaults d.
func (b *body) restarts(r *Restart, d Restart) {
	b.one("restart", func(inner *body) {
		*r = inner.restart(d)
		inner.goesWith("interval", "burst", "It is the time in which more than burst restarts are too many: add burst = 5, or take it out.")
	})
}

// restart reads a restart block over the defaults d.
func (b *body) restart(d Restart) Restart {
	r := d
	r.Policy = RestartPolicy(b.oneOf("policy", string(d.Policy), string(RestartNo), string(RestartOnSuccess),
		string(RestartOnFailure), string(RestartOnAbnormal), string(RestartOnAbort), string(RestartOnWatchdog), string(RestartAlways)))
	r.Delay = b.duration("delay", d.Delay, 0)
	r.MaxDelay = b.duration("max_delay", max(d.MaxDelay, r.Delay), 0)
	if a, ok := b.attr("max_delay"); ok && r.MaxDelay < r.Delay {
		b.error(a.expr.Range(), "max_delay is shorter than delay", "The delay is "+FormatDuration(r.Delay)+".")
	}
	r.Factor = b.float("factor", d.Factor, 1, 1000)
	r.Jitter = b.float("jitter", d.Jitter, 0, 1)
	if b.has("immediate") {
		r.Immediate = nil
		for _, reason := range b.words("immediate", restartReasons) {
			if !slices.Contains(r.Immediate, Reason(reason)) {
				r.Immediate = append(r.Immediate, Reason(reason))
			}
		}
	}
	r.ResetAfter = b.duration("reset_after", d.ResetAfter, 0)
	r.Burst = b.number("burst", d.Burst, 0, 1_000_000)
	r.Interval = b.duration("interval", d.Interval, time.Millisecond)
	r.Prevent = b.exits("prevent")
	r.Force = b.exits("force")
	return r
}

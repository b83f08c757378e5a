package lifecycle

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/units"
)

// defaults is an app as the unit language gives it where a file says nothing but `command`.
func defaults() *units.Process {
	return &units.Process{
		Type: units.TypeSimple, ReadyFD: -1, StartTimeout: 90 * time.Second, StopTimeout: 15 * time.Second,
		StopSignal: "SIGTERM", KillMode: units.KillMixed, Restart: always(),
	}
}

func always() units.Restart {
	return units.Restart{
		Policy: units.RestartAlways, Delay: time.Second, MaxDelay: time.Minute, Factor: 2, Jitter: 0.1,
		Immediate: []units.Reason{
			units.ReasonKilled, units.ReasonSignal, units.ReasonCore, units.ReasonOOM,
			units.ReasonWatchdog, units.ReasonHang, units.ReasonHealth,
		},
		ResetAfter: time.Minute, Interval: time.Minute,
	}
}

// define reads "app.api type=notify start_timeout=10s pre_start=2 health=http" (and so on) as a unit.
func define(t *testing.T, words []string) *units.Unit {
	t.Helper()
	u := &units.Unit{ID: units.ID(words[0]), Enabled: true}
	p, program := defaults(), units.Program{Command: []string{"/srv/app"}}
	switch u.ID.Kind() {
	case units.KindDelay:
		u.Delay = &units.Delay{SinceBoot: true}
	case units.KindSupervisor:
		u.Group = &units.Supervisor{Strategy: units.OneForOne, Restart: always()}
		u.Group.Restart.Delay, u.Group.Restart.MaxDelay, u.Group.Restart.Immediate = 10*time.Second, 5*time.Minute, nil
	case units.KindPool:
		u.Pool = &units.Pool{App: p, Workers: 2, MinReady: 1, Surge: 1, Drain: 30 * time.Second}
		u.Pool.Listen = []units.Listen{{Name: "http", Address: "127.0.0.1:8001", PerWorker: true}}
	default:
		u.App = &units.App{Process: *p}
		p = &u.App.Process
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		if !attribute(p, &program, name, value) && !kindAttribute(u, name, value) {
			t.Fatalf("unknown attribute %q", word)
		}
	}
	if p.Type == units.TypeOneshot {
		p.Restart.Policy = units.RestartNo
		for _, word := range words[1:] { // what is said counts, wherever it stands
			if value, ok := strings.CutPrefix(word, "policy="); ok {
				p.Restart.Policy = units.RestartPolicy(value)
			}
		}
	}
	p.Program = units.Fixed(program)
	return u
}

// attribute sets one of those that app and pool share.
func attribute(p *units.Process, program *units.Program, name, value string) bool {
	switch name {
	case "type":
		p.Type = units.StartType(value)
	case "remain":
		p.Remain = true
	case "kill_mode":
		p.KillMode = units.KillMode(value)
	case "listen":
		p.Listen = []units.Listen{{Name: "http", Address: value}}
	case "policy":
		p.Restart.Policy = units.RestartPolicy(value)
	case "burst":
		p.Restart.Burst = number(value)
	case "delay":
		p.Restart.Delay = length(value)
	case "start_timeout":
		p.StartTimeout = length(value)
	case "stop_timeout":
		p.StopTimeout = length(value)
	case "runtime_max":
		p.RuntimeMax = length(value)
	case "memory":
		p.Limits.Memory = int64(number(value)) << 20
	case "ready_fd":
		p.ReadyFD = number(value)
	case "pid_file":
		p.PIDFile = value
	case "fd_store_max":
		p.FDStoreMax = number(value)
	case "watchdog":
		p.Watchdog = length(value)
	case "success_exit":
		p.SuccessExit.Codes = []int{number(value)}
	case "reload":
		p.Reload = &units.ReloadAction{Signal: units.Signal(value)}
		if value == "command" {
			p.Reload = &units.ReloadAction{Command: true}
			program.ReloadCommand = []string{"/srv/reload"}
		}
	case "health":
		program.Health = append(program.Health, health(value))
	case "pre_start", "post_start", "pre_stop", "post_stop":
		list := make([][]string, number(value))
		*map[string]*[][]string{
			"pre_start": &program.PreStart, "post_start": &program.PostStart,
			"pre_stop": &program.PreStop, "post_stop": &program.PostStop,
		}[name] = list
	default:
		return false
	}
	return true
}

// health reads NAME, or NAME:none:ungated:failures=3:start_period=10s.
func health(text string) units.Health {
	parts := strings.Split(text, ":")
	h := units.Health{Name: parts[0], Failures: 2, Successes: 1, Restart: true, GatesReady: true}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "command":
			h.Command = []string{"/srv/check"}
		case "path":
			h.Path = "/health"
		case "timeout":
			h.Timeout = length(value)
		case "none":
			h.Restart = false
		case "ungated":
			h.GatesReady = false
		case "failures":
			h.Failures = number(value)
		case "successes":
			h.Successes = number(value)
		case "start_period":
			h.StartPeriod = length(value)
		default:
			panic("health: " + part)
		}
	}
	return h
}

// kindAttribute sets one that only some kinds have.
func kindAttribute(u *units.Unit, name, value string) bool {
	switch {
	case u.Pool != nil && name == "workers":
		u.Pool.Workers = number(value)
	case u.Pool != nil && name == "min_ready":
		u.Pool.MinReady = number(value)
	case u.Pool != nil && name == "surge":
		u.Pool.Surge = number(value)
	case u.Pool != nil && name == "max_age":
		recycling(u.Pool).MaxAge = length(value)
	case u.Pool != nil && name == "hang_timeout":
		u.Pool.HangTimeout = length(value)
	case u.Pool != nil && name == "max_memory":
		recycling(u.Pool).MaxMemory = int64(number(value)) << 20
	case u.Pool != nil && name == "max_requests":
		recycling(u.Pool).MaxRequests = number(value)
	case u.Pool != nil && name == "after":
		u.Pool.Unavailable = &units.Unavailable{After: length(value), Status: 503}
	case u.Pool != nil && name == "status": // stands after "after"
		u.Pool.Unavailable.Status = number(value)
	case u.Pool != nil && name == "shared":
		u.Pool.Listen[0].PerWorker = false
	case u.Pool != nil && name == "dispatch":
		u.Pool.Proxy, u.Pool.Listen[0].PerWorker = value == "proxy", value != "proxy"
	case u.Pool != nil && name == "address":
		u.Pool.Listen[0].Address = value
	case u.Delay != nil && name == "duration":
		u.Delay.Duration = length(value)
	case u.Delay != nil && name == "since":
		u.Delay.SinceBoot = value == "boot"
	case u.Delay != nil && name == "until":
		u.Delay.Until = &units.Until{Address: value}
	case u.Delay != nil && name == "on_timeout":
		u.Delay.ContinueOnTimeout = value == "continue"
	case u.Group != nil && name == "strategy":
		u.Group.Strategy = units.Strategy(value)
	case u.Group != nil && name == "intensity":
		burst, interval, _ := strings.Cut(value, "/")
		u.Group.Burst, u.Group.Interval = number(burst), length(interval)
	case u.Group != nil && name == "restart":
		u.Group.Restart.Policy = units.RestartPolicy(value)
	case u.Group != nil && name == "limit":
		u.Group.Restart.Burst = number(value)
	default:
		return false
	}
	return true
}

// recycling is the pool's `recycle` block, with a jitter that shows.
func recycling(p *units.Pool) *units.Recycle {
	if p.Recycle == nil {
		p.Recycle = &units.Recycle{Jitter: 0.1}
	}
	return p.Recycle
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("number %q: %v", text, err))
	}
	return n
}

func length(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		panic(fmt.Sprintf("duration %q: %v", text, err))
	}
	return d
}

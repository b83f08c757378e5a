package executor_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// aims are the ways in which a check can be aimed at the address of a pool.
var aims = map[string]func(address string) units.Health{
	"path":    func(string) units.Health { return units.Health{Path: "/health"} },
	"url":     func(address string) units.Health { return units.Health{URL: "http://" + address + "/health"} },
	"address": func(address string) units.Health { return units.Health{Address: address} },
	"command": func(address string) units.Health {
		return units.Health{Command: []string{testBinary(), "program:ask", "http://" + address + "/health"}}
	},
}

// A program takes longer to start than clients wait, and its check is aimed at the address at which they are answered
// meanwhile: it gets ready all the same. In maintenance no such check ends a worker, and after it they go on.
func TestChecksDoNotAskTheManager(t *testing.T) {
	const after, start = 300 * time.Millisecond, 1500 * time.Millisecond
	var pools []*units.Unit
	visitors := map[units.ID]*visitor{}
	for _, door := range []string{"each", "shared", "proxy"} {
		for name, aim := range aims {
			listen := doors[door](t, "")
			pool, _ := poolOf(t, 2, func(p *units.Process, program *units.Program) {
				check := aim(listen.Address)
				check.Name, check.Interval, check.Timeout = "aimed", 100*time.Millisecond, time.Second
				check.Failures, check.Successes, check.Restart, check.GatesReady = 2, 1, true, true
				program.Health = []units.Health{check}
			}, "web", start.String())
			pool.ID = units.ID("pool." + name + "-" + door)
			pool.Pool.Listen, pool.Pool.Proxy = []units.Listen{listen}, door == "proxy"
			pool.Pool.HangTimeout = time.Minute
			pool.Pool.Unavailable = &units.Unavailable{After: after, Status: 503}
			pools = append(pools, pool)
			visitors[pool.ID] = visitorOf(t, listen)
		}
	}
	m := live(t, newHome(t), units.NewSet(pools...))
	t.Run("pool", func(t *testing.T) {
		for id, v := range visitors {
			t.Run(strings.TrimPrefix(string(id), "pool."), func(t *testing.T) {
				t.Parallel()
				v := *v
				v.t = t
				m.in(t).of(id).isNotAsked(&v)
			})
		}
	})
}

// isNotAsked holds that the manager's own answers make no check of the pool fail.
func (m *manager) isNotAsked(v *visitor) {
	m.t.Helper()
	m.poolReady(2)
	m.eventually("clients go to workers", func(model *engine.Model) bool { return m.poolIn(model).Attended() })
	v.must(200)
	before := m.workerPIDs()
	m.maintenance(true)
	v.must(503)
	m.checkedTimes(5)
	m.maintenance(false)
	m.checkedTimes(5)
	v.must(200)
	if after := m.workerPIDs(); !maps.Equal(after, before) {
		m.t.Errorf("workers %v have become %v:\n%s", before, after, strings.Join(m.transitions(), "\n"))
	}
	m.call(func(model *engine.Model) {
		for _, w := range m.poolIn(model).Workers {
			if w.Process.Restarts > 0 || w.Process.LastExit != nil {
				m.t.Errorf("worker %d was restarted: %+v", w.Index, w.Process.LastExit)
			}
		}
		blind := strings.Contains(model.Unit(m.pool).Note(), "loopback has 127.0.0.1 only")
		if single := m.poolIn(model).Blind; blind != single || single != (simulated == testhost.OneAddress && !strings.HasSuffix(string(m.pool), "-proxy")) {
			m.t.Errorf("blind: %v, note %q", single, model.Unit(m.pool).Note())
		}
	})
}

// checkedTimes waits until each worker has been checked so many times more.
func (m *manager) checkedTimes(n int) {
	m.t.Helper()
	done := map[int]int{}
	last := map[int]lifecycle.CheckState{}
	m.eventually(fmt.Sprintf("each worker was checked %d times", n), func(model *engine.Model) bool {
		workers := m.poolIn(model).Workers
		for _, w := range workers {
			if len(w.Process.Checks) == 0 {
				return false
			}
			if now := w.Process.Checks[0]; now != last[w.Key] || now.Unjudged {
				last[w.Key] = now
				done[w.Key]++
			}
		}
		return !slices.ContainsFunc(workers, func(w *lifecycle.Worker) bool { return done[w.Key] <= n })
	})
}

// The same where no check can be made at one worker alone.
func TestChecksOnOneAddress(t *testing.T) {
	if simulated != "" {
		t.Skip("it is what is simulated")
	}
	testhost.OneAddress.Pass(t, "TestChecksDoNotAskTheManager")
}

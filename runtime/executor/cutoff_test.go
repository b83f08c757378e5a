package executor

import (
	"log/slog"
	"testing"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// The socket of a worker that has gone is let go before the state says that it has: the others must not be ended for that.
func TestOnlyLivingWorkersAreCutOff(t *testing.T) {
	listen := []units.Listen{{Name: "http", Address: "127.0.0.1:8001", PerWorker: true}}
	pool := &units.Unit{ID: "pool.web", Pool: &units.Pool{Listen: listen}}
	const run = 7
	from := &Inheritance{Units: map[units.ID]Inherited{"pool.web": {
		Definition: pool, Trees: []lifecycle.Tree{{Run: run, Launch: &lifecycle.Launch{Listen: listen}}},
	}}}
	x := &Executor{config: Config{Logger: slog.New(slog.DiscardHandler)}}
	if !x.cutOff(from, map[uint64]process.Found{run: {}}, true)["pool.web"] {
		t.Error("a worker that lives, and whose socket nobody has kept, goes on")
	}
	if len(x.cutOff(from, nil, true)) > 0 {
		t.Error("the pool starts anew for the sake of a worker that is gone")
	}
}

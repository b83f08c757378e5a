package executor

import (
	"context"
	"log/slog"

	policy "unitd/policy/containment"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Rehearsal is what a manager on this host would give to units, tried without one.
type Rehearsal struct{ executor *Executor }

// Rehearse tries in an empty directory of this account.
func Rehearse(ctx context.Context, dir string) (*Rehearsal, error) {
	x := New(Config{
		Runtime: dir, State: dir, Log: dir, UnitFiles: func() []string { return nil },
		Report: func(units.ID, lifecycle.Event) {}, Logger: slog.New(slog.DiscardHandler),
	})
	if err := x.Open(); err != nil {
		return nil, err
	}
	reaping, stop := context.WithCancel(ctx)
	reaped := make(chan struct{})
	go func() {
		defer close(reaped)
		_ = x.Reap(reaping) // it ends with the context
	}()
	_ = x.containment.allowed(ctx) // what it says is asked for below
	stop()
	<-reaped
	if err := x.Close(); err != nil {
		return nil, err
	}
	return &Rehearsal{x}, ctx.Err()
}

// NoNamespaces says which step of making them was refused; nil: none.
func (r *Rehearsal) NoNamespaces() error { return r.executor.NoNamespaces() }

// Decide is what a program would get.
func (r *Rehearsal) Decide(p *units.Process) policy.Verdict { return r.executor.Decide(0, p) }

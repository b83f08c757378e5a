package executor

import (
	"testing"

	"unitd/units"
)

// The first state of a manager that takes over is a whole one. Were a unit whose queues are being emptied at that moment
// recorded without its listeners, the next manager would close them.
func TestHeldWhileItIsChanged(t *testing.T) {
	h := newHolding("pool.web")
	x := &Executor{holdings: map[units.ID]*holding{"pool.web": h}}
	h.directories[1] = "/home/u/releases/1"
	before, ok := x.Held("pool.web")
	if !ok || len(before) == 0 {
		t.Fatalf("%q, %t", before, ok)
	}
	h.mu.Lock()
	h.directories[2] = "/home/u/releases/2"
	if text, ok := x.Held("pool.web"); ok || string(text) != string(before) {
		t.Errorf("while it is changed: %q, %t; want %q, false", text, ok, before)
	}
	h.mu.Unlock()
	if text, ok := x.Held("pool.web"); !ok || string(text) == string(before) {
		t.Errorf("afterwards: %q, %t", text, ok)
	}
}

package main

import (
	"context"
	"time"

	"unitd/runtime/engine"
)

// keptTime bounds how long somebody waits to be told that something is done, where the disk takes its time.
const keptTime = 2 * time.Second

// kept returns when the next manager would know what has happened so far: the state, and what enable, disable, scale,
// maintenance and stop have said.
func (p *parts) kept(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, keptTime)
	defer cancel()
	if !p.recorded(ctx) {
		return // it ends
	}
	saved := make(chan struct{})
	go func() {
		defer close(saved)
		p.loaded.saveNow(p.log)
	}()
	select {
	case <-saved:
	case <-ctx.Done():
	}
}

// recorded returns when the next manager would know the state, or ctx ends; not ok: the engine has ended.
func (p *parts) recorded(ctx context.Context) (ok bool) {
	if p.engine.Call(ctx, (*engine.Model).Record) != nil {
		return false
	}
	p.scribe.settle(ctx)
	return true
}

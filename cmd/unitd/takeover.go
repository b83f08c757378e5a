package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"unitd/internal/dirs"
	"unitd/internal/version"
)

// takeOver goes on with what the program before has handed over in this process, or gives it back where that fails before
// anything has changed.
func takeOver(o options, d dirs.Dirs, h *handover, stderr io.Writer) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			if h.taken {
				panic(failure)
			}
			fmt.Fprintf(stderr, "panic: %v\n%s", failure, debug.Stack())
			err = fmt.Errorf("take over: panic: %v", failure)
		}
		if err != nil && !h.taken {
			err = h.giveBack(err)
		}
	}()
	frugal()
	if err := reserveThreads(reserved); err != nil {
		return err
	}
	return manage(o, d, newGuarded(o, d, h.Core), h, stderr)
}

// checkHandover tries whether this program could take over what fd 3 tells, as far as that can be tried without doing it.
func checkHandover(o options, d dirs.Dirs) error {
	if _, err := conceal(); err != nil { // what is loaded holds secrets
		return fmt.Errorf("conceal: %w", err)
	}
	const file = 3
	h, err := readHandover(os.NewFile(file, "handover"))
	if err != nil {
		return err
	}
	quiet := slog.New(slog.DiscardHandler)
	loaded, err := load(o, d, guarded{}, h, io.Discard, quiet)
	if err != nil {
		return err
	}
	app, p := wire(d, loaded, h.Core, quiet) // nothing is acquired
	if err := app.Err(); err != nil {
		return fmt.Errorf("take over: %w", err)
	}
	for id := range p.engine.Definitions() {
		if s, known := h.saved.Units[id]; known && s.State == nil {
			return fmt.Errorf("take over: the state of %s is missing", id)
		}
	}
	p.takeOver()
	fmt.Println(canTakeOver + version.Version)
	return nil
}

// tellStarted says in the log how this manager has begun.
func (p *parts) tellStarted(count int) {
	h := p.loaded.handover
	switch {
	case h == nil:
		p.log.Info("started", "units", count, "pid", os.Getpid())
	case h.failed != "":
		p.log.Error("the other program could not take over: this one goes on", "error", h.failed)
	default:
		p.log.Info("took over in the same process", "units", count, "pid", os.Getpid(), "from", h.From, "to", version.Version)
	}
}

// beginning is the word for that in the event log.
func (p *parts) beginning() string {
	if p.loaded.handover != nil {
		return "re-executed"
	}
	return "started"
}

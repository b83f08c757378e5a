package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"unitd/internal/dirs"
	"unitd/ipc/server"
	"unitd/runtime/engine"
	"unitd/runtime/premises"
	"unitd/runtime/state"
)

// Somebody may remove files of the runtime directory, or all of it, while the manager lives: a script that cleans up, a slip of
// the hand. Units know nothing of that, but nobody reaches the manager any more, and another one could start beside it. So it
// notices, and puts back what was there: sockets and FIFOs by their second names (state.Spare), which are the same for all who
// have them open; where these are gone too, or on another file system, new ones.

const (
	// calmDown is how long nothing may happen before something is put back: whoever removes a directory would find it not empty
	// else. calmMost bounds that.
	calmDown = 100 * time.Millisecond
	calmMost = 2 * time.Second
	// putAgain is the pause after something could not be put back, lookAgain the one where nobody tells.
	putAgain  = 5 * time.Second
	lookAgain = time.Minute
)

// premisesOf is what a manager has in its directories that others find by their paths.
type premisesOf struct {
	dirs  dirs.Dirs
	spare state.Spare

	mu       sync.Mutex // held while something is put back, and for good once another program is executed
	control  fs.FileInfo
	notify   fs.FileInfo
	status   fs.FileInfo
	entrance *server.Entrance // of a control socket that had to be made anew; nil: none had to
}

// open notes what there is, and gives it second names.
func (h *premisesOf) open(d dirs.Dirs) {
	h.dirs, h.spare = d, state.NewSpare(d.State)
	h.note(d.ControlSocket(), &h.control)
	h.note(d.NotifySocket(), &h.notify)
	h.note(h.fifo(), &h.status)
}

// end takes the second names away.
func (h *premisesOf) end() { h.spare.Remove(h.dirs.ControlSocket(), h.dirs.NotifySocket(), h.fifo()) }

func (h *premisesOf) fifo() string { return filepath.Join(h.dirs.Runtime, "status") }

// note takes what is at a path for what the manager has open.
func (h *premisesOf) note(path string, to *fs.FileInfo) {
	if found, err := os.Lstat(path); err == nil {
		*to = found
		_ = h.spare.Keep(path) // where it cannot have another name, it is made anew
	}
}

// inPlace reports that a path is still that of the file that was noted.
func inPlace(path string, noted fs.FileInfo) bool {
	found, err := os.Lstat(path)
	return err == nil && noted != nil && os.SameFile(found, noted)
}

// putBack gives a file its path back by its second name.
func (h *premisesOf) putBack(path string, noted fs.FileInfo) bool {
	return h.spare.Restore(path) == nil && inPlace(path, noted)
}

// paths are those that are watched.
func (p *parts) paths() []string {
	d := p.premises.dirs
	return append([]string{
		d.ControlSocket(), d.NotifySocket(), p.premises.fifo(), filepath.Join(d.Runtime, "lock"), filepath.Join(d.Runtime, "exit"),
		filepath.Join(d.Runtime, "output"),
	}, p.sockets.paths()...)
}

// keepPremises is the part that watches over them.
func (p *parts) keepPremises(ctx context.Context) error {
	watch, err := premises.New()
	if err != nil {
		p.log.Warn("files of the runtime directory that somebody removes are missed only once in a minute", "error", err)
		return p.lookAfterPremises(ctx, nil, func() {})
	}
	defer func() { _ = watch.Close() }()                                                  // nothing was written to it
	return p.lookAfterPremises(ctx, watch.Gone(), func() { _ = watch.Set(p.paths()...) }) // what is missing is made first
}

func (p *parts) lookAfterPremises(ctx context.Context, gone <-chan struct{}, set func()) error {
	for {
		set()
		missing, err := p.refurnish(ctx)
		if err == nil && missing {
			continue // there are other directories to watch
		}
		var again <-chan time.Time
		switch {
		case err != nil:
			p.log.Error("somebody has removed files of the manager, and they cannot be put back; tried again in a moment", "error", err)
			again = time.After(putAgain)
		case gone == nil:
			again = time.After(lookAgain)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.sockets.changed:
		case <-again:
		case <-gone:
			calm(ctx, gone)
		}
	}
}

// calm returns when nothing has happened for a moment.
func calm(ctx context.Context, happens <-chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, calmMost)
	defer cancel()
	for {
		select {
		case <-happens:
		case <-time.After(calmDown):
			return
		case <-ctx.Done():
			return
		}
	}
}

// refurnish puts back what is missing, and reports whether anything was.
func (p *parts) refurnish(ctx context.Context) (missing bool, err error) {
	h, d := &p.premises, p.premises.dirs
	h.mu.Lock()
	defer h.mu.Unlock()
	var made []string
	put := func(what string, there bool, back func() error) {
		if there || err != nil {
			return
		}
		if err = back(); err == nil {
			made = append(made, what)
		}
	}
	directory := func(what, path string) {
		put(what, exists(path), func() error { return state.Prepare(what, path) })
	}
	bare := !exists(d.State)
	directory("state directory", d.State)
	directory("log directory", d.Log())
	directory("runtime directory", d.Runtime)
	put("lock", p.lock.Whole(), p.lock.Renew)
	put("notify socket", inPlace(d.NotifySocket(), h.notify), p.putNotifyBack)
	put("control socket", inPlace(d.ControlSocket(), h.control), p.putControlBack)
	if !inPlace(h.fifo(), h.status) && h.putBack(h.fifo(), h.status) {
		made = append(made, "status FIFO") // where it cannot be put back it serves this manager without a name
	}
	more, moreErr := p.executor.Refurnish(d.ControlSocket())
	others, othersErr := p.sockets.repair()
	if made = append(made, others...); more {
		made = append(made, "directories of exit files and output")
	}
	if bare && err == nil {
		err = p.recordAnew(ctx)
	}
	if len(made) > 0 {
		p.log.Warn("somebody has removed files of the manager: they are there again", "files", made)
	}
	return len(made) > 0, errors.Join(err, moreErr, othersErr)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// recordAnew writes what the next manager has to know into a state directory in which nothing is left.
func (p *parts) recordAnew(ctx context.Context) error {
	err := p.engine.Call(ctx, func(m *engine.Model) {
		m.RecordAll()
		p.loaded.applied(m.Set())
	})
	if err != nil {
		return fmt.Errorf("record the state: %w", err)
	}
	p.loaded.saveNow(p.log)
	return nil
}

func (p *parts) putNotifyBack() error {
	h := &p.premises
	if h.putBack(h.dirs.NotifySocket(), h.notify) {
		return nil
	}
	if err := p.notify.Renew(); err != nil {
		return err
	}
	h.note(h.dirs.NotifySocket(), &h.notify)
	p.executor.KeepUnheard(p.notify)
	return nil
}

// putControlBack makes another control socket where it has to. The old one stays open for who is connected by it.
func (p *parts) putControlBack() error {
	h := &p.premises
	path := h.dirs.ControlSocket()
	if h.putBack(path, h.control) {
		return nil
	}
	next, err := server.Listen(path, p.sockets.ownMode(), -1)
	if err != nil {
		return fmt.Errorf("put the control socket back: %w", err)
	}
	if h.entrance != nil {
		_ = h.entrance.Close() // it was made anew before, and removed again
	} else if first, ok := p.listener.(*net.UnixListener); ok {
		first.SetUnlinkOnClose(false) // the path is another one's
	}
	h.entrance = p.server.Again(next)
	p.listener = next
	p.given.Store(false)
	h.note(path, &h.control)
	return nil
}

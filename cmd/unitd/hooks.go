package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	policy "unitd/policy/webhook"
	"unitd/runtime/executor"
	"unitd/runtime/socket"
	"unitd/runtime/webhook"
	"unitd/units"
)

// hooks are the addresses at which webhooks of pipelines are served. One goroutine at a time changes them.
type hooks struct {
	executor *executor.Executor
	log      *slog.Logger
	server   *webhook.Server // made by begin
	open     []*hookAddress

	mu     sync.Mutex
	failed map[string]string // why an address is not served
}

// hookAddress is one of them: several pipelines may share it.
type hookAddress struct {
	hookSpec
	listener *socket.Listener
	accepts  net.Listener // the same socket, as net/http takes it
	door     *webhook.Door
}

// hookSpec is what the unit files say of an address.
type hookSpec struct {
	address string
	mode    uint32
	group   string
	hooks   []webhook.Hook
}

// hookSpecs lists the addresses of a set.
func hookSpecs(set *units.Set) []hookSpec {
	var all []hookSpec
	for _, id := range set.Graph().Order() {
		t, ok := webhookOf(set.Units[id])
		if !ok {
			continue
		}
		at := slices.IndexFunc(all, func(s hookSpec) bool { return s.address == t.Listen })
		if at < 0 {
			at = len(all)
			all = append(all, hookSpec{address: t.Listen, mode: t.Mode, group: t.Group})
		}
		all[at].hooks = append(all[at].hooks, webhook.Hook{Pipeline: string(id), Path: t.Path, SecretFile: t.SecretFile, Rule: ruleOf(t)})
	}
	return all
}

// webhookOf is the webhook of a unit, if it is a pipeline that has one.
func webhookOf(u *units.Unit) (units.Trigger, bool) { return triggerOf(u, units.TriggerWebhook) }

func triggerOf(u *units.Unit, kind units.TriggerKind) (units.Trigger, bool) {
	if u == nil || u.Pipeline == nil {
		return units.Trigger{}, false
	}
	i := slices.IndexFunc(u.Pipeline.Triggers, func(t units.Trigger) bool { return t.Kind == kind })
	if i < 0 {
		return units.Trigger{}, false
	}
	return u.Pipeline.Triggers[i], true
}

func ruleOf(t units.Trigger) policy.Rule {
	return policy.Rule{Provider: policy.Provider(t.Provider), Branch: t.Branch, Paths: t.Paths, Window: t.ReplayWindow, Signed: t.Signed}
}

// begin opens what the files say at the start. What cannot be opened keeps no unit from running: it is logged, and the next
// apply tries again. Where the manager before this one had listened, who waits there is answered now.
func (h *hooks) begin(set *units.Set, config webhook.Config) {
	h.server = webhook.New(config)
	for _, spec := range hookSpecs(set) {
		a, err := h.listen(spec)
		if err != nil {
			h.fails(spec.address, err)
			h.log.Error("nobody can reach a webhook; apply tries again", "error", err)
			continue
		}
		h.serve(a)
	}
	h.executor.ForgetOwn()
}

// prepare opens the addresses of next that are not open yet. Commit puts next in force, undo closes what was opened; one of
// the two has to be called, but after an error, when nothing has changed.
func (h *hooks) prepare(next *units.Set) (commit, undo func(), err error) {
	var fresh []*hookAddress
	undo = func() {
		for _, a := range fresh {
			h.close(a)
		}
	}
	specs := hookSpecs(next)
	for _, spec := range specs {
		if h.at(spec.address) != nil {
			continue
		}
		a, err := h.listen(spec)
		if err != nil {
			undo()
			return nil, nil, err
		}
		fresh = append(fresh, a)
	}
	return func() { h.commit(next, specs, fresh) }, undo, nil
}

func (h *hooks) commit(next *units.Set, specs []hookSpec, fresh []*hookAddress) {
	h.open = slices.DeleteFunc(h.open, func(a *hookAddress) bool {
		i := slices.IndexFunc(specs, func(s hookSpec) bool { return s.address == a.address })
		if i < 0 {
			h.close(a)
			h.log.Info("webhooks are no longer served", "address", a.address)
			return true
		}
		if err := h.change(a, specs[i]); err != nil {
			h.log.Error("change the socket of webhooks", "address", a.address, "error", err)
		}
		return false
	})
	for _, a := range fresh {
		h.serve(a)
	}
	h.server.Forget(func(pipeline string) bool { return next.Units[units.ID(pipeline)] != nil })
}

func (h *hooks) at(address string) *hookAddress {
	if i := slices.IndexFunc(h.open, func(a *hookAddress) bool { return a.address == address }); i >= 0 {
		return h.open[i]
	}
	return nil
}

// listen opens an address.
func (h *hooks) listen(spec hookSpec) (*hookAddress, error) {
	path, isUnix := strings.CutPrefix(spec.address, "unix:")
	dir := "/"
	if isUnix {
		dir = filepath.Dir(path)
	}
	address, err := socket.Parse(spec.address, dir, dir)
	if err != nil {
		return nil, fmt.Errorf("webhook: %w", err)
	}
	options := socket.Options{Unit: "webhook of " + spec.hooks[0].Pipeline, Mode: fs.FileMode(spec.mode), Group: spec.group}
	listener, err := h.executor.ListenOwn(address, options)
	if err != nil {
		return nil, err
	}
	accepts, err := net.FileListener(listener.File())
	if err != nil {
		return nil, errors.Join(err, h.executor.CloseOwn(listener))
	}
	keepFile(accepts) // listener removes it, if it is still its own
	a := &hookAddress{hookSpec: spec, listener: listener, accepts: accepts}
	if isUnix {
		if err := setSocketMode(path, spec.mode, spec.group); err != nil { // one that was taken over may have another
			h.log.Warn("set the mode of the socket of webhooks", "address", spec.address, "error", err)
		}
	}
	return a, nil
}

// keepFile has the file of a Unix socket left where it is when the listener is closed.
func keepFile(l net.Listener) {
	if unix, ok := l.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false)
	}
}

func (h *hooks) serve(a *hookAddress) {
	a.door = h.server.Open(a.accepts, a.hooks)
	h.open = append(h.open, a)
	h.fails(a.address, nil)
	for _, hook := range a.hooks {
		h.log.Info("webhook is served", "pipeline", hook.Pipeline, "address", a.address, "path", hook.Path)
	}
}

// change serves other hooks at an address, which may have another mode or group from now on. Where somebody has removed or
// replaced the file of a Unix socket it listens anew.
func (h *hooks) change(a *hookAddress, to hookSpec) error {
	a.hookSpec = to
	a.door.Serve(to.hooks)
	path, isUnix := strings.CutPrefix(to.address, "unix:")
	if !isUnix {
		return nil
	}
	repaired, err := a.listener.Repair()
	if err == nil && repaired {
		var accepts net.Listener
		if accepts, err = net.FileListener(a.listener.File()); err == nil {
			keepFile(accepts)
			_ = a.door.Close() // nobody finds the way there any more
			a.accepts, a.door = accepts, h.server.Open(accepts, to.hooks)
		}
	}
	if err != nil {
		return err
	}
	return setSocketMode(path, to.mode, to.group)
}

// close answers who is being answered and closes the address.
func (h *hooks) close(a *hookAddress) {
	var err error
	if a.door != nil {
		err = a.door.Close()
	} else {
		err = a.accepts.Close()
	}
	if err = errors.Join(err, h.executor.CloseOwn(a.listener)); err != nil && !errors.Is(err, net.ErrClosed) {
		h.log.Warn("close webhook", "address", a.address, "error", err)
	}
}

// note says what keeps a webhook from being reached. It may be called by any goroutine.
func (h *hooks) note(t units.Trigger) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if why := h.failed[t.Listen]; why != "" {
		return "it cannot be reached: " + why
	}
	return ""
}

// fails notes why an address is not served; "": it is.
func (h *hooks) fails(address string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.failed, address)
	if err != nil {
		h.failed[address] = err.Error()
	}
}

// move accepts nobody any more, for the sake of the program that goes on in this process.
func (h *hooks) move(ctx context.Context) {
	if err := h.server.Move(ctx); err != nil {
		h.log.Warn("cut webhooks for the sake of a new program", "error", err)
	}
}

// end closes all.
func (h *hooks) end() {
	for _, a := range h.open {
		h.close(a)
	}
	h.open = nil
}

package control

import (
	"context"
	"path/filepath"
	"strings"

	"unitd/internal/bounded"
	"unitd/ipc"
	"unitd/runtime/engine"
	"unitd/units"
)

// resolve finds the units that names mean; none mean all.
func resolve(model *engine.Model, names []string) ([]ipc.Name, error) {
	return ipc.NewNames(model.Set()).ResolveAll(names)
}

// look runs f in the engine's loop with the units and workers that names mean, all of which are there.
func (m *Manager) look(ctx context.Context, names []string, f func(*engine.Model, []ipc.Name) error) error {
	return m.inLoop(ctx, func(model *engine.Model) error {
		found, err := resolve(model, names)
		if err == nil {
			err = present(model, found...)
		}
		if err != nil {
			return err
		}
		return f(model, found)
	})
}

// one runs f with the one unit or worker that name means, which is there.
func (m *Manager) one(ctx context.Context, name string, f func(*engine.Model, ipc.Name) error) error {
	return m.inLoop(ctx, func(model *engine.Model) error {
		found, err := ipc.NewNames(model.Set()).Resolve(name)
		if err == nil {
			err = present(model, found)
		}
		if err != nil {
			return err
		}
		return f(model, found)
	})
}

// inLoop runs f in the engine's loop. Its error is that of f, or says why f did not run.
func (m *Manager) inLoop(ctx context.Context, f func(*engine.Model) error) error {
	var failure error
	if err := m.Engine.Call(ctx, func(model *engine.Model) { failure = f(model) }); err != nil {
		return err
	}
	return failure
}

func ids(names []ipc.Name) []units.ID {
	var list []units.ID
	for _, n := range names {
		list = append(list, n.ID)
	}
	return list
}

// Bounds of what is read of a checkout: any program of the account may have put it there.
const (
	maxRef    = 4 << 10
	maxPacked = 4 << 20
)

// commit is the abbreviated commit of a git checkout, read from its files: the manager runs no git for a
// status. "" where it cannot be told.
func commit(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		head, err := bounded.ReadFile(filepath.Join(dir, ".git", "HEAD"), maxRef)
		if err == nil {
			return short(dir, strings.TrimSpace(string(head)))
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

func short(dir, head string) string {
	if ref, ok := strings.CutPrefix(head, "ref: "); ok {
		content, err := bounded.ReadFile(filepath.Join(dir, ".git", filepath.Clean("/"+ref)), maxRef)
		if err != nil {
			return packed(dir, ref)
		}
		head = strings.TrimSpace(string(content))
	}
	return head[:min(7, len(head))]
}

// packed finds a ref that git has packed.
func packed(dir, ref string) string {
	content, err := bounded.ReadFile(filepath.Join(dir, ".git", "packed-refs"), maxPacked)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if hash, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return hash[:min(7, len(hash))]
		}
	}
	return ""
}

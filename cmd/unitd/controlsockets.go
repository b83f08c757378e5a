package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"unitd/ipc/server"
	"unitd/policy/access"
	"unitd/runtime/host"
	"unitd/runtime/socket"
	"unitd/runtime/state"
	"unitd/units"
)

// controlSockets are the sockets for others that are open, and the control socket itself, as far as its mode goes.
type controlSockets struct {
	server *server.Server
	host   *host.Host
	own    string // path of the control socket
	log    *slog.Logger

	changed chan struct{} // gets a value when others are open, unless one waits there already

	mu   sync.Mutex // held while they are changed
	mode fs.FileMode
	open []*controlSocket
}

// controlSocket is one of the sockets for others.
type controlSocket struct {
	spec     units.ControlSocket
	listener *socket.Listener
	accepts  net.Listener // the same socket, as net/http takes it
	entrance *server.Entrance
}

// begin opens what the files say at the start. One that cannot be opened keeps no unit from running: it is logged, and
// the next apply tries again.
func (c *controlSockets) begin(manager units.Manager, h *handover) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mode = fs.FileMode(manager.ControlMode)
	for _, spec := range manager.Sockets {
		s, err := c.listen(spec, h.control(spec.Path))
		if err != nil {
			c.log.Error("others cannot use a control socket; apply tries again", "error", err)
			continue
		}
		c.serve(s)
	}
}

// prepare opens the sockets of next that are not open yet. Commit puts next in force, undo closes what was opened; one of
// the two has to be called, but after an error, when nothing has changed.
func (c *controlSockets) prepare(next units.Manager) (commit, undo func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var fresh []*controlSocket
	undo = func() {
		for _, s := range fresh {
			c.close(s)
		}
	}
	for _, spec := range next.Sockets {
		if c.at(spec.Path) != nil {
			err = c.checkGroup(spec)
		} else {
			var s *controlSocket
			if s, err = c.listen(spec, nil); err == nil {
				fresh = append(fresh, s)
			}
		}
		if err != nil {
			undo()
			return nil, nil, err
		}
	}
	return func() { c.commit(next, fresh) }, undo, nil
}

func (c *controlSockets) commit(next units.Manager, fresh []*controlSocket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer poke(c.changed)
	c.mode = fs.FileMode(next.ControlMode)
	if err := os.Chmod(c.own, fs.FileMode(next.ControlMode)); err != nil {
		c.log.Warn("set the mode of the control socket", "error", err)
	}
	wanted := map[string]units.ControlSocket{}
	for _, spec := range next.Sockets {
		wanted[spec.Path] = spec
	}
	c.open = slices.DeleteFunc(c.open, func(s *controlSocket) bool {
		spec, ok := wanted[s.spec.Path]
		if !ok {
			c.close(s)
			c.log.Info("control socket closed", "socket", s.spec.Name, "path", s.spec.Path)
			return true
		}
		if err := s.change(spec); err != nil {
			c.log.Error("change control socket", "socket", spec.Name, "error", err)
		}
		return false
	})
	for _, s := range fresh {
		c.serve(s)
	}
}

// end closes all, behind the server.
func (c *controlSockets) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.open {
		c.close(s)
	}
	c.open = nil
}

func (c *controlSockets) at(path string) *controlSocket {
	if i := slices.IndexFunc(c.open, func(s *controlSocket) bool { return s.spec.Path == path }); i >= 0 {
		return c.open[i]
	}
	return nil
}

func (c *controlSockets) checkGroup(spec units.ControlSocket) error {
	if spec.Group == "" {
		return nil
	}
	if err := c.host.CheckGroup(spec.Group); err != nil {
		return fmt.Errorf("control socket %q: %w", spec.Name, err)
	}
	return nil
}

// handOver lists what is open, for the program that goes on in this process.
func (c *controlSockets) handOver() []otherControl {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []otherControl
	for _, s := range c.open {
		if saved, ok := s.listener.Save(); ok {
			all = append(all, otherControl{Path: s.spec.Path, Saved: saved, FD: int(s.listener.File().Fd())})
		}
	}
	return all
}

// listen opens a socket at a path where nobody else could put another in its place, or goes on with one that was handed
// over.
func (c *controlSockets) listen(spec units.ControlSocket, open *otherControl) (*controlSocket, error) {
	named := fmt.Sprintf("control socket %q", spec.Name)
	if err := c.checkGroup(spec); err != nil {
		return nil, err
	}
	dir := filepath.Dir(spec.Path)
	found, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: directory %s does not exist; create it so that those who shall use the socket can search it", named, dir)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", named, err)
	case found.Mode().Perm()&0o022 != 0:
		return nil, fmt.Errorf("%s: the mode %04o of %s lets others put another socket in its place: chmod go-w %s", named, found.Mode().Perm(), dir, dir)
	}
	if err := state.Trusted("directory of "+named, dir); err != nil {
		return nil, err
	}
	address, err := socket.Parse("unix:"+spec.Path, dir, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", named, err)
	}
	options := socket.Options{Unit: named, Mode: fs.FileMode(spec.Mode), Group: spec.Group}
	var listener *socket.Listener
	if open != nil {
		listener, err = socket.AdoptListener(address, options, open.Saved, open.FD)
	} else {
		listener, err = socket.Listen(address, options)
	}
	if err != nil {
		return nil, err
	}
	accepts, err := net.FileListener(listener.File())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	if own, ok := accepts.(*net.UnixListener); ok {
		own.SetUnlinkOnClose(false) // listener removes the file, if it is still its own
	}
	return &controlSocket{spec: spec, listener: listener, accepts: accepts}, nil
}

func (c *controlSockets) serve(s *controlSocket) {
	s.entrance = c.server.Open(s.accepts, rules(s.spec))
	c.open = append(c.open, s)
	c.log.Info("control socket opened", "socket", s.spec.Name, "path", s.spec.Path)
}

func rules(spec units.ControlSocket) access.Socket {
	return access.Socket{Name: spec.Name, Verbs: spec.Verbs}
}

// change gives an open socket other rules.
func (s *controlSocket) change(to units.ControlSocket) error {
	s.entrance.Permit(rules(to))
	from := s.spec
	s.spec = to
	if from.Mode == to.Mode && from.Group == to.Group {
		return nil
	}
	if _, err := s.listener.Repair(); err != nil { // where somebody has replaced its file
		return err
	}
	return setSocketMode(to.Path, to.Mode, to.Group)
}

// setSocketMode gives the file of a socket a mode and a group. It has rights for nobody else in between.
func setSocketMode(path string, mode uint32, group string) error {
	gid, err := host.GroupID(group)
	if err != nil {
		return err
	}
	return errors.Join(os.Chmod(path, 0o600), os.Lchown(path, -1, gid), os.Chmod(path, fs.FileMode(mode)))
}

// close cuts whoever is connected and removes the file.
func (c *controlSockets) close(s *controlSocket) {
	var err error
	if s.entrance != nil {
		err = s.entrance.Close()
	} else {
		err = s.accepts.Close()
	}
	if err = errors.Join(err, s.listener.Close()); err != nil && !errors.Is(err, net.ErrClosed) {
		c.log.Warn("close control socket", "socket", s.spec.Name, "error", err)
	}
}

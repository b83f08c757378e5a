package main

import (
	"errors"
	"fmt"
	"io/fs"
)

// paths are those of the sockets for others.
func (c *controlSockets) paths() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	paths := make([]string, len(c.open))
	for i, s := range c.open {
		paths[i] = s.spec.Path
	}
	return paths
}

// ownMode is the mode of the control socket itself.
func (c *controlSockets) ownMode() fs.FileMode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mode
}

// repair opens those sockets anew whose files somebody has removed or replaced, and says which. Who is connected by the old one
// is cut.
func (c *controlSockets) repair() (repaired []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, s := range c.open {
		if s.listener.InPlace() {
			continue
		}
		fresh, failed := c.listen(s.spec, nil)
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("put a control socket back: %w", failed))
			continue
		}
		c.close(s)
		fresh.entrance = c.server.Open(fresh.accepts, rules(fresh.spec))
		c.open[i] = fresh
		repaired = append(repaired, fmt.Sprintf("control socket %q", s.spec.Name))
	}
	return repaired, err
}

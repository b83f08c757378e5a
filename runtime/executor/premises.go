package executor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// exitDirectory is that of the exit files.
func (x *Executor) exitDirectory() string { return filepath.Join(x.config.Runtime, "exit") }

// Refurnish makes what the executor has in the runtime directory again where somebody has removed it, and reports whether it
// had to: directories, and what it has noted of output. The sockets are there by then. Exit files of what runs, and secrets of
// programs without namespaces, have no name any more until their next start; the status FIFO tells a living manager all that
// the former do.
func (x *Executor) Refurnish(controlSocket string) (missing bool, err error) {
	if _, gone := os.Lstat(x.exitDirectory()); gone != nil {
		missing = true
		if err = os.MkdirAll(x.exitDirectory(), 0o700); err != nil {
			err = fmt.Errorf("make the directory of exit files: %w", err)
		}
	}
	without, captureErr := x.capture.Restore()
	c := &x.containment
	c.mu.Lock()
	usable := c.unusable == nil
	c.mu.Unlock()
	if err = errors.Join(err, captureErr); !usable {
		return missing || without, err
	}
	err = errors.Join(err, c.furnish(x.config.State, x.config.Runtime))
	return missing || without, errors.Join(err, c.front.show(x.NotifySocket()), c.trusted.show(x.NotifySocket()), c.trusted.show(controlSocket))
}

// furnish makes the directories that units see in place of the manager's.
func (c *containment) furnish(state, runtime string) error {
	_, frontErr := newFront("front", state, runtime)
	_, trustedErr := newFront("front-control", state, runtime)
	err := errors.Join(frontErr, trustedErr)
	if _, missing := os.Lstat(c.nothing); missing != nil {
		err = errors.Join(err, os.WriteFile(c.nothing, nil, 0))
	}
	return err
}

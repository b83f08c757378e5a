package journal

import (
	"errors"
	"path/filepath"
	"strings"
)

// Remove removes a log that nobody writes to any more: the live file, what was rotated and what was left half done.
func (l *Logs) Remove(path string) error {
	names, err := entriesOf(path)
	if err != nil {
		return err
	}
	l.mu.Lock()
	delete(l.logs, path)
	l.mu.Unlock()
	problems := []error{removeIfThere(path)}
	for _, name := range names {
		suffix := strings.TrimPrefix(name, filepath.Base(path))
		if _, rotated := parseRotated(suffix); rotated || suffix == copySuffix || strings.HasSuffix(suffix, packSuffix) {
			problems = append(problems, removeIfThere(filepath.Join(filepath.Dir(path), name)))
		}
	}
	return errors.Join(problems...)
}

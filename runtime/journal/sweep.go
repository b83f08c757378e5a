package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// tidy finishes what an earlier manager has left half done, and finds the rotated files.
func (l *Log) tidy() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.swept {
		if err := l.sweep(); err != nil {
			return err
		}
		l.swept = true
	}
	live, _, err := l.openLive()
	if err != nil {
		return err
	}
	if live != nil {
		live.Close()
	}
	return l.name()
}

// sweep removes what is not whole or counts no more.
func (l *Log) sweep() error {
	names, err := entriesOf(l.path)
	if err != nil {
		return err
	}
	for _, name := range names {
		suffix := strings.TrimPrefix(name, filepath.Base(l.path))
		f, ok := parseRotated(suffix)
		stale := suffix == copySuffix || strings.HasSuffix(suffix, packSuffix) || ok && !f.gzip && slices.Contains(names, name+gzipSuffix)
		if !stale && ok && f.number == 0 {
			if stat, err := os.Stat(f.name(l.path)); err == nil {
				f.size = stat.Size()
				stale = holds(l.path, f)
			}
		}
		if stale {
			if err := removeIfThere(filepath.Join(filepath.Dir(l.path), name)); err != nil {
				return fmt.Errorf("clear up after an unfinished rotation: %w", err)
			}
		}
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

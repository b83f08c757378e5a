package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"unitd/units"
)

// envFiles are the files outside of the unit directory whose contents count as part of the units.
func envFiles(set *units.Set) []string {
	var paths []string
	for _, u := range set.Units {
		process := u.Process()
		if process == nil {
			continue
		}
		for _, file := range process.EnvFiles {
			path := file.Path
			if !filepath.IsAbs(path) {
				path = filepath.Join(process.Directory, path)
			}
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// fingerprint changes when the unit files may have changed, or what they read. It looks at sizes and times of
// modification only, so that a status costs no load.
func (l *loaded) fingerprint() string {
	var b strings.Builder
	add := func(path string, info fs.FileInfo) {
		fmt.Fprintf(&b, "%s %d %d %o\n", path, info.Size(), info.ModTime().UnixNano(), info.Mode())
	}
	root, err := filepath.EvalSymlinks(l.dirs.Units)
	if err != nil {
		return ""
	}
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && strings.HasPrefix(entry.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path)
		if err == nil {
			add(path, info)
		}
		return nil
	})
	if err != nil {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, path := range l.envFiles {
		if info, err := os.Stat(path); err == nil {
			add(path, info)
		}
	}
	return b.String()
}

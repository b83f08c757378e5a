package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"unitd/runtime/credential"
	"unitd/runtime/namespace"
)

// front is what units see in namespaces of their own in place of the manager's directories: nothing, but for sockets at
// the paths that they have outside.
type front struct {
	covers  []namespace.View
	sockets string // directory into which the sockets are to be linked
}

// byManager is who hides a directory that no attribute of the unit files does.
const byManager = "the manager"

// newFront makes the directories that are shown in place of state and runtime. They are in the former where that can have
// links to the sockets, so that units have these though somebody removes all of runtime; else in the latter.
func newFront(name, state, runtime string) (front, error) {
	const words = "hide the manager's directories: %w"
	state, stateErr := filepath.EvalSymlinks(state)
	runtime, runtimeErr := filepath.EvalSymlinks(runtime)
	if err := errors.Join(stateErr, runtimeErr); err != nil {
		return front{}, fmt.Errorf(words, err)
	}
	in := backstage(state, runtime)
	shown, err := pathOn(in)
	if err != nil {
		return front{}, fmt.Errorf(words, err)
	}
	shown.Name = filepath.Join(in, name)
	empty := namespace.Path{Name: filepath.Join(in, "empty"), Flags: shown.Flags}

	below, inside := cutDir(runtime, state)
	_, around := cutDir(state, runtime)
	var f front
	cover := func(source namespace.Path, target string) {
		f.covers = append(f.covers, namespace.View{By: byManager, Words: "hide " + target, Target: target, Source: source})
	}
	switch {
	case inside:
		cover(shown, state)
	case around:
		cover(shown, runtime)
	default:
		cover(empty, state)
		cover(shown, runtime)
	}
	f.sockets = filepath.Join(shown.Name, below)
	mountPoint := filepath.Join(f.sockets, credential.Directory) // of the secrets of each unit
	if err := errors.Join(os.MkdirAll(mountPoint, 0o700), os.MkdirAll(empty.Name, 0o700)); err != nil {
		return front{}, fmt.Errorf(words, err)
	}
	return f, nil
}

// backstage is the directory in which the manager has what it shows to units: that of the state, where links from there to the
// other one can be made.
func backstage(state, runtime string) string {
	var of, other unix.Stat_t
	if unix.Stat(state, &of) == nil && unix.Stat(runtime, &other) == nil && of.Dev == other.Dev {
		return state
	}
	return runtime
}

// cutDir is path relative to dir, where it is dir or in it; else "".
func cutDir(path, dir string) (below string, inside bool) {
	if path == dir {
		return "", true
	}
	if below, inside = strings.CutPrefix(path, strings.TrimSuffix(dir, "/")+"/"); !inside {
		return "", false
	}
	return below, true
}

// show makes a socket appear in the front.
func (f front) show(socket string) error {
	link := filepath.Join(f.sockets, filepath.Base(socket))
	shown, shownErr := os.Lstat(link)
	if found, err := os.Lstat(socket); err == nil && shownErr == nil && os.SameFile(found, shown) {
		return nil // units may be using it
	}
	err := os.Remove(link)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = os.Link(socket, link)
	}
	if err != nil {
		return fmt.Errorf("show %s to units: %w", filepath.Base(socket), err)
	}
	return nil
}

// window shows a directory, which is in that of sockets outside, at its own path.
func (f front) window(dir, runtime string) (namespace.View, error) {
	words := "show " + dir + " to units"
	below, inside := cutDir(dir, runtime)
	if !inside {
		return namespace.View{}, fmt.Errorf("%s: it is not below %s", words, runtime)
	}
	if err := os.MkdirAll(filepath.Join(f.sockets, below), 0o700); err != nil { // its place
		return namespace.View{}, fmt.Errorf("%s: %w", words, err)
	}
	target, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return namespace.View{}, fmt.Errorf("%s: %w", words, err)
	}
	source, err := pathOn(target)
	if err != nil {
		return namespace.View{}, fmt.Errorf("%s: %w", words, err)
	}
	return namespace.View{By: byManager, Words: words, Target: target, Source: source, Writable: true}, nil
}

// pathOn is a path with what its mount restricts, see statfs(2). The numbers are those of mount(2).
func pathOn(name string) (namespace.Path, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(name, &stat); err != nil {
		return namespace.Path{}, fmt.Errorf("look at the file system of %s: %w", name, err)
	}
	return namespace.Path{Name: name, Flags: uintptr(stat.Flags) & (unix.ST_NOSUID | unix.ST_NODEV | unix.ST_NOEXEC)}, nil
}

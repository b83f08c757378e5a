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

// newFront makes the directories that are shown in place of state and runtime, below the latter.
func newFront(name, state, runtime string) (front, error) {
	const words = "hide the manager's directories: %w"
	state, stateErr := filepath.EvalSymlinks(state)
	runtime, runtimeErr := filepath.EvalSymlinks(runtime)
	if err := errors.Join(stateErr, runtimeErr); err != nil {
		return front{}, fmt.Errorf(words, err)
	}
	shown, err := pathOn(runtime)
	if err != nil {
		return front{}, fmt.Errorf(words, err)
	}
	shown.Name = filepath.Join(runtime, name)
	empty := namespace.Path{Name: filepath.Join(runtime, "empty"), Flags: shown.Flags}

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
	default: // what is shown lies in what is covered last
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

// cutDir is path relative to dir, where it is dir or in it.
func cutDir(path, dir string) (below string, inside bool) {
	if path == dir {
		return "", true
	}
	return strings.CutPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}

// show makes a socket appear in the front.
func (f front) show(socket string) error {
	link := filepath.Join(f.sockets, filepath.Base(socket))
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

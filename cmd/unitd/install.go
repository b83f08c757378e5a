package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// keptSuffix is of the name under which a program stays that another one has replaced, and failedSuffix of that under which one
// stays that could not take over.
const keptSuffix, failedSuffix = ".old", ".failed"

// staged is a copy of a program beside the one that it is to replace.
type staged struct{ path, target string }

// stage copies a program into the directory of the one that it is to replace, so that a rename can put it in its place, and
// what is there is what was tried.
func stage(file, target string) (*staged, error) {
	target, err := filepath.EvalSymlinks(target)
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	from, err := os.OpenFile(file, os.O_RDONLY|unix.O_NONBLOCK, 0) // a FIFO would wait for who writes to it
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w", err)
	}
	defer from.Close()
	info, err := from.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("upgrade: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("upgrade: %s is no regular file", file)
	case info.Mode()&0o100 == 0:
		return nil, fmt.Errorf("upgrade: %s is not executable: chmod +x %s", file, file)
	}
	s := &staged{path: target + ".new", target: target}
	s.remove() // of an attempt that was cut off
	to, err := os.OpenFile(s.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return nil, fmt.Errorf("upgrade: %w; put the program there by other means, then unitctl manager reexec", err)
	}
	if _, err = io.Copy(to, from); err == nil {
		err = errors.Join(to.Chmod(info.Mode().Perm()), to.Sync())
	}
	if err = errors.Join(err, to.Close()); err != nil {
		s.remove()
		return nil, fmt.Errorf("upgrade: copy %s: %w", file, err)
	}
	return s, nil
}

// install puts the copy in place. The program that was there stays beside it, and there is a program at any time.
func (s *staged) install() (kept string, err error) {
	kept = s.target + keptSuffix
	if err := os.Remove(kept); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("upgrade: %w", err)
	}
	if err := os.Link(s.target, kept); err != nil {
		return "", fmt.Errorf("upgrade: keep the old program: %w", err)
	}
	if err := os.Rename(s.path, s.target); err != nil {
		return "", fmt.Errorf("upgrade: %w", err)
	}
	return kept, nil
}

// remove removes a copy that was not installed.
func (s *staged) remove() { _ = os.Remove(s.path) }

// putBack puts the program of this process in its place again, where it was replaced by one that could not take over: the
// next boot of the host would start that. It returns where that one is now; "" if nothing was to be put back.
func putBack(program string) (failed string, err error) {
	own, err := os.Stat("/proc/self/exe")
	if err != nil {
		return "", fmt.Errorf("put the program back: %w", err)
	}
	return putBackOne(program, own)
}

func putBackOne(program string, own fs.FileInfo) (failed string, err error) {
	target, err := filepath.EvalSymlinks(program)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("put the program back: %w", err)
	}
	is := func(path string) bool {
		info, err := os.Lstat(path)
		return err == nil && os.SameFile(info, own)
	}
	kept, failed := target+keptSuffix, target+failedSuffix
	if !is(kept) || is(target) {
		return "", nil
	}
	if err := os.Remove(failed); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("put the program back: %w", err)
	}
	if err := os.Link(target, failed); err != nil {
		return "", fmt.Errorf("put the program back: %w", err)
	}
	if err := os.Rename(kept, target); err != nil {
		return "", fmt.Errorf("put the program back: %w", err)
	}
	return failed, nil
}

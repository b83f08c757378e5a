package credential

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Directory is the name of the directory of all credentials, in the runtime directory.
const Directory = "credentials"

// File is a secret as a program finds it.
type File struct {
	Name    string
	Content []byte
}

// Store keeps the directories of one manager.
type Store struct {
	runtime string

	mu    sync.Mutex
	users map[string]int // by name of a directory
}

// NewStore makes a store below a runtime directory that nobody else may write.
func NewStore(runtime string) *Store { return &Store{runtime: runtime, users: map[string]int{}} }

// Take makes the directory of that name, unless somebody uses it already, who has its files as they were then. Each
// Take has to be followed by a Release.
func (s *Store) Take(name string, files []File) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[name] == 0 {
		if err := s.place(name, files); err != nil {
			return err
		}
	}
	s.users[name]++
	return nil
}

// Release says that one of its users has ended. With the last the files are gone.
func (s *Store) Release(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[name]--; s.users[name] > 0 {
		return nil
	}
	delete(s.users, name)
	return s.remove(name)
}

// Keep counts a user of a directory that a manager before this one has made. Release has to follow, and Sweep leaves it.
func (s *Store) Keep(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[name]++
}

// Sweep removes what a manager before this one has left, and commands of unitctl that were killed. It comes before
// anything is taken.
func (s *Store) Sweep() error {
	root, err := s.open()
	if err != nil {
		return fmt.Errorf("sweep credentials: %w", err)
	}
	defer done(root)
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("sweep credentials: %w", err)
	}
	for _, entry := range entries {
		if !ofLivingCommand(entry.Name()) && s.users[entry.Name()] == 0 {
			err = errors.Join(err, root.RemoveAll(entry.Name()))
		}
	}
	return err
}

const commandPrefix = "run-"

// ForCommand is the name of the directory for a command that this process runs.
func ForCommand() string { return commandPrefix + strconv.Itoa(os.Getpid()) }

func ofLivingCommand(name string) bool {
	digits, ok := strings.CutPrefix(name, commandPrefix)
	pid, err := strconv.Atoi(digits)
	return ok && err == nil && pid > 0 && !errors.Is(unix.Kill(pid, 0), unix.ESRCH)
}

// open opens the directory of all credentials, and makes it where it is missing. Through a root no symlink leads
// outside, whoever puts one there.
func (s *Store) open() (*os.Root, error) {
	runtime, err := os.OpenRoot(s.runtime)
	if err != nil {
		return nil, err
	}
	defer done(runtime)
	if stat, err := runtime.Lstat(Directory); err == nil && !stat.IsDir() {
		if err := runtime.Remove(Directory); err != nil {
			return nil, err
		}
	}
	if err := runtime.Mkdir(Directory, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return runtime.OpenRoot(Directory)
}

// done closes a directory that was only looked into.
func done(root *os.Root) { _ = root.Close() }

func (s *Store) place(name string, files []File) error {
	root, err := s.open()
	if err != nil {
		return fmt.Errorf("place secrets: %w", err)
	}
	defer done(root)
	if err := root.RemoveAll(name); err != nil {
		return fmt.Errorf("place secrets: %w", err)
	}
	err = root.Mkdir(name, 0o700)
	for _, file := range files {
		if err == nil {
			err = write(root, filepath.Join(name, file.Name), file.Content)
		}
	}
	if err != nil {
		return fmt.Errorf("place secrets: %w", errors.Join(err, root.RemoveAll(name)))
	}
	return nil
}

func write(root *os.Root, name string, content []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o400)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

func (s *Store) remove(name string) error {
	root, err := s.open()
	if err != nil {
		return fmt.Errorf("remove secrets: %w", err)
	}
	defer done(root)
	if err := root.RemoveAll(name); err != nil {
		return fmt.Errorf("remove secrets: %w", err)
	}
	return nil
}

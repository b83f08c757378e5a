package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Link puts links to entries of shared into a release that is not complete yet. An entry is a path below both; one that ends with
// "/", or that the release has as a directory, is a directory, and made empty where shared has none. What the release itself has
// at that path gives way to the link: it is a copy of what git has.
func Link(directory, partial string, entries []string) error {
	if err := plain(partial); err != nil {
		return failed("link into "+directory, err)
	}
	s, err := open(directory)
	if err != nil {
		return failed("link into "+directory, err)
	}
	defer s.close()
	release, err := s.root.OpenRoot(path.Join(releases, partial))
	if err != nil {
		return s.failed("link into", err)
	}
	defer func() { _ = release.Close() }()
	if err := s.mkdir(shared, 0o755); err != nil {
		return s.failed("link into", err)
	}
	for _, entry := range entries {
		if err := s.link(release, entry); err != nil {
			return failed(fmt.Sprintf("link shared %q", entry), err)
		}
	}
	return nil
}

func (s *site) link(release *os.Root, entry string) error {
	name := path.Clean(entry)
	if path.IsAbs(name) || name == "." || name == ".." || strings.HasPrefix(name, "../") {
		return errors.New("it leads out of the release")
	}
	if err := s.have(release, name, strings.HasSuffix(entry, "/")); err != nil {
		return err
	}
	parts := strings.Split(name, "/")
	for i := 1; i < len(parts); i++ {
		parent := path.Join(parts[:i]...)
		if err := release.Mkdir(parent, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if stat, err := release.Lstat(parent); err != nil || !stat.IsDir() { // a link would change what the way back up leads to
			return errors.Join(err, fmt.Errorf("%s is no directory in the release", parent))
		}
	}
	if err := removeAll(release, name); err != nil {
		return err
	}
	up := strings.Repeat("../", len(parts)+1) // out of the release and out of releases
	return release.Symlink(up+path.Join(shared, name), name)
}

// have makes sure that shared has an entry.
func (s *site) have(release *os.Root, name string, directory bool) error {
	at := path.Join(shared, name)
	_, err := s.root.Lstat(at)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if stat, err := release.Lstat(name); directory || err == nil && stat.IsDir() {
		return s.root.MkdirAll(at, 0o755)
	}
	return fmt.Errorf("%s is missing: put it there, or write %q for a directory that may begin empty", path.Join(s.directory, at), name+"/")
}

package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Complete gives a release that is complete its name.
func Complete(directory, from, to string) error {
	if err := plain(from, to); err != nil {
		return failed("complete a release in "+directory, err)
	}
	s, err := open(directory)
	if err != nil {
		return failed("complete a release in "+directory, err)
	}
	defer s.close()
	from, to = path.Join(releases, from), path.Join(releases, to)
	_, missing := s.root.Lstat(from)
	_, err = s.root.Lstat(to)
	switch {
	case err == nil && errors.Is(missing, fs.ErrNotExist): // it was done before
	case err == nil:
		err = fmt.Errorf("%s exists already", path.Join(s.directory, to))
	case errors.Is(err, fs.ErrNotExist):
		if err = s.hideHistory(from); err == nil {
			err = s.root.Rename(from, to)
		}
	}
	if err == nil {
		err = s.sync(releases)
	}
	return s.failed("complete a release in", err)
}

// hideHistory keeps others, such as a web server that has the release as its document root, out of the history.
func (s *site) hideHistory(release string) error {
	err := s.root.Chmod(path.Join(release, ".git"), 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Activate makes `current` lead to a directory, in one step: at any time there is the one or the other. "" takes `current` away.
func Activate(directory, target string) error {
	s, err := open(directory)
	if err != nil {
		return failed("move current in "+directory, err)
	}
	defer s.close()
	return s.failed("move current in", s.activate(target))
}

func (s *site) activate(target string) error {
	now, err := s.target()
	if err != nil || now == target {
		return err
	}
	if target == "" {
		if err := s.root.Remove(current); err != nil {
			return err
		}
		return s.sync(".")
	}
	if stat, err := os.Stat(target); err != nil || !stat.IsDir() {
		return fmt.Errorf("the release %s is gone: deploy again", target)
	}
	if below, is := strings.CutPrefix(target, s.directory+"/"); is {
		target = below // so that the whole directory can be moved
	}
	const next = "." + current + partial
	if err := s.root.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.root.Symlink(target, next); err != nil {
		return err
	}
	if err := s.root.Rename(next, current); err != nil {
		return err
	}
	return s.sync(".")
}

// Discard removes releases, complete or not, and what git has left over. One that is not there is no error; the one that `current`
// leads to is never removed.
func Discard(directory string, names ...string) error {
	if err := plain(names...); err != nil {
		return failed("discard a release in "+directory, err)
	}
	s, err := open(directory)
	if err != nil {
		return failed("discard a release in "+directory, err)
	}
	defer s.close()
	for _, name := range names {
		if err := s.discard(name); err != nil {
			return failed("discard "+path.Join(directory, releases, name), err)
		}
	}
	return s.failed("tidy up", s.sweepMirror())
}

func (s *site) discard(name string) error {
	live, err := s.target()
	if err != nil {
		return err
	}
	at := path.Join(releases, name)
	if within := path.Join(s.directory, at); live == within || strings.HasPrefix(live, within+"/") {
		return errors.New("current leads to it")
	}
	going := path.Join(releases, "."+name+gone)
	if err := removeAll(s.root, going); err != nil { // of an earlier time
		return err
	}
	if err := s.root.Rename(at, going); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, rest := range []string{going, path.Join(releases, "."+name+partial)} {
		if err := removeAll(s.root, rest); err != nil {
			return err
		}
	}
	return nil
}

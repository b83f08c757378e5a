package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/bounded"
)

// Found is what there is in the directory of a pipeline.
type Found struct {
	// Current is the directory that `current` leads to, absolute, "": there is no such link; Commit what is checked out there, as
	// far as its .git tells.
	Current, Commit string
	// Releases are the complete ones, in no order.
	Releases []Release
}

// Release is a complete release, and when it was begun.
type Release struct {
	Name string
	Made time.Time
}

// Prepare makes a directory ready for another release: it makes it and what belongs into it, where that is missing, removes what an
// earlier run has left unfinished, and looks at what there is. No other run may be at work there.
func Prepare(directory string) (Found, error) {
	if err := os.Mkdir(directory, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return Found{}, failed("prepare "+directory, err)
	}
	s, err := open(directory)
	if err != nil {
		return Found{}, failed("prepare "+directory, err)
	}
	defer s.close()
	if _, err := s.target(); err != nil {
		return Found{}, s.failed("prepare", err)
	}
	for _, step := range []func() error{s.makeMirror, func() error { return s.mkdir(releases, 0o755) }, s.sweepReleases, s.sweepMirror} {
		if err := step(); err != nil {
			return Found{}, s.failed("prepare", err)
		}
	}
	found, err := s.look()
	return found, s.failed("prepare", err)
}

// Look says what there is.
func Look(directory string) (Found, error) {
	s, err := open(directory)
	if err != nil {
		return Found{}, failed("look at "+directory, err)
	}
	defer s.close()
	found, err := s.look()
	return found, s.failed("look at", err)
}

// names are those of releases, as policy/checkout makes them. What is called otherwise belongs to somebody else.
var names = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+-[0-9a-f]{7}(\.[0-9]+)?$`) })

// isUnfinished reports the name of a release that is not complete, or not all gone.
func isUnfinished(name string) bool {
	name, hidden := strings.CutPrefix(name, ".")
	name, building := strings.CutSuffix(name, partial)
	name, going := strings.CutSuffix(name, gone)
	return hidden && building != going && names().MatchString(name)
}

func (s *site) look() (Found, error) {
	var found Found
	var err error
	if found.Current, err = s.target(); err != nil {
		return found, err
	}
	if found.Current != "" {
		found.Commit = commitOf(found.Current)
	}
	at, err := s.root.Open(releases)
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
	}
	defer at.Close()
	entries, err := at.ReadDir(-1)
	if err != nil {
		return found, err
	}
	for _, entry := range entries {
		if entry.IsDir() && names().MatchString(entry.Name()) {
			if made, err := madeAt(at, entry.Name()); err == nil { // it may be gone by now
				found.Releases = append(found.Releases, Release{entry.Name(), made})
			}
		}
	}
	return found, nil
}

// madeAt is when a directory was made, where the file system knows it, else when it was last written to.
func madeAt(parent *os.File, name string) (time.Time, error) {
	var stat unix.Statx_t
	err := unix.Statx(int(parent.Fd()), name, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME|unix.STATX_MTIME, &stat)
	at := stat.Mtime
	if stat.Mask&unix.STATX_BTIME != 0 {
		at = stat.Btime
	}
	return time.Unix(at.Sec, int64(at.Nsec)).UTC(), err
}

// commitOf is what is checked out in a release: its HEAD holds the hash itself. "": that cannot be told.
func commitOf(directory string) string {
	const hash = 64 // of SHA-256
	head, err := bounded.ReadFile(path.Join(directory, ".git/HEAD"), hash+1)
	commit := strings.TrimSpace(string(head))
	if err != nil || len(commit) < 40 || strings.Trim(commit, "0123456789abcdef") != "" {
		return ""
	}
	return commit
}

// sweepReleases removes what is not complete.
func (s *site) sweepReleases() error {
	entries, err := fs.ReadDir(s.root.FS(), releases)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); isUnfinished(name) {
			if err := removeAll(s.root, path.Join(releases, name)); err != nil {
				return fmt.Errorf("remove what was left over: %w", err)
			}
		}
	}
	return nil
}

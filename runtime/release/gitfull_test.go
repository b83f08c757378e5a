package release_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/testhost"
	"unitd/policy/checkout"
)

// The disk is full, of bytes or of files, before each operation: the error says so, the release before stays live, what was begun
// is taken back on the full disk, and the next run does well once there is room.
func TestGitOnAFullDisk(t *testing.T) {
	t.Parallel()
	disk := testhost.SmallDisk(t, "size=12m,nr_inodes=3000")
	if disk == "" {
		return
	}
	for what, fill := range map[string]func(*gitSite) error{"bytes": (*gitSite).fillBytes, "files": (*gitSite).fillFiles} {
		gitOnAFullDisk(t, disk+"/"+what, what, fill)
	}
}

func gitOnAFullDisk(t *testing.T, disk, what string, fill func(*gitSite) error) {
	s := newGitSite(t)
	s.dir, s.spec.Directory, s.spec.Git.Keep = disk, disk, 1
	s.spec.Git.Shared = []string{"media/", "deep/er/cache/"}
	push := func(text string) {
		noise := make([]byte, 300<<10) // nothing that compresses
		for i := range noise {
			noise[i] = byte(rand.Uint32())
		}
		s.write(s.work+"/noise", string(noise))
		s.push(text)
	}
	push("one")
	s.deploy()
	push("two")
	s.deploy()
	operations := map[string][]string{
		"bytes": {"fetch", "clone", "origin", "checkout", "complete", "activate"},
		"files": {"fetch", "clone", "origin", "checkout", "link", "complete", "activate"},
	}[what]
	refused := map[string]string{}
	for round, name := range operations {
		had, live := s.releases(), s.read(s.dir+"/current/version")
		newer := fmt.Sprintf("round %d of %s", round, what)
		push(newer)
		if name == "link" { // so that it has something to make
			os.RemoveAll(s.dir + "/shared")
		}
		s.before = func(o checkout.Operation) error {
			if o.Name == name {
				return fill(s)
			}
			return nil
		}
		_, err := s.fetch()
		if err == nil && name == "activate" {
			_, err = s.do(checkout.Live)
		}
		s.before = nil
		if err != nil {
			refused[name] = err.Error()
			if !strings.HasSuffix(err.Error(), ": remove something, or set keep lower") {
				t.Errorf("full of %s before %s: %v", what, name, err)
			}
			if s.read(s.dir+"/current/version") != live {
				t.Errorf("full of %s before %s: the live release is not what it was", what, name)
			}
			s.after(checkout.Undo)
			if s.releases() != had {
				t.Errorf("full of %s before %s: there is %s, not %s", what, name, s.releases(), had)
			}
		}
		if err := os.RemoveAll(s.dir + "/filler"); err != nil {
			t.Fatal(err)
		}
		s.deploy()
		if s.read(s.dir+"/current/version") != newer {
			t.Errorf("full of %s before %s: the next run did not go live", what, name)
		}
	}
	for _, name := range operations {
		needsNone := name == "complete" || name == "activate" && what == "bytes"
		if (refused[name] == "") != needsNone {
			t.Errorf("full of %s before %s: %q", what, name, refused[name])
		}
	}
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
}

func (s *gitSite) fillBytes() error {
	if err := os.MkdirAll(s.dir+"/filler", 0o755); err != nil {
		return err
	}
	file, err := os.Create(s.dir + "/filler/bytes")
	if err != nil {
		return err
	}
	defer file.Close()
	for block := make([]byte, 64<<10); err == nil; {
		_, err = file.Write(block)
	}
	return unlessFull(err)
}

func (s *gitSite) fillFiles() error {
	err := os.MkdirAll(s.dir+"/filler", 0o755)
	for i := 0; err == nil; i++ {
		err = os.WriteFile(fmt.Sprintf("%s/filler/%d", s.dir, i), nil, 0o644)
	}
	return unlessFull(err)
}

func unlessFull(err error) error {
	if errors.Is(err, unix.ENOSPC) {
		return nil
	}
	return err
}

package release_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"unitd/policy/checkout"
	"unitd/units"
)

// newGitCheckout is a site whose directory is the checkout of a first commit.
func newGitCheckout(t *testing.T) (s *gitSite, first string) {
	t.Helper()
	s = newGitSite(t)
	s.spec.Git = units.Git{Remote: "origin", Branch: "main", Layout: units.LayoutInPlace, Dirty: units.DirtyRefuse}
	first = s.push("one")
	s.git(s.home, "clone", "--quiet", s.bare, s.dir)
	return s, first
}

func TestGitInPlace(t *testing.T) {
	t.Parallel()
	s, first := newGitCheckout(t)
	s.write(s.dir+"/.env", "untracked")
	second := s.push("two")
	if out := s.deploy(); out != (checkout.Outcome{Commit: second, Previous: first, Release: s.dir, Before: s.dir, Moved: true}) {
		t.Errorf("the outcome: %+v", out)
	}
	if s.read(s.dir+"/version") != "two" || s.read(s.dir+"/.env") != "untracked" {
		t.Errorf("the checkout is at %s, .env is %s", s.read(s.dir+"/version"), s.read(s.dir+"/.env"))
	}
	s.after(checkout.Revert)
	s.write(s.dir+"/version", "written by a step") // what a step has changed is no reason not to go back
	s.after(checkout.Undo)
	if s.read(s.dir+"/version") != "one" || s.git(s.dir, "status", "--porcelain", "--untracked-files=no") != "" {
		t.Errorf("afterwards the checkout is at %s", s.read(s.dir+"/version"))
	}
	s.git(s.work, "reset", "--quiet", "--hard", first)
	s.push("three", "--amend")
	s.deploy()
	s.spec.Commit = second[:9] // no branch leads to it, but git has it still
	s.deploy()
	if s.read(s.dir+"/version") != "two" {
		t.Errorf("the checkout is at %s", s.read(s.dir+"/version"))
	}
	s.spec.Commit, s.spec.Branch = "", "nosuch"
	s.refusedInPlace("origin has no such branch", "two")
	s.spec.Branch = ""
	s.git(s.dir, "remote", "set-url", "origin", s.bare+"-gone")
	s.refusedInPlace("git fetch origin: exit 128: '"+s.bare+"-gone' does not appear", "two")
}

// refusedInPlace is a fetch that fails for a reason and leaves the checkout as it was.
func (s *gitSite) refusedInPlace(why, text string) {
	s.t.Helper()
	_, err := s.fetch()
	if err == nil || !strings.Contains(err.Error(), why) {
		s.t.Errorf("%q is not why: %v", why, err)
	}
	if s.read(s.dir+"/version") != text {
		s.t.Errorf("the checkout is at %s", s.read(s.dir+"/version"))
	}
	s.after(checkout.Undo)
	if s.read(s.dir+"/version") != text {
		s.t.Errorf("afterwards the checkout is at %s", s.read(s.dir+"/version"))
	}
}

func TestGitDirty(t *testing.T) {
	t.Parallel()
	s, _ := newGitCheckout(t)
	s.write(s.work+"/new", "tracked")
	s.push("two")
	s.write(s.dir+"/version", "by hand")
	s.refusedInPlace(`changed: version: commit it, move it away, or set dirty = "discard", which throws it away`, "by hand")
	s.git(s.dir, "add", "version")
	s.refusedInPlace("changed: version", "by hand")
	s.git(s.dir, "reset", "--quiet", "--hard")
	s.write(s.dir+"/new", "by hand")
	s.refusedInPlace("in the way: Untracked working tree file 'new' would be overwritten", "one")
	s.write(s.dir+"/.git/info/exclude", "new\n") // it is in the way also where git ignores it
	s.refusedInPlace("in the way: new: commit it", "one")
	if s.read(s.dir+"/new") != "by hand" {
		t.Errorf("the file is overwritten: %s", s.read(s.dir+"/new"))
	}
	s.write(s.dir+"/version", "by hand")
	s.spec.Git.Dirty = units.DirtyDiscard
	s.deploy()
	if s.read(s.dir+"/new") != "tracked" || s.read(s.dir+"/version") != "two" {
		t.Errorf("new is %s, version %s", s.read(s.dir+"/new"), s.read(s.dir+"/version"))
	}
}

// What is no checkout, or one that lies further up, is left alone.
func TestGitNoCheckout(t *testing.T) {
	t.Parallel()
	s, _ := newGitCheckout(t)
	top := s.dir
	s.write(top+"/below/file", "untracked")
	s.spec.Directory = top + "/below"
	if _, err := s.fetch(); err == nil || !strings.Contains(err.Error(), "use "+top+"/below: it is no git checkout with a commit") {
		t.Errorf("a directory in a checkout: %v", err)
	}
	s.git(s.home, "init", "--quiet", s.home+"/empty")
	s.spec.Directory = s.home + "/empty"
	if _, err := s.fetch(); err == nil || !strings.Contains(err.Error(), "no git checkout with a commit") {
		t.Errorf("an empty one: %v", err)
	}
}

// A git that is killed leaves its locks behind.
func TestGitInPlaceCutOff(t *testing.T) {
	t.Parallel()
	s, _ := newGitCheckout(t)
	s.spec.Git.Submodules = true
	if _, err := s.fetch(); err != nil {
		t.Fatal(err)
	}
	operations := s.asked
	if len(operations) != 9 {
		t.Fatalf("operations: %v", operations)
	}
	errCut := errors.New("the manager died")
	for _, name := range operations {
		live := s.read(s.dir + "/version")
		s.push("cut at " + name)
		s.before = func(o checkout.Operation) error {
			if o.Name != name {
				return nil
			}
			for _, path := range []string{"index.lock", "refs/remotes/origin/main.lock"} {
				s.write(s.dir+"/.git/"+path, "")
			}
			if name == "reset" {
				s.write(s.dir+"/version", "half") // it was at that
			}
			return errCut
		}
		if _, err := s.fetch(); !errors.Is(err, errCut) {
			t.Fatalf("cut at %s: %v", name, err)
		}
		s.before = nil
		s.after(checkout.Undo)
		if s.read(s.dir+"/version") != live {
			t.Errorf("cut at %s: afterwards the checkout is at %s, not %s", name, s.read(s.dir+"/version"), live)
		}
		if s.deploy(); s.read(s.dir+"/version") != "cut at "+name {
			t.Errorf("cut at %s: the checkout is at %s", name, s.read(s.dir+"/version"))
		}
	}
	// A checkout whose .git is a file, as that of a worktree is.
	s.git(s.dir, "worktree", "add", "--quiet", "--detach", s.home+"/tree")
	s.spec.Directory, s.spec.Outcome = s.home+"/tree", checkout.Outcome{Pending: "reset", Moved: true, Previous: s.git(s.dir, "rev-parse", "HEAD")}
	lock := s.dir + "/.git/worktrees/tree/index.lock"
	s.write(lock, "")
	s.after(checkout.Undo)
	if _, err := os.Stat(lock); err == nil {
		t.Error("the lock of a worktree is left")
	}
}

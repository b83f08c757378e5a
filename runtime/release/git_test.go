package release_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/policy/checkout"
	"unitd/runtime/executor"
	"unitd/units"
)

// gitSite is a bare repository that somebody pushes to, and the directory of a pipeline that deploys from it, with real git.
type gitSite struct {
	t                     *testing.T
	home, bare, work, dir string
	env                   []string
	runs                  int
	spec                  checkout.Spec
	timeout               time.Duration
	asked                 []string                       // the operations of the last purpose
	before                func(checkout.Operation) error // called before each; an error ends it there, as a death of the manager does
	used                  []string                       // directories that something runs in
	lost                  bool                           // the result of each effect is lost, so it is done again
}

func newGitSite(t *testing.T) *gitSite {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	home := t.TempDir()
	s := &gitSite{
		t: t, home: home, bare: home + "/site.git", work: home + "/work", dir: home + "/site", timeout: time.Minute,
		env: []string{
			"HOME=" + home, "PATH=" + os.Getenv("PATH"), "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b.example", "GIT_COMMITTER_NAME=a",
			"GIT_COMMITTER_EMAIL=a@b.example", "GIT_CONFIG_NOSYSTEM=1",
		},
	}
	s.spec = checkout.Spec{
		Git:       units.Git{URL: s.bare, Branch: "main", Layout: units.LayoutReleases, Keep: 3},
		Directory: s.dir,
	}
	s.git(home, "init", "--quiet", "--bare", "-b", "main", s.bare)
	s.git(home, "init", "--quiet", "-b", "main", s.work)
	s.git(s.work, "remote", "add", "origin", s.bare)
	return s
}

// git is what a person does.
func (s *gitSite) git(dir string, arguments ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", arguments...)
	cmd.Dir, cmd.Env = dir, s.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (s *gitSite) write(path, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *gitSite) read(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// push commits a file and pushes it; it returns the commit.
func (s *gitSite) push(text string, options ...string) string {
	s.t.Helper()
	s.write(s.work+"/version", text)
	s.git(s.work, "add", "--all")
	s.git(s.work, append([]string{"commit", "--quiet", "--allow-empty", "-m", text}, options...)...)
	s.git(s.work, "push", "--quiet", "--force", "origin", "HEAD:main")
	return s.git(s.work, "rev-parse", "HEAD")
}

// fetch is the git step of a new run.
func (s *gitSite) fetch() (checkout.Outcome, error) {
	s.runs++
	s.spec.Run, s.spec.Outcome = s.runs, checkout.Outcome{}
	out, err := s.do(checkout.Fetch)
	s.spec.Outcome = out
	return out, err
}

// deploy is a run that ends well.
func (s *gitSite) deploy() checkout.Outcome {
	s.t.Helper()
	out, err := s.fetch()
	if err != nil {
		s.t.Fatal(err)
	}
	s.after(checkout.Live)
	s.after(checkout.Prune)
	return out
}

// after carries out what follows a fetch.
func (s *gitSite) after(p checkout.Purpose) {
	s.t.Helper()
	if _, err := s.do(p); err != nil {
		s.t.Fatalf("%s: %v", p, err)
	}
}

// refused is a fetch that fails for a reason, and leaves nothing behind.
func (s *gitSite) refused(why string) {
	s.t.Helper()
	live, had := s.current(), s.releases()
	_, err := s.fetch()
	if err == nil || !strings.Contains(err.Error(), why) {
		s.t.Errorf("%q is not why: %v", why, err)
	}
	s.after(checkout.Undo)
	if s.current() != live || s.releases() != had {
		s.t.Errorf("afterwards there is %s with %s live, instead of %s with %s", s.releases(), s.current(), had, live)
	}
}

// do carries a purpose out.
func (s *gitSite) do(p checkout.Purpose) (checkout.Outcome, error) {
	s.asked = nil
	var done []checkout.Result
	for {
		operation, out, err := checkout.Next(p, s.spec, done)
		if err != nil || operation.Done() {
			return out, err
		}
		s.asked = append(s.asked, operation.Name)
		if s.before != nil {
			if err := s.before(operation); err != nil {
				s.spec.Outcome = out
				return out, err
			}
		}
		if s.lost && operation.Effect != nil {
			s.carryOut(operation)
		}
		done = append(done, s.carryOut(operation))
	}
}

func (s *gitSite) carryOut(o checkout.Operation) checkout.Result {
	r := checkout.Result{Name: o.Name}
	if o.Effect != nil {
		var err error
		if r.Found, err = executor.Arrange(*o.Effect); err != nil {
			r.Err = err.Error()
		}
		r.Found.Used = s.used
		return r
	}
	ctx, cancel := context.WithTimeout(s.t.Context(), s.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, o.Command.Argv[0], o.Command.Argv[1:]...)
	cmd.Dir, cmd.Env = o.Command.Dir, append(append([]string{}, s.env...), o.Command.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // no terminal, as with programs of units
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		r.Exit, r.Err = -1, fmt.Sprintf("no answer within %v", s.timeout)
	case err != nil:
		r.Exit, r.Err = cmd.ProcessState.ExitCode(), strings.Replace(err.Error(), "exit status", "exit", 1)
	}
	r.Said = stderr.String()
	if o.Command.Stdout {
		r.Stdout = stdout.String()
	}
	return r
}

// current is the release that is live, by name.
func (s *gitSite) current() string {
	to, err := os.Readlink(s.dir + "/current")
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(to, "releases/")
}

// releases are what lies below releases, by name.
func (s *gitSite) releases() string {
	entries, _ := os.ReadDir(s.dir + "/releases")
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return strings.Join(list, " ")
}

func TestGitReleases(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	first := s.push("one")
	out := s.deploy()
	if want := s.dir + "/releases/1-" + first[:7]; out.Commit != first || out.Release != want || out.Before != "" || out.Previous != "" {
		t.Errorf("the first release: %+v", out)
	}
	if s.read(s.dir+"/current/version") != "one" || s.current() != "1-"+first[:7] {
		t.Errorf("live is %q: %s", s.current(), s.read(s.dir+"/current/version"))
	}
	for path, mode := range map[string]os.FileMode{"/repo": 0o700, "/current/.git": 0o700, "/current/": 0o755} {
		if stat, err := os.Stat(s.dir + path); err != nil || stat.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, stat.Mode(), err)
		}
	}
	if url := s.git(s.dir+"/current", "remote", "get-url", "origin"); url != s.bare {
		t.Errorf("the release says that it is from %s", url)
	}
	second := s.push("two")
	out = s.deploy()
	if out.Previous != first || out.Before != s.dir+"/releases/1-"+first[:7] || s.read(s.dir+"/current/version") != "two" {
		t.Errorf("the second release: %+v, %s", out, s.read(s.dir+"/current/version"))
	}
	// One that fails after it went live.
	s.after(checkout.Revert)
	if s.read(s.dir+"/current/version") != "one" {
		t.Errorf("after it was taken back: %s", s.read(s.dir+"/current/version"))
	}
	s.after(checkout.Undo)
	if want := "1-" + first[:7]; s.releases() != want {
		t.Errorf("there is %s, not %s alone (%s was discarded)", s.releases(), want, second)
	}
	// A forced push, and one that git no longer needs.
	s.git(s.work, "reset", "--quiet", "--hard", first)
	third := s.push("three", "--amend")
	if out = s.deploy(); out.Commit != third || s.read(s.dir+"/current/version") != "three" {
		t.Errorf("after a forced push: %+v, %s", out, s.read(s.dir+"/current/version"))
	}
}

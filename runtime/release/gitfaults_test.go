package release_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"unitd/policy/checkout"
)

func TestGitRevisions(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	first := s.push("one")
	s.git(s.work, "tag", "v1")
	s.git(s.work, "tag", "-a", "-m", "annotated", "v1a")
	s.git(s.work, "push", "--quiet", "--tags", "origin")
	second := s.push("two")
	for _, wanted := range []string{first, first[:8], "v1", "v1a"} {
		s.spec.Commit = wanted
		if out := s.deploy(); out.Commit != first || s.read(s.dir+"/current/version") != "one" {
			t.Errorf("--to %s: %+v, %s", wanted, out, s.read(s.dir+"/current/version"))
		}
	}
	s.spec.Commit = ""
	s.deploy()
	for wanted, why := range map[string]string{
		strings.Repeat("0", 40): "no branch or tag of " + s.bare + " holds this commit",
		"0000000":               "no branch or tag of",
		"v2":                    "has no tag of this name",
		"--exec=touch":          "neither a commit nor a tag",
		"main^{/x}":             "neither a commit nor a tag",
	} {
		s.spec.Commit = wanted
		s.refused(why)
	}
	s.spec.Commit, s.spec.Branch = "", "nosuch"
	s.refused("fetch branch nosuch: " + s.bare + " has no such branch")
	s.spec.Branch = ""
	// A branch that is deleted, after it was there.
	s.git(s.bare, "config", "receive.denyDeleteCurrent", "ignore")
	s.git(s.work, "push", "--quiet", "origin", "HEAD:other", ":main")
	s.refused("has no such branch")
	// One that a directory of branches takes the place of.
	s.git(s.work, "push", "--quiet", "origin", "HEAD:main/new")
	s.spec.Branch = "main/new"
	s.deploy()
	// A commit that nothing leads to any more is still in the mirror.
	s.spec.Branch, s.spec.Commit = "", second
	s.deploy()
}

func TestGitRemoteOutOfReach(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.push("one")
	s.deploy()
	good := s.spec.Git.URL

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	s.spec.Git.URL = "http://" + closed.Addr().String() + "/site.git"
	s.refused("git fetch " + s.spec.Git.URL + ": exit 128: unable to access")
	s.spec.Git.URL = good + "-gone"
	s.refused("does not appear to be a git repository")

	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, in the kernel, and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s.env = append(s.env, "GIT_HTTP_LOW_SPEED_TIME=1") // in place of two minutes
	s.spec.Git.URL = "http://" + silent.Addr().String() + "/site.git"
	s.refused("Operation too slow")
	s.timeout = time.Second
	s.spec.Git.URL = "git://" + silent.Addr().String() + "/site.git"
	s.refused("no answer within 1s")
	s.timeout = time.Minute

	for _, realm := range []string{"Basic realm=x", "Negotiate"} {
		asks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", realm)
			w.WriteHeader(http.StatusUnauthorized)
		}))
		s.spec.Git.URL = asks.URL + "/site.git"
		began := time.Now()
		s.refused("nobody is asked: give the account an ssh key or a credential helper")
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: it took %v", realm, took)
		}
		asks.Close()
	}
	s.spec.Git.URL = good
	s.push("two")
	s.deploy()
}

// The account's own ssh is used; where it has none, one that never asks.
func TestGitOverSSH(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.push("one")
	s.spec.Git.URL = "git@git.example:" + s.bare
	// ssh HOST COMMAND: this one runs COMMAND here, and tells what it was called with.
	script := func(name string) string {
		s.write(s.home+"/bin/"+name, "#!/bin/sh\necho \"$0 $*\" >>$HOME/calls\nfor last; do :; done\nexec sh -c \"$last\"\n")
		if err := os.Chmod(s.home+"/bin/"+name, 0o755); err != nil {
			t.Fatal(err)
		}
		return s.home + "/bin/" + name
	}
	script("ssh")
	s.env = append(s.env, "PATH="+s.home+"/bin:"+os.Getenv("PATH"))
	s.deploy()
	if calls := s.read(s.home + "/calls"); !strings.Contains(calls, "/bin/ssh -o BatchMode=yes -o ConnectTimeout=20 ") {
		t.Errorf("ssh was called so: %s", calls)
	}
	own := script("own")
	s.git(s.home, "config", "--global", "core.sshCommand", own)
	_ = os.Remove(s.home + "/calls")
	s.deploy()
	if calls := s.read(s.home + "/calls"); !strings.HasPrefix(calls, own+" ") || strings.Contains(calls, "BatchMode") {
		t.Errorf("core.sshCommand was called so: %s", calls)
	}
	pipelines := script("pipelines")
	s.env = append(s.env, "GIT_SSH_COMMAND="+pipelines)
	_ = os.Remove(s.home + "/calls")
	s.deploy()
	if calls := s.read(s.home + "/calls"); !strings.HasPrefix(calls, pipelines+" ") || strings.Contains(calls, own) {
		t.Errorf("GIT_SSH_COMMAND was called so: %s", calls)
	}
}

func TestGitSignatures(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen is not installed")
	}
	s := newGitSite(t)
	s.push("unsigned")
	s.deploy()
	for _, name := range []string{"known", "unknown"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.home+"/"+name).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v %s", err, out)
		}
	}
	s.spec.Git.Verify, s.spec.Git.AllowedSigners = true, s.home+"/signers"
	s.write(s.spec.Git.AllowedSigners, "a@b.example "+s.read(s.home+"/known.pub"))
	s.refused("only signed commits are deployed (verify = true)")
	sign := func(name, text string) {
		s.git(s.work, "config", "gpg.format", "ssh")
		s.git(s.work, "config", "user.signingKey", s.home+"/"+name)
		s.push(text, "-S")
	}
	sign("known", "signed")
	s.deploy()
	if s.read(s.dir+"/current/version") != "signed" {
		t.Error("a commit that a known key has signed is not live")
	}
	sign("unknown", "by a stranger")
	s.refused("only signed commits are deployed")
	s.spec.Git.AllowedSigners = ""
	sign("known", "no file of signers")
	s.refused("only signed commits are deployed")
	s.git(s.home, "config", "--global", "gpg.ssh.allowedSignersFile", s.home+"/signers")
	s.deploy()
}

func TestGitSubmodules(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.git(s.home, "init", "--quiet", "--bare", "-b", "main", s.home+"/lib.git")
	s.git(s.home, "clone", "--quiet", s.home+"/lib.git", s.home+"/lib")
	s.write(s.home+"/lib/text", "of the library")
	s.git(s.home+"/lib", "add", "text")
	s.git(s.home+"/lib", "commit", "--quiet", "-m", "text")
	s.git(s.home+"/lib", "push", "--quiet", "origin", "HEAD:main")
	s.git(s.work, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../lib.git", "vendor/lib")
	s.push("one")
	s.deploy()
	if _, err := os.Stat(s.dir + "/current/vendor/lib/text"); err == nil {
		t.Error("a submodule is there that nobody asked for")
	}
	s.spec.Git.Submodules = true
	s.deploy()
	if s.read(s.dir+"/current/vendor/lib/text") != "of the library" {
		t.Errorf("submodule: %s", s.read(s.dir+"/current/vendor/lib/text"))
	}
	if s.git(s.dir+"/current/vendor/lib", "status", "--porcelain") != "" { // it has moved with the release
		t.Error("git does not find itself in the submodule")
	}
	if err := os.Rename(s.home+"/lib.git", s.home+"/away.git"); err != nil {
		t.Fatal(err)
	}
	s.refused("git submodule update: exit ")
}

// No hook runs, be it of a template of the account's.
func TestGitHooks(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	for _, name := range []string{"post-checkout", "reference-transaction", "post-merge", "pre-auto-gc"} {
		s.write(s.home+"/template/hooks/"+name, "#!/bin/sh\ntouch $HOME/ran\nexit 1\n")
		if err := os.Chmod(s.home+"/template/hooks/"+name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.push("one")
	s.git(s.home, "config", "--global", "init.templateDir", s.home+"/template")
	s.git(s.home, "config", "--global", "core.hooksPath", s.home+"/template/hooks")
	s.deploy()
	if _, err := os.Stat(s.home + "/ran"); err == nil {
		t.Error("a hook ran")
	}
}

func TestGitShared(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.write(s.work+"/media/.gitkeep", "")
	s.write(s.work+"/config/settings", "of the repository")
	if err := os.Symlink("/etc", s.work+"/outside"); err != nil {
		t.Fatal(err)
	}
	s.push("one")
	s.deploy()
	s.spec.Git.Shared = []string{".env", "media", "config/settings", "var/cache/"}
	s.refused(`link shared ".env": ` + s.dir + `/shared/.env is missing: put it there, or write ".env/" for a directory`)
	s.write(s.dir+"/shared/.env", "secret")
	s.write(s.dir+"/shared/config/settings", "of this host")
	s.lost = true
	s.deploy()
	for path, want := range map[string]string{".env": "secret", "config/settings": "of this host", "version": "one"} {
		if got := s.read(s.dir + "/current/" + path); got != want {
			t.Errorf("%s is %q", path, got)
		}
	}
	s.write(s.dir+"/current/media/upload", "of a visitor")
	s.write(s.dir+"/current/var/cache/entry", "warm")
	s.push("two")
	s.deploy()
	if s.read(s.dir+"/current/media/upload") != "of a visitor" || s.read(s.dir+"/shared/var/cache/entry") != "warm" {
		t.Error("what was written into shared is not in the next release")
	}
	// The whole directory can be moved.
	if err := os.Rename(s.dir, s.home+"/moved"); err != nil {
		t.Fatal(err)
	}
	if s.read(s.home+"/moved/current/.env") != "secret" {
		t.Errorf("after a move: %s", s.read(s.home+"/moved/current/.env"))
	}
	if err := os.Rename(s.home+"/moved", s.dir); err != nil {
		t.Fatal(err)
	}
	for entry, why := range map[string]string{
		"outside/passwd/": "outside is no directory in the release",
		"version/x/":      "version is no directory in the release",
		"../x":            "it leads out of the release",
		"/etc":            "it leads out of the release",
	} {
		s.spec.Git.Shared = []string{entry}
		s.refused(why)
	}
}

func TestGitPrune(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.spec.Git.Keep = 2
	s.push("one")
	s.deploy()
	s.write(s.dir+"/releases/mine/file", "a person's")
	pinned := s.spec.Outcome.Release
	s.used = []string{pinned + "/app"}
	for range 4 {
		s.deploy()
	}
	commit := s.spec.Outcome.Commit[:7]
	name := func(run int) string { return fmt.Sprintf("%d-%s", run, commit) }
	if want := strings.Join([]string{name(1), name(4), name(5), "mine"}, " "); s.releases() != want {
		t.Errorf("there is %s, not %s", s.releases(), want)
	}
	// What its owner may not write is removed, too. The history of runs is lost, so names come again.
	s.used, s.runs = nil, 3
	s.write(s.dir+"/releases/"+name(1)+"/cache/entry", "")
	if err := os.Chmod(s.dir+"/releases/"+name(1)+"/cache", 0o500); err != nil {
		t.Fatal(err)
	}
	out := s.deploy()
	if want := strings.Join([]string{name(4) + ".2", name(5), "mine"}, " "); s.releases() != want || s.current() != name(4)+".2" {
		t.Errorf("there is %s, not %s; live is %s: %+v", s.releases(), want, s.current(), out)
	}
	s.spec.Git.Keep = 1 // the one before stays in any case
	s.deploy()
	if want := strings.Join([]string{name(4) + ".2", name(5) + ".2", "mine"}, " "); s.releases() != want {
		t.Errorf("there is %s, not %s", s.releases(), want)
	}
}

// What somebody else has put where unitd would keep its own stays as it is.
func TestGitForeign(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.push("one")
	s.write(s.dir+"/repo/poetry.lock", "a person's")
	s.write(s.dir+"/releases/.old.partial/file", "a person's")
	s.refused(s.dir + "/repo is not unitd's, and that is where it would keep what it fetches: move it away")
	if s.read(s.dir+"/repo/poetry.lock") != "a person's" {
		t.Error("a lock of a person's is gone")
	}
	if err := os.Rename(s.dir+"/repo", s.dir+"/mine"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(s.dir+"/mine", s.dir+"/repo"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.fetch(); err == nil || s.read(s.dir+"/mine/poetry.lock") != "a person's" {
		t.Errorf("a link to elsewhere is followed: %v", err)
	}
	if err := os.Remove(s.dir + "/repo"); err != nil {
		t.Fatal(err)
	}
	s.deploy()
	if s.read(s.dir+"/releases/.old.partial/file") != "a person's" {
		t.Error("a directory of a person's is gone")
	}
}

func TestGitCurrent(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.push("one")
	s.write(s.dir+"/current/file", "by hand")
	s.refused(s.dir + "/current is no symbolic link, so no release can be put in its place: move it away (mv ")
	// One that leads to what is no release is put back as it was.
	if err := os.Rename(s.dir+"/current", s.home+"/old"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../old", s.dir+"/current"); err != nil {
		t.Fatal(err)
	}
	s.deploy()
	s.after(checkout.Revert)
	if s.read(s.dir+"/current/file") != "by hand" {
		t.Error("the link that a person made is not back")
	}
	s.after(checkout.Live)
	if err := os.RemoveAll(s.home + "/old"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.do(checkout.Revert); err == nil || !strings.Contains(err.Error(), "is gone: deploy again") {
		t.Errorf("back to what is gone: %v", err)
	}
	if s.read(s.dir+"/current/version") != "one" {
		t.Error("the live release is lost")
	}
	if _, err := s.do(checkout.Undo); err == nil || !strings.Contains(err.Error(), "current leads to it") {
		t.Errorf("the live release is discarded: %v", err)
	}
}

// The manager dies before each operation, and another one deploys: with what was begun taken back first, or without. The result
// of each effect is lost, too.
func TestGitCutOff(t *testing.T) {
	t.Parallel()
	s := newGitSite(t)
	s.write(s.work+"/media/.gitkeep", "")
	s.push("one")
	s.spec.Git.Shared, s.spec.Git.Submodules, s.spec.Git.Keep, s.lost = []string{"media"}, true, 1, true
	s.deploy()
	if _, err := s.fetch(); err != nil {
		t.Fatal(err)
	}
	operations := s.asked
	for _, p := range []checkout.Purpose{checkout.Live, checkout.Revert, checkout.Undo} {
		s.after(p)
	}
	if len(operations) != 11 {
		t.Fatalf("operations: %v", operations)
	}
	errCut := errors.New("the manager died")
	for i, name := range operations {
		live := s.read(s.dir + "/current/version")
		undone := i%2 == 1
		text := fmt.Sprintf("cut before %s, undone %v", name, undone)
		s.push(text)
		s.before = func(o checkout.Operation) error {
			if o.Name == name {
				return errCut
			}
			return nil
		}
		if _, err := s.fetch(); !errors.Is(err, errCut) || len(s.asked) != i+1 {
			t.Fatalf("%s: %v after %v", text, err, s.asked)
		}
		s.before = nil
		if s.read(s.dir+"/current/version") != live {
			t.Errorf("%s: live is %s", text, s.read(s.dir+"/current/version"))
		}
		// What a killed git leaves behind.
		for _, path := range []string{"packed-refs.lock", "refs/heads/main.lock", "objects/pack/tmp_pack_x1", "HEAD.lock", "objects/incoming-x/y"} {
			s.write(s.dir+"/repo/"+path, "")
		}
		s.write(s.dir+"/releases/.9-abcdef0.gone/rest", "")
		if undone {
			s.after(checkout.Undo)
			if strings.Contains(s.releases(), "partial") {
				t.Errorf("%s: %s", text, s.releases())
			}
		}
		s.deploy()
		if s.read(s.dir+"/current/version") != text || strings.Contains(s.releases(), ".") {
			t.Errorf("%s: afterwards %s is live, of %s", text, s.read(s.dir+"/current/version"), s.releases())
		}
		if found, err := exec.Command("find", s.dir+"/repo", "-name", "*.lock", "-o", "-name", "tmp_*", "-o", "-name", "incoming-*").Output(); err != nil || len(found) > 0 {
			t.Errorf("%s: left over: %s %v", text, found, err)
		}
	}
}

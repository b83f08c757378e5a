package checkout

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"unitd/units"
)

// What git makes of the operations is tested with real git in runtime/release.

const (
	older = "1111111111111111111111111111111111111111"
	newer = "2222222222222222222222222222222222222222"
)

func releasesSpec(change func(*Spec)) Spec {
	s := Spec{
		Git:       units.Git{URL: "git@git.example:site.git", Branch: "main", Layout: units.LayoutReleases, Keep: 2},
		Directory: "/home/a/site", Run: 18,
	}
	if change != nil {
		change(&s)
	}
	return s
}

func inPlaceSpec(change func(*Spec)) Spec {
	return releasesSpec(func(s *Spec) {
		s.Git = units.Git{Remote: "origin", Branch: "main", Layout: units.LayoutInPlace, Dirty: units.DirtyRefuse}
		if change != nil {
			change(s)
		}
	})
}

// answers are what comes of operations, by name; what is not there succeeds and says nothing.
type answers map[string]Result

// walkThrough carries a purpose out, and returns the operations as lines.
func walkThrough(t *testing.T, p Purpose, s Spec, given answers) ([]string, Outcome, error) {
	t.Helper()
	var done []Result
	var lines []string
	for {
		o, out, err := Next(p, s, done)
		if err != nil || o.Done() {
			return lines, out, err
		}
		if out.Pending != o.Name || (o.Command == nil) == (o.Effect == nil) {
			t.Fatalf("%+v with %+v", o, out)
		}
		lines = append(lines, line(t, o))
		r := given[o.Name]
		r.Name = o.Name
		// What is remembered has been through a file.
		text, err := json.Marshal(append(done, r))
		if err != nil {
			t.Fatal(err)
		}
		done = nil
		if err := json.Unmarshal(text, &done); err != nil {
			t.Fatal(err)
		}
		if again, _, err := Next(p, s, done[:len(done)-1]); err != nil || line(t, again) != line(t, o) {
			t.Fatalf("asked again: %+v, %v", again, err)
		}
	}
}

// line is an operation without what every git is told.
func line(t *testing.T, o Operation) string {
	t.Helper()
	if o.Effect != nil {
		text, err := json.Marshal(o.Effect)
		if err != nil {
			t.Fatal(err)
		}
		return o.Name + ": " + strings.Replace(string(text), `,"directory":"/home/a/site"`, "", 1)
	}
	words := o.Name + ": "
	if o.Command.Dir != "/home/a/site" {
		words += "in " + o.Command.Dir + " "
	}
	argv := o.Command.Argv
	for i := 0; i < len(argv); i++ {
		if argv[i] == "-c" && i+1 < len(argv) && strings.Contains(argv[i+1], "=") {
			i++
			continue
		}
		words += argv[i] + " "
	}
	if o.Command.Stdout {
		words += "| "
	}
	return strings.TrimSpace(words)
}

var fetched = answers{
	"prepare": {Found: Found{Current: "/home/a/site/releases/17-1111111", Commit: older, Releases: []Release{{Name: "17-1111111"}}}},
	"ssh":     {Exit: 1, Err: "exit 1"},
	"resolve": {Stdout: newer + "\n"},
	"head":    {Stdout: older + "\n"},
}

func TestOperations(t *testing.T) {
	after := Outcome{Commit: newer, Previous: older, Release: "/home/a/site/releases/18-2222222", Before: "/home/a/site/releases/17-1111111"}
	place := Outcome{Commit: newer, Previous: older, Release: "/home/a/site", Before: "/home/a/site", Moved: true}
	with := func(o Outcome) func(*Spec) { return func(s *Spec) { s.Outcome = o } }
	for name, test := range map[string]struct {
		purpose Purpose
		spec    Spec
		want    []string
		outcome Outcome
	}{
		"a release": {Fetch, releasesSpec(nil), []string{
			`prepare: {"kind":"prepare"}`,
			"mirror: git init --quiet --bare --template= repo",
			"ssh: git config --get core.sshCommand |",
			"fetch: git --git-dir=repo fetch --prune --no-tags git@git.example:site.git +refs/heads/*:refs/heads/* +refs/tags/*:refs/tags/*",
			"resolve: git --git-dir=repo rev-parse --verify --quiet refs/heads/main^{commit} |",
			"clone: git clone --quiet --local --no-checkout --template= repo releases/.18-2222222.partial",
			"origin: git -C releases/.18-2222222.partial remote set-url origin git@git.example:site.git",
			"checkout: git -C releases/.18-2222222.partial checkout --quiet --detach " + newer + " --",
			`complete: {"kind":"complete","release":"18-2222222","partial":".18-2222222.partial"}`,
		}, after},
		"all that a release may have": {Fetch, releasesSpec(func(s *Spec) {
			s.Git.URL, s.Branch = "https://git.example/site.git", "next"
			s.Git.Verify, s.Git.Submodules, s.Git.Shared = true, true, []string{".env", "media/"}
		}), []string{
			`prepare: {"kind":"prepare"}`,
			"mirror: git init --quiet --bare --template= repo",
			"ssh: git config --get core.sshCommand |", // a submodule may need it
			"fetch: git --git-dir=repo fetch --prune --no-tags https://git.example/site.git +refs/heads/*:refs/heads/* +refs/tags/*:refs/tags/*",
			"resolve: git --git-dir=repo rev-parse --verify --quiet refs/heads/next^{commit} |",
			"verify: git --git-dir=repo verify-commit " + newer,
			"clone: git clone --quiet --local --no-checkout --template= repo releases/.18-2222222.partial",
			"origin: git -C releases/.18-2222222.partial remote set-url origin https://git.example/site.git",
			"checkout: git -C releases/.18-2222222.partial checkout --quiet --detach " + newer + " --",
			"submodules: git -C releases/.18-2222222.partial submodule update --quiet --init --recursive",
			`link: {"kind":"link","partial":".18-2222222.partial","names":[".env","media/"]}`,
			`complete: {"kind":"complete","release":"18-2222222","partial":".18-2222222.partial"}`,
		}, after},
		"a release goes live": {Live, releasesSpec(with(after)), []string{`activate: {"kind":"activate","target":"/home/a/site/releases/18-2222222"}`}, after},
		"the one before does": {Revert, releasesSpec(with(after)), []string{`activate: {"kind":"activate","target":"/home/a/site/releases/17-1111111"}`}, after},
		"there was none before": {Revert, releasesSpec(with(Outcome{Release: after.Release})), []string{`activate: {"kind":"activate"}`},
			Outcome{Release: after.Release}},
		"a release is taken back":        {Undo, releasesSpec(with(after)), []string{`discard: {"kind":"discard","names":["18-2222222"]}`}, after},
		"nothing had come of the fetch":  {Undo, releasesSpec(with(Outcome{Pending: "fetch"})), nil, Outcome{Pending: "fetch"}},
		"nothing is old enough to prune": {Prune, releasesSpec(with(after)), []string{`look: {"kind":"look"}`, "gc: git --git-dir=repo gc --auto --quiet"}, after},
		"a checkout in place": {Fetch, inPlaceSpec(nil), []string{
			"head: git rev-parse --verify --quiet HEAD^{commit} |",
			"status: git status --porcelain --untracked-files=no |",
			"ssh: git config --get core.sshCommand |",
			"fetch: git fetch --prune origin +refs/heads/*:refs/remotes/origin/*",
			"resolve: git rev-parse --verify --quiet refs/remotes/origin/main^{commit} |",
			"untracked: git read-tree --dry-run -m -u " + older + " " + newer,
			`ignored: /bin/sh -c "$@" | xargs -0 -r ls -d -- 2>/dev/null sh git diff --name-only --no-renames --ignore-submodules --diff-filter=A -z ` +
				older + " " + newer + " -- |",
			"reset: git reset --quiet --hard " + newer + " --",
		}, place},
		"one whose changes do not count": {Fetch, inPlaceSpec(func(s *Spec) {
			s.Git.Dirty, s.Git.Submodules, s.Git.URL, s.Git.Remote, s.Commit = units.DirtyDiscard, true, "/srv/site.git", "", "v2"
		}), []string{
			"head: git rev-parse --verify --quiet HEAD^{commit} |",
			"ssh: git config --get core.sshCommand |",
			"fetch: git fetch --prune /srv/site.git +refs/heads/*:refs/remotes/origin/*",
			"resolve: git rev-parse --verify --quiet refs/tags/v2^{commit} |",
			"reset: git reset --quiet --hard " + newer + " --",
			"submodules: git submodule update --quiet --init --recursive --force",
		}, place},
		"in place there is nothing to move": {Live, inPlaceSpec(with(place)), nil, place},
		"a checkout is set back": {Undo, inPlaceSpec(with(place)), []string{"reset: git reset --quiet --hard " + older + " --"},
			Outcome{Commit: newer, Previous: older, Release: "/home/a/site", Before: "/home/a/site"}},
		"one that was cut off": {Undo, inPlaceSpec(func(s *Spec) {
			s.Git.Submodules, s.Outcome = true, place
			s.Outcome.Pending = "reset"
		}), []string{
			`unlock: {"kind":"unlock"}`, "reset: git reset --quiet --hard " + older + " --",
			"submodules: git submodule update --quiet --init --recursive",
		}, Outcome{Commit: newer, Previous: older, Release: "/home/a/site", Before: "/home/a/site"}},
		"one that was cut off before": {Undo, inPlaceSpec(with(Outcome{Previous: older, Pending: "fetch"})), []string{`unlock: {"kind":"unlock"}`}, Outcome{Previous: older}},
		"in place git tidies up":      {Prune, inPlaceSpec(with(place)), []string{"gc: git gc --auto --quiet"}, place},
	} {
		t.Run(name, func(t *testing.T) {
			lines, out, err := walkThrough(t, test.purpose, test.spec, fetched)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Join(lines, "\n"), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			if out != test.outcome {
				t.Errorf("outcome %+v, not %+v", out, test.outcome)
			}
		})
	}
}

// What fails says why, what helps, and how far it had come.
func TestRefusals(t *testing.T) {
	failing := func(name string, r Result) answers {
		given := answers{name: r}
		for other, answer := range fetched {
			if other != name {
				given[other] = answer
			}
		}
		return given
	}
	exit := func(code int, said string) Result {
		return Result{Exit: code, Err: fmt.Sprintf("exit %d", code), Said: said}
	}
	signed := func(s *Spec) { s.Git.Verify, s.Git.AllowedSigners = true, "/home/a/signers" }
	for name, test := range map[string]struct {
		spec  Spec
		given answers
		want  string
	}{
		"no program": {releasesSpec(nil), failing("mirror", Result{Exit: -1, Err: "exec git: there is no such program"}), "git init: exec git: there is no such program"},
		"no answer":  {releasesSpec(nil), failing("fetch", Result{Exit: -1, Err: "no answer within 10m0s"}), "git fetch git@git.example:site.git: no answer within 10m0s"},
		"a key that is not known": {releasesSpec(nil), failing("fetch", exit(128, "git@git.example: Permission denied (publickey).\r\nfatal: Could not read from remote repository.\n\nPlease make sure\n")),
			"git fetch git@git.example:site.git: exit 128: Could not read from remote repository.: give the account an ssh key that the server knows, without a passphrase"},
		"a host that is not known": {releasesSpec(nil), failing("fetch", exit(128, "Host key verification failed.\nfatal: Could not read from remote repository.\n")),
			"git fetch git@git.example:site.git: exit 128: Could not read from remote repository.: connect once by hand (ssh HOST), so that the host is in ~/.ssh/known_hosts"},
		"nobody to ask": {releasesSpec(nil), failing("fetch", exit(128, "fatal: could not read Username for 'https://git.example': terminal prompts disabled\n")),
			"nobody is asked: give the account an ssh key or a credential helper"},
		"no branch":    {releasesSpec(nil), failing("resolve", exit(1, "")), "fetch branch main: git@git.example:site.git has no such branch (any more): push it, or set branch"},
		"no signature": {releasesSpec(signed), failing("verify", exit(1, "")), "verify 2222222: it has no signature of a key that is known here: only signed commits are deployed (verify = true)"},
		"no gpg":       {releasesSpec(signed), failing("verify", Result{Exit: -1, Err: "killed by SIGKILL"}), "git verify-commit: killed by SIGKILL"},
		"an effect":    {releasesSpec(nil), failing("complete", Result{Err: "complete a release in /home/a/site: no space left on device"}), "complete a release in /home/a/site: no space left on device"},
		"changes": {inPlaceSpec(nil), failing("status", Result{Stdout: " M a b\nMM c\n D d\n?? e\n"}),
			`reset /home/a/site: changed: a b, c, d and 1 more: commit it, move it away, or set dirty = "discard", which throws it away`},
		"a lock": {inPlaceSpec(nil), failing("reset", exit(128, "fatal: Unable to create '/home/a/site/.git/index.lock': File exists.\n\nAnother git process\n")),
			"git reset: exit 128: Unable to create '/home/a/site/.git/index.lock': File exists.: another git works there, or one was killed: when none runs, remove that file"},
		"out of order":     {releasesSpec(nil), answers{"prepare": {}, "ssh": {Exit: 1}, "resolve": {Stdout: "nothing"}}, "has no such branch"},
		"no directory":     {releasesSpec(func(s *Spec) { s.Directory = "site" }), nil, "is not absolute"},
		"no run":           {releasesSpec(func(s *Spec) { s.Run = 0 }), nil, "a release without a run"},
		"a bad url":        {releasesSpec(func(s *Spec) { s.Git.URL = "--upload-pack=x" }), nil, "git would take it for an option"},
		"a bad branch":     {releasesSpec(func(s *Spec) { s.Branch = "-f" }), nil, "is no name that git allows"},
		"a bad revision":   {releasesSpec(func(s *Spec) { s.Commit = "-f" }), nil, `deploy "-f": this is neither a commit nor a tag`},
		"no such revision": {releasesSpec(func(s *Spec) { s.Commit = "abcdef" }), failing("resolve", exit(1, "")), "deploy abcdef: no branch or tag of git@git.example:site.git holds this commit, or several begin so"},
	} {
		t.Run(name, func(t *testing.T) {
			lines, out, err := walkThrough(t, Fetch, test.spec, test.given)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v is not %q", err, test.want)
			}
			if len(lines) > 0 && !strings.HasPrefix(lines[len(lines)-1], out.Pending+": ") {
				t.Errorf("%q is pending after %v", out.Pending, lines)
			}
		})
	}
}

// Every git gets what keeps it from asking, from running hooks and from leaving something behind, and no setting that the
// account has made for itself is overridden.
func TestPrecautions(t *testing.T) {
	for _, s := range []Spec{releasesSpec(func(s *Spec) { s.Git.Submodules = true }), inPlaceSpec(nil)} {
		for _, ssh := range []Result{{Exit: 1, Err: "exit 1"}, {Stdout: "ssh -i ~/.ssh/deploy\n"}} {
			given := answers{}
			for name, answer := range fetched {
				given[name] = answer
			}
			given["ssh"] = ssh
			var done []Result
			for {
				o, _, err := Next(Fetch, s, done)
				if err != nil {
					t.Fatal(err)
				}
				if o.Done() {
					break
				}
				if c := o.Command; c != nil {
					words := strings.Join(c.Argv, " ")
					if !strings.Contains(words, "git -c core.hooksPath=/dev/null ") || !strings.Contains(words, "-c gc.auto=0 ") {
						t.Errorf("%s: %s", o.Name, words)
					}
					if env := strings.Join(c.Env, " "); env != "GIT_TERMINAL_PROMPT=0 LC_ALL=C GIT_CEILING_DIRECTORIES=/home/a GIT_OPTIONAL_LOCKS=0" {
						t.Errorf("%s: %s", o.Name, env)
					}
					network := map[string]bool{"fetch": true, "checkout": true, "submodules": true, "reset": true}[o.Name]
					if batch := strings.Contains(words, "core.sshCommand="+batchSSH); batch != (network && ssh.Exit == 1) {
						t.Errorf("%s with %+v: %s", o.Name, ssh, words)
					}
					if strings.Contains(words, "http.lowSpeedTime=120") != network || strings.Contains(words, "protocol.file.allow") {
						t.Errorf("%s: %s", o.Name, words)
					}
				}
				r := given[o.Name]
				r.Name = o.Name
				done = append(done, r)
			}
		}
	}
	if _, _, err := Next(Fetch, releasesSpec(nil), []Result{{Name: "fetch"}}); err == nil {
		t.Error("results in another order are taken")
	}
}

func TestNames(t *testing.T) {
	taken := answers{}
	for name, answer := range fetched {
		taken[name] = answer
	}
	taken["prepare"] = Result{Found: Found{Releases: []Release{{Name: "18-2222222"}, {Name: "18-2222222.2"}}}}
	_, out, err := walkThrough(t, Fetch, releasesSpec(nil), taken)
	if err != nil || out.Release != "/home/a/site/releases/18-2222222.3" {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestOldReleases(t *testing.T) {
	at := time.Unix(1e9, 0)
	list := []Release{
		{"3-aaaaaaa", at.Add(3)}, {"1-aaaaaaa", at}, {"4-aaaaaaa", at.Add(4)}, {"10-aaaaaaa", at.Add(5)}, {"9-aaaaaaa", at.Add(5)}, {"2-aaaaaaa", at.Add(2)},
	}
	found := func(change func(*Found)) answers {
		f := Found{Releases: list}
		if change != nil {
			change(&f)
		}
		return answers{"look": {Found: f}}
	}
	const releases = "/home/a/site/releases/"
	for name, test := range map[string]struct {
		given   answers
		outcome Outcome
		want    string
	}{
		"none in use":           {found(nil), Outcome{}, `["4-aaaaaaa","3-aaaaaaa","2-aaaaaaa","1-aaaaaaa"]`},
		"the live one":          {found(func(f *Found) { f.Current = releases + "1-aaaaaaa" }), Outcome{}, `["4-aaaaaaa","3-aaaaaaa","2-aaaaaaa"]`},
		"the one before":        {found(nil), Outcome{Before: releases + "3-aaaaaaa"}, `["4-aaaaaaa","2-aaaaaaa","1-aaaaaaa"]`},
		"one that runs":         {found(func(f *Found) { f.Used = []string{releases + "2-aaaaaaa/app"} }), Outcome{}, `["4-aaaaaaa","3-aaaaaaa","1-aaaaaaa"]`},
		"one of a similar name": {found(func(f *Found) { f.Used = []string{releases + "2-aaaaaaab"} }), Outcome{}, `["4-aaaaaaa","3-aaaaaaa","2-aaaaaaa","1-aaaaaaa"]`},
	} {
		lines, _, err := walkThrough(t, Prune, releasesSpec(func(s *Spec) { s.Outcome = test.outcome }), test.given)
		if err != nil || len(lines) != 3 || !strings.HasSuffix(lines[1], `"names":`+test.want+"}") {
			t.Errorf("%s: %v, %v", name, lines, err)
		}
	}
}

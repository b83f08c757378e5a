package checkout

import (
	"fmt"
	"strings"
)

// resolve finds the commit that is wanted in what was fetched.
var resolve = stage{
	name: "resolve",
	operation: func(w *walk) Operation {
		c := w.git(w.store("rev-parse", "--verify", "--quiet", w.revision()+"^{commit}")...)
		c.Stdout = true
		return Operation{Command: c}
	},
	learn: func(w *walk, r Result) error {
		commit := strings.TrimSpace(r.Stdout)
		ambiguous := r.Exit == 128 && w.Commit != ""
		if r.Exit == 1 || ambiguous || r.Exit == 0 && r.Err == "" && !isHash(commit) {
			return w.unknown()
		}
		if err := w.succeeded(r); err != nil {
			return err
		}
		w.Outcome.Commit = commit
		w.name()
		return nil
	},
}

// revision is what is wanted, as git writes it.
func (w *walk) revision() string {
	switch {
	case w.Commit != "" && isHex(w.Commit):
		return w.Commit
	case w.Commit != "":
		return "refs/tags/" + w.Commit
	case w.InPlace():
		return "refs/remotes/" + w.tracked() + "/" + w.branch()
	}
	return "refs/heads/" + w.branch()
}

func (w *walk) unknown() error {
	from := w.remote()
	switch {
	case w.Commit != "" && isHex(w.Commit):
		return fmt.Errorf("deploy %s: no branch or tag of %s holds this commit, or several begin so: push it, or write more of it", w.Commit, from)
	case w.Commit != "":
		return fmt.Errorf("deploy %s: %s has no tag of this name: push it, or give a commit", w.Commit, from)
	}
	return fmt.Errorf("fetch branch %s: %s has no such branch (any more): push it, or set branch", w.branch(), from)
}

// verify checks who has signed the commit.
var verify = stage{
	name:    "verify",
	applies: func(w *walk) bool { return w.Git.Verify },
	operation: func(w *walk) Operation {
		var arguments []string
		if w.Git.AllowedSigners != "" {
			arguments = []string{"-c", "gpg.ssh.allowedSignersFile=" + w.Git.AllowedSigners}
		}
		return Operation{Command: w.git(append(arguments, w.store("verify-commit", w.Outcome.Commit)...)...)}
	},
	learn: func(w *walk, r Result) error {
		if r.Exit <= 0 {
			return w.succeeded(r)
		}
		why := complaint(r.Said)
		if why == "" {
			why = "it has no signature of a key that is known here"
		}
		return fmt.Errorf("verify %s: %s: only signed commits are deployed (verify = true)", short(w.Outcome.Commit), why)
	},
}

// isHash reports a whole hash, SHA-1 or SHA-256.
func isHash(text string) bool { return isHex(text) && (len(text) == 40 || len(text) == 64) }

// isHex reports what may be a commit, abbreviated; git wants four digits at least.
func isHex(text string) bool {
	return len(text) >= 4 && len(text) <= 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// short is a hash as people write it.
func short(commit string) string { return commit[:min(7, len(commit))] }

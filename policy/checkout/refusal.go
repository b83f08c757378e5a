package checkout

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// succeeded is nil for an operation that did what it should, and otherwise says which one failed, why, and what helps.
func (w *walk) succeeded(r Result) error {
	if r.Err == "" && r.Exit == 0 {
		return nil
	}
	switch r.Name {
	case "prepare", "look", "link", "complete", "activate", "discard", "unlock":
		return errors.New(r.Err) // it names what it is about itself
	}
	what := "git " + cmp.Or(subcommands[r.Name], r.Name)
	if r.Name == "fetch" {
		what += " " + w.remote()
	}
	if remedy := remedyFor(r.Said); remedy != "" {
		return fmt.Errorf("%s: %s: %s", what, because(r), remedy)
	}
	return fmt.Errorf("%s: %s", what, because(r))
}

// subcommands are those of git, where an operation has a name of its own.
var subcommands = map[string]string{
	"mirror": "init", "ssh": "config", "resolve": "rev-parse", "head": "rev-parse", "verify": "verify-commit", "origin": "remote set-url",
	"submodules": "submodule update", "untracked": "read-tree", "ignored": "diff",
}

// because is how a command ended, and what it complained of.
func because(r Result) string {
	if said := complaint(r.Said); said != "" {
		return r.Err + ": " + said
	}
	return r.Err
}

// complaint is the line of what git has said that says most: the first that is fatal or an error, else the last one.
func complaint(said string) string {
	last := ""
	for line := range strings.Lines(said) {
		line = strings.TrimSpace(line)
		for _, word := range []string{"fatal: ", "error: "} {
			if rest, is := strings.CutPrefix(line, word); is {
				return rest
			}
		}
		if line != "" {
			last = line
		}
	}
	return last
}

// remedies are what helps, by words of git, ssh and the kernel.
var remedies = []struct{ words, remedy string }{
	{"Host key verification failed", "connect once by hand (ssh HOST), so that the host is in ~/.ssh/known_hosts"},
	{"Permission denied (", "give the account an ssh key that the server knows, without a passphrase"},
	{"terminal prompts disabled", "nobody is asked: give the account an ssh key or a credential helper (git config --global credential.helper store)"},
	{"could not read Username", "nobody is asked: give the account an ssh key or a credential helper (git config --global credential.helper store)"},
	{"Authentication failed", "the server refuses what the credential helper gives: renew it"},
	{".lock': File exists", "another git works there, or one was killed: when none runs, remove that file"},
	{"No space left on device", "the disk is full: remove something, or set keep lower"},
	{"Disk quota exceeded", "the quota of the account is used up: remove something, or set keep lower"},
	{"unable to write file", "the disk or the quota may be full: remove something, or set keep lower"}, // git says no more of it
	{"failed to write", "the disk or the quota may be full: remove something, or set keep lower"},
	{"transport 'file' not allowed", "submodules on this host are fetched only for a repository that is on this host, too"},
}

func remedyFor(said string) string {
	for _, r := range remedies {
		if strings.Contains(said, r.words) {
			return r.remedy
		}
	}
	return ""
}

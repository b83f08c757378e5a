package checkout

import (
	"path"
	"slices"
	"strings"
	"time"
)

// quiet is what each git is told: run no hook of the repository, and start nothing that would outlive the command (gc and
// maintenance detach, fsmonitor is a daemon). Submodules have an operation of their own. The settings of the account and of
// the host hold beside it: that is where a proxy, a certificate or a credential helper is given.
var quiet = []string{
	"core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0", "maintenance.auto=false", "submodule.recurse=false",
	"fetch.recurseSubmodules=false", "advice.detachedHead=false",
}

// patient is what a git that talks to others is told beside it: ask nobody, and give up one that sends nothing at all for two
// minutes. A server that packs a large repository sends a few bytes every five seconds meanwhile (uploadpack.keepAlive).
var patient = []string{"core.askPass=false", "http.lowSpeedLimit=1", "http.lowSpeedTime=120"}

// batchSSH is the ssh of an account that has set none: it never asks, and gives up a server that does not answer, or accepts
// and says nothing (ConnectTimeout is about both).
const batchSSH = "ssh -o BatchMode=yes -o ConnectTimeout=20"

// gcTimeout bounds what tidies the store up: it comes after the run, and again after the next one.
const gcTimeout = 10 * time.Minute

// environment of every git: no question at a terminal, messages that can be understood here, no repository but the one that is
// meant (a directory above, as a home that is one, is none), and no lock for what only looks.
func (w *walk) environment() []string {
	return []string{"GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "GIT_CEILING_DIRECTORIES=" + path.Dir(w.Directory), "GIT_OPTIONAL_LOCKS=0"}
}

// git is a git that runs in the directory of the pipeline and talks to nobody.
func (w *walk) git(arguments ...string) *Command {
	return w.command(quiet, arguments)
}

// network is one that talks to the remote.
func (w *walk) network(arguments ...string) *Command {
	settings := slices.Concat(quiet, patient)
	if w.ssh != "" {
		settings = append(settings, "core.sshCommand="+w.ssh)
	}
	if local(w.Git.URL) {
		// git allows it for what a person names, but not for submodules, since a repository could name what only this account may read
		// (CVE-2022-39253). Who writes to a repository on this host is on this host already.
		settings = append(settings, "protocol.file.allow=always")
	}
	return w.command(settings, arguments)
}

func (w *walk) command(settings, arguments []string) *Command {
	argv := []string{"git"}
	for _, setting := range settings {
		argv = append(argv, "-c", setting)
	}
	return &Command{Argv: append(argv, arguments...), Dir: w.Directory, Env: w.environment()}
}

// store is how git is pointed at the mirror of releases; in place git finds it by itself.
func (w *walk) store(arguments ...string) []string {
	if w.InPlace() {
		return arguments
	}
	return append([]string{"--git-dir=" + mirror}, arguments...)
}

// remote is what to fetch from.
func (w *walk) remote() string {
	if w.Git.URL == "" {
		return w.tracked()
	}
	return w.Git.URL
}

// tracked is the remote under whose name a checkout in place keeps what it has fetched.
func (w *walk) tracked() string {
	if w.Git.Remote == "" {
		return "origin"
	}
	return w.Git.Remote
}

// local reports a repository on this host.
func local(url string) bool { return strings.HasPrefix(url, "/") || strings.HasPrefix(url, "file://") }

// maybeSSH reports that ssh may come into it, as far as can be told.
func (w *walk) maybeSSH() bool {
	url := w.Git.URL
	scheme, _, has := strings.Cut(url, "://")
	switch {
	case url == "", w.Git.Submodules:
		return true
	case has:
		return strings.HasSuffix(scheme, "ssh")
	}
	return !local(url) // host:path
}

// findSSH asks whether the account has an ssh of its own for git; GIT_SSH_COMMAND, where the pipeline gives it, is above both.
var findSSH = stage{
	name:    "ssh",
	applies: (*walk).maybeSSH,
	operation: func(w *walk) Operation {
		c := w.git("config", "--get", "core.sshCommand")
		c.Stdout = true
		return Operation{Command: c}
	},
	learn: func(w *walk, r Result) error {
		if r.Exit == 1 { // there is no such key
			w.ssh = batchSSH
			return nil
		}
		return w.succeeded(r)
	},
}

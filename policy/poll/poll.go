package poll

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"time"
)

// longest is how long is waited at most because a remote does not answer, where `every` is no longer.
const longest = time.Hour

// jitter is what part of the time is added by chance, so that not all accounts of a host ask at the same moment.
const jitter = 0.1

// Wait is how long to wait before a remote is asked, that should be asked so often and has not answered so many times in a
// row. chance is from [0,1).
func Wait(every time.Duration, failures int, chance float64) time.Duration {
	wait := every
	for ; failures > 0 && wait < longest; failures-- {
		wait = min(2*wait, max(every, longest))
	}
	return wait + time.Duration(jitter*chance*float64(wait))
}

// Known is what is known of a pipeline when the answer is there.
type Known struct {
	// Busy says that a run goes on or waits: what it fetches is not known yet.
	Busy bool
	// Live is the commit that is deployed, Last the one that the newest run has checked out, Tried the one of the last run
	// that was begun by a poll; "": there is none.
	Live, Last, Tried string
}

// Run says whether a run follows from the commit that a branch points to: one that failed is not tried again by itself, nor
// one that was rolled back.
func (k Known) Run(head string) bool {
	return !k.Busy && head != "" && head != k.Live && head != k.Last && head != k.Tried
}

// Arguments are those of git that ask a remote, by url or by its name in the checkout, for a branch. "--" keeps a remote
// that begins with a dash from being taken for an option.
func Arguments(remote, branch string) []string {
	return []string{
		"git", "-c", "core.askPass=false", "-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=30", "ls-remote", "--quiet", "--", remote, Ref(branch),
	}
}

// Ref is what a branch is called by git ls-remote.
func Ref(branch string) string { return "refs/heads/" + branch }

// Environment keeps git, and what it starts, from asking anybody for anything (git(1), ssh(1)): they fail instead.
func Environment() []string {
	return []string{"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=false", "SSH_ASKPASS=false", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never", "LC_ALL=C"}
}

// FindSSH are the arguments of git that ask for the ssh which the account has set for it: nothing where it has set none.
func FindSSH() []string { return []string{"git", "config", "--get", "core.sshCommand"} }

// BatchSSH is the ssh of an account that has set none.
const BatchSSH = "GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=20"

// MaySSH says that ssh may come into it, as far as a url tells; one of a checkout tells nothing.
func MaySSH(url string) bool {
	switch scheme, _, ok := strings.Cut(url, "://"); {
	case url == "":
		return true
	case ok:
		return strings.HasSuffix(scheme, "ssh")
	}
	return !strings.HasPrefix(url, "/")
}

// Head reads the commit of a branch from what git ls-remote has printed.
func Head(output []byte, branch string) (commit string, err error) {
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		commit, ref, ok := strings.Cut(lines.Text(), "\t")
		if !ok || ref != Ref(branch) {
			continue
		}
		if len(commit) != 40 && len(commit) != 64 || strings.Trim(commit, "0123456789abcdef") != "" {
			return "", fmt.Errorf("the remote answers %.80q for the branch %s, which is no commit", commit, branch)
		}
		return commit, nil
	}
	return "", fmt.Errorf("the remote has no branch %s", branch)
}

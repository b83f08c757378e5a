package units

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// gitSchemes are the transports of git that need nothing but git and ssh.
var gitSchemes = []string{"https", "http", "ssh", "git", "file"}

// CheckGitURL says why git cannot fetch from a url, or should not: one that git would take for an option or for a program to
// run, and one with a password or token in it, which everybody on the host could read from the list of processes.
func CheckGitURL(url string) error {
	scheme, rest, has := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	user, _, credentials := strings.Cut(host, "@")
	switch {
	case url == "":
		return errors.New("url of a git step is empty")
	case strings.HasPrefix(url, "-"):
		return fmt.Errorf("url %q begins with \"-\": git would take it for an option", url)
	case strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("url %q has a space or a control character in it", url)
	case !has && strings.Contains(url, "::"):
		return errors.New("url of a git step names a program (TRANSPORT::…): write an https, ssh or file url")
	case has && !slices.Contains(gitSchemes, scheme):
		return fmt.Errorf("url of a git step has the scheme %q: there is %s", scheme, strings.Join(gitSchemes, ", "))
	case has && credentials && (strings.HasPrefix(scheme, "http") || strings.Contains(user, ":")):
		return fmt.Errorf("url of a git step has credentials in it, and every account of the host can read the list of processes: "+
			"write %s://%s and give them to git's credential store (git config --global credential.helper store), or use an ssh key",
			scheme, rest[strings.LastIndex(host, "@")+1:])
	case has:
		return nil
	case !strings.Contains(url, ":") && !path.IsAbs(url):
		return fmt.Errorf("url %q is neither a url nor HOST:PATH nor an absolute path", url)
	}
	return nil
}

// CheckBranch says why a name cannot be that of a branch, tag or remote (git-check-ref-format(1)).
func CheckBranch(name string) error {
	bad := func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) }
	switch {
	case name == "", name == "@", strings.HasPrefix(name, "-"), strings.HasSuffix(name, "."), strings.HasSuffix(name, ".lock"),
		strings.Contains(name, ".."), strings.Contains(name, "@{"), strings.ContainsFunc(name, bad):
		return fmt.Errorf("%q is no name that git allows", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") {
			return fmt.Errorf("%q is no name that git allows", name)
		}
	}
	return nil
}

// CheckShared says why a path cannot be linked from shared into each release: it has to stay below both.
func CheckShared(name string) error {
	clean := path.Clean(name)
	switch {
	case name == "" || clean == ".":
		return errors.New("an entry of shared is empty")
	case path.IsAbs(name):
		return fmt.Errorf("shared %q is absolute: entries are paths below DIRECTORY/shared and below each release", name)
	case clean == "..", strings.HasPrefix(clean, "../"), strings.ContainsRune(name, 0):
		return fmt.Errorf("shared %q leads out of the release", name)
	case clean == ".git", strings.HasPrefix(clean, ".git/"):
		return fmt.Errorf("shared %q belongs to git", name)
	}
	return nil
}

package units

import (
	"errors"
	"strings"
)

// Git says what a git step fetches and how it lays it out.
type Git struct {
	// URL is what releases are fetched from, and a checkout in place where it has no Remote; one of the two is set.
	URL, Remote string
	Branch      string
	Layout      Layout
	// Keep is how many releases stay, Shared what each of them has as a link into DIRECTORY/shared.
	Keep   int
	Shared []string
}

// Layout is how a git step lays out what it has fetched.
type Layout string

// The layouts.
const (
	LayoutReleases Layout = "releases" // DIRECTORY/releases/ID, and DIRECTORY/current points to the one that serves
	LayoutInPlace  Layout = "in_place" // DIRECTORY is the checkout
)

// CheckBranch says what git would not take as the name of a branch (git-check-ref-format(1)).
func CheckBranch(name string) error {
	switch {
	case name == "":
		return errors.New("the name of a branch is empty")
	case len(name) > 200:
		return errors.New("the name of a branch is longer than 200 characters")
	case name == "@" || name == "HEAD":
		return errors.New("\"" + name + "\" is no branch but what is checked out")
	case strings.HasPrefix(name, "-"):
		return errors.New("the name of a branch does not begin with \"-\"")
	case strings.HasPrefix(name, "refs/"):
		return errors.New("a branch is named without refs/heads/")
	case strings.HasSuffix(name, "."):
		return errors.New("the name of a branch does not end with \".\"")
	}
	for _, r := range name {
		if r <= ' ' || r == 0x7f || strings.ContainsRune(`~^:?*[\`, r) {
			return errors.New("the name of a branch holds no white space and none of ~ ^ : ? * [ \\")
		}
	}
	for _, never := range []string{"..", "@{"} {
		if strings.Contains(name, never) {
			return errors.New("the name of a branch does not hold \"" + never + "\"")
		}
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return errors.New("a part of a branch's name is not empty, and neither begins with \".\" nor ends with \".lock\"")
		}
	}
	return nil
}

// CheckCommit says what is no commit as a person gives one: 4 to 64 hexadecimal digits.
func CheckCommit(name string) error {
	if len(name) < 4 || len(name) > 64 || strings.Trim(name, "0123456789abcdefABCDEF") != "" {
		return errors.New("a commit is 4 to 64 hexadecimal digits")
	}
	return nil
}

package units

import (
	"strings"
	"testing"
)

func TestGitURL(t *testing.T) {
	for url, why := range map[string]string{
		"https://git.example/a.git":                "",
		"http://127.0.0.1:3000/a.git":              "",
		"ssh://git@git.example:22/a.git":           "",
		"git@git.example:a.git":                    "",
		"git.example:a b":                          "a space or a control character",
		"/srv/git/a.git":                           "",
		"file:///srv/git/a.git":                    "",
		"git://git.example/a@b.git":                "",
		"":                                         "is empty",
		"-ofoo:bar":                                `begins with "-"`,
		"--upload-pack=touch /tmp/x":               `begins with "-"`,
		"ext::sh -c touch":                         "space",
		"ext::sh%20-c":                             "names a program",
		"ftp://git.example/a":                      `the scheme "ftp"`,
		"a/b":                                      "neither a url nor HOST:PATH",
		"https://git.example/a\nb":                 "control character",
		"https://user:pass-word@git.example/a.git": "write https://git.example/a.git and give them to git's credential store",
		"https://pass-word@git.example/a.git":      "credentials in it",
		"ssh://user:pass-word@git.example/a.git":   "write ssh://git.example/a.git",
		"https://user:pass@word@git.example/a.git": "write https://git.example/a.git",
	} {
		err := CheckGitURL(url)
		if why == "" && err != nil || why != "" && (err == nil || !strings.Contains(err.Error(), why)) {
			t.Errorf("%s: %v", url, err)
		}
		if err != nil && (strings.Contains(err.Error(), "pass-word") || strings.Contains(err.Error(), "pass@word")) {
			t.Errorf("the error quotes what is secret: %v", err)
		}
	}
}

func TestBranch(t *testing.T) {
	for _, good := range []string{"main", "feature/x", "v1.2", "dependabot/npm@2", "ä"} {
		if err := CheckBranch(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{
		"", "-f", "@", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", `a\b`, "a@{1}", "/a", "a/", "a//b", "a.lock", "a.lock/b", ".a", "a/.b", "a.", "a\x7f",
	} {
		if CheckBranch(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestShared(t *testing.T) {
	for _, good := range []string{".env", "media", "media/", "a/b/c", "a/../b", "..a", ".github"} {
		if err := CheckShared(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", ".", "/", "/etc/passwd", "..", "../a", "a/../../b", ".git", ".git/config", "./.git", "a\x00"} {
		if CheckShared(bad) == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

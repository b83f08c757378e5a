package claimtest

import (
	"cmp"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents make claims and name tests.
var documents = []string{"docs/security.md", "docs/reliability.md", "docs/behaviour.md", "docs/architecture.md"}

var (
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z][A-Za-z0-9]*)\(`)
	// named is a test, or a path between backquotes.
	named = regexp.MustCompile("`[a-z]+(?:/[A-Za-z0-9_.-]+)*`|\\b(?:Test|Fuzz)[A-Z][A-Za-z0-9]*\\b")
)

// tests are the names of the tests in each directory of the repository.
func tests(t *testing.T, root fs.FS) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != "." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		for _, match := range declared.FindAllSubmatch(text, -1) {
			found[path.Dir(name)] = append(found[path.Dir(name)], string(match[1]))
		}
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatalf("found tests in %d directories, %v", len(found), err)
	}
	return found
}

func TestClaimsNameTests(t *testing.T) {
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	root := os.DirFS(dir)
	all := tests(t, root)
	for _, document := range documents {
		text, err := fs.ReadFile(root, document)
		if err != nil {
			t.Fatal(err)
		}
		c := claims{T: t, root: root, tests: all, document: document}
		number, shown := 0, false
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimSpace(line)
			c.line = number
			switch {
			case !strings.HasPrefix(line, "|"):
				shown = false
				c.names(line)
			case strings.HasSuffix(line, "shown by |"):
				shown = true
			case strings.Trim(line, "|- ") == "":
			default:
				cells := strings.Split(strings.Trim(line, "|"), "|")
				if n := c.names(line); shown && n == 0 && !strings.Contains(cells[len(cells)-1], "see above") {
					t.Errorf("%s:%d: nothing shows it: %s", document, number, line)
				}
			}
		}
	}
}

// claims are those of one line of a document.
type claims struct {
	*testing.T
	root     fs.FS
	tests    map[string][]string
	document string
	line     int
}

// names looks for the tests and files that a line names, and counts them. A package before tests is where they are; what
// follows a script may be anywhere.
func (c claims) names(line string) (count int) {
	c.Helper()
	where := ""
	for _, word := range named.FindAllString(line, -1) {
		if name, isPath := strings.CutPrefix(word, "`"); isPath {
			var shows bool
			where, shows = c.path(strings.TrimSuffix(name, "`"), where)
			if shows {
				count++
			}
			continue
		}
		count++
		if !c.exists(word, where) {
			c.Errorf("%s:%d: there is no test %s in %s", c.document, c.line, word, cmp.Or(where, "the repository"))
		}
	}
	return count
}

// path looks for a file of the repository. It says where the tests after it are, and whether it is one itself.
func (c claims) path(name, before string) (where string, shows bool) {
	c.Helper()
	isTest := strings.HasPrefix(name, "test/") || strings.Contains(name, "/testdata/")
	if _, err := fs.Stat(c.root, name); err != nil {
		if isTest {
			c.Errorf("%s:%d: there is no %s", c.document, c.line, name)
		}
		return before, false
	}
	if len(c.tests[name]) > 0 {
		return name, strings.HasPrefix(name, "test/")
	}
	return "", isTest
}

// exists reports a test of that name: in the directory where, or anywhere.
func (c claims) exists(name, where string) bool {
	for dir, names := range c.tests {
		if slices.Contains(names, name) && (where == "" || dir == where) {
			return true
		}
	}
	return false
}

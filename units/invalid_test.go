package units

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// expectation is a comment in a bad file: `# ERROR: text` on the line of the mistake, `# ERROR -1: text`
// where a comment on that line would change it, `# ERROR nowhere: text` for what stands on no line.
var expectation = regexp.MustCompile(`^(ERROR|WARNING)(?: (-[0-9]+|nowhere))?: (.*?)$`)

// found is a diagnostic as the comments spell it.
type found struct {
	file, severity, text string
	line                 int
}

// TestInvalid loads each bad file or directory of testdata/invalid and wants exactly the diagnostics that
// its comments announce. What asks for a strict load is loaded otherwise too: then what
// is refused there is warned of, and nothing else.
func TestInvalid(t *testing.T) {
	entries, err := os.ReadDir("testdata/invalid")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		t.Run(entry.Name(), func(t *testing.T) {
			name := filepath.Join("testdata/invalid", entry.Name())
			files := map[string]string{}
			if !entry.IsDir() {
				files[entry.Name()] = read(t, name)
			} else {
				for _, file := range readDir(t, name) {
					files[file] = read(t, filepath.Join(name, file))
				}
			}
			check(t, files)
		})
	}
}

func check(t *testing.T, files map[string]string) {
	t.Helper()
	host, in := testHost(), Inputs{Vars: map[string]string{}, Verbs: []string{"list", "logs", "status"}, Version: "0.1.0-dev"}
	var pairs []string
	var want []found
	for file, content := range files {
		pairs = append(pairs, file, content)
		want = append(want, announced(t, file, content)...)
		for line := range strings.Lines(content) {
			directive(strings.TrimSpace(line), host, &in)
		}
	}
	_, diags := Load(directory(pairs...), host, in)
	match(t, diags, slices.Clone(want))
	if !in.Strict {
		return
	}
	in.Strict = false
	_, diags = Load(directory(pairs...), host, in)
	want = slices.DeleteFunc(want, func(w found) bool { return w.severity == "WARNING" })
	for i := range want {
		want[i].severity = "WARNING"
	}
	match(t, diags, want)
}

func match(t *testing.T, diags hcl.Diagnostics, want []found) {
	t.Helper()
	for _, d := range diags {
		if d.Detail == "" {
			t.Errorf("no hint: %s:%d: %s", subject(d).Filename, subject(d).Start.Line, d.Summary)
		}
		at := slices.IndexFunc(want, func(w found) bool { return w.matches(d) })
		if at < 0 {
			t.Errorf("unexpected: %s:%d: %s; %s", subject(d).Filename, subject(d).Start.Line, d.Summary, d.Detail)
			continue
		}
		want = slices.Delete(want, at, at+1)
	}
	for _, w := range want {
		t.Errorf("missing: %s:%d: %s: %s", w.file, w.line, w.severity, w.text)
	}
}

// directive sets up what a comment asks for: --var, the environment, a strict load.
func directive(line string, host *fakeHost, in *Inputs) {
	word, rest, _ := strings.Cut(strings.TrimPrefix(line, "# "), " ")
	key, value, _ := strings.Cut(rest, "=")
	switch word {
	case "VAR":
		in.Vars[key] = value
	case "ENVIRONMENT":
		host.environ[key] = value
	case "STRICT":
		in.Strict = true
	}
}

func announced(t *testing.T, file, content string) []found {
	t.Helper()
	var all []found
	number := 0
	for line := range strings.Lines(content) {
		number++
		for _, comment := range strings.Split(strings.TrimSpace(line), "# ")[1:] {
			m := expectation.FindStringSubmatch(strings.TrimSpace(comment))
			if m == nil {
				continue
			}
			w := found{file: file, severity: m[1], text: m[3], line: number}
			if m[2] == "nowhere" {
				w.file, w.line = "", 0
			} else if m[2] != "" {
				offset, err := strconv.Atoi(m[2])
				if err != nil {
					t.Fatal(err)
				}
				w.line += offset
			}
			all = append(all, w)
		}
	}
	return all
}

func (w found) matches(d *hcl.Diagnostic) bool {
	severity := "ERROR"
	if d.Severity == hcl.DiagWarning {
		severity = "WARNING"
	}
	at := subject(d)
	return w.file == at.Filename && w.line == at.Start.Line && w.severity == severity &&
		strings.Contains(d.Summary+"; "+strings.ReplaceAll(d.Detail, "\n", " "), w.text)
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func readDir(t *testing.T, name string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			relative, _ := filepath.Rel(name, path)
			files = append(files, relative)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// testHost is the machine that testdata is written for.
func testHost() *fakeHost {
	h := newFakeHost()
	for name, content := range map[string]string{
		"/home/shop/.env":            "TOKEN=hunter2\nexport MODE='fast lane'\n",
		"/home/shop/broken.env":      "TOKEN=\"hunter2\n",
		"/home/shop/bin/app":         "",
		"/home/shop/bin/plain":       "",
		"/home/shop/bin/setuid":      "",
		"/home/shop/app/main.py":     "",
		"/usr/sbin/sendmail":         "",
		"/units/password":            "hunter2\n",
		"/units/motd":                "welcome\n",
		"/units/binary":              "\xff\xfe",
		"/home/shop/secret/password": "hunter2\n",
		// Relative to where a pipeline of the tests is.
		"/home/shop/app/.webhook-secret": "0123456789abcdef0123\n",
	} {
		h.files[name] = content
	}
	h.modes["/home/shop/bin/app"], h.modes["/usr/sbin/sendmail"] = 0o755, 0o755|fs.ModeSetgid
	h.modes["/home/shop/bin/setuid"] = 0o755 | fs.ModeSetuid
	h.refused["/home/shop/open.env"] = fmt.Errorf("mode 0644 lets others read it; chmod 600 /home/shop/open.env")
	return h
}

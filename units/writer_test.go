package units

import (
	"io"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"

	"unitd/internal/columns"
)

func TestWriteDiagnostics(t *testing.T) {
	files := directory("web.hcl", `variable "token" {
  type      = number
  sensitive = true
  default   = "hunter2"
}
app "api" {
  comand = ["true"]
}
`, "config.env", "TOKEN=hunter3\nhunter4\n")
	set, diags := Load(files, testHost(), Inputs{Vars: map[string]string{"x": "hunter5"}})
	var b strings.Builder
	if err := WriteDiagnostics(&b, diags, set.Sources, 78, false); err != nil {
		t.Fatal(err)
	}
	want := `Error: --var x: no such variable

There is token.

Error: value of variable "token" from config.env has a wrong type

  on config.env line 1, column 1:
   1: TOKEN ... (not shown)
      ^^^^^

It has to be number.

Error: read config.env: no = between key and value

  on config.env line 2, column 1:
   2:  ... (not shown)
      ^

Write KEY=VALUE, the value in quotes where it holds spaces or #.

Error: the default of variable "token" has a wrong type

  on web.hcl line 4, column 3, in variable "token":
   4:   default ... (not shown)
        ^^^^^^^

It has to be number.

Error: app without command

  on web.hcl line 6, column 1, in app "api":
   6: app "api" {
      ^^^^^^^^^

Write command = ["program", "argument"].

Error: unknown attribute "comand" in app

  on web.hcl line 7, column 3, in app "api":
   7:   comand = ["true"]
        ^^^^^^

Did you mean "command"?

`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	if strings.Contains(b.String(), "hunter") {
		t.Error("a sensitive value is shown")
	}
	b.Reset()
	if err := WriteDiagnostics(&b, diags[:1], nil, 0, true); err != nil || !strings.Contains(b.String(), "\x1b[31mError\x1b[0m") {
		t.Errorf("in colour: %q, %v", b.String(), err)
	}
}

// TestWriteDiagnosticsFails passes on what the writer says.
func TestWriteDiagnosticsFails(t *testing.T) {
	for _, d := range []*hcl.Diagnostic{{Summary: "x"}, {Summary: "x", Subject: &hcl.Range{Filename: "a.hcl"}}} {
		if err := WriteDiagnostics(full{}, hcl.Diagnostics{d}, nil, 0, false); err == nil {
			t.Error("no error")
		}
	}
}

// full is a file on a full disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

var errFull = hcl.Diagnostics{{Summary: "no space left on device"}}

// TestHiddenBySyntaxError shows nothing of a value where a syntax error swallows that it is sensitive.
func TestHiddenBySyntaxError(t *testing.T) {
	files := directory("web.hcl", "variable \"pin\" {\n  type = number\n  sen\n}\n", "config.env", "PIN=hunter2\n")
	set, diags := Load(files, testHost(), Inputs{})
	var b strings.Builder
	if err := WriteDiagnostics(&b, diags, set.Sources, 0, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "PIN ... (not shown)") || strings.Contains(b.String(), "hunter2") {
		t.Errorf("got\n%s", b.String())
	}
}

// TestWriteTornFiles shows the place in files that end anywhere, in CR too, without a panic.
func TestWriteTornFiles(t *testing.T) {
	source := "app \"a\" {\r\n  command = [\"${user.home}/x\", <<-END\r\n    x\r\n  END\r\n  ]\r\n  env = {\r\n  }\r\n}\r\n"
	for n := range len(source) + 1 {
		for _, mark := range []string{"", "\ufeff"} {
			for _, end := range []string{"", "\r", "\r\r", "\n\r", "\r\n", "\ufeff"} {
				set, diags := Load(directory("a.hcl", mark+source[:n]+end), testHost(), Inputs{})
				if err := WriteDiagnostics(io.Discard, diags, set.Sources, 80, false); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	set, diags := Load(directory("a.hcl", "app \"a\" {\r  command = [\"true\"]\r}\r"), testHost(), Inputs{})
	var b strings.Builder
	if err := WriteDiagnostics(&b, diags, set.Sources, 80, false); err != nil || !strings.Contains(b.String(), "line ends in CR alone") {
		t.Errorf("got %v\n%s", err, b.String())
	}
}

// TestWriteLongLines keeps the subject in view and the terminal as it is.
func TestWriteLongLines(t *testing.T) {
	y := strings.Repeat("y", 300)
	source := "app \"a\" {\n\tcommand = [\"" + y + "\", nope, \"日本\x1b[2J\"]\n\tenv = {\n  A = 日本\n  }\n}\n" +
		"app \"b\" {\n  command = [\"x\"]\n  workers = [\n    1,\n    2,\n    3,\n    4,\n  ]\n}\n"
	set, diags := Load(directory("web.hcl", source), testHost(), Inputs{})
	diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: "all", Subject: &hcl.Range{
		Filename: "web.hcl", Start: hcl.Pos{Line: 9, Column: 3, Byte: strings.Index(source, "workers")}, End: hcl.Pos{Line: 14, Column: 4, Byte: len(source)},
	}})
	var b strings.Builder
	if err := WriteDiagnostics(&b, diags, set.Sources, 60, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"   2: …yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\", nope, \"日本?[2J\"]\n                                          ^^^^\n",
		"   4:   A = 日本\n            ^^^^\n",
		"   9:   workers = [\n", "  12:     3,\n", "Warning: all",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	for line := range strings.Lines(b.String()) {
		if columns.Width(strings.TrimSuffix(line, "\n")) > 60 || strings.Contains(line, "\x1b") || strings.Contains(line, "  4,") {
			t.Errorf("line %q", line)
		}
	}
	b.Reset()
	if err := WriteDiagnostics(&b, diags, set.Sources, 60, true); err != nil || !strings.Contains(b.String(), "\x1b[1;4mnope\x1b[0m, \"日本?") {
		t.Errorf("in colour: %v\n%s", err, b.String())
	}
}

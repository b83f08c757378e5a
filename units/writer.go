package units

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"unitd/internal/columns"
)

// Bounds of what is shown of the source: how many lines of a long subject, and how many columns where the width of
// the terminal sets no limit. minExcerpt is the least that a narrow one gets.
const (
	maxLines   = 4
	maxExcerpt = 200
	minExcerpt = 30
)

// lineNumber is what stands before a line of source.
const lineNumber = "%4d: "

// WriteDiagnostics writes diagnostics for people: what is wrong, the file, line and column, the line itself
// and a hint. sources are Set.Sources; width is that of the terminal, 0 for none; color turns on VT100
// sequences. No values are printed, and of lines that hold sensitive ones only what stands before them.
func WriteDiagnostics(w io.Writer, diags hcl.Diagnostics, sources map[string][]byte, width uint, color bool) error {
	files := map[string]*hcl.File{}
	for _, d := range diags {
		at := subject(d)
		if source, ok := sources[at.Filename]; ok && files[at.Filename] == nil {
			files[at.Filename] = sourceFile(at.Filename, source)
		}
		x := writing{columns: int(width), color: color}
		x.diagnostic(d, files[at.Filename])
		if _, err := io.WriteString(w, x.String()); err != nil {
			return err
		}
	}
	return nil
}

// sourceFile is a file with the blocks that stand in it, so that it can be said in which of them a line is.
func sourceFile(name string, source []byte) *hcl.File {
	if strings.HasSuffix(name, ".hcl") && !(&report{}).unreadable(name, source) {
		if file, _ := hclsyntax.ParseConfig(source, name, hcl.InitialPos); file != nil {
			return file
		}
	}
	return &hcl.File{Bytes: source}
}

// writing is the text of one diagnostic.
type writing struct {
	strings.Builder
	columns int // 0: no limit
	color   bool
}

func (x *writing) paint(code, text string) string {
	if !x.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (x *writing) diagnostic(d *hcl.Diagnostic, file *hcl.File) {
	severity := x.paint("31", "Error")
	if d.Severity == hcl.DiagWarning {
		severity = x.paint("33", "Warning")
	}
	fmt.Fprintf(x, "%s: %s\n\n", severity, d.Summary)
	if d.Subject != nil {
		_, secret := d.Extra.(redacted)
		x.place(*d.Subject, file, secret)
	}
	if detail := strings.TrimSuffix(d.Detail, "\n"); detail != "" {
		for line := range strings.Lines(detail) {
			x.paragraph(strings.TrimSuffix(line, "\n"))
		}
		x.WriteString("\n")
	}
}

// paragraph wraps a line of prose; examples, which are indented, stay as they are.
func (x *writing) paragraph(line string) {
	if x.columns == 0 || strings.HasPrefix(line, " ") {
		fmt.Fprintln(x, line)
		return
	}
	for _, part := range columns.Wrap(line, x.columns, 0) {
		fmt.Fprintln(x, part)
	}
}

// place says where it is, with the source there. Of a line that may hold a secret nothing is shown behind the
// subject.
func (x *writing) place(at hcl.Range, file *hcl.File, secret bool) {
	fmt.Fprintf(x, "  on %s line %d, column %d", at.Filename, at.Start.Line, at.Start.Column)
	if file == nil || at.Start.Byte > len(file.Bytes) {
		x.WriteString("\n\n")
		return
	}
	if nav, ok := file.Nav.(interface{ ContextString(offset int) string }); ok {
		if block := nav.ContextString(at.Start.Byte); block != "" {
			x.WriteString(", in " + block)
		}
	}
	x.WriteString(":\n")
	offset := lineStart(file.Bytes, at.Start.Byte)
	for n := range maxLines {
		line := lineAt(file.Bytes, offset)
		from := min(max(at.Start.Byte-offset, 0), len(line))
		to := min(max(at.End.Byte-offset, from), len(line))
		after := line[to:]
		if secret {
			after = " ... (not shown)"
		}
		column, wide := x.source(at.Start.Line+n, line[:from], line[from:to], after)
		if !x.color && at.Start.Line == at.End.Line {
			fmt.Fprintln(x, strings.Repeat(" ", column)+strings.Repeat("^", max(1, wide)))
		}
		if secret {
			break
		}
		next := bytes.IndexByte(file.Bytes[offset:], '\n')
		if offset += next + 1; next < 0 || offset >= min(at.End.Byte, len(file.Bytes)) {
			break
		}
	}
	x.WriteString("\n")
}

// source writes one line, the subject in it underlined where there is colour, and gives the column where that
// begins and how many it takes.
func (x *writing) source(number int, before, subject, after string) (column, wide int) {
	lead := fmt.Sprintf(lineNumber, number)
	room := maxExcerpt
	if x.columns > 0 {
		room = max(x.columns-len(lead), minExcerpt)
	}
	before, subject, after = excerpt(printable(before), printable(subject), printable(after), room)
	column, wide = len(lead)+columns.Width(before), columns.Width(subject)
	if subject != "" {
		subject = x.paint("1;4", subject)
	}
	fmt.Fprintln(x, lead+before+subject+after)
	return column, wide
}

// excerpt cuts a line that is too long, so that the subject stays in view.
func excerpt(before, subject, after string, room int) (string, string, string) {
	if columns.Width(before)+columns.Width(subject)+columns.Width(after) <= room {
		return before, subject, after
	}
	subject = columns.Cut(subject, room*2/3)
	room -= columns.Width(subject)
	rest := min(columns.Width(after), room/2)
	if lead := columns.Width(before); lead > room-rest {
		skip := columns.First(before, lead-(room-rest)+2)
		before = "…" + strings.TrimPrefix(before, skip)
	}
	if room -= columns.Width(before); room > 0 && after != "" {
		return before, subject, columns.Cut(after, room)
	}
	return before, subject, ""
}

// printable makes source safe to show: nothing in it that a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ReplaceAll(text, "\t", "    "))
}

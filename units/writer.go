package units

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// WriteDiagnostics writes diagnostics for people: what is wrong, the file, line and column, the line itself
// and a hint. sources are Set.Sources; width is that of the terminal, 0 for none; color turns on VT100
// sequences. No values are printed, and of lines that hold sensitive ones only what stands before them.
func WriteDiagnostics(w io.Writer, diags hcl.Diagnostics, sources map[string][]byte, width uint, color bool) error {
	files := map[string]*hcl.File{}
	for _, d := range diags {
		shown := *d
		shown.EvalContext, shown.Expression = nil, nil
		shown.Detail = strings.TrimSuffix(shown.Detail, "\n")
		at := subject(d)
		if source, ok := sources[at.Filename]; ok && files[at.Filename] == nil {
			files[at.Filename] = sourceFile(at.Filename, source)
		}
		view := files
		if _, hide := d.Extra.(redacted); hide && files[at.Filename] != nil {
			view = map[string]*hcl.File{at.Filename: cutAfter(files[at.Filename], &at)}
		}
		var text strings.Builder
		if err := hcl.NewDiagnosticTextWriter(&text, view, width, color).WriteDiagnostic(&shown); err != nil {
			return err
		}
		if _, err := io.WriteString(w, pointAt(text.String(), at, view[at.Filename], color)); err != nil {
			return err
		}
	}
	return nil
}

// pointAt adds the column to what package hcl writes, and without colour, which underlines the place, a line
// with carets below it.
func pointAt(text string, at hcl.Range, file *hcl.File, color bool) string {
	if at.Filename == "" {
		return text
	}
	header := fmt.Sprintf("  on %s line %d", at.Filename, at.Start.Line)
	text = strings.Replace(text, header, fmt.Sprintf("%s, column %d", header, at.Start.Column), 1)
	if color || file == nil || at.Start.Line != at.End.Line || at.Start.Byte > len(file.Bytes) {
		return text
	}
	line := lineAt(file.Bytes, at.Start.Byte)
	shown := fmt.Sprintf("%4d: %s\n", at.Start.Line, line)
	before := line[:min(len(line), at.Start.Byte-lineStart(file.Bytes, at.Start.Byte))]
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, before)
	carets := strings.Repeat("^", max(1, at.End.Column-at.Start.Column))
	return strings.Replace(text, shown, shown+"      "+indent+carets+"\n", 1)
}

// sourceFile is a file as the writer wants it: with the blocks that stand in it, so that it can say in which
// of them a line is.
func sourceFile(name string, source []byte) *hcl.File {
	if strings.HasSuffix(name, ".hcl") && !(&report{}).tooDeep(name, source) {
		if file, _ := hclsyntax.ParseConfig(source, name, hcl.InitialPos); file != nil {
			return file
		}
	}
	return &hcl.File{Bytes: source}
}

// cutAfter is the file up to the end of the subject: what follows on that line is not shown.
func cutAfter(file *hcl.File, subject *hcl.Range) *hcl.File {
	end := min(subject.End.Byte, len(file.Bytes))
	return &hcl.File{Bytes: append(slices.Clip(file.Bytes[:end]), " ... (not shown)\n"...), Nav: file.Nav}
}

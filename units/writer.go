package units

import (
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
		if d.Subject == nil {
			if err := hcl.NewDiagnosticTextWriter(w, nil, width, color).WriteDiagnostic(&shown); err != nil {
				return err
			}
			continue
		}
		name := d.Subject.Filename
		if source, ok := sources[name]; ok && files[name] == nil {
			files[name] = sourceFile(name, source)
		}
		view := files
		if _, hide := d.Extra.(redacted); hide && files[name] != nil {
			view = map[string]*hcl.File{name: cutAfter(files[name], d.Subject)}
		}
		if err := hcl.NewDiagnosticTextWriter(w, view, width, color).WriteDiagnostic(&shown); err != nil {
			return err
		}
	}
	return nil
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

package units

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// explainHeredoc moves the mistake from the end of the file, where the parser has found no end of a heredoc, to where
// that begins, and names the line that was meant to end it.
func explainHeredoc(d *hcl.Diagnostic, source []byte) {
	tokens, _ := hclsyntax.LexConfig(source, subject(d).Filename, hcl.InitialPos) // the parser reports what it finds
	var open *hclsyntax.Token
	for i, token := range tokens {
		switch token.Type {
		case hclsyntax.TokenOHeredoc:
			open = &tokens[i]
		case hclsyntax.TokenCHeredoc:
			open = nil
		}
	}
	if open == nil {
		return
	}
	begin := strings.TrimSpace(string(open.Bytes))
	marker := strings.TrimLeft(begin, "<-")
	at := open.Range
	at.End = hcl.Pos{Line: at.Start.Line, Column: at.Start.Column + len(begin), Byte: at.Start.Byte + len(begin)}
	d.Subject, d.Context = &at, nil
	d.Summary = "the text that begins with " + begin + " has no end"
	d.Detail = fmt.Sprintf("It ends with a line that holds %s and nothing else; what follows, a ] or a comma, begins the next line.", marker)
	for i, line := range strings.Split(string(source[open.Range.End.Byte:]), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), marker) {
			d.Detail += fmt.Sprintf(" Line %d holds more than that.", open.Range.End.Line+i)
			return
		}
	}
}

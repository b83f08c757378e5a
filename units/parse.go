package units

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Bounds of one expression. The parser and the evaluator recurse, and a stack that overflows ends a Go
// program without mercy.
const (
	maxNesting   = 100
	maxOperators = 2_000
)

// parse reads one unit file. ok is false where the body is incomplete because of a syntax error.
func (r *report) parse(name string, source []byte) (body *hclsyntax.Body, ok bool) {
	if r.unreadable(name, source) {
		r.breaks(name, 0)
		return &hclsyntax.Body{}, false
	}
	file, diags := hclsyntax.ParseConfig(source, name, hcl.InitialPos)
	for _, d := range diags {
		d.Summary = lowerFirst(d.Summary)
		explainSyntax(d, source)
		d.Extra = syntax{}
		r.diags = append(r.diags, d)
		r.breaks(name, subject(d).Start.Line)
	}
	body, ok = file.Body.(*hclsyntax.Body)
	if !ok {
		return &hclsyntax.Body{}, false
	}
	return body, !diags.HasErrors()
}

// breaks notes a line with a syntax error.
func (r *report) breaks(name string, line int) {
	if r.broken == nil {
		r.broken = map[string]map[int]bool{}
	}
	if r.broken[name] == nil {
		r.broken[name] = map[int]bool{}
	}
	r.broken[name][line] = true
}

// explainSyntax puts an own hint on the mistakes that people make again and again.
func explainSyntax(d *hcl.Diagnostic, source []byte) {
	at := subject(d)
	line := lineAt(source, at.Start.Byte)
	switch {
	case d.Summary == "invalid character" && at.Start.Byte < len(source) && source[at.Start.Byte] == '\r':
		d.Summary = "line ends in CR alone"
		d.Detail = "Save the file with LF, or CR LF, at the ends of its lines."
	case d.Summary == "unterminated template string":
		explainHeredoc(d, source)
	case d.Summary == "invalid single-argument block definition":
		d.Detail = "A block on one line holds one attribute only; give each attribute a line of its own:\n\n" +
			"  restart {\n    delay  = \"1s\"\n    factor = 2\n  }"
	case strings.Contains(line, "%{") && (strings.Contains(d.Summary, "directive") || strings.Contains(d.Summary, "control keyword")):
		d.Summary = "\"%{\" begins a template directive"
		d.Detail = "Where it is meant literally, as in a log format, write it as \"%%{\"."
	case strings.Contains(line, "${") && strings.Contains(d.Summary, "interpolation"):
		d.Detail = "${…} holds an expression. To get it literally, as a shell would, write \"$${…}\"."
	case digitName().MatchString(line):
		d.Detail = "A name begins with a letter: \"[a-z][a-z0-9_-]*\"."
	}
}

// digitName finds a reference or an attribute whose name begins with a digit.
var digitName = pattern(`^\s*[0-9]\w*\s*=|\b(?:app|pool|delay|supervisor|job|pipeline|var|local)\.[0-9]`)

// lineAt is the line that an offset lies in.
func lineAt(source []byte, offset int) string {
	line, _, _ := strings.Cut(string(source[lineStart(source, offset):]), "\n")
	return strings.TrimSuffix(line, "\r")
}

func lineStart(source []byte, offset int) int {
	return bytes.LastIndexByte(source[:min(max(offset, 0), len(source))], '\n') + 1
}

// unreadable reports a file that cannot be given to the parser.
func (r *report) unreadable(name string, source []byte) bool {
	return r.notText(name, source) || r.tooDeep(name, source)
}

// notText reports a file that is something else than text, once and not at each of its characters.
func (r *report) notText(name string, source []byte) bool {
	at := hcl.Pos{Line: 1, Column: 1}
	for at.Byte < len(source) {
		char, size := utf8.DecodeRune(source[at.Byte:])
		switch {
		case char == utf8.RuneError && size == 1, char == 0:
			r.error(hcl.Range{Filename: name, Start: at, End: at}, "not a text file in UTF-8",
				"Save it as UTF-8, or give it a name that does not end in .hcl.").Extra = syntax{}
			return true
		case char == '\n':
			at.Line, at.Column = at.Line+1, 0
		}
		at.Byte, at.Column = at.Byte+size, at.Column+1
	}
	return false
}

// tooDeep reports expressions that nest too deeply or hold too many operators.
func (r *report) tooDeep(name string, source []byte) bool {
	tokens, _ := hclsyntax.LexConfig(source, name, hcl.InitialPos) // the parser reports what it finds
	measure := measure{}
	for _, token := range tokens {
		measure.take(token.Type)
		switch {
		case token.Type == hclsyntax.TokenNumberLit && hugeNumber().Match(token.Bytes):
			r.error(token.Range, "number out of range", "Exponents have at most three digits.").Extra = syntax{}
			return true
		case len(measure.open) > maxNesting || measure.operators > maxOperators:
			r.error(token.Range, "expression too large",
				fmt.Sprintf("Brackets nest at most %d deep, and an expression has at most %d operators.", maxNesting, maxOperators)).Extra = syntax{}
			return true
		}
	}
	return false
}

// measure follows how deeply the parser would recurse: by open brackets, and by operators that follow each
// other without a comma or the end of an attribute between them.
type measure struct {
	open      []bracket
	operators int
}

// bracket is an open one, with the operators before it.
type bracket struct {
	kind      hclsyntax.TokenType
	operators int
}

func (m *measure) take(kind hclsyntax.TokenType) {
	switch kind {
	case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
		hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		m.open = append(m.open, bracket{kind, m.operators})
	case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		if last := len(m.open) - 1; last >= 0 {
			m.operators = m.open[last].operators + 1 // what was in brackets is an operand, or an index
			m.open = m.open[:last]
		}
	case hclsyntax.TokenComma:
		m.operators = m.inner().operators
	case hclsyntax.TokenNewline:
		// In ( and [ a line may end anywhere in an expression.
		if kind := m.inner().kind; kind == 0 || kind == hclsyntax.TokenOBrace {
			m.operators = m.inner().operators
		}
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit,
		hclsyntax.TokenComment, hclsyntax.TokenEqual:
	default:
		m.operators++
	}
}

func (m *measure) inner() bracket {
	if len(m.open) == 0 {
		return bracket{}
	}
	return m.open[len(m.open)-1]
}

var hugeNumber = pattern(`[eE][+-]?[0-9]{4,}$`)

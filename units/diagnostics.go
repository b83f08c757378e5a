package units

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// report gathers diagnostics. A summary says what is wrong, without a full stop; a hint says what to do.
type report struct {
	diags hcl.Diagnostics
	// broken are the lines with syntax errors, by file. What else is found on them follows from those, and
	// what is missing in such a file may stand in the broken part.
	broken map[string]map[int]bool
}

// redacted is the Extra of a diagnostic whose source line may hold a sensitive value behind its subject.
type redacted struct{}

// syntax is the Extra of a syntax error.
type syntax struct{}

func (r *report) error(at hcl.Range, summary, hint string) *hcl.Diagnostic {
	return r.add(hcl.DiagError, at, summary, hint)
}

func (r *report) warning(at hcl.Range, summary, hint string) *hcl.Diagnostic {
	return r.add(hcl.DiagWarning, at, summary, hint)
}

// add appends a diagnostic; an empty range (no file name) means that it stands in no file.
func (r *report) add(severity hcl.DiagnosticSeverity, at hcl.Range, summary, hint string) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: severity, Summary: summary, Detail: hint}
	if at.Filename != "" {
		d.Subject = &at
	}
	r.diags = append(r.diags, d)
	return d
}

// hclFound takes over what package hcl says about an expression. Where a sensitive value went into it, the
// cause is dropped: cty quotes values in its messages.
func (r *report) hclFound(diags hcl.Diagnostics, sensitive bool) {
	for _, d := range diags {
		if sensitive {
			d = &hcl.Diagnostic{
				Severity: d.Severity, Subject: d.Subject,
				Summary: "evaluate an expression with a sensitive value: it failed",
				Detail:  "The cause is not shown, since it could quote the value.",
			}
		} else {
			d.Summary = lowerFirst(d.Summary)
			if d.Summary == "division by zero" {
				d.Detail = divisionHint
			}
			d.EvalContext, d.Expression = nil, nil
		}
		r.diags = append(r.diags, d)
	}
}

// sorted returns the diagnostics in reading order, each once: a for_each meets the same mistake in every
// instance.
func (r *report) sorted() hcl.Diagnostics {
	type key struct {
		severity        hcl.DiagnosticSeverity
		summary, detail string
		subject         hcl.Range
	}
	seen := map[key]bool{}
	var diags hcl.Diagnostics
	for _, d := range r.diags {
		k := key{d.Severity, d.Summary, d.Detail, subject(d)}
		if r.broken[k.subject.Filename][k.subject.Start.Line] && d.Extra != (syntax{}) {
			continue
		}
		if !seen[k] {
			seen[k] = true
			diags = append(diags, d)
		}
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		at, bt := subject(a), subject(b)
		return cmp.Or(cmp.Compare(at.Filename, bt.Filename), cmp.Compare(at.Start.Byte, bt.Start.Byte))
	})
	return diags
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

// position is a place as diagnostics name it beside their own: "web.hcl:12".
func position(r hcl.Range) string { return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line) }

func lowerFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[size:]); unicode.IsUpper(second) {
		return text // an abbreviation
	}
	return string(unicode.ToLower(first)) + text[size:]
}

// list puts words into a sentence: "a, b or c".
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}

package units

import (
	"strings"
	"testing"
	"time"
)

// TestDepth bounds what would overflow the stack of the parser or the evaluator, which no recover catches.
func TestDepth(t *testing.T) {
	const many = 10_000
	for name, text := range map[string]string{
		"lists":       strings.Repeat("[", many),
		"parentheses": strings.Repeat("(", many),
		"closed":      strings.Repeat("[", many) + strings.Repeat("]", many),
		"objects":     strings.Repeat("{a=", many),
		"not":         strings.Repeat("!", many) + "true",
		"minus":       strings.Repeat("- ", many) + "1",
		"sum":         strings.Repeat("1+", many) + "1",
		"lines":       "(" + strings.Repeat("1+\n", many) + "1)",
		"conditions":  strings.Repeat("true?1:", many) + "1",
		"indexes":     "a" + strings.Repeat("[0]", many),
		"splats":      "a" + strings.Repeat("[*]", many),
		"attributes":  "a" + strings.Repeat(".b", many),
		"calls":       strings.Repeat("f(", many),
		"templates":   strings.Repeat(`"${`, many),
		"directives":  `"` + strings.Repeat("%{if true}", many) + `"`,
		"for":         strings.Repeat("[for x in ", many),
	} {
		start := time.Now()
		_, diags := Load(directory("a.hcl", "locals {\n  x = "+text+"\n}\n"), testHost(), Inputs{})
		if len(diags) != 1 || diags[0].Summary != "expression too large" {
			t.Errorf("%s: %d diagnostics, first %v", name, len(diags), diags[0])
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s takes %v", name, took)
		}
	}
	blocks := strings.Repeat("a {\n", many)
	if _, diags := Load(directory("a.hcl", blocks), testHost(), Inputs{}); len(diags) != 1 {
		t.Errorf("blocks: %d diagnostics", len(diags))
	}
}

// TestLong takes what is long without being deep.
func TestLong(t *testing.T) {
	const many = 3_000
	for name, text := range map[string]string{
		"texts":      "[" + strings.Repeat(`"x", `, many) + "]",
		"negative":   "[" + strings.Repeat("-1, ", many) + "]",
		"references": "[" + strings.Repeat("host.name, ", many) + "]",
		"lines":      "[\n" + strings.Repeat("-1,\n", many) + "]",
		"object":     "{\n" + strings.Repeat(`("x${host.name}") : -1`+"\n", many) + "}",
		"heredoc":    "<<END\n" + strings.Repeat("x = [ ${host.name} ] - 1\n", 1500) + "END",
	} {
		_, diags := Load(directory("a.hcl", "locals {\n  x = "+text+"\n}\n"), testHost(), Inputs{})
		for _, d := range diags {
			t.Errorf("%s: %s; %s", name, d.Summary, d.Detail)
		}
	}
}

package units

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// notYet lists what the language has and this version of unitd does not do, by block and attribute, with the
// values that are taken nevertheless: what is at its default is never refused. A version that does one of
// them deletes its line.
var notYet = map[string][]string{}

// inForce is false for a property at a default that this version does not bring about.
func inForce(kind Kind, p property) bool {
	block, _, _ := strings.Cut(p.name, ".")
	for _, key := range []string{p.name, string(kind) + "." + p.name, string(kind) + "." + block} {
		if taken, listed := notYet[key]; listed {
			return slices.Contains(taken, strings.Trim(p.shown, `"`))
		}
	}
	return true
}

const refusal = "Take it out; a later version does it."

// refuseValue refuses an attribute of the table.
func (b *body) refuseValue(a attribute, value cty.Value) {
	taken, listed := notYet[b.kind+"."+a.name]
	if !listed {
		return
	}
	text, err := convert.Convert(value, cty.String)
	if err == nil && slices.Contains(taken, text.AsString()) {
		return
	}
	what := a.name + " of " + b.kind
	if err == nil && len(taken) > 0 {
		what = a.name + " = " + display(value)
	}
	b.error(a.expr.Range(), "not in this version of unitd: "+what, refusal)
}

// refuseList refuses a list of the table that has elements.
func (b *body) refuseList(a attribute, length int) {
	if _, listed := notYet[b.kind+"."+a.name]; listed && length > 0 {
		b.error(a.at, "not in this version of unitd: "+a.name+" of "+b.kind, refusal)
	}
}

// refuseBlock refuses a block of the table.
func (r *report) refuseBlock(kind string, block *hclsyntax.Block) {
	if _, listed := notYet[kind]; listed {
		what := kind
		if i := strings.LastIndexByte(kind, '.'); i >= 0 {
			what = kind[i+1:] + " of " + kind[:i]
		}
		r.error(block.DefRange(), "not in this version of unitd: "+what, refusal)
	}
}

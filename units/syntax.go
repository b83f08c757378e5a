package units

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// tupleItems are the elements of a list that is written out.
func tupleItems(expr hclsyntax.Expression) []hclsyntax.Expression {
	if tuple, ok := expr.(*hclsyntax.TupleConsExpr); ok {
		return tuple.Exprs
	}
	return nil
}

// subtraction recognises 200-399, which HCL computes, and says how it was meant.
func subtraction(expr hclsyntax.Expression) (text string, ok bool) {
	op, ok := expr.(*hclsyntax.BinaryOpExpr)
	if !ok || op.Op != hclsyntax.OpSubtract {
		return "", false
	}
	low, okLow := op.LHS.(*hclsyntax.LiteralValueExpr)
	high, okHigh := op.RHS.(*hclsyntax.LiteralValueExpr)
	if !okLow || !okHigh || low.Val.Type() != cty.Number || high.Val.Type() != cty.Number {
		return "", false
	}
	return numberText(low.Val) + "-" + numberText(high.Val), true
}

// without is a body without some of its attributes.
func without(own *hclsyntax.Body, names []string) *hclsyntax.Body {
	if own == nil {
		return nil
	}
	copied := *own
	copied.Attributes = hclsyntax.Attributes{}
	for name, attr := range own.Attributes {
		copied.Attributes[name] = attr
	}
	for _, name := range names {
		delete(copied.Attributes, name)
	}
	return &copied
}

// withoutBlocks is a body without its blocks of one type.
func withoutBlocks(own *hclsyntax.Body, kind string) *hclsyntax.Body {
	copied := *own
	copied.Blocks = nil
	for _, block := range own.Blocks {
		if block.Type != kind {
			copied.Blocks = append(copied.Blocks, block)
		}
	}
	return &copied
}

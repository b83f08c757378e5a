package units

import (
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// duration reads a duration of at least least.
func (b *body) duration(name string, fallback, least time.Duration) time.Duration {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	if value.Type() == cty.Number {
		b.error(a.expr.Range(), name+" has to be a duration, not a number", "Write it with its unit, as a text: "+name+" = \""+numberText(value)+"s\".")
		return fallback
	}
	text, ok := a.scope.asText(value, a.expr.Range(), name)
	if !ok {
		return fallback
	}
	d, err := ParseDuration(text)
	if err != nil {
		b.error(a.expr.Range(), name+" is no duration: \""+text+"\"", capital(err.Error())+".")
		return fallback
	}
	if d < least {
		b.error(a.expr.Range(), name+" is too short", "It is at least "+FormatDuration(least)+".")
		return fallback
	}
	return d
}

// size reads a number of bytes: "64M", or a number such as host.memory / 4.
func (b *body) size(name string, fallback, least int64) int64 {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	var n int64
	if value.Type() == cty.Number {
		var exact big.Accuracy
		if n, exact = value.AsBigFloat().Int64(); exact == big.Below && n == math.MaxInt64 {
			b.error(a.expr.Range(), name+" is too large", "A size is at most 8388607T.")
			return fallback
		}
	} else {
		text, ok := a.scope.asText(value, a.expr.Range(), name)
		if !ok {
			return fallback
		}
		var err error
		if n, err = ParseSize(text); err != nil {
			b.error(a.expr.Range(), name+" is no size: \""+text+"\"", capital(err.Error())+".")
			return fallback
		}
	}
	if n < least {
		b.error(a.expr.Range(), name+" is too small", "It is at least "+FormatSize(least)+".")
		return fallback
	}
	return n
}

// mode reads permission bits: "0660".
func (b *body) mode(name string, fallback uint32) uint32 {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	if value.Type() == cty.Number {
		b.error(a.expr.Range(), name+" has to be a text, not a number", "In HCL the number 0660 is 660: write it in quotes, "+name+" = \""+octal(a.expr, value)+"\".")
		return fallback
	}
	text, ok := a.scope.asText(value, a.expr.Range(), name)
	if !ok {
		return fallback
	}
	mode, err := ParseMode(text)
	if err != nil {
		b.error(a.expr.Range(), name+" is no mode: \""+text+"\"", capital(err.Error())+".")
		return fallback
	}
	return mode
}

// octal is how a number meant as a mode should have been written.
func octal(expr hclsyntax.Expression, value cty.Value) string {
	if _, literal := expr.(*hclsyntax.LiteralValueExpr); !literal {
		return "0660"
	}
	digits := numberText(value)
	return strings.Repeat("0", max(0, 4-len(digits))) + digits
}

func numberText(value cty.Value) string {
	return value.AsBigFloat().Text('f', -1)
}

package units

import (
	"regexp"
	"sync"
)

// pattern compiles a regular expression when it is first used. Every verb of unitctl links this package and most need
// none of them: to compile all at its start was measured to cost a tenth of that.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

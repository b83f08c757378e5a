package webhook

import (
	"path"
	"strings"
)

// MatchPath says whether a file of a repository matches a pattern: path.Match for each part between slashes, and ** for any
// number of directories. A pattern that ends in a slash, or in /**, means all that is below a directory.
func MatchPath(pattern, file string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	return matchParts(strings.Split(pattern, "/"), strings.Split(file, "/"))
}

// matchParts takes time in proportion to the product of the two lengths: of several ** only the last that was met is tried
// again, since what an earlier one could do otherwise the later can as well.
func matchParts(pattern, file []string) bool {
	again, from := -1, 0 // of the last **: where it stands, and how much of the file it has taken
	p := 0
	for f := 0; f < len(file); {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			again, from = p, f
			p++
			if p == len(pattern) {
				return true
			}
			continue
		case p < len(pattern) && matchPart(pattern[p], file[f]):
			p, f = p+1, f+1
			continue
		case again < 0:
			return false
		}
		from++
		p, f = again+1, from
	}
	return p == len(pattern)
}

func matchPart(pattern, part string) bool {
	matched, err := path.Match(pattern, part)
	return err == nil && matched
}

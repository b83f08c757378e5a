// Package columns measures, cuts and wraps text by the columns that it takes on a terminal: Chinese, Japanese and
// Korean characters and emoji take two, combining marks none.
package columns

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Width is how many columns text takes.
func Width(text string) int {
	columns := 0
	for _, r := range text {
		columns += of(r)
	}
	return columns
}

// of is the columns of one character (Unicode Standard Annex #11, "East Asian Width").
func of(r rune) int {
	if r < 0x300 { // the first combining mark
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Cut shortens text to at most n columns (1 or more), the last of them "…" where something is missing.
func Cut(text string, n int) string {
	if Width(text) <= n {
		return text
	}
	return First(text, n-1) + "…"
}

// First is as much of text as n columns hold.
func First(text string, n int) string {
	for at, r := range text {
		if n -= of(r); n < 0 {
			return text[:at]
		}
	}
	return text
}

// Wrap breaks text at spaces into lines of at most n columns; all but the first begin with an indent. A word that
// no line has room for stands on a line of its own, longer than the others.
func Wrap(text string, n, indent int) []string {
	var lines []string
	line, used := strings.Builder{}, 0
	rest := strings.TrimLeft(text, " ")
	lead := text[:len(text)-len(rest)]
	for word := range strings.SplitSeq(rest, " ") {
		switch {
		case used == 0:
			line.WriteString(lead)
			used = len(lead)
		case used+1+Width(word) <= n:
			line.WriteString(" ")
			used++
		default:
			lines = append(lines, strings.TrimRight(line.String(), " "))
			line.Reset()
			line.WriteString(strings.Repeat(" ", indent))
			used = indent
		}
		line.WriteString(word)
		used += Width(word)
	}
	return append(lines, strings.TrimRight(line.String(), " "))
}

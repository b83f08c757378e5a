package journal

import (
	"strings"
	"unicode/utf8"
)

const escapeByte = 0x1b

// Sanitize makes a line safe to show on a terminal: escape sequences (colours, titles, cursor moves: see
// ECMA-48) and control characters but tabs are taken out, bytes that are not UTF-8 become U+FFFD.
func Sanitize(line string) string {
	if isSafe(line) {
		return line
	}
	var b strings.Builder
	for i := 0; i < len(line); {
		if line[i] == escapeByte {
			i += sequenceLength(line[i:])
			continue
		}
		char, size := utf8.DecodeRuneInString(line[i:])
		if !isControl(char) {
			b.WriteRune(char)
		}
		i += size
	}
	return b.String()
}

func isSafe(line string) bool {
	for _, char := range line {
		// A real U+FFFD takes the slow way too, which leaves it alone.
		if isControl(char) || char == utf8.RuneError {
			return false
		}
	}
	return true
}

// isControl is true for C0 but the tab, for DEL, and for C1, which some terminals obey too.
func isControl(char rune) bool {
	return char < ' ' && char != '\t' || 0x7f <= char && char < 0xa0
}

// sequenceLength is the length of the escape sequence that s begins with. One without its end reaches to
// the end of the line, as it would on a terminal.
func sequenceLength(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[': // control sequence: parameters, then one byte from @ to ~
		for i := 2; i < len(s); i++ {
			if '@' <= s[i] && s[i] <= '~' {
				return i + 1
			}
			if s[i] < ' ' || s[i] > '~' {
				return i // broken: what follows is text
			}
		}
		return len(s)
	case ']', 'P', 'X', '^', '_': // strings, up to BEL or ESC \
		for i := 2; i < len(s); i++ {
			if s[i] == '\a' {
				return i + 1
			}
			if s[i] == escapeByte && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	}
	// Others: intermediate bytes from space to /, then one final byte.
	i := 1
	for i < len(s) && ' ' <= s[i] && s[i] <= '/' {
		i++
	}
	if i < len(s) && '0' <= s[i] && s[i] <= '~' {
		i++
	}
	return i
}

package columns

import (
	"slices"
	"testing"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "übér": 4, "日本語": 6, "🎉": 2, "e\u0301": 1, "…": 1, "×●": 2} {
		if got := Width(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text, want string
		n          int
	}{
		{"abc", "abc", 3}, {"abcd", "ab…", 3}, {"abc", "…", 1}, {"日本語", "日…", 4}, {"日本語", "日本…", 5}, {"日本語", "日本語", 6}, {"", "", 1},
	} {
		if got := Cut(c.text, c.n); got != c.want {
			t.Errorf("%q cut to %d is %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text      string
		n, indent int
		want      []string
	}{
		{"", 10, 0, []string{""}},
		{"one two three", 7, 0, []string{"one two", "three"}},
		{"  one two three", 9, 4, []string{"  one two", "    three"}},
		{"far/too/long for this", 5, 0, []string{"far/too/long", "for", "this"}},
		{"日本語 日本語", 12, 2, []string{"日本語", "  日本語"}},
		{"日本語 日本語", 13, 2, []string{"日本語 日本語"}},
		{"a  b", 10, 0, []string{"a  b"}},
	} {
		if got := Wrap(c.text, c.n, c.indent); !slices.Equal(got, c.want) {
			t.Errorf("%q wrapped at %d is %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

package journal

import (
	"testing"
	"unicode/utf8"
)

func TestSanitize(t *testing.T) {
	for line, want := range map[string]string{
		"plain, tab\tand é …":                      "plain, tab\tand é …",
		"\x1b[1;31mred\x1b[0m text":                "red text",
		"\x1b]0;title\x07text":                     "text",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\": "link",
		"\x1bPdevice\x1b\\text":                    "text",
		"\x1b(Btext\x1b=":                          "text",
		"50%\r100%\r":                              "50%100%",
		"bell\a del\x7f nul\x00":                   "bell del nul",
		"c1 \u009b31m":                             "c1 31m",
		"not \xff utf-8":                           "not \ufffd utf-8",
		"real \ufffd":                              "real \ufffd",
		"\x1b[31":                                  "",
		"\x1b[3\x1b[0mtext":                        "text",
		"end\x1b":                                  "end",
		"\x1b]0;never closed":                      "",
	} {
		if got := Sanitize(line); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}

func FuzzSanitize(f *testing.F) {
	f.Add("\x1b[1mx\x1b]0;t\x07\xff\r")
	f.Add("\x1b\x1b(\x1bP")
	f.Fuzz(func(t *testing.T, line string) {
		got := Sanitize(line)
		if !utf8.ValidString(got) || Sanitize(got) != got {
			t.Errorf("%q: %q", line, got)
		}
		for _, char := range got {
			if isControl(char) {
				t.Errorf("%q: %q holds %U", line, got, char)
			}
		}
	})
}

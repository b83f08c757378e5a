package units

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParseEnv reads any file as env_file or config.env: keys are names, and a mistake quotes nothing of the file.
func FuzzParseEnv(f *testing.F) {
	f.Add("A=1\nexport B='x y' # words\nC=\"\\u00e9\\n\"\n\n# nothing\n")
	f.Add("\xef\xbb\xbfA=1\r\nB = 2\n")
	f.Add("A='open")
	f.Add("=x\n\\\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := ParseEnv([]byte(text))
		if err == nil {
			for name := range values {
				if name == "" || strings.ContainsAny(name, "=\x00\n") {
					t.Errorf("%q: a variable %q", text, name)
				}
			}
			return
		}
		// What it says is one of a few sentences, behind the number of a line.
		said := err.Error()
		if rest, ok := strings.CutPrefix(said, "line "); ok {
			said = strings.TrimPrefix(strings.TrimLeft(rest, "0123456789"), ": ")
		}
		known := slices.ContainsFunc(envMistakes, func(m struct {
			err  error
			text string
		}) bool {
			return m.text == said
		})
		if !known && said != envMistake(nil) {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzTexts reads any text as the small languages of attributes: what is taken means the same when it is written out and
// read again.
func FuzzTexts(f *testing.F) {
	for _, seed := range []string{"1h30m", "2d12h", "0.5d", "3650d", "1e9h", "64M", "8388607T", "0660", "7777", "SIGTERM", "HUP", "0-1,3", "9-2", "-1", "unix:~/a.sock", "[::1]:80", "localhost:65535", "*:0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDuration(text); err == nil {
			if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d || d < 0 || d > MaxDuration {
				t.Errorf("duration %q: %v, written %q, read %v, %v", text, d, FormatDuration(d), again, err)
			}
		}
		if n, err := ParseSize(text); err == nil {
			if again, err := ParseSize(FormatSize(n)); err != nil || again != n || n < 0 {
				t.Errorf("size %q: %d, written %q, read %d, %v", text, n, FormatSize(n), again, err)
			}
		}
		if mode, err := ParseMode(text); err == nil && mode > 0o777 {
			t.Errorf("mode %q: %o", text, mode)
		}
		if signal, err := ParseSignal(text); err == nil && !slices.Contains(signals, string(signal)) {
			t.Errorf("signal %q: %q", text, signal)
		}
		if cpus, err := ParseCPUs(text); err == nil {
			if again, err := ParseCPUs(FormatCPUs(cpus)); err != nil || !slices.Equal(again, cpus) {
				t.Errorf("cpus %q: %v, written %q, read %v, %v", text, cpus, FormatCPUs(cpus), again, err)
			}
		}
		if address, err := parseListen(text, "/srv/site", "/home/shop"); err == nil {
			if again, err := parseListen(address, "/srv/site", "/home/shop"); err != nil || again != address || !utf8.ValidString(address) && utf8.ValidString(text) {
				t.Errorf("address %q: %q, read again %q, %v", text, address, again, err)
			}
		}
	})
}

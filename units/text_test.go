package units

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"500ms": 500 * time.Millisecond, "30s": 30 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute,
		"2d": 2 * day, "1d12h": 36 * time.Hour, "0s": 0, "0": 0, "0d": 0, "1.5d": 36 * time.Hour, "3650d": MaxDuration,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "30", "s", "-1s", "1d-1h", "2w", "1m1d", "d", "3651d", "9999999999999999999d", "1e3s", "20000000h", "2 d", "∞"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1024": 1024, "512K": 512 << 10, "64M": 64 << 20, "1G": 1 << 30, "2T": 2 << 40} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "M", "-1M", "1.5G", "64MB", "64m", "1 G", "9999999999999T", "99999999999999999999"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

func TestParseMode(t *testing.T) {
	for text, want := range map[string]uint32{"0660": 0o660, "660": 0o660, "000": 0, "0777": 0o777} {
		if got, err := ParseMode(text); err != nil || got != want {
			t.Errorf("%s: %o, %v; want %o", text, got, err, want)
		}
	}
	for _, text := range []string{"", "66", "0o660", "0888", "1777", "00660", "u+x"} {
		if got, err := ParseMode(text); err == nil {
			t.Errorf("%q is taken as %o", text, got)
		}
	}
}

func TestParseSignal(t *testing.T) {
	for text, want := range map[string]Signal{"SIGTERM": "SIGTERM", "HUP": "SIGHUP", "USR1": "SIGUSR1"} {
		if got, err := ParseSignal(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "sigterm", "15", "SIG", "SIGRTMIN+3"} {
		if got, err := ParseSignal(text); err == nil {
			t.Errorf("%q is taken as %v", text, got)
		}
	}
}

// TestRoundTrip reads back what is written, and never fails otherwise than with an error.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(MaxDuration)).Draw(t, "duration"))
		if got, err := ParseDuration(FormatDuration(d)); err != nil || got != d {
			t.Fatalf("%v: %q reads back as %v, %v", d, FormatDuration(d), got, err)
		}
		n := rapid.Int64Range(0, 1<<59).Draw(t, "size")
		if got, err := ParseSize(FormatSize(n)); err != nil || got != n {
			t.Fatalf("%d: %q reads back as %v, %v", n, FormatSize(n), got, err)
		}
		text := rapid.StringMatching(`-?[0-9.]{0,20}(d|h|ms|K|M|G|T|)[0-9]{0,3}s?`).Draw(t, "text")
		if d, err := ParseDuration(text); err == nil && (d < 0 || d > MaxDuration) {
			t.Fatalf("%q is taken as %v", text, d)
		}
		if n, err := ParseSize(text); err == nil && n < 0 {
			t.Fatalf("%q is taken as %d", text, n)
		}
	})
}

func TestParseEnv(t *testing.T) {
	got, err := ParseEnv([]byte("\xef\xbb\xbfA=1\r\n# comment\n\nexport B = 'x y' # comment\nC=\"a\\nb\"\nD=\n"))
	want := map[string]string{"A": "1", "B": "x y", "C": "a\nb", "D": ""}
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %q, %v", got, err)
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s = %q, want %q", key, got[key], value)
		}
	}
	for text, want := range map[string]string{
		"A=1\nhunter2":    "line 2: no = between key and value",
		"=hunter2":        "line 1: no key before the =",
		"A='hunter2":      "line 1: a quote that is never closed",
		`A="hunter2\q"`:   "line 1: not KEY=VALUE with a key of letters, digits and _",
		`A="hunter2\u12"`: "line 1: a backslash in double quotes that begins no known escape",
		"hunter$2=x":      "line 1: not KEY=VALUE with a key of letters, digits and _",
	} {
		if _, err := ParseEnv([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

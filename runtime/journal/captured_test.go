package journal

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCapturedLines(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-12*60, 14*60).Draw(rt, "zone")*60)
		want := time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(rt, "at")).In(zone)
		text := strings.ReplaceAll(rapid.String().Draw(rt, "text"), "\n", "")
		stream := rapid.SampledFrom([]string{Stdout, Stderr, Manager}).Draw(rt, "stream")
		line := string(AppendCaptured(nil, want, stream, []byte(text)))
		at, by, rest, ok := cutCaptured(strings.TrimSuffix(line, "\n"))
		if !ok || !at.Equal(want) || by != stream || rest != text {
			rt.Errorf("%q: %v, %q, %q, %v", line, at, by, rest, ok)
		}
	})
	for _, line := range []string{
		"", "hello", "2026-05-01T12:00:00Z stdout hello", "2026-05-01T12:00:00.123456+02:00 stdin hello",
		"2026-05-01T12:00:00.123456+02:00", "2026-99-01T12:00:00.123456+02:00 stdout hello", strings.Repeat("2", 100),
	} {
		if _, _, rest, ok := cutCaptured(line); ok || rest != line {
			t.Errorf("%q counts as captured", line)
		}
	}
}

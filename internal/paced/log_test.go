package paced

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLog(t *testing.T) {
	var out strings.Builder
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	var l Log
	begin := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, after := range []time.Duration{0, 999 * time.Millisecond, time.Second, 1500 * time.Millisecond, 1900 * time.Millisecond, 2 * time.Second} {
		l.Warn(logger, begin.Add(after), "refused", "after", after)
	}
	const want = `level=WARN msg=refused after=0s
level=WARN msg=refused after=1s more_since_last_line=1
level=WARN msg=refused after=2s more_since_last_line=2
`
	if out.String() != want {
		t.Errorf("logged:\n%s", &out)
	}
}

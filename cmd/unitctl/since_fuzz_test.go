package main

import (
	"testing"
	"time"
)

// FuzzSince reads any text as the value of --since: how long ago is never in the future.
func FuzzSince(f *testing.F) {
	for _, seed := range []string{"90s", "3d", "36500d2540400h", "14:00", "2026-05-01", "2026-05-01T14:00:05.5Z", "-1s"} {
		f.Add(seed)
	}
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		at, err := since("since", text, now)
		if _, isDuration := duration(text); err == nil && isDuration && at.After(now) {
			t.Errorf("%q is %v", text, at)
		}
	})
}

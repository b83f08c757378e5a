package main

import (
	"testing"
	"time"
)

func TestSince(t *testing.T) {
	zone := time.FixedZone("", 2*60*60)
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"90s":                       now.Add(-90 * time.Second),
		"2h30m":                     now.Add(-150 * time.Minute),
		"3d":                        now.Add(-72 * time.Hour),
		"1d12h":                     now.Add(-36 * time.Hour),
		"0s":                        now,
		"now":                       now,
		"-2h":                       now.Add(-2 * time.Hour),
		"1 min ago":                 now.Add(-time.Minute),
		"2 hours ago":               now.Add(-2 * time.Hour),
		"10 minutes":                now.Add(-10 * time.Minute),
		"3 days ago":                now.Add(-72 * time.Hour),
		"30s ago":                   now.Add(-30 * time.Second),
		"today":                     time.Date(2026, 5, 4, 0, 0, 0, 0, zone),
		"yesterday":                 time.Date(2026, 5, 3, 0, 0, 0, 0, zone),
		"2026-05-01":                time.Date(2026, 5, 1, 0, 0, 0, 0, zone),
		"2026-05-01 14:00":          time.Date(2026, 5, 1, 14, 0, 0, 0, zone),
		"2026-05-01 14:00:05":       time.Date(2026, 5, 1, 14, 0, 5, 0, zone),
		"2026-05-01T14:00:05":       time.Date(2026, 5, 1, 14, 0, 5, 0, zone),
		"2026-05-01T14:00:05.5Z":    time.Date(2026, 5, 1, 14, 0, 5, 500_000_000, time.UTC),
		"2026-05-01T14:00:05-07:00": time.Date(2026, 5, 1, 21, 0, 5, 0, time.UTC),
		"11:30":                     time.Date(2026, 5, 4, 11, 30, 0, 0, zone),
		"12:00:01":                  time.Date(2026, 5, 3, 12, 0, 1, 0, zone),
	} {
		if got, err := since("since", text, now); err != nil || !got.Equal(want) {
			t.Errorf("%s: got %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "--5m", "-", "+5m", "5", "3d-1h", "d", "999999999999d", "2026-13-01", "25:00", "500ms ago", "2 months ago", "2 monkeys ago"} {
		if got, err := since("since", text, now); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

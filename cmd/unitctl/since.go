package main

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// days is the part of a duration that Go's have no unit for.
var days = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]+)d`) })

// moments are the ways to write a point in time, in the zone of whoever asks.
var moments = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly,
}

// since reads the value of --since: how long ago ("90s", "2h30m", "3d", or as journalctl has it, "2 hours ago", "-2h"), or
// when ("2026-05-01 14:00", RFC 3339, "14:00", today or else yesterday; "today" and "yesterday" begin at midnight; "now").
func since(option, text string, now time.Time) (time.Time, error) {
	if ago, ok := duration(short(strings.TrimPrefix(text, "-"))); ok {
		return now.Add(-ago), nil
	}
	switch midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location()); text {
	case "now":
		return now, nil
	case "today":
		return midnight, nil
	case "yesterday":
		return midnight.AddDate(0, 0, -1), nil
	}
	for _, layout := range moments {
		if at, err := time.ParseInLocation(layout, text, now.Location()); err == nil {
			return at, nil
		}
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		clock, err := time.ParseInLocation(layout, text, now.Location())
		if err != nil {
			continue
		}
		at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, now.Location())
		if at.After(now) {
			at = at.AddDate(0, 0, -1)
		}
		return at, nil
	}
	return time.Time{}, usage(`--%s %s: write how long ago, "90s", "2h30m", "3d", or when, "14:00", "today", "2026-05-01", "2026-05-01 14:00"`, option, text)
}

// spans are the words of systemd.time(7) for the units of a duration.
var spans = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]+) ?(?:(s)(?:ec(?:ond)?s?)?|(m)(?:in(?:ute)?s?)?|(h)(?:(?:r|our)s?)?|(d)(?:ays?)?)(?: ago)?$`)
})

// short writes "2 hours ago" as "2h"; what is written otherwise stays.
func short(text string) string {
	return spans().ReplaceAllString(text, "$1$2$3$4$5")
}

// duration reads what unit files call a duration.
func duration(text string) (time.Duration, bool) {
	var whole time.Duration
	if match := days().FindStringSubmatch(text); match != nil {
		n, err := strconv.Atoi(match[1])
		const most = 100 * 365
		if err != nil || n > most {
			return 0, false
		}
		whole, text = time.Duration(n)*24*time.Hour, text[len(match[0]):]
		if text == "" {
			return whole, true
		}
	}
	part, err := time.ParseDuration(text)
	signed := strings.HasPrefix(text, "+")                                         // in systemd.time(7) that is in the future
	return whole + part, err == nil && part >= 0 && !signed && whole+part >= whole // else there is no such number
}

package units

import (
	"errors"
	"strings"
	"testing"
)

// set is the bits of some values.
func set(values ...int) (bits uint64) {
	for _, n := range values {
		bits |= 1 << n
	}
	return bits
}

// between is the bits of all values of a range.
func between(low, high int) (bits uint64) {
	for n := low; n <= high; n++ {
		bits |= 1 << n
	}
	return bits
}

func TestParseCron(t *testing.T) {
	minutes, hours, days, months, weekdays := between(0, 59), between(0, 23), between(1, 31), between(1, 12), between(0, 6)
	for text, want := range map[string]Cron{
		"* * * * *":                 {minutes, hours, days, months, weekdays, false},
		"15 3 * * *":                {set(15), set(3), days, months, weekdays, false},
		" 15\t3  *  * * ":           {set(15), set(3), days, months, weekdays, false},
		"*/15 * * * *":              {set(0, 15, 30, 45), hours, days, months, weekdays, false},
		"5/20 9-17/4 ? * ?":         {set(5, 25, 45), set(9, 13, 17), days, months, weekdays, false},
		"1-3,7,50-59/3 0,23 * * *":  {set(1, 2, 3, 7, 50, 53, 56, 59), set(0, 23), days, months, weekdays, false},
		"0 0 1 jan,Feb,DEC *":       {set(0), set(0), set(1), set(1, 2, 12), weekdays, false},
		"0 0 * mar-jun/2 mon-FRI":   {set(0), set(0), days, set(3, 5), between(1, 5), false},
		"0 0 * * 7":                 {set(0), set(0), days, months, set(0), false},
		"0 0 * * 5-7":               {set(0), set(0), days, months, set(0, 5, 6), false},
		"0 0 * * fri-sun":           {set(0), set(0), days, months, set(0, 5, 6), false},
		"0 0 * * sun-tue":           {set(0), set(0), days, months, set(0, 1, 2), false},
		"0 0 * * */3":               {set(0), set(0), days, months, set(0, 3, 6), false},
		"0 0 * * 2/2":               {set(0), set(0), days, months, set(2, 4, 6), false},
		"0 0 13 * 5":                {set(0), set(0), set(13), months, set(5), true},
		"0 0 */2 * 1":               {set(0), set(0), set(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), months, set(1), false},
		"0 0 29 2 *":                {set(0), set(0), set(29), set(2), weekdays, false},
		"0 0 31 2 1":                {set(0), set(0), set(31), set(2), set(1), true}, // Mondays of February
		"0 0 30,31 2,4 *":           {set(0), set(0), set(30, 31), set(2, 4), weekdays, false},
		"@daily":                    {set(0), set(0), days, months, weekdays, false},
		"@MIDNIGHT":                 {set(0), set(0), days, months, weekdays, false},
		"@hourly":                   {set(0), hours, days, months, weekdays, false},
		"@weekly":                   {set(0), set(0), days, months, set(0), false},
		"@monthly":                  {set(0), set(0), set(1), months, weekdays, false},
		"@yearly":                   {set(0), set(0), set(1), set(1), weekdays, false},
		"@annually":                 {set(0), set(0), set(1), set(1), weekdays, false},
		"0 0 * * mon,wed,fri,sat-7": {set(0), set(0), days, months, set(0, 1, 3, 5, 6), false},
	} {
		got, err := ParseCron(text)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
}

func TestParseCronRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "it has 0 fields",
		"* * * *":               "it has 4 fields",
		"0 0 3 * * *":           "it has 6 fields; Five is right",
		"@reboot":               `@reboot is no time; type = "oneshot"`,
		"@every 5m":             "@every is no cron expression; every =",
		"@fortnightly":          `"@fortnightly" is not known; @hourly`,
		"TZ=UTC 0 0 * * *":      "a time zone is no part of it; timezone =",
		"CRON_TZ=UTC 0 0 * * *": "a time zone is no part of it",
		"60 * * * *":            `minute: "60" is not possible; A minute is a number from 0 to 59`,
		"* 24 * * *":            `hour: "24" is not possible; An hour is a number from 0 to 23`,
		"* * 0 * *":             `day: "0"`,
		"* * 32 * *":            `day: "32"`,
		"* * * 0 *":             `month: "0"`,
		"* * * 13 *":            `month: "13"; or a name from jan to dec`,
		"* * * * 8":             `weekday: "8"`,
		"* * * * fr":            `weekday: "fr"; or a name from sun to sat`,
		"* * * monday *":        `month: "monday"`,
		"* * * * 5#3":           `weekday: "5#3"; no L, W or #`,
		"* * L * *":             `day: "l"`,
		"? * * * *":             `minute: "?"`,
		"-1 * * * *":            `minute: ""`,
		"+1 * * * *":            `minute: "+1"`,
		"1- * * * *":            `minute: ""`,
		"1,,2 * * * *":          `minute: ""`,
		"*/0 * * * *":           `minute: step "0"`,
		"*/60 * * * *":          `minute: step "60"; A step is a number from 1 to 59`,
		"*/ * * * *":            `minute: step ""`,
		"*/+5 * * * *":          `minute: step "+5"`,
		"*-5 * * * *":           `minute: "*"`,
		"1/2/3 * * * *":         `minute: step "2/3"`,
		"* 22-3 * * *":          `hour: range "22-3" is not possible; is two: "22-23,0-3"`,
		"* * * * sat-mon":       `weekday: range "sat-mon"; "sat,sun-mon"`,
		"0 0 31 2 *":            "it never comes; the longest has 29 days",
		"0 0 31 4,6,9,11 *":     "it never comes; the longest has 30 days",
		"0 0 30 2 */2":          "it never comes",
		"99999999999 * * * *":   "minute",
	} {
		_, err := ParseCron(text)
		var problem *CronError
		if !errors.As(err, &problem) {
			t.Errorf("%q is taken", text)
			continue
		}
		for part := range strings.SplitSeq(want, "; ") {
			if !strings.Contains(problem.Problem+"; "+problem.Remedy, part) {
				t.Errorf("%q: %s; %s: %q is missing", text, problem.Problem, problem.Remedy, part)
			}
		}
	}
}

// FuzzParseCron reads anything: what is taken has values in every field, within its bounds.
func FuzzParseCron(f *testing.F) {
	for _, text := range []string{"15 3 * * mon-fri", "*/15 9-17/2 1,15 jan ?", "@daily", "0 0 31 2 *", "TZ=UTC * * * * *", "5/7 0 ? * fri-sun"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseCron(text)
		if err != nil {
			if problem := (*CronError)(nil); !errors.As(err, &problem) || problem.Problem == "" || problem.Remedy == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		for i, field := range []uint64{c.Minutes, c.Hours, c.Days, c.Months, c.Weekdays} {
			within := between(cronFields[i].first, min(cronFields[i].last, 59))
			if cronFields[i].name == "weekday" {
				within = between(0, 6)
			}
			if field == 0 || field&^within != 0 {
				t.Errorf("%q: %s is %b", text, cronFields[i].name, field)
			}
		}
	})
}

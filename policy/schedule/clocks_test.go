package schedule

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

// plan is that of a cron expression in a zone.
func plan(t rapid.TB, expression, zone string) Plan {
	t.Helper()
	c, err := units.ParseCron(expression)
	if err != nil {
		t.Fatalf("%q: %v", expression, err)
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return Plan{cron: &c, zone: location}
}

// TestClocksChange goes through the days on which the clocks of a zone are put forward and back.
func TestClocksChange(t *testing.T) {
	tests := []struct {
		name, zone, expression, after string
		want                          []string
	}{
		{
			"a time that a day does not have comes when the clock is put forward", "Europe/Berlin", "30 2 * * *",
			"2027-03-26T12:00:00+01:00",
			[]string{"2027-03-27T02:30:00+01:00", "2027-03-28T03:00:00+02:00", "2027-03-29T02:30:00+02:00"},
		},
		{
			"several of them come together, and with the one that is there", "Europe/Berlin", "*/20 2,3 * * *",
			"2027-03-28T01:59:00+01:00",
			[]string{"2027-03-28T03:00:00+02:00", "2027-03-28T03:20:00+02:00", "2027-03-28T03:40:00+02:00", "2027-03-29T02:00:00+02:00"},
		},
		{
			"a time that a day has twice comes once", "Europe/Berlin", "30 2 * * *",
			"2026-10-23T12:00:00+02:00",
			[]string{"2026-10-24T02:30:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		{
			"nor again for who asks in between", "Europe/Berlin", "30 2 * * *",
			"2026-10-25T02:10:00+01:00",
			[]string{"2026-10-26T02:30:00+01:00"},
		},
		{
			"the hours around it are hours of the day", "Europe/Berlin", "0 1-4 * * *",
			"2026-10-25T00:30:00+02:00",
			[]string{"2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00", "2026-10-25T04:00:00+01:00"},
		},
		{
			"what comes each hour comes in the hour that is there twice, twice", "Europe/Berlin", "15 * * * *",
			"2026-10-25T01:20:00+02:00",
			[]string{"2026-10-25T02:15:00+02:00", "2026-10-25T02:15:00+01:00", "2026-10-25T03:15:00+01:00"},
		},
		{
			"and goes on over the one that is not there", "Europe/Berlin", "*/30 * * * *",
			"2027-03-28T01:20:00+01:00",
			[]string{"2027-03-28T01:30:00+01:00", "2027-03-28T03:00:00+02:00", "2027-03-28T03:30:00+02:00"},
		},
		{
			"New York, forward", "America/New_York", "15 2 * * *",
			"2027-03-13T12:00:00-05:00",
			[]string{"2027-03-14T03:00:00-04:00", "2027-03-15T02:15:00-04:00"},
		},
		{
			"New York, back", "America/New_York", "15 1 * * *",
			"2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:15:00-04:00", "2026-11-02T01:15:00-05:00"},
		},
		{
			"half an hour, forward", "Australia/Lord_Howe", "15,45 2 * * *",
			"2026-10-03T12:00:00+10:30",
			[]string{"2026-10-04T02:30:00+11:00", "2026-10-04T02:45:00+11:00", "2026-10-05T02:15:00+11:00"},
		},
		{
			"half an hour, forward, each hour", "Australia/Lord_Howe", "45 * * * *",
			"2026-10-04T01:50:00+10:30",
			[]string{"2026-10-04T02:45:00+11:00", "2026-10-04T03:45:00+11:00"},
		},
		{
			"half an hour, back", "Australia/Lord_Howe", "45 1 * * *",
			"2027-04-03T12:00:00+11:00",
			[]string{"2027-04-04T01:45:00+11:00", "2027-04-05T01:45:00+10:30"},
		},
		{
			"a day without a midnight", "Africa/Cairo", "@daily",
			"2026-04-23T12:00:00+02:00",
			[]string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"},
		},
		{
			"and its weekday", "Africa/Cairo", "0 0 * * fri",
			"2026-04-23T12:00:00+02:00",
			[]string{"2026-04-24T01:00:00+03:00", "2026-05-01T00:00:00+03:00"},
		},
		{
			"back over midnight", "Africa/Cairo", "30 23 * * *",
			"2026-10-29T12:00:00+03:00",
			[]string{"2026-10-29T23:30:00+03:00", "2026-10-30T23:30:00+02:00"},
		},
		{
			"back over midnight, each hour of one day", "America/St_Johns", "30 * 28 10 *", // at 00:01 on the 29th
			"2006-10-28T22:45:00-02:30",
			[]string{"2006-10-28T23:30:00-02:30", "2006-10-28T23:30:00-03:30", "2007-10-28T00:30:00-02:30"},
		},
		{
			"a date that a zone does not have", "Pacific/Apia", "0 12 * * *",
			"2011-12-29T11:00:00-10:00",
			[]string{"2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"},
		},
		{
			"no change at all", "Asia/Kolkata", "30 2 29 2 *",
			"2026-10-25T00:00:00Z",
			[]string{"2028-02-29T02:30:00+05:30", "2032-02-29T02:30:00+05:30"},
		},
		{
			"the last day of a leap year", "Europe/Berlin", "30 2 * * *",
			"2036-12-30T12:00:00+01:00",
			[]string{"2036-12-31T02:30:00+01:00", "2037-01-01T02:30:00+01:00"},
		},
		{
			"the last day of a leap year, each hour", "Europe/Berlin", "30 * 31 12 *",
			"2036-12-31T22:45:00+01:00",
			[]string{"2036-12-31T23:30:00+01:00", "2037-12-31T00:30:00+01:00"},
		},
		{
			"a leap day on a weekday, over 2100", "UTC", "0 0 29 2 */6", // Sunday or Saturday; "*" asks for nothing by itself
			"2088-03-01T00:00:00Z",
			[]string{"2116-02-29T00:00:00Z"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := plan(t, test.expression, test.zone)
			at := instant(t, test.after)
			for _, want := range test.want {
				if at = p.Next(at); at.In(p.zone).Format(time.RFC3339) != want {
					t.Fatalf("%s, want %s", at.In(p.zone).Format(time.RFC3339), want)
				}
			}
		})
	}
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestInterval(t *testing.T) {
	p := Plan{every: 90 * time.Minute, zone: time.UTC}
	begin := instant(t, "2026-10-25T00:00:00Z")
	if got := p.Next(begin); !got.Equal(begin.Add(90 * time.Minute)) {
		t.Error(got)
	}
	for after, want := range map[time.Duration]time.Duration{
		0: 0, 89 * time.Minute: 0, 90 * time.Minute: 90 * time.Minute, 24*time.Hour - 1: 15 * 90 * time.Minute, -time.Hour: 0,
	} {
		got := p.Latest(begin, begin.Add(after))
		if want == 0 && !got.IsZero() || want != 0 && !got.Equal(begin.Add(want)) {
			t.Errorf("%s later: %s", after, got)
		}
	}
	if never := (Plan{}); !never.Next(begin).IsZero() || !never.Latest(begin, begin.AddDate(1, 0, 0)).IsZero() {
		t.Error("a plan of nothing comes")
	}
}

func TestDelay(t *testing.T) {
	p := plan(t, "0 3 * * *", "Europe/Berlin")
	at := instant(t, "2026-10-24T03:00:00+02:00")
	for _, test := range []struct {
		jitter time.Duration
		chance float64
		want   time.Duration
	}{
		{0, 0.9, 0},
		{time.Hour, 0, 0},
		{time.Hour, 0.5, 30 * time.Minute},
		{50 * time.Hour, 0.5, 12*time.Hour + 30*time.Minute}, // the next one comes after 25 hours
	} {
		if got := p.Delay(at, test.jitter, test.chance); got != test.want {
			t.Errorf("jitter %s, chance %v: %s, want %s", test.jitter, test.chance, got, test.want)
		}
	}
}

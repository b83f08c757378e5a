package units

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Cron is a cron expression (crontab(5)): bit n of a field says that it allows the value n. Sunday is weekday 0.
type Cron struct {
	Minutes, Hours, Days, Months, Weekdays uint64
	// EitherDay says that both a day and a weekday are asked for by themselves: one of them is enough then, otherwise
	// a date has to fit both. A field that begins with "*" asks for nothing by itself, be it "*/2" (cron's rule, too).
	EitherDay bool
}

// CronError says why a text is no cron expression that can be used.
type CronError struct {
	Problem, Remedy string
	Never           bool // it is one, and no date ever fits it
}

func noCron(problem, remedy string) *CronError { return &CronError{Problem: problem, Remedy: remedy} }

// Error names the problem.
func (e *CronError) Error() string { return e.Problem }

// cronExample is what to write, for who has written something else.
const cronExample = `Write "15 3 * * *" (minute hour day month weekday) or "@daily".`

// cronWords are the forms of one word, as cron has them.
var cronWords = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// cronField is what may stand in one of the five fields.
type cronField struct {
	name        string
	first, last int
	names       []string // of the values from the first on, or nil
}

// cronFields are the fields in their order. Sunday may be written 7, too.
var cronFields = [5]cronField{
	{"minute", 0, 59, nil},
	{"hour", 0, 23, nil},
	{"day", 1, 31, nil},
	{"month", 1, 12, []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"weekday", 0, 7, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// ParseCron reads a cron expression: five fields, each a list of values, ranges and steps (`*`, `*/15`, `1-5`, `9-17/2`,
// `5/20` for from 5 on every 20, names of months and weekdays), or a word such as @daily. One that no date ever fits is an
// error. Errors are *CronError.
func ParseCron(text string) (Cron, error) {
	if word, ok := cronWords[strings.ToLower(text)]; ok {
		text = word
	}
	fields := strings.Fields(text)
	switch {
	case text == "@reboot":
		return Cron{}, noCron("@reboot is no time", `What is to run once at each boot is an app with type = "oneshot".`)
	case strings.HasPrefix(text, "@every"):
		return Cron{}, noCron("@every is no cron expression", `Write every = "15m" instead of schedule.`)
	case strings.HasPrefix(text, "@"):
		return Cron{}, noCron(quote(text)+" is not known", "There are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.")
	case strings.Contains(text, "TZ="):
		return Cron{}, noCron("a time zone is no part of it", `Write timezone = "Europe/Berlin" beside schedule.`)
	case len(fields) == 6:
		return Cron{}, noCron("it has 6 fields", "Five is right: minute hour day month weekday, without seconds or a year.")
	case len(fields) != 5:
		return Cron{}, noCron("it has "+strconv.Itoa(len(fields))+" "+plural(len(fields), "field"), cronExample)
	}
	var c Cron
	var alone [5]bool // the field asks for something by itself
	for i, into := range []*uint64{&c.Minutes, &c.Hours, &c.Days, &c.Months, &c.Weekdays} {
		set, err := cronFields[i].parse(strings.ToLower(fields[i]))
		if err != nil {
			return Cron{}, err
		}
		*into, alone[i] = set, !strings.HasPrefix(fields[i], "*") && fields[i] != "?"
	}
	if c.Weekdays&(1<<7) != 0 {
		c.Weekdays = c.Weekdays&^(1<<7) | 1
	}
	c.EitherDay = alone[2] && alone[4]
	if !c.EitherDay && !c.hasDate() {
		return Cron{}, &CronError{
			Problem: "it never comes: no month that it names has such a day", Never: true,
			Remedy: "Of the months it names the longest has " + strconv.Itoa(c.longestMonth()) + " days.",
		}
	}
	return c, nil
}

// longest are the days that a month has at most, from January on.
var longest = [12]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// hasDate reports that some date fits day and month. It falls on every weekday at some time: the calendar repeats after
// 400 years, and in these 29 February falls at least 13 times on each.
func (c Cron) hasDate() bool { return bits.TrailingZeros64(c.Days) <= c.longestMonth() }

func (c Cron) longestMonth() int {
	days := 0
	for i, n := range longest {
		if c.Months&(1<<(i+1)) != 0 {
			days = max(days, n)
		}
	}
	return days
}

// parse reads one field, in lower case.
func (f cronField) parse(text string) (set uint64, err error) {
	if text == "?" && (f.name == "day" || f.name == "weekday") {
		text = "*"
	}
	for part := range strings.SplitSeq(text, ",") {
		values, err := f.part(part)
		if err != nil {
			return 0, err
		}
		set |= values
	}
	return set, nil
}

// part reads one element of a field's list.
func (f cronField) part(text string) (uint64, error) {
	span, stepText, stepped := strings.Cut(text, "/")
	low, high, err := f.span(span, stepped)
	if err != nil {
		return 0, err
	}
	step := 1
	if stepped {
		step, err = strconv.Atoi(stepText)
		if err != nil || step < 1 || step > f.last || !isDigits(stepText) {
			return 0, f.wrong("step "+quote(stepText), "A step is a number from 1 to "+strconv.Itoa(f.last)+".")
		}
	}
	var set uint64
	for n := low; n <= high; n += step {
		set |= 1 << n
	}
	return set, nil
}

// span reads what stands before a step.
func (f cronField) span(text string, stepped bool) (low, high int, err error) {
	if text == "*" {
		last := f.last
		if f.name == "weekday" {
			last = 6 // 7 is Sunday again
		}
		return f.first, last, nil
	}
	from, to, ranged := strings.Cut(text, "-")
	if low, err = f.value(from); err != nil {
		return 0, 0, err
	}
	switch {
	case ranged:
		if high, err = f.value(to); err != nil {
			return 0, 0, err
		}
		if f.name == "weekday" && high == 0 && low > 0 {
			high = 7 // fri-sun
		}
		if high < low {
			return 0, 0, f.wrong("range "+quote(text), "It ends before it begins; a range over the end is two: \""+
				f.until(from, f.last)+","+f.until(f.firstName(), high)+"\".")
		}
		return low, high, nil
	case stepped:
		high = f.last
		if f.name == "weekday" {
			high = max(6, low)
		}
		return low, high, nil
	}
	return low, low, nil
}

func (f cronField) firstName() string { return f.nameOf(f.first) }

// nameOf is how a value is written.
func (f cronField) nameOf(n int) string {
	if f.names != nil {
		return f.names[min(n-f.first, len(f.names)-1)]
	}
	return strconv.Itoa(n)
}

// until writes the range from a value, as it is written, to another.
func (f cronField) until(from string, to int) string {
	if last := f.nameOf(to); last != from {
		return from + "-" + last
	}
	return from
}

// value reads a number or a name.
func (f cronField) value(text string) (int, error) {
	if i := slices.Index(f.names, text); i >= 0 {
		return f.first + i, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.first || n > f.last || !isDigits(text) {
		return 0, f.wrong(quote(text), f.remedy())
	}
	return n, nil
}

// remedy says what may stand in the field.
func (f cronField) remedy() string {
	text := "A " + f.name + " is a number from " + strconv.Itoa(f.first) + " to " + strconv.Itoa(f.last)
	if f.name == "hour" {
		text = "An" + text[1:]
	}
	if f.names != nil {
		text += " or a name from " + f.firstName() + " to " + f.nameOf(f.last)
	}
	return text + "; there are lists (1,15), ranges (1-5) and steps (*/15), no L, W or #."
}

func (f cronField) wrong(what, remedy string) error {
	return noCron(f.name+": "+what+" is not possible", remedy)
}

func isDigits(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

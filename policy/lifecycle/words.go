package lifecycle

import (
	"strconv"
	"strings"
	"time"
)

// DurationText writes a duration for people: "15 s", "1 min 30 s", "2 d 4 h", "250 ms". Of what is longer than a
// second, parts of it are left out.
func DurationText(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	var words []string
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}} {
		if n := int64(d / unit.size); n > 0 {
			words = append(words, strconv.FormatInt(n, 10)+" "+unit.name)
			d %= unit.size
		}
	}
	return strings.Join(words, " ")
}

// counted writes a number with its noun: "1 restart", "2 restarts".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

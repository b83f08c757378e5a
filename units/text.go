package units

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// MaxDuration is the longest duration that unit files may give: ten years.
const MaxDuration = 3650 * 24 * time.Hour

var daysPart = pattern(`^([0-9]+(?:\.[0-9]+)?)d`)

// ParseDuration reads a duration as unit files spell it: "500ms", "30s", "5m", "1h30m", "2d". It is never
// negative and at most MaxDuration.
func ParseDuration(text string) (time.Duration, error) {
	rest, days := text, 0.0
	if m := daysPart().FindStringSubmatch(text); m != nil {
		days, _ = strconv.ParseFloat(m[1], 64) // the pattern matches only what parses
		rest = text[len(m[0]):]
	}
	var d time.Duration
	if rest != "" || text == "" {
		var err error
		if d, err = time.ParseDuration(rest); err != nil {
			return 0, errors.New(`write a duration as "500ms", "30s", "5m", "1h30m" or "2d"`)
		}
	}
	total := days*float64(24*time.Hour) + float64(d)
	if total < 0 || d < 0 {
		return 0, errors.New("a duration cannot be negative")
	}
	if total > float64(MaxDuration) {
		return 0, errors.New("a duration is at most 3650d")
	}
	return time.Duration(days*float64(24*time.Hour)) + d, nil
}

// FormatDuration writes a duration as ParseDuration reads it, without parts that are zero.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}} {
		if n := d / unit.size; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, unit.name)
			d %= unit.size
		}
	}
	if d > 0 {
		b.WriteString(d.String())
	}
	return b.String()
}

var sizePattern = pattern(`^([0-9]{1,18})([KMGT]?)$`)

// ParseSize reads a number of bytes as unit files spell it: "512K", "64M", "1G", "2T" (powers of 1024) or
// a plain number.
func ParseSize(text string) (int64, error) {
	m := sizePattern().FindStringSubmatch(text)
	if m == nil {
		return 0, errors.New(`write a size as "512K", "64M" or "1G"`)
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // 18 digits always fit
	factor := int64(1)
	for _, unit := range "KMGT" {
		if m[2] == "" {
			break
		}
		factor *= 1024
		if m[2] == string(unit) {
			break
		}
	}
	if n > math.MaxInt64/factor {
		return 0, errors.New("a size is at most 8388607T")
	}
	return n * factor, nil
}

// FormatSize writes a number of bytes as ParseSize reads it, with the largest unit that loses nothing.
func FormatSize(n int64) string {
	unit := 0
	for unit < 4 && n != 0 && n%1024 == 0 {
		n /= 1024
		unit++
	}
	return strconv.FormatInt(n, 10) + []string{"", "K", "M", "G", "T"}[unit]
}

var modePattern = pattern(`^[0-7]{3,4}$`)

// ParseMode reads permission bits in octal, "0660"; bits above 0777 are refused.
func ParseMode(text string) (uint32, error) {
	if !modePattern().MatchString(text) {
		return 0, errors.New(`write it in octal, as "0660"`)
	}
	mode, _ := strconv.ParseUint(text, 8, 32) // the pattern matches only what parses
	if mode > 0o777 {
		return 0, errors.New(`set-uid, set-gid and sticky bits are not taken: write it as "0660"`)
	}
	return uint32(mode), nil
}

// signals are the names of signal(7), without the real-time ones.
var signals = strings.Fields(`SIGABRT SIGALRM SIGBUS SIGCHLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGKILL
	SIGPIPE SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU
	SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ`)

// ParseSignal reads a signal's name, with or without SIG.
func ParseSignal(text string) (Signal, error) {
	name := text
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	for _, known := range signals {
		if name == known {
			return Signal(known), nil
		}
	}
	err := fmt.Sprintf("there is no signal %q", text)
	if meant := nearest(name, signals); meant != "" {
		err += "; the nearest name is \"" + meant + "\""
	}
	return "", errors.New(err)
}

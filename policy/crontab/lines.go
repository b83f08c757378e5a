package crontab

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Command is what cron runs: unitd by an absolute path, with absolute directories, since cron has neither a login's
// environment nor its working directory.
type Command struct {
	Unitd, Units, State, Runtime string
}

// longest is what a command may take: Vixie's cron cuts it off after 998 bytes (MAX_COMMAND in its source).
const longest = 998

// plain needs no quotes in a shell.
var plain = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_./@:+,=-]+$`) })

// String is the command as crontab(5) wants it, in which a bare % would end the line. It prints nothing, since cron
// mails what is printed; what goes wrong stands in the log of unitd.
func (c Command) String() string {
	words := []string{c.Unitd, "--ensure", "--detach", "--units", c.Units, "--state-dir", c.State, "--runtime-dir", c.Runtime}
	for i, word := range words {
		words[i] = quoted(word)
	}
	return strings.Join(words, " ") + " >/dev/null 2>&1"
}

// quoted is a word of a command in a crontab.
func quoted(word string) string {
	if !plain().MatchString(word) {
		word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return strings.ReplaceAll(word, "%", `\%`)
}

// Lines are the two lines that bring unitd back: at the boot of the host, and every so often if it is gone. Errors are
// about an interval that cron cannot keep and a command that it cannot run.
func Lines(c Command, every time.Duration) ([]string, error) {
	when, err := schedule(every)
	if err != nil {
		return nil, err
	}
	command := c.String()
	switch {
	case strings.ContainsAny(command, "\r\n"):
		return nil, errors.New("write the crontab: a directory has a line break in its name, which no crontab can hold")
	case len(command) > longest:
		return nil, fmt.Errorf("write the crontab: the command would take %d bytes, and cron cuts it off after %d; use shorter directories", len(command), longest)
	}
	return []string{"@reboot " + command, when + " " + command}, nil
}

// intervals are those that fields of a crontab can express evenly, with the fields.
var intervals = func() map[time.Duration]string {
	all := map[time.Duration]string{time.Minute: "* * * * *", time.Hour: "0 * * * *", 24 * time.Hour: "0 0 * * *"}
	for n := 2; n <= 30; n++ {
		if 60%n == 0 {
			all[time.Duration(n)*time.Minute] = fmt.Sprintf("*/%d * * * *", n)
		}
		if n <= 12 && 24%n == 0 {
			all[time.Duration(n)*time.Hour] = fmt.Sprintf("0 */%d * * *", n)
		}
	}
	return all
}()

func schedule(every time.Duration) (string, error) {
	when, ok := intervals[every]
	if !ok {
		return "", fmt.Errorf("cron cannot do every %v: it can do 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes, and 1, 2, 3, 4, 6, 8, 12 or 24 hours", every)
	}
	return when, nil
}

package forward

import (
	"errors"
	"fmt"
	"os"

	"github.com/coreos/go-systemd/v22/journal"
)

// journaldSocket is where journald listens (systemd-journald.service(8)); the library that speaks to it knows no other.
const journaldSocket = "/run/systemd/journal/socket"

// journald delivers by the native protocol of systemd-journald.
type journald struct{}

func (j journald) deliver(e Entry) error {
	if why := j.missing(); why != "" {
		return errors.New(why)
	}
	priority, text := priorityOf(e.Text)
	err := journal.Send(text, journal.Priority(priority), map[string]string{
		"SYSLOG_IDENTIFIER": e.Tag, "UNITD_UNIT": e.Unit, "UNITD_STREAM": e.Stream,
	})
	if err != nil {
		return fmt.Errorf("write to journald: %w", err)
	}
	return nil
}

func (journald) missing() string { return missingSocket(journaldSocket) }

func (journald) close() {}

func missingSocket(path string) string {
	stat, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return path + " does not exist"
	case err != nil:
		return err.Error()
	case stat.Mode().Type() != os.ModeSocket:
		return path + " is no socket"
	}
	return ""
}

// informational is the priority of a line that names none (syslog(3), LOG_INFO), as systemd has it for both streams.
const informational = 6

// priorityOf takes the priority from a line that begins with one, as sd-daemon(3) has it: "<3>cannot open the database".
func priorityOf(line string) (priority int, text string) {
	if len(line) >= 3 && line[0] == '<' && line[2] == '>' && '0' <= line[1] && line[1] <= '7' {
		return int(line[1] - '0'), line[3:]
	}
	return informational, line
}

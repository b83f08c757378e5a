package alert

import (
	"encoding/json"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"unitd/units"
)

// JSON is the text that is posted where a unit file gives none, and what commands read.
func JSON(s units.AlertScope) []byte {
	text, _ := json.Marshal(s) // texts, numbers and truth values: it cannot fail
	return append(text, '\n')
}

// Environment is what commands are told by variables.
func Environment(s units.AlertScope) []string {
	keys, values := s.Fields()
	var env []string
	for i, key := range keys {
		value := fmt.Sprint(values[i])
		switch values[i] {
		case true:
			value = "1"
		case false:
			value = "0"
		}
		env = append(env, "UNITD_ALERT_"+strings.ToUpper(key)+"="+value)
	}
	return env
}

// Mail writes a mail (RFC 5322, but with the ends of lines of this system) for a program that takes its recipients from the header, as sendmail -t does. Whatever the
// texts hold, the header has these lines and no others.
func Mail(to []string, s units.AlertScope, at time.Time) []byte {
	var b strings.Builder
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\n", name, value) }
	header("To", strings.Join(to, ", "))
	// What looks like an encoded word (RFC 2047) would be read as one, line breaks included.
	header("Subject", mime.QEncoding.Encode("utf-8", strings.ReplaceAll(oneLine("[unitd] "+s.Summary, maxSubject), "=?", "= ?")))
	header("Date", at.Format(time.RFC1123Z))
	header("Auto-Submitted", "auto-generated") // so that nobody's absence is answered (RFC 3834)
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\n")
	body := quotedprintable.NewWriter(&b)
	fmt.Fprint(body, letter(s))
	_ = body.Close() // a strings.Builder takes all
	return []byte(strings.ReplaceAll(b.String(), "\r\n", "\n"))
}

const maxSubject = 200

// letter is the text of a mail.
func letter(s units.AlertScope) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", s.Summary)
	for _, line := range [][2]string{
		{"unit", s.Unit}, {"", s.Description}, {"state", s.State}, {"reason", s.Reason}, {"commit", s.Commit}, {"at", s.At},
		{"on", s.Host + ", account " + s.Account},
	} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%-8s%s\n", line[0], strings.ReplaceAll(line[1], "\n", "\n        "))
		}
	}
	if s.Log != "" {
		fmt.Fprintf(&b, "\nIts last output:\n%s\n", s.Log)
	}
	fmt.Fprintf(&b, "\nunitctl status %s, unitctl logs %s and unitctl events %s tell more.\n", s.Unit, s.Unit, s.Unit)
	return b.String()
}

package screen

import (
	"fmt"
	"strings"
)

// BootState is what brings unitd back, as far as it is known.
type BootState struct {
	Words         string // "@reboot + every minute"; "": nothing
	Kept          bool   // by unitctl
	Lines, Others []string
	Cron          string // "runs", "absent" or "unknown"
	Problem       string // why the crontab cannot be read, or cannot start unitd
}

// cronWords say whether anybody acts on a crontab.
var cronWords = map[string]string{
	"runs": "runs", "absent": "none runs on this host, so nothing acts on a crontab: ask the provider, or start unitd from your login",
	"unknown": "not seen, so none runs here or it runs where this account cannot look",
}

// Boot draws `unitctl boot status`.
func Boot(s BootState, style Style) string {
	var b strings.Builder
	add := func(name, text string) {
		fmt.Fprintln(&b, style.wrap(pad(name, detailName, false)+" "+text, detailName+1))
	}
	switch {
	case s.Problem != "" && s.Words == "":
		add("boot", "not known")
		add("crontab", s.Problem)
	case s.Problem != "":
		add("boot", s.Words+", which cannot work")
		add("problem", s.Problem)
	case s.Words == "":
		add("boot", "nothing starts unitd: unitctl boot enable")
	case s.Kept:
		add("boot", s.Words)
	default:
		add("boot", s.Words+", by lines that unitctl does not keep")
	}
	add("cron", cronWords[s.Cron])
	for _, line := range s.Lines {
		add("line", line)
	}
	for _, line := range s.Others {
		add("also", line)
	}
	return b.String()
}

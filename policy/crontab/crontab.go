package crontab

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The lines that stand around those of unitd. The state directory tells the managers of one account apart.
const (
	begin = "# BEGIN unitd "
	end   = "# END unitd "
	notes = "# kept by unitctl boot enable; taken out by unitctl boot disable"
)

// Enable returns the text with these lines between the marker lines of a state directory: where they stand already, else
// at the end. Everything else stays, byte for byte.
func Enable(text, state string, lines []string) (string, error) {
	b, err := find(text, state)
	if err != nil {
		return "", err
	}
	block := begin + state + "\n" + notes + "\n" + strings.Join(lines, "\n") + "\n" + end + state + "\n"
	if b.there {
		return text[:b.from] + block + text[b.to:], nil
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text + block, nil
}

// Disable returns the text without the marker lines and what is between them.
func Disable(text, state string) (string, error) {
	b, err := find(text, state)
	if err != nil || !b.there {
		return text, err
	}
	return text[:b.from] + text[b.to:], nil
}

// block is where the marker lines are, in bytes.
type block struct {
	there    bool
	from, to int
}

// find looks for the marker lines. One without the other is an error: what is between them cannot be told then.
func find(text, state string) (block, error) {
	var b block
	at, open := 0, false
	for line := range strings.Lines(text) {
		switch strings.TrimRight(line, " \t\r\n") {
		case begin + state:
			if open || b.there {
				return block{}, fmt.Errorf("read the crontab: the line %q stands there twice; take one block out with crontab -e", begin+state)
			}
			open, b.from = true, at
		case end + state:
			if !open {
				return block{}, fmt.Errorf("read the crontab: the line %q stands there without its beginning; take it out with crontab -e", end+state)
			}
			open, b.there, b.to = false, true, at+len(line)
		}
		at += len(line)
	}
	if open {
		return block{}, fmt.Errorf("read the crontab: the line %q is missing; put it back, or take the whole block out, with crontab -e", end+state)
	}
	return b, nil
}

// Found is what a crontab does for unitd.
type Found struct {
	// Kept is set where the marker lines of the state directory are there; Lines are those that start unitd, then
	// between the marker lines, else such as somebody has written.
	Kept  bool
	Lines []string
	// Others are lines outside the marker lines that start unitd too.
	Others []string
	// Reboot is set if one of Lines runs at the boot of the host; Every is the shortest interval among them, 0: none.
	Reboot bool
	Every  time.Duration
	// Times are the fields of a line whose interval is no even one; "": there is none.
	Times string
	// Programs are what Lines run, each once; only those whose path a shell would not change.
	Programs []string
}

// Find reads what a crontab does for the unitd of a state directory.
func Find(text, state string) (Found, error) {
	b, err := find(text, state)
	if err != nil {
		return Found{}, err
	}
	f := Found{Kept: b.there, Others: starting(withoutBlocks(text[:b.from] + text[b.to:]))}
	if b.there {
		f.Lines = starting(text[b.from:b.to])
	} else {
		f.Lines, f.Others = f.Others, nil
	}
	for _, line := range f.Lines {
		f.read(line)
		if path := program(line); path != "" && !slices.Contains(f.Programs, path) {
			f.Programs = append(f.Programs, path)
		}
	}
	return f, nil
}

// withoutBlocks takes out what stands between the marker lines of other state directories: it starts the managers of
// those.
func withoutBlocks(text string) string {
	var kept strings.Builder
	for text != "" {
		line := strings.SplitAfterN(text, "\n", 2)[0]
		if state, begins := strings.CutPrefix(strings.TrimRight(line, " \t\r\n"), begin); begins {
			if b, err := find(text, state); err == nil {
				text = text[b.to:]
				continue
			}
		}
		kept.WriteString(line)
		text = text[len(line):]
	}
	return kept.String()
}

// starting lists the lines of a text that start a unitd.
func starting(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") && strings.Contains(line, "unitd") && strings.Contains(line, "--ensure") {
			list = append(list, line)
		}
	}
	return list
}

// read takes in when a line runs.
func (f *Found) read(line string) {
	fields := strings.Fields(line)
	switch {
	case fields[0] == "@reboot":
		f.Reboot = true
		return
	case strings.HasPrefix(fields[0], "@"):
		f.Times = fields[0]
		return
	case len(fields) < 6:
		return
	}
	when := strings.Join(fields[:5], " ")
	for every, known := range intervals {
		if known == when {
			if f.Every == 0 || every < f.Every {
				f.Every = every
			}
			return
		}
	}
	f.Times = when
}

// program is the path of what a line runs, as Command has written it or plain; "": it cannot be told.
func program(line string) string {
	fields := 5
	if strings.HasPrefix(line, "@") {
		fields = 1
	}
	for range fields {
		_, rest, _ := strings.Cut(line, " ")
		line = strings.TrimLeft(rest, " \t")
	}
	word, _, _ := strings.Cut(line, " --ensure ")
	path := strings.ReplaceAll(word, `\%`, "%")
	if inner, ok := strings.CutPrefix(path, "'"); ok {
		path = strings.ReplaceAll(strings.TrimSuffix(inner, "'"), `'\''`, "'")
	}
	if !strings.HasPrefix(path, "/") || quoted(path) != word {
		return ""
	}
	return path
}

// Words say in short what brings unitd back: "@reboot + every minute"; "": nothing does.
func (f Found) Words() string {
	var parts []string
	if f.Reboot {
		parts = append(parts, "@reboot")
	}
	switch {
	case f.Every == time.Minute:
		parts = append(parts, "every minute")
	case f.Every == time.Hour:
		parts = append(parts, "every hour")
	case f.Every > time.Hour:
		parts = append(parts, fmt.Sprintf("every %d h", f.Every/time.Hour))
	case f.Every > 0:
		parts = append(parts, fmt.Sprintf("every %d min", f.Every/time.Minute))
	case f.Times != "":
		parts = append(parts, f.Times)
	}
	return strings.Join(slices.Compact(parts), " + ")
}

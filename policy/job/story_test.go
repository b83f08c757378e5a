package job

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"unitd/internal/golden"
	"unitd/units"
)

// TestStories plays the stories in testdata. A story is a list of commands, each followed by what came of it,
// indented:
//
//	unit ID ATTRIBUTE=IDS…   declares a unit (before everything else)
//	active ID…               these units are active from the beginning
//	start|stop|… ID…         a request
//	boot, shutdown           the request of that name
//	ok ID                    the unit has come to the end of what its running job does
//	fail ID REASON           it has failed to
//	crash ID                 it has failed by itself
//	waits ID                 whom its job waits for
//
// What comes of it: "+" a job that is installed anew, with the reason for it; "run" what a unit is told;
// "-" a job that has ended; "=" a transaction that has ended; "note", "refused".
func TestStories(t *testing.T) { golden.Stories(t, tell) }

// tell plays a story and gives it back with what happened.
func tell(t *testing.T, text string) string {
	var out bytes.Buffer
	var list []*units.Unit
	s := &story{t: t, out: &out, known: map[uint64]bool{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "  "):
			continue
		case strings.HasPrefix(line, "unit "):
			list = append(list, parseUnit(t, line[len("unit "):]))
			s.world = newWorld(list...)
		}
		fmt.Fprintln(&out, line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "unit ") {
			s.play(strings.Fields(line))
		}
	}
	return out.String()
}

type story struct {
	t     *testing.T
	out   *bytes.Buffer
	world *world
	known map[uint64]bool
}

func (s *story) play(words []string) {
	w, rest := s.world, strings.Join(words[1:], " ")
	switch words[0] {
	case "active":
		for _, id := range words[1:] {
			w.activity[units.ID(id)] = Active
		}
		return
	case "waits":
		job, _ := w.table.Of(units.ID(words[1]))
		s.say("for %v", w.table.WaitsFor(w.view(), job.ID))
		return
	case "boot":
		s.submit(Boot(w.view()))
	case "shutdown":
		s.submit(StopAll(w.view()))
	case "ok":
		s.tell(w.finish(units.ID(words[1]), Done, ""))
	case "fail":
		id, reason, _ := strings.Cut(rest, " ")
		s.tell(w.finish(units.ID(id), Failed, reason))
	case "crash":
		id := units.ID(rest)
		w.activity[id] = Down
		s.submit(slices.Concat(WhenStopped(w.view(), id), WhenFailed(w.view(), id))...)
	default:
		var list []units.ID
		for _, id := range words[1:] {
			list = append(list, units.ID(id))
		}
		s.submit(Request{Kind: Kind(words[0]), Units: list})
	}
	begun, changes := w.begin()
	s.tell(changes)
	for _, j := range begun {
		s.say("run %s %s", j.Now, j.Unit)
	}
	w.checkIndex(s.t)
}

func (s *story) submit(requests ...Request) {
	if len(requests) == 0 {
		return
	}
	w := s.world
	tx, changes, err := w.table.Submit(w.view(), requests...)
	if err != nil {
		s.say("refused: %v", err)
		return
	}
	for _, note := range tx.Notes {
		s.say("note %s: %s", note.Unit, note.Text)
	}
	for _, j := range w.table.Installed() {
		if !s.known[j.ID] {
			s.known[j.ID] = true
			s.say("+ %s, %s", describe(j), j.Because)
		}
	}
	s.tell(changes)
}

func (s *story) tell(changes Changes) {
	for _, j := range changes.Jobs {
		s.say("- %s: %s", describe(j), result(j.Result, j.Reason))
	}
	for _, tx := range changes.Transactions {
		s.say("= %s %v: %s", tx.Kind, tx.Asked[0], result(tx.Result, tx.Reason))
	}
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.out, "  "+format+"\n", args...) }

func result(r Result, reason string) string {
	if reason == "" {
		return string(r)
	}
	return string(r) + ", " + reason
}

package lifecycle

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/internal/golden"
	"unitd/units"
)

// TestStories plays the lives in testdata. A line of a story is something that happens to a unit at a time,
// counted from the boot of the host, followed by what comes of it, indented. Deadlines fire by themselves.
//
//	unit ID ATTRIBUTE=VALUE…      begins a life: a unit that has never been started
//	                              ("grouped" first: others restart with it when it fails)
//	define ATTRIBUTE=VALUE…       what its unit file says from now on
//	TIME start|stop|reload|reset  asked for; "stop restart" is the first half of a restart
//	TIME scale N, maintenance on|off, pauses [ID], replace N, redefined, blocked WHY, turn, member ID WHY, starting member ID WHY
//	TIME prepared|spawned|ready   and so on: what came back; see events below ("prepared 61001": with a port, "prepared blind": no check can be made at one worker alone)
//	TIME #2 …                     for the worker with that key
//	TIME stores NAME…             these files are stored for it from now on
//	TIME hook …                   for the hook that runs, not the program; "killed …": one that was killed
//	TIME wait                     nothing happens
//	TIME slow                     from now on listeners are closed when the story says "released", not at once
//	TIME busy                     from now on who waits at a stop is served when it says "drained", not at once
//
// What comes of it: the actions, then "=" the unit's state, for a pool one line for each worker that changed.
func TestStories(t *testing.T) { golden.Stories(t, tell) }

type story struct {
	*ledger
	t     *testing.T
	out   *bytes.Buffer
	words []string // of the last definition
	shown string
	seen  map[int]string
	line  string
	slow  bool
	busy  bool
}

func tell(t *testing.T, text string) string {
	s := &story{t: t, out: &bytes.Buffer{}}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "  ") {
			continue
		}
		fmt.Fprintln(s.out, line)
		words := strings.Fields(line)
		s.line = line
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "unit":
			grouped := len(words) > 2 && words[2] == "grouped"
			if grouped {
				words = slices.Delete(words, 2, 3)
			}
			s.words = words[1:]
			s.ledger = newLedger(define(t, s.words))
			s.grouped = grouped
			s.shown, s.seen, s.slow, s.busy = "", map[int]string{}, false, false
		case words[0] == "define":
			s.words = append([]string{s.words[0]}, words[1:]...)
			s.def = define(t, s.words)
		default:
			s.at(length(words[0]))
			s.happen(words[1:])
		}
	}
	return s.out.String()
}

// at lets time pass, and with it deadlines.
func (s *story) at(offset time.Duration) {
	until := boot.Add(offset)
	for range 1000 {
		d := s.unit.Deadline()
		if d.IsZero() || d.After(until) {
			s.now = until
			return
		}
		if d.After(s.now) {
			s.now = d
		}
		s.say("at %s its time is up", DurationText(s.now.Sub(boot)))
		s.event(Event{Kind: Expired})
	}
	s.t.Fatalf("%s: time does not pass", s.line)
}

// happen plays one line.
func (s *story) happen(words []string) {
	worker, hook, killed := 0, false, false
	if key, ok := strings.CutPrefix(words[0], "#"); ok {
		worker, words = number(key), words[1:]
	}
	if words[0] == "hook" || words[0] == "killed" {
		hook, killed, words = true, words[0] == "killed", words[1:]
	}
	run := s.find(worker, hook, killed)
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "wait":
	case "slow":
		s.slow = true
	case "busy":
		s.busy = true
	case "up": // all that a start needs
		port := 0
		if s.proxied() {
			port = 61000 + worker
		}
		s.event(Event{Kind: Prepared, Worker: worker, Port: port})
		s.event(Event{Kind: Spawned, Worker: worker, Run: s.find(worker, false, false), PID: 4711})
		if s.proxied() {
			s.event(Event{Kind: Listens, Worker: worker, Run: s.find(worker, false, false)})
		}
		for _, h := range s.health() {
			s.event(Event{Kind: Checked, Worker: worker, Run: s.find(worker, false, false), Name: h, OK: true})
		}
	case "gone": // it exits, and nothing of it is left
		s.event(Event{Kind: Exited, Worker: worker, Run: run, Exit: exitOf(rest)})
		s.event(Event{Kind: Emptied, Worker: worker, Run: run})
	default:
		ev := s.read(words[0], rest)
		ev.Worker, ev.Run = worker, run
		if ev.Kind == Stored || ev.Kind == Prepared || ev.Kind == NotPrepared || ev.Kind == Drained || ev.Kind == Diverted || ev.Run == 0 || asks[ev.Kind] {
			ev.Run = 0
		}
		if ev.Kind == Released {
			ev.Run = max(s.releasing, s.trimming)
		}
		s.event(ev)
	}
}

// asks are the events that come from people and from other units.
var asks = map[EventKind]bool{
	StartWanted: true, StopWanted: true, ReloadWanted: true, ResetWanted: true, ScaleWanted: true,
	Redefined: true, Blocked: true, MemberFailed: true, TurnCame: true, MaintenanceWanted: true, ReplaceWanted: true,
}

// read makes an event of its words.
func (s *story) read(word, rest string) Event {
	switch word {
	case "start":
		return Event{Kind: StartWanted}
	case "stop":
		if rest == "restart" {
			return Event{Kind: StopWanted, For: ForRestart}
		}
		return Event{Kind: StopWanted, For: ForStop}
	case "reload":
		return Event{Kind: ReloadWanted, Definition: s.def}
	case "reset":
		return Event{Kind: ResetWanted}
	case "scale":
		return Event{Kind: ScaleWanted, Count: number(rest)}
	case "maintenance":
		return Event{Kind: MaintenanceWanted, OK: rest == "on"}
	case "pauses": // recycling, for this pipeline; for none: no more
		return Event{Kind: RecyclingPauses, Unit: units.ID(rest)}
	case "diverted": // to the manager
		return Event{Kind: Diverted, OK: true, Err: rest}
	case "admitted": // to workers
		return Event{Kind: Diverted, Err: rest}
	case "replace": // the worker with this index
		return Event{Kind: ReplaceWanted, Count: number(rest)}
	case "redefined":
		return Event{Kind: Redefined, Definition: s.def}
	case "blocked":
		return Event{Kind: Blocked, Err: rest}
	case "turn":
		return Event{Kind: TurnCame}
	case "member":
		id, why, _ := strings.Cut(rest, " ")
		return Event{Kind: MemberFailed, Unit: units.ID(id), Err: why}
	case "starting": // a supervisor that waits for its members
		ev := s.read("member", strings.TrimPrefix(rest, "member "))
		ev.Starting = true
		return ev
	case "prepared":
		if rest == "blind" {
			return Event{Kind: Prepared, Blind: true}
		}
		return placed(rest)
	case "listens": // or says why not
		return Event{Kind: Listens, Err: rest}
	case "worn":
		return Event{Kind: Worn, Count: number(rest)}
	case "spent":
		return Event{Kind: Spent, Count: number(rest)}
	case "refused": // a preparation
		return again(NotPrepared, rest)
	case "spawned":
		return Event{Kind: Spawned, PID: 4711}
	case "unspawned":
		return again(NotSpawned, rest)
	case "exit":
		return Event{Kind: Exited, Exit: exitOf(rest)}
	case "perhaps": // an exit, and what is only likely about it
		exit, why, _ := strings.Cut(rest, " ")
		if more, ok := strings.CutPrefix(why, "oom "); ok {
			exit, why = exit+" oom", more
		}
		return Event{Kind: Exited, Exit: exitOf(exit), Err: why}
	case "empty":
		return Event{Kind: Emptied}
	case "released":
		return Event{Kind: Released}
	case "left":
		return Event{Kind: Left, PIDs: []int{number(rest)}}
	case "ready":
		return Event{Kind: Notified, Notice: &Notice{Ready: true}}
	case "unnamed":
		return Event{Kind: MainUnnamed}
	case "found":
		return Event{Kind: MainFound, PID: number(rest)}
	case "barrier":
		return Event{Kind: Barrier, Barrier: uint64(number(rest))}
	case "stores": // these are stored from now on
		return Event{Kind: Stored, Stored: storedAs(strings.Fields(rest))}
	case "says":
		return Event{Kind: Notified, Notice: says(rest)}
	case "passes":
		return Event{Kind: Checked, Name: rest, OK: true}
	case "fails":
		name, why, _ := strings.Cut(rest, " ")
		return Event{Kind: Checked, Name: name, Err: why}
	case "unasked":
		name, why, _ := strings.Cut(rest, " ")
		return Event{Kind: Checked, Name: name, Err: why, Full: true}
	case "stuck":
		return Event{Kind: Suspected}
	case "unstuck":
		return Event{Kind: Suspected, OK: true}
	case "hung":
		return Event{Kind: Hung}
	case "outgrown": // in MiB
		return Event{Kind: Outgrown, Bytes: int64(number(rest)) << 20}
	case "overran": // in MiB
		return Event{Kind: Overran, Bytes: int64(number(rest)) << 20}
	case "drained":
		return Event{Kind: Drained}
	}
	s.t.Fatalf("%s: what is %q?", s.line, word)
	return Event{}
}

// placed is a preparation, with the port or the socket of a worker.
func placed(where string) Event {
	switch {
	case where == "":
		return Event{Kind: Prepared}
	case where[0] == '/':
		return Event{Kind: Prepared, Socket: where}
	}
	return Event{Kind: Prepared, Port: number(where)}
}

func storedAs(names []string) (stored []StoredFD) {
	for _, name := range names {
		stored = append(stored, StoredFD{Name: name, Polled: true})
	}
	return stored
}

// again reads what was refused: "full WHY" and "busy WHY" are worth another try.
func again(kind EventKind, rest string) Event {
	first, why, _ := strings.Cut(rest, " ")
	switch first {
	case "full":
		return Event{Kind: kind, Again: true, Full: true, Err: why}
	case "busy":
		return Event{Kind: kind, Again: true, Err: why}
	}
	return Event{Kind: kind, Err: rest}
}

// exitOf reads "3", "SIGSEGV core" or "SIGKILL oom".
func exitOf(text string) Exit {
	if name, more, _ := strings.Cut(text, " "); strings.HasPrefix(name, "SIG") {
		return Exit{Signal: units.Signal(name), Core: more == "core", OOM: more == "oom"}
	}
	return Exit{Code: number(text)}
}

// find is the run of a worker's program, or of its hook; 0: there is none.
func (s *story) find(worker int, hook, killed bool) uint64 {
	for id, r := range s.runs {
		if r.worker == worker && (r.hook != NoHook) == hook && (!hook || r.killed == killed || r.exited) {
			return id
		}
	}
	return 0
}

func (s *story) health() []string {
	program, _ := s.def.Process().Program.Program(units.Scope{})
	var names []string
	for _, h := range program.Health {
		names = append(names, h.Name)
	}
	return names
}

func (s *story) event(ev Event) {
	actions, err := s.step(ev, 0.5)
	for _, a := range actions {
		s.say("%s", describe(a))
	}
	s.state()
	if err != nil {
		s.t.Errorf("%s: %v", s.line, err)
	}
	for _, worker := range slices.Sorted(maps.Keys(s.untold)) {
		s.event(Event{Kind: Stored, Worker: worker, Stored: s.stored[worker]})
	}
	if s.refused && !s.busy {
		for _, worker := range slices.Sorted(maps.Keys(s.drains)) {
			s.event(Event{Kind: Drained, Worker: worker})
		}
	}
	if run := max(s.releasing, s.trimming); run != 0 && !s.slow {
		s.event(Event{Kind: Released, Run: run})
	}
}

// state says what changed of what people see.
func (s *story) state() {
	if p := s.unit.Pool; p != nil {
		for _, w := range p.Workers {
			now := fmt.Sprintf("%s %s", w.Role, seen(w.Process.Phase, w.Process.Sub(), w.Process.Note)) + storing(&w.Process)
			if now != s.seen[w.Key] {
				s.seen[w.Key] = now
				s.say("#%d (worker %d, slot %d, generation %d) %s", w.Key, w.Index, w.Slot, w.Generation, now)
			}
		}
	}
	now := seen(s.unit.Phase(), s.unit.Sub(), s.unit.Note())
	if s.unit.Process != nil {
		now += storing(s.unit.Process)
	}
	if now != s.shown {
		s.shown = now
		s.say("= %s", now)
	}
}

func seen(phase Phase, sub, note string) string {
	text := phase.ActiveState() + " (" + sub + ")"
	if note != "" {
		text += ": " + note
	}
	return text
}

// storing names what is stored for a program.
func storing(p *Process) (text string) {
	for _, fd := range p.Stored {
		text += " +" + fd.Name
	}
	return text
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.out, "  "+format+"\n", args...) }

// describe is an action in words.
func describe(a Action) string {
	text := string(a.Do)
	if a.Worker != 0 {
		text = fmt.Sprintf("#%d %s", a.Worker, text)
	}
	switch a.Do {
	case Prepare:
		if a.Launch == nil {
			text += fmt.Sprintf(" %d slots of %s", len(a.Slots), a.Listen[0].Address)
		} else if a.Fresh {
			text += " afresh"
		}
	case Spawn:
		if a.Hook != NoHook {
			text += fmt.Sprintf(" %s hook %d", a.Hook, a.Index+1)
		}
		if port := a.Launch.Port; port != 0 {
			text += fmt.Sprintf(" with port %d", port)
		}
		if socket := a.Launch.Socket; socket != "" {
			text += " with socket " + socket
		}
		if a.Heir != 0 {
			text += fmt.Sprintf(" with what is stored for #%d", a.Heir)
		}
		if a.Hook == PostStop {
			text += ", " + outcomeIn(a.Launch.Outcome)
		}
	case SignalMain, SignalAll:
		text += " " + string(a.Signal)
	case WatchChecks:
		if a.Eager {
			text += " eagerly"
		}
	case Steer:
		text += fmt.Sprintf(" %v", a.Slots)
		if len(a.HandOn) > 0 {
			text += fmt.Sprintf(", and who waits in %v", a.HandOn)
		}
	case Answer:
		text += fmt.Sprintf(" %d, but not who waits in slots %v", a.Unavailable.Status, a.Slots)
	case Trim:
		text += fmt.Sprintf(" to %d slots of %s", len(a.Slots), a.Listen[0].Address)
	case Drain:
		text += fmt.Sprintf(" slot %d within %s", a.Slot, DurationText(a.Within))
	case WatchQueue:
		text += fmt.Sprintf(" of slot %d within %s", a.Slot, DurationText(a.Within))
	case CountRequests:
		text += fmt.Sprintf(" up to %d", a.Count)
		if a.Within > 0 {
			text += " in " + DurationText(a.Within)
		}
	case WatchMemory:
		text += fmt.Sprintf(" up to %d MiB", a.Bytes>>20)
	case Pass:
		text += fmt.Sprintf(" %d", a.Barrier)
	case Settled:
		text += " " + string(a.Asked) + ": " + outcome(a)
	case Ended:
		text += ": " + outcome(a)
	case Failure, StopMembers:
		text += ": " + a.Reason
	case RestartMembers:
		text += fmt.Sprintf(" because of %v: %s", a.Members[0], a.Reason)
	}
	return text
}

func outcomeIn(o Outcome) string {
	text := "result " + string(o.Result)
	if o.Unready {
		text += " before it was ready"
	}
	if o.Exit != nil {
		text += " " + o.Exit.String()
	}
	return text
}

func outcome(a Action) string {
	if a.OK {
		return "ok"
	}
	return "failed, " + a.Reason
}

package chaos

import (
	"fmt"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"unitd/test/stage"
)

// deed is one thing that goes wrong, or that somebody asks for.
func (h *house) deed() {
	var name string
	switch n := h.chance.IntN(24); {
	case n < 4:
		name = "kill the manager"
		h.kill(h.manager())
	case n < 5:
		name = "kill manager and guard"
		h.killAll(aGuard)
		h.kill(h.manager())
	case n < 6:
		name = "kill the guard"
		h.killAll(aGuard)
	case n < 7:
		name = "kill the keeper of sockets"
		h.keeperAlone()
	case n < 10:
		name = "kill a program"
		h.killOne(aProgram)
	case n < 13:
		name = "kill an init"
		h.killOne(anInit)
		h.deeds["kill a program"]++ // its tree goes with it
	case n < 14:
		name = "kill an init, then the manager"
		h.killOne(anInit)
		h.kill(h.manager())
		h.deeds["kill a program"]++
	case n < 15:
		name = "execute the program anew, by signal"
		h.signal(h.manager(), syscall.SIGUSR2)
	case n < 16:
		name = "kill the manager while it executes its program anew"
		h.signal(h.manager(), syscall.SIGUSR2)
		time.Sleep(time.Duration(h.chance.IntN(100)) * time.Millisecond) // about as long as that takes
		h.kill(h.manager())
	case n < 18:
		name = h.reexecuted()
	default:
		name = h.asked()
	}
	h.deeds[name]++
	h.tell("%s", name)
}

// tell notes what happened, for a test that fails.
func (h *house) tell(format string, args ...any) {
	h.story = append(h.story, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// killOne kills one of a kind.
func (h *house) killOne(of role) {
	var list []resident
	for _, r := range h.census() {
		if r.role == of {
			list = append(list, r)
		}
	}
	if n := h.chance.IntN(1 << 20); len(list) > 0 {
		h.kill(list[n%len(list)].Process)
	}
}

// killAll kills all of a kind, and says how many there were.
func (h *house) killAll(of role) (count int) {
	for _, r := range h.census() {
		if r.role == of && h.kill(r.Process) {
			count++
		}
	}
	return count
}

// keeperAlone kills what keeps the sockets while the manager lives, and leaves that alone until it has another keeper: with
// both dead at one moment, the sockets of a unit that has no worker close.
func (h *house) keeperAlone() {
	if _, err := h.run("unitctl", "manager", "status"); err != nil {
		return
	}
	before := map[int]bool{}
	for _, r := range h.census() {
		if r.role == aKeeper {
			before[r.PID] = true
			h.kill(r.Process)
		}
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		for _, r := range h.census() {
			if r.role == aKeeper && !before[r.PID] {
				return
			}
		}
	}
	h.t.Error("nobody keeps the sockets any more")
}

// reexecuted has the manager go on with its program as it is now on the disk, or with a new copy of it. Whoever asks for that
// is told that it is done, unless the manager is killed, or is just beginning.
func (h *house) reexecuted() string {
	if h.chance.IntN(2) == 0 {
		_, _ = h.run("unitctl", "manager", "reexec")
		return "unitctl manager reexec"
	}
	_, _ = h.run("unitctl", "manager", "upgrade", filepath.Join(stage.Dir(), "bin/unitd"))
	return "unitctl manager upgrade"
}

// asked is what somebody asks for, who does not wait for the answer. It may find no manager.
func (h *house) asked() string {
	verb := [][]string{
		{"reload", "web"}, {"scale", "web", strconv.Itoa(2 + h.chance.IntN(4))}, {"restart", "count"}, {"restart", "back"},
		{"restart", "queue"}, {"kill", "-s", "KILL", "mail"},
	}[h.chance.IntN(6)]
	_, _ = h.run("unitctl", append(verb, "--timeout=2s")...)
	if verb[0] == "kill" {
		h.deeds["kill a program"]++
	}
	return "unitctl " + verb[0]
}

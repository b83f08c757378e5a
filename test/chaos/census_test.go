package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// role is what a process is for.
type role string

const (
	aManager role = "unitd"
	aGuard   role = "unitd-guard"
	aKeeper  role = "unitd-keep"
	anInit   role = "unitd-init"
	aProbe   role = "probe"   // tries the interpreter for a manager that is no more
	aProgram role = "program" // of a unit, or what one has started
	aCommand role = "command" // unitctl, or a unitd that only looks
)

// resident is a living process of the house.
type resident struct {
	stage.Process
	role role
}

// census finds all processes that were started in the home directory, or whose arguments name it.
func (h *house) census() []resident {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		h.t.Fatal(err)
	}
	var all []resident
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		p, living := stage.Find(pid)
		if living && (bytes.Contains(environ, []byte("HOME="+h.home+"\x00")) || strings.Contains(p.Command, h.home+"/") || abandoned(p)) {
			all = append(all, resident{p, h.roleOf(p)})
		}
	}
	return all
}

// abandoned reports a probe without its manager: nothing in it tells whose it was.
func abandoned(p stage.Process) bool {
	parent, _ := stage.Find(p.Parent)
	name, _, _ := strings.Cut(parent.Command, " ")
	return p.Command == probe && filepath.Base(name) != string(aManager)
}

// probe is the command line of what a manager starts to try the interpreter.
const probe = string(anInit) + " probe"

func (h *house) roleOf(p stage.Process) role {
	if p.Command == probe {
		return aProbe
	}
	name, _, _ := strings.Cut(p.Command, " ")
	switch filepath.Base(name) {
	case string(aGuard), string(aKeeper), string(anInit):
		return role(filepath.Base(name))
	case "unitctl":
		return aCommand
	case "unitd":
		if p.PID != h.holder() {
			return aCommand
		}
		return aManager
	}
	return aProgram
}

// holder is the pid in the lock of the runtime directory.
func (h *house) holder() int {
	text, err := os.ReadFile(filepath.Join(h.home, ".local/state/unitd/run/lock"))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

// manager is the one that lives; pid 0: none does.
func (h *house) manager() stage.Process {
	if p, ok := stage.Find(h.holder()); ok && strings.Contains(p.Command, "unitd") {
		return p
	}
	return stage.Process{}
}

// kill kills a process, if it is still the one that was seen.
func (h *house) kill(p stage.Process) bool { return h.signal(p, syscall.SIGKILL) }

func (h *house) signal(p stage.Process, sig syscall.Signal) bool {
	return p.PID > 1 && p.Alive() && syscall.Kill(p.PID, sig) == nil
}

// status is what the manager says of all units.
func (h *house) status() ([]protocol.UnitStatus, error) {
	output, err := h.run("unitctl", "status", "--json")
	if err != nil {
		return nil, fmt.Errorf("unitctl status: %w: %s", err, output)
	}
	var all []protocol.UnitStatus
	if err := json.Unmarshal([]byte(output), &all); err != nil {
		return nil, fmt.Errorf("unitctl status: %w: %s", err, output)
	}
	return all, nil
}

// missing says what does not run yet.
func (h *house) missing() string {
	all, err := h.status()
	if err != nil {
		return err.Error()
	}
	for _, u := range all {
		if u.Active != protocol.Active || u.Sub != "running" {
			return fmt.Sprintf("%s is %s (%s): %s", u.ID, u.Active, u.Sub, u.Note)
		}
	}
	return ""
}

// unknown holds the processes that there are against those that the manager knows, and says what does not fit. There is to
// be one of each of its own, one init for each program, and of programs the main ones and what these have started in their
// trees.
func (h *house) unknown() (wrong []string) {
	all, err := h.status()
	if err != nil {
		return []string{err.Error()}
	}
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	known := map[int]string{}
	for _, u := range all {
		if u.MainPID != 0 {
			known[u.MainPID] = u.ID
		}
		for _, w := range u.Workers {
			known[w.MainPID] = fmt.Sprintf("%s/%d", u.ID, w.Index)
		}
	}
	count := map[role]int{}
	trees := map[string][]int{} // inits by the name of what they run
	heads := map[int]bool{}
	residents := h.census()
	for _, r := range residents {
		count[r.role]++
		if fields := strings.Fields(r.Command); r.role == anInit && len(fields) > 1 {
			trees[fields[1]] = append(trees[fields[1]], r.PID)
			heads[r.PID] = true
		}
	}
	for name, inits := range trees {
		if len(inits) != 1 || !slices.Contains(slices.Collect(maps.Values(known)), name) {
			say("%s has the inits %v; known are %v", name, inits, known)
		}
	}
	if count[aManager] != 1 || count[aGuard] > 1 || count[aKeeper] != 1 || count[anInit] != len(known) || count[aCommand]+count[aProbe] != 0 {
		say("there are %v, for %d programs", count, len(known))
	}
	for _, r := range residents {
		if r.role == aProgram && known[r.PID] == "" && !below(r.Process, residents, heads) {
			say("pid %d (%s, parent %d) runs, and no state names it", r.PID, r.Command, r.Parent)
		}
	}
	for pid, name := range known {
		if _, ok := stage.Find(pid); !ok {
			say("%s should run as pid %d", name, pid)
		}
	}
	return wrong
}

// below reports a process in the tree of one of those.
func below(p stage.Process, all []resident, heads map[int]bool) bool {
	for range all {
		if heads[p.Parent] {
			return true
		}
		i := slices.IndexFunc(all, func(r resident) bool { return r.PID == p.Parent })
		if i < 0 {
			return false
		}
		p = all[i].Process
	}
	return false
}

// clear ends what is left when the test has failed.
func (h *house) clear() {
	for range 20 {
		left := h.census()
		if len(left) == 0 {
			return
		}
		for _, r := range left {
			h.kill(r.Process)
		}
	}
}

package executor

import (
	"encoding/json"
	"fmt"
	"strconv"

	"unitd/runtime/journal"
	"unitd/runtime/socket"
	"unitd/units"
)

// held is what is recorded of a unit beside its processes: what the manager after this one could not find out.
type held struct {
	Directories map[int]string     `json:"directories,omitempty"` // pinned, by generation
	Outputs     map[int]heldOutput `json:"outputs,omitempty"`     // by worker
	Listeners   []heldListener     `json:"listeners,omitempty"`
}

type heldOutput struct {
	Path string         `json:"path"`
	At   journal.Anchor `json:"at"`
}

type heldListener struct {
	Spec   units.Listen          `json:"spec"`
	Single *socket.SavedListener `json:"single,omitempty"`
	Group  *socket.SavedGroup    `json:"group,omitempty"`
}

// Held is what is to be recorded of a unit. Not ok says that it is being changed just now, and that this is what was to be
// recorded of it before: a state without it would say that the unit had nothing.
func (x *Executor) Held(unit units.ID) (text json.RawMessage, ok bool) {
	h := x.holdingOf(unit)
	if h == nil {
		return nil, true
	}
	text, ok = x.now(h)
	x.mu.Lock()
	defer x.mu.Unlock()
	if ok {
		h.recorded = text
	}
	return h.recorded, ok
}

// now is what is to be recorded of a holding, unless that is being changed.
func (x *Executor) now(h *holding) (text json.RawMessage, ok bool) {
	if !h.mu.TryLock() {
		return nil, false
	}
	defer h.mu.Unlock()
	record := held{Directories: h.directories, Outputs: map[int]heldOutput{}}
	for worker, o := range h.outputs {
		if o.path == "" {
			continue // it wrote nothing
		}
		record.Outputs[worker] = heldOutput{o.path, x.config.Logs.At(o.path).Anchor(o.from)}
	}
	for _, l := range h.listeners {
		saved := heldListener{Spec: l.spec}
		if l.group != nil {
			group, still := l.group.Save()
			saved.Group, ok = &group, still
		} else {
			single, still := l.single.Save()
			saved.Single, ok = &single, still
		}
		if !ok {
			return nil, false
		}
		record.Listeners = append(record.Listeners, saved)
	}
	text, err := json.Marshal(record)
	return text, err == nil
}

// The names of the sockets of a listener, among those that are kept open.
func (l heldListener) key(unit units.ID) string {
	return fmt.Sprintf("%s %s %s", unit, l.Spec.Name, l.Spec.Address)
}

const ownSocket = " own"

func slotSocket(slot int) string { return " " + strconv.Itoa(slot) }

// restore gives a holding what was recorded of it, with sockets that were kept open. What cannot be had again is opened
// anew when it is needed.
func (x *Executor) restore(h *holding, def *units.Unit, record held, kept map[string]int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for generation, directory := range record.Directories {
		h.directories[generation] = directory
	}
	for worker, o := range record.Outputs {
		h.outputs[worker] = output{o.Path, x.config.Logs.At(o.Path).Anchored(o.At)}
	}
	for _, saved := range record.Listeners {
		l, err := x.restoreListener(def, saved, kept)
		if err != nil {
			x.config.Logger.Warn("take a listener over", "unit", def.ID, "open", l.group != nil, "error", err)
			if l.group == nil {
				continue // it is opened anew
			}
		}
		h.listeners = append(h.listeners, l)
	}
}

func (x *Executor) restoreListener(def *units.Unit, saved heldListener, kept map[string]int) (listener, error) {
	l := listener{spec: saved.Spec}
	address, err := x.address(def, saved.Spec)
	if err != nil {
		return l, err
	}
	key := saved.key(def.ID)
	take := func(suffix string) (int, bool) {
		fd, there := kept[key+suffix]
		delete(kept, key+suffix)
		return fd, there
	}
	options := optionsOf(def, saved.Spec)
	if saved.Group == nil {
		fd, there := take("")
		if !there {
			return l, fmt.Errorf("%s was not kept open", address)
		}
		l.single, err = socket.AdoptListener(address, options, *saved.Single, fd)
		return l, err
	}
	own, there := take(ownSocket)
	if !there {
		return l, fmt.Errorf("%s was not kept open", address)
	}
	var slots []int
	for fd, there := take(slotSocket(0)); there; fd, there = take(slotSocket(len(slots))) {
		slots = append(slots, fd)
	}
	l.group, err = socket.AdoptGroup(address, options, *saved.Group, own, slots)
	return l, err
}

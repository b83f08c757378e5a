package executor

import (
	"encoding/json"
	"slices"

	"unitd/runtime/process"
	"unitd/units"
)

// takeBack takes what was kept open for this manager; nil: nothing, or it cannot be had.
func (x *Executor) takeBack(from *Inheritance) []int {
	if from.FDs != nil || from.Kept.PID == 0 {
		return nil
	}
	fds, err := x.trees.TakeBack(from.Kept.Keeper, len(from.Kept.Names)+from.Kept.storedCount())
	if err != nil {
		x.config.Logger.Warn("sockets are opened anew, and what programs have stored is lost", "error", err)
		return nil
	}
	x.takeUnheard(from.Kept, len(fds))
	return fds
}

// cutOff finds pools whose workers serve sockets that this manager does not have: they were opened in the last moment of the
// one before, or their keeper has died with it. Nobody steers connections to such workers or watches their queues, and the
// address stays theirs, so that no other worker can be started: they are ended, and the pool starts anew. A worker that is gone
// says nothing: its socket was let go on purpose, though the state does not know so yet.
func (x *Executor) cutOff(from *Inheritance, living map[uint64]process.Found, kept bool) map[units.ID]bool {
	var names []string
	if kept {
		names = from.Kept.Names
	}
	found := map[units.ID]bool{}
	for id, unit := range from.Units {
		if pool := unit.Definition.Pool; pool == nil || pool.Proxy {
			continue
		}
		var record held
		_ = json.Unmarshal(unit.Held, &record) // what cannot be read names none
		for _, tree := range unit.Trees {
			if _, lives := living[tree.Run]; !lives || tree.Hook || tree.Launch == nil {
				continue
			}
			for _, l := range tree.Launch.Listen {
				if units.HasSocket(unit.Definition.Pool.Listen, l) && !record.keeps(id, l, tree.Slot, names) {
					found[id] = true
				}
			}
		}
		if found[id] {
			x.config.Logger.Warn("end workers whose sockets were not kept open: the pool starts anew", "unit", id)
		}
	}
	return found
}

// keeps reports that the socket of a slot is among those that were kept open.
func (r *held) keeps(unit units.ID, l units.Listen, slot int, names []string) bool {
	i := slices.IndexFunc(r.Listeners, func(saved heldListener) bool { return saved.Spec.SameSocket(l) })
	if i < 0 {
		return false
	}
	saved := r.Listeners[i]
	if saved.Group == nil {
		return slices.Contains(names, saved.key(unit))
	}
	if !l.PerWorker {
		slot = 0
	}
	return slices.Contains(names, saved.key(unit)+ownSocket) && slices.Contains(names, saved.key(unit)+slotSocket(slot))
}

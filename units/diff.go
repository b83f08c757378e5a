package units

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Verdict says how a changed definition comes in force (BEHAVIOUR: "Loading changes").
type Verdict string

// The verdicts, the ones further down being stronger for a unit that is in both sets.
const (
	Added     Verdict = "added"     // started if enabled
	Removed   Verdict = "removed"   // stopped
	Live      Verdict = "live"      // nothing that runs is touched
	Scaled    Verdict = "scaled"    // a pool gets more or fewer workers
	Reloaded  Verdict = "reloaded"  // the running program is told to read again
	Rolled    Verdict = "rolled"    // the pool's workers are replaced one by one
	Restarted Verdict = "restarted" // the running program is stopped and started
	Replaced  Verdict = "replaced"  // it comes back as something else: another way to start or to serve
)

// Change is what applying a new set does to one unit, and why.
type Change struct {
	ID      ID
	Verdict Verdict
	// Attributes are what differs, blocks dotted: "restart.delay". None for an added or removed unit.
	Attributes []AttributeChange
	// Reason says what the attributes do not: "env_file: 2 values changed", or where a listener comes from.
	Reason string
}

// AttributeChange is one attribute that differs. Old and New are for people, "" where there is no value; a
// sensitive value reads "(sensitive)".
type AttributeChange struct {
	Name, Old, New string
}

// Diff lists what has to change for next to come in force where old is, sorted by id. Apps that a pool runs
// are seen through their pool.
func Diff(old, next *Set) []Change {
	ids := map[ID]bool{}
	for _, set := range []*Set{old, next} {
		for id := range set.Units {
			ids[id] = true
		}
	}
	moves := movesBetween(old, next)
	var changes []Change
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		before, after := own(old, id), own(next, id)
		var c Change
		switch {
		case before == nil && after == nil:
			continue
		case before == nil:
			c = Change{Verdict: Added, Reason: formerly(old, id, "was run by %s")}
		case after == nil:
			c = Change{Verdict: Removed, Reason: formerly(next, id, "run by %s from now on")}
		default:
			c = compare(before, after)
		}
		c.ID = id
		c.Reason = joinReasons(append([]string{c.Reason}, moves[id]...))
		if c.Verdict != "" {
			changes = append(changes, c)
		}
	}
	return changes
}

// own is the unit of that id, unless a pool runs it.
func own(s *Set, id ID) *Unit {
	if u := s.Units[id]; u != nil && u.TemplateOf == "" {
		return u
	}
	return nil
}

// formerly names the pool that runs the app id in a set, if one does.
func formerly(s *Set, id ID, format string) string {
	if u := s.Units[id]; u != nil && u.TemplateOf != "" {
		return fmt.Sprintf(format, u.TemplateOf)
	}
	return ""
}

// movesBetween says of every unit which listeners it takes over from another one or gives away.
func movesBetween(old, next *Set) map[ID][]string {
	moves := map[ID][]string{}
	before, after := addressOwners(old), addressOwners(next)
	for _, address := range slices.Sorted(maps.Keys(after)) {
		from, to := before[address], after[address]
		if from != "" && from != to {
			moves[to] = append(moves[to], fmt.Sprintf("takes %s over from %s", address, from))
			moves[from] = append(moves[from], fmt.Sprintf("gives %s to %s", address, to))
		}
	}
	return moves
}

func addressOwners(s *Set) map[string]ID {
	owners := map[string]ID{}
	for id := range s.Units {
		if u := own(s, id); u != nil {
			for _, l := range u.Listeners() {
				owners[l.Address] = id
			}
		}
	}
	return owners
}

func joinReasons(all []string) string {
	return strings.Join(slices.DeleteFunc(all, func(reason string) bool { return reason == "" }), "; ")
}

// compare compares two definitions of one unit. The verdict is "" where they are equal.
func compare(before, after *Unit) Change {
	old, next := describe(before), describe(after)
	var c Change
	worst := nothing
	for _, name := range namesOf(old, next) {
		o, n := old.find(name), next.find(name)
		if o.value == n.value {
			continue
		}
		worst = max(worst, n.change(o))
		c.Attributes = append(c.Attributes, AttributeChange{name, o.shown, n.shown})
	}
	if reshaped(before.Listeners(), after.Listeners()) {
		worst = max(worst, replaces)
	}
	if n := changedValues(before.Process(), after.Process()); n > 0 {
		worst = max(worst, restarts)
		c.attribute("env_file")
		c.Reason = fmt.Sprintf("env_file: %d %s changed", n, plural(n, "value"))
	}
	if c.Reason == "" && slices.ContainsFunc(envFilesOf(before), func(f EnvFile) bool { return f.Unlike }) {
		worst = max(worst, restarts)
		c.attribute("env_file")
		c.Reason = "env_file: values changed"
	}
	for _, secret := range changedSecrets(old, next, before.Process(), after.Process()) {
		worst = max(worst, restarts)
		c.attribute("secret." + secret)
		c.Reason = joinReasons([]string{c.Reason, "secret " + secret + ": value changed"})
	}
	c.Verdict = worst.verdict(after.ID.Kind())
	return c
}

func envFilesOf(u *Unit) []EnvFile {
	if p := u.Process(); p != nil {
		return p.EnvFiles
	}
	return nil
}

// attribute enters one whose contents differ, unless it or a part of it is there already.
func (c *Change) attribute(name string) {
	if !slices.ContainsFunc(c.Attributes, func(a AttributeChange) bool {
		return a.Name == name || strings.HasPrefix(a.Name, name+".")
	}) {
		c.Attributes = append(c.Attributes, AttributeChange{Name: name})
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// changedValues counts the values in env_files that are in both definitions and whose contents differ. Of a file
// that cannot be read now nobody knows what has changed, and nothing is restarted because of it: it would not come
// up again. A required one that was not there when loading, as before a first deploy, has been read by whatever runs.
func changedValues(before, after *Process) int {
	if before == nil || after == nil {
		return 0
	}
	digests := map[string]map[string]string{}
	for _, file := range before.EnvFiles {
		if !file.Absent {
			digests[file.Path] = file.Digests
		}
	}
	count := 0
	for _, file := range after.EnvFiles {
		old, there := digests[file.Path]
		if !there || file.Unread {
			continue
		}
		keys := maps.Clone(old)
		if keys == nil {
			keys = map[string]string{}
		}
		maps.Copy(keys, file.Digests)
		for key := range keys {
			was, had := old[key]
			is, has := file.Digests[key]
			if was != is || had != has {
				count++
			}
		}
	}
	return count
}

package control

import (
	"strings"
	"sync"
	"time"

	"unitd/policy/containment"
	"unitd/policy/lifecycle"
	"unitd/runtime/executor"
	"unitd/runtime/meter"
	"unitd/runtime/process"
)

// measure reads memory, processor time and tasks, and the last output of what fails.
func (m *Manager) measure(s *sketch, from time.Time) {
	var total meter.Usage
	add := func(run uint64) int64 {
		usage := m.usage(run, from).usage
		total.MemoryBytes += usage.MemoryBytes
		total.CPUms += usage.CPUms
		total.Tasks += usage.Tasks
		return usage.MemoryBytes
	}
	add(s.run)
	for i := range s.status.Workers {
		s.status.Workers[i].MemoryBytes = add(s.runs[i])
	}
	for _, run := range s.members {
		add(run)
	}
	s.status.MemoryBytes, s.status.Tasks = total.MemoryBytes, total.Tasks
	if s.program != nil {
		cpu := total.CPUms
		s.status.CPUMillis, s.status.Containment = &cpu, m.tier(s)
	}
	m.noteMissing(s)
	m.noteAlerts(s)
	if ill(s.status.Active, s.status.Sub) && len(s.status.Workers) == 0 {
		s.status.LastOutput = m.Executor.LastOutput(s.id, 0, outputLines)
	}
	for i, w := range s.status.Workers {
		if ill(w.Active, w.Sub) {
			s.status.Workers[i].LastOutput = m.Executor.LastOutput(s.id, s.keys[i], outputLines)
		}
	}
}

// tier is the containment of a unit: that of its program, of workers the weakest.
func (m *Manager) tier(s *sketch) string {
	tier := m.Executor.Tier(s.run, s.program.Sandbox.Namespace)
	for _, run := range s.runs {
		if t := m.Executor.Tier(run, s.program.Sandbox.Namespace); t != executor.TierNamespace {
			tier = t
		}
	}
	return tier
}

// verdict is what a unit gets of its sandbox block: what its program does, of workers the first that goes without
// something.
func (m *Manager) verdict(s *sketch) containment.Verdict {
	verdict := m.Executor.Decide(s.run, s.program)
	for _, run := range s.runs {
		if v := m.Executor.Decide(run, s.program); len(v.Missing) > 0 {
			return v
		}
	}
	return verdict
}

// noteMissing says what a unit asks for and goes without.
func (m *Manager) noteMissing(s *sketch) {
	if s.program == nil {
		return
	}
	for _, missing := range []string{m.verdict(s).Note(&s.program.Sandbox), m.Executor.NotForwarded(s.program.Log)} {
		if missing != "" && !strings.Contains(s.status.Note, missing) { // it may be why the unit does not start
			s.status.Note = strings.TrimPrefix(s.status.Note+"; "+missing, "; ")
		}
	}
}

// freshness is how old a measurement may be that the sum for the account takes: a status screen has just asked for
// all of them. What is said of one unit is measured anew, since a program that has just started is many times as
// large a moment later.
const freshness = time.Second

// measured is a measurement of a process tree.
type measured struct {
	usage meter.Usage
	tree  process.Tree
	at    time.Time
}

// threads enters how many each process of the tree has.
func (t *measured) threads(into map[int]int) {
	for _, p := range t.tree.Processes {
		into[p.PID] = p.Threads
	}
	if t.tree.Init != 0 {
		into[t.tree.Init] = 1
	}
}

// usage measures a process tree, unless that was done since from.
func (m *Manager) usage(run uint64, from time.Time) measured {
	if run == 0 {
		return measured{}
	}
	m.mu.Lock()
	last, ok := m.usages[run]
	m.mu.Unlock()
	if ok && !last.at.Before(from) {
		return last
	}
	now := measured{at: time.Now(), tree: m.Executor.Tree(run)}
	now.usage = meter.Tree(now.tree.Processes)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.usages) >= maxUsages {
		clear(m.usages)
	}
	m.usages[run] = now
	return now
}

// maxUsages bounds what is remembered of measurements.
const maxUsages = 1024

// measureAll measures many process trees, two at a time: reading /proc is work for the kernel, and the manager
// has no more threads to spare.
func (m *Manager) measureAll(runs []uint64, from time.Time) {
	next := make(chan uint64)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for run := range next {
				m.usage(run, from)
			}
		})
	}
	for _, run := range runs {
		next <- run
	}
	close(next)
	readers.Wait()
}

// runsOf are the runs of a unit's programs.
func runsOf(u *lifecycle.Unit) []uint64 {
	var runs []uint64
	if u.Process != nil && u.Process.Main != 0 {
		runs = append(runs, u.Process.Main)
	}
	if u.Pool != nil {
		for _, w := range u.Pool.Workers {
			if w.Process.Main != 0 {
				runs = append(runs, w.Process.Main)
			}
		}
	}
	return runs
}

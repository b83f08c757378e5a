package control

import (
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/meter"
)

// measure reads memory, processor time and tasks, and the last output of what fails.
func (m *Manager) measure(s *sketch) {
	var total meter.Usage
	add := func(run uint64) int64 {
		usage := m.usage(run)
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
	if s.status.Containment != "" {
		cpu := total.CPUms
		s.status.CPUMillis = &cpu
	}
	if ill(s.status.Active, s.status.Sub) && len(s.status.Workers) == 0 {
		s.status.LastOutput = m.Executor.LastOutput(s.id, 0, outputLines)
	}
	for i, w := range s.status.Workers {
		if ill(w.Active, w.Sub) {
			s.status.Workers[i].LastOutput = m.Executor.LastOutput(s.id, s.keys[i], outputLines)
		}
	}
}

// freshness is how long a measurement counts as the present one: a status screen asks for it twice.
const freshness = time.Second

// measured is a measurement.
type measured struct {
	usage meter.Usage
	at    time.Time
}

// usage measures a process tree, unless that was done a moment ago.
func (m *Manager) usage(run uint64) meter.Usage {
	if run == 0 {
		return meter.Usage{}
	}
	m.mu.Lock()
	last, ok := m.usages[run]
	m.mu.Unlock()
	if ok && time.Since(last.at) < freshness {
		return last.usage
	}
	now := measured{meter.Tree(m.Executor.Processes(run)), time.Now()}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.usages) >= maxUsages {
		clear(m.usages)
	}
	m.usages[run] = now
	return now.usage
}

// maxUsages bounds what is remembered of measurements.
const maxUsages = 1024

// measureAll measures many process trees, two at a time: reading /proc is work for the kernel, and the manager
// has no more threads to spare.
func (m *Manager) measureAll(runs []uint64) {
	next := make(chan uint64)
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for run := range next {
				m.usage(run)
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

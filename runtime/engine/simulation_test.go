package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

var (
	simSteps = flag.Int("sim.steps", 10000, "how many events each simulation has")
	simFrom  = flag.Uint64("sim.from", 1, "the seed to begin with")
	simSeed  = flag.Uint64("sim.seed", 0, "replay this seed alone, and print its story")
)

// TestSimulation runs whole managers of random units through random requests and faults, in their own time, and
// holds them against the laws after every event. A seed that fails prints its story; -sim.seed replays it.
func TestSimulation(t *testing.T) {
	simulations(t, func(*rand.Rand) int { return 0 })
}

// TestSimulationOfDeaths is TestSimulation with managers that are killed at any time, after each event at that, and
// succeeded by others that know what was recorded. The laws hold as if there had been one all the time: nothing runs that
// no state names, and nothing twice.
func TestSimulationOfDeaths(t *testing.T) {
	simulations(t, func(chance *rand.Rand) int { return []int{1, 3, 12}[chance.IntN(3)] })
}

// simulations runs seed after seed until there have been as many events as were asked for. deaths draws after one event of
// how many the manager dies; 0: never.
func simulations(t *testing.T, deaths func(*rand.Rand) int) {
	if *simSeed != 0 {
		for _, line := range simulate(t, *simSeed, deaths) {
			t.Log(line)
		}
		return
	}
	t.Parallel()
	seed := *simFrom
	defer func() {
		if t.Failed() {
			t.Logf("seed %d; replay it by: go test ./runtime/engine -v -run '^%s$' -sim.seed=%d", seed, t.Name(), seed)
		}
	}()
	events := 0
	for ; events < *simSteps; seed++ {
		simulate(t, seed, deaths)
		events += eventsPerSeed
	}
	t.Logf("%d events, seeds %d to %d", events, *simFrom, seed-1)
}

// A failing seed is worth something only when it fails again.
func TestSimulationsRepeat(t *testing.T) {
	for _, deaths := range []int{0, 1, 12} {
		for seed := range uint64(8) {
			draw := func(*rand.Rand) int { return deaths }
			if one, two := simulate(t, seed, draw), simulate(t, seed, draw); !slices.Equal(one, two) {
				t.Fatalf("seed %d, deaths %d: %s", seed, deaths, firstDifference(one, two))
			}
		}
	}
}

func firstDifference(one, two []string) string {
	for i := range min(len(one), len(two)) {
		if one[i] != two[i] {
			return fmt.Sprintf("line %d is\n%s\nand then\n%s", i, one[i], two[i])
		}
	}
	return fmt.Sprintf("one story has %d lines, the other %d", len(one), len(two))
}

// eventsPerSeed is how many events a manager and its successors live through.
const eventsPerSeed = 150

// simulate lives one manager's life, or those of several that are killed one after the other, and gives the story.
func simulate(t *testing.T, seed uint64, deaths func(*rand.Rand) int) (story []string) {
	t.Helper()
	chance := rand.New(rand.NewPCG(seed, 2))
	plan := newBlueprint(chance)
	every := deaths(chance)
	var all *bench
	play(t, seed, true, plan.set(), Overrides{}, func(b *bench) {
		all = b
		s := &simulation{bench: b, chance: chance, plan: plan, was: map[units.ID]string{}, unawaited: map[units.ID]bool{}}
		b.watch = s.transition
		b.boot()
		for range eventsPerSeed {
			if every > 0 && s.chance.IntN(every) == 0 {
				s.succession()
			}
			s.step()
		}
	})
	return all.story
}

// succession is the end of a manager, by its death or by handing over, and the birth of another.
func (s *simulation) succession() {
	away := time.Duration(0)
	if s.chance.IntN(2) == 0 {
		away = time.Duration(s.chance.IntN(20)) * time.Second
	}
	set := time.Duration(0)
	if s.chance.IntN(4) == 0 { // somebody sets the clock by up to two years, back or ahead
		set = time.Duration(s.chance.Int64N(4*365*24)-2*365*24) * time.Hour
	}
	born := func() {
		clear(s.was)
		for id, u := range s.engine.units {
			s.was[id] = u.Phase().ActiveState()
		}
	}
	if s.chance.IntN(3) == 0 {
		s.handOver(s.engine.files(), born)
	} else {
		s.die(s.engine.files(), away, set, born)
	}
	s.laws()
}

type simulation struct {
	*bench
	chance *rand.Rand
	plan   *blueprint
	was    map[units.ID]string // the last active state of each unit
	// unawaited are units whose end was told before their listeners were closed: what they required has failed, or what
	// runs of them cannot be ended.
	unawaited map[units.ID]bool
}

// step is one event, or a request of somebody.
func (s *simulation) step() {
	if s.chance.IntN(6) == 0 {
		s.request()
	} else {
		s.one(time.Now().Add(time.Duration(s.chance.IntN(20)) * time.Second))
	}
	s.laws()
}

func (s *simulation) request() {
	ids := s.plan.ids()
	id := ids[s.chance.IntN(len(ids))]
	if id.Kind() == units.KindPipeline {
		s.deploy(id)
		return
	}
	switch s.chance.IntN(14) {
	case 0, 1:
		s.submit(job.Stop, id)
	case 2, 3, 4:
		s.submit(job.Start, id)
	case 5:
		s.submit(job.Restart, id)
	case 6:
		s.submit(job.Reload, id)
	case 7:
		s.submit(job.ReloadOrRestart, id)
	case 8:
		n := s.chance.IntN(4)
		s.tell("scale %s %d", id, n)
		s.call(func(m *Model) {
			if def := m.Definition(id); def != nil && def.Pool != nil {
				if err := m.Scale(id, n); err != nil {
					s.broke("%v", err)
				}
			}
		})
	case 9:
		s.call(func(m *Model) {
			if m.Unit(id) != nil {
				m.ResetFailed(id)
			}
		})
	case 10:
		on := s.chance.IntN(2) == 0
		s.tell("maintenance %s %v", id, on)
		s.call(func(m *Model) {
			if def := m.Definition(id); def != nil && def.Pool != nil {
				if err := m.SetMaintenance(id, on); err != nil {
					s.broke("%v", err)
				}
			}
		})
	case 11:
		s.call(func(m *Model) {
			if u := m.Unit(id); u != nil && u.Pool != nil {
				m.ReplaceWorker(id, 1+s.chance.IntN(2))
			}
		})
	default:
		s.plan.change(s.chance)
		set := s.plan.set()
		keep := s.chance.IntN(6) == 0
		s.call(func(m *Model) {
			changes, _, err := m.Apply(set, keep)
			for _, c := range changes {
				s.tell("apply: %s %s", c.ID, c.Verdict)
			}
			if err != nil {
				s.tell("apply: %v", err)
			}
		})
	}
}

// deploy asks for a run of a pipeline, or for an end of the one that goes on.
func (s *simulation) deploy(id units.ID) {
	request := lifecycle.PipelineRequest{By: lifecycle.ByDeploy}
	switch s.chance.IntN(6) {
	case 0:
		s.submit(job.Stop, id)
		return
	case 1:
		s.submit(job.Start, id)
		return
	case 2:
		request = lifecycle.PipelineRequest{By: lifecycle.ByRollback, Rollback: true}
	}
	s.call(func(m *Model) {
		if m.Unit(id) == nil {
			return
		}
		run, err := m.Deploy(id, request)
		s.tell("deploy %s: #%d, %v", id, run, err)
	})
}

// transition holds what must be so at the moment of a change. It runs in the loop.
func (s *simulation) transition(t Transition) {
	if t.Worker != 0 {
		return
	}
	e := s.engine
	u := e.units[t.Unit]
	if t.Active == "failed" && (t.Sub == lifecycle.SubDependency || t.Sub == "abandoned") {
		s.unawaited[t.Unit] = true
	} else if t.Active == "activating" {
		delete(s.unawaited, t.Unit)
	}
	down := s.was[t.Unit] == "" || s.was[t.Unit] == "inactive" || s.was[t.Unit] == "failed"
	if down && t.Active == "activating" && t.Sub != "auto-restart" {
		s.requirementsAreReady(t.Unit)
	}
	// Of a unit that is down already no end begins: its clients may be answered meanwhile, or the listeners go that a
	// restart had kept open, which nothing that runs has.
	begins := !down && s.was[t.Unit] != "deactivating" && (t.Active == "inactive" || t.Active == "deactivating") && stopped(u) && !closing(u)
	s.was[t.Unit] = t.Active
	if e.draining && begins {
		for _, later := range e.set.Graph().Before(t.Unit) {
			if w := e.units[later]; w != nil && !w.Phase().Down() && w.Phase() != lifecycle.Abandoned && !closing(w) && s.ordered(later) && s.ordered(t.Unit) {
				s.broke("%s stops before %s, which is %s", t.Unit, later, w.Phase())
			}
		}
	}
}

// stopped reports a unit that was told to stop.
func stopped(u *lifecycle.Unit) bool {
	switch {
	case u.Pipeline != nil:
		return u.Pipeline.Stop != ""
	case u.Process != nil:
		return u.Process.Stop != ""
	case u.Pool != nil:
		return u.Pool.Stop != ""
	}
	return true
}

// closing reports a unit of which nothing runs any more: its listeners are being closed.
func closing(u *lifecycle.Unit) bool {
	return u.Process != nil && u.Process.Closing != 0 || u.Pool != nil && u.Pool.Closing != 0
}

// ordered reports a unit with a place in the order; an old definition may form a cycle with new ones.
func (s *simulation) ordered(id units.ID) bool {
	return slices.Contains(s.engine.set.Graph().Order(), id)
}

// requirementsAreReady holds that a unit which starts has what it needs: nothing of that has yet to start.
func (s *simulation) requirementsAreReady(id units.ID) {
	e := s.engine
	g := e.set.Graph()
	if !s.ordered(id) {
		return
	}
	for _, list := range [][]units.ID{g.Requires(id), g.BindsTo(id)} {
		for _, other := range list {
			if j, ok := e.jobs.Of(other); ok && j.Now == job.Start && s.ordered(other) {
				s.broke("%s starts while the start of %s is %s", id, other, j.State)
			}
			if w := e.units[other]; w != nil && w.Blocked() {
				s.broke("%s starts although %s could not", id, other)
			}
		}
	}
}

// laws hold between two events.
func (s *simulation) laws() {
	now := time.Now()
	s.call(func(m *Model) {
		for id, u := range s.engine.units {
			if d := u.Deadline(); !d.IsZero() && d.Before(now) {
				s.broke("the deadline of %s (%s) has passed: %s", id, u.Phase(), now.Sub(d))
			}
			if lives := s.fake.lives(id); len(lives) > 0 && u.Phase().Down() {
				s.broke("%s is %s, and %v live", id, u.Phase(), lives)
			}
			if u.Phase().Down() && !u.Holds() && !s.unawaited[id] && s.fake.open(id) {
				s.broke("%s is %s before its listeners are closed", id, u.Phase())
			}
			if t := u.Timer; t != nil {
				_, busy := m.e.jobs.Of(id)
				switch {
				case t.Asked != "" && !busy && !s.engine.draining:
					s.broke("%s has asked for a run, and nothing will start it", id)
				case t.On && t.Deadline.IsZero():
					s.broke("the schedule of %s is in force, and nothing looks at the clock", id)
				case t.Queued && u.Phase().Down():
					s.broke("a run of %s is queued behind none", id)
				case (t.Run == nil) != u.Phase().Down():
					s.broke("%s is %s, and of a run it says %+v", id, u.Phase(), t.Run)
				}
			}
			if p := u.Pipeline; p != nil {
				_, busy := m.e.jobs.Of(id)
				switch {
				case p.Asked != "" && !busy && !s.engine.draining:
					s.broke("%s has asked for a run, and nothing will start it", id)
				case p.Run == nil && !p.Phase.Down() || p.Run != nil && p.Phase.Down() && p.Asked == "" && !p.Leaving:
					s.broke("%s is %s, and of a run it says %+v", id, u.Phase(), p.Run)
				case p.Waiting != nil && p.Phase.Down() && p.Asked == "" && u.Process.Phase.Down() && !p.Leaving:
					s.broke("a run of %s waits for none", id)
				case !p.Phase.Down() && u.Process.Phase != lifecycle.Abandoned && u.Deadline().IsZero() && !p.Leaving:
					s.broke("%s waits for ever: %s", id, u.Note())
				}
				for _, r := range p.Runs {
					if r.Result == "" {
						s.broke("%s has a record without an end: %+v", id, r)
					}
				}
			}
			if _, busy := m.e.jobs.Of(id); !busy && u.AwaitsTurn() {
				s.broke("%s awaits its turn, and nothing will tell it", id)
			}
			if _, busy := m.e.jobs.Of(id); !busy && u.Holds() {
				s.broke("%s is %s, and its listeners are open", id, u.Phase())
			}
		}
		for _, j := range m.e.jobs.Installed() {
			if u := m.Unit(j.Unit); u == nil {
				s.broke("%s has a job (%s, %s, %v) and is no unit; in the set: %v", j.Unit, j.Kind, j.State, j.Because, m.e.set.Units[j.Unit])
			}
		}
	})
}

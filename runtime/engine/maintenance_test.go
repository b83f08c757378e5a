package engine

import (
	"testing"
	"time"

	"unitd/units"
)

// Whoever watches hears of each change of where clients go, also of one that nobody can see, and what was asked for is
// kept.
func TestMaintenance(t *testing.T) {
	queue := pool("queue", func(u *units.Unit, _ *units.Process) { u.Pool.Listen, u.Pool.Unavailable = nil, nil })
	quiet(t, []*units.Unit{pool("api"), queue, app("a")}, func(b *bench) {
		b.boot()
		b.pass(time.Minute)
		var changes <-chan struct{}
		b.call(func(m *Model) { changes, _ = m.Watch() })
		attended := func(m *Model) bool { return m.Unit("pool.api").Pool.Attended() }
		say := func(on bool) {
			t.Helper()
			b.call(func(m *Model) {
				if err := m.SetMaintenance("pool.api", on); err != nil {
					t.Error(err)
				}
				if attended(m) {
					t.Error("clients go elsewhere before anybody could see to that")
				}
			})
			for len(changes) > 0 {
				<-changes
			}
			b.pass(time.Second)
			if len(changes) == 0 {
				t.Error("nobody was told that clients go elsewhere")
			}
			b.call(func(m *Model) {
				if p := m.Unit("pool.api").Pool; !attended(m) || p.Diverted != on {
					t.Errorf("clients are answered: %v, want %v", p.Diverted, on)
				}
			})
			if b.saved.Maintenance["pool.api"] != on {
				t.Errorf("kept is %v", b.saved.Maintenance)
			}
		}
		say(true)
		say(true) // the page is read again
		say(false)
		say(true)
		b.call(func(m *Model) {
			for _, id := range []units.ID{"pool.queue", "app.a", "pool.nobody"} {
				if m.SetMaintenance(id, true) == nil {
					t.Errorf("%s is in maintenance", id)
				}
			}
		})
		// It lasts as long as the unit does.
		b.apply(pool("api", func(u *units.Unit, _ *units.Process) { u.Pool.Workers = 1 }), queue)
		b.pass(time.Minute)
		if !b.saved.Maintenance["pool.api"] {
			t.Error("another number of workers has ended it")
		}
		b.apply(queue)
		b.pass(time.Minute)
		if len(b.saved.Maintenance) > 0 {
			t.Errorf("kept is %v without the unit", b.saved.Maintenance)
		}
	})
}

package job

import (
	"fmt"
	"testing"

	"unitd/units"
)

// five hundred units: ten chains and a supervisor with many members.
func fiveHundred() []*units.Unit {
	list := []*units.Unit{{ID: "supervisor.s", Enabled: true, Group: &units.Supervisor{}}}
	for i := range 499 {
		u := &units.Unit{ID: units.ID(fmt.Sprintf("app.u%03d", i)), Enabled: true, App: &units.App{}}
		if i < 250 {
			u.Supervisor = "supervisor.s"
		}
		if i%25 > 0 {
			u.Requires = []units.ID{units.ID(fmt.Sprintf("app.u%03d", i-1))}
		}
		list = append(list, u)
	}
	return list
}

// BenchmarkBoot plans, begins and finishes the start of 500 units in one transaction, then their stop.
func BenchmarkBoot(b *testing.B) {
	list := fiveHundred()
	for b.Loop() {
		b.StopTimer()
		w := newWorld(list...)
		b.StartTimer()
		for _, request := range []Request{Boot(w.view()), StopAll(w.view())} {
			_, _, err := w.table.Submit(w.view(), request)
			if err != nil {
				b.Fatal(err)
			}
			for !w.table.Idle() {
				begun, _ := w.begin()
				for _, job := range begun {
					w.finish(job.Unit, Done, "")
				}
			}
		}
	}
}

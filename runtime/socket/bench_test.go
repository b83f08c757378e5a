package socket

import (
	"context"
	"testing"
)

// What a change of steering costs, with four slots: the check of each slot's state, the program, the kernel.
func BenchmarkSteer(b *testing.B) {
	g := openGroup(b, loopback(b), 4)
	for i := 0; b.Loop(); i++ {
		mustSteer(b, g, i%4, (i+1)%4)
	}
}

// What bringing back one slot costs that a worker shut down, with four slots.
func BenchmarkRepair(b *testing.B) {
	g := openGroup(b, loopback(b), 4)
	for b.Loop() {
		shutDown(b, g, 2)
		if _, err := g.Repair(); err != nil {
			b.Fatal(err)
		}
	}
}

// One connection with an answer: ordinary clients, spread over eight slots by the program, against one slot
// alone; and a probe.
func BenchmarkConnection(b *testing.B) {
	g := openGroup(b, loopback(b), 8)
	serveAll(b, g)
	for name, slots := range map[string][]int{"one": {0}, "spread": {0, 1, 2, 3, 4, 5, 6, 7}} {
		b.Run(name, func(b *testing.B) {
			mustSteer(b, g, slots...)
			for b.Loop() {
				if _, err := ask(g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("probe", func(b *testing.B) {
		for b.Loop() {
			conn, err := g.Dial(context.Background(), 5)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := answer(conn); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkQueue(b *testing.B) {
	g := openGroup(b, loopback(b), 4)
	for b.Loop() {
		if _, _, err := g.Queue(3); err != nil {
			b.Fatal(err)
		}
	}
}

package notify

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// However much is sent, the receiver leaves most of the time to others; and nobody is kept from being heard.
func TestFlood(t *testing.T) {
	const cost = 100 * time.Microsecond
	var count atomic.Int64
	heard := make(chan struct{}, 1)
	r, err := Listen(filepath.Join(t.TempDir(), "notify.sock"), func(m *Message) {
		for began := time.Now(); time.Since(began) < cost; {
			continue
		}
		count.Add(1)
		if m.Ready {
			heard <- struct{}{}
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var running, flooding sync.WaitGroup
	running.Go(func() {
		if err := r.Run(context.Background()); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	began := time.Now()
	enough, cancel := context.WithCancel(t.Context())
	for range 3 {
		flooding.Go(func() {
			for enough.Err() == nil {
				send(t, &receiver{Receiver: r}, "STATUS=busy")
			}
		})
	}
	for n := range 10 {
		sent := time.Now()
		send(t, &receiver{Receiver: r}, "READY=1")
		<-heard
		t.Logf("READY=1 number %d was heard after %v", n, time.Since(sent))
	}
	for time.Since(began) < time.Second {
		time.Sleep(10 * time.Millisecond)
	}
	took, busy := time.Since(began), time.Duration(count.Load())*cost
	if float64(busy) > 0.4*float64(took) {
		t.Errorf("of %v it was busy for %v", took, busy)
	}
	t.Logf("%d messages, busy for %v of %v", count.Load(), busy, took)
	cancel()
	flooding.Wait()
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	running.Wait()
}

package daemons

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// stands stops all threads of a worker, as a debugger would. Its health check finds it, or its queue, whichever is first.
func (s *site) stands() {
	load := startArrivals(func() (string, error) { return s.ask("/") })
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	before := s.m.Status(s.unit)
	begun := time.Now()
	send(s.t, before.Workers[0].MainPID, syscall.SIGSTOP)
	after := s.m.Until(s.unit, patience, "has replaced it", func(u protocol.UnitStatus) bool {
		return allReady(u) && u.Workers[0].MainPID != before.Workers[0].MainPID
	})
	attempts := load.end()
	w := after.Workers[0]
	if reason := w.LastExit.Reason; reason != "hang" && reason != "health" {
		s.t.Errorf("the worker ended by %s", reason)
	}
	start := w.Since.Sub(w.LastExit.At)
	known := w.LastExit.At.Sub(begun)
	if known > 5*time.Second+margin(start) {
		s.t.Errorf("the worker was killed after %s", known)
	}
	s.t.Logf("killed after %s (%s), its successor was ready %s later", rounded(known), w.LastExit.Reason, rounded(start))
	const last = time.Second // that it may have accepted something before it stood
	s.uninterrupted("stopped worker", attempts, start, begun.Add(last))
}

// fallsSilent has a worker accept and never answer: its queue is always served, and only its check finds it.
func (s *site) fallsSilent() {
	load := startArrivals(func() (string, error) { return s.ask("/") })
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	begun := time.Now()
	if _, err := s.ask("/fall-silent"); err != nil {
		s.t.Fatal(err)
	}
	w := s.replaced("health", begun)
	attempts := load.end()
	known := w.LastExit.At.Sub(begun)
	start := w.Since.Sub(w.LastExit.At)
	// A check every 2 s, which is answered within 2 s or has failed; two of them.
	if known > 7*time.Second+margin(start) {
		s.t.Errorf("the worker was ended after %s", known)
	}
	s.t.Logf("ended after %s, its successor was ready %s later", rounded(known), rounded(start))
	// From its first failed check on, after 4 s at the latest, it gets nobody any more.
	s.uninterrupted("silent worker", attempts, start, begun.Add(4*time.Second+margin(start)))
}

// keepsWaiting has a crowd come while the event loop of a worker is blocked: nobody is turned away, and all are served
// by the others, or by the worker's successor.
func (s *site) keepsWaiting() {
	note := filepath.Join(s.m.Home, "site/blocked")
	if err := os.Remove(note); err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	begun := time.Now()
	blocked := make(chan error)
	go func() {
		_, err := s.ask("/block")
		blocked <- err
	}()
	stage.Await(s.t, patience, "its event loop is blocked", func() bool {
		pid, err := os.ReadFile(note)
		return err == nil && len(pid) > 0
	})
	const crowd = 200
	var clients sync.WaitGroup
	waits := make(chan time.Duration, crowd)
	for range crowd {
		clients.Go(func() {
			came := time.Now()
			if _, err := s.ask("/"); err != nil {
				s.t.Errorf("after %s: %v", time.Since(came), err)
			}
			waits <- time.Since(came)
		})
	}
	w := s.replaced("hang", begun)
	clients.Wait()
	if err := <-blocked; err == nil {
		s.t.Error("the request that blocked its worker was answered")
	}
	close(waits)
	waited, longest := 0, time.Duration(0)
	for wait := range waits {
		longest = max(longest, wait)
		if wait > w.LastExit.At.Sub(begun)/2 {
			waited++
		}
	}
	start := w.Since.Sub(w.LastExit.At)
	if most := w.LastExit.At.Sub(begun) + start + 2*margin(start); longest > most {
		s.t.Errorf("somebody waited %s, want at most %s", longest, most)
	}
	s.t.Logf("of %d clients %d waited for the hung worker, the longest %s", crowd, waited, rounded(longest))
}

// visit is an answer, whatever its status.
func (s *site) visit() (string, error) {
	client := &http.Client{Timeout: answerTime, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + s.address + "/")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	switch {
	case err != nil || response.StatusCode == http.StatusOK:
		return string(body), err
	case response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "30":
		return unavailable, nil
	}
	return "", fmt.Errorf("status %s, %v: %s", response.Status, response.Header, body)
}

// unavailable is what unitd answers while no worker is ready.
const unavailable = "503"

// dies kills all workers at once, with a release that cannot start.
func (s *site) dies() {
	main := filepath.Join(s.m.Home, "mortal/site/main.py")
	text, err := os.ReadFile(main)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(main, append([]byte("import redis_is_not_here\n"), text...), 0o644); err != nil {
		s.t.Fatal(err)
	}
	load := startArrivals(s.visit)
	stage.Await(s.t, patience, "it serves", func() bool { return load.answered(func(string) bool { return true }) > 10 })
	for _, w := range s.m.Status(s.unit).Workers {
		send(s.t, w.MainPID, syscall.SIGKILL)
	}
	died := time.Now()
	s.m.Until(s.unit, patience, "says so", func(u protocol.UnitStatus) bool {
		return strings.Contains(u.Note, "no worker ready: answering 503")
	})
	said := time.Now()
	stage.Await(s.t, patience, "clients have been answered for a while", func() bool {
		return load.answered(func(answer string) bool { return answer == unavailable }) > 700
	})
	if err := os.WriteFile(main, text, 0o644); err != nil {
		s.t.Fatal(err)
	}
	mended := time.Now()
	back := s.m.Until(s.unit, patience, "runs again", func(u protocol.UnitStatus) bool { return u.Active == protocol.Active })
	stage.Await(s.t, patience, "it serves again", func() bool {
		return load.answered(func(answer string) bool { return answer != unavailable }) > 20
	})
	attempts := load.end()
	s.t.Logf("mended after %s, ready %s later", rounded(mended.Sub(died)), rounded(back.Since.Sub(mended)))
	var start time.Duration // of a worker: how busy the machine is
	for _, w := range back.Workers {
		if p, ok := stage.Find(w.MainPID); ok && w.Active == protocol.Active {
			start = max(start, w.Since.Sub(p.Started))
		}
	}
	s.mourn(attempts, died, said, back.Since, margin(start))
}

// mourn holds the answers of a pool whose workers died against what is promised: answered, not hanging.
func (s *site) mourn(attempts []attempt, died, said, back time.Time, margin time.Duration) {
	s.t.Helper()
	const after = 5 * time.Second
	var first time.Time
	var longestWait time.Duration
	counts := map[string]int{}
	for _, a := range attempts {
		waited := a.ended.Sub(a.began)
		switch {
		case a.err != nil && a.began.Before(died): // a worker had accepted it
			counts["cut off by the death"]++
			continue
		case a.err != nil:
			s.t.Errorf("%s after the death: %v", a.began.Sub(died), a.err)
			if errors.Is(a.err, syscall.ECONNREFUSED) {
				counts["refused"]++
			}
		case a.answer == unavailable:
			counts["503"]++
			if first.IsZero() || a.ended.Before(first) {
				first = a.ended
			}
			if a.began.After(back.Add(margin)) {
				s.t.Errorf("%s after a worker was ready: 503", a.began.Sub(back))
			}
		default:
			counts["200"]++
		}
		longestWait = max(longestWait, waited)
	}
	if wait := first.Sub(died); wait < after-time.Second || wait > after+margin {
		s.t.Errorf("the first one was answered %s after the death, want %s", wait, after)
	}
	if longestWait > after+margin {
		s.t.Errorf("somebody waited %s", longestWait)
	}
	s.t.Logf("the first one was answered %s after the death, status said so after %s; the longest wait was %s; answers: %v",
		rounded(first.Sub(died)), rounded(said.Sub(died)), rounded(longestWait), counts)
}

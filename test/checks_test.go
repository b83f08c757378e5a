package test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// asked notes when each path of a server was asked for.
type asked struct {
	mu    sync.Mutex
	times map[string][]time.Time
}

// ServeHTTP answers at once, but for paths below /hangs, which it answers never.
func (a *asked) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.times[r.URL.Path] = append(a.times[r.URL.Path], time.Now())
	a.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/hangs") {
		<-r.Context().Done()
	}
}

// longest is the longest that a path below prefix was not asked for since then, of as many as were asked at all.
func (a *asked) longest(prefix string, since time.Time) (gap time.Duration, paths int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for path, times := range a.times {
		if !strings.HasPrefix(path, prefix) {
			continue
		}
		paths++
		last := since
		for _, at := range append(times, time.Now()) {
			if at.After(since) {
				gap, last = max(gap, at.Sub(last)), at
			}
		}
	}
	return gap, paths
}

// Of 200 checks of 20 apps, 40 hang. The others are made in time, and the manager stays as small as it promises.
func TestManyChecks(t *testing.T) {
	t.Parallel()
	const apps, each, hanging = 20, 10, 2
	a := &asked{times: map[string][]time.Time{}}
	server := httptest.NewServer(a)
	defer server.Close()
	var text strings.Builder
	for app := range apps {
		fmt.Fprintf(&text, "app \"a%d\" {\n  command = [\"sleep\", \"1000\"]\n", app)
		for check := range each {
			path := "/answers"
			if check < hanging {
				path = "/hangs"
			}
			fmt.Fprintf(&text, "  health \"h%d\" {\n    url = \"%s%s/%d/%d\"\n    interval = \"1s\"\n    timeout = \"1s\"\n"+
				"    action = \"none\"\n    gates_ready = false\n  }\n", check, server.URL, path, app, check)
		}
		text.WriteString("}\n")
	}
	m := stage.BootText(t, text.String())
	stage.Await(t, patience, "all are asked", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.times) == apps*each
	})
	since, most := time.Now(), 0
	for time.Since(since) < 5*time.Second {
		most = max(most, threads(t, m.PID()))
		time.Sleep(50 * time.Millisecond)
	}
	gap, paths := a.longest("/answers", since)
	t.Logf("%d checks that answer, 1 s apart, were at most %v apart beside %d that hang; %d threads", paths, gap, apps*hanging, most)
	if paths != apps*(each-hanging) || gap > 2*time.Second {
		t.Errorf("%d were asked, one not for %v", paths, gap)
	}
	// A thread for each would be 200. The 8 that unitd has at rest are measured by `make bench`; at work Go's runtime makes
	// one more where its monitor finds a processor that a system call has kept.
	if most > 10 {
		t.Errorf("unitd had %d threads", most)
	}
	m.Until("a0", patience, "shows which hang", func(u protocol.UnitStatus) bool {
		for i, h := range u.Health {
			if h.OK == (i < hanging) || i < hanging && (h.Failures < 2 || !strings.Contains(h.LastError, "no answer within 1s")) {
				return false
			}
		}
		return u.Active == protocol.Active && strings.Contains(u.Note, `health "h0" failed `)
	})
}

// threads is how many a process has.
func threads(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

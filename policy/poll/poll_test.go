package poll_test

import (
	"strings"
	"testing"
	"time"

	"unitd/policy/poll"
)

func TestWait(t *testing.T) {
	for _, test := range []struct {
		every    time.Duration
		failures int
		wait     time.Duration
	}{
		{2 * time.Minute, 0, 2 * time.Minute},
		{2 * time.Minute, 1, 4 * time.Minute},
		{2 * time.Minute, 4, 32 * time.Minute},
		{2 * time.Minute, 5, time.Hour},
		{2 * time.Minute, 1 << 30, time.Hour},
		{time.Second, 3, 8 * time.Second},
		{24 * time.Hour, 3, 24 * time.Hour},
	} {
		if wait := poll.Wait(test.every, test.failures, 0); wait != test.wait {
			t.Errorf("%v after %d: %v", test.every, test.failures, wait)
		}
		if wait := poll.Wait(test.every, test.failures, 0.999); wait < test.wait || wait > test.wait+test.wait/10 {
			t.Errorf("%v after %d, jittered: %v", test.every, test.failures, wait)
		}
	}
}

func TestRun(t *testing.T) {
	const a, b = "a", "b"
	for name, test := range map[string]struct {
		known poll.Known
		head  string
		run   bool
	}{
		"first":              {poll.Known{}, a, true},
		"deployed":           {poll.Known{Live: a, Last: a}, a, false},
		"new":                {poll.Known{Live: a, Last: a, Tried: a}, b, true},
		"it failed":          {poll.Known{Live: a, Last: b}, b, false},
		"before the fetch":   {poll.Known{Live: a, Last: a, Tried: b}, b, false},
		"rolled back":        {poll.Known{Live: a, Last: b, Tried: b}, b, false},
		"a run is under way": {poll.Known{Busy: true}, a, false},
		"no branch":          {poll.Known{}, "", false},
	} {
		if test.known.Run(test.head) != test.run {
			t.Errorf("%s: %v", name, !test.run)
		}
	}
}

func TestHead(t *testing.T) {
	commit := strings.Repeat("da39a3ee5e", 4)
	for output, want := range map[string]string{
		commit + "\trefs/heads/main\n":                  commit,
		"warning: x\n" + commit + "\trefs/heads/main\n": commit,
		commit + "\trefs/heads/user/refs/heads/main\n":  "",
		commit + "\trefs/heads/other/main\n":            "",
		"short\trefs/heads/main\n":                      "",
		strings.Repeat("a", 64) + "\trefs/heads/main\n": strings.Repeat("a", 64),
		"": "",
		"fatal: could not read Username: terminal prompts disabled\n": "",
	} {
		head, err := poll.Head([]byte(output), "main")
		if head != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", output, head, err)
		}
	}
}

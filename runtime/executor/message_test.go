package executor_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestHand gives programs a message, and nothing that they have started is left, whatever they do.
func TestHand(t *testing.T) {
	m := start(t)
	message := strings.Repeat("a message of many lines\n", 10_000)
	left := filepath.Join(m.dir, "left")
	for _, c := range []struct {
		name, script string
		want         string // of what it says
		err          string
	}{
		{name: "takes it", script: `wc -c; echo "$KEY in $PWD"`, want: "240000\nvalue in " + m.home.Account().Home + "\n"},
		{name: "leaves it", script: `exit 0`},
		{name: "refuses it", script: `echo why >&2; exit 75`, want: "why\n", err: "exit 75"},
		{name: "says much", script: `i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done`, want: "line 4998\nline 4999\n"},
		{name: "leaves a daemon", script: `(setsid sh -c 'echo $$ >` + left + `; exec sleep 4712' </dev/null >/dev/null 2>&1 &); while ! test -s ` + left + `; do sleep 0.01; done`},
		{name: "hangs, and so does its daemon", script: `trap '' TERM; (setsid sh -c 'echo $$ >` + left + `; exec sleep 4712' &); sleep 4712`, err: "deadline exceeded"},
	} {
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		limit := 20 * time.Second
		if strings.HasPrefix(c.name, "hangs") {
			limit = 500 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		said, err := m.executor.Hand(ctx, "test", []string{"sh", "-c", c.script}, []string{"KEY=value"}, []byte(message))
		cancel()
		if !strings.HasSuffix(string(said), c.want) || len(said) > 4096 {
			t.Errorf("%s: it said %q", c.name, said)
		}
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
		if text, err := os.ReadFile(left); err == nil {
			if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || alive(pid) {
				t.Errorf("%s: process %s is left (%v)", c.name, text, err)
			}
		}
	}
	_, err := m.executor.Hand(t.Context(), "test", []string{"/no/such/program"}, nil, nil)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
}

package rotation

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"unitd/internal/testlog"
	"unitd/internal/testuser"
	"unitd/policy/retention"
	"unitd/runtime/journal"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// keeping runs a Keeper until the test ends.
func keeping(t *testing.T, directory string) (*Keeper, *testlog.Log) {
	t.Helper()
	out := &testlog.Log{}
	k := New(Config{Logs: journal.NewLogs(), Directory: directory, Logger: out.Logger()})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if t.Failed() {
			t.Log(out)
		}
	})
	return k, out
}

func rules(size int64, keep int) retention.Rules {
	return retention.Rules{MaxSize: size, Keep: keep, MaxAge: time.Hour}
}

// add appends text to a log as a program does.
func add(t *testing.T, path, text string) {
	t.Helper()
	file, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
		<-poll.C
	}
}

// files are the names in a directory and their sizes.
func files(t *testing.T, directory string) map[string]int64 {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]int64{}
	for _, entry := range entries {
		if stat, err := entry.Info(); err == nil {
			sizes[entry.Name()] = stat.Size()
		}
	}
	return sizes
}

func text(bytes int) string { return strings.Repeat(strings.Repeat("x", 63)+"\n", bytes/64) }

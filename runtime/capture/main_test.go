package capture

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// printed is what a Capture has put.
type printed struct {
	mu      sync.Mutex
	lines   map[string][]string // by source and stream
	dropped int
}

func (p *printed) put(b Batch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropped += b.Dropped
	for _, line := range b.Lines {
		p.lines[b.Source+"."+b.Stream] = append(p.lines[b.Source+"."+b.Stream], string(line))
	}
}

func (p *printed) recall(source, stream string, n int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.lines[source+"."+stream]
	return slices.Clone(lines[max(len(lines)-n, 0):])
}

func (p *printed) of(stream string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines[stream])
}

// capturing is a Capture in a directory, as one manager after another makes it.
func capturing(t *testing.T, directory string, to *printed) *Capture {
	t.Helper()
	c := New(Config{
		Directory: directory, Put: to.put, Recall: to.recall,
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(c.Close)
	return c
}

func nothing() *printed { return &printed{lines: map[string][]string{}} }

// opened are the ends of a program's streams.
func opened(t *testing.T, c *Capture, name string, limit Limit) (stdout, stderr *os.File) {
	t.Helper()
	ends, err := c.Open(name, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range ends {
		t.Cleanup(func() { end.Close() })
	}
	return ends[0], ends[1]
}

func write(t *testing.T, file *os.File, text string) {
	t.Helper()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: ", what)
		}
	}
}

// fifos are the names in the directory.
func fifos(t *testing.T, directory string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != notesName {
			names = append(names, filepath.Base(entry.Name()))
		}
	}
	return names
}

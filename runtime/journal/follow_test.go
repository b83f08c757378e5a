package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// following follows logs and returns the texts it emits.
func following(t *testing.T, n int, paths ...string) <-chan string {
	t.Helper()
	texts := make(chan string, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- NewLogs().Read(ctx, Query{Paths: paths, Last: n, Follow: true}, func(line Line) error {
			texts <- line.Text
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("follow: %v", err)
		}
	})
	return texts
}

func expect(t *testing.T, texts <-chan string, want ...string) {
	t.Helper()
	for _, text := range want {
		select {
		case got := <-texts:
			if got != text {
				t.Fatalf("got %q, want %q", got, text)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no %q within 10 s", text)
		}
	}
}

func TestFollowGoesOn(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "1\n2\nha")
	texts := following(t, 2, path)
	expect(t, texts, "2")
	add(t, path, "lf\n3\n")
	expect(t, texts, "half", "3")
}

func TestFollowHoldsAPartialLineForASecond(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "1\n")
	texts := following(t, 1, path)
	expect(t, texts, "1")
	begun := time.Now()
	add(t, path, "prompt> ")
	expect(t, texts, "prompt> ")
	if waited := time.Since(begun); waited < holdPartial {
		t.Errorf("emitted after %v", waited)
	}
	add(t, path, "yes\n")
	expect(t, texts, "yes")
}

func TestFollowAppearingFile(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	add(t, directory+"/c", "1\n")
	texts := following(t, 1, directory+"/a", directory+"/b", directory+"/c")
	expect(t, texts, "1")
	add(t, directory+"/b", "from the begin\n")
	expect(t, texts, "from the begin")
}

func TestFollowTruncation(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "a long old line\n")
	texts := following(t, 1, path)
	expect(t, texts, "a long old line")
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	add(t, path, "new\n")
	expect(t, texts, "new")
}

func TestFollowRotation(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "1\n")
	texts := following(t, 1, path)
	expect(t, texts, "1")
	// All between two looks: what was written before the rename must not be lost.
	add(t, path, "2\nhalf")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	add(t, path, "3\n")
	expect(t, texts, "2", "half", "3")
}

func TestFollowRemoval(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "1\n")
	texts := following(t, 1, path)
	expect(t, texts, "1")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	// Longer than what was there, so that it cannot be told from growth by its size if its inode is reused.
	add(t, path, "2\n"+strings.Repeat("x", 10)+"\n")
	for got := ""; got != strings.Repeat("x", 10); {
		select {
		case got = <-texts:
		case <-time.After(10 * time.Second):
			t.Fatal("the new file was not followed within 10 s")
		}
	}
}

func TestFollowReadsMuchAtOnce(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "first\n")
	const count = 30_000
	last := errors.New("the last line")
	lines := 0
	err := NewLogs().Read(t.Context(), Query{Paths: []string{path}, Last: 1, Follow: true}, func(line Line) error {
		lines++
		switch line.Text {
		case "first":
			add(t, path, strings.Repeat(strings.Repeat("x", 99)+"\n", count)+"last\n")
		case "last":
			return last
		}
		return nil
	})
	if !errors.Is(err, last) || lines != count+2 {
		t.Errorf("%d lines, %v; want %d", lines, err, count+2)
	}
}

func TestFollowEndsWithEmit(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	add(t, path, "1\n")
	stop := errors.New("the reader has gone")
	if err := NewLogs().Read(t.Context(), Query{Paths: []string{path}, Last: -1, Follow: true}, func(Line) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Whoever follows a log is handed from process to process, while lines without times are written to it and it is rotated: each
// line comes once, and none is missing.
func TestFollowFromProcessToProcess(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a"
	const lines = 10_000
	add(t, path, "line 0\n")
	written := make(chan error, 1)
	go func() {
		file, err := Open(path)
		for n := 1; err == nil && n < lines; n++ {
			_, err = fmt.Fprintf(file, "line %d\n", n)
			if n%100 == 0 {
				time.Sleep(5 * time.Millisecond)
			}
		}
		written <- errors.Join(err, file.Close())
	}()
	next := 0
	var from map[string]Anchor
	for next < lines && !t.Failed() {
		logs := NewLogs() // of another process
		ctx, cancel := context.WithTimeout(t.Context(), 2*pollInterval+pollInterval/2)
		var err error
		from, err = logs.ReadOn(ctx, Query{Paths: []string{path}, Last: -1, Follow: true, From: from}, func(line Line) error {
			if want := fmt.Sprintf("line %d", next); line.Text != want {
				return fmt.Errorf("it gave %q, want %q", line.Text, want)
			}
			next++
			return nil
		})
		cancel()
		if err != nil || from == nil {
			t.Fatalf("followed to %v: %v", from, err)
		}
		if _, err := NewLogs().At(path).Rotate(16<<10, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
}

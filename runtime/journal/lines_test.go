package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

func tail(t *testing.T, n int, paths ...string) []string {
	t.Helper()
	var texts []string
	err := NewLogs().Read(t.Context(), Query{Paths: paths, Last: n}, func(line Line) error {
		texts = append(texts, filepath.Base(line.Path)+":"+line.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestTail(t *testing.T) {
	directory := t.TempDir()
	a, b, empty := directory+"/a", directory+"/b", directory+"/empty"
	add(t, a, "1\n2\n\n4\n")
	add(t, b, "one\nhalf")
	add(t, empty, "")
	for _, c := range []struct {
		n    int
		want []string
	}{
		{0, nil},
		{1, []string{"a:4", "b:half"}},
		{2, []string{"a:", "a:4", "b:one", "b:half"}},
		{3, []string{"a:2", "a:", "a:4", "b:one", "b:half"}},
		{100, []string{"a:1", "a:2", "a:", "a:4", "b:one", "b:half"}},
		{-1, []string{"a:1", "a:2", "a:", "a:4", "b:one", "b:half"}},
	} {
		if got := tail(t, c.n, a, directory+"/missing", empty, b); !slices.Equal(got, c.want) {
			t.Errorf("n %d: got %q, want %q", c.n, got, c.want)
		}
	}
}

func TestTailCutsLongLines(t *testing.T) {
	path := t.TempDir() + "/a"
	add(t, path, strings.Repeat("x", maxLine)+"\n"+strings.Repeat("y", 3*maxLine+7)+"\nend\n")
	got := tail(t, 3, path)
	if len(got) != 3 || got[0] != "a:"+strings.Repeat("x", maxLine) || got[2] != "a:end" {
		t.Fatalf("%d lines", len(got))
	}
	want := "a:" + strings.Repeat("y", maxLine) + fmt.Sprintf(" [… %d bytes cut]", 2*maxLine+7)
	if got[1] != want {
		t.Errorf("a long line has %d bytes and ends in %q", len(got[1]), got[1][len(got[1])-40:])
	}
}

func TestTailEqualsSplitting(t *testing.T) {
	path := t.TempDir() + "/a"
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			// Around the size of a block, where reading backwards could err.
			text.WriteString(strings.Repeat("x", rapid.SampledFrom([]int{0, 1, 5, blockSize - 1, blockSize}).Draw(t, "length")))
			text.WriteString(rapid.SampledFrom([]string{"\n", "\n\n", ""}).Draw(t, "end"))
		}
		n := rapid.IntRange(0, 8).Draw(t, "n")
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(text.String()) {
			line = strings.TrimSuffix(line, "\n")
			if cut := len(line) - maxLine; cut > 0 {
				line = line[:maxLine] + fmt.Sprintf(" [… %d bytes cut]", cut)
			}
			want = append(want, line)
		}
		want = want[max(len(want)-n, 0):]
		got, err := NewLogs().LastLines(path, 0, n)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("n %d: got %d lines, %v, want %d", n, len(got), err, len(want))
		}
	})
}

func TestTailEndsWithEmit(t *testing.T) {
	path := t.TempDir() + "/a"
	add(t, path, "1\n2\n")
	stop := errors.New("the reader has gone")
	calls := 0
	err := NewLogs().Read(t.Context(), Query{Paths: []string{path}, Last: -1}, func(Line) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := NewLogs().Read(ended, Query{Paths: []string{path}, Last: -1}, func(Line) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
}

func TestTailRefusesWhatIsNoFile(t *testing.T) {
	path := t.TempDir() + "/fifo"
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	err := NewLogs().Read(t.Context(), Query{Paths: []string{path}, Last: 1}, func(Line) error { return nil })
	if want := "read log " + path + ": it is no regular file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestLastLinesSince(t *testing.T) {
	path := t.TempDir() + "/a"
	logs := NewLogs()
	if got, err := logs.LastLines(path, 0, 5); got != nil || err != nil {
		t.Errorf("no file: %q, %v", got, err)
	}
	add(t, path, "old\n")
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	since := logs.At(path).End(file)
	if got, err := logs.LastLines(path, since, 5); got != nil || err != nil {
		t.Errorf("nothing new: %q, %v", got, err)
	}
	add(t, path, "1\n2\n3\n")
	for n, want := range map[int][]string{2: {"2", "3"}, 5: {"1", "2", "3"}} {
		if got, err := logs.LastLines(path, since, n); !slices.Equal(got, want) || err != nil {
			t.Errorf("n %d: got %q, %v, want %q", n, got, err, want)
		}
	}
	if err := os.WriteFile(path, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := logs.LastLines(path, since, 5); !slices.Equal(got, []string{"x"}) || err != nil {
		t.Errorf("after a truncation: %q, %v", got, err)
	}
}

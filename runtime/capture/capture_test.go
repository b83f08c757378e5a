package capture

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestLinesAreCaptured(t *testing.T) {
	directory := t.TempDir() + "/output"
	out := nothing()
	c := capturing(t, directory, out)
	stdout, stderr := opened(t, c, "app.x", Limit{})
	write(t, stdout, "one\ntwo\n\nth")
	write(t, stderr, "oops\n")
	eventually(t, "whole lines are put", func() bool {
		return slices.Equal(out.of("app.x.stdout"), []string{"one", "two", ""}) && slices.Equal(out.of("app.x.stderr"), []string{"oops"})
	})
	write(t, stdout, "ree\nlast words")
	c.Settle()
	if got := out.of("app.x.stdout"); !slices.Equal(got, []string{"one", "two", "", "three"}) {
		t.Errorf("after Settle: %q", got)
	}
	stdout.Close()
	stderr.Close()
	eventually(t, "what has no end is put when nobody can end it", func() bool {
		return slices.Contains(out.of("app.x.stdout"), "last words")
	})
	eventually(t, "nothing is open that nobody writes to", func() bool { return len(fifos(t, directory)) == 0 })
	eventually(t, "nothing is open that is for nothing", func() bool {
		_, err := os.Stat(directory + "/" + notesName)
		return os.IsNotExist(err)
	})
	// The same source again, as after a restart.
	stdout, _ = opened(t, c, "app.x", Limit{})
	write(t, stdout, "again\n")
	c.Settle()
	if got := out.of("app.x.stdout"); got[len(got)-1] != "again" {
		t.Errorf("after a restart: %q", got)
	}
}

// A line is put as it is as long as it is bounded, and in parts beyond that; the writer never waits for its end.
func TestLongLines(t *testing.T) {
	out := nothing()
	c := capturing(t, t.TempDir()+"/output", out)
	stdout, _ := opened(t, c, "app.x", Limit{})
	long := strings.Repeat("0123456789", 30_000)
	write(t, stdout, strings.Repeat("x", longestLine)+"\n"+long+"\nshort\n")
	c.Settle()
	eventually(t, "all is put", func() bool { return slices.Contains(out.of("app.x.stdout"), "short") })
	got := out.of("app.x.stdout")
	if len(got[0]) != longestLine || strings.Join(got[1:len(got)-1], "") != long {
		t.Errorf("%d lines", len(got))
	}
	for _, line := range got {
		if len(line) > longestLine {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestLimit(t *testing.T) {
	out := nothing()
	c := capturing(t, t.TempDir()+"/output", out)
	stdout, stderr := opened(t, c, "app.x", Limit{Burst: 3, Interval: 300 * time.Millisecond})
	write(t, stdout, "1\n2\n3\n4\n5\n")
	c.Settle()
	write(t, stderr, "both count\n")
	c.Settle()
	if got := out.of("app.x.stdout"); !slices.Equal(got, []string{"1", "2", "3"}) || len(out.of("app.x.stderr")) > 0 {
		t.Errorf("%q, %q", got, out.of("app.x.stderr"))
	}
	eventually(t, "what was dropped is told though nothing more comes", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		return out.dropped == 3
	})
	write(t, stdout, "6\n")
	c.Settle()
	other, silent := opened(t, c, "app.y", Limit{Burst: 1, Interval: time.Hour})
	write(t, other, "1\n2\n")
	other.Close()
	silent.Close()
	eventually(t, "what was dropped is told when a program has ended", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		return out.dropped == 4
	})
	c.SetLimit("app.x", Limit{})
	write(t, stdout, "7\n8\n9\n10\n")
	c.Settle()
	if got := out.of("app.x.stdout"); !slices.Equal(got[3:], []string{"6", "7", "8", "9", "10"}) {
		t.Errorf("%q", got)
	}
}

// A manager that is killed before or after any step neither loses a line nor has one put twice, even where all lines are
// the same; there alone the very moment between the last two steps leaves it open whether what follows is that again.
func TestKilledBetweenTwoSteps(t *testing.T) {
	for _, same := range []bool{false, true} {
		for before := looking; before <= clearing && (!same || before < clearing); before++ {
			t.Run(fmt.Sprint(before, same), func(t *testing.T) {
				directory, out := t.TempDir()+"/output", nothing()
				var want []string
				for n := range 10 {
					line := "tick"
					if !same {
						line = fmt.Sprint("line ", n)
					}
					want = append(want, line)
				}
				stdout := dying(t, directory, out, before, strings.Join(want[:5], "\n")+"\n")
				write(t, stdout, strings.Join(want[5:], "\n")+"\nwith")
				next := capturing(t, directory, out)
				if err := next.Adopt("app.x", Limit{}, none); err != nil {
					t.Fatal(err)
				}
				next.Clear()
				next.Settle()
				write(t, stdout, "out end")
				stdout.Close()
				want = append(want, "without end")
				eventually(t, "all is put", func() bool { return len(out.of("app.x.stdout")) >= len(want) })
				next.Close()
				if got := out.of("app.x.stdout"); !slices.Equal(got, want) {
					t.Errorf("got %q", got)
				}
			})
		}
	}
}

// dying has a manager capture what a program prints, and die before a step.
func dying(t *testing.T, directory string, out *printed, before step, text string) (stdout *os.File) {
	t.Helper()
	c := capturing(t, directory, out)
	var dead atomic.Bool
	stdout, stderr := opened(t, c, "app.x", Limit{})
	stderr.Close()
	c.work.Lock()
	c.stop = func(at step) bool { dead.Store(dead.Load() || at == before); return dead.Load() }
	c.work.Unlock()
	write(t, stdout, text)
	eventually(t, "it dies", dead.Load)
	c.poller.close()
	c.pool.Wait()
	for fd := range c.streams { // as the kernel does
		if err := unix.Close(fd); err != nil {
			t.Fatal(err)
		}
	}
	clear(c.streams)
	c.scratch.close()
	c.notes.file.Close()
	c.notes.file, c.poller = nil, nil
	return stdout
}

// What was printed last before a program ended stays for as long as somebody has the FIFO open, as who keeps sockets has.
func TestWhatWasLeftBehind(t *testing.T) {
	directory, out := t.TempDir()+"/output", nothing()
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	path := directory + "/app.x.stdout"
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	keeper, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	end, err := openToWrite(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, end, "first\nlast")
	end.Close()
	c := capturing(t, directory, out)
	if err := c.Adopt("app.x", Limit{}, none); err != nil {
		t.Fatal(err)
	}
	if err := unix.Close(keeper); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all is put", func() bool { return slices.Equal(out.of("app.x.stdout"), []string{"first", "last"}) })
	eventually(t, "the FIFO is gone", func() bool { return len(fifos(t, directory)) == 0 })
}

func TestRemovedFIFO(t *testing.T) {
	directory, out := t.TempDir()+"/output", nothing()
	c := capturing(t, directory, out)
	one, _ := opened(t, c, "app.x", Limit{})
	if err := os.RemoveAll(directory); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Open("app.x", Limit{}); err == nil {
		t.Error("a FIFO was made in no directory")
	}
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	two, _ := opened(t, c, "app.x", Limit{})
	write(t, one, "one\n")
	write(t, two, "two\n")
	c.Settle()
	got := out.of("app.x.stdout")
	if slices.Sort(got); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
}

// none: no FIFO was kept.
func none(string) (fd int, ok bool) { return -1, false }

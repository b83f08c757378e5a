package journal

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// directories are places of file systems that differ in what can be done to a file's begin.
func directories(t *testing.T) map[string]string {
	t.Helper()
	places := map[string]string{"disk": t.TempDir()}
	if memory, err := os.MkdirTemp("/dev/shm", "unitd-test-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(memory) })
		places["memory"] = memory
	}
	return places
}

// all reads a log from its oldest line on with a registry of its own, as a new manager would.
func all(t interface{ Fatal(...any) }, logs *Logs, path string) []string {
	var lines []string
	err := logs.Read(context.Background(), Query{Paths: []string{path}, Last: -1}, func(line Line) error {
		lines = append(lines, line.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// numbered fails unless the lines are those from first on.
func numbered(t *testing.T, lines []string, first, count int) {
	t.Helper()
	if len(lines) != count {
		t.Errorf("%d lines, want %d", len(lines), count)
	}
	for i, line := range lines {
		if want := numberedLine(first + i); line != want {
			t.Fatalf("line %d is %q, want %q", i, line, want)
		}
	}
}

func numberedLine(n int) string { return fmt.Sprintf("%08d %s", n, strings.Repeat("x", n%50)) }

func numberedText(first, count int) string {
	var b strings.Builder
	for n := first; n < first+count; n++ {
		b.WriteString(numberedLine(n) + "\n")
	}
	return b.String()
}

func TestRotateKeepsEveryLine(t *testing.T) {
	for place, directory := range directories(t) {
		t.Run(place, func(t *testing.T) {
			path := directory + "/app.x.log"
			logs := NewLogs()
			written := 0
			for range 7 {
				add(t, path, numberedText(written, 1000))
				written += 1000
				r, err := logs.At(path).Rotate(16<<10, true)
				if err != nil || r.Bytes != 16<<10 || r.Truncated {
					t.Fatalf("%+v, %v", r, err)
				}
				numbered(t, all(t, logs, path), 0, written)
				numbered(t, all(t, NewLogs(), path), 0, written)
			}
			usage, err := logs.At(path).Usage()
			if err != nil || len(usage.Rotated) != 7 || usage.Rotated[0].Number != 7 || usage.Rotated[6].Number != 1 {
				t.Fatalf("%+v, %v", usage, err)
			}
			for n := range 30 {
				want := all(t, NewLogs(), path)
				if got := tail(t, n*100, path); len(got) != n*100 || n > 0 && got[0] != "app.x.log:"+want[len(want)-n*100] {
					t.Fatalf("the last %d lines are %d", n*100, len(got))
				}
			}
		})
	}
}

// A rotation that ends between two steps, as by SIGKILL, is finished by the next manager; nobody reads a line twice or
// never before or after that.
func TestRotateStoppedBetweenSteps(t *testing.T) {
	for place, directory := range directories(t) {
		for at := begun; at <= named; at++ {
			t.Run(fmt.Sprint(place, at), func(t *testing.T) {
				path := fmt.Sprintf("%s/app.x%d.log", directory, at)
				logs := NewLogs()
				add(t, path, numberedText(0, 3000))
				if _, err := logs.At(path).Rotate(16<<10, true); err != nil {
					t.Fatal(err)
				}
				logs.At(path).stop = func(before step) bool { return before == at }
				if _, err := logs.At(path).Rotate(16<<10, true); !errors.Is(err, errStopped) {
					t.Fatal(err)
				}
				numbered(t, all(t, NewLogs(), path), 0, 3000)
				add(t, path, numberedText(3000, 10))
				next := NewLogs()
				numbered(t, all(t, next, path), 0, 3010)
				for range 2 {
					if _, err := next.At(path).Rotate(16<<10, true); err != nil {
						t.Fatal(err)
					}
					numbered(t, all(t, next, path), 0, 3010)
					numbered(t, all(t, NewLogs(), path), 0, 3010)
				}
				names, err := filepath.Glob(path + ".*")
				if err != nil || slices.ContainsFunc(names, func(name string) bool { _, ok := SplitRotated(name); return !ok }) {
					t.Errorf("left behind: %q, %v", names, err)
				}
			})
		}
	}
}

// The same for moves of older files: a gap in the numbers is filled by the next rotation.
func TestRotateFillsGaps(t *testing.T) {
	path := t.TempDir() + "/app.x.log"
	add(t, path, numberedText(0, 4000))
	for range 4 {
		if _, err := NewLogs().At(path).Rotate(16<<10, true); err != nil {
			t.Fatal(err)
		}
	}
	for _, move := range [][2]string{{".4", ".5"}, {".3", ".4"}} {
		if err := os.Rename(path+move[0], path+move[1]); err != nil {
			t.Fatal(err)
		}
	}
	logs := NewLogs()
	numbered(t, all(t, logs, path), 0, 4000)
	if _, err := logs.At(path).Rotate(16<<10, true); err != nil {
		t.Fatal(err)
	}
	numbered(t, all(t, NewLogs(), path), 0, 4000)
	for _, number := range []int{1, 2, 3, 4, 5} {
		if _, err := os.Stat(path + "." + strconv.Itoa(number)); err != nil {
			t.Error(err)
		}
	}
}

func TestCompressedFilesAreRead(t *testing.T) {
	path := t.TempDir() + "/app.x.log"
	logs := NewLogs()
	log := logs.At(path)
	add(t, path, numberedText(0, 3000))
	for range 3 {
		if _, err := log.Rotate(16<<10, true); err != nil {
			t.Fatal(err)
		}
	}
	usage, err := log.Usage()
	if err != nil {
		t.Fatal(err)
	}
	before := tail(t, 2000, path)
	at, err := os.Stat(path + ".2")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range usage.Rotated[:2] {
		if err := log.Compress(t.Context(), r.Start); err != nil {
			t.Fatal(err)
		}
		numbered(t, all(t, logs, path), 0, 3000)
		numbered(t, all(t, NewLogs(), path), 0, 3000)
	}
	packed, err := os.Stat(path + ".2.gz")
	if err != nil || !packed.ModTime().Equal(at.ModTime()) || packed.Size() > at.Size()/2 {
		t.Errorf("%v, %v", packed, err)
	}
	if _, err := os.Stat(path + ".2"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the plain file: %v", err)
	}
	file, err := os.Open(path + ".2.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, zip); n != 16<<10 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
	for _, n := range []int{1, 100, 1000, 1999, 2000} {
		if got := tail(t, n, path); !slices.Equal(got, before[len(before)-n:]) {
			t.Errorf("the last %d lines are %d, the first of them %q", n, len(got), got[0])
		}
	}
}

// A compressed file is whole when it has its name, so it counts where the plain one was not removed yet.
func TestCompressionStoppedBeforeTheEnd(t *testing.T) {
	path := t.TempDir() + "/app.x.log"
	logs := NewLogs()
	add(t, path, numberedText(0, 1000))
	if _, err := logs.At(path).Rotate(16<<10, true); err != nil {
		t.Fatal(err)
	}
	plain, err := os.ReadFile(path + ".1")
	if err != nil {
		t.Fatal(err)
	}
	usage, _ := logs.At(path).Usage()
	if err := logs.At(path).Compress(t.Context(), usage.Rotated[0].Start); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{".1": plain, ".1.pack": plain[:100], ".copy": plain[:100]} {
		if err := os.WriteFile(path+name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	next := NewLogs()
	numbered(t, all(t, next, path), 0, 1000)
	if _, err := next.At(path).Rotate(4096, true); err != nil {
		t.Fatal(err)
	}
	numbered(t, all(t, next, path), 0, 1000)
	names, err := filepath.Glob(path + "*")
	if want := []string{path, path + ".1", path + ".2.gz"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v", names, err)
	}
}

// A program that writes at an offset of its own loses nothing either: the hole keeps its offset right.
func TestRotateUnderOneThatDoesNotAppend(t *testing.T) {
	path := t.TempDir() + "/own.log"
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if AllAppend(path) {
		t.Error("taken for one that appends")
	}
	logs := NewLogs()
	for i := range 5 {
		if _, err := file.WriteString(numberedText(i*1000, 1000)); err != nil {
			t.Fatal(err)
		}
		if r, err := logs.At(path).Rotate(16<<10, AllAppend(path)); err != nil || r.Bytes == 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		numbered(t, all(t, logs, path), 0, (i+1)*1000)
		numbered(t, all(t, NewLogs(), path), 0, (i+1)*1000)
	}
	var stat unix.Stat_t
	if err := unix.Stat(path, &stat); err != nil || stat.Blocks*512 > stat.Size-5*16<<10+4096 {
		t.Errorf("%d bytes on disk of %d, %v", stat.Blocks*512, stat.Size, err)
	}
	file.Close()
	appending, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer appending.Close()
	if !AllAppend(path) {
		t.Error("one that appends is not taken for such")
	}
}

// Where the file system has no holes the rest is copied and the file emptied.
func TestTruncateWhereThereAreNoHoles(t *testing.T) {
	path := t.TempDir() + "/app.x.log"
	logs := NewLogs()
	log := logs.At(path)
	log.noHoles = true
	add(t, path, numberedText(0, 1000))
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	before := log.End(file)
	for i := range 3 {
		r, err := log.Rotate(16<<10, true)
		if err != nil || !r.Truncated {
			t.Fatalf("%+v, %v", r, err)
		}
		add(t, path, numberedText(1000*(i+1), 1000))
		numbered(t, all(t, logs, path), 0, 1000*(i+2))
		numbered(t, all(t, NewLogs(), path), 0, 1000*(i+2))
	}
	if lines, err := logs.LastLines(path, before, 5000); err != nil || len(lines) != 3000 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

// Positions, which followers go on from, hold through rotation, compression, removal and dropping.
func TestReadersAreNotDisturbed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		directory, err := os.MkdirTemp("", "unitd-test-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(directory)
		path := directory + "/app.x.log"
		logs := NewLogs()
		log := logs.At(path)
		written, read, removed := 0, 0, 0
		var held string
		r := &reader{log: log}
		defer r.close()
		appends := rapid.Bool().Draw(t, "appends")
		log.noHoles = rapid.IntRange(0, 3).Draw(t, "no holes") == 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"write", "write", "rotate", "rotate", "compress", "read", "read", "remove"}).Draw(t, "step") {
			case "write":
				file, err := Open(path)
				if err != nil {
					t.Fatal(err)
				}
				count := rapid.IntRange(1, 800).Draw(t, "lines")
				if _, err := file.WriteString(numberedText(written, count)); err != nil {
					t.Fatal(err)
				}
				file.Close()
				written += count
			case "rotate":
				if _, err := log.Rotate(int64(rapid.IntRange(1, 20_000).Draw(t, "size")), appends); err != nil {
					t.Fatal(err)
				}
			case "compress", "remove":
				usage, err := log.Usage()
				if err != nil {
					t.Fatal(err)
				}
				if len(usage.Rotated) == 0 {
					continue
				}
				which := rapid.IntRange(0, len(usage.Rotated)-1).Draw(t, "which")
				if rapid.Bool().Draw(t, "remove") && r.at >= usage.Rotated[0].Start+Position(log.pieces[0].length) {
					err = log.Remove(usage.Rotated[0].Start) // has been read
					removed++
				} else {
					err = log.Compress(context.Background(), usage.Rotated[which].Start)
				}
				if err != nil {
					t.Fatal(err)
				}
			case "read":
				block := make([]byte, rapid.IntRange(1, 30_000).Draw(t, "bytes"))
				n, err := r.read(block)
				if err != nil {
					t.Fatal(err)
				}
				held += string(block[:n])
				for {
					line, rest, ended := strings.Cut(held, "\n")
					if !ended {
						break
					}
					if line != numberedLine(read) {
						t.Fatalf("read %q, want %q", line, numberedLine(read))
					}
					read, held = read+1, rest
				}
			}
		}
		lines := all(t, NewLogs(), path)
		if removed == 0 && len(lines) != written {
			t.Fatalf("%d lines, want %d", len(lines), written)
		}
	})
}

// A writer that never waits, a reader that follows and another that looks back, while the log is rotated as fast as it
// can be: nobody loses a line or sees one twice. UNITD_LINES=3000000 makes it a long one.
func TestRotateUnderAWriter(t *testing.T) {
	lines := 200_000
	if text := os.Getenv("UNITD_LINES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		lines = n
	}
	for place, directory := range directories(t) {
		t.Run(place, func(t *testing.T) { rotateUnderAWriter(t, directory+"/app.x.log", lines) })
	}
}

func rotateUnderAWriter(t *testing.T, path string, lines int) {
	logs := NewLogs()
	log := logs.At(path)
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	writer := exec.CommandContext(t.Context(), "seq", "-f", "%08.0f of the lines that a program writes", "0", strconv.Itoa(lines-1))
	writer.Stdout = file
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	followed := make(chan error, 1)
	next := 0
	go func() {
		followed <- logs.Read(ctx, Query{Paths: []string{path}, Last: -1, Follow: true}, func(line Line) error {
			if want := fmt.Sprintf("%08d of the lines that a program writes", next); line.Text != want {
				return fmt.Errorf("followed %q, want %q", line.Text, want)
			}
			if next++; next == lines {
				return errFound
			}
			return nil
		})
	}()
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- writer.Wait() }()
	rotations := 0
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
		usage, err := log.Usage()
		if err != nil {
			t.Fatal(err)
		}
		if usage.Live > 256<<10 {
			if _, err := log.Rotate(256<<10, true); err != nil {
				t.Fatal(err)
			}
			rotations++
		}
	}
	if err := <-followed; !errors.Is(err, errFound) {
		t.Errorf("after %d lines: %v", next, err)
	}
	got := 0
	for _, logs := range []*Logs{logs, NewLogs()} {
		got = 0
		err := logs.Read(ctx, Query{Paths: []string{path}, Last: -1}, func(line Line) error {
			if want := fmt.Sprintf("%08d of the lines that a program writes", got); line.Text != want {
				return fmt.Errorf("read %q, want %q", line.Text, want)
			}
			got++
			return nil
		})
		if err != nil || got != lines {
			t.Errorf("%d lines, %v", got, err)
		}
	}
	t.Logf("%d lines, %d rotations", lines, rotations)
	if rotations < 10 {
		t.Errorf("%d rotations prove little", rotations)
	}
}

package process

import (
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"testing"
)

// The program gets the file at the number it wants, wherever that lies, and no other beside.
func TestReadyFD(t *testing.T) {
	b := newBench(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	for files := range 3 {
		for _, number := range []int{3, 4, 5, 6, 7, 8, 9, 200} {
			spec := b.spec("report")
			want := []int{0, 1, 2}
			for n := range files {
				spec.Files = append(spec.Files, b.output)
				want = append(want, 3+n)
			}
			spec.Ready, spec.ReadyFD = write, number
			if number < 3+files {
				if _, err := b.Spawn(spec); err == nil {
					t.Errorf("fd %d with %d files: it was spawned", number, files)
				}
				continue
			}
			report, _ := b.run(spec)
			got := slices.Sorted(maps.Keys(report.Files))
			if want = append(want, number); !slices.Equal(got, want) {
				t.Errorf("open are %v, want %v", got, want)
			}
		}
	}
	// Once the program closes it nobody has it, its init included.
	spec := b.shell("exec 3>&-; sleep 1000")
	spec.Ready, spec.ReadyFD = write, 3
	token, _ := b.spawn(spec)
	b.started(token)
	write.Close()
	if n, err := read.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read %d bytes, %v; want the end", n, err)
	}
}

package notify

import (
	"errors"
	"io"
	"os"
	"testing"
)

func TestBinClosesWhatItHasNoRoomFor(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	var b bin
	b.closing = true // nobody empties it
	for range 2 * maxBinned {
		b.drop([]int{copyOf(t, int(write.Fd()))})
	}
	if len(b.fds) != maxBinned {
		t.Errorf("%d wait", len(b.fds))
	}
	write.Close()
	b.empty()
	if n, err := read.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read %d, %v; want the end", n, err)
	}
}

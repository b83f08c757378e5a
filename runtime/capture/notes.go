package capture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// notesName is a file in the directory of the FIFOs that says what the manager has of each stream that is nowhere else, and
// what it is about to do: one line of JSON in a slot for each. It outlives the manager, as what it has in memory does not.
const notesName = "notes"

const (
	slotSize = 64 << 10
	// slotRoom is kept free on the disk for a note, but for a long line without an end.
	slotRoom = 4096
)

// noted is the note about one stream. Without Take bytes nothing is being done.
type noted struct {
	Source string `json:"source"`
	Stream string `json:"stream"`
	Rest   []byte `json:"rest,omitempty"` // the begin of a line without an end, in memory when this is done

	Held []byte `json:"held,omitempty"` // the same before
	Take int    `json:"take,omitempty"` // bytes that are being put and taken out
	Sum  uint32 `json:"sum,omitempty"`  // of these
	Put  int    `json:"put,omitempty"`  // lines that are put; others are over the limit
}

// notes is that file. Where it cannot be written a manager that is killed may leave a line twice, or the begin of one never.
type notes struct {
	path  string
	file  *os.File // nil: there is none
	used  []bool
	found map[int]noted // by an earlier manager, until that is finished
	text  bytes.Buffer
}

// open reads what an earlier manager has noted, and begins anew.
func (n *notes) open() error {
	text, err := os.ReadFile(n.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	n.found = map[int]noted{}
	for at := 0; at < len(text); at += slotSize {
		line, _, _ := bytes.Cut(text[at:min(at+slotSize, len(text))], []byte{'\n'})
		var one noted
		is := len(line) > 0 && line[0] == '{' && json.Unmarshal(line, &one) == nil
		if n.used = append(n.used, is); is {
			n.found[at/slotSize] = one
		}
	}
	n.file, err = os.OpenFile(n.path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	return err
}

func (n *notes) close() {
	if n.file != nil {
		n.file.Close()
		_ = os.Remove(n.path)
	}
	n.file, n.used = nil, nil
}

// restore writes the notes into a file of that name again, when somebody has removed the one that is open.
func (n *notes) restore() (missing bool, err error) {
	if n.file == nil {
		return false, nil
	}
	open, err := n.file.Stat()
	if err != nil {
		return false, err
	}
	if named, err := os.Lstat(n.path); err == nil && os.SameFile(open, named) {
		return false, nil
	}
	fresh, err := os.OpenFile(n.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return true, err
	}
	old := n.file
	defer old.Close()
	n.file = fresh
	note := make([]byte, slotSize)
	for slot := range n.used {
		read, _ := old.ReadAt(note, int64(slot)*slotSize) // the last one may be shorter
		if end := bytes.IndexByte(note[:read], '\n'); end >= 0 {
			n.set(slot, note[:end+1])
		}
	}
	return true, nil
}

// take gives a slot to a stream: the one that it had before, if there is a note about it.
func (n *notes) take(source, stream string) int {
	for slot, one := range n.found {
		if one.Source == source && one.Stream == stream {
			return slot
		}
	}
	slot := slices.Index(n.used, false)
	if slot < 0 {
		slot = len(n.used)
		n.used = append(n.used, false)
	}
	n.used[slot] = true
	if n.file != nil {
		// Where that is not to be had the note may fail on a full disk.
		_ = unix.Fallocate(int(n.file.Fd()), unix.FALLOC_FL_KEEP_SIZE, int64(slot)*slotSize, slotRoom)
	}
	return slot
}

// forget gives back the slots of streams that are no more.
func (n *notes) forget() {
	for slot := range n.found {
		n.give(slot)
	}
	clear(n.found)
}

// give takes a slot back.
func (n *notes) give(slot int) {
	n.used[slot] = false
	n.set(slot, []byte{'\n'})
}

// write notes something about a stream.
func (n *notes) write(slot int, what noted) {
	n.text.Reset()
	if json.NewEncoder(&n.text).Encode(what) == nil {
		n.set(slot, n.text.Bytes())
	}
}

func (n *notes) set(slot int, text []byte) {
	if n.file != nil {
		_, _ = n.file.WriteAt(text, int64(slot)*slotSize)
	}
}

// earlier is what was noted of a stream before this manager lived.
func (n *notes) earlier(slot int) (noted, bool) {
	one, ok := n.found[slot]
	delete(n.found, slot)
	return one, ok
}

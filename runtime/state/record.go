package state

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	recordName    = "adoption.log"
	recordVersion = 1
	// A record is begun anew when it has grown by as much beyond its last whole state.
	recordGrowth = 4 << 20
	maxEntry     = 64 << 20
)

// Record is what a manager writes down for the one after it, should it be killed: its state, in entries of which later
// ones change what earlier ones say. It is a file of lines, each with its checksum. Nothing of it is forced to the disk:
// it is for the death of a process, and means nothing after one of the host. Its methods may be called from several
// goroutines.
type Record struct {
	path   string
	header []byte

	mu    sync.Mutex
	file  *os.File
	sizes int64 // of the file, bytes
	whole int64 // of the last whole state
	kept  []byte
}

// header is the first entry.
type header struct {
	Version int    `json:"version"`
	BootID  string `json:"boot_id"`
	Salt    uint64 `json:"salt"`
}

// Entry is one entry of a record: exactly one of its fields is set.
type Entry struct {
	Header *header         `json:"header,omitempty"`
	State  json.RawMessage `json:"state,omitempty"`
	Kept   json.RawMessage `json:"kept,omitempty"`
}

// Recorded is what a manager has left.
type Recorded struct {
	Salt   uint64
	States []json.RawMessage // in the order of writing
	Kept   json.RawMessage   // the last one; nil: none
	// Damaged counts the entries that could not be read.
	Damaged int
}

// ErrOtherBoot says that a record is of another boot of the host: nothing of what it tells is left.
var ErrOtherBoot = errors.New("it was written before the host booted")

// LoadRecord reads the record in stateDir. None is fs.ErrNotExist. One of another version, or without a beginning, is
// set aside, with a *DamagedError. Of one that is damaged somewhere the rest is read.
func LoadRecord(stateDir, bootID string) (Recorded, error) {
	path := filepath.Join(stateDir, recordName)
	file, err := openFile(path)
	switch {
	case errors.Is(err, ErrNoFile):
		return Recorded{}, setAside(path, err)
	case err != nil:
		return Recorded{}, fmt.Errorf("read state: %w", err)
	}
	defer file.Close()
	found, err := readRecord(file, bootID)
	if err == nil || errors.Is(err, ErrOtherBoot) {
		return found, err
	}
	return found, setAside(path, err)
}

// HasRecord reports that a manager has left a record, whatever it says.
func HasRecord(stateDir string) bool {
	_, err := os.Lstat(filepath.Join(stateDir, recordName))
	return err == nil
}

func readRecord(from io.Reader, bootID string) (Recorded, error) {
	var found Recorded
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxEntry)
	first := true
	for lines.Scan() {
		e, ok := parseEntry(lines.Bytes())
		switch {
		case first && (!ok || e.Header == nil):
			return found, ErrTorn
		case first && e.Header.Version > recordVersion:
			return found, fmt.Errorf("%w (format %d, this one reads %d)", ErrNewer, e.Header.Version, recordVersion)
		case first && e.Header.Version < recordVersion:
			return found, fmt.Errorf("%w (format %d, this one reads %d)", ErrOlder, e.Header.Version, recordVersion)
		case first && e.Header.BootID != bootID:
			return found, ErrOtherBoot
		case first:
			found.Salt = e.Header.Salt
		case !ok:
			found.Damaged++
		case e.State != nil:
			found.States = append(found.States, slices.Clone(e.State))
		case e.Kept != nil:
			found.Kept = slices.Clone(e.Kept)
		}
		first = false
	}
	if err := lines.Err(); err != nil {
		return found, fmt.Errorf("%w (%w)", ErrTorn, err)
	}
	if first {
		return found, ErrTorn
	}
	return found, nil
}

// checksumWidth is how many hexadecimal digits stand before each entry, and a space.
const checksumWidth = 8

var castagnoli = sync.OnceValue(func() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) })

func parseEntry(line []byte) (e Entry, ok bool) {
	if len(line) <= checksumWidth || line[checksumWidth] != ' ' {
		return e, false
	}
	text := line[checksumWidth+1:]
	sum, err := strconv.ParseUint(string(line[:checksumWidth]), 16, 32)
	if err != nil || sum != uint64(crc32.Checksum(text, castagnoli())) {
		return e, false
	}
	return e, json.Unmarshal(text, &e) == nil
}

func line(e Entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%0*x %s\n", checksumWidth, crc32.Checksum(text, castagnoli()), text), nil
}

// NewRecord makes the record of a manager. Nothing is written before the first whole state, and until then the record of
// the one before stands.
func NewRecord(stateDir, bootID string, salt uint64) (*Record, error) {
	first, err := line(Entry{Header: &header{Version: recordVersion, BootID: bootID, Salt: salt}})
	return &Record{path: filepath.Join(stateDir, recordName), header: first}, err
}

// State writes a state: a whole one, with which the record begins anew, or a change of the one before. It says whether
// the next one should be whole, since the record has grown, or could not be written.
func (r *Record) State(text []byte, whole bool) (wantsWhole bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil && !whole {
		return true, nil
	}
	entry, err := line(Entry{State: text})
	if err != nil {
		return true, fmt.Errorf("write %s: %w", r.path, err)
	}
	if whole {
		err = r.begin(entry)
	} else {
		err = r.append(entry)
	}
	if err != nil {
		return true, fmt.Errorf("write %s: %w", r.path, err)
	}
	return r.sizes-r.whole > recordGrowth+r.whole, nil
}

// Kept writes who keeps sockets open.
func (r *Record) Kept(kept any) error {
	text, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("write %s: %w", r.path, err)
	}
	entry, err := line(Entry{Kept: text})
	if err != nil {
		return fmt.Errorf("write %s: %w", r.path, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = entry
	if r.file == nil { // who dies before its first state has begun nothing, and says by this who keeps what there was
		file, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			_, err = file.Write(entry)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", r.path, err)
		}
		return nil
	}
	if err := r.append(entry); err != nil {
		return fmt.Errorf("write %s: %w", r.path, err)
	}
	return nil
}

// begin puts a new file in place of the old one.
func (r *Record) begin(entry []byte) error {
	content := bytes.Join([][]byte{r.header, entry, r.kept}, nil)
	fresh := filepath.Join(filepath.Dir(r.path), "."+recordName+".new")
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(content); err == nil {
		err = os.Rename(fresh, r.path)
	}
	if err != nil {
		return errors.Join(err, file.Close(), removeIfThere(fresh))
	}
	if r.file != nil {
		r.file.Close()
	}
	r.file, r.sizes, r.whole = file, int64(len(content)), int64(len(content))
	return nil
}

func (r *Record) append(entry []byte) error {
	n, err := r.file.Write(entry)
	r.sizes += int64(n)
	if err != nil && n > 0 { // what follows is to stand on a line of its own
		_, _ = r.file.WriteString("\n")
	}
	return err
}

// Remove ends the record of a manager that leaves nothing behind.
func (r *Record) Remove() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
	return removeIfThere(r.path)
}

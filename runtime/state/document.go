package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// maxDocument is how large a file Load reads, in bytes.
const maxDocument = 32 << 20

// envelope is what a document's file holds.
type envelope struct {
	Version  int             `json:"version"`
	Checksum string          `json:"checksum"` // SHA-256 of the body's bytes, hexadecimal
	Body     json.RawMessage `json:"body"`
}

// DamagedError says that a document could not be used and was set aside.
type DamagedError struct {
	Path  string // of the document
	Aside string // where its file is now; "" if it could not be moved
	Cause error
}

// Error names the file and what became of it.
func (e *DamagedError) Error() string {
	if e.Aside == "" {
		return fmt.Sprintf("read %s: %v; it could not be set aside: move it away, or nothing can be kept there", e.Path, e.Cause)
	}
	return fmt.Sprintf("read %s: %v; set aside as %s", e.Path, e.Cause, filepath.Base(e.Aside))
}

// Unwrap gives the cause.
func (e *DamagedError) Unwrap() error { return e.Cause }

// Causes of a DamagedError.
var (
	ErrTorn     = errors.New("it is damaged: its checksum does not fit its content")
	ErrNewer    = errors.New("it was written by a newer version of unitd")
	ErrOlder    = errors.New("it was written by a version of unitd that is too old")
	ErrTooLarge = errors.New("it is larger than a document can be")
	ErrNoFile   = errors.New("it is no file of this account that can be read")
)

// Save writes body as the document at path: a reader, or a host that loses its power, sees the old
// document or the new one. The file has mode 0600. A document has one writer at a time. Where it is there already
// nothing is written: to make a disk keep what it has can take a tenth of a second, and most starts change nothing.
func Save(path string, version int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	content, err := json.Marshal(envelope{Version: version, Checksum: checksum(text), Body: text})
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	content = append(content, '\n')
	if holds(path, content) {
		return nil
	}
	if err := replace(path, content); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// Load reads the document at path into body. A document that does not exist is fs.ErrNotExist; one that
// is torn, damaged or of another version, and whatever else is in its place, is renamed to NAME.bad (in
// place of an earlier one) and is a *DamagedError. body is only changed by success.
func Load(path string, version int, body any) error {
	err := look(path, version, body)
	if err == nil || !spoilt(err) {
		return err
	}
	return setAside(path, err)
}

// look is Load that changes nothing.
func look(path string, version int, body any) error {
	content, err := read(path)
	switch {
	case err == nil:
		return decode(content, version, body)
	case spoilt(err):
		return err
	}
	return fmt.Errorf("read state: %w", err)
}

// spoilt reports that an error will not pass by itself, as that of a disk may: what is there is of no use.
func spoilt(err error) bool {
	return slices.ContainsFunc([]error{ErrTorn, ErrNewer, ErrOlder, ErrTooLarge, ErrNoFile}, func(cause error) bool { return errors.Is(err, cause) })
}

// setAside makes room for what can be read again.
func setAside(path string, cause error) *DamagedError {
	damaged := &DamagedError{Path: path, Cause: cause}
	if os.Rename(path, path+".bad") == nil {
		damaged.Aside = path + ".bad"
	}
	return damaged
}

// document is one of those in the state directory, at the version that this unitd writes and reads.
type document struct {
	name    string
	version int
}

func (d document) save(stateDir string, body any) error {
	return Save(filepath.Join(stateDir, d.name), d.version, body)
}

// load is Load of a document that need not exist: without it body stays as it is.
func (d document) load(stateDir string, body any) error {
	if err := Load(filepath.Join(stateDir, d.name), d.version, body); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func decode(content []byte, version int, body any) error {
	var e envelope
	if err := json.Unmarshal(content, &e); err != nil {
		return fmt.Errorf("%w (%w)", ErrTorn, err)
	}
	switch {
	case checksum(e.Body) != e.Checksum:
		return ErrTorn
	case e.Version > version:
		return fmt.Errorf("%w (format %d, this one reads %d)", ErrNewer, e.Version, version)
	case e.Version < version:
		return fmt.Errorf("%w (format %d, this one reads %d)", ErrOlder, e.Version, version)
	}
	if err := json.Unmarshal(e.Body, body); err != nil {
		return fmt.Errorf("%w (%w)", ErrTorn, err)
	}
	return nil
}

func checksum(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// holds reports that the file at path has this content, and the mode of a document.
func holds(path string, content []byte) bool {
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != int64(len(content)) {
		return false
	}
	found, err := read(path)
	return err == nil && bytes.Equal(found, content)
}

func read(path string) ([]byte, error) {
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxDocument+1))
	if err == nil && len(content) > maxDocument {
		return nil, ErrTooLarge
	}
	return content, err
}

// openFile opens a file to be read. What is no file, or not to be read, is ErrNoFile.
func openFile(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.ENXIO) {
		return nil, fmt.Errorf("%w (%w)", ErrNoFile, err)
	}
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w (it is a %s)", ErrNoFile, kindOf(info.Mode()))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// kindOf is the word for what is no regular file and can be opened.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeNamedPipe != 0:
		return "FIFO"
	}
	return "device"
}

// replace puts content at path by rename. The temporary file always has the same name, so that crashes
// leave one at most.
func replace(path string, content []byte) error {
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := writeSynced(temporary, content); err != nil {
		return errors.Join(err, removeIfThere(temporary))
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, removeIfThere(temporary))
	}
	return syncDirectory(filepath.Dir(path))
}

func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func syncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	err = directory.Sync()
	// Some file systems of shared hosts cannot sync a directory; the rename itself has happened.
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, directory.Close())
}

// NoRoom reports that the disk is full, or the quota of the account reached.
func NoRoom(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

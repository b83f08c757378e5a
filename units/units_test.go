package units

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"
	"time"
)

// fakeHost is a machine with 2 CPUs whose files are files, by absolute path.
type fakeHost struct {
	files   map[string]string
	modes   map[string]fs.FileMode
	environ map[string]string
	refused map[string]error // by ReadSecret
}

func newFakeHost() *fakeHost {
	return &fakeHost{files: map[string]string{}, modes: map[string]fs.FileMode{}, environ: map[string]string{}, refused: map[string]error{}}
}

func (h *fakeHost) CPUs() int          { return 2 }
func (h *fakeHost) AllowedCPUs() []int { return []int{0, 1, 3} }
func (h *fakeHost) Memory() int64      { return 1 << 30 }
func (h *fakeHost) Hostname() string   { return "web1" }
func (h *fakeHost) Account() Account {
	return Account{Name: "shop", UID: 1000, GID: 1000, Home: "/home/shop"}
}

func (h *fakeHost) Paths() Paths {
	return Paths{Units: "/units", Runtime: "/state/run", State: "/state", Log: "/state/log"}
}

func (h *fakeHost) Getenv(name string) (string, bool) {
	value, ok := h.environ[name]
	return value, ok
}

func (h *fakeHost) ReadFile(name string) ([]byte, error) {
	content, ok := h.files[name]
	if !ok {
		return nil, missingError{}
	}
	return []byte(content), nil
}

func (h *fakeHost) ReadSecret(name string) ([]byte, error) {
	if err := h.refused[name]; err != nil {
		return nil, err
	}
	return h.ReadFile(name)
}

func (h *fakeHost) CheckGroup(name string) error {
	if name == "ops" || name == "1000" {
		return nil
	}
	return errors.New("this account is no member of group " + name)
}

func (h *fakeHost) Location(name string) (*time.Location, error) {
	return time.LoadLocation(cmp.Or(name, "UTC"))
}

func (h *fakeHost) Stat(name string) (fs.FileInfo, error) {
	if path.Dir(name) == "/usr/bin" && !strings.Contains(name, "missing") {
		return fileInfo{name, 1, 0o755}, nil
	}
	if content, ok := h.files[name]; ok {
		return fileInfo{name, int64(len(content)), h.modes[name] | 0o600}, nil
	}
	for file := range h.files {
		if strings.HasPrefix(file, name+"/") {
			return fileInfo{name, 0, fs.ModeDir | 0o700}, nil
		}
	}
	return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
}

func (h *fakeHost) Resolve(name string) (string, error) { return path.Clean(name), nil }

func (h *fakeHost) Digest(value string) string {
	sum := sha256.Sum256([]byte("key" + value))
	return hex.EncodeToString(sum[:8])
}

// missingError is what runtime/host says of a file that is not there.
type missingError struct{}

func (missingError) Error() string { return "does not exist" }
func (missingError) Unwrap() error { return fs.ErrNotExist }

type fileInfo struct {
	name string
	size int64
	mode fs.FileMode
}

func (f fileInfo) Name() string       { return path.Base(f.name) }
func (f fileInfo) Size() int64        { return f.size }
func (f fileInfo) Mode() fs.FileMode  { return f.mode }
func (f fileInfo) ModTime() time.Time { return time.Time{} }
func (f fileInfo) IsDir() bool        { return f.mode.IsDir() }
func (f fileInfo) Sys() any           { return nil }

// directory is a unit directory with the given files: name, content, name, content.
func directory(pairs ...string) fs.FS {
	files := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return files
}

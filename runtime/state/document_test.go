package state

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

type body struct {
	Name  string            `json:"name"`
	Sizes map[string]int    `json:"sizes,omitempty"`
	Texts map[string][]byte `json:"texts,omitempty"`
}

func TestDocumentRoundTrip(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "x.json")
	rapid.Check(t, func(t *rapid.T) {
		want := body{Name: rapid.String().Draw(t, "name"), Sizes: rapid.MapOfN(rapid.String(), rapid.Int(), 1, 5).Draw(t, "sizes")}
		if err := Save(path, 3, want); err != nil {
			t.Fatal(err)
		}
		var got body
		if err := Load(path, 3, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 1 {
		t.Fatalf("left in the directory: %v, %v", entries, err)
	}
	if stat, err := os.Stat(path); err != nil || stat.Mode() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
}

func TestSaveOfTheSameWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	save := func(name string) os.FileInfo {
		t.Helper()
		if err := Save(path, 1, body{Name: name}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := save("shop")
	if again := save("shop"); !os.SameFile(first, again) {
		t.Error("the same document was written again")
	}
	if other := save("shed"); os.SameFile(first, other) {
		t.Error("another document of the same size was not written")
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if closed := save("shed"); closed.Mode() != 0o600 {
		t.Errorf("a document that others may read stays so: mode %v", closed.Mode())
	}
}

func TestMissingDocument(t *testing.T) {
	err := Load(t.TempDir()+"/no.json", 1, &body{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// damaged writes a document, spoils its bytes and loads it.
func damaged(t *testing.T, version int, spoil func([]byte) []byte) (path string, err error) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "x.json")
	if err := Save(path, version, body{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, spoil(content), 0o600); err != nil {
		t.Fatal(err)
	}
	got := body{Name: "untouched"}
	err = Load(path, 2, &got)
	if got.Name != "untouched" {
		t.Errorf("a damaged document changed the body: %+v", got)
	}
	return path, err
}

// What is no document of ours makes room for one, and keeps nobody waiting.
func TestSomethingElseInPlaceOfADocument(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"directory":  func(path string) error { return os.MkdirAll(filepath.Join(path, "full"), 0o700) },
		"FIFO":       func(path string) error { return unix.Mkfifo(path, 0o600) },
		"symlink":    func(path string) error { return os.Symlink("/etc/passwd", path) },
		"unreadable": func(path string) error { return os.WriteFile(path, []byte("{}"), 0o200) },
		"socket":     func(path string) error { return unix.Mknod(path, unix.S_IFSOCK|0o600, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.json")
			if err := put(path); err != nil {
				t.Fatal(err)
			}
			var damaged *DamagedError
			if err := Load(path, 1, &body{}); !errors.As(err, &damaged) || !errors.Is(err, ErrNoFile) || damaged.Aside != path+".bad" {
				t.Errorf("load: %v", err)
			}
			if err := Save(path, 1, body{Name: "shop"}); err != nil {
				t.Error(err)
			}
			var got body
			if err := Load(path, 1, &got); err != nil || got.Name != "shop" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	t.Run("record and deaths", func(t *testing.T) {
		directory := t.TempDir()
		for _, name := range []string{recordName, deathsName, lockName} {
			if err := unix.Mkfifo(filepath.Join(directory, name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := AddDeath(directory, Death{}); err == nil {
			t.Error("a death was noted in a FIFO")
		}
		if _, err := LoadRecord(directory, "boot"); !errors.Is(err, ErrNoFile) {
			t.Errorf("load the record: %v", err)
		}
		if pid, running := Holder(directory); running {
			t.Errorf("pid %d holds a FIFO", pid)
		}
	})
}

// Who only looks leaves a damaged document to the one who says so.
func TestShutDownChangesNothing(t *testing.T) {
	directory := t.TempDir()
	if ShutDown(directory, "boot") {
		t.Error("without overrides it was ended on purpose")
	}
	if err := (Overrides{BootID: "boot", Shutdown: true}).Save(directory); err != nil {
		t.Fatal(err)
	}
	if !ShutDown(directory, "boot") || ShutDown(directory, "another boot") {
		t.Error("it was ended on purpose in this boot alone")
	}
	if err := os.WriteFile(filepath.Join(directory, overridesDocument.name), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ShutDown(directory, "boot") {
		t.Error("torn overrides say that it was ended on purpose")
	}
	var damaged *DamagedError
	if _, err := LoadOverrides(directory, "boot"); !errors.As(err, &damaged) {
		t.Errorf("the manager finds %v", err)
	}
}

func TestDamagedDocument(t *testing.T) {
	same := func(content []byte) []byte { return content }
	for name, c := range map[string]struct {
		version int
		spoil   func([]byte) []byte
		want    error
	}{
		"empty":         {2, func([]byte) []byte { return nil }, ErrTorn},
		"torn":          {2, func(content []byte) []byte { return content[:len(content)/2] }, ErrTorn},
		"a flip":        {2, func(content []byte) []byte { return bytes.Replace(content, []byte("shop"), []byte("shot"), 1) }, ErrTorn},
		"zeros":         {2, func(content []byte) []byte { return make([]byte, len(content)) }, ErrTorn},
		"newer":         {3, same, ErrNewer},
		"older":         {1, same, ErrOlder},
		"far too large": {2, func([]byte) []byte { return make([]byte, maxDocument+1) }, ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			path, err := damaged(t, c.version, c.spoil)
			var typed *DamagedError
			if !errors.As(err, &typed) || !errors.Is(err, c.want) || typed.Path != path || typed.Aside != path+".bad" {
				t.Fatalf("got %v", err)
			}
			if !strings.HasPrefix(err.Error(), "read "+path+": it ") || !strings.HasSuffix(err.Error(), "; set aside as x.json.bad") {
				t.Errorf("message: %v", err)
			}
			if _, err := os.Stat(path + ".bad"); err != nil {
				t.Error(err)
			}
			if err := Load(path, 2, &body{}); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a second load: %v", err)
			}
		})
	}
}

// Every single flipped bit is found.
func TestEveryFlippedBitIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	if err := Save(path, 2, body{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content = bytes.TrimSpace(content)
	for i := range len(content) * 8 {
		spoilt := bytes.Clone(content)
		spoilt[i/8] ^= 1 << (i % 8)
		got := body{}
		// JSON keys match in any case, so a flip there can change nothing.
		if err := decode(spoilt, 2, &got); err == nil && got.Name != "shop" {
			t.Errorf("bit %d: %s gives %+v", i, spoilt, got)
		}
	}
}

// A full disk is played by the file size limit of this process.
func TestSaveOnAFullDiskKeepsTheOldDocument(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "x.json")
	if err := Save(path, 1, body{Name: "old"}); err != nil {
		t.Fatal(err)
	}
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	full := before
	full.Cur = 20
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	err := Save(path, 1, body{Name: "new"})
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err == nil || !strings.HasPrefix(err.Error(), "write "+path+": ") {
		t.Errorf("Save: %v", err)
	}
	var got body
	if err := Load(path, 1, &got); err != nil || got.Name != "old" {
		t.Errorf("got %+v, %v", got, err)
	}
	if entries, err := os.ReadDir(directory); err != nil || len(entries) != 1 {
		t.Errorf("left in the directory: %v, %v", entries, err)
	}
}

func TestSaveRefuses(t *testing.T) {
	directory := t.TempDir()
	if err := Save(directory+"/no/x.json", 1, body{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no directory: %v", err)
	}
	if err := Save(directory+"/x.json", 1, func() {}); err == nil {
		t.Error("a function was saved")
	}
	if err := os.Symlink("elsewhere", directory+"/.x.json.new"); err != nil {
		t.Fatal(err)
	}
	if err := Save(directory+"/x.json", 1, body{}); !errors.Is(err, unix.ELOOP) {
		t.Errorf("a symlink in the place of the temporary file: %v", err)
	}
	if _, err := os.Stat(directory + "/elsewhere"); err == nil {
		t.Error("its target was written")
	}
}

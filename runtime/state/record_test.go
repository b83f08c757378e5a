package state

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

const boot = "6a0f"

// recorded writes a record with one whole state and two changes of it, and who keeps sockets.
func recorded(t *testing.T) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	r, err := NewRecord(dir, boot, 7)
	if err != nil {
		t.Fatal(err)
	}
	if wants, err := r.State([]byte(`{"n":0}`), false); err != nil || !wants {
		t.Fatalf("a change before anything whole: wants %v, %v", wants, err)
	}
	for i, text := range []string{`{"n":1}`, `{"n":2}`, `{"n":3}`} {
		if wants, err := r.State([]byte(text), i == 0); err != nil || wants {
			t.Fatalf("wants %v, %v", wants, err)
		}
	}
	if err := r.Kept(map[string]int{"pid": 5}); err != nil {
		t.Fatal(err)
	}
	return dir, filepath.Join(dir, recordName)
}

func states(r Recorded) (list []string) {
	for _, s := range r.States {
		list = append(list, string(s))
	}
	return list
}

func TestRecord(t *testing.T) {
	dir, path := recorded(t)
	got, err := LoadRecord(dir, boot)
	if err != nil || got.Salt != 7 || got.Damaged != 0 || string(got.Kept) != `{"pid":5}` || len(got.States) != 3 || string(got.States[2]) != `{"n":3}` {
		t.Errorf("got %+v (%q), %v", got, states(got), err)
	}
	if _, err := LoadRecord(dir, "another"); !errors.Is(err, ErrOtherBoot) {
		t.Errorf("of another boot: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	r, err := NewRecord(dir, boot, 7)
	if err == nil {
		err = r.Kept(map[string]int{"pid": 6}) // by the next manager, before it has recorded anything
	}
	if got, loadErr := LoadRecord(dir, boot); err != nil || loadErr != nil || string(got.Kept) != `{"pid":6}` || len(got.States) != 3 {
		t.Errorf("got %+v, %v, %v", got, err, loadErr)
	}
	if _, err := r.State([]byte(`{"n":9}`), true); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadRecord(dir, boot); err != nil || len(got.States) != 1 || string(got.Kept) != `{"pid":6}` {
		t.Errorf("begun anew: %q %s, %v", states(got), got.Kept, err)
	}
	if err := r.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := LoadRecord(dir, boot); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after its removal: %v", err)
	}
}

// A record that was cut anywhere gives what stands before the cut.
func TestTornRecord(t *testing.T) {
	dir, path := recorded(t)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.IndexByte(content, '\n')
	for cut := range content {
		if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := LoadRecord(dir, boot)
		if (err == nil) != (cut >= first) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if want := bytes.Count(content[:min(cut+1, len(content))], []byte(`{"state"`)); err == nil && len(got.States) > want || got.Damaged > 1 {
			t.Fatalf("cut at %d: %q, %d damaged", cut, states(got), got.Damaged)
		}
	}
}

// One flipped bit costs the entry that it is in, at most two where it makes one line of two.
func TestRecordWithAFlippedBit(t *testing.T) {
	dir, path := recorded(t)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(content) * 8 {
		spoilt := bytes.Clone(content)
		spoilt[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, spoilt, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := LoadRecord(dir, boot)
		switch {
		case err != nil: // in the first line
			if damaged := (*DamagedError)(nil); !errors.As(err, &damaged) || damaged.Aside == "" {
				t.Fatalf("bit %d: %v", bit, err)
			}
		case got.Damaged == 0 && bit/8 != len(content)-1 && !bytes.EqualFold(spoilt, content):
			t.Fatalf("bit %d is not noticed: %q", bit, spoilt)
		case len(got.States) < 1:
			t.Fatalf("bit %d: %q", bit, states(got))
		}
	}
}

func TestRecordOfAnotherVersion(t *testing.T) {
	dir, path := recorded(t)
	for version, want := range map[int]error{0: ErrOlder, recordVersion + 1: ErrNewer} {
		first, err := line(Entry{Header: &header{Version: version, BootID: boot}})
		if err == nil {
			err = os.WriteFile(path, first, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := LoadRecord(dir, boot); !errors.Is(err, want) {
			t.Errorf("version %d: %v", version, err)
		}
		if _, err := os.Stat(path + ".bad"); err != nil {
			t.Error(err)
		}
	}
}

// A directory that cannot be written keeps the record that there is, and each try says so.
func TestRecordThatCannotBeWritten(t *testing.T) {
	dir, _ := recorded(t)
	r, err := NewRecord(dir, boot, 8)
	if err == nil {
		err = os.Chmod(dir, 0o500)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if wants, err := r.State([]byte(`{}`), true); err == nil || !wants {
		t.Errorf("wants %v, %v", wants, err)
	}
	if got, err := LoadRecord(dir, boot); err != nil || len(got.States) != 3 {
		t.Errorf("got %q, %v", states(got), err)
	}
}

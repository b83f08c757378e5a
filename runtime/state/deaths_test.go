package state

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDeaths(t *testing.T) {
	dir := t.TempDir()
	if got := Deaths(dir, "this"); len(got) != 0 {
		t.Errorf("before any: %v", got)
	}
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const many = 1000
	for i := range many {
		boot := "this"
		if i%2 == 1 {
			boot = "that"
		}
		if err := AddDeath(dir, Death{At: at, Up: time.Duration(i), Boot: boot}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, deathsName)
	if info, err := os.Stat(path); err != nil || info.Size() > deathsLimit+1024 || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: it grows, or others may read it", info, err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = file.WriteString("rubbish\n")
		file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	got := Deaths(dir, "this")
	if len(got) < deathsMemory/2 || got[len(got)-1].Up != many-2 || !got[0].At.Equal(at) {
		t.Errorf("%d deaths, the last %+v", len(got), got[len(got)-1])
	}
	for _, d := range got {
		if d.Boot != "this" {
			t.Errorf("a death of another boot: %+v", d)
		}
	}
}

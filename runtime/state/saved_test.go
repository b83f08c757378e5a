package state

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestOverrides(t *testing.T) {
	directory := t.TempDir()
	none, err := LoadOverrides(directory, "boot-1")
	if err != nil || !reflect.DeepEqual(none, Overrides{BootID: "boot-1"}) {
		t.Fatalf("none: %+v, %v", none, err)
	}
	saved := Overrides{
		Enabled:  map[string]EnabledOverride{"app.api": {Enabled: false, Declared: true}},
		Workers:  map[string]WorkersOverride{"pool.api": {Workers: 5, Declared: 3}},
		Vars:     map[string]string{"workers": "2"},
		BootID:   "boot-1",
		Stopped:  []string{"job.nightly"},
		Shutdown: true,
	}
	copied := saved.Clone()
	if err := saved.Save(directory); err != nil {
		t.Fatal(err)
	}
	saved.Vars["workers"], saved.Stopped[0] = "9", "x"
	if same, err := LoadOverrides(directory, "boot-1"); err != nil || !reflect.DeepEqual(same, copied) {
		t.Errorf("in the same boot: %+v, %v", same, err)
	}
	later, err := LoadOverrides(directory, "boot-2")
	copied.BootID, copied.Stopped, copied.Shutdown = "boot-2", nil, false
	if err != nil || !reflect.DeepEqual(later, copied) {
		t.Errorf("in the next boot: %+v, %v", later, err)
	}
}

func TestDamagedOverridesAreEmpty(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(directory+"/overrides.json", []byte(`{"version":1,`), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := LoadOverrides(directory, "boot-1")
	var damaged *DamagedError
	if !errors.As(err, &damaged) || !reflect.DeepEqual(got, Overrides{BootID: "boot-1"}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSources(t *testing.T) {
	directory := t.TempDir()
	if _, err := LoadSources(directory); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	want := map[string][]byte{"web/app.hcl": []byte("app \"api\" {}\n"), "config.env": {0xff, 0, '\n'}, "empty.hcl": {}}
	if err := SaveSources(directory, want); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadSources(directory); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	for name, files := range map[string]map[string][]byte{
		"is no path inside": {"../x.hcl": nil},
		"at most 16777216":  {"big.hcl": make([]byte, maxSources)},
	} {
		if err := SaveSources(directory, files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := LoadSources(directory); err != nil || len(got) != 3 {
		t.Errorf("after refusals: %q, %v", got, err)
	}
	full := map[string][]byte{"b": make([]byte, maxSources-1)}
	if err := SaveSources(directory, full); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadSources(directory); err != nil || len(got["b"]) != maxSources-1 {
		t.Errorf("the largest: %d bytes, %v", len(got["b"]), err)
	}
}

func TestBoot(t *testing.T) {
	one, err := BootID()
	if err != nil || len(one) != 36 {
		t.Errorf("boot id %q, %v", one, err)
	}
	first, err := BootTime()
	if err != nil || !first.Before(time.Now()) || first.Before(time.Now().AddDate(-20, 0, 0)) {
		t.Errorf("boot time %v, %v", first, err)
	}
	second, err := BootTime()
	if drift := second.Sub(first).Abs(); err != nil || drift > time.Second {
		t.Errorf("boot time moved by %v, %v", drift, err)
	}
}

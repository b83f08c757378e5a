package testuser

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestIsNotRoot(t *testing.T) {
	if os.Getuid() == 0 || os.Geteuid() == 0 {
		t.Fatal("tests run as root")
	}
	if err := os.WriteFile(os.Getenv("HOME")+"/probe", nil, 0o600); err != nil {
		t.Fatalf("HOME of the ordinary user is not writable: %v", err)
	}
}

func TestStranger(t *testing.T) {
	if !HasStranger() {
		t.Skip(ErrNoStranger)
	}
	for _, shared := range []bool{false, true} {
		got, err := AsStranger(shared, nil, "/usr/bin/id", "-u")
		if err != nil || strings.TrimSpace(got.Stdout) == strconv.Itoa(os.Getuid()) || got.Status != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		got, err = AsStranger(shared, nil, "/usr/bin/id", "-G")
		member := slices.Contains(strings.Fields(got.Stdout), strconv.Itoa(os.Getgid()))
		if err != nil || member != shared {
			t.Errorf("shared %v: groups %s, %v", shared, got.Stdout, err)
		}
	}
	got, err := AsStranger(false, []string{"A=b"}, "/bin/sh", "-c", "echo $A; echo no >&2; exit 3")
	if err != nil || got != (Result{"b\n", "no", 3}) {
		t.Errorf("%+v, %v", got, err)
	}
}

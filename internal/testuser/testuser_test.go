package testuser

import (
	"os"
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

package server_test

import (
	"os"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(connector); path != "" {
		os.Exit(connect(path))
	}
	os.Exit(testuser.Main(m))
}

package main

import (
	"os"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) {
	if os.Getenv("UNITD_TEST_THREADS") != "" {
		os.Exit(withoutMoreThreads())
	}
	os.Exit(testuser.Main(m))
}

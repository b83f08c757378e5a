package release_test

import (
	"os"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

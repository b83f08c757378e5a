package state

import (
	"fmt"
	"os"
	"testing"
	"time"

	"unitd/internal/testuser"
)

// lockChild, in the environment, makes this binary take the lock of that directory and wait for its end.
const lockChild = "STATE_TEST_LOCK"

func TestMain(m *testing.M) {
	if directory := os.Getenv(lockChild); directory != "" {
		if _, err := TakeLock(directory); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("locked")
		time.Sleep(time.Minute)
	}
	os.Exit(testuser.Main(m))
}

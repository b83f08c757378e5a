package state

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"unitd/internal/testuser"
)

// lockChild, in the environment, makes this binary take the lock of that directory and wait for its end.
const lockChild = "STATE_TEST_LOCK"

// endingChild, in the environment, makes this binary end its first thread, as SIGKILL may long before the others, and live
// until its input ends.
const endingChild = "STATE_TEST_ENDING"

// The main goroutine is on the first thread.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) {
	if os.Getenv(endingChild) != "" {
		elsewhere := make(chan bool)
		go func() {
			elsewhere <- true
			os.Stdin.Read(make([]byte, 1)) // its end is waited for
			os.Exit(0)
		}()
		<-elsewhere
		syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
	}
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

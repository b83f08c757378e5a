package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The manager goes on when the account has no room for one more process or thread.
func TestNoRoomForThreads(t *testing.T) {
	for _, reserve := range []string{"reserve", "none"} {
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "UNITD_TEST_THREADS="+reserve)
		output, err := cmd.CombinedOutput()
		switch said := string(output); {
		case reserve == "reserve" && (err != nil || !strings.HasSuffix(said, "alive\n")):
			t.Errorf("with threads in reserve it ends with %v:\n%.2000s", err, said)
		case reserve == "none" && err == nil:
			t.Errorf("without threads in reserve it ends with %v, so there is no need of them:\n%.2000s", err, said)
		}
	}
}

// withoutMoreThreads does at once what a busy manager does, on an account that is full.
func withoutMoreThreads() int {
	frugal()
	if os.Getenv("UNITD_TEST_THREADS") == "reserve" {
		if err := reserveThreads(reserved); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 1, Max: 1}); err != nil {
		fmt.Println(err)
		return 1
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGCHLD) // waits in a thread of its own
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		fmt.Println(err)
		return 1
	}
	var blocking, ended sync.WaitGroup
	const calls = reserved // beside the loop
	for range calls {
		blocking.Add(1)
		ended.Go(func() {
			blocking.Done()
			unix.Read(ends[0], make([]byte, 1))
		})
	}
	blocking.Wait()
	_, err := os.StartProcess("/bin/true", nil, &os.ProcAttr{})
	unix.Close(ends[1])
	ended.Wait()
	if err == nil {
		fmt.Println("the account is not full")
		return 1
	}
	fmt.Println("alive")
	return 0
}

package meter

import (
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/testuser"
)

// hiddenChild, in the environment, makes this binary a process that is not dumpable and waits for its end.
const hiddenChild = "METER_TEST_HIDDEN"

func TestMain(m *testing.M) {
	if os.Getenv(hiddenChild) != "" {
		if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("hidden")
		time.Sleep(time.Minute)
	}
	os.Exit(testuser.Main(m))
}

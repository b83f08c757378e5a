package forward

import (
	"fmt"
	"os"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/internal/testlog"
	"unitd/internal/testuser"
)

func TestMain(m *testing.M) {
	testhost.Enter()
	os.Exit(testuser.Main(m))
}

const patience = time.Second

func forwarding(t *testing.T, config Config) (*Forwarder, *testlog.Log) {
	t.Helper()
	log := &testlog.Log{}
	config.Logger = log.Logger()
	f := New(config)
	t.Cleanup(func() { f.Close(patience) })
	return f, log
}

func entry(n int) Entry {
	return Entry{
		Unit: "pool.api/2", Tag: "pool.api@2", Stream: "stderr", At: time.Date(2026, 5, 1, 10, 11, 12, 0, time.UTC),
		Text: fmt.Sprintf("<3>line %d", n),
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not in time: ", what)
		}
	}
}

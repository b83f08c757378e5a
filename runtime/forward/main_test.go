package forward

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/internal/testhost"
	"unitd/internal/testuser"
)

func TestMain(m *testing.M) {
	testhost.Enter()
	os.Exit(testuser.Main(m))
}

// said is a log that tests look into.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(text)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func forwarding(t *testing.T, config Config) (*Forwarder, *said) {
	t.Helper()
	log := &said{}
	config.Logger = slog.New(slog.NewTextHandler(log, nil))
	f := New(config)
	t.Cleanup(f.Close)
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
